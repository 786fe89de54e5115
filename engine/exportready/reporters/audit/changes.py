"""What changed since the last audit: by account, by practice, and apart from both what only the rulebook changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from exportready.model.audit import Movement
from exportready.model.report import Verdict
from exportready.reporters import words as shared
from exportready.reporters.audit.accounts import Row, is_new, movement_size
from exportready.reporters.audit.looks import ORDER

LISTED, RULES = 50, 4
"""So many accounts, and so many practices of each, are in a page."""
PARTS = ("added", "regressed", "fixed", "untold")
"""In the order of `words.CHANGE_HEADS`."""


class Part(msgspec.Struct, frozen=True):
    """One kind of change of one account: how many findings, and of which rules."""

    number: int
    rules: tuple[tuple[str, int], ...]
    left: int
    """So many rules are not named."""


class Changed(msgspec.Struct, frozen=True):
    """One account."""

    row: Row
    was: str
    """The verdict before, in words; empty where it is the same."""
    parts: tuple[Part, ...]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    total: Mapping[str, int]
    rule_changed: int
    worse: int
    better: int
    new: int
    """So many accounts are here for the first time."""
    by_account: tuple[Changed, ...]
    left: int
    by_rule: tuple[tuple[str, tuple[int, ...]], ...]
    by_rule_changed: tuple[Changed, ...]
    rule_changed_left: int


def changes(rows: Sequence[Row]) -> Changes:
    """What is different in all accounts, the most changed first."""
    moved = [(row, row.entry.movement) for row in rows if row.entry.movement is not None]
    found = sorted((row for row, _ in moved if row.changed), key=lambda row: -movement_size(row.entry))
    other = [row for row, one in moved if one.rule_changed]
    swings = [ORDER.index(row.verdict) - ORDER.index(one.verdict) for row, one in moved]
    return Changes(
        total={part: sum(_number(one, part) for _, one in moved) for part in PARTS},
        rule_changed=sum(_number(one, "rule_changed") for _, one in moved),
        worse=sum(swing < 0 for swing in swings),
        better=sum(swing > 0 for swing in swings),
        new=sum(is_new(row.entry) for row in rows),
        by_account=tuple(_changed(row, PARTS) for row in found[:LISTED]),
        left=max(0, len(found) - LISTED),
        by_rule=tuple(_by_rule(one for _, one in moved)),
        by_rule_changed=tuple(_changed(row, ("rule_changed",)) for row in other[:LISTED]),
        rule_changed_left=max(0, len(other) - LISTED),
    )


def findings(one: Movement, part: str) -> Mapping[str, int]:
    """Rule -> how many."""
    found: Mapping[str, int] = getattr(one, part)
    return found


def _number(one: Movement, part: str) -> int:
    return sum(findings(one, part).values())


def _changed(row: Row, parts: Sequence[str]) -> Changed:
    one = row.entry.movement
    shown = tuple(_part(findings(one, part)) for part in parts) if one else ()
    before = one.verdict if one else row.verdict
    return Changed(row, "" if before is row.verdict else told(row, before), shown)


def told(row: Row, verdict: Verdict) -> str:
    """A verdict of an account in words."""
    return (shared.ARRIVALS if row.standing.phase == "after-export" else shared.VERDICTS)[verdict]


def _part(found: Mapping[str, int]) -> Part:
    named = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return Part(sum(found.values()), tuple(named[:RULES]), max(0, len(named) - RULES))


def _by_rule(moved: Iterable[Movement]) -> list[tuple[str, tuple[int, ...]]]:
    totals: dict[str, Counter[str]] = {}
    for one in moved:
        for part in PARTS:
            for rule, number in findings(one, part).items():
                totals.setdefault(rule, Counter())[part] += number
    summed = [(rule, tuple(counts[part] for part in PARTS)) for rule, counts in totals.items()]
    return sorted(summed, key=lambda pair: (-sum(pair[1]), pair[0]))
