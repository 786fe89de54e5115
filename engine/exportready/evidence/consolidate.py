"""Makes one dataset of all listings of a kind: joins pages and parts, compares sources, and decides how complete it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from exportready.evidence.copies import identity, modified, with_fragments
from exportready.evidence.pages import join_pages, oldest
from exportready.evidence.sources import choose, is_older
from exportready.kinds import KINDS, fold
from exportready.kinds.account import ALL, BATCH, DAYS, NONE_THERE, PART
from exportready.kinds.nouns import noun
from exportready.kinds.quickbooks import PARTS
from exportready.model.display import format_date
from exportready.model.evidence import SHEET, Covers, Dataset, Listing, Record, Scope
from exportready.model.reasons import Channel, Reason

KEEP_NEWER = "Two of your files disagree. Keep only the newer one"


def consolidate(kind: str, listings: Sequence[Listing], covers: Covers | None, at: datetime) -> Dataset:
    """Return the dataset of a kind.

    `covers` is what account.yaml says about it, if that is still valid. A source dated after `at`, the moment of the check, is never
    the newest one.
    """
    if kind in _ACCUMULATES:
        listings = [_concatenate(listings)]
    fragments = [listing for listing in listings if listing.part == "fragment"]
    sheets = [listing for listing in listings if listing.part == SHEET]
    parts: dict[str, list[Listing]] = {}
    for listing in listings:
        if listing.part not in ("fragment", SHEET):
            parts.setdefault(listing.part, []).append(listing)
    if sheets and not parts:
        return _with_remedy(_dataset(kind, _merge_sheets(sheets), fragments, covers))
    fragments += sheets  # next to a program's list, each row of a spreadsheet is compared with its record
    chosen: list[Listing] = []
    for part in sorted(parts):
        one = choose(join_pages(parts[part]), at)
        if isinstance(one, str):
            return _contradictory(kind, one)
        chosen.append(one)
    if "" in parts and len(parts) > 1 and not _missing(kind, chosen):
        one = choose([listing for listing in chosen if listing.part == ""] + [_join_parts(kind, chosen)], at)
        if isinstance(one, str):
            return _contradictory(kind, one)
        chosen = [one]
    elif "" in parts:
        whole = next(listing for listing in chosen if not listing.part)
        fragments += [part for part in chosen if part.part and not is_older(part, whole, at)]
        chosen = [whole]
    if len(chosen) > 1 or (chosen and chosen[0].part):
        chosen = [_join_parts(kind, chosen)]
    return _dataset(kind, _without_copies(chosen[0]) if chosen else None, fragments, covers)


def _describe_days(covers: Covers) -> str:
    return " through ".join(map(format_date, covers.days)) if covers.days else covers.what


def _contradictory(kind: str, why: str) -> Dataset:
    """Return an empty dataset: its sources disagree, so none of them is used."""
    return Dataset(kind=kind, why=why, cause=Reason.CONTRADICTORY, remedy=KEEP_NEWER, channel=Channel.EXPORT)


_ACCUMULATES = ("quickbooks.Status",)
"""Kinds of which each file has its own records: none is a newer state of another."""


def _concatenate(listings: Sequence[Listing]) -> Listing:
    """Return all listings as one, leaving out copies of the same response."""
    different = list({identity(one): one for one in listings}.values())
    records = tuple(record for one in different for record in one.records)
    return replace(different[0], records=records, whole=all(one.whole for one in different), dated=oldest(different))


def _merge_sheets(sheets: Sequence[Listing]) -> Listing:
    """Return the spreadsheets of a kind as one list, batch by batch. Fields of a record in which two of them differ are unknown."""
    worst = next((sheet for sheet in sheets if sheet.damaged), sheets[0])
    records = tuple(with_fragments((), sheets))
    return replace(
        sheets[0],
        records=records,
        why_part=worst.why_part,
        cause=worst.cause,
        damaged=worst.damaged,
        part="",
        dated=oldest(sheets),
    )


def _with_remedy(dataset: Dataset) -> Dataset:
    """Return the dataset of spreadsheets, with what to do if we can't tell whether they are complete."""
    if dataset.scope is not Scope.PART or dataset.cause is not Reason.NOT_STATED_WHOLE:
        return dataset
    parent = KINDS[dataset.kind].array_of
    owner = parent[0] if parent else dataset.kind
    batch = KINDS[owner].at_fault == "transaction"
    complete = "has everything in the batch you are about to export" if batch else "is the complete list"
    remedy = f"Tell us whether your spreadsheet with the {noun(owner, 2)} {complete}"
    return replace(dataset, remedy=remedy, channel=Channel.ASK)


WHY_NOT_STATED_WHOLE = "we can't tell whether this spreadsheet is the complete list"
"""Why the rows of a spreadsheet may be only a part, in words. The reason for decisions is `Reason.NOT_STATED_WHOLE`."""


def _without_copies(listing: Listing) -> Listing:
    """Return a list without copies of the same record.

    Copies that differ contradict each other, except in a feed, where the one modified last is used, even if it was renamed.
    """
    description = KINDS[listing.kind]
    if description.identity is None:
        return listing
    ids = [record.fields.get(description.identity) for record in listing.records]
    if len({id_ for id_ in ids if isinstance(id_, str)}) == len(ids):
        return listing
    known: dict[object, Record] = {}
    for index, record in enumerate(listing.records):
        id_ = record.get(description.identity)
        name = record.key.rpartition(" / ")[0] if description.numbered else record.key
        place = (index,) if not isinstance(id_, str) else (id_,) if listing.is_feed else (id_, fold(name))
        copy = known.setdefault(place, record)
        if copy.fields == record.fields:
            continue
        first, last = modified(copy), modified(record)
        if not listing.is_feed or first is None or last is None or first == last:
            why = f"{record.key} is in it twice, with different values"
            cause = listing.cause or Reason.CONTRADICTORY
            return replace(listing, whole=False, why_part=listing.why_part or why, cause=cause, damaged=True)
        known[place] = record if last > first else copy
    return replace(listing, records=tuple(known.values()))


def _dataset(kind: str, listing: Listing | None, fragments: Sequence[Listing], covers: Covers | None) -> Dataset:
    """Return the dataset of a list and of single records (fragments). A list without one of these isn't complete."""
    description = KINDS[kind]
    listed = list(listing.records) if listing else []
    records = tuple(with_fragments(listed, fragments))
    added = len(records) > len(listed)
    dates = [one.dated for one in (listing, *fragments) if one is not None and one.dated is not None]
    dated = listing.dated if listing else min(dates, default=None)
    whole = listing is not None and listing.whole and not added
    what = covers.what if covers else ""

    def part(why: str, cause: Reason = Reason.PARTIAL, scope: Scope = Scope.PART) -> Dataset:
        return Dataset(kind=kind, records=records, scope=scope, why=why, cause=cause, dated=dated)

    if covers and what == NONE_THERE and records:
        return part(f"you answered that there are none, but your files have {records[0].key}", Reason.CONTRADICTORY)
    if covers and listing is not None and not listing.damaged and not added:
        if what == PART:
            return part("you answered that your file isn't the complete list")
        if what in (BATCH, NONE_THERE) and not whole:
            why = "you answered that it has everything in the pending batches, but no other transactions"
            return part(why, Reason.NOT_SUPPLIED, Scope.WAITING)
        if what == DAYS:
            days = (covers.days,) if covers.days else ()
            return replace(part(f"it only covers {_describe_days(covers)}", scope=Scope.PERIOD), days=days)
        whole = whole or what == ALL
    if added and listing and listing.whole:
        return part(f"{records[len(listed)].where.path} has a record that isn't in the list in {listing.path}")
    if listing is None:
        return part(fragments[0].why_part or "your files have only single records of it; export the complete list")
    if not whole and listing.days:
        return replace(part(listing.why_part, scope=Scope.PERIOD), days=listing.days)
    if not whole:
        return part(listing.why_part, listing.cause or Reason.PARTIAL)
    shows_inactive = (
        description.active is None
        or what == ALL
        or listing.reader == "iif"
        or any(record.get(description.active) is False for record in records)
    )
    if shows_inactive:
        return Dataset(kind=kind, records=records, scope=Scope.WHOLE, why="", dated=dated)
    return part("it has no inactive records, so they may have been left out", Reason.ACTIVE_ONLY, Scope.ACTIVE)


def _missing(kind: str, listings: Sequence[Listing]) -> list[str]:
    """Return the parts of a kind that are not among these lists."""
    return [part for part in PARTS.get(kind, ()) if part not in {listing.part for listing in listings}]


def _join_parts(kind: str, listings: Sequence[Listing]) -> Listing:
    """Return the lists of several parts (the item types of qbXML) as one."""
    parts = [listing for listing in listings if listing.part]
    missing = _missing(kind, parts)
    why, cause = next(((listing.why_part, listing.cause) for listing in parts if not listing.whole), ("", None))
    if missing and not why:
        why, cause = f"it doesn't have these lists: {', '.join(missing)}", Reason.PARTIAL
    return replace(
        parts[0],
        records=tuple(record for listing in parts for record in listing.records),
        whole=not why,
        why_part=why,
        cause=cause,
        damaged=any(listing.damaged for listing in parts),
        part="",
        dated=oldest(parts),
    )
