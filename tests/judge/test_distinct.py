"""Whether a check applies is decided once for each combination of values, with the same result as record by record."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import samples
from exportready.judge.conditions import decider, own_fields
from exportready.judge.judge import applying
from exportready.judge.scope import Judged
from exportready.judge.world import View, World
from exportready.model.evidence import (
    NOT_EXPORTED,
    UNSET,
    Account,
    Dataset,
    Evidence,
    FieldNote,
    Location,
    Record,
    Scope,
    Unknown,
    Value,
)
from exportready.model.reasons import Reason
from exportready.model.rules import All, AnyOf, Compare, Condition, EntryIsPresent, IsPresent, Not, Op, Ref, Type
from exportready.rulebook.examples import NOON

RULE = samples.rulebook().rules[0]
VIEW = View(
    World(now=Evidence(account=Account(), datasets={}, listings={}, sources=(), unrecognized=()), before=None, at=NOON), RULE
)
KIND = "servicetitan.material"
NAMES = ("a", "b")
VALUES: st.SearchStrategy[Value] = st.sampled_from(
    ("x", "X ", "y", True, False, UNSET, NOT_EXPORTED, Unknown(cause=Reason.EMPTY, reason="blank"))
)
PARTS: st.SearchStrategy[Condition] = st.sampled_from(NAMES).flatmap(
    lambda name: st.sampled_from(
        (
            Compare(Op.EQUALS, Ref("", name, Type.NAME), ("x",)),
            Compare(Op.EQUALS, Ref("", name, Type.YESNO), (True,)),
            Compare(Op.EQUALS, Ref("", "a", Type.TEXT), (Ref("", "b", Type.TEXT),)),
            IsPresent(Ref("", name, Type.TEXT)),
        )
    )
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    PARTS,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda some: All(tuple(some))),
        st.lists(parts, max_size=3).map(lambda some: AnyOf(tuple(some))),
        parts.map(Not),
    ),
    max_leaves=5,
)
ROWS = st.lists(st.tuples(st.dictionaries(st.sampled_from(NAMES), VALUES), st.booleans()), max_size=20)


def record(number: int, fields: Mapping[str, Value], has_notes: bool) -> Record:
    notes = {"a": FieldNote(dated=NOON)} if has_notes else {}
    return Record(kind=KIND, key=str(number), fields=fields, where=Location("x", number), notes=notes)


@given(CONDITIONS, ROWS)
def test_each_record_gets_what_it_would_get_alone(where: Condition, rows: list[tuple[dict[str, Value], bool]]) -> None:
    records = tuple(record(number, fields, has_notes) for number, (fields, has_notes) in enumerate(rows))
    check = replace(RULE.checks[0], where=where, related=())
    decide = decider(where, VIEW)

    def judged(one: Record) -> Judged:
        return Judged(VIEW, {}, one)

    dataset = Dataset(kind=KIND, records=records, scope=Scope.WHOLE)
    found = [(one.record.key, truth) for one, truth in applying(check, dataset, decide, judged)]
    assert found == [(one.key, truth) for one in records if (truth := decide(judged(one))) is not False]


def test_numbers_times_and_related_entries_are_decided_for_each_record() -> None:
    assert own_fields(None) == ()
    assert own_fields(IsPresent(Ref("", "a", Type.TEXT))) == ("a",)
    assert own_fields(Compare(Op.ABOVE, Ref("", "a", Type.NUMBER), (Ref("", "b", Type.NUMBER),))) is None
    assert own_fields(IsPresent(Ref("", "a", Type.TIME))) is None
    assert own_fields(IsPresent(Ref("other", "a", Type.TEXT))) is None
    assert own_fields(All((IsPresent(Ref("", "a", Type.TEXT)), EntryIsPresent("other")))) is None
