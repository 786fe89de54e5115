"""What became different from one result of an account to a later one."""

from __future__ import annotations

import msgspec


class PastFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a result."""

    fingerprint: str
    rule: str
    severity: str
    subject: str
    message: str


class Drift(msgspec.Struct, frozen=True):
    """A setting that is another now; None where it was not stated."""

    setting: str
    old: str | None
    new: str | None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """From an old result to a new one."""

    old_checked_at: str
    old_verdict: str
    new_checked_at: str
    new_verdict: str
    account: str | None
    added: tuple[PastFinding, ...]
    regressed: tuple[PastFinding, ...]
    """New, though an earlier result had it, and the old one had not."""
    fixed: tuple[PastFinding, ...]
    untold: tuple[PastFinding, ...]
    """In the old one, and now nobody can tell."""
    unchanged: tuple[PastFinding, ...]
    rule_changed: tuple[PastFinding, ...]
    """Only in one of both, and the rule is another: not the customer's doing."""
    drift: tuple[Drift, ...]

    @property
    def is_worse(self) -> bool:
        """Something is there that was not."""
        return bool(self.added or self.regressed)
