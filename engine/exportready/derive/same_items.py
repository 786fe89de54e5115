"""Find QuickBooks' item for one of ServiceTitan's: the one with the same name and the same type.

ServiceTitan matches items by name and type, and an item that QuickBooks has as another type counts as new to it
(help.servicetitan.com, sync objects, 2022-09-09). Which types are the same follows from “Updating an item from non-inventory type to
inventory-type” (2022-02-07) and from “Understanding how ServiceTitan exports data to QuickBooks Desktop” (2022-08-31): services are
Service items, materials and equipment are inventory or non-inventory parts. That an assembly counts as inventory is our conclusion.
"""

from __future__ import annotations

from exportready.derive.unknowns import first_unknown, not_among, without
from exportready.kinds import fold
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.model.evidence import Dataset, Record, Scope, Unknown, Value

_SERVICE, _INVENTORY, _NON_INVENTORY = "Service", "Inventory", "NonInventory"
_SAME = {_INVENTORY: (_INVENTORY, "InventoryAssembly")}


def type_sold(sku: Record) -> Value:
    """Return the type of QuickBooks item that a pricebook entry becomes."""
    return _SERVICE if sku.kind == PRICEBOOK[2] else _of_flag(sku.get("isInventory"))


def type_on_line(line: Record) -> Value:
    """Return the type of QuickBooks item that an invoice line is for."""
    type_ = line.get("type")
    if type_ == "Service":
        return _SERVICE
    if type_ in ("Material", "Equipment"):
        return _of_flag(line.get("inventory"))
    return without(type_, f"we can't tell which type of QuickBooks item {line.key} is")


def _of_flag(is_inventory: Value) -> Value:
    if isinstance(is_inventory, bool):
        return _INVENTORY if is_inventory else _NON_INVENTORY
    return without(is_inventory, "the file doesn't say whether it's an inventory item")


class SameItems:
    """QuickBooks' items by name."""

    def __init__(self, items: Dataset) -> None:
        self._items = items
        self._named: dict[str, list[Record]] = {}
        self._nameless: Unknown | None = None
        for item in items.rows():
            names = {fold(name) for field in ("Name", "FullName") if isinstance(name := item.get(field), str)}
            for name in names:
                self._named.setdefault(name, []).append(item)
            if not names:
                self._nameless = self._nameless or first_unknown(item.get("Name"))

    def has(self, name: Value, type_: Value) -> Value:
        """Return whether QuickBooks has an item with this name and type."""
        if not isinstance(name, str):
            return without(name, "we can't tell which item it is")
        types = [item.get("ItemType") for item in self._named.get(fold(name), ())]
        if isinstance(type_, str) and any(one in _SAME.get(type_, (type_,)) for one in types):
            return True
        unknown = first_unknown(*types) or (first_unknown(type_) if types else None) or self._nameless
        if unknown is None and self._items.scope is not Scope.WHOLE:
            unknown = not_among(self._items, "your files have only some of the QuickBooks items")
        return unknown or False
