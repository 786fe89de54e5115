"""Read YAML with the line of each value. The only module that imports yaml.

It uses the events of PyYAML's parser instead of its composer: so nesting can't exhaust the stack, aliases and tags are rejected,
and each scalar keeps its line and its text. Scalars follow YAML 1.2's core schema: `yes`, `on`, 012 and 12:30 are text or decimal
numbers, not booleans, octal or sexagesimal numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import yaml

from exportready.schema import budgets
from exportready.schema.files import read_written
from exportready.schema.mistakes import Mistake, Mistakes, MistakesFound

Scalar = str | bool | Decimal | None


class Node(msgspec.Struct, frozen=True):
    """One value of a YAML file with its line."""

    value: Scalar | dict[str, Node] | list[Node]
    line: int
    """1-based."""
    key_lines: dict[str, int] | None = None
    """The line of each key of a mapping."""

    def plain(self) -> object:
        """Return the value without positions."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def entries(node: Node | None) -> dict[str, Node]:
    """Return the entries of a mapping by key; none for any other value."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def items(node: Node | None) -> list[Node]:
    """Return the entries of a list; none for any other value."""
    return node.value if node is not None and isinstance(node.value, list) else []


_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_TRUE = re.compile(r"(?:true|True|TRUE)\Z")
_FALSE = re.compile(r"(?:false|False|FALSE)\Z")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\Z")


def scalar(text: str) -> Scalar:
    """Return the value of a plain scalar by YAML 1.2's core schema; numbers are exact."""
    if _NULL.match(text):
        return None
    if _TRUE.match(text):
        return True
    if _FALSE.match(text):
        return False
    if _NUMBER.match(text):
        return Decimal(text)
    return text


def parse(data: bytes, path: str, mistakes: Mistakes | None = None) -> Node:
    """Return the value of a file with one document. An empty file is an empty mapping.

    Duplicate keys, aliases and tags are mistakes after which the rest can still be read: they are noted in the collector, so that
    the caller can look for more. Raises MistakesFound if the file can't be read to its end, and without a collector for any mistake.
    """
    found = Mistakes(path)
    try:
        node = _build(yaml.parse(_decode(data), Loader=_LOADER), found)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = error.problem or error.context or "this is not YAML"
        raise _unreadable(found, mark.line + 1 if mark else 1, f"not valid YAML: {words}") from error
    except yaml.YAMLError as error:
        raise _unreadable(
            found, 1, "not valid YAML: it has characters that a text file can't have; save it as UTF-8"
        ) from error
    if mistakes is None:
        found.raise_if_any("the file")
    else:
        mistakes.found += found.found
    return node


def parse_file(file: Path, mistakes: Mistakes) -> Node:
    """Return the value of a file as `parse` does. Raises MistakesFound also if it can't be opened or isn't an ordinary file."""
    try:
        data = read_written(file)
    except OSError as error:
        raise MistakesFound([Mistake(mistakes.path, 0, f"can't open this file ({error.strerror})")]) from error
    return parse(data, mistakes.path, mistakes)


def _unreadable(so_far: Mistakes, line: int, message: str) -> MistakesFound:
    return MistakesFound([*so_far.found, Mistake(so_far.path, line, message)])


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


class _OpenNode:
    """A mapping or list whose end has not been parsed yet."""

    def __init__(self, line: int, is_mapping: bool) -> None:
        self.line = line
        self.items: list[Node] | None = None if is_mapping else []
        self.entries: dict[str, Node] = {}
        self.key_lines: dict[str, int] = {}
        self.key: str | None = None


def _build(events: Iterator[yaml.Event], mistakes: Mistakes) -> Node:
    stack: list[_OpenNode] = []
    root: Node | None = None

    def place(node: Node) -> None:
        nonlocal root
        if not stack:
            root = node
            return
        top = stack[-1]
        if top.items is not None:
            top.items.append(node)
        elif top.key is None:
            if isinstance(node.value, (dict, list)):
                mistakes.add(node.line, "a key must be plain text, not a list or a group of keys")
                top.key = f"?{node.line}"
            else:
                top.key = _key_text(node.value)
                if top.key in top.key_lines:
                    first = top.key_lines[top.key]
                    mistakes.add(
                        node.line, f"'{top.key[: budgets.QUOTED]}' appears twice (first on line {first}); remove one of them"
                    )
                top.key_lines.setdefault(top.key, node.line)
        else:
            top.entries.setdefault(top.key, node)
            top.key = None

    documents = 0
    for number, event in enumerate(events):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if number > budgets.YAML_VALUES:
            raise _unreadable(
                mistakes, line, f"it has more than {budgets.YAML_VALUES:,} values; remove those that aren't needed"
            )
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _unreadable(mistakes, line, "a second document starts here ('---'); use one document per file")
        elif isinstance(event, yaml.AliasEvent):
            mistakes.add(
                line, f"the alias '*{str(event.anchor)[: budgets.QUOTED]}' isn't allowed; write out the value instead"
            )
            place(Node(f"*{event.anchor}", line))
        elif isinstance(event, yaml.ScalarEvent):
            if event.tag is not None and event.tag != "!":
                mistakes.add(line, f"the tag '{str(event.tag)[: budgets.QUOTED]}' isn't allowed; write the plain value")
            plain = event.implicit[0] and not event.style
            is_key = bool(stack) and stack[-1].items is None and stack[-1].key is None
            place(Node(scalar(event.value) if plain and not is_key else event.value, line))
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if event.tag is not None:
                mistakes.add(line, f"the tag '{str(event.tag)[: budgets.QUOTED]}' isn't allowed; write the plain value")
            stack.append(_OpenNode(line, isinstance(event, yaml.MappingStartEvent)))
            if len(stack) > budgets.YAML_DEPTH:
                raise _unreadable(mistakes, line, f"nested more than {budgets.YAML_DEPTH} levels deep; simplify it")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = stack.pop()
            place(Node(done.items, done.line) if done.items is not None else Node(done.entries, done.line, done.key_lines))
    return root if root is not None and root.value is not None else Node({}, 1, {})


def _key_text(value: Scalar) -> str:
    return value if isinstance(value, str) else str(value)
