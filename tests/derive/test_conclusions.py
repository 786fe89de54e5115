"""What follows from files that contradict each other: nothing, and the reason why."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exportready.derive import derive
from exportready.derive.freshness import stale
from exportready.evidence import snapshot
from exportready.kinds import KINDS
from exportready.model.evidence import CLOCK_SKEW, Dataset, Record, Scope, Unknown

ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
HOURS_4, SECOND = timedelta(hours=4), timedelta(seconds=1)


def iif(*names: str, made: datetime | None = None) -> str:
    header = "!HDR\tPROD\tTIME\n" + (f"HDR\tQuickBooks\t{int(made.timestamp())}\n" if made else "")
    return header + "!CUST\tNAME\tHIDDEN\n" + "".join(f"CUST\t{name}\tN\n" for name in names)


def qbxml(*names: str) -> str:
    records = "".join(
        f"<CustomerRet><ListID>{name}</ListID><TimeCreated>2026-01-01T08:00:00Z</TimeCreated>"
        f"<TimeModified>2026-01-01T08:00:00Z</TimeModified><Name>{name}</Name><FullName>{name}</FullName>"
        "<IsActive>true</IsActive><Sublevel>0</Sublevel></CustomerRet>"
        for name in names
    )
    return f'<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0" statusSeverity="Info">{records}</CustomerQueryRs></QBXMLMsgsRs></QBXML>'


def order(folder: Path, files: dict[str, str]) -> Dataset:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return derive(snapshot.read(folder, ALL, AT), AT).dataset("derived.customer_order")


def displaced(dataset: Dataset) -> list[str]:
    return [record.key for record in dataset.records if record.get("inOrder") is False]


def test_two_exports_in_different_orders_without_dates_prove_nothing(tmp_path: Path) -> None:
    dataset = order(tmp_path, {"a.iif": iif("Adams", "Baker"), "b.iif": iif("Baker", "Adams")})
    assert (dataset.scope, dataset.records) == (Scope.PART, ())
    assert "a.iif and b.iif show the customers in different orders" in dataset.why


def test_of_two_dated_exports_the_newer_order_counts(tmp_path: Path) -> None:
    early, late = AT.replace(hour=9), AT.replace(hour=10)
    dataset = order(tmp_path, {"a.iif": iif("Adams", "Baker", made=early), "b.iif": iif("Baker", "Adams", made=late)})
    assert (dataset.scope, len(displaced(dataset))) == (Scope.WHOLE, 1)


def test_exports_that_hold_different_customers_prove_no_order(tmp_path: Path) -> None:
    dataset = order(tmp_path, {"a.iif": iif("Adams", "Baker"), "b.iif": iif("Adams", "Cole")})
    assert (dataset.scope, dataset.records) == (Scope.PART, ())
    assert "different records" in dataset.why


def test_qbxml_beside_the_list_export_leaves_its_order_proven(tmp_path: Path) -> None:
    dataset = order(tmp_path, {"a.iif": iif("Adams", "Baker"), "b.xml": qbxml("Adams", "Baker")})
    assert (dataset.scope, displaced(dataset)) == (Scope.WHOLE, [])


def test_a_displaced_name_in_newer_qbxml_outweighs_an_older_list_export(tmp_path: Path) -> None:
    (tmp_path / "account.yaml").write_text(f"takenAt: {AT.isoformat()}\n", "utf-8")
    early, late = AT.replace(hour=9), AT.replace(hour=17)
    listed = {"a.iif": iif("Adams", "Baker", made=early), "b.xml": qbxml("Baker", "Adams")}
    assert len(displaced(order(tmp_path, listed))) == 1
    (tmp_path / "account.yaml").write_text(f"takenAt: {early.isoformat()}\n", "utf-8")
    dataset = order(tmp_path, {**listed, "a.iif": iif("Adams", "Baker", made=late)})
    assert (dataset.scope, displaced(dataset)) == (Scope.WHOLE, [])


def test_an_empty_list_beside_one_with_customers_proves_no_order(tmp_path: Path) -> None:
    dataset = order(tmp_path, {"a.iif": iif() + "!CLASS\tNAME\nCLASS\tHeating\n", "b.xml": qbxml("Adams", "Baker")})
    assert dataset.scope is Scope.PART
    assert all(isinstance(record.get("inOrder"), Unknown) for record in dataset.records)


def test_an_orderly_qbxml_answer_proves_nothing_and_a_displaced_name_does(tmp_path: Path) -> None:
    dataset = order(tmp_path, {"a.xml": qbxml("Adams", "Baker")})
    assert dataset.scope is Scope.PART
    assert all(isinstance(record.get("inOrder"), Unknown) for record in dataset.records)
    assert len(displaced(order(tmp_path, {"a.xml": qbxml("Baker", "Adams")}))) == 1


def test_a_single_record_has_no_place_in_the_order(tmp_path: Path) -> None:
    single = qbxml("Aaron").replace("CustomerQueryRs", "CustomerAddRs")
    dataset = order(tmp_path, {"a.iif": iif("Adams", "Baker"), "b.xml": single})
    assert (dataset.scope, displaced(dataset), len(dataset.records)) == (Scope.PART, [], 2)


def account(folder: Path, files: dict[str, str]) -> Record:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return derive(snapshot.read(folder, ALL, AT), AT).dataset("derived.account").records[0]


def trucks(*names: str) -> str:
    rows = ", ".join(f'{{"id": {len(name)}, "name": "{name}", "active": true, "technicianIds": []}}' for name in names)
    return f'{{"page": 1, "hasMore": false, "data": [{rows}]}}'


def test_files_that_contradict_each_other_still_prove_that_there_are_trucks(tmp_path: Path) -> None:
    answers = "confirmed: {at: 2026-11-20T17:00:00-07:00}\nsettings: {modules: {inventory: false}}\n"
    files = {"a/trucks.json": trucks("Van 1"), "b/trucks.json": trucks("Van 1", "Van 22")}
    for name in files:
        (tmp_path / name).parent.mkdir()
    assert account(tmp_path, {"account.yaml": answers}).get("inventory") is False
    assert isinstance(account(tmp_path, files).get("inventory"), Unknown)


def test_a_list_in_pages_is_one_list_for_its_order_too(tmp_path: Path) -> None:
    def page(name: str, remaining: int) -> str:
        return qbxml(name).replace('statusCode="0"', f'statusCode="0" iteratorID="{{1}}" iteratorRemainingCount="{remaining}"')

    dataset = order(tmp_path, {"a.iif": iif("Adams", "Baker"), "1.xml": page("Baker", 1), "2.xml": page("Adams", 0)})
    assert len(displaced(dataset)) == 1


def test_a_list_that_is_broken_off_proves_no_order(tmp_path: Path) -> None:
    dataset = order(tmp_path, {"a.iif": iif("Adams", "Baker") + "Elm Street 5\n"})
    assert (dataset.scope, displaced(dataset)) == (Scope.PART, [])


def test_a_displaced_name_in_qbxml_of_the_same_moment_counts(tmp_path: Path) -> None:
    (tmp_path / "account.yaml").write_text(f"takenAt: {AT.isoformat()}\n", "utf-8")
    assert len(displaced(order(tmp_path, {"a.iif": iif("Adams", "Baker", made=AT), "b.xml": qbxml("Baker", "Adams")}))) == 1


def test_the_proof_that_is_named_does_not_hang_on_the_order_of_the_file(tmp_path: Path) -> None:
    said = set()
    answers = "confirmed: {at: 2026-11-20T17:00:00-07:00}\nsettings: {modules: {inventory: false}}\n"
    for names in (("Van 1", "Van 22"), ("Van 22", "Van 1")):
        value = account(tmp_path, {"trucks.json": trucks(*names), "account.yaml": answers}).get("inventory")
        assert isinstance(value, Unknown)
        said.add(value.reason)
    assert len(said) == 1


@pytest.mark.parametrize(
    ("dated", "fresh"),
    [
        (AT, True),
        (AT - HOURS_4, True),
        (AT - HOURS_4 - SECOND, False),
        (AT + CLOCK_SKEW, True),
        (AT + CLOCK_SKEW + SECOND, False),
        (None, False),
    ],
)
def test_how_old_an_answer_may_be(dated: datetime | None, fresh: bool) -> None:
    assert (stale(dated, AT, HOURS_4, "your answer") is None) is fresh
    assert stale(dated, AT, None, "your answer") is None


def test_the_lists_give_up_their_transactions_when_those_are_marked() -> None:
    read = snapshot.read(Path(__file__).parents[2] / "examples" / "not-ready", ALL, AT)
    derived = derive(read, AT)
    for kind in ("servicetitan.invoice", "servicetitan.invoice_item", "servicetitan.payment"):
        assert len(derived.dataset(kind).rows()) == len(read.dataset(kind).rows()) > 0
        assert [listing.records for listing in derived.listings[kind]] == [()] * len(read.listings[kind])
