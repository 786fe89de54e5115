"""A fleet is as it was planned: just what was planted fails, the rest is healthy, and the same seed writes the same files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

import fleet
import fleet_unreadable
import samples
from exportready.check import CheckRequest, check
from exportready.model.report import Outcome, Report, Verdict
from faults import FAULTS, by_location
from fleet_firms import AT, folder, name

BOOK = samples.rulebook()
SMALL = 300
KEPT_OPEN = {"connection/old-connector-off": {"export/one-exporter-per-job"}}


def judged(root: Path, accounts: Iterable[fleet.Account]) -> dict[fleet.Account, Report]:
    accounts = list(accounts)
    fleet.write(root, accounts)
    return {account: check(CheckRequest(snapshot=root / account.path, rulebook=BOOK, at=AT)) for account in accounts}


def ending(report: Report, *outcomes: Outcome) -> set[str]:
    return {result.rule.id for result in report.results if result.outcome in outcomes}


def records(report: Report) -> int:
    return sum(sum(source.records.values()) for source in report.sources)


def content(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# -- the plan


def test_each_rule_is_planted_as_often_as_wanted_and_never_where_nothing_can_be_read() -> None:
    wanted = {rule: 1 + n % 9 for n, rule in enumerate(fleet.PLANTABLE)}
    planned = fleet.plan(40, SMALL, 3, wanted, unreadable=7)
    assert Counter(rule for account in planned for rule in account.plants) == wanted
    assert Counter(account.unreadable for account in planned if account.unreadable).total() == 7
    assert {account.unreadable for account in planned} == {None, *fleet_unreadable.KINDS}
    assert not any(account.plants or account.open_question for account in planned if account.unreadable)


def test_every_practice_can_be_planted() -> None:
    of_any_account = {fault.rule for fault in FAULTS if fault.base is not by_location}
    assert of_any_account == set(fleet.PLANTABLE)
    assert set(fleet.NEEDS) <= set(fleet.PLANTABLE)
    assert set().union(*fleet.QUESTIONS.values()) <= set(fleet.PLANTABLE)


def test_an_account_has_what_its_defects_need_and_lacks_no_answer_that_would_hide_them() -> None:
    planned = fleet.plan(60, SMALL, 4, dict.fromkeys(fleet.PLANTABLE, 20), open_questions=1)
    for account in planned:
        for rule in account.plants:
            assert all(getattr(account, way) == value for way, value in fleet.NEEDS.get(rule, {}).items())
        assert account.open_question
        assert not fleet.QUESTIONS[account.open_question] & set(account.plants)


def test_an_account_does_not_depend_on_how_many_there_are() -> None:
    assert fleet.plan(1000, SMALL, 7)[:20] == fleet.plan(20, SMALL, 7)
    bare = [replace(account, plants=()) for account in fleet.plan(20, SMALL, 7, {"naming/no-colon": 9})]
    assert bare == list(fleet.plan(20, SMALL, 7))


def test_the_seed_decides() -> None:
    one, other = (fleet.plan(20, SMALL, seed, {"naming/no-colon": 5}) for seed in (1, 2))
    assert {account.name for account in one}.isdisjoint(account.name for account in other)
    assert [bool(account.plants) for account in one] != [bool(account.plants) for account in other]


def test_no_two_accounts_share_a_folder() -> None:
    folders = {folder(name(7, number)) for number in range(10_000)}
    assert len(folders) == 10_000
    assert all(one.isascii() and one.replace("-", "").isalnum() for one in folders)


def test_more_than_the_fleet_has_room_for() -> None:
    with pytest.raises(fleet.CannotPlant, match="wanted in 6 accounts, and only 5 can"):
        fleet.plan(7, SMALL, 7, {"tax/zone-mapped": 6}, unreadable=2)
    with pytest.raises(fleet.CannotPlant, match="beside what else is planted"):
        fleet.plan(7, SMALL, 7, {"tax/zone-mapped": 4, "tax/rates-agree": 4})
    with pytest.raises(fleet.CannotPlant, match="8 unreadable accounts are wanted, and there are 7"):
        fleet.plan(7, SMALL, 7, unreadable=8)


# -- the files


def test_what_was_planted_fails_and_nothing_else(tmp_path: Path) -> None:
    planned = fleet.plan(24, SMALL, 7, dict.fromkeys(fleet.PLANTABLE, 2), open_questions=0.3)
    for account, report in judged(tmp_path, planned).items():
        assert ending(report, Outcome.FAILED) == set(account.plants), account
        allowed = set(fleet.QUESTIONS.get(account.open_question or "", ()))
        allowed |= set().union(*(KEPT_OPEN.get(rule, set()) for rule in account.plants))
        assert ending(report, Outcome.CANNOT_TELL, Outcome.ERROR) <= allowed, account
        assert [source.error for source in report.sources if source.error] == []


def test_without_defects_and_open_questions_all_are_ready(tmp_path: Path) -> None:
    planned = fleet.plan(16, 900, 8, open_questions=0)
    reports = judged(tmp_path, planned)
    assert {report.verdict.value for report in reports.values()} == {"ready"}
    assert {path.name for path in tmp_path.iterdir()} == {account.path for account in planned}
    assert {Path(account.path).suffix for account in planned} == {"", ".zip"}
    assert {account.inventory for account in planned} == {account.purchase_orders for account in planned} == {True, False}


@pytest.mark.parametrize("wanted", [300, 1200, 5000])
def test_an_account_holds_about_as_many_records_as_wanted(wanted: int, tmp_path: Path) -> None:
    for report in judged(tmp_path, fleet.plan(4, wanted, 9)).values():
        assert 0.75 * wanted <= records(report) <= 1.25 * wanted


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    planned = fleet.plan(8, SMALL, 7, {"items/cogs-account": 2}, unreadable=2)
    for folder_ in ("one", "other"):
        fleet.write(tmp_path / folder_, planned)
    assert content(tmp_path / "one") == content(tmp_path / "other") != {}


@pytest.mark.parametrize("kind", fleet_unreadable.KINDS)
def test_what_cannot_be_read(kind: str, tmp_path: Path) -> None:
    planned = fleet.plan(5, SMALL, 7, unreadable=5)
    account = next(account for account in planned if account.unreadable == kind)
    (report,) = judged(tmp_path, [account]).values()
    assert report.verdict is Verdict.CANNOT_TELL
    if kind == "empty folder":
        assert report.sources == ()
    else:
        assert len([source.path for source in report.sources if source.error]) == 1


# -- the command line


def test_a_fleet_from_the_command_line(tmp_path: Path) -> None:
    words = ["--accounts", "6", "--records", "300", "--plant", "naming/no-colon=2", "--plant", "session/single-user-mode=1"]
    assert fleet.main([str(tmp_path / "all"), *words, "--unreadable", "1", "--plan", str(tmp_path / "plan.json")]) == 0
    planned = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert sorted(account["path"] for account in planned) == sorted(path.name for path in (tmp_path / "all").iterdir())
    assert Counter(rule for account in planned for rule in account["plants"]) == {
        "naming/no-colon": 2,
        "session/single-user-mode": 1,
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--plant", "items/no-such-rule=1"], "'items/no-such-rule' cannot be planted; what can: accounts/deposit-account, "),
        (
            ["--plant", "items/cogs-account"],
            "'items/cogs-account' does not say in how many accounts; write items/cogs-account=3",
        ),
        (["--plant", "items/cogs-account=21"], "items/cogs-account is wanted in 21 accounts, and only 20 can have it"),
        (["--plant", "items/cogs-account=1", "--plant", "items/cogs-account=2"], "a rule is planted once"),
        (["--records", "30001"], "an account holds at most 30000 records"),
    ],
)
def test_mistakes_of_the_command_line(words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        fleet.main([str(tmp_path / "all"), *words])
    assert left.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "all").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit):
        fleet.main([str(tmp_path)])
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
