"""What an engine receives and returns: rules over plain tokens in, matches out.

An engine gets values as tokens that we made (`c0`, `v17`), so that nothing is coerced, no name is reserved, and no
character of a customer's name matters (docs/decisions/inference.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import product
from typing import Protocol

import msgspec

from exportready.model.inference import Different, Fact, InferenceRule, OneOf, Pattern, Same


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that a compiled rule looks for. A field is compared with a constant's token or with a field of an earlier term."""

    kind: str
    constants: tuple[tuple[str, str], ...]
    joins: tuple[tuple[str, int, str], ...]
    """(own field, number of the earlier term, its field) for each comparison."""
    present: tuple[str, ...]
    """Fields that the fact must have."""


class CompiledRule(msgspec.Struct, frozen=True):
    """One way in which a rule can match."""

    rule: int
    """The rule's number in its group."""
    terms: tuple[Term, ...]
    absent: tuple[Term, ...]


class Compiled(msgspec.Struct, frozen=True):
    """A group of rules in the form that engines take."""

    rules: tuple[CompiledRule, ...]
    constants: Mapping[str, str]
    """Value -> its token."""

    def token(self, value: str, values: dict[str, str]) -> str:
        """Return the token of a value, a new one where the value is new."""
        return self.constants.get(value) or values.setdefault(value, f"v{len(values)}")


class Match(msgspec.Struct, frozen=True):
    """A rule, and the numbers of the facts that match it in the order of its terms."""

    rule: int
    facts: tuple[int, ...]


class Session(Protocol):
    """One run of a group of rules."""

    def tell(self, first: int, facts: Sequence[Fact]) -> Sequence[Match]:
        """Add facts, numbered from `first`, and return the matches that are new.

        Facts of which a rule asks the absence are all in the first telling.
        """


class Engine(Protocol):
    """Finds the facts that match a rule together."""

    def session(self, rules: Compiled) -> AbstractContextManager[Session]:
        """Open a run without facts; what it took up is released at its end."""


def compile_rules(rules: Sequence[InferenceRule]) -> Compiled:
    """Return a group of rules in tokens. A test for one of several values becomes one rule for each value."""
    constants: dict[str, str] = {}

    def token(value: str) -> str:
        return constants.setdefault(value, f"c{len(constants)}")

    compiled: list[CompiledRule] = []
    for number, rule in enumerate(rules):
        patterns = [pattern for _, pattern in rule.when]
        choices = [
            test.values for pattern in (*patterns, *rule.unless) for _, test in pattern.tests if isinstance(test, OneOf)
        ]
        for chosen in product(*choices):
            values = iter([token(value) for value in chosen])
            bound: dict[str, tuple[int, str]] = {}
            terms = [_term(pattern, at, values, bound) for at, pattern in enumerate(patterns)]
            absent = [_term(pattern, len(terms), values, bound) for pattern in rule.unless]
            compiled.append(CompiledRule(number, tuple(terms), tuple(absent)))
    return Compiled(tuple(compiled), constants)


def _term(pattern: Pattern, at: int, values: Iterator[str], bound: dict[str, tuple[int, str]]) -> Term:
    constants, joins, present = [], [], []
    for name, test in pattern.tests:
        if isinstance(test, OneOf):
            constants.append((name, next(values)))
        elif isinstance(test, Same) and bound.setdefault(test.variable, (at, name))[0] != at:
            joins.append((name, *bound[test.variable]))
        else:
            present.append(name)  # what it must equal or differ from is compared after the match, by `passes`
    return Term(kind=pattern.fact, constants=tuple(constants), joins=tuple(joins), present=tuple(present))


def passes(rule: InferenceRule, facts: Sequence[Fact]) -> Mapping[str, str] | None:
    """Return the variables of a match; None where it fails what engines don't compare: differences, and joins within one fact."""
    values: dict[str, str] = {}
    tests = [(fact, name, test) for (_, pattern), fact in zip(rule.when, facts, strict=True) for name, test in pattern.tests]
    for fact, name, test in tests:
        value = fact.get(name)
        if isinstance(test, Same) and (value is None or values.setdefault(test.variable, value) != value):
            return None
    for fact, name, test in tests:
        if isinstance(test, Different) and fact.get(name) in (None, values[test.variable]):
            return None
    return values
