"""The facts of the account: what the files prove, what a fresh answer says, and which lists need not be there."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from exportready.derive import derive
from exportready.kinds import question, supply
from exportready.model.evidence import UNSET, Dataset, Evidence, Listing, Scope, Source, Unknown, Value
from exportready.rulebook.examples import NOON
from made_evidence import Row, answers, dataset, evidence

CLASSES = "AccountingPreferences.IsUsingClassTracking"
BILL, ORDER = "servicetitan.bill", "servicetitan.purchase_order"


def derived(*datasets: Dataset, sources: tuple[Source, ...] = ()) -> Evidence:
    return derive(replace(evidence(*datasets), sources=sources), NOON)


def fact(name: str, *datasets: Dataset) -> Value:
    return derived(*datasets).dataset("derived.account").rows()[0].get(name)


# -- classes


@pytest.mark.parametrize("said", [True, False])
def test_the_preference_says_whether_classes_are_tracked(said: bool) -> None:
    preferences = dataset("quickbooks.Preferences", [{CLASSES: said}])
    assert fact("classTracking", preferences, dataset("quickbooks.Class", [{"IsActive": True}])) is said


@pytest.mark.parametrize("preferences", [[], [{}], [{CLASSES: UNSET}]], ids=["none", "without it", "empty"])
def test_an_active_class_shows_that_they_are_used(preferences: list[Row]) -> None:
    books = dataset("quickbooks.Preferences", preferences)
    assert fact("classTracking", books, dataset("quickbooks.Class", [{"IsActive": False}, {"IsActive": True}])) is True


@pytest.mark.parametrize(
    "rows", [(), ({"IsActive": False},), ({},)], ids=["no class", "an inactive one", "it may be inactive"]
)
def test_no_active_class_shows_nothing(rows: tuple[Row, ...]) -> None:
    unknown = fact("classTracking", dataset("quickbooks.Class", rows))
    assert isinstance(unknown, Unknown)
    assert unknown.remedy == supply("quickbooks.Preferences", None)


def test_without_any_file_the_easier_one_is_asked_for() -> None:
    unknown = fact("classTracking")
    assert isinstance(unknown, Unknown)
    assert unknown.remedy == supply("quickbooks.Class", None)


def test_a_fact_has_a_question_in_words() -> None:
    assert question("derived.account", "classTracking") == "Does QuickBooks track classes?"


# -- purchasing


def test_where_purchasing_is_off_no_list_of_bills_is_missing() -> None:
    found = derived(answers({"modules.purchasing": False}))
    assert {found.dataset(kind).scope for kind in (BILL, ORDER, f"{BILL}_item", f"{ORDER}_item")} == {Scope.WHOLE}
    assert found.dataset("derived.waiting_vendor").scope is Scope.WHOLE


@pytest.mark.parametrize(
    ("said", "at"),
    [({}, NOON), ({"modules.purchasing": True}, NOON), ({"modules.purchasing": False}, NOON - timedelta(days=200))],
    ids=["nobody said", "it is on", "the answer is old"],
)
def test_else_they_are_missing(said: Row, at: datetime) -> None:
    assert derived(answers(said, at)).dataset(BILL).scope is Scope.MISSING


def test_a_file_that_cannot_be_read_may_hold_bills() -> None:
    broken = Source(
        path="bills.json", sha256="", reader="servicetitan", dated=None, records={}, complete=False, error="it breaks off"
    )
    assert derived(answers({"modules.purchasing": False}), sources=(broken,)).dataset(BILL).scope is Scope.MISSING


def test_a_bill_contradicts_that_purchasing_is_off() -> None:
    found = derived(answers({"modules.purchasing": False}), dataset(BILL, [{"referenceNumber": "B-1"}], Scope.PART))
    assert isinstance(found.dataset("derived.account").rows()[0].get("purchasing"), Unknown)
    assert (len(found.dataset(BILL).rows()), found.dataset(ORDER).scope) == (1, Scope.MISSING)


@pytest.mark.parametrize(("age", "scope"), [(1, Scope.WHOLE), (200, Scope.PART)], ids=["fresh", "old"])
def test_vendors_of_purchase_orders_count_unless_a_fresh_answer_says_that_they_are_not_exported(
    age: int, scope: Scope
) -> None:
    said = answers({"purchaseOrders.export": False}, NOON - timedelta(days=age))
    assert derived(said, dataset(BILL, [])).dataset("derived.waiting_vendor").scope is scope


# -- Advanced Inventory, and the release of QuickBooks

SITES = "MultiLocationInventoryPreferences.IsMultiLocationInventoryEnabled"
SITE, PREFERENCES = "quickbooks.InventorySite", "quickbooks.Preferences"
OWN_SITE: Row = {"Name": "Truck 7", "IsActive": True, "IsDefaultSite": False}


@pytest.mark.parametrize("said", [True, False])
def test_the_preference_says_whether_there_are_several_sites_before_any_answer(said: bool) -> None:
    preferences = dataset(PREFERENCES, [{SITES: said}])
    for given in ({}, {"advancedInventory": True}, {"advancedInventory": False}):
        assert fact("advancedInventory", preferences, answers(given)) is said


@pytest.mark.parametrize("preferences", [[], [{}], [{SITES: UNSET}]], ids=["none", "without it", "empty"])
def test_without_the_preference_the_answer_says_whether_there_are_several_sites(preferences: list[Row]) -> None:
    books = dataset(PREFERENCES, preferences)
    assert fact("advancedInventory", books, answers({"advancedInventory": True})) is True
    assert isinstance(fact("advancedInventory", books), Unknown)
    old = answers({"advancedInventory": True}, NOON - timedelta(days=200))
    assert isinstance(fact("advancedInventory", books, old), Unknown)


def test_sites_of_ones_own_or_an_answer_show_that_sites_are_kept() -> None:
    off = dataset(PREFERENCES, [{SITES: False}])
    assert fact("inventorySites", off) is False
    assert fact("inventorySites", off, dataset(SITE, [OWN_SITE])) is True
    assert fact("inventorySites", off, answers({"advancedInventory": True})) is True
    assert fact("inventorySites", dataset(PREFERENCES, [{SITES: True}])) is True
    for other in ({"IsDefaultSite": True}, {"IsActive": False}, {"Name": UNSET}):
        assert fact("inventorySites", off, dataset(SITE, [{**OWN_SITE, **other}])) is False
    assert isinstance(fact("inventorySites"), Unknown)


def test_the_release_comes_from_any_file_that_shows_it() -> None:
    assert fact("quickbooksRelease", dataset("quickbooks.Host", [{"MajorVersion": Decimal(34)}])) == 34
    unknown = fact("quickbooksRelease", dataset("quickbooks.Host", [{"QBFileMode": "SingleUser"}]))
    assert isinstance(unknown, Unknown)
    assert isinstance(fact("quickbooksRelease"), Unknown)
    mode, host = (
        Listing(
            kind="quickbooks.Host", path=path, reader=reader, whole=True, records=dataset("quickbooks.Host", [row]).records
        )
        for path, reader, row in (
            ("account.yaml", "answers", {"QBFileMode": "SingleUser"}),
            ("host.xml", "qbxml", {"MajorVersion": Decimal(33)}),
        )
    )
    both = replace(
        evidence(dataset("quickbooks.Host", [{"QBFileMode": "SingleUser"}])), listings={"quickbooks.Host": (mode, host)}
    )
    assert derive(both, NOON).dataset("derived.account").rows()[0].get("quickbooksRelease") == 33
