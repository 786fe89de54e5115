"""Cut an audit down to some of its accounts: those of an owner, or those with some tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from exportready.model.audit import Audit, AuditedAccount, PastAudit


def part_of(audit: Audit, owners: Sequence[str] = (), tags: Sequence[str] = ()) -> Audit:
    """Return the audit of the accounts that have one of the owners and all of the tags; capitals don't matter.

    Earlier audits are cut down to the same accounts. What was removed or skipped isn't known to belong to anyone, so it is left out.
    """
    wanted_owners, wanted_tags = set(map(_key, owners)), set(map(_key, tags))
    accounts = tuple(
        account
        for account in audit.accounts
        if (not owners or _key(account.owner) in wanted_owners) and wanted_tags <= set(map(_key, account.tags))
    )
    # An earlier audit that had none of these accounts says nothing about them.
    first = next(
        (index for index in range(len(audit.past)) if any(_had(account, index) for account in accounts)), len(audit.past)
    )
    checked = {rule.rule for account in accounts for rule in account.state.rules}
    return replace(
        audit,
        rules=tuple(rule for rule in audit.rules if rule.id in checked),
        accounts=tuple(replace(account, past=account.past[first:], trend=account.trend[first:]) for account in accounts),
        past=tuple(_part_of_past(audit, accounts, index) for index in range(first, len(audit.past))),
        gone=(),
        skipped=(),
        owners=tuple(owners),
        tags=tuple(tags),
    )


def by_owner(audit: Audit) -> Iterator[tuple[str, Audit]]:
    """Yield each owner with the audit of their accounts, by name; last the accounts without an owner, under an empty name."""
    for owner in owners_of(audit):
        yield owner, part_of(audit, owners=[owner], tags=audit.tags)


def owners_of(audit: Audit) -> list[str]:
    """Return the owners of the accounts by name; last an empty name, if some accounts have no owner.

    If a name is written with different capitals, the way that comes first in the alphabet is used.
    """
    names: dict[str, str] = {}
    for name in sorted({account.owner for account in audit.accounts}):
        names.setdefault(_key(name), name)
    return sorted(names.values(), key=lambda name: (not name, name.casefold()))


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _had(account: AuditedAccount, index: int) -> bool:
    return index < len(account.past) and account.past[index] is not None


def _part_of_past(audit: Audit, accounts: Sequence[AuditedAccount], index: int) -> PastAudit:
    states = [state for account in accounts if _had(account, index) and (state := account.past[index]) is not None]
    return PastAudit(
        at=audit.past[index].at,
        verdicts=Counter(state.verdict for state in states),
        unreadable=sum(state.is_unreadable for state in states),
        open_count=sum(state.open_count or 0 for state in states),
    )
