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

from exportready.derive.exported import Booked, Titan
from exportready.derive.memos import names_batch
from exportready.model.evidence import Unknown, Value

ARRIVED, TWICE, MISSING, EXPLAINED = "arrived", "twice", "missing", "explained"


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction of ServiceTitan with what QuickBooks has of it."""

    titan: Titan
    state: Value
    """ARRIVED, TWICE or MISSING; unknown where several answer."""
    booked: Booked | None = None
    may_be_several: bool = False
    """QuickBooks has something that may be it."""
    copies: int = 1
    """How many QuickBooks has of it."""


def match(titans: Sequence[Titan], books: Mapping[str, Sequence[Booked]]) -> list[Match]:
    """What became of each transaction, in their order."""
    found: dict[int, Match] = {}
    taken: set[int] = set()
    index = _Index(books)
    # What was voided or left behind may have been entered anew under its number: the one that was sent is served first.
    for sent, (number, signs) in product((True, False), enumerate(_PASSES)):
        wanting = {at: titan for at, titan in enumerate(titans) if at not in found and _is_sent(titan) is sent}
        answers = {
            at: [book for book in index.near(titan) if id(book) not in taken and signs(titan, book)]
            for at, titan in wanting.items()
        }
        for group in _groups(answers):
            candidates = {id(book): book for at in group for book in answers[at]}
            taken |= set(candidates)
            for at in group:
                found[at] = _settled(titans[at], answers[at], alone=len(group) == 1, exact=number == 0)
    left = [one for one in index.all if id(one) not in taken]
    rest = _Index({kind: [one for one in left if one.record.kind == kind] for kind in books})
    return [_with_what_is_left(found.get(at) or Match(titan=titan, state=MISSING), rest) for at, titan in enumerate(titans)]


def _with_what_is_left(one: Match, rest: _Index) -> Match:
    """A second copy of what arrived, and what may be it of what was not found, among what nothing was matched to."""
    titan = one.titan
    if one.state == ARRIVED and one.booked is not None:
        copies = [book for book in rest.near(titan) if _may_be_copy(titan, one.booked, book)]
        sure = [book for book in copies if _customer(titan, book) and _memo(titan, book) and book.amount == one.booked.amount]
        if sure:
            return replace(one, state=TWICE, copies=one.copies + len(sure))
        if copies:
            told = f"QuickBooks has another with its number, {_of(copies[0])}, and nothing tells whether that is a second copy"
            return replace(one, state=Unknown(told, LOOK_AT_BOTH), booked=None, may_be_several=True)
    elif one.state == MISSING:
        maybe = next((book for book in rest.near(titan) if _may_be_it(titan, book)), None)
        if maybe is not None:
            told = f"QuickBooks has one that may be it, {_of(maybe)}"
            return replace(one, state=Unknown(told, LOOK_AT_BOTH), may_be_several=True)
        if titan.is_cut:
            told = "its number is longer than QuickBooks takes, so it may stand there under another"
            return replace(one, state=Unknown(told, LOOK_FOR_IT), may_be_several=True)
    return one


LOOK_AT_BOTH = (
    "Open it in QuickBooks (Edit > Find, by its number or amount). A second copy is deleted; where it is another transaction, the one of "
    "ServiceTitan did not arrive: unpost its batch, post it, and export it again"
)
LOOK_FOR_IT = "Look for it in QuickBooks by its amount and day (Edit > Find); in ServiceTitan, give it a shorter number"


def _of(book: Booked) -> str:
    named = book.record.get("CustomerRef.FullName")
    amount = f" over {book.amount:,.2f}" if isinstance(book.amount, Decimal) else ""
    return f"of {book.day}{amount}" + (f" under {named}" if isinstance(named, str) else "")


def _settled(titan: Titan, answers: Sequence[Booked], *, alone: bool, exact: bool) -> Match:
    if not alone:
        return Match(
            titan=titan,
            state=Unknown("ServiceTitan has several that nothing tells apart: number, customer, day and amount are one"),
            may_be_several=True,
        )
    if len(answers) == 1:
        return Match(titan=titan, state=ARRIVED, booked=answers[0])
    if exact:
        return Match(titan=titan, state=TWICE, booked=answers[0], copies=len(answers))
    told = f"{len(answers)} transactions of QuickBooks may be it, and none of them is just the same"
    return Match(titan=titan, state=Unknown(told), may_be_several=True)


def _groups(answers: Mapping[int, Sequence[Booked]]) -> list[list[int]]:
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


def _customer(titan: Titan, book: Booked) -> bool:
    return titan.names is not None and not titan.names.isdisjoint(book.names)


def _may_be_customer(titan: Titan, book: Booked) -> bool:
    """A journal entry names none, nor do some reports: number, day and amount must all agree then."""
    return titan.names is None or not book.names or _customer(titan, book)


def _is_sent(titan: Titan) -> bool:
    return titan.exported is not False and titan.record.get("active") is not False and titan.record.get("status") != "Canceled"


def _memo(titan: Titan, book: Booked) -> bool:
    return names_batch(book.record.get("Memo"), titan.record)


def _subtotal(titan: Titan, book: Booked) -> bool:
    """Where QuickBooks works out the tax, the whole may differ by its rounding."""
    own = titan.record.get("subTotal")
    return titan.type == "invoice" and isinstance(own, Decimal) and book.record.get("Subtotal") == abs(own)


def _may_be_copy(titan: Titan, first: Booked, book: Booked) -> bool:
    """Number and customer are one, and the batch in its memo or the amount; a payment's number may be used again by the customer,
    so the memo must name the batch. Under another name all must agree. One of nothing was voided, and is none."""
    if book.amount == 0 or not _number(titan, book):
        return False
    if _memo(titan, book):
        return _customer(titan, book) or book.amount == first.amount
    return _customer(titan, book) and titan.type != "payment" and book.amount == first.amount


def _may_be_it(titan: Titan, book: Booked) -> bool:
    """Under another name, which may have been matched by hand: by its number and a second sign; what has no number by amount and
    day (though not a journal entry, which may be anything), or by the batch in its memo and a second sign."""
    if titan.numbers:
        return _number(titan, book) and (_day(titan, book) or _amount(titan, book) or _customer(titan, book))
    if _memo(titan, book):
        return _amount(titan, book) or (_customer(titan, book) and _next_day(titan, book))
    return bool(book.names) and _amount(titan, book) and _next_day(titan, book)


def _number(titan: Titan, book: Booked) -> bool:
    return book.number in titan.numbers


def _day(titan: Titan, book: Booked) -> bool:
    return isinstance(titan.day, date) and titan.day == book.day


def _next_day(titan: Titan, book: Booked) -> bool:
    """A payment late in the evening is of the next day in UTC."""
    return isinstance(titan.day, date) and isinstance(book.day, date) and abs((titan.day - book.day).days) <= 1


def _amount(titan: Titan, book: Booked) -> bool:
    return isinstance(titan.amount, Decimal) and titan.amount == book.amount


def _all(*signs: Callable[[Titan, Booked], bool]) -> Callable[[Titan, Booked], bool]:
    return lambda titan, book: all(sign(titan, book) for sign in signs)


def _numberless(titan: Titan, book: Booked) -> bool:
    has_none = not titan.numbers and not isinstance(titan.number, Unknown)
    return has_none and _customer(titan, book) and _amount(titan, book) and _next_day(titan, book)


def _numbered_only(titan: Titan, book: Booked) -> bool:
    """An invoice keeps its number; a payment's may be a check's, which says little by itself."""
    return titan.type != "payment" and _customer(titan, book) and _number(titan, book)


_PASSES: tuple[Callable[[Titan, Booked], bool], ...] = (
    _all(_may_be_customer, _number, _day, _amount),
    _all(_customer, _number, _day),
    _all(
        _customer,
        _number,
        _amount,
        lambda titan, book: titan.type != "payment" or _memo(titan, book) or _next_day(titan, book),
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

    def __init__(self, books: Mapping[str, Sequence[Booked]]) -> None:
        self._by_number: dict[tuple[str, str], list[Booked]] = {}
        self._by_amount: dict[tuple[str, Value], list[Booked]] = {}
        self._by_name: dict[tuple[str, str], list[Booked]] = {}
        self.all = [book for some in books.values() for book in some]
        for kind, some in books.items():
            for book in some:
                self._by_number.setdefault((kind, book.number), []).append(book)
                for name in book.names:
                    self._by_name.setdefault((kind, name), []).append(book)
                if isinstance(book.amount, Decimal):
                    self._by_amount.setdefault((kind, book.amount), []).append(book)

    def near(self, titan: Titan) -> Iterable[Booked]:
        """Those that may be it."""
        for home in titan.homes:
            for number in sorted(titan.numbers):
                yield from self._by_number.get((home, number), ())
            if not titan.numbers:
                same = self._by_amount.get((home, titan.amount), [])
                yield from same
                named = (book for name in sorted(titan.names or ()) for book in self._by_name.get((home, name), ()))
                yield from (book for book in named if book.amount != titan.amount)
