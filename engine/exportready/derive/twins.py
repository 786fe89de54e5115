"""Find transactions that were entered by hand in QuickBooks although the export brought them too.

A twin has the customer and the amount of a transaction that arrived, and a date less than a week off. Nothing in ServiceTitan is it:
it has no number, or one that ServiceTitan doesn't have, and its memo doesn't show another batch. That proves nothing, so it is only
reported as possible. If QuickBooks' list of the kind in which the transaction arrived isn't complete, we can't tell.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from exportready.derive.exported import BookedTransaction
from exportready.derive.leftovers import as_booked
from exportready.derive.matching import ARRIVED, TWICE, Match, content_of
from exportready.derive.signs import MAYBE_TWIN, TWIN, Key, booked_keys, sent_keys
from exportready.derive.unknowns import first_unknown, not_whole, without
from exportready.kinds import fold
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.evidence import Dataset, Evidence, Scope, Unknown, Value

_APART = timedelta(days=6)
"""The limit is our own: people enter the day on which they type, and some customers pay the same amount each week."""


def with_twins(found: Sequence[Match], free: Sequence[BookedTransaction], evidence: Evidence) -> list[Match]:
    """Return the matches with their twins. Each twin belongs to the nearest transaction only.

    `free`: the QuickBooks transactions that match nothing.
    """
    amounts = {one.booked.amount for one in found if one.booked is not None}
    maybe = {content_of(one.maybe) for one in found if one.maybe is not None}
    possible = [book for book in free if book.amount in amounts and _can_be_twin(book) and content_of(book) not in maybe]
    twins: dict[int, BookedTransaction] = {}
    if possible:
        by_key, lists = _by_key(found), {kind: evidence.dataset(kind) for kind in TRANSACTIONS}
        numbers = {kind: _numbers(kind, dataset) for kind, dataset in lists.items()}
        for book in sorted(possible, key=content_of):
            at = _nearest(book, found, by_key, lists, numbers)
            if at is not None:
                twins.setdefault(at, book)
    unknown = _Unknown(free, evidence)
    return [replace(one, twin=twins.get(at) or unknown.twin(one)) for at, one in enumerate(found)]


class _Unknown:
    """Why a transaction may have a twin that the files don't show: in a list that isn't complete, or without all of its fields."""

    def __init__(self, free: Sequence[BookedTransaction], evidence: Evidence) -> None:
        self._evidence = evidence
        self._by_key: dict[tuple[str, date | None, int, Key], Unknown] = {}
        """By kind, day, position in MAYBE_TWIN and key, for QuickBooks' transactions of which the file doesn't show all."""
        for book in free:
            unknown = first_unknown(book.day, book.record.get("RefNumber"), book.amount, book.party)
            if unknown is not None:
                day = book.day if isinstance(book.day, date) else None
                for number, signs in enumerate(MAYBE_TWIN):
                    for key in booked_keys(signs, book):
                        at = (book.record.kind, day, number, key)
                        self._by_key[at] = min(unknown, self._by_key.get(at, unknown), key=str)

    def twin(self, one: Match) -> Unknown | None:
        """Return why we can't tell whether a transaction has a twin; None if we can."""
        if one.booked is None or one.state not in (ARRIVED, TWICE):
            return None
        kind = one.booked.record.kind
        if self._by_key:
            days = (None, *_days_near(one.booked.day, self._evidence.dataset(one.transaction.record.kind)))
            keys = [(at, key) for at, signs in enumerate(MAYBE_TWIN) for key in sent_keys(signs, as_booked(one))]
            some = (self._by_key.get((kind, day, *key)) for day in days for key in keys)
            unknown = min((each for each in some if each is not None), key=str, default=None)
            if unknown is not None:
                reason = "QuickBooks has one that may be a copy of it, but your file doesn't show its date, number, customer or amount"
                return without(unknown, reason)
        listed = self._evidence.dataset(kind)
        return not_whole(listed) if listed.scope is Scope.PART else None


def _days_near(day: Value, dataset: Dataset) -> Iterator[date]:
    """Yield the days on which a transaction's twin may be, of those that ServiceTitan's list covers."""
    if isinstance(day, date):
        near = (day + timedelta(days=apart) for apart in range(-_APART.days, _APART.days + 1))
        yield from (one for one in near if _covers(dataset, one))


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
