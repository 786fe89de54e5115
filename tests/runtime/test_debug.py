"""EXPORTREADY_DEBUG=1 shows where an error comes from that the program survives; without it nobody is bothered."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest

from exportready import CheckRequest, check, load_rulebook
from exportready.cli import main
from exportready.fleet import pool, work
from exportready.fleet.work import AuditOptions, Job, TaskResult
from exportready.model.report import Outcome

READY = Path(__file__).parents[2] / "examples" / "ready"
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
WHERE = "in breaks"


def breaks(*_: object) -> None:
    raise ZeroDivisionError("planted")


def options() -> AuditOptions:
    return AuditOptions(
        rulebook=load_rulebook(),
        at=AT,
        phase=None,
        selected=(),
        ignored=(),
        waivers=(),
        engine=None,
        audience=None,
        settings_digest="",
    )


@pytest.mark.parametrize("wanted", ["1", ""])
def test_of_a_rule_that_breaks(wanted: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("EXPORTREADY_DEBUG", wanted)
    monkeypatch.setattr(import_module("exportready.judge.judge"), "_judge_rule", breaks)
    report = check(CheckRequest(snapshot=READY, rulebook=load_rulebook(), at=AT, select=("tax",)))
    assert {one.outcome for one in report.results} == {Outcome.ERROR}
    told = capfd.readouterr().err
    assert told.count(WHERE) == (len(report.results) if wanted else 0)
    assert ("EXPORTREADY_DEBUG: the rule tax/zone-mapped failed:" in told) is bool(wanted)


@pytest.mark.parametrize("wanted", ["1", ""])
def test_of_an_account_that_breaks(wanted: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("EXPORTREADY_DEBUG", wanted)
    monkeypatch.setattr(work, "examine", breaks)
    done = work.check_account(options(), Job("acme", READY, frozenset()))
    assert done.state is not None
    assert done.state.is_unreadable
    assert (WHERE in capfd.readouterr().err) is bool(wanted)


@pytest.mark.parametrize("wanted", ["1", ""])
def test_of_an_account_that_nobody_could_judge(
    wanted: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXPORTREADY_DEBUG", wanted)
    future: Future[TaskResult] = Future()
    try:
        breaks()
    except ZeroDivisionError as error:
        future.set_exception(error)
    pool._result(future, Job("acme", READY, frozenset()), AT)
    assert (WHERE in capfd.readouterr().err) is bool(wanted)


def test_of_the_program_itself(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("exportready.reporters.explain.explain_rule", breaks)
    monkeypatch.delenv("EXPORTREADY_DEBUG", raising=False)
    assert main(["explain", "items/cogs-account"]) == 2
    assert "ExportReady itself failed (ZeroDivisionError: planted)" in capfd.readouterr().err
    monkeypatch.setenv("EXPORTREADY_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["explain", "items/cogs-account"])


def test_mistakes_of_people_are_never_shown_as_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXPORTREADY_DEBUG", "1")
    assert main(["rules", "list", "--rules", str(tmp_path)]) == 2
    told = capfd.readouterr().err
    assert "the rulebook has 1 mistake\n" in told
    assert "Traceback" not in told
