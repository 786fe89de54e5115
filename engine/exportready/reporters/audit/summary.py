"""Page one: as much as one sheet of paper holds, however many accounts there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import fmean

import msgspec

from exportready.model.audit import Audit
from exportready.model.report import Verdict
from exportready.reporters import words as shared
from exportready.reporters.arrival import money
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, first_issue, shorten
from exportready.reporters.audit.changes import Changes
from exportready.reporters.audit.lapsing import Lapses, Lapsing
from exportready.reporters.audit.looks import ORDER, narrowed, of_verdict
from exportready.reporters.audit.practices import Practice

FIRST, FAILED = 10, 8
"""So many accounts and practices are on page one."""


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict: how many accounts have it, and its part of the bar (from, width) in percent."""

    verdict: Verdict
    look: str
    number: int
    word: str
    at: float
    width: float


class Fact(msgspec.Struct, frozen=True):
    """One line of numbers with its title."""

    title: str
    lines: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Page one."""

    look: str
    headline: str
    meaning: str
    narrowed: str
    tiles: tuple[Tile, ...]
    broken: int
    facts: tuple[Fact, ...]
    first: tuple[tuple[Row, str], ...]
    """The accounts to look at first, and what to say of each."""
    left: int
    failed: tuple[tuple[Practice, float], ...]
    """The practices that most accounts fail, and which share of all accounts, in percent."""
    lapsing: tuple[Lapsing, ...]


def summary(audit: Audit, rows: Sequence[Row], practices: Sequence[Practice], changes: Changes, lapses: Lapses) -> Summary:
    """The least that a person must know."""
    tiles = _tiles(audit, rows)
    worst = next((tile for tile in tiles if tile.number), None)
    looked_at = [row for row in rows if row.look != "fine"]
    failing = [one for one in practices if one.fails][:FAILED]
    return Summary(
        look=worst.look if worst else "unknown",
        headline=words.headline(worst.number, len(rows), worst.word) if worst else words.NO_ACCOUNT,
        meaning=words.MEANINGS[worst.verdict] if worst else words.NO_ACCOUNT_MEANING,
        narrowed=_narrowed(audit),
        tiles=tuple(tiles),
        broken=sum(bool(row.broken) for row in rows),
        facts=tuple(_facts(audit, rows, changes)),
        first=tuple((row, first_issue(audit, row)) for row in looked_at[:FIRST]),
        left=max(0, len(looked_at) - FIRST),
        failed=tuple((one, round(100 * one.fails / len(rows), 2)) for one in failing),
        lapsing=lapses.coming,
    )


def _narrowed(audit: Audit) -> str:
    if not narrowed(audit):
        return ""
    told = [words.own_rules()] if audit.own_rules else []
    return "; ".join([*told, words.left_out(len(audit.left_out))] if audit.left_out else told)


def _tiles(audit: Audit, rows: Sequence[Row]) -> list[Tile]:
    after = bool(rows) and all(row.standing.phase == "after-export" for row in rows)
    told = shared.ARRIVALS if after else shared.VERDICTS
    tiles, at = [], 0
    for one in ORDER:
        number = sum(row.verdict is one for row in rows)
        good = one in (Verdict.READY, Verdict.READY_WITH_WARNINGS)
        word = shared.NARROWED_VERDICT.format(told[one]) if good and narrowed(audit) else told[one]
        whole = len(rows) or 1
        tiles.append(
            Tile(
                verdict=one,
                look=of_verdict(audit, one),
                number=number,
                word=word,
                at=round(100 * at / whole, 2),
                width=round(100 * number / whole, 2),
            )
        )
        at += number
    return tiles


def _facts(audit: Audit, rows: Sequence[Row], changes: Changes) -> list[Fact]:
    facts = [
        Fact(
            words.since(audit.past[-1].at.astimezone(audit.at.tzinfo)) if audit.past else words.SINCE_LAST,
            _moved(audit, changes),
        )
    ]
    transactions = sum(row.standing.waits.transactions for row in rows)
    if transactions:
        facts.append(
            Fact(
                words.WAITS, (words.waits(transactions, money(sum((row.standing.waits.amount for row in rows), Decimal(0)))),)
            )
        )
    if rows:
        facts.append(Fact(words.NOT_CHECKED_SHARE, (words.share(fmean(row.share for row in rows)),)))
        facts.append(Fact(words.EVIDENCE, _ages(rows)))
    return facts


def _moved(audit: Audit, changes: Changes) -> tuple[str, ...]:
    if not audit.past:
        return (words.FIRST_AUDIT,)
    total = changes.total
    lines = [words.moved(total["added"], total["regressed"], total["fixed"])]
    also = [words.untold_now(total["untold"])] if total["untold"] else []
    also += [words.rule_changed(changes.rule_changed)] if changes.rule_changed else []
    lines += [", ".join(also)] if also else []
    swung = words.swung(changes.worse, changes.better, changes.new, len(audit.gone))
    return tuple([*lines, swung] if swung else lines)


def _ages(rows: Sequence[Row]) -> tuple[str, ...]:
    """What has no date counts as older than everything, since nobody knows."""
    known = sorted(
        (row for row in rows if row.age is not None), key=lambda row: (row.age or timedelta(), row.name, row.entry.place)
    )
    unknown = len(rows) - len(known)
    lines = []
    if known:
        oldest, middle = known[-1], (len(rows) - 1) // 2
        median = words.age(known[middle].age or timedelta()) if middle < len(known) else words.NOT_KNOWN
        lines.append(words.ages(words.age(oldest.age or timedelta()), shorten(oldest.name, 28), median))
    return (*lines, words.ages_unknown(unknown)) if unknown else tuple(lines)
