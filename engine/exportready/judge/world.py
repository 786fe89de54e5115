"""The evidence as one rule sees it: datasets and answers that are out of date for the rule are treated as missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import field

from exportready.derive.answers import NO_ANSWERS
from exportready.derive.freshness import ANSWER, FILES, stale, unanswered
from exportready.derive.registry import DERIVATIONS, sources
from exportready.kinds import fold
from exportready.kinds.derived import EARLIER_FILES
from exportready.model.evidence import (
    ANSWERS_KIND,
    NOT_EXPORTED,
    UNSET,
    Dataset,
    Evidence,
    FieldNote,
    Known,
    Record,
    Scope,
    Unknown,
    Value,
)
from exportready.model.reasons import Channel, Reason
from exportready.model.rules import ACCOUNT, ANSWERS, Condition, Rule, Type

Index = tuple[dict[tuple[object, ...], list[Record]], list[Record]]
"""Records by the values of their match fields, and the records with an unknown value in one of those fields."""


class World(msgspec.Struct, kw_only=True):
    """The evidence of a run, with indexes that are built once and used by all rules."""

    now: Evidence
    before: Evidence | None
    at: datetime
    indexes: dict[tuple[str, bool, tuple[tuple[str, Type], ...]], Index] = field(default_factory=dict)

    def dataset(self, kind: str, before: bool) -> Dataset:
        """Return a kind's dataset in this snapshot, or with `before` in the earlier one."""
        if before:
            if self.before is None:
                why = "there is no earlier folder to compare with"
                return Dataset(
                    kind=kind, why=why, cause=Reason.NO_EARLIER_SNAPSHOT, remedy=EARLIER_FILES, channel=Channel.EXPORT
                )
            return self.before.dataset(kind)
        dataset = self.now.dataset(kind)
        if kind == ANSWERS_KIND and not dataset.rows():
            return Dataset(kind=kind, records=(NO_ANSWERS,), scope=Scope.WHOLE, why=dataset.why)
        return dataset

    def index(self, kind: str, before: bool, match: tuple[tuple[str, Type], ...]) -> Index:
        """Return a kind's records by their match fields."""
        index = self.indexes.get((kind, before, match))
        if index is None:
            index = self.indexes[kind, before, match] = _index(self.dataset(kind, before), match)
        return index


def _index(dataset: Dataset, match: tuple[tuple[str, Type], ...]) -> Index:
    by_key: dict[tuple[object, ...], list[Record]] = {}
    unknown: list[Record] = []
    keys = zip(*(_comparable_column(dataset, name, type_) for name, type_ in match), strict=True)
    for record, key in zip(dataset.rows(), keys, strict=True):
        for value in key:
            if isinstance(value, Unknown):
                unknown.append(record)
                break
        else:
            if UNSET not in key:
                by_key.setdefault(key, []).append(record)
    return by_key, sorted(unknown, key=lambda record: record.key)  # messages show the same record in any file order


def _comparable_column(dataset: Dataset, name: str, type_: Type) -> list[object]:
    column = dataset.column(name)
    return [fold(value) if isinstance(value, str) else value for value in column] if type_ is Type.NAME else [*column]


def comparable(value: Value, type_: Type) -> object:
    """Return a value in the form in which values of its type are compared."""
    return fold(value) if type_ is Type.NAME and isinstance(value, str) else value


class View:
    """The evidence as one rule sees it: anything older than its `max_age` is treated as missing."""

    def __init__(self, world: World, rule: Rule) -> None:
        self.world = world
        self.rule = rule
        self._stale: dict[str, Unknown] = {}
        self.deciders: dict[Condition, Callable[[Any], bool | None]] = {}
        """The compiled conditions of the rule (judge/conditions.py)."""
        for name, age in rule.max_age.items():
            if not name.startswith(ANSWERS + ".") and name != ANSWERS_KIND:
                dataset = world.dataset(name, False)
                if dataset.scope is Scope.MISSING:
                    continue
                old = stale(dataset.dated, world.at, age, FILES)
                if old is not None:
                    self._stale[name] = old
                for derived in (derived for derived in DERIVATIONS if name in sources(derived)):
                    dated = world.dataset(
                        derived, False
                    ).dated  # if derived from one of several sources, it has that source's date
                    older = old or (stale(dated, world.at, age, FILES) if dated else None)
                    if older is not None:
                        self._stale[derived] = older

    def dataset(self, kind: str, before: bool = False) -> Dataset:
        """Return a kind's dataset; a missing one if it is out of date for this rule."""
        if not before and kind in self._stale:
            old = self._stale[kind]
            return Dataset(
                kind=kind, why=old.reason, cause=old.cause, source=old.source, remedy=old.remedy, channel=old.channel
            )
        return self.world.dataset(kind, before)

    def answer(self, path: str) -> tuple[Value, FieldNote]:
        """Return an answer, or why this rule can't use it, with its note."""
        record = self.world.dataset(ANSWERS_KIND, False).first() or NO_ANSWERS
        value, note = record.get(path), record.note(path)
        if value is NOT_EXPORTED:
            return unanswered(self.world.now.dataset(ANSWERS_KIND)), note
        for age in self.rule.answer_ages(path):
            old = None if isinstance(value, Unknown) else stale(note.dated, self.world.at, age, ANSWER)
            if old is not None:
                return old, note
        return value, note

    def account(self, name: str) -> tuple[Value, FieldNote]:
        """Return a fact of `derived.account`, or why this rule can't use it, with its note."""
        record = self.world.dataset(ACCOUNT, False).first()
        if record is None:
            return Unknown(cause=Reason.NOT_SUPPLIED, reason="we have no information about this"), FieldNote()
        value, note = record.get(name), record.note(name)
        if note.from_answer and not isinstance(value, Unknown):
            answer, _ = self.answer(note.from_answer)  # it may be too old for this rule
            return (answer if isinstance(answer, Unknown) else value), note
        return self._stale.get(ACCOUNT, value), note

    def parameter(self, name: str) -> Known:
        """Return a parameter's value."""
        return self.rule.parameters[name]


def note_of(record: Record, name: str) -> FieldNote:
    """Return the facts about a field in addition to its value; its location is the record's if it has none of its own."""
    return record.notes.get(name, FieldNote(record.where))
