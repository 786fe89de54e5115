"""The result: outcomes, findings, gaps and the verdict, as every reporter receives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from exportready.model.evidence import Account, Location, Record, Source, Unrecognised
from exportready.model.rules import Rule, Severity


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


@dataclass(frozen=True, slots=True)
class Gap:
    """Evidence that a rule wanted and did not get."""

    kind: str
    field: str | None
    subject: str | None
    reason: str
    supply: str


@dataclass(frozen=True, slots=True)
class Thing:
    """A record named by kind and key, as it is in the books."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Place:
    """A location with what stands there."""

    location: Location
    label: str


@dataclass(frozen=True, slots=True)
class Finding:
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
    told_at: datetime | None = None
    """When the answer was given on which it rests, where it rests on one."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule with its outcome."""

    rule: Rule
    outcome: Outcome
    reason: str
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


@dataclass(frozen=True, slots=True)
class Report:
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
    unrecognised: tuple[Unrecognised, ...]
    results: tuple[RuleResult, ...]
    verdict: Verdict
    tie_out: tuple[Record, ...] = ()
    """After the export: derived.tie_out, per batch and type of transaction."""
    work_list: tuple[Record, ...] = ()
    """After the export: derived.applied_payment, the payments to apply by hand."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of their rules."""
        return tuple(finding for result in self.results for finding in result.findings)
