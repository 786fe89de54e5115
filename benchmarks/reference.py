"""Three rules, slow and plain, straight from the files: what must be found, worked out by nothing of the program.

    python -m benchmarks.reference FOLDER

Writes {rule: [keys of the records that fail it]}. It is for snapshots as snapshots.py writes them: whole lists, one company, no
batch that was bypassed.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

Json = dict[str, Any]
RULES = ("items/cogs-account", "naming/lengths", "export/everything-arrived")


def titan(folder: Path, name: str) -> list[Json]:
    """A list of ServiceTitan."""
    found: list[Json] = json.loads((folder / "servicetitan" / f"{name}.json").read_text("utf-8"), parse_float=Decimal)["data"]
    return found


def iif(folder: Path, word: str) -> Iterator[str]:
    """The names of a list of QuickBooks."""
    with (folder / "quickbooks-lists.iif").open(encoding="windows-1252", newline="") as file:
        column = 0
        for row in csv.reader(file, delimiter="\t"):
            if row[0] == f"!{word}":
                column = row.index("NAME")
            elif row[0] == word:
                yield row[column]


def booked(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The transactions of QuickBooks, each with its element: customer or vendor, number and what is needed of the amount."""
    for path in (folder / "quickbooks-invoices.xml", folder / "quickbooks-transactions.xml"):
        for _, found in ET.iterparse(path):  # noqa: S314 - a file of our own
            if found.tag.endswith("Ret") and found.find("RefNumber") is not None and found.find("TimeCreated") is not None:
                who = found.findtext("CustomerRef/FullName") or found.findtext("VendorRef/FullName") or ""
                yield found.tag.removesuffix("Ret"), {"who": who, **{child.tag: child.text or "" for child in found}}
                found.clear()


def fold(name: str) -> str:
    """As QuickBooks compares names."""
    return " ".join(name.split()).casefold()


def is_open(record: Json) -> bool:
    """Still to be exported some day."""
    return record["syncStatus"] != "Exported" and record["active"] is not False


def waits(record: Json) -> bool:
    """Return whether the record is in a batch that isn't exported yet."""
    return is_open(record) and record["batch"] is not None


def without_cost_account(folder: Path) -> set[str]:
    """items/cogs-account: materials and equipment without an account, active or on a line that is still to be exported."""
    used = {str(line["skuId"]) for bill in titan(folder, "invoices") if is_open(bill) for line in bill["items"]}
    return {
        sku["code"]
        for name in ("materials", "equipment")
        for sku in titan(folder, name)
        if (sku["active"] or str(sku["id"]) in used) and not (sku["costOfSaleAccount"] or "").strip()
    }


def too_long(folder: Path) -> set[str]:
    """naming/lengths: codes, customers and numbers of pending transactions that are new to QuickBooks."""
    invoices = [bill for bill in titan(folder, "invoices") if waits(bill)]
    others = [one for name in ("payments", "credit-memos") for one in titan(folder, name) if waits({"active": True, **one})]
    codes = {sku["id"]: sku["code"] for name in ("materials", "equipment", "services") for sku in titan(folder, name)}
    items = {fold(name.rpartition(":")[2]) for name in iif(folder, "INVITEM")}
    people = {fold(name) for name in iif(folder, "CUST")}
    found = set()
    for bill in invoices:
        if len(bill["referenceNumber"]) > 11:
            found.add(f"{bill['customer']['name']} / {bill['referenceNumber']}")
        for line in bill["items"]:
            code = codes.get(line["skuId"], line["skuName"])
            if ":" not in code and fold(code) not in items and len(code) > 31:
                found.add(code)
    for one in (*invoices, *others):
        name, numbered = one["customer"]["name"], f"{one['customer']['name']} {one['customer']['id']}"
        if ":" not in name and not {fold(name), fold(numbered)} & people and len(name) > 41:
            found.add(name)
    return found


def not_arrived(folder: Path) -> set[str]:
    """export/everything-arrived: what was exported and is not in QuickBooks once, with its amount."""
    vendors = {vendor["id"]: vendor["name"] for vendor in titan(folder, "vendors")}
    sent: list[tuple[str, str, str, Decimal]] = []
    for name, element, amount in (
        ("invoices", "Invoice", "total"),
        ("payments", "ReceivePayment", "total"),
        ("credit-memos", "CreditMemo", "total"),
        ("bills", "Bill", "billAmount"),
    ):
        for one in titan(folder, name):
            if one["syncStatus"] == "Exported":
                who = one["customer" if "customer" in one else "vendor"]["name"]
                sent.append((element, who, one["referenceNumber"], Decimal(one[amount])))
    sent += [
        ("PurchaseOrder", vendors[one["vendorId"]], one["number"], Decimal(one["total"]))
        for one in titan(folder, "purchase-orders")
        if one["status"] == "Exported"
    ]
    there: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for element, one in booked(folder):
        if element == "Invoice":
            total = Decimal(one["Subtotal"]) + Decimal(one["SalesTaxTotal"])
        else:
            total = Decimal(one["AmountDue" if element == "Bill" else "TotalAmount"])
        for level in one["who"].split(":"):
            there[element, fold(level), one["RefNumber"]].append(total)
    return {f"{who} / {number}" for element, who, number, amount in sent if there[element, fold(who), number] != [amount]}


def findings(folder: Path) -> dict[str, list[str]]:
    """Rule -> keys, sorted."""
    return {
        "items/cogs-account": sorted(without_cost_account(folder)),
        "naming/lengths": sorted(too_long(folder)),
        "export/everything-arrived": sorted(not_arrived(folder)),
    }


if __name__ == "__main__":
    json.dump(findings(Path(sys.argv[1])), sys.stdout, ensure_ascii=False, indent=1)
