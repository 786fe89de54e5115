"""Only the kinds that the judged rules need are read and derived, and a rule judged alone has the same findings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import samples
from exportready.check import CheckRequest, check
from exportready.model.report import Outcome, Report
from exportready.model.rules import Wanted
from exportready.rulebook.examples import NOON

EXAMPLES = Path(__file__).parents[2] / "examples"
COMPANIES = (
    "not-ready",
    "after-export",
    "by-hand",
    pytest.param("ready", marks=pytest.mark.slow),
    pytest.param("not-ready-without-inventory", marks=pytest.mark.slow),
)
checking = import_module("exportready.check")
BOOK = samples.rulebook()


@cache
def whole(company: str, phase: str) -> Report:
    return check(CheckRequest(snapshot=EXAMPLES / company, rulebook=BOOK, at=NOON, phase=phase))


@pytest.mark.parametrize("rule", [rule.id for rule in BOOK.rules])
@pytest.mark.parametrize("company", COMPANIES)
def test_a_rule_judged_alone_has_the_same_findings_as_among_all_rules(company: str, rule: str) -> None:
    for phase in ("before-export", "after-export"):
        expected = [one for one in whole(company, phase).results if one.rule.id == rule]
        if not expected:
            continue
        (alone,) = check(
            CheckRequest(snapshot=EXAMPLES / company, rulebook=BOOK, at=NOON, phase=phase, select=(rule,))
        ).results
        assert (alone.outcome, alone.reason, alone.gaps, alone.checked, alone.undecided) == (
            expected[0].outcome,
            expected[0].reason,
            expected[0].gaps,
            expected[0].checked,
            expected[0].undecided,
        )
        assert alone.findings == expected[0].findings


Change = Callable[[dict[str, Any]], Any]


def doubled(folder: Path, change: Change) -> None:
    """Add a copy of the first invoice, with one change, to the end of the list."""
    path = folder / "servicetitan" / "invoices.json"
    page = json.loads(path.read_text(encoding="utf-8"))
    copy = json.loads(json.dumps(page["data"][0]))
    change(copy)
    page["data"].append(copy)
    path.write_text(json.dumps(page), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(subTotal="1.00"),
        lambda one: one["items"][0].update(inventoryLocation="Warehouse Z"),
        lambda one: one["customer"].update(id=99),
        lambda one: one.update(termName="Net 90"),
    ],
    ids=["subtotal", "location", "customer", "terms"],
)
@pytest.mark.parametrize("phase", ["before-export", "after-export"])
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)], ids=["some rules", "all rules"])
def test_contradicting_copies_contradict_whatever_rules_are_selected(
    change: Change, phase: str, every: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "snapshot"
    shutil.copytree(EXAMPLES / "ready", folder)
    doubled(folder, change)
    among_all = {
        one.rule.id: one.outcome for one in check(CheckRequest(snapshot=folder, rulebook=BOOK, at=NOON, phase=phase)).results
    }
    assert Outcome.CANNOT_TELL in among_all.values()
    for at, (rule, outcome) in enumerate(among_all.items()):
        if at % every == 0 or outcome is Outcome.CANNOT_TELL:
            (alone,) = check(CheckRequest(snapshot=folder, rulebook=BOOK, at=NOON, phase=phase, select=(rule,))).results
            assert (rule, alone.outcome) == (rule, outcome)
    monkeypatch.setattr(checking, "_wanted", lambda *_: BOOK.wanted)
    assert {
        one.rule.id: one.outcome for one in check(CheckRequest(snapshot=folder, rulebook=BOOK, at=NOON, phase=phase)).results
    } == among_all


@pytest.mark.parametrize("rule", ["items/cogs-account", "batching/technician-active", "closing/after-closing-date"])
def test_a_duplicate_json_key_is_refused_whatever_rules_are_selected(rule: str, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    shutil.copytree(EXAMPLES / "ready", folder)
    path = folder / "servicetitan" / "technicians.json"
    text = path.read_text(encoding="utf-8").replace('"active"', '"zone": {"id": 1, "id": 2}, "active"')
    path.write_text(text, encoding="utf-8")
    report = check(CheckRequest(snapshot=folder, rulebook=BOOK, at=NOON, phase="before-export", select=(rule,)))
    assert [source.path for source in report.sources if source.error] == ["servicetitan/technicians.json"]


@pytest.mark.parametrize("phase", ["before-export", "after-export"])
@pytest.mark.parametrize("company", COMPANIES)
def test_a_check_has_the_same_result_as_with_everything_read_and_derived(
    company: str, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed = whole(company, phase)

    def everything(*_: object) -> Wanted:
        return BOOK.wanted

    monkeypatch.setattr(checking, "_wanted", everything)
    full = check(CheckRequest(snapshot=EXAMPLES / company, rulebook=BOOK, at=NOON, phase=phase))
    # Of arrays inside records, a source counts those that somebody reads, and what they lack makes it a part.
    assert replace(narrowed, sources=()) == replace(full, sources=())
    for less, more in zip(narrowed.sources, full.sources, strict=True):
        assert less.records.items() <= more.records.items()
        assert less.complete or not more.complete
        assert replace(less, records={}, complete=False) == replace(more, records={}, complete=False)
