"""The file of all audits: whole accounts only, one program at a time, and nobody else's file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from exportready.history import file
from exportready.history.file import NoHistory
from exportready.history.reading import entries, gone, past
from exportready.history.store import History, Started
from exportready.model.audit import AccountState, Entry, Found, Issue, RuleState, Unread
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import Severity

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
WEEK = timedelta(days=7)


def standing(
    findings: Sequence[Found] = (),
    at: datetime = AT,
    digest: str = "d",
    until: datetime | None = None,
    rule_digest: str = "r1",
) -> AccountState:
    failed = Outcome.FAILED if findings else Outcome.PASSED
    rule = RuleState(
        rule="items/a",
        digest=rule_digest,
        grade=Severity.ERROR,
        outcome=failed,
        untold=False,
        worst=Severity.ERROR if findings else None,
        open=len(findings),
        accepted=0,
    )
    verdict = Verdict.NOT_READY if findings else Verdict.READY
    return AccountState(
        digest=digest,
        checked_at=at,
        holds_until=until,
        verdict=verdict,
        name="Acme",
        phase="before-export",
        unread=(Unread("a.xml", "it breaks off"),),
        files=3,
        undated=1,
        oldest=at - WEEK,
        newest=at,
        rules=(rule,),
        grades={Severity.ERROR: len(findings)} if findings else {},
        issues=(
            Issue(
                id="i1",
                rule="items/a",
                code="",
                severity=Severity.ERROR,
                message="PIPE-1 has none",
                transactions=3,
                amount=Decimal("10.50"),
            ),
        ),
        waits=Cleared(1, 3, Decimal("10.50")),
        lapses=(Expiry(what="answer", name="Is it on?", of="modules.purchasing", until=at + WEEK),),
    )


def findings(*subjects: str) -> tuple[Found, ...]:
    return tuple(
        Found(fingerprint=one[::-1], rule="items/a", severity=Severity.ERROR, subject=one, accepted=False) for one in subjects
    )


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.sqlite3") as one:
        yield one


def audit(history: History, at: datetime, *subjects: str, anonymise: bool = False, **more: object) -> Started:
    """One account, Acme, with findings."""
    started = history.begin(at, "s", "book", "1", anonymise=anonymise)
    found = findings(*subjects)
    history.keep(started, "acme", standing(found, at, **more), found, "", anonymise=anonymise)  # type: ignore[arg-type]
    history.finish(started, ["acme"])
    return started


def only(history: History, started: Started) -> Entry:
    (entry,) = entries(history, started, lambda place: f"{place}.html")
    return entry


def test_what_is_kept_comes_back(history: History) -> None:
    found = findings("PIPE-1")
    started = history.begin(AT, "s", "book", "1", anonymise=False)
    history.keep(started, "acme", standing(found), found, "mark", anonymise=False)
    entry = only(history, started)
    assert entry.standing == standing(found)
    assert (entry.place, entry.page, entry.movement, entry.trend) == ("acme", "acme.html", None, (1,))


def test_changes_are_new_fixed_and_back_again(history: History) -> None:
    audit(history, AT, "a", "b")
    second = audit(history, AT + WEEK, "b", "c")
    moved = only(history, second).movement
    assert moved is not None
    assert (moved.added, moved.fixed, moved.regressed, moved.since) == ({"items/a": 1}, {"items/a": 1}, {}, AT)
    third = audit(history, AT + 2 * WEEK, "a", "c")
    moved = only(history, third).movement
    assert moved is not None
    assert (moved.added, moved.regressed, moved.fixed) == ({}, {"items/a": 1}, {"items/a": 1})
    assert only(history, third).trend == (2, 2, 2)
    assert [(one.at, one.open, one.broken) for one in past(history, third)] == [(AT, 2, 1), (AT + WEEK, 2, 1)]


def test_another_rule_is_not_the_customers_doing(history: History) -> None:
    audit(history, AT, "a")
    second = audit(history, AT + WEEK, "a", "b", rule_digest="r2")
    moved = only(history, second).movement
    assert moved is not None
    assert (moved.added, moved.rule_changed) == ({}, {"items/a": 1})


def test_an_account_that_could_not_be_judged_has_fixed_nothing(history: History) -> None:
    audit(history, AT, "a")
    second = history.begin(AT + WEEK, "s", "book", "1", anonymise=False)
    history.keep(
        second,
        "acme",
        AccountState(digest="", checked_at=AT + WEEK, holds_until=None, verdict=Verdict.CANNOT_TELL, error="gone"),
        (),
        "",
        anonymise=False,
    )
    history.finish(second, ["acme"])
    moved = only(history, second).movement
    assert moved is not None
    assert (moved.untold, moved.fixed) == ({"items/a": 1}, {})
    assert only(history, second).trend == (1, None)
    third = audit(history, AT + 2 * WEEK, "a", "b")
    moved = only(history, third).movement
    assert moved is not None
    assert (moved.since, moved.added, moved.fixed) == (AT, {"items/a": 1}, {})


def test_what_holds_may_be_taken_again(history: History) -> None:
    audit(history, AT, "a", digest="d1", until=AT + WEEK)
    known = history.known("acme", AT + timedelta(days=1))
    assert set(known) == {"d1"}
    assert set(history.known("acme", AT)) == {"d1"}
    assert not history.known("acme", AT + WEEK), "an answer is too old by then"
    assert not history.known("acme", AT - WEEK), "nobody knows how it was before"
    assert not history.known("bolt", AT)
    second = history.begin(AT + timedelta(days=1), "s", "book", "1", anonymise=False)
    history.take_again(second, "acme", known["d1"])
    history.finish(second, ["acme"])
    entry = only(history, second)
    assert entry.standing.checked_at == AT
    assert entry.movement is not None
    assert not (entry.movement.added)
    assert not (entry.movement.fixed)


def test_files_that_changed_while_they_were_read_are_not_known(history: History) -> None:
    audit(history, AT, "a", digest="")
    assert not history.known("acme", AT)


def test_accounts_that_are_gone_are_told(history: History) -> None:
    audit(history, AT, "a")
    second = history.begin(AT + WEEK, "s", "book", "1", anonymise=False)
    history.finish(second, [])
    assert gone(history, second) == ("acme",)


def test_an_audit_that_was_interrupted_is_gone_on_with_or_dropped(history: History) -> None:
    assert history.unfinished() is None
    first = history.begin(AT, "s", "book", "1", anonymise=False)
    history.keep(first, "acme", standing(), (), "", anonymise=False)
    assert history.unfinished() == Started(id=first.id, at=AT, settings="s", done=1)
    second = audit(history, AT + WEEK)
    assert history.unfinished() is None
    assert past(history, second) == (), "what was not finished is no earlier audit"
    assert history.connection.execute("SELECT count(*) FROM standing").fetchone() == (1,), "and nothing of it stays"


def test_an_account_is_kept_whole_or_not_at_all(history: History) -> None:
    started = history.begin(AT, "s", "book", "1", anonymise=False)

    def breaks() -> Iterator[Found]:
        yield findings("a")[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.keep(started, "acme", standing(), breaks(), "", anonymise=False)
    for table in ("standing", "entry", "outcome", "finding", "issue"):
        assert history.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608


def test_subjects_are_hashed_those_of_earlier_audits_too(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        audit(history, AT, "PIPE-1", "PIPE-2")
    assert b"PIPE-1" in path.read_bytes()
    with History(path) as history:
        second = audit(history, AT + WEEK, "PIPE-1", anonymise=True)
        moved = only(history, second).movement
        assert moved is not None
        assert (moved.added, moved.fixed) == ({}, {"items/a": 1}), "what is hashed is still compared"
        assert only(history, second).standing.issues[0].message == ""
        subjects = history.connection.execute("SELECT subject, count(*) FROM finding GROUP BY subject ORDER BY 2").fetchall()
        assert [count for _, count in subjects] == [1, 2], "the same subject has the same hash"
    assert b"PIPE-" not in path.read_bytes()
    with History(tmp_path / "other.sqlite3") as other:
        audit(other, AT, "PIPE-1", anonymise=True)
        assert other.connection.execute("SELECT subject FROM finding").fetchone()[0] not in dict(subjects)


def test_one_program_at_a_time(history: History) -> None:
    with pytest.raises(NoHistory, match="another audit is using it"):
        History(history.path)


def test_the_file_is_ours_whole_strict_and_logged_ahead(history: History) -> None:
    assert history.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    tables = history.connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
    assert all(strict for name, strict in tables if not name.startswith("sqlite_"))
    assert len(tables) > 8
    with pytest.raises(sqlite3.IntegrityError):
        history.connection.execute(
            "INSERT INTO audit (at, settings, rulebook, version, finished) VALUES ('', '', '', '', 'x')"
        )


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE TABLE theirs (a)", "another program"),
        ("PRAGMA application_id = 7", "another program"),
    ],
)
def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path, statement: str, said: str) -> None:
    path = tmp_path / "theirs.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NoHistory, match=said):
        History(path)
    assert path.read_bytes() == before


def test_a_newer_or_damaged_file_and_a_shut_place_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        history.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(NoHistory, match="newer ExportReady"):
        History(path)
    path.write_bytes(b"no database, and long enough to be looked at" * 20)
    with pytest.raises(NoHistory, match="no history, or it is damaged"):
        History(path)
    with pytest.raises(NoHistory, match="--history"):
        History(tmp_path)


def test_migrations_are_numbered_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails leaves the file as it was before it."""
    steps = tmp_path / "steps"
    steps.mkdir()
    path = tmp_path / "history.sqlite3"
    History(path).__exit__(None, None, None)
    for step in file.MIGRATIONS.glob("*.sql"):
        (steps / step.name).write_text(step.read_text())
    count = len(list(steps.glob("*.sql")))
    assert [one.name[:5] for one in sorted(steps.glob("*.sql"))] == [f"{at:04}-" for at in range(1, count + 1)]
    monkeypatch.setattr(file, "MIGRATIONS", steps)
    (steps / f"{count + 1:04}-more.sql").write_text("CREATE TABLE more (a TEXT) STRICT;\nCREATE TABLE nonsense (\n);\n")
    with pytest.raises(NoHistory):
        History(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (count,)
    assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchall()
    connection.close()
    (steps / f"{count + 1:04}-more.sql").write_text("CREATE TABLE more (a TEXT) STRICT;\n")
    with History(path) as history:
        assert history.connection.execute("PRAGMA user_version").fetchone() == (count + 1,)


def test_two_records_of_one_name_are_two_findings(history: History) -> None:
    """They share a fingerprint; the milder must not hide the worse."""
    mild, bad = (
        Found(fingerprint="same", rule="items/a", severity=grade, subject="a", accepted=False)
        for grade in (Severity.WARNING, Severity.ERROR)
    )
    started = history.begin(AT, "s", "book", "1", anonymise=False)
    history.keep(started, "acme", standing((mild, bad)), (mild, bad), "", anonymise=False)
    assert only(history, started).standing.grades == {Severity.WARNING: 1, Severity.ERROR: 1}


def test_another_offset_is_another_day_for_an_account_without_a_time_zone(history: History) -> None:
    audit(history, AT, "a")
    assert not history.known("acme", AT.astimezone(UTC))


def test_what_was_there_before_the_last_audit_is_back_again_though_nothing_else_changed(history: History) -> None:
    audit(history, AT, "a", digest="d1")
    audit(history, AT + WEEK, digest="d2")
    third = history.begin(AT + 2 * WEEK, "s", "book", "1", anonymise=False)
    history.take_again(third, "acme", history.known("acme", AT + 2 * WEEK)["d1"])
    history.finish(third, ["acme"])
    moved = only(history, third).movement
    assert moved is not None
    assert (moved.added, moved.regressed) == ({}, {"items/a": 1})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE outcome SET outcome = 'passed', worst = NULL, open = 0",
        "UPDATE standing SET verdict = 'ready'",
        "UPDATE standing SET holds_until = '2030-01-01T00:00:00+00:00'",
        "DELETE FROM outcome",
        "DELETE FROM finding",
        "UPDATE lapse SET until = '2030-01-01T00:00:00+00:00'",
        "INSERT INTO unread VALUES (1, 'b.xml', '')",
    ],
)
def test_what_is_not_as_it_was_written_is_not_believed(history: History, change: str) -> None:
    started = audit(history, AT, "a", digest="d1")
    assert history.known("acme", AT)
    history.connection.execute(change)
    assert not history.known("acme", AT), "it is judged again"
    with pytest.raises(NoHistory, match="damaged"):
        only(history, started)


def test_halves_of_characters_are_kept_as_what_they_are(history: History) -> None:
    half = "Fennimoor, \ud83d"
    broken = AccountState(
        digest="",
        checked_at=AT,
        holds_until=None,
        verdict=Verdict.CANNOT_TELL,
        error=half,
        name=half,
        unread=(Unread(half, half),),
    )
    started = history.begin(AT, "s", "book", "1", anonymise=False)
    history.keep(
        started,
        "acme",
        broken,
        (Found(fingerprint="f", rule="items/a", severity=Severity.INFO, subject=half, accepted=False),),
        "",
        anonymise=False,
    )
    assert only(history, started).standing.name == "Fennimoor, \\ud83d"


@pytest.mark.parametrize("from_the_start", [True, False])
def test_anonymised_no_message_and_no_answer_names_anything_of_the_customer(tmp_path: Path, from_the_start: bool) -> None:
    told = "the key 'Jane' stands twice"
    one = AccountState(
        digest="d",
        checked_at=AT,
        holds_until=None,
        verdict=Verdict.CANNOT_TELL,
        error=told,
        unread=(Unread("a.json", told),),
        lapses=(Expiry(what="answer", name="salesTax.zones.Jane", of="salesTax.zones.Jane", until=AT + WEEK),),
    )
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        first = history.begin(AT, "s", "book", "1", anonymise=from_the_start)
        history.keep(first, "acme", one, (), "", anonymise=from_the_start)
        history.finish(first, ["acme"])
    if not from_the_start:
        assert b"Jane" in path.read_bytes()
        with History(path) as history:
            history.begin(AT + WEEK, "s", "book", "1", anonymise=True)
            assert history.known("acme", AT), "what was hashed is whole again"
    assert b"Jane" not in path.read_bytes()
