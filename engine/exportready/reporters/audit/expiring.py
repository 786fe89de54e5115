"""List the answers and waivers that expire within 30 days or have expired, by account, the earliest first."""

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

MAX_ACCOUNTS, MAX_LINES, MAX_IN_SUMMARY = 200, 5, 4
"""Maximum number of accounts on the page, of answers and waivers shown for each, and of accounts in the summary."""


class ExpiringAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account with answers or waivers that expire."""

    row: Row
    until: datetime
    """When the first of them expires."""
    is_expired: bool
    """Whether the first of them has already expired."""
    when: str
    """When the first of them expires, in words."""
    lines: tuple[tuple[str, str], ...]
    """(What expires, when), in words."""
    omitted: int


class ExpiringAccounts(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts with answers or waivers that expire."""

    accounts: tuple[ExpiringAccount, ...]
    omitted: int
    next_accounts: tuple[ExpiringAccount, ...]
    """The next ones for the summary, without what has already expired."""
    soon_count: int
    """Number of answers and waivers that expire within 30 days."""
    expired_count: int
    """Number of answers and waivers that have already expired."""


def expiring_soon(audit: Audit, row: Row) -> list[Expiry]:
    """Return what expires within 30 days or has expired in one account, the earliest first."""
    soon = [expiry for expiry in row.state.expiring if expiry.until <= audit.at + SOON]
    return sorted(soon, key=lambda expiry: (expiry.until, expiry.what, expiry.name, expiry.of))


def expiring_accounts(audit: Audit, rows: Sequence[Row]) -> ExpiringAccounts:
    """Return the accounts in which something expires within 30 days or has expired, the earliest first."""
    by_account = [(row, expiring) for row in rows if (expiring := expiring_soon(audit, row))]
    by_account.sort(key=_earliest_first)
    not_expired = [
        (row, remaining)
        for row, expiring in by_account
        if (remaining := [expiry for expiry in expiring if expiry.until > audit.at])
    ]
    not_expired.sort(key=_earliest_first)
    expired_count = sum(expiry.until <= audit.at for _, expiring in by_account for expiry in expiring)
    return ExpiringAccounts(
        accounts=tuple(_expiring_account(audit, row, expiring) for row, expiring in by_account[:MAX_ACCOUNTS]),
        omitted=max(0, len(by_account) - MAX_ACCOUNTS),
        next_accounts=tuple(_expiring_account(audit, row, expiring) for row, expiring in not_expired[:MAX_IN_SUMMARY]),
        soon_count=sum(len(expiring) for _, expiring in by_account) - expired_count,
        expired_count=expired_count,
    )


def _earliest_first(pair: tuple[Row, list[Expiry]]) -> tuple[datetime, str, str]:
    row, expiring = pair
    return expiring[0].until, row.name.casefold(), row.account.place


def _expiring_account(audit: Audit, row: Row, expiring: Sequence[Expiry]) -> ExpiringAccount:
    first = expiring[0]
    return ExpiringAccount(
        row=row,
        until=first.until,
        is_expired=first.until <= audit.at,
        when=_when(audit, first),
        lines=tuple(
            (
                f"{shared.EXPIRY_KINDS.get(expiry.what, expiry.what)}: {shorten(_name(audit, expiry), 160)}",
                _when(audit, expiry),
            )
            for expiry in expiring[:MAX_LINES]
        ),
        omitted=max(0, len(expiring) - MAX_LINES),
    )


def _name(audit: Audit, expiry: Expiry) -> str:
    """Return the question that was answered, or the problem that was accepted; the expiry itself has the rule's title."""
    if expiry.what != "waiver":
        return expiry.name
    return next((rule_heading(rule) for rule in audit.rules if expiry.name in (rule.id, rule.title)), expiry.name)


def _when(audit: Audit, expiry: Expiry) -> str:
    # A waiver lasts until the end of a day in the account's time zone, which another zone could turn into the next day.
    until = expiry.until if expiry.what == "waiver" else local_time(audit, expiry.until)
    if expiry.until <= audit.at:
        return words.expired_on(until)
    # The time of day matters only for what expires within two days.
    return format_time(until) if expiry.until - audit.at < timedelta(days=2) else format_date(until)
