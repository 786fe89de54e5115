"""Checks: in another process, one at a time for each account, stored as a whole, and readable for as long as the account exists."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import tasks
from exportready import check as check_api
from exportready import load_rulebook
from exportready.app import accounts, checks, child, example, files, history, questions, stored
from exportready.app.child import TaskFailed
from exportready.app.home import Home
from exportready.app.values import NotFound, Progress, Rejected
from exportready.check import CheckRequest
from exportready.results import write
from page import AT, BY_HAND, by_hand, sheet, tree, upload, wait_until

INVOICES = sheet("Invoice Number,Invoice Date,Customer Name,Total,Batch #", "1,11/20/2026,Baker,100.00,1042")


def test_a_check_is_the_result_of_the_command_line(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    info = checks.run(home, company, checks.BEFORE, AT)
    expected = check_api(CheckRequest(snapshot=home.snapshot(company), rulebook=load_rulebook(), at=AT, phase=checks.BEFORE))
    assert info.path.read_text(encoding="utf-8") == write.text(expected)
    assert (info.verdict, info.verdict_key, info.at) == ("No problems found so far", "cannot_tell", AT)
    assert info.batches[0].number == "1042"
    assert checks.all_checks(home, company) == (info,)
    assert checks.report(home, company, info.id).verdict is expected.verdict
    assert "No problems found so far" in checks.html(home, company, info.id)


def test_an_empty_account_can_be_checked(home: Home, company: str) -> None:
    info = checks.run(home, company, checks.BEFORE, AT)
    assert info.verdict_key == "cannot_tell"


def test_the_moment_of_the_files(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    assert checks.run(home, company, checks.BEFORE, "files").at < AT


def test_no_date_in_the_files_is_said(home: Home, company: str) -> None:
    (home.snapshot(company) / "account.yaml").write_text("account: Northwind\n")
    with pytest.raises(Rejected, match="None of these files says when it was made"):
        checks.run(home, company, checks.BEFORE, "files")
    assert checks.progress(home, company).state == "failed"
    assert checks.all_checks(home, company) == ()


def test_an_unknown_phase_is_refused(home: Home, company: str) -> None:
    with pytest.raises(Rejected):
        checks.run(home, company, "during", AT)


def test_two_checks_at_once_take_turns_and_both_are_stored(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(checks.run(home, company, checks.BEFORE, AT).id)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 2
    assert {one.id for one in checks.all_checks(home, company)} == set(seen)


def test_requests_during_a_check_join_into_one(home: Home, company: str) -> None:
    files.add(home, company, [upload("invoices.csv", INVOICES)], AT)
    for _ in range(5):
        checks.request(home, company, checks.BEFORE, AT)
    wait_until(lambda: checks.progress(home, company) == Progress())
    assert 1 <= len(checks.all_checks(home, company)) <= 2


def test_progress_says_each_file(home: Home, company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files.add(home, company, by_hand(), AT)
    seen: list[str] = []
    real = msgspec.structs.replace

    def noted(value: Progress, **changes: object) -> Progress:
        made = real(value, **changes)
        seen.append(made.words)
        return made

    monkeypatch.setattr(checks, "replace", noted)
    checks.run(home, company, checks.BEFORE, AT)
    assert seen == [f"{number} of 7 files read" for number in range(7)]


def test_a_check_sees_the_files_as_they_were_when_it_began(home: Home, company: str) -> None:
    files.add(home, company, [upload("invoices.csv", INVOICES)], AT)
    with checks.frozen(home, company) as (copy, stamp, _):
        files.add(home, company, [upload("invoices.csv", INVOICES + "2,11/20/2026,Cole,5.00,1042\r\n")], AT)
        assert (copy / "invoices.csv").read_text() == INVOICES.replace("\r\n", "\n") or (
            copy / "invoices.csv"
        ).read_bytes() == INVOICES.encode()
        assert checks.stamp_of(home, company) != stamp
    assert list(home.incoming.iterdir()) == []


def test_a_process_that_dies_is_said_and_the_next_check_works(
    home: Home, company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> object:
        raise TaskFailed(child.DIED)

    with monkeypatch.context() as patch:
        patch.setattr(child, "run", dies)
        with pytest.raises(Rejected, match="Your files and answers are safe"):
            checks.run(home, company, checks.BEFORE, AT)
    assert checks.progress(home, company).state == "failed"
    checks.run(home, company, checks.BEFORE, AT)
    assert checks.progress(home, company).state == "idle"


def test_a_task_that_is_killed_or_takes_too_long_has_no_result() -> None:
    with pytest.raises(TaskFailed, match="ran out of memory"):
        child.run(tasks.exits)
    with pytest.raises(TaskFailed, match="took too long"):
        child.run(tasks.sleeps, seconds=0.1)
    with pytest.raises(TaskFailed, match="a mistake in ExportReady"):
        child.run(tasks.breaks)


def test_a_damaged_result_is_left_out_and_said(home: Home, company: str) -> None:
    info = checks.run(home, company, checks.BEFORE, AT)
    info.path.write_bytes(b"{")
    with pytest.raises(NotFound, match="damaged"):
        checks.report(home, company, info.id)
    info.path.with_suffix(".beside").unlink()
    assert checks.all_checks(home, company) == ()
    assert questions.needed(home, company, checks.BEFORE, AT).questions == ()


def test_a_result_without_what_is_beside_it_still_counts(home: Home, company: str) -> None:
    info = checks.run(home, company, checks.BEFORE, AT)
    info.path.with_suffix(".beside").unlink()
    (found,) = checks.all_checks(home, company)
    assert (found.id, found.verdict, found.counts) == (info.id, info.verdict, info.counts)


@pytest.mark.parametrize("check_id", ["../../token", "", "20261120-180000-000000-before-0000", "a/b"])
def test_there_is_no_other_check(home: Home, company: str, check_id: str) -> None:
    with pytest.raises(NotFound):
        checks.check(home, company, check_id)


def test_deleting_an_account_removes_everything_of_it(home: Home, company: str) -> None:
    files.add(home, company, [upload("invoices.csv", INVOICES)], AT)
    files.add(home, company, [upload("invoices.csv", INVOICES + "2,11/20/2026,Cole,5.00,1042\r\n")], AT)
    checks.run(home, company, checks.BEFORE, AT)
    accounts.delete(home, company)
    assert not any(company in path or "invoices" in path for path in tree(home.path))
    assert accounts.all_accounts(home) == ()


def test_a_check_of_an_account_that_is_deleted_meanwhile_leaves_nothing(
    home: Home, company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = child.run

    def deletes(*arguments: Any, **more: Any) -> Any:
        found = real(*arguments, **more)
        accounts.delete(home, company)
        return found

    monkeypatch.setattr(child, "run", deletes)
    with pytest.raises(NotFound):
        checks.run(home, company, checks.BEFORE, AT)
    assert list(home.accounts.iterdir()) == []


def test_only_so_many_checks_are_kept(home: Home, company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MOST_CHECKS", 2)
    made = [checks.run(home, company, checks.BEFORE, AT).id for _ in range(3)]
    assert [one.id for one in checks.all_checks(home, company)] == made[:0:-1]
    assert len(list((home.account(company) / "checks").iterdir())) == 4


def test_the_verdict_says_until_when_it_is_good(home: Home, company: str) -> None:
    files.add(home, company, [*by_hand(), upload("account.yaml", (BY_HAND / "account.yaml").read_bytes())], AT)
    info = checks.run(home, company, checks.BEFORE, AT)
    assert info.good_until is not None
    assert AT <= info.good_until <= AT + timedelta(hours=4)
    later = checks.run(home, company, checks.BEFORE, info.good_until + timedelta(minutes=1))
    assert later.counts.open > info.counts.open


# -- history


def test_what_changed_between_two_checks_even_if_the_company_was_renamed(home: Home, company: str) -> None:
    files.add(home, company, [*by_hand(), upload("account.yaml", (BY_HAND / "account.yaml").read_bytes())], AT)
    first = checks.run(home, company, checks.BEFORE, AT)
    assert history.changes(home, company, first.id, first.id).is_empty
    questions.save(home, company, {"webConnector.status": "offline"}, {}, "me", AT)
    accounts.rename(home, company, "Northwind Home Services")
    second = checks.run(home, company, checks.BEFORE, AT)
    changed = history.changes(home, company, first.id, second.id)
    assert [one.rule for one in changed.new] == ["connection/web-connector-online"]
    back = history.changes(home, company, second.id, first.id)
    assert [one.rule for one in back.fixed] == ["connection/web-connector-online"]
    assert back.titles["connection/web-connector-online"]
    files.remove(home, company, "pricebook.xlsx", AT)
    third = checks.run(home, company, checks.BEFORE, AT)
    assert "items/cogs-account" in history.changes(home, company, first.id, third.id).no_longer_checked
    assert "items/cogs-account" in history.changes(home, company, third.id, first.id).newly_checked


def test_the_trend_has_one_point_for_each_batch(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    questions.save(home, company, {"webConnector.status": "offline"}, {}, "me", AT)
    checks.run(home, company, checks.BEFORE, AT)
    questions.save(home, company, {"webConnector.status": "online"}, {}, "me", AT)
    last = checks.run(home, company, checks.BEFORE, AT)
    (point,) = history.trend(home, company)
    assert (point.label, point.problems, point.check_id) == ("1042", 1, last.id)


# -- the example


def test_the_example_is_checked_for_its_own_moment(home: Home) -> None:
    now = AT + timedelta(days=400)
    made = example.open_example(home, now)
    assert made.is_example
    assert example.open_example(home, now) == made
    info = checks.run(home, made.id, checks.BEFORE, now)
    assert (info.verdict, info.at) == ("Don't export yet", example.MOMENT)


def test_the_example_is_shipped() -> None:
    text = Path("pyproject.toml").read_text()
    assert f'"{example.FOLDER}" = "exportready/{example.FOLDER}"' in text
