"""The signs by which a transaction of QuickBooks is recognized as one of ServiceTitan: number, customer, day, amount and memo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from exportready.derive.exported import BookedTransaction, SentTransaction
from exportready.derive.memos import names_batch
from exportready.model.evidence import Unknown

Sign = Callable[[SentTransaction, BookedTransaction], bool]


def same_customer(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Decide whether both name the same customer or vendor."""
    return transaction.names is not None and not transaction.names.isdisjoint(book.names)


def names_its_batch(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Decide whether the memo in QuickBooks names the transaction's batch."""
    return names_batch(book.record.get("Memo"), transaction.record)


def same_amount(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Decide whether both amounts are known and equal."""
    return isinstance(transaction.amount, Decimal) and transaction.amount == book.amount


def may_be_copy(transaction: SentTransaction, first: BookedTransaction, book: BookedTransaction) -> bool:
    """Decide whether a transaction may be a second copy of the first that was found.

    Number and customer agree, and the batch in its memo or the amount; a customer may use a payment's number again, so there the memo
    must name the batch. Under another name all must agree. One of no amount was voided, and is none.
    """
    if book.amount == 0 or not _same_number(transaction, book):
        return False
    if names_its_batch(transaction, book):
        return same_customer(transaction, book) or book.amount == first.amount
    return same_customer(transaction, book) and transaction.type != "payment" and book.amount == first.amount


def may_be_same(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Decide whether a transaction under another name may be it: somebody may have matched the customer by hand.

    By its number and a second sign; one without a number by amount and day (though not a journal entry, which may be anything), or by
    the batch in its memo and a second sign.
    """
    if transaction.numbers:
        return _same_number(transaction, book) and (
            _same_day(transaction, book) or same_amount(transaction, book) or same_customer(transaction, book)
        )
    if names_its_batch(transaction, book):
        return same_amount(transaction, book) or (same_customer(transaction, book) and _within_a_day(transaction, book))
    return bool(book.names) and same_amount(transaction, book) and _within_a_day(transaction, book)


def _may_be_customer(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """A journal entry names no customer, nor do some reports."""
    return transaction.names is None or not book.names or same_customer(transaction, book)


def _same_number(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return book.number in transaction.numbers


def _same_day(transaction: SentTransaction, book: BookedTransaction) -> bool:
    return isinstance(transaction.day, date) and transaction.day == book.day


def _within_a_day(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """A payment late in the evening is of the next day in UTC."""
    return isinstance(transaction.day, date) and isinstance(book.day, date) and abs((transaction.day - book.day).days) <= 1


def _same_subtotal(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """Where QuickBooks works out the tax, the whole may differ by its rounding."""
    own = transaction.record.get("subTotal")
    return transaction.type == "invoice" and isinstance(own, Decimal) and book.record.get("Subtotal") == abs(own)


def _is_same_payment(transaction: SentTransaction, book: BookedTransaction) -> bool:
    """A customer may use a payment's number again, so there a third sign is needed."""
    return transaction.type != "payment" or names_its_batch(transaction, book) or _within_a_day(transaction, book)


def _has_no_number(transaction: SentTransaction, _: BookedTransaction) -> bool:
    return not transaction.numbers and not isinstance(transaction.number, Unknown)


def _is_no_payment(transaction: SentTransaction, _: BookedTransaction) -> bool:
    """An invoice keeps its number; a payment's may be a check's, which says little by itself."""
    return transaction.type != "payment"


def _all(*signs: Sign) -> Sign:
    return lambda transaction, book: all(sign(transaction, book) for sign in signs)


PASSES: tuple[Sign, ...] = (
    _all(_may_be_customer, _same_number, _same_day, same_amount),
    _all(same_customer, _same_number, _same_day),
    _all(same_customer, _same_number, same_amount, _is_same_payment),
    _all(_has_no_number, same_customer, same_amount, _within_a_day),
    _all(_is_no_payment, same_customer, _same_number),
    # A customer that was matched to another name on Fix Export Issues: all else must agree.
    _all(_same_number, _same_day, same_amount),
    _all(_same_number, _same_day, _same_subtotal),
    _all(_same_number, names_its_batch),
)
"""What must agree, the surest signs first. Of the first, several that agree are copies of one."""
