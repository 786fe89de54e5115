"""Lay out the accounts as rows, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import msgspec

from exportready.model.audit import AccountState, Audit, AuditedAccount
from exportready.model.report import Verdict
from exportready.model.rules import Rule, Severity, placeholders
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.looks import (
    ORDER,
    Cell,
    account_look,
    area_cells,
    is_narrowed,
    past_verdict_text,
    shown_verdict,
    unchecked_percent,
    verdict_text,
)
from exportready.reporters.text import clean

NAME_LENGTH, ERROR_LENGTH = 80, 240
"""Maximum number of characters shown of a name and of an error."""
OLD_AFTER = timedelta(days=7)
"""Files older than this say little about the next export, so customers are asked for new ones."""
KINDS_OF_CHANGE = ("added", "regressed", "fixed", "now_unknown")
"""Fields of `AccountChanges` without `rule_changed`, in the order of `words.CHANGE_COLUMNS`."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One account."""

    account: AuditedAccount
    name: str
    place: str
    """Empty if `name` includes it."""
    report_link: str
    """Link to the account's own report; empty if there is none."""
    verdict: Verdict
    look: str
    verdict_text: str
    short_verdict: str
    """The verdict without the moment that it is about."""
    as_of: str
    """The moment that the verdict is about, if that is past: "November 20, 2026 (8 days ago)"; else empty."""
    verdict_age: str
    """The same for a narrow column: "8 days ago"."""
    unreadable: str
    """What couldn't be read, and why; empty if everything could."""
    remark: str
    """Says if the account is new, or was checked on another day for that day."""
    error_count: int
    """Number of open findings of rules whose worst finding is an error."""
    unchecked_percent: float
    oldest_age: timedelta | None
    """Age of the account's oldest file; None if any file has no date, since that one may be older."""
    added: int
    regressed: int
    fixed: int
    cells: tuple[Cell, ...]
    """One for each area."""
    sparkline: str
    failed_rules: tuple[int, ...]
    """Positions in `Audit.rules` of the rules with open findings."""
    unknown_rules: tuple[int, ...]
    """The same for rules that weren't checked completely."""
    accepted_rules: tuple[int, ...]
    """The same for rules with accepted findings."""

    @property
    def state(self) -> AccountState:
        """Return the state of the account."""
        return self.account.state

    @property
    def owner(self) -> str:
        """Return who looks after the account; empty if that isn't known."""
        return shorten(self.account.owner)

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the account's tags."""
        return tuple(map(shorten, self.account.tags))

    @property
    def is_old(self) -> bool:
        """Return whether its oldest file is too old to go by."""
        return self.oldest_age is not None and self.oldest_age > OLD_AFTER

    @property
    def is_compared(self) -> bool:
        """Return whether there is an earlier result to compare with."""
        return self.account.changes is not None

    @property
    def has_changed(self) -> bool:
        """Return whether findings or the verdict changed since the last audit, apart from changed rules."""
        changes = self.account.changes
        return changes is not None and (change_count(self.account) > 0 or changes.verdict is not self.verdict)

    @property
    def blocked_amount(self) -> str:
        """Return the amount of all blocked transactions, shortened; empty if nothing is blocked."""
        blocked = self.state.blocked
        return words.short_money(float(blocked.amount)) if blocked.transactions else ""


def account_rows(audit: Audit, areas: Sequence[str], reports_url: str) -> list[Row]:
    """Return all accounts, the worst first."""
    positions = {rule.id: position for position, rule in enumerate(audit.rules)}
    name_counts = Counter(shorten(account.state.name) for account in audit.accounts)
    rows = [_row(audit, account, areas, positions, reports_url, name_counts) for account in audit.accounts]
    return sorted(rows, key=_worst_first)


def _worst_first(row: Row) -> tuple[int, int, Decimal, str, str]:
    return ORDER.index(row.verdict), -row.error_count, -row.state.blocked.amount, row.name.casefold(), row.account.place


def _row(
    audit: Audit,
    account: AuditedAccount,
    areas: Sequence[str],
    positions: Mapping[str, int],
    reports_url: str,
    name_counts: Mapping[str, int],
) -> Row:
    state, changes = account.state, account.changes
    place = shorten(account.place)
    name = shorten(state.name) or place
    # Many lists show only the name, so if several accounts have the same one, it must include the place.
    if name != place and name_counts[name] > 1:
        name, place = words.name_and_place(name, place), ""
    verdict = shown_verdict(state)
    is_past = state.is_past(audit.at) and not state.error
    known_rules = [(positions[rule.rule], rule) for rule in state.rules if rule.rule in positions]
    return Row(
        account=account,
        name=name,
        place="" if name == place else place,
        report_link=report_link(reports_url, account.report_file),
        verdict=verdict,
        look=account_look(audit, state),
        verdict_text=past_verdict_text(audit, state, verdict) if is_past else verdict_text(audit, state, verdict),
        short_verdict=words.PAST_VERDICTS[verdict]
        if is_past and not is_narrowed(audit)
        else verdict_text(audit, state, verdict),
        as_of=shared.past_moment(state.checked_at, audit.at) if is_past else "",
        verdict_age=shared.past_age(state.checked_at, audit.at) if is_past else "",
        unreadable=_unreadable(state),
        remark=_remark(audit, account),
        error_count=sum(rule.open_count for rule in state.rules if rule.worst is Severity.ERROR),
        unchecked_percent=unchecked_percent(state),
        oldest_age=oldest_age(audit.at, state),
        added=sum(changes.added.values()) if changes else 0,
        regressed=sum(changes.regressed.values()) if changes else 0,
        fixed=sum(changes.fixed.values()) if changes else 0,
        cells=area_cells(state, areas),
        sparkline=sparkline(account.trend),
        failed_rules=tuple(position for position, rule in known_rules if rule.open_count),
        unknown_rules=tuple(position for position, rule in known_rules if rule.has_unknowns),
        accepted_rules=tuple(position for position, rule in known_rules if rule.accepted_count),
    )


def shorten(text: str, limit: int = NAME_LENGTH) -> str:
    """Return text on one line, with an ellipsis if it is longer than the limit."""
    line = clean(text)
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}\u2026"


def report_link(reports_url: str, report_file: str) -> str:
    """Return the link to an account's own report; empty if there is none."""
    if not reports_url or not report_file:
        return ""
    return f"{reports_url.rstrip('/')}/{quote(report_file, errors='replace')}"


def _unreadable(state: AccountState) -> str:
    """Return what couldn't be read, and why."""
    if state.error:
        return shorten(state.error, ERROR_LENGTH)
    return shorten("; ".join(f"{file.path}: {file.error}" for file in state.unread_files), ERROR_LENGTH)


def oldest_age(at: datetime, state: AccountState) -> timedelta | None:
    """Return the age of an account's oldest file; None if any file has no date, since that one may be older."""
    return None if state.files_undated or state.oldest_date is None else at - state.oldest_date


def local_time(audit: Audit, when: datetime) -> datetime:
    """Return a time in the time zone of the audit."""
    return when.astimezone(audit.at.tzinfo)


def _remark(audit: Audit, account: AuditedAccount) -> str:
    checked_at = local_time(audit, account.state.checked_at)
    parts = (
        words.NEW_ACCOUNT if audit.past and is_new(account) else "",
        words.checked_on(checked_at) if not account.state.of_files and checked_at.date() != audit.at.date() else "",
    )
    return "; ".join(filter(None, parts))


def is_new(account: AuditedAccount) -> bool:
    """Return whether an account that could be checked has no earlier result."""
    return account.changes is None and not account.state.error


def change_count(account: AuditedAccount) -> int:
    """Return the number of findings that changed since the last audit, apart from changed rules."""
    changes = account.changes
    if changes is None:
        return 0
    return sum(sum(getattr(changes, kind).values()) for kind in KINDS_OF_CHANGE)


def main_problem(audit: Audit, row: Row) -> str:
    """Return what to say first about an account; empty if there is nothing to say.

    That is its first key issue, else what couldn't be read, else its worst failed rule, else the number of rules that
    weren't checked.
    """
    state = row.state
    failed_rules = {audit.rules[position].id: audit.rules[position] for position in row.failed_rules}
    if state.key_issues and row.verdict is Verdict.NOT_READY:
        issue = state.key_issues[0]
        heading = rule_heading(failed_rules[issue.rule]) if issue.rule in failed_rules else issue.rule or issue.code
        return shorten(issue.message, ERROR_LENGTH) or heading
    if row.unreadable:
        return row.unreadable
    ranked = [(rule.worst.rank, rule.rule) for rule in state.rules if rule.worst is not None]
    _, worst_rule = min(ranked, key=lambda pair: pair[0], default=(0, ""))
    if worst_rule in failed_rules and row.verdict is not Verdict.CANNOT_TELL:
        return rule_heading(failed_rules[worst_rule])
    unknown_count = sum(rule.has_unknowns for rule in state.rules)
    return words.not_checked(unknown_count) if unknown_count else ""


def rule_heading(rule: Rule) -> str:
    """Return what is wrong if a rule fails.

    That is the rule's `problem`, else the message of its only check if that has no placeholder, else its title, as a
    failed check.
    """
    message = rule.checks[0].failure if len(rule.checks) == 1 else ""
    return clean(rule.problem or ("" if placeholders(message) else message) or words.failed_check(rule.title))


def blocked_text(row: Row) -> str:
    """Return the blocked transactions, such as "Blocks 41 transactions ($23,410.00)"; empty if there are none."""
    blocked = row.state.blocked
    return (
        words.blocks(words.blocked(blocked.transactions, blocked.amount, blocked.unreadable)) if blocked.transactions else ""
    )


def sparkline(trend: Sequence[int | None]) -> str:
    """Return the number of open findings over time as an SVG path, 60 wide and 16 high, with gaps where it isn't known."""
    values = trend[-12:]
    known = [value for value in values if value is not None]
    if len(values) < 2 or not known:
        return ""
    maximum, step, command, parts = max(*known, 1), 56 / (len(values) - 1), "M", []
    for index, value in enumerate(values):
        if value is None:
            command = "M"
            continue
        is_alone = command == "M" and (index + 1 == len(values) or values[index + 1] is None)
        point = f"{round(2 + index * step, 1):g} {round(14 - 12 * value / maximum, 1):g}"
        parts.append(f"{command}{point}{'h.01' if is_alone else ''}")  # a line that short draws a dot
        command = "L"
    return "".join(parts)
