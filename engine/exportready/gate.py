"""The only owner of the verdict and of the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from exportready.model.evidence import Source
from exportready.model.report import Outcome, Report, RuleResult, Verdict
from exportready.model.rules import Severity


class ExitCode(IntEnum):
    """What the program ends with."""

    PASSED = 0
    FINDINGS = 1
    UNUSABLE = 2
    NOTHING_DECIDED = 3
    CANNOT_TELL = 4
    INTERRUPTED = 130


def verdict(results: Sequence[RuleResult], sources: Sequence[Source]) -> Verdict:
    """The one answer. Findings count by their own grade; whatever could not be told counts by its rule's.

    A rule of error grade that failed only mildly but left records undecided is untold too: what is undecided might be
    an error, and nothing unknown reads as passed.
    """
    grades = {finding.severity for result in results for finding in result.findings}
    untold = {result.rule.grade for result in results if result.untold}
    if Severity.ERROR in grades:
        return Verdict.NOT_READY
    if not results or Severity.ERROR in untold or any(source.error for source in sources):
        return Verdict.CANNOT_TELL
    if Severity.WARNING in grades | untold:
        return Verdict.READY_WITH_WARNINGS
    return Verdict.READY


def exit_code(report: Report, fail_on: Severity | None, allow_unknown: bool) -> ExitCode:
    """The exit code of a judged snapshot. `fail_on` None: findings never fail it."""
    broken = any(source.error for source in report.sources)
    if fail_on is not None and any(finding.severity.rank <= fail_on.rank for finding in report.findings):
        return ExitCode.FINDINGS
    decided = {Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE}
    if not any(result.outcome in decided for result in report.results):
        return ExitCode.NOTHING_DECIDED
    if broken:
        return ExitCode.CANNOT_TELL
    untold = report.verdict is Verdict.CANNOT_TELL and not allow_unknown
    return ExitCode.CANNOT_TELL if untold else ExitCode.PASSED
