"""The history of audits: complete accounts only, used by one program at a time, and never another program's file."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from exportready.history import file, seal
from exportready.history.file import NoHistory
from exportready.history.reading import audited_accounts, gone_places, past_audits
from exportready.history.store import AuditRun, History
from exportready.model.audit import (
    AccountChanges,
    AccountState,
    AuditedAccount,
    AuditFinding,
    AuditKeyIssue,
    PastState,
    RuleState,
    UnreadFile,
)
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import Severity

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
WEEK = timedelta(days=7)


def make_state(
    findings: Sequence[AuditFinding] = (),
    at: datetime = AT,
    digest: str = "d",
    until: datetime | None = None,
    rule_digest: str = "r1",
    *,
    of_files: bool = False,
) -> AccountState:
    """Return the state of an account with one rule."""
    rule = RuleState(
        rule="items/a",
        digest=rule_digest,
        grade=Severity.ERROR,
        outcome=Outcome.FAILED if findings else Outcome.PASSED,
        has_unknowns=False,
        worst=Severity.ERROR if findings else None,
        open_count=len(findings),
        accepted_count=0,
        confirmed=not findings,
    )
    return AccountState(
        digest=digest,
        checked_at=at,
        valid_until=until,
        verdict=Verdict.NOT_READY if findings else Verdict.READY,
        name="Acme",
        phase="before-export",
        unread_files=(UnreadFile("a.xml", "it breaks off"),),
        files_read=3,
        files_undated=1,
        oldest_date=at - WEEK,
        newest_date=at,
        of_files=of_files,
        owner="team-a",
        tags=("west", "inventory"),
        to_do="Please fix these first:\n1. Some items have no account: PIPE-1",
        rules=(rule,),
        open_by_severity={Severity.ERROR: len(findings)} if findings else {},
        key_issues=(
            AuditKeyIssue(
                id="i1",
                rule="items/a",
                code="",
                severity=Severity.ERROR,
                message="PIPE-1 has none",
                transactions=3,
                amount=Decimal("10.50"),
                unreadable=1,
            ),
        ),
        blocked=Cleared(findings=1, transactions=3, amount=Decimal("10.50"), unreadable=2),
        expiring=(Expiry(what="answer", name="Is it on?", of="modules.purchasing", until=at + WEEK),),
    )


def make_findings(*subjects: str) -> tuple[AuditFinding, ...]:
    return tuple(
        AuditFinding(fingerprint=subject[::-1], rule="items/a", severity=Severity.ERROR, subject=subject, accepted=False)
        for subject in subjects
    )


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.sqlite3") as history:
        yield history


def start(history: History, at: datetime = AT, *, anonymize: bool = False) -> AuditRun:
    return history.start_audit(at, "settings", "rulebook", "1", anonymize=anonymize)


def run_audit(history: History, at: datetime, *subjects: str, anonymize: bool = False, **more: object) -> AuditRun:
    """Save an audit of one account, Acme, with findings about some subjects."""
    audit = start(history, at, anonymize=anonymize)
    findings = make_findings(*subjects)
    state = make_state(findings, at, **more)  # type: ignore[arg-type]
    history.save(audit, "acme", state, findings, report_mark="", anonymize=anonymize)
    history.finish_audit(audit, ["acme"])
    return audit


def only_account(history: History, audit: AuditRun) -> AuditedAccount:
    (account,) = audited_accounts(history, audit, lambda place: f"{place}.html")
    return account


def changes_in(history: History, audit: AuditRun) -> AccountChanges:
    changes = only_account(history, audit).changes
    assert changes is not None
    return changes


def test_saved_account_is_read_back(history: History) -> None:
    findings = make_findings("PIPE-1")
    audit = start(history)
    history.save(audit, "acme", make_state(findings), findings, report_mark="mark", anonymize=False)
    account = only_account(history, audit)
    assert account.state == make_state(findings)
    assert (account.place, account.report_file, account.changes, account.trend) == ("acme", "acme.html", None, (1,))


def test_added_fixed_and_regressed_findings(history: History) -> None:
    run_audit(history, AT, "a", "b")
    second = run_audit(history, AT + WEEK, "b", "c")
    changes = changes_in(history, second)
    assert (changes.added, changes.fixed, changes.regressed, changes.since) == ({"items/a": 1}, {"items/a": 1}, {}, AT)
    third = run_audit(history, AT + 2 * WEEK, "a", "c")
    changes = changes_in(history, third)
    assert (changes.added, changes.regressed, changes.fixed) == ({}, {"items/a": 1}, {"items/a": 1})
    assert only_account(history, third).trend == (2, 2, 2)
    past = past_audits(history, third)
    assert [(audit.at, audit.open_count, audit.unreadable) for audit in past] == [(AT, 2, 1), (AT + WEEK, 2, 1)]


def test_findings_of_a_changed_rule_are_not_added(history: History) -> None:
    run_audit(history, AT, "a")
    second = run_audit(history, AT + WEEK, "a", "b", rule_digest="r2")
    changes = changes_in(history, second)
    assert (changes.added, changes.rule_changed) == ({}, {"items/a": 1})


def test_account_that_could_not_be_checked_has_nothing_fixed(history: History) -> None:
    run_audit(history, AT, "a")
    second = start(history, AT + WEEK)
    state = AccountState(
        digest="", checked_at=AT + WEEK, valid_until=None, verdict=Verdict.CANNOT_TELL, error="the folder is gone"
    )
    history.save(second, "acme", state, (), report_mark="", anonymize=False)
    history.finish_audit(second, ["acme"])
    changes = changes_in(history, second)
    assert (changes.now_unknown, changes.fixed) == ({"items/a": 1}, {})
    assert only_account(history, second).trend == (1, None)
    third = run_audit(history, AT + 2 * WEEK, "a", "b")
    changes = changes_in(history, third)
    assert (changes.since, changes.added, changes.fixed) == (AT, {"items/a": 1}, {})


def test_valid_state_is_reused(history: History) -> None:
    run_audit(history, AT, "a", digest="d1", until=AT + WEEK)
    reusable = history.reusable_states("acme", AT + timedelta(days=1))
    assert set(reusable) == {"d1"}
    assert set(history.reusable_states("acme", AT)) == {"d1"}
    assert not history.reusable_states("acme", AT + WEEK), "an answer has expired by then"
    assert not history.reusable_states("acme", AT - WEEK), "it wasn't checked yet"
    assert not history.reusable_states("bolt", AT)
    second = start(history, AT + timedelta(days=1))
    history.reuse(second, "acme", reusable["d1"])
    history.finish_audit(second, ["acme"])
    assert only_account(history, second).state.checked_at == AT
    changes = changes_in(history, second)
    assert not changes.added
    assert not changes.fixed


def test_state_without_digest_is_not_reused(history: History) -> None:
    run_audit(history, AT, "a", digest="")
    assert not history.reusable_states("acme", AT)


def test_gone_accounts_are_listed(history: History) -> None:
    run_audit(history, AT, "a")
    second = start(history, AT + WEEK)
    history.finish_audit(second, [])
    assert gone_places(history, second) == ("acme",)


def test_interrupted_audit_is_resumed_or_dropped(history: History) -> None:
    assert history.interrupted_audit() is None
    first = start(history)
    history.save(first, "acme", make_state(), (), report_mark="", anonymize=False)
    assert history.interrupted_audit() == AuditRun(id=first.id, at=AT, settings_digest="settings", saved_accounts=1)
    second = run_audit(history, AT + WEEK)
    assert history.interrupted_audit() is None
    assert past_audits(history, second) == (), "an unfinished audit isn't an earlier audit"
    assert history.connection.execute("SELECT count(*) FROM standing").fetchone() == (1,), "its states are deleted"


def test_account_is_saved_completely_or_not_at_all(history: History) -> None:
    audit = start(history)

    def interrupted_findings() -> Iterator[AuditFinding]:
        yield make_findings("a")[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.save(audit, "acme", make_state(), interrupted_findings(), report_mark="", anonymize=False)
    for table in ("standing", "entry", "outcome", "finding", "issue"):
        assert history.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608


def test_anonymizing_hashes_subjects_of_earlier_audits_too(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        run_audit(history, AT, "PIPE-1", "PIPE-2")
    assert b"PIPE-1" in path.read_bytes()
    with History(path) as history:
        second = run_audit(history, AT + WEEK, "PIPE-1", anonymize=True)
        changes = changes_in(history, second)
        assert (changes.added, changes.fixed) == ({}, {"items/a": 1}), "hashed findings can still be compared"
        assert only_account(history, second).state.key_issues[0].message == ""
        assert only_account(history, second).state.to_do == ""
        assert only_account(history, second).state.owner == "team-a"
        subjects = history.connection.execute("SELECT subject, count(*) FROM finding GROUP BY subject ORDER BY 2").fetchall()
        assert [count for _, count in subjects] == [1, 2], "the same subject has the same hash"
    assert b"PIPE-" not in path.read_bytes()
    with History(tmp_path / "other.sqlite3") as other:
        run_audit(other, AT, "PIPE-1", anonymize=True)
        assert other.connection.execute("SELECT subject FROM finding").fetchone()[0] not in dict(subjects)


def test_anonymizing_leaves_out_who_confirmed_and_who_accepted(tmp_path: Path) -> None:
    expiries = (
        Expiry(what="answer", name="Is it on?", of="modules.purchasing", until=AT + WEEK),
        Expiry(what="confirmation", name="Every line has a technician", of="office manager", until=AT + WEEK),
        Expiry(what="waiver", name="Items have an account", of="controller", until=AT + WEEK),
    )
    state = msgspec.structs.replace(make_state(), expiring=expiries)
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        history.save(start(history), "acme", state, (), report_mark="", anonymize=False)
    assert b"office manager" in path.read_bytes()
    with History(path) as history:
        audit = start(history, AT + WEEK, anonymize=True)
        history.save(audit, "acme", state, (), report_mark="", anonymize=True)
        assert [expiry.of for expiry in only_account(history, audit).state.expiring] == ["modules.purchasing", "", ""]
    assert b"office manager" not in path.read_bytes()
    assert b"controller" not in path.read_bytes()


def test_only_one_program_can_open_it(history: History) -> None:
    with pytest.raises(NoHistory, match="another audit is using this file"):
        History(history.path)


def test_file_has_strict_tables_and_a_write_ahead_log(history: History) -> None:
    assert history.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    tables = history.connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
    assert all(strict for name, strict in tables if not name.startswith("sqlite_"))
    assert len(tables) > 8
    with pytest.raises(sqlite3.IntegrityError):
        history.connection.execute(
            "INSERT INTO audit (at, settings, rulebook, version, finished) VALUES ('', '', '', '', 'x')"
        )


@pytest.mark.parametrize("statement", ["CREATE TABLE theirs (a)", "PRAGMA application_id = 7"])
def test_file_of_another_program_is_not_touched(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "theirs.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NoHistory, match="another program's database"):
        History(path)
    assert path.read_bytes() == before


def test_unusable_files_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        history.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(NoHistory, match="newer version of ExportReady"):
        History(path)
    path.write_bytes(b"not a database, and longer than a header" * 20)
    with pytest.raises(NoHistory, match="not a history, or it is damaged"):
        History(path)
    with pytest.raises(NoHistory, match="--history"):
        History(tmp_path)


def test_a_history_from_before_unreadable_amounts_is_still_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        audit = run_audit(history, AT, "PIPE-1")
        ((state_id,),) = history.connection.execute("SELECT id FROM standing").fetchall()
        history.connection.execute("DELETE FROM unreadable")
        with monkeypatch.context() as patched:
            patched.setattr(seal, "_SEALED_ROWS", seal._SEALED_ROWS[:-3])
            seal.write_seal(history.connection, state_id)
        for table in ("unreadable", "detail", "confirmed"):
            history.connection.execute(f"DROP TABLE {table}")
        history.connection.execute("PRAGMA user_version = 1")
    with History(path) as history:
        state = only_account(history, audit).state
    assert (state.blocked.unreadable, state.key_issues[0].unreadable, state.blocked.amount) == (0, 0, Decimal("10.50"))


def test_a_changed_number_of_unreadable_amounts_breaks_the_seal(history: History) -> None:
    audit = run_audit(history, AT, "PIPE-1")
    assert only_account(history, audit).state.blocked.unreadable == 2
    history.connection.execute("UPDATE unreadable SET amounts = 1")
    with pytest.raises(NoHistory):
        only_account(history, audit)


def test_failed_migration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Migrations are numbered without gaps, and each is applied completely or not at all."""
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    path = tmp_path / "history.sqlite3"
    History(path).__exit__(None, None, None)
    for migration in file.MIGRATIONS.glob("*.sql"):
        (migrations / migration.name).write_text(migration.read_text())
    count = len(list(migrations.glob("*.sql")))
    numbers = [migration.name[:5] for migration in sorted(migrations.glob("*.sql"))]
    assert numbers == [f"{number:04}-" for number in range(1, count + 1)]
    monkeypatch.setattr(file, "MIGRATIONS", migrations)
    new_migration = migrations / f"{count + 1:04}-more.sql"
    new_migration.write_text("CREATE TABLE more (a TEXT) STRICT;\nCREATE TABLE nonsense (\n);\n")
    with pytest.raises(NoHistory):
        History(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (count,)
    assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchall()
    connection.close()
    new_migration.write_text("CREATE TABLE more (a TEXT) STRICT;\n")
    with History(path) as history:
        assert history.connection.execute("PRAGMA user_version").fetchone() == (count + 1,)


def test_findings_with_the_same_fingerprint_are_both_saved(history: History) -> None:
    """Two records with the same name share a fingerprint; the milder finding must not hide the worse one."""
    findings = tuple(
        AuditFinding(fingerprint="same", rule="items/a", severity=severity, subject="a", accepted=False)
        for severity in (Severity.WARNING, Severity.ERROR)
    )
    audit = start(history)
    history.save(audit, "acme", make_state(findings), findings, report_mark="", anonymize=False)
    assert only_account(history, audit).state.open_by_severity == {Severity.WARNING: 1, Severity.ERROR: 1}


def test_state_is_not_reused_at_another_offset(history: History) -> None:
    """An account without a time zone has the offset of the check, which decides what day it is."""
    run_audit(history, AT, "a")
    assert not history.reusable_states("acme", AT.astimezone(UTC))


def test_state_of_the_moment_of_its_files_is_reused_at_any_offset(history: History) -> None:
    """The offset of that moment comes from the files, so the clock of the computer doesn't matter."""
    run_audit(history, AT, "a", of_files=True)
    assert history.reusable_states("acme", (AT + WEEK).astimezone(UTC))


def test_account_in_earlier_audits_is_read_back(history: History) -> None:
    run_audit(history, AT, "a", "b")
    second = run_audit(history, AT + WEEK)
    assert only_account(history, second).past == (PastState(Verdict.NOT_READY, True, 2),)
    third = start(history, AT + 2 * WEEK)
    history.save(third, "new", make_state(), (), report_mark="", anonymize=False)
    history.finish_audit(third, ["new"])
    assert only_account(history, third).past == (None, None)


def test_states_from_before_there_were_owners_stay_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their seals cover no rows of the new tables. SQLite files of the first version are made by leaving out the later migrations."""
    first_only = tmp_path / "migrations"
    first_only.mkdir()
    (first_only / "0001-audits.sql").write_text((file.MIGRATIONS / "0001-audits.sql").read_text())
    path = tmp_path / "history.sqlite3"
    with monkeypatch.context() as patch:
        patch.setattr(file, "MIGRATIONS", first_only)
        connection = file.connect(path)
        connection.execute("INSERT INTO account VALUES (1, 'acme')")
        connection.execute(
            "INSERT INTO standing VALUES (1, 1, 'd', '', ?, NULL, 'ready', '', 'Acme', 'before-export', 3, 0, NULL, NULL, 0, 0, '0', '')",
            (AT.isoformat(),),
        )
        connection.execute("INSERT INTO outcome VALUES (1, 'items/a', 'r1', 'error', 'passed', 0, NULL, 0, 0)")
        digest = hashlib.sha256()
        for query in seal._SEALED_ROWS[:6]:
            for row in connection.execute(query, (1,)):
                digest.update(repr(tuple(row)).encode("utf-8", "backslashreplace"))
        connection.execute("UPDATE standing SET seal = ?", (digest.hexdigest(),))
        connection.close()
    with History(path) as history:
        assert history.reusable_states("acme", AT)["d"].id == 1
        audit = start(history)
        history.reuse(audit, "acme", history.reusable_states("acme", AT)["d"])
        state = only_account(history, audit).state
    assert (state.owner, state.tags, state.to_do, state.of_files, state.confirmed_count) == ("", (), "", False, 0)


def test_reused_state_can_bring_findings_back(history: History) -> None:
    run_audit(history, AT, "a", digest="d1")
    run_audit(history, AT + WEEK, digest="d2")
    third = start(history, AT + 2 * WEEK)
    history.reuse(third, "acme", history.reusable_states("acme", AT + 2 * WEEK)["d1"])
    history.finish_audit(third, ["acme"])
    changes = changes_in(history, third)
    assert (changes.added, changes.regressed) == ({}, {"items/a": 1})


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE outcome SET outcome = 'passed', worst = NULL, open = 0",
        "UPDATE standing SET verdict = 'ready'",
        "UPDATE detail SET owner = 'team-b'",
        "DELETE FROM detail",
        "INSERT INTO confirmed VALUES (1, 'items/a')",
        "UPDATE standing SET holds_until = '2030-01-01T00:00:00+00:00'",
        "DELETE FROM outcome",
        "DELETE FROM finding",
        "UPDATE lapse SET until = '2030-01-01T00:00:00+00:00'",
        "INSERT INTO unread VALUES (1, 'b.xml', '')",
    ],
)
def test_damaged_state_is_never_used(history: History, damage: str) -> None:
    audit = run_audit(history, AT, "a", digest="d1")
    assert history.reusable_states("acme", AT)
    history.connection.execute(damage)
    assert not history.reusable_states("acme", AT), "the account must be checked again"
    with pytest.raises(NoHistory, match="damaged"):
        only_account(history, audit)


def test_lone_surrogates_are_escaped(history: History) -> None:
    text = "Fennimoor, \ud83d"
    state = AccountState(
        digest="",
        checked_at=AT,
        valid_until=None,
        verdict=Verdict.CANNOT_TELL,
        error=text,
        name=text,
        unread_files=(UnreadFile(text, text),),
    )
    finding = AuditFinding(fingerprint="f", rule="items/a", severity=Severity.INFO, subject=text, accepted=False)
    audit = start(history)
    history.save(audit, "acme", state, (finding,), report_mark="", anonymize=False)
    assert only_account(history, audit).state.name == "Fennimoor, \\ud83d"


@pytest.mark.parametrize("from_the_start", [True, False])
def test_anonymized_history_quotes_no_file_and_names_no_entry(tmp_path: Path, from_the_start: bool) -> None:
    message = "the key 'Jane' stands twice"
    state = AccountState(
        digest="d",
        checked_at=AT,
        valid_until=None,
        verdict=Verdict.CANNOT_TELL,
        error=message,
        unread_files=(UnreadFile("a.json", message),),
        expiring=(Expiry(what="answer", name="salesTax.zones.Jane", of="salesTax.zones.Jane", until=AT + WEEK),),
    )
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        first = start(history, anonymize=from_the_start)
        history.save(first, "acme", state, (), report_mark="", anonymize=from_the_start)
        history.finish_audit(first, ["acme"])
    if not from_the_start:
        assert b"Jane" in path.read_bytes()
        with History(path) as history:
            start(history, AT + WEEK, anonymize=True)
            assert history.reusable_states("acme", AT), "the state has a new seal"
    assert b"Jane" not in path.read_bytes()
