"""What a machine is told: one problem a line, worst first, always at a real place. For SARIF, GitHub, GitLab and JUnit."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from exportready.model.report import Finding, Report, RuleResult
from exportready.reporters import Options


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that nobody accepted, and that is new where only new ones are asked for."""

    result: RuleResult
    finding: Finding
    path: str
    """From the root of the repository, or from where the program runs."""
    line: int
    line_known: bool


def listed(report: Report, options: Options) -> list[Problem]:
    """The problems that a gate looks at."""
    found = [
        _problem(report, result, finding)
        for result in report.results
        for finding in result.findings
        if report.notes.waiver(finding) is None and not (options.new_only and report.notes.is_known(finding))
    ]
    return sorted(found, key=lambda one: one.finding.severity.rank)


def _problem(report: Report, result: RuleResult, finding: Finding) -> Problem:
    path, line, known = next(_places(report, finding))
    return Problem(result=result, finding=finding, path=path, line=line, line_known=known)


def _places(report: Report, finding: Finding) -> Iterator[tuple[str, int, bool]]:
    """The finding's place, else that of a file that was read: platforms refuse a whole report for one problem without one."""
    read = {source.path for source in report.sources}
    for place in finding.where:
        if place.location.path in read:
            yield under(report.base, place.location.path), place.location.line or 1, place.location.line is not None
    for path in sorted(read):
        yield under(report.base, path), 1, False
    yield report.base or "account.yaml", 1, False


def others(report: Report, finding: Finding) -> list[tuple[str, int, str]]:
    """The further places of a finding: path, line, what stands there."""
    read = {source.path for source in report.sources}
    return [
        (under(report.base, place.location.path), place.location.line or 1, place.label)
        for place in finding.where[1:]
        if place.location.path in read
    ]


def under(base: str, path: str) -> str:
    """A path of the snapshot as seen from the repository; an archive is one file there."""
    if base.lower().endswith(".zip"):
        return base
    return f"{base.rstrip('/')}/{path}" if base not in ("", ".") else path


def broken(report: Report) -> list[tuple[str, int, str]]:
    """The files that cannot be read: path, line, why. Nothing passes beside one."""
    return [(under(report.base, one.path), one.error_line or 1, one.error) for one in report.sources if one.error is not None]
