"""Facts about problems, the inference rules over them, and the conclusions. All values of facts are text."""

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
        """Return the value of a field; None if the fact doesn't have it."""
        return dict(self.fields).get(name)


def fact(kind: str, fields: Mapping[str, str]) -> Fact:
    """Return a fact with these fields, sorted by name, so that equal facts compare equal."""
    return Fact(kind, tuple(sorted(fields.items())))


class OneOf(msgspec.Struct, frozen=True):
    """Test that a field has one of these values."""

    values: tuple[str, ...]


class Same(msgspec.Struct, frozen=True):
    """Test that a field equals a variable; the first test with the variable binds it."""

    variable: str


class Different(msgspec.Struct, frozen=True):
    """Test that a field differs from a variable."""

    variable: str


Test = OneOf | Same | Different


class Pattern(msgspec.Struct, frozen=True):
    """A fact of one kind whose fields pass these tests. A field that a fact doesn't have passes no test."""

    fact: str
    tests: tuple[tuple[str, Test], ...]


class Conclude(msgspec.Struct, frozen=True):
    """The fact that a rule concludes. Each field is a variable, the id of an entry of `when`, or literal text."""

    fact: str
    fields: tuple[tuple[str, Same | str], ...]


class InferenceRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: from these facts, this fact follows."""

    name: str
    when: tuple[tuple[str, Pattern], ...]
    unless: tuple[Pattern, ...]
    """Facts that must be absent. Only earlier groups conclude facts of these kinds, so none can be added later."""
    then: Conclude
    because: str
    """The reason in words, with the {entries} of `when`."""
    certainty: str
    """`established` by a document, or `inferred` by us."""
    source: Citation
    group: int
    """Rules of a group run together, after the rules of all lower groups."""
    where: Location


class Conclusion(msgspec.Struct, frozen=True):
    """A concluded fact, with the rule and the facts that it follows from."""

    fact: Fact
    rule: InferenceRule
    by: tuple[tuple[str, Fact], ...]
    """Each entry of `when` with the fact that matched it."""
