"""Which connector sent an invoice and its payment. QuickBooks applies a payment automatically only if one connector sent both.

The ServiceTitan Web Connector writes the batch's number and name into the memo (docs/sources.md, memo). A transaction without them was
sent by the older connector or entered by hand. Its creation date decides which, if account.yaml has the first day on which the
ServiceTitan Web Connector sent batches. Pending transactions go through the connector that is in use now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from exportready.derive.answers import answers_of, batches_named, facts_of, first_day
from exportready.derive.applications import Ledger, Matches
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.memos import names_batch
from exportready.derive.parties import folded_forms, levels
from exportready.derive.unknowns import because_of, first_unknown, not_among, unresolved
from exportready.kinds import fold
from exportready.kinds.transactions import INVOICE
from exportready.model.evidence import Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Channel, Reason

_OLD, _NEW = "quickbooks", "servicetitan"
_APPLIED = "quickbooks.AppliedToTxn"


@derivation(
    "derived.applied_payment",
    reads=f"""
derived.account connector closingDate
derived.match id type customer number state books booksId memoNamesBatch
servicetitan.payment_application appliedTo appliedAmount appliedToReferenceNumber
servicetitan.payment_application parent.id parent.waits parent.active parent.customer.id parent.customer.name
servicetitan.payment_application parent.referenceNumber parent.date parent.type parent.batch.number
{INVOICE} id waits syncStatus invoiceDate referenceNumber customer.name customer.id batch.number batch.name
quickbooks.Invoice TxnID TimeCreated TxnDate RefNumber CustomerRef.FullName ARAccountRef.FullName Memo BalanceRemaining
quickbooks.ReceivePayment TxnID TimeCreated TxnDate CustomerRef.FullName ARAccountRef.FullName TotalAmount UnusedPayment
{_APPLIED} TxnID TxnDate RefNumber Amount DiscountAmount parent.TxnID parent.RefNumber parent.CustomerRef.FullName
quickbooks.LinkedTxn TxnID TxnType Amount parent.TxnID parent.RefNumber parent.TxnDate
account.answers webConnector.since webConnector.oldConnectorAutoRun
""",
)
def applied_payments(inputs: Inputs) -> Dataset:
    """Conclude one record for each invoice that a payment is applied to."""
    evidence = inputs.evidence
    found = Conclusions("derived.applied_payment")
    applications, matches = inputs.dataset("servicetitan.payment_application"), Matches(evidence)
    senders, invoices = _Senders(evidence, matches), _Invoices(inputs.dataset(INVOICE))
    ledger, links = Ledger.of(evidence, matches), _Links(inputs.dataset(_APPLIED))
    not_voided = (one for one in applications.rows() if one.get("parent.active") is not False)
    paid = [(one, invoices.paid_by(one)) for one in not_voided]
    ledger.expect(paid)
    for one, invoice in paid:
        payment_by, invoice_by = senders.of_payment(one), senders.of_invoice(invoice)
        same: Value = first_unknown(payment_by, invoice_by) or payment_by == invoice_by
        if invoice is not None and invoice.get("waits") is True and one.get("parent.waits") is True:
            same = True  # whichever connector is in use will send both
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
            "applied": links.has(one),
            **ledger.facts(one, invoice),
        }
        found.add(fields, one.where)
    return found.dataset(applications)


def work_list(evidence: Evidence) -> tuple[Record, ...]:
    """Return the payments to apply by hand, by customer: payment and invoice are in QuickBooks, but not fully applied.

    A payment with nothing left to apply isn't work; the rule export/applied-elsewhere reports it.
    """
    left = [
        one
        for one in evidence.dataset("derived.applied_payment").rows()
        if one.get("bothArrived") is True and one.get("applied") is False and one.get("toApply") != 0
    ]
    return tuple(sorted(left, key=lambda one: (fold(str(one.get("booksCustomer"))), str(one.get("paymentDate")), one.key)))


class _Invoices:
    """ServiceTitan's invoices by their id, and by customer and number for files without ids."""

    def __init__(self, invoices: Dataset) -> None:
        self._by_id = invoices.by("id")
        self._by_name: dict[tuple[str, str], Record | None] = {}
        """None if several have the same customer and number."""
        names = zip(invoices.column("customer.name"), invoices.column("referenceNumber"), invoices.rows(), strict=True)
        for customer, number, record in names:
            if isinstance(customer, str) and isinstance(number, str):
                key = (fold(customer), fold(number))
                self._by_name[key] = None if key in self._by_name else record

    def paid_by(self, application: Record) -> Record | None:
        """Return the invoice to which a payment is applied; None if it is unknown."""
        id_ = application.get("appliedTo")
        if isinstance(id_, str):
            return self._by_id[id_][-1] if id_ in self._by_id else None
        customer, number = application.get("parent.customer.name"), application.get("appliedToReferenceNumber")
        if not isinstance(customer, str) or not isinstance(number, str):
            return None
        return self._by_name.get((fold(customer), fold(number)))


class _Senders:
    """Decides which of the two connectors sent a transaction."""

    def __init__(self, evidence: Evidence, matches: Matches) -> None:
        answers = answers_of(evidence)
        self._in_use = facts_of(evidence).get("connector")
        self._since = first_day(evidence)
        """The first day on which the ServiceTitan Web Connector sent batches."""
        self._both_run = answers.get("webConnector.oldConnectorAutoRun") is True
        """The older one is still on Auto-Run, so the first day of the new one proves nothing."""
        self._bypassed = batches_named(evidence, "bypassedBatches")
        self._invoices = evidence.dataset(INVOICE)
        self._matches = matches
        books = evidence.dataset("quickbooks.Invoice")
        undecided = {Scope.WHOLE: Reason.INCONCLUSIVE, Scope.MISSING: Reason.NOT_SUPPLIED}.get(books.scope, Reason.PARTIAL)
        self._booked = books.by("RefNumber")
        self._created = evidence.dataset("quickbooks.ReceivePayment").lookup("TxnID", "TimeCreated")
        columns = (books.column(name) for name in ("RefNumber", "CustomerRef.FullName", "Memo"))
        self._unreadable = [found for column in columns if (found := first_unknown(*column))]
        """Why an invoice may not be found in QuickBooks by its number and customer, or its batch by its memo."""
        self._unknown = Unknown(
            cause=Reason.UNANSWERED if self._since is None else undecided,
            reason="we can't tell which connector sent it",
            remedy="Give the first day the ServiceTitan Web Connector sent your batches, and add QuickBooks' invoices to your files",
            channel=Channel.ASK,
        )

    def of_payment(self, application: Record) -> Value:
        """Return the connector that sends or sent a payment."""
        if application.get("parent.waits") is True:
            return self._in_use
        match = self._matches.by_id("payment", application.get("parent.id"))
        if match is not None and match.get("memoNamesBatch") is True:
            return _NEW
        created = self._created.get(match.get("booksId")) if match is not None else None
        if self._is_before(created):
            return _OLD
        return self._by_date(application.get("parent.date"))

    def of_invoice(self, invoice: Record | None) -> Value:
        """Return the connector that sends or sent an invoice."""
        if invoice is None:
            return unresolved(self._invoices, "the invoice it is applied to is not in your files")
        if invoice.get("batch.number") in self._bypassed:
            return Unknown(
                cause=Reason.INCONCLUSIVE, reason="the invoice it is applied to was bypassed, so no connector sent it"
            )
        if invoice.get("waits") is True or invoice.get("syncStatus") in ("Pending", "Posted"):
            return self._in_use
        booked = list(self._booked_as(invoice))
        if any(names_batch(record.get("Memo"), invoice) for record in booked):
            return _NEW
        if len(booked) == 1 and not isinstance(booked[0].get("Memo"), Unknown):
            return self._without_batch(booked[0].get("TimeCreated"), invoice)
        named = (invoice.get("referenceNumber"), invoice.get("customer.name"), *self._unreadable)
        return self._by_date(invoice.get("invoiceDate"), *named)

    def _booked_as(self, invoice: Record) -> Iterator[Record]:
        """Return QuickBooks' invoices with the same number and customer."""
        number = invoice.get("referenceNumber")
        names = folded_forms(invoice.get("customer.name"), invoice.get("customer.id"))
        for record in self._booked.get(number, ()) if isinstance(number, str) else ():
            if levels(record.get("CustomerRef.FullName")) & names:
                yield record

    def _without_batch(self, created: Value, invoice: Record) -> Value:
        """Decide for an invoice without the batch in its memo: from the older connector, if created before the new one's first day."""
        if self._since is None:
            return _OLD if self._in_use == _OLD else self._unknown
        if self._is_before(created):
            return _OLD
        reason = "its memo in QuickBooks doesn't show a batch, so it was entered by hand, or its memo was changed"
        unknown = Unknown(cause=Reason.INCONCLUSIVE, reason=reason)
        return because_of(unknown, created, invoice.get("batch.number"), invoice.get("batch.name"))

    def _is_before(self, created: Value | None) -> bool:
        """Return whether QuickBooks had a transaction before the new connector's first day, so that this one can't have sent it."""
        return self._since is not None and isinstance(created, datetime) and created.date() < self._since

    def _by_date(self, day: Value, *others: Value) -> Value:
        """Decide by its date alone. If that is not enough, the result is unknown because of the date or `others`.

        A transaction dated after the new connector's first day can't have come through the older one, unless that still runs.
        """
        if self._since is None or self._both_run:
            return _OLD if self._in_use == _OLD else self._unknown
        return _NEW if isinstance(day, date) and day >= self._since else because_of(self._unknown, day, *others)


class _Links:
    """What QuickBooks' payments are applied to, by invoice number."""

    def __init__(self, links: Dataset) -> None:
        self._links = links
        self._by_number: Mapping[Value, Sequence[Record]] = links.by("RefNumber")

    def has(self, application: Record) -> Value:
        """Return whether QuickBooks shows this payment applied to this invoice. A pending payment is not in QuickBooks yet."""
        waits = application.get("parent.waits")
        if waits is not False:
            return waits if isinstance(waits, Unknown) else False
        customers = folded_forms(application.get("parent.customer.name"), application.get("parent.customer.id"))
        number, amount = application.get("parent.referenceNumber"), application.get("appliedAmount")
        if isinstance(number, Unknown):
            return number
        for link in self._by_number.get(application.get("appliedToReferenceNumber"), ()):
            is_customer = bool(levels(link.get("parent.CustomerRef.FullName")) & customers)
            same_number = isinstance(number, str) and link.get("parent.RefNumber") == number
            same_amount = isinstance(amount, Decimal) and link.get("Amount") == amount
            if is_customer and (same_number or (same_amount and not isinstance(number, str))):
                return True
        if self._links.scope is Scope.WHOLE:
            return False
        return not_among(self._links, "your files contain only some of QuickBooks' payments")
