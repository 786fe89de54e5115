"""What a match says: its lines, how both sides differ, and when either was edited."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from exportready.derive import derive
from exportready.model.evidence import UNSET
from exportready.rulebook.examples import NOON
from made_evidence import Row
from sent_and_booked import BILLED, DAY, INVOICE, PAYMENT, files


@pytest.mark.parametrize(
    ("ours", "theirs", "agree"),
    [
        ([("A", 1, 5), ("B", 2, 6)], [("B", 2, 6), ("A", 1, 5)], True),
        ([("A", 1, 5), ("A", 1, 5)], [("A", 1, 5)], False),
        ([("A", 1, 5)], [("A", 1, 5), ("A", 1, 5)], False),
        ([("A", 1, 5)], [("A", 2, 5)], False),
        ([("A", 1, 5)], [("A", 1, 6)], False),
        ([("A", 1, 5)], [("Group:a", None, 5)], True),
        ([("A", 1, 5)], [("A", 1, 5), ("ServiceTitan Sales Tax", 1, 2)], True),
    ],
)  # fmt: skip
def test_lines_are_multisets(
    ours: Sequence[tuple[str, int, int]], theirs: Sequence[tuple[str, int | None, int]], agree: bool
) -> None:
    here: list[Row] = [
        {"parent.id": "1", "skuName": sku, "quantity": Decimal(q), "total": Decimal(amount)} for sku, q, amount in ours
    ]
    there = [
        {
            "parent.TxnID": "I1",
            "ItemRef.FullName": item,
            "Quantity": UNSET if q is None else Decimal(q),
            "Amount": Decimal(amount),
        }
        for item, q, amount in theirs
    ]
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED], "servicetitan.invoice_item": here,
        "quickbooks.InvoiceLine": there,
    }  # fmt: skip
    assert derive(files(rows), NOON).dataset("derived.match").rows()[0].get("linesAgree") is agree


def test_what_was_voided_in_servicetitan_after_it_arrived_counts_as_changed_there() -> None:
    voided = {**INVOICE, "active": False, "modifiedOn": NOON}
    billed = {**BILLED, "TimeCreated": NOON, "TimeModified": NOON}
    (one,) = (
        derive(files({"servicetitan.invoice": [voided], "quickbooks.Invoice": [billed]}), NOON).dataset("derived.match").rows()
    )
    assert (one.get("state"), one.get("titanEdited")) == ("arrived", NOON)


def test_what_has_no_number_is_called_by_its_day_and_amount() -> None:
    rows = {"servicetitan.payment": [{**PAYMENT, "referenceNumber": UNSET}]}
    (one,) = derive(files(rows), NOON).dataset("derived.match").rows()
    assert one.get("called") == "(no number, November 18, 2026, $100.00)"


def test_what_differs_before_tax_is_named() -> None:
    taxed = {**INVOICE, "salesTax": Decimal(8), "total": Decimal(108)}
    billed = {**BILLED, "Subtotal": Decimal(108)}
    (one,) = (
        derive(files({"servicetitan.invoice": [taxed], "quickbooks.Invoice": [billed]}), NOON).dataset("derived.match").rows()
    )
    assert one.get("told") == "is in QuickBooks with $108.00 before tax instead of $100.00, but the same total"


def test_an_order_whose_batch_is_not_known_is_in_none() -> None:
    order: Row = {"id": "3", "number": "PO-1", "vendorId": "9", "status": "Exported", "date": DAY, "total": Decimal(5)}
    evidence = derive(files({"servicetitan.invoice": [INVOICE], "servicetitan.purchase_order": [order]}), NOON)
    (one,) = (one for one in evidence.dataset("derived.match").rows() if one.get("type") == "purchase order")
    assert one.get("batch") != "12"
