"""What a frozen value of five fields costs to make, by how its class is written: `python -m benchmarks.values`.

Every way is measured in one run, in turn, several rounds; the medians and their ratios are what counts, not the seconds.
"""

from __future__ import annotations

import statistics
import sys
import timeit
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import msgspec

ROUNDS = 7
MADE = 100_000
DEFINED = 50


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """A msgspec struct."""

    kind: str
    key: str
    fields: Mapping[str, str]
    where: str
    notes: Mapping[str, str]


@dataclass(slots=True, frozen=True, kw_only=True)
class Frozen:
    """A frozen dataclass with slots."""

    kind: str
    key: str
    fields: Mapping[str, str]
    where: str
    notes: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Open:
    """A dataclass with slots that only the type checker holds to be frozen."""

    kind: str
    key: str
    fields: Mapping[str, str]
    where: str
    notes: Mapping[str, str]


class Slots:
    """A class with slots, written by hand; not frozen."""

    __slots__ = ("fields", "key", "kind", "notes", "where")

    def __init__(self, *, kind: str, key: str, fields: Mapping[str, str], where: str, notes: Mapping[str, str]) -> None:
        self.kind = kind
        self.key = key
        self.fields = fields
        self.where = where
        self.notes = notes


class Named(NamedTuple):
    """A named tuple."""

    kind: str
    key: str
    fields: Mapping[str, str]
    where: str
    notes: Mapping[str, str]


def define_struct() -> None:
    """Define a struct."""

    class _Made(msgspec.Struct, frozen=True, kw_only=True):
        one: int
        other: str
        third: bool = False


def define_dataclass() -> None:
    """Define a frozen dataclass."""

    @dataclass(slots=True, frozen=True, kw_only=True)
    class _Made:
        one: int
        other: str
        third: bool = False


def main() -> None:
    """Measure, and print one line for each way."""
    made: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for way in (Struct, Frozen, Open, Slots, Named):
            made.setdefault(way.__name__, []).append(timeit.timeit(partial(_make, way), number=MADE) / MADE)
    first = statistics.median(made["Struct"])
    print(f"One value of five fields, made with keywords, Python {sys.version.split()[0]}, {ROUNDS} rounds, median:")
    for name, seconds in made.items():
        size = sys.getsizeof(_make(globals()[name]))
        middle = statistics.median(seconds)
        print(f"  {name:<8} {middle * 1e9:6.0f} ns  {middle / first:5.2f} times the struct  {size} bytes")
    defined: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, define in (("struct", define_struct), ("dataclass", define_dataclass)):
            defined.setdefault(name, []).append(timeit.timeit(define, number=DEFINED) / DEFINED)
    print("To define a class of three fields (start-up pays it for each):")
    for name, seconds in defined.items():
        print(f"  {name:<9} {statistics.median(seconds) * 1e6:6.0f} us")


def _make(way: Callable[..., object]) -> object:
    return way(kind="servicetitan.invoice", key="1234", fields=_NOTHING, where="invoices.json", notes=_NOTHING)


_NOTHING: Mapping[str, str] = {}

if __name__ == "__main__":
    main()
