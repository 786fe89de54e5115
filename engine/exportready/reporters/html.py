"""The result as one page: it asks nothing of the network, runs no script, reads on a phone and prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exportready.model.report import Finding, Outcome, Report, RuleResult, Verdict
from exportready.model.rules import Severity
from exportready.reporters import Options, arrival, first, view, words
from exportready.reporters.pages import page

VISIBLE = 10
"""So many records are seen at once; the rest opens."""
LISTED = 1000
"""So many records a rule are in the page: more, and browsers choke."""

_LOOKS = {
    Verdict.READY: "fine",
    Verdict.READY_WITH_WARNINGS: "look",
    Verdict.NOT_READY: "fix",
    Verdict.CANNOT_TELL: "unknown",
}


@dataclass(frozen=True, slots=True)
class _Row:
    finding: Finding
    name: str
    noun: str
    mend: str
    mild: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Card:
    """One failed rule, laid out."""

    result: RuleResult
    anchor: str
    rows: tuple[_Row, ...]
    table: bool
    """False where the findings have no names of their own: then sentences say it all."""
    mixed: bool
    """More than one kind of record is among them."""


@dataclass(frozen=True, slots=True)
class _Section:
    look: str
    heading: str
    intro: str
    cards: tuple[_Card, ...]


def render(report: Report, options: Options) -> str:
    """The whole page."""
    return page(
        "html",
        report=report,
        look=_LOOKS[report.verdict],
        broken=[source for source in report.sources if source.error is not None],
        sections=[section for section in map(_section(report), Severity) if section.cards],
        supplies=view.supplies(report),
        broke=view.with_outcome(report, Outcome.ERROR),
        fine=view.with_outcome(report, Outcome.PASSED),
        not_yours=view.with_outcome(report, Outcome.NOT_APPLICABLE),
        tiles=_tiles(report),
        visible=VISIBLE,
        listed=LISTED,
        view=view,
        arrival=arrival,
        first=first,
    )


def _section(report: Report) -> Any:
    looks = {Severity.ERROR: "fix", Severity.WARNING: "look", Severity.INFO: "know"}

    def section(grade: Severity) -> _Section:
        cards = tuple(_card(result) for result in view.problems(report, grade))
        return _Section(looks[grade], words.SECTIONS[grade], words.INTROS[grade], cards)

    return section


def _card(result: RuleResult) -> _Card:
    rows = tuple(
        _Row(
            finding,
            view.subject(result, finding),
            words.noun(finding.subject.kind),
            view.mend(result, finding),
            view.milder(result, finding),
            tuple(map(view.place, finding.where[:LISTED])),
        )
        for finding in view.findings(result)[:LISTED]
    )
    return _Card(result, _anchor(result), rows, any(row.name for row in rows), len({row.noun for row in rows}) > 1)


def _anchor(result: RuleResult) -> str:
    return result.rule.id.replace("/", "-")


def _tiles(report: Report) -> list[tuple[str, str, int, str]]:
    """(look, anchor, number, word) of what there is, for the row of numbers on top."""
    fix, look, know = (len(view.problems(report, severity)) for severity in Severity)
    counted = (
        ("fix", "fix", fix, words.TILE_FIX),
        ("look", "look", look, words.TILE_LOOK),
        ("know", "know", know, words.TILE_KNOW),
        ("unknown", "unknown", len(view.untold(report)), words.TILE_UNCHECKED),
        ("fine", "fine", len(view.with_outcome(report, Outcome.PASSED)), words.TILE_FINE),
        ("none", "none", len(view.with_outcome(report, Outcome.NOT_APPLICABLE)), words.TILE_NOT_YOURS),
    )
    return [tile for tile in counted if tile[2] or tile[0] == "fix"]
