"""Lay out the audits so far as a chart (accounts by verdict, and open problems) and as a table."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from exportready.model.audit import Audit, PastAudit
from exportready.model.display import format_date, format_time
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import local_time
from exportready.reporters.audit.looks import ORDER, shown_verdict, verdict_look

MAX_AUDITS = 12
"""Maximum number of audits shown."""
WIDTH, COLUMN_HEIGHT, LINE_HEIGHT = 320, 84, 42
"""Size of the two drawings, in SVG units."""
MAX_COLUMN_WIDTH = 26.0


class Column(msgspec.Struct, frozen=True):
    """One audit in the chart."""

    parts: tuple[tuple[str, float, float, float], ...]
    """(Look, x, y, height) of each verdict, from the bottom up."""


class HistoryChart(msgspec.Struct, frozen=True, kw_only=True):
    """The audits so far."""

    columns: tuple[Column, ...]
    column_width: float
    line: str
    """The SVG path of the number of open problems."""
    line_end: tuple[float, float]
    first_day: str
    last_day: str
    description: str
    """What the columns show, for people who can't see them."""
    line_description: str
    """What the line shows."""
    table: tuple[tuple[str, ...], ...]
    """Rows with the columns `words.AUDIT_COLUMNS`, the newest audit first."""


def as_past_audit(audit: Audit) -> PastAudit:
    """Return this audit as later ones will show it."""
    states = [account.state for account in audit.accounts]
    return PastAudit(
        at=audit.at,
        verdicts=Counter(map(shown_verdict, states)),
        unreadable=sum(state.is_unreadable for state in states),
        open_count=sum(state.open_count for state in states if not state.error),
    )


def history_chart(audit: Audit) -> HistoryChart | None:
    """Return the audits so far, including this one; None if there is no earlier one."""
    if not audit.past:
        return None
    audits = [*audit.past, as_past_audit(audit)][-MAX_AUDITS:]
    step = WIDTH / len(audits)
    width = min(step * 0.7, MAX_COLUMN_WIDTH)
    most_accounts = max(*map(_account_count, audits), 1)
    most_open = max(*(past.open_count for past in audits), 1)
    points = [
        (round((index + 0.5) * step, 1), round(LINE_HEIGHT - 5 - (LINE_HEIGHT - 10) * past.open_count / most_open, 1))
        for index, past in enumerate(audits)
    ]
    first, last = audits[0], audits[-1]
    return HistoryChart(
        columns=tuple(
            _column(audit, past, round((index + 0.5) * step - width / 2, 1), most_accounts)
            for index, past in enumerate(audits)
        ),
        column_width=round(width, 1),
        line="M" + "L".join(f"{x:g} {y:g}" for x, y in points),
        line_end=points[-1],
        first_day=_day(audit, first.at),
        last_day=_day(audit, last.at),
        description=words.chart_description(len(audits), local_time(audit, first.at), local_time(audit, last.at)),
        line_description=words.open_problems_from_to(first.open_count, last.open_count),
        table=tuple(_table_row(audit, past) for past in reversed(audits)),
    )


def _account_count(past: PastAudit) -> int:
    return sum(past.verdicts.values())


def _column(audit: Audit, past: PastAudit, x: float, most_accounts: int) -> Column:
    parts, y = [], float(COLUMN_HEIGHT)
    for verdict in reversed(ORDER):
        number = past.verdicts.get(verdict, 0)
        if number:
            height = round(COLUMN_HEIGHT * number / most_accounts, 2)
            y -= height
            parts.append((verdict_look(audit, verdict), x, round(y, 2), height))
    return Column(tuple(parts))


def _table_row(audit: Audit, past: PastAudit) -> tuple[str, ...]:
    numbers = [*(past.verdicts.get(verdict, 0) for verdict in ORDER), past.unreadable, past.open_count]
    return format_time(local_time(audit, past.at)), *(f"{number:,}" for number in numbers)


def _day(audit: Audit, when: datetime) -> str:
    return format_date(local_time(audit, when))
