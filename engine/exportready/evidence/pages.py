"""Joins the pages of a list, and says why they aren't the complete list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from msgspec.structs import replace

from exportready.model.display import count
from exportready.model.evidence import Listing, Page
from exportready.model.reasons import Reason

_Pages = Sequence[tuple[Page, Listing]]


def join_pages(listings: Sequence[Listing]) -> list[Listing]:
    """Return the listings with the pages of each list joined; a listing that isn't a page is unchanged."""
    series: dict[str, list[tuple[Page, Listing]]] = {}
    alone: list[Listing] = []
    for listing in listings:
        if listing.page is None:
            alone.append(listing)
        else:
            series.setdefault(listing.page.series, []).append((listing.page, listing))
    return alone + [joined for name in sorted(series) for joined in _join_series(series[name])]


def oldest(listings: Sequence[Listing]) -> datetime | None:
    """Return the date of the oldest listing, which applies to all of them; None if one has no date."""
    dates = [listing.dated for listing in listings if listing.dated]
    return min(dates) if len(dates) == len(listings) else None


def _join_series(pages: _Pages) -> list[Listing]:
    unique: list[tuple[Page, Listing]] = []
    for page, listing in sorted(pages, key=_order):
        if not any(page == other and _records(listing) == _records(copy) for other, copy in unique):
            unique.append((page, listing))
    numbers = [page.number for page, _ in unique]
    if None not in numbers and len(set(numbers)) != len(numbers):
        return [_join([one]) for one in unique]  # two versions of one page are two sources, not one list
    return [_join(unique)]


def _join(pages: _Pages) -> Listing:
    listings = [listing for _, listing in pages]
    broken = next((listing for listing in listings if not listing.whole), None)
    gap, cause, damaged = (broken.why_part, broken.cause, broken.damaged) if broken else _gap([page for page, _ in pages])
    return replace(
        listings[0],
        records=tuple(record for listing in listings for record in listing.records),
        whole=not gap,
        why_part=gap,
        cause=cause,
        damaged=damaged,
        dated=oldest(listings),
        page=None,
    )


def _records(listing: Listing) -> list[object]:
    return [(record.key, record.fields) for record in listing.records]


def _order(one: tuple[Page, Listing]) -> tuple[int, int, str]:
    page, listing = one
    return (page.number or 0, -(page.remaining or 0), listing.path)


def _gap(pages: Sequence[Page]) -> tuple[str, Reason | None, bool]:
    """Return why these pages aren't the complete list, in words and for decisions, and whether they contradict each other.

    Empty, None and False if they are complete.
    """
    first, last = pages[0], pages[-1]
    if first.remaining is not None:
        for before, after in pairwise(pages):
            if (before.remaining or 0) - after.held != after.remaining:
                return "a page is missing in the middle of it", Reason.PARTIAL, True
        why = f"{count(last.remaining or 0, 'more record')} would follow the last page"
        return (why, Reason.PARTIAL, False) if last.remaining else _WHOLE
    if first.number is not None:
        numbers = [page.number for page in pages]
        if first.number not in (0, 1) or numbers != list(range(first.number, first.number + len(numbers))):
            return "a page of it is missing", Reason.PARTIAL, True
    if all(page.more for page in pages) or (first.number is not None and last.more):
        return "the list has more pages, which aren't in your files (hasMore)", Reason.PARTIAL, False
    if sum(not page.more for page in pages) > 1:
        return "more than one file says it is the last page", Reason.CONTRADICTORY, True
    held = sum(page.held for page in pages)
    totals = {page.total for page in pages if page.total is not None}
    if totals - {held}:
        return (
            f"it should have {count(max(totals - {held}), 'record')} (totalCount), but it has {held:,}",
            Reason.PARTIAL,
            True,
        )
    return _WHOLE


_WHOLE = ("", None, False)
