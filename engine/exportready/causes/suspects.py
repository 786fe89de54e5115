"""What a message without a name may be about: inactive entries, and items whose inventory setting or type was changed.

“Object Not Found” and “List Id is invalid” mention no object. The rules that look for their causes are about pending transactions, so
after the export they aren't checked. The lists themselves show the objects that the rejected transactions use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from exportready.causes.graph import Graph, Node, identity
from exportready.kinds.nouns import object_noun
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.model.evidence import UNSET, Evidence, Record, Scope, Value

NOT_FOUND, INVALID_ID = "object not found", "list id is invalid"
"""Causes of errors (kinds/message_sentences.py)."""
INACTIVE, SWITCHED = "inactive", "switched"
"""Sorts of problems: what may be behind these messages."""

_LISTS = {
    "quickbooks.Item": ("item", ("FullName", "Name")),
    "quickbooks.Customer": ("customer", ("FullName",)),
    "quickbooks.Vendor": ("vendor", ("Name",)),
    "quickbooks.Account": ("account", ("FullName",)),
    "quickbooks.Class": ("class", ("FullName",)),
    "quickbooks.Terms": ("terms", ("Name",)),
}
_STOCKED, _NOT_STOCKED = ("Inventory", "InventoryAssembly"), ("NonInventory",)
_TYPES = (*_STOCKED, *_NOT_STOCKED, "Service", "OtherCharge")


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """An object that may be why a transaction was rejected."""

    sort: str
    node: Node
    text: str
    """What is wrong with it, as a sentence without a period."""
    record: Record
    """The record that shows it."""


class Suspects:
    """Finds suspects among the objects that transactions use."""

    def __init__(self, evidence: Evidence, graph: Graph) -> None:
        self._evidence, self._graph = evidence, graph
        self._entries: dict[Node, list[Record]] | None = None
        self._switched: dict[Node, list[Suspect]] | None = None

    def of(self, cause: str, transactions: Iterable[Node]) -> list[Suspect]:
        """Return the objects that may be why transactions were rejected with such a message."""
        if cause == INVALID_ID:
            found = self._switched_items()
            return [one for node in transactions for one in found.get(node, ())]
        used = (node for at in transactions for node in self._graph.edges.get(at, ()))
        return [suspect for node in used if (suspect := self.inactive(node)) is not None]

    def inactive(self, node: Node) -> Suspect | None:
        """Return an object if QuickBooks' list has it, but only inactive."""
        entries = self._listed().get(node, ())
        if not entries or any(one.get("IsActive") is not False for one in entries):
            return None
        text = f"{self._called(node)} is inactive in QuickBooks"
        return Suspect(sort=INACTIVE, node=node, text=text[:1].upper() + text[1:], record=entries[0])

    def _called(self, node: Node) -> str:
        return f"{object_noun(node[0])} {self._graph.names.get(node, node[1])}"

    def _listed(self) -> dict[Node, list[Record]]:
        """Return the entries of QuickBooks' lists, by each of their names."""
        if self._entries is None:
            self._entries = {}
            for kind, (sort, names) in _LISTS.items():
                for record in self._evidence.dataset(kind).rows():
                    nodes = {self._graph.node(sort, name) for field in names if isinstance(name := record.get(field), str)}
                    for node in nodes:
                        self._entries.setdefault(node, []).append(record)
        return self._entries

    def _switched_items(self) -> dict[Node, list[Suspect]]:
        """Return the items of each invoice that are inventory in one place and not in another."""
        if self._switched is None:
            self._switched = {}
            pricebook = {
                one.get("id"): one
                for kind in PRICEBOOK
                for one in self._evidence.dataset(kind).rows()
                if one.get("id") is not UNSET
            }
            for line in self._evidence.dataset("servicetitan.invoice_item").rows():
                item = pricebook.get(line.get("skuId"))
                for suspect in self._compared(line, item) if item is not None else ():
                    at = identity(line, "parent.", "servicetitan.invoice")
                    self._switched.setdefault(at, []).append(suspect)
        return self._switched

    def _compared(self, line: Record, item: Record) -> Iterator[Suspect]:
        code, now = item.get("code"), item.get("isInventory")
        if not isinstance(code, str) or not isinstance(now, bool):
            return
        node = self._graph.node("item", code)
        types: set[Value] = {one.get("ItemType") for one in self._listed().get(node, ())}
        are_known = bool(types) and all(one in _TYPES for one in types)
        is_unknown = not are_known and (bool(types) or self._evidence.dataset("quickbooks.Item").scope is not Scope.WHOLE)
        is_type_of_pricebook = any(one in (_STOCKED if now else _NOT_STOCKED) for one in types)
        is_other = isinstance(line.get("inventory"), bool) and line.get("inventory") is not now
        if is_other and (is_type_of_pricebook or is_unknown):
            text = f"Item {code} was switched {'to' if now else 'from'} inventory after it was added to the invoice"
            yield Suspect(sort=SWITCHED, node=node, text=text, record=item)
        elif are_known and not is_type_of_pricebook:
            text = f"Item {code} {_is_other_type(types, now)}"
            yield Suspect(sort=SWITCHED, node=node, text=text, record=item)


def _is_other_type(types: set[Value], is_stocked: bool) -> str:
    """Return how QuickBooks' type differs from the pricebook's."""
    if any(one in _STOCKED for one in types) is not is_stocked:
        return f"is an inventory item in {'ServiceTitan' if is_stocked else 'QuickBooks'} only"
    return "is a service or other charge in QuickBooks, but a material or equipment in ServiceTitan"
