"""Sum up the accounts of each owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row
from exportready.reporters.audit.looks import ORDER


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """One owner, or all accounts without one."""

    name: str
    """Empty for the accounts without an owner."""
    label: str
    total: int
    verdicts: tuple[int, ...]
    """Number of accounts with each verdict, in the order `ORDER`."""
    old: int
    """Number of accounts with old files, or with files of unknown age."""
    blocked: Decimal
    """The amount of all blocked transactions."""
    page: str
    """Link to the owner's own page; empty if there is none."""

    @property
    def blocked_amount(self) -> str:
        """Return the blocked amount, shortened; empty if nothing is blocked."""
        return words.short_money(float(self.blocked)) if self.blocked else ""

    @property
    def counts(self) -> str:
        """Return the numbers of accounts in words, such as "12 accounts (don't export yet: 3, no problems: 9)"."""
        return words.owner_counts(self.total, dict(zip(ORDER, self.verdicts, strict=True)))


def owner_summaries(rows: Sequence[Row], pages: Mapping[str, str]) -> list[Owner]:
    """Return the owners by name, last the accounts without one; nothing if no account has an owner. `pages`: owner -> link."""
    by_owner: dict[str, list[Row]] = {}
    for row in rows:
        by_owner.setdefault(row.owner.casefold(), []).append(row)
    if not any(by_owner):
        return []
    owners = [_owner(owned, pages) for _, owned in sorted(by_owner.items())]
    return sorted(owners, key=lambda owner: not owner.name)


def _owner(rows: Sequence[Row], pages: Mapping[str, str]) -> Owner:
    name = min(row.owner for row in rows)
    return Owner(
        name=name,
        label=name or words.NO_OWNER,
        total=len(rows),
        verdicts=tuple(sum(row.verdict is verdict for row in rows) for verdict in ORDER),
        old=sum(row.is_old or row.oldest_age is None for row in rows),
        blocked=sum((row.state.blocked.amount for row in rows), Decimal(0)),
        page=next((pages[row.account.owner] for row in rows if row.account.owner in pages), ""),
    )
