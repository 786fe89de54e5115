"""A rule that was read and validated. Only data, so that checking, explaining and documenting can share it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from exportready.model.evidence import ANSWERS_KIND, Evidence, Known, Location

if TYPE_CHECKING:
    from exportready.model.inference import InferenceRule


class Severity(Enum):
    """How serious a failure of a rule is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Return the position in the order of severity; 0 is the worst."""
        return _RANK[self]

    @property
    def milder(self) -> Severity:
        """Return the next lower severity; the lowest is info."""
        return _BY_RANK[min(self.rank + 1, 2)]


_BY_RANK = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_RANK = {severity: rank for rank, severity in enumerate(_BY_RANK)}


class Phase(Enum):
    """When a rule is checked: before or after the export."""

    BEFORE = "before-export"
    AFTER = "after-export"
    BOTH = "both"


class About(Enum):
    """What a rule judges."""

    SESSION = "session"
    """The live session: who is logged in, and what is running."""
    SETUP = "setup"
    """Standing configuration of either program."""
    BATCH = "batch"
    """The pending transactions, and what they use."""
    BOOKS = "books"
    """What arrived in QuickBooks."""


class Type(Enum):
    """The type of a field's value, which decides how it is compared."""

    __hash__ = object.__hash__  # a dictionary key for every value that is read; the inherited hash is slower

    TEXT = "text"
    NAME = "name"
    """Text that compares as QuickBooks compares names: ignoring case, with runs of space as one."""
    ID = "id"
    NUMBER = "number"
    """An exact decimal: money, quantities, rates (8.25% is 0.0825)."""
    YESNO = "yesno"
    DATE = "date"
    TIME = "time"


SUBJECT = ""
"""Owner of a reference to the checked record."""
ANSWERS = "$answers"
PARAMETER = "$parameter"
ACCOUNT = "derived.account"


class Ref(msgspec.Struct, frozen=True):
    """A value to look up: a field of the checked record or of a related one, an answer, or a parameter."""

    owner: str
    field: str
    type: Type

    def __str__(self) -> str:
        return f"{self.owner}.{self.field}" if self.owner else self.field


Operand = Ref | Known


class Op(Enum):
    """Comparisons. All are typed: the result is unknown if a value is missing or has another type."""

    EQUALS = "equals"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    BELOW = "below"
    MATCHES = "matches"
    MAX_LENGTH = "max_length"
    CONTAINS = "contains"


class Compare(msgspec.Struct, frozen=True):
    """Compare one value with one or more operands; one match is enough."""

    op: Op
    left: Ref
    right: tuple[Operand, ...]


class IsPresent(msgspec.Struct, frozen=True):
    """True if a field has a value."""

    ref: Ref


class EntryIsPresent(msgspec.Struct, frozen=True):
    """True if a related record was found."""

    entry: str


class Not(msgspec.Struct, frozen=True):
    """Three-valued not."""

    part: Condition


class All(msgspec.Struct, frozen=True):
    """Three-valued and; true for no parts."""

    parts: tuple[Condition, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """Three-valued or; false for no parts."""

    parts: tuple[Condition, ...]


Condition = Compare | IsPresent | EntryIsPresent | Not | All | AnyOf


def refs(condition: Condition | None) -> Iterator[Ref]:
    """Yield every reference in a condition, left sides first."""
    match condition:
        case Compare(_, left, right):
            yield left
            yield from (operand for operand in right if isinstance(operand, Ref))
        case IsPresent(ref):
            yield ref
        case Not(part):
            yield from refs(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from refs(part)
        case _:
            return


def entries(condition: Condition | None) -> Iterator[str]:
    """Yield the name of every related record whose presence a condition tests."""
    match condition:
        case EntryIsPresent(entry):
            yield entry
        case Not(part):
            yield from entries(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from entries(part)
        case _:
            return


PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def placeholders(text: str) -> list[str]:
    """Return the names of the {placeholders} in a text, in order."""
    return PLACEHOLDER.findall(text)


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """Another record, found by its fields (an entry of `related:`)."""

    name: str
    kind: str
    before: bool
    """It comes from the earlier snapshot."""
    match: tuple[tuple[str, Type, Operand], ...]
    """(field of the candidate, how the two compare, what it must equal) for each field. Empty: the kind has only one record."""
    where: Condition | None
    many: bool


class AtFault(msgspec.Struct, frozen=True):
    """The object to fix."""

    kind: str
    key: Ref | None
    """None: the checked record's own key."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One condition on every record of some kinds."""

    name: str
    each: tuple[str, ...]
    any_suffices: bool
    """`each_any`: the kinds are alternatives; one of them is enough."""
    related: tuple[Related, ...]
    where: Condition | None
    expect: Condition
    failure: str
    severity: Severity
    group: bool
    eased_when: Condition | None
    blocks_when: Condition | None
    at_fault: AtFault | None


class FixSteps(msgspec.Struct, frozen=True, kw_only=True):
    """Who fixes it, how many minutes it takes per record, and what to click."""

    who: str
    minutes: int
    steps: tuple[str, ...]
    many_above: int | None = None
    many_steps: tuple[str, ...] = ()


class Confirm(msgspec.Struct, frozen=True, kw_only=True):
    """How a person can decide a rule where the files can't: a question, and where to look."""

    fact: str
    """What is looked at. Rules with the same fact are decided by one look, so they ask the same question."""
    question: str
    why: str
    """Why the files don't show it; empty if the rule doesn't say."""
    steps: tuple[str, ...]
    yes: str
    """The answer that means that all is well."""
    no: str
    minutes: int
    """How long it takes, without what it takes for each transaction."""
    lasts: timedelta | None
    """How long an answer counts; None: as long as the pending transactions stay as they are."""
    seconds_each: int = 0
    """How long it takes in addition for each pending transaction."""
    fills: tuple[str, ...] = ()
    """The kinds of records whose absence the look makes up for; empty: any that the rule reads."""

    def seconds(self, transactions: int) -> int:
        """Return how long the look takes with this number of pending transactions."""
        return 60 * self.minutes + self.seconds_each * transactions

    @property
    def asked(self) -> tuple[object, ...]:
        """Return everything that is asked. It is the same in all rules with the same fact; what an answer fills may differ."""
        return self.fact, self.question, self.why, self.steps, self.yes, self.no, self.minutes, self.seconds_each, self.lasts


class DecidedBy(msgspec.Struct, frozen=True, kw_only=True):
    """Through which channels a rule can be decided, apart from a look at the screen (`confirm`)."""

    files: bool
    """Whether it reads files: what an office exports by hand, or files from ServiceTitan's API and qbXML."""
    answers: bool
    """Whether it reads answers."""
    missing: tuple[str, ...]
    """What it reads that no hand export has, in words: records or columns."""


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """The document that a rule comes from."""

    document: str
    section: str
    updated: date
    note: str = ""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's own test case."""

    name: str
    evidence: Evidence
    before: Evidence | None
    at: datetime
    outcome: str
    findings: tuple[str, ...]
    where: Location


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: a best practice that ExportReady checks."""

    id: str
    title: str
    """What must be true."""
    severity: Severity
    phase: Phase
    about: About | None
    """None: a result that was saved before rules had it."""
    confirm: Confirm | None = None
    """None: no person can decide it by looking."""
    source: Citation
    why: str
    problem: str
    """What is wrong when the rule fails, as a heading; empty if the messages of its findings say it."""
    given: Condition | None
    checks: tuple[Check, ...]
    named_checks: bool
    """The file has `checks:`, so findings carry their check's name."""
    max_age: Mapping[str, timedelta]
    parameters: Mapping[str, Known]
    fix: FixSteps
    examples: tuple[Example, ...]
    where: Location
    digest: str = ""
    """The first 16 hex digits of its file's SHA-256: results with the same digest come from the same rule."""
    waivable: bool = True
    longest_waiver: timedelta | None = None
    """How far in the future a waiver can expire; None: no limit."""

    @property
    def area(self) -> str:
        """Return the folder that it is in, such as `items`."""
        return self.id.partition("/")[0]

    @property
    def grade(self) -> Severity:
        """Return the worst severity of its checks."""
        return min((check.severity for check in self.checks), key=lambda severity: severity.rank)

    def answer_ages(self, path: str) -> tuple[timedelta, ...]:
        """Return every age that the rule sets for an answer: for its own path, for a group it is in, or for all answers."""
        return tuple(
            age
            for name, age in self.max_age.items()
            if name == ANSWERS_KIND or (name.startswith(f"{ANSWERS}.") and is_within(path, name.removeprefix(f"{ANSWERS}.")))
        )


def is_within(path: str, group: str) -> bool:
    """Return whether an answer's path is a group's path or below it: `modules.purchasing` is within `modules`."""
    return path == group or path.startswith(f"{group}.")


Wanted = Mapping[str, frozenset[str]]
"""Kind -> the fields that rules, derivations or the report read."""


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of rules."""

    name: str
    version: str
    digest: str
    rules: int


class Rulebook(msgspec.Struct, frozen=True, kw_only=True):
    """All rules of a run, sorted by id."""

    rules: tuple[Rule, ...]
    digest: str
    """SHA-256 over the rule files: results with the same digest come from the same rules."""
    wanted: Wanted
    own: bool = False
    """They replace the shipped rules."""
    inference: tuple[InferenceRule, ...] = ()
    """The rules that find key issues: the folder's own, else the shipped ones."""
    own_inference: bool = False
    """The folder has inference rules of its own."""
    packs: tuple[Pack, ...] = ()
