"""What QuickBooks did with a payment: applied to which invoices, how much is unused, and what is left to apply by hand.

The amount to apply is the least of what ServiceTitan applied, what is unused, and what is open: QuickBooks refuses more (status
code 3210). One payment may pay several invoices and one invoice be paid by several, so both are used up in the order of the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec
from msgspec import field
from msgspec.structs import replace

from exportready.derive.conclusions import remedy_of
from exportready.derive.matching import ARRIVED
from exportready.kinds import fold, supply
from exportready.model.evidence import UNSET, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_NOT_THERE = Unknown(Reason.INCONCLUSIVE, "it is not known what QuickBooks has of it")
_ONE_OF_SEVERAL = Unknown(
    Reason.INCONCLUSIVE,
    "several of ServiceTitan have this customer and number, and your file shows no ids that tell them apart",
    "Export payments and invoices with their ids (ServiceTitan API), or look at these by hand",
)


def matches_by_id(evidence: Evidence) -> dict[tuple[Value, Value], Record]:
    """Each match by its type and ServiceTitan's id, else by customer and number for files that show no ids."""
    found: dict[tuple[Value, Value], Record] = {}
    for one in evidence.dataset("derived.match").records:
        id_ = one.get("id")
        if isinstance(id_, str):
            found[one.get("type"), id_] = one
        named = (one.get("type"), f"{one.get('customer')} / {one.get('number')}")
        found[named] = one if named not in found else replace(one, fields={**one.fields, "state": _ONE_OF_SEVERAL})
    return found


class Ledger(msgspec.Struct, kw_only=True):
    """QuickBooks' payments and invoices, and how they are applied to each other."""

    matches: Mapping[tuple[Value, Value], Record]
    records: Mapping[Value, Record]
    """QuickBooks' payments and invoices by TxnID."""
    links: Mapping[Value, Sequence[Record]]
    """What each payment is applied to, by its TxnID."""
    links_whole: bool
    links_why: Unknown
    closing: Value
    unused: dict[Value, Decimal] = field(default_factory=dict)
    open: dict[Value, Decimal] = field(default_factory=dict)
    asked: dict[tuple[Value, Value], Decimal] = field(default_factory=dict)
    """What ServiceTitan applies of a payment to an invoice, in all."""
    applied: dict[tuple[Value, Value], Decimal] = field(default_factory=dict)
    """What is applied of a payment to an invoice, less what was counted already: ServiceTitan may name an invoice twice."""
    meant: dict[Value, set[Value]] = field(default_factory=dict)
    """The invoices in QuickBooks to which ServiceTitan applies each payment; unknown ones among them."""

    @classmethod
    def of(cls, evidence: Evidence) -> Ledger:
        """Everything that QuickBooks' files show."""
        links: dict[Value, list[Record]] = {}
        dataset = evidence.dataset("quickbooks.AppliedToTxn")
        from_invoices = evidence.dataset("quickbooks.LinkedTxn")
        if not dataset.records and dataset.scope in (Scope.MISSING, Scope.PART) and from_invoices.scope is not Scope.MISSING:
            dataset = replace(from_invoices, records=tuple(map(_turned, _payments_among(from_invoices.records))))
        for link in dataset.records:
            links.setdefault(link.get("parent.TxnID"), []).append(link)
        payments, invoices = (evidence.dataset(kind).records for kind in ("quickbooks.ReceivePayment", "quickbooks.Invoice"))
        records = {record.get("TxnID"): record for record in (*payments, *invoices) if isinstance(record.get("TxnID"), str)}
        why = Unknown(
            Reason.INCONCLUSIVE, dataset.why or "your files hold only a part of QuickBooks' payments", remedy_of(dataset)
        )
        closing = evidence.dataset("derived.account").records[0].get("closingDate")
        whole = dataset.scope in (Scope.WHOLE, Scope.PERIOD)
        return cls(
            matches=matches_by_id(evidence), records=records, links=links, links_whole=whole, links_why=why, closing=closing
        )

    def note(self, paid: Iterable[tuple[Record, Record | None]]) -> None:
        """Note what ServiceTitan applies to what, before each is judged: what is applied elsewhere shows only then."""
        for one, invoice in paid:
            payment = self._match("payment", one.get("parent.id"), one)
            if payment is not None:
                booked = self._booked(self._invoice(one, invoice))
                txn = booked.get("TxnID") if booked else _NOT_THERE
                self.meant.setdefault(payment.get("booksId"), set()).add(txn)
                amount = one.get("appliedAmount")
                if isinstance(amount, Decimal):
                    pair = (payment.get("booksId"), txn)
                    self.asked[pair] = self.asked.get(pair, Decimal(0)) + amount

    def _of_none(self, payment: Record | None, invoice: Record | None, bill: Record | None) -> dict[str, Value]:
        """The facts where one of both is not in QuickBooks, or where nobody can say whether it is."""
        names = ("booksCustomer", "paymentAmount", "unused", "invoiceDate", "openBalance", "toApply", "elsewhere")
        both: Value = False
        if payment is not None:
            states = (payment.get("state"), bill.get("state") if bill else UNSET)
            both = next((state for state in states if isinstance(state, Unknown)), both)
            if payment.get("state") == ARRIVED and invoice is None:
                both = Unknown(
                    Reason.INCONCLUSIVE, "the invoice that it pays is not in your files", supply("servicetitan.invoice", None)
                )
            elif states == (ARRIVED, ARRIVED) and payment.get("books") != "ReceivePayment":
                both = Unknown(
                    Reason.INCONCLUSIVE, "it arrived as another kind of transaction, and what that is applied to does not show"
                )
            elif states == (ARRIVED, ARRIVED) and not all(
                isinstance(one.get("booksId"), str) for one in (payment, bill) if one
            ):
                both = Unknown(
                    Reason.INCONCLUSIVE, "QuickBooks' file shows no TxnID, so what is applied to what does not show"
                )
        return {**dict.fromkeys(names, _NOT_THERE), "apart": UNSET, "bothArrived": both}

    def facts(self, one: Record, invoice: Record | None) -> dict[str, Value]:
        """The facts of one application. Where both are known in QuickBooks by their ids, `applied` is read off their links."""
        sent, billed = self._match("payment", one.get("parent.id"), one), self._invoice(one, invoice)
        payment, bill = self._booked(sent), self._booked(billed)
        if payment is None or bill is None or payment.kind != "quickbooks.ReceivePayment" or bill.kind != "quickbooks.Invoice":
            return self._of_none(sent, invoice, billed)
        applied = self._amount_applied(payment, bill)
        wanted = one.get("appliedAmount")
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
            "apart": apart or (self.closing if isinstance(self.closing, Unknown) else UNSET),
            "toApply": Decimal(0),
        }
        if isinstance(applied, Unknown) or isinstance(wanted, Unknown):
            unknown = applied if isinstance(applied, Unknown) else wanted
            return {**facts, "applied": unknown, "toApply": unknown}
        asked = wanted if isinstance(wanted, Decimal) else Decimal(0)
        there = self.applied.setdefault((payment.get("TxnID"), bill.get("TxnID")), applied)
        self.applied[payment.get("TxnID"), bill.get("TxnID")] = max(there - asked, Decimal(0))
        if asked <= there:
            return {**facts, "applied": True}
        to_apply = self._to_apply(payment, bill, asked - there)
        if to_apply == 0:
            why = _NOTHING_UNUSED if self.unused[payment.get("TxnID")] == 0 else _NOTHING_OPEN
            facts["apart"] = ", ".join(filter(None, (apart, why)))
        return {**facts, "applied": False, "toApply": to_apply}

    def _match(self, type_: str, id_: Value, one: Record) -> Record | None:
        named = f"{one.get('parent.customer.name')} / {one.get('parent.referenceNumber')}"
        return self.matches.get((type_, id_)) or (None if isinstance(id_, str) else self.matches.get((type_, named)))

    def _invoice(self, one: Record, invoice: Record | None) -> Record | None:
        if invoice is None:
            return None
        named = f"{invoice.get('customer.name')} / {invoice.get('referenceNumber')}"
        id_ = invoice.get("id")
        return self.matches.get(("invoice", id_)) or (None if isinstance(id_, str) else self.matches.get(("invoice", named)))

    def _booked(self, match: Record | None) -> Record | None:
        is_there = match is not None and match.get("state") == ARRIVED
        return self.records.get(match.get("booksId")) if is_there and match is not None else None

    def _amount_applied(self, payment: Record, bill: Record) -> Decimal | Unknown:
        links = self.links.get(payment.get("TxnID"), ())
        if not links and not self.links_whole and payment.get("UnusedPayment") != payment.get("TotalAmount"):
            return self.links_why
        total = Decimal(0)
        for link in links:
            if link.get("TxnID") == bill.get("TxnID"):
                amount, discount = link.get("Amount"), link.get("DiscountAmount")
                if not isinstance(amount, Decimal):
                    return Unknown(Reason.INCONCLUSIVE, "how much is applied is not in the file")
                total += amount + (discount if isinstance(discount, Decimal) else Decimal(0))
        return total

    def _elsewhere(self, payment: Record) -> Value:
        """The numbers of the invoices to which QuickBooks applied it although ServiceTitan does not, or to which it applied more."""
        id_ = payment.get("TxnID")
        meant, links = self.meant.get(id_, set()), self.links.get(id_, ())
        others = [link for link in links if link.get("TxnID") not in meant]
        if others and any(isinstance(one, Unknown) for one in meant):
            return Unknown(Reason.INCONCLUSIVE, "of an invoice that it pays it is not known which one it is in QuickBooks")
        told = [_number(link) for link in others]
        for link in {link.get("TxnID"): link for link in links if link not in others}.values():
            pair, amount = (id_, link.get("TxnID")), _sum(one for one in links if one.get("TxnID") == link.get("TxnID"))
            more = amount - self.asked.get(pair, Decimal(0)) if isinstance(amount, Decimal) else Decimal(0)
            told += [f"{_number(link)} ({more:,.2f} more)"] if more > 0 else []
        total, unused, seen = payment.get("TotalAmount"), payment.get("UnusedPayment"), _sum(links)
        hidden = (
            isinstance(total, Decimal) and isinstance(unused, Decimal) and isinstance(seen, Decimal) and seen < total - unused
        )
        if not told and links and hidden:
            return Unknown(
                Reason.INCONCLUSIVE, "a part of it is applied to something that your files do not hold", self.links_why.remedy
            )
        return ", ".join(sorted(told)) or UNSET

    def _to_apply(self, payment: Record, bill: Record, rest: Decimal) -> Value:
        unused, balance = payment.get("UnusedPayment"), bill.get("BalanceRemaining")
        if not isinstance(unused, Decimal) or not isinstance(balance, Decimal):
            return Unknown(Reason.INCONCLUSIVE, "what is unused or open is not in the file")
        payment_id, bill_id = payment.get("TxnID"), bill.get("TxnID")
        left, due = self.unused.setdefault(payment_id, unused), self.open.setdefault(bill_id, balance)
        amount = max(min(rest, left, due), Decimal(0))
        self.unused[payment_id], self.open[bill_id] = left - amount, due - amount
        return amount

    def _apart(self, payment: Record, bill: Record, elsewhere: Value) -> str:
        """Why it cannot simply be ticked in the payment's window."""
        reasons = [f"applied to {elsewhere}"] if isinstance(elsewhere, str) else []
        for name, reason in (("CustomerRef.FullName", "different job"), ("ARAccountRef.FullName", "different A/R account")):
            ours, theirs = payment.get(name), bill.get(name)
            if isinstance(ours, str) and isinstance(theirs, str) and fold(ours) != fold(theirs):
                reasons.append(reason)
        days = [day for day in (payment.get("TxnDate"), bill.get("TxnDate")) if isinstance(day, date)]
        if isinstance(self.closing, date) and any(day <= self.closing for day in days):
            reasons.append("closed period")
        return ", ".join(reasons)


_NOTHING_UNUSED, _NOTHING_OPEN = "nothing of the payment is unused", "nothing of the invoice is open"


def _payments_among(links: Iterable[Record]) -> Iterator[Record]:
    return (link for link in links if link.get("TxnType") == "ReceivePayment")


def _turned(link: Record) -> Record:
    """An invoice's LinkedTxn as the payment's AppliedToTxn. Its amount is negative there (seen in an InvoiceQueryRs)."""
    amount = link.get("Amount")
    fields: dict[str, Value] = {
        "parent.TxnID": link.get("TxnID"),
        "TxnID": link.get("parent.TxnID"),
        "TxnDate": link.get("parent.TxnDate"),
        "RefNumber": link.get("parent.RefNumber"),
        "Amount": abs(amount) if isinstance(amount, Decimal) else amount,
    }
    return Record(kind="quickbooks.AppliedToTxn", key=link.key, fields=fields, where=link.where)


def _sum(links: Iterable[Record]) -> Value:
    """What is applied in all; unknown where one amount is."""
    total = Decimal(0)
    for link in links:
        amount = link.get("Amount")
        if not isinstance(amount, Decimal):
            return Unknown(Reason.INCONCLUSIVE, "how much is applied is not in the file")
        total += amount
    return total


def _number(link: Record) -> str:
    number = link.get("RefNumber")
    return number if isinstance(number, str) else f"one of {link.get('TxnDate')}"
