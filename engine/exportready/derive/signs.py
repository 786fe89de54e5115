"""The signs that a QuickBooks transaction came from a ServiceTitan transaction: number, customer, day, amount and memo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from exportready.derive.exported import BookedTransaction, SentTransaction
from exportready.derive.memos import names_batch
from exportready.model.evidence import Unknown

Sign = Callable[[SentTransaction, BookedTransaction], bool]


def same_customer(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether both have the same customer or vendor."""
    return transaction.names is not None and not transaction.names.isdisjoint(book.names)


def names_its_batch(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether the memo in QuickBooks contains the transaction's batch."""
    return names_batch(book.record.get("Memo"), transaction.record)


def same_amount(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether both amounts are known and equal."""
    return isinstance(transaction.amount, Decimal) and transaction.amount == book.amount


def may_be_copy(transaction: SentTransaction, first: BookedTransaction, book: BookedTransaction) -> bool:
    """Return whether a QuickBooks transaction may be a duplicate of the first one found.

    The number and customer must agree, and either the batch in the memo or the amount. Customers may reuse payment numbers, so for a
    payment the memo must contain the batch. Under another name, everything must agree. One with a zero amount was voided, so it is no
    duplicate.
    """
    if book.amount == 0 or not _same_number(transaction, book):
        return False
    if names_its_batch(transaction, book):
        return same_customer(transaction, book) or book.amount == first.amount
    return same_customer(transaction, book) and transaction.type != "payment" and book.amount == first.amount


def may_be_same(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether a transaction under another name may be it: a person may have matched the customer by hand.

    It needs the same number and a second sign. Without a number, it needs the same amount and day (but not a journal entry, which may
    be anything), or the batch in its memo and a second sign.
    """
    if transaction.numbers:
        return _same_number(transaction, book) and (
            _same_day(transaction, book) or same_amount(transaction, book) or same_customer(transaction, book)
        )
    if names_its_batch(transaction, book):
        return same_amount(transaction, book) or (same_customer(transaction, book) and _within_a_day(transaction, book))
    return bool(book.names) and same_amount(transaction, book) and _within_a_day(transaction, book)


def _may_be_customer(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether the customers may be the same. Journal entries and some reports have no customer."""
    return transaction.names is None or not book.names or same_customer(transaction, book)


def _same_number(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return book.number in transaction.numbers


def _same_day(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return isinstance(transaction.day, date) and transaction.day == book.day


def _within_a_day(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether the days are at most one apart. A late-evening payment is dated the next day in UTC."""
    return isinstance(transaction.day, date) and isinstance(book.day, date) and abs((transaction.day - book.day).days) <= 1


def _same_subtotal(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether the subtotals agree. If QuickBooks calculates the tax, rounding may make the totals differ."""
    own = transaction.record.get("subTotal")
    return transaction.type == "invoice" and isinstance(own, Decimal) and book.record.get("Subtotal") == abs(own)


def _is_same_payment(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Return whether a payment has a third sign, since customers may reuse payment numbers. Others don't need one."""
    return transaction.type != "payment" or names_its_batch(transaction, book) or _within_a_day(transaction, book)


def _has_no_number(transaction: SentTransaction, _: BookedTransaction) -> bool:
    return not transaction.numbers and not isinstance(transaction.number, Unknown)


def _is_no_payment(transaction: SentTransaction, _: BookedTransaction) -> bool:
    """Return whether it isn't a payment. A payment's number may be a check number, which proves little by itself."""
    return transaction.type != "payment"


def _all(*signs: Sign) -> Sign:
    return lambda transaction, book: all(sign(transaction, book) for sign in signs)


PASSES: tuple[Sign, ...] = (
    _all(_may_be_customer, _same_number, _same_day, same_amount),
    _all(same_customer, _same_number, _same_day),
    _all(same_customer, _same_number, same_amount, _is_same_payment),
    _all(_has_no_number, same_customer, same_amount, _within_a_day),
    _all(_is_no_payment, same_customer, _same_number),
    # The customer was matched to another name on Fix Export Issues: everything else must agree.
    _all(_same_number, _same_day, same_amount),
    _all(_same_number, _same_day, _same_subtotal),
    _all(_same_number, names_its_batch),
)
"""The signs that must agree in each pass, surest first. Several that agree in the first pass are duplicates."""
