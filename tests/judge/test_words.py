"""How values read in messages: by the kind of field that they come from."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from exportready.judge.words import readable
from exportready.kinds import KINDS
from exportready.kinds.table import Field
from exportready.model.evidence import Value

DENVER = timezone(timedelta(hours=-7))


@pytest.mark.parametrize(
    ("kind", "name", "value", "text"),
    [
        ("servicetitan.invoice", "total", Decimal("1234.5"), "$1,234.50"),
        ("servicetitan.invoice", "salesTaxCode.taxRate", Decimal("0.0845000000"), "8.45%"),
        ("quickbooks.Item", "TaxRate", Decimal("0.07"), "7%"),
        ("servicetitan.invoice", "invoiceDate", date(2026, 10, 29), "October 29, 2026"),
        ("derived.match", "booksEdited", datetime(2026, 11, 21, 15, 10, tzinfo=UTC), "November 21, 2026, 8:10 AM"),
        ("servicetitan.invoice_item", "quantity", Decimal("2.5"), "2.5"),
        ("servicetitan.invoice", "active", True, "yes"),
        ("servicetitan.invoice", "customer.name", "Alder Street Dental", "Alder Street Dental"),
    ],
)
def test_a_message_shows_a_value_as_its_field_is_written(kind: str, name: str, value: Value, text: str) -> None:
    described: Field | None = KINDS[kind].fields[name]
    assert readable(value, described, DENVER) == text
