"""How a transaction is found in QuickBooks, its lines compared, and the payments left to apply by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from exportready.derive import derive
from exportready.derive.arrivals import with_what_was_sent
from exportready.derive.connectors import work_list
from exportready.derive.memos import names_batch
from exportready.evidence.reading import Keys
from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Account, Evidence, Location, Record, Scope, Shelf, Unknown, Value
from exportready.rulebook.examples import NOON

Row = Mapping[str, Value]
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


def files(rows: Mapping[str, Sequence[Row]], answers: Row | None = None) -> Evidence:
    """Whole lists of these records, nothing of the other kinds that a tie-out needs."""
    shelves = {}
    for kind in dict.fromkeys((*EVERYTHING, *rows)):
        keys = Keys(KINDS[kind])
        records = [Record(kind, keys.of(row), row, Location(kind, at)) for at, row in enumerate(rows.get(kind, ()), 1)]
        shelves[kind] = Shelf(kind, tuple(records), Scope.WHOLE)
    said = {"webConnector.sentBy": "servicetitan", "modules.purchasing": False, **(answers or {})}
    record = Record("account.answers", "", said, Location("account.yaml"))
    shelves["account.answers"] = Shelf("account.answers", (record,), Scope.WHOLE, dated=NOON)
    return Evidence(Account(), shelves, {}, (), ())


def states(rows: Mapping[str, Sequence[Row]], answers: Row | None = None) -> list[object]:
    """Of each transaction by key; None where it cannot be told."""
    return shown(files(rows, answers))


def shown(evidence: Evidence) -> list[object]:
    found = derive(evidence, NOON).shelf("derived.match").records
    return [None if isinstance(one.get("state"), Unknown) else one.get("state") for one in found]


def reason(rows: Mapping[str, Sequence[Row]]) -> str:
    state = derive(files(rows), NOON).shelf("derived.match").records[0].get("state")
    assert isinstance(state, Unknown)
    return state.reason


# -- matching


def test_a_number_counts_within_its_customer() -> None:
    others = {"servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "customer.name": "Bob", "customer.id": "8"}]}
    both = [BILLED, {**BILLED, "TxnID": "I2", "CustomerRef.FullName": "Bob 8:Annex"}]
    assert states({**others, "quickbooks.Invoice": both}) == ["arrived", "arrived"]
    bob = {**BILLED, "CustomerRef.FullName": "Bob", "Subtotal": Decimal(90)}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [bob]}) == [None]  # wholly absent
    assert states(
        {"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [{**BILLED, "CustomerRef.FullName": "Ann 8"}]}
    ) == [
        "arrived"  # matched to another name, and all else agrees
    ]


def test_twins_are_told_as_ambiguous_and_never_guessed() -> None:
    twins = [INVOICE, {**INVOICE, "id": "2"}]
    for there in ([BILLED], [BILLED, {**BILLED, "TxnID": "I2"}]):
        assert states({"servicetitan.invoice": twins, "quickbooks.Invoice": there}) == [None, None]
    assert "nothing tells apart" in reason({"servicetitan.invoice": twins, "quickbooks.Invoice": [BILLED]})


def test_of_several_that_are_not_the_same_none_is_chosen() -> None:
    near = [{**BILLED, "Subtotal": Decimal(90)}, {**BILLED, "TxnID": "I2", "Subtotal": Decimal(80)}]
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": near}) == [None]
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [*near, {**BILLED, "TxnID": "I3"}]}) == ["arrived"]


def test_a_net_negative_invoice_is_a_credit_memo_and_some_payments_are_journal_entries() -> None:
    credit = {**INVOICE, "subTotal": Decimal(-100), "total": Decimal(-100)}
    memo = {**BOOKED, "TxnID": "C1", "RefNumber": "101", "TotalAmount": Decimal(100)}
    assert states({"servicetitan.invoice": [credit], "quickbooks.CreditMemo": [memo]}) == ["arrived"]
    entry: Row = {"TxnID": "J1", "RefNumber": "P1", "TxnDate": DAY, "Memo": "12 / Nov"}
    line: Row = {"parent.TxnID": "J1", "Amount": Decimal(100)}
    journal: dict[str, Sequence[Row]] = {"quickbooks.JournalEntry": [entry], "quickbooks.JournalDebitLine": [line]}
    assert states({"servicetitan.payment": [PAYMENT], **journal}) == ["arrived"]


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        ({**PAYMENT, "active": False}, {}),
        ({**PAYMENT, "total": Decimal(0)}, {}),
        (PAYMENT, {"bypassedBatches.12": True}),
    ],
    ids=["voided", "a payment of nothing", "bypassed"],
)
def test_what_need_not_be_there_is_explained(sent: Row, answers: Row) -> None:
    assert states({"servicetitan.payment": [sent]}, answers) == ["explained"]


def test_a_payment_without_a_number_is_found_by_its_amount_and_day() -> None:
    numberless = {**PAYMENT, "referenceNumber": UNSET}
    evening = {**RECEIVED, "RefNumber": UNSET, "TxnDate": NEXT_DAY}
    assert states({"servicetitan.payment": [numberless], "quickbooks.ReceivePayment": [evening]}) == ["arrived"]
    unknown = {**PAYMENT, "referenceNumber": Unknown("no such column")}
    assert states({"servicetitan.payment": [unknown], "quickbooks.ReceivePayment": [evening]}) == [None]


def test_a_journal_entry_is_a_payment_only_with_its_number_and_amount() -> None:
    entry: Row = {"TxnID": "J1", "RefNumber": UNSET, "TxnDate": DAY, "Memo": UNSET}
    line: Row = {"parent.TxnID": "J1", "Amount": Decimal(100)}
    numberless = {**PAYMENT, "referenceNumber": UNSET}
    other = {**PAYMENT, "id": "71", "referenceNumber": "P2"}
    there: dict[str, Sequence[Row]] = {
        "quickbooks.ReceivePayment": [{**RECEIVED, "TxnID": "R2", "RefNumber": "P2"}],
        "quickbooks.JournalDebitLine": [line],
    }
    assert states({"servicetitan.payment": [numberless, other], "quickbooks.JournalEntry": [entry], **there}) == [
        "missing",
        "arrived",
    ]


def test_a_refund_is_not_looked_for() -> None:
    refund = {**PAYMENT, "total": Decimal(-100)}
    assert states({"servicetitan.payment": [refund], "quickbooks.ReceivePayment": [RECEIVED]}) == [None]


def test_one_that_cannot_be_told_does_not_make_a_bypassed_batch_missing() -> None:
    refund = {**PAYMENT, "total": Decimal(-100)}
    assert states({"servicetitan.invoice": [INVOICE], "servicetitan.payment": [refund]}) == [None, None]


def test_what_may_be_voided_is_not_missing() -> None:
    other = {**INVOICE, "id": "2", "referenceNumber": "102", "active": Unknown("no such column")}
    assert states({"servicetitan.invoice": [INVOICE, other], "quickbooks.Invoice": [BILLED]}) == ["arrived", None]


def test_what_lies_outside_of_the_days_of_a_file_is_never_missing() -> None:
    rows = {
        "servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "referenceNumber": "102"}],
        "quickbooks.Invoice": [BILLED],
    }
    evidence = files(rows)
    for days, expected in (((DAY, DAY), "missing"), ((NEXT_DAY, NEXT_DAY), None)):
        shelf = replace(evidence.shelf("quickbooks.Invoice"), scope=Scope.PERIOD, days=days)
        assert shown(replace(evidence, shelves={**evidence.shelves, shelf.kind: shelf})) == ["arrived", expected]


def test_of_a_part_of_quickbooks_nothing_is_missing() -> None:
    rows = {
        "servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "referenceNumber": "102"}],
        "quickbooks.Invoice": [BILLED],
    }
    evidence = files(rows)
    part = replace(evidence.shelf("quickbooks.Invoice"), scope=Scope.PART, why="a part")
    assert shown(replace(evidence, shelves={**evidence.shelves, part.kind: part})) == ["arrived", None]


def test_what_was_sent_is_taken_from_the_files_of_before() -> None:
    before = files({"servicetitan.invoice": [INVOICE]})
    now = files({"quickbooks.Invoice": [BILLED]}, {"exportedBatches.12": True})
    bare = replace(now, shelves={kind: shelf for kind, shelf in now.shelves.items() if not kind.startswith("servicetitan.")})
    assert shown(bare) == []
    assert shown(with_what_was_sent(bare, before)) == ["arrived"]


# -- lines


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
    assert derive(files(rows), NOON).shelf("derived.match").records[0].get("linesAgree") is agree


@pytest.mark.parametrize(
    ("memo", "named"),
    [("12 / Nov", True), ("Nov #12", True), ("120 / Nov", False), ("212 / Nov", False), ("12", False), ("Nov", False)],
)
def test_a_memo_names_number_and_name(memo: str, named: bool) -> None:
    assert names_batch(memo, Record("servicetitan.invoice", "", INVOICE, Location("x"))) is named


# -- the work list


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
    """(payment, invoice, amount to apply, why it stands apart) of invoices with these balances and payments with this unused."""
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
def test_what_cannot_simply_be_ticked_stands_apart(bill: Row, apart: str) -> None:
    assert [row[3] for row in to_do([applied(1, 1, 40)], [40], [40], bill=bill)] == [apart]


def test_without_ids_nobody_can_say_what_is_applied_to_what() -> None:
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [{**applied(1, 1, 100), "parent.id": "70"}],
        "quickbooks.Invoice": [{name: value for name, value in BILLED.items() if name != "TxnID"}],
        "quickbooks.ReceivePayment": [{name: value for name, value in RECEIVED.items() if name != "TxnID"}],
    }  # fmt: skip
    evidence = derive(files(rows), NOON)
    assert {one.get("state") for one in evidence.shelf("derived.match").records} == {"arrived"}
    assert isinstance(evidence.shelf("derived.applied_payment").records[0].get("bothArrived"), Unknown)


def test_a_number_alone_is_no_sign_where_the_customer_is_not_known() -> None:
    nobody = {**INVOICE, "customer.name": Unknown("no such column")}
    other = {**BILLED, "CustomerRef.FullName": "Bob", "Subtotal": Decimal(90), "TxnDate": NEXT_DAY}
    assert states({"servicetitan.invoice": [nobody], "quickbooks.Invoice": [other]}) == [None]


def test_an_invoice_shows_its_payments_where_no_payment_shows_its_invoices() -> None:
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [applied(0, 1, 100)], "quickbooks.Invoice": [{**BILLED, "BalanceRemaining": Decimal(0)}],
        "quickbooks.ReceivePayment": [{**RECEIVED, "UnusedPayment": Decimal(0)}],
        "quickbooks.LinkedTxn": [{"TxnID": "R1", "TxnType": "ReceivePayment", "Amount": Decimal(-100), "parent.TxnID": "I1"}],
    }  # fmt: skip
    rows["servicetitan.payment_application"] = [{**rows["servicetitan.payment_application"][0], "parent.id": "70",
                                                 "parent.referenceNumber": "P1"}]  # fmt: skip
    record = derive(files(rows), NOON).shelf("derived.applied_payment").records[0]
    assert (record.get("applied"), record.get("elsewhere")) == (True, UNSET)
