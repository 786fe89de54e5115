"""How a condition was decided for one record, part by part, for those who ask why."""

from __future__ import annotations

from collections.abc import Iterator

from exportready.judge.conditions import decide
from exportready.judge.scope import Judged
from exportready.judge.words import expected, shown
from exportready.model.report import Clause
from exportready.model.rules import All, AnyOf, Check, Condition, EntryIsPresent, Not, refs

KEPT = 50
"""So many findings of a check keep their trace."""


def trace(check: Check, judged: Judged) -> tuple[Clause, ...]:
    """What made the rule look at the record, and what it wanted of it."""
    parts = (("where", check.where), ("expect", check.expect))
    return tuple(
        _clause(name, leaf, judged) for name, condition in parts if condition is not None for leaf in _leaves(condition)
    )


def _leaves(condition: Condition, negated: bool = False) -> Iterator[Condition]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part, negated)
        case Not(part):
            yield from _leaves(part, not negated)
        case _:
            yield Not(condition) if negated else condition


def _clause(name: str, leaf: Condition, judged: Judged) -> Clause:
    ((_, wanted),) = expected(leaf).items()
    plain = leaf.part if isinstance(leaf, Not) else leaf
    if isinstance(plain, EntryIsPresent):
        return Clause(
            part=name,
            of=plain.entry,
            field="",
            wanted=wanted,
            observed=judged.entry(plain.entry).state.value,
            holds=decide(leaf, judged),
        )
    ref = next(refs(plain))
    return Clause(
        part=name, of=ref.owner, field=ref.field, wanted=wanted, observed=shown(judged.value(ref)), holds=decide(leaf, judged)
    )
