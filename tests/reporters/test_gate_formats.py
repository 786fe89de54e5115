"""Formats for machines: GitHub, GitLab, SARIF and JUnit, made from a report that has every outcome."""

from __future__ import annotations

import io
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import Failure, JUnitXml, TestSuite
from msgspec.structs import replace

from exportready.model.evidence import Location
from exportready.model.report import Report, Waiver
from exportready.reporters import Options, github, render

GOLDEN = Path(__file__).parent / "golden"
SARIF = Path(__file__).parents[3] / "shared" / "schemas" / "sarif-schema-2.1.0.json"
PLAIN = Options()
WAIVER = Waiver(
    rule="items/*",
    account="*",
    subject="*",
    owner="controller",
    reason="sold before the audit",
    ticket="AP-12",
    expires=date(2026, 12, 3),
    where=Location("waivers.yaml", 2),
)
FORMATS = ("github", "gitlab", "junit", "sarif")


@pytest.fixture
def gated(report: Report) -> Report:
    """The shared report with one accepted finding, one in the baseline, and one whose waiver has expired."""
    cogs = next(result for result in report.results if result.rule.id == "items/cogs-account")
    ids = [finding.id for finding in cogs.findings]
    return replace(
        report,
        notes=replace(
            report.notes,
            waivers={ids[0]: WAIVER},
            known=frozenset(ids[1:2]),
            refusals=dict.fromkeys(ids[2:3], "it was accepted until 2026-11-01"),
        ),
        base="accounts/northwind",
        baseline="main",
        stale_baseline=("items/x: gone",),
        waiver_remarks=("expired: items/y",),
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_golden(gated: Report, format_: str) -> None:
    """UPDATE_GOLDEN=1 writes the golden files again."""
    golden = GOLDEN / {"github": "github.txt", "gitlab": "gitlab.json", "junit": "junit.xml", "sarif": "report.sarif"}[format_]
    text = render(format_, gated, PLAIN)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(text.encode())
    assert text.encode() == golden.read_bytes()


def test_the_step_summary_is_golden(gated: Report) -> None:
    golden = GOLDEN / "summary.md"
    text = github.summary(gated, PLAIN)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(text.encode())
    assert text.encode() == golden.read_bytes()


@pytest.mark.skipif(not SARIF.is_file(), reason="the OASIS schema is not beside the project")
def test_sarif_fits_the_oasis_schema(gated: Report) -> None:
    schema = json.loads(SARIF.read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(json.loads(render("sarif", gated, PLAIN)))


def run_of(report: Report, options: Options = PLAIN) -> dict[str, Any]:
    (run,) = json.loads(render("sarif", report, options))["runs"]
    found: dict[str, Any] = run
    return found


def test_sarif_has_only_problems_each_at_a_real_place(gated: Report) -> None:
    results = run_of(gated)["results"]
    open_findings = [finding for finding in gated.findings if gated.notes.waiver(finding) is None]
    assert len(results) == len(open_findings)
    for one in results:
        place = one["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert place["artifactLocation"]["uri"].startswith("accounts/northwind/")
    assert {one["baselineState"] for one in results} == {"new", "unchanged"}
    assert len(run_of(gated, replace(PLAIN, new_only=True))["results"]) == len(open_findings) - 1
    (invocation,) = run_of(gated)["invocations"]
    unreadable, *not_checked = invocation["toolExecutionNotifications"]
    assert (invocation["executionSuccessful"], unreadable["level"]) == (False, "error")
    assert len(not_checked) == sum(result.has_unknowns for result in gated.results)
    readable = replace(gated, sources=tuple(one for one in gated.sources if one.error is None))
    assert run_of(readable)["invocations"][0]["executionSuccessful"] is True


def test_gitlab_has_all_fields_and_distinct_fingerprints(gated: Report) -> None:
    twice = replace(gated, results=(*gated.results, *gated.results))
    entries = json.loads(render("gitlab", twice, PLAIN))
    assert {tuple(sorted(one)) for one in entries} == {("check_name", "description", "fingerprint", "location", "severity")}
    assert len({one["fingerprint"] for one in entries}) == len(entries)
    assert {one["severity"] for one in entries} <= {"info", "minor", "major", "critical", "blocker"}
    assert all(one["location"]["lines"]["begin"] >= 1 for one in entries)


def test_junit_reads_back_and_what_was_not_checked_never_passes(gated: Report) -> None:
    xml = JUnitXml.fromstring(render("junit", gated, PLAIN).encode())
    cases = {case.name.partition(":")[0]: case for suite in xml if isinstance(suite, TestSuite) for case in suite}
    assert not cases.pop("accounts/northwind/customers.xml").is_passed  # an unreadable file
    assert len(cases) == len(gated.results)
    for result in gated.results:
        case = cases[result.rule.id]
        if result.has_unknowns:
            assert not case.is_passed
        if any(gated.notes.waiver(one) is None and one.severity.value != "info" for one in result.findings):
            assert any(isinstance(one, Failure) for one in case.result)


@pytest.mark.parametrize("format_", FORMATS)
def test_an_unreadable_file_is_reported_even_if_no_rule_needs_it(gated: Report, format_: str) -> None:
    text = render(format_, replace(gated, results=()), PLAIN)
    assert "the file ends in the middle of a customer" in text
    assert "accounts/northwind/customers.xml" in text


def test_github_writes_no_more_than_the_platform_shows_and_the_worst_first(gated: Report) -> None:
    lines = render("github", gated, PLAIN).splitlines()
    grades = [re.match(r"::(\w+) ", line)[1] for line in lines]  # type: ignore[index]
    assert all(grades.count(grade) <= 11 for grade in ("error", "warning", "notice"))
    assert grades == sorted(grades, key=("error", "warning", "notice").index)
    assert any("more. The JSON" in line for line in lines)
    assert all("file=accounts/northwind/" in line for line in lines[:-1])


HOSTILE = "::error::x %0A\n::stop-commands::y, a:b <script> ]]> =cmd() \ud800 \u202e \U0001f6e0 \u05e9\u05dc\u05d5\u05dd"


@pytest.mark.parametrize("format_", FORMATS)
def test_hostile_names_do_no_harm(gated: Report, format_: str) -> None:
    results = tuple(
        replace(one, findings=tuple(replace(each, message=HOSTILE) for each in one.findings)) for one in gated.results
    )
    text = render(format_, replace(gated, results=results), PLAIN)
    text.encode()
    if format_ == "github":
        assert all(line.startswith(("::error file", "::warning file", "::notice ")) for line in text.splitlines())
    elif format_ == "junit":
        JUnitXml.fromstring(text.encode())
    else:
        json.load(io.StringIO(text))
