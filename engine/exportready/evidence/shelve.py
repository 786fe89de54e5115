"""What counts of one kind: pages joined, parts put together, sources compared; whole, or why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from exportready.kinds import KINDS, fold
from exportready.kinds.quickbooks import PARTS
from exportready.model.evidence import Listing, Record, Scope, Shelf, Unknown, Value


def shelve(kind: str, listings: Sequence[Listing], covers: str | None) -> Shelf:
    """Decide what counts of a kind. `covers` is what account.yaml says of it: "all", or which days only."""
    if kind == "account.answers":
        return _answers(listings)
    fragments = [listing for listing in listings if listing.part == "fragment"]
    lists = [listing for listing in listings if listing.part != "fragment"]
    parts: dict[str, list[Listing]] = {}
    for listing in lists:
        parts.setdefault(listing.part, []).append(listing)
    chosen: list[Listing] = []
    for part in sorted(parts):
        one = _choose(_join_pages(parts[part]))
        if isinstance(one, str):
            return Shelf(kind, why=one)
        chosen.append(one)
    if "" in parts and len(parts) > 1:
        one = _choose([listing for listing in chosen if listing.part == ""] + [_together(kind, chosen)])
        if isinstance(one, str):
            return Shelf(kind, why=one)
        chosen = [one]
    if len(chosen) > 1 or (chosen and chosen[0].part):
        chosen = [_together(kind, chosen)]
    return _shelf(kind, chosen[0] if chosen else None, fragments, covers)


def _shelf(kind: str, listing: Listing | None, fragments: Sequence[Listing], covers: str | None) -> Shelf:
    description = KINDS[kind]
    records = list(listing.records) if listing else []
    held = {fold(record.key) for record in records}
    loose = [record for record in _distinct(fragments) if fold(record.key) not in held]
    why = listing.why_part if listing else ""
    if loose or (listing is None and fragments):
        why = why or "single records do not make a list; export the whole list"
        records += loose
    whole = listing is not None and listing.whole and not loose
    dates = [one.dated for one in (listing, *fragments) if one is not None and one.dated is not None]
    dated = listing.dated if listing else min(dates, default=None)
    if covers == "all":
        whole = True
    elif covers:
        whole, why = False, f"account.yaml says that it covers {covers}"
    if not whole:
        return Shelf(kind, tuple(records), Scope.PART, why, dated)
    shows_inactive = (
        description.active is None
        or covers == "all"
        or (listing is not None and listing.reader == "iif")
        or any(record.get(description.active) is False for record in records)
    )
    if shows_inactive:
        return Shelf(kind, tuple(records), Scope.WHOLE, "", dated)
    return Shelf(kind, tuple(records), Scope.ACTIVE, "it shows no inactive record, so those may have been left out", dated)


def _answers(listings: Sequence[Listing]) -> Shelf:
    if len(listings) != 1:
        why = "two files of answers stand in this snapshot; keep one" if listings else "there is no account.yaml"
        return Shelf("account.answers", why=why)
    return Shelf("account.answers", listings[0].records, Scope.WHOLE, "", listings[0].dated)


def _together(kind: str, listings: Sequence[Listing]) -> Listing:
    """Put the lists of several parts together (the item types of qbXML)."""
    parts = [listing for listing in listings if listing.part]
    missing = [part for part in PARTS.get(kind, ()) if part not in {listing.part for listing in parts}]
    why = next((listing.why_part for listing in parts if not listing.whole), "")
    if missing and not why:
        why = f"the lists of {', '.join(missing)} are not in it"
    dates = [listing.dated for listing in parts if listing.dated]
    return replace(
        parts[0],
        records=tuple(record for listing in parts for record in listing.records),
        whole=not why,
        why_part=why,
        part="",
        dated=min(dates) if len(dates) == len(parts) else None,
    )


def _join_pages(listings: Sequence[Listing]) -> list[Listing]:
    """Join the pages of one list; what has no page stands by itself."""
    series: dict[str, list[Listing]] = {}
    alone: list[Listing] = []
    for listing in listings:
        if listing.page is None:
            alone.append(listing)
        else:
            series.setdefault(listing.page.series, []).append(listing)
    return alone + [joined for name in sorted(series) for joined in _series(series[name])]


def _series(pages: list[Listing]) -> list[Listing]:
    unique: list[Listing] = []
    for page in sorted(pages, key=_page_order):
        if not any(page.page == other.page and _agree(page, other) for other in unique):
            unique.append(page)
    numbers = [page.page.number for page in unique if page.page]
    if None not in numbers and len(set(numbers)) != len(numbers):
        return [replace(page, page=None, whole=False, why_part=_page_gap([page]) or page.why_part) for page in unique]
    broken = next((page.why_part for page in unique if not page.whole), "")
    why = broken or _page_gap(unique)
    dates = [page.dated for page in unique if page.dated]
    return [
        replace(
            unique[0],
            records=tuple(record for page in unique for record in page.records),
            whole=not why,
            why_part=why,
            dated=min(dates) if len(dates) == len(unique) else None,
            page=None,
        )
    ]


def _page_order(listing: Listing) -> tuple[int, int, str]:
    page = listing.page
    if page is None:
        return (0, 0, listing.path)
    return (page.number or 0, -(page.remaining or 0), listing.path)


def _page_gap(listings: Sequence[Listing]) -> str:
    """Why these pages are not the whole list; empty when they are."""
    pages = [listing.page for listing in listings if listing.page]
    if pages[0].remaining is not None:
        for listing, before, after in zip(listings[1:], pages, pages[1:], strict=False):
            if (before.remaining or 0) - len(listing.records) != (after.remaining or 0) and KINDS[
                listing.kind
            ].array_of is None:
                return "a page of it is missing between those that are here"
        return f"{pages[-1].remaining} more records follow the last page that is here" if pages[-1].remaining else ""
    if pages[0].number is not None:
        numbers = [page.number or 0 for page in pages]
        if numbers[0] not in (0, 1) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            return "a page of it is missing"
    if all(page.more for page in pages) or (pages[0].number is not None and pages[-1].more):
        return "more pages follow (hasMore) that are not in the snapshot"
    if sum(not page.more for page in pages) > 1:
        return "several files say that they are the last page"
    total = pages[0].total
    if total is not None and KINDS[listings[0].kind].array_of is None:
        held = sum(len(listing.records) for listing in listings)
        if held != total:
            return f"it should hold {total} records (totalCount) but holds {held}"
    return ""


def _choose(listings: list[Listing]) -> Listing | str:
    """The listing that counts, or why none does. Sources that agree are one; else the newest dated one counts."""
    first, *others = listings
    if all(_agree(first, other) for other in others):
        return max(listings, key=lambda listing: (listing.whole, _known_fields(listing), listing.reader, listing.path))
    dates = sorted((listing.dated for listing in listings if listing.dated), reverse=True)
    if len(dates) == len(listings) and dates[0] > dates[1]:
        return next(listing for listing in listings if listing.dated == dates[0])
    names = " and ".join(sorted({listing.path for listing in listings}))
    return f"{names} disagree, and nothing says which is newer; keep the newer one only"


def _known_fields(listing: Listing) -> int:
    return sum(len(record.fields) for record in listing.records)


def _agree(one: Listing, other: Listing) -> bool:
    """The same keys, and the same values in every field that both files hold."""
    if len(one.records) != len(other.records):
        return False
    shared = _names(one.records) & _names(other.records)
    return _content(one.records, shared) == _content(other.records, shared)


def _names(records: Iterable[Record]) -> set[str]:
    return {name for record in records for name in record.fields} - {"ListID", "TimeCreated", "TimeModified"}


def _content(records: Iterable[Record], names: set[str]) -> Counter[object]:
    ordered = sorted(names)
    return Counter((fold(record.key), tuple(_plain(record.get(name)) for name in ordered)) for record in records)


def _plain(value: Value) -> object:
    return "?" if isinstance(value, Unknown) else value


def _distinct(listings: Sequence[Listing]) -> list[Record]:
    """Records of fragments, copies of one record once (two responses may hold the same record)."""
    found: dict[object, Record] = {}
    for record in (record for listing in sorted(listings, key=lambda one: one.path) for record in listing.records):
        identity = KINDS[record.kind].identity
        known = record.get(identity) if identity else None
        found.setdefault(known if isinstance(known, str) else (record.key, record.where), record)
    return list(found.values())
