"""Decides which of several lists of a kind are used: the newest, or all of them together.

Lists that differ only in which records they have add up: queries are made by day, by batch or for one record, and a list without
records that another one has isn't complete, whatever it says of itself (docs/decisions/two-sources-of-one-kind.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations

from msgspec.structs import replace

from exportready.evidence.copies import agree, identity, ids, with_fragments
from exportready.evidence.pages import oldest
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.display import join_words
from exportready.model.evidence import CLOCK_SKEW, Days, Listing, Value
from exportready.model.reasons import Reason

_ANSWER = "qbxml"
"""The reader of lists that don't say what was asked for, such as one customer or the invoices of a week."""


def choose(listings: Sequence[Listing], at: datetime) -> Listing | str:
    """Return the list to use, or why there is none.

    The newest list is used if all have dates. A qbXML answer replaces another list only if it has all of its records. Lists with
    different records add up. Lists with the same records must agree. `at` is the moment of the check.
    """
    if len(listings) == 1:  # nearly always; comparing content would read every value
        return listings[0]
    different = list({identity(one): one for one in _best_last(listings)}.values())  # a log may repeat a response many times
    lists = _newest([one for one in different if one.reader != _ANSWER], at)
    answers = [one for one in different if one.reader == _ANSWER and not any(is_older(one, other, at) for other in lists)]
    counting = [*lists, *answers]
    has = [frozenset(some) for some in ids(counting)]
    replaced = {
        mine
        for mine, one in enumerate(counting)
        for other, answer in enumerate(counting[len(lists) :], len(lists))
        if is_older(one, answer, at) and has[mine] <= has[other]
    }
    kept = [one for mine, one in enumerate(counting) if mine not in replaced]
    return kept[0] if len(kept) == 1 else _add_up(kept)


def _best_last(listings: Sequence[Listing]) -> list[Listing]:
    return sorted(
        listings, key=lambda one: (one.whole, sum(len(record.fields) for record in one.records), one.reader, one.path)
    )


def is_older(one: Listing, other: Listing, at: datetime) -> bool:
    """Return whether one list is older than another. A date after the moment of the check, `at`, shows nothing."""
    return one.dated is not None and other.dated is not None and one.dated < other.dated and other.dated - at <= CLOCK_SKEW


def _newest(listings: Sequence[Listing], at: datetime) -> list[Listing]:
    """Return the newest lists if all have dates, else all. A date after the moment of the check is never the newest."""
    dates = [one.dated for one in listings if one.dated and one.dated - at <= CLOCK_SKEW]
    newest = [one for one in listings if len(dates) == len(listings) and one.dated == max(dates)]
    return newest or list(listings)


def _add_up(listings: Sequence[Listing]) -> Listing | str:
    """Return lists of a kind as one; why there is none if they have the same records with different values."""
    has = [frozenset(some) for some in ids(listings)]
    if len(set(has)) == 1:
        if all(agree(one, other) for one, other in combinations(listings, 2)):
            return _best_last(listings)[-1]
        return f"{_paths(listings)} disagree, and we can't tell which is newer"
    order = sorted(range(len(listings)), key=lambda at: (not listings[at].whole, -len(has[at]), listings[at].path))
    maximal = [at for at in order if not any(has[at] < has[other] for other in order)]
    first, *rest = (listings[at] for at in order)
    together = replace(first, records=tuple(with_fragments(first.records, rest)), dated=oldest(listings))
    if order[0] in maximal and len({has[at] for at in maximal}) == 1:
        return together  # the others are parts of it
    parts = [listings[at] for at in maximal]
    broken = next((one for one in parts if not one.whole), None)
    return replace(
        together,
        whole=False,
        why_part=broken.why_part
        if broken
        else f"{_paths(parts)} have different records, so none of them is the complete list",
        cause=broken.cause if broken else Reason.PARTIAL,
        damaged=any(one.damaged for one in parts),
        in_list_order=False,
        page=None,
        days=() if broken else _days(parts),
    )


def _paths(listings: Sequence[Listing]) -> str:
    return join_words(sorted({one.path for one in listings}))


def _days(parts: Sequence[Listing]) -> Days:
    """Return the days that several lists of transactions cover; none if they weren't made by day.

    Where two of them overlap, they must have the same transactions. One transaction alone shows no days: it was looked up. The last
    list goes up to the day on which it was made.
    """
    kind = parts[0].kind
    name = TRANSACTIONS[kind].day if kind in TRANSACTIONS else "TxnDate"
    days = [
        dict(zip(some, (record.get(name) for record in one.records), strict=True))
        for one, some in zip(parts, ids(parts), strict=True)
    ]
    spans: list[tuple[date, date]] = []
    for of in days:
        known = [day for day in of.values() if isinstance(day, date)]
        if len(of) == 1 or len(known) < len(of):
            return ()
        spans.append((min(known), max(known)))
    for (one, first), (other, second) in combinations(zip(days, spans, strict=True), 2):
        shared = max(first[0], second[0]), min(first[1], second[1])
        if _within(one, shared) != _within(other, shared):
            return ()
    merged: list[tuple[date, date]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    made = [part.dated.date() for part, span in zip(parts, spans, strict=True) if part.dated and span[1] == merged[-1][1]]
    merged[-1] = (merged[-1][0], max([merged[-1][1], *made]))
    return tuple(merged)


def _within(days: Mapping[tuple[object, int], Value], span: tuple[date, date]) -> set[tuple[object, int]]:
    return {id_ for id_, day in days.items() if isinstance(day, date) and span[0] <= day <= span[1]}
