"""Trace how the conditions of a check were decided for one record, part by part."""

from __future__ import annotations

from collections.abc import Iterator

from exportready.judge.conditions import decide
from exportready.judge.scope import Judged
from exportready.judge.words import expected, shown
from exportready.model.report import Clause
from exportready.model.rules import All, AnyOf, Check, Condition, EntryIsPresent, Not, refs

MOST_TRACES = 50
"""Maximum number of findings of one check that keep their trace, which lists every part of the conditions."""


def trace(check: Check, judged: Judged) -> tuple[Clause, ...]:
    """Return each part of `where` and `expect`: what it expects, what the record has, and whether it is met."""
    parts = (("where", check.where), ("expect", check.expect))
    return tuple(
        _clause(name, leaf, judged) for name, condition in parts if condition is not None for leaf in _leaves(condition)
    )


def _leaves(condition: Condition, negated: bool = False) -> Iterator[Condition]:
    """Yield the comparisons and presence tests of a condition, each within `Not` if it is negated."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part, negated)
        case Not(part):
            yield from _leaves(part, not negated)
        case _:
            yield Not(condition) if negated else condition


def _clause(name: str, leaf: Condition, judged: Judged) -> Clause:
    ((_, words),) = expected(leaf).items()
    plain = leaf.part if isinstance(leaf, Not) else leaf
    if isinstance(plain, EntryIsPresent):
        return Clause(
            part=name,
            of=plain.entry,
            field="",
            expected=words,
            observed=judged.entry(plain.entry).state.value,
            is_met=decide(leaf, judged),
        )
    ref = next(refs(plain))
    return Clause(
        part=name,
        of=ref.owner,
        field=ref.field,
        expected=words,
        observed=shown(judged.value(ref)),
        is_met=decide(leaf, judged),
    )
