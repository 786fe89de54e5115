"""Tax zones: their rate, and the sales-tax item or group of QuickBooks that account.yaml maps them to.

A zone's rate is the sum of its rates, a group's that of its members (docs/sources.md, sales tax). Rates are fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from exportready.derive.conclusions import Conclusions
from exportready.derive.freshness import unanswered
from exportready.kinds import fold
from exportready.model.evidence import UNSET, Evidence, FieldNote, Record, Scope, Shelf, Unknown, Value

TAX_ITEMS = ("SalesTax", "SalesTaxGroup")
_MAP = "salesTax.zones."


def zones(evidence: Evidence) -> Shelf:
    """One record per tax zone; one without a name for a zone that an invoice names and the list lacks."""
    found = Conclusions("derived.tax_zone")
    shelf, invoices = evidence.shelf("servicetitan.tax_zone"), evidence.shelf("servicetitan.invoice")
    waiting = {record.get("taxZoneId"): record for record in invoices.records if record.get("waits") is not False}
    used = {id_ for id_ in waiting if isinstance(id_, str) and id_ != "0"}
    untold = next((record.key for id_, record in waiting.items() if isinstance(id_, Unknown)), "")
    for zone in shelf.records:
        id_ = zone.get("id")
        in_use: Value = True if id_ in used else _not_used(invoices, untold)
        rate = _rate(evidence, id_)
        fields: dict[str, Value] = {
            "zone": zone.get("name"),
            "id": id_,
            "inUse": in_use,
            "rate": rate,
            "percent": _percent(rate),
        }
        item, note = _mapped(evidence, zone.get("name"))
        in_books = _in_books(evidence.shelf("quickbooks.Item"), item)
        fields |= {"item": item, **in_books, "quickbooksPercent": _percent(in_books["quickbooksRate"])}
        found.add(fields, zone.where, {"item": note})
    for id_ in sorted(used - {str(zone.get("id")) for zone in shelf.records}):
        lost = Unknown(f"the tax zone of invoice {waiting[id_].key} is not in the list of tax zones")
        found.add({"zone": lost, "id": id_, "inUse": True, "rate": lost, "percent": lost, "item": lost}, waiting[id_].where)
    return found.shelf(shelf, active_suffices=True)


def _percent(rate: Value) -> Value:
    return (rate * 100).normalize() if isinstance(rate, Decimal) else rate


def _not_used(invoices: Shelf, untold: str) -> Value:
    if untold:
        return Unknown(f"the tax zone of {untold} is not in the file")
    if invoices.scope in (Scope.WHOLE, Scope.PERIOD, Scope.WAITING):
        return False
    return Unknown(invoices.why or "your files hold only a part of the invoices", invoices.mend)


def _rate(evidence: Evidence, id_: Value) -> Value:
    rates = evidence.shelf("servicetitan.tax_rate")
    if rates.scope not in (Scope.WHOLE, Scope.ACTIVE):
        return Unknown(rates.why or "your files hold only a part of the tax rates", rates.mend)
    return _sum(rate.get("taxRate") for rate in rates.records if rate.get("parent.id") == id_)


def _sum(rates: Iterable[Value]) -> Value:
    total = Decimal(0)
    for rate in rates:
        if not isinstance(rate, Decimal):
            return rate if isinstance(rate, Unknown) else Unknown("one of its rates is empty")
        total += rate
    return total


def _mapped(evidence: Evidence, zone: Value) -> tuple[Value, FieldNote]:
    """What the zone is mapped to; unset where others are mapped and this one is not."""
    shelf = evidence.shelf("account.answers")
    answers = shelf.records[0] if shelf.records else None
    paths = [path for path in answers.fields if path.startswith(_MAP)] if answers else []
    if answers is None or not paths or not isinstance(zone, str):
        return unanswered(shelf) if isinstance(zone, str) else zone, FieldNote()
    path = next((path for path in paths if fold(path.removeprefix(_MAP)) == fold(zone)), paths[0])
    note = answers.notes.get(path, FieldNote())
    value = answers.get(path) if fold(path.removeprefix(_MAP)) == fold(zone) else UNSET
    return value, FieldNote(note.where, note.dated, path)


def _in_books(books: Shelf, item: Value) -> dict[str, Value]:
    names = ("itemExists", "itemActive", "quickbooksRate")
    if not isinstance(item, str):
        return dict.fromkeys(names, item)
    named = _tax_items(books, item)
    if len(named) == 1:
        return dict(zip(names, (True, named[0].get("IsActive"), _books_rate(books, named[0])), strict=True))
    if named:
        return dict.fromkeys(names, Unknown(f"QuickBooks has several sales-tax items named {item}"))
    if books.scope is Scope.WHOLE:
        return {"itemExists": False, "itemActive": UNSET, "quickbooksRate": UNSET}
    return dict.fromkeys(names, Unknown(books.why or "your files hold only a part of QuickBooks' items", books.mend))


def _tax_items(books: Shelf, name: str) -> list[Record]:
    return [item for item in books.records if item.get("ItemType") in TAX_ITEMS and fold(str(item.get("Name"))) == fold(name)]


def _books_rate(books: Shelf, item: Record) -> Value:
    if item.get("ItemType") == "SalesTax":
        return item.get("TaxRate")
    members = item.get("ItemSalesTaxRef.FullName")
    if not isinstance(members, str):
        return members if isinstance(members, Unknown) else Unknown(f"the members of {item.key} are not in the file")
    rates: list[Value] = []
    for member in members.split("\n"):
        found = [one for one in _tax_items(books, member) if one.get("ItemType") == "SalesTax"]
        rates.append(
            found[0].get("TaxRate") if len(found) == 1 else Unknown(f"{member}, of {item.key}, is not in the list of items")
        )
    return _sum(rates)
