"""`exportready audit`, run as a user runs it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from commands import run_in_process

from .conftest import Run, account

ROOT = Path(__file__).parents[2]
AT = "2026-11-20T18:00:00-07:00"
LATER = "2026-11-20T19:00:00-07:00"
HISTORY = "exportready-history.sqlite3"

INTERRUPTIBLE = """
import signal, sys
from exportready.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""
"""The program, with Ctrl-C as at a terminal: what a shell starts in the background ignores it, and hands that on."""


def started(folder: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "engine"), "PYTHONIOENCODING": "utf-8"}
    words = [sys.executable, "-c", INTERRUPTIBLE, "audit", *map(str, arguments)]
    return subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Four accounts: two fail, one is fine as far as anybody can tell, one is broken."""
    folder = tmp_path / "accounts"
    for at, name in enumerate(("acme", "bolt", "crane")):
        account(folder, name, at)
    (folder / "drum.zip").write_text("junk")
    return folder


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def failing(audit: dict[str, Any], rule: str) -> list[str]:
    (found,) = (one["failed"] for one in audit["rules"] if one["id"] == rule)
    return list(found)


def test_every_account_is_judged_and_the_broken_one_told(run: Run, fleet: Path) -> None:
    done = run(fleet, "-o", "json", "--at", AT)
    assert done.returncode == 1
    audit = told(done)
    assert audit["format"] == "exportready/audit@1"
    assert [one["path"] for one in audit["accounts"]] == ["acme", "bolt", "crane", "drum.zip"]
    assert failing(audit, "items/cogs-account") == ["bolt", "crane"]
    assert audit["counts"]["unreadable"] == 1
    assert audit["counts"]["not_ready"] == 2
    assert audit["counts"]["cannot_tell"] == 2
    broken = audit["accounts"][3]
    assert broken["unreadable"] or broken["error"]
    assert broken["verdict"] == "cannot_tell"
    assert (fleet / HISTORY).is_file()


def test_the_number_of_processes_changes_no_byte(run: Run, fleet: Path, tmp_path: Path) -> None:
    here = run(fleet, "-o", "json", "--at", AT, "--history", tmp_path / "0.sqlite3")
    one = run(fleet, "-o", "json", "--at", AT, "--jobs", "1", "--history", tmp_path / "1.sqlite3")
    three = run(fleet, "-o", "json", "--at", AT, "--jobs", "3", "--history", tmp_path / "3.sqlite3")
    assert here.stdout == one.stdout == three.stdout


def test_the_next_audit_says_what_changed_and_judges_only_that(run: Run, fleet: Path) -> None:
    run(fleet, "-q", "--at", AT)
    account(fleet, "acme", 1)
    account(fleet, "crane", 0)
    audit = told(run(fleet, "-o", "json", "--at", LATER))
    acme, bolt, crane, _ = audit["accounts"]
    assert acme["changes"]["added"] == {"items/cogs-account": 1}
    assert crane["changes"]["fixed"] == {"items/cogs-account": 2}
    assert bolt["changes"]["added"] == bolt["changes"]["fixed"] == {}
    assert (bolt["checked_at"], acme["checked_at"]) == (AT, LATER)
    assert audit["since"] == AT
    assert bolt["trend"] == [1, 1]
    assert [one["findings"] for one in audit["trend"]] == [3]


def test_each_account_has_a_report_of_its_own(run: Run, fleet: Path, tmp_path: Path) -> None:
    done = run(fleet, "-o", "html:out/audit.html", "-o", "json:out/audit.json", "--at", AT)
    assert "Wrote the accounts' own reports" in done.stderr
    audit = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))
    page = (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    for one in audit["accounts"]:
        if one["report"] is not None:
            assert (tmp_path / "out" / one["report"]).is_file()
            assert f'href="{one["report"]}"' in page
    assert [one["report"] for one in audit["accounts"]][:1] == ["audit-accounts/acme.html"]
    (tmp_path / "out" / "audit-accounts" / "acme.html").unlink()
    run(fleet, "-o", "html:out/audit.html", "--at", AT)
    assert (tmp_path / "out" / "audit-accounts" / "acme.html").is_file(), "what is not there is written again"
    run(fleet, "-o", "html:out/other.html", "--no-reports", "--at", AT)
    assert not (tmp_path / "out" / "other-accounts").exists()
    assert 'href="audit-accounts' not in (tmp_path / "out" / "other.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 1),
        (("--fail-on", "never"), 4),
        (("--fail-on", "never", "--allow-unknown"), 4),
        (("--ignore", "items/cogs-account"), 4),
        (("--select", "naming/no-colon", "--phase", "after-export"), 3),
    ],
)
def test_exit_codes(run: Run, fleet: Path, arguments: tuple[str, ...], code: int) -> None:
    assert run(fleet, "-q", "--at", AT, *arguments).returncode == code


def test_all_accounts_passing_ends_in_nought(run: Run, fleet: Path) -> None:
    (fleet / "drum.zip").unlink()
    only = ("--select", "items/cogs-account")
    assert run(fleet, "-q", "--at", AT, *only, "--fail-on", "never").returncode == 0
    assert run(fleet, "-q", "--at", AT, *only).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "is not there"),
        (("accounts/acme",), "exportready check judges one"),
        (("accounts", "-o", "sarif"), "is not a format"),
        (("accounts", "--select", "items/cogs"), "did you mean 'items/cogs-account'"),
        (("accounts", "--resume"), "no audit in"),
        (("accounts", "--cluster", "tcp://127.0.0.1:1", "--jobs", "2"), "--jobs is for this machine"),
        (("accounts", "--history", "accounts/acme/account.yaml"), "--history"),
    ],
)
def test_what_cannot_be_meant_is_said(run: Run, fleet: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_two_audits_at_once_are_refused(run: Run, fleet: Path) -> None:
    run(fleet, "-q", "--at", AT)
    connection = sqlite3.connect(fleet / HISTORY, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    done = run(fleet, "-q", "--at", AT)
    connection.close()
    assert done.returncode == 2
    assert "another audit is using it" in done.stderr


def test_anonymised_nothing_names_what_findings_are_about(run: Run, fleet: Path, tmp_path: Path) -> None:
    done = run(fleet, "-o", "json", "-o", "csv:a.csv", "-o", "html:a.html", "--no-reports", "--at", AT, "--anonymise")
    assert told(done)["anonymised"] is True
    assert "PIPE-" not in done.stdout
    for path in (fleet / HISTORY, tmp_path / "a.csv", tmp_path / "a.html"):
        assert b"PIPE-" not in path.read_bytes()


# -- interrupted


def many(tmp_path: Path, count: int = 40) -> Path:
    folder = tmp_path / "many"
    for at in range(count):
        account(folder, f"account-{at:02}", at % 4)
    return folder


def undisturbed(run: Run, folder: Path, tmp_path: Path) -> str:
    return run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "undisturbed.sqlite3").stdout


LOG_OF_MANY = 2_300_000
"""About so many bytes SQLite logs for them."""


def wait_for_log(history: Path, size: int) -> None:
    """The log grows with every account; the file itself is locked while an audit runs."""
    deadline = time.monotonic() + 60
    log = history.with_name(f"{history.name}-wal")
    while time.monotonic() < deadline and not (log.exists() and log.stat().st_size > size):
        time.sleep(0.002)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_keeps_what_is_finished_and_resume_goes_on(run: Run, tmp_path: Path) -> None:
    folder = many(tmp_path)
    process = started(tmp_path, folder, "-o", "json", "--at", AT, "--jobs", "1")
    wait_for_log(folder / HISTORY, LOG_OF_MANY // 5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "--resume goes on" in err
    assert "of 40 accounts are finished and kept" in err
    assert "Traceback" not in err
    other = run(folder, "--resume", "--at", AT, "--ignore", "naming")
    assert other.returncode == 2
    assert "other rules or other settings" in other.stderr
    done = run(folder, "-o", "json", "--resume")
    assert done.stdout == undisturbed(run, folder, tmp_path)


def test_without_resume_an_interrupted_audit_is_mentioned_and_a_new_one_begins(run: Run, tmp_path: Path) -> None:
    folder = many(tmp_path)
    process = started(tmp_path, folder, "-o", "json", "--at", AT, "--jobs", "1")
    wait_for_log(folder / HISTORY, LOG_OF_MANY // 5)
    process.kill()
    process.communicate()
    done = run(folder, "-o", "json", "--at", AT)
    assert "was interrupted after" in done.stderr
    assert done.stdout == undisturbed(run, folder, tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")
def test_killed_twice_on_the_way_it_resumes_to_the_same_result(run: Run, tmp_path: Path) -> None:
    assert interrupted_by_kills(run, tmp_path, [0.2, 0.5]) > 0, "neither of the moments fell into the work"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")
def test_killed_at_twenty_random_moments_it_resumes_to_the_same_result(run: Run, tmp_path: Path) -> None:
    moments = [random.random() for _ in range(20)]  # noqa: S311  # chance is meant
    assert interrupted_by_kills(run, tmp_path, moments) > 5, "too few of the moments fell into the work"


def interrupted_by_kills(run: Run, tmp_path: Path, moments: Iterable[float]) -> int:
    """Kill an audit at each moment and resume it; return how many kills left it unfinished.

    A moment is a share of the log; a failure says which it was.
    """
    folder = many(tmp_path)
    whole = undisturbed(run, folder, tmp_path)
    interrupted = 0
    for at, moment in enumerate(moments):
        history = tmp_path / f"killed-{at}.sqlite3"
        process = started(tmp_path, folder, "-o", "json", "--at", AT, "--history", history)
        wait_for_log(history, round(LOG_OF_MANY * moment))
        process.kill()
        process.communicate()
        held, finished = whole_accounts(history)
        interrupted += 0 < held < 40
        if not finished:
            done = run(folder, "-o", "json", "--history", history, *(("--resume",) if held else ("--at", AT)))
            assert done.stdout == whole, f"killed after {moment:.2%} of the log, with {held} accounts"
    return interrupted


def whole_accounts(history: Path) -> tuple[int, bool]:
    """How many accounts it holds, each of them whole; and whether the audit was finished."""
    if not history.exists():
        return 0, False
    connection = sqlite3.connect(history)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if "entry" not in tables:
        connection.close()
        return 0, False
    rows = connection.execute(
        "SELECT (SELECT count(*) FROM outcome WHERE outcome.standing = entry.standing),"
        " (SELECT coalesce(sum(open), 0) FROM outcome WHERE outcome.standing = entry.standing),"
        " (SELECT count(*) FROM finding WHERE finding.standing = entry.standing) FROM entry"
    ).fetchall()
    assert len({rules for rules, _, _ in rows}) <= 1, "every account has an outcome for every rule"
    assert all(open_ == found for _, open_, found in rows), "and every finding that its outcomes count"
    finished = connection.execute("SELECT max(finished) FROM audit").fetchone()[0] == 1
    connection.close()
    return len(rows), finished


def children(process: subprocess.Popen[str]) -> list[int]:
    found = []
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        found += [int(one) for one in (task / "children").read_text().split()]
    return [one for one in found if "spawn_main" in Path(f"/proc/{one}/cmdline").read_text()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are found in /proc")
def test_a_process_that_is_killed_takes_no_account_with_it(run: Run, tmp_path: Path) -> None:
    folder = many(tmp_path)
    process = started(tmp_path, folder, "-o", "json", "--at", AT, "--jobs", "2")
    wait_for_log(folder / HISTORY, LOG_OF_MANY // 5)
    os.kill(children(process)[0], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert out == undisturbed(run, folder, tmp_path)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are found in /proc")
def test_nobody_goes_on_working_for_a_parent_that_is_gone(tmp_path: Path) -> None:
    folder = many(tmp_path)
    process = started(tmp_path, folder, "-q", "--at", AT, "--jobs", "2")
    wait_for_log(folder / HISTORY, LOG_OF_MANY // 5)
    workers = children(process)
    assert workers
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(_is_alive(one) for one in workers):
        time.sleep(0.05)
    assert not any(_is_alive(one) for one in workers)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# -- the same as checking each account by itself


def test_an_audit_says_of_each_account_what_a_check_says(run: Run, tmp_path: Path) -> None:
    examples = ("ready", "not-ready", "not-ready-without-inventory", "after-export", "by-hand")
    for name in examples:
        shutil.copytree(ROOT / "examples" / name, tmp_path / "fleet" / name)
    twice(tmp_path / "fleet" / "twice")
    audited = told(run("fleet", "-o", "json", "--at", AT))
    for one in audited["accounts"]:
        checked = run_in_process(["check", tmp_path / "fleet" / one["path"], "--at", AT, "-o", "json"], tmp_path)
        result = json.loads(checked.stdout)
        found = [finding["severity"] for rule in result["rules"] for finding in rule["findings"]]
        assert one["verdict"] == result["verdict"]
        assert {rule["id"]: rule["outcome"] for rule in one["rules"]} == {
            rule["id"]: rule["outcome"] for rule in result["rules"]
        }
        assert one["findings"] == {grade: found.count(grade) for grade in ("error", "warning", "info")} | {"waived": 0}
        assert sum(rule["findings"] for rule in one["rules"]) == len(found)
        assert [issue["id"] for issue in one["key_issues"]] == [issue["id"] for issue in result["key_issues"]]
        alone = tmp_path / f"alone-{one['path']}"
        alone.mkdir()
        shutil.copytree(tmp_path / "fleet" / one["path"], alone / one["path"])
        assert run(alone, "-q", "--at", AT).returncode == checked.returncode, one["path"]


def twice(home: Path) -> None:
    """Two bills of one vendor and number, of which one is an error and the other but a warning."""
    shutil.copytree(ROOT / "examples" / "ready", home)
    stated = (home / "account.yaml").read_text(encoding="utf-8")
    (home / "account.yaml").write_text(
        stated.replace("settings:\n", "settings:\n  closingDate: '2026-10-31'\n", 1), encoding="utf-8"
    )
    path = home / "servicetitan" / "bills.json"
    bills = json.loads(path.read_text(encoding="utf-8"))
    for number, posted in enumerate(("2026-11-05", "2026-10-15")):
        bill = dict(bills["data"][0])
        bill |= {"id": 990_000 + number, "syncStatus": "Pending", "referenceNumber": "B-7799", "billDate": "2026-10-15"}
        bills["data"].append({**bill, "postDate": posted})
    if "totalCount" in bills and bills["totalCount"] is not None:
        bills["totalCount"] += 2
    path.write_text(json.dumps(bills), encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("accounts", "-o", f"json:accounts/{HISTORY}"), "is the history"),
        (("accounts", "-o", "html:out/acme.html", "--reports", "out"), "is the report of one account"),
        (("accounts", "--select", "items", "--ignore", "items"), "no rule is left"),
    ],
)
def test_nothing_that_must_stay_is_written_over(run: Run, fleet: Path, arguments: tuple[str, ...], said: str) -> None:
    run("accounts", "-q", "--at", AT)
    before = (fleet / HISTORY).read_bytes()
    done = run(*arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert (fleet / HISTORY).read_bytes() == before


def test_the_accounts_own_reports_are_no_account_next_time(run: Run, fleet: Path) -> None:
    words = ("accounts", "-o", "html:accounts/audit.html", "-o", "json", "--at", AT)
    assert told(run(*words))["counts"] == told(run(*words))["counts"]


def test_a_report_of_an_account_that_became_unreadable_does_not_stay(run: Run, fleet: Path, tmp_path: Path) -> None:
    run("accounts", "-q", "-o", "html:a.html", "--at", AT)
    assert (tmp_path / "a-accounts" / "acme.html").is_file()
    shutil.rmtree(fleet / "acme")
    (fleet / "acme").mkdir()
    run("accounts", "-q", "-o", "html:a.html", "--at", AT)
    assert not (tmp_path / "a-accounts" / "acme.html").exists()


def test_half_a_character_stops_nobody(run: Run, fleet: Path) -> None:
    page = (fleet / "bolt" / "materials.json").read_text(encoding="utf-8")
    (fleet / "bolt" / "materials.json").write_text(page.replace("PIPE-1", "PIPE-\\ud83d"), encoding="utf-8")
    done = run("accounts", "-o", "json", "-o", "html:a.html", "--at", AT)
    assert done.returncode == 1
    assert len(told(done)["accounts"]) == 4
