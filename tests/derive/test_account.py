"""Facts of the account: what the files prove, what a fresh answer says, and what follows for lists that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from exportready.derive import derive
from exportready.kinds import question, supply
from exportready.model.evidence import (
    UNSET,
    Account,
    Dataset,
    Evidence,
    FieldNote,
    Location,
    Record,
    Scope,
    Source,
    Unknown,
    Value,
)

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLASSES = "AccountingPreferences.IsUsingClassTracking"
BILL, ORDER = "servicetitan.bill", "servicetitan.purchase_order"


def dataset(kind: str, *rows: Mapping[str, Value], scope: Scope = Scope.WHOLE) -> Dataset:
    return Dataset(
        kind=kind,
        records=tuple(Record(kind=kind, key="key", fields=row, where=Location(kind)) for row in rows),
        scope=scope,
        why="",
        dated=AT,
    )


def answers(said: Mapping[str, Value], at: datetime | None = AT) -> Dataset:
    record = Record(
        kind="account.answers",
        key="",
        fields=said,
        where=Location("account.yaml"),
        notes={path: FieldNote(dated=at) for path in said},
    )
    return Dataset(kind="account.answers", records=(record,), scope=Scope.WHOLE, why="", dated=at)


def derived(*datasets: Dataset, sources: tuple[Source, ...] = ()) -> Evidence:
    return derive(
        Evidence(
            account=Account(), datasets={one.kind: one for one in datasets}, listings={}, sources=sources, unrecognised=()
        ),
        AT,
    )


def fact(name: str, *datasets: Dataset) -> Value:
    return derived(*datasets).dataset("derived.account").records[0].get(name)


# -- classes


@pytest.mark.parametrize("said", [True, False])
def test_the_preference_says_whether_classes_are_tracked(said: bool) -> None:
    preferences = dataset("quickbooks.Preferences", {CLASSES: said})
    assert fact("classTracking", preferences, dataset("quickbooks.Class", {"IsActive": True})) is said


@pytest.mark.parametrize("preferences", [[], [{}], [{CLASSES: UNSET}]], ids=["none", "without it", "empty"])
def test_an_active_class_shows_that_they_are_used(preferences: list[Mapping[str, Value]]) -> None:
    books = dataset("quickbooks.Preferences", *preferences)
    assert fact("classTracking", books, dataset("quickbooks.Class", {"IsActive": False}, {"IsActive": True})) is True


@pytest.mark.parametrize(
    "rows", [(), ({"IsActive": False},), ({},)], ids=["no class", "an inactive one", "it may be inactive"]
)
def test_no_active_class_shows_nothing(rows: tuple[Mapping[str, Value], ...]) -> None:
    told = fact("classTracking", dataset("quickbooks.Class", *rows))
    assert isinstance(told, Unknown)
    assert told.remedy == supply("quickbooks.Preferences", None)


def test_without_any_file_the_easier_one_is_asked_for() -> None:
    told = fact("classTracking")
    assert isinstance(told, Unknown)
    assert told.remedy == supply("quickbooks.Class", None)


def test_a_fact_is_told_in_words() -> None:
    assert question("derived.account", "classTracking") == "Does QuickBooks track classes?"


# -- purchasing


def test_where_purchasing_is_off_no_list_of_bills_is_missed() -> None:
    found = derived(answers({"modules.purchasing": False}))
    assert {found.dataset(kind).scope for kind in (BILL, ORDER, f"{BILL}_item", f"{ORDER}_item")} == {Scope.WHOLE}
    assert found.dataset("derived.waiting_vendor").scope is Scope.WHOLE


@pytest.mark.parametrize(
    ("said", "at"),
    [({}, AT), ({"modules.purchasing": True}, AT), ({"modules.purchasing": False}, AT - timedelta(days=200))],
    ids=["nobody said", "it is on", "the answer is old"],
)
def test_else_they_are_missed(said: Mapping[str, Value], at: datetime) -> None:
    assert derived(answers(said, at)).dataset(BILL).scope is Scope.MISSING


def test_a_file_that_cannot_be_read_may_hold_bills() -> None:
    broken = Source(
        path="bills.json", sha256="", reader="servicetitan", dated=None, records={}, complete=False, error="it breaks off"
    )
    assert derived(answers({"modules.purchasing": False}), sources=(broken,)).dataset(BILL).scope is Scope.MISSING


def test_a_bill_contradicts_that_purchasing_is_off() -> None:
    found = derived(answers({"modules.purchasing": False}), dataset(BILL, {"referenceNumber": "B-1"}, scope=Scope.PART))
    assert isinstance(found.dataset("derived.account").records[0].get("purchasing"), Unknown)
    assert (len(found.dataset(BILL).records), found.dataset(ORDER).scope) == (1, Scope.MISSING)


@pytest.mark.parametrize(("age", "scope"), [(1, Scope.WHOLE), (200, Scope.PART)], ids=["fresh", "old"])
def test_vendors_of_purchase_orders_count_unless_a_fresh_answer_says_that_they_are_not_exported(
    age: int, scope: Scope
) -> None:
    said = answers({"purchaseOrders.export": False}, AT - timedelta(days=age))
    assert derived(said, dataset(BILL)).dataset("derived.waiting_vendor").scope is scope
