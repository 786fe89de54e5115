"""What is read and derived follows the rules that are judged: a rule judged alone finds what it finds among all."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from exportready import check as checking
from exportready import shipped
from exportready.check import check, select
from exportready.model.report import Report
from exportready.model.rules import Wanted
from exportready.rulebook.examples import NOON
from exportready.rulebook.load import load

EXAMPLES = Path(__file__).parents[2] / "examples"
COMPANIES = ("ready", "not-ready", "not-ready-without-inventory", "after-export", "by-hand")
BOOK = load(shipped.folder("rules"))


@cache
def whole(company: str, phase: str) -> Report:
    return check(EXAMPLES / company, BOOK, NOON, phase=phase)


@pytest.mark.parametrize("rule", [rule.id for rule in BOOK.rules])
@pytest.mark.parametrize("company", COMPANIES)
def test_a_rule_alone_finds_what_it_finds_among_all(company: str, rule: str) -> None:
    for phase in ("before-export", "after-export"):
        expected = [one for one in whole(company, phase).results if one.rule.id == rule]
        if not expected:
            continue
        (alone,) = check(EXAMPLES / company, BOOK, NOON, phase=phase, chosen=select([rule], [])).results
        assert (alone.outcome, alone.reason, alone.gaps, alone.checked, alone.undecided) == (
            expected[0].outcome,
            expected[0].reason,
            expected[0].gaps,
            expected[0].checked,
            expected[0].undecided,
        )
        # Which key issue it comes to depends on what else is wrong; everything else about it does not.
        assert [replace(one, key_issues=(), batches=()) for one in alone.findings] == [
            replace(one, key_issues=(), batches=()) for one in expected[0].findings
        ]


@pytest.mark.parametrize("phase", ["before-export", "after-export"])
@pytest.mark.parametrize("company", COMPANIES)
def test_a_check_says_what_it_says_with_everything_read_and_derived(
    company: str, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed = whole(company, phase)

    def everything(*_: object) -> Wanted:
        return BOOK.wanted

    monkeypatch.setattr(checking, "_wanted", everything)
    full = check(EXAMPLES / company, BOOK, NOON, phase=phase)
    # Of arrays inside records, a source counts those that somebody reads, and what they lack makes it a part.
    assert replace(narrowed, sources=()) == replace(full, sources=())
    for less, more in zip(narrowed.sources, full.sources, strict=True):
        assert less.records.items() <= more.records.items()
        assert less.complete or not more.complete
        assert replace(less, records={}, complete=False) == replace(more, records={}, complete=False)
