"""Declare derivations: the kind of record that each one concludes, and what it reads to do so.

The declaration is written next to the function. It determines what is read from the files, how old the records behind a conclusion may
be, and the order in which derivations run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from graphlib import TopologicalSorter

import msgspec

from exportready.model.evidence import Dataset, Evidence


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The input of a derivation."""

    evidence: Evidence
    """The snapshot, with the kinds derived so far."""
    at: datetime
    """The moment of the check, which decides which answers are fresh."""
    before: Evidence | None = None
    """An earlier snapshot, to find what has changed since."""

    def dataset(self, kind: str) -> Dataset:
        """Return the dataset of a kind."""
        return self.evidence.dataset(kind)


Conclude = Callable[[Inputs], Dataset]


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of record that no file contains, and how it is concluded."""

    kind: str
    reads: Mapping[str, frozenset[str]]
    """Kind -> the fields of it that are read. Derived kinds among them are concluded first."""
    only_for: Mapping[str, frozenset[str]]
    """Kind -> the only concluded fields that it is read for."""
    conclude: Conclude

    def __call__(self, inputs: Inputs) -> Dataset:
        """Conclude the records."""
        return self.conclude(inputs)


def derivation(kind: str, *, reads: str, only_for: Mapping[str, str] | None = None) -> Callable[[Conclude], Derivation]:
    """Declare what a function reads to conclude a kind of record.

    `reads` has a kind and its fields on each line; a kind may take several lines. `only_for` lists the only concluded fields that a
    kind is read for: if no rule needs them, the kind isn't read.
    """

    def declared(conclude: Conclude) -> Derivation:
        return Derivation(
            kind=kind,
            reads=_table(reads),
            only_for={source: frozenset(names.split()) for source, names in (only_for or {}).items()},
            conclude=conclude,
        )

    return declared


def _table(text: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for kind, *names in map(str.split, filter(str.strip, text.splitlines())):
        found[kind] = found.get(kind, frozenset()) | frozenset(names)
    return found


def in_order(derivations: Iterable[Derivation]) -> Mapping[str, Derivation]:
    """Return derivations by kind, each after those that it reads, and otherwise sorted by name.

    Raises graphlib.CycleError if derivations depend on each other in a circle.
    """
    by_kind = {one.kind: one for one in derivations}
    sorter = TopologicalSorter({kind: by_kind.keys() & one.reads.keys() for kind, one in by_kind.items()})
    sorter.prepare()
    found: dict[str, Derivation] = {}
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found |= {kind: by_kind[kind] for kind in ready}
        sorter.done(*ready)
    return found
