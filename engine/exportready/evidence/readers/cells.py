"""The cells of spreadsheets as values of fields: money, dates, yes and no as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from exportready.evidence.readers.sheets import Cell
from exportready.evidence.reading import convert
from exportready.kinds.headings import NO, WORDS, YES, squash
from exportready.kinds.table import Field, Kind
from exportready.model.evidence import UNSET, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.rules import Type
from exportready.schema.budgets import QUOTED


def value_of(kind: Kind, name: str, cell: Cell) -> Value:
    """Return a cell as the value of a field. An empty cell is unset; an ambiguous one is unknown."""
    if cell is None:
        return Unknown(cause=Reason.EMPTY, reason="the id is empty") if name == kind.identity else UNSET
    if isinstance(cell, Unknown):
        return cell
    description = kind.fields[name]
    if description.choices and isinstance(cell, str):
        words = WORDS.get((kind.name, name)) or {choice: choice for choice in description.choices}
        known = next((value for word, value in words.items() if squash(word) == squash(cell)), cell)
        return convert(description, known)
    if kind.name.startswith("quickbooks.") and "AccountRef" in name and isinstance(cell, str):
        cell = _account(cell)
        if cell == "-SPLIT-":
            return Unknown(cause=Reason.UNREADABLE, reason="it is split among several accounts")
    return _CONVERTERS.get(description.type, convert)(description, cell)


def is_amount(cell: Cell) -> bool:
    """Return whether a cell has a number, however it is written."""
    if isinstance(cell, str):
        return isinstance(_number(_AMOUNT, cell), Decimal)
    return isinstance(cell, Decimal)


DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?:\s+\d{1,2}:.*)?")
"""Month, day and year as Americans write them, with or without a time."""

_AMOUNT = Field(type=Type.NUMBER)


def _number(description: Field, cell: Cell) -> Value:
    """Return a number such as $1,234.50; (12.00) is negative, as bookkeepers write it."""
    if isinstance(cell, str):
        plain = re.sub(r"[$\s]", "", cell)
        cell = f"-{plain[1:-1]}" if plain.startswith("(") and plain.endswith(")") else plain
    value = convert(description, cell)
    is_bare = not (isinstance(cell, str) and cell.endswith("%"))
    if description.percent and is_bare and isinstance(value, Decimal) and 0 < abs(value) < Decimal("0.01"):
        return Unknown(cause=Reason.UNREADABLE, reason=f"“{str(cell)[:QUOTED]}” may be a fraction or a percentage")
    return value


def _day(description: Field, cell: Cell) -> Value:
    """Return a date; a year of two digits is one of this century."""
    if isinstance(cell, date):  # a moment is one too
        return convert(description, cell.isoformat())
    found = DAY.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if not found:
        return convert(description, cell)
    month, day, year = (int(one) for one in found.groups())
    try:
        return convert(description, date(year if year > 99 else 2000 + year, month, day).isoformat())
    except ValueError:
        return Unknown(cause=Reason.UNREADABLE, reason=f"“{found[0][:QUOTED]}” isn't a valid date (month/day/year)")


def _yes_no(description: Field, cell: Cell) -> Value:
    word = squash(str(cell))
    return True if word in YES else False if word in NO else convert(description, cell)


_CONVERTERS: Mapping[Type, Callable[[Field, Cell], Value]] = {Type.NUMBER: _number, Type.DATE: _day, Type.YESNO: _yes_no}


def _account(label: str) -> str:
    """Return an account's name without its number: QuickBooks shows `1200 \u00b7 Accounts Receivable` if numbers are on."""
    return ":".join(re.sub(r"^[^:\u00b7]*\u00b7\s*", "", part) for part in label.split(":"))


# -- fields that follow from others


def add_implied(kind: Kind, fields: dict[str, Value], price: Cell) -> dict[str, Value]:
    """Return the fields of a record and those that follow from them. `price` is the cell with the rate of a tax item."""
    name = fields.get("FullName")
    if kind.name in ("quickbooks.Item", "quickbooks.Customer") and isinstance(name, str):
        parent, _, last = name.rpartition(":")
        fields |= {"Name": last, "ParentRef.FullName": parent or UNSET, "Sublevel": Decimal(name.count(":"))}
    return _item_fields(kind, fields, price) if kind.name == "quickbooks.Item" else fields


_ACCOUNT = "AccountRef.FullName"
_STOCK_ONLY = (f"Income{_ACCOUNT}", f"COGS{_ACCOUNT}", f"Asset{_ACCOUNT}", "SalesPrice", "PurchaseCost", "SalesDesc")


def _item_fields(kind: Kind, fields: dict[str, Value], price: Cell) -> dict[str, Value]:
    """Return an item's fields as qbXML names them, which depends on the item's type.

    An empty COGS column says nothing about an item that isn't in stock, because no source shows that the report puts the
    expense account there.
    """
    if fields.get("ItemType") in ("Inventory", "InventoryAssembly"):
        return fields
    found = {name: value for name, value in fields.items() if name not in _STOCK_ONLY}
    cost, income = fields.get(f"COGS{_ACCOUNT}"), fields.get(f"Income{_ACCOUNT}")
    if fields.get("ItemType") == "SalesTax":
        found["TaxRate"] = value_of(kind, "TaxRate", price)
    elif isinstance(fields.get("ItemType"), str) and isinstance(cost, str):
        found[f"SalesAndPurchase.Expense{_ACCOUNT}"] = cost
        if income is not None:
            found[f"SalesAndPurchase.Income{_ACCOUNT}"] = income
    return found
