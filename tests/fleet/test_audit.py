"""The command `exportready audit`, run as users run it."""

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
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from commands import run_in_process
from exportready.cli import options

from .conftest import Run, write_account, write_accounts

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
"""Runs the program with the usual handling of Ctrl-C, which processes started in the background of a shell ignore."""


def start_audit(folder: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "engine"), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", INTERRUPTIBLE, "audit", *map(str, arguments)]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Write four accounts: two fail, one has no known problem, one can't be read."""
    folder = tmp_path / "accounts"
    for without_account, name in enumerate(("acme", "bolt", "crane")):
        write_account(folder, name, without_account)
    (folder / "drum.zip").write_text("junk")
    return folder


def parse_json(process: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    audit: dict[str, Any] = json.loads(process.stdout)
    return audit


def accounts_failing(audit: dict[str, Any], rule: str) -> list[str]:
    (places,) = (entry["failed"] for entry in audit["rules"] if entry["id"] == rule)
    return list(places)


def test_every_account_is_checked_and_unreadable_ones_are_reported(run: Run, fleet: Path) -> None:
    process = run(fleet, "-o", "json", "--at", AT)
    assert process.returncode == 1
    audit = parse_json(process)
    assert audit["format"] == "exportready/audit@1"
    assert [account["path"] for account in audit["accounts"]] == ["acme", "bolt", "crane", "drum.zip"]
    assert accounts_failing(audit, "items/cogs-account") == ["bolt", "crane"]
    assert audit["counts"]["unreadable"] == 1
    assert audit["counts"]["not_ready"] == 2
    assert audit["counts"]["cannot_tell"] == 2
    unreadable = audit["accounts"][3]
    assert unreadable["unreadable"] or unreadable["error"]
    assert unreadable["verdict"] == "cannot_tell"
    assert (fleet / HISTORY).is_file()


def test_output_does_not_depend_on_the_number_of_processes(run: Run, fleet: Path, tmp_path: Path) -> None:
    in_process = run(fleet, "-o", "json", "--at", AT, "--history", tmp_path / "0.sqlite3")
    one = run(fleet, "-o", "json", "--at", AT, "--jobs", "1", "--history", tmp_path / "1.sqlite3")
    three = run(fleet, "-o", "json", "--at", AT, "--jobs", "3", "--history", tmp_path / "3.sqlite3")
    assert in_process.stdout == one.stdout == three.stdout


def test_next_audit_reports_changes_and_checks_only_changed_accounts(run: Run, fleet: Path) -> None:
    run(fleet, "-q", "--at", AT)
    write_account(fleet, "acme", 1)
    write_account(fleet, "crane", 0)
    audit = parse_json(run(fleet, "-o", "json", "--at", LATER))
    acme, bolt, crane, _ = audit["accounts"]
    assert acme["changes"]["added"] == {"items/cogs-account": 1}
    assert crane["changes"]["fixed"] == {"items/cogs-account": 2}
    assert bolt["changes"]["added"] == bolt["changes"]["fixed"] == {}
    assert (bolt["checked_at"], acme["checked_at"]) == (AT, LATER)
    assert audit["since"] == AT
    assert bolt["trend"] == [1, 1]
    assert [past["findings"] for past in audit["trend"]] == [3]


def test_every_account_has_its_own_report(run: Run, fleet: Path, tmp_path: Path) -> None:
    process = run(fleet, "-o", "html:out/audit.html", "-o", "json:out/audit.json", "--at", AT)
    assert "Wrote the accounts' own reports" in process.stderr
    audit = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))
    page = (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    for account in audit["accounts"]:
        if account["report"] is not None:
            assert (tmp_path / "out" / account["report"]).is_file()
            assert f'href="{account["report"]}"' in page
    assert [account["report"] for account in audit["accounts"]][:1] == ["audit-accounts/acme.html"]
    (tmp_path / "out" / "audit-accounts" / "acme.html").unlink()
    run(fleet, "-o", "html:out/audit.html", "--at", AT)
    assert (tmp_path / "out" / "audit-accounts" / "acme.html").is_file(), "a missing report is written again"
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


def test_exit_code_is_0_if_every_account_passes(run: Run, fleet: Path) -> None:
    (fleet / "drum.zip").unlink()
    one_rule = ("--select", "items/cogs-account")
    assert run(fleet, "-q", "--at", AT, *one_rule, "--fail-on", "never").returncode == 0
    assert run(fleet, "-q", "--at", AT, *one_rule).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "Can't find nowhere"),
        (("accounts/acme",), "Check it with: exportready check accounts/acme"),
        (("accounts", "-o", "sarif"), "is not a format"),
        (("accounts", "--select", "items/cogs"), "did you mean 'items/cogs-account'"),
        (("accounts", "--resume"), "has no interrupted audit"),
        (("accounts", "--cluster", "tcp://127.0.0.1:1", "--jobs", "2"), "--jobs works only on this computer"),
        (("accounts", "--history", "accounts/acme/account.yaml"), "--history"),
    ],
)
def test_usage_errors(run: Run, fleet: Path, arguments: tuple[str, ...], message: str) -> None:
    process = run(*arguments)
    assert process.returncode == 2
    assert message in " ".join(process.stderr.split())


def test_second_audit_at_the_same_time_is_refused(run: Run, fleet: Path) -> None:
    run(fleet, "-q", "--at", AT)
    connection = sqlite3.connect(fleet / HISTORY, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    process = run(fleet, "-q", "--at", AT)
    connection.close()
    assert process.returncode == 2
    assert "another audit is using this file" in process.stderr


def test_anonymized_audit_names_no_record(run: Run, fleet: Path, tmp_path: Path) -> None:
    process = run(fleet, "-o", "json", "-o", "csv:a.csv", "-o", "html:a.html", "--no-reports", "--at", AT, "--anonymise")
    assert parse_json(process)["anonymised"] is True
    assert "PIPE-" not in process.stdout
    for path in (fleet / HISTORY, tmp_path / "a.csv", tmp_path / "a.html"):
        assert b"PIPE-" not in path.read_bytes()


# -- interrupted audits


def uninterrupted(run: Run, folder: Path, tmp_path: Path) -> str:
    """Return the JSON of an audit that runs to its end."""
    return run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "uninterrupted.sqlite3").stdout


LOG_SIZE = 2_300_000
"""About the size in bytes of SQLite's write-ahead log after an audit of 40 accounts."""


def wait_for_log(history: Path, size: int) -> None:
    """Wait until the log has a size. It grows with every account, and the database itself is locked during an audit."""
    deadline = time.monotonic() + 60
    log = history.with_name(f"{history.name}-wal")
    while time.monotonic() < deadline and not (log.exists() and log.stat().st_size > size):
        time.sleep(0.002)


@pytest.mark.skipif(os.name == "nt", reason="sends Ctrl-C as a signal")
def test_ctrl_c_keeps_finished_accounts_and_resume_continues(run: Run, tmp_path: Path) -> None:
    folder = write_accounts(tmp_path, 40)
    process = start_audit(tmp_path, folder, "-o", "json", "--at", AT, "--jobs", "1")
    wait_for_log(folder / HISTORY, LOG_SIZE // 5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "run the same command with --resume" in err
    assert "of 40 accounts are finished and saved" in err
    assert "Traceback" not in err
    other = run(folder, "--resume", "--at", AT, "--ignore", "naming")
    assert other.returncode == 2
    assert "used other rules or settings" in other.stderr
    resumed = run(folder, "-o", "json", "--resume")
    assert resumed.stdout == uninterrupted(run, folder, tmp_path)


def test_resumed_audit_has_the_time_at_which_it_began(run: Run, fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each account is judged for the moment of its files, but how old they are depends on the time of the audit."""
    monkeypatch.setattr(options, "now", lambda: datetime.fromisoformat(LATER))
    whole = run(fleet, "-o", "json")
    with sqlite3.connect(fleet / HISTORY) as connection:
        connection.execute("UPDATE audit SET finished = 0")
        connection.execute("DELETE FROM entry WHERE account = (SELECT id FROM account WHERE place = 'bolt')")
    connection.close()
    monkeypatch.setattr(options, "now", lambda: datetime.fromisoformat("2026-11-28T18:00:00-07:00"))
    assert run(fleet, "--resume", "--at", "now").returncode == 2, "that would judge another moment"
    assert run(fleet, "-o", "json", "--resume").stdout == whole.stdout


def test_interrupted_audit_is_mentioned_when_a_new_one_starts(run: Run, tmp_path: Path) -> None:
    folder = write_accounts(tmp_path, 40)
    process = start_audit(tmp_path, folder, "-o", "json", "--at", AT, "--jobs", "1")
    wait_for_log(folder / HISTORY, LOG_SIZE // 5)
    process.kill()
    process.communicate()
    new = run(folder, "-o", "json", "--at", AT)
    assert "was interrupted after" in new.stderr
    assert new.stdout == uninterrupted(run, folder, tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="kill -9 sends a signal")
def test_twice_killed_audit_resumes_to_the_same_result(run: Run, tmp_path: Path) -> None:
    assert kill_and_resume(run, tmp_path, [0.2, 0.5]) > 0, "neither audit was killed while it saved accounts"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 sends a signal")
def test_audit_killed_twenty_times_resumes_to_the_same_result(run: Run, tmp_path: Path) -> None:
    shares = [random.random() for _ in range(20)]  # noqa: S311 - not a secret
    assert kill_and_resume(run, tmp_path, shares) > 5, "too few audits were killed while they saved accounts"


def kill_and_resume(run: Run, tmp_path: Path, shares: Iterable[float]) -> int:
    """Kill and resume an audit for each share of the log; return how many audits were killed while they saved accounts.

    An audit is killed as soon as it has written this share of its log. A failure names the share.
    """
    folder = write_accounts(tmp_path, 40)
    expected = uninterrupted(run, folder, tmp_path)
    partial_count = 0
    for number, share in enumerate(shares):
        history = tmp_path / f"killed-{number}.sqlite3"
        process = start_audit(tmp_path, folder, "-o", "json", "--at", AT, "--history", history)
        wait_for_log(history, round(LOG_SIZE * share))
        process.kill()
        process.communicate()
        saved, finished = saved_accounts(history)
        partial_count += 0 < saved < 40
        if not finished:
            resumed = run(folder, "-o", "json", "--history", history, *(("--resume",) if saved else ("--at", AT)))
            assert resumed.stdout == expected, f"killed after {share:.2%} of the log, with {saved} accounts saved"
    return partial_count


def saved_accounts(history: Path) -> tuple[int, bool]:
    """Return the number of saved accounts, each of them complete, and whether the audit was finished."""
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
    assert len({outcomes for outcomes, _, _ in rows}) <= 1, "every account must have an outcome for every rule"
    assert all(open_count == findings for _, open_count, findings in rows), "and every finding that its outcomes count"
    finished = connection.execute("SELECT max(finished) FROM audit").fetchone()[0] == 1
    connection.close()
    return len(rows), finished


def worker_pids(process: subprocess.Popen[str]) -> list[int]:
    pids = []
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        pids += [int(pid) for pid in (task / "children").read_text().split()]
    return [pid for pid in pids if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds processes in /proc")
def test_killed_worker_loses_no_account(run: Run, tmp_path: Path) -> None:
    folder = write_accounts(tmp_path, 40)
    process = start_audit(tmp_path, folder, "-o", "json", "--at", AT, "--jobs", "2")
    wait_for_log(folder / HISTORY, LOG_SIZE // 5)
    os.kill(worker_pids(process)[0], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert out == uninterrupted(run, folder, tmp_path)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds processes in /proc")
def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    folder = write_accounts(tmp_path, 40)
    process = start_audit(tmp_path, folder, "-q", "--at", AT, "--jobs", "2")
    wait_for_log(folder / HISTORY, LOG_SIZE // 5)
    workers = worker_pids(process)
    assert workers
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(_is_alive(pid) for pid in workers):
        time.sleep(0.05)
    assert not any(_is_alive(pid) for pid in workers)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# -- an audit gives the same results as a check of each account


def test_audit_agrees_with_checks_of_its_accounts(run: Run, tmp_path: Path) -> None:
    examples = ("ready", "not-ready", "not-ready-without-inventory", "after-export", "by-hand")
    for name in examples:
        shutil.copytree(ROOT / "examples" / name, tmp_path / "fleet" / name)
    write_account_with_duplicate_bill(tmp_path / "fleet" / "twice")
    audit = parse_json(run("fleet", "-o", "json", "--at", AT))
    for account in audit["accounts"]:
        checked = run_in_process(["check", tmp_path / "fleet" / account["path"], "--at", AT, "-o", "json"], tmp_path)
        result = json.loads(checked.stdout)
        severities = [finding["severity"] for rule in result["rules"] for finding in rule["findings"]]
        assert account["verdict"] == result["verdict"]
        assert {rule["id"]: rule["outcome"] for rule in account["rules"]} == {
            rule["id"]: rule["outcome"] for rule in result["rules"]
        }
        assert account["findings"] == {severity: severities.count(severity) for severity in ("error", "warning", "info")} | {
            "waived": 0
        }
        assert sum(rule["findings"] for rule in account["rules"]) == len(severities)
        assert [issue["id"] for issue in account["key_issues"]] == [issue["id"] for issue in result["key_issues"]]
        alone = tmp_path / f"alone-{account['path']}"
        alone.mkdir()
        shutil.copytree(tmp_path / "fleet" / account["path"], alone / account["path"])
        assert run(alone, "-q", "--at", AT).returncode == checked.returncode, account["path"]


def write_account_with_duplicate_bill(home: Path) -> None:
    """Write an account where two bills have the same vendor and number; one is an error, the other only a warning."""
    shutil.copytree(ROOT / "examples" / "ready", home)
    text = (home / "account.yaml").read_text(encoding="utf-8")
    (home / "account.yaml").write_text(
        text.replace("settings:\n", "settings:\n  closingDate: '2026-10-31'\n", 1), encoding="utf-8"
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
    ("arguments", "message"),
    [
        (("accounts", "-o", f"json:accounts/{HISTORY}"), "is the history"),
        (("accounts", "-o", "html:out/acme.html", "--reports", "out"), "is the report of one account"),
        (("accounts", "--select", "items", "--ignore", "items"), "No rules are left"),
    ],
)
def test_outputs_never_overwrite_the_history_or_reports(
    run: Run, fleet: Path, arguments: tuple[str, ...], message: str
) -> None:
    run("accounts", "-q", "--at", AT)
    before = (fleet / HISTORY).read_bytes()
    process = run(*arguments)
    assert process.returncode == 2
    assert message in " ".join(process.stderr.split())
    assert (fleet / HISTORY).read_bytes() == before


def test_next_audit_skips_the_reports_of_the_last_one(run: Run, fleet: Path) -> None:
    arguments = ("accounts", "-o", "html:accounts/audit.html", "-o", "json", "--at", AT)
    assert parse_json(run(*arguments))["counts"] == parse_json(run(*arguments))["counts"]


def test_outdated_report_is_deleted(run: Run, fleet: Path, tmp_path: Path) -> None:
    run("accounts", "-q", "-o", "html:a.html", "--at", AT)
    assert (tmp_path / "a-accounts" / "acme.html").is_file()
    shutil.rmtree(fleet / "acme")
    (fleet / "acme").mkdir()
    run("accounts", "-q", "-o", "html:a.html", "--at", AT)
    assert not (tmp_path / "a-accounts" / "acme.html").exists()


def test_report_on_the_moment_of_the_files_is_written_again_when_that_is_past(
    run: Run, fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are from 5 PM, so at 6 PM the verdict is about now; the next day, it is about the day before."""
    page = tmp_path / "audit-accounts" / "acme.html"
    pages = []
    for at in (
        "2026-11-20T18:00:00-07:00",
        "2026-11-20T19:00:00-07:00",
        "2026-11-22T18:00:00-07:00",
        "2026-11-25T18:00:00-07:00",
    ):
        monkeypatch.setattr(options, "now", lambda at=at: datetime.fromisoformat(at))
        run(fleet, "-o", "html:audit.html", "-q")
        pages.append(page.read_text(encoding="utf-8"))
    assert "on November 20, 2026 (2 days ago)" not in pages[0]
    assert "on November 20, 2026 (2 days ago)" in pages[2]
    assert (pages[0], pages[2]) == (pages[1], pages[3]), "otherwise, an unchanged account isn't checked again"


def test_lone_surrogate_in_a_name(run: Run, fleet: Path) -> None:
    page = (fleet / "bolt" / "materials.json").read_text(encoding="utf-8")
    (fleet / "bolt" / "materials.json").write_text(page.replace("PIPE-1", "PIPE-\\ud83d"), encoding="utf-8")
    process = run("accounts", "-o", "json", "-o", "html:a.html", "--at", AT)
    assert process.returncode == 1
    assert len(parse_json(process)["accounts"]) == 4
