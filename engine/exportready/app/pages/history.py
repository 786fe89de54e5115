"""History: all checks of a company, a small trend, earlier reports, two checks compared, and reports to save."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from exportready.app import checks, history
from exportready.app.pages.changed import changes_between
from exportready.app.pages.report_values import label, report_values
from exportready.app.pages.visit import Visit, shows
from exportready.app.values import CheckInfo, NotFound, TrendPoint
from exportready.model.display import count
from exportready.model.report import Verdict
from exportready.reporters import Options, render
from exportready.reporters.html import LOOK_BY_VERDICT

_AT_ONCE = 25
_TALLEST = 72
"""Height of the highest bar of the trend."""
_MOST_BATCHES = 12


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One check in the list."""

    id: str
    at: object
    phase: str
    batch: str
    verdict: str
    look: str
    to_fix: int
    open: int


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One batch of the trend."""

    label: str
    problems: int
    height: int


def _history(visit: Visit) -> Response:
    found = checks.all_checks(visit.home, visit.id)
    shown = found if visit.request.query_params.get("all") else found[:_AT_ONCE]
    trend = history.trend(visit.home, visit.id)[-_MOST_BATCHES:]
    return visit.render(
        "history",
        "History",
        "history",
        sittings=[_row(one) for one in shown],
        hidden_checks=len(found) - len(shown),
        trend=_bars(trend),
        trend_words=_words(trend),
    )


def _row(check: CheckInfo) -> Row:
    return Row(
        id=check.id,
        at=check.at,
        phase=check.phase,
        batch=label(check),
        verdict=check.verdict,
        look=look(check),
        to_fix=check.counts.to_fix,
        open=check.counts.open,
    )


def look(check: CheckInfo) -> str:
    """Return the look of a check's verdict."""
    return LOOK_BY_VERDICT[Verdict(check.verdict_key)]


def _bars(trend: Sequence[TrendPoint]) -> list[Bar]:
    most = max((point.problems for point in trend), default=0) or 1
    return [
        Bar(label=point.label[:12], problems=point.problems, height=max(3, _TALLEST * point.problems // most))
        for point in trend
    ]


def _words(trend: Sequence[TrendPoint]) -> str:
    """Return what the bars mean, in one sentence."""
    if len(trend) < 2:
        return ""
    first, last = trend[0].problems, trend[-1].problems
    way = "Down from" if last < first else "Up from" if last > first else "Still"
    change = f"{way} {first:,} to {last:,}" if first != last else f"{way} {first:,}"
    return f"{change} in {count(len(trend), 'batch', 'batches')}. By batch: {', '.join(f'{one.label}: {one.problems:,}' for one in trend)}."


def _past(visit: Visit) -> Response:
    """Show an earlier report."""
    check = checks.check(visit.home, visit.id, visit.request.path_params["check"])
    values = report_values(visit, check, None, is_past=True)
    return visit.render("past", values["band"].title, "", **values, when=visit.moment(check.at))


def _compare(visit: Visit) -> Response:
    asked = visit.request.query_params
    pair = [checks.check(visit.home, visit.id, asked.get(name, "")) for name in ("older", "newer")]
    older, newer = sorted(pair, key=lambda one: one.id)
    report = checks.report(visit.home, visit.id, newer.id)
    return visit.render(
        "compare",
        "Two checks compared",
        "history",
        changes=changes_between(visit.home, visit.id, older, newer, report, visit.now),
        older=visit.moment(older.at),
        newer=visit.moment(newer.at),
        older_verdict=older.verdict,
        newer_verdict=newer.verdict,
        older_look=look(older),
        newer_look=look(newer),
    )


_FILES = {
    "report.html": ("html", "text/html; charset=utf-8"),
    "report.csv": ("csv", "text/csv; charset=utf-8"),
    "report.json": ("json", "application/json"),
    "work-list.csv": ("work-list", "text/csv; charset=utf-8"),
}


def _saved(visit: Visit) -> Response:
    """Give a report as a file."""
    name = visit.request.path_params["file"]
    if name not in _FILES:
        raise NotFound("This address has no file. Go back to the report.")
    check = checks.check(visit.home, visit.id, visit.request.path_params["check"])
    format, media_type = _FILES[name]
    text = render(format, checks.report(visit.home, visit.id, check.id), Options())
    stem, _, extension = name.partition(".")
    called = quote(f"{visit.account.name} {stem} {check.at:%Y-%m-%d %H%M}.{extension}")
    return Response(text, media_type=media_type, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{called}"})


ROUTES = [
    shows("/c/{company}/history", _history),
    shows("/c/{company}/compare", _compare),
    shows("/c/{company}/checks/{check}", _past),
    shows("/c/{company}/checks/{check}/{file}", _saved),
]
