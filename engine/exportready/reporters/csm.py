"""The customer-success manager's view: outcomes by area, what changed, what expires soon, and a message to the customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from exportready.model.changes import CHANGE_KEYS, Changes, PastFinding
from exportready.model.display import format_time
from exportready.model.report import Outcome, Report, RuleResult, Verdict
from exportready.reporters import view, words
from exportready.reporters.engineer import LOOK_BY_SEVERITY
from exportready.reporters.office import OfficeView, numbered

LOOKS = ("fix", "look", "know", "unknown", "fine", "none")
"""The looks of rules, in the order of `words.AREA_HEADS`. A look is the CSS class that gives a result its color and icon."""
_RANKED_LOOKS = 4
"""Number of looks, from the first, by which areas are ordered: all but `fine` and `none`."""


class Area(msgspec.Struct, frozen=True):
    """A row of the table of areas. A rule that failed and has unknowns too counts as both."""

    name: str
    counts: tuple[int, ...]
    """Number of rules with each of `LOOKS`."""
    bar: tuple[tuple[str, float, float], ...]
    """(look, start, width) in percent."""


class ChangedFindings(msgspec.Struct, frozen=True):
    """The findings of one kind of change."""

    title: str
    findings: tuple[PastFinding, ...]


class CsmView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole view."""

    areas: tuple[Area, ...]
    decided: str
    decided_percent: float
    """Rules that were decided, of those that apply or were left out."""
    since: str
    """Since when the changes are; empty without an earlier result."""
    changes: tuple[ChangedFindings, ...]
    drift: tuple[str, ...]
    """Settings that changed."""
    expiring: tuple[tuple[str, str, str], ...]
    """Rows under the headings `words.EXPIRY_HEADS`."""
    message: str
    """To be sent to the customer as it is."""


def csm_view(report: Report, office: OfficeView) -> CsmView:
    """Return the report for a customer-success manager."""
    applicable = [result for result in report.results if result.outcome is not Outcome.NOT_APPLICABLE]
    decided = sum(not result.has_unknowns for result in applicable)
    asked = len(applicable) + len(report.left_out)
    changes = report.changes
    return CsmView(
        areas=tuple(_areas(report)),
        decided=words.decided(decided, len(applicable), len(report.left_out)),
        decided_percent=100 * decided / asked if asked else 0.0,
        since=_since(report, changes) if changes else "",
        changes=tuple(_changed_findings(changes)) if changes else (),
        drift=tuple(words.drifted(drift.setting, drift.old, drift.new) for drift in changes.drift) if changes else (),
        expiring=tuple(
            (
                format_time(view.local_time(report, expiry.until)),
                words.EXPIRY_KINDS.get(expiry.what, expiry.what),
                expiry.name,
            )
            for expiry in report.expiring
        ),
        message=_message(report, office),
    )


# -- areas


def rule_look(report: Report, result: RuleResult) -> str:
    """Return the look of a rule: that of its worst open finding, else `unknown` if anything about it is unknown."""
    open_severities = [finding.severity for finding in result.findings if report.notes.waiver(finding) is None]
    if open_severities:
        return LOOK_BY_SEVERITY[min(open_severities, key=lambda severity: severity.rank)]
    if result.has_unknowns:
        return "unknown"
    return {Outcome.NOT_APPLICABLE: "none", Outcome.FAILED: "know"}.get(result.outcome, "fine")


def _areas(report: Report) -> list[Area]:
    """Return the areas, the worst first."""
    looks_by_area: dict[str, list[str]] = {}
    for result in report.results:
        looks = looks_by_area.setdefault(result.rule.area, [])
        look = rule_look(report, result)
        looks.append(look)
        looks += ["unknown"] if result.has_unknowns and look != "unknown" else []
    areas = [
        _area(words.AREAS.get(name, words.sentence(name)), [looks.count(look) for look in LOOKS])
        for name, looks in looks_by_area.items()
    ]
    return sorted(areas, key=lambda area: ([-count for count in area.counts[:_RANKED_LOOKS]], area.name))


def _area(name: str, counts: Sequence[int]) -> Area:
    total, before, bar = sum(counts), 0, []
    for look, count in zip(LOOKS, counts, strict=True):
        if count:
            bar.append((look, round(100 * before / total, 2), round(100 * count / total, 2)))
            before += count
    return Area(name, tuple(counts), tuple(bar))


# -- changes


def _since(report: Report, changes: Changes) -> str:
    verdicts = words.verdicts(after_export=report.is_after_export)
    when = view.local_time(report, datetime.fromisoformat(changes.old_checked_at))
    now = view.verdict_of(report, Verdict(changes.new_verdict))
    return words.changed_since(when, verdicts[Verdict(changes.old_verdict)], now)


def _changed_findings(changes: Changes) -> Iterator[ChangedFindings]:
    """Yield the kinds of change that occurred; findings that did not change are left out."""
    for title, part in zip(words.DIFFERENCES, CHANGE_KEYS, strict=False):
        findings = getattr(changes, part)
        if findings:
            yield ChangedFindings(title, findings)


# -- message


def _message(report: Report, office: OfficeView) -> str:
    greeting = words.message_after if report.is_after_export else words.message_for_customer
    parts = [
        numbered(words.MESSAGE_FIX, [f"{card.heading} ({card.fix.who}, {card.effort})" for card in office.fix]),
        numbered(words.LOOK_AT_THESE, [card.heading for card in office.look]),
        numbered(words.MESSAGE_CONFIRM, [one.question for one in office.confirm]),
        numbered(words.MESSAGE_SUPPLY, [supply.instruction or words.NO_INSTRUCTION for supply in office.supply]),
    ]
    tasks = list(filter(None, parts))
    narrowed = [f"{view.narrowed(report)}."] if view.narrowed(report) else []
    is_fine = not tasks and not narrowed and report.verdict is Verdict.READY
    ending = words.MESSAGE_FINE if is_fine else words.MESSAGE_END
    return "\n\n".join([greeting(view.files_and_dates(report), view.verdict(report)), *narrowed, *tasks, ending])
