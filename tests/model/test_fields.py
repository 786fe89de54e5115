"""Packed fields are the mapping that they were made of."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Location, Record, Scope, Value
from exportready.model.fields import Fields

NAMES = st.sampled_from(("id", "name", "total", "active"))
VALUES: st.SearchStrategy[Value] = st.sampled_from(("a", "b", True, UNSET, NOT_EXPORTED))
PLAIN = st.dictionaries(NAMES, VALUES)


def record(fields: Mapping[str, Value]) -> Record:
    return Record(kind="a", key="a", fields=fields, where=Location("a"))


@given(PLAIN)
def test_packed_fields_are_the_same_mapping(plain: dict[str, Value]) -> None:
    packed = Fields.of(plain)
    assert isinstance(packed, Mapping)
    assert packed == plain
    assert plain == packed
    assert dict(packed) == {**packed} == dict(packed.items()) == plain
    assert list(packed) == list(packed.keys()) == list(plain)
    assert list(packed.values()) == list(plain.values())
    assert len(packed) == len(plain)
    assert pickle.loads(pickle.dumps(packed)) == plain  # noqa: S301 - our own
    assert all(packed[name] is packed.get(name) is value for name, value in plain.items())
    assert all((name in packed) is (name in plain) for name in ("id", "other"))


@given(PLAIN, PLAIN)
def test_packed_fields_are_equal_if_the_mappings_are(one: dict[str, Value], other: dict[str, Value]) -> None:
    assert (Fields.of(one) == Fields.of(other)) is (one == other)
    assert (Fields.of(one) != Fields.of(other)) is (one != other)


@given(PLAIN, NAMES, VALUES)
def test_a_record_with_packed_fields_is_the_same_record(plain: dict[str, Value], name: str, value: Value) -> None:
    packed = record(Fields.of(plain))
    assert packed == record(plain)
    assert packed.get(name) is record(plain).get(name)
    assert packed.with_value(name, value) == record(plain).with_value(name, value)
    assert dict(packed.fields) == plain


@given(st.lists(st.tuples(PLAIN, st.booleans())), NAMES)
def test_a_column_is_the_same_however_each_record_is_stored(rows: list[tuple[dict[str, Value], bool]], name: str) -> None:
    records = tuple(record(Fields.of(plain) if packed else plain) for plain, packed in rows)
    dataset = Dataset(kind="a", records=records, scope=Scope.WHOLE)
    assert dataset.column(name) == [plain.get(name, NOT_EXPORTED) for plain, _ in rows]
