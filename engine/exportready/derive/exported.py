"""Bring ServiceTitan's exported transactions and QuickBooks' transactions into one shape for comparing them.

A customer is found by name, with or without the Export ID after it, on any level of a customer:job. ServiceTitan's dates are midnight
UTC, so their day is the date itself (docs/sources.md, tie-out). Transactions that were not exported with the rest of their batch are
included: they are part of the batch's total.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from exportready.derive.answers import batches_named
from exportready.derive.journals import JOURNAL, Journals
from exportready.derive.memos import BatchesInMemos, batch_of
from exportready.derive.parties import folded_forms, levels
from exportready.derive.pending import NO_STATUS
from exportready.derive.unknowns import first_unknown, unresolved, without
from exportready.kinds import fold
from exportready.kinds.transactions import (
    BATCHED,
    BILL,
    CREDIT_MEMO,
    EXPORTED,
    INVOICE,
    PAYMENT,
    PURCHASE_ORDER,
    TRANSACTIONS,
    Transaction,
)
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Unknown, Value

JOURNAL_LONGEST = 11
"""A journal entry's number has 11 characters at most (qbxml130.xsd, RefNumber)."""

HOMES = {
    INVOICE: ("quickbooks.Invoice",),
    PAYMENT: ("quickbooks.ReceivePayment", JOURNAL),
    CREDIT_MEMO: ("quickbooks.CreditMemo",),
    BILL: ("quickbooks.Bill",),
    PURCHASE_ORDER: ("quickbooks.PurchaseOrder",),
}
_CREDIT = ("quickbooks.CreditMemo",)
"""A net negative invoice arrives as a credit memo."""
_REFUND = (JOURNAL,)
"""Only payment types that are exported as journal entries can be negative (ServiceTitan help, accounting activities in QuickBooks,
2026-04-15)."""
_OTHER_NUMBER = {PAYMENT: "checkNumber", BILL: "vendorNumber"}
"""Kind -> the other number under which a transaction may be in QuickBooks. A bill has the vendor's invoice number too."""
_NUMBER_MAY_DIFFER = ("payment", "bill")

TXN, BY_NUMBER = "txn", "number"
Paid = tuple[str, str]
"""An invoice that a payment pays: (TXN, its TxnID) if it was found in QuickBooks, else (BY_NUMBER, its number)."""


class SentTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """A ServiceTitan transaction that was exported, or may have been."""

    record: Record
    type: str
    exported: Value
    """False if it was not exported with the rest of its batch."""
    name: Value
    """The customer's or vendor's name."""
    names: frozenset[str] | None
    """The names QuickBooks may use for it, folded for comparing; None if unknown."""
    number: Value
    numbers: frozenset[str]
    """Its number, check number and vendor's number, folded for comparing, in full and cut to QuickBooks' limits; empty if it has none."""
    is_cut: bool
    """Whether its number is longer than QuickBooks accepts."""
    day: Value
    amount: Value
    batch: Value
    homes: tuple[str, ...]
    """The kinds of QuickBooks transactions it may have become."""
    direction: int = 1
    """-1 for a refund: its journal entry has the customer's debit."""
    subtotal: Value = UNSET
    """Of an invoice, the amount before tax."""
    in_memo: frozenset[tuple[str, str]] = frozenset()
    """Its batch, as QuickBooks' memo may name it; empty if it isn't known."""
    accounts: frozenset[str] = frozenset()
    """The account of a payment's type, folded for comparing; empty if it isn't known."""
    applied: frozenset[Paid] = frozenset()
    """The invoices that a payment pays; empty if they aren't all known."""

    @property
    def has_no_number(self) -> bool:
        """Whether it has no number at all."""
        return not self.numbers and not isinstance(self.number, Unknown)

    @property
    def number_may_differ(self) -> bool:
        """Whether it may have another number in QuickBooks, or none: which number of a payment travels is not established."""
        return self.has_no_number or (self.type in _NUMBER_MAY_DIFFER and not isinstance(self.number, Unknown))

    @property
    def was_sent(self) -> bool:
        """Whether it was exported, and was neither voided nor canceled."""
        return (
            self.exported is not False and self.record.get("active") is not False and self.record.get("status") != "Canceled"
        )

    @property
    def unknown(self) -> Unknown | None:
        """Why we can't look for it; None if we can."""
        return first_unknown(self.exported, self.name, self.day, self.amount, self.number)


class BookedTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """A QuickBooks transaction."""

    record: Record
    party: Value
    """The name of its customer or vendor."""
    names: frozenset[str]
    """Its customer on every level of customer:job, or its vendor, folded for comparing; empty if it has none.

    A journal entry has those of its lines."""
    number: str
    """Its number, folded for comparing; empty if it has none."""
    day: Value
    amount: Value
    memo: Value = UNSET
    """Its memo; of a journal entry without one, its lines' memos."""
    batches: frozenset[tuple[str, str]] = frozenset()
    """The batches of ServiceTitan that its memo names."""
    directions: tuple[int, ...] = (0,)
    """Of a journal entry: 1 if it may be a payment, -1 if it may be a refund."""
    accounts: frozenset[str] = frozenset()
    """The accounts that a payment's journal entry debits and a refund's credits, folded for comparing."""
    applied: frozenset[Paid] = frozenset()
    """The invoices that a payment is applied to; empty if the file doesn't show them."""


def exported(evidence: Evidence) -> Iterator[SentTransaction]:
    """Yield every transaction that was or may have been exported, and the others of its batch that were not."""
    done = batches_named(evidence, "exportedBatches")
    states = evidence.dataset("derived.batch").lookup("number", "status")
    partly = {number for number, status in states.items() if status == "Partly exported"}
    vendors = evidence.dataset("servicetitan.vendor")
    vendor_names, no_vendor = vendors.lookup("id", "name"), unresolved(vendors, "its vendor is not in the file")
    numbers: dict[Value, Value] = {}
    for kind in BATCHED:
        numbers |= evidence.dataset(kind).lookup("batch.id", "batch.number")
    for kind, of in TRANSACTIONS.items():
        is_order = kind == PURCHASE_ORDER
        for record in evidence.dataset(kind).rows():
            batch = numbers.get(record.get("batchId"), UNSET) if is_order else record.get("batch.number")
            was_exported = _was_exported(record.get(of.status), batch, done)
            if was_exported is False and batch not in partly:
                continue
            party = vendor_names.get(record.get(of.party_id), no_vendor) if is_order else record.get(of.party)
            yield sent(record, of, was_exported, batch, party)


def _was_exported(status: Value, batch: Value, done: frozenset[str]) -> Value:
    if status in EXPORTED or (isinstance(batch, str) and batch in done):
        return True
    return False if isinstance(status, str) else without(status, NO_STATUS)


def sent(record: Record, of: Transaction, was_exported: Value, batch: Value, party: Value) -> SentTransaction:
    """Return a transaction in the shape in which it is compared with those of QuickBooks."""
    amount, number = record.get(of.amount), record.get(of.number)
    other = record.get(_OTHER_NUMBER[record.kind]) if record.kind in _OTHER_NUMBER else UNSET
    numbers = {one for one in (number, other) if isinstance(one, str)}
    longest = of.longest_number
    is_negative = isinstance(amount, Decimal) and amount < 0
    homes = HOMES[record.kind]
    if is_negative:
        homes = {INVOICE: _CREDIT, PAYMENT: _REFUND}.get(record.kind, homes)
    is_reversed = homes is not HOMES[record.kind]
    subtotal = record.get("subTotal") if record.kind == INVOICE else UNSET
    account = record.get("generalLedgerAccount.name") if record.kind == PAYMENT else UNSET
    return SentTransaction(
        record=record,
        type=of.type,
        exported=was_exported,
        name=party,
        names=folded_forms(party, record.get(of.party_id)) if isinstance(party, str) else None,
        number=number,
        numbers=frozenset(fold(form) for one in numbers for form in (one, one[:longest], one[:JOURNAL_LONGEST])),
        is_cut=any(len(one) > longest for one in numbers),
        day=record.get(of.day),
        amount=abs(amount) if isinstance(amount, Decimal) and is_reversed else amount,
        batch=batch,
        homes=homes,
        direction=-1 if homes is _REFUND else 1,
        subtotal=abs(subtotal) if isinstance(subtotal, Decimal) else UNSET,
        in_memo=batch_of(record),
        accounts=frozenset({fold(account)}) if isinstance(account, str) else frozenset(),
    )


_AMOUNTS = {
    "quickbooks.CreditMemo": "TotalAmount",
    "quickbooks.ReceivePayment": "TotalAmount",
    "quickbooks.Bill": "AmountDue",
    "quickbooks.PurchaseOrder": "TotalAmount",
}
"""Kind -> the field with the total. An invoice's total is in two fields."""
_OF_VENDORS = ("quickbooks.Bill", "quickbooks.PurchaseOrder")


def booked(evidence: Evidence, sent: Iterable[SentTransaction]) -> list[BookedTransaction]:
    """Return QuickBooks' transactions, with its journal entries."""
    named = BatchesInMemos(batch for one in sent for batch in one.in_memo)
    return [*booked_of(evidence, ("quickbooks.Invoice", *_AMOUNTS), named), *_entries(evidence, named)]


def booked_of(evidence: Evidence, kinds: Iterable[str], named: BatchesInMemos | None = None) -> Iterator[BookedTransaction]:
    """Yield QuickBooks' transactions of these kinds. `named`: the batches that their memos may name."""
    for kind in kinds:
        dataset = evidence.dataset(kind)
        of_vendors = kind in _OF_VENDORS
        parties = dataset.column("VendorRef.FullName" if of_vendors else "CustomerRef.FullName")
        columns = (*map(dataset.column, ("RefNumber", "TxnDate", "Memo")), _amounts(dataset))
        for record, party, number, day, memo, amount in zip(dataset.rows(), parties, *columns, strict=True):
            yield BookedTransaction(
                record=record,
                party=party,
                names=folded_forms(party, UNSET) if of_vendors and isinstance(party, str) else levels(party),
                number=fold(number) if isinstance(number, str) else "",
                day=day,
                amount=amount,
                memo=memo,
                batches=named.of(memo) if named else frozenset(),
            )


def _entries(evidence: Evidence, named: BatchesInMemos) -> Iterator[BookedTransaction]:
    """Yield QuickBooks' journal entries."""
    journals = Journals(evidence)
    for record in evidence.dataset(JOURNAL).rows():
        number, entry = record.get("RefNumber"), journals.of(record)
        yield BookedTransaction(
            record=record,
            party=entry.party,
            names=entry.names,
            number=fold(number) if isinstance(number, str) else "",
            day=record.get("TxnDate"),
            amount=entry.amount,
            memo=entry.memo,
            batches=named.of(entry.memo),
            directions=entry.directions,
            accounts=entry.accounts,
        )


def _amounts(dataset: Dataset) -> list[Value]:
    """Return the total of each transaction of a kind."""
    if dataset.kind == "quickbooks.Invoice":
        return list(map(_plus, dataset.column("Subtotal"), dataset.column("SalesTaxTotal")))
    return dataset.column(_AMOUNTS[dataset.kind])


def _plus(one: Value, other: Value) -> Value:
    """Return the sum. An empty amount is zero, such as the tax of an invoice without tax."""
    unknown = first_unknown(one, other)
    if unknown is not None:
        return unknown
    parts = [value for value in (one, other) if isinstance(value, Decimal)]
    return sum(parts, Decimal(0)) if parts else without(one, "its amount is not in the file")
