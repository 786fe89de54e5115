"""What changed between two results of the same account."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class PastFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding read back from a stored result or from the history."""

    fingerprint: str
    rule: str
    severity: str
    subject: str
    message: str


class Drift(msgspec.Struct, frozen=True):
    """A setting whose value changed; None where it wasn't stated."""

    setting: str
    old: str | None
    new: str | None


CONFIRMATIONS = ("added", "denied", "ended", "contradicted", "shown")
"""What can happen to a confirmation: someone confirmed that all is well, or answered that it isn't; it no longer counts; the files show
otherwise; or they show the same now."""


class ConfirmationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to what a person had confirmed about a rule, or has confirmed since."""

    rule: str
    title: str
    change: str
    """One of CONFIRMATIONS."""
    by: str
    at: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The differences between an old and a new result."""

    old_checked_at: str
    old_verdict: str
    new_checked_at: str
    new_verdict: str
    account: str | None
    added: tuple[PastFinding, ...]
    regressed: tuple[PastFinding, ...]
    """Missing from the old result, but found by one before it."""
    fixed: tuple[PastFinding, ...]
    now_unknown: tuple[PastFinding, ...]
    """Found by the old result; the new one couldn't check them."""
    unchanged: tuple[PastFinding, ...]
    rule_changed: tuple[PastFinding, ...]
    """Found by only one result because the rule differs; the customer did nothing."""
    drift: tuple[Drift, ...]
    confirmations: tuple[ConfirmationChange, ...] = ()

    @property
    def is_worse(self) -> bool:
        """Return whether the new result has findings that the old one didn't have."""
        return bool(self.added or self.regressed)


CHANGE_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "added": "added",
        "regressed": "regressed",
        "fixed": "fixed",
        "now_unknown": "untold",
        "rule_changed": "rule_changed",
    }
)
"""Fields of `Changes` and `model.audit.AccountChanges` -> their keys in the JSON formats, in the order that reports show them."""
FINDING_KEYS: Mapping[str, str] = MappingProxyType({**CHANGE_KEYS, "unchanged": "unchanged"})
"""The same for all fields of `Changes` that list findings."""
