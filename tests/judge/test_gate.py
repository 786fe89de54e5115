"""The verdict and the exit code."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

import samples
from exportready.model.evidence import Account, Location, Source
from exportready.model.reasons import Channel, Reason
from exportready.model.report import Finding, Gap, Outcome, Place, Report, RuleResult, Thing, Verdict
from exportready.model.rules import Rule, Severity
from exportready.policy.gate import ExitCode, Policy, exit_code, verdict
from exportready.rulebook.examples import NOON

RULE = samples.rulebook().rules[0]
OK = Source(path="a", sha256="", reader="iif", dated=None, records={}, complete=True)
BROKEN = replace(OK, error="it is damaged")


def graded(severity: Severity) -> Rule:
    return replace(RULE, severity=severity, checks=tuple(replace(check, severity=severity) for check in RULE.checks))


def result(outcome: Outcome, grade: Severity, finding: Severity | None = None, undecided: int = 0) -> RuleResult:
    thing = Thing("quickbooks.Item", "X")
    place = Place(Location("a", 1), "X")
    findings = (
        ()
        if finding is None
        else (
            Finding(
                fingerprint="f",
                check=None,
                severity=finding,
                subject=thing,
                at_fault=thing,
                message="",
                observed={},
                expected={},
                where=(place,),
                blocks=True,
            ),
        )
    )
    gaps = (
        (
            Gap(
                kind="quickbooks.Item",
                field=None,
                subject=None,
                reason="missing",
                supply="export it",
                cause=Reason.NOT_SUPPLIED,
                channel=Channel.EXPORT,
            ),
        )
        if outcome is Outcome.CANNOT_TELL
        else ()
    )
    return RuleResult(
        rule=graded(grade), outcome=outcome, reason="", checked=1, undecided=undecided, gaps=gaps, findings=findings
    )


E, W, NOTE = Severity.ERROR, Severity.WARNING, Severity.INFO
CASES = [
    ([result(Outcome.PASSED, E)], [OK], Verdict.READY),
    ([result(Outcome.FAILED, E, E), result(Outcome.CANNOT_TELL, E)], [OK], Verdict.NOT_READY),
    ([result(Outcome.CANNOT_TELL, E)], [OK], Verdict.CANNOT_TELL),
    ([result(Outcome.ERROR, E)], [OK], Verdict.CANNOT_TELL),
    ([result(Outcome.PASSED, E)], [BROKEN], Verdict.CANNOT_TELL),
    ([result(Outcome.FAILED, E, W)], [OK], Verdict.READY_WITH_WARNINGS),
    ([result(Outcome.FAILED, E, W, undecided=1)], [OK], Verdict.CANNOT_TELL),
    ([result(Outcome.FAILED, W, W)], [OK], Verdict.READY_WITH_WARNINGS),
    ([result(Outcome.CANNOT_TELL, W)], [OK], Verdict.READY_WITH_WARNINGS),
    ([result(Outcome.FAILED, NOTE, NOTE), result(Outcome.CANNOT_TELL, NOTE)], [OK], Verdict.READY),
    ([result(Outcome.NOT_APPLICABLE, E)], [OK], Verdict.READY),
    ([], [OK], Verdict.CANNOT_TELL),
]


@pytest.mark.parametrize(("results", "sources", "expected"), CASES)
def test_verdict(results: list[RuleResult], sources: list[Source], expected: Verdict) -> None:
    assert verdict(results, sources) is expected
    assert verdict(results[::-1], sources) is expected


def report(results: list[RuleResult], sources: list[Source]) -> Report:
    return Report(
        version="0",
        digest="d",
        rules=1,
        own_rules=False,
        left_out=(),
        account=Account(),
        phase="before-export",
        checked_at=NOON,
        sources=tuple(sources),
        unrecognized=(),
        results=tuple(results),
        verdict=verdict(results, sources),
    )


@pytest.mark.parametrize(
    ("results", "sources", "fail_on", "allow", "code"),
    [
        ([result(Outcome.PASSED, E)], [OK], E, False, ExitCode.PASSED),
        ([result(Outcome.FAILED, E, E)], [OK], E, False, ExitCode.FINDINGS),
        ([result(Outcome.FAILED, E, E)], [OK], None, False, ExitCode.PASSED),
        ([result(Outcome.FAILED, E, E)], [BROKEN], None, True, ExitCode.CANNOT_TELL),
        ([result(Outcome.FAILED, W, W)], [OK], E, False, ExitCode.PASSED),
        ([result(Outcome.FAILED, W, W)], [OK], W, False, ExitCode.FINDINGS),
        ([result(Outcome.FAILED, NOTE, NOTE)], [OK], NOTE, False, ExitCode.FINDINGS),
        ([result(Outcome.CANNOT_TELL, E)], [OK], E, False, ExitCode.NOTHING_DECIDED),
        ([result(Outcome.CANNOT_TELL, E), result(Outcome.PASSED, W)], [OK], E, False, ExitCode.CANNOT_TELL),
        ([result(Outcome.CANNOT_TELL, E), result(Outcome.PASSED, W)], [OK], E, True, ExitCode.PASSED),
        ([result(Outcome.CANNOT_TELL, W), result(Outcome.PASSED, E)], [OK], E, False, ExitCode.PASSED),
        ([result(Outcome.CANNOT_TELL, W), result(Outcome.PASSED, E)], [OK], W, False, ExitCode.PASSED),
        ([result(Outcome.PASSED, E)], [BROKEN], E, True, ExitCode.CANNOT_TELL),
        ([result(Outcome.CANNOT_TELL, E), result(Outcome.NOT_APPLICABLE, W)], [OK], E, False, ExitCode.CANNOT_TELL),
    ],
)
def test_exit_code(
    results: list[RuleResult], sources: list[Source], fail_on: Severity | None, allow: bool, code: ExitCode
) -> None:
    assert exit_code(report(results, sources), Policy(fail_on=fail_on, allow_unknown=allow)) is code
