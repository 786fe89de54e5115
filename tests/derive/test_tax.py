"""Which tax zones are used, what they are mapped to and at which rate; nothing unknown counts as settled."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from exportready.derive import derive
from exportready.model.evidence import UNSET, Dataset, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import Row, answers, dataset, evidence

ZONE, RATE, INVOICE = "servicetitan.tax_zone", "servicetitan.tax_rate", "servicetitan.invoice"
ITEM, ANSWERS = "quickbooks.Item", "account.answers"
DENVER: Row = {"id": "1", "name": "Denver", "active": True}
HALF: Row = {"parent.id": "1", "taxRate": Decimal("0.0425"), "salesTaxItem": "Tax"}
RATES = (HALF, HALF)
USED: Row = {"taxZoneId": "1", "waits": True, "referenceNumber": "501", "customer.name": "Adams"}
ITEMS: tuple[Row, ...] = (
    {"Name": "Denver Tax", "FullName": "Denver Tax", "ItemType": "SalesTax", "IsActive": True, "TaxRate": Decimal("0.085")},
    {"Name": "Tax", "FullName": "Tax", "ItemType": "Service", "IsActive": True},
)


def zones(*parts: tuple[str, tuple[Row, ...], Scope], mapped: Row | None = None) -> Dataset:
    """Return the tax zones of a company with one zone, with some of its lists replaced."""
    given = {ZONE: (DENVER,), RATE: RATES, INVOICE: (USED,), ITEM: ITEMS}
    scopes: dict[str, Scope] = {}
    for kind, rows, scope in parts:
        given[kind], scopes[kind] = rows, scope
    datasets = (dataset(kind, rows, scopes.get(kind, Scope.WHOLE)) for kind, rows in given.items())
    said = {f"salesTax.zones.{name}": value for name, value in (mapped or {"Denver": "denver tax"}).items()}
    return derive(evidence(*datasets, answers(said)), NOON).dataset("derived.tax_zone")


def only(found: Dataset) -> Record:
    (record,) = found.rows()
    return record


def test_a_zone_in_use_with_its_item() -> None:
    zone = only(zones())
    facts = {name: zone.get(name) for name in ("inUse", "rate", "percent", "itemExists", "itemActive", "quickbooksRate")}
    rate, percent = Decimal("0.085"), Decimal("8.5")
    assert facts == {
        "inUse": True, "rate": rate, "percent": percent, "itemExists": True, "itemActive": True, "quickbooksRate": rate
    }  # fmt: skip
    assert (zone.get("serviceItems"), zone.get("serviceItemsReady")) == ("Tax, Tax", True)


@pytest.mark.parametrize(
    "mapped", [{"Golden": "Denver Tax"}, {"Denver": Unknown(cause=Reason.INCONCLUSIVE, reason="nobody knows")}]
)
def test_what_a_zone_is_mapped_to_is_unknown_without_an_answer(mapped: Row) -> None:
    zone = only(zones(mapped=mapped))
    assert isinstance(zone.get("item"), Unknown)
    assert isinstance(zone.get("itemExists"), Unknown)


def test_a_zone_that_is_mapped_to_nothing() -> None:
    zone = only(zones(mapped={"Denver": UNSET}))
    assert (zone.get("item"), zone.get("itemExists")) == (UNSET, UNSET)


def test_a_zone_that_is_mapped_twice_in_other_letters() -> None:
    assert isinstance(only(zones(mapped={"Denver": "Denver Tax", "DENVER": "Tax"})).get("item"), Unknown)


@pytest.mark.parametrize(
    ("waits", "zone", "scope", "in_use"),
    [
        (True, "1", Scope.WHOLE, True),
        (False, "1", Scope.WHOLE, False),
        (True, "2", Scope.WHOLE, False),
        (True, "2", Scope.WAITING, False),
        (True, "2", Scope.PERIOD, None),
        (True, "2", Scope.PART, None),
        (True, Unknown(cause=Reason.INCONCLUSIVE, reason="not exported"), Scope.WHOLE, None),
        (Unknown(cause=Reason.INCONCLUSIVE, reason="its batch is not in the file"), "1", Scope.WHOLE, None),
        (True, UNSET, Scope.WHOLE, False),
        (True, "0", Scope.WHOLE, False),
    ],
)
def test_is_it_used(waits: Value, zone: Value, scope: Scope, in_use: bool | None) -> None:
    row = {**USED, "waits": waits, "taxZoneId": zone}
    record = zones((INVOICE, (row,), scope)).rows()[0]
    found = record.get("inUse")
    assert isinstance(found, Unknown) if in_use is None else found is in_use


def test_of_a_zone_that_the_list_lacks_nothing_is_known() -> None:
    found = zones((INVOICE, ({**USED, "taxZoneId": "9"},), Scope.WHOLE))
    lost = next(record for record in found.rows() if record.get("id") == "9")
    assert lost.get("inUse") is True
    assert all(isinstance(lost.get(name), Unknown) for name in ("item", "rate", "serviceItemsReady", "itemActive"))


@pytest.mark.parametrize(
    ("items", "scope", "ready"),
    [
        ((), Scope.WHOLE, False),
        ((), Scope.PART, None),
        (({"Name": "Tax", "FullName": "Tax", "ItemType": "SalesTax", "IsActive": True},), Scope.WHOLE, False),
        (({"Name": "Tax", "FullName": "Tax", "ItemType": "Service", "IsActive": False},), Scope.WHOLE, False),
        (({"Name": "Tax", "FullName": "Tax", "IsActive": True},), Scope.WHOLE, None),
        (({"Name": "Sub", "FullName": "Tax", "ItemType": "Service", "IsActive": True},), Scope.WHOLE, True),
    ],
)
def test_the_items_that_carry_the_tax(items: tuple[Row, ...], scope: Scope, ready: bool | None) -> None:
    found = only(zones((ITEM, items, scope))).get("serviceItemsReady")
    assert isinstance(found, Unknown) if ready is None else found is ready


def test_a_zone_without_rates_names_no_item() -> None:
    assert only(zones((RATE, (), Scope.WHOLE))).get("serviceItemsReady") is False
    assert isinstance(only(zones((RATE, (), Scope.PART))).get("serviceItemsReady"), Unknown)


def test_an_item_of_an_unknown_type_may_be_it() -> None:
    odd: Row = {"Name": "Denver Tax", "IsActive": True, "TaxRate": Decimal("0.085")}
    assert isinstance(only(zones((ITEM, (odd,), Scope.WHOLE))).get("itemExists"), Unknown)


def test_the_order_of_files_changes_nothing() -> None:
    rows = ({**USED, "referenceNumber": "1", "taxZoneId": "9"}, {**USED, "referenceNumber": "2", "taxZoneId": "9"}, USED)
    shown = {tuple(str(record.fields) for record in zones((INVOICE, some, Scope.WHOLE)).rows()) for some in permutations(rows)}
    assert len(shown) == 1


@pytest.mark.parametrize(
    "items",
    [
        ({"ItemType": "SalesTax", "IsActive": True, "FullName": "Denver Tax"},),
        tuple({name: value for name, value in item.items() if name not in ("Name", "FullName")} for item in ITEMS),
        ({**ITEMS[1], "Name": Unknown(cause=Reason.EMPTY, reason="the name is blank")},),
    ],
    ids=["without a column for the name", "without any name", "a blank name"],
)
def test_an_item_whose_name_is_not_known_may_be_the_one(items: tuple[Row, ...]) -> None:
    zone = only(zones((ITEM, items, Scope.WHOLE)))
    for name in ("itemExists", "itemActive", "quickbooksRate"):
        assert isinstance(zone.get(name), Unknown), name


def test_an_item_that_no_item_is_named_after_does_not_exist() -> None:
    assert only(zones((ITEM, (ITEMS[1],), Scope.WHOLE))).get("itemExists") is False


# -- the Sales Tax Item if QuickBooks calculates the tax


def named(item: Value, *items: Row, scope: Scope = Scope.WHOLE) -> Value:
    """Return whether the items that a zone names are active in QuickBooks."""
    rate: Row = {"parent.id": "1", "taxRate": Decimal("0.08"), "salesTaxItem": item}
    return only(zones((RATE, (rate,), Scope.WHOLE), (ITEM, items, scope))).get("namedItemsActive")


def test_a_zone_may_name_any_active_item_or_none() -> None:
    assert named(UNSET) is True
    for type_ in ("Service", "SalesTax", "SalesTaxGroup", "OtherCharge"):
        assert named("tax", {"Name": "Tax", "ItemType": type_, "IsActive": True}) is True
    assert named("Taxes:Tax", {"Name": "Tax", "FullName": "Taxes:Tax", "ItemType": "Service", "IsActive": True}) is True


def test_a_named_item_must_be_there_and_active() -> None:
    assert named("Tax") is False
    assert named("Tax", {"Name": "Tax", "ItemType": "Service", "IsActive": False}) is False


def test_it_is_unknown_whether_a_named_item_is_active() -> None:
    assert isinstance(named("Tax", scope=Scope.PART), Unknown)
    assert isinstance(named("Tax", {"Name": "Tax", "ItemType": "Service"}), Unknown)
    assert isinstance(named(Unknown(cause=Reason.UNREADABLE, reason="x")), Unknown)
