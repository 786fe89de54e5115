"""The fields of a record, packed: what is the same in alike records is there only once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping
from typing import TYPE_CHECKING, cast

import msgspec

if TYPE_CHECKING:
    from exportready.model.evidence import Value


class Places(dict[str, int]):
    """The place of each name. Records with the same names share one object."""

    __slots__ = ("_wider",)

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__((name, at) for at, name in enumerate(names))
        self._wider: dict[str, Places] = {}

    def with_name(self, name: str) -> Places:
        """Return the places with one more name at the end."""
        wider = self._wider.get(name)
        if wider is None:
            wider = self._wider[name] = places_of((*self, name))
        return wider

    def __reduce__(self) -> tuple[Callable[[tuple[str, ...]], Places], tuple[tuple[str, ...]]]:
        return places_of, (tuple(self),)


_PLACES: dict[tuple[str, ...], Places] = {}
_CACHE_SIZE = 1 << 12
"""Maximum number of sets of names that are shared, so that a process that reads many accounts doesn't grow."""


class Fields(msgspec.Struct, frozen=True, eq=False):
    """The fields of a record in a third of a dict's memory: the values, and the places of their names, which alike records share."""

    places: Places
    values_: tuple[Value, ...]

    @staticmethod
    def of(fields: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return the same mapping, packed."""
        return cast("Mapping[str, Value]", Fields(places_of(tuple(fields)), tuple(fields.values())))

    def get(self, name: str, otherwise: Value | None = None) -> Value | None:
        """Return the value of a field."""
        at = self.places.get(name)
        return otherwise if at is None else self.values_[at]

    def with_value(self, name: str, value: Value) -> Mapping[str, Value]:
        """Return the fields with another value in one of them."""
        at = self.places.get(name)
        if at is None:
            changed = Fields(self.places.with_name(name), (*self.values_, value))
        else:
            changed = Fields(self.places, (*self.values_[:at], value, *self.values_[at + 1 :]))
        return cast("Mapping[str, Value]", changed)

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self.places.keys()

    def values(self) -> tuple[Value, ...]:
        """Return the values, in the order of the names."""
        return self.values_

    def items(self) -> Iterable[tuple[str, Value]]:
        """Return the names with their values."""
        return zip(self.places, self.values_, strict=True)

    def __getitem__(self, name: str) -> Value:
        return self.values_[self.places[name]]

    def __contains__(self, name: object) -> bool:
        return name in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.values_)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Fields) and self.places is other.places:
            return self.values_ == other.values_
        return isinstance(other, Mapping) and dict(self.items()) == dict(other.items())

    def __ne__(self, other: object) -> bool:
        return not self == other  # a struct's own compares identities

    __hash__ = None  # type: ignore[assignment]  # as a dict


Mapping.register(Fields)


def places_of(names: tuple[str, ...]) -> Places:
    """Return the places of these names."""
    places = _PLACES.get(names)
    if places is None:
        if len(_PLACES) >= _CACHE_SIZE:
            _PLACES.clear()
        places = _PLACES[names] = Places(names)
    return places
