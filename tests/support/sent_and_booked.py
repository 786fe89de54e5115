"""Small exports for tests after an export: one customer, an invoice and a payment in ServiceTitan, and what QuickBooks has of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from exportready.derive import derive
from exportready.model.evidence import UNSET, Evidence, Unknown
from exportready.rulebook.examples import NOON
from made_evidence import Row, answers, dataset, evidence

DAY, NEXT_DAY = date(2026, 11, 18), date(2026, 11, 19)
SENT: Row = {"syncStatus": "Exported", "active": True, "batch.number": "12", "batch.name": "Nov", "customer.id": "7",
             "customer.name": "Ann"}  # fmt: skip
INVOICE: Row = {**SENT, "id": "1", "referenceNumber": "101", "invoiceDate": DAY, "subTotal": Decimal(100), "salesTax": Decimal(0),
                "total": Decimal(100)}  # fmt: skip
PAYMENT: Row = {
    **SENT,
    "id": "70",
    "referenceNumber": "P1",
    "checkNumber": UNSET,
    "date": DAY,
    "total": Decimal(100),
    "type": "Check",
}
BOOKED: Row = {"CustomerRef.FullName": "Ann", "ARAccountRef.FullName": "A/R", "TxnDate": DAY, "Memo": "12 / Nov"}
BILLED: Row = {**BOOKED, "TxnID": "I1", "RefNumber": "101", "Subtotal": Decimal(100), "SalesTaxTotal": Decimal(0),
               "BalanceRemaining": Decimal(100)}  # fmt: skip
RECEIVED: Row = {**BOOKED, "TxnID": "R1", "RefNumber": "P1", "TotalAmount": Decimal(100), "UnusedPayment": Decimal(100)}

EVERYTHING = ("servicetitan.invoice", "servicetitan.payment", "quickbooks.Invoice", "quickbooks.CreditMemo",
              "quickbooks.ReceivePayment", "quickbooks.JournalEntry", "quickbooks.JournalDebitLine")  # fmt: skip
THERE: dict[str, Sequence[Row]] = {
    "servicetitan.invoice": [{**INVOICE, "id": "9", "referenceNumber": "909"}],
    "quickbooks.Invoice": [{**BILLED, "TxnID": "I9", "RefNumber": "909"}],
}
"""Another invoice of the batch that did arrive, so that the batch was not bypassed."""


def files(rows: Mapping[str, Sequence[Row]], given: Row | None = None) -> Evidence:
    """Return whole lists of these records, and of the other kinds that a tie-out needs empty ones."""
    said: Row = {"webConnector.sentBy": "servicetitan", "modules.purchasing": False, **(given or {})}
    datasets = (dataset(kind, rows.get(kind, ())) for kind in dict.fromkeys((*EVERYTHING, *rows)))
    return evidence(*datasets, answers(said, None))


def states(rows: Mapping[str, Sequence[Row]], given: Row | None = None) -> list[object]:
    """Return the state of each transaction in the order of their keys; None where it is unknown."""
    return states_of(files(rows, given))


def states_of(after: Evidence) -> list[object]:
    """Return the state of each transaction after an export."""
    found = derive(after, NOON).dataset("derived.match").rows()
    return [None if isinstance(one.get("state"), Unknown) else one.get("state") for one in found]


def reason_of(rows: Mapping[str, Sequence[Row]]) -> str:
    """Return why the state of the first transaction is unknown."""
    state = derive(files(rows), NOON).dataset("derived.match").rows()[0].get("state")
    assert isinstance(state, Unknown)
    return state.reason
