"""When an error of the export is out of date."""

from __future__ import annotations

from decimal import Decimal

from exportready.derive import derive
from exportready.model.evidence import Unknown
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
