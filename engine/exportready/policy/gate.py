"""The only owner of the verdict and of the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

import msgspec
from msgspec import field

from exportready.model.evidence import Source
from exportready.model.report import FindingId, Outcome, Report, RuleResult, Verdict
from exportready.model.rules import Severity

if TYPE_CHECKING:
    from exportready.model.audit import AccountState


class ExitCode(IntEnum):
    """What the program ends with."""

    PASSED = 0
    FINDINGS = 1
    UNUSABLE = 2
    NOTHING_DECIDED = 3
    CANNOT_TELL = 4
    INTERRUPTED = 130


def verdict(results: Sequence[RuleResult], sources: Sequence[Source], accepted: Container[FindingId] = ()) -> Verdict:
    """The one answer. Findings count by their own grade, accepted ones not at all; whatever could not be told counts by its rule's.

    A rule of error grade that failed only mildly but left records undecided is untold too: what is undecided might be
    an error, and nothing unknown reads as passed.
    """
    grades = {finding.severity for result in results for finding in result.findings if finding.id not in accepted}
    untold = {result.rule.grade for result in results if result.has_unknowns}
    if Severity.ERROR in grades:
        return Verdict.NOT_READY
    if not results or Severity.ERROR in untold or any(source.error for source in sources):
        return Verdict.CANNOT_TELL
    if Severity.WARNING in grades | untold:
        return Verdict.READY_WITH_WARNINGS
    return Verdict.READY


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a gate lets through. It moves the exit code, never the verdict."""

    fail_on: Severity | None = Severity.ERROR
    """The mildest grade that fails it; None: findings never do."""
    allow_unknown: bool = False
    new_only: bool = False
    """What stood in the baseline does not fail it, nor what the baseline could not decide either."""
    strict_baseline: bool = False
    """What stands in the baseline and no more in the books fails it."""
    thresholds: Mapping[str, int] = field(default_factory=dict)
    """How many are let through: of `failed.GRADE` findings, of `cannot_tell` rules."""


_DECIDED = (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE)


def exit_code(report: Report, policy: Policy) -> ExitCode:
    """The exit code of a judged snapshot."""
    if _fails(report, policy) or (policy.strict_baseline and report.stale_baseline):
        return ExitCode.FINDINGS
    if not any(result.outcome in _DECIDED for result in report.results):
        return ExitCode.NOTHING_DECIDED
    if any(source.error for source in report.sources):
        return ExitCode.CANNOT_TELL
    # Where old or tolerated errors decide the verdict, what cannot be told any more must not hide behind them.
    asked = report.verdict is Verdict.CANNOT_TELL or policy.new_only or bool(policy.thresholds)
    untold = asked and not policy.allow_unknown and _untold(report, policy)
    return ExitCode.CANNOT_TELL if untold else ExitCode.PASSED


def audit_exit_code(standings: Sequence[AccountState], policy: Policy) -> ExitCode:
    """The exit code of many accounts: that of the worst. What holds for one result holds for each of them."""
    codes = {_code_of(one, policy) for one in standings}
    if ExitCode.FINDINGS in codes:
        return ExitCode.FINDINGS
    if codes <= {ExitCode.NOTHING_DECIDED}:
        return ExitCode.NOTHING_DECIDED
    return ExitCode.CANNOT_TELL if codes - {ExitCode.PASSED} else ExitCode.PASSED


def _code_of(one: AccountState, policy: Policy) -> ExitCode:
    is_let_through = policy.fail_on is None or "failed.error" in policy.thresholds
    if _exceeds(one.open_by_severity, policy) or (one.verdict is Verdict.NOT_READY and not is_let_through):
        return ExitCode.FINDINGS
    if not any(rule.outcome in _DECIDED for rule in one.rules):
        return ExitCode.NOTHING_DECIDED
    if one.is_unreadable:
        return ExitCode.CANNOT_TELL
    asked = one.verdict is Verdict.CANNOT_TELL or bool(policy.thresholds)
    untold = sum(rule.has_unknowns and rule.grade is Severity.ERROR for rule in one.rules)
    is_untold = asked and not policy.allow_unknown and untold > policy.thresholds.get("cannot_tell", 0)
    return ExitCode.CANNOT_TELL if is_untold else ExitCode.PASSED


def _fails(report: Report, policy: Policy) -> bool:
    counted = (
        one
        for one in report.findings
        if report.notes.waiver(one) is None and not (policy.new_only and report.notes.is_known(one))
    )
    return _exceeds(Counter(one.severity for one in counted), policy)


def _exceeds(counted: Mapping[Severity, int], policy: Policy) -> bool:
    for grade in Severity:
        allowed = policy.thresholds.get(f"failed.{grade.value}")
        counts = policy.fail_on is not None and grade.rank <= policy.fail_on.rank
        number = counted.get(grade, 0)
        if number > (allowed if allowed is not None else 0 if counts else number):
            return True
    return False


def _untold(report: Report, policy: Policy) -> bool:
    """More than is allowed could not be told; with `new_only`, of the rules that the baseline did not leave untold too."""
    untold = [one for one in report.results if one.has_unknowns and one.rule.grade is Severity.ERROR]
    if policy.new_only:
        untold = [one for one in untold if one.rule.id not in report.baseline_undecided]
    return not report.results or len(untold) > policy.thresholds.get("cannot_tell", 0)
