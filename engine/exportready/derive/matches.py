"""One record for each exported transaction: whether it is in QuickBooks, how the two differ, and which connector sent it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from exportready.derive.answers import batches_named, facts_of, first_day
from exportready.derive.arrivals import arrivals, explanation, unknown_void
from exportready.derive.batches import to_be_whole
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.differences import Parties, other_day
from exportready.derive.exported import BookedTransaction, SentTransaction
from exportready.derive.leftovers import described
from exportready.derive.lines import Comparer, Lines
from exportready.derive.matching import ARRIVED, EXPLAINED, MISSING, TWICE, Match
from exportready.derive.references import exported_reads, with_exported
from exportready.derive.unknowns import because_of, first_unknown, without
from exportready.kinds import KINDS
from exportready.kinds.transactions import PURCHASE_ORDER, TRANSACTIONS
from exportready.model.display import format_date, format_money
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Unknown, Value
from exportready.model.reasons import Channel, Reason

_KIND = "derived.match"
_LINES = {
    "quickbooks.Invoice": "quickbooks.InvoiceLine",
    "quickbooks.CreditMemo": "quickbooks.CreditMemoLine",
}
_FOR_LINES = "linesAgree linesMissing linesExtra"
_SETTLING = timedelta(minutes=10)
"""QuickBooks' own changes while it creates a transaction are not edits. The limit is our own."""
_OVERNIGHT = timedelta(days=1)
"""ServiceTitan records the export itself as a change; a change more than a day later is an edit. The limit is our own."""


@derivation(
    _KIND,
    reads=f"""
{exported_reads(TRANSACTIONS)}
derived.account purchasing purchaseOrdersExported connector
derived.batch number status
servicetitan.customer id name
servicetitan.invoice id syncStatus active referenceNumber customer.id customer.name invoiceDate subTotal salesTax total
servicetitan.invoice batch.id batch.number batch.name modifiedOn
servicetitan.invoice_item parent.id skuId skuName quantity total active isChargeable
servicetitan.payment id syncStatus active referenceNumber checkNumber customer.id customer.name date total type
servicetitan.payment batch.id batch.number batch.name modifiedOn generalLedgerAccount.name
servicetitan.payment_application parent.id appliedTo appliedToReferenceNumber
servicetitan.credit_memo id syncStatus active referenceNumber customer.id customer.name date total
servicetitan.credit_memo batch.id batch.number batch.name modifiedOn
servicetitan.bill id syncStatus status active referenceNumber vendorNumber vendor.id vendor.name billDate billAmount
servicetitan.bill batch.id batch.number batch.name modifiedOn
servicetitan.purchase_order id number status vendorId batchId date total modifiedOn
servicetitan.export_error transaction
servicetitan.vendor id name
servicetitan.material id code
servicetitan.equipment id code
servicetitan.service id code
servicetitan.tax_rate salesTaxItem
quickbooks.Invoice TxnID TimeCreated TimeModified TxnDate RefNumber CustomerRef.FullName Memo Subtotal SalesTaxTotal
quickbooks.Invoice ARAccountRef.FullName
quickbooks.InvoiceLine parent.TxnID ItemRef.FullName Quantity Amount
quickbooks.CreditMemo TxnID TimeCreated TimeModified TxnDate RefNumber CustomerRef.FullName Memo TotalAmount Subtotal SalesTaxTotal
quickbooks.CreditMemo ARAccountRef.FullName
quickbooks.CreditMemoLine parent.TxnID ItemRef.FullName Quantity Amount
quickbooks.ReceivePayment TxnID TimeCreated TimeModified TxnDate RefNumber CustomerRef.FullName Memo TotalAmount
quickbooks.JournalEntry TxnID TimeCreated TimeModified TxnDate RefNumber Memo
quickbooks.ReceivePayment ARAccountRef.FullName
quickbooks.AppliedToTxn parent.TxnID TxnID RefNumber
quickbooks.LinkedTxn parent.TxnID parent.RefNumber parent.TxnDate TxnID TxnType Amount
quickbooks.JournalDebitLine parent.TxnID AccountRef.FullName EntityRef.FullName Amount Memo
quickbooks.JournalCreditLine parent.TxnID AccountRef.FullName EntityRef.FullName Memo
quickbooks.Bill TxnID TimeCreated TimeModified TxnDate RefNumber VendorRef.FullName Memo AmountDue
quickbooks.PurchaseOrder TxnID TimeCreated TimeModified TxnDate RefNumber VendorRef.FullName Memo TotalAmount
quickbooks.Item Name ItemType
account.answers webConnector.since
""",
    only_for=dict.fromkeys(_LINES.values(), _FOR_LINES),
)
def matches(inputs: Inputs) -> Dataset:
    """Conclude one record for each exported transaction. The list is as complete as the files' transactions are."""
    evidence = inputs.evidence
    found = Conclusions(_KIND)
    arrived = arrivals(evidence)
    memos = _Memos(evidence, arrived)
    bypassed = batches_named(evidence, "bypassedBatches")
    compared = Comparer(evidence, "servicetitan.invoice_item", _LINES)
    parties = Parties(evidence, arrived)
    lines = {at: _lines(one, one.booked, compared) for at, one in enumerate(arrived) if one.booked is not None}
    for at, one in enumerate(arrived):
        fields = _of_transaction(one)
        if one.state == EXPLAINED:
            fields["explained"] = explanation(one.transaction, bypassed) or UNSET
        if one.booked is not None:
            fields |= _of_booked(one, one.booked) | memos.of(one, one.booked) | parties.of(one, one.booked)
            fields |= _compared(lines[at], compared)
        found.add(fields, one.transaction.record.where)
    return found.dataset(*(with_exported(evidence, kind) for kind in to_be_whole(evidence, tuple(TRANSACTIONS))))


def _of_transaction(one: Match) -> dict[str, Value]:
    """Return the fields that come from ServiceTitan's transaction. The others are empty, or unknown if its state is unknown."""
    transaction = one.transaction
    record, of = transaction.record, TRANSACTIONS[transaction.record.kind]
    unknown = one.state if isinstance(one.state, Unknown) else None
    fields: dict[str, Value] = dict.fromkeys(KINDS[_KIND].fields, unknown or UNSET)
    return fields | {
        "type": transaction.type,
        "id": record.get("id"),
        "customer": transaction.name,
        "number": transaction.number,
        "called": _called(transaction),
        "date": transaction.day,
        "amount": record.get(of.amount),
        "batch": transaction.batch,
        "batchName": record.get("batch.name") if record.kind != PURCHASE_ORDER else UNSET,
        "exported": transaction.exported,
        "state": one.state,
        "explained": UNSET,
        "told": unknown.reason if unknown else _DESCRIBED.get(str(one.state), ""),
    }


def _called(transaction: SentTransaction) -> str:
    """Return what a person can find it by: its number, or its date and amount if it has no number."""
    if isinstance(transaction.number, str):
        return transaction.number
    day = format_date(transaction.day) if isinstance(transaction.day, date) else ""
    amount = format_money(transaction.amount) if isinstance(transaction.amount, Decimal) else ""
    return f"({', '.join(filter(None, ('no number', day, amount)))})"


_DESCRIBED = {
    ARRIVED: "is in QuickBooks",
    TWICE: "is in QuickBooks twice",
    MISSING: "is not in QuickBooks",
    EXPLAINED: "doesn't need to be in QuickBooks",
}
"""State -> how a sentence about the transaction ends."""


# -- what is in QuickBooks


def _of_booked(one: Match, book: BookedTransaction) -> dict[str, Value]:
    """Return the fields that come from QuickBooks' transaction."""
    record = book.record
    differences = _differences(one.transaction, book)
    fields: dict[str, Value] = {
        "books": record.kind.partition(".")[2],
        "booksKey": record.key,
        "booksId": record.get("TxnID"),
        "booksAmount": book.amount,
        "copies": Decimal(one.copies),
        **differences,
        **_edits(one.transaction, record),
        "twin": described(one.twin) if isinstance(one.twin, BookedTransaction) else one.twin or UNSET,
        **other_day(one.transaction, book),
    }
    if one.state == TWICE and one.copies > 2:
        fields["told"] = f"is in QuickBooks {one.copies} times"
    elif one.state == ARRIVED and (different := _different(one.transaction, book, differences)):
        fields["told"] = different
    return fields


def _lines(one: Match, book: BookedTransaction, compared: Comparer) -> Lines | None:
    """Compare the lines of an invoice; None if it has none to compare."""
    if book.record.kind not in _LINES or one.transaction.type != "invoice":
        return None
    sign = -1 if book.record.kind == "quickbooks.CreditMemo" else 1
    return compared.compare(one.transaction.record, book.record, sign)


def _compared(lines: Lines | None, compared: Comparer) -> dict[str, Value]:
    """Return how the lines compare, once those of all invoices have been compared."""
    if lines is None:
        return {"linesAgree": UNSET}
    agree, missing = compared.decided(lines)
    return {"linesAgree": agree, "linesMissing": missing or UNSET, "linesExtra": lines.extra or UNSET}


def _differences(transaction: SentTransaction, book: BookedTransaction) -> dict[str, Value]:
    """Return the differences of the totals, the subtotals and the tax. Only invoices and credit memos have tax of their own."""
    whole = _apart(transaction.amount, book.amount)
    if transaction.type != "invoice" or book.record.kind not in _LINES:
        return {"difference": whole, "subtotalDifference": whole, "taxDifference": Decimal(0)}
    return {
        "difference": whole,
        "subtotalDifference": _apart(transaction.record.get("subTotal"), book.record.get("Subtotal")),
        "taxDifference": _apart(transaction.record.get("salesTax"), book.record.get("SalesTaxTotal")),
    }


def _apart(one: Value, other: Value) -> Value:
    unknown = first_unknown(one, other)
    if unknown is not None:
        return unknown
    left, right = (value if isinstance(value, Decimal) else Decimal(0) for value in (one, other))
    return abs(abs(left) - abs(right))


def _different(transaction: SentTransaction, book: BookedTransaction, by: Mapping[str, Value]) -> str:
    """Describe the difference in amounts; empty if there is none or it is unknown."""
    if isinstance(by["difference"], Decimal) and by["difference"]:
        return f"is in QuickBooks with {_money(book.amount)} instead of {_money(transaction.amount)}"
    if isinstance(by["subtotalDifference"], Decimal) and by["subtotalDifference"]:
        own, theirs = transaction.record.get("subTotal"), book.record.get("Subtotal")
        return f"is in QuickBooks with {_money(theirs)} before tax instead of {_money(own)}, but the same total"
    return ""


def _money(amount: Value) -> str:
    return format_money(amount) if isinstance(amount, Decimal) else "no amount"


def _edits(transaction: SentTransaction, book: Record) -> dict[str, Value]:
    """Return when each program changed it after QuickBooks created it; unset if it did not."""
    created, changed, modified = book.get("TimeCreated"), book.get("TimeModified"), transaction.record.get("modifiedOn")
    if not isinstance(created, datetime):
        unknown = (
            created if isinstance(created, Unknown) else without(created, "QuickBooks' file doesn't show when it was created")
        )
        return {"booksEdited": unknown, "titanEdited": unknown}
    in_books: Value = changed if not isinstance(changed, datetime) else changed if changed - created > _SETTLING else UNSET
    in_titan: Value = (
        modified if not isinstance(modified, datetime) else modified if modified - created > _OVERNIGHT else UNSET
    )
    maybe_void = unknown_void(transaction)
    if maybe_void is not None and in_titan is UNSET:
        in_titan = maybe_void
    elif explanation(transaction, frozenset()) in ("voided", "canceled"):
        in_titan = (
            modified
            if isinstance(modified, datetime)
            else without(modified, "it was voided in ServiceTitan, and the file doesn't show when")
        )
    return {"booksEdited": in_books, "titanEdited": in_titan}


class _Memos:
    """Reads from the memos whether they show their batch, and whether the ServiceTitan Web Connector sent the transaction."""

    def __init__(self, evidence: Evidence, arrived: Iterable[Match]) -> None:
        self._since = first_day(evidence)
        self._connector = facts_of(evidence).get("connector")
        self._named = {
            (one.transaction.type, one.transaction.batch)
            for one in arrived
            if one.booked is not None and one.booked.batches & one.transaction.in_memo
        }
        """(type, batch) pairs with the batch in at least one memo: the connector that writes memos sent all of them."""

    def of(self, one: Match, book: BookedTransaction) -> dict[str, Value]:
        """Return the memo fields of a transaction that is in QuickBooks."""
        memo, record = book.memo, one.transaction.record
        unknown = first_unknown(memo, record.get("batch.number"), record.get("batch.name"))
        named: Value = unknown or bool(book.batches & one.transaction.in_memo)
        return {"memo": memo, "memoNamesBatch": named, "sentByNew": self._sent_by_new(one, book, named)}

    def _sent_by_new(self, one: Match, book: BookedTransaction, named: Value) -> Value:
        """Return true if the ServiceTitan Web Connector must have sent it."""
        if named is True or (one.transaction.type, one.transaction.batch) in self._named:
            return True
        created = book.record.get("TimeCreated")
        if self._since is not None and one.transaction.type == "invoice" and isinstance(created, datetime):
            return created.date() >= self._since
        if self._connector == "quickbooks":
            return False
        unknown = Unknown(
            cause=Reason.UNANSWERED if self._since is None else Reason.INCONCLUSIVE,
            reason="we can't tell which connector sent it",
            remedy="Give the first day the ServiceTitan Web Connector sent your batches",
            channel=Channel.ASK,
        )
        return unknown if self._since is None else because_of(unknown, named, created)
