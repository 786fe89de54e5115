"""How many accounts stand: what an audit keeps of each, and what became different since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import field

from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import Rule, Severity


class RuleState(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one rule in one account."""

    rule: str
    digest: str
    """How the SHA-256 of its file begins."""
    grade: Severity
    """The worst that it can give."""
    outcome: Outcome
    untold: bool
    """Something about it could not be told, whatever else was found."""
    worst: Severity | None
    """Of its findings that count; None where there is none."""
    open: int
    """Its findings that count."""
    accepted: int
    """Its findings that a waiver covers."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of one account."""

    fingerprint: str
    rule: str
    severity: Severity
    subject: str
    """The key of what it is about; a hash of it where the audit is anonymised."""
    accepted: bool


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """A key issue, as the audit keeps it."""

    id: str
    rule: str
    """The practice that it breaks; empty where an error of the export tells of it."""
    code: str
    severity: Severity
    message: str
    """Empty where the audit is anonymised: it names things of the customer."""
    transactions: int
    """What waits on it, alone or with others."""
    amount: Decimal


class Unread(msgspec.Struct, frozen=True):
    """A file that could not be read, and why."""

    path: str
    error: str


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit keeps of one account, its findings aside."""

    digest: str
    """Over everything that decides the result but the moment; empty where the files changed while they were read."""
    checked_at: datetime
    holds_until: datetime | None
    """From then on the same files may be judged otherwise, since something in them is too old; None: they never are."""
    verdict: Verdict
    error: str = ""
    """Why it could not be judged at all; empty where it was."""
    name: str = ""
    """As its files state it; empty where none does."""
    phase: str = ""
    unread: tuple[Unread, ...] = ()
    files: int = 0
    """How many were read."""
    undated: int = 0
    """How many of them have no date."""
    oldest: datetime | None = None
    newest: datetime | None = None
    rules: tuple[RuleState, ...] = ()
    grades: Mapping[Severity, int] = field(default_factory=dict)
    """How many findings of each grade count."""
    issues: tuple[Issue, ...] = ()
    """What to mend first: in the order in which it is to be mended."""
    waits: Cleared = field(default_factory=Cleared)
    """All of what waits, each transaction once."""
    lapses: tuple[Expiry, ...] = ()
    """Everything that will count no more some day, the next first."""

    @property
    def is_broken(self) -> bool:
        """It could not be judged, or not all of its files could be read."""
        return bool(self.error or self.unread)

    @property
    def open(self) -> int:
        """How many findings count."""
        return sum(one.open for one in self.rules)


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """What became different in one account since the last audit: rule -> how many findings."""

    since: datetime
    verdict: Verdict
    """What it was then."""
    added: Mapping[str, int] = field(default_factory=dict)
    regressed: Mapping[str, int] = field(default_factory=dict)
    """New, though an audit before the last one had it."""
    fixed: Mapping[str, int] = field(default_factory=dict)
    untold: Mapping[str, int] = field(default_factory=dict)
    """There in the last audit, and now nobody can tell."""
    rule_changed: Mapping[str, int] = field(default_factory=dict)
    """The rule is another now: not the customer's doing."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One account in an audit."""

    place: str
    """Where its snapshot lies below what was audited: `acme-plumbing`, `west/acme.zip`. POSIX."""
    standing: AccountState
    movement: Movement | None
    """None where the last audit did not have it, or there was none."""
    trend: tuple[int | None, ...] = ()
    """Findings that count, in each of `Audit.past` and now; None where it was not in an audit or could not be judged."""
    page: str = ""
    """The file of its own report, from the folder of the accounts' reports; empty where none is written."""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier audit of the same accounts."""

    at: datetime
    verdicts: Mapping[Verdict, int]
    broken: int
    """How many accounts could not be read whole."""
    open: int
    """Findings that count, of all accounts."""


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a report over many accounts shows."""

    version: str
    digest: str
    """Of the rulebook."""
    rules: tuple[Rule, ...]
    """Those that were judged in some account, in the order of their ids."""
    own_rules: bool
    at: datetime
    entries: tuple[Entry, ...]
    """In the order of their places."""
    past: tuple[Past, ...] = ()
    """Earlier audits, the oldest first."""
    gone: tuple[str, ...] = ()
    """Places that the last audit had and this one has not."""
    passed_over: tuple[str, ...] = ()
    """What lies beside the accounts and is none."""
    left_out: tuple[str, ...] = ()
    """Ids of the rules that were told not to judge."""
    anonymised: bool = False
