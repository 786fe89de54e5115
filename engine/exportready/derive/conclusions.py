"""What derivations share: records of a derived kind with their keys, and how much of it there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from exportready.evidence.reading import Keys
from exportready.kinds import KINDS, plural
from exportready.model.evidence import Dataset, FieldNote, Location, Record, Scope, Unknown, Value

_FULLNESS = (Scope.MISSING, Scope.PART, Scope.PERIOD, Scope.WAITING, Scope.ACTIVE, Scope.WHOLE)


class Conclusions:
    """The records of one derived kind while they are put together."""

    __slots__ = ("_keys", "kind", "records", "why")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.records: list[Record] = []
        self.why = ""
        """Why something could not be concluded, apart from what the sources lack."""
        self._keys = Keys(KINDS[kind])

    def add(self, fields: Mapping[str, Value], where: Location, notes: Mapping[str, FieldNote] | None = None) -> None:
        """One more record, concluded from what stands there."""
        self.records.append(Record(kind=self.kind, key=self._keys.of(fields), fields=fields, where=where, notes=notes or {}))

    def dataset(self, *sources: Dataset, active_suffices: bool = False, waiting_suffices: bool = False) -> Dataset:
        """The records, as whole as the least whole of what they rest on.

        `active_suffices`: inactive ones do not matter; `waiting_suffices`: nor does what stands in no batch that waits.
        """
        records = tuple(self.records)
        worst = min(sources, key=lambda dataset: _FULLNESS.index(dataset.scope))
        dated = min((dataset.dated for dataset in sources if dataset.dated), default=None)
        if worst.scope is Scope.MISSING and all(dataset.scope is Scope.MISSING for dataset in sources):
            return Dataset(
                kind=self.kind, records=(), scope=Scope.MISSING, why=why_of(worst), dated=dated, remedy=remedy_of(worst)
            )
        if self.why:
            return Dataset(kind=self.kind, records=records, scope=Scope.PART, why=self.why, dated=dated)
        enough = (
            {Scope.WHOLE} | ({Scope.ACTIVE} if active_suffices else set()) | ({Scope.WAITING} if waiting_suffices else set())
        )
        if {dataset.scope for dataset in sources} <= enough:
            return Dataset(kind=self.kind, records=records, scope=Scope.WHOLE, why="", dated=dated)
        worst = min(
            (dataset for dataset in sources if dataset.scope not in enough), key=lambda dataset: _FULLNESS.index(dataset.scope)
        )
        scope = worst.scope if worst.scope in (Scope.PERIOD, Scope.WAITING, Scope.ACTIVE) else Scope.PART
        return Dataset(kind=self.kind, records=records, scope=scope, why=why_of(worst), dated=dated, remedy=remedy_of(worst))


def why_of(dataset: Dataset) -> str:
    """Why a dataset is not whole, with what it should hold."""
    return f"{plural(dataset.kind)}: {dataset.why}"


def remedy_of(dataset: Dataset) -> str:
    """What to do so that the next snapshot holds all of it."""
    return dataset.remedy or KINDS[dataset.kind].supply


def any_of(truths: Iterable[Value]) -> Value:
    """Kleene's or over yes-no values: true where one is, else unknown where one is, else false."""
    unknown: Value = False
    for truth in truths:
        if truth is True:
            return True
        if isinstance(truth, Unknown):
            unknown = truth
    return unknown


def first(values: Sequence[Value], otherwise: Value) -> Value:
    """The first value that is known."""
    return next((value for value in values if isinstance(value, str)), otherwise)
