"""What can't be read is unknown, and never zero, empty or absent: dates, names, and elements that nobody asked QuickBooks for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exportready.evidence import snapshot
from exportready.evidence.readers import qbxml, tables
from exportready.evidence.reading import convert
from exportready.kinds import KINDS
from exportready.kinds.table import Field
from exportready.model.evidence import NOT_EXPORTED, UNSET, Unknown, Value
from exportready.model.rules import Type

ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
DAY = Field(type=Type.DATE)


def day_in_a_sheet(cell: str) -> Value:
    reading = tables.read(f"Invoice #,Invoice Date,Customer Name\n1,{cell},Elm\n".encode(), "invoices.csv", ALL, {})
    return reading.listings[0].records[0].get("invoiceDate")


@pytest.mark.parametrize(
    "day", ["9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", "1979-12-31", "2201-01-01", "2206-11-19T00:00:00Z"]
)
def test_a_date_outside_every_year_of_quickbooks_is_unknown(day: str) -> None:
    for value in (convert(DAY, day), day_in_a_sheet(day)):
        assert isinstance(value, Unknown)
        assert "from 1980 through 2200" in value.reason


@pytest.mark.parametrize("cell", ["12/31/9999", "1/1/1900", "11/19/2206"])
def test_a_date_in_a_sheet_is_held_to_the_same_years(cell: str) -> None:
    assert isinstance(day_in_a_sheet(cell), Unknown)


@pytest.mark.parametrize(("day", "known"), [("1980-01-01", date(1980, 1, 1)), ("2200-12-31T00:00:00Z", date(2200, 12, 31))])
def test_the_first_and_last_day_are_known(day: str, known: date) -> None:
    assert convert(DAY, day) == day_in_a_sheet(day) == known


# -- names

LISTS = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1795219500\n"
NAMELESS = {
    "quickbooks.Vendor": (f"{LISTS}!VEND\tNAME\tHIDDEN\nVEND\tBasalt\tN\nVEND\t\tN\n", "Name"),
    "quickbooks.Item": (
        f"{LISTS}!INVITEM\tNAME\tINVITEMTYPE\tHIDDEN\nINVITEM\tPump\tSERV\tN\nINVITEM\t \tSERV\tN\n",
        "FullName",
    ),
    "quickbooks.Customer": (f"{LISTS}!CUST\tNAME\tHIDDEN\nCUST\tElm\tN\nCUST\t\tN\n", "FullName"),
}


@pytest.mark.parametrize("kind", NAMELESS)
def test_an_entry_without_a_name_may_have_any_name(tmp_path: Path, kind: str) -> None:
    text, field = NAMELESS[kind]
    (tmp_path / "lists.iif").write_text(text)
    named, nameless = (record.get(field) for record in snapshot.read(tmp_path, ALL, AT).dataset(kind).rows())
    assert isinstance(named, str)
    assert nameless == Unknown(cause=nameless.cause, reason="the name is blank (line 5 of lists.iif)")  # type: ignore[union-attr]


def test_a_line_may_have_no_item(tmp_path: Path) -> None:
    (tmp_path / "answer.xml").write_text(
        invoice("<Subtotal>5.00</Subtotal><InvoiceLineRet><TxnLineID>1</TxnLineID><Desc>x</Desc></InvoiceLineRet>")
    )
    (line,) = snapshot.read(tmp_path, ALL, AT).dataset("quickbooks.InvoiceLine").rows()
    assert not isinstance(line.get("Desc"), Unknown)


# -- elements that nobody asked for


def invoice(more: str) -> str:
    return (
        '<InvoiceQueryRs statusCode="0" statusSeverity="Info"><InvoiceRet><TxnID>1-1</TxnID><TimeModified>2026-11-01T08:00:00-07:00'
        f"</TimeModified><CustomerRef><FullName>Elm</FullName></CustomerRef><TxnDate>2026-11-01</TxnDate>{more}</InvoiceRet></InvoiceQueryRs>"
    )


def read(text: str, name: str) -> Value:
    return qbxml.read(text.encode(), "answer.xml", ALL).listings[0].records[0].get(name)


@pytest.mark.parametrize("name", ["Subtotal", "SalesTaxTotal", "Memo", "RefNumber", "ClassRef.FullName"])
def test_an_invoice_without_its_subtotal_was_asked_for_in_part(name: str) -> None:
    assert read(invoice(""), name) is NOT_EXPORTED
    assert read(invoice("").replace("<TxnDate>2026-11-01</TxnDate>", "<Subtotal>1.00</Subtotal>"), "Memo") is NOT_EXPORTED


@pytest.mark.parametrize("name", ["SalesTaxTotal", "Memo", "RefNumber", "ClassRef.FullName"])
def test_an_invoice_with_its_subtotal_lacks_only_what_is_empty(name: str) -> None:
    assert read(invoice("<Subtotal>0.00</Subtotal>"), name) is UNSET


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        ("ReceivePayment", "TotalAmount"),
        ("Bill", "AmountDue"),
        ("CreditMemo", "TotalAmount"),
        ("PurchaseOrder", "TotalAmount"),
    ],
)
def test_the_same_goes_for_other_transactions(kind: str, amount: str) -> None:
    assert read(invoice("").replace("Invoice", kind), amount) is NOT_EXPORTED
    assert read(invoice("").replace("Invoice", kind), "Memo") is NOT_EXPORTED
    assert read(invoice(f"<{amount}>1.00</{amount}>").replace("Invoice", kind), "Memo") is UNSET


@pytest.mark.parametrize("name", ["Memo", "RefNumber", "SalesTaxTotal"])
def test_an_element_that_none_of_many_invoices_has_was_not_asked_for(name: str) -> None:
    def response(count: int, first: str) -> str:
        rest = invoice("<Subtotal>1.00</Subtotal>").partition(">")[2].removesuffix("</InvoiceQueryRs>")
        one = invoice(f"<Subtotal>1.00</Subtotal>{first}").removesuffix("</InvoiceQueryRs>")
        return one + rest * (count - 1) + "</InvoiceQueryRs>"

    def last(text: str) -> Value:
        return qbxml.read(text.encode(), "answer.xml", ALL).listings[0].records[-1].get(name)

    assert last(response(10, "")) is NOT_EXPORTED
    assert last(response(9, "")) is UNSET
    assert last(response(10, f"<{name}>1</{name}>")) is UNSET
