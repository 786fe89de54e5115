"""Checking one account: it gets a state, is unchanged, or gets an error state; nothing is ever raised."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from exportready.check import examine
from exportready.fleet import work
from exportready.fleet.audit import settings_digest
from exportready.fleet.work import AuditOptions, Job, check_account, pack_options, run_job, snapshot_digest
from exportready.model.audit import AccountState
from exportready.model.evidence import Location
from exportready.model.report import Outcome, Verdict, Waiver
from exportready.model.rules import About, Rulebook

from .conftest import AT, write_account


def test_packed_options_give_the_same_result(options: AuditOptions, tmp_path: Path) -> None:
    job = Job("acme", write_account(tmp_path, "acme", 2), frozenset())
    assert run_job(pack_options(options), job) == check_account(options, job)


def test_state_counts_findings(options: AuditOptions, tmp_path: Path) -> None:
    result = check_account(options, Job("acme", write_account(tmp_path, "acme", 2), frozenset()))
    assert result.state is not None
    rule = next(rule for rule in result.state.rules if rule.rule == "items/cogs-account")
    assert (rule.outcome, rule.open_count, rule.accepted_count) == (Outcome.FAILED, 2, 0)
    assert sorted(finding.subject for finding in result.findings if finding.rule == rule.rule) == ["PIPE-1", "PIPE-2"]
    assert sum(result.state.open_by_severity.values()) == result.state.open_count == len(result.findings)
    assert result.state.verdict is Verdict.NOT_READY
    assert result.state.name == "acme"


def test_known_digest_is_not_checked_again(options: AuditOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_account(tmp_path, "acme")
    first = check_account(options, Job("acme", folder, frozenset()))
    monkeypatch.setattr(work, "examine", lambda *_: pytest.fail("the account was checked again"))
    again = check_account(options, Job("acme", folder, frozenset({first.digest})))
    assert (again.state, again.digest) == (None, first.digest)


def test_digest_depends_on_bytes_names_and_settings(tmp_path: Path) -> None:
    folder = write_account(tmp_path, "acme")
    digests = {snapshot_digest("a", folder), snapshot_digest("b", folder)}
    (folder / "more.txt").write_text("1")
    digests.add(snapshot_digest("a", folder))
    (folder / "more.txt").write_text("2")
    digests.add(snapshot_digest("a", folder))
    (folder / "more.txt").rename(folder / "other.txt")
    digests.add(snapshot_digest("a", folder))
    assert len(digests) == 5
    copy = write_account(tmp_path / "elsewhere", "acme")
    (copy / "other.txt").write_text("2")
    (copy / ".DS_Store").write_text("read by no reader")
    assert snapshot_digest("a", copy) in digests


def test_files_that_change_during_the_check_leave_no_digest(
    options: AuditOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_account(tmp_path, "acme")
    original = examine

    def change_a_file_then_examine(*arguments: object) -> object:
        (folder / "late.txt").write_text("x")
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "examine", change_a_file_then_examine)
    assert check_account(options, Job("acme", folder, frozenset())).digest == ""


@pytest.mark.parametrize("problem", ["missing", "empty", "no zip", "unrecognized"])
def test_snapshot_without_readable_files_says_why(options: AuditOptions, tmp_path: Path, problem: str) -> None:
    path = tmp_path / problem
    if problem in ("empty", "unrecognized"):
        path.mkdir()
    if problem == "unrecognized":
        (path / "letter.bin").write_bytes(b"\0\1\2")
    if problem == "no zip":
        path = tmp_path / "a.zip"
        path.write_text("junk")
    state = check_account(options, Job(problem, path, frozenset())).state
    assert state is not None
    assert state.is_unreadable
    assert state.verdict is Verdict.CANNOT_TELL
    assert state.error or state.unread_files
    assert not any(rule.outcome is Outcome.PASSED for rule in state.rules)


def test_unreadable_file_leaves_the_others_checked(options: AuditOptions, tmp_path: Path) -> None:
    folder = write_account(tmp_path, "acme", 1)
    (folder / "customers.json").write_text('{"page": 1, "data": [{"id": 1, "na')
    result = check_account(options, Job("acme", folder, frozenset()))
    assert result.state is not None
    assert [file.path for file in result.state.unread_files] == ["customers.json"]
    assert result.state.is_unreadable
    assert len(result.findings) == 1


def test_bug_in_the_program_is_reported_in_the_account(
    options: AuditOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr(work, "examine", fail)
    result = check_account(options, Job("acme", write_account(tmp_path, "acme"), frozenset()))
    assert result.state is not None
    assert "ZeroDivisionError" in result.state.error


def test_settings_digest_depends_on_every_setting_except_the_time(options: AuditOptions, rulebook: Rulebook) -> None:
    first = rulebook.rules[0]
    parameters = {**first.parameters, "new": True}
    variants = [
        options,
        replace(options, phase="after-export"),
        replace(options, selected=("items",)),
        replace(options, ignored=("items",)),
        replace(options, engine="clips"),
        replace(options, about=(About.BATCH,)),
        replace(options, confirmations=False),
        replace(options, at_files=True),
        replace(options, waivers=(_waiver(),)),
        replace(options, rulebook=replace(rulebook, digest="other")),
        replace(options, rulebook=replace(rulebook, rules=(replace(first, parameters=parameters), *rulebook.rules[1:]))),
    ]
    digests = [settings_digest(variant, anonymize=False) for variant in variants]
    digests.append(settings_digest(options, anonymize=True))
    assert len(set(digests)) == len(digests)
    assert settings_digest(replace(options, at=AT + timedelta(days=9)), anonymize=False) == digests[0]


def test_state_is_valid_until_something_is_out_of_date(options: AuditOptions, tmp_path: Path) -> None:
    """Until `valid_until`, no later check may give other outcomes."""
    folder = write_account(tmp_path, "acme", 1)
    (folder / "account.yaml").write_text(
        "account: acme\ntimeZone: America/Denver\ntakenAt: 2026-11-20T17:00:00-07:00\n"
        "confirmed: {by: office manager, at: 2026-11-20T16:30:00-07:00}\n"
        "settings:\n  webConnector: {status: online, restarted: false}\n  modules: {purchasing: true, inventory: false}\n"
        "  customerMapping: customerLevel\n  customerMappingAtLastExport: customerLevel\n"
    )
    state = _state(options, folder, AT)
    assert state.valid_until is not None
    first = [(rule.rule, rule.outcome) for rule in state.rules]
    different_outcomes = {tuple(first)}
    at = AT
    for _ in range(40):
        until = _state(options, folder, at).valid_until
        if until is None:
            break
        just_before = until - timedelta(seconds=1)
        assert _outcomes(options, folder, at) == _outcomes(options, folder, max(just_before, at)), f"{at} to {until}"
        at = until + timedelta(seconds=1)
        different_outcomes.add(tuple(_outcomes(options, folder, at)))
    else:
        pytest.fail("outcomes never stop changing")
    assert len(different_outcomes) > 2, "outcomes must change as answers expire"
    assert _outcomes(options, folder, at + timedelta(days=4000)) == _outcomes(options, folder, at)
    assert first == _outcomes(options, folder, AT)


def _state(options: AuditOptions, folder: Path, at: datetime) -> AccountState:
    state = check_account(replace(options, at=at), Job("acme", folder, frozenset())).state
    assert state is not None
    return state


def _outcomes(options: AuditOptions, folder: Path, at: datetime) -> list[tuple[str, Outcome]]:
    return [(rule.rule, rule.outcome) for rule in _state(options, folder, at).rules]


def test_answers_asked_before_every_export_are_not_listed_as_expiring(options: AuditOptions, tmp_path: Path) -> None:
    folder = write_account(tmp_path, "acme")
    with (folder / "account.yaml").open("a") as file:
        file.write("confirmed: {by: me, at: 2026-11-20T17:00:00-07:00}\nsettings: {webConnector: {status: online}, ")
        file.write("modules: {purchasing: true}}\n")
    assert [expiry.of for expiry in _state(options, folder, AT).expiring] == ["modules.purchasing"]


def test_covers_none_is_asked_again_every_day(options: AuditOptions, tmp_path: Path) -> None:
    folder = write_account(tmp_path, "acme")
    (folder / "invoices.json").unlink()
    with (folder / "account.yaml").open("a") as file:
        file.write("confirmed: {by: me, at: 2026-11-20T17:00:00-07:00}\ncovers: {servicetitan.invoice: none}\n")
    assert _state(options, folder, AT).valid_until == AT


def test_zip_is_identified_by_its_bytes(options: AuditOptions, tmp_path: Path) -> None:
    folder = write_account(tmp_path, "acme", 1)
    archive = tmp_path / "acme.zip"
    with zipfile.ZipFile(archive, "w") as zip_file:
        for file in folder.iterdir():
            zip_file.write(file, file.name)
    first = check_account(options, Job("acme.zip", archive, frozenset()))
    assert first.state is not None
    assert first.state.open_count == 1
    assert check_account(options, Job("acme.zip", archive, frozenset({first.digest}))).state is None


def _waiver() -> Waiver:
    return Waiver(
        rule="items/*",
        account="*",
        subject="*",
        owner="me",
        reason="why",
        ticket="",
        expires=date(2026, 12, 1),
        where=Location("w.yaml", 1),
    )


def test_waiver_too_far_ahead_counts_once_it_is_near_enough(options: AuditOptions, rulebook: Rulebook, tmp_path: Path) -> None:
    folder = write_account(tmp_path, "acme", 1)
    rules = tuple(replace(rule, longest_waiver=timedelta(days=10)) for rule in rulebook.rules)
    strict = replace(options, rulebook=replace(rulebook, rules=rules), waivers=(_waiver(),))
    state = _state(strict, folder, AT)
    assert state.open_count == 1
    ten_days_before = datetime.fromisoformat("2026-11-21T00:00:00-07:00")
    until = state.valid_until
    while until is not None and until < ten_days_before:
        until = _state(strict, folder, until + timedelta(seconds=1)).valid_until
    assert until == ten_days_before
    assert _state(strict, folder, until).open_count == 0


def test_waiver_expires_by_the_clock_where_the_moment_is_that_of_the_files(options: AuditOptions, tmp_path: Path) -> None:
    folder = write_account(tmp_path, "acme", 1)
    of_files = replace(options, at_files=True, waivers=(_waiver(),))
    last_moment = datetime.fromisoformat("2026-12-01T23:59:59-07:00")
    state = _state(of_files, folder, last_moment)
    assert (state.checked_at, state.open_count) == (datetime.fromisoformat("2026-11-20T17:00:00-07:00"), 0)
    assert state.valid_until is not None
    assert last_moment <= state.valid_until < last_moment + timedelta(seconds=1)
    later = _state(of_files, folder, last_moment + timedelta(seconds=1))
    assert (later.checked_at, later.open_count, later.valid_until) == (state.checked_at, 1, None)


def test_account_whose_files_state_no_date_is_checked_for_the_time_of_the_audit(options: AuditOptions, tmp_path: Path) -> None:
    folder = write_account(tmp_path, "acme", 1)
    (folder / "account.yaml").write_text("account: acme\ntimeZone: America/Denver\n")
    state = _state(replace(options, at_files=True), folder, AT)
    assert (state.checked_at, state.of_files, state.files_undated) == (AT, False, state.files_read)
    assert state.open_count == 1
