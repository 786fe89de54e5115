"""Collect the records of one derived kind, with their keys, and work out how complete they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from exportready.derive.unknowns import cause_of, remedy_of, source_of, why_of
from exportready.evidence.reading import Keys
from exportready.kinds import KINDS
from exportready.model.evidence import Dataset, FieldNote, Location, Record, Scope, Unknown, Value
from exportready.model.fields import Fields

_BY_FULLNESS = (Scope.MISSING, Scope.PART, Scope.PERIOD, Scope.WAITING, Scope.ACTIVE, Scope.WHOLE)


class Conclusions:
    """Collects the records of one derived kind."""

    __slots__ = ("_keys", "doubt", "kind", "records")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.records: list[Record] = []
        self.doubt: Unknown | None = None
        """Why a record couldn't be concluded, apart from gaps in the sources."""
        self._keys = Keys(KINDS[kind])

    def add(self, fields: Mapping[str, Value], where: Location, notes: Mapping[str, FieldNote] | None = None) -> None:
        """Add a record. `where` is the place it was concluded from."""
        self.records.append(
            Record(kind=self.kind, key=self._keys.of(fields), fields=Fields.of(fields), where=where, notes=notes or {})
        )

    def whole(self) -> Dataset:
        """Return the records as the complete list."""
        return Dataset(kind=self.kind, records=tuple(self.records), scope=Scope.WHOLE)

    def dataset(self, *sources: Dataset, active_suffices: bool = False, waiting_suffices: bool = False) -> Dataset:
        """Return the records, as complete as the least complete of their sources.

        `active_suffices`: inactive records don't matter; `waiting_suffices`: only pending transactions matter.
        """
        records = tuple(self.records)
        dated = min((dataset.dated for dataset in sources if dataset.dated), default=None)
        if all(dataset.scope is Scope.MISSING for dataset in sources):
            return self._because_of(sources[0], Scope.MISSING, dated)
        if self.doubt is not None:
            why, cause, source = self.doubt.reason, self.doubt.cause, self.doubt.source
            return Dataset(kind=self.kind, records=records, scope=Scope.PART, why=why, cause=cause, source=source, dated=dated)
        enough = {Scope.WHOLE}
        enough |= {Scope.ACTIVE} if active_suffices else set()
        enough |= {Scope.WAITING} if waiting_suffices else set()
        lacking = [dataset for dataset in sources if dataset.scope not in enough]
        if not lacking:
            return Dataset(kind=self.kind, records=records, scope=Scope.WHOLE, dated=dated)
        worst = min(lacking, key=lambda dataset: _BY_FULLNESS.index(dataset.scope))
        scope = worst.scope if worst.scope in (Scope.PERIOD, Scope.WAITING, Scope.ACTIVE) else Scope.PART
        return self._because_of(worst, scope, dated)

    def _because_of(self, lacking: Dataset, scope: Scope, dated: datetime | None) -> Dataset:
        """Return the records with this scope at most, because a source is incomplete."""
        return Dataset(
            kind=self.kind,
            records=() if scope is Scope.MISSING else tuple(self.records),
            scope=scope,
            why=why_of(lacking),
            cause=cause_of(lacking),
            source=source_of(lacking),
            dated=dated,
            remedy=remedy_of(lacking),
            channel=lacking.channel,
        )
