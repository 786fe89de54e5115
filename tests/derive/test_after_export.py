"""How a transaction is found in QuickBooks, its lines compared, and the payments left to apply by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from exportready.derive import derive
from exportready.derive.connectors import work_list
from exportready.derive.memos import names_batch
from exportready.derive.sent_before import with_what_was_sent
from exportready.evidence.reading import Keys
from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Account, Dataset, Evidence, Location, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason
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
    datasets = {}
    for kind in dict.fromkeys((*EVERYTHING, *rows)):
        keys = Keys(KINDS[kind])
        records = [
            Record(kind=kind, key=keys.of(row), fields=row, where=Location(kind, at))
            for at, row in enumerate(rows.get(kind, ()), 1)
        ]
        datasets[kind] = Dataset(kind=kind, records=tuple(records), scope=Scope.WHOLE)
    said = {"webConnector.sentBy": "servicetitan", "modules.purchasing": False, **(answers or {})}
    record = Record(kind="account.answers", key="", fields=said, where=Location("account.yaml"))
    datasets["account.answers"] = Dataset(kind="account.answers", records=(record,), scope=Scope.WHOLE, dated=NOON)
    return Evidence(account=Account(), datasets=datasets, listings={}, sources=(), unrecognised=())


def states(rows: Mapping[str, Sequence[Row]], answers: Row | None = None) -> list[object]:
    """Of each transaction by key; None where it cannot be told."""
    return shown(files(rows, answers))


def shown(evidence: Evidence) -> list[object]:
    found = derive(evidence, NOON).dataset("derived.match").records
    return [None if isinstance(one.get("state"), Unknown) else one.get("state") for one in found]


def reason(rows: Mapping[str, Sequence[Row]]) -> str:
    state = derive(files(rows), NOON).dataset("derived.match").records[0].get("state")
    assert isinstance(state, Unknown)
    return state.reason


# -- matching


def test_a_number_counts_within_its_customer() -> None:
    others = {"servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "customer.name": "Bob", "customer.id": "8"}]}
    both = [BILLED, {**BILLED, "TxnID": "I2", "CustomerRef.FullName": "Bob 8:Annex"}]
    assert states({**others, "quickbooks.Invoice": both}) == ["arrived", "arrived"]
    bob = {**BILLED, "CustomerRef.FullName": "Bob", "Subtotal": Decimal(90), "TxnDate": NEXT_DAY, "Memo": UNSET}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [bob]}) == [None]  # wholly absent
    assert "looks bypassed" in reason({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [bob]})
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
    near = [{**BILLED, "Subtotal": Decimal(amount), "TxnID": f"N{amount}", "Memo": UNSET} for amount in (90, 80)]
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
    unknown = {**PAYMENT, "referenceNumber": Unknown(Reason.INCONCLUSIVE, "no such column")}
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
    other = {**INVOICE, "id": "2", "referenceNumber": "102", "active": Unknown(Reason.INCONCLUSIVE, "no such column")}
    assert states({"servicetitan.invoice": [INVOICE, other], "quickbooks.Invoice": [BILLED]}) == ["arrived", None]


def test_what_lies_outside_of_the_days_of_a_file_is_never_missing() -> None:
    rows = {
        "servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "referenceNumber": "102"}],
        "quickbooks.Invoice": [BILLED],
    }
    evidence = files(rows)
    for days, expected in (((DAY, DAY), "missing"), ((NEXT_DAY, NEXT_DAY), None)):
        dataset = replace(evidence.dataset("quickbooks.Invoice"), scope=Scope.PERIOD, days=days)
        assert shown(replace(evidence, datasets={**evidence.datasets, dataset.kind: dataset})) == ["arrived", expected]


def test_of_a_part_of_quickbooks_nothing_is_missing() -> None:
    rows = {
        "servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "referenceNumber": "102"}],
        "quickbooks.Invoice": [BILLED],
    }
    evidence = files(rows)
    part = replace(evidence.dataset("quickbooks.Invoice"), scope=Scope.PART, why="a part")
    assert shown(replace(evidence, datasets={**evidence.datasets, part.kind: part})) == ["arrived", None]


def test_what_was_sent_is_taken_from_the_files_of_before() -> None:
    before = files({"servicetitan.invoice": [INVOICE]})
    now = files({"quickbooks.Invoice": [BILLED]}, {"exportedBatches.12": True})
    bare = replace(
        now, datasets={kind: dataset for kind, dataset in now.datasets.items() if not kind.startswith("servicetitan.")}
    )
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
    assert derive(files(rows), NOON).dataset("derived.match").records[0].get("linesAgree") is agree


@pytest.mark.parametrize(
    ("memo", "named"),
    [("12 / Nov", True), ("Nov #12", True), ("120 / Nov", False), ("212 / Nov", False), ("12", False), ("Nov", False)],
)
def test_a_memo_names_number_and_name(memo: str, named: bool) -> None:
    assert names_batch(memo, Record(kind="servicetitan.invoice", key="", fields=INVOICE, where=Location("x"))) is named


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
    assert {one.get("state") for one in evidence.dataset("derived.match").records} == {"arrived"}
    assert isinstance(evidence.dataset("derived.applied_payment").records[0].get("bothArrived"), Unknown)


def test_a_number_alone_is_no_sign_where_the_customer_is_not_known() -> None:
    nobody = {**INVOICE, "customer.name": Unknown(Reason.INCONCLUSIVE, "no such column")}
    other = {**BILLED, "CustomerRef.FullName": "Bob", "Subtotal": Decimal(90), "TxnDate": NEXT_DAY, "Memo": UNSET}
    assert states({"servicetitan.invoice": [nobody], "quickbooks.Invoice": [other]}) == [None]


def test_a_second_copy_on_another_day_is_told() -> None:
    second = {**BILLED, "TxnID": "I2", "TxnDate": NEXT_DAY}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, second]}) == ["twice"]
    by_hand = {**second, "Memo": UNSET}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, by_hand]}) == [None]
    assert "second copy" in reason({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, by_hand]})
    another = {**by_hand, "Subtotal": Decimal(55)}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, another]}) == ["arrived"]
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, {**another, "Memo": "12 / Nov"}]}) == [
        None
    ]


def test_the_number_of_a_check_may_come_back_without_being_a_second_copy() -> None:
    month_before = {**RECEIVED, "TxnID": "R0", "TxnDate": date(2026, 10, 18), "Memo": UNSET}
    assert states({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [month_before, RECEIVED]}) == ["arrived"]
    twice = {**RECEIVED, "TxnID": "R2", "TxnDate": NEXT_DAY}
    assert states({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [twice, RECEIVED]}) == ["twice"]


def test_under_another_name_the_tax_may_be_rounded_otherwise() -> None:
    taxed = {**INVOICE, "salesTax": Decimal("8.25"), "total": Decimal("108.25")}
    renamed = {**BILLED, "CustomerRef.FullName": "Bob", "SalesTaxTotal": Decimal("8.26"), "Memo": UNSET}
    assert states({"servicetitan.invoice": [taxed], "quickbooks.Invoice": [renamed]}) == ["arrived"]


def test_number_and_batch_in_the_memo_find_it_under_another_name_and_day() -> None:
    renamed = {**BILLED, "CustomerRef.FullName": "Bob", "TxnDate": NEXT_DAY, "Subtotal": Decimal(90)}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [renamed]}) == ["arrived"]


THERE: dict[str, Sequence[Row]] = {
    "servicetitan.invoice": [{**INVOICE, "id": "9", "referenceNumber": "909"}],
    "quickbooks.Invoice": [{**BILLED, "TxnID": "I9", "RefNumber": "909"}],
}
"""Another of the batch that did arrive, so that the batch was not bypassed."""


def test_what_may_be_it_under_another_name_is_not_called_missing() -> None:
    numberless = {**PAYMENT, "referenceNumber": UNSET}
    renamed = {**RECEIVED, "RefNumber": UNSET, "CustomerRef.FullName": "Bob", "Memo": UNSET}
    assert states({**THERE, "servicetitan.payment": [numberless], "quickbooks.ReceivePayment": [renamed]}) == ["arrived", None]
    another = {**renamed, "TotalAmount": Decimal(99)}
    assert states({**THERE, "servicetitan.payment": [numberless], "quickbooks.ReceivePayment": [another]}) == [
        "arrived",
        "missing",
    ]
    later = {**RECEIVED, "CustomerRef.FullName": "Bob", "TxnDate": date(2026, 12, 1), "Memo": UNSET}
    assert states({**THERE, "servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [later]}) == ["arrived", None]


def test_a_customer_may_stand_below_another_one() -> None:
    below = {**BILLED, "CustomerRef.FullName": "Landlord:ann 7:Annex", "TxnDate": NEXT_DAY, "Memo": UNSET}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [below]}) == ["arrived"]


def test_a_number_longer_than_quickbooks_takes_may_stand_there_cut() -> None:
    long = {**INVOICE, "referenceNumber": "2026-11-18-0042"}
    cut = {**BILLED, "RefNumber": "2026-11-18-"}
    assert states({"servicetitan.invoice": [long], "quickbooks.Invoice": [cut]}) == ["arrived"]
    rows = {"servicetitan.invoice": [*THERE["servicetitan.invoice"], long], "quickbooks.Invoice": THERE["quickbooks.Invoice"]}
    assert sorted(states(rows), key=str) == [None, "arrived"]


def test_what_was_left_behind_in_its_batch_is_part_of_its_sum() -> None:
    behind = {**INVOICE, "id": "2", "referenceNumber": "102", "syncStatus": "Posted"}
    rows = {"servicetitan.invoice": [INVOICE, behind], "quickbooks.Invoice": [BILLED]}
    evidence = derive(files(rows), NOON)
    assert shown(files(rows)) == ["arrived", "explained"]
    (row,) = evidence.dataset("derived.tie_out").records
    assert (row.get("titanCount"), row.get("booksCount"), row.get("explained")) == (2, 1, "1 left behind")
    waiting = {**behind, "batch.number": "13"}
    assert shown(files({**rows, "servicetitan.invoice": [INVOICE, waiting]})) == ["arrived"]


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


def test_what_was_voided_in_servicetitan_after_it_arrived_counts_as_changed_there() -> None:
    voided = {**INVOICE, "active": False, "modifiedOn": NOON}
    billed = {**BILLED, "TimeCreated": NOON, "TimeModified": NOON}
    (one,) = (
        derive(files({"servicetitan.invoice": [voided], "quickbooks.Invoice": [billed]}), NOON)
        .dataset("derived.match")
        .records
    )
    assert (one.get("state"), one.get("titanEdited")) == ("arrived", NOON)


def test_what_has_no_number_is_called_by_its_day_and_amount() -> None:
    rows = {"servicetitan.payment": [{**PAYMENT, "referenceNumber": UNSET}]}
    (one,) = derive(files(rows), NOON).dataset("derived.match").records
    assert one.get("called") == "without a number of 2026-11-18 over 100.00"


def test_an_invoice_shows_its_payments_where_no_payment_shows_its_invoices() -> None:
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [applied(0, 1, 100)], "quickbooks.Invoice": [{**BILLED, "BalanceRemaining": Decimal(0)}],
        "quickbooks.ReceivePayment": [{**RECEIVED, "UnusedPayment": Decimal(0)}],
        "quickbooks.LinkedTxn": [{"TxnID": "R1", "TxnType": "ReceivePayment", "Amount": Decimal(-100), "parent.TxnID": "I1"}],
    }  # fmt: skip
    rows["servicetitan.payment_application"] = [{**rows["servicetitan.payment_application"][0], "parent.id": "70",
                                                 "parent.referenceNumber": "P1"}]  # fmt: skip
    record = derive(files(rows), NOON).dataset("derived.applied_payment").records[0]
    assert (record.get("applied"), record.get("elsewhere")) == (True, UNSET)


# -- odd ends of the work list


def test_an_invoice_that_a_payment_names_twice_is_counted_once_for_each() -> None:
    link: Row = {"parent.TxnID": "R1", "TxnID": "I1", "RefNumber": "101", "TxnDate": DAY, "Amount": Decimal(50)}
    assert to_do([applied(1, 1, 50), applied(1, 1, 30)], [30], [30], [link]) == [("P1", "101", Decimal(30), UNSET)]


def test_a_discount_that_was_taken_is_applied_too() -> None:
    link: Row = {"parent.TxnID": "R1", "TxnID": "I1", "RefNumber": "101", "TxnDate": DAY, "Amount": Decimal(98),
                 "DiscountAmount": Decimal(2)}  # fmt: skip
    assert to_do([applied(1, 1, 100)], [0], [0], [link]) == []


def test_where_nothing_is_left_the_list_says_of_what() -> None:
    assert to_do([applied(1, 1, 40)], [0], [40]) == [("P1", "101", Decimal(0), "nothing of the invoice is open")]
    link: Row = {"parent.TxnID": "R1", "TxnID": "I7", "RefNumber": "107", "TxnDate": DAY, "Amount": Decimal(40)}
    assert to_do([applied(1, 1, 40)], [40], [0], [link]) == [
        ("P1", "101", Decimal(0), "applied to 107, nothing of the payment is unused")
    ]


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
    both = derive(files(rows), NOON).dataset("derived.applied_payment").records[0].get("bothArrived")
    assert isinstance(both, Unknown)
    assert "several" in both.reason


def test_of_a_payment_that_arrived_as_a_journal_entry_nothing_is_known_to_be_applied() -> None:
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [{**applied(1, 1, 100), "parent.id": "70"}],
        "quickbooks.JournalEntry": [{"TxnID": "J1", "RefNumber": "P1", "TxnDate": DAY, "Memo": UNSET}],
        "quickbooks.JournalDebitLine": [{"parent.TxnID": "J1", "Amount": Decimal(100)}],
    }  # fmt: skip
    both = derive(files(rows), NOON).dataset("derived.applied_payment").records[0].get("bothArrived")
    assert isinstance(both, Unknown)
    assert "another kind" in both.reason


def test_an_account_that_is_not_in_the_file_is_not_another_one() -> None:
    assert to_do(
        [applied(1, 1, 40)], [40], [40], bill={"ARAccountRef.FullName": Unknown(Reason.INCONCLUSIVE, "no such column")}
    ) == [("P1", "101", Decimal(40), UNSET)]


def test_an_error_is_stale_only_where_all_of_its_number_arrived() -> None:
    def stale(*invoices: Row) -> object:
        error: Row = {
            "transaction": "101",
            "transactionType": "Invoice",
            "customer.name": "Ann",
            "message": "Object Not Found",
        }
        rows = {"servicetitan.invoice": invoices, "quickbooks.Invoice": [BILLED], "servicetitan.export_error": [error]}
        return derive(files(rows), NOON).dataset("derived.export_error").records[0].get("arrivedSince")

    assert stale(INVOICE) is True
    assert stale(INVOICE, {**INVOICE, "id": "2", "total": Decimal(70), "invoiceDate": NEXT_DAY}) is False


def test_a_batch_without_a_name_is_named_by_its_number() -> None:
    nameless = Record(kind="servicetitan.invoice", key="", fields={**INVOICE, "batch.name": UNSET}, where=Location("x"))
    assert names_batch("Batch 12", nameless)
    assert not names_batch("Batch 120", nameless)
    unnamed = Record(
        kind="servicetitan.invoice",
        key="",
        fields={**INVOICE, "batch.name": Unknown(Reason.INCONCLUSIVE, "no such column")},
        where=Location("x"),
    )
    assert not names_batch("Batch 12", unnamed)
    rows = {"servicetitan.invoice": [unnamed.fields], "quickbooks.Invoice": [BILLED]}
    named = derive(files(rows), NOON).dataset("derived.match").records[0].get("memoNamesBatch")
    assert isinstance(named, Unknown)


# -- found by trying odd companies


def test_an_error_of_another_customer_or_type_is_not_stale() -> None:
    def stale(row: Row) -> object:
        rows = {"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED], "servicetitan.export_error": [row]}
        return derive(files(rows), NOON).dataset("derived.export_error").records[0].get("arrivedSince")

    error: Row = {"transaction": "101", "message": "Object Not Found", "customer.name": "ANN", "transactionType": "Invoice"}
    assert stale(error) is True
    assert stale({**error, "customer.name": "Bob"}) is False
    assert stale({**error, "transactionType": "Payment"}) is False
    for name in ("customer.name", "transactionType"):
        assert isinstance(stale({key: value for key, value in error.items() if key != name}), Unknown)


BEHIND: Row = {**INVOICE, "id": "2", "referenceNumber": "102", "syncStatus": "Posted"}


@pytest.mark.parametrize("answers", [{}, {"exportedBatches.12": True}], ids=["nobody said", "said"])
def test_a_status_from_before_the_export_says_nothing_of_what_was_left_behind(answers: Row) -> None:
    now = files({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [RECEIVED]}, answers)
    now = replace(now, datasets={kind: dataset for kind, dataset in now.datasets.items() if kind != "servicetitan.invoice"})
    evidence = derive(with_what_was_sent(now, files({"servicetitan.invoice": [BEHIND]})), NOON)
    (stuck,) = (one for one in evidence.dataset("derived.batched").records if one.get("type") == "invoice")
    assert isinstance(stuck.get("status"), Unknown)
    (match,) = (one for one in evidence.dataset("derived.match").records if one.get("type") == "invoice")
    assert match.get("state") == "missing" if answers else isinstance(match.get("state"), Unknown)


def test_old_files_of_a_batch_that_was_exported_since_do_not_show_what_was_left_behind() -> None:
    evidence = derive(files({"servicetitan.invoice": [BEHIND]}, {"exportedBatches.12": True}), NOON)
    assert isinstance(evidence.dataset("derived.batched").records[0].get("status"), Unknown)
    evidence = derive(files({"servicetitan.invoice": [BEHIND]}), NOON)
    assert evidence.dataset("derived.batched").records[0].get("status") == "Posted"


def test_a_payment_with_the_number_of_an_old_one_did_not_arrive_as_that() -> None:
    old = {**RECEIVED, "TxnDate": date(2026, 10, 18), "Memo": "11 / Oct"}
    rows = {**THERE, "servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [old]}
    assert states(rows) == ["arrived", None]


def test_copies_of_other_kinds_and_under_other_names_are_told() -> None:
    credit: Row = {**SENT, "id": "5", "referenceNumber": "C1", "date": DAY, "total": Decimal(40)}
    there: Row = {**BOOKED, "TxnID": "C1", "RefNumber": "C1", "TotalAmount": Decimal(40), "Memo": UNSET}
    copies = [there, {**there, "TxnID": "C2", "TxnDate": NEXT_DAY}]
    assert states({"servicetitan.credit_memo": [credit], "quickbooks.CreditMemo": copies}) == [None]
    entry: Row = {"TxnID": "J1", "RefNumber": "P1", "TxnDate": date(2026, 11, 21), "Memo": "12 / Nov"}
    line: Row = {"parent.TxnID": "J1", "Amount": Decimal(100)}
    rows: dict[str, Sequence[Row]] = {"quickbooks.JournalEntry": [entry], "quickbooks.JournalDebitLine": [line]}
    assert states({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [RECEIVED], **rows}) == [None]
    other = {**BILLED, "TxnID": "I2", "CustomerRef.FullName": "Bob"}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, other]}) == [None]


def test_three_copies_are_three() -> None:
    copies = [{**BILLED, "TxnID": f"I{n}"} for n in range(3)]
    for there in (copies, [copies[0], *({**one, "TxnDate": NEXT_DAY} for one in copies[1:])]):
        evidence = derive(files({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": there}), NOON)
        assert evidence.dataset("derived.match").records[0].get("told") == "is in QuickBooks 3 times"
        (row,) = evidence.dataset("derived.tie_out").records
        assert (row.get("booksAmount"), row.get("unexplainedAmount"), row.get("doubledCount")) == (300, -200, 2)


def test_a_voided_copy_is_none() -> None:
    voided = {**BILLED, "TxnID": "I2", "Subtotal": Decimal(0), "Memo": "VOID: 12 / Nov"}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, voided]}) == ["arrived"]


def test_what_is_voided_on_both_sides_is_explained() -> None:
    voided = {**BILLED, "Subtotal": Decimal(0), "Memo": "VOID: 12 / Nov"}
    assert states({"servicetitan.invoice": [{**INVOICE, "active": False}], "quickbooks.Invoice": [voided]}) == ["explained"]


def test_one_that_was_entered_anew_is_served_before_the_voided_one() -> None:
    rows = {"servicetitan.invoice": [{**INVOICE, "id": "2", "active": False}, INVOICE], "quickbooks.Invoice": [BILLED]}
    assert sorted(map(str, states(rows))) == ["arrived", "explained"]


def test_a_payment_without_a_number_may_stand_there_in_another_way() -> None:
    numberless = {**PAYMENT, "referenceNumber": UNSET}
    received = {**RECEIVED, "RefNumber": UNSET}
    for there in ({**received, "TxnDate": date(2026, 11, 21)}, {**received, "TotalAmount": Decimal(105)}):
        rows = {**THERE, "servicetitan.payment": [numberless], "quickbooks.ReceivePayment": [there]}
        assert states(rows) == ["arrived", None]
    entry: Row = {"TxnID": "J1", "RefNumber": UNSET, "TxnDate": DAY, "Memo": "12 / Nov"}
    journal: dict[str, Sequence[Row]] = {"quickbooks.JournalEntry": [entry],
                                         "quickbooks.JournalDebitLine": [{"parent.TxnID": "J1", "Amount": Decimal(100)}]}  # fmt: skip
    assert states({**THERE, "servicetitan.payment": [numberless], **journal}) == ["arrived", None]


def test_the_number_of_a_journal_entry_is_cut_at_eleven() -> None:
    long = {**PAYMENT, "referenceNumber": "PAY-2026-0009350"}
    entry: Row = {"TxnID": "J1", "RefNumber": "PAY-2026-00", "TxnDate": DAY, "Memo": UNSET}
    journal: dict[str, Sequence[Row]] = {"quickbooks.JournalEntry": [entry],
                                         "quickbooks.JournalDebitLine": [{"parent.TxnID": "J1", "Amount": Decimal(100)}]}  # fmt: skip
    assert states({"servicetitan.payment": [long], **journal}) == ["arrived"]


def test_a_payment_whose_type_is_not_told_may_be_a_journal_entry() -> None:
    nameless = [{**PAYMENT, "type": UNSET}, {**PAYMENT, "id": "71", "referenceNumber": "P2", "type": UNSET}]
    evidence = files({"servicetitan.payment": nameless, "quickbooks.ReceivePayment": [RECEIVED]})
    gone = {kind: dataset for kind, dataset in evidence.datasets.items() if kind != "quickbooks.JournalEntry"}
    assert shown(replace(evidence, datasets=gone)) == ["arrived", None]


def test_a_payment_at_the_edge_of_the_days_that_a_list_covers_may_lie_outside() -> None:
    for day, state in ((DAY, None), (NEXT_DAY, "missing")):
        evidence = files({**THERE, "servicetitan.payment": [{**PAYMENT, "date": day}]})
        days = (DAY, date(2026, 11, 30))
        covered = replace(evidence.dataset("quickbooks.ReceivePayment"), scope=Scope.PERIOD, days=days)
        assert shown(replace(evidence, datasets={**evidence.datasets, covered.kind: covered})) == ["arrived", state]


@pytest.mark.parametrize(("name", "memo"), [("10", "1042 / 10"), ("42", "1042 42"), ("1042", "1042 1042")])
def test_the_name_of_a_batch_may_stand_inside_its_number(name: str, memo: str) -> None:
    one = Record(
        kind="servicetitan.invoice",
        key="",
        fields={**INVOICE, "batch.number": "1042", "batch.name": name},
        where=Location("x"),
    )
    assert names_batch(memo, one)
    assert not names_batch("1042", one)


def test_what_differs_before_tax_is_named() -> None:
    taxed = {**INVOICE, "salesTax": Decimal(8), "total": Decimal(108)}
    billed = {**BILLED, "Subtotal": Decimal(108)}
    (one,) = (
        derive(files({"servicetitan.invoice": [taxed], "quickbooks.Invoice": [billed]}), NOON).dataset("derived.match").records
    )
    assert one.get("told") == "is in QuickBooks with 108 before tax instead of 100, though the total agrees"


def test_an_order_whose_batch_is_not_told_stands_in_none() -> None:
    order: Row = {"id": "3", "number": "PO-1", "vendorId": "9", "status": "Exported", "date": DAY, "total": Decimal(5)}
    evidence = derive(files({"servicetitan.invoice": [INVOICE], "servicetitan.purchase_order": [order]}), NOON)
    (one,) = (one for one in evidence.dataset("derived.match").records if one.get("type") == "purchase order")
    assert one.get("batch") != "12"


def test_more_than_servicetitan_applied_is_told() -> None:
    link: Row = {"parent.TxnID": "R1", "TxnID": "I1", "RefNumber": "101", "TxnDate": DAY, "Amount": Decimal(60)}
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
        "servicetitan.payment_application": [{**applied(0, 1, 40), "parent.referenceNumber": "P1"}],
        "quickbooks.Invoice": [BILLED], "quickbooks.ReceivePayment": [{**RECEIVED, "UnusedPayment": Decimal(40)}],
        "quickbooks.AppliedToTxn": [link],
    }  # fmt: skip
    assert derive(files(rows), NOON).dataset("derived.applied_payment").records[0].get("elsewhere") == "101 (20.00 more)"
    rows["quickbooks.ReceivePayment"] = [{**RECEIVED, "UnusedPayment": Decimal(0)}]
    rows["servicetitan.payment_application"] = [{**applied(0, 1, 60), "parent.referenceNumber": "P1"}]
    assert isinstance(derive(files(rows), NOON).dataset("derived.applied_payment").records[0].get("elsewhere"), Unknown)


def test_where_the_closing_date_is_not_known_the_work_list_does_not_say_that_nothing_is_closed() -> None:
    rows: dict[str, Sequence[Row]] = {"servicetitan.invoice": [INVOICE], "servicetitan.payment": [PAYMENT],
            "servicetitan.payment_application": [{**applied(0, 1, 100), "parent.referenceNumber": "P1"}],
            "quickbooks.Invoice": [BILLED], "quickbooks.ReceivePayment": [RECEIVED], "quickbooks.AppliedToTxn": []}  # fmt: skip
    (one,) = work_list(derive(files(rows), NOON))
    assert isinstance(one.get("apart"), Unknown)
