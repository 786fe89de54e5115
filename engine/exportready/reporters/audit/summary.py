"""Lay out the summary, which fits on one sheet of paper for any number of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import fmean

import msgspec

from exportready.model.audit import Audit
from exportready.model.report import Verdict
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, local_time, main_problem, shorten
from exportready.reporters.audit.changes import FleetChanges
from exportready.reporters.audit.expiring import Expiring, ExpiringGroup
from exportready.reporters.audit.looks import ORDER, is_narrowed, verdict_look
from exportready.reporters.audit.rule_summaries import RuleSummary

MAX_ACCOUNTS, MAX_RULES = 10, 8
"""Maximum number of accounts and of rules in the summary."""


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict with its number of accounts and its part of the bar."""

    verdict: Verdict
    look: str
    number: int
    label: str
    bar_start: float
    """In percent of the bar."""
    bar_width: float
    """In percent of the bar."""


class Fact(msgspec.Struct, frozen=True):
    """A title with one or more lines of numbers."""

    title: str
    lines: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The summary of an audit."""

    look: str
    headline: str
    meaning: str
    narrowed: str
    """Which rules weren't used; empty if all were."""
    shown: str
    """Which accounts are shown; empty if all are."""
    tiles: tuple[Tile, ...]
    unreadable: int
    """Number of accounts that couldn't be read completely."""
    facts: tuple[Fact, ...]
    first_accounts: tuple[tuple[Row, str], ...]
    """The accounts to look at first, each with its main problem."""
    omitted_accounts: int
    most_failed: tuple[tuple[RuleSummary, float], ...]
    """The rules that most accounts fail, each with the percentage of accounts that do."""
    expiring: tuple[ExpiringGroup, ...]


def audit_summary(
    audit: Audit, rows: Sequence[Row], rules: Sequence[RuleSummary], changes: FleetChanges, expiring: Expiring
) -> Summary:
    """Return the summary of an audit."""
    tiles = _tiles(audit, rows)
    worst = next((tile for tile in tiles if tile.number), None)
    not_fine = [row for row in rows if row.look != "fine"]
    failed = [rule for rule in rules if rule.failed][:MAX_RULES]
    return Summary(
        look=worst.look if worst else "unknown",
        headline=words.headline(worst.number, len(rows), worst.label) if worst else words.NO_ACCOUNT,
        meaning=_meaning(audit, rows, worst.verdict) if worst else words.NO_ACCOUNT_MEANING,
        narrowed=_narrowed(audit),
        shown=words.shown(audit.owners, audit.tags),
        tiles=tuple(tiles),
        unreadable=sum(bool(row.unreadable) for row in rows),
        facts=tuple(_facts(audit, rows, changes)),
        first_accounts=tuple((row, main_problem(audit, row)) for row in not_fine[:MAX_ACCOUNTS]),
        omitted_accounts=max(0, len(not_fine) - MAX_ACCOUNTS),
        most_failed=tuple((rule, round(100 * rule.failed / len(rows), 2)) for rule in failed),
        expiring=expiring.next_groups,
    )


def _narrowed(audit: Audit) -> str:
    parts = [words.own_rules()] if audit.own_rules else []
    parts += [words.left_out(len(audit.left_out))] if audit.left_out else []
    return "; ".join(parts)


def _all_after_export(rows: Sequence[Row]) -> bool:
    return bool(rows) and all(row.state.is_after_export for row in rows)


def _meanings(rows: Sequence[Row]) -> Mapping[Verdict, str]:
    return words.MEANINGS_AFTER_EXPORT if _all_after_export(rows) else words.MEANINGS


def _meaning(audit: Audit, rows: Sequence[Row], verdict: Verdict) -> str:
    return words.PAST_MEANING if _is_past(audit, rows, verdict) else _meanings(rows)[verdict]


def _is_past(audit: Audit, rows: Sequence[Row], verdict: Verdict) -> bool:
    """Return whether a good verdict is, in some accounts, about a moment that is past."""
    return verdict in words.PAST_TILES and any(row.as_of for row in rows if row.verdict is verdict) and not is_narrowed(audit)


def _tiles(audit: Audit, rows: Sequence[Row]) -> list[Tile]:
    labels = shared.verdicts(after_export=_all_after_export(rows))
    total = len(rows) or 1
    tiles, bar_start = [], 0
    for verdict in ORDER:
        number = sum(row.verdict is verdict for row in rows)
        label = words.NOT_ALL_CHECKED if verdict is Verdict.CANNOT_TELL else labels[verdict]
        label = words.PAST_TILES[verdict] if _is_past(audit, rows, verdict) else label
        tiles.append(
            Tile(
                verdict=verdict,
                look=verdict_look(audit, verdict),
                number=number,
                label=shared.narrowed_verdict(verdict, label) if is_narrowed(audit) else label,
                bar_start=round(100 * bar_start / total, 2),
                bar_width=round(100 * number / total, 2),
            )
        )
        bar_start += number
    return tiles


def _facts(audit: Audit, rows: Sequence[Row], changes: FleetChanges) -> list[Fact]:
    since = words.since(local_time(audit, audit.past[-1].at)) if audit.past else words.SINCE_LAST
    facts = [Fact(since, _changes(audit, changes))]
    transactions = sum(row.state.blocked.transactions for row in rows)
    if transactions:
        amount = sum((row.state.blocked.amount for row in rows), Decimal(0))
        unreadable = sum(row.state.blocked.unreadable for row in rows)
        facts.append(Fact(words.BLOCKED, (words.blocked(transactions, amount, unreadable),)))
    if rows:
        facts.append(
            Fact(words.NOT_CHECKED, (words.unchecked_share(fmean(row.unchecked_percent for row in rows)), *_confirmed(rows)))
        )
        facts.append(Fact(words.FILE_AGES, _file_ages(rows)))
    return facts


def _confirmed(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return how many rules people decided by looking; nothing if none."""
    counts = [row.state.confirmed_count for row in rows if row.state.confirmed_count]
    return (words.confirmed_checks(sum(counts), len(counts)),) if counts else ()


def _changes(audit: Audit, changes: FleetChanges) -> tuple[str, ...]:
    if not audit.past:
        return (words.FIRST_AUDIT,)
    totals = changes.totals
    lines = [words.changes(totals["added"], totals["regressed"], totals["fixed"])]
    other_changes = [words.now_unknown(totals["now_unknown"])] if totals["now_unknown"] else []
    other_changes += [words.rule_changed(changes.rule_changed)] if changes.rule_changed else []
    account_changes = words.account_changes(changes.worse, changes.better, changes.new_accounts, len(audit.gone))
    return tuple(filter(None, [*lines, ", ".join(other_changes), account_changes]))


def _file_ages(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the age of the oldest file, and the median over accounts. Unknown ages are taken as the oldest."""
    known = sorted(
        (row for row in rows if row.oldest_age is not None),
        key=lambda row: (row.oldest_age or timedelta(), row.name, row.account.place),
    )
    lines = []
    if known:
        oldest, middle = known[-1], (len(rows) - 1) // 2
        median = words.age(known[middle].oldest_age or timedelta()) if middle < len(known) else words.NOT_KNOWN
        lines.append(words.file_ages(words.age(oldest.oldest_age or timedelta()), median))
        lines.append(words.account_with_oldest_file(shorten(oldest.name, 28)))
    unknown, past = len(rows) - len(known), sum(bool(row.as_of) for row in rows)
    lines += [words.unknown_file_ages(unknown)] if unknown else []
    return (*lines, words.past(past, len(rows))) if past else tuple(lines)
