"""Decide the verdict and the exit code. No other module does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

import msgspec
from msgspec import field

from exportready.model.evidence import Source
from exportready.model.report import Finding, FindingId, Outcome, Report, RuleResult, Verdict
from exportready.model.rules import Severity

if TYPE_CHECKING:
    from exportready.model.audit import AccountState


class ExitCode(IntEnum):
    """The exit codes of the program."""

    PASSED = 0
    FINDINGS = 1
    UNUSABLE = 2
    NOTHING_DECIDED = 3
    CANNOT_TELL = 4
    INTERRUPTED = 130


def verdict(results: Sequence[RuleResult], sources: Sequence[Source], accepted: Container[FindingId] = ()) -> Verdict:
    """Return the verdict. A finding counts with its own severity unless it is accepted; an unknown counts with its rule's severity.

    A rule of severity error that found only warnings but left records undecided makes the verdict CANNOT_TELL: one of these records
    may be an error, and nothing unknown counts as OK.
    """
    grades = {finding.severity for result in results for finding in result.findings if finding.id not in accepted}
    unknown = {result.rule.grade for result in results if result.has_unknowns}
    if Severity.ERROR in grades:
        return Verdict.NOT_READY
    if not results or Severity.ERROR in unknown or any(source.error for source in sources):
        return Verdict.CANNOT_TELL
    if Severity.WARNING in grades | unknown:
        return Verdict.READY_WITH_WARNINGS
    return Verdict.READY


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate allows. It affects the exit code, never the verdict."""

    fail_on: Severity | None = Severity.ERROR
    """The lowest severity that fails the gate; None if findings never do."""
    allow_unknown: bool = False
    """Whether rules that can't be decided pass."""
    new_only: bool = False
    """Whether findings in the baseline pass, rules that were undecided in it, and rules that are newer than it."""
    strict_baseline: bool = False
    """Whether resolved entries of the baseline fail the gate."""
    thresholds: Mapping[str, int] = field(default_factory=dict)
    """How many are allowed: `failed.SEVERITY` findings, `cannot_tell` rules."""


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """The exit code of a gate, with the numbers that explain it. Accepted findings count nowhere."""

    code: ExitCode
    new: int
    """Findings that the gate looks at: with `new_only`, those that are not in the baseline."""
    failing: int
    """Those of them that fail the gate."""
    known: int
    """Findings in the baseline."""
    undecided: int
    """Rules of severity error that the gate looks at and that could not be decided."""
    unreadable: int
    """Files that could not be read."""
    new_rules: Mapping[str, int]
    """Rules that are newer than the baseline -> their findings, which don't fail a gate on new problems. Undecided rules have 0."""
    resolved: int
    """Entries of the baseline that are no longer found."""


_DECIDED = (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE)


def gate_result(report: Report, policy: Policy) -> GateResult:
    """Return the exit code for a checked snapshot, and why."""
    grades = _counted_grades(report, policy)
    return GateResult(
        code=exit_code(report, policy),
        new=sum(grades.values()),
        failing=sum(grades[grade] for grade in _exceeded(grades, policy)),
        known=sum(report.notes.waiver(one) is None and report.notes.is_known(one) for one in report.findings),
        undecided=len(_unknown_rules(report, policy)),
        unreadable=sum(source.error is not None for source in report.sources),
        new_rules=_new_rules(report) if policy.new_only else {},
        resolved=len(report.stale_baseline),
    )


def exit_code(report: Report, policy: Policy) -> ExitCode:
    """Return the exit code for a checked snapshot."""
    if _exceeded(_counted_grades(report, policy), policy) or (policy.strict_baseline and report.stale_baseline):
        return ExitCode.FINDINGS
    if not any(result.outcome in _DECIDED for result in report.results):
        return ExitCode.NOTHING_DECIDED
    if any(source.error for source in report.sources):
        return ExitCode.CANNOT_TELL
    # Known or allowed errors already make the verdict `not_ready`: without this, new unknowns would pass unnoticed.
    counts_unknowns = report.verdict is Verdict.CANNOT_TELL or policy.new_only or bool(policy.thresholds)
    is_unknown = counts_unknowns and not policy.allow_unknown and _has_too_many_unknowns(report, policy)
    return ExitCode.CANNOT_TELL if is_unknown else ExitCode.PASSED


def audit_exit_code(states: Sequence[AccountState], policy: Policy) -> ExitCode:
    """Return the exit code for many accounts: that of the worst account."""
    codes = {_account_exit_code(state, policy) for state in states}
    if ExitCode.FINDINGS in codes:
        return ExitCode.FINDINGS
    if codes <= {ExitCode.NOTHING_DECIDED}:
        return ExitCode.NOTHING_DECIDED
    return ExitCode.CANNOT_TELL if codes - {ExitCode.PASSED} else ExitCode.PASSED


def _account_exit_code(state: AccountState, policy: Policy) -> ExitCode:
    lets_errors_through = policy.fail_on is None or "failed.error" in policy.thresholds
    if _exceeded(state.open_by_severity, policy) or (state.verdict is Verdict.NOT_READY and not lets_errors_through):
        return ExitCode.FINDINGS
    if not any(rule.outcome in _DECIDED for rule in state.rules):
        return ExitCode.NOTHING_DECIDED
    if state.is_unreadable:
        return ExitCode.CANNOT_TELL
    counts_unknowns = state.verdict is Verdict.CANNOT_TELL or bool(policy.thresholds)
    unknown = sum(rule.has_unknowns and rule.grade is Severity.ERROR for rule in state.rules)
    is_unknown = counts_unknowns and not policy.allow_unknown and unknown > policy.thresholds.get("cannot_tell", 0)
    return ExitCode.CANNOT_TELL if is_unknown else ExitCode.PASSED


def _counted_grades(report: Report, policy: Policy) -> Counter[Severity]:
    """Return how many findings of each severity the gate looks at."""
    return Counter(
        finding.severity for result in report.results for finding in counted(report, result, new_only=policy.new_only)
    )


def counted(report: Report, result: RuleResult, *, new_only: bool) -> list[Finding]:
    """Return the findings of a rule that no waiver accepts; with `new_only`, only those that are new.

    A finding is new if it is not in the baseline, and its rule is not newer than the baseline: otherwise a new version with more
    rules would fail every team's gate overnight.
    """
    if new_only and result.rule.id in report.new_rules:
        return []
    notes = report.notes
    return [one for one in result.findings if notes.waiver(one) is None and not (new_only and notes.is_known(one))]


def _new_rules(report: Report) -> dict[str, int]:
    return {
        result.rule.id: len(counted(report, result, new_only=False))
        for result in report.results
        if result.rule.id in report.new_rules and (result.findings or result.has_unknowns)
    }


def _exceeded(count_by_grade: Mapping[Severity, int], policy: Policy) -> tuple[Severity, ...]:
    """Return the severities with more findings than allowed: than the threshold, or any if `fail_on` covers the severity."""
    exceeded = []
    for grade in Severity:
        count = count_by_grade.get(grade, 0)
        fails = policy.fail_on is not None and grade.rank <= policy.fail_on.rank
        if count > policy.thresholds.get(f"failed.{grade.value}", 0 if fails else count):
            exceeded.append(grade)
    return tuple(exceeded)


def _has_too_many_unknowns(report: Report, policy: Policy) -> bool:
    """Return whether more rules of severity error are undecided than the gate allows."""
    return not report.results or len(_unknown_rules(report, policy)) > policy.thresholds.get("cannot_tell", 0)


def _unknown_rules(report: Report, policy: Policy) -> list[RuleResult]:
    """Return the undecided rules of severity error; with `new_only`, only those that the baseline had decided."""
    unknown = [result for result in report.results if result.has_unknowns and result.rule.grade is Severity.ERROR]
    if policy.new_only:
        passed = report.baseline_undecided | report.new_rules
        unknown = [result for result in unknown if result.rule.id not in passed]
    return unknown
