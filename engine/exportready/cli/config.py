"""exportready.yaml: what a team settles once. Found from where the program runs upwards, never beyond the root of the repository.

A flag comes before the environment, that before this file, and this file before the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec import field

from exportready.model.evidence import Known
from exportready.model.rules import Severity
from exportready.schema.mistakes import Mistakes, MistakesFound
from exportready.schema.shapes import Anything, Choice, Key, ListOf, MapOf, Number, Object, Text, YesNo, did_you_mean
from exportready.schema.yamlfile import Node, entries, items, parse

NAME = "exportready.yaml"
_GRADES = tuple(severity.value for severity in Severity)
THRESHOLDS = (*(f"failed.{grade}" for grade in _GRADES), "cannot_tell")

AUDIENCES = ("office", "csm", "engineer")

SHAPE = Object(
    {
        "select": Key(ListOf(Text(), or_one=True), "judge only these rules or areas"),
        "ignore": Key(ListOf(Text(), or_one=True), "leave these rules or areas out"),
        "severity": Key(MapOf(Choice(_GRADES)), "rule: the grade that it has here"),
        "parameters": Key(MapOf(MapOf(Anything())), "rule: {parameter: value}"),
        "packs": Key(ListOf(Text(), or_one=True), "folders of rules that are judged beside the shipped ones"),
        "failOn": Key(Choice((*_GRADES, "never")), "the mildest grade that fails the gate"),
        "allowUnknown": Key(YesNo(), "let pass what could not be told"),
        "thresholds": Key(MapOf(Number(whole=True, least=0)), f"how many are let through: {', '.join(THRESHOLDS)}"),
        "waivers": Key(Text(), "the file of waivers"),
        "baseline": Key(Text(), "the file of what stood before"),
        "audience": Key(Choice(AUDIENCES), "for whom reports are written"),
        "outputs": Key(ListOf(Text(), or_one=True), "FORMAT[:PATH], as -o takes them"),
    }
)


WHAT = "the settings"
"""What the mistakes of exportready.yaml are about."""
LISTS, FILES, PLAIN = ("select", "ignore", "outputs"), ("waivers", "baseline"), ("audience", "failOn", "allowUnknown")
"""The keys that options of the command line have too."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says; empty where there is none. Paths count from the file's folder."""

    path: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """Key -> value of the options that the command line has too, as far as the file sets them."""
    severity: Mapping[str, Severity] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)
    packs: tuple[Path, ...] = ()
    thresholds: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    """Where each setting is: `failOn`, `severity.items/cogs-account`, `select.items`."""

    def line(self, name: str, key: object = None) -> int:
        """Return the line of a setting, or of one of its entries; 0 if the file doesn't have it."""
        return self.lines.get(f"{name}.{key}", self.lines.get(name, 0))


def find(start: Path) -> Path | None:
    """Return the nearest exportready.yaml upwards, not beyond the root of a repository; None if there is none."""
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        if (folder / ".git").exists():
            return None
    return None


def read(path: Path, mistakes: Mistakes | None = None) -> Config:
    """Return what the file says, as far as it can be used; mistakes are noted in the collector.

    Without a collector, raises MistakesFound with all mistakes, also if the file can't be opened.
    """
    found = mistakes.of(path.as_posix()) if mistakes is not None else Mistakes(path.as_posix())
    root = _parsed(path, found)
    SHAPE.check(root, found)
    for name, child in entries(entries(root).get("thresholds")).items():
        if name not in THRESHOLDS:
            found.add(
                child, f"there is no threshold '{name}'{did_you_mean(name, THRESHOLDS)}; there are {', '.join(THRESHOLDS)}"
            )
    for rule, of in entries(entries(root).get("parameters")).items():
        for name, child in entries(of).items():
            if not isinstance(child.value, (str, bool, Decimal)):
                found.add(child, f"the parameter '{name}' of {rule} needs a plain value")
    if mistakes is None:
        found.raise_if_any(WHAT)
    return _config(path, root)


def _parsed(path: Path, found: Mistakes) -> Node:
    """Return the file's content; nothing, and the reason noted, if it can't be read to its end."""
    try:
        return parse(path.read_bytes(), found.path, found)
    except OSError as error:
        found.add(0, f"it cannot be opened ({error.strerror})")
    except MistakesFound as error:
        found.found += error.mistakes
    return Node({}, 1, {})


def _config(path: Path, root: Node) -> Config:
    """Return every entry that fits by itself. Names stay, even of entries that don't: they are tried on the rules too."""
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
