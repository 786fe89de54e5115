"""What a transaction that was not found in QuickBooks comes to: missing, explained, or unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from exportready.model.evidence import UNSET, Scope, Unknown
from exportready.model.reasons import Reason
from made_evidence import Row
from sent_and_booked import BILLED, DAY, INVOICE, NEXT_DAY, PAYMENT, RECEIVED, THERE, files, reason_of, states, states_of


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        ({**PAYMENT, "active": False}, {}),
        ({**PAYMENT, "total": Decimal(0)}, {}),
        (PAYMENT, {"bypassedBatches.12": True}),
    ],
    ids=["voided", "zero-dollar", "bypassed"],
)
def test_what_need_not_be_there_is_explained(sent: Row, answers: Row) -> None:
    assert states({"servicetitan.payment": [sent]}, answers) == ["explained"]


def test_a_refund_is_not_looked_for() -> None:
    refund = {**PAYMENT, "total": Decimal(-100)}
    assert states({"servicetitan.payment": [refund], "quickbooks.ReceivePayment": [RECEIVED]}) == [None]


def test_one_that_can_not_be_decided_does_not_make_a_bypassed_batch_missing() -> None:
    refund = {**PAYMENT, "total": Decimal(-100)}
    assert states({"servicetitan.invoice": [INVOICE], "servicetitan.payment": [refund]}) == [None, None]


def test_what_may_be_voided_is_not_missing() -> None:
    other = {
        **INVOICE,
        "id": "2",
        "referenceNumber": "102",
        "active": Unknown(cause=Reason.INCONCLUSIVE, reason="no such column"),
    }
    assert states({"servicetitan.invoice": [INVOICE, other], "quickbooks.Invoice": [BILLED]}) == ["arrived", None]


def test_what_lies_outside_of_the_days_of_a_file_is_never_missing() -> None:
    rows = {
        "servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "referenceNumber": "102"}],
        "quickbooks.Invoice": [BILLED],
    }
    evidence = files(rows)
    for days, expected in (((DAY, DAY), "missing"), ((NEXT_DAY, NEXT_DAY), None)):
        dataset = replace(evidence.dataset("quickbooks.Invoice"), scope=Scope.PERIOD, days=(days,))
        assert states_of(replace(evidence, datasets={**evidence.datasets, dataset.kind: dataset})) == ["arrived", expected]


def test_nothing_is_missing_where_only_a_part_of_quickbooks_is_here() -> None:
    rows = {
        "servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "referenceNumber": "102"}],
        "quickbooks.Invoice": [BILLED],
    }
    evidence = files(rows)
    part = replace(evidence.dataset("quickbooks.Invoice"), scope=Scope.PART, why="a part")
    assert states_of(replace(evidence, datasets={**evidence.datasets, part.kind: part})) == ["arrived", None]


def test_a_bill_that_may_have_been_canceled_is_not_called_missing() -> None:
    bill: Row = {"id": "5", "referenceNumber": "B1", "vendor.id": "3", "vendor.name": "Acme", "billDate": DAY, "billAmount": Decimal(40),
                 "syncStatus": "Exported", "batch.number": "12", "batch.name": "Nov"}  # fmt: skip
    rows: dict[str, Sequence[Row]] = {**THERE, "servicetitan.bill": [bill], "quickbooks.Bill": []}
    assert states(rows) == [None, "arrived"]
    assert states({**rows, "servicetitan.bill": [{**bill, "status": "Reconciled"}]}) == ["missing", "arrived"]
    assert states({**rows, "servicetitan.bill": [{**bill, "status": "Canceled"}]}) == ["explained", "arrived"]


def test_a_refund_of_a_bypassed_batch_is_explained_whatever_has_its_number() -> None:
    refund = {**PAYMENT, "total": Decimal(-100)}
    rows: dict[str, Sequence[Row]] = {"servicetitan.payment": [refund], "quickbooks.ReceivePayment": [RECEIVED]}
    assert states(rows, {"bypassedBatches.12": True}) == ["explained"]


def test_what_is_voided_on_both_sides_is_explained() -> None:
    voided = {**BILLED, "Subtotal": Decimal(0), "Memo": "VOID: 12 / Nov"}
    assert states({"servicetitan.invoice": [{**INVOICE, "active": False}], "quickbooks.Invoice": [voided]}) == ["explained"]


def test_a_payment_whose_type_is_not_known_may_be_a_journal_entry() -> None:
    nameless = [{**PAYMENT, "type": UNSET}, {**PAYMENT, "id": "71", "referenceNumber": "P2", "type": UNSET}]
    evidence = files({"servicetitan.payment": nameless, "quickbooks.ReceivePayment": [RECEIVED]})
    gone = {kind: dataset for kind, dataset in evidence.datasets.items() if kind != "quickbooks.JournalEntry"}
    assert states_of(replace(evidence, datasets=gone)) == ["arrived", None]


def test_a_payment_at_the_edge_of_the_days_that_a_list_covers_may_lie_outside() -> None:
    for day, state in ((DAY, None), (NEXT_DAY, "missing")):
        evidence = files({**THERE, "servicetitan.payment": [{**PAYMENT, "date": day}]})
        days = (DAY, date(2026, 11, 30))
        covered = replace(evidence.dataset("quickbooks.ReceivePayment"), scope=Scope.PERIOD, days=(days,))
        assert states_of(replace(evidence, datasets={**evidence.datasets, covered.kind: covered})) == ["arrived", state]


def test_what_has_no_number_in_the_file_may_be_the_missing_one() -> None:
    without_number = {name: value for name, value in BILLED.items() if name != "RefNumber"}
    for number in ({}, {"RefNumber": Unknown(cause=Reason.UNREADABLE, reason="no text")}):
        rows = {**THERE, "servicetitan.invoice": [INVOICE, *THERE["servicetitan.invoice"]]}
        rows["quickbooks.Invoice"] = [{**without_number, **number, "TxnDate": NEXT_DAY}, *THERE["quickbooks.Invoice"]]
        assert states(rows) == [None, "arrived"]
        assert "the numbers of some" in reason_of(rows)
    rows["quickbooks.Invoice"] = THERE["quickbooks.Invoice"]
    assert states(rows) == ["missing", "arrived"]
