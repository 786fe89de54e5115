"""The report: outcomes, findings, gaps, key issues and the verdict, as every reporter receives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import msgspec
from msgspec import field
from msgspec.structs import replace

from exportready.model.changes import Changes
from exportready.model.evidence import Account, Confirmed, Location, Record, Source, Unrecognized
from exportready.model.questions import OpenQuestion
from exportready.model.reasons import Channel, Reason
from exportready.model.rules import Citation, FixSteps, Pack, Phase, Rule, Severity


class Outcome(Enum):
    """The result of checking one rule."""

    FAILED = "failed"
    CANNOT_TELL = "cannot_tell"
    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"
    """The rule itself broke, which says nothing about the account."""


class Verdict(Enum):
    """The one answer of a report, or of a batch."""

    READY = "ready"
    READY_WITH_WARNINGS = "ready_with_warnings"
    NOT_READY = "not_ready"
    CANNOT_TELL = "cannot_tell"


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence that a rule needed and didn't get."""

    kind: str
    field: str | None
    subject: str | None
    reason: str
    """Why it isn't known, in words."""
    supply: str
    """What the office can do about it, in words."""
    cause: Reason
    """Why it isn't known, for decisions."""
    channel: Channel
    """How it can be filled."""
    also: tuple[Channel, ...] = ()
    """Other ways to fill it."""
    integrator: str = ""
    """What an integrator needs to fill it: the request and the file name. Empty if no integrator can help."""
    question: str = ""
    """The path of the answer that fills it, where a question asks for one."""
    source: str = ""
    """The kind of record that doesn't have it, if that isn't `kind`."""


class Thing(msgspec.Struct, frozen=True):
    """A record in ServiceTitan or QuickBooks, identified by kind and key."""

    kind: str
    key: str


class Snippet(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of a file around a place, cleared of private data."""

    first: int
    """Number of the first line, from 1."""
    lines: tuple[str, ...]
    line: int
    """Number of the line with the place."""
    mark: tuple[int, int]
    """Start and end of the value on that line, in characters."""


class Place(msgspec.Struct, frozen=True):
    """A location, with a label for what is at it."""

    location: Location
    label: str


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a rule's condition, as it was decided for one record."""

    part: str
    """`where`: whether the rule is about the record; `expect`: what must be true of it."""
    of: str
    """Name of the related entry that it is about; empty for the record itself."""
    field: str
    """Empty if it is about the entry itself."""
    expected: str
    """What the condition asks for, in words (JSON: `wanted`)."""
    observed: str | None
    is_met: bool | None
    """None if it couldn't be decided (JSON: `holds`)."""


class Expiry(msgspec.Struct, frozen=True, kw_only=True):
    """An answer or a waiver that expires soon."""

    what: str
    """`answer` or `waiver`."""
    name: str
    """The question, or the rule's title."""
    of: str
    """The answer's path, or who accepted it."""
    until: datetime


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that an owner accepts, for a reason, until a date."""

    rule: str
    """The rule's id. It, the account and the subject may be patterns (*, ?)."""
    account: str
    subject: str
    owner: str
    reason: str
    ticket: str
    expires: date
    """The last day of the waiver, in the account's time zone."""
    where: Location


FindingId = tuple[str, int]
"""A finding's fingerprint, and its number among the findings of its rule that share it."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One record (or one group of them) that fails a rule."""

    fingerprint: str
    check: str | None
    severity: Severity
    subject: Thing
    at_fault: Thing
    message: str
    observed: Mapping[str, str | None]
    expected: Mapping[str, str]
    where: tuple[Place, ...]
    blocks: bool
    """Whether it blocks the transactions that use the object at fault."""
    is_group: bool = False
    """Whether it is one finding for all records that fail the check, each with a place in `where`."""
    members: tuple[str, ...] = ()
    """Of a group: the keys of the records that fail."""
    answered_at: datetime | None = None
    """When the answer that it is based on was given; None if it isn't based on an answer."""
    nth: int = 0
    """Number of findings with the same fingerprint before it in its rule."""
    trace: tuple[Clause, ...] = ()
    """How it was decided; kept for the first findings of a check only."""

    @property
    def id(self) -> FindingId:
        """Return what identifies the finding within the run."""
        return self.fingerprint, self.nth


def numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings of one rule; those that share a fingerprint get the numbers 0, 1, 2 … in their order."""
    count_by_fingerprint = Counter[str]()
    for finding in findings:
        number = count_by_fingerprint[finding.fingerprint]
        yield replace(finding, nth=number) if number else finding
        count_by_fingerprint[finding.fingerprint] += 1


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """What later steps add to findings, by finding. The findings themselves never change."""

    waivers: Mapping[FindingId, Waiver] = {}
    """Accepted findings -> their waivers. Every report shows them, but they don't affect the verdict."""
    refusals: Mapping[FindingId, str] = {}
    """Finding -> why a waiver that matches it has no effect."""
    known: frozenset[FindingId] = frozenset()
    """Findings in the baseline."""
    key_issues: Mapping[FindingId, tuple[str, ...]] = {}
    """Ids of the key issues that cause a finding."""
    batches: Mapping[FindingId, tuple[str, ...]] = {}
    """Numbers of the pending batches that use what is at fault."""
    excerpts: Mapping[Location, Snippet] = {}
    """The lines of the files around a place."""

    def waiver(self, finding: Finding) -> Waiver | None:
        """Return the waiver that accepts a finding."""
        return self.waivers.get(finding.id)

    def refusal(self, finding: Finding) -> str:
        """Return why a waiver that matches a finding has no effect; empty if no waiver matches."""
        return self.refusals.get(finding.id, "")

    def is_known(self, finding: Finding) -> bool:
        """Return whether a finding is in the baseline."""
        return finding.id in self.known

    def key_issues_of(self, finding: Finding) -> tuple[str, ...]:
        """Return the ids of the key issues behind a finding."""
        return self.key_issues.get(finding.id, ())

    def batches_of(self, finding: Finding) -> tuple[str, ...]:
        """Return the numbers of the pending batches that use what is at fault in a finding."""
        return self.batches.get(finding.id, ())

    def excerpt(self, finding: Finding, place: Place) -> Snippet | None:
        """Return the lines around a place of a finding; None if they can't be shown, or the finding has no trace."""
        return self.excerpts.get(place.location) if finding.trace else None


class RuleResult(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its outcome."""

    rule: Rule
    outcome: Outcome
    reason: str
    cause: Reason | None = None
    """Why the outcome is `cannot_tell`, for decisions; None where it is another."""
    checked: int = 0
    undecided: int = 0
    gaps: tuple[Gap, ...] = ()
    findings: tuple[Finding, ...] = ()
    confirmed: Confirmed | None = None
    """Who decided it, if the files couldn't."""

    @property
    def has_unknowns(self) -> bool:
        """Return whether part of the rule couldn't be checked, whatever else it found."""
        return self.outcome in (Outcome.CANNOT_TELL, Outcome.ERROR) or (
            self.outcome is Outcome.FAILED and bool(self.gaps or self.undecided)
        )


class Cleared(msgspec.Struct, frozen=True, kw_only=True):
    """The findings and transactions that clear once a key issue is fixed."""

    findings: int = 0
    transactions: int = 0
    amount: Decimal = Decimal(0)
    unreadable: int = 0
    """Number of transactions whose amount isn't known, so that it isn't in `amount`."""


class InferenceStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step from facts to a key issue: an inference rule with the problems that it was applied to, in words."""

    rule: str
    words: str
    facts: tuple[str, ...]
    certainty: str
    source: Citation


class KeyIssue(msgspec.Struct, frozen=True, kw_only=True):
    """A root cause: a problem that no other problem explains."""

    id: str
    """The same in every run for the same problem of the same object."""
    rule: str
    """Id of the rule that found it; empty if only an export error reported it."""
    code: str
    """QuickBooks' status code, or the message if it has none; empty if a rule found it."""
    subjects: tuple[Thing, ...]
    message: str
    fix: FixSteps
    certainty: str
    retry: bool
    """Whether nothing is wrong with the data, so that repeating the export is enough."""
    gates: bool
    """Whether it stops the complete export. The numbers of other key issues are counted as if it were fixed."""
    severity: Severity
    alone: Cleared
    """What it blocks alone."""
    shared: Cleared
    """What it blocks together with other key issues."""
    facts: tuple[str, ...] = ()
    """The findings and errors that it follows from, with their places."""
    reasons: tuple[InferenceStep, ...] = ()

    @property
    def blocked_count(self) -> int:
        """Return how many transactions it blocks, alone or together with others."""
        return self.alone.transactions + self.shared.transactions


class BlockedTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction that can't be exported, or wasn't, because of key issues."""

    transaction: Thing
    batch: str | None
    amount: Decimal | None
    key_issues: tuple[str, ...]
    """Their ids."""
    chain: tuple[str, ...]
    """For each of these key issues, how it blocks the transaction, in words."""
    certainty: str
    """`established` if at least one of the chains is, else `inferred`."""


class BatchLoad(msgspec.Struct, frozen=True, kw_only=True):
    """One batch of pending transactions, or after the export any batch, with what key issues block of it."""

    number: str
    name: str | None
    transactions: int
    amount: Decimal
    blocked: Cleared
    unreadable: int = 0
    """Number of transactions whose amount isn't known, so that it isn't in `amount`."""
    issues: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Id of a key issue -> the amounts that it blocks alone, and together with others."""


class Batch(BatchLoad, frozen=True, kw_only=True):
    """A batch with its own verdict. Only findings on what it uses count for it."""

    verdict: Verdict


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a reporter may show of one check."""

    version: str
    digest: str
    rules: int
    """Number of rules in the rulebook, including those of the other phase."""
    own_rules: bool
    """Whether the user's rules replaced the shipped ones."""
    left_out: tuple[str, ...]
    """Ids of the rules of this phase that were excluded."""
    scope: tuple[str, ...] = ()
    """What the checked rules judge, as in `About`; empty: anything."""
    account: Account
    phase: str
    """`before-export` or `after-export`."""
    checked_at: datetime
    sources: tuple[Source, ...]
    unrecognized: tuple[Unrecognized, ...]
    results: tuple[RuleResult, ...]
    questions: tuple[OpenQuestion, ...] = ()
    """What a person can answer now so that more can be checked, in the order in which to ask."""
    verdict: Verdict
    notes: Notes = Notes()
    """What waivers, the baseline and the key issues say of the findings."""
    tie_out: tuple[Record, ...] = ()
    """After the export: the records of derived.tie_out, one for each batch and type of transaction."""
    work_list: tuple[Record, ...] = ()
    """After the export: the records of derived.applied_payment, the payments to apply by hand."""
    key_issues: tuple[KeyIssue, ...] = ()
    """In the order in which to fix them: first those that stop everything, then those that block the most transactions."""
    blocked_transactions: tuple[BlockedTransaction, ...] = ()
    blocked: Cleared = Cleared()
    """All that key issues block. Each transaction counts once; the amount of an invoice and its payment is one amount."""
    batches: tuple[Batch, ...] = ()
    stale_errors: tuple[str, ...] = ()
    """Export errors of transactions that have arrived since."""
    baseline: str = ""
    """The file or git revision with the known findings; empty if there is none."""
    baseline_undecided: frozenset[str] = frozenset()
    """Ids of the rules that had unknowns in the baseline too."""
    new_rules: frozenset[str] = frozenset()
    """Ids of the rules that were added after the baseline was made."""
    stale_baseline: tuple[str, ...] = ()
    """Resolved findings of the baseline, for people."""
    packs: tuple[Pack, ...] = ()
    """The rule packs."""
    settings: tuple[tuple[str, str], ...] = ()
    """The settings in account.yaml and QuickBooks' preferences, so that a later result can show what changed."""
    company_file: str = ""
    """The company's name in QuickBooks; empty if no file has it."""
    expiring: tuple[Expiry, ...] = ()
    """Answers and waivers that expire soon, the earliest first."""
    changes: Changes | None = None
    """What changed since an earlier result; None if none was given."""
    seen_at: datetime | None = None
    """The real time, if the time of the check comes from the files; None otherwise."""
    base: str = ""
    """The snapshot's path in its repository, else as it was given, for formats whose places point into it."""
    waiver_remarks: tuple[str, ...] = ()
    """Waivers that are expired, unused, rejected, unknown or about to expire, for people."""

    @property
    def is_after_export(self) -> bool:
        """Return whether the report is about what arrived, not about what is to be exported."""
        return self.phase == Phase.AFTER.value

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, in the order of their rules."""
        return tuple(finding for result in self.results for finding in result.findings)
