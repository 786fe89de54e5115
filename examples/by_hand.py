"""The same company as an office can export it without help: lists as IIF, spreadsheets, a report, and the answers.

The headings of the spreadsheets are ours: no source shows all of those that ServiceTitan writes.
"""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

import copy
import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import xlsxwriter  # type: ignore[import-untyped]
import yaml

import books
import titan
from company import Company
from northwind import TAKEN, Json

Cell = str | bool | Decimal | datetime | None
Rows = Sequence[Sequence[Cell]]

PRICEBOOK = ("Code", "Name", "Active", "Price", "Cost", "Taxable", "Account")
STOCKED = (*PRICEBOOK, "Cost Ledger", "Asset Account", "Is Inventory", "Primary Vendor")
COST = "Cost Ledger"
INVOICES = ("Invoice #", "Invoice Date", "Customer Name", "Location Name", "Business Unit", "Invoice Status", "Batch #",
            "Batch Name", "Invoice Total", "Item", "Item Type", "Quantity", "Unit Price", "Line Total", "General Ledger Account",
            "COGS Account", "Asset Account", "Inventory Location")
PAYMENTS = ("Payment #", "Payment Date", "Payment Type", "Customer Name", "Payment Amount", "Unapplied Amount", "Status",
            "GL Account", "Batch #", "Batch Name", "Invoice #", "Applied Amount")
BILLS = ("Bill #", "Vendor Name", "Bill Date", "Due Date", "Bill Amount", "Sync Status", "Bill Status", "Batch #", "Batch Name")
REPORT = ("", "Trans #", "Type", "Date", "Num", "Name", "Memo", "Account", "Account Type", "Amount")


def files(company: Company) -> dict[str, bytes]:
    """Every file by its path in the snapshot."""
    account = copy.deepcopy(company.account)
    account["quickbooks"] = {"fileMode": {"SingleUser": "singleUser"}.get(company.state["Host"]["QBFileMode"], "multiUser")}
    several = company.state["Preferences"]["MultiLocationInventoryPreferences"]["IsMultiLocationInventoryEnabled"]
    account["settings"]["advancedInventory"] = several == "true"
    account["settings"]["closingDate"] = company.state["Preferences"]["AccountingPreferences"]["ClosingDate"]
    account["covers"] = {
        **{f"servicetitan.{kind}": "all" for kind in titan.PRICEBOOK.values()},
        "servicetitan.invoice": "batch", "servicetitan.payment": "batch", "servicetitan.bill": "batch",
        "servicetitan.credit_memo": "none",
    }
    answers = yaml.safe_dump(account, sort_keys=False, allow_unicode=True, width=120)
    return {
        "account.yaml": f"# Written by examples/make.py. Everything in this folder is invented.\n{answers}".encode(),
        "quickbooks-lists.iif": books.iif(company.lists),
        "pricebook.xlsx": workbook(pricebook(company)),
        f"batch-{company.firm.waiting}-invoices.xlsx": workbook({"Invoices": lines(company)}),
        f"batch-{company.firm.waiting}-payments.xlsx": workbook({"Payments": payments(company)}),
        f"batch-{company.firm.waiting}-bills.xlsx": workbook({"Bills": bills(company)}),
        "custom transaction detail.csv": report(company),
    }


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook whose bytes are the same wherever it is made: stored, not packed, and of one moment."""
    made, out = io.BytesIO(), io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": TAKEN.replace(tzinfo=None)})
    day = book.add_format({"num_format": "m/d/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    with zipfile.ZipFile(made) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as stored:
        for entry in packed.infolist():
            stored.writestr(zipfile.ZipInfo(entry.filename), packed.read(entry))
    return out.getvalue()


def _amount(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _day(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text[:10]) if text else None


def _account(gl: Json | None) -> str | None:
    return gl["name"] if gl else None


def pricebook(company: Company) -> dict[str, Rows]:
    """Pricebook > Export: one tab for each sort of entry."""
    tabs: dict[str, Rows] = {}
    for file, titles in (("services", PRICEBOOK), ("equipment", STOCKED), ("materials", STOCKED)):
        rows: list[Sequence[Cell]] = [titles]
        for sku in company.titan[file]:
            row: list[Cell] = [sku["code"], sku["displayName"], sku["active"], _amount(sku["price"]), _amount(sku["cost"]),
                               sku["taxable"], sku["account"]]
            if titles is STOCKED:
                row += [sku["costOfSaleAccount"], sku["assetAccount"], sku["isInventory"], sku["primaryVendor"]["vendorName"]]
            rows.append(row)
        tabs[file.capitalize()] = rows
    return tabs


def _waiting(company: Company, file: str) -> list[Json]:
    return [one for one in company.titan[file] if (one["batch"] or {}).get("number") == company.firm.waiting]


def lines(company: Company) -> Rows:
    """Return the invoices of the pending batch, one row per line."""
    rows: list[Sequence[Cell]] = [INVOICES]
    for bill in _waiting(company, "invoices"):
        head = [bill["referenceNumber"], _day(bill["invoiceDate"]), bill["customer"]["name"], bill["location"]["name"],
                bill["businessUnit"]["name"], bill["syncStatus"], bill["batch"]["number"], bill["batch"]["name"],
                _amount(bill["total"])]
        for line in bill["items"] or [None]:
            cells = [None] * (len(INVOICES) - len(head)) if line is None else [
                line["skuName"], line["type"], _amount(line["quantity"]), _amount(line["price"]), _amount(line["total"]),
                *(_account(line[f"{use}Account"]) for use in ("generalLedger", "costOfSale", "asset")), line["inventoryLocation"]]
            rows.append([*head, *cells])
    return rows


def payments(company: Company) -> Rows:
    """Return the payments of the pending batch."""
    return [PAYMENTS, *(
        [one["referenceNumber"], _day(one["date"]), one["type"], one["customer"]["name"], _amount(one["total"]),
         _amount(one["unappliedAmount"]), one["syncStatus"], _account(one["generalLedgerAccount"]), one["batch"]["number"],
         one["batch"]["name"], applied["appliedToReferenceNumber"], _amount(applied["appliedAmount"])]
        for one in _waiting(company, "payments")
        for applied in one["appliedTo"] or [{"appliedToReferenceNumber": None, "appliedAmount": None}])]


def bills(company: Company) -> Rows:
    """Return the bills of the pending batch; no rows if there are none."""
    return [BILLS, *(
        [one["referenceNumber"], one["vendor"]["name"], _day(one["billDate"]), _day(one["dueDate"]), _amount(one["billAmount"]),
         one["syncStatus"], one["status"], one["batch"]["number"], one["batch"]["name"]]
        for one in _waiting(company, "bills"))]


def report(company: Company) -> bytes:
    """QuickBooks' Custom Transaction Detail, saved as CSV: titles above the headings, no name over the first column."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerows([(company.account["account"],), ("Custom Transaction Detail Report",), REPORT])
    for n, bill in enumerate(company.booked, 1):
        year, month, day = bill["TxnDate"].split("-")
        total = Decimal(bill["Subtotal"]) + Decimal(bill["SalesTaxTotal"])
        head = ("", f"{n:,}", "Invoice", f"{month}/{day}/{year}", bill["RefNumber"], bill["CustomerRef"]["FullName"])
        write.writerow((*head, bill.get("Memo", ""), "Accounts Receivable", "Accounts Receivable", f"{total:,.2f}"))
    return out.getvalue().encode("windows-1252")
