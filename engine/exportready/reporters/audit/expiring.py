"""List what expires within 30 days or has expired: answers, confirmations and waivers, each once with all of its accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from exportready.model.audit import Audit
from exportready.model.display import format_date, format_time
from exportready.model.report import Expiry
from exportready.policy.waivers import SOON
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, local_time, rule_heading, shorten

MAX_GROUPS, MAX_ACCOUNTS, MAX_IN_SUMMARY = 100, 200, 4
"""Maximum number of groups on the page, of accounts shown for each, and of groups in the summary."""


class ExpiringGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, confirmation or accepted problem, with the accounts in which it expires."""

    kind: str
    """What it is, in words: "answer"."""
    name: str
    """The question, or the problem."""
    is_expired: bool
    """Whether it has already expired in all accounts."""
    when: str
    """In how many accounts it expires, and when, in words."""
    days: tuple[tuple[str, tuple[Row, ...]], ...]
    """(When it expires, the accounts in which it does), the earliest first."""
    omitted: int
    """Number of accounts that aren't listed."""


class Expiring(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that expires in an audit."""

    groups: tuple[ExpiringGroup, ...]
    """First what expires next, then what has expired everywhere."""
    omitted: int
    soon_count: int
    """Number of answers, confirmations and waivers that expire within 30 days."""
    expired_count: int
    """Number of those that have already expired."""

    @property
    def next_groups(self) -> tuple[ExpiringGroup, ...]:
        """Return the first groups, for the summary."""
        return self.groups[:MAX_IN_SUMMARY]


def expiring_soon(audit: Audit, row: Row) -> list[Expiry]:
    """Return what expires within 30 days or has expired in one account, the earliest first."""
    soon = [expiry for expiry in row.state.expiring if expiry.until <= audit.at + SOON]
    return sorted(soon, key=lambda expiry: (expiry.until, expiry.what, expiry.name, expiry.of))


def expiring_groups(audit: Audit, rows: Sequence[Row]) -> Expiring:
    """Return what expires within 30 days or has expired, in all accounts."""
    by_name: dict[tuple[str, str], list[tuple[Expiry, Row]]] = {}
    for row in rows:
        for expiry in expiring_soon(audit, row):
            by_name.setdefault((expiry.what, expiry.name), []).append((expiry, row))
    groups = [sorted(group, key=_earliest_first) for _, group in sorted(by_name.items())]
    groups.sort(key=lambda group: (_is_expired(audit, group[-1][0]), group[0][0].until))
    expired_count = sum(_is_expired(audit, expiry) for group in groups for expiry, _ in group)
    return Expiring(
        groups=tuple(_group(audit, group) for group in groups[:MAX_GROUPS]),
        omitted=max(0, len(groups) - MAX_GROUPS),
        soon_count=sum(map(len, groups)) - expired_count,
        expired_count=expired_count,
    )


def _earliest_first(pair: tuple[Expiry, Row]) -> tuple[datetime, str, str]:
    expiry, row = pair
    return expiry.until, row.name.casefold(), row.account.place


def _is_expired(audit: Audit, expiry: Expiry) -> bool:
    return expiry.until <= audit.at


def _group(audit: Audit, group: Sequence[tuple[Expiry, Row]]) -> ExpiringGroup:
    first, last = group[0][0], group[-1][0]
    by_account: dict[str, tuple[Row, str]] = {}
    for expiry, row in group:
        by_account.setdefault(row.account.place, (row, _when(audit, expiry)))
    accounts = list(by_account.values())
    days: dict[str, list[Row]] = {}
    for row, when in accounts[:MAX_ACCOUNTS]:
        days.setdefault(when, []).append(row)
    return ExpiringGroup(
        kind=shared.EXPIRY_KINDS.get(first.what, first.what),
        name=shorten(_name(audit, first), 160),
        is_expired=_is_expired(audit, last),
        when=words.expiring_in(len(accounts), _day(audit, first), _day(audit, last), expired=_is_expired(audit, last)),
        days=tuple((when, tuple(rows)) for when, rows in days.items()),
        omitted=max(0, len(accounts) - MAX_ACCOUNTS),
    )


def _name(audit: Audit, expiry: Expiry) -> str:
    """Return the question that was answered, or the problem that was accepted; the expiry itself has the rule's title."""
    if expiry.what != "waiver":
        return expiry.name
    return next((rule_heading(rule) for rule in audit.rules if expiry.name in (rule.id, rule.title)), expiry.name)


def _local(audit: Audit, expiry: Expiry) -> datetime:
    # A waiver lasts until the end of a day in the account's time zone, which another zone could turn into the next day.
    return expiry.until if expiry.what == "waiver" else local_time(audit, expiry.until)


def _day(audit: Audit, expiry: Expiry) -> str:
    return format_date(_local(audit, expiry))


def _when(audit: Audit, expiry: Expiry) -> str:
    until = _local(audit, expiry)
    if _is_expired(audit, expiry):
        return words.expired_on(until)
    # The time of day matters only for what expires within two days.
    return format_time(until) if expiry.until - audit.at < timedelta(days=2) else format_date(until)
