"""What changed between two checks, in five words, for people: one line for each problem, not for each record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from exportready.app import history
from exportready.app.home import Home
from exportready.app.pages.sentences import moment
from exportready.app.values import CheckInfo, Difference
from exportready.model.changes import PastFinding
from exportready.model.display import count
from exportready.model.report import Report
from exportready.reporters import view

_MAX_NAMED = 3


class Line(msgspec.Struct, frozen=True):
    """One problem, with the records that it was about."""

    rule: str
    title: str
    detail: str = ""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since an earlier check."""

    since: str
    """When that was."""
    fixed: tuple[Line, ...]
    still: tuple[Line, ...]
    new: tuple[Line, ...]
    newly: tuple[Line, ...]
    no_longer: tuple[str, ...]
    rules: tuple[Line, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing changed."""
        return not (self.fixed or self.new or self.newly or self.no_longer or self.rules)


def changes_between(home: Home, account_id: str, older: CheckInfo, newer: CheckInfo, report: Report, now: datetime) -> Changes:
    """Return what changed from one check to another. `report` is that of the newer one, which has the words for its problems."""
    found = history.changes(home, account_id, older.id, newer.id)
    return Changes(
        since=moment(older.at, now),
        fixed=_lines(found.fixed, found, report),
        still=_lines(found.still_there, found, report),
        new=_lines(found.new, found, report),
        newly=tuple(Line(rule, _title(rule, found)) for rule in found.newly_checked),
        no_longer=tuple(_title(rule, found) for rule in found.no_longer_checked),
        rules=_lines(found.rule_changed, found, report),
    )


def _title(rule: str, found: Difference) -> str:
    return found.titles.get(rule, rule)


def _lines(findings: Sequence[PastFinding], found: Difference, report: Report) -> tuple[Line, ...]:
    """Return a line for each rule."""
    by_rule: dict[str, list[PastFinding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    problems = {result.rule.id: result.rule.problem for result in report.results}
    return tuple(_line(rule, some, problems.get(rule) or _title(rule, found)) for rule, some in by_rule.items())


def _line(rule: str, some: Sequence[PastFinding], title: str) -> Line:
    if len(some) == 1:
        return Line(rule, some[0].message, "")
    subjects = list(dict.fromkeys(one.subject for one in some))
    rest = len(subjects) - _MAX_NAMED
    named = ", ".join(subjects[:_MAX_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
    return Line(rule, title, f"{count(len(some), 'record')}: {named}")


def chips_by_card(changes: Changes | None, report: Report) -> dict[str, str]:
    """Return "new" or "still there" for each problem that the report lists, by the anchor of its card."""
    if changes is None:
        return {}
    failed = {result.rule.id for result in view.with_unknowns(report)} | {
        result.rule.id for result in report.results if result.findings
    }
    chips = {line.rule: "new" for line in changes.new}
    chips |= {line.rule: "still" for line in changes.still}
    return {rule.replace("/", "-"): chip for rule, chip in chips.items() if rule in failed}
