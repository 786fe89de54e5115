"""Renders the report as one HTML page with three views of it; `--audience` says which is shown first.

The page loads nothing from the network, can be read without its script and on a phone, and prints.
"""

from __future__ import annotations

from typing import Any

import msgspec

from exportready.model.evidence import Source
from exportready.model.report import Batch, Outcome, Report, Verdict
from exportready.reporters import Options, arrival, key_issues, needs, view, words
from exportready.reporters.csm import LOOKS, csm_view
from exportready.reporters.engineer import engineer_view
from exportready.reporters.office import MAX_LISTED, OfficeView, office_view
from exportready.reporters.pages import page

MAX_VISIBLE = 10
"""Maximum number of records shown at once; a click shows the rest."""
_MAX_BATCHES = 3
_MAX_FILES = 4
_MAX_FIRST_CARDS = 3

LOOK_BY_VERDICT = {
    Verdict.READY: "fine",
    Verdict.READY_WITH_WARNINGS: "look",
    Verdict.NOT_READY: "fix",
    Verdict.CANNOT_TELL: "unknown",
}


class BatchBar(msgspec.Struct, frozen=True, kw_only=True):
    """One batch in the page's header."""

    line: str
    blocked_percent: float | None
    """Share of its transactions that are blocked; None if it has none."""
    rest_look: str
    """Look of the other transactions."""


class FileAge(msgspec.Struct, frozen=True):
    """A file in the page's header, or several in one line."""

    name: str
    age: str


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """A number at the top of the page, with a link to its section."""

    look: str
    anchor: str
    number: int
    label: str


def render(report: Report, options: Options) -> str:
    """Return the whole page."""
    office = office_view(report)
    return page(
        "html",
        **office_values(report, office),
        audience=options.audience,
        csm=csm_view(report, office),
        engineer=engineer_view(report),
        first_cards=(office.fix or office.clears or office.look)[:_MAX_FIRST_CARDS],
        batch_bars=_batch_bars(report),
        more_batches=max(0, len(report.batches) - _MAX_BATCHES),
        file_ages=file_ages(report),
        tiles=tiles(report, office),
        looks=LOOKS,
    )


def office_values(report: Report, office: OfficeView) -> dict[str, Any]:
    """Return what the templates of the office's view need; the page that `exportready app` opens shows the same parts."""
    return {
        "report": report,
        "look": look_of(report),
        "office": office,
        "unreadable": _unreadable(report),
        "broken_rules": view.with_outcome(report, Outcome.ERROR),
        "passed": view.passed(report),
        "confirmed": view.confirmed(report),
        "not_applicable": view.with_outcome(report, Outcome.NOT_APPLICABLE),
        "max_visible": MAX_VISIBLE,
        "max_listed": MAX_LISTED,
        "view": view,
        "arrival": arrival,
        "key_issues": key_issues,
        "needs": needs,
    }


def _unreadable(report: Report) -> list[Source]:
    return [source for source in report.sources if source.error is not None]


def look_of(report: Report) -> str:
    """Return the look of the verdict: `fine` only if all rules were checked."""
    look = LOOK_BY_VERDICT[report.verdict]
    return "look" if look == "fine" and view.narrowed(report) else look


def _batch_bars(report: Report) -> list[BatchBar]:
    """Return the batches with most blocked transactions."""
    most_blocked = sorted(report.batches, key=lambda batch: -batch.blocked.transactions)
    return [_batch_bar(report, batch) for batch in most_blocked[:_MAX_BATCHES]]


def _batch_bar(report: Report, batch: Batch) -> BatchBar:
    is_uncertain = batch.verdict in (Verdict.CANNOT_TELL, Verdict.NOT_READY) or view.narrowed(report)
    return BatchBar(
        line=key_issues.batch_line(report, batch),
        blocked_percent=round(100 * batch.blocked.transactions / batch.transactions, 1) if batch.transactions else None,
        rest_look="none" if is_uncertain else "fine",
    )


def file_ages(report: Report) -> list[FileAge]:
    """Return the files with their ages: undated ones first, since they may be the oldest, then the oldest."""
    readable = [source for source in report.sources if source.error is None]
    ordered = sorted(readable, key=lambda file: (file.dated is not None, file.dated or report.checked_at, file.path))
    ages = [
        FileAge(view.file_name(file), words.short_age(report.checked_at - file.dated) if file.dated else words.UNDATED)
        for file in ordered
    ]
    shown, others = ages[:_MAX_FILES], ages[_MAX_FILES:]
    if len(others) <= 1:
        return ages
    return [*shown, FileAge(words.other_files(len(others)), _age_range(others))]


def _age_range(ages: list[FileAge]) -> str:
    """Return the ages of the newest and the oldest of some files, or the one age that they share."""
    distinct = list(dict.fromkeys(file.age for file in ages))
    return distinct[0] if len(distinct) == 1 else f"{distinct[-1]}, {distinct[0]}"


def tiles(report: Report, office: OfficeView) -> list[Tile]:
    """Return the numbers of what there is; the number of problems to fix even if it is zero."""
    unchecked = view.with_unknowns(report)
    fix_label = words.TILE_FIX_SO_FAR if unchecked or _unreadable(report) else words.TILE_FIX
    all_tiles = (
        Tile(
            look="fix",
            anchor="fix" if office.fix else "clears",
            number=len(office.fix),
            label=fix_label,
        ),
        Tile(look="look", anchor="look", number=len(office.look), label=words.TILE_LOOK),
        Tile(look="know", anchor="know", number=len(office.know), label=words.TILE_KNOW),
        Tile(
            look="unknown",
            anchor="still",
            number=len(unchecked),
            label=words.TILE_UNCHECKED,
        ),
        Tile(look="fine", anchor="fine", number=len(view.with_outcome(report, Outcome.PASSED)), label=words.TILE_FINE),
        Tile(
            look="none",
            anchor="none",
            number=len(view.with_outcome(report, Outcome.NOT_APPLICABLE)),
            label=words.TILE_NOT_YOURS,
        ),
    )
    return [tile for tile in all_tiles if tile.number or tile.look == "fix"]
