"""Exports in spreadsheets: which table a sheet is, what its cells mean, and what is asked for instead of guessed."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.account.reading import Columns
from exportready.evidence import snapshot
from exportready.evidence.readers import tables
from exportready.evidence.reading import Reading
from exportready.kinds import KINDS
from exportready.kinds.headings import TABLES, TXN_TYPES, WORDS, Table, squash
from exportready.model.evidence import NOT_EXPORTED, UNSET, Evidence, Record, Scope, Unknown
from exportready.model.reasons import Reason

Book = Callable[..., bytes]
ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
NO_COLUMNS: Columns = {}
MATERIALS = "Code,Name,Active,Account,Cost of Sale Account,Is Inventory"


def read(text: str | bytes, path: str = "materials.csv", columns: Columns = NO_COLUMNS) -> Reading:
    return tables.read(text.encode() if isinstance(text, str) else text, path, ALL, columns)


def records(reading: Reading, kind: str) -> list[Record]:
    return [record for one in reading.listings if one.kind == kind for record in one.records]


def material(*lines: str, columns: Columns = NO_COLUMNS) -> list[Record]:
    return records(read("\n".join(lines), columns=columns), "servicetitan.material")


def evidence(folder: Path, **files: str | bytes) -> Evidence:
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return snapshot.read(folder, ALL, AT)


# -- the tables themselves


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_each_heading_is_for_one_field_and_fields_exist(table: Table) -> None:
    owners: dict[str, tuple[str, str]] = {}
    for kind, name, headings in table.all_columns():
        assert name in KINDS[kind].fields
        for heading in headings:
            assert owners.setdefault(squash(heading), (kind, name)) == (kind, name)
    for mark in table.marks:
        assert all(squash(heading) for heading in mark.split("|"))


def test_words_and_types_exist() -> None:
    for (kind, name), words in WORDS.items():
        assert set(words.values()) == set(KINDS[kind].fields[name].choices)
    for txn in TXN_TYPES.values():
        assert {txn.name, txn.amount} - {""} <= set(KINDS[txn.kind].fields)


# -- the pricebook


def test_the_tabs_of_a_pricebook_are_three_lists(book: Book) -> None:
    reading = read(
        book(
            {
                "Services": [["Code", "Account"], ["SRV-1", "Service Income"]],
                "Materials": [["Code", "Account", "Cost of Sale Account"], ["PIPE-1", "Sales", None]],
                "Equipment": [["Code", "COGS Account"], ["FURN-80", "Cost of Goods Sold"]],
            }
        ),
        "pricebook.xlsx",
    )
    assert reading.counts == {"servicetitan.service": 1, "servicetitan.material": 1, "servicetitan.equipment": 1}
    (pipe,) = records(reading, "servicetitan.material")
    assert (pipe.key, pipe.get("account"), pipe.get("costOfSaleAccount")) == ("PIPE-1", "Sales", UNSET)
    assert (pipe.where.path, pipe.where.line, pipe.where.pointer) == ("pricebook.xlsx", 2, "Materials!2")


def test_headings_need_not_be_in_the_first_row_or_column() -> None:
    (pipe,) = material("ServiceTitan", "", f",{MATERIALS}", ",PIPE-1,Pipe,Yes,Sales,,No")
    assert (pipe.key, pipe.where.line) == ("PIPE-1", 4)
    assert pipe.get("isInventory") is False


def test_headings_are_compared_without_case_spaces_and_signs() -> None:
    (pipe,) = material(" CODE ,cost-of-sale ACCOUNT:,Is Inventory?", "PIPE-1,COGS,x")
    assert (pipe.get("costOfSaleAccount"), pipe.get("isInventory")) == ("COGS", True)


def test_a_blank_cell_is_unset_and_a_missing_column_is_not_exported() -> None:
    (pipe,) = material("Code,Cost of Sale Account", "PIPE-1,  ")
    assert pipe.get("costOfSaleAccount") is UNSET
    assert pipe.get("assetAccount") is NOT_EXPORTED


@pytest.mark.parametrize("word", ["Yes", "TRUE", "x", "Y", "1", "Active"])
def test_yes_in_many_words(word: str) -> None:
    assert material("Code,Active", f"PIPE-1,{word}")[0].get("active") is True


@pytest.mark.parametrize("word", ["No", "FALSE", "n", "0", "Inactive", "Not-active"])
def test_no_in_many_words(word: str) -> None:
    assert material("Code,Active", f"PIPE-1,{word}")[0].get("active") is False


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("$1,234.50", "1234.50"), ("(12.00)", "-12.00"), ("($1,000)", "-1000"), ("-$5.10", "-5.10"), ("$ 7", "7"), ("0", "0")],
)
def test_money_as_people_write_it(cell: str, amount: str) -> None:
    assert material("Code,Price", f'PIPE-1,"{cell}"')[0].get("price") == Decimal(amount)


@pytest.mark.parametrize("cell", ["1.234,50", "12,50", "12 EUR", "n/a", "#N/A"])
def test_a_cell_that_is_not_an_amount_is_unknown(cell: str) -> None:
    assert isinstance(material("Code,Price", f'PIPE-1,"{cell}"')[0].get("price"), Unknown)


@pytest.mark.parametrize(
    "name",
    [
        '24" pipe',
        "R&D 'A'",
        "Zoë Núñez",
        "A: B",
        "水道 🔧",
        "שלום",
        "\u200fABC\u200e",
        "Ünïted; Co, Ltd",
        "=1+1",
        "Total Flush",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_odd_names_survive(name: str, encoding: str) -> None:
    quoted = name.replace('"', '""')
    (one,) = records(read(f'Code,Account\n"{quoted}",Sales\n'.encode(encoding)), "servicetitan.material")
    assert one.key == name


def test_windows_1252_is_read() -> None:
    (one,) = records(read("Code,Account\nZoë\u2019s,Sales\n".encode("cp1252")), "servicetitan.material")
    assert one.key == "Zoë\u2019s"
    assert read(codecs.BOM_UTF8 + b"Code,Account\nA,B\n").counts == {"servicetitan.material": 1}


def test_totals_blank_rows_and_repeated_headings_are_not_records() -> None:
    found = material(
        ",Code,Price",
        ",PIPE-1,10",
        ",,",
        "Total Pipes,,10",
        ",Code,Price",
        ",Total Flush,12",
        ",TOTAL,22",
        "Grand Total:,,22",
    )
    assert [record.key for record in found] == ["PIPE-1", "Total Flush"]


# -- columns that nobody knows


def test_a_column_that_no_heading_shows_is_asked_for(tmp_path: Path) -> None:
    found = evidence(tmp_path, materials__csv="Code,Posts To,Colour\nPIPE-1,COGS,red\n")
    question = next(one for one in found.questions if one.field == "costOfSaleAccount")
    assert (question.path, question.kind, question.headings) == (
        "materials.csv",
        "servicetitan.material",
        ("Posts To", "Colour"),
    )
    value = found.dataset("servicetitan.material").records[0].get("costOfSaleAccount")
    assert isinstance(value, Unknown)
    assert (
        "Tell us which column of materials.csv contains “Cost of Sale Account”. We don't recognize these columns: Posts To, Colour"
        in value.remedy
    )
    assert "account.yaml" not in value.remedy


@pytest.mark.parametrize(
    "heading",
    [
        "Cost GL",
        "COGS",
        "Cost of Sale Account",
        "Cost G/L",
        "Cost Ledger",
        "COGS Acct.",
        "Cost of Sales General Ledger Account",
    ],
)
def test_an_obvious_heading_is_matched_and_said(tmp_path: Path, heading: str) -> None:
    found = evidence(tmp_path, materials__csv=f"Code,{heading}\nPIPE-1,Job Cost\n")
    assert found.dataset("servicetitan.material").records[0].get("costOfSaleAccount") == "Job Cost"
    assert "costOfSaleAccount" not in {question.field for question in found.questions}
    assert f"“{heading}” as cost of sale account" in " ".join(found.sources[0].notes)


def test_account_yaml_names_the_column_or_says_that_there_is_none(tmp_path: Path) -> None:
    answers = "columns:\n  servicetitan.material: {costOfSaleAccount: posts to, assetAccount: none}\n"
    found = evidence(tmp_path, account__yaml=answers, materials__csv="Code,Posts To,Asset Account\nPIPE-1,COGS,Stock\n")
    (pipe,) = found.dataset("servicetitan.material").records
    assert pipe.get("costOfSaleAccount") == "COGS"
    assert pipe.get("assetAccount") is NOT_EXPORTED
    assert "costOfSaleAccount" not in {question.field for question in found.questions}


def test_a_column_that_account_yaml_names_is_not_used_for_another_field() -> None:
    columns = {"servicetitan.material": {"costOfSaleAccount": "Account"}}
    (pipe,) = material("Code,Account,Other", "PIPE-1,COGS,x", columns=columns)
    assert pipe.get("costOfSaleAccount") == "COGS"
    assert isinstance(pipe.get("account"), Unknown)


def test_answers_are_read_before_spreadsheets_whatever_their_names(tmp_path: Path) -> None:
    found = evidence(
        tmp_path,
        zz__yaml="takenAt: 2026-11-20T17:00:00Z\ncolumns: {servicetitan.material: {code: Kode}}\n",
        materials__csv="Kode,Account\nPIPE-1,Sales\n",
    )
    assert [record.key for record in found.dataset("servicetitan.material").records] == ["PIPE-1"]
    assert [source.path for source in found.sources] == ["materials.csv", "zz.yaml"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("{servicetitan.materials: {code: A}}", "did you mean 'servicetitan.material'"),
        ("{servicetitan.truck: {name: A}}", "isn't a kind of record that spreadsheets can have"),
        ("{servicetitan.material: {cogs: A}}", "isn't a field that spreadsheets can have"),
        ("{servicetitan.material: {code: }}", "expected text, not nothing"),
        ("{servicetitan.material: Code}", "a group of keys"),
    ],
)
def test_mistakes_in_columns_are_reported(tmp_path: Path, columns: str, words: str) -> None:
    (source,) = evidence(tmp_path, account__yaml=f"account: A\ncolumns: {columns}\n").sources
    assert words in str(source.error)


def test_two_columns_with_one_heading_make_the_field_unknown() -> None:
    (pipe,) = material("Code,Account,Account", "PIPE-1,A,B")
    value = pipe.get("account")
    assert isinstance(value, Unknown)
    assert "2 columns of materials.csv are called “Account”" in value.reason


def test_without_the_column_that_names_its_rows_a_sheet_is_not_read_but_asked_about(tmp_path: Path) -> None:
    found = evidence(tmp_path, materials__csv="Kode;Name;Account\nA;B;C\n")
    assert found.dataset("servicetitan.material").scope is Scope.MISSING
    (part,) = found.unrecognized
    assert "Tell us which column of materials.csv contains “Code”. We don't recognize these columns: Kode" in part.help
    assert "code" in {question.field for question in found.questions}


def test_only_fields_that_are_read_are_asked_for() -> None:
    wanted = {"servicetitan.material": frozenset({"account"})}
    reading = tables.read(b"Code,Colour\nA,red\n", "materials.csv", wanted, {})
    assert {question.field for question in reading.questions} == {"account", "active"}
    assert tables.read(b"Code,Colour\nA,red\n", "materials.csv", {}, {}).questions == ()


# -- batches


def test_a_batch_of_invoices_is_read() -> None:
    reading = read(
        "Invoice #,Invoice Date,Customer,Batch #,Batch Name,Status,Total\n"
        '1001,11/05/2026,"Abbott, Ann",1042,Nov 20,Posted,"$1,200.00"\n',
        "batch.csv",
    )
    (one,) = records(reading, "servicetitan.invoice")
    assert one.key == "Abbott, Ann / 1001"
    assert one.get("invoiceDate") == date(2026, 11, 5)
    assert (one.get("total"), one.get("syncStatus"), one.get("batch.number")) == (Decimal("1200.00"), "Posted", "1042")
    assert not records(reading, "servicetitan.invoice_item")


def test_rows_with_items_are_lines_of_their_invoices() -> None:
    reading = read(
        "Invoice #,Invoice Date,Customer,Status,Invoice Total,Item,Qty,Total\n"
        "1001,11/05/2026,Abbott,Posted,30,PIPE-1,2,20\n"
        "1001,11/05/2026,abbott,Posted,31,PIPE-1,1,10\n"
        "1002,11/06/2026,Baker,pending,5,PUMP,1,5\n",
        "batch.csv",
    )
    first, second = records(reading, "servicetitan.invoice")
    assert (first.key, second.get("syncStatus"), second.get("total")) == ("Abbott / 1001", "Pending", Decimal(5))
    assert isinstance(first.get("total"), Unknown)
    keys = [line.key for line in records(reading, "servicetitan.invoice_item")]
    assert keys == ["Abbott / 1001 / PIPE-1 / 1", "Abbott / 1001 / PIPE-1 / 2", "Baker / 1002 / PUMP / 1"]
    line = records(reading, "servicetitan.invoice_item")[0]
    assert (line.get("quantity"), line.get("parent.syncStatus")) == (Decimal(2), "Posted")
    assert isinstance(line.get("total"), Unknown)  # "Total" may be the invoice's


def test_a_line_without_an_invoice_damages_the_list() -> None:
    reading = read("Invoice #,Invoice Date,Customer,Item\n1,11/05/2026,A,PIPE\n,,,PUMP\n", "batch.csv")
    assert {listing.damaged for listing in reading.listings} == {True}
    assert "row 3" in reading.listings[0].why_part


def test_payments_and_bills_are_distinguished_by_their_headings(book: Book) -> None:
    reading = read(
        book(
            {
                "One": [
                    ["Payment #", "Payment Date", "Customer", "Invoice #", "Amount"],
                    ["P1", date(2026, 11, 5), "A", "7", 5],
                ],
                "Two": [["Bill #", "Bill Date", "Vendor", "Bill Total"], [77, date(2026, 11, 5), "V", 12.34]],
            }
        ),
        "batch.xlsx",
    )
    (payment,), (bill,) = records(reading, "servicetitan.payment"), records(reading, "servicetitan.bill")
    assert (payment.key, payment.get("total"), payment.get("date")) == ("A / P1", Decimal(5), date(2026, 11, 5))
    assert (bill.key, bill.get("billAmount")) == ("V / 77", Decimal("12.34"))


@pytest.mark.parametrize("day", ["25/12/2026", "03/04/2026"])
def test_a_column_with_the_day_first_is_unknown(day: str) -> None:
    found = records(read(f"Invoice #,Invoice Date,Customer\n1,25/12/2026,A\n2,{day},A\n", "batch.csv"), "servicetitan.invoice")
    assert all(isinstance(one.get("invoiceDate"), Unknown) for one in found)


@pytest.mark.parametrize("day", ["2026-11-05", "11/5/2026", "11/05/26", "11/5/2026 4:30 PM", "11-05-2026"])
def test_days_as_programs_write_them(day: str) -> None:
    (one,) = records(read(f"Invoice #,Invoice Date,Customer\n1,{day},A\n", "batch.csv"), "servicetitan.invoice")
    assert one.get("invoiceDate") == date(2026, 11, 5)


@pytest.mark.parametrize("day", ["46331", "2/30/2026", "soon", "5.11.2026"])
def test_a_cell_that_is_not_a_date_is_unknown(day: str) -> None:
    (one,) = records(read(f"Invoice #,Invoice Date,Customer\n1,{day},A\n", "batch.csv"), "servicetitan.invoice")
    assert isinstance(one.get("invoiceDate"), Unknown)


# -- reports of ServiceTitan


def test_the_export_error_report_is_recognized_by_its_name() -> None:
    reading = read("Transaction,Type,Customer,Error\n1001,Invoice,Abbott,Error 3140 There is\n", "Export Error Report.csv")
    (error,) = records(reading, "servicetitan.export_error")
    assert (error.get("transaction"), error.get("transactionType"), error.get("customer.name")) == (
        "1001",
        "Invoice",
        "Abbott",
    )
    assert error.get("message") == "Error 3140 There is"


def test_the_reconciliation_report_is_recognized_by_its_headings() -> None:
    headings = "Id (ST),Number (ST),Transaction Date (ST),Business Unit (ST),Batch Name (ST),Id (QBD)"
    (row,) = records(read(f"{headings}\n9,1001,11/05/2026,HVAC,Nov 20,4-1\n", "Book1.csv"), "servicetitan.reconciliation")
    assert (row.get("id"), row.get("number"), row.get("batch.name")) == ("9", "1001", "Nov 20")


@pytest.mark.parametrize("name", ["Sync Session Report.csv", "Weak Matches.csv"])
def test_reports_that_no_rule_reads_are_known(name: str) -> None:
    reading = read("A,B\n1,2\n", name)
    assert "no check uses yet" in reading.unread[0]


# -- reports of QuickBooks

ITEMS = "Item,Description,Type,Cost,Price,Asset Account,COGS Account,Account,Active Status"


def items(*lines: str) -> list[Record]:
    return records(read("\n".join((ITEMS, *lines)), "Book1.csv"), "quickbooks.Item")


def test_an_item_in_stock_names_three_accounts_without_their_numbers() -> None:
    (pump,) = items("Parts:Pump,A pump,Inventory Part,1200,1500,1300 · Stock,5000 · COGS,4000 · Sales:4010 · Pumps,Active")
    assert (pump.key, pump.get("Name"), pump.get("ParentRef.FullName")) == ("Parts:Pump", "Pump", "Parts")
    assert (pump.get("ItemType"), pump.get("IsActive")) == ("Inventory", True)
    assert pump.get("AssetAccountRef.FullName") == "Stock"
    assert pump.get("COGSAccountRef.FullName") == "COGS"
    assert pump.get("IncomeAccountRef.FullName") == "Sales:Pumps"


def test_other_items_name_their_accounts_as_qbxml_does() -> None:
    bought, sold, tax = items(
        "Pipe,,Non-inventory Part,,,,5000 · COGS,4000 · Sales,Not-active",
        "Labour,,Service,,,,,4000 · Sales,Active",
        "Denver,,Sales Tax Item,,7.75%,,,2200 · Tax,Active",
    )
    assert bought.get("SalesAndPurchase.ExpenseAccountRef.FullName") == "COGS"
    assert bought.get("COGSAccountRef.FullName") is NOT_EXPORTED
    assert sold.get("SalesAndPurchase.ExpenseAccountRef.FullName") is NOT_EXPORTED
    assert tax.get("TaxRate") == Decimal("0.0775")


def test_an_ambiguous_rate_and_an_unfamiliar_type_are_unknown() -> None:
    tax, odd = items("Denver,,Sales Tax Item,,0.0775,,,,Active", "Odd,,Gadget,,,,,,Active")
    assert isinstance(tax.get("TaxRate"), Unknown)
    assert isinstance(odd.get("ItemType"), Unknown)


def test_a_split_account_is_unknown() -> None:
    (pump,) = items("Pump,,Inventory Part,,,,-SPLIT-,,Active")
    assert isinstance(pump.get("COGSAccountRef.FullName"), Unknown)


def test_the_customer_contact_list_is_read() -> None:
    reading = read('Customer,Bill to,Main Phone,Balance Total\n"Abbott, A:330 Main",x,555,"1,234.50"\n', "Book1.csv")
    (job,) = records(reading, "quickbooks.Customer")
    assert (job.key, job.get("ParentRef.FullName"), job.get("TotalBalance")) == (
        "Abbott, A:330 Main",
        "Abbott, A",
        Decimal("1234.50"),
    )


TRANSACTIONS = ",Trans #,Type,Date,Num,Name,Memo,Account,Account Type,Split,Amount"


def test_transactions_are_combined_from_their_postings() -> None:
    reading = read(
        f"""Custom Transaction Detail
{TRANSACTIONS}
Nov 26,,,,,,,,,,
,"364,134",Invoice,11/05/2026,1001,Abbott,Batch 1042 - Nov,1200 · Receivable,Accounts Receivable,-SPLIT-,"1,200.00"
,"364,134",Invoice,11/05/2026,1001,Abbott,Pipe,4000 · Sales,Income,1200 · Receivable,"1,200.00"
,"364,135",Payment,11/06/2026,77,Abbott,cash,1000 · Bank,Bank,1200 · Receivable,50.00
,"364,135",Payment,11/06/2026,77,Abbott,Batch 1043,1200 · Receivable,Accounts Receivable,1000 · Bank,-50.00
,"364,136",Deposit,11/06/2026,,,,,,,
Total Nov 26,,,,,,,,,,"2,500.00"
""",
        "Book1.csv",
    )
    (invoice,), (payment,) = records(reading, "quickbooks.Invoice"), records(reading, "quickbooks.ReceivePayment")
    assert (invoice.key, invoice.get("Memo"), invoice.get("TxnDate")) == (
        "Abbott / 1001",
        "Batch 1042 - Nov",
        date(2026, 11, 5),
    )
    assert (payment.get("Memo"), payment.get("TotalAmount")) == ("Batch 1043", Decimal("50.00"))
    assert any("1 Deposit" in note for note in reading.notes)


@pytest.mark.parametrize("type_", ["", "#REF!", "  "])
def test_a_posting_without_its_type_may_be_of_any_type(type_: str) -> None:
    text = f"Type,Date,Num,Name,Memo,Amount\nPayment,11/06/2026,77,A,one,5\n{type_},11/06/2026,78,A,two,5\n"
    listing = next(one for one in read(text, "Book1.csv").listings if one.kind == "quickbooks.ReceivePayment")
    assert (listing.damaged, listing.cause) == (True, Reason.UNREADABLE)


def test_without_the_account_type_neither_memo_nor_amount_is_guessed() -> None:
    text = "Type,Date,Num,Name,Memo,Amount\nPayment,11/06/2026,77,A,one,5\nPayment,11/06/2026,77,A,two,-5\n"
    (payment,) = records(read(text, "Book1.csv"), "quickbooks.ReceivePayment")
    assert isinstance(payment.get("Memo"), Unknown)
    assert isinstance(payment.get("TotalAmount"), Unknown)


# -- in a snapshot


def test_a_spreadsheet_is_whole_only_if_account_yaml_says_so(tmp_path: Path) -> None:
    found = evidence(tmp_path, materials__csv=f"{MATERIALS}\nPIPE-1,Pipe,Yes,Sales,COGS,No\n")
    dataset = found.dataset("servicetitan.material")
    assert dataset.scope is Scope.PART
    assert "is the complete list" in dataset.remedy
    assert not found.sources[0].complete
    found = evidence(tmp_path, account__yaml="covers: {servicetitan.material: all}\n")
    assert found.dataset("servicetitan.material").scope is Scope.WHOLE
    assert all(source.complete for source in found.sources)


def test_the_days_stated_for_a_batch_apply_to_its_lines_too(tmp_path: Path) -> None:
    found = evidence(
        tmp_path,
        account__yaml="covers: {servicetitan.invoice: {from: 2026-11-01, to: 2026-11-20}}\n",
        batch__csv="Invoice #,Invoice Date,Customer,Item\n1,11/05/2026,A,PIPE\n",
    )
    assert found.dataset("servicetitan.invoice").scope is Scope.PERIOD
    assert found.dataset("servicetitan.invoice_item").scope is Scope.PERIOD


def test_two_batches_add_up(tmp_path: Path) -> None:
    head = "Invoice #,Invoice Date,Customer,Status\n"
    found = evidence(
        tmp_path,
        account__yaml="covers: {servicetitan.invoice: all}\n",
        one__csv=f"{head}1,11/05/2026,A,Posted\n2,11/05/2026,A,Posted\n",
        two__csv=f"{head}2,11/05/2026,A,Pending\n3,11/05/2026,B,Posted\n",
    )
    dataset = found.dataset("servicetitan.invoice")
    assert [record.key for record in dataset.records] == ["A / 1", "A / 2", "B / 3"]
    assert isinstance(dataset.records[1].get("syncStatus"), Unknown)
    assert dataset.scope is Scope.WHOLE


def test_records_with_one_name_in_one_sheet_stay_separate(tmp_path: Path) -> None:
    text = "Payment #,Payment Date,Customer,Amount\n,11/05/2026,A,5\n,11/05/2026,A,7\n"
    found = evidence(tmp_path, one__csv=text, two__csv=text)
    totals = [record.get("total") for record in found.dataset("servicetitan.payment").records]
    assert totals == [Decimal(5), Decimal(7)]


JSON = (
    '{"page": 1, "pageSize": 50, "hasMore": false, "totalCount": 2, "data": ['
    '{"id": 1, "code": "PIPE-1", "active": true, "costOfSaleAccount": "COGS", "account": "Sales"},'
    '{"id": 2, "code": "PUMP", "active": false, "costOfSaleAccount": null, "account": "Sales"}]}'
)


def test_a_spreadsheet_is_compared_with_a_programs_list(tmp_path: Path) -> None:
    text = "Code,Account,Cost of Sale Account,Unit of Measure\nPIPE-1,Sales,Other,foot\n"
    found = evidence(tmp_path, materials__json=JSON, materials__csv=text)
    dataset = found.dataset("servicetitan.material")
    pipe, pump = dataset.records
    assert dataset.scope is Scope.WHOLE
    assert (pipe.get("account"), pipe.get("unitOfMeasure"), pipe.get("active")) == ("Sales", "foot", True)
    assert isinstance(pipe.get("costOfSaleAccount"), Unknown)
    assert pump.get("costOfSaleAccount") is UNSET
    assert {source.path: source.complete for source in found.sources} == {"materials.csv": False, "materials.json": True}


def test_a_record_that_the_list_lacks_shows_that_it_is_not_whole(tmp_path: Path) -> None:
    found = evidence(tmp_path, materials__json=JSON, materials__csv="Code,Account\nNEW,Sales\n")
    dataset = found.dataset("servicetitan.material")
    assert dataset.scope is Scope.PART
    assert "materials.csv has a record that isn't in the list in materials.json" in dataset.why


def test_a_column_that_is_missing_in_the_spreadsheet_does_not_contradict_the_list(tmp_path: Path) -> None:
    found = evidence(tmp_path, materials__json=JSON, materials__csv="Code,Colour\nPIPE-1,red\n")
    assert found.dataset("servicetitan.material").records[0].get("costOfSaleAccount") == "COGS"


def test_an_item_list_in_two_formats_agrees(tmp_path: Path) -> None:
    iif = (
        "!HDR\tPROD\n!INVITEM\tNAME\tINVITEMTYPE\tDESC\tACCNT\tASSETACCNT\tCOGSACCNT\tHIDDEN\n"
        "INVITEM\tPump\tINVENTORY\tA pump\tSales\tStock\tCOGS\tN\nINVITEM\tLabour\tSERV\t\tSales\t\t\tN\n"
    )
    text = f"{ITEMS}\nPump,A pump,Inventory Part,,,1300 · Stock,5000 · COGS,4000 · Sales,Active\nLabour,,Service,,,,,Sales,Active\n"
    found = evidence(tmp_path, lists__iif=iif, items__csv=text)
    dataset = found.dataset("quickbooks.Item")
    assert dataset.scope is Scope.WHOLE
    assert not [value for record in dataset.records for value in record.fields.values() if isinstance(value, Unknown)]


def test_unrecognized_sheets_are_listed_one_by_one(tmp_path: Path, book: Book) -> None:
    data = book({"Materials": [["Code", "Account"], ["A", "B"]], "Notes": [["Call Ann"]], "Empty": []})
    found = evidence(tmp_path, pricebook__xlsx=data, other__csv="Shoe,Size\nA,7\n", notes__txt='say "hi\n')
    told = {part.path: part.help for part in found.unrecognized}
    assert "its sheet “Notes”" in told["pricebook.xlsx"]
    assert "Shoe" not in told["other.csv"]
    assert "name the sheet or the file after its contents" in told["other.csv"]
    assert "we can't read this kind of file" in told["notes.txt"]
    assert [source.path for source in found.sources] == ["pricebook.xlsx"]
    assert "is read as ServiceTitan pricebook, materials, with “Code” as code" in found.sources[0].notes[0]


def test_a_workbook_alone_is_a_snapshot(tmp_path: Path, book: Book) -> None:
    path = tmp_path / "pricebook.xlsx"
    path.write_bytes(book({"Materials": [["Code", "Account"], ["A", "B"]]}))
    assert len(snapshot.read(path, ALL, AT).dataset("servicetitan.material").records) == 1


def test_a_workbook_is_recognized_by_its_content_and_office_leftovers_are_ignored(tmp_path: Path, book: Book) -> None:
    data = book({"Materials": [["Code", "Account"], ["A", "B"]]})
    (tmp_path / "~$pricebook.xlsx").write_bytes(b"lock")
    (tmp_path / "pricebook").write_bytes(data)
    found = evidence(tmp_path, broken__xlsx=data[:-30], table__txt="Code\tAccount\nA\tB\n")
    assert {source.path: bool(source.error) for source in found.sources} == {"broken.xlsx": True, "pricebook": False}


def test_a_semicolon_inside_quotes_is_no_delimiter() -> None:
    (listing,) = read('"Code"\n"","",";0"\n"A;B",";"', "services.csv").listings
    assert [record.get("code") for record in listing.records if record.get("code") is not UNSET] == ["A;B"]


# -- the law

HEADINGS = {squash(one) for table in TABLES for _, _, usual in table.all_columns() for one in usual}
CELLS = st.sampled_from(
    ["", " ", "Yes", "Total", "-SPLIT-", "12", "1/2/2026", "Inventory Part", "Posted", "Invoice", "A:B"]
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\0\r\n"'), max_size=8).filter(
    lambda text: squash(text) not in HEADINGS
)
NAMES = st.sampled_from(
    (
        "Code|Account|COGS|Item|Type|Active Status|Invoice #|Invoice Date|Customer|Status|Total|Num|Date|Name|Memo|Amount|"
        "Payment #|Colour||Price|COGS Account|Account Type|Trans #"
    ).split("|")
)
IMPLIED = {"ParentRef.FullName"}
"""Unset for an item without a colon in its name, which is known."""


KNOWN: dict[str, set[str]] = {}
for one in TABLES:
    for _, field, usual in one.all_columns():
        KNOWN.setdefault(field, set()).update(map(squash, usual))


@given(st.lists(NAMES, min_size=1, max_size=8), st.lists(st.lists(CELLS, max_size=9), max_size=6), st.sampled_from(TABLES))
def test_no_field_is_unset_unless_its_column_is_there_and_its_cell_is_blank(
    headings: list[str], rows: list[list[str]], table: Table
) -> None:
    lines = [",".join(f'"{cell}"' for cell in row) for row in (headings, *rows)]
    reading = read("\n".join(lines), f"{table.words[0]}.csv")
    for listing in reading.listings:
        assert not listing.whole
        for record in listing.records:
            assert record.where.line is not None
            row = rows[record.where.line - 2]
            blank = {squash(one) for at, one in enumerate(headings) if at >= len(row) or not row[at].strip()}
            for name, value in record.fields.items():
                if value is UNSET and name not in IMPLIED:
                    assert KNOWN[name.removeprefix("parent.")] & blank
