"""Each exported transaction of ServiceTitan against QuickBooks: by number within its customer, by day, the amount as a check.

It is looked for in passes, the surest signs first. A number is not unique in QuickBooks, so where several answer nothing is
guessed: they are told as such. What was matched in one pass is nobody else's in the next. What is left over on both sides and
might belong together, and what looks like a second copy, is told as unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import product

import msgspec
from msgspec.structs import replace

from exportready.derive.exported import BookedTransaction, SentTransaction
from exportready.derive.memos import names_batch
from exportready.model.evidence import Unknown, Value
from exportready.model.reasons import Reason

ARRIVED, TWICE, MISSING, EXPLAINED = "arrived", "twice", "missing", "explained"


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction of ServiceTitan with what QuickBooks has of it."""

    transaction: SentTransaction
    state: Value
    """ARRIVED, TWICE or MISSING; unknown where several answer."""
    booked: BookedTransaction | None = None
    may_be_several: bool = False
    """QuickBooks has something that may be it."""
    copies: int = 1
    """How many QuickBooks has of it."""


def match(transactions: Sequence[SentTransaction], books: Mapping[str, Sequence[BookedTransaction]]) -> list[Match]:
    """What became of each transaction, in their order."""
    found: dict[int, Match] = {}
    taken: set[int] = set()
    index = _Index(books)
    # What was voided or left behind may have been entered anew under its number: the one that was sent is served first.
    for sent, (number, signs) in product((True, False), enumerate(_PASSES)):
        wanting = {
            at: transaction for at, transaction in enumerate(transactions) if at not in found and _is_sent(transaction) is sent
        }
        answers = {
            at: [book for book in index.near(transaction) if id(book) not in taken and signs(transaction, book)]
            for at, transaction in wanting.items()
        }
        for group in _groups(answers):
            candidates = {id(book): book for at in group for book in answers[at]}
            taken |= set(candidates)
            for at in group:
                found[at] = _settled(transactions[at], answers[at], alone=len(group) == 1, exact=number == 0)
    left = [one for one in index.all if id(one) not in taken]
    rest = _Index({kind: [one for one in left if one.record.kind == kind] for kind in books})
    unmatched = (Match(transaction=one, state=MISSING) for one in transactions)
    return [_with_what_is_left(found.get(at) or none, rest) for at, none in enumerate(unmatched)]


def _with_what_is_left(one: Match, rest: _Index) -> Match:
    """A second copy of what arrived, and what may be it of what was not found, among what nothing was matched to."""
    transaction = one.transaction
    if one.state == ARRIVED and one.booked is not None:
        copies = [book for book in rest.near(transaction) if _may_be_copy(transaction, one.booked, book)]
        sure = [
            book
            for book in copies
            if _customer(transaction, book) and _memo(transaction, book) and book.amount == one.booked.amount
        ]
        if sure:
            return replace(one, state=TWICE, copies=one.copies + len(sure))
        if copies:
            told = f"QuickBooks has another with its number, {_of(copies[0])}, and nothing tells whether that is a second copy"
            return replace(one, state=Unknown(Reason.INCONCLUSIVE, told, LOOK_AT_BOTH), booked=None, may_be_several=True)
    elif one.state == MISSING:
        maybe = next((book for book in rest.near(transaction) if _may_be_it(transaction, book)), None)
        if maybe is not None:
            told = f"QuickBooks has one that may be it, {_of(maybe)}"
            return replace(one, state=Unknown(Reason.INCONCLUSIVE, told, LOOK_AT_BOTH), may_be_several=True)
        if transaction.is_cut:
            told = "its number is longer than QuickBooks takes, so it may stand there under another"
            return replace(one, state=Unknown(Reason.INCONCLUSIVE, told, LOOK_FOR_IT), may_be_several=True)
    return one


LOOK_AT_BOTH = (
    "Open it in QuickBooks (Edit > Find, by its number or amount). A second copy is deleted; where it is another transaction, the one of "
    "ServiceTitan did not arrive: unpost its batch, post it, and export it again"
)
LOOK_FOR_IT = "Look for it in QuickBooks by its amount and day (Edit > Find); in ServiceTitan, give it a shorter number"


def _of(book: BookedTransaction) -> str:
    named = book.record.get("CustomerRef.FullName")
    amount = f" over {book.amount:,.2f}" if isinstance(book.amount, Decimal) else ""
    return f"of {book.day}{amount}" + (f" under {named}" if isinstance(named, str) else "")


def _settled(transaction: SentTransaction, answers: Sequence[BookedTransaction], *, alone: bool, exact: bool) -> Match:
    if not alone:
        return Match(
            transaction=transaction,
            state=Unknown(
                Reason.INCONCLUSIVE,
                "ServiceTitan has several that nothing tells apart: number, customer, day and amount are one",
            ),
            may_be_several=True,
        )
    if len(answers) == 1:
        return Match(transaction=transaction, state=ARRIVED, booked=answers[0])
    if exact:
        return Match(transaction=transaction, state=TWICE, booked=answers[0], copies=len(answers))
    told = f"{len(answers)} transactions of QuickBooks may be it, and none of them is just the same"
    return Match(transaction=transaction, state=Unknown(Reason.INCONCLUSIVE, told), may_be_several=True)


def _groups(answers: Mapping[int, Sequence[BookedTransaction]]) -> list[list[int]]:
    """Those that want the same of QuickBooks' transactions stand in one group."""
    claims: dict[int, list[int]] = {}
    for at, books in answers.items():
        for book in books:
            claims.setdefault(id(book), []).append(at)
    groups: list[list[int]] = []
    seen: set[int] = set()
    for start, books in answers.items():
        if start in seen or not books:
            continue
        group, waiting = [], [start]
        seen.add(start)
        while waiting:
            at = waiting.pop()
            group.append(at)
            for other in {other for book in answers[at] for other in claims[id(book)]} - seen:
                seen.add(other)
                waiting.append(other)
        groups.append(sorted(group))
    return groups


# -- signs


def _customer(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return transaction.names is not None and not transaction.names.isdisjoint(book.names)


def _may_be_customer(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """A journal entry names none, nor do some reports: number, day and amount must all agree then."""
    return transaction.names is None or not book.names or _customer(transaction, book)


def _is_sent(transaction: SentTransaction) -> bool:
    return (
        transaction.exported is not False
        and transaction.record.get("active") is not False
        and transaction.record.get("status") != "Canceled"
    )


def _memo(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return names_batch(book.record.get("Memo"), transaction.record)


def _subtotal(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Where QuickBooks works out the tax, the whole may differ by its rounding."""
    own = transaction.record.get("subTotal")
    return transaction.type == "invoice" and isinstance(own, Decimal) and book.record.get("Subtotal") == abs(own)


def _may_be_copy(transaction: SentTransaction, first: BookedTransaction, book: BookedTransaction) -> bool:
    """Number and customer are one, and the batch in its memo or the amount; a payment's number may be used again by the customer,
    so the memo must name the batch. Under another name all must agree. One of nothing was voided, and is none."""
    if book.amount == 0 or not _number(transaction, book):
        return False
    if _memo(transaction, book):
        return _customer(transaction, book) or book.amount == first.amount
    return _customer(transaction, book) and transaction.type != "payment" and book.amount == first.amount


def _may_be_it(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Under another name, which may have been matched by hand: by its number and a second sign; what has no number by amount and
    day (though not a journal entry, which may be anything), or by the batch in its memo and a second sign."""
    if transaction.numbers:
        return _number(transaction, book) and (
            _day(transaction, book) or _amount(transaction, book) or _customer(transaction, book)
        )
    if _memo(transaction, book):
        return _amount(transaction, book) or (_customer(transaction, book) and _next_day(transaction, book))
    return bool(book.names) and _amount(transaction, book) and _next_day(transaction, book)


def _number(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return book.number in transaction.numbers


def _day(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return isinstance(transaction.day, date) and transaction.day == book.day


def _next_day(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """A payment late in the evening is of the next day in UTC."""
    return isinstance(transaction.day, date) and isinstance(book.day, date) and abs((transaction.day - book.day).days) <= 1


def _amount(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return isinstance(transaction.amount, Decimal) and transaction.amount == book.amount


def _all(*signs: Callable[[SentTransaction, BookedTransaction], bool]) -> Callable[[SentTransaction, BookedTransaction], bool]:
    return lambda transaction, book: all(sign(transaction, book) for sign in signs)


def _numberless(transaction: SentTransaction, book: BookedTransaction) -> bool:
    has_none = not transaction.numbers and not isinstance(transaction.number, Unknown)
    return has_none and _customer(transaction, book) and _amount(transaction, book) and _next_day(transaction, book)


def _numbered_only(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """An invoice keeps its number; a payment's may be a check's, which says little by itself."""
    return transaction.type != "payment" and _customer(transaction, book) and _number(transaction, book)


_PASSES: tuple[Callable[[SentTransaction, BookedTransaction], bool], ...] = (
    _all(_may_be_customer, _number, _day, _amount),
    _all(_customer, _number, _day),
    _all(
        _customer,
        _number,
        _amount,
        lambda transaction, book: transaction.type != "payment" or _memo(transaction, book) or _next_day(transaction, book),
    ),
    _numberless,
    _numbered_only,
    # A customer that was matched to another name on Fix Export Issues: all else must agree.
    _all(_number, _day, _amount),
    _all(_number, _day, _subtotal),
    _all(_number, _memo),
)


class _Index:
    """QuickBooks' transactions by kind and number, and by kind and amount for those that have no number in ServiceTitan."""

    def __init__(self, books: Mapping[str, Sequence[BookedTransaction]]) -> None:
        self._by_number: dict[tuple[str, str], list[BookedTransaction]] = {}
        self._by_amount: dict[tuple[str, Value], list[BookedTransaction]] = {}
        self._by_name: dict[tuple[str, str], list[BookedTransaction]] = {}
        self.all = [book for some in books.values() for book in some]
        for kind, some in books.items():
            for book in some:
                self._by_number.setdefault((kind, book.number), []).append(book)
                for name in book.names:
                    self._by_name.setdefault((kind, name), []).append(book)
                if isinstance(book.amount, Decimal):
                    self._by_amount.setdefault((kind, book.amount), []).append(book)

    def near(self, transaction: SentTransaction) -> Iterable[BookedTransaction]:
        """Those that may be it."""
        for home in transaction.homes:
            for number in sorted(transaction.numbers):
                yield from self._by_number.get((home, number), ())
            if not transaction.numbers:
                same = self._by_amount.get((home, transaction.amount), [])
                yield from same
                named = (book for name in sorted(transaction.names or ()) for book in self._by_name.get((home, name), ()))
                yield from (book for book in named if book.amount != transaction.amount)
