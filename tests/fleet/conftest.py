"""Small accounts, and audits of them that run in this process."""

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

Write = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


def account(folder: Path, name: str, without_account: int = 0, taken: str = "2026-11-20T17:00:00-07:00") -> Path:
    """A snapshot with three materials, some of which have no COGS account."""
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    (home / "account.yaml").write_text(f"account: {name}\ntimeZone: America/Denver\ntakenAt: {taken}\n", encoding="utf-8")
    materials = [_item(at, True, None if at <= without_account else "Cost of Goods Sold") for at in range(1, 4)]
    lists = {"materials": [*materials, _item(4, False, None)], "equipment": [_item(5, False, None)], "invoices": []}
    for kind, listed in lists.items():
        page = {"page": 1, "pageSize": 50, "hasMore": False, "totalCount": len(listed), "data": listed}
        (home / f"{kind}.json").write_text(json.dumps(page), encoding="utf-8")
    return home


def _item(id_: int, active: bool, cogs: str | None) -> dict[str, object]:
    return {"id": id_, "code": f"PIPE-{id_}", "active": active, "costOfSaleAccount": cogs}


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    """The shipped one."""
    return samples.rulebook()


@pytest.fixture
def how(rulebook: Rulebook) -> AuditOptions:
    """Plainly, at AT."""
    return AuditOptions(
        rulebook=rulebook,
        at=AT,
        phase=None,
        selected=(),
        ignored=(),
        accepted=(),
        engine=None,
        audience=None,
        settings="settings",
    )


@pytest.fixture
def here() -> Workers:
    """One thread of this process."""
    return one_thread(1)


def one_thread(_: int) -> Workers:
    return Workers(lambda: ThreadPoolExecutor(1), 1, lambda executor: executor.shutdown(wait=False, cancel_futures=True))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `exportready audit ARGUMENTS` in a folder of its own: in one thread of this process, unless --jobs asks for others."""

    def audit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        with pytest.MonkeyPatch.context() as patch:
            if "--jobs" not in arguments:
                patch.setattr(pool, "processes", one_thread)
            return as_text(run_in_process(["audit", *arguments], tmp_path))

    return audit
