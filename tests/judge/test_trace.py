"""A finding has a trace of how it was decided and an excerpt of its file, and answers expire by the rules that read them."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

import samples
from exportready.check import CheckRequest, check
from exportready.judge.trace import MOST_TRACES
from exportready.model.evidence import Account, Dataset, Evidence, FieldNote, Location, Record, Scope
from exportready.model.report import Finding, Outcome, Report, RuleResult
from exportready.policy.expiry import expiring

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")


@pytest.fixture(scope="module")
def report() -> Report:
    return check(CheckRequest(snapshot=EXAMPLES / "not-ready", rulebook=samples.rulebook(), at=AT))


def found(report: Report, rule: str) -> Finding:
    return next(one.findings[0] for one in report.results if one.rule.id == rule)


def test_the_trace_of_every_finding_has_a_part_that_is_not_met(report: Report) -> None:
    for result in report.results:
        for finding in result.findings[:MOST_TRACES]:
            expected = [one for one in finding.trace if one.part == "expect"]
            assert any(one.is_met is False for one in expected), finding.message
            assert all(one.is_met is not None or len(expected) > 1 for one in expected)


def test_a_clause_has_what_is_expected_and_what_is_there(report: Report) -> None:
    (clause,) = (one for one in found(report, "items/cogs-account").trace if one.part == "expect")
    assert (clause.of, clause.field, clause.expected, clause.observed, clause.is_met) == (
        "", "costOfSaleAccount", "filled in", None, False,
    )  # fmt: skip


def test_the_snippet_marks_the_value(report: Report) -> None:
    finding = found(report, "inventory/populate-serial-numbers-off")
    place = finding.where[0]
    snippet = report.notes.excerpt(finding, place)
    assert snippet is not None
    text = snippet.lines[snippet.line - snippet.first]
    start, end = snippet.mark
    assert (text[start:end], snippet.line) == ("true", place.location.line)


def test_the_company_is_named(report: Report) -> None:
    assert report.company_file == "Northwind Plumbing & Heating"


def test_answers_expire_by_the_strictest_rule_and_only_if_they_still_count(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "ready", tmp_path / "snapshot")
    stated = AT.replace(hour=17, minute=25)
    book = samples.rulebook()
    status = [
        one
        for one in check(CheckRequest(snapshot=tmp_path / "snapshot", rulebook=book, at=AT)).expiring
        if one.of == "webConnector.status"
    ]
    assert [one.until for one in status] == [stated + timedelta(hours=4)]
    later = check(CheckRequest(snapshot=tmp_path / "snapshot", rulebook=book, at=AT + timedelta(hours=5))).expiring
    assert "webConnector.status" not in [one.of for one in later], "it lapsed already, and is not checked"
    far = check(CheckRequest(snapshot=tmp_path / "snapshot", rulebook=book, at=AT - timedelta(days=200))).expiring
    assert [one.until for one in far] == sorted(one.until for one in far)


def test_the_shortest_of_several_ages_counts() -> None:
    note = FieldNote(None, AT)
    record = Record(
        kind="account.answers",
        key="",
        fields={"webConnector.status": "online"},
        where=Location("account.yaml"),
        notes={"webConnector.status": note},
    )
    dataset = Dataset(kind="account.answers", records=(record,), scope=Scope.WHOLE)
    evidence = Evidence(
        account=Account(name="X"), datasets={"account.answers": dataset}, listings={}, sources=(), unrecognized=()
    )
    book = samples.rulebook()
    rule = next(one for one in book.rules if one.id == "connection/web-connector-online")
    limits = (timedelta(hours=9), timedelta(hours=2), timedelta(hours=5))
    results = [
        RuleResult(rule=replace(rule, max_age={"$answers.webConnector.status": limit}), outcome=Outcome.PASSED, reason="")
        for limit in limits
    ]
    for order in (results, results[::-1]):
        assert [one.until for one in expiring(order, {}, evidence, AT, None)] == [AT + timedelta(hours=2)]
