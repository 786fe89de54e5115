"""Kinds of differences between ServiceTitan and QuickBooks after an export, each in several samples, with near misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest

from exportready.derive import derive
from exportready.model.evidence import NOT_EXPORTED, UNSET, Record, Unknown, Value
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import Row
from sent_and_booked import BILLED, BOOKED, DAY, INVOICE, NEXT_DAY, PAYMENT, RECEIVED, SENT, THERE, files, states

Rows = dict[str, Sequence[Row]]


def matched(rows: Mapping[str, Sequence[Row]], given: Row | None = None) -> dict[str, Record]:
    """Return the records of the tie-out by ServiceTitan's id."""
    found = derive(files(rows, given), NOON).dataset("derived.match").rows()
    return {str(one.get("id")): one for one in found}


def state_of(one: Record) -> object:
    state = one.get("state")
    return state.cause if isinstance(state, Unknown) else state


# -- payments under another number


def applied(payment: int | str, invoice: int) -> Row:
    return {
        "parent.id": str(payment),
        "appliedTo": str(invoice),
        "appliedToReferenceNumber": str(100 + invoice),
        "appliedAmount": Decimal(50),
    }


def link(payment: str, invoice: int) -> Row:
    return {"parent.TxnID": payment, "TxnID": f"I{invoice}", "RefNumber": str(100 + invoice), "Amount": Decimal(50)}


INVOICES: Rows = {
    "servicetitan.invoice": [
        {**INVOICE, "id": str(n), "referenceNumber": str(100 + n), "total": Decimal(100 + n), "subTotal": Decimal(100 + n)}
        for n in (1, 2, 3)
    ],
    "quickbooks.Invoice": [
        {**BILLED, "TxnID": f"I{n}", "RefNumber": str(100 + n), "Subtotal": Decimal(100 + n)} for n in (1, 2, 3)
    ],
}
BLANK: Row = {**RECEIVED, "RefNumber": UNSET}


@pytest.mark.parametrize("number", [UNSET, "101", "MC-77120", "17"])
@pytest.mark.parametrize("day", [DAY, date(2026, 11, 17)])
def test_a_payment_is_found_under_any_number_by_its_batch(number: Value, day: date) -> None:
    received: Row = {**RECEIVED, "RefNumber": number, "TxnDate": day}
    assert states({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [received]}) == ["arrived"]


@pytest.mark.parametrize("customer", ["Ann", "Ann Holdings LLC", "Landlord:Unit 3"])
def test_a_payment_is_found_by_the_invoice_that_it_pays(customer: str) -> None:
    received: Row = {**BLANK, "Memo": UNSET, "CustomerRef.FullName": customer}
    rows: Rows = {**INVOICES, "servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [received],
            "servicetitan.payment_application": [applied(70, 1)], "quickbooks.AppliedToTxn": [link("R1", 1)]}  # fmt: skip
    assert state_of(matched(rows)["70"]) == "arrived"
    rows["quickbooks.AppliedToTxn"] = [link("R1", 2)]
    assert state_of(matched(rows)["70"]) != "arrived"


@pytest.mark.parametrize(
    "wrong",
    [
        {"TotalAmount": Decimal(99)},
        {"TxnDate": date(2026, 11, 25)},
        {"Memo": UNSET},
        {"Memo": "13 / Dec"},
        {"CustomerRef.FullName": "Bob", "Memo": UNSET},
    ],
)
def test_a_payment_without_its_number_never_arrived_on_a_guess(wrong: Row) -> None:
    rows: Rows = {**THERE, "servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [{**BLANK, **wrong}]}
    assert state_of(matched(rows)["70"]) != "arrived"


def test_two_payments_of_one_day_and_amount_are_told_apart_by_their_invoices() -> None:
    two = [{**PAYMENT, "id": str(70 + n), "referenceNumber": f"P{n}"} for n in (1, 2)]
    there = [{**BLANK, "TxnID": f"R{n}"} for n in (1, 2)]
    rows: Rows = {**INVOICES, "servicetitan.payment": two, "quickbooks.ReceivePayment": there,
            "servicetitan.payment_application": [applied(71, 1), applied(72, 2)],
            "quickbooks.AppliedToTxn": [link("R1", 2), link("R2", 1)]}  # fmt: skip
    found = matched(rows)
    assert (found["71"].get("booksId"), found["72"].get("booksId")) == ("R2", "R1")


@pytest.mark.parametrize(("there", "expected"), [(2, "arrived"), (1, Reason.AMBIGUOUS), (3, Reason.AMBIGUOUS)])
def test_of_payments_that_differ_in_nothing_either_all_are_there_or_none_is_chosen(there: int, expected: object) -> None:
    two = [{**PAYMENT, "id": str(70 + n), "referenceNumber": f"P{n}"} for n in (1, 2)]
    rows: Rows = {
        "servicetitan.payment": two,
        "quickbooks.ReceivePayment": [{**BLANK, "TxnID": f"R{n}"} for n in range(there)],
    }
    assert [state_of(one) for one in matched(rows).values()] == [expected, expected]


def test_late_evening_payments_on_two_days_are_not_mixed_up() -> None:
    two = [{**PAYMENT, "id": str(70 + n), "referenceNumber": UNSET, "date": date(2026, 11, 18 + n)} for n in (1, 2)]
    there = [{**BLANK, "TxnID": f"R{n}", "TxnDate": date(2026, 11, 17 + n)} for n in (1, 2)]
    found = matched({"servicetitan.payment": two, "quickbooks.ReceivePayment": there})
    assert [(one.get("state"), one.get("booksId")) for one in found.values()] == [("arrived", "R1"), ("arrived", "R2")]


def test_a_payment_split_over_two_invoices_is_found_by_both() -> None:
    split = [{**PAYMENT, "id": "71", "referenceNumber": "P1"}, {**PAYMENT, "id": "72", "referenceNumber": "P2"}]
    there = [{**BLANK, "TxnID": "R1"}, {**BLANK, "TxnID": "R2"}]
    rows: Rows = {**INVOICES, "servicetitan.payment": split, "quickbooks.ReceivePayment": there,
            "servicetitan.payment_application": [applied(71, 1), applied(71, 2), applied(72, 2), applied(72, 3)],
            "quickbooks.AppliedToTxn": [link("R2", 1), link("R2", 2), link("R1", 2), link("R1", 3)]}  # fmt: skip
    found = matched(rows)
    assert (found["71"].get("booksId"), found["72"].get("booksId")) == ("R2", "R1")


# -- bills


BILL: Row = {"id": "5", "referenceNumber": "B1", "vendorNumber": "INV-9", "vendor.id": "3", "vendor.name": "Acme", "billDate": DAY,
             "billAmount": Decimal(40), "syncStatus": "Exported", "status": "Reconciled",
             "batch.number": "12", "batch.name": "Nov"}  # fmt: skip
OWED: Row = {"TxnID": "B1", "VendorRef.FullName": "Acme", "TxnDate": DAY, "AmountDue": Decimal(40), "Memo": UNSET}


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({"RefNumber": "B1"}, "arrived"),
        ({"RefNumber": "inv-9"}, "arrived"),
        ({"RefNumber": UNSET, "Memo": "12 / Nov"}, "arrived"),
        ({"RefNumber": UNSET}, Reason.AMBIGUOUS),
        ({"RefNumber": "INV-9", "VendorRef.FullName": "Bolt", "TxnDate": NEXT_DAY}, Reason.AMBIGUOUS),
        ({"RefNumber": "INV-8", "AmountDue": Decimal(41)}, "missing"),
    ],
)
def test_a_bill_is_found_under_the_vendors_number_too(there: Row, expected: object) -> None:
    rows: Rows = {**THERE, "servicetitan.bill": [BILL], "quickbooks.Bill": [{**OWED, **there}]}
    assert state_of(matched(rows)["5"]) == expected


# -- journal entries and refunds

FEE: Row = {**PAYMENT, "type": "Financing Fee", "generalLedgerAccount.name": "Financing Fees"}
REFUND: Row = {**PAYMENT, "total": Decimal(-100), "type": "Refund", "generalLedgerAccount.name": "Checking"}
ENTRY: Row = {"TxnID": "J1", "RefNumber": "17", "TxnDate": DAY, "Memo": UNSET}


def journal(account: str, customer: Value, memo: Value, *, refund: bool = False, amount: int = 100) -> Rows:
    own: Row = {
        "parent.TxnID": "J1",
        "AccountRef.FullName": account,
        "EntityRef.FullName": UNSET,
        "Amount": Decimal(amount),
        "Memo": memo,
    }
    theirs: Row = {**own, "AccountRef.FullName": "A/R", "EntityRef.FullName": customer}
    debit, credit = (theirs, own) if refund else (own, theirs)
    return {
        **THERE,
        "quickbooks.JournalEntry": [ENTRY],
        "quickbooks.JournalDebitLine": [debit],
        "quickbooks.JournalCreditLine": [credit],
    }


@pytest.mark.parametrize(
    ("payment", "entry", "expected"),
    [
        (FEE, journal("Financing Fees", "Ann", UNSET), "arrived"),
        (FEE, journal("Bank Charges", "Ann 7:Annex", "12 / Nov"), "arrived"),
        (FEE, journal("Financing Fees", UNSET, UNSET), "arrived"),
        (FEE, journal("Bank Charges", "Ann", UNSET), Reason.AMBIGUOUS),
        (FEE, journal("Bank Charges", UNSET, UNSET), "missing"),
        (FEE, journal("Financing Fees", "Bob", UNSET), "missing"),
        (FEE, journal("Financing Fees", "Ann", UNSET, amount=99), "missing"),
        (FEE, journal("Financing Fees", "Ann", "12 / Nov", refund=True), "missing"),
        (FEE, journal("Financing Fees", NOT_EXPORTED, UNSET), "missing"),
        (REFUND, journal("Checking", "Ann", UNSET, refund=True), "arrived"),
        (REFUND, journal("Refunds Payable", "Ann", "12 / Nov", refund=True), "arrived"),
        (REFUND, journal("Checking", "Ann", "12 / Nov"), Reason.INCONCLUSIVE),
        (REFUND, journal("Checking", "Bob", UNSET, refund=True), Reason.INCONCLUSIVE),
    ],
)
def test_a_journal_entry_is_found_by_its_lines(payment: Row, entry: Rows, expected: object) -> None:
    assert state_of(matched({**entry, "servicetitan.payment": [payment]})["70"]) == expected


# -- another customer, another date

CREDIT: Row = {**SENT, "id": "6", "referenceNumber": "C1", "date": DAY, "total": Decimal(40)}
CREDITED: Row = {**BOOKED, "TxnID": "C1", "RefNumber": "C1", "TotalAmount": Decimal(40)}
SAMPLES: Sequence[tuple[str, Row, str, Row, str]] = [
    ("servicetitan.invoice", INVOICE, "quickbooks.Invoice", BILLED, "1"),
    ("servicetitan.payment", PAYMENT, "quickbooks.ReceivePayment", RECEIVED, "70"),
    ("servicetitan.credit_memo", CREDIT, "quickbooks.CreditMemo", CREDITED, "6"),
    ("servicetitan.bill", BILL, "quickbooks.Bill", {**OWED, "RefNumber": "B1", "Memo": "12 / Nov"}, "5"),
]


@pytest.mark.parametrize(("kind", "sent", "home", "book", "id_"), SAMPLES)
def test_another_customer_is_named(kind: str, sent: Row, home: str, book: Row, id_: str) -> None:
    party = "VendorRef.FullName" if home == "quickbooks.Bill" else "CustomerRef.FullName"
    (one,) = matched({kind: [sent], home: [{**book, party: "Bob"}]}).values()
    assert (state_of(one), one.get("otherCustomer"), one.get("maybeRenamed")) == ("arrived", "Bob", True)
    parties = {"servicetitan.customer": [{"id": "9", "name": "Bob"}], "servicetitan.vendor": [{"id": "9", "name": "Bob"}]}
    (one,) = matched({kind: [sent], home: [{**book, party: "Bob 9:Shed"}], **parties}).values()
    assert (one.get("otherCustomer"), one.get("maybeRenamed")) == ("Bob 9:Shed", False)
    (one,) = matched({kind: [sent], home: [book], **parties}).values()
    assert one.get("otherCustomer") is UNSET


@pytest.mark.parametrize(("kind", "sent", "home", "book", "id_"), SAMPLES)
def test_another_date_is_named(kind: str, sent: Row, home: str, book: Row, id_: str) -> None:
    for day, month in ((date(2026, 1, 5), True), (date(2026, 12, 18), True), (date(2026, 11, 25), False)):
        (one,) = matched({kind: [sent], home: [{**book, "TxnDate": day}]}).values()
        assert (state_of(one), one.get("otherDate"), one.get("otherMonth")) == ("arrived", day, month)


def test_a_late_evening_payment_at_the_end_of_a_month_has_no_other_date() -> None:
    first, last = date(2026, 12, 1), date(2026, 11, 30)
    payment, invoice = {**PAYMENT, "date": first}, {**INVOICE, "invoiceDate": first}
    rows: Rows = {"servicetitan.payment": [payment], "quickbooks.ReceivePayment": [{**RECEIVED, "TxnDate": last}],
            "servicetitan.invoice": [invoice], "quickbooks.Invoice": [{**BILLED, "TxnDate": last}]}  # fmt: skip
    found = matched(rows)
    assert (found["70"].get("otherDate"), found["1"].get("otherDate")) == (UNSET, last)


def test_a_customer_is_not_renamed_if_others_have_the_old_name() -> None:
    rows: Rows = {"servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "referenceNumber": "102"}],
            "quickbooks.Invoice": [BILLED, {**BILLED, "TxnID": "I2", "RefNumber": "102", "CustomerRef.FullName": "Bob"}]}  # fmt: skip
    assert matched(rows)["2"].get("maybeRenamed") is False


# -- twins that were entered by hand


@pytest.mark.parametrize(("kind", "sent", "home", "book", "id_"), SAMPLES)
@pytest.mark.parametrize(
    ("twin", "named"),
    [
        ({"RefNumber": UNSET, "TxnDate": NEXT_DAY}, True),
        ({"RefNumber": "990", "TxnDate": date(2026, 11, 13)}, True),
        ({"RefNumber": UNSET, "Memo": "12 / Nov", "TxnDate": date(2026, 11, 20)}, True),
        ({"RefNumber": UNSET, "TxnDate": date(2026, 11, 25)}, False),
        ({"RefNumber": UNSET, "CustomerRef.FullName": "Bob", "VendorRef.FullName": "Bob"}, False),
        ({"RefNumber": UNSET, "Subtotal": Decimal(1), "TotalAmount": Decimal(1), "AmountDue": Decimal(1)}, False),
        ({"RefNumber": UNSET, "Subtotal": Decimal(0), "TotalAmount": Decimal(0), "AmountDue": Decimal(0)}, False),
    ],
)
def test_a_twin_is_named_once(kind: str, sent: Row, home: str, book: Row, id_: str, twin: Row, named: bool) -> None:
    second: Row = {**book, "TxnID": "T2", "Memo": UNSET, **twin}
    (one,) = matched({kind: [sent], home: [book, second]}).values()
    assert (state_of(one), isinstance(one.get("twin"), str)) == ("arrived", named)


@pytest.mark.parametrize(
    ("twin", "unknown"),
    [
        ({"CustomerRef.FullName": NOT_EXPORTED}, True),
        ({"Subtotal": NOT_EXPORTED}, True),
        ({"CustomerRef.FullName": NOT_EXPORTED, "Subtotal": NOT_EXPORTED}, True),
        ({"TxnDate": NOT_EXPORTED}, True),
        ({"CustomerRef.FullName": NOT_EXPORTED, "TxnDate": date(2026, 1, 5)}, False),
        ({"CustomerRef.FullName": NOT_EXPORTED, "Subtotal": Decimal(1)}, False),
        ({"CustomerRef.FullName": "Bob", "Subtotal": NOT_EXPORTED}, False),
        ({"CustomerRef.FullName": UNSET}, False),
    ],
)
def test_what_the_file_does_not_show_may_be_a_twin(twin: Row, unknown: bool) -> None:
    second: Row = {**BILLED, "TxnID": "T2", "Memo": UNSET, "RefNumber": UNSET, **twin}
    (one,) = matched({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, second]}).values()
    assert (state_of(one), isinstance(one.get("twin"), Unknown)) == ("arrived", unknown)


def test_what_servicetitan_has_is_no_twin() -> None:
    second: Row = {**INVOICE, "id": "2", "referenceNumber": "102", "syncStatus": "Pending", "batch.number": "13"}
    rows: Rows = {
        "servicetitan.invoice": [INVOICE, second],
        "quickbooks.Invoice": [BILLED, {**BILLED, "TxnID": "I2", "RefNumber": "102"}],
    }
    assert matched(rows)["1"].get("twin") is UNSET


# -- batches that look bypassed


def batch(there: int, memo: Value, of: int = 8) -> Rows:
    sent: list[Row] = [
        {**INVOICE, "id": str(n), "referenceNumber": str(100 + n), "total": Decimal(n), "subTotal": Decimal(n)}
        for n in range(1, of + 1)
    ]
    booked: list[Row] = [
        {**BILLED, "TxnID": f"I{n}", "RefNumber": str(100 + n), "Subtotal": Decimal(n), "Memo": memo}
        for n in range(1, there + 1)
    ]
    return {"servicetitan.invoice": sent, "quickbooks.Invoice": booked}


@pytest.mark.parametrize(
    ("there", "memo", "expected"),
    [
        (0, UNSET, Reason.LOOKS_BYPASSED),
        (1, "typed in by the bookkeeper", Reason.LOOKS_BYPASSED),
        (3, "Imported from the old program", Reason.LOOKS_BYPASSED),
        (3, NOT_EXPORTED, Reason.LOOKS_BYPASSED),
        (1, "12 / Nov", "missing"),
        (6, UNSET, "missing"),
    ],
)
def test_a_batch_of_which_little_is_there_may_have_been_bypassed(there: int, memo: Value, expected: object) -> None:
    rows = batch(there, memo)
    assert state_of(matched(rows)["8"]) == expected
    assert state_of(matched(rows, {"notBypassedBatches.12": True})["8"]) == "missing"
    assert state_of(matched(rows, {"bypassedBatches.12": True})["8"]) == "explained"


def test_an_export_error_shows_that_a_batch_was_sent() -> None:
    errors = {"servicetitan.export_error": [{"transaction": "108", "message": "Object Not Found"}]}
    assert state_of(matched({**batch(1, UNSET), **errors})["8"]) == "missing"
    assert state_of(matched({**batch(0, UNSET), **errors})["8"]) is Reason.LOOKS_BYPASSED


def test_nothing_is_missing_while_most_of_its_batch_is_undecided() -> None:
    rows = batch(1, "12 / Nov", of=4)
    twins = [{**INVOICE, "id": f"9{n}", "referenceNumber": "999"} for n in range(6)]
    rows["servicetitan.invoice"] = [*rows["servicetitan.invoice"], *twins]
    rows["quickbooks.Invoice"] = [*rows["quickbooks.Invoice"], {**BILLED, "TxnID": "X", "RefNumber": "999"}]
    assert state_of(matched(rows)["4"]) is Reason.INCONCLUSIVE
    rows["servicetitan.invoice"] = [*rows["servicetitan.invoice"][:4], *twins[:2]]
    assert state_of(matched(rows)["4"]) == "missing"


def test_what_was_bypassed_is_explained_even_if_something_like_it_is_there() -> None:
    like_it: Row = {**BILLED, "RefNumber": UNSET, "Memo": "typed in"}
    rows: Rows = {"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [like_it]}
    assert state_of(matched(rows)["1"]) is Reason.AMBIGUOUS
    assert state_of(matched(rows, {"bypassedBatches.12": True})["1"]) == "explained"


# -- lines


def lines(ours: Sequence[Row], theirs: Sequence[Row]) -> object:
    own: list[Row] = [
        {"parent.id": "1", "quantity": Decimal(1), "total": Decimal(5), "isChargeable": True, **row} for row in ours
    ]
    there: list[Row] = [{"parent.TxnID": "I1", "Quantity": Decimal(1), "Amount": Decimal(5), **row} for row in theirs]
    rows: Rows = {
        "servicetitan.invoice": [INVOICE],
        "quickbooks.Invoice": [BILLED],
        "servicetitan.invoice_item": own,
        "quickbooks.InvoiceLine": there,
    }
    return matched(rows)["1"].get("linesAgree")


@pytest.mark.parametrize(
    ("code", "item", "agree"),
    [
        ("Sewer camera inspection, main line", "Sewer camera inspection, main l", True),
        ("Drains:Sewer camera inspection, main line", "Drains:Sewer camera inspection, main l", True),
        ("Water heater replacement, 50 gallon", "Water heater replacement, 50 ga", True),
        ("Thermostat programmable, wifi a b", "Thermostat programmable, wifi a", True),
        ("Sewer camera inspection, main line", "Sewer camera inspection, main", False),
        ("Sewer camera inspection, main line", "Sewer camera inspection, branch", False),
    ],
)
def test_an_item_name_may_be_cut_to_31_characters(code: str, item: str, agree: bool) -> None:
    assert lines([{"skuName": code}], [{"ItemRef.FullName": item}]) is agree


@pytest.mark.parametrize(
    ("missing", "agree"),
    [
        ({"total": Decimal(0), "isChargeable": False}, True),
        ({"total": Decimal(0), "isChargeable": False, "quantity": Decimal(12)}, True),
        ({"total": Decimal(0), "isChargeable": False, "skuName": "A"}, True),
        ({"total": Decimal(0), "isChargeable": True}, False),
        ({"total": Decimal(4), "isChargeable": False}, False),
    ],
)
def test_a_line_that_is_not_charged_need_not_travel(missing: Row, agree: bool) -> None:
    assert lines([{"skuName": "A"}, {"skuName": "B", **missing}], [{"ItemRef.FullName": "A"}]) is agree


@pytest.mark.parametrize("charged", [UNSET, NOT_EXPORTED])
def test_whether_a_line_is_charged_is_not_guessed(charged: Value) -> None:
    free: Row = {"skuName": "B", "total": Decimal(0), "isChargeable": charged}
    assert isinstance(lines([{"skuName": "A"}, free], [{"ItemRef.FullName": "A"}]), Unknown)
    assert lines([free], [{"ItemRef.FullName": "B", "Amount": Decimal(0)}]) is True
