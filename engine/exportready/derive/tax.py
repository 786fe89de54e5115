"""Tax zones: their rate, and the sales-tax item or group of QuickBooks that account.yaml maps them to.

A zone's rate is the sum of its rates, a group's that of its members (docs/sources.md, sales tax). Rates are fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from exportready.derive.conclusions import Conclusions
from exportready.derive.freshness import unanswered
from exportready.kinds import KINDS, fold
from exportready.model.evidence import UNSET, Dataset, Evidence, FieldNote, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

TAX_ITEMS = ("SalesTax", "SalesTaxGroup")
_MAP = "salesTax.zones."


def zones(evidence: Evidence) -> Dataset:
    """One record per tax zone; one without a name for a zone that an invoice names and the list lacks."""
    found = Conclusions(kind="derived.tax_zone")
    dataset, invoices = evidence.dataset("servicetitan.tax_zone"), evidence.dataset("servicetitan.invoice")
    waiting: dict[Value, Record] = {}
    untold = ""
    for record in sorted(invoices.records, key=lambda record: record.key, reverse=True):
        id_ = record.get("taxZoneId")
        if record.get("waits") is True:
            waiting[id_] = record
        untold = record.key if record.get("waits") is not False and isinstance(id_, Unknown) else untold
        if isinstance(record.get("waits"), Unknown):
            untold = record.key
    used = {id_ for id_ in waiting if isinstance(id_, str) and id_ != "0"}
    for zone in dataset.records:
        id_ = zone.get("id")
        in_use: Value = True if id_ in used else _not_used(invoices, untold)
        rate, item, note = _rate(evidence, id_), *_mapped(evidence, zone.get("name"))
        in_books = _in_books(evidence.dataset("quickbooks.Item"), item)
        fields: dict[str, Value] = {
            "zone": zone.get("name"),
            "id": id_,
            "inUse": in_use,
            "rate": rate,
            "percent": _percent(rate),
            "item": item,
            **in_books,
            "quickbooksPercent": _percent(in_books["quickbooksRate"]),
            **_service_items(evidence, id_),
        }
        found.add(fields, zone.where, {"item": note})
    for id_ in sorted(used - {str(zone.get("id")) for zone in dataset.records}):
        lost = Unknown(Reason.INCONCLUSIVE, f"the tax zone of invoice {waiting[id_].key} is not in the list of tax zones")
        names = KINDS["derived.tax_zone"].fields
        found.add(dict.fromkeys(names, lost) | {"id": id_, "inUse": True}, waiting[id_].where)
    return found.dataset(dataset, active_suffices=True)


def _service_items(evidence: Evidence, zone: Value) -> dict[str, Value]:
    """The items that carry the tax where ServiceTitan works it out, and whether each is an active Service item."""
    rates, books = evidence.dataset("servicetitan.tax_rate"), evidence.dataset("quickbooks.Item")
    if rates.scope not in (Scope.WHOLE, Scope.ACTIVE):
        unknown = Unknown(Reason.INCONCLUSIVE, rates.why or "your files hold only a part of the tax rates", rates.remedy)
        return {"serviceItems": unknown, "serviceItemsReady": unknown}
    named = [rate.get("salesTaxItem") for rate in rates.records if rate.get("parent.id") == zone]
    ready: Value = bool(named)
    for item in named:
        state = _is_service(books, item) if isinstance(item, str) else item if isinstance(item, Unknown) else False
        ready = False if state is False or ready is False else state if isinstance(state, Unknown) else ready
    told = ", ".join(item for item in named if isinstance(item, str))
    return {"serviceItems": told or UNSET, "serviceItemsReady": ready}


def _is_service(books: Dataset, name: str) -> Value:
    found = [item for item in books.records if fold(name) in (fold(str(item.get("Name"))), fold(str(item.get("FullName"))))]
    if any(item.get("ItemType") == "Service" and item.get("IsActive") is True for item in found):
        return True
    if any(isinstance(item.get(field), Unknown) for item in found for field in ("ItemType", "IsActive")):
        return Unknown(Reason.INCONCLUSIVE, f"of {name} in QuickBooks type or state are not in the file")
    return False if books.scope is Scope.WHOLE else _part_of(books)


def _part_of(books: Dataset) -> Unknown:
    return Unknown(Reason.INCONCLUSIVE, books.why or "your files hold only a part of QuickBooks' items", books.remedy)


def _percent(rate: Value) -> Value:
    return (rate * 100).normalize() if isinstance(rate, Decimal) else rate


def _not_used(invoices: Dataset, untold: str) -> Value:
    if untold:
        return Unknown(Reason.INCONCLUSIVE, f"of {untold} the file does not say whether it waits, or in which tax zone it is")
    if invoices.scope in (Scope.WHOLE, Scope.WAITING):
        return False
    return Unknown(Reason.INCONCLUSIVE, invoices.why or "your files hold only a part of the invoices", invoices.remedy)


def _rate(evidence: Evidence, id_: Value) -> Value:
    rates = evidence.dataset("servicetitan.tax_rate")
    if rates.scope not in (Scope.WHOLE, Scope.ACTIVE):
        return Unknown(Reason.INCONCLUSIVE, rates.why or "your files hold only a part of the tax rates", rates.remedy)
    return _sum(rate.get("taxRate") for rate in rates.records if rate.get("parent.id") == id_)


def _sum(rates: Iterable[Value]) -> Value:
    total = Decimal(0)
    for rate in rates:
        if not isinstance(rate, Decimal):
            return rate if isinstance(rate, Unknown) else Unknown(Reason.INCONCLUSIVE, "one of its rates is empty")
        total += rate
    return total


def _mapped(evidence: Evidence, zone: Value) -> tuple[Value, FieldNote]:
    """What the zone is mapped to; unset where the answer is that it is mapped to nothing."""
    dataset = evidence.dataset("account.answers")
    answers = dataset.records[0] if dataset.records else None
    if not isinstance(zone, str):
        return zone, FieldNote()
    paths = (
        [path for path in answers.fields if path.startswith(_MAP) and fold(path.removeprefix(_MAP)) == fold(zone)]
        if answers
        else []
    )
    if answers is None or not paths:
        return unanswered(dataset), FieldNote()
    note = answers.notes.get(paths[0], FieldNote())
    if len({answers.get(path) for path in paths}) > 1:
        return Unknown(Reason.INCONCLUSIVE, f"your answers map {zone} to several items"), FieldNote(
            note.where, note.dated, paths[0]
        )
    return answers.get(paths[0]), FieldNote(note.where, note.dated, paths[0])


def _in_books(books: Dataset, item: Value) -> dict[str, Value]:
    names = ("itemExists", "itemActive", "quickbooksRate")
    if not isinstance(item, str):
        return dict.fromkeys(names, item)
    named = _tax_items(books, item)
    if len(named) == 1:
        return dict(zip(names, (True, named[0].get("IsActive"), _books_rate(books, named[0])), strict=True))
    if named:
        return dict.fromkeys(names, Unknown(Reason.INCONCLUSIVE, f"QuickBooks has several sales-tax items named {item}"))
    if any(isinstance(one.get("ItemType"), Unknown) and fold(str(one.get("Name"))) == fold(item) for one in books.records):
        return dict.fromkeys(names, Unknown(Reason.INCONCLUSIVE, f"of {item} in QuickBooks the type is not in the file"))
    if books.scope is Scope.WHOLE:
        return {"itemExists": False, "itemActive": UNSET, "quickbooksRate": UNSET}
    return dict.fromkeys(names, _part_of(books))


def _tax_items(books: Dataset, name: str) -> list[Record]:
    return [item for item in books.records if item.get("ItemType") in TAX_ITEMS and fold(str(item.get("Name"))) == fold(name)]


def _books_rate(books: Dataset, item: Record) -> Value:
    if item.get("ItemType") == "SalesTax":
        return item.get("TaxRate")
    members = item.get("ItemSalesTaxRef.FullName")
    if not isinstance(members, str):
        return (
            members
            if isinstance(members, Unknown)
            else Unknown(Reason.INCONCLUSIVE, f"the members of {item.key} are not in the file")
        )
    rates: list[Value] = []
    for member in members.split("\n"):
        found = [one for one in _tax_items(books, member) if one.get("ItemType") == "SalesTax"]
        rates.append(
            found[0].get("TaxRate")
            if len(found) == 1
            else Unknown(Reason.INCONCLUSIVE, f"{member}, of {item.key}, is not in the list of items")
        )
    return _sum(rates)
