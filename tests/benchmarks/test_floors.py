"""The floors read what the program reads, no less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmarks import fields, floors, snapshots

import samples
from exportready.evidence import snapshot
from exportready.model.evidence import UNSET, Evidence, Unknown, Value

from .conftest import AT

Small = tuple[Path, snapshots.Written]
APART = frozenset({"servicetitan.export_error"})
"""An empty list of errors, in a spreadsheet."""


@pytest.fixture(scope="module")
def evidence(small: Small) -> Evidence:
    return snapshot.read(small[0], samples.rulebook().wanted, AT)


@pytest.fixture(scope="module")
def kept(small: Small) -> floors.Kept:
    return floors.loop(small[0], floors.decoder("loop-json"))


def test_the_list_of_fields_is_up_to_date() -> None:
    assert fields.table() == fields.FIELDS, "python -m benchmarks.fields prints the list as it must be"


def test_the_loop_keeps_every_record_that_the_program_keeps(evidence: Evidence, kept: floors.Kept) -> None:
    wanted = set(fields.parsed()) - APART
    assert {kind: len(kept[kind]) for kind in wanted if kind != "quickbooks.Status"} == {
        kind: len(evidence.dataset(kind).records) for kind in wanted if kind != "quickbooks.Status"
    }


@pytest.mark.parametrize("kind", sorted(set(fields.parsed()) - APART - {"quickbooks.Status"}))
def test_the_loop_has_the_fields_as_the_program_has_them(evidence: Evidence, kept: floors.Kept, kind: str) -> None:
    names = list(fields.parsed()[kind])
    records = sorted(evidence.dataset(kind).records, key=lambda record: record.where.line or 0)
    rows = sorted(kept[kind], key=lambda row: row["line"])
    assert [row["line"] for row in rows] == [record.where.line for record in records]
    theirs = [{name: plain(record.get(name)) for name in names} for record in records]
    assert [{name: own(row, name) for name in names} for row in rows] == theirs


def plain(value: Value) -> object:
    return None if value is UNSET or isinstance(value, Unknown) else value


def own(row: dict[str, Any], name: str) -> object:
    """An empty cell and one that is not there are the same to the loop."""
    of = row["parent"] if name.startswith("parent.") else row
    value = of.get(name.removeprefix("parent."))
    return None if value == "" else value


def test_every_file_is_parsed(small: Small, kept: floors.Kept) -> None:
    pytest.importorskip("orjson")
    fastest = floors.loop(small[0], floors.decoder("loop"))
    assert {kind: len(rows) for kind, rows in fastest.items()} == {kind: len(rows) for kind, rows in kept.items()}
    assert floors.parse(small[0]) > 4_000
