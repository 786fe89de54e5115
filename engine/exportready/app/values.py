"""The values that the page's services return. They are frozen, and everything in them can be shown as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from exportready.kinds import KINDS
from exportready.model.changes import PastFinding

State = Literal["used", "partly", "unused", "unrecognized", "unreadable", "older", "other-company"]
"""What became of a file: everything in it is used, some of it, none of it; we don't know what it is; it can't be opened; there is a
later one; it is of another company."""

Program = Literal["servicetitan", "quickbooks", ""]
Free = Literal["", "date", "name", "number", "text"]
Outcome = Literal["added", "replaced", "same", "kept-both", "refused"]


class Rejected(Exception):
    """What was asked for isn't done. The message says why and what to do, for the person at the page."""


class NotFound(Rejected):
    """The account, file, check or undo doesn't exist any more."""


class TooMuch(Rejected):
    """More or larger files than one account may have, or than this computer has room for."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One company."""

    id: str
    name: str
    created: datetime
    archived: bool = False
    is_example: bool = False
    moment: datetime | None = None
    """The moment that it is always checked for: that of the invented example's files. None: now."""
    is_named: bool = True
    """Whether a person, or a file, said the name."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the answers to choose from."""

    value: str
    label: str
    note: str = ""
    """What choosing it means."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that a question has."""

    by: str
    at: datetime | None
    until: datetime | None
    """None: it doesn't expire by itself, or it isn't known when."""
    value: str
    """The value of a choice, or what was typed; saving it again says the same."""
    label: str = ""
    """The same in words for people."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question, or one look at a screen to confirm."""

    id: str
    """`answer:PATH`, `confirm:RULE`, `covers:KIND`, `columns:KIND.FIELD` or `takenAt:FILE`; the same in every run."""
    path: str | None = None
    """Where its answer goes; None for a confirmation."""
    rule: str | None = None
    """The rule that a confirmation decides (if there are several, the first of them); None for a question."""
    text: str
    why: str = ""
    steps: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    several: bool = False
    """Whether more than one choice may be true."""
    free: Free = ""
    """What to type, if there is nothing to choose from."""
    lasts: str = ""
    """Until when an answer counts, as a sentence."""
    decides: int = 0
    """Number of open checks that it may decide."""
    minutes: int = 1
    answered: Answered | None = None
    files: tuple[str, ...] = ()
    """The files it is about."""


class FileWay(msgspec.Struct, frozen=True, kw_only=True):
    """A file that would decide open checks."""

    what: str
    steps: tuple[str, ...]
    decides: int


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """What is still needed."""

    questions: tuple[Question, ...] = ()
    confirmations: tuple[Question, ...] = ()
    expired: tuple[Question, ...] = ()
    """Those of the questions and confirmations whose answer expired."""
    answered: tuple[Question, ...] = ()
    files: tuple[FileWay, ...] = ()
    integrator: str = ""
    """A text to send to the integrator; empty if nothing is needed from one."""
    minutes: int = 0
    """Of all questions and confirmations together."""


class Recognized(msgspec.Struct, frozen=True, kw_only=True):
    """What one file is, read by itself."""

    name: str
    sha256: str
    reader: str = ""
    """Empty if it isn't recognized."""
    dated: datetime | None = None
    records: Mapping[str, int] = {}
    whole: bool = False
    """Whether it is the complete list of each of its kinds."""
    error: str | None = None
    help: str = ""
    """If it isn't recognized: what it seems to be, and what would help."""
    unread: tuple[str, ...] = ()
    """Which parts aren't read, and why."""
    notes: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    is_own: bool = False
    """Whether it is one of our own reports."""
    size: int = 0

    @property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of its records, without their lines."""
        return frozenset(kind for kind in self.records if KINDS[kind].array_of is None)


class FileCard(msgspec.Struct, frozen=True, kw_only=True):
    """One file, as its card shows it."""

    name: str
    kind: str
    """What it is, in plain words: "QuickBooks lists"."""
    program: Program = ""
    counts: tuple[tuple[str, int], ...] = ()
    """(noun in the plural or singular that fits, number)"""
    taken_at: datetime | None = None
    added_at: datetime | None = None
    state: State
    said: tuple[str, ...] = ()
    """What was read or matched, and what is off, in sentences."""
    help: tuple[str, ...] = ()
    """What to do about it, in steps."""
    question: Question | None = None
    can_undo: bool = False
    undo: str | None = None
    """The token of the undo."""
    replaced: str = ""
    """What it replaced, as a sentence; empty if it replaced no file."""
    size: int = 0
    company: str = ""
    """The company that it says it is from."""

    @property
    def records(self) -> int:
        """Return how many records it has."""
        return sum(number for _, number in self.counts)


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file that was dropped."""

    name: str
    outcome: Outcome
    card: FileCard | None = None
    why: str = ""
    undo: str | None = None
    """The token to undo it; None if there is nothing to undo."""


class BatchInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One batch in the list of checks."""

    number: str
    name: str | None
    verdict: str
    verdict_key: str
    transactions: int
    amount: Decimal


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one check."""

    to_fix: int = 0
    to_review: int = 0
    open: int = 0
    ok: int = 0
    not_applicable: int = 0


class CheckInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One check in the list."""

    id: str
    made: datetime
    """When it was made, by this computer's clock."""
    at: datetime
    """The moment that it is about."""
    phase: str
    verdict: str
    """Its title."""
    verdict_key: str
    counts: Counts
    batches: tuple[BatchInfo, ...] = ()
    good_until: datetime | None = None
    """None if nothing in it expires by itself."""
    path: Path
    """The JSON result."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the check of an account is."""

    state: Literal["idle", "running", "failed"] = "idle"
    started: datetime | None = None
    files_done: int = 0
    files_total: int = 0
    words: str = ""
    waiting: bool = False
    """Whether another check starts when this one is done."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What changed between two checks, in five words. The findings of one rule are one group after another."""

    fixed: tuple[PastFinding, ...] = ()
    still_there: tuple[PastFinding, ...] = ()
    new: tuple[PastFinding, ...] = ()
    newly_checked: tuple[str, ...] = ()
    """Ids of rules."""
    no_longer_checked: tuple[str, ...] = ()
    """Ids of rules."""
    rule_changed: tuple[PastFinding, ...] = ()
    """In only one of them because the rule is new or changed."""
    titles: dict[str, str] = {}
    """Rule id -> its title."""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing changed."""
        return not (self.fixed or self.new or self.newly_checked or self.no_longer_checked or self.rule_changed)


class TrendPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One batch of the trend."""

    label: str
    at: datetime
    problems: int
    """In the first check of the batch."""
    verdict_key: str
    """Of its last check before the export."""
    verdict: str
    check_id: str
    """Of the last check."""
