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

JOURNAL, JOURNAL_LONGEST = "quickbooks.JournalEntry", 11
"""A journal entry's number has 11 characters at most (qbxml130.xsd, RefNumber)."""

_HOMES = {
    INVOICE: ("quickbooks.Invoice",),
    PAYMENT: ("quickbooks.ReceivePayment", JOURNAL),
    CREDIT_MEMO: ("quickbooks.CreditMemo",),
    BILL: ("quickbooks.Bill",),
    PURCHASE_ORDER: ("quickbooks.PurchaseOrder",),
}
_CREDIT = ("quickbooks.CreditMemo",)
"""A net negative invoice arrives as a credit memo."""


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
    """Its number and check number, folded for comparing, in full and cut to QuickBooks' limits; empty if it has neither."""
    is_cut: bool
    """Whether its number is longer than QuickBooks accepts."""
    day: Value
    amount: Value
    batch: Value
    homes: tuple[str, ...]
    """The kinds of QuickBooks transactions it may have become."""

    @property
    def unknown(self) -> Unknown | None:
        """Why we can't look for it; None if we can."""
        return first_unknown(self.exported, self.name, self.day, self.amount, self.number)


class BookedTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """A QuickBooks transaction."""

    record: Record
    names: frozenset[str]
    """Its customer on every level of customer:job, or its vendor, folded for comparing; empty if it has none (a journal entry)."""
    number: str
    """Its number, folded for comparing; empty if it has none."""
    day: Value
    amount: Value


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
    numbers = {one for one in (number, record.get("checkNumber")) if isinstance(one, str)}
    longest = of.longest_number
    is_credit = record.kind == INVOICE and isinstance(amount, Decimal) and amount < 0
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
        amount=abs(amount) if isinstance(amount, Decimal) and is_credit else amount,
        batch=batch,
        homes=_CREDIT if is_credit else _HOMES[record.kind],
    )


_AMOUNTS = {
    "quickbooks.CreditMemo": "TotalAmount",
    "quickbooks.ReceivePayment": "TotalAmount",
    "quickbooks.Bill": "AmountDue",
    "quickbooks.PurchaseOrder": "TotalAmount",
}
"""Kind -> the field with the total. An invoice's total is in two fields, a journal entry's in its lines."""
_OF_VENDORS = ("quickbooks.Bill", "quickbooks.PurchaseOrder")


BOOKED = ("quickbooks.Invoice", JOURNAL, *_AMOUNTS)
"""The kinds of QuickBooks' transactions."""


def booked(evidence: Evidence, kinds: Iterable[str] = BOOKED) -> dict[str, list[BookedTransaction]]:
    """Return QuickBooks' transactions by their kind."""
    found: dict[str, list[BookedTransaction]] = {}
    for kind in kinds:
        dataset = evidence.dataset(kind)
        amounts = _amounts(evidence, dataset)
        parties = dataset.column("VendorRef.FullName" if kind in _OF_VENDORS else "CustomerRef.FullName")
        numbers, days = dataset.column("RefNumber"), dataset.column("TxnDate")
        for record, party, number, day, amount in zip(dataset.rows(), parties, numbers, days, amounts, strict=True):
            of_vendor = kind in _OF_VENDORS and isinstance(party, str)
            found.setdefault(kind, []).append(
                BookedTransaction(
                    record=record,
                    names=folded_forms(party, UNSET) if of_vendor else levels(party),
                    number=fold(number) if isinstance(number, str) else "",
                    day=day,
                    amount=amount,
                )
            )
    return found


def _amounts(evidence: Evidence, dataset: Dataset) -> list[Value]:
    """Return the total of each transaction of a kind."""
    if dataset.kind == "quickbooks.Invoice":
        return list(map(_plus, dataset.column("Subtotal"), dataset.column("SalesTaxTotal")))
    if dataset.kind != JOURNAL:
        return dataset.column(_AMOUNTS[dataset.kind])
    lines = evidence.dataset("quickbooks.JournalDebitLine")
    debits: dict[Value, Value] = {}
    for entry, amount in zip(lines.column("parent.TxnID"), lines.column("Amount"), strict=True):
        debits[entry] = _plus(debits.get(entry, Decimal(0)), amount)
    none = unresolved(lines, "its debits are not in the file")
    return [debits.get(entry, none) for entry in dataset.column("TxnID")]


def _plus(one: Value, other: Value) -> Value:
    """Return the sum. An empty amount is zero, such as the tax of an invoice without tax."""
    unknown = first_unknown(one, other)
    if unknown is not None:
        return unknown
    parts = [value for value in (one, other) if isinstance(value, Decimal)]
    return sum(parts, Decimal(0)) if parts else without(one, "its amount is not in the file")
