"""What counts no more within 30 days, by account, the next first; what has lapsed already says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from exportready.model.audit import Audit
from exportready.model.report import Expiry
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, local, shorten

SOON = timedelta(days=30)
LISTED, EACH, COMING = 200, 5, 4
"""So many accounts, so many lapses of each, and so many accounts of page one, are in a page."""


class Lapsing(msgspec.Struct, frozen=True, kw_only=True):
    """One account."""

    row: Row
    until: datetime
    """The next of them."""
    is_over: bool
    when: str
    lines: tuple[tuple[str, str], ...]
    """(What, until when)."""
    left: int


class Lapses(msgspec.Struct, frozen=True, kw_only=True):
    """Of all accounts."""

    accounts: tuple[Lapsing, ...]
    left: int
    coming: tuple[Lapsing, ...]
    """The next ones that have not lapsed yet."""
    soon: int
    over: int


def soon(audit: Audit, row: Row) -> list[Expiry]:
    """What lapses within 30 days, or has lapsed; the next first."""
    found = [one for one in row.standing.lapses if one.until <= audit.at + SOON]
    return sorted(found, key=lambda one: (one.until, one.what, one.name, one.of))


def lapses(audit: Audit, rows: Sequence[Row]) -> Lapses:
    """The accounts of which something lapses, the next first."""
    found = [(row, each) for row in rows if (each := soon(audit, row))]
    found.sort(key=_next_first)
    coming = [(row, left) for row, each in found if (left := [one for one in each if one.until > audit.at])]
    coming.sort(key=_next_first)
    over = sum(one.until <= audit.at for _, each in found for one in each)
    return Lapses(
        accounts=tuple(_lapsing(audit, row, each) for row, each in found[:LISTED]),
        left=max(0, len(found) - LISTED),
        coming=tuple(_lapsing(audit, row, each) for row, each in coming[:COMING]),
        soon=sum(len(each) for _, each in found) - over,
        over=over,
    )


def _next_first(pair: tuple[Row, list[Expiry]]) -> tuple[datetime, str, str]:
    row, each = pair
    return each[0].until, row.name.casefold(), row.entry.place


def _lapsing(audit: Audit, row: Row, coming: Sequence[Expiry]) -> Lapsing:
    first = coming[0]
    return Lapsing(
        row=row,
        until=first.until,
        is_over=first.until <= audit.at,
        when=_until(audit, first),
        lines=tuple(
            (f"{shared.EXPIRY_KINDS.get(one.what, one.what)}: {shorten(one.name, 160)}", _until(audit, one))
            for one in coming[:EACH]
        ),
        left=max(0, len(coming) - EACH),
    )


def _until(audit: Audit, one: Expiry) -> str:
    when = local(audit, one.until)
    if one.until <= audit.at:
        return words.lapsed(when)
    # The hour matters only for what lapses within the day.
    return shared.moment(when) if one.until - audit.at < timedelta(days=2) else shared.day(when)
