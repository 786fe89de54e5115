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
from exportready.schema.shapes import Anything, Choice, Key, ListOf, MapOf, Mistakes, Number, Object, Text, YesNo, did_you_mean
from exportready.schema.yamlfile import Mistake, Node, YamlError, entries, items, parse

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


class ConfigMistakes(Exception):
    """The file cannot be used; holds every mistake of it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says; empty where there is none. Paths count from the file's folder."""

    path: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)
    packs: tuple[Path, ...] = ()
    fail_on: str | None = None
    allow_unknown: bool | None = None
    thresholds: Mapping[str, int] = field(default_factory=dict)
    waivers: Path | None = None
    baseline: Path | None = None
    audience: str | None = None
    outputs: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    """Where each setting stands: `severity.items/cogs-account`."""


def find(start: Path) -> Path | None:
    """The nearest file upwards; beyond the root of a repository nobody looks."""
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        if (folder / ".git").exists():
            return None
    return None


def read(path: Path) -> Config:
    """Raises ConfigMistakes with all mistakes, also where the file cannot be opened."""
    found: list[Mistake] = []
    told = Mistakes(path.as_posix(), found)
    try:
        root = parse(path.read_bytes(), path.as_posix())
    except OSError as error:
        raise ConfigMistakes([Mistake(path.as_posix(), 0, f"it cannot be opened ({error.strerror})")]) from error
    except YamlError as error:
        raise ConfigMistakes(error.mistakes) from error
    SHAPE.check(root, told)
    sound = SHAPE.sound(root)
    for name, child in entries(sound.get("thresholds")).items():
        if name not in THRESHOLDS:
            told.say(
                child, f"there is no threshold '{name}'{did_you_mean(name, THRESHOLDS)}; there are {', '.join(THRESHOLDS)}"
            )
    for rule, of in entries(sound.get("parameters")).items():
        for name, child in entries(of).items():
            if not isinstance(child.value, (str, bool, Decimal)):
                told.say(child, f"the parameter '{name}' of {rule} needs a plain value")
    if found:
        raise ConfigMistakes(sorted(found, key=lambda mistake: mistake.line))
    return _config(path, root, sound)


def _config(path: Path, root: Node, sound: Mapping[str, Node]) -> Config:
    folder = path.parent
    plain: dict[str, Any] = {
        "parameters": {
            rule: {name: node.value for name, node in entries(of).items() if isinstance(node.value, (str, bool, Decimal))}
            for rule, of in entries(sound.get("parameters")).items()
        },
        "severity": {rule: Severity(str(node.value)) for rule, node in entries(sound.get("severity")).items()},
        "thresholds": {
            name: int(node.value) if isinstance(node.value, Decimal) else 0
            for name, node in entries(sound.get("thresholds")).items()
        },
    }
    for name in ("select", "ignore", "outputs"):
        plain[name] = _texts(sound.get(name))
    plain["packs"] = tuple(folder / text for text in _texts(sound.get("packs")))
    for name in ("waivers", "baseline"):
        plain[name] = folder / str(sound[name].value) if name in sound else None
    plain["audience"] = str(sound["audience"].value) if "audience" in sound else None
    plain["fail_on"] = str(sound["failOn"].value) if "failOn" in sound else None
    plain["allow_unknown"] = sound["allowUnknown"].value is True if "allowUnknown" in sound else None
    lines = dict(root.key_lines or {})
    for name, node in sound.items():
        lines.update({f"{name}.{key}": line for key, line in (node.key_lines or {}).items()})
    return Config(path=path, lines=lines, **plain)


def _texts(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(str(one.value) for one in items(node)) if isinstance(node.value, list) else (str(node.value),)


def schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ExportReady settings", **SHAPE.schema()}
