"""What an engineer is shown: each finding with its place, its lines, what was observed and how it was decided. Laid out."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from exportready.model.report import Clause, Finding, KeyIssue, Report, RuleResult, Snippet
from exportready.reporters import view, words

LISTED = 20
"""So many findings a rule."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file; of the one that is meant, the value stands between `before` and `after`."""

    number: int
    before: str
    value: str
    after: str


class Shown(msgspec.Struct, frozen=True):
    """A place, with its lines."""

    told: str
    lines: tuple[Line, ...]


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One finding, laid out."""

    result: RuleResult
    finding: Finding
    state: str
    look: str
    places: tuple[Shown, ...]
    values: tuple[tuple[str, str, str], ...]
    """(field, observed, expected)."""
    trace: tuple[tuple[str, str, str], ...]
    """(part, what was wanted and what is there, whether it holds)."""
    issues: tuple[KeyIssue, ...]


class Engineer(msgspec.Struct, frozen=True):
    """The whole view."""

    details: tuple[Detail, ...]
    left: int
    """So many findings are in the CSV only."""


def engineer(report: Report) -> Engineer:
    """The result as an engineer needs it: what is new first, then the worst."""
    issues = {one.id: one for one in report.key_issues}
    state = _states(report)
    found = [
        _detail(report, result, one, state(one), issues)
        for result in report.results
        for one in view.worst_first(result)[:LISTED]
    ]
    found.sort(key=lambda one: (_STATES.index(one.state), one.finding.severity.rank))
    return Engineer(tuple(found), sum(len(result.findings) for result in report.results) - len(found))


_STATES = (words.NEW, words.OPEN, words.OLD, words.ACCEPTED)
_LOOKS = {"error": "fix", "warning": "look", "info": "know"}


def _states(report: Report) -> Callable[[Finding], str]:
    """Without a baseline or an earlier result nobody knows what is new."""
    changes = report.changes
    added = {one.fingerprint for one in (*changes.added, *changes.regressed)} if changes else set()

    def state(one: Finding) -> str:
        if report.notes.waiver(one):
            return words.ACCEPTED
        if report.notes.is_known(one):
            return words.OLD
        if changes and not report.baseline:
            return words.NEW if one.fingerprint in added else words.OLD
        return words.NEW if report.baseline else words.OPEN

    return state


def _detail(report: Report, result: RuleResult, one: Finding, state: str, issues: dict[str, KeyIssue]) -> Detail:
    names = dict.fromkeys((*sorted(one.observed), *sorted(one.expected)))
    values = tuple((name, _shown(one.observed.get(name, "")), one.expected.get(name, "")) for name in names)
    places = tuple(Shown(view.format_place(place), _lines(report.notes.excerpt(one, place))) for place in one.where[:2])
    own = tuple(issues[id_] for id_ in report.notes.key_issues_of(one) if id_ in issues)
    return Detail(
        result=result,
        finding=one,
        state=state,
        look=_LOOKS[one.severity.value],
        places=places,
        values=values,
        trace=tuple(map(_clause, one.trace)),
        issues=own,
    )


def _shown(value: str | None) -> str:
    return words.NOTHING if value is None else value


def _clause(one: Clause) -> tuple[str, str, str]:
    name = ".".join(filter(None, (one.of, one.field)))
    return words.TRACE_PARTS[one.part], f"{name}: {one.wanted} ({_shown(one.observed)})", words.HOLDS[one.holds]


def _lines(snippet: Snippet | None) -> tuple[Line, ...]:
    if snippet is None:
        return ()
    return tuple(_line(snippet, number, text) for number, text in enumerate(snippet.lines, snippet.first))


def _line(snippet: Snippet, number: int, text: str) -> Line:
    if number != snippet.line:
        return Line(number=number, before=text, value="", after="")
    start, end = snippet.mark
    return Line(number=number, before=text[:start], value=text[start:end], after=text[end:])
