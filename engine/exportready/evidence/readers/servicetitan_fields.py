"""The fields of one record of ServiceTitan's JSON: where each is in the object, and how its value is converted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from exportready.evidence.reading import MAX_PLACES, convert, text_converter
from exportready.kinds.table import Kind
from exportready.model.evidence import Value
from exportready.model.rules import Type

MISSING = object()
"""Marks the value of a key that an object doesn't have."""

_FieldPlan = tuple[str, str, Callable[[str], Value], Callable[[object], Value]]
"""A field, its key, how a text is converted (most values are texts), and how anything else is."""


class Plan(msgspec.Struct, frozen=True):
    """Which fields to read from an object, computed once: its own, and those of the objects inside it."""

    own: tuple[_FieldPlan, ...]
    inside: tuple[tuple[str, Plan], ...]
    empty: Mapping[str, Value]
    """The values of the fields if the object is null."""

    @classmethod
    def of(cls, kind: Kind, names: Iterable[str], prefix: str = "", above: str = "") -> Plan:
        """Return the plan for some fields of a kind.

        `prefix` is put before the names of the fields in the result. `above` is the path to an object inside the record.
        """
        steps = sorted((name, *name.removeprefix(above).partition(".")) for name in names)
        nested: dict[str, list[str]] = {}
        for name, first, _, rest in steps:
            if rest:
                nested.setdefault(first, []).append(name)
        own = tuple(_field_plan(kind, name, first, prefix) for name, first, _, rest in steps if not rest)
        parts = tuple((first, cls.of(kind, held, prefix, f"{above}{first}.")) for first, held in nested.items())
        empty = {name: convert_other(None) for name, _, _, convert_other in own}
        return cls(own, parts, {**empty, **{name: value for _, part in parts for name, value in part.empty.items()}})

    def fields(self, record: Mapping[str, Any]) -> dict[str, Value]:
        """Return the fields of a record, without those that it doesn't have."""
        fields: dict[str, Value] = {}
        self._read(record, fields)
        return fields

    def _read(self, record: Mapping[str, Any], fields: dict[str, Value]) -> None:
        get = record.get
        for name, key, convert_text, convert_other in self.own:
            raw = get(key, MISSING)
            if type(raw) is str:
                fields[name] = convert_text(raw)
            elif raw is not MISSING:
                fields[name] = convert_other(raw)
        for key, plan in self.inside:
            part = record.get(key, MISSING)
            if part is None:
                fields.update(plan.empty)
            elif isinstance(part, dict):
                plan._read(part, fields)


def _field_plan(kind: Kind, name: str, key: str, prefix: str) -> _FieldPlan:
    """Return how one field is read. Types that JSON has itself skip `convert`, because most values have one of them."""
    description = kind.fields[name]
    is_id, is_yesno = description.type is Type.ID, description.type is Type.YESNO
    is_plain = description.type is Type.NUMBER and not description.percent and not description.is_rate
    nothing = convert(description, None)

    def convert_other(raw: object) -> Value:
        if raw is None:
            return nothing
        if is_yesno and isinstance(raw, bool):
            return raw
        if is_plain and isinstance(raw, Decimal) and -MAX_PLACES < raw.adjusted() < MAX_PLACES:
            return raw
        if is_id and type(raw) is int and raw:
            return str(raw)
        return convert(description, raw)

    return prefix + name, key, text_converter(description), convert_other
