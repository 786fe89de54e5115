"""Which connector sent an invoice and its payment. QuickBooks applies a payment by itself only where one sent both.

The ServiceTitan Web Connector writes number and name of the batch into the memo (docs/sources.md, memo). A transaction
without them was sent by the older connector or entered by hand; when it was made decides, if account.yaml says since when
ServiceTitan's sends the batches. What still waits goes through the connector that is in use now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from exportready.derive.applications import Ledger, matches_by_id
from exportready.derive.conclusions import Conclusions
from exportready.derive.exported import levels
from exportready.derive.memos import names_batch
from exportready.derive.waiting import named_batches
from exportready.kinds import fold
from exportready.model.evidence import Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

OLD, NEW = "quickbooks", "servicetitan"
_NOT_TOLD = Unknown(
    Reason.INCONCLUSIVE,
    "nothing tells which connector sent it",
    "Say in account.yaml since which day the ServiceTitan Web Connector sends your batches (settings.webConnector.since), "
    "and save QuickBooks' answer to InvoiceQueryRq beside your other files",
)


def applied_payments(evidence: Evidence) -> Dataset:
    """One record per invoice that a payment is applied to."""
    found = Conclusions(kind="derived.applied_payment")
    applications = evidence.dataset("servicetitan.payment_application")
    senders, invoices, books = _Senders.of(evidence), _Invoices.of(evidence), Ledger.of(evidence)
    paid = [
        (one, invoices.paid_by(one)) for one in applications.records if one.get("parent.active") is not False
    ]  # not voided
    books.note(paid)
    applied_to = evidence.dataset("quickbooks.AppliedToTxn")
    links = _by_invoice(applied_to)
    for one, invoice in paid:
        payment_by, invoice_by = senders.of_payment(one), senders.of_invoice(invoice)
        same: Value = next((by for by in (payment_by, invoice_by) if isinstance(by, Unknown)), payment_by == invoice_by)
        if invoice is not None and invoice.get("waits") is True and one.get("parent.waits") is True:
            same = True  # whichever it is, it will send both
        in_books = books.facts(one, invoice)
        fields: dict[str, Value] = {
            "customer": one.get("parent.customer.name"),
            "payment": one.get("parent.referenceNumber"),
            "invoice": one.get("appliedToReferenceNumber"),
            "waits": one.get("parent.waits"),
            "paymentType": one.get("parent.type"),
            "paymentDate": one.get("parent.date"),
            "batch": one.get("parent.batch.number"),
            "paymentSentBy": payment_by,
            "invoiceSentBy": invoice_by,
            "sameConnector": same,
            "applied": _applied(applied_to, links, one),
            **in_books,
        }
        found.add(fields, one.where)
    return found.dataset(applications)


def work_list(evidence: Evidence) -> tuple[Record, ...]:
    """The payments to apply by hand, by customer: both are in QuickBooks, and one is not applied to the other in full."""
    left = [
        one
        for one in evidence.dataset("derived.applied_payment").records
        if one.get("bothArrived") is True and one.get("applied") is False
    ]
    return tuple(sorted(left, key=lambda one: (fold(str(one.get("booksCustomer"))), str(one.get("paymentDate")), one.key)))


class _Invoices(msgspec.Struct, frozen=True):
    """ServiceTitan's invoices by their id, and by customer and number for files that show no ids."""

    by_id: Mapping[str, Record]
    by_name: Mapping[tuple[str, str], Record | None]
    """None where several have one name."""

    @classmethod
    def of(cls, evidence: Evidence) -> _Invoices:
        by_id: dict[str, Record] = {}
        by_name: dict[tuple[str, str], Record | None] = {}
        for record in evidence.dataset("servicetitan.invoice").records:
            id_, customer, number = record.get("id"), record.get("customer.name"), record.get("referenceNumber")
            if isinstance(id_, str):
                by_id[id_] = record
            if isinstance(customer, str) and isinstance(number, str):
                key = (fold(customer), fold(number))
                by_name[key] = None if key in by_name else record
        return cls(by_id, by_name)

    def paid_by(self, application: Record) -> Record | None:
        """The invoice to which a payment is applied; None where it cannot be told."""
        id_ = application.get("appliedTo")
        if isinstance(id_, str):
            return self.by_id.get(id_)
        customer, number = application.get("parent.customer.name"), application.get("appliedToReferenceNumber")
        named = isinstance(customer, str) and isinstance(number, str)
        return self.by_name.get((fold(str(customer)), fold(str(number)))) if named else None


class _Senders(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the two connectors."""

    connector: Value
    """The one that is in use now."""
    since: date | None
    """The first day of ServiceTitan's."""
    both_run: bool
    """The older one still runs by itself: since when the new one sends says nothing then."""
    bypassed: frozenset[str]
    in_books: dict[str, list[Record]]
    """QuickBooks' invoices by number."""
    matches: Mapping[tuple[Value, Value], Record]

    @classmethod
    def of(cls, evidence: Evidence) -> _Senders:
        account = evidence.dataset("derived.account").records[0]
        answers = next(iter(evidence.dataset("account.answers").records), None)
        since = answers.get("webConnector.since") if answers else None
        both = answers is not None and answers.get("webConnector.oldConnectorAutoRun") is True
        books: dict[str, list[Record]] = {}
        for record in evidence.dataset("quickbooks.Invoice").records:
            if isinstance(record.get("RefNumber"), str):
                books.setdefault(str(record.get("RefNumber")), []).append(record)
        bypassed = named_batches(evidence, "bypassedBatches")
        return cls(
            connector=account.get("connector"),
            since=since if isinstance(since, date) else None,
            both_run=both,
            bypassed=bypassed,
            in_books=books,
            matches=matches_by_id(evidence),
        )

    def of_payment(self, application: Record) -> Value:
        """Who sends, or sent, the payment."""
        if application.get("parent.waits") is True:
            return self.connector
        match = self.matches.get(("payment", application.get("parent.id")))
        if match is not None and match.get("memoNamesBatch") is True:
            return NEW
        return self._by_date(application.get("parent.date"))

    def of_invoice(self, invoice: Record | None) -> Value:
        """Who sends, or sent, the invoice."""
        if invoice is None:
            return Unknown(Reason.INCONCLUSIVE, "the invoice that it is applied to is not in your files")
        if invoice.get("batch.number") in self.bypassed:
            return Unknown(Reason.INCONCLUSIVE, "the invoice that it is applied to was bypassed, so no connector sent it")
        if invoice.get("waits") is True or invoice.get("syncStatus") in ("Pending", "Posted"):
            return self.connector
        in_books = list(self._in_books(invoice))
        if any(names_batch(record.get("Memo"), invoice) for record in in_books):
            return NEW
        if len(in_books) == 1 and not isinstance(in_books[0].get("Memo"), Unknown):
            return self._without_batch(in_books[0].get("TimeCreated"))
        return self._by_date(invoice.get("invoiceDate"))

    def _in_books(self, invoice: Record) -> Iterator[Record]:
        name, id_ = invoice.get("customer.name"), invoice.get("customer.id")
        names = {fold(str(name)), fold(f"{name} {id_}")}
        for record in self.in_books.get(str(invoice.get("referenceNumber")), ()):
            if levels(record.get("CustomerRef.FullName")) & names:
                yield record

    def _without_batch(self, created: Value) -> Value:
        """QuickBooks has it without the batch in its memo: the older connector's, if it is older than the new one."""
        if self.since is None:
            return OLD if self.connector == OLD else _NOT_TOLD
        if isinstance(created, datetime) and created.date() < self.since:
            return OLD
        return Unknown(
            Reason.INCONCLUSIVE, "its memo in QuickBooks names no batch, so it was entered by hand, or its memo was changed"
        )

    def _by_date(self, day: Value) -> Value:
        """By its date alone: what is dated after ServiceTitan's connector began cannot have come through the older one,
        unless that still runs."""
        if self.since is None or self.both_run:
            return _NOT_TOLD if self.connector != OLD else OLD
        return NEW if isinstance(day, date) and day >= self.since else _NOT_TOLD


def _applied(dataset: Dataset, links: Mapping[Value, Sequence[Record]], application: Record) -> Value:
    """Does QuickBooks show this payment applied to this invoice? What waits is not there yet."""
    waits = application.get("parent.waits")
    if waits is not False:
        return waits if isinstance(waits, Unknown) else False
    name, id_ = application.get("parent.customer.name"), application.get("parent.customer.id")
    customers = {fold(str(name)), fold(f"{name} {id_}")}
    number, amount = application.get("parent.referenceNumber"), application.get("appliedAmount")
    if isinstance(number, Unknown):
        return number
    for link in links.get(application.get("appliedToReferenceNumber"), ()):
        is_customer = bool(levels(link.get("parent.CustomerRef.FullName")) & customers)
        same_number = isinstance(number, str) and link.get("parent.RefNumber") == number
        same_amount = isinstance(amount, Decimal) and link.get("Amount") == amount
        if is_customer and (same_number or (same_amount and not isinstance(number, str))):
            return True
    return False if dataset.scope is Scope.WHOLE else Unknown(Reason.INCONCLUSIVE, dataset.why or _PART, dataset.remedy)


def _by_invoice(dataset: Dataset) -> Mapping[Value, Sequence[Record]]:
    """What QuickBooks' payments are applied to, by the number of the invoice."""
    found: dict[Value, list[Record]] = {}
    for link in dataset.records:
        found.setdefault(link.get("RefNumber"), []).append(link)
    return found


_PART = "your files hold only a part of QuickBooks' payments"
