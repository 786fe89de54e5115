"""YAML with positions, for every room that reads some. The only module that knows yaml.

It is built from the parser's events rather than from PyYAML's composer: so nesting costs no stack, aliases and
tags are seen and refused, and each scalar keeps its place and its text. Scalars follow YAML 1.2's core schema
(`yes`, `on`, 012 and 12:30 are text or decimal numbers, not booleans, octal or sexagesimal).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import yaml
from msgspec.structs import replace

Scalar = str | bool | Decimal | None

MAX_DEPTH = 60


class Mistake(msgspec.Struct, frozen=True):
    """Something wrong in a file, where it stands and what would be right."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"

    def below(self, folder: Path) -> Mistake:
        """The same with its file's path as people can open it from where they are."""
        return replace(self, path=(folder / self.path).as_posix())


class Node(msgspec.Struct, frozen=True):
    """One value of a YAML file with its place."""

    value: Scalar | dict[str, Node] | list[Node]
    line: int
    """1-based."""
    key_lines: dict[str, int] | None = None
    """Where each key of a mapping stands."""

    def plain(self) -> object:
        """The value without positions."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def entries(node: Node | None) -> dict[str, Node]:
    """The keys of a mapping; none of anything else."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def items(node: Node | None) -> list[Node]:
    """The entries of a list; none of anything else."""
    return node.value if node is not None and isinstance(node.value, list) else []


class YamlError(Exception):
    """The file is not YAML that is read here; holds every mistake found."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = mistakes


_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_TRUE = re.compile(r"(?:true|True|TRUE)\Z")
_FALSE = re.compile(r"(?:false|False|FALSE)\Z")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\Z")


def scalar(text: str) -> Scalar:
    """A plain scalar by YAML 1.2's core schema; numbers are exact."""
    if _NULL.match(text):
        return None
    if _TRUE.match(text):
        return True
    if _FALSE.match(text):
        return False
    if _NUMBER.match(text):
        return Decimal(text)
    return text


def parse(data: bytes, path: str) -> Node:
    """Read one document. An empty file is an empty mapping.

    Raises YamlError with every mistake that the file's shape allows to find at once.
    """
    mistakes: list[Mistake] = []
    try:
        node = _build(yaml.parse(_text(data), Loader=_LOADER), path, mistakes)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = error.problem or error.context or "this is not YAML"
        raise YamlError([*mistakes, Mistake(path, mark.line + 1 if mark else 1, f"not valid YAML: {words}")]) from error
    except yaml.YAMLError as error:
        raise YamlError([*mistakes, Mistake(path, 1, "not valid YAML: it holds characters that no text file has")]) from error
    if mistakes:
        raise YamlError(mistakes)
    return node


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


class _Open:
    """A mapping or list whose end has not been read."""

    def __init__(self, line: int, is_mapping: bool) -> None:
        self.line = line
        self.items: list[Node] | None = None if is_mapping else []
        self.entries: dict[str, Node] = {}
        self.key_lines: dict[str, int] = {}
        self.key: str | None = None


def _build(events: Iterator[yaml.Event], path: str, mistakes: list[Mistake]) -> Node:
    stack: list[_Open] = []
    root: Node | None = None

    def say(line: int, message: str) -> None:
        mistakes.append(Mistake(path, line, message))

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
                say(node.line, "a key must be a plain word")
                top.key = f"?{node.line}"
            else:
                top.key = _key_text(node.value)
                if top.key in top.key_lines:
                    first = top.key_lines[top.key]
                    say(node.line, f"'{top.key}' stands twice (first in line {first}); keep one of them")
                top.key_lines.setdefault(top.key, node.line)
        else:
            top.entries.setdefault(top.key, node)
            top.key = None

    documents = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                say(line, "a second document starts here ('---'); keep one document in a file")
                break
        elif isinstance(event, yaml.AliasEvent):
            say(line, f"'*{event.anchor}' refers to another place; write the value out instead")
            place(Node(None, line))
        elif isinstance(event, yaml.ScalarEvent):
            if event.tag is not None and event.tag != "!":
                say(line, f"the tag '{event.tag}' is not read; write the plain value")
            plain = event.implicit[0] and not event.style
            is_key = bool(stack) and stack[-1].items is None and stack[-1].key is None
            place(Node(scalar(event.value) if plain and not is_key else event.value, line))
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if event.tag is not None:
                say(line, f"the tag '{event.tag}' is not read; write the plain value")
            stack.append(_Open(line, isinstance(event, yaml.MappingStartEvent)))
            if len(stack) > MAX_DEPTH:
                say(line, f"nested more than {MAX_DEPTH} deep")
                break
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = stack.pop()
            place(Node(done.items, done.line) if done.items is not None else Node(done.entries, done.line, done.key_lines))
    return root if root is not None and root.value is not None else Node({}, 1, {})


def _key_text(value: Scalar) -> str:
    return value if isinstance(value, str) else str(value)
