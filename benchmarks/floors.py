"""Measure what reading alone costs: the lower limits for the complete check. Each runs in its own process.

    python -m benchmarks.floors parse|loop|loop-json FOLDER

`parse` gives every file to the fastest well-kept parser (lxml's iterparse, orjson; IIF is split at its tabs) and keeps nothing. It
reads one record at a time, which is three times as fast as one file at a time if a file has hundreds of megabytes.

`loop` reads the fields of fields.py, with the program's types and the line of each record, and keeps them. It is what someone
would write for these files only: each record of a ServiceTitan list is on its own line here, so a file needn't be in memory
at once, and it checks nothing. `loop-json` is the same with the JSON parser of the standard library, as in the program.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.fields import parsed
from lxml import etree

Row = dict[str, Any]
Decode = Callable[[bytes], Any]
Kept = dict[str, list[Row]]
"""Kind -> its records."""

# -- (a) the bare parse


def parse(folder: Path) -> int:
    """Parse every file, keep nothing, and return the number of records."""
    loads: Decode = import_module("orjson").loads
    count = 0
    for path in sorted(folder.rglob("*.xml")):
        for _, element in etree.iterparse(path, events=("end",), tag=list(RETS), huge_tree=True):
            count += 1
            _drop(element)
    for path in sorted(folder.rglob("*.json")):
        count += sum(1 for _ in _records(path, loads))
    for path in sorted(folder.rglob("*.iif")):
        with path.open(encoding="windows-1252", newline="\r\n") as file:
            count += sum(1 for line in file if line.split("\t"))
    return count


def _drop(element: Any) -> None:
    """Free an element that was read, and what is left of those before it."""
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]


# -- (b) the loop: what each field becomes


def _number(raw: Any) -> Decimal:
    return Decimal(repr(raw) if isinstance(raw, float) else raw)


def _day(raw: str) -> date:
    return date.fromisoformat(raw[:10])


_YES = {"true": True, "false": False, True: True, False: False}
_AS: Mapping[str, Callable[[Any], Any] | None] = {
    "text": None,
    "name": None,
    "id": str,
    "number": _number,
    "yesno": _YES.__getitem__,
    "date": _day,
    "time": datetime.fromisoformat,
}
_WANTED = parsed()


def _own(kind: str, *children: str) -> dict[str, str]:
    """The fields of a kind, with those that its lines want of it."""
    own = {name: how for name, how in _WANTED[kind].items() if not name.startswith("parent.")}
    return own | {
        name.removeprefix("parent."): how
        for child in children
        for name, how in _WANTED[child].items()
        if name.startswith("parent.")
    }


# -- qbXML

RETS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "HostRet": ("quickbooks.Host", ()),
    "CompanyRet": ("quickbooks.Company", ()),
    "PreferencesRet": ("quickbooks.Preferences", ()),
    "InvoiceRet": (
        "quickbooks.Invoice",
        (("InvoiceLineRet", "quickbooks.InvoiceLine"), ("LinkedTxn", "quickbooks.LinkedTxn")),
    ),
    "ReceivePaymentRet": ("quickbooks.ReceivePayment", (("AppliedToTxnRet", "quickbooks.AppliedToTxn"),)),
    "CreditMemoRet": ("quickbooks.CreditMemo", (("CreditMemoLineRet", "quickbooks.CreditMemoLine"),)),
    "JournalEntryRet": ("quickbooks.JournalEntry", (("JournalDebitLine", "quickbooks.JournalDebitLine"),)),
    "BillRet": ("quickbooks.Bill", ()),
    "PurchaseOrderRet": ("quickbooks.PurchaseOrder", ()),
}
"""Element -> its kind, and the elements inside it that are records of their own."""


def _tree(fields: Mapping[str, str]) -> dict[str, Any]:
    """Element -> (field, how it is read), or what is wanted inside it."""
    tree: dict[str, Any] = {}
    for name, how in fields.items():
        at = tree
        *path, leaf = name.split(".")
        for step in path:
            at = at.setdefault(step, {})
        at[leaf] = (name, _AS[how])
    return tree


def _taken(element: Any, tree: Mapping[str, Any], row: Row) -> None:
    for child in element:
        wanted = tree.get(child.tag)
        if wanted is None:
            continue
        if isinstance(wanted, tuple):
            name, read = wanted
            text = child.text
            row[name] = text if read is None or text is None else read(text)
        else:
            _taken(child, wanted, row)


def _qbxml(path: Path, kept: Kept) -> None:
    readers = {}
    for ret, (kind, arrays) in RETS.items():
        inside = [(tag, child, _tree(_own(child))) for tag, child in arrays]
        readers[ret] = (
            kept[kind],
            _tree(_own(kind, *(child for _, child in arrays))),
            [(t, kept[c], tree) for t, c, tree in inside],
        )
    for _, element in etree.iterparse(path, events=("end",), tag=list(RETS), huge_tree=True):
        records, tree, arrays_of = readers[element.tag]
        row: Row = {"line": element.sourceline}
        _taken(element, tree, row)
        records.append(row)
        for tag, lines, inner in arrays_of:
            for child in element.iterchildren(tag):
                line: Row = {"parent": row, "line": child.sourceline}
                _taken(child, inner, line)
                lines.append(line)
        _drop(element)


# -- ServiceTitan

LISTS: Mapping[str, tuple[str, str, str]] = {
    "materials": ("servicetitan.material", "", ""),
    "equipment": ("servicetitan.equipment", "", ""),
    "services": ("servicetitan.service", "", ""),
    "invoices": ("servicetitan.invoice", "items", "servicetitan.invoice_item"),
    "payments": ("servicetitan.payment", "appliedTo", "servicetitan.payment_application"),
    "credit-memos": ("servicetitan.credit_memo", "", ""),
    "bills": ("servicetitan.bill", "items", "servicetitan.bill_item"),
    "purchase-orders": ("servicetitan.purchase_order", "items", "servicetitan.purchase_order_item"),
    "tax-zones": ("servicetitan.tax_zone", "rates", "servicetitan.tax_rate"),
    "trucks": ("servicetitan.truck", "", ""),
    "technicians": ("servicetitan.technician", "", ""),
    "business-units": ("servicetitan.business_unit", "", ""),
    "gl-accounts": ("servicetitan.gl_account", "", ""),
    "vendors": ("servicetitan.vendor", "", ""),
}
"""File -> the kind of its records, the array in them that holds records of their own, and the kind of those."""


class _Shape:
    """Where the fields of one kind are in a record: used as they are, converted, or inside another object."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        top = [(name, _AS[how]) for name, how in fields.items() if "." not in name]
        self.plain = [name for name, read in top if read is None]
        self.read = [(name, read) for name, read in top if read is not None]
        inside: dict[str, list[tuple[str, str, Callable[[Any], Any] | None]]] = {}
        for name, how in fields.items():
            outer, _, inner = name.partition(".")
            if inner:
                inside.setdefault(outer, []).append((name, inner, _AS[how]))
        self.inside = list(inside.items())

    def taken(self, raw: Row, row: Row) -> None:
        """The fields of a record."""
        get = raw.get
        for name in self.plain:
            row[name] = get(name)
        for name, read in self.read:
            value = get(name)
            row[name] = None if value is None else read(value)
        for outer, fields in self.inside:
            part = get(outer)
            if part:
                for name, inner, how in fields:
                    value = part.get(inner)
                    row[name] = value if how is None or value is None else how(value)


def _records(path: Path, decode: Decode) -> Iterator[tuple[int, Any]]:
    """Yield each record with its line: the first is after the head of the list, the last before its end."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            text = line.partition(b'"data": [')[2] if number == 1 else line
            text = text[:-2] if text.endswith(b",\n") else text[:-3]
            if text:
                yield number, decode(text)


def _titan(path: Path, kept: Kept, decode: Decode) -> None:
    if path.stem == "customers":
        for _ in _records(path, decode):  # parsed, since nothing but its content says that no rule reads it
            pass
        return
    kind, array, child = LISTS[path.stem]
    shape, inner = _Shape(_own(kind, child) if child else _own(kind)), _Shape(_own(child)) if child else None
    records, lines = kept[kind], kept[child] if child else []
    trucks = kept["servicetitan.truck_technician"]
    for number, raw in _records(path, decode):
        row: Row = {"line": number}
        shape.taken(raw, row)
        records.append(row)
        if inner is not None:
            for one in raw[array]:
                line: Row = {"parent": row, "line": number}
                inner.taken(one, line)
                lines.append(line)
        elif path.stem == "trucks":
            trucks += [{"parent": row, "line": number, "technicianId": str(one)} for one in raw["technicianIds"]]


# -- IIF

_ITEM_TYPES = {
    "SERV": "Service", "INVENTORY": "Inventory", "PART": "NonInventory", "OTHC": "OtherCharge", "SUBT": "Subtotal",
    "DISC": "Discount", "PMT": "Payment", "COMPTAX": "SalesTax", "STAX": "SalesTaxGroup", "GRP": "Group",
}  # fmt: skip
_ACCOUNT_TYPES = {
    "AP": "AccountsPayable", "AR": "AccountsReceivable", "BANK": "Bank", "CCARD": "CreditCard", "COGS": "CostOfGoodsSold",
    "EQUITY": "Equity", "EXEXP": "OtherExpense", "EXINC": "OtherIncome", "EXP": "Expense", "FIXASSET": "FixedAsset",
    "INC": "Income", "LTLIAB": "LongTermLiability", "NONPOSTING": "NonPosting", "OASSET": "OtherAsset",
    "OCASSET": "OtherCurrentAsset", "OCLIAB": "OtherCurrentLiability",
}  # fmt: skip
_NAMED = {"EMP": "quickbooks.Employee", "OTHERNAME": "quickbooks.OtherName"}


def _iif(path: Path, kept: Kept) -> None:
    columns: dict[str, dict[str, int]] = {}
    group: Row | None = None
    with path.open(encoding="windows-1252", newline="\r\n") as file:
        for number, line in enumerate(file, 1):
            cells = line.rstrip("\r\n").split("\t")
            word = cells[0]
            if word.startswith("!"):
                columns[word[1:]] = {name: n for n, name in enumerate(cells)}
                continue
            at = columns.get(word, {})
            if word in ("ENDGRP", "ENDTAX"):
                group = None
            elif word == "INVITEM":
                kind = _ITEM_TYPES[cells[at["INVITEMTYPE"]]]
                if group is not None:
                    if group["ItemType"] == "SalesTaxGroup":
                        members = group.get("ItemSalesTaxRef.FullName")
                        name = _plain(cells[at["NAME"]])
                        group["ItemSalesTaxRef.FullName"] = f"{members}\n{name}" if members else name
                    continue
                row = _item(cells, at, kind, number)
                kept["quickbooks.Item"].append(row)
                group = row if kind in ("Group", "SalesTaxGroup") else None
            elif word == "CUST":
                name = _plain(cells[at["NAME"]])
                row = {"line": number, "FullName": name, **_parent(name)}
                if "TAXITEM" in at and (item := _plain(cells[at["TAXITEM"]])):
                    row["ItemSalesTaxRef.FullName"] = item
                kept["quickbooks.Customer"].append(row)
            elif word in ("ACCNT", "VEND", "CLASS"):
                kind = {"ACCNT": "quickbooks.Account", "VEND": "quickbooks.Vendor", "CLASS": "quickbooks.Class"}[word]
                name = _plain(cells[at["NAME"]])
                row = {
                    "line": number,
                    "FullName": name,
                    "Name": name.rpartition(":")[2],
                    "IsActive": cells[at["HIDDEN"]] == "N",
                }
                if word == "ACCNT":
                    row |= {"AccountType": _ACCOUNT_TYPES[cells[at["ACCNTTYPE"]]], **_parent(name)}
                kept[kind].append(row)
            elif word in _NAMED:
                kept[_NAMED[word]].append({"line": number, "Name": _plain(cells[at["NAME"]])})


def _plain(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') and cell.endswith('"') and len(cell) > 1 else cell


def _parent(name: str) -> Row:
    parent = name.rpartition(":")[0]
    return {"ParentRef.FullName": parent} if parent else {}


def _item(cells: list[str], at: Mapping[str, int], kind: str, number: int) -> Row:
    name = _plain(cells[at["NAME"]])
    row: Row = {
        "line": number,
        "FullName": name,
        "Name": name.rpartition(":")[2],
        "IsActive": cells[at["HIDDEN"]] == "N",
        "ItemType": kind,
        **_parent(name),
    }
    if kind in ("Group", "SalesTaxGroup"):
        return row
    if "PREFVEND" in at and (vendor := _plain(cells[at["PREFVEND"]])):
        row["PrefVendorRef.FullName"] = vendor
    if "TAXVEND" in at and (vendor := _plain(cells[at["TAXVEND"]])):
        row["TaxVendorRef.FullName"] = vendor
    income, cost = _plain(cells[at["ACCNT"]]), _plain(cells[at["COGSACCNT"]])
    if kind == "Inventory":
        row["IncomeAccountRef.FullName"], row["COGSAccountRef.FullName"] = income, cost
        row["AssetAccountRef.FullName"] = _plain(cells[at["ASSETACCNT"]])
    elif kind == "SalesTax":
        row["TaxRate"] = Decimal(cells[at["PRICE"]].removesuffix("%")) / 100
    elif cost:
        row["SalesAndPurchase.IncomeAccountRef.FullName"], row["SalesAndPurchase.ExpenseAccountRef.FullName"] = income, cost
    else:
        row["SalesOrPurchase.AccountRef.FullName"] = income
    return row


# -- all of it


def loop(folder: Path, decode: Decode) -> Kept:
    """Every file of a snapshot, what is wanted of it."""
    kept: Kept = {kind: [] for kind in _WANTED}
    for path in sorted(folder.rglob("*.xml")):
        _qbxml(path, kept)
    for path in sorted(folder.rglob("*.json")):
        _titan(path, kept, decode)
    for path in sorted(folder.rglob("*.iif")):
        _iif(path, kept)
    return kept


def decoder(name: str) -> Decode:
    """The parser of JSON: `loop` has the fastest, `loop-json` that of the standard library, with exact decimals."""
    if name == "loop":
        fastest: Decode = import_module("orjson").loads
        return fastest
    return partial(json.loads, parse_float=Decimal)


def main() -> int:
    """Run one floor; tell how many records it saw, so that none is left out unnoticed."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "parse":
        print(parse(folder))
        return 0
    gc.disable()  # nothing here refers to itself; looking for that again and again costs a tenth of the time
    kept = loop(folder, decoder(what))
    print(sum(map(len, kept.values())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
