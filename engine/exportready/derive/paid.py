"""Find which invoices each payment pays in both programs, so that a payment can be found by them if its number didn't travel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.exported import BY_NUMBER, TXN, BookedTransaction, Paid, SentTransaction
from exportready.derive.matching import ARRIVED, TWICE, Match
from exportready.kinds import fold
from exportready.model.evidence import Dataset, Evidence, Record, Scope, Value

_APPLICATION, _APPLIED = "servicetitan.payment_application", "quickbooks.AppliedToTxn"


def applied_to(evidence: Evidence) -> Dataset:
    """Return what QuickBooks' payments are applied to, from the payments or else from the invoices."""
    by_payments, by_invoices = evidence.dataset(_APPLIED), evidence.dataset("quickbooks.LinkedTxn")
    is_lacking = not by_payments.rows() and by_payments.scope in (Scope.MISSING, Scope.PART)
    if not is_lacking or by_invoices.scope is Scope.MISSING:
        return by_payments
    payments = (link for link in by_invoices.rows() if link.get("TxnType") == "ReceivePayment")
    return by_invoices.with_rows(map(_turned, payments))


def _turned(link: Record) -> Record:
    """Return an invoice's LinkedTxn as the payment's AppliedToTxn. LinkedTxn amounts are negative (seen in an InvoiceQueryRs)."""
    amount = link.get("Amount")
    fields: dict[str, Value] = {
        "parent.TxnID": link.get("TxnID"),
        "TxnID": link.get("parent.TxnID"),
        "TxnDate": link.get("parent.TxnDate"),
        "RefNumber": link.get("parent.RefNumber"),
        "Amount": abs(amount) if isinstance(amount, Decimal) else amount,
    }
    return Record(kind=_APPLIED, key=link.key, fields=fields, where=link.where)


class PaidInvoices:
    """The invoices that payments pay, by their TxnID in QuickBooks if they were found there, else by their number."""

    def __init__(self, evidence: Evidence, invoices: Iterable[Match]) -> None:
        there = (one for one in invoices if one.booked is not None and one.state in (ARRIVED, TWICE))
        pairs = ((one.transaction.record.get("id"), one.booked.record.get("TxnID")) for one in there if one.booked)
        self._booked: Mapping[str, str] = {id_: txn for id_, txn in pairs if isinstance(id_, str) and isinstance(txn, str)}
        self._found = set(self._booked.values())
        self._sent = evidence.dataset(_APPLICATION).by("parent.id")
        self._links = applied_to(evidence).by("parent.TxnID")

    def sent(self, payment: SentTransaction) -> SentTransaction:
        """Return ServiceTitan's payment with the invoices that it pays."""
        applications = _with_id(self._sent, payment.record.get("id"))
        return replace(payment, applied=_all_of(map(self._named_by_servicetitan, applications)))

    def booked(self, payment: BookedTransaction) -> BookedTransaction:
        """Return QuickBooks' payment with the invoices that it is applied to."""
        if payment.record.kind != "quickbooks.ReceivePayment":
            return payment
        links = _with_id(self._links, payment.record.get("TxnID"))
        return replace(payment, applied=_all_of(map(self._named_by_quickbooks, links)))

    def _named_by_servicetitan(self, application: Record) -> Paid | None:
        id_, number = application.get("appliedTo"), application.get("appliedToReferenceNumber")
        if isinstance(id_, str) and id_ in self._booked:
            return TXN, self._booked[id_]
        return (BY_NUMBER, fold(number)) if isinstance(number, str) else None

    def _named_by_quickbooks(self, link: Record) -> Paid | None:
        txn, number = link.get("TxnID"), link.get("RefNumber")
        if isinstance(txn, str) and txn in self._found:
            return TXN, txn
        return (BY_NUMBER, fold(number)) if isinstance(number, str) else None


def _with_id(by_id: Mapping[Value, Sequence[Record]], id_: Value) -> Sequence[Record]:
    return by_id.get(id_, ()) if isinstance(id_, str) else ()


def _all_of(paid: Iterable[Paid | None]) -> frozenset[Paid]:
    """Return the invoices; nothing if one of them isn't known."""
    found = set(paid)
    return frozenset() if None in found else frozenset(one for one in found if one is not None)
