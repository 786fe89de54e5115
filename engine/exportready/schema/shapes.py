"""Shapes of YAML values. Each checks a value, notes every mistake, and describes itself as JSON Schema for editors."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from exportready.schema.budgets import QUOTED
from exportready.schema.mistakes import Mistakes
from exportready.schema.yamlfile import Node


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return `; did you mean 'X'?` if a choice is similar to the word, else an empty text."""
    near = difflib.get_close_matches(word, list(choices), 1, 0.6) if len(word) <= QUOTED else ()
    return f"; did you mean '{near[0]}'?" if near else ""


def what_is(node: Node) -> str:
    """Return a short description of a value, for a message."""
    value = node.value
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"the number {str(value)[:QUOTED]}"
    return f"'{value[:QUOTED]}'"


class Shape(msgspec.Struct, frozen=True):
    """One kind of value."""

    words = "a value"
    may_be_empty = False
    """Whether a key may have no value."""

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """Return whether the value has the shape; if not, note the mistakes."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Return the shape as JSON Schema."""
        raise NotImplementedError

    def reject(self, node: Node, mistakes: Mistakes, hint: str = "") -> bool:
        """Note that the value doesn't have the shape, and return False."""
        mistakes.add(node, f"expected {self.words}, not {what_is(node)}{hint}")
        return False


class Text(Shape, frozen=True):
    """Text that is not empty."""

    pattern: str | None = None
    words: str = "text"

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        if not isinstance(node.value, str):
            hint = "" if isinstance(node.value, (dict, list)) or node.value is None else "; put it in quotes"
            return self.reject(node, mistakes, hint)
        if not node.value.strip() or (self.pattern and not re.fullmatch(self.pattern, node.value)):
            return self.reject(node, mistakes)
        return True

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "string", "minLength": 1} | ({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})


class Choice(Shape, frozen=True):
    """One of a few fixed words."""

    choices: tuple[str, ...]

    @property
    def words(self) -> str:  # type: ignore[override]
        """See Shape."""
        return "one of " + ", ".join(self.choices)

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        if node.value in self.choices and isinstance(node.value, str):
            return True
        return self.reject(node, mistakes, did_you_mean(str(node.value), self.choices))

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"enum": list(self.choices)}


class YesNo(Shape, frozen=True):
    """`true` or `false`."""

    words = "true or false"

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        if isinstance(node.value, bool):
            return True
        word = str(node.value).strip().lower()
        hint = {"yes": "; write true", "on": "; write true", "no": "; write false", "off": "; write false"}.get(word, "")
        return self.reject(node, mistakes, hint)

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "boolean"}


class Number(Shape, frozen=True):
    """An exact number."""

    whole: bool = False
    least: int | None = None

    @property
    def words(self) -> str:  # type: ignore[override]
        """See Shape."""
        return ("a whole number" if self.whole else "a number") + (
            f" of at least {self.least}" if self.least is not None else ""
        )

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        value = node.value
        fits = isinstance(value, Decimal) and (not self.whole or value == value.to_integral_value())
        if fits and (self.least is None or (isinstance(value, Decimal) and value >= self.least)):
            return True
        return self.reject(node, mistakes)

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "integer" if self.whole else "number"} | ({"minimum": self.least} if self.least is not None else {})


class Parsed(Shape, frozen=True):
    """Text that a function can parse; the function raises ValueError for any other."""

    parse: Callable[[str], object]
    words: str
    format: str | None = None

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        if not isinstance(node.value, str):
            return self.reject(node, mistakes)
        try:
            self.parse(node.value)
        except ValueError:
            return self.reject(node, mistakes)
        return True

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "string", "description": self.words} | ({"format": self.format} if self.format else {})


class ListOf(Shape, frozen=True):
    """A list. With `or_one`, a single value is allowed instead of a list of one."""

    item: Shape
    or_one: bool = False
    least: int = 0

    @property
    def words(self) -> str:  # type: ignore[override]
        """See Shape."""
        return f"a list of {self.item.words}"

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        if not isinstance(node.value, list):
            return self.item.check(node, mistakes) if self.or_one else self.reject(node, mistakes)
        if len(node.value) < self.least:
            mistakes.add(node, "this list is empty; add at least one entry")
            return False
        return all([self.item.check(item, mistakes) for item in node.value])

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        many = {"type": "array", "items": self.item.schema()} | ({"minItems": self.least} if self.least else {})
        return {"anyOf": [self.item.schema(), many]} if self.or_one else many


class MapOf(Shape, frozen=True):
    """A mapping with any keys, whose values all have the same shape."""

    item: Shape
    words: str = "a group of keys"

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        if not isinstance(node.value, dict):
            return self.reject(node, mistakes)
        return all([self.item.check(item, mistakes) for item in node.value.values()])

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "object", "additionalProperties": self.item.schema()}


class Anything(Shape, frozen=True):
    """Any value; other code checks it (conditions, examples)."""

    may_be_empty = True

    described: dict[str, Any] = {}
    """Its JSON Schema."""

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        return True

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return self.described


class Key(msgspec.Struct, frozen=True):
    """One key of an `Object`."""

    shape: Shape
    about: str = ""
    required: bool = False


class Object(Shape, frozen=True):
    """A mapping with fixed keys."""

    keys: Mapping[str, Key]
    words: str = "a group of keys"

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        if isinstance(node.value, str):  # not quoted: whatever this file is, it isn't ours
            mistakes.add(node, f"expected {self.words} ({', '.join(self.keys)}), not a text")
            return False
        if not isinstance(node.value, dict):
            return self.reject(node, mistakes, f" ({', '.join(self.keys)})")
        before = mistakes.count
        for name, child in node.value.items():
            key = self.keys.get(name)
            if key is None:
                line = (node.key_lines or {}).get(name, child.line)
                near = "" if mistakes.is_full else did_you_mean(name, self.keys)
                mistakes.add(line, f"unknown key '{name[:QUOTED]}'{near or '; use ' + ', '.join(self.keys)}")
            elif child.value is None and isinstance(key.shape, Object) and not key.shape.needs():
                continue  # every key in this group is optional, and none is given
            elif child.value is None and not key.shape.may_be_empty:
                mistakes.add(child, f"'{name}' has no value; add one or remove the key")
            else:
                key.shape.check(child, mistakes)
        for name, key in self.keys.items():
            if key.required and name not in node.value:
                mistakes.add(node, f"'{name}' is missing ({key.about or key.shape.words})")
        return mistakes.count == before

    def needs(self) -> list[str]:
        """Return the required keys."""
        return [name for name, key in self.keys.items() if key.required]

    def valid_entries(self, node: Node) -> dict[str, Node]:
        """Return the entries without mistakes, so that they can be checked further even if others have mistakes."""
        entries = node.value if isinstance(node.value, dict) else {}
        return {
            name: child
            for name, child in entries.items()
            if name in self.keys and child.value is not None and self.keys[name].shape.check(child, Mistakes())
        }

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        properties = {
            name: key.shape.schema() | ({"description": key.about} if key.about else {}) for name, key in self.keys.items()
        }
        required = self.needs()
        return {"type": "object", "properties": properties, "additionalProperties": False} | (
            {"required": required} if required else {}
        )


class OneOf(Shape, frozen=True):
    """A plain value, or an object with more details."""

    plain: Shape
    full: Object

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        return (self.full if isinstance(node.value, dict) else self.plain).check(node, mistakes)

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"anyOf": [self.plain.schema(), self.full.schema()]}
