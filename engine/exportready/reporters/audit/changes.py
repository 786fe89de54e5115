"""Sum up what changed since the last audit: by account, by rule, and separately what only changed rules caused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from exportready.model.audit import AccountChanges, Audit
from exportready.reporters.audit.accounts import KINDS_OF_CHANGE, Row, change_count, is_new
from exportready.reporters.audit.looks import ORDER, verdict_text

MAX_ACCOUNTS, MAX_RULES = 50, 4
"""Maximum number of accounts on the page, and of rules named for each."""


class KindOfChange(msgspec.Struct, frozen=True):
    """The findings of one account that changed in the same way."""

    number: int
    rules: tuple[tuple[str, int], ...]
    """(Rule id, number of its findings), the largest number first."""
    omitted_rules: int
    """Number of rules that aren't named."""


class ChangedAccount(msgspec.Struct, frozen=True):
    """One account with changes."""

    row: Row
    old_verdict: str
    """The earlier verdict in words; empty if it is the same."""
    kinds: tuple[KindOfChange, ...]


class FleetChanges(msgspec.Struct, frozen=True, kw_only=True):
    """The changes in all accounts."""

    totals: Mapping[str, int]
    """Number of findings of each of `KINDS_OF_CHANGE`."""
    rule_changed: int
    worse: int
    """Number of accounts with a worse verdict."""
    better: int
    """Number of accounts with a better verdict."""
    new_accounts: int
    by_account: tuple[ChangedAccount, ...]
    omitted_accounts: int
    by_rule: tuple[tuple[str, tuple[int, ...]], ...]
    """(Rule id, number of findings of each of `KINDS_OF_CHANGE`)."""
    by_rule_changed: tuple[ChangedAccount, ...]
    """Accounts with findings that only changed rules caused."""
    omitted_rule_changed: int


def fleet_changes(audit: Audit, rows: Sequence[Row]) -> FleetChanges:
    """Return the changes in all accounts, the account with the most changes first."""
    compared = [(row, row.account.changes) for row in rows if row.account.changes is not None]
    changed = sorted((row for row, _ in compared if row.has_changed), key=lambda row: -change_count(row.account))
    rule_changed = [row for row, changes in compared if changes.rule_changed]
    verdict_steps = [ORDER.index(row.verdict) - ORDER.index(changes.verdict) for row, changes in compared]
    return FleetChanges(
        totals={kind: sum(_number(changes, kind) for _, changes in compared) for kind in KINDS_OF_CHANGE},
        rule_changed=sum(_number(changes, "rule_changed") for _, changes in compared),
        worse=sum(step < 0 for step in verdict_steps),
        better=sum(step > 0 for step in verdict_steps),
        new_accounts=sum(is_new(row.account) for row in rows),
        by_account=tuple(_changed_account(audit, row, KINDS_OF_CHANGE) for row in changed[:MAX_ACCOUNTS]),
        omitted_accounts=max(0, len(changed) - MAX_ACCOUNTS),
        by_rule=tuple(_by_rule(changes for _, changes in compared)),
        by_rule_changed=tuple(_changed_account(audit, row, ("rule_changed",)) for row in rule_changed[:MAX_ACCOUNTS]),
        omitted_rule_changed=max(0, len(rule_changed) - MAX_ACCOUNTS),
    )


def counts_by_rule(changes: AccountChanges, kind: str) -> Mapping[str, int]:
    """Return the number of findings that changed in one way, by rule id."""
    counts: Mapping[str, int] = getattr(changes, kind)
    return counts


def _number(changes: AccountChanges, kind: str) -> int:
    return sum(counts_by_rule(changes, kind).values())


def _changed_account(audit: Audit, row: Row, kinds: Sequence[str]) -> ChangedAccount:
    changes = row.account.changes
    if changes is None:
        return ChangedAccount(row, "", ())
    old_verdict = "" if changes.verdict is row.verdict else verdict_text(audit, row.state, changes.verdict)
    return ChangedAccount(row, old_verdict, tuple(_kind_of_change(counts_by_rule(changes, kind)) for kind in kinds))


def _kind_of_change(counts: Mapping[str, int]) -> KindOfChange:
    rules = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return KindOfChange(sum(counts.values()), tuple(rules[:MAX_RULES]), max(0, len(rules) - MAX_RULES))


def _by_rule(all_changes: Iterable[AccountChanges]) -> list[tuple[str, tuple[int, ...]]]:
    totals: dict[str, Counter[str]] = {}
    for changes in all_changes:
        for kind in KINDS_OF_CHANGE:
            for rule, number in counts_by_rule(changes, kind).items():
                totals.setdefault(rule, Counter())[kind] += number
    by_rule = [(rule, tuple(counts[kind] for kind in KINDS_OF_CHANGE)) for rule, counts in totals.items()]
    return sorted(by_rule, key=lambda pair: (-sum(pair[1]), pair[0]))
