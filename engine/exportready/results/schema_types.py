"""Parts of JSON Schemas: plain types, and objects, lists and maps of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
YES_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
LINE: Schema = {"type": "integer", "minimum": 1}
MONEY: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?(E[+-]?\d+)?$", "description": "a decimal number"}
TIME: Schema = {"type": "string", "format": "date-time", "description": "ISO 8601, with its offset"}
DAY: Schema = {"type": "string", "format": "date"}
TEXTS: Schema = {"type": "array", "items": TEXT}
CERTAINTY: Schema = {"enum": ["established", "inferred"]}


def obj(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None, about: str = "") -> Schema:
    """Return an object with keys that it must have, and others that it may have."""
    described = {"description": about} if about else {}
    return {"type": "object", **described, "required": list(required), "properties": {**required, **(optional or {})}}


def list_of(item: Schema, about: str = "") -> Schema:
    """Return a list."""
    return {"type": "array", "items": item, **({"description": about} if about else {})}


def map_of(value: Schema, about: str = "") -> Schema:
    """Return an object with any keys."""
    return {"type": "object", "additionalProperties": value, **({"description": about} if about else {})}


def or_null(one: Schema) -> Schema:
    """Return a value that may be null."""
    return {"anyOf": [one, {"type": "null"}]}


def one_of(values: type[Enum]) -> Schema:
    """Return one of the values of an enum."""
    return {"enum": [value.value for value in values]}


def such_as(values: type[Enum]) -> Schema:
    """Return text for which an enum has examples."""
    return {"type": "string", "examples": [value.value for value in values]}


def ref(name: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}
