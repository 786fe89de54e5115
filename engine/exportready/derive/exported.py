"""ServiceTitan's exported transactions and QuickBooks' own, each brought into one shape for comparing them.

A customer is found by the name, with the Export ID behind it or not, on any level of a customer:job; dates of ServiceTitan
are midnight in UTC, so their day is the date itself (docs/sources.md, tie-out). What was left behind in a batch of which
others were exported is looked for too: it belongs to that batch's sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from exportready.derive.waiting import ORDERS, named_batches
from exportready.kinds import fold
from exportready.model.evidence import UNSET, Evidence, Record, Unknown, Value
from exportready.model.reasons import Reason

INVOICE, PAYMENT, CREDIT_MEMO = "servicetitan.invoice", "servicetitan.payment", "servicetitan.credit_memo"
BILL = "servicetitan.bill"
TYPES = {INVOICE: "invoice", PAYMENT: "payment", CREDIT_MEMO: "credit memo", BILL: "bill", ORDERS: "purchase order"}
DONE = ("Exported", "PostedAndExported")
LENGTHS = {INVOICE: 11, PAYMENT: 20, CREDIT_MEMO: 11, BILL: 20, ORDERS: 11}
"""How many characters of a number QuickBooks takes (qbxml130.xsd, RefNumber); a journal entry's are 11 too."""


class SentTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction of ServiceTitan that was exported, or that may have been."""

    record: Record
    type: str
    exported: Value
    """False for what was left behind in a batch of which others were exported."""
    name: Value
    """Of the customer or vendor."""
    names: frozenset[str] | None
    """How QuickBooks may name it, folded; None where nobody can say."""
    number: Value
    numbers: frozenset[str]
    """Its number, and that of a check, folded and as QuickBooks may have cut it; none where it has none."""
    is_cut: bool
    """Its number is longer than QuickBooks takes."""
    day: Value
    amount: Value
    batch: Value
    homes: tuple[str, ...]
    """The kinds of QuickBooks among which it may be."""

    @property
    def untold(self) -> Unknown | None:
        """Why it cannot be looked for; None where it can."""
        told = (self.exported, self.name, self.day, self.amount, self.number)
        return next((value for value in told if isinstance(value, Unknown)), None)


class BookedTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction of QuickBooks."""

    record: Record
    names: frozenset[str]
    """Its customer on every level of customer:job, or its vendor, folded; none where the entry has none (a journal)."""
    number: str
    day: Value
    amount: Value


def exported(evidence: Evidence) -> Iterator[SentTransaction]:
    """Every transaction that was exported, or of which that is not known, and what was left behind in its batch."""
    done = named_batches(evidence, "exportedBatches")
    partly = {one.get("number") for one in evidence.dataset("derived.batch").records if one.get("status") == "Partly exported"}
    vendors = {vendor.get("id"): vendor.get("name") for vendor in evidence.dataset("servicetitan.vendor").records}
    numbers = {
        id_: record.get("batch.number")
        for kind in (INVOICE, PAYMENT, CREDIT_MEMO, BILL)
        for record in evidence.dataset(kind).records
        if isinstance(id_ := record.get("batch.id"), str)
    }
    for kind in TYPES:
        for record in evidence.dataset(kind).records:
            batch = numbers.get(str(record.get("batchId")), UNSET) if kind == ORDERS else record.get("batch.number")
            sent = _sent(record, kind, batch, done)
            if sent is not False or batch in partly:
                yield _titan(record, kind, sent, batch, vendors)


def _sent(record: Record, kind: str, batch: Value, done: frozenset[str]) -> Value:
    status = record.get("status" if kind == ORDERS else "syncStatus")
    if status in DONE or (isinstance(batch, str) and batch in done):
        return True
    return (
        False
        if isinstance(status, str)
        else Unknown(Reason.INCONCLUSIVE, "its status (Pending, Posted or Exported) is not in the file")
    )


def _titan(record: Record, kind: str, sent: Value, batch: Value, vendors: dict[Value, Value]) -> SentTransaction:
    if kind == ORDERS:
        id_ = record.get("vendorId")
        name, amount, day = (
            vendors.get(id_, Unknown(Reason.INCONCLUSIVE, "its vendor is not in the file")),
            record.get("total"),
            record.get("date"),
        )
    elif kind == BILL:
        id_, name = record.get("vendor.id"), record.get("vendor.name")
        amount, day = record.get("billAmount"), record.get("billDate")
    else:
        id_, name, amount = record.get("customer.id"), record.get("customer.name"), record.get("total")
        day = record.get("invoiceDate" if kind == INVOICE else "date")
    number = record.get("number" if kind == ORDERS else "referenceNumber")
    numbers = {one for one in (number, record.get("checkNumber")) if isinstance(one, str)}
    is_credit = kind == INVOICE and isinstance(amount, Decimal) and amount < 0
    homes = {
        INVOICE: ("quickbooks.CreditMemo",) if is_credit else ("quickbooks.Invoice",),
        PAYMENT: ("quickbooks.ReceivePayment", "quickbooks.JournalEntry"),
        CREDIT_MEMO: ("quickbooks.CreditMemo",),
        BILL: ("quickbooks.Bill",),
        ORDERS: ("quickbooks.PurchaseOrder",),
    }[kind]
    return SentTransaction(
        record=record,
        type=TYPES[kind],
        exported=sent,
        name=name,
        names=frozenset(fold(form) for form in _forms(name, id_)) if isinstance(name, str) else None,
        number=number,
        numbers=frozenset(fold(form) for one in numbers for form in (one, one[: LENGTHS[kind]], one[:11])),
        is_cut=any(len(one) > LENGTHS[kind] for one in numbers),
        day=day,
        amount=abs(amount) if isinstance(amount, Decimal) and is_credit else amount,
        batch=batch,
        homes=homes,
    )


def _forms(name: str, id_: Value) -> tuple[str, ...]:
    return (name, f"{name} {id_}") if isinstance(id_, str) else (name,)


_AMOUNTS = {
    "quickbooks.CreditMemo": "TotalAmount",
    "quickbooks.ReceivePayment": "TotalAmount",
    "quickbooks.Bill": "AmountDue",
    "quickbooks.PurchaseOrder": "TotalAmount",
}


def booked(evidence: Evidence) -> dict[str, list[BookedTransaction]]:
    """QuickBooks' transactions by their kind."""
    debits: dict[Value, Value] = {}
    for line in evidence.dataset("quickbooks.JournalDebitLine").records:
        debits[line.get("parent.TxnID")] = _plus(debits.get(line.get("parent.TxnID"), Decimal(0)), line.get("Amount"))
    found: dict[str, list[BookedTransaction]] = {}
    for kind in ("quickbooks.Invoice", "quickbooks.JournalEntry", *_AMOUNTS):
        for record in evidence.dataset(kind).records:
            amount = record.get(_AMOUNTS.get(kind, ""))
            if kind == "quickbooks.Invoice":
                amount = _plus(record.get("Subtotal"), record.get("SalesTaxTotal"))
            elif kind == "quickbooks.JournalEntry":
                amount = debits.get(record.get("TxnID"), Unknown(Reason.INCONCLUSIVE, "its debits are not in the file"))
            named = record.get("VendorRef.FullName" if kind in _PURCHASES else "CustomerRef.FullName")
            names = frozenset([fold(named)]) if kind in _PURCHASES and isinstance(named, str) else levels(named)
            number = record.get("RefNumber")
            plain = fold(number) if isinstance(number, str) else ""
            found.setdefault(kind, []).append(
                BookedTransaction(record=record, names=names, number=plain, day=record.get("TxnDate"), amount=amount)
            )
    return found


def levels(customer: Value) -> frozenset[str]:
    """A customer:job on every level, folded; none where it is not a name."""
    return frozenset(fold(level) for level in customer.split(":")) if isinstance(customer, str) else frozenset()


_PURCHASES = ("quickbooks.Bill", "quickbooks.PurchaseOrder")


def _plus(one: Value, other: Value) -> Value:
    """The sum; an amount that is not shown at all, such as the tax of an invoice without any, is none."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return one if isinstance(one, Unknown) else other
    parts = [value for value in (one, other) if isinstance(value, Decimal)]
    return sum(parts, Decimal(0)) if parts else Unknown(Reason.INCONCLUSIVE, "its amount is not in the file")
