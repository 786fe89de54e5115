"""Every rule fails on the example company exactly where its practice is broken, and nowhere on the ready company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import samples
from after import FAULTS as FAULTS_AFTER
from after import exported
from company import Company, northwind
from exportready.check import CheckRequest, check
from exportready.judge.tryout import finding_key
from exportready.model.report import Outcome, Report
from faults import FAULTS as FAULTS_BEFORE
from faults import Fault, by_location, small, without_inventory

from .conftest import AT

BOOK = samples.rulebook()
Judge = Callable[[Company], Report]
BASES = [northwind, without_inventory, small, by_location, exported]
FAULTS = FAULTS_BEFORE + FAULTS_AFTER


def judging(report: Report) -> set[str]:
    """Return the ids of the rules of the report's phase."""
    return {rule.id for rule in BOOK.rules if rule.phase.value in (report.phase, "both")}


def found(report: Report) -> dict[str, list[str]]:
    """Return the keys of the findings of each failed rule."""
    return {
        result.rule.id: sorted(finding_key(result.rule, finding.check, finding.subject.key) for finding in result.findings)
        for result in report.results
        if result.findings
    }


def decided(report: Report) -> Iterator[str]:
    return (one.rule.id for one in report.results if one.outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE))


@pytest.mark.parametrize("base", BASES)
def test_the_ready_company_has_no_findings(base: Callable[[], Company], judged: Judge) -> None:
    report = judged(base())
    assert found(report) == {}
    assert set(decided(report)) == judging(report)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.base.__name__}: {fault.rule}")
def test_one_fault_has_its_own_findings_and_no_others(fault: Fault, judged: Judge) -> None:
    company = fault.base()
    keys = fault.into(company)
    report = judged(company)
    assert found(report) == {fault.rule: sorted(keys)}
    assert set(decided(report)) == judging(report) - set(fault.leaves_open)


@pytest.mark.parametrize("base", BASES)
def test_all_faults_together_are_all_found(base: Callable[[], Company], judged: Judge) -> None:
    company = base()
    expected = {fault.rule: sorted(fault.into(company)) for fault in FAULTS if fault.base is base}
    assert found(judged(company)) == expected


def test_every_rule_has_a_fault() -> None:
    for faults, phase in ((FAULTS_BEFORE, "before-export"), (FAULTS_AFTER, "after-export")):
        rules = sorted(rule.id for rule in BOOK.rules if rule.phase.value in (phase, "both"))
        assert sorted(fault.rule for fault in faults) == rules


EXAMPLES = Path(__file__).parents[2] / "examples"
NOT_READY = ("not-ready", "not-ready-without-inventory", "not-ready-batch")


@cache
def failed_in(example: str) -> frozenset[str]:
    report = check(CheckRequest(snapshot=EXAMPLES / example, rulebook=BOOK, at=AT))
    return frozenset(found(report))


@pytest.mark.parametrize("rule", sorted(fault.rule for fault in FAULTS if fault.base is by_location))
def test_a_rule_of_the_small_company_fails_in_its_example_and_in_no_other(rule: str) -> None:
    assert [example for example in (*NOT_READY, "ready") if rule in failed_in(example)] == ["not-ready-batch"]
