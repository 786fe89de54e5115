"""The signs that a QuickBooks transaction came from a ServiceTitan transaction, and which of them must agree in each pass.

A sign gives each side's values. Two transactions agree in a sign if they share a value, and in several signs if they share one
combination of values. So transactions are joined by these combinations, and no transaction is compared with all others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import msgspec

from exportready.derive.exported import TXN, BookedTransaction, SentTransaction
from exportready.derive.journals import JOURNAL
from exportready.model.evidence import UNSET, Unknown

Key = tuple[Hashable, ...]
_NOBODY, _ANYBODY = object(), object()
_DAY = timedelta(days=1)


class Sign(msgspec.Struct, frozen=True):
    """What may agree between two transactions. Without a value on one side, they don't agree."""

    sent: Callable[[SentTransaction], Iterable[Hashable]]
    """The values of a ServiceTitan transaction."""
    booked: Callable[[BookedTransaction], Iterable[Hashable]]
    """The values of a QuickBooks transaction."""


Signs = tuple[Sign, ...]


def sent_keys(signs: Signs, transaction: SentTransaction) -> Iterator[Key]:
    """Return each combination of a ServiceTitan transaction's values."""
    return product(*[sign.sent(transaction) for sign in signs])


def booked_keys(signs: Signs, book: BookedTransaction) -> Iterator[Key]:
    """Return each combination of a QuickBooks transaction's values."""
    return product(*[sign.booked(book) for sign in signs])


def same_customer(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether both have the same customer or vendor."""
    return transaction.names is not None and not transaction.names.isdisjoint(book.names)


def _days(day: object) -> tuple[date, ...]:
    return (day,) if isinstance(day, date) else ()


def _near_days(transaction: SentTransaction) -> tuple[date, ...]:
    """Return the days that are at most one apart. A late-evening payment is dated the next day in UTC."""
    day = transaction.day
    return (day - _DAY, day, day + _DAY) if isinstance(day, date) else ()


def _amounts(amount: object) -> tuple[Decimal, ...]:
    return (amount,) if isinstance(amount, Decimal) else ()


def _perhaps(transaction: SentTransaction) -> Iterable[Hashable]:
    return (_ANYBODY,) if transaction.names is None else (_NOBODY, *transaction.names)


def _homes(transaction: SentTransaction) -> Iterable[Hashable]:
    """Return the kinds it may have become. A journal entry also has a direction: a refund debits Accounts Receivable."""
    return [(home, transaction.direction if home == JOURNAL else 0) for home in transaction.homes]


def _if(is_true: bool) -> tuple[bool, ...]:
    return (True,) if is_true else ()


HOME = Sign(_homes, lambda book: [(book.record.kind, direction) for direction in book.directions])
NUMBER = Sign(lambda one: one.numbers, lambda book: (book.number,) if book.number else ())
CUSTOMER = Sign(lambda one: one.names or (), lambda book: book.names)
PERHAPS_CUSTOMER = Sign(_perhaps, lambda book: (*book.names, _ANYBODY) if book.names else (_NOBODY, _ANYBODY))
"""Journal entries and some reports have no customer."""
DAY = Sign(lambda one: _days(one.day), lambda book: _days(book.day))
NEAR_DAY = Sign(_near_days, lambda book: _days(book.day))
AMOUNT = Sign(lambda one: _amounts(one.amount), lambda book: _amounts(book.amount))
SUBTOTAL = Sign(lambda one: _amounts(one.subtotal), lambda book: _amounts(book.record.get("Subtotal")))
"""If QuickBooks calculates the tax, rounding may make the totals differ."""
BATCH = Sign(lambda one: one.in_memo, lambda book: book.batches)
"""The batch is in QuickBooks' memo."""
ACCOUNT = Sign(lambda one: one.accounts, lambda book: book.accounts)
"""A journal entry's account is the payment type's."""
INVOICES = Sign(lambda one: (one.applied,) if one.applied else (), lambda book: (book.applied,) if book.applied else ())
"""They pay the same invoices."""
AN_INVOICE = Sign(lambda one: one.applied, lambda book: book.applied)
THE_INVOICE = Sign(
    lambda one: [paid for paid in one.applied if paid[0] == TXN],
    lambda book: [paid for paid in book.applied if paid[0] == TXN],
)
"""They pay an invoice that was found in QuickBooks, so it isn't only the number that agrees."""
HAS_NO_NUMBER = Sign(lambda one: _if(one.has_no_number), lambda _: (True,))
NUMBER_MAY_DIFFER = Sign(
    lambda one: _if(one.number_may_differ), lambda book: _if(not isinstance(book.record.get("RefNumber"), Unknown))
)
NAMELESS = Sign(lambda one: _if(one.names is not None), lambda book: _if(not book.names and book.party is UNSET))
"""The customer is known in ServiceTitan, and the journal entry has none."""
NUMBER_IS_ITS_OWN = Sign(lambda one: _if(one.type != "payment"), lambda _: (True,))
"""A payment's number may be a check's, which proves little by itself."""
IS_NAMED = Sign(lambda _: (True,), lambda book: _if(bool(book.names)))
"""A journal entry without a customer may be anything."""

EXACT: Signs = (HOME, NUMBER, DAY, AMOUNT, PERHAPS_CUSTOMER)
"""Several that agree in these are duplicates."""
PASSES: tuple[Signs, ...] = (
    EXACT,
    (HOME, NUMBER, CUSTOMER, DAY),
    (HOME, NUMBER, CUSTOMER, AMOUNT, NUMBER_IS_ITS_OWN),
    (HOME, NUMBER, CUSTOMER, AMOUNT, BATCH),
    (HOME, NUMBER, CUSTOMER, AMOUNT, NEAR_DAY),
)
"""The signs that must agree in each pass, surest first, if the number traveled."""
BY_NUMBER_ALONE: tuple[Signs, ...] = (
    (HOME, NUMBER, CUSTOMER, NUMBER_IS_ITS_OWN),
    # The customer was matched to another name on Fix Export Issues: everything else must agree.
    (HOME, NUMBER, DAY, AMOUNT),
    (HOME, NUMBER, DAY, SUBTOTAL),
    (HOME, NUMBER, BATCH),
)
UNNUMBERED: tuple[Signs, ...] = (
    (HOME, NUMBER_MAY_DIFFER, CUSTOMER, AMOUNT, NEAR_DAY, BATCH, INVOICES),
    (HOME, NUMBER_MAY_DIFFER, CUSTOMER, AMOUNT, NEAR_DAY, BATCH, AN_INVOICE),
    (HOME, NUMBER_MAY_DIFFER, CUSTOMER, AMOUNT, NEAR_DAY, BATCH),
    (HOME, NUMBER_MAY_DIFFER, CUSTOMER, AMOUNT, NEAR_DAY, INVOICES),
    (HOME, NUMBER_MAY_DIFFER, CUSTOMER, AMOUNT, NEAR_DAY, AN_INVOICE),
    (HOME, NUMBER_MAY_DIFFER, AMOUNT, NEAR_DAY, THE_INVOICE),
    (HOME, NUMBER_MAY_DIFFER, CUSTOMER, AMOUNT, NEAR_DAY, ACCOUNT),
    (HOME, NUMBER_MAY_DIFFER, NAMELESS, AMOUNT, DAY, ACCOUNT),
    (HOME, HAS_NO_NUMBER, CUSTOMER, AMOUNT, NEAR_DAY),
)
"""The signs that must agree if the number didn't travel. Which number of a payment does is not established."""

COPIES: tuple[Signs, ...] = (
    (HOME, NUMBER, CUSTOMER, BATCH),
    (HOME, NUMBER, AMOUNT, BATCH),
    (HOME, NUMBER, CUSTOMER, AMOUNT, NUMBER_IS_ITS_OWN),
)
"""The signs of a second copy on another day, under another name, or with another amount. Customers may reuse payment numbers."""
SURE_COPY: Signs = (HOME, NUMBER, CUSTOMER, AMOUNT, BATCH)

TWIN: Signs = (HOME, CUSTOMER, AMOUNT)
"""The signs of a transaction that was entered by hand a second time."""
MAYBE: tuple[Signs, ...] = (
    (HOME, NUMBER, DAY),
    (HOME, NUMBER, AMOUNT),
    (HOME, NUMBER, CUSTOMER),
    (HOME, HAS_NO_NUMBER, AMOUNT, BATCH),
    (HOME, HAS_NO_NUMBER, CUSTOMER, NEAR_DAY, BATCH),
    (HOME, HAS_NO_NUMBER, IS_NAMED, AMOUNT, NEAR_DAY),
)
"""The signs that a transaction may be there under another name, or on another day. They are too few to be sure."""
MAYBE_UNNUMBERED: tuple[Signs, ...] = (
    (HOME, CUSTOMER, AMOUNT, NEAR_DAY),
    (HOME, AMOUNT, NEAR_DAY, BATCH),
    (HOME, NUMBER_MAY_DIFFER, AMOUNT, BATCH),
    (HOME, NUMBER_MAY_DIFFER, CUSTOMER, NEAR_DAY, BATCH),
)
"""The signs that one that was sent may be there under another number."""
