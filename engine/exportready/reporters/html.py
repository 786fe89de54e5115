"""The result as one page: it asks nothing of the network, reads without its script, on a phone, and prints.

It holds three views of one result; `--audience` says which is shown first.
"""

from __future__ import annotations

from exportready.model.report import Outcome, Report, Verdict
from exportready.model.rules import Severity
from exportready.reporters import Options, arrival, key_issues, view, words
from exportready.reporters.csm import LOOKS, csm
from exportready.reporters.engineer import engineer
from exportready.reporters.office import LISTED, Office, office
from exportready.reporters.pages import page

VISIBLE = 10
"""So many records are seen at once; the rest opens."""
_BATCHES = 3
_AGES = 4

_VERDICTS = {
    Verdict.READY: "fine",
    Verdict.READY_WITH_WARNINGS: "look",
    Verdict.NOT_READY: "fix",
    Verdict.CANNOT_TELL: "unknown",
}


def render(report: Report, options: Options) -> str:
    """The whole page."""
    for_office = office(report)
    return page(
        "html",
        report=report,
        look=_look(report),
        audience=options.audience,
        office=for_office,
        csm=csm(report, for_office),
        engineer=engineer(report),
        three=(for_office.fix or for_office.clears or for_office.look)[:3],
        batches=_batches(report),
        more_batches=max(0, len(report.batches) - _BATCHES),
        ages=_ages(report),
        broken=[source for source in report.sources if source.error is not None],
        broke=view.with_outcome(report, Outcome.ERROR),
        fine=view.with_outcome(report, Outcome.PASSED),
        not_yours=view.with_outcome(report, Outcome.NOT_APPLICABLE),
        tiles=_tiles(report, for_office),
        looks=LOOKS,
        visible=VISIBLE,
        listed=LISTED,
        view=view,
        arrival=arrival,
        key_issues=key_issues,
    )


def _look(report: Report) -> str:
    """Green is only what was checked whole."""
    look = _VERDICTS[report.verdict]
    return "look" if look == "fine" and view.narrowed(report) else look


def _batches(report: Report) -> list[tuple[str, float | None, str]]:
    """A line for each of the batches of which most waits; which share of its transactions waits, in percent; how the rest looks."""
    shown = sorted(report.batches, key=lambda one: -one.waiting.transactions)
    return [
        (
            key_issues.batch_line(report, one),
            round(100 * one.waiting.transactions / one.transactions, 1) if one.transactions else None,
            "none" if one.verdict in (Verdict.CANNOT_TELL, Verdict.NOT_READY) or view.narrowed(report) else "fine",
        )
        for one in shown[:_BATCHES]
    ]


def _ages(report: Report) -> list[tuple[str, str]]:
    """The files and how old each is, the oldest first; those without a date before all, since nobody knows."""
    read = [source for source in report.sources if source.error is None]
    dated = sorted(read, key=lambda one: (one.dated is not None, one.dated or report.checked_at, one.path))
    ages = [(one.path, words.short_age(report.checked_at - one.dated) if one.dated else words.UNDATED) for one in dated]
    left = len(ages) - _AGES
    return ages if left <= 1 else [*ages[:_AGES], (words.other_files(left), _newer(ages[_AGES:]))]


def _newer(ages: list[tuple[str, str]]) -> str:
    told = list(dict.fromkeys(age for _, age in ages))
    return told[0] if len(told) == 1 else f"{told[-1]}, {told[0]}"


def _to_fix(report: Report) -> str:
    is_open = view.with_unknowns(report) or any(source.error is not None for source in report.sources)
    return words.TILE_FIX_SO_FAR if is_open else words.TILE_FIX


def _tiles(report: Report, for_office: Office) -> list[tuple[str, str, int, str]]:
    """(look, anchor, number, word) of what there is, for the row of numbers on top."""
    untold = "confirm" if for_office.confirm else "unknown"
    counted = (
        ("fix", "fix" if for_office.fix else "clears", len(view.problems(report, Severity.ERROR)), _to_fix(report)),
        ("look", "look", len(for_office.look), words.TILE_LOOK),
        ("know", "know", len(for_office.know), words.TILE_KNOW),
        ("unknown", untold, len(view.with_unknowns(report)), words.TILE_UNCHECKED),
        ("fine", "fine", len(view.with_outcome(report, Outcome.PASSED)), words.TILE_FINE),
        ("none", "none", len(view.with_outcome(report, Outcome.NOT_APPLICABLE)), words.TILE_NOT_YOURS),
    )
    return [tile for tile in counted if tile[2] or tile[0] == "fix"]
