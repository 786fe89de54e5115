"""One cause is one key issue, whatever waits on it, and nothing is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

import samples
from caused import (
    ACCOUNTS,
    FOLLOWS,
    PAYMENT,
    Row,
    blocking,
    causes,
    error,
    evidence,
    invoice,
    judged,
    line,
    material,
    of_errors,
    paying,
    refused,
)
from exportready.causes import engines, explain
from exportready.kinds.messages import MISSING, OTHER, OWN, RETRY, SESSION, SKIPPED, parse_message
from exportready.model.evidence import UNSET, Unknown


def test_three_hundred_items_that_share_one_missing_account_are_one_key_issue() -> None:
    items = [f"ITEM-{n}" for n in range(300)]
    rows: dict[str, Sequence[Row]] = {
        "quickbooks.Account": ACCOUNTS,
        "servicetitan.material": [material(code, "Gone") for code in items],
        "servicetitan.invoice": [invoice(n) for n in range(10)],
        "servicetitan.invoice_item": [line(n % 10, code) for n, code in enumerate(items)],
    }
    found = causes(rows)
    (issue,) = (one for one in found.key_issues if one.alone.transactions)
    assert (issue.subjects[0].kind, issue.subjects[0].key) == ("account", "Gone")
    assert (issue.alone.transactions, issue.alone.amount, issue.alone.findings) == (10, Decimal(1000), 300)
    assert {
        found.behind[one.id] for result in judged(evidence(rows)) for one in result.findings if one.at_fault.key == "Gone"
    } == {(issue.id,)}


def test_what_was_taken_off_an_invoice_holds_it_no_more() -> None:
    rows: dict[str, list[Row]] = {
        "quickbooks.Account": ACCOUNTS,
        "servicetitan.material": [material("A", UNSET)],
        "servicetitan.invoice": [invoice(1), invoice(2)],
        "servicetitan.invoice_item": [line(1, "A"), line(2, "A", active=False)],
    }
    assert causes(rows).blocked.transactions == 1
    rows["servicetitan.invoice_item"] = [line(1, "A"), line(2, "A")]
    assert causes(rows).blocked.transactions == 2


def test_the_accounts_of_an_item_that_quickbooks_has_do_not_travel_with_it() -> None:
    there: Row = {"Name": "A", "FullName": "A", "ItemType": "NonInventory", "IsActive": True}
    rows: dict[str, list[Row]] = {
        "quickbooks.Account": ACCOUNTS,
        "servicetitan.material": [material("A", "Gone"), material("B", "Gone")],
        "servicetitan.invoice": [invoice(1), invoice(2)],
        "servicetitan.invoice_item": [line(1, "A"), line(2, "B")],
        "quickbooks.Item": [there],
    }
    edges = causes(rows).graph.edges
    assert ("account", "gone") not in edges.get(("item", "a"), {})
    assert ("account", "gone") in edges[("item", "b")]


def test_two_causes_on_one_invoice_are_two_key_issues_that_share_it() -> None:
    found = causes(
        {
            "quickbooks.Account": ACCOUNTS,
            "servicetitan.material": [material("A", UNSET), material("B", UNSET)],
            "servicetitan.invoice": [invoice(1), invoice(2)],
            "servicetitan.invoice_item": [line(1, "A"), line(1, "B"), line(2, "A")],
        }
    )
    cleared = {one.subjects[0].key: (one.alone.transactions, one.shared.transactions) for one in found.key_issues}
    assert (cleared["A"], cleared["B"]) == ((1, 1), (0, 1))
    assert found.blocked.transactions == 2


def test_a_chain_is_told_in_words_and_a_payment_is_no_second_sum() -> None:
    found = causes(
        {
            "quickbooks.Account": ACCOUNTS,
            "servicetitan.material": [material("FURN-80", UNSET)],
            "servicetitan.invoice": [invoice(1234)],
            "servicetitan.invoice_item": [line(1234, "FURN-80")],
            "servicetitan.payment": [PAYMENT],
            "servicetitan.payment_application": [paying(1234, 80)],
        }
    )
    chains = {one.transaction.kind: one.chain for one in found.blocked_transactions}
    assert chains["servicetitan.payment"] == (
        "payment 4711 depends on invoice 1234 (inferred), which uses item FURN-80: FURN-80 has no Cost of Goods Sold account",
    )
    assert (found.blocked.transactions, found.blocked.amount) == (2, Decimal(120))
    assert [one.certainty for one in found.blocked_transactions] == ["established", "inferred"]


def test_a_condition_of_the_session_comes_first_and_swallows_nothing() -> None:
    found = causes(
        {
            "quickbooks.Account": ACCOUNTS,
            "servicetitan.material": [material("A", UNSET)],
            "servicetitan.invoice": [invoice(1)],
            "servicetitan.invoice_item": [line(1, "A")],
        },
        {"webConnector.status": "offline"},
    )
    assert (found.key_issues[0].rule, found.key_issues[0].gates) == ("connection/web-connector-online", True)
    assert blocking(found) == ["A has no Cost of Goods Sold account"]


def test_multi_user_mode_is_never_what_stops_the_whole_export() -> None:
    found = causes({"quickbooks.Host": [{"QBFileMode": "MultiUser"}]}, {"peopleWhoExport": Decimal(1)})
    issues = {one.rule: one.gates for one in found.key_issues}
    assert issues["session/single-user-mode"] is False


OTHER_TYPE: dict[str, Sequence[Row]] = {
    "quickbooks.Account": ACCOUNTS,
    "quickbooks.Item": [{"Name": "A", "FullName": "A", "ItemType": "Inventory", "IsActive": True}],
    "servicetitan.material": [material("A"), material("B")],
    "servicetitan.service": [],
    "servicetitan.invoice": [invoice(1), invoice(2), invoice(3)],
    "servicetitan.invoice_item": [line(1, "A"), line(2, "A"), line(3, "B")],
}


def test_an_item_of_another_type_blocks_every_invoice_that_uses_it() -> None:
    found = causes(OTHER_TYPE)
    (issue,) = (one for one in found.key_issues if one.alone.transactions)
    assert (issue.rule, issue.subjects[0].key, issue.alone.transactions) == ("items/type-agrees", "A", 2)


def test_an_invalid_list_id_depends_on_the_item_that_has_another_type() -> None:
    errors = [error("List Id is invalid", str(number), "Invoice") for number in (1, 2, 3)]
    now = evidence({**OTHER_TYPE, "servicetitan.export_error": errors})
    results = (*judged(now), *judged(now, "after-export"))
    found = explain(results, now, samples.rulebook().inference, engines.engine, "after-export")
    names = {(one.subjects[0].kind, one.subjects[0].key) for one in found.key_issues if one.subjects}
    assert ("item", "A") in names
    assert {name for name in names if name[0] == "transaction"} == {("transaction", "3")}  # it has no item of another type


# -- errors of the export


def test_errors_that_name_one_object_are_one_key_issue() -> None:
    found = of_errors(
        *(error(refused("Item", "FURN-80"), str(n), "Invoice") for n in range(1, 4)),
        servicetitan__invoice=[invoice(n, syncStatus="Exported") for n in range(1, 5)],
        quickbooks__Invoice=[
            {
                "TxnID": "I4",
                "RefNumber": "4",
                "CustomerRef.FullName": "Ann",
                "TxnDate": date(2026, 11, 18),
                "Subtotal": Decimal(100),
                "SalesTaxTotal": Decimal(0),
            }
        ],
    )
    (issue,) = found.key_issues
    assert (issue.code, issue.message, issue.certainty) == ("3140", "QuickBooks does not have item FURN-80", "established")
    assert issue.alone.transactions == 3
    assert sorted(found.behind.values()).count((issue.id,)) >= 3
    assert any("QuickBooks rejected it" in reason.words for reason in issue.reasons)
    assert found.blocked_transactions[0].chain == ("invoice 1 uses item FURN-80, which QuickBooks doesn't have",)


def test_a_payment_waits_for_its_rejected_invoice_even_if_quickbooks_may_have_that_invoice() -> None:
    booked: Row = {"TxnID": "I1", "RefNumber": "1", "CustomerRef.FullName": "Bob", "TxnDate": date(2026, 11, 18),
        "Subtotal": Decimal(70), "SalesTaxTotal": Decimal(0)}  # fmt: skip
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.export_error": [error(refused("Item", "FURN-80"), "1", "Invoice")],
        "servicetitan.invoice": [invoice(1, syncStatus="Exported")],
        "servicetitan.payment": [{**PAYMENT, "syncStatus": "Exported"}],
        "servicetitan.payment_application": [{**paying(1), "parent.syncStatus": "Exported"}],
        "quickbooks.Invoice": [booked],
    }
    states = {one.get("type"): one.get("state") for one in evidence(rows).dataset("derived.match").rows()}
    assert (type(states["invoice"]), states["payment"]) == (Unknown, "missing")
    assert [one.message for one in causes(rows, phase="after-export").key_issues] == ["QuickBooks does not have item FURN-80"]


def test_a_missing_object_is_folded_under_what_refused_it_itself() -> None:
    found = of_errors(
        error('The name "Ann" of the list element is already in use.'),
        error(refused("Customer", "Ann", "Invoice"), "1", "Invoice"),
        error(refused("Customer", "Ann:Annex", "Invoice"), "2", "Invoice"),
        servicetitan__invoice=[invoice(1), invoice(2)],
    )
    assert [one.code for one in found.key_issues] == ["3100"]
    assert found.key_issues[0].alone.transactions == 2


def test_what_was_skipped_depends_on_what_stopped_the_request() -> None:
    found = of_errors(
        error(refused("Vendor", "Acme", "Bill")),
        error("The request has not been processed."),
        error("The request has not been processed."),
    )
    assert [one.message for one in found.key_issues] == ["QuickBooks does not have vendor Acme"]
    alone = of_errors(error("The request has not been processed."))
    assert [one.code for one in alone.key_issues] == ["3231"]


def test_an_interruption_is_only_to_be_retried_and_a_dialog_stops_everything() -> None:
    found = of_errors(
        error("There has been an internal error when processing the request.", "1", "Invoice"),
        error("0x80040414: A modal dialog box is showing in the QuickBooks user interface."),
        servicetitan__invoice=[invoice(1)],
    )
    assert [(one.code, one.gates, one.retry) for one in found.key_issues] == [
        ("0x80040414", True, False),
        ("1000", False, True),
    ]


def test_an_unknown_message_is_a_key_issue_by_itself() -> None:
    found = of_errors(
        error("Der Vorgang wurde abgebrochen.", "1", "Invoice"), error("Something else"), servicetitan__invoice=[invoice(1)]
    )
    assert {one.message for one in found.key_issues} == {"Der Vorgang wurde abgebrochen.", "Something else"}


def test_an_error_on_what_has_arrived_since_is_stale_and_says_so() -> None:
    found = of_errors(
        error("Object Not Found", "1", "Invoice"),
        servicetitan__invoice=[invoice(1, syncStatus="Exported")],
        quickbooks__Invoice=[
            {
                "TxnID": "I1",
                "RefNumber": "1",
                "CustomerRef.FullName": "Ann",
                "TxnDate": date(2026, 11, 18),
                "Subtotal": Decimal(100),
                "SalesTaxTotal": Decimal(0),
            }
        ],
    )
    assert found.stale == ("1: Object Not Found",)
    assert not found.key_issues


def test_problems_that_only_depend_on_each_other_have_one_key_issue() -> None:
    """Ann's job is missing since Ann is, and Ann since the job is: nobody may be left without a place to begin."""
    from exportready.causes.key_issues import key_issues_of
    from exportready.causes.problems import Problem

    problems = [Problem(id=f"p{n}", object=("customer", str(n)), name="", what="missing", sort="missing") for n in range(4)]
    rule = FOLLOWS[0]
    steps = [("0", "1"), ("1", "2"), ("2", "0"), ("3", "0"), ("2", "2")]
    from exportready.model.inference import Conclusion, fact

    concluded = [Conclusion(fact("depends", {"effect": f"p{a}", "on": f"p{b}"}), rule, ()) for a, b in steps]
    roots, _ = key_issues_of(problems, concluded)
    assert roots == dict.fromkeys(("p0", "p1", "p2", "p3"), ("p0",))


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_thousands_of_dependents_of_one_item_end_at_once(count: int) -> None:
    found = of_errors(
        *(error(refused("Item", "FURN-80"), str(n), "Invoice") for n in range(count)),
        servicetitan__invoice=[invoice(n) for n in range(count)],
        servicetitan__invoice_item=[line(n, "FURN-80") for n in range(count)],
    )
    (issue,) = (one for one in found.key_issues if one.alone.transactions)
    assert issue.alone.transactions == count


def test_before_an_export_the_errors_of_the_last_one_say_nothing() -> None:
    errors = [error(refused("Item", "FURN-80"), "1", "Invoice")]
    found = causes({"servicetitan.export_error": errors, "servicetitan.invoice": [invoice(1)]})
    assert {one.code for one in found.key_issues} == {""}


def test_an_error_is_of_the_type_and_customer_that_it_shows() -> None:
    rows: dict[str, Sequence[Row]] = {
        "servicetitan__invoice": [invoice(1)],
        "servicetitan__payment": [{**PAYMENT, "referenceNumber": "1"}],
    }
    found = of_errors(error("Object Not Found", "1", "Payment"), **rows)
    assert [one.transaction.kind for one in found.blocked_transactions] == ["servicetitan.payment"]
    found = of_errors(error("Object Not Found", "1", "Invoice", "Somebody Else"), **rows)
    assert found.blocked_transactions == ()


def test_of_two_with_one_number_the_one_that_names_the_object_was_stopped() -> None:
    other = {**invoice(1), "id": "2", "customer.id": "8", "customer.name": "Bob"}
    message = refused("Customer", "Bob", "Invoice")
    found = of_errors(error(message, "1", "Invoice", UNSET), servicetitan__invoice=[invoice(1), other])
    assert [one.transaction.key for one in found.blocked_transactions] == ["Bob / 1"]
    found = of_errors(error("Object Not Found", "1", "Invoice", UNSET), servicetitan__invoice=[invoice(1), other])
    assert found.blocked_transactions == ()  # nothing tells which


def test_what_was_skipped_hangs_on_the_error_before_it_in_its_own_answer() -> None:
    skipped, first, second = "The request has not been processed.", refused("Item", "A"), refused("Item", "B")
    found = of_errors(error(first), error(second), error(first), error(skipped))
    assert {one.message: one.alone.findings for one in found.key_issues} == {
        "QuickBooks does not have item A": 3,
        "QuickBooks does not have item B": 1,
    }
    found = of_errors(error(first), error(skipped), error(second), error(skipped))
    assert {one.alone.findings for one in found.key_issues} == {2}


def test_steps_are_told_with_the_values_of_what_is_wrong() -> None:
    found = causes(
        {
            "servicetitan.invoice": [invoice(1)],
            "servicetitan.invoice_item": [line(1, "A", technicianId=UNSET)],
        }
    )
    assert all("{" not in step for one in found.key_issues for step in one.fix.steps)
    assert any("the invoice (1" in step for one in found.key_issues for step in one.fix.steps)


def test_purchase_orders_that_are_not_exported_do_not_wait() -> None:
    order: Row = {
        "id": "4",
        "number": "PO-1",
        "vendorId": "9",
        "status": "Sent",
        "total": Decimal(5),
        "tax": Decimal(0),
        "shipping": Decimal(0),
    }
    rows: dict[str, Sequence[Row]] = {
        "servicetitan.purchase_order": [order],
        "servicetitan.purchase_order_item": [{"skuCode": "A", **{f"parent.{name}": value for name, value in order.items()}}],
        "servicetitan.material": [material("A", UNSET)],
        "servicetitan.vendor": [{"id": "9", "name": "Acme", "active": True}],
        "quickbooks.Vendor": [{"Name": "Acme", "IsActive": True}],
    }
    said = {"modules.purchasing": True, "purchaseOrders.export": True}
    assert [one.transaction.key for one in causes(rows, said).blocked_transactions] == ["PO-1"]
    assert causes(rows, {**said, "purchaseOrders.export": False}).blocked_transactions == ()


def test_an_amount_that_is_not_told_is_no_second_sum() -> None:
    rows: dict[str, Sequence[Row]] = {
        "quickbooks.Account": ACCOUNTS,
        "servicetitan.material": [material("A", UNSET)],
        "servicetitan.invoice": [invoice(1)],
        "servicetitan.invoice_item": [line(1, "A")],
        "servicetitan.payment": [PAYMENT],
    }
    without_amount = {name: value for name, value in paying(1).items() if name != "appliedAmount"}
    without_id = {name: value for name, value in paying(1).items() if name != "appliedTo"}
    for applied in (paying(1), without_amount, without_id):
        found = causes({**rows, "servicetitan.payment_application": [applied]})
        assert (found.blocked.transactions, found.blocked.amount) == (2, Decimal(100))


def test_many_defects_that_stop_one_batch_are_not_their_product() -> None:
    count = 120
    found = causes(
        {
            "servicetitan.invoice": [invoice(n) for n in range(count)],
            "servicetitan.invoice_item": [line(n, "A", technicianId=UNSET) for n in range(count)],
        }
    )
    assert found.blocked.transactions == count
    assert sum(len(one.chain) for one in found.blocked_transactions) <= count * 22


# -- what messages say


@pytest.mark.parametrize(
    ("message", "code", "request_", "said"),
    [
        (refused("AR Account", 'Main "A/R"', "Invoice"), "", "", (MISSING, "3140", "account", 'Main "A/R"')),
        (refused("Item Sales Tax", "Denver"), "", "", (MISSING, "3140", "tax_item", "Denver")),
        (
            'There is an invalid reference to a parent "Ann" in the Customers list.  QuickBooks error message: …',
            "",
            "",
            (MISSING, "3130", "customer", "Ann"),
        ),
        (
            'Object "8000001B-1" specified in the request cannot be found.',
            "",
            "VendorQuery",
            (MISSING, "3120", "vendor", "8000001B-1"),
        ),
        ('The given object ID "80000001" in the field "ItemRef" is invalid.', "", "", (MISSING, "3000", "item", "80000001")),
        ('The name "Ann" of the list element is already in use.', "3100", "CustomerAdd", (OWN, "3100", "customer", "Ann")),
        (
            'There was an error when storing "A: B" in the "vendor name" field.QuickBooks error message: x',
            "",
            "",
            (OWN, "3090", "vendor", "A: B"),
        ),
        (
            'There was an error when saving a Customer list, element "Ann". QuickBooks error message: x',
            "",
            "",
            (OWN, "3180", "customer", "Ann"),
        ),
        (
            "There was an error when saving a Invoice.  QuickBooks error message: over the credit limit",
            "",
            "",
            (OWN, "3180", "", ""),
        ),
        ("Error 1000 There has been an internal error when processing the request.", "", "", (RETRY, "1000", "", "")),
        ("The transaction could not be locked. It is in use by another user.", "", "", (RETRY, "3175", "", "")),
        ("The request has not been processed.", "", "", (SKIPPED, "3231", "", "")),
        ("QBWC1013: Error connecting to QuickBooks", "", "", (SESSION, "QBWC1013", "", "")),
        ("List Id is invalid", "", "", (OWN, "", "", "")),
        ("Ungültiger Verweis", "3140", "InvoiceAdd", (OWN, "3140", "", "")),
        ("nothing that is known", "", "", (OTHER, "", "", "")),
    ],
)
def test_a_message_says_what_it_names(message: str, code: str, request_: str, said: tuple[str, str, str, str]) -> None:
    one = parse_message(message, code, request_)
    assert (one.sort, one.code, one.kind, one.name) == said
