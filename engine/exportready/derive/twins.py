"""Find transactions that were entered by hand in QuickBooks although the export brought them too.

A twin has the customer and the amount of a transaction that arrived, and a date less than a week off. Nothing in ServiceTitan is it:
it has no number, or one that ServiceTitan doesn't have, and its memo doesn't show another batch. That proves nothing, so it is only
reported as possible.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from exportready.derive.exported import BookedTransaction
from exportready.derive.leftovers import as_booked
from exportready.derive.matching import ARRIVED, TWICE, Match, content_of
from exportready.derive.signs import TWIN, Key, booked_keys, sent_keys
from exportready.derive.unknowns import first_unknown, without
from exportready.kinds import fold
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.evidence import Dataset, Scope, Unknown

_APART = timedelta(days=6)
"""The limit is our own: people enter the day on which they type, and some customers pay the same amount each week."""


def with_twins(found: Sequence[Match], free: Sequence[BookedTransaction], lists: Mapping[str, Dataset]) -> list[Match]:
    """Return the matches with their twins. Each twin belongs to the nearest transaction only.

    `free`: the QuickBooks transactions that match nothing; `lists`: ServiceTitan's lists of transactions by kind.
    """
    amounts = {one.booked.amount for one in found if one.booked is not None}
    free = [book for book in free if book.amount in amounts]
    if not free:
        return list(found)
    by_key = _by_key(found)
    numbers = {kind: _numbers(kind, dataset) for kind, dataset in lists.items()}
    maybe = {content_of(one.maybe) for one in found if one.maybe is not None}
    twins: dict[int, BookedTransaction] = {}
    for book in sorted((book for book in free if content_of(book) not in maybe and _can_be_twin(book)), key=content_of):
        at = _nearest(book, found, by_key, lists, numbers)
        if at is not None:
            twins.setdefault(at, book)
    undated = _undated(free)
    return [replace(one, twin=twins.get(at) or _unknown_twin(one, undated)) for at, one in enumerate(found)]


def _undated(free: Sequence[BookedTransaction]) -> dict[Key, Unknown]:
    """Return why some of QuickBooks' transactions can't be compared: their dates or numbers aren't in the file."""
    found: dict[Key, Unknown] = {}
    for book in free:
        unknown = first_unknown(book.day, book.record.get("RefNumber"))
        if unknown is not None:
            for key in booked_keys(TWIN, book):
                found[key] = min(unknown, found.get(key, unknown), key=str)
    return found


def _unknown_twin(one: Match, undated: Mapping[Key, Unknown]) -> Unknown | None:
    """Return why we can't tell whether a transaction has a twin; None if we can."""
    if not undated or one.booked is None or one.state not in (ARRIVED, TWICE):
        return None
    unknown = min((undated[key] for key in sent_keys(TWIN, as_booked(one)) if key in undated), key=str, default=None)
    reason = "QuickBooks has one of the same customer and amount, and the file doesn't show its date and number"
    return without(unknown, reason) if unknown is not None else None


def _can_be_twin(book: BookedTransaction) -> bool:
    """Return whether it is neither voided nor without its number in the file."""
    return book.amount != 0 and not isinstance(book.record.get("RefNumber"), Unknown)


def _by_key(found: Sequence[Match]) -> dict[Key, list[tuple[date, tuple[str, ...], int]]]:
    """Return the day, the content and the position of each transaction that arrived, sorted by day."""
    by_key: dict[Key, list[tuple[date, tuple[str, ...], int]]] = {}
    for at, one in enumerate(found):
        if one.state in (ARRIVED, TWICE) and one.booked is not None and isinstance(one.booked.day, date):
            for key in sent_keys(TWIN, as_booked(one)):
                by_key.setdefault(key, []).append((one.booked.day, content_of(one.transaction), at))
    for some in by_key.values():
        some.sort()
    return by_key


def _numbers(kind: str, dataset: Dataset) -> Collection[str]:
    return {fold(number) for number in dataset.column(TRANSACTIONS[kind].number) if isinstance(number, str)}


def _nearest(
    book: BookedTransaction,
    found: Sequence[Match],
    by_key: Mapping[Key, Sequence[tuple[date, tuple[str, ...], int]]],
    lists: Mapping[str, Dataset],
    numbers: Mapping[str, Collection[str]],
) -> int | None:
    """Return the position of the nearest transaction whose twin it may be; None if there is none."""
    day = book.day
    if not isinstance(day, date):
        return None
    near = []
    for key in booked_keys(TWIN, book):
        some = by_key.get(key, ())
        at = bisect_left(some, (day,))
        near += [(abs(other - day), content, at) for other, content, at in some[max(at - 1, 0) : at + 1]]
    for apart, _, at in sorted(near):
        kind = found[at].transaction.record.kind
        if apart <= _APART and _is_nothing_of_servicetitan(book, found[at], numbers[kind]) and _covers(lists[kind], day):
            return at
    return None


def _is_nothing_of_servicetitan(book: BookedTransaction, one: Match, numbers: Collection[str]) -> bool:
    if book.number in numbers and book.number not in one.transaction.numbers:
        return False
    return not book.batches or not book.batches.isdisjoint(one.transaction.in_memo)


def _covers(dataset: Dataset, day: date) -> bool:
    """Return whether ServiceTitan's list has all transactions of a day: else it may only not be in the files."""
    if dataset.scope is Scope.PERIOD:
        return any(first <= day <= last for first, last in dataset.days)
    return dataset.scope in (Scope.WHOLE, Scope.ACTIVE)
