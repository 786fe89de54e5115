"""Whether each pending payment fits the invoices that it is applied to: the same customer, an open invoice, and no more than is due.

QuickBooks applies a payment only to invoices of its own customer and that customer's jobs, and never more than the open balance
(docs/sources.md, payments). A refund is no payment: an amount below zero is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.parties import folded_forms, levels
from exportready.derive.unknowns import first_unknown, not_among, total, unresolved, without
from exportready.kinds import fold
from exportready.kinds.transactions import INVOICE
from exportready.model.evidence import UNSET, Dataset, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_KIND, _APPLIED, _PAYMENT = "derived.payment_fit", "servicetitan.payment_application", "servicetitan.payment"
_CUSTOMERS, _BOOKED, _LINKS = "servicetitan.customer", "quickbooks.Invoice", "quickbooks.LinkedTxn"
_OF_INVOICE = ("invoiceCustomer", "sameCustomer", "due", "overInvoice", "paidInQuickBooks", "open", "overOpen")
"""The fields that depend on the invoice."""
_NO_AMOUNT = "the applied amount is not in the file"


@derivation(
    _KIND,
    reads=f"""
{_APPLIED} appliedTo appliedAmount appliedToReferenceNumber parent.id parent.waits parent.active parent.total
{_APPLIED} parent.customer.id parent.customer.name parent.referenceNumber
{_PAYMENT} id checkNumber
{INVOICE} id waits active referenceNumber customer.id customer.name total adjustmentToId invoiceDate
{_CUSTOMERS} id mergedToId
{_BOOKED} TxnID TxnDate RefNumber CustomerRef.FullName BalanceRemaining IsPaid
{_LINKS} RefNumber parent.TxnID
""",
    only_for={
        _CUSTOMERS: "sameCustomer",
        _BOOKED: "paidInQuickBooks open overOpen",
        _LINKS: "paidInQuickBooks open overOpen",
        _PAYMENT: "paidInQuickBooks open overOpen",
    },
)
def fits(inputs: Inputs) -> Dataset:
    """Conclude one record for each invoice that a pending payment is applied to."""
    found = Conclusions(_KIND)
    applications = inputs.dataset(_APPLIED)
    pending: list[Record] = []
    for one in applications.rows():
        waits, amount = one.get("parent.waits"), one.get("appliedAmount")
        if waits is False or one.get("parent.active") is False or (isinstance(amount, Decimal) and amount <= 0):
            continue
        if waits is True:
            pending.append(one)
        else:
            found.doubt = without(waits, f"we don't know whether payment {one.get('parent.referenceNumber')} is pending")
    invoices, same = _Invoices(inputs.dataset(INVOICE)), _SameCustomer(inputs.dataset(_CUSTOMERS))
    books, applied = _Books(inputs), _Applied(pending, invoices)
    for one in pending:
        invoice, on_invoice = invoices.paid_by(one), applied.on_invoice(one)
        fields: dict[str, Value] = {
            "customer": one.get("parent.customer.name"),
            "payment": one.get("parent.referenceNumber"),
            "invoice": one.get("appliedToReferenceNumber"),
            "paymentId": one.get("parent.id"),
            "applied": one.get("appliedAmount"),
            "total": one.get("parent.total"),
            "overPayment": _over(applied.of_payment(one), one.get("parent.total")),
        }
        if invoice is None:
            fields |= dict.fromkeys(_OF_INVOICE, invoices.missing(one))
        else:
            due = invoices.due(invoice)
            fields |= {
                "invoiceCustomer": invoice.get("customer.name"),
                "sameCustomer": same.of(one, invoice),
                "due": due,
                "overInvoice": _over(on_invoice, due),
                **books.facts(one, invoice, on_invoice),
            }
        found.add(fields, one.where)
    return found.dataset(applications, waiting_suffices=True)


def _over(applied: Value, limit: Value) -> Value:
    """Return how much more is applied than the limit."""
    unknown = first_unknown(applied, limit)
    if unknown is not None:
        return unknown
    if not isinstance(applied, Decimal) or not isinstance(limit, Decimal):
        return without(UNSET, "an amount is not in the file")
    return max(applied - limit, Decimal(0))


class _Applied:
    """The amounts that pending payments apply, by payment and by invoice."""

    def __init__(self, pending: Sequence[Record], invoices: _Invoices) -> None:
        self._invoices = invoices
        self._of_payment: dict[str, list[Value]] = {}
        self._on_invoice: dict[str, list[Value]] = {}
        for one in pending:
            self._of_payment.setdefault(_payment(one), []).append(one.get("appliedAmount"))
            self._on_invoice.setdefault(self._invoice(one), []).append(one.get("appliedAmount"))

    def of_payment(self, application: Record) -> Value:
        """Return how much of a payment is applied to invoices."""
        if not _payment(application):
            return without(application.get("parent.id"), "the file has neither the ID nor the number of the payment")
        return total(self._of_payment[_payment(application)], _NO_AMOUNT)

    def on_invoice(self, application: Record) -> Value:
        """Return how much all pending payments apply to the invoice."""
        return total(self._on_invoice[self._invoice(application)], _NO_AMOUNT)

    def _invoice(self, application: Record) -> str:
        invoice = self._invoices.paid_by(application)
        named = application.get("appliedTo"), application.get("appliedToReferenceNumber")
        return f"{named}" if invoice is None else f"{invoice.where.path} {invoice.key} {invoice.get('id')}"


def _payment(application: Record) -> str:
    """Return what tells one payment from another; empty if the file has neither its ID nor its number."""
    id_, number = application.get("parent.id"), application.get("parent.referenceNumber")
    if isinstance(id_, str):
        return id_
    return f"{application.get('parent.customer.name')} / {number}" if isinstance(number, str) else ""


class _Invoices:
    """ServiceTitan's invoices by their ID, and by number for files without IDs."""

    def __init__(self, invoices: Dataset) -> None:
        self._invoices = invoices
        self._by_id = invoices.by("id")
        self._by_number: dict[str, list[Record]] = {}
        for number, record in zip(invoices.column("referenceNumber"), invoices.rows(), strict=True):
            if isinstance(number, str):
                self._by_number.setdefault(fold(number), []).append(record)
        self._adjustments = invoices.by("adjustmentToId")
        self._unclear: dict[str, Unknown] = {}
        """Folded customer -> why one of its credits may be an adjustment of any of its invoices."""
        for record in invoices.rows():
            of, amount, name = record.get("adjustmentToId"), record.get("total"), record.get("customer.name")
            if isinstance(of, Unknown) and isinstance(amount, Decimal) and amount < 0 and record.get("active") is not False:
                reason = f"the file doesn't show which invoice {record.key} adjusts"
                self._unclear[fold(name) if isinstance(name, str) else ""] = without(of, reason)

    def paid_by(self, application: Record) -> Record | None:
        """Return the invoice that a payment is applied to; None if it isn't in the files, or if several may be it."""
        id_, number = application.get("appliedTo"), application.get("appliedToReferenceNumber")
        if isinstance(id_, str):
            return self._by_id[id_][-1] if id_ in self._by_id else None
        some = self._by_number.get(fold(number), []) if isinstance(number, str) else []
        if len(some) > 1:
            customer = application.get("parent.customer.name")
            some = [one for one in some if _names_equal(one.get("customer.name"), customer)]
        return some[0] if len(some) == 1 else None

    def missing(self, application: Record) -> Unknown:
        """Return why the invoice isn't known."""
        reason = f"invoice {application.get('appliedToReferenceNumber')}, which it pays, is not in your files"
        return unresolved(self._invoices, reason)

    def due(self, invoice: Record) -> Value:
        """Return the amount of an invoice with its adjustments."""
        name = invoice.get("customer.name")
        unclear = self._unclear.get(fold(name) if isinstance(name, str) else "") or self._unclear.get("")
        if unclear is not None:
            return unclear
        if self._invoices.scope is Scope.PART:
            return not_among(self._invoices, "your files have only some of the invoices, and an adjustment may be missing")
        own = self._adjustments.get(invoice.get("id"), ()) if isinstance(invoice.get("id"), str) else ()
        unknown = first_unknown(*(one.get("active") for one in own))
        if unknown is not None:
            return without(unknown, f"the file doesn't show whether an adjustment of invoice {invoice.key} was voided")
        adjusted = (one for one in own if one.get("active") is not False)
        return total((one.get("total") for one in (invoice, *adjusted)), "the invoice has no total in the file")


def _names_equal(one: Value, other: Value) -> bool:
    return isinstance(one, str) and isinstance(other, str) and fold(one) == fold(other)


class _SameCustomer:
    """Decides whether a payment and an invoice have the same customer."""

    def __init__(self, customers: Dataset) -> None:
        self._merged = customers.lookup("id", "mergedToId")

    def of(self, application: Record, invoice: Record) -> Value:
        """Return true for the same customer, for a customer and its job, and for two that were merged.

        Two customers with the same name may be one in QuickBooks, so they are the same here.
        """
        ids = application.get("parent.customer.id"), invoice.get("customer.id")
        names = application.get("parent.customer.name"), invoice.get("customer.name")
        if all(isinstance(id_, str) for id_ in ids) and len({self._final(id_) for id_ in ids}) == 1:
            return True
        if not all(isinstance(name, str) for name in names):
            return first_unknown(*names) or without(UNSET, "the customer is blank")
        return len({fold(str(name).partition(":")[0]) for name in names}) == 1

    def _final(self, id_: Value) -> Value:
        """Return the customer into which a customer was merged, if it was."""
        for _ in range(_MOST_MERGES):
            into = self._merged.get(id_)
            if not isinstance(into, str) or into in ("0", id_):
                break
            id_ = into
        return id_


_MOST_MERGES = 20
"""Maximum number of merges that are followed, so that a circle ends."""


class _Books:
    """QuickBooks' invoices with their open balances."""

    def __init__(self, inputs: Inputs) -> None:
        self._booked = inputs.dataset(_BOOKED)
        self._by_number: dict[str, list[Record]] = {}
        for number, record in zip(self._booked.column("RefNumber"), self._booked.rows(), strict=True):
            if isinstance(number, str):
                self._by_number.setdefault(fold(number), []).append(record)
        self._numberless = first_unknown(*self._booked.column("RefNumber"))
        self._links = inputs.dataset(_LINKS).by("parent.TxnID")
        self._checks = inputs.dataset(_PAYMENT).lookup("id", "checkNumber")

    def facts(self, application: Record, invoice: Record, applied: Value) -> Mapping[str, Value]:
        """Return whether an exported invoice is already paid in QuickBooks, its open balance, and how much too much is applied."""
        waits = invoice.get("waits")
        if waits is not False:
            if waits is True:
                return _facts(False, UNSET, Decimal(0))  # it is exported with the payment
            unknown = without(waits, f"we don't know whether invoice {invoice.key} is pending")
            return _facts(unknown, unknown, unknown)
        book = self._find(invoice)
        if isinstance(book, Unknown):
            return _facts(book, book, book)
        if book is None or self._is_there(application, book):
            return _facts(False, UNSET, Decimal(0))
        balance, is_paid = book.get("BalanceRemaining"), book.get("IsPaid")
        if isinstance(balance, Decimal):
            is_open = balance > 0
            if is_paid is is_open:
                reason = f"QuickBooks' file says of invoice {invoice.key} that it is paid, and has another open balance"
                unknown = Unknown(cause=Reason.CONTRADICTORY, reason=reason)
                return _facts(unknown, unknown, unknown)
            return _facts(not is_open, balance, _over(applied, balance) if is_open else Decimal(0))
        if is_paid is True:
            return _facts(True, Decimal(0), Decimal(0))
        unknown = without(balance, f"the open balance of invoice {invoice.key} is not in QuickBooks' file")
        return _facts(is_paid if isinstance(is_paid, bool) else unknown, unknown, unknown)

    def _find(self, invoice: Record) -> Record | Unknown | None:
        """Return QuickBooks' invoice: the one with the same number and customer, else the one with the same number and day."""
        number, day = invoice.get("referenceNumber"), invoice.get("invoiceDate")
        if not isinstance(number, str):
            return without(number, "the invoice has no number, so we can't find it in QuickBooks")
        names = folded_forms(invoice.get("customer.name"), invoice.get("customer.id"))
        some = self._by_number.get(fold(number), [])
        found = [one for one in some if levels(one.get("CustomerRef.FullName")) & names]
        found = found or [one for one in some if isinstance(day, date) and one.get("TxnDate") == day]
        if len(found) == 1:
            return found[0]
        if found:
            return Unknown(cause=Reason.AMBIGUOUS, reason=f"QuickBooks has more than one invoice {number}", source=_BOOKED)
        unknown = (
            first_unknown(*(one.get(name) for one in some for name in ("CustomerRef.FullName", "TxnDate"))) or self._numberless
        )
        if unknown is not None:
            return without(unknown, f"we can't tell which invoice in QuickBooks is {number}")
        return (
            None
            if self._booked.scope is Scope.WHOLE
            else not_among(self._booked, "your files have only some of QuickBooks' invoices")
        )

    def _is_there(self, application: Record, book: Record) -> bool:
        """Return whether this payment is already applied to the invoice. export/already-in-quickbooks reports such a payment."""
        check = self._checks.get(application.get("parent.id"))
        numbers = {fold(one) for one in (application.get("parent.referenceNumber"), check) if isinstance(one, str)}
        links = self._links.get(book.get("TxnID"), ()) if isinstance(book.get("TxnID"), str) else ()
        return any(isinstance(number := link.get("RefNumber"), str) and fold(number) in numbers for link in links)


def _facts(paid: Value, open_: Value, over: Value) -> dict[str, Value]:
    return {"paidInQuickBooks": paid, "open": open_, "overOpen": over}
