"""List the problems for SARIF, GitHub, GitLab and JUnit: one entry per problem, worst first, always at a real place."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from exportready.model.report import Finding, Report, RuleResult
from exportready.model.rules import Rule
from exportready.policy.gate import counted
from exportready.reporters import Options


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that a gate counts."""

    result: RuleResult
    finding: Finding
    path: str
    """From the root of the repository, or from the working directory."""
    line: int
    """From 1; 1 if the line isn't known."""

    @property
    def title(self) -> str:
        """Return what is wrong, as a heading. Never the rule's title, which says what must be true."""
        return title(self.result.rule, self.finding)


class UnreadableFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the snapshot that couldn't be read. With such a file, no gate may pass."""

    path: str
    """From the root of the repository, or from the working directory."""
    line: int
    """From 1; 1 if the line isn't known."""
    error: str


def title(rule: Rule, finding: Finding) -> str:
    """Return what is wrong, as a heading: the rule's own words for it, else the message of the finding."""
    return rule.problem or finding.message


def open_problems(report: Report, options: Options) -> list[Problem]:
    """Return the problems that a gate counts, worst first."""
    found = [
        _problem(report, result, finding)
        for result in report.results
        for finding in counted(report, result, new_only=options.new_only)
    ]
    return sorted(found, key=lambda problem: problem.finding.severity.rank)


def _problem(report: Report, result: RuleResult, finding: Finding) -> Problem:
    path, line = next(_places(report, finding))
    return Problem(result=result, finding=finding, path=path, line=line)


def _places(report: Report, finding: Finding) -> Iterator[tuple[str, int]]:
    """Yield the path and line of the finding's places, then those of any file that was read, then a last resort.

    Platforms reject the entire report if one problem in it has no place.
    """
    paths = {source.path for source in report.sources}
    for place in finding.where:
        if place.location.path in paths:
            yield repository_path(report.base, place.location.path), place.location.line or 1
    for path in sorted(paths):
        yield repository_path(report.base, path), 1
    yield report.base or "account.yaml", 1


def further_places(report: Report, finding: Finding) -> list[tuple[str, int, str]]:
    """Return path, line and label of a finding's places after the first."""
    paths = {source.path for source in report.sources}
    return [
        (repository_path(report.base, place.location.path), place.location.line or 1, place.label)
        for place in finding.where[1:]
        if place.location.path in paths
    ]


def repository_path(base: str, path: str) -> str:
    """Return a path of the snapshot as a path of the repository. If the snapshot is a .zip, that is the .zip itself.

    `base` is the snapshot's own path in the repository.
    """
    if base.lower().endswith(".zip"):
        return base
    return f"{base.rstrip('/')}/{path}" if base not in ("", ".") else path


def unreadable_files(report: Report) -> list[UnreadableFile]:
    """Return the files that couldn't be read."""
    return [
        UnreadableFile(path=repository_path(report.base, source.path), line=source.error_line or 1, error=source.error)
        for source in report.sources
        if source.error is not None
    ]
