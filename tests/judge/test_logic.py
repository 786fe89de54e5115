"""The laws of three-valued (Kleene's) logic, and typed comparisons."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import samples
from exportready.judge.conditions import decide
from exportready.judge.gaps import gaps
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
    Value,
)
from exportready.model.rules import All, AnyOf, Compare, Condition, IsPresent, Not, Op, Ref, Type
from exportready.rulebook.examples import NOON

RULE = samples.rulebook().rules[0]
VIEW = View(
    World(now=Evidence(account=Account(), datasets={}, listings={}, sources=(), unrecognized=()), before=None, at=NOON), RULE
)


def judged(**fields: Value) -> Judged:
    known = {name: value for name, value in fields.items() if value is not NOT_EXPORTED}
    return Judged(VIEW, {}, Record(kind="servicetitan.material", key="X", fields=known, where=Location("x")))


def is_true(name: str) -> Condition:
    return Compare(Op.EQUALS, Ref("", name, Type.YESNO), (True,))


truths = st.sampled_from([True, False, None])
VALUES: dict[bool | None, Value] = {True: True, False: False, None: UNSET}
ORDER = {False: 0, None: 1, True: 2}


@given(truths, truths, truths)
def test_all_is_the_minimum_and_any_the_maximum_of_its_parts_in_any_order(
    one: bool | None, two: bool | None, three: bool | None
) -> None:
    scope = judged(a=VALUES[one], b=VALUES[two], c=VALUES[three])
    parts = (is_true("a"), is_true("b"), is_true("c"))
    for order in (parts, parts[::-1], (parts[1], parts[2], parts[0])):
        assert decide(All(order), scope) == min((one, two, three), key=lambda truth: ORDER[truth])
        assert decide(AnyOf(order), scope) == max((one, two, three), key=lambda truth: ORDER[truth])


@given(truths, truths)
def test_de_morgan(one: bool | None, two: bool | None) -> None:
    scope = judged(a=VALUES[one], b=VALUES[two])
    a, b = is_true("a"), is_true("b")
    assert decide(Not(All((a, b))), scope) == decide(AnyOf((Not(a), Not(b))), scope)
    assert decide(Not(Not(a)), scope) == one


@given(truths, truths)
def test_only_an_undecided_condition_has_gaps(one: bool | None, two: bool | None) -> None:
    scope = judged(a=VALUES[one], b=VALUES[two])
    condition = All((is_true("a"), AnyOf((is_true("b"), is_true("a")))))
    assert bool(list(gaps_or_none(condition, scope))) == (decide(condition, scope) is None)


def gaps_or_none(condition: Condition, scope: Judged) -> list[object]:
    return list(gaps(condition, scope))


NUMBER = Ref("", "n", Type.NUMBER)
TEXT = Ref("", "t", Type.TEXT)
NAME = Ref("", "m", Type.NAME)


@pytest.mark.parametrize(
    ("condition", "value", "truth"),
    [
        (Compare(Op.ABOVE, NUMBER, (Decimal(100),)), "50", None),
        (Compare(Op.EQUALS, NUMBER, (Decimal(1),)), True, None),
        (Compare(Op.EQUALS, NUMBER, (Decimal("0.3"),)), Decimal("0.1") + Decimal("0.2"), True),
        (Compare(Op.AT_LEAST, NUMBER, (Decimal(2),)), Decimal(2), True),
        (Compare(Op.AT_MOST, NUMBER, (Decimal(2),)), Decimal("2.01"), False),
        (Compare(Op.BELOW, NUMBER, (Decimal(2),)), UNSET, None),
        (Compare(Op.BELOW, NUMBER, (Decimal(2),)), NOT_EXPORTED, None),
        (Not(Compare(Op.BELOW, NUMBER, (Decimal(2),))), NOT_EXPORTED, None),
        (IsPresent(NUMBER), UNSET, False),
        (IsPresent(NUMBER), NOT_EXPORTED, None),
        (Not(IsPresent(NUMBER)), NOT_EXPORTED, None),
    ],
)
def test_comparisons_are_typed_and_never_guess(condition: Condition, value: Value, truth: bool | None) -> None:
    assert decide(condition, judged(n=value)) is truth


@pytest.mark.parametrize(
    ("op", "value", "operand", "truth"),
    [
        (Op.EQUALS, "Tax", "tax", False),
        (Op.CONTAINS, "batch 12", "12", True),
        (Op.MATCHES, "PIPE-1", r"[A-Z]+-\d", True),
        (Op.MATCHES, "xPIPE-1", r"[A-Z]+-\d", False),
        (Op.MAX_LENGTH, "a" * 31, Decimal(31), True),
        (Op.MAX_LENGTH, "a" * 32, Decimal(31), False),
    ],
)
def test_text(op: Op, value: str, operand: str | Decimal, truth: bool) -> None:
    assert decide(Compare(op, TEXT, (operand,)), judged(t=value)) is truth


def test_names_compare_as_quickbooks_compares_them() -> None:
    assert decide(Compare(Op.EQUALS, NAME, ("cost  of goods sold",)), judged(m="Cost of Goods Sold ")) is True


def test_no_pattern_takes_exponential_time() -> None:
    condition = Compare(Op.MATCHES, TEXT, ("(a+)+b",))
    assert decide(condition, judged(t="a" * 5000)) is False


@pytest.mark.parametrize(("days", "truth"), [(1, True), (400, None)])
def test_a_value_from_an_answer_counts_while_the_answer_is_fresh(days: int, truth: bool | None) -> None:
    path = "modules.purchasing"
    dated = NOON - timedelta(days=days)
    answers = Record(
        kind="account.answers",
        key="",
        fields={path: True},
        where=Location("a"),
        notes={path: FieldNote(Location("a", 3), dated)},
    )
    datasets = {"account.answers": Dataset(kind="account.answers", records=(answers,), scope=Scope.WHOLE, dated=dated)}
    rule = replace(RULE, max_age={f"$answers.{path}": timedelta(days=180)})
    view = View(
        World(
            now=Evidence(account=Account(), datasets=datasets, listings={}, sources=(), unrecognized=()), before=None, at=NOON
        ),
        rule,
    )
    resting = Record(
        kind="servicetitan.material",
        key="X",
        fields={"a": True},
        where=Location("x"),
        notes={"a": FieldNote(from_answer=path)},
    )
    for record, name in ((resting, "a"), (answers, path)):
        assert decide(is_true(name), Judged(view, {}, record)) is truth
