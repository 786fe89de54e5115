"""Read exportready.yaml, the settings that a team shares.

It is looked for in the current folder and the folders above it, up to the root of the repository. Command-line flags override
environment variables, these override the file, and the file overrides the defaults.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec import field

from exportready.cli.collisions import is_within
from exportready.model.evidence import Known
from exportready.model.rules import Severity
from exportready.schema.mistakes import Mistakes
from exportready.schema.shapes import Anything, Choice, Key, ListOf, MapOf, Number, Object, Text, YesNo, did_you_mean
from exportready.schema.yamlfile import Node, entries, items, parse_file

NAME = "exportready.yaml"
_GRADES = tuple(severity.value for severity in Severity)
THRESHOLDS = (*(f"failed.{grade}" for grade in _GRADES), "cannot_tell")

AUDIENCES = ("office", "csm", "engineer")

SHAPE = Object(
    {
        "select": Key(ListOf(Text(), or_one=True), "check only these rules or areas"),
        "ignore": Key(ListOf(Text(), or_one=True), "skip these rules or areas"),
        "severity": Key(MapOf(Choice(_GRADES)), "rule: its severity for your team"),
        "parameters": Key(MapOf(MapOf(Anything())), "rule: {parameter: value}"),
        "packs": Key(ListOf(Text(), or_one=True), "folders of rules to check in addition to the built-in ones"),
        "failOn": Key(Choice((*_GRADES, "never")), "the lowest severity that fails the gate"),
        "noConfirmations": Key(YesNo(), "true to ignore what people confirmed, and check only what the files show"),
        "allowUnknown": Key(YesNo(), "whether the gate passes if some rules could not be checked"),
        "thresholds": Key(MapOf(Number(whole=True, least=0)), f"how many the gate allows: {', '.join(THRESHOLDS)}"),
        "waivers": Key(Text(), "the file of waivers"),
        "baseline": Key(Text(), "the file of known problems"),
        "audience": Key(Choice(AUDIENCES), "who reads the reports"),
        "outputs": Key(ListOf(Text(), or_one=True), "FORMAT[:PATH], as for -o"),
    }
)


WHAT = "the settings"
"""What mistakes in exportready.yaml are about, in messages."""
LISTS, FILES, PLAIN = (
    ("select", "ignore", "outputs"),
    ("waivers", "baseline"),
    ("audience", "failOn", "allowUnknown", "noConfirmations"),
)
"""The keys that are also options of the command line."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The settings in the file; empty without a file. Paths are relative to the file's folder."""

    path: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """Key -> value of the settings that are also options of the command line."""
    severity: Mapping[str, Severity] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)
    packs: tuple[Path, ...] = ()
    thresholds: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each setting: `failOn`, `severity.items/cogs-account`, `select.items`."""

    def line(self, name: str, key: object = None) -> int:
        """Return the line of a setting, or of one of its entries; 0 if the file doesn't have it."""
        return self.lines.get(f"{name}.{key}", self.lines.get(name, 0))


def find(start: Path, checked: Iterable[Path] = ()) -> Path | None:
    """Return the nearest exportready.yaml in this folder or one above it, up to the root of a repository; None if there is none.

    It isn't looked for inside the folders that are `checked`: the person who wrote those files must not decide how they are checked.
    """
    for folder in checked:
        if folder.is_dir() and is_within(folder, start):
            start = Path(os.path.realpath(folder)).parent
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        if (folder / ".git").exists():
            return None
    return None


def read(path: Path, mistakes: Mistakes | None = None) -> Config:
    """Return the valid settings in the file; note mistakes in the collector.

    Without a collector, raises MistakesFound with all mistakes, even if the file can't be opened.
    """
    found = mistakes.of(path.as_posix()) if mistakes is not None else Mistakes(path.as_posix())
    root = _parsed(path, found)
    SHAPE.check(root, found)
    for name, child in entries(entries(root).get("thresholds")).items():
        if name not in THRESHOLDS:
            found.add(child, f"unknown threshold '{name}'{did_you_mean(name, THRESHOLDS) or '; use ' + ', '.join(THRESHOLDS)}")
    for rule, of in entries(entries(root).get("parameters")).items():
        for name, child in entries(of).items():
            if not isinstance(child.value, (str, bool, Decimal)):
                found.add(child, f"parameter '{name}' of {rule} must be a text, a number, true or false")
    if mistakes is None:
        found.raise_if_any(WHAT)
    return _config(path, root)


def _parsed(path: Path, found: Mistakes) -> Node:
    """Return the file's content. If it can't be read, note why and return an empty mapping."""
    with found.collecting():
        return parse_file(path, found)
    return Node({}, 1, {})


def _config(path: Path, root: Node) -> Config:
    """Return every valid entry. Rule names of invalid entries are kept, so that unknown names are reported in the same run."""

    folder, written, sound = path.parent, entries(root), SHAPE.valid_entries(root)
    texts = {name: _texts(written.get(name)) for name in (*LISTS, "packs")}
    options: dict[str, Any] = {name: texts[name] for name in LISTS if texts[name]}
    options |= {name: folder / str(sound[name].value) for name in FILES if name in sound}
    options |= {name: sound[name].value for name in PLAIN if name in sound}
    lines = dict(root.key_lines or {})
    for name, node in written.items():
        lines |= {f"{name}.{key}": line for key, line in (node.key_lines or {}).items()}
        lines |= {f"{name}.{item.value}": item.line for item in items(node)}
    return Config(
        path=path,
        options=options,
        severity={
            rule: Severity(node.value) if node.value in _GRADES else Severity.ERROR
            for rule, node in entries(written.get("severity")).items()
        },
        parameters={
            rule: {name: node.value for name, node in entries(of).items() if isinstance(node.value, (str, bool, Decimal))}
            for rule, of in entries(written.get("parameters")).items()
        },
        packs=tuple(folder / text for text in texts["packs"]),
        thresholds={
            name: int(node.value) if isinstance(node.value, Decimal) else 0
            for name, node in entries(sound.get("thresholds")).items()
        },
        lines=lines,
    )


def _texts(node: Node | None) -> tuple[str, ...]:
    """Return the texts of a list, or of a single value."""
    if node is None:
        return ()
    return tuple(one.value for one in (items(node) or [node]) if isinstance(one.value, str) and one.value.strip())


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ExportReady settings", **SHAPE.schema()}
