"""The facts of the account: what the files prove, what a fresh answer says, and which lists need not be there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from exportready.derive import derive
from exportready.kinds import question, supply
from exportready.model.evidence import UNSET, Dataset, Evidence, Scope, Source, Unknown, Value
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
