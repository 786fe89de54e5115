"""A rule, read and checked: data only, so that judging, explaining and documenting share it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from exportready.model.evidence import Evidence, Known, Location

if TYPE_CHECKING:
    from exportready.model.inference import InferenceRule


class Severity(Enum):
    """How bad it is when a practice does not hold."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANK[self]

    @property
    def milder(self) -> Severity:
        """One grade milder; info stays info."""
        return _BY_RANK[min(self.rank + 1, 2)]


_BY_RANK = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_RANK = {severity: rank for rank, severity in enumerate(_BY_RANK)}


class Phase(Enum):
    """When a practice is judged."""

    BEFORE = "before-export"
    AFTER = "after-export"
    BOTH = "both"


class Type(Enum):
    """What a field's value is, and so how it compares."""

    __hash__ = object.__hash__  # looked up for every value; a member is equal to itself alone

    TEXT = "text"
    NAME = "name"
    """Text that compares as QuickBooks compares names: case-insensitive, space collapsed."""
    ID = "id"
    NUMBER = "number"
    """Exact decimal: money, quantities, rates (8.25% reads as 0.0825)."""
    YESNO = "yesno"
    DATE = "date"
    TIME = "time"


SUBJECT = ""
"""The owner of a reference to the record being judged."""
ANSWERS = "$answers"
PARAMETER = "$parameter"
ACCOUNT = "derived.account"


class Ref(msgspec.Struct, frozen=True):
    """A value to look up: a field of the subject, of a related entry, an answer or a parameter."""

    owner: str
    field: str
    type: Type

    def __str__(self) -> str:
        return f"{self.owner}.{self.field}" if self.owner else self.field


Operand = Ref | Known


class Op(Enum):
    """Comparisons. All are typed: a value of another type, or none, is unknown."""

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
    """One value against one or more operands."""

    op: Op
    left: Ref
    right: tuple[Operand, ...]


class IsPresent(msgspec.Struct, frozen=True):
    """A field has a value."""

    ref: Ref


class EntryIsPresent(msgspec.Struct, frozen=True):
    """A related entry was found."""

    entry: str


class Not(msgspec.Struct, frozen=True):
    """Kleene's not."""

    part: Condition


class All(msgspec.Struct, frozen=True):
    """Kleene's and; of nothing it is true."""

    parts: tuple[Condition, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """Kleene's or; of nothing it is false."""

    parts: tuple[Condition, ...]


Condition = Compare | IsPresent | EntryIsPresent | Not | All | AnyOf


def refs(condition: Condition | None) -> Iterator[Ref]:
    """Every reference in a condition, left sides first."""
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
    """Every related entry whose presence a condition asks."""
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
    """The {words} of a message."""
    return PLACEHOLDER.findall(text)


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """Another record, found by its fields."""

    name: str
    kind: str
    before: bool
    """Read from the earlier snapshot."""
    match: tuple[tuple[str, Type, Operand], ...]
    """(field of the candidate, how the two compare, what it must equal). Empty: the kind's only record."""
    where: Condition | None
    many: bool


class AtFault(msgspec.Struct, frozen=True):
    """The object that is to be mended."""

    kind: str
    key: Ref | None
    """None: the subject's own key."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One condition on every record of some kinds."""

    name: str
    each: tuple[str, ...]
    any_suffices: bool
    """`each_any`: the kinds are alternatives."""
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
    """What to click."""

    who: str
    minutes: int
    steps: tuple[str, ...]
    many_above: int | None = None
    many_steps: tuple[str, ...] = ()


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """Where a practice is written down."""

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
    """One best practice."""

    id: str
    title: str
    severity: Severity
    phase: Phase
    source: Citation
    why: str
    problem: str
    """The title turned round, for a heading over what fails it; empty where the title must do."""
    given: Condition | None
    checks: tuple[Check, ...]
    named_checks: bool
    """True where the file has `checks:`, so that a finding is told with its check's name."""
    max_age: Mapping[str, timedelta]
    parameters: Mapping[str, Known]
    fix: FixSteps
    examples: tuple[Example, ...]
    where: Location
    digest: str = ""
    """How the SHA-256 of its file begins: two results with one digest were judged by the same rule."""
    waivable: bool = True
    longest_waiver: timedelta | None = None
    """How far ahead a waiver of it may reach."""

    @property
    def area(self) -> str:
        """The folder that holds it."""
        return self.id.partition("/")[0]

    @property
    def grade(self) -> Severity:
        """The worst grade that one of its checks can give."""
        return min((check.severity for check in self.checks), key=lambda severity: severity.rank)


Wanted = Mapping[str, frozenset[str]]
"""kind -> the fields that somebody reads."""


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of rules."""

    name: str
    version: str
    digest: str
    rules: int


class Rulebook(msgspec.Struct, frozen=True, kw_only=True):
    """All rules of a run, in the order of their ids."""

    rules: tuple[Rule, ...]
    digest: str
    """SHA-256 over the rule files' text: two results with one digest were judged alike."""
    wanted: Wanted
    own: bool = False
    """True for rules that somebody wrote instead of the shipped ones."""
    inference: tuple[InferenceRule, ...] = ()
    """What follows from several problems together: the folder's own rules, else the shipped ones."""
    own_inference: bool = False
    """The folder has inference rules of its own."""
    packs: tuple[Pack, ...] = ()
