"""What one rule sees: the datasets of both snapshots with stale ones taken away, and the means to find records in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import field

from exportready.derive.freshness import ANSWER, FILES, stale, unanswered
from exportready.derive.registry import DERIVATIONS, sources
from exportready.kinds import fold
from exportready.model.evidence import (
    NOT_EXPORTED,
    UNSET,
    Dataset,
    Evidence,
    FieldNote,
    Known,
    Location,
    Record,
    Scope,
    Unknown,
    Value,
)
from exportready.model.reasons import Channel, Reason
from exportready.model.rules import ACCOUNT, ANSWERS, Condition, Rule, Type

Index = tuple[dict[tuple[object, ...], list[Record]], list[Record]]
"""Records by the values of their match fields, and the records of which one of those is unknown."""

ANSWERS_KIND = "account.answers"
_EARLIER = "Name the folder of an earlier check of this account too: exportready check FOLDER --before EARLIER"
_NO_ANSWERS = Record(kind=ANSWERS_KIND, key="", fields={}, where=Location("account.yaml"))


class World(msgspec.Struct, kw_only=True):
    """The evidence of a run, with indexes that are built once for all rules."""

    now: Evidence
    before: Evidence | None
    at: datetime
    indexes: dict[tuple[str, bool, tuple[tuple[str, Type], ...]], Index] = field(default_factory=dict)

    def dataset(self, kind: str, before: bool) -> Dataset:
        """A kind's dataset in this snapshot or the earlier one."""
        if before:
            if self.before is None:
                why = "there is no earlier folder to compare with"
                return Dataset(kind=kind, why=why, cause=Reason.NO_EARLIER_SNAPSHOT, remedy=_EARLIER, channel=Channel.EXPORT)
            return self.before.dataset(kind)
        dataset = self.now.dataset(kind)
        if kind == ANSWERS_KIND and not dataset.rows():
            return Dataset(kind=kind, records=(_NO_ANSWERS,), scope=Scope.WHOLE, why=dataset.why)
        return dataset

    def index(self, kind: str, before: bool, match: tuple[tuple[str, Type], ...]) -> Index:
        """The kind's records by their match fields."""
        known = self.indexes.get((kind, before, match))
        if known is None:
            known = self.indexes[kind, before, match] = _index(self.dataset(kind, before), match)
        return known


def _index(dataset: Dataset, match: tuple[tuple[str, Type], ...]) -> Index:
    found: dict[tuple[object, ...], list[Record]] = {}
    unknown: list[Record] = []
    keys = zip(*(_comparable_column(dataset, name, type_) for name, type_ in match), strict=True)
    for record, key in zip(dataset.rows(), keys, strict=True):
        for value in key:
            if isinstance(value, Unknown):
                unknown.append(record)
                break
        else:
            if UNSET not in key:
                found.setdefault(key, []).append(record)
    return found, sorted(unknown, key=lambda record: record.key)  # the one that is named is the same in any order


def _comparable_column(dataset: Dataset, name: str, type_: Type) -> list[object]:
    column = dataset.column(name)
    return [fold(value) if isinstance(value, str) else value for value in column] if type_ is Type.NAME else [*column]


def comparable(value: Value, type_: Type) -> object:
    """Return a value in the form in which its type compares."""
    return fold(value) if type_ is Type.NAME and isinstance(value, str) else value


class View:
    """The world as one rule may see it: what is older than its `max_age` is as good as not there."""

    def __init__(self, world: World, rule: Rule) -> None:
        self.world = world
        self.rule = rule
        self._stale: dict[str, Unknown] = {}
        self.deciders: dict[Condition, Callable[[Any], bool | None]] = {}
        """The conditions of the rule, each as a function (judge/conditions.py)."""
        for name, age in rule.max_age.items():
            if not name.startswith(ANSWERS + ".") and name != ANSWERS_KIND:
                dataset = world.dataset(name, False)
                if dataset.scope is Scope.MISSING:
                    continue
                old = stale(dataset.dated, world.at, age, FILES)
                if old is not None:
                    self._stale[name] = old
                for derived in (derived for derived in DERIVATIONS if name in sources(derived)):
                    dated = world.dataset(derived, False).dated  # its own, where it rests on one of several sources
                    older = old or (stale(dated, world.at, age, FILES) if dated else None)
                    if older is not None:
                        self._stale[derived] = older

    def dataset(self, kind: str, before: bool = False) -> Dataset:
        """What counts of a kind for this rule."""
        if not before and kind in self._stale:
            old = self._stale[kind]
            return Dataset(
                kind=kind, why=old.reason, cause=old.cause, source=old.source, remedy=old.remedy, channel=old.channel
            )
        return self.world.dataset(kind, before)

    def answer(self, path: str) -> tuple[Value, FieldNote]:
        """A fresh answer, else why it does not count."""
        record = self.world.dataset(ANSWERS_KIND, False).first() or _NO_ANSWERS
        value, note = record.get(path), record.note(path)
        if value is NOT_EXPORTED:
            return unanswered(self.world.now.dataset(ANSWERS_KIND)), note
        for name, age in self.rule.max_age.items():
            limit = name.removeprefix(ANSWERS + ".")
            if name == ANSWERS_KIND or (name != limit and (path == limit or path.startswith(limit + "."))):
                old = None if isinstance(value, Unknown) else stale(note.dated, self.world.at, age, ANSWER)
                if old is not None:
                    return old, note
        return value, note

    def account(self, name: str) -> tuple[Value, FieldNote]:
        """A fact of `derived.account`."""
        record = self.world.dataset(ACCOUNT, False).first()
        if record is None:
            return Unknown(Reason.NOT_SUPPLIED, "nothing is known about it"), FieldNote()
        value, note = record.get(name), record.note(name)
        if note.from_answer and not isinstance(value, Unknown):
            answer, _ = self.answer(note.from_answer)  # this rule may ask for a fresher one
            return (answer if isinstance(answer, Unknown) else value), note
        return self._stale.get(ACCOUNT, value), note

    def parameter(self, name: str) -> Known:
        """A parameter's value."""
        return self.rule.parameters[name]


def note_of(record: Record, name: str) -> FieldNote:
    """What is known about one field of a record."""
    return record.notes.get(name, FieldNote(record.where))
