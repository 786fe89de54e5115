"""One account: judged, unchanged or broken, and never raised."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from exportready.check import examine
from exportready.fleet import work
from exportready.fleet.audit import settings_digest
from exportready.fleet.work import AuditOptions, Job, digest, judge, judged, packed
from exportready.model.audit import AccountState
from exportready.model.evidence import Location
from exportready.model.report import Outcome, Verdict, Waiver
from exportready.model.rules import Rulebook

from .conftest import AT, account


def test_what_goes_to_another_process_judges_alike(how: AuditOptions, tmp_path: Path) -> None:
    job = Job("acme", account(tmp_path, "acme", 2), frozenset())
    assert judge(packed(how), job) == judged(how, job)


def test_a_standing_counts_what_was_found(how: AuditOptions, tmp_path: Path) -> None:
    done = judged(how, Job("acme", account(tmp_path, "acme", 2), frozenset()))
    assert done.standing is not None
    rule = next(one for one in done.standing.rules if one.rule == "items/cogs-account")
    assert (rule.outcome, rule.open, rule.accepted) == (Outcome.FAILED, 2, 0)
    assert sorted(one.subject for one in done.findings if one.rule == rule.rule) == ["PIPE-1", "PIPE-2"]
    assert sum(done.standing.grades.values()) == done.standing.open == len(done.findings)
    assert done.standing.verdict is Verdict.NOT_READY
    assert done.standing.name == "acme"


def test_what_is_known_is_not_judged_again(how: AuditOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = account(tmp_path, "acme")
    first = judged(how, Job("acme", home, frozenset()))
    monkeypatch.setattr(work, "examine", lambda *_: pytest.fail("it is judged"))
    again = judged(how, Job("acme", home, frozenset({first.digest})))
    assert (again.standing, again.digest) == (None, first.digest)


def test_the_digest_follows_every_byte_name_and_setting(tmp_path: Path) -> None:
    home = account(tmp_path, "acme")
    seen = {digest("a", home), digest("b", home)}
    (home / "more.txt").write_text("1")
    seen.add(digest("a", home))
    (home / "more.txt").write_text("2")
    seen.add(digest("a", home))
    (home / "more.txt").rename(home / "other.txt")
    seen.add(digest("a", home))
    assert len(seen) == 5
    copy = account(tmp_path / "elsewhere", "acme")
    (copy / "other.txt").write_text("2")
    (copy / ".DS_Store").write_text("what no reader looks at")
    assert digest("a", copy) in seen


def test_files_that_change_while_they_are_read_are_judged_again_next_time(
    how: AuditOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = account(tmp_path, "acme")
    plain = examine

    def meanwhile(*arguments: object) -> object:
        (home / "late.txt").write_text("x")
        return plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "examine", meanwhile)
    assert judged(how, Job("acme", home, frozenset())).digest == ""


@pytest.mark.parametrize("what", ["missing", "empty", "no zip", "unrecognised"])
def test_what_is_no_account_is_broken_and_says_why(how: AuditOptions, tmp_path: Path, what: str) -> None:
    path = tmp_path / what
    if what in ("empty", "unrecognised"):
        path.mkdir()
    if what == "unrecognised":
        (path / "letter.bin").write_bytes(b"\0\1\2")
    if what == "no zip":
        path = tmp_path / "a.zip"
        path.write_text("junk")
    done = judged(how, Job(what, path, frozenset()))
    assert done.standing is not None
    assert done.standing.is_broken
    assert done.standing.verdict is Verdict.CANNOT_TELL
    assert done.standing.error or done.standing.unread
    assert not any(one.outcome is Outcome.PASSED for one in done.standing.rules)


def test_a_broken_file_leaves_the_rest_judged(how: AuditOptions, tmp_path: Path) -> None:
    home = account(tmp_path, "acme", 1)
    (home / "customers.json").write_text('{"page": 1, "data": [{"id": 1, "na')
    done = judged(how, Job("acme", home, frozenset()))
    assert done.standing is not None
    assert [one.path for one in done.standing.unread] == ["customers.json"]
    assert done.standing.is_broken
    assert len(done.findings) == 1


def test_our_own_mistakes_are_told_in_the_account(how: AuditOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr(work, "examine", fails)
    done = judged(how, Job("acme", account(tmp_path, "acme"), frozenset()))
    assert done.standing is not None
    assert "ZeroDivisionError" in done.standing.error


def test_settings_that_judge_otherwise_have_another_digest(how: AuditOptions, rulebook: Rulebook) -> None:
    first = rulebook.rules[0]
    parameters = {**first.parameters, "new": True}
    others = [
        how,
        replace(how, phase="after-export"),
        replace(how, selected=("items",)),
        replace(how, ignored=("items",)),
        replace(how, engine="clips"),
        replace(how, rulebook=replace(rulebook, digest="other")),
        replace(how, rulebook=replace(rulebook, rules=(replace(first, parameters=parameters), *rulebook.rules[1:]))),
    ]
    digests = [settings_digest(one, anonymise=False) for one in others] + [settings_digest(how, anonymise=True)]
    assert len(set(digests)) == len(digests)
    assert settings_digest(replace(how, at=AT + timedelta(days=9)), anonymise=False) == digests[0]


def test_a_result_holds_until_something_in_it_is_too_old(how: AuditOptions, tmp_path: Path) -> None:
    """Between the moment of the check and the moment that is told, no later check may come to another outcome."""
    home = account(tmp_path, "acme", 1)
    (home / "account.yaml").write_text(
        "account: acme\ntimeZone: America/Denver\ntakenAt: 2026-11-20T17:00:00-07:00\n"
        "confirmed: {by: office manager, at: 2026-11-20T16:30:00-07:00}\n"
        "settings:\n  webConnector: {status: online, restarted: false}\n  modules: {purchasing: true, inventory: false}\n"
        "  customerMapping: customerLevel\n  customerMappingAtLastExport: customerLevel\n"
    )
    done = judged(how, Job("acme", home, frozenset()))
    assert done.standing is not None
    assert done.standing.holds_until is not None
    first = [(one.rule, one.outcome) for one in done.standing.rules]
    seen = {tuple(first)}
    at = AT
    for _ in range(40):
        until = _standing(how, home, at).holds_until
        if until is None:
            break
        before = until - timedelta(seconds=1)
        assert _outcomes(how, home, at) == _outcomes(how, home, max(before, at)), f"{at} to {until}"
        at = until + timedelta(seconds=1)
        seen.add(tuple(_outcomes(how, home, at)))
    else:
        pytest.fail("it never settles")
    assert len(seen) > 2, "outcomes do change as answers grow old"
    assert _outcomes(how, home, at + timedelta(days=4000)) == _outcomes(how, home, at)
    assert first == _outcomes(how, home, AT)


def _standing(how: AuditOptions, home: Path, at: datetime) -> AccountState:
    done = judged(replace(how, at=at), Job("acme", home, frozenset()))
    assert done.standing is not None
    return done.standing


def _outcomes(how: AuditOptions, home: Path, at: datetime) -> list[tuple[str, Outcome]]:
    return [(one.rule, one.outcome) for one in _standing(how, home, at).rules]


def test_what_is_asked_before_every_export_is_not_told_as_lapsing(how: AuditOptions, tmp_path: Path) -> None:
    home = account(tmp_path, "acme")
    with (home / "account.yaml").open("a") as file:
        file.write("confirmed: {by: me, at: 2026-11-20T17:00:00-07:00}\nsettings: {webConnector: {status: online}, ")
        file.write("modules: {purchasing: true}}\n")
    assert [one.of for one in _standing(how, home, AT).lapses] == ["modules.purchasing"]


def test_there_are_none_counts_for_a_day_and_is_asked_again(how: AuditOptions, tmp_path: Path) -> None:
    home = account(tmp_path, "acme")
    (home / "invoices.json").unlink()
    with (home / "account.yaml").open("a") as file:
        file.write("confirmed: {by: me, at: 2026-11-20T17:00:00-07:00}\ncovers: {servicetitan.invoice: none}\n")
    assert _standing(how, home, AT).holds_until == AT


def test_a_zip_is_known_by_its_bytes(how: AuditOptions, tmp_path: Path) -> None:
    home = account(tmp_path, "acme", 1)
    archive = tmp_path / "acme.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in home.iterdir():
            made.write(file, file.name)
    first = judged(how, Job("acme.zip", archive, frozenset()))
    assert first.standing is not None
    assert first.standing.open == 1
    assert judged(how, Job("acme.zip", archive, frozenset({first.digest}))).standing is None


def test_a_waiver_that_reaches_too_far_ahead_counts_some_day(how: AuditOptions, rulebook: Rulebook, tmp_path: Path) -> None:
    home = account(tmp_path, "acme", 1)
    rules = tuple(replace(rule, longest_waiver=timedelta(days=10)) for rule in rulebook.rules)
    accepted = (
        Waiver(
            rule="items/*",
            account="*",
            subject="*",
            owner="me",
            reason="why",
            ticket="",
            expires=date(2026, 12, 1),
            where=Location("w.yaml", 1),
        ),
    )
    strict = replace(how, rulebook=replace(rulebook, rules=rules), accepted=accepted)
    first = _standing(strict, home, AT)
    assert first.open == 1
    until, at = first.holds_until, AT
    while until is not None and until < datetime.fromisoformat("2026-11-21T00:00:00-07:00"):
        at = until + timedelta(seconds=1)
        until = _standing(strict, home, at).holds_until
    assert until == datetime.fromisoformat("2026-11-21T00:00:00-07:00")
    assert _standing(strict, home, until).open == 0
