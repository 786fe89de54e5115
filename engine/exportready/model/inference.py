"""What follows from what: facts, the rules over them, and what they conclude. All values are text."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from exportready.model.evidence import Location
from exportready.model.rules import Citation


class Fact(msgspec.Struct, frozen=True):
    """One small statement about a problem: `problem {id: 3, object: item, key: pipe-1, …}`."""

    kind: str
    fields: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """A field; None where the fact does not have it."""
        return dict(self.fields).get(name)


def fact(kind: str, fields: Mapping[str, str]) -> Fact:
    """A fact of these fields, in an order of their own."""
    return Fact(kind, tuple(sorted(fields.items())))


class OneOf(msgspec.Struct, frozen=True):
    """The field holds one of these."""

    values: tuple[str, ...]


class Same(msgspec.Struct, frozen=True):
    """The field holds what the variable holds; the first to name it decides what that is."""

    variable: str


class Different(msgspec.Struct, frozen=True):
    """The field holds something else than the variable does."""

    variable: str


Test = OneOf | Same | Different


class Pattern(msgspec.Struct, frozen=True):
    """A fact of a kind whose fields pass these tests. A field that a fact does not have passes none."""

    fact: str
    tests: tuple[tuple[str, Test], ...]


class Conclude(msgspec.Struct, frozen=True):
    """The fact that follows: each field from a variable, from the id of an entry of `when`, or as it is written."""

    fact: str
    fields: tuple[tuple[str, Same | str], ...]


class InferenceRule(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that follows from others."""

    name: str
    when: tuple[tuple[str, Pattern], ...]
    unless: tuple[Pattern, ...]
    """Of kinds that only earlier groups conclude, so that what is absent stays absent."""
    then: Conclude
    because: str
    """The reason in words, with {entries} of `when`."""
    certainty: str
    """`established`, or `inferred` where it is our own conclusion."""
    source: Citation
    group: int
    """Rules of a group run together, after those of lower ones."""
    where: Location


class Conclusion(msgspec.Struct, frozen=True):
    """A fact that follows, by which rule, and from which facts."""

    fact: Fact
    rule: InferenceRule
    by: tuple[tuple[str, Fact], ...]
    """Each entry of `when` with the fact that it was."""
