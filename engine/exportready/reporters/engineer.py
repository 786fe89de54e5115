"""The engineer's view: each finding with its places, the lines of the files, the observed values and how it was decided."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from exportready.model.report import Clause, Finding, KeyIssue, Report, RuleResult, Snippet
from exportready.model.rules import Severity
from exportready.reporters import view, words

MAX_LISTED = 20
"""Maximum number of findings listed for one rule."""
_MAX_PLACES = 2
_STATES = (words.NEW, words.OPEN, words.OLD, words.ACCEPTED_STATE)
"""States of findings, in the order in which they are listed."""
LOOK_BY_SEVERITY = {Severity.ERROR: "fix", Severity.WARNING: "look", Severity.INFO: "know"}
"""Severity -> look, which is the CSS class that gives a finding its color and icon."""


class FileLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file, split around the value in question; `value` is empty on other lines."""

    number: int
    before: str
    value: str
    after: str


class ShownPlace(msgspec.Struct, frozen=True):
    """A place as people read it, with the lines around it."""

    text: str
    lines: tuple[FileLine, ...]


class FindingDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One finding with everything that the view shows of it."""

    result: RuleResult
    finding: Finding
    state: str
    """New, open, known before or accepted."""
    look: str
    places: tuple[ShownPlace, ...]
    values: tuple[tuple[str, str, str], ...]
    """(field, observed, expected)."""
    trace: tuple[tuple[str, str, str], ...]
    """(part of the condition, what it expects and what was found, whether it is met)."""
    issues: tuple[KeyIssue, ...]


class EngineerView(msgspec.Struct, frozen=True):
    """The whole view."""

    details: tuple[FindingDetail, ...]
    not_listed: int
    """Number of findings that only the CSV lists."""


def engineer_view(report: Report) -> EngineerView:
    """Return the findings for an engineer: new ones first, then the worst."""
    issues = {issue.id: issue for issue in report.key_issues}
    state_of = _state_function(report)
    details = [
        _detail(report, result, finding, state_of(finding), issues)
        for result in report.results
        for finding in view.worst_first(result)[:MAX_LISTED]
    ]
    details.sort(key=lambda detail: (_STATES.index(detail.state), detail.finding.severity.rank))
    return EngineerView(tuple(details), len(report.findings) - len(details))


def _state_function(report: Report) -> Callable[[Finding], str]:
    """Return the function from a finding to its state. Without a baseline or an earlier result, nothing is known to be new."""
    changes = report.changes
    added = {finding.fingerprint for finding in (*changes.added, *changes.regressed)} if changes else set()

    def state_of(finding: Finding) -> str:
        if report.notes.waiver(finding):
            return words.ACCEPTED_STATE
        if report.notes.is_known(finding):
            return words.OLD
        if changes and not report.baseline:
            return words.NEW if finding.fingerprint in added else words.OLD
        return words.NEW if report.baseline else words.OPEN

    return state_of


def _detail(report: Report, result: RuleResult, finding: Finding, state: str, issues: dict[str, KeyIssue]) -> FindingDetail:
    observed, expected, notes = finding.observed, finding.expected, report.notes
    fields = dict.fromkeys((*sorted(observed), *sorted(expected)))
    return FindingDetail(
        result=result,
        finding=finding,
        state=state,
        look=LOOK_BY_SEVERITY[finding.severity],
        places=tuple(
            ShownPlace(view.format_place(place), _file_lines(notes.excerpt(finding, place)))
            for place in finding.where[:_MAX_PLACES]
        ),
        values=tuple((field, _format_value(observed.get(field, "")), expected.get(field, "")) for field in fields),
        trace=tuple(map(_trace_row, finding.trace)),
        issues=tuple(issues[id_] for id_ in notes.key_issues_of(finding) if id_ in issues),
    )


def _format_value(value: str | None) -> str:
    return words.NOTHING if value is None else value


def _trace_row(clause: Clause) -> tuple[str, str, str]:
    name = ".".join(filter(None, (clause.of, clause.field)))
    condition = f"{name}: {clause.expected}, found {_format_value(clause.observed)}"
    return words.TRACE_PARTS[clause.part], condition, words.CLAUSE_RESULTS[clause.is_met]


def _file_lines(snippet: Snippet | None) -> tuple[FileLine, ...]:
    if snippet is None:
        return ()
    return tuple(_file_line(snippet, number, text) for number, text in enumerate(snippet.lines, snippet.first))


def _file_line(snippet: Snippet, number: int, text: str) -> FileLine:
    if number != snippet.line:
        return FileLine(number=number, before=text, value="", after="")
    start, end = snippet.mark
    return FileLine(number=number, before=text[:start], value=text[start:end], after=text[end:])
