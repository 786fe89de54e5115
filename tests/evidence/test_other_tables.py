"""Tables that people export and no check reads are called what they are, and are never taken for a table that is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exportready.evidence.readers import tables
from exportready.evidence.reading import Reading
from exportready.kinds import KINDS
from exportready.kinds.headings import TABLES, Table, squash
from exportready.kinds.other_tables import other_table

Book = Callable[..., bytes]
ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}

OPEN = (
    ",Type,Date,Num,P. O. #,Terms,Due Date,Aging,Open Balance\nElm Cafe,,,,,,,,\n,Invoice,11/02/2026,1001,,Net 30,12/02/2026,,15.00\n",
    ",Type,Date,Num,P. O. #,Name,Terms,Due Date,Aging,Open Balance\nCurrent,,,,,,,,,\n,Invoice,11/02/2026,1001,,Elm,Net 30,12/02/2026,,1\n",
    ",Type,Date,Num,Due Date,Aging,Open Balance\nBasalt Supply,,,,,,\n,Bill,11/02/2026,B-1,12/02/2026,3,15.00\n",
)
ACCOUNTS = (
    ",Account,Type,Balance Total,Description,Accnt. #,Tax Line\n,1110 · Checking,Bank,1.00,,1110,<Unassigned>\n",
    "Account,Type,Balance Total,Description\nSales,Income,,\n",
    "Account Listing\nAs of 11/20/2026\n,Account,Type,Accnt. #\n,Sales,Income,4000\n",
)
VENDORS = (
    ",Active Status,Vendor,Balance,Balance Total,Company\n,Active,Basalt Supply,0,0,Basalt Inc\n",
    ",Vendor,Account No.,Bill from,Primary Contact,Main Phone,Fax,Balance Total\n,Basalt Supply,,PO Box 1,,555-0100,,0.00\n",
    "Vendor,Bill from 1,Main Phone\nBasalt Supply,PO Box 1,555-0100\n",
)


def read(text: str | bytes, path: str) -> Reading:
    return tables.read(text.encode() if isinstance(text, str) else text, path, ALL, {})


@pytest.mark.parametrize("name", ["Book1.csv", "Invoices.csv", "Bills.csv", "Open Invoices.csv"])
@pytest.mark.parametrize("text", OPEN)
def test_open_transactions_of_quickbooks_are_none_of_servicetitan(text: str, name: str) -> None:
    reading = read(text, name)
    assert (reading.listings, reading.questions) == ((), ())
    assert "QuickBooks' report of open or unpaid transactions" in reading.unread[0]


@pytest.mark.parametrize(("texts", "what"), [(ACCOUNTS, "Account Listing"), (VENDORS, "Vendor List")])
@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("name", ["Book1.csv", "bills.csv"])
def test_accounts_and_vendors_are_to_be_exported_as_lists(texts: tuple[str, ...], what: str, number: int, name: str) -> None:
    reading = read(texts[number], name)
    assert (reading.listings, reading.questions) == ((), ())
    assert what in reading.unread[0]
    assert "Lists to IIF Files" in reading.unread[0]


@pytest.mark.parametrize(
    "text",
    [
        ",Active Status,Customer,Balance,Balance Total,Company,First Name,Main Phone\n,Active,Elm Cafe,0,0,,,\n",
        "Customer,Bill to,Primary Contact,Main Phone,Fax,Balance Total\nElm Cafe,,,,,0\n",
        ",Active Status,Customer,Job Status\n,Not-active,Elm Cafe,None\n",
    ],
)
@pytest.mark.parametrize("name", ["Book1.csv", "Customers.csv"])
def test_the_list_of_the_customer_center_is_of_quickbooks(text: str, name: str) -> None:
    assert read(text, name).counts == {"quickbooks.Customer": 1}


@pytest.mark.parametrize(
    "heading",
    [
        "ID,Name,First Name,Last Name,Landline,Mobile,Emails,Street,City,Balance,Customer Type,Tag(s),Legacy ID",
        "ID,Name,Customer Type,Legacy ID",
        "Customer ID,Customer Name,Customer Type,Landline,Status",
    ],
)
def test_servicetitans_customer_export_is_read(heading: str) -> None:
    reading = read(f"{heading}\n20126,Elm Cafe,{',' * (heading.count(',') - 2)}\n", "Book1.csv")
    record = reading.listings[0].records[0]
    assert (record.kind, record.key, record.get("id")) == ("servicetitan.customer", "Elm Cafe", "20126")


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Categories", [["Id", "Category1", "Category2", "Active"], [10, "Heating", None, 1]]),
        (
            "ServiceMaterialLinks",
            [["Service.Id", "Service.Code", "Material.Id", "Material.Code", "Quantity"], [1, "A", 2, "B", 2]],
        ),
        ("ServiceEquipmentLinks", [["Service.Id", "Equipment.Id", "Quantity"], [1, 2, 2]]),
        ("Image Sizes", [["Width", "Height"], [100, 50]]),
    ],
)
def test_other_tabs_of_a_pricebook_are_not_to_be_renamed(book: Book, name: str, rows: list[list[object]]) -> None:
    reading = read(book({name: rows, "Materials": [["Code", "Account"], ["PIPE-1", "Sales"]]}), "Pricebook.xlsx")
    assert reading.counts == {"servicetitan.material": 1}
    assert "name the sheet" not in reading.unread[0]
    assert "check uses" in reading.unread[0]


def test_the_invoices_report_has_the_ids_and_units_of_its_invoices() -> None:
    heading = (
        "Invoice #,Invoice Date,Customer Name,Invoice ID,{},Customer ID,Location ID\n1001,11/20/26 3:15 PM,Elm,5,HVAC,20,420\n"
    )
    for unit in ("Invoice Business Unit", "Business Unit"):
        record = read(heading.format(unit), "Invoices.csv").listings[0].records[0]
        found = [record.get(name) for name in ("id", "customer.id", "location.id", "businessUnit.name")]
        assert found == ["5", "20", "420", "HVAC"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_no_table_that_is_read_looks_like_another(table: Table) -> None:
    headings = [heading.removeprefix("?") for _, _, names in table.all_columns() for heading in names]
    assert other_table({squash(heading) for heading in headings}) == ""
