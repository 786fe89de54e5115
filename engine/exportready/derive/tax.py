"""Conclude the rate of each tax zone, and the QuickBooks sales tax item or group that account.yaml maps it to.

A zone's rate is the sum of its rates, and a group's rate is the sum of its members' rates (docs/sources.md, sales tax). Rates are
fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from exportready.derive.answers import ANSWERS, answers_of
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.freshness import unanswered
from exportready.derive.pending import NO_ID
from exportready.derive.sales_tax import TAX_GROUP, TAX_ITEM
from exportready.derive.unknowns import any_of, first_unknown, not_among, source_of, total, unresolved, without
from exportready.kinds import KINDS, fold
from exportready.kinds.nouns import list_name
from exportready.kinds.transactions import INVOICE
from exportready.model.evidence import UNSET, Dataset, Evidence, FieldNote, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_KIND, _ZONE, _RATE, _ITEM = "derived.tax_zone", "servicetitan.tax_zone", "servicetitan.tax_rate", "quickbooks.Item"
_MAP = "salesTax.zones."
_EMPTY_RATE = "one of its rates is empty"


@derivation(
    _KIND,
    reads=f"""
{_ZONE} id name
{_RATE} parent.id taxRate salesTaxItem
{INVOICE} waits taxZoneId
{_ITEM} Name FullName ItemType IsActive TaxRate ItemSalesTaxRef.FullName
{ANSWERS}
""",
)
def zones(inputs: Inputs) -> Dataset:
    """Conclude one record for each tax zone, and one without a name for each zone that an invoice uses but the list doesn't have."""
    found = Conclusions(_KIND)
    listed, used = inputs.dataset(_ZONE), _Used(inputs.dataset(INVOICE))
    rates, items = _Rates(inputs.dataset(_RATE)), _Items(inputs.dataset(_ITEM))
    for zone in listed.rows():
        id_ = zone.get("id")
        rate, (item, note) = rates.total(id_), _mapped(inputs.evidence, zone.get("name"))
        in_books = items.as_tax_item(item)
        fields: dict[str, Value] = {
            "zone": zone.get("name"),
            "id": id_,
            "inUse": used.has(id_),
            "rate": rate,
            "percent": _percent(rate),
            "item": item,
            **in_books,
            "quickbooksPercent": _percent(in_books["quickbooksRate"]),
            **_service_items(rates.items(id_), items),
            "namedItemsActive": _are_active(rates.items(id_), items),
        }
        found.add(fields, zone.where, {"item": note})
    for id_ in sorted(used.by_zone.keys() - {str(id_) for id_ in listed.column("id")}):
        invoice = used.by_zone[id_]
        lost = unresolved(listed, f"the tax zone of invoice {invoice.key} isn't in the list of tax zones")
        found.add(dict.fromkeys(KINDS[_KIND].fields, lost) | {"id": id_, "inUse": True}, invoice.where)
    return found.dataset(listed, active_suffices=True)


class _Used:
    """The tax zones of pending invoices."""

    def __init__(self, invoices: Dataset) -> None:
        self.by_zone: dict[str, Record] = {}
        """Zone -> the first of its pending invoices."""
        self._invoices = invoices
        self._doubt: Unknown | None = None
        """Why other zones may be in use too."""
        for invoice in sorted(invoices.rows(), key=lambda invoice: invoice.key, reverse=True):
            waits, zone = invoice.get("waits"), invoice.get("taxZoneId")
            if waits is True and isinstance(zone, str) and zone != NO_ID:
                self.by_zone[zone] = invoice
            unknown = first_unknown(waits) or (first_unknown(zone) if waits is not False else None)
            if unknown is not None:
                reason = f"the file doesn't say whether {invoice.key} is pending, or which tax zone it is in"
                self._doubt = without(unknown, reason)

    def has(self, zone: Value) -> Value:
        """Return whether a zone is in use."""
        if zone in self.by_zone:
            return True
        if self._doubt is not None:
            return self._doubt
        if self._invoices.scope in (Scope.WHOLE, Scope.WAITING):
            return False
        return not_among(self._invoices, "your files have only some of the invoices")


class _Rates:
    """The rates of each tax zone."""

    def __init__(self, rates: Dataset) -> None:
        self._of_zone = rates.by("parent.id")
        are_all = rates.scope in (Scope.WHOLE, Scope.ACTIVE)
        self._unknown = None if are_all else not_among(rates, "your files have only some of the tax rates")

    def total(self, zone: Value) -> Value:
        """Return the rate of a zone."""
        return self._unknown or total((rate.get("taxRate") for rate in self._of_zone.get(zone, ())), _EMPTY_RATE)

    def items(self, zone: Value) -> list[Value] | Unknown:
        """Return the items for a zone's tax if ServiceTitan calculates it."""
        return self._unknown or [rate.get("salesTaxItem") for rate in self._of_zone.get(zone, ())]


def _percent(rate: Value) -> Value:
    return (rate * 100).normalize() if isinstance(rate, Decimal) else rate


def _mapped(evidence: Evidence, zone: Value) -> tuple[Value, FieldNote]:
    """Return what a zone is mapped to; unset if the answer is that it isn't mapped."""
    if not isinstance(zone, str):  # answers map zones by their names
        return without(zone, "a tax zone has no name in the file, so we don't know what it is mapped to"), FieldNote()
    answers = answers_of(evidence)
    paths = [path for path in answers.names() if path.startswith(_MAP) and fold(path.removeprefix(_MAP)) == fold(zone)]
    if not paths:
        return unanswered(evidence.dataset(ANSWERS)), FieldNote()
    note = answers.note(paths[0])
    of_answer = FieldNote(note.where, note.dated, paths[0])
    if len({answers.get(path) for path in paths}) > 1:
        return Unknown(
            cause=Reason.CONTRADICTORY, reason=f"your answers map {zone} to more than one item", source=ANSWERS
        ), of_answer
    return answers.get(paths[0]), of_answer


# -- QuickBooks' items


class _Items:
    """QuickBooks' items by their names."""

    def __init__(self, items: Dataset) -> None:
        self._items = items
        self._by_name: dict[str, list[Record]] = {}
        self._by_full_name: dict[str, list[Record]] = {}
        self._nameless: Unknown | None = None
        """Why an item that isn't found may still be in QuickBooks: the name of one isn't known."""
        for item in items.rows():
            for field, index in (("Name", self._by_name), ("FullName", self._by_full_name)):
                name = item.get(field)
                if isinstance(name, str):
                    index.setdefault(fold(name), []).append(item)
            name = item.get("Name")
            if isinstance(name, Unknown):
                self._nameless = without(name, f"one of the {list_name(items.kind)} has no name in the file")

    def is_active_service(self, name: str) -> Value:
        """Return whether an item is an active Service item."""
        found = (*self._by_name.get(fold(name), ()), *self._by_full_name.get(fold(name), ()))
        if any(item.get("ItemType") == "Service" and item.get("IsActive") is True for item in found):
            return True
        unknown = first_unknown(*(item.get(field) for item in found for field in ("ItemType", "IsActive")))
        if unknown is not None:
            return without(unknown, f"the file doesn't have the type of {name} in QuickBooks, or whether it is active")
        return self._nameless or (False if self._items.scope is Scope.WHOLE else self._part())

    def is_active(self, name: str) -> Value:
        """Return whether QuickBooks has an active item with this name, whatever its type."""
        found = (*self._by_name.get(fold(name), ()), *self._by_full_name.get(fold(name), ()))
        active = any_of(item.get("IsActive") for item in found)
        if active is not False:
            return active
        return self._nameless or (False if self._items.scope is Scope.WHOLE else self._part())

    def as_tax_item(self, item: Value) -> dict[str, Value]:
        """Return whether QuickBooks has a sales tax item with this name, whether it is active, and its rate."""
        if not isinstance(item, str):
            return _facts(item, item, item)
        found = self._tax_items(item, (TAX_ITEM, TAX_GROUP))
        if len(found) == 1:
            return _facts(True, found[0].get("IsActive"), self._rate(found[0]))
        if found:
            several = f"QuickBooks has more than one sales tax item named {item}"
            unknown = Unknown(cause=Reason.AMBIGUOUS, reason=several, source=source_of(self._items))
            return _facts(unknown, unknown, unknown)
        type_ = first_unknown(*(one.get("ItemType") for one in self._by_name.get(fold(item), ())))
        if type_ is None and self._nameless is None and self._items.scope is Scope.WHOLE:
            return _facts(False, UNSET, UNSET)
        known = without(type_, f"the file doesn't have the type of {item} in QuickBooks") if type_ else self._nameless
        unknown = known or self._part()
        return _facts(unknown, unknown, unknown)

    def _tax_items(self, name: str, types: tuple[str, ...]) -> list[Record]:
        return [item for item in self._by_name.get(fold(name), ()) if item.get("ItemType") in types]

    def _rate(self, item: Record) -> Value:
        """Return the rate of a sales tax item, or the sum of a group's rates."""
        if item.get("ItemType") == TAX_ITEM:
            return item.get("TaxRate")
        members = item.get("ItemSalesTaxRef.FullName")
        if not isinstance(members, str):
            return (
                members
                if isinstance(members, Unknown)
                else without(members, f"the items of group {item.key} are not in the file")
            )
        return total((self._rate_of_member(member, item) for member in members.split("\n")), _EMPTY_RATE)

    def _rate_of_member(self, member: str, group: Record) -> Value:
        found = self._tax_items(member, (TAX_ITEM,))
        if len(found) == 1:
            return found[0].get("TaxRate")
        cause = Reason.AMBIGUOUS if found else Reason.UNRESOLVED
        return Unknown(
            cause=cause, reason=f"{member}, part of group {group.key}, isn't in the item list", source=source_of(self._items)
        )

    def _part(self) -> Unknown:
        return not_among(self._items, "your files have only some of the QuickBooks items")


def _facts(exists: Value, active: Value, rate: Value) -> dict[str, Value]:
    return {"itemExists": exists, "itemActive": active, "quickbooksRate": rate}


def _service_items(named: Iterable[Value] | Unknown, items: _Items) -> Mapping[str, Value]:
    """Return the items for the tax if ServiceTitan calculates it, and whether all of them are active Service items."""
    if isinstance(named, Unknown):
        return {"serviceItems": named, "serviceItemsReady": named}
    shown: list[str] = []
    states: list[Value] = []
    for item in named:
        shown += [item] if isinstance(item, str) else []
        states.append(items.is_active_service(item) if isinstance(item, str) else item if isinstance(item, Unknown) else False)
    ready: Value = bool(states) and False not in states
    unknown = [state for state in states if isinstance(state, Unknown)]
    if ready and unknown:
        ready = unknown[-1]
    return {"serviceItems": ", ".join(shown) or UNSET, "serviceItemsReady": ready}


def _are_active(named: Iterable[Value] | Unknown, items: _Items) -> Value:
    """Return whether every item that a zone's rates name is active in QuickBooks. A rate without one needs none here."""
    if isinstance(named, Unknown):
        return named
    states = [items.is_active(item) if isinstance(item, str) else item for item in named if item is not UNSET]
    return False if False in states else first_unknown(*states) or True
