"""Find transactions that were entered by hand in QuickBooks although the export brought them too.

A twin has the customer and the amount of a transaction that arrived, and a date less than a week off. Nothing in ServiceTitan is it:
it has no number, or one that ServiceTitan doesn't have, and its memo doesn't show another batch. That proves nothing, so it is only
reported as possible. If QuickBooks' list of the kind in which the transaction arrived isn't complete, we can't tell.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from exportready.derive.exported import BookedTransaction
from exportready.derive.leftovers import as_booked
from exportready.derive.matching import ARRIVED, TWICE, Match, content_of
from exportready.derive.signs import AMOUNT, CUSTOMER, HOME, TWIN, Key, Signs, booked_keys, sent_keys
from exportready.derive.unknowns import not_whole, without
from exportready.kinds import fold
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.display import join_words
from exportready.model.evidence import Dataset, Evidence, Scope, Unknown

_APART = timedelta(days=6)
"""The limit is our own: people enter the day on which they type, and some customers pay the same amount each week."""


def with_twins(found: Sequence[Match], free: Sequence[BookedTransaction], evidence: Evidence) -> list[Match]:
    """Return the matches with their twins. Each twin belongs to the nearest transaction only.

    `free`: the QuickBooks transactions that match nothing.
    """
    amounts = {one.booked.amount for one in found if one.booked is not None}
    free = [book for book in free if book.amount in amounts or isinstance(book.amount, Unknown)]
    by_key, lists = _by_key(found) if free else {}, {kind: evidence.dataset(kind) for kind in TRANSACTIONS}
    numbers = {kind: _numbers(kind, dataset) for kind, dataset in lists.items()} if free else {}
    maybe = {content_of(one.maybe) for one in found if one.maybe is not None}
    twins: dict[int, BookedTransaction] = {}
    for book in sorted((book for book in free if content_of(book) not in maybe and _can_be_twin(book)), key=content_of):
        at = _nearest(book, found, by_key, lists, numbers)
        if at is not None:
            twins.setdefault(at, book)
    unclear = _unclear(free)
    return [
        replace(one, twin=twins.get(at) or _unknown_twin(one, unclear, lists, numbers) or _unlisted(one, evidence))
        for at, one in enumerate(found)
    ]


_Unclear = Mapping[tuple[Signs, Key], Sequence[BookedTransaction]]
_SIGNS = tuple((HOME, *customer, *amount) for customer in ((CUSTOMER,), ()) for amount in ((AMOUNT,), ()))
"""What is left of `TWIN` if the file doesn't show a transaction's customer or amount."""


def _hidden(book: BookedTransaction) -> dict[str, Unknown]:
    """Return what the file doesn't show of a transaction, of what decides whether it is a twin."""
    signs = {"amount": book.amount, "date": book.day, "number": book.record.get("RefNumber")}
    signs |= {} if book.names else {"customer": book.party}
    return {name: value for name, value in signs.items() if isinstance(value, Unknown)}


def _unclear(free: Sequence[BookedTransaction]) -> _Unclear:
    """Return those of QuickBooks' transactions that can't be compared, by the signs that they have."""
    unclear: dict[tuple[Signs, Key], list[BookedTransaction]] = {}
    for book in sorted(filter(_hidden, free), key=content_of):
        hidden = _hidden(book)
        signs = (HOME, *(() if "customer" in hidden else (CUSTOMER,)), *(() if "amount" in hidden else (AMOUNT,)))
        for key in booked_keys(signs, book):
            unclear.setdefault((signs, key), []).append(book)
    return unclear


def _unknown_twin(
    one: Match, unclear: _Unclear, lists: Mapping[str, Dataset], numbers: Mapping[str, Collection[str]]
) -> Unknown | None:
    """Return why one of QuickBooks' transactions may be a transaction's twin; None if none may."""
    if not unclear or one.booked is None or one.state not in (ARRIVED, TWICE):
        return None
    sent, kind = as_booked(one), one.transaction.record.kind
    keys = ((signs, key) for signs in _SIGNS for key in sent_keys(signs, sent))
    book = next(
        (book for key in keys for book in unclear.get(key, ()) if _may_be_twin(book, one, lists[kind], numbers[kind])), None
    )
    if book is None:
        return None
    hidden = _hidden(book)
    reason = f"QuickBooks has another one that may be the same, and the file doesn't show its {join_words(sorted(hidden))}"
    return without(next(iter(hidden.values())), reason)


def _may_be_twin(book: BookedTransaction, one: Match, dataset: Dataset, numbers: Collection[str]) -> bool:
    """Return whether nothing that the file shows of a transaction speaks against a twin."""
    day, other = book.day, one.booked.day if one.booked else None
    if isinstance(day, date):
        is_far = isinstance(other, date) and abs(day - other) > _APART
        if is_far or not _covers(dataset, day):
            return False
    return _is_nothing_of_servicetitan(book, one, numbers)


def _unlisted(one: Match, evidence: Evidence) -> Unknown | None:
    """Return why a twin may be missing from the files; None if QuickBooks' list of the kind in which it arrived is complete."""
    if one.booked is None or one.state not in (ARRIVED, TWICE):
        return None
    listed = evidence.dataset(one.booked.record.kind)
    return not_whole(listed) if listed.scope is Scope.PART else None


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
