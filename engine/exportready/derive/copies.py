"""Find pending transactions that QuickBooks already has, because someone entered them by hand or another program sent them.

The number must agree, and either the customer (with the amount, or a day nearby) or both the day and the amount. If one side has no
number, or an invoice has another one, the customer, the amount and the day must agree, and that is only a sign. A transaction of
QuickBooks that belongs to another transaction of ServiceTitan is no copy. Neither is one that ServiceTitan sent itself, as the batch
in its memo shows: exporting a batch again creates no duplicates (docs/sources.md, tie-out).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from exportready.derive.answers import facts_of
from exportready.derive.batches import to_be_whole
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.exported import BookedTransaction, SentTransaction, booked_of, sent
from exportready.derive.memos import names_batch
from exportready.derive.unknowns import any_of, first_unknown, not_whole, unresolved, without
from exportready.kinds import fold
from exportready.kinds.nouns import list_name
from exportready.kinds.transactions import BILL, CREDIT_MEMO, INVOICE, PAYMENT, PURCHASE_ORDER, TRANSACTIONS
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value

_KIND = "derived.pending_copy"
_USUAL = {
    INVOICE: "quickbooks.Invoice",
    PAYMENT: "quickbooks.ReceivePayment",
    CREDIT_MEMO: "quickbooks.CreditMemo",
    BILL: "quickbooks.Bill",
    PURCHASE_ORDER: "quickbooks.PurchaseOrder",
}
"""Kind of transaction -> what it usually becomes in QuickBooks."""
_NEARBY_DAYS = 31
"""Maximum number of days between a transaction and its copy with another amount. The limit is our own."""
_ROUNDING = Decimal("0.05")
"""How much the totals may differ because the two programs round the tax differently. The limit is our own."""


@derivation(
    _KIND,
    reads="""
servicetitan.invoice id waits active referenceNumber customer.id customer.name invoiceDate subTotal total batch.number batch.name
servicetitan.payment id waits active referenceNumber checkNumber customer.id customer.name date total batch.number batch.name
servicetitan.payment generalLedgerAccount.name
servicetitan.credit_memo id waits active referenceNumber customer.id customer.name date total batch.number batch.name
servicetitan.bill id waits status active referenceNumber vendorNumber vendor.id vendor.name billDate billAmount batch.number batch.name
servicetitan.purchase_order id waits number status vendorId date total
servicetitan.vendor id name
derived.account purchasing purchaseOrdersExported
quickbooks.Invoice TxnDate RefNumber CustomerRef.FullName Memo Subtotal SalesTaxTotal
quickbooks.CreditMemo TxnDate RefNumber CustomerRef.FullName Memo TotalAmount
quickbooks.ReceivePayment TxnDate RefNumber CustomerRef.FullName Memo TotalAmount
quickbooks.Bill TxnDate RefNumber VendorRef.FullName Memo AmountDue
quickbooks.PurchaseOrder TxnDate RefNumber VendorRef.FullName Memo TotalAmount
""",
)
def copies(inputs: Inputs) -> Dataset:
    """Conclude one record for each pending transaction.

    Invoices are always looked for. Other transactions are looked for if the files have QuickBooks' transactions of their type.
    """
    evidence = inputs.evidence
    found = Conclusions(_KIND)
    kinds, shape = list(_looked_for(evidence)), _Shape(evidence)
    waiting: list[SentTransaction] = []
    for kind in kinds:
        for record in evidence.dataset(kind).rows():
            waits = record.get("waits")
            if waits is True:
                waiting.append(shape.of(record))
            elif waits is not False:
                found.doubt = without(waits, f"we don't know whether {record.key} is pending")
    books = _Books(evidence, waiting, shape)
    for transaction in waiting:
        found.add(_fields(transaction, books), transaction.record.where)
    return found.dataset(*map(evidence.dataset, kinds), waiting_suffices=True)


def _looked_for(evidence: Evidence) -> Iterator[str]:
    is_exported = facts_of(evidence).get("purchaseOrdersExported") is not False
    for kind in to_be_whole(evidence, tuple(_USUAL)):
        is_there = evidence.dataset(_USUAL[kind]).scope is not Scope.MISSING
        if kind == INVOICE or (is_there and (is_exported or kind != PURCHASE_ORDER)):
            yield kind


class _Shape:
    """Brings ServiceTitan's transactions into the shape in which they are compared."""

    def __init__(self, evidence: Evidence) -> None:
        self._vendors = evidence.dataset("servicetitan.vendor")
        self._vendor_names = self._vendors.lookup("id", "name")

    def of(self, record: Record) -> SentTransaction:
        """Return a transaction; a purchase order has only the ID of its vendor."""
        of = TRANSACTIONS[record.kind]
        if record.kind != PURCHASE_ORDER:
            return sent(record, of, False, record.get("batch.number"), record.get(of.party))
        unknown = unresolved(self._vendors, f"the vendor of purchase order {record.key} is not in your files")
        return sent(record, of, False, UNSET, self._vendor_names.get(record.get(of.party_id), unknown))


def _fields(transaction: SentTransaction, books: _Books) -> dict[str, Value]:
    surely, copy = books.copy_of(transaction, with_number=True)
    is_sure: Value = True
    if surely is False:
        maybe, other = books.copy_of(transaction, with_number=False)
        if maybe is not False:
            surely, copy, is_sure = maybe, other, False
    return {
        "type": transaction.type,
        "id": transaction.record.get("id"),
        "customer": transaction.name,
        "number": transaction.number,
        "date": transaction.day,
        "amount": transaction.amount,
        "inQuickBooks": surely,
        "sameNumber": is_sure,
        "booksCustomer": _party(copy) if copy else UNSET,
        "booksDate": copy.day if copy else UNSET,
        "booksAmount": copy.amount if copy else UNSET,
    }


def _party(book: BookedTransaction) -> Value:
    return book.record.get("VendorRef.FullName" if "VendorRef.FullName" in book.record.names() else "CustomerRef.FullName")


class _Books:
    """QuickBooks' transactions that may be copies of pending ones, by kind and number."""

    def __init__(self, evidence: Evidence, waiting: Iterable[SentTransaction], shape: _Shape) -> None:
        self._evidence = evidence
        pending = list(waiting)
        numbers = {number for one in pending for number in one.numbers}
        amounts = {one.amount for one in pending}
        self._by_number: dict[tuple[str, str], list[BookedTransaction]] = {}
        self._without_number: dict[str, list[BookedTransaction]] = {}
        self._unreadable: dict[str, Unknown] = {}
        """Kind -> the unknown number of one of its transactions."""
        self._by_amount: dict[tuple[str, Value], list[BookedTransaction]] = {}
        self._by_day: dict[tuple[str, Value], list[BookedTransaction]] = {}
        """Those that can't be found by their amount, because it is unknown on one of the two sides."""
        has_unknown = any(isinstance(amount, Unknown) for amount in amounts)
        found: set[str] = set()
        """The numbers of those that are found by something else."""
        for book in booked_of(evidence, _USUAL.values()):
            kind, number = book.record.kind, book.record.get("RefNumber")
            if isinstance(number, Unknown):
                self._unreadable.setdefault(kind, number)
            elif not isinstance(number, str):
                self._without_number.setdefault(kind, []).append(book)
            elif book.number in numbers:
                self._by_number.setdefault((kind, book.number), []).append(book)
            if isinstance(book.amount, Unknown) or has_unknown:
                self._by_day.setdefault((kind, book.day), []).append(book)
                found.add(book.number)
            if book.amount in amounts:
                self._by_amount.setdefault((kind, book.amount), []).append(book)
                found.add(book.number)
        has_any = self._by_number or self._by_amount or self._by_day
        self._others = list(_others(evidence, numbers | found, shape)) if has_any else []
        self._batches = {
            (number, name): record
            for kind in (INVOICE, PAYMENT, CREDIT_MEMO, BILL)
            for record in evidence.dataset(kind).rows()
            if isinstance(number := record.get("batch.number"), str) and isinstance(name := record.get("batch.name"), str)
        }

    def copy_of(self, transaction: SentTransaction, *, with_number: bool) -> tuple[Value, BookedTransaction | None]:
        """Return whether QuickBooks has a transaction, and that one.

        `with_number`: with the same number, or else one of the two has none or another one.
        """
        home = transaction.homes[0]
        if with_number and isinstance(transaction.number, Unknown):
            return transaction.number, None
        known: list[Value] = []
        for book in self._near(transaction, home, with_number=with_number):
            same = _is_same(transaction, book) if with_number else _may_be_same(transaction, book)
            if same is not False and self._was_sent(book):
                same = False
            if same is True:
                return True, book
            known.append(same)
        unknown = any_of(known)
        if with_number and not isinstance(unknown, Unknown):
            unknown = self._hidden(home, transaction) or False
        return unknown, None

    def _near(self, transaction: SentTransaction, home: str, *, with_number: bool) -> Iterator[BookedTransaction]:
        if with_number:
            for number in sorted(transaction.numbers):
                yield from self._by_number.get((home, number), ())
        elif transaction.numbers:
            yield from self._without_number.get(home, ())
            if transaction.type == "invoice":  # entered by hand, it gets QuickBooks' own next number
                some = self._with_amount(transaction, home)
                yield from (book for book in some if book.number and book.number not in transaction.numbers)
        else:
            yield from self._with_amount(transaction, home)

    def _with_amount(self, transaction: SentTransaction, home: str) -> Iterator[BookedTransaction]:
        """Yield those with the same amount, and of those of the same day the ones of which we can't tell."""
        is_unknown = isinstance(transaction.amount, Unknown)
        yield from () if is_unknown else self._by_amount.get((home, transaction.amount), ())
        same_day = self._by_day.get((home, transaction.day), ())
        yield from (book for book in same_day if is_unknown or isinstance(book.amount, Unknown))

    def _was_sent(self, book: BookedTransaction) -> bool:
        """Return whether it belongs to another transaction of ServiceTitan, or its memo shows a batch of ServiceTitan."""
        if any(names_batch(book.record.get("Memo"), record) for record in self._batches.values()):
            return True
        return any(
            book.number in other.numbers and book.record.kind in other.homes and _is_same(other, book) is True
            for other in self._others
        )

    def _hidden(self, home: str, transaction: SentTransaction) -> Unknown | None:
        """Return why a transaction may be in QuickBooks although the files don't show it."""
        dataset = self._evidence.dataset(home)
        if dataset.scope is Scope.MISSING and home != _USUAL[INVOICE]:
            return None  # a net negative invoice becomes a credit memo, and those are looked for if the files have them
        day = transaction.day
        is_covered = isinstance(day, date) and any(first <= day <= last for first, last in dataset.days)
        if dataset.scope is Scope.WHOLE or (dataset.scope is Scope.PERIOD and is_covered):
            unread = self._unreadable.get(home)
            return without(unread, f"the numbers of some {list_name(home)} aren't in the file") if unread else None
        return not_whole(dataset)


def _others(evidence: Evidence, numbers: set[str], shape: _Shape) -> Iterator[SentTransaction]:
    """Yield the transactions that aren't pending and have one of these numbers: those of QuickBooks may be theirs."""
    for kind, of in TRANSACTIONS.items():
        dataset = evidence.dataset(kind)
        for record, number, waits in zip(dataset.rows(), dataset.column(of.number), dataset.column("waits"), strict=True):
            if waits is False and isinstance(number, str) and fold(number) in numbers and not _is_void(record):
                yield shape.of(record)


def _is_void(record: Record) -> bool:
    return record.get("active") is False or record.get("status") == "Canceled"


# -- the signs, each true, false or unknown


def _is_same(transaction: SentTransaction, book: BookedTransaction) -> Value:
    """Return whether a transaction with the same number is a copy."""
    customer, amount = _same_party(transaction, book), _same_amount(transaction, book)
    near = any_of((amount, _days_apart(transaction, book, _NEARBY_DAYS)))
    return any_of((_both(customer, near), _both(amount, _days_apart(transaction, book, 0))))


def _may_be_same(transaction: SentTransaction, book: BookedTransaction) -> Value:
    """Return whether a transaction without the same number is probably a copy."""
    if transaction.amount == 0:
        return False
    day = _days_apart(transaction, book, 0)
    return _both(_same_party(transaction, book), _both(_close(transaction.amount, book.amount), day))


def _both(one: Value, other: Value) -> Value:
    if one is False or other is False:
        return False
    return first_unknown(one, other) or True


def _same_party(transaction: SentTransaction, book: BookedTransaction) -> Value:
    if transaction.names is None:
        return without(transaction.name, f"the customer or vendor of {transaction.record.key} is not in your files")
    party = _party(book)
    return party if isinstance(party, Unknown) else not transaction.names.isdisjoint(book.names)


def _same_amount(transaction: SentTransaction, book: BookedTransaction) -> Value:
    """Return whether the amounts agree. Of an invoice, the amount before tax is enough."""
    pairs = [(transaction.amount, book.amount)]
    if transaction.type == "invoice":
        pairs.append((transaction.record.get("subTotal"), book.record.get("Subtotal")))
    return any_of(_close(*pair) for pair in pairs)


def _close(one: Value, other: Value) -> Value:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(abs(one) - abs(other)) <= _ROUNDING
    return first_unknown(one, other) or False


def _days_apart(transaction: SentTransaction, book: BookedTransaction, most: int) -> Value:
    if isinstance(transaction.day, date) and isinstance(book.day, date):
        return abs((transaction.day - book.day).days) <= most
    return first_unknown(transaction.day, book.day) or False
