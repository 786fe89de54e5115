"""The values of an audit of many accounts: the result for each account, and what changed since the last audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import field

from exportready.model.clock import is_past
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import Phase, Rule, Severity


class RuleState(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one rule in one account."""

    rule: str
    """The rule's id."""
    digest: str
    """The first characters of the SHA-256 of the rule's file."""
    grade: Severity
    """The worst severity that the rule can give."""
    outcome: Outcome
    has_unknowns: bool
    """Whether part of the rule couldn't be checked, whatever else it found."""
    worst: Severity | None
    """The worst severity among its open findings; None if it has none."""
    open_count: int
    """Number of findings that no waiver covers."""
    accepted_count: int
    """Number of findings that a waiver covers."""
    confirmed: bool = False
    """Whether a person decided it, because the files couldn't."""


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding in one account."""

    fingerprint: str
    rule: str
    severity: Severity
    subject: str
    """The key of the record it is about; a hash of that key if the audit is anonymized."""
    accepted: bool
    """Whether a waiver covers it."""


class AuditKeyIssue(msgspec.Struct, frozen=True, kw_only=True):
    """One key issue in one account."""

    id: str
    rule: str
    """The rule that it fails; empty if an export error reported it."""
    code: str
    """The code of the export error; empty if a rule found it."""
    severity: Severity
    message: str
    """Empty if the audit is anonymized, since messages name the customer's records."""
    transactions: int
    """Number of transactions that it blocks, alone or together with other key issues."""
    amount: Decimal
    """The total of these transactions."""
    unreadable: int = 0
    """Number of amounts that aren't in the total because they couldn't be read."""


class UnreadFile(msgspec.Struct, frozen=True):
    """A file that couldn't be read."""

    path: str
    error: str


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """The result of checking one account, without its findings."""

    digest: str
    """Covers everything that decides the result except the time; empty if the files changed while they were read."""
    checked_at: datetime
    """The moment that was judged."""
    of_files: bool = False
    """Whether that moment is the latest date that the files state, instead of the time of the audit."""
    valid_until: datetime | None
    """When the same files may give another result because something in them is out of date; None if that never happens."""
    verdict: Verdict
    error: str = ""
    """Why the account couldn't be checked at all; empty if it could."""
    name: str = ""
    """The account's name in its files; empty if they have none."""
    owner: str = ""
    """Who looks after the account, according to account.yaml; empty if it doesn't say."""
    tags: tuple[str, ...] = ()
    to_do: str = ""
    """What to ask the customer for, with the names of their records; empty if there is nothing, or if the audit is anonymized."""
    phase: str = ""
    unread_files: tuple[UnreadFile, ...] = ()
    files_read: int = 0
    """Number of files that were read."""
    files_undated: int = 0
    """Number of these files whose date isn't known."""
    oldest_date: datetime | None = None
    newest_date: datetime | None = None
    rules: tuple[RuleState, ...] = ()
    open_by_severity: Mapping[Severity, int] = field(default_factory=dict)
    """Number of open findings of each severity."""
    key_issues: tuple[AuditKeyIssue, ...] = ()
    """In the order in which to fix them."""
    blocked: Cleared = field(default_factory=Cleared)
    """Everything that open problems block; each transaction counts once."""
    expiring: tuple[Expiry, ...] = ()
    """Answers, confirmations and waivers that will expire, the earliest first."""

    @property
    def is_unreadable(self) -> bool:
        """Return whether the account couldn't be checked or some of its files couldn't be read."""
        return bool(self.error or self.unread_files)

    @property
    def is_after_export(self) -> bool:
        """Return whether the account was checked after an export."""
        return self.phase == Phase.AFTER.value

    @property
    def confirmed_count(self) -> int:
        """Return the number of rules that a person decided, because the files couldn't."""
        return sum(rule.confirmed for rule in self.rules)

    def is_past(self, at: datetime) -> bool:
        """Return whether the verdict is about a moment that is too long before a time to export then."""
        return self.of_files and is_past(self.checked_at, at, after_export=self.is_after_export)

    @property
    def open_count(self) -> int:
        """Return the number of open findings."""
        return sum(rule.open_count for rule in self.rules)


class AccountChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in one account since the last audit: number of findings by rule id."""

    since: datetime
    """When the last audit ran."""
    verdict: Verdict
    """The verdict of the last audit."""
    added: Mapping[str, int] = field(default_factory=dict)
    regressed: Mapping[str, int] = field(default_factory=dict)
    """Missing from the last audit, but found by one before it."""
    fixed: Mapping[str, int] = field(default_factory=dict)
    now_unknown: Mapping[str, int] = field(default_factory=dict)
    """Found by the last audit; this one couldn't check them."""
    rule_changed: Mapping[str, int] = field(default_factory=dict)
    """Different only because the rule is; the customer did nothing."""


class PastState(msgspec.Struct, frozen=True):
    """One account in an earlier audit."""

    verdict: Verdict
    is_unreadable: bool
    """Whether it couldn't be read completely."""
    open_count: int | None
    """Number of open findings; None if it couldn't be checked."""


class AuditedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account in an audit."""

    place: str
    """Path of its snapshot within the audited folder, POSIX: `acme-plumbing`, `west/acme.zip`. Identifies the account."""
    state: AccountState
    changes: AccountChanges | None
    """None if no earlier audit has a result for this account."""
    owner: str = ""
    """Who looks after the account: according to the list of accounts, else according to account.yaml."""
    tags: tuple[str, ...] = ()
    past: tuple[PastState | None, ...] = ()
    """The account in each of `Audit.past`; None where it is missing."""
    trend: tuple[int | None, ...] = ()
    """Open findings in each of `Audit.past`, then in this audit; None where the account is missing or couldn't be checked."""
    report_file: str = ""
    """File name of the account's own report, in the folder for these reports; empty if there is none."""


class PastAudit(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier audit of the same accounts."""

    at: datetime
    verdicts: Mapping[Verdict, int]
    """Number of accounts with each verdict."""
    unreadable: int
    """Number of accounts that couldn't be read completely."""
    open_count: int
    """Number of open findings in all accounts."""


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a report on many accounts shows."""

    version: str
    rulebook_digest: str
    rules: tuple[Rule, ...]
    """The rules that were checked in at least one account, by id."""
    own_rules: bool
    """Whether the user's rules replaced the shipped ones."""
    at: datetime
    accounts: tuple[AuditedAccount, ...]
    """By place."""
    past: tuple[PastAudit, ...] = ()
    """Earlier audits, the oldest first."""
    gone: tuple[str, ...] = ()
    """Places of accounts that the last audit had and this one doesn't."""
    skipped: tuple[str, ...] = ()
    """Names of files next to the accounts that aren't accounts."""
    left_out: tuple[str, ...] = ()
    """Ids of the rules that were excluded."""
    anonymized: bool = False
    owners: tuple[str, ...] = ()
    """If not empty, the audit shows only these owners' accounts. An empty name means accounts without an owner."""
    tags: tuple[str, ...] = ()
    """If not empty, the audit shows only accounts with all of these tags."""


def escape_surrogates(text: str) -> str:
    """Return text with lone surrogates written as escapes (`\\ud83d`), since neither UTF-8 nor SQLite can store them.

    They come from file names that aren't valid UTF-8 and from JSON escapes.
    """
    return text.encode("utf-8", "backslashreplace").decode()
