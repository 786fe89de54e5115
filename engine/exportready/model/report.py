"""The result: outcomes, findings, gaps and the verdict, as every reporter receives them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import msgspec
from msgspec import field

from exportready.model.changes import Changes
from exportready.model.evidence import Account, Location, Record, Source, Unrecognized
from exportready.model.reasons import Channel, Reason
from exportready.model.rules import Citation, FixSteps, Pack, Phase, Rule, Severity


class Outcome(Enum):
    """What became of a rule."""

    FAILED = "failed"
    CANNOT_TELL = "cannot_tell"
    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"
    """The rule itself broke; nothing is said about the account."""


class Verdict(Enum):
    """The one answer."""

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
    """What to do about it, in words."""
    cause: Reason
    """Why it isn't known, for decisions."""
    channel: Channel
    """How it can be filled."""
    also: tuple[Channel, ...] = ()
    """Other ways that fill it as well."""
    question: str = ""
    """The path of the answer that fills it, where a question asks for one."""
    source: str = ""
    """The kind of record that lacks it, where that is another than `kind`."""


class Thing(msgspec.Struct, frozen=True):
    """A record named by kind and key, as it is in the books."""

    kind: str
    key: str


class Snippet(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of a file around a place, cleared of private data."""

    first: int
    """The number of the first of them, from 1."""
    lines: tuple[str, ...]
    line: int
    """The number of the line that is meant."""
    mark: tuple[int, int]
    """From which to which character the value stands on it."""


class Place(msgspec.Struct, frozen=True):
    """A location with what stands there."""

    location: Location
    label: str


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a rule's condition, as it was decided for one record."""

    part: str
    """`where`: what makes the rule look at the record; `expect`: what must hold."""
    of: str
    """The related entry that it is about; empty for the record itself."""
    field: str
    """Empty where the entry itself is meant."""
    wanted: str
    observed: str | None
    holds: bool | None
    """None: it could not be told."""


class Expiry(msgspec.Struct, frozen=True, kw_only=True):
    """An answer or a waiver that soon counts no more."""

    what: str
    """`answer` or `waiver`."""
    name: str
    """The question, or the rule."""
    of: str
    """The answer's path, or who accepted it."""
    until: datetime


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that an owner accepts, for a reason, until a date."""

    rule: str
    """Which rule, account and subject, each possibly a pattern (*, ?)."""
    account: str
    subject: str
    owner: str
    reason: str
    ticket: str
    expires: date
    """The last day on which it counts, in the account's time zone."""
    where: Location


FindingId = tuple[str, int]
"""A finding's fingerprint, and its number among those that share it."""


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
    """Transactions that use the object at fault wait for it."""
    is_group: bool = False
    """It stands for all failures of its check, each with a place in `where`."""
    members: tuple[str, ...] = ()
    """Of a group: the keys of the records that fail."""
    told_at: datetime | None = None
    """When the answer was given on which it rests, where it rests on one."""
    nth: int = 0
    """How many findings with the same fingerprint come before it in its rule."""
    trace: tuple[Clause, ...] = ()
    """How it was decided; kept for the first findings of a check only."""

    @property
    def id(self) -> FindingId:
        """Return what tells it apart from every other finding of the run."""
        return self.fingerprint, self.nth


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """What later steps say of findings, by finding. A finding itself is never changed once a rule has made it."""

    waivers: Mapping[FindingId, Waiver] = {}
    """Accepted findings: they stay in every report and count for nothing."""
    refusals: Mapping[FindingId, str] = {}
    """Why a waiver that names a finding doesn't count, in words."""
    known: frozenset[FindingId] = frozenset()
    """Findings that the baseline holds."""
    key_issues: Mapping[FindingId, tuple[str, ...]] = {}
    """Ids of the key issues without which a finding would not be there."""
    batches: Mapping[FindingId, tuple[str, ...]] = {}
    """Numbers of the pending batches that use what is at fault."""
    excerpts: Mapping[Location, Snippet] = {}
    """The lines of the files around a place."""

    def waiver(self, finding: Finding) -> Waiver | None:
        """Return the waiver that accepts a finding."""
        return self.waivers.get(finding.id)

    def refusal(self, finding: Finding) -> str:
        """Return why a waiver that names a finding doesn't count; empty where none does."""
        return self.refusals.get(finding.id, "")

    def is_known(self, finding: Finding) -> bool:
        """Return whether the baseline holds a finding."""
        return finding.id in self.known

    def key_issues_of(self, finding: Finding) -> tuple[str, ...]:
        """Return the ids of the key issues behind a finding."""
        return self.key_issues.get(finding.id, ())

    def batches_of(self, finding: Finding) -> tuple[str, ...]:
        """Return the numbers of the pending batches that use what is at fault in a finding."""
        return self.batches.get(finding.id, ())

    def excerpt(self, finding: Finding, place: Place) -> Snippet | None:
        """Return the lines around a place of a finding, where they can be shown; only findings with a trace have some."""
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

    @property
    def untold(self) -> bool:
        """Something about it could not be told, whatever else was found."""
        return self.outcome in (Outcome.CANNOT_TELL, Outcome.ERROR) or (
            self.outcome is Outcome.FAILED and bool(self.gaps or self.undecided)
        )


class Cleared(msgspec.Struct, frozen=True):
    """What goes away with a key issue."""

    findings: int = 0
    transactions: int = 0
    amount: Decimal = Decimal(0)


class InferenceStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of how a key issue was found: an inference rule with the problems that it looked at, in words."""

    rule: str
    words: str
    facts: tuple[str, ...]
    certainty: str
    source: Citation


class KeyIssue(msgspec.Struct, frozen=True, kw_only=True):
    """A problem that no other explains."""

    id: str
    """The same for the same problem of the same object in every run."""
    rule: str
    """The practice that it breaks; empty where an error of the export tells of it."""
    code: str
    """QuickBooks' status code, or what stands for it; empty where a practice tells of it."""
    subjects: tuple[Thing, ...]
    message: str
    fix: FixSteps
    certainty: str
    retry: bool
    """No defect: it is only to be tried again."""
    gates: bool
    """While it stands nothing can be exported; the rest is told as if it were mended."""
    severity: Severity
    alone: Cleared
    """What waits on this one only."""
    shared: Cleared
    """What waits on this one and on others."""
    facts: tuple[str, ...] = ()
    """What it was read from: findings and errors, with their places."""
    reasons: tuple[InferenceStep, ...] = ()

    @property
    def blocked_transactions(self) -> int:
        """Return how many transactions it blocks, alone or together with others."""
        return self.alone.transactions + self.shared.transactions


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction that cannot be exported, or was not, and why."""

    transaction: Thing
    batch: str | None
    amount: Decimal | None
    key_issues: tuple[str, ...]
    chain: tuple[str, ...]
    """For each of them the way to it, in words."""
    certainty: str
    """`inferred` where no way to any of them is established."""


class BatchLoad(msgspec.Struct, frozen=True, kw_only=True):
    """One batch of pending transactions (after an export: any batch), with what key issues block of it."""

    number: str
    name: str | None
    transactions: int
    amount: Decimal
    waiting: Cleared
    issues: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Key issue -> the money that it blocks alone, and together with others."""


class Batch(BatchLoad, frozen=True, kw_only=True):
    """A batch with a verdict of its own, by what it uses."""

    verdict: Verdict


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a reporter may show."""

    version: str
    digest: str
    rules: int
    """How many rules the rulebook has, those of other phases too."""
    own_rules: bool
    """True where somebody's own rules judged instead of the shipped ones."""
    left_out: tuple[str, ...]
    """Ids of the rules of this phase that were told not to judge."""
    account: Account
    phase: str
    checked_at: datetime
    sources: tuple[Source, ...]
    unrecognised: tuple[Unrecognized, ...]
    results: tuple[RuleResult, ...]
    verdict: Verdict
    notes: Notes = Notes()
    """What waivers, the baseline and the key issues say of the findings."""
    tie_out: tuple[Record, ...] = ()
    """After the export: derived.tie_out, per batch and type of transaction."""
    work_list: tuple[Record, ...] = ()
    """After the export: derived.applied_payment, the payments to apply by hand."""
    key_issues: tuple[KeyIssue, ...] = ()
    """What to mend first: conditions of the session, then what most waits on."""
    waiting: tuple[Waiting, ...] = ()
    waits: Cleared = Cleared()
    """All of what waits, each transaction once; an invoice and its payment are one sum."""
    batches: tuple[Batch, ...] = ()
    stale: tuple[str, ...] = ()
    """Errors of the export on transactions that have arrived since."""
    baseline: str = ""
    """Against what is new was told from old: a file, or a git revision; empty where nothing was."""
    baseline_untold: frozenset[str] = frozenset()
    """Ids of the rules that the baseline could not decide either."""
    stale_baseline: tuple[str, ...] = ()
    """What stands in the baseline and no more in the books."""
    packs: tuple[Pack, ...] = ()
    """Where the rules come from."""
    settings: tuple[tuple[str, str], ...] = ()
    """What account.yaml and QuickBooks' own preferences state, so that a later result shows what changed."""
    company_file: str = ""
    """The company's name as QuickBooks gives it; empty where no file shows it."""
    lapses: tuple[Expiry, ...] = ()
    """What soon counts no more, the next first."""
    changes: Changes | None = None
    """What is different from an earlier result; None where none was given."""
    base: str = ""
    """The snapshot's path from the root of its repository, else as it was given: for formats that point into it."""
    waiver_remarks: tuple[str, ...] = ()
    """What to say of the waivers: expired, unused, unknown, soon over."""

    @property
    def is_after_export(self) -> bool:
        """Return whether the report is about what arrived, not about what is to be exported."""
        return self.phase == Phase.AFTER.value

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, in the order of their rules."""
        return tuple(finding for result in self.results for finding in result.findings)
