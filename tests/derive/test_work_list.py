"""The payments left to apply by hand, and how much of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest

from exportready.derive import derive
from exportready.derive.connectors import work_list
from exportready.model.evidence import NOT_EXPORTED, UNSET, Unknown, Value
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import Row
from sent_and_booked import BILLED, DAY, INVOICE, PAYMENT, RECEIVED, files

UNREADABLE = Unknown(cause=Reason.UNREADABLE, reason="“abc” isn't a number")


def applied(payment: int, invoice: int, amount: int) -> Row:
    """Payment 70 + payment pays invoice."""
    parent = {**PAYMENT, "id": str(70 + payment), "referenceNumber": f"P{payment}"}
    return {"appliedTo": str(invoice), "appliedAmount": Decimal(amount), "appliedToReferenceNumber": str(100 + invoice),
            **{f"parent.{name}": value for name, value in parent.items()}}  # fmt: skip


def to_do(
    applications: Sequence[Row],
    balances: Sequence[int],
    unused: Sequence[int],
    links: Sequence[Row] = (),
    bill: Row | None = None,
) -> list[tuple[object, object, object, object]]:
    """Return (payment, invoice, amount to apply, what to mind) of invoices with these balances and payments with this unused."""
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [
            {**INVOICE, "id": str(n), "referenceNumber": str(100 + n)} for n, _ in enumerate(balances, 1)
        ],
        "servicetitan.payment": [
            {**PAYMENT, "id": str(70 + n), "referenceNumber": f"P{n}", "total": Decimal(amount)}
            for n, amount in enumerate(unused, 1)
        ],
        "servicetitan.payment_application": applications,
        "quickbooks.Invoice": [
            {**BILLED, "TxnID": f"I{n}", "RefNumber": str(100 + n), "BalanceRemaining": Decimal(balance), **(bill or {})}
            for n, balance in enumerate(balances, 1)
        ],
        "quickbooks.ReceivePayment": [
            {
                **RECEIVED,
                "TxnID": f"R{n}",
                "RefNumber": f"P{n}",
                "TotalAmount": Decimal(amount),
                "UnusedPayment": Decimal(amount),
            }
            for n, amount in enumerate(unused, 1)
        ],
        "quickbooks.AppliedToTxn": links,
        "quickbooks.Preferences": [{"AccountingPreferences.ClosingDate": date(2026, 10, 31)}],
    }
    found = work_list(derive(files(rows), NOON))
    return [(one.get("payment"), one.get("invoice"), one.get("toApply"), one.get("apart")) for one in found]


def test_three_payments_on_one_invoice_are_never_more_than_is_open() -> None:
    assert to_do([applied(n, 1, 40) for n in (1, 2, 3)], [100], [40, 40, 40]) == [
        ("P1", "101", Decimal(40), UNSET),
        ("P2", "101", Decimal(40), UNSET),
        ("P3", "101", Decimal(20), UNSET),
    ]


def test_one_payment_on_three_invoices_is_never_more_than_is_unused() -> None:
    assert to_do([applied(1, n, 40) for n in (1, 2, 3)], [40, 30, 40], [100]) == [
        ("P1", "101", Decimal(40), UNSET),
        ("P1", "102", Decimal(30), UNSET),
        ("P1", "103", Decimal(30), UNSET),
    ]


def test_what_quickbooks_applied_is_done() -> None:
    link: Row = {"parent.TxnID": "R1", "TxnID": "I1", "RefNumber": "101", "TxnDate": DAY, "Amount": Decimal(40)}
    assert to_do([applied(1, 1, 40)], [60], [100], [link]) == []
    assert to_do([applied(1, 1, 60)], [60], [100], [link]) == [("P1", "101", Decimal(20), UNSET)]


@pytest.mark.parametrize(
    ("bill", "apart"),
    [
        ({"CustomerRef.FullName": "Ann:Annex"}, "different job"),
        ({"ARAccountRef.FullName": "Other A/R"}, "different A/R account"),
        ({"TxnDate": date(2026, 10, 31)}, "closed period"),
    ],
)
def test_the_list_says_why_a_payment_can_not_simply_be_ticked(bill: Row, apart: str) -> None:
    assert [row[3] for row in to_do([applied(1, 1, 40)], [40], [40], bill=bill)] == [apart]


def test_without_ids_nobody_can_say_what_is_applied_to_what() -> None:
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [{**applied(1, 1, 100), "parent.id": "70"}],
        "quickbooks.Invoice": [{name: value for name, value in BILLED.items() if name != "TxnID"}],
        "quickbooks.ReceivePayment": [{name: value for name, value in RECEIVED.items() if name != "TxnID"}],
    }  # fmt: skip
    evidence = derive(files(rows), NOON)
    assert {one.get("state") for one in evidence.dataset("derived.match").rows()} == {"arrived"}
    assert isinstance(evidence.dataset("derived.applied_payment").rows()[0].get("bothArrived"), Unknown)


def test_an_invoice_shows_its_payments_where_no_payment_shows_its_invoices() -> None:
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [applied(0, 1, 100)], "quickbooks.Invoice": [{**BILLED, "BalanceRemaining": Decimal(0)}],
        "quickbooks.ReceivePayment": [{**RECEIVED, "UnusedPayment": Decimal(0)}],
        "quickbooks.LinkedTxn": [{"TxnID": "R1", "TxnType": "ReceivePayment", "Amount": Decimal(-100), "parent.TxnID": "I1"}],
    }  # fmt: skip
    rows["servicetitan.payment_application"] = [{**rows["servicetitan.payment_application"][0], "parent.id": "70",
                                                 "parent.referenceNumber": "P1"}]  # fmt: skip
    record = derive(files(rows), NOON).dataset("derived.applied_payment").rows()[0]
    assert (record.get("applied"), record.get("elsewhere")) == (True, UNSET)


def test_an_invoice_that_a_payment_names_twice_is_counted_once_for_each() -> None:
    link: Row = {"parent.TxnID": "R1", "TxnID": "I1", "RefNumber": "101", "TxnDate": DAY, "Amount": Decimal(50)}
    assert to_do([applied(1, 1, 50), applied(1, 1, 30)], [30], [30], [link]) == [("P1", "101", Decimal(30), UNSET)]


def test_a_discount_that_was_taken_is_applied_too() -> None:
    link: Row = {"parent.TxnID": "R1", "TxnID": "I1", "RefNumber": "101", "TxnDate": DAY, "Amount": Decimal(98),
                 "DiscountAmount": Decimal(2)}  # fmt: skip
    assert to_do([applied(1, 1, 100)], [0], [0], [link]) == []


def test_where_nothing_is_left_to_apply_there_is_no_work() -> None:
    assert to_do([applied(1, 1, 40)], [0], [40]) == []
    link: Row = {"parent.TxnID": "R1", "TxnID": "I7", "RefNumber": "107", "TxnDate": DAY, "Amount": Decimal(40)}
    assert to_do([applied(1, 1, 40)], [40], [0], [link]) == []


def test_payments_that_neither_number_nor_id_tells_apart_are_not_mixed_up() -> None:
    without = {name: value for name, value in PAYMENT.items() if name not in ("id", "referenceNumber")}
    bare: Row = {**without, "referenceNumber": UNSET}
    parent = {f"parent.{name}": value for name, value in bare.items()}
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED],
        "servicetitan.payment": [bare, {**bare, "total": Decimal(60)}],
        "servicetitan.payment_application": [{"appliedTo": "1", "appliedAmount": Decimal(100), **parent}],
        "quickbooks.ReceivePayment": [{**RECEIVED, "RefNumber": UNSET},
                                      {**RECEIVED, "RefNumber": UNSET, "TxnID": "R2", "TotalAmount": Decimal(60)}],
    }  # fmt: skip
    both = derive(files(rows), NOON).dataset("derived.applied_payment").rows()[0].get("bothArrived")
    assert isinstance(both, Unknown)
    assert "several" in both.reason


def test_of_a_payment_that_arrived_as_a_journal_entry_nothing_is_known_to_be_applied() -> None:
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [{**applied(1, 1, 100), "parent.id": "70"}],
        "quickbooks.JournalEntry": [{"TxnID": "J1", "RefNumber": "P1", "TxnDate": DAY, "Memo": UNSET}],
        "quickbooks.JournalDebitLine": [{"parent.TxnID": "J1", "Amount": Decimal(100)}],
    }  # fmt: skip
    both = derive(files(rows), NOON).dataset("derived.applied_payment").rows()[0].get("bothArrived")
    assert isinstance(both, Unknown)
    assert "another type" in both.reason


def test_an_account_that_is_not_in_the_file_is_not_another_one() -> None:
    assert to_do(
        [applied(1, 1, 40)],
        [40],
        [40],
        bill={"ARAccountRef.FullName": Unknown(cause=Reason.INCONCLUSIVE, reason="no such column")},
    ) == [("P1", "101", Decimal(40), UNSET)]


def test_more_than_servicetitan_applied_is_reported() -> None:
    link: Row = {"parent.TxnID": "R1", "TxnID": "I1", "RefNumber": "101", "TxnDate": DAY, "Amount": Decimal(60)}
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [{**applied(0, 1, 40), "parent.referenceNumber": "P1"}],
        "quickbooks.Invoice": [BILLED], "quickbooks.ReceivePayment": [{**RECEIVED, "UnusedPayment": Decimal(40)}],
        "quickbooks.AppliedToTxn": [link],
    }  # fmt: skip
    assert derive(files(rows), NOON).dataset("derived.applied_payment").rows()[0].get("elsewhere") == "101 ($20.00 more)"
    rows["quickbooks.ReceivePayment"] = [{**RECEIVED, "UnusedPayment": Decimal(0)}]
    rows["servicetitan.payment_application"] = [{**applied(0, 1, 60), "parent.referenceNumber": "P1"}]
    assert isinstance(derive(files(rows), NOON).dataset("derived.applied_payment").rows()[0].get("elsewhere"), Unknown)


@pytest.mark.parametrize("amount", [UNSET, UNREADABLE, NOT_EXPORTED], ids=["blank", "unreadable", "not in the file"])
def test_without_the_amount_that_servicetitan_applied_nothing_is_known_to_be_applied(amount: Value) -> None:
    one = fact({**applied(0, 1, 60), "appliedAmount": amount})
    assert isinstance(one("applied"), Unknown)
    assert isinstance(one("toApply"), Unknown)


@pytest.mark.parametrize("amount", [UNREADABLE, NOT_EXPORTED], ids=["unreadable", "not in the file"])
def test_without_the_amount_that_quickbooks_applied_none_is_known_to_be_applied_elsewhere(amount: Value) -> None:
    assert fact(applied(0, 1, 60))("elsewhere") is UNSET
    assert isinstance(fact(applied(0, 1, 60), booked=amount)("elsewhere"), Unknown)


def fact(application: Row, booked: Value = Decimal(60)) -> Callable[[str], Value]:
    """Return how to get a fact of a payment to invoice 101, of which QuickBooks applied an amount there."""
    link: Row = {"parent.TxnID": "R1", "TxnID": "I1", "RefNumber": "101", "TxnDate": DAY, "Amount": booked}
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [{**application, "parent.referenceNumber": "P1"}],
        "quickbooks.Invoice": [BILLED], "quickbooks.ReceivePayment": [{**RECEIVED, "UnusedPayment": Decimal(40)}],
        "quickbooks.AppliedToTxn": [link],
    }  # fmt: skip
    return derive(files(rows), NOON).dataset("derived.applied_payment").rows()[0].get


def test_where_the_closing_date_is_not_known_the_work_list_does_not_say_that_nothing_is_closed() -> None:
    rows: dict[str, Sequence[Row]] = {"servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
            "servicetitan.payment_application": [{**applied(0, 1, 100), "parent.referenceNumber": "P1"}],
            "quickbooks.Invoice": [BILLED], "quickbooks.ReceivePayment": [RECEIVED], "quickbooks.AppliedToTxn": []}  # fmt: skip
    (one,) = work_list(derive(files(rows), NOON))
    assert isinstance(one.get("apart"), Unknown)
