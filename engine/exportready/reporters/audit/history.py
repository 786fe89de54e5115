"""The audits so far as a picture: accounts by verdict as columns, open problems as a line. And the same as a table."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from exportready.model.audit import Audit, Past
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import local
from exportready.reporters.audit.looks import ORDER, of_verdict, verdict

SHOWN = 12
"""So many audits, the last ones."""
WIDTH, HEIGHT, LINE = 320, 84, 42
"""Of the picture of the columns; and how high that of the line is."""


class Column(msgspec.Struct, frozen=True):
    """One audit: (look, x, y, height) of each part, from the bottom up."""

    parts: tuple[tuple[str, float, float, float], ...]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Empty rows where there is no earlier audit."""

    columns: tuple[Column, ...]
    width: float
    """Of a column."""
    line: str
    end: tuple[float, float]
    first: str
    last: str
    alternative: str
    open_told: str
    rows: tuple[tuple[str, ...], ...]
    """As `words.AUDIT_HEADS` heads them, the newest first."""


def now(audit: Audit) -> Past:
    """This audit, as later ones will remember it."""
    standings = [entry.standing for entry in audit.entries]
    return Past(
        at=audit.at,
        verdicts=Counter(map(verdict, standings)),
        broken=sum(one.is_broken for one in standings),
        open=sum(one.open for one in standings if not one.error),
    )


def history(audit: Audit) -> History | None:
    """None where there is no earlier audit."""
    if not audit.past:
        return None
    points = [*audit.past, now(audit)][-SHOWN:]
    step = WIDTH / len(points)
    # Never wider than a column is worth seeing.
    width = min(step * 0.7, 26.0)
    top = max(*map(_total, points), 1)
    most = max(*(one.open for one in points), 1)
    spots = [
        (round((at + 0.5) * step, 1), round(LINE - 5 - (LINE - 10) * one.open / most, 1)) for at, one in enumerate(points)
    ]
    return History(
        columns=tuple(_column(audit, one, round((at + 0.5) * step - width / 2, 1), top) for at, one in enumerate(points)),
        width=round(width, 1),
        line="M" + "L".join(f"{x:g} {y:g}" for x, y in spots),
        end=spots[-1],
        first=_short(audit, points[0].at),
        last=_short(audit, points[-1].at),
        alternative=words.audits(len(points), local(audit, points[0].at), local(audit, points[-1].at)),
        open_told=words.open_now(points[0].open, points[-1].open),
        rows=tuple(_row(audit, one) for one in reversed(points)),
    )


def _total(one: Past) -> int:
    return sum(one.verdicts.values())


def _column(audit: Audit, one: Past, x: float, top: int) -> Column:
    parts, y = [], float(HEIGHT)
    for each in reversed(ORDER):
        number = one.verdicts.get(each, 0)
        if number:
            height = round(HEIGHT * number / top, 2)
            y -= height
            parts.append((of_verdict(audit, each), x, round(y, 2), height))
    return Column(tuple(parts))


def _row(audit: Audit, one: Past) -> tuple[str, ...]:
    numbers = [*(one.verdicts.get(each, 0) for each in ORDER), one.broken, one.open]
    return shared.moment(local(audit, one.at)), *(f"{number:,}" for number in numbers)


def _short(audit: Audit, when: datetime) -> str:
    return shared.day(local(audit, when))
