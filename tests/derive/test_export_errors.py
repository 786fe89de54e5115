"""When an error of the export is out of date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from exportready.derive import derive
from exportready.model.evidence import UNSET, Unknown
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import Row
from sent_and_booked import BILLED, INVOICE, NEXT_DAY, files


def test_an_error_is_out_of_date_only_where_all_of_its_number_arrived() -> None:
    def is_out_of_date(*invoices: Row) -> object:
        error: Row = {
            "transaction": "101",
            "transactionType": "Invoice",
            "customer.name": "Ann",
            "message": "Object Not Found",
        }
        rows = {"servicetitan.invoice": invoices, "quickbooks.Invoice": [BILLED], "servicetitan.export_error": [error]}
        return derive(files(rows), NOON).dataset("derived.export_error").rows()[0].get("arrivedSince")

    assert is_out_of_date(INVOICE) is True
    assert is_out_of_date(INVOICE, {**INVOICE, "id": "2", "total": Decimal(70), "invoiceDate": NEXT_DAY}) is False


def test_an_error_of_another_customer_or_type_is_not_out_of_date() -> None:
    def is_out_of_date(row: Row) -> object:
        rows = {"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED], "servicetitan.export_error": [row]}
        return derive(files(rows), NOON).dataset("derived.export_error").rows()[0].get("arrivedSince")

    error: Row = {"transaction": "101", "message": "Object Not Found", "customer.name": "ANN", "transactionType": "Invoice"}
    assert is_out_of_date(error) is True
    assert is_out_of_date({**error, "customer.name": "Bob"}) is False
    assert is_out_of_date({**error, "transactionType": "Payment"}) is False
    for name in ("customer.name", "transactionType"):
        assert isinstance(is_out_of_date({key: value for key, value in error.items() if key != name}), Unknown)


def messages(rows: Mapping[str, Sequence[Row]]) -> list[object]:
    """Return the message of each error; why, where it is unknown."""
    found = derive(files(rows), NOON).dataset("derived.export_error").column("message")
    return [one.cause if isinstance(one, Unknown) else one for one in found]


def test_an_error_without_a_message_is_still_an_error() -> None:
    assert messages({"servicetitan.export_error": [{"transaction": "101", "message": UNSET}]}) == [Reason.EMPTY]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"statusCode": "3140", "statusSeverity": "Error", "statusMessage": UNSET}, ["Error 3140"]),
        ({"statusCode": UNSET, "statusSeverity": "Error", "statusMessage": UNSET}, [Reason.EMPTY]),
        ({"statusCode": "3140", "statusSeverity": UNSET, "statusMessage": "Invalid reference"}, ["Invalid reference"]),
        ({"statusCode": UNSET, "statusSeverity": UNSET, "statusMessage": UNSET}, [Reason.EMPTY]),
        ({"statusCode": "0", "statusSeverity": UNSET, "statusMessage": "Status OK"}, []),
        ({"statusCode": "0", "statusSeverity": "Info", "statusMessage": UNSET}, []),
        ({"statusCode": "3210", "statusSeverity": "Info", "statusMessage": "Too much"}, ["Too much"]),
        ({"statusCode": "530", "statusSeverity": "Warn", "statusMessage": "Not supported"}, []),
        ({"statusCode": "560", "statusSeverity": UNSET, "statusMessage": "Outdated"}, []),
        ({"statusCode": "0", "statusSeverity": "Error", "statusMessage": "Contradictory"}, ["Contradictory"]),
        ({"statusCode": UNSET, "statusSeverity": "Info", "statusMessage": "Status OK"}, [Reason.EMPTY]),
    ],
)
def test_an_answer_that_is_partly_blank_is_no_success(answer: Row, expected: list[object]) -> None:
    assert messages({"quickbooks.Status": [{"request": "InvoiceAdd", **answer}]}) == expected
