"""How QuickBooks applied each payment: to which invoices, how much is unused, and how much is left to apply by hand.

The amount to apply is the smallest of three: the amount that ServiceTitan applied, the payment's unused amount, and the invoice's open
balance. QuickBooks rejects more (status code 3210). A payment may pay several invoices, and an invoice may have several payments, so
both amounts are used up in the order of the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec
from msgspec import field
from msgspec.structs import replace

from exportready.derive.answers import facts_of
from exportready.derive.matching import ARRIVED
from exportready.derive.paid import applied_to
from exportready.derive.unknowns import first_unknown, not_whole, total, unresolved, without
from exportready.kinds import fold, supply
from exportready.kinds.transactions import INVOICE
from exportready.model.display import format_date, format_money
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Channel, Reason

_PAYMENT = "quickbooks.ReceivePayment"
_NOT_THERE = Unknown(cause=Reason.INCONCLUSIVE, reason="we don't know how QuickBooks recorded it")
_ONE_OF_SEVERAL = Unknown(
    cause=Reason.AMBIGUOUS,
    reason="ServiceTitan has several with this customer and number, and your file has no ids to tell them apart",
    remedy="Ask for payments and invoices with their ids from ServiceTitan, or check these by hand",
    channel=Channel.INTEGRATOR,
)
_NOTHING_UNUSED, _NOTHING_OPEN = "payment fully used", "invoice fully paid"
_NO_AMOUNT = "the applied amount is not in the file"


class Matches:
    """The records of derived.match by ServiceTitan's id, and by customer and number for files without ids."""

    def __init__(self, evidence: Evidence) -> None:
        self._found: dict[tuple[Value, Value], Record] = {}
        for one in evidence.dataset("derived.match").rows():
            type_, id_ = one.get("type"), one.get("id")
            if isinstance(id_, str):
                self._found[type_, id_] = one
            named = (type_, f"{one.get('customer')} / {one.get('number')}")
            self._found[named] = one if named not in self._found else one.with_value("state", _ONE_OF_SEVERAL)

    def by_id(self, type_: str, id_: Value) -> Record | None:
        """Return the match of the transaction with this id."""
        return self._found.get((type_, id_))

    def find(self, type_: str, id_: Value, customer: Value, number: Value) -> Record | None:
        """Return the match of the transaction with this id; without an id, of the one with this customer and number."""
        found = self.by_id(type_, id_)
        if found is not None or isinstance(id_, str):
            return found
        return self._found.get((type_, f"{customer} / {number}"))


class Ledger(msgspec.Struct, kw_only=True):
    """QuickBooks' payments and invoices, and how they are applied to each other."""

    matches: Matches
    records: Mapping[Value, Record]
    """QuickBooks' payments and invoices by TxnID."""
    links: Mapping[Value, Sequence[Record]]
    """The links from each payment to what it is applied to, by the payment's TxnID."""
    links_are_whole: bool
    links_unknown: Unknown
    """Why payments may be applied in ways that the links don't show."""
    invoices: Dataset
    """ServiceTitan's invoices."""
    closing_date: Value
    unused: dict[Value, Decimal] = field(default_factory=dict)
    """The amount left on each payment."""
    open: dict[Value, Decimal] = field(default_factory=dict)
    """The open balance left on each invoice."""
    asked: dict[tuple[Value, Value], Decimal] = field(default_factory=dict)
    """The total that ServiceTitan applies from a payment to an invoice."""
    applied: dict[tuple[Value, Value], Decimal] = field(default_factory=dict)
    """The amount applied from a payment to an invoice, less what was already counted: ServiceTitan may list an invoice twice."""
    meant: dict[Value, set[Value]] = field(default_factory=dict)
    """The invoices in QuickBooks to which ServiceTitan applies each payment; some may be unknown."""

    @classmethod
    def of(cls, evidence: Evidence, matches: Matches) -> Ledger:
        """Read everything that QuickBooks' files show."""
        links = applied_to(evidence)
        records: dict[Value, Record] = {}
        for kind in (_PAYMENT, "quickbooks.Invoice"):
            dataset = evidence.dataset(kind)
            ids = zip(dataset.column("TxnID"), dataset.rows(), strict=True)
            records |= {id_: record for id_, record in ids if isinstance(id_, str)}

        return cls(
            matches=matches,
            records=records,
            links=links.by("parent.TxnID"),
            links_are_whole=links.scope in (Scope.WHOLE, Scope.PERIOD),
            links_unknown=not_whole(links, links.why or "your files contain only some of QuickBooks' payments"),
            invoices=evidence.dataset(INVOICE),
            closing_date=facts_of(evidence).get("closingDate"),
        )

    def expect(self, paid: Iterable[tuple[Record, Record | None]]) -> None:
        """Record ServiceTitan's applications. Call this first: `facts` needs all of them to see what QuickBooks applied elsewhere."""
        for application, invoice in paid:
            payment = self._payment(application)
            if payment is not None:
                bill = self._booked(self._invoice(invoice))
                txn = bill.get("TxnID") if bill else _NOT_THERE
                self.meant.setdefault(payment.get("booksId"), set()).add(txn)
                amount = application.get("appliedAmount")
                if isinstance(amount, Decimal):
                    pair = (payment.get("booksId"), txn)
                    self.asked[pair] = self.asked.get(pair, Decimal(0)) + amount

    def facts(self, application: Record, invoice: Record | None) -> dict[str, Value]:
        """Return the facts of one application.

        If both the payment and the invoice were found in QuickBooks by their ids, `applied` comes from their links.
        """
        sent, billed = self._payment(application), self._invoice(invoice)
        payment, bill = self._booked(sent), self._booked(billed)
        if payment is None or bill is None or payment.kind != _PAYMENT or bill.kind != "quickbooks.Invoice":
            both = self._both_arrived(sent, invoice, billed)
            unknown = replace(_NOT_THERE, cause=both.cause, source=both.source) if isinstance(both, Unknown) else _NOT_THERE
            return {**dict.fromkeys(_OF_BOTH, unknown), "apart": UNSET, "excess": UNSET, "bothArrived": both}
        elsewhere = self._elsewhere(payment)
        apart = self._apart(payment, bill, elsewhere)
        facts: dict[str, Value] = {
            "bothArrived": True,
            "booksCustomer": payment.get("CustomerRef.FullName"),
            "paymentAmount": payment.get("TotalAmount"),
            "unused": payment.get("UnusedPayment"),
            "invoiceDate": bill.get("TxnDate"),
            "openBalance": bill.get("BalanceRemaining"),
            "elsewhere": elsewhere,
            "apart": apart or (self.closing_date if isinstance(self.closing_date, Unknown) else UNSET),
            "excess": _excess(payment, _applied(self.links.get(payment.get("TxnID"), ()))),
        }
        return facts | self._to_do(payment, bill, application.get("appliedAmount"), apart)

    def _to_do(self, payment: Record, bill: Record, wanted: Value, apart: str) -> dict[str, Value]:
        """Return whether QuickBooks applied as much as ServiceTitan did, and how much is left to apply."""
        applied = self._amount_applied(payment, bill)
        if isinstance(applied, Unknown):
            used = _used(payment)
            if isinstance(wanted, Decimal) and used is not None and used < wanted:
                return {"applied": False, "toApply": self._use_up(payment, bill, wanted - used)}
            return {"applied": applied, "toApply": applied}
        if not isinstance(wanted, Decimal):
            lacking = wanted if isinstance(wanted, Unknown) else without(wanted, _NO_AMOUNT)
            return {"applied": lacking, "toApply": lacking}
        pair = (payment.get("TxnID"), bill.get("TxnID"))
        there = self.applied.setdefault(pair, applied)
        self.applied[pair] = max(there - wanted, Decimal(0))
        if wanted <= there:
            return {"applied": True, "toApply": Decimal(0)}
        to_apply = self._use_up(payment, bill, wanted - there)
        if to_apply != 0:
            return {"applied": False, "toApply": to_apply}
        why = _NOTHING_UNUSED if self.unused[payment.get("TxnID")] == 0 else _NOTHING_OPEN
        return {"applied": False, "toApply": to_apply, "apart": ", ".join(filter(None, (apart, why)))}

    def _use_up(self, payment: Record, bill: Record, rest: Decimal) -> Value:
        """Return how much of the rest can be applied, and subtract it from the unused amount and the open balance."""
        unused, balance = payment.get("UnusedPayment"), bill.get("BalanceRemaining")
        if not isinstance(unused, Decimal) or not isinstance(balance, Decimal):
            lacking = balance if isinstance(unused, Decimal) else unused
            return without(lacking, "the unused amount or the open balance is not in the file")
        payment_id, bill_id = payment.get("TxnID"), bill.get("TxnID")
        left, due = self.unused.setdefault(payment_id, unused), self.open.setdefault(bill_id, balance)
        amount = max(min(rest, left, due), Decimal(0))
        self.unused[payment_id], self.open[bill_id] = left - amount, due - amount
        return amount

    def _both_arrived(self, payment: Record | None, invoice: Record | None, bill: Record | None) -> Value:
        """Return false if the payment or the invoice is not in QuickBooks, or why that can't be decided."""
        if payment is None:
            return False
        states = (payment.get("state"), bill.get("state") if bill else UNSET)
        if payment.get("state") == ARRIVED and invoice is None:
            return unresolved(self.invoices, "the invoice it pays is not in your files", supply(INVOICE, None))
        if states == (ARRIVED, ARRIVED):
            if payment.get("books") != "ReceivePayment":
                reason = "it arrived as another type of transaction, and the file doesn't show what that is applied to"
                return Unknown(cause=Reason.INCONCLUSIVE, reason=reason)
            no_id = next((id_ for one in (payment, bill) if one and not isinstance(id_ := one.get("booksId"), str)), None)
            if no_id is not None:
                return without(
                    no_id, "QuickBooks' file has no transaction ids, so we can't see which payment is applied to which invoice"
                )
        return first_unknown(*states) or False

    # -- the records on both sides

    def _payment(self, application: Record) -> Record | None:
        customer, number = application.get("parent.customer.name"), application.get("parent.referenceNumber")
        return self.matches.find("payment", application.get("parent.id"), customer, number)

    def _invoice(self, invoice: Record | None) -> Record | None:
        if invoice is None:
            return None
        return self.matches.find("invoice", invoice.get("id"), invoice.get("customer.name"), invoice.get("referenceNumber"))

    def _booked(self, match: Record | None) -> Record | None:
        is_there = match is not None and match.get("state") == ARRIVED
        return self.records.get(match.get("booksId")) if is_there and match is not None else None

    # -- what QuickBooks applied

    def _amount_applied(self, payment: Record, bill: Record) -> Decimal | Unknown:
        links = self.links.get(payment.get("TxnID"), ())
        if not links and not self.links_are_whole and payment.get("UnusedPayment") != payment.get("TotalAmount"):
            return self.links_unknown
        total = Decimal(0)
        for link in links:
            if link.get("TxnID") == bill.get("TxnID"):
                amount, discount = link.get("Amount"), link.get("DiscountAmount")
                if not isinstance(amount, Decimal):
                    return without(amount, _NO_AMOUNT)
                total += amount + (discount if isinstance(discount, Decimal) else Decimal(0))
        return total

    def _elsewhere(self, payment: Record) -> Value:
        """Return the numbers of the invoices to which QuickBooks applied a payment but ServiceTitan didn't, or applied less."""
        id_ = payment.get("TxnID")
        meant, links = self.meant.get(id_, set()), self.links.get(id_, ())
        others = [link for link in links if link.get("TxnID") not in meant]
        if others and any(isinstance(one, Unknown) for one in meant):
            reason = "we can't tell which invoice in QuickBooks is one that it pays"
            return Unknown(cause=Reason.INCONCLUSIVE, reason=reason)
        shown, unknown = [_number(link) for link in others], first_unknown(_applied(links))
        for invoice, some in _by_invoice(link for link in links if link.get("TxnID") in meant).items():
            amount = _applied(some)
            more = amount - self.asked.get((id_, invoice), Decimal(0)) if isinstance(amount, Decimal) else Decimal(0)
            shown += [f"{_number(some[-1])} ({format_money(more)} more)"] if more > 0 else []
        if not shown and unknown is not None:
            return unknown
        if not shown and links and _hides_some(payment, _applied(links)):
            reason = "part of it is applied to a transaction that is not in your files"
            return replace(self.links_unknown, reason=reason)
        return ", ".join(sorted(shown)) or UNSET

    def _apart(self, payment: Record, bill: Record, elsewhere: Value) -> str:
        """Return why the invoice can't simply be selected in the payment's window."""
        reasons = [f"applied to {elsewhere}"] if isinstance(elsewhere, str) else []
        for name, reason in (("CustomerRef.FullName", "different job"), ("ARAccountRef.FullName", "different A/R account")):
            ours, theirs = payment.get(name), bill.get(name)
            if isinstance(ours, str) and isinstance(theirs, str) and fold(ours) != fold(theirs):
                reasons.append(reason)
        closing, days = self.closing_date, (payment.get("TxnDate"), bill.get("TxnDate"))
        if isinstance(closing, date) and any(isinstance(day, date) and day <= closing for day in days):
            reasons.append("closed period")
        return ", ".join(reasons)


_OF_BOTH = ("booksCustomer", "paymentAmount", "unused", "invoiceDate", "openBalance", "toApply", "elsewhere")
"""The facts that need both transactions."""


def _used(payment: Record) -> Decimal | None:
    """Return how much of a payment is applied to anything; None if it is unknown."""
    total, unused = payment.get("TotalAmount"), payment.get("UnusedPayment")
    return total - unused if isinstance(total, Decimal) and isinstance(unused, Decimal) else None


def _excess(payment: Record, seen: Value) -> Value:
    """Return by how much a payment's applied and unused amounts are more than its total: one of the numbers isn't right."""
    used = _used(payment)
    if used is None or not isinstance(seen, Decimal):
        unknown = first_unknown(seen, payment.get("TotalAmount"), payment.get("UnusedPayment"))
        return without(unknown or UNSET, "the payment's total, its unused amount or what is applied is not in the file")
    return seen - used if seen > used else UNSET


def _hides_some(payment: Record, seen: Value) -> bool:
    """Return whether more of a payment is used than its links show."""
    used = _used(payment)
    return used is not None and isinstance(seen, Decimal) and seen < used


def _by_invoice(links: Iterable[Record]) -> Mapping[Value, list[Record]]:
    found: dict[Value, list[Record]] = {}
    for link in links:
        found.setdefault(link.get("TxnID"), []).append(link)
    return found


def _number(link: Record) -> str:
    number, day = link.get("RefNumber"), link.get("TxnDate")
    if isinstance(number, str):
        return number
    return f"one dated {format_date(day)}" if isinstance(day, date) else "one without a number"


def _applied(links: Iterable[Record]) -> Value:
    """Return the total amount applied; unknown if one amount is unknown."""
    return total((link.get("Amount") for link in links), _NO_AMOUNT)
