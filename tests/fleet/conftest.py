"""Small accounts, and a function that runs audits in this process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

import samples
from commands import as_text, run_in_process
from exportready.fleet import pool
from exportready.fleet.pool import Workers
from exportready.fleet.work import AuditOptions
from exportready.model.rules import Rulebook

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")

Run = Callable[..., subprocess.CompletedProcess[str]]


def write_account(folder: Path, name: str, without_account: int = 0, taken: str = "2026-11-20T17:00:00-07:00") -> Path:
    """Write a snapshot with three active materials, of which the first `without_account` have no COGS account."""
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    (home / "account.yaml").write_text(f"account: {name}\ntimeZone: America/Denver\ntakenAt: {taken}\n", encoding="utf-8")
    materials = [_item(number, True, None if number <= without_account else "Cost of Goods Sold") for number in range(1, 4)]
    lists = {"materials": [*materials, _item(4, False, None)], "equipment": [_item(5, False, None)], "invoices": []}
    for kind, records in lists.items():
        page = {"page": 1, "pageSize": 50, "hasMore": False, "totalCount": len(records), "data": records}
        (home / f"{kind}.json").write_text(json.dumps(page), encoding="utf-8")
    return home


def _item(id_: int, active: bool, cogs: str | None) -> dict[str, object]:
    return {"id": id_, "code": f"PIPE-{id_}", "active": active, "costOfSaleAccount": cogs}


def write_accounts(tmp_path: Path, count: int) -> Path:
    """Write small accounts into a new folder and return it."""
    folder = tmp_path / "many"
    for number in range(count):
        write_account(folder, f"account-{number:02}", number % 4)
    return folder


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    """Return the shipped rulebook."""
    return samples.rulebook()


@pytest.fixture
def options(rulebook: Rulebook) -> AuditOptions:
    """Return options for a check with all rules at `AT`."""
    return AuditOptions(
        rulebook=rulebook,
        at=AT,
        phase=None,
        selected=(),
        ignored=(),
        waivers=(),
        engine=None,
        audience=None,
        settings_digest="settings",
    )


def one_thread(_: int) -> Workers:
    """Return one thread of this process instead of a number of processes."""
    return Workers(
        start=lambda: ThreadPoolExecutor(1),
        concurrency=1,
        stop=lambda executor: executor.shutdown(wait=False, cancel_futures=True),
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs `exportready audit ARGUMENTS` in the test's folder.

    The accounts are checked in one thread of this process, unless the arguments include --jobs.
    """

    def run_audit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        with pytest.MonkeyPatch.context() as patch:
            if "--jobs" not in arguments:
                patch.setattr(pool, "local_processes", one_thread)
            return as_text(run_in_process(["audit", *arguments], tmp_path))

    return run_audit
