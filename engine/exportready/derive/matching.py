"""Match each exported ServiceTitan transaction with QuickBooks by number, customer and day, with the amount as a check.

Matching runs in passes, from the surest signs to the weakest. Numbers are not unique in QuickBooks, so if several transactions match,
the result is unknown rather than guessed. A transaction matched in one pass is not available in the next. Leftovers on both sides that
may belong together, and possible duplicates, are unknown too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import product

import msgspec
from msgspec.structs import replace

from exportready.derive.exported import BookedTransaction, SentTransaction
from exportready.derive.signs import PASSES, may_be_copy, may_be_same, names_its_batch, same_customer
from exportready.model.display import format_date, format_money
from exportready.model.evidence import Unknown, Value
from exportready.model.reasons import Channel, Reason

ARRIVED, TWICE, MISSING, EXPLAINED = "arrived", "twice", "missing", "explained"

_LOOK_AT_BOTH = (
    "Open it in QuickBooks (Edit > Find, by its number or amount). If it is a duplicate, delete it. If it is a different transaction, the "
    "one from ServiceTitan did not arrive: unpost its batch, post it, and export it again"
)
_LOOK_FOR_IT = "Look for it in QuickBooks by its amount and date (Edit > Find). In ServiceTitan, give it a shorter number"
_TWINS = Unknown(
    cause=Reason.AMBIGUOUS,
    reason="ServiceTitan has several with the same number, customer, date and amount",
)


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A ServiceTitan transaction with its match in QuickBooks."""

    transaction: SentTransaction
    state: Value
    """ARRIVED, TWICE, MISSING or EXPLAINED; unknown if several match."""
    booked: BookedTransaction | None = None
    may_be_several: bool = False
    """Whether QuickBooks has transactions that may be it."""
    copies: int = 1
    """How many copies QuickBooks has."""


def match(transactions: Sequence[SentTransaction], books: Mapping[str, Sequence[BookedTransaction]]) -> list[Match]:
    """Return the match of each transaction, in the same order."""
    index = _Index(book for some in books.values() for book in some)
    found, taken = _matched(transactions, index)
    rest = _Index(book for position, book in enumerate(index.books) if position not in taken)
    unmatched = (Match(transaction=one, state=MISSING) for one in transactions)
    return [_with_what_is_left(found.get(at) or none, rest) for at, none in enumerate(unmatched)]


def _matched(transactions: Sequence[SentTransaction], index: _Index) -> tuple[dict[int, Match], set[int]]:
    """Return the matches by the position of their transaction, and the positions in the index that they use."""
    found: dict[int, Match] = {}
    taken: set[int] = set()
    # A voided or unexported transaction may have been re-entered with the same number: match the one that was sent first.
    for sent, (number, agrees) in product((True, False), enumerate(PASSES)):
        candidates = {
            at: [
                position
                for position in index.near(transaction)
                if position not in taken and agrees(transaction, index.books[position])
            ]
            for at, transaction in enumerate(transactions)
            if at not in found and _was_sent(transaction) is sent
        }
        for group in _groups(candidates):
            taken.update(position for at in group for position in candidates[at])
            for at in group:
                books = [index.books[position] for position in candidates[at]]
                found[at] = _settled(transactions[at], books, alone=len(group) == 1, exact=number == 0)
    return found, taken


def _was_sent(transaction: SentTransaction) -> bool:
    """Return whether it was exported, and was neither voided nor canceled."""
    return (
        transaction.exported is not False
        and transaction.record.get("active") is not False
        and transaction.record.get("status") != "Canceled"
    )


def _settled(transaction: SentTransaction, books: Sequence[BookedTransaction], *, alone: bool, exact: bool) -> Match:
    """Return the match of a transaction with those that agree. `alone`: no other ServiceTitan transaction agrees with them."""
    if not alone:
        return Match(transaction=transaction, state=_TWINS, may_be_several=True)
    if len(books) == 1:
        return Match(transaction=transaction, state=ARRIVED, booked=books[0])
    if exact:
        return Match(transaction=transaction, state=TWICE, booked=books[0], copies=len(books))
    reason = f"{len(books)} transactions in QuickBooks may be it, and none is an exact match"
    return Match(transaction=transaction, state=Unknown(cause=Reason.AMBIGUOUS, reason=reason), may_be_several=True)


def _groups(candidates: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Group the transactions that agree with the same QuickBooks transactions, directly or through others."""
    claims: dict[int, list[int]] = {}
    for at, positions in candidates.items():
        for position in positions:
            claims.setdefault(position, []).append(at)
    groups: list[list[int]] = []
    seen: set[int] = set()
    for start, positions in candidates.items():
        if start in seen or not positions:
            continue
        group, queue = [], [start]
        seen.add(start)
        while queue:
            at = queue.pop()
            group.append(at)
            for other in {other for position in candidates[at] for other in claims[position]} - seen:
                seen.add(other)
                queue.append(other)
        groups.append(sorted(group))
    return groups


# -- what is left over on both sides


def _with_what_is_left(one: Match, rest: _Index) -> Match:
    """Search the unmatched QuickBooks transactions for duplicates of what arrived, and for what may be the missing one."""
    if one.state == ARRIVED and one.booked is not None:
        return _with_copies(one, one.booked, rest)
    if one.state != MISSING:
        return one
    transaction = one.transaction
    maybe = next((book for book in rest.of(transaction) if may_be_same(transaction, book)), None)
    if maybe is not None:
        reason = f"QuickBooks has one that may be it, {_described(maybe)}"
        return replace(
            one,
            state=Unknown(cause=Reason.AMBIGUOUS, reason=reason, remedy=_LOOK_AT_BOTH, channel=Channel.EXPORT),
            may_be_several=True,
        )
    if transaction.is_cut:
        reason = "its number is longer than QuickBooks accepts, so it may be there under another number"
        return replace(
            one,
            state=Unknown(cause=Reason.INCONCLUSIVE, reason=reason, remedy=_LOOK_FOR_IT, channel=Channel.EXPORT),
            may_be_several=True,
        )
    return one


def _with_copies(one: Match, booked: BookedTransaction, rest: _Index) -> Match:
    transaction = one.transaction
    copies = [book for book in rest.of(transaction) if may_be_copy(transaction, booked, book)]
    sure = [
        book
        for book in copies
        if same_customer(transaction, book) and names_its_batch(transaction, book) and book.amount == booked.amount
    ]
    if sure:
        return replace(one, state=TWICE, copies=one.copies + len(sure))
    if not copies:
        return one
    described = _described(copies[0])
    reason = f"QuickBooks has another with the same number, {described}, and we can't tell whether it is a duplicate"
    return replace(
        one,
        state=Unknown(cause=Reason.AMBIGUOUS, reason=reason, remedy=_LOOK_AT_BOTH, channel=Channel.EXPORT),
        booked=None,
        may_be_several=True,
    )


def _described(book: BookedTransaction) -> str:
    customer = book.record.get("CustomerRef.FullName")
    day = f"dated {format_date(book.day)}" if isinstance(book.day, date) else "without a date"
    amount = f" for {format_money(book.amount)}" if isinstance(book.amount, Decimal) else ""
    return f"{day}{amount}" + (f" under {customer}" if isinstance(customer, str) else "")


class _Index:
    """QuickBooks' transactions, and their positions by kind and number, name or amount."""

    def __init__(self, books: Iterable[BookedTransaction]) -> None:
        self.books = list(books)
        self._by_number: dict[tuple[str, str], list[int]] = {}
        self._by_amount: dict[tuple[str, Value], list[int]] = {}
        self._by_name: dict[tuple[str, str], list[int]] = {}
        for position, book in enumerate(self.books):
            kind = book.record.kind
            self._by_number.setdefault((kind, book.number), []).append(position)
            for name in book.names:
                self._by_name.setdefault((kind, name), []).append(position)
            if isinstance(book.amount, Decimal):
                self._by_amount.setdefault((kind, book.amount), []).append(position)

    def near(self, transaction: SentTransaction) -> Iterator[int]:
        """Yield the positions of possible matches: by number; without a number, by amount and then by name."""
        for home in transaction.homes:
            for number in sorted(transaction.numbers):
                yield from self._by_number.get((home, number), ())
            if not transaction.numbers:
                yield from self._by_amount.get((home, transaction.amount), ())
                for name in sorted(transaction.names or ()):
                    for position in self._by_name.get((home, name), ()):
                        if self.books[position].amount != transaction.amount:
                            yield position

    def of(self, transaction: SentTransaction) -> Iterator[BookedTransaction]:
        """Return the possible matches of a transaction."""
        return (self.books[position] for position in self.near(transaction))
