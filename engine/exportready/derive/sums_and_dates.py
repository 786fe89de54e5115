"""Whether a pending invoice's total is its lines and tax, and whether a pending transaction's date can be right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from exportready.derive.batches import to_be_whole
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.unknowns import first_unknown, not_among, total, without
from exportready.kinds.transactions import INVOICE, TRANSACTIONS
from exportready.model.evidence import UNSET, Dataset, Record, Scope, Unknown, Value

_SUM, _DATE, _LINE = "derived.invoice_sum", "derived.pending_date", "servicetitan.invoice_item"
_NAMING = ("parent.customer.name", "parent.referenceNumber")
_NO_TOTAL = "a line has no total in the file"
AHEAD, BACK = timedelta(days=366), timedelta(days=731)
"""How far from the check a transaction's date may be. The limits are our own: they find a mistyped year, nothing else."""


@derivation(
    _SUM,
    reads=f"""
{INVOICE} id waits referenceNumber customer.name salesTax total discountTotal
{_LINE} parent.id parent.customer.name parent.referenceNumber total isChargeable active
""",
)
def sums(inputs: Inputs) -> Dataset:
    """Conclude one record for each pending invoice that has lines.

    A discount may be a line of its own or only in `discountTotal`, and nothing documents whether a line that isn't charged counts. So
    the difference is the smallest that any of these readings gives.
    """
    found = Conclusions(_SUM)
    invoices, lines = inputs.dataset(INVOICE), inputs.dataset(_LINE)
    of_invoice: dict[str, list[Record]] = {}
    for line in lines.rows():
        if line.get("active") is False:
            continue
        lost = None if isinstance(line.get("parent.id"), str) else first_unknown(*map(line.get, _NAMING))
        if lost is not None:
            found.doubt = without(lost, f"we can't tell which invoice {line.key} is on")
        of_invoice.setdefault(_whose(line, "parent."), []).append(line)
    for invoice in invoices.rows():
        waits, own = invoice.get("waits"), of_invoice.get(_whose(invoice, ""), [])
        if waits is False:
            continue
        if waits is not True:
            found.doubt = without(waits, f"we don't know whether {invoice.key} is pending")
            continue
        if not own and lines.scope in (Scope.WHOLE, Scope.WAITING):
            continue  # batching/invoice-has-item reports it
        whole = (
            total((line.get("total") for line in own), _NO_TOTAL)
            if own
            else not_among(lines, "the lines are not in your files")
        )
        fields: dict[str, Value] = {
            "customer": invoice.get("customer.name"),
            "number": invoice.get("referenceNumber"),
            "id": invoice.get("id"),
            "total": invoice.get("total"),
            "tax": invoice.get("salesTax"),
            "lines": whole,
            "difference": _difference(invoice, whole, own),
        }
        found.add(fields, invoice.where)
    return found.dataset(invoices, lines, waiting_suffices=True)


def _whose(record: Record, prefix: str) -> str:
    id_ = record.get(f"{prefix}id")
    return (
        id_ if isinstance(id_, str) else f"{record.get(prefix + 'customer.name')} / {record.get(prefix + 'referenceNumber')}"
    )


def _difference(invoice: Record, whole: Value, lines: list[Record]) -> Value:
    said, tax = invoice.get("total"), invoice.get("salesTax")
    unknown = first_unknown(said, whole, tax)
    if unknown is not None:
        return unknown
    if not isinstance(said, Decimal) or not isinstance(whole, Decimal):
        return without(said, "the invoice has no total in the file")
    discount = invoice.get("discountTotal")
    discounts = {Decimal(0), abs(discount)} if isinstance(discount, Decimal) else {Decimal(0)}
    uncharged = total((line.get("total") for line in lines if line.get("isChargeable") is False), _NO_TOTAL)
    readings = {whole, whole - uncharged} if isinstance(uncharged, Decimal) else {whole}
    taxed = said - (tax if isinstance(tax, Decimal) else Decimal(0))
    return min(abs(taxed - reading + off) for reading in readings for off in discounts)


# -- dates


@derivation(
    _DATE,
    reads="\n".join(f"{kind} id waits {of.number} {of.party} {of.day}" for kind, of in TRANSACTIONS.items())
    + "\nderived.account purchasing purchaseOrdersExported",
)
def dates(inputs: Inputs) -> Dataset:
    """Conclude one record for each pending transaction with a date.

    Transactions that the files must have are those of the tie-out (docs/decisions/tie-out.md).
    """
    found = Conclusions(_DATE)
    kinds = to_be_whole(inputs.evidence, tuple(TRANSACTIONS))
    for kind in kinds:
        of = TRANSACTIONS[kind]
        for record in inputs.dataset(kind).rows():
            waits, day = record.get("waits"), record.get(of.day)
            if waits is False or day is UNSET:
                continue  # batching/invoice-dated reports an invoice without a date
            if waits is not True:
                found.doubt = without(waits, f"we don't know whether {record.key} is pending")
                continue
            fields: dict[str, Value] = {
                "type": of.type,
                "id": record.get("id"),
                "customer": record.get(of.party) if of.party else UNSET,
                "number": record.get(of.number),
                "date": day.implausible if isinstance(day, Unknown) and day.implausible else _written(day),
                "plausible": _is_plausible(day, inputs.at),
            }
            found.add(fields, record.where)
    return found.dataset(*map(inputs.dataset, kinds), waiting_suffices=True)


def _written(day: Value) -> Value:
    return day.isoformat() if isinstance(day, date) else day


def _is_plausible(day: Value, at: datetime) -> Value:
    if isinstance(day, Unknown):
        return False if day.implausible else day
    return isinstance(day, date) and at.date() - BACK <= day <= at.date() + AHEAD


def changes_at(day: date, at: datetime) -> list[date]:
    """Return the days after `at` on which the date of a transaction is judged differently, by the passing of time alone."""
    return [moment for moment in (day - AHEAD, day + BACK + timedelta(days=1)) if moment > at.date()]
