"""Evidence made from plain rows, for tests of what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from exportready.evidence.reading import Keys
from exportready.kinds import KINDS
from exportready.model.evidence import NOT_EXPORTED, Account, Dataset, Evidence, FieldNote, Location, Record, Scope, Value
from exportready.rulebook.examples import NOON

Row = Mapping[str, Value]


def dataset(kind: str, rows: Iterable[Row], scope: Scope = Scope.WHOLE) -> Dataset:
    """Return a dataset of these records, one a line. A field that is NOT_EXPORTED is not in the file."""
    keys = Keys(KINDS[kind])
    exported = [{name: value for name, value in row.items() if value is not NOT_EXPORTED} for row in rows]
    records = tuple(
        Record(kind=kind, key=keys.of(row), fields=row, where=Location(kind, line)) for line, row in enumerate(exported, 1)
    )
    return Dataset(kind=kind, records=records, scope=scope, why="" if scope is Scope.WHOLE else "only a part", dated=NOON)


def answers(given: Row, at: datetime | None = NOON) -> Dataset:
    """Return the answers of account.yaml, given at a moment."""
    where = Location("account.yaml", 3)
    notes = {path: FieldNote(where, at) for path in given}
    record = Record(kind="account.answers", key="", fields=given, where=Location("account.yaml"), notes=notes)
    return Dataset(kind="account.answers", records=(record,), scope=Scope.WHOLE, dated=at)


def evidence(*datasets: Dataset) -> Evidence:
    """Return a snapshot of these datasets; a kind that is not among them was not exported."""
    held = {one.kind: one for one in datasets}
    return Evidence(account=Account(), datasets=held, listings={}, sources=(), unrecognized=())
