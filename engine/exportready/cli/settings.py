"""Flag over environment over exportready.yaml over default, and where each was said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import click
from click.core import ParameterSource

from exportready.cli.config import Config, ConfigMistakes, find, read
from exportready.model.rules import Rulebook
from exportready.rulebook.load import RulebookMistakes
from exportready.rulebook.packs import adapted, together

_Value = TypeVar("_Value")
_KEYS = {
    "outputs": "outputs", "selected": "select", "ignored": "ignore", "fail_on": "failOn", "allow_unknown": "allowUnknown",
    "audience": "audience", "waivers_file": "waivers", "baseline_file": "baseline",
}  # fmt: skip


def settings_of(file: Path | None, none: bool) -> Config:
    """What exportready.yaml says; mistakes end the program."""
    named = file or (Path(os.environ["EXPORTREADY_CONFIG"]) if os.environ.get("EXPORTREADY_CONFIG") else None)
    path = None if none else named or find(Path.cwd())
    try:
        return read(path) if path is not None else Config()
    except ConfigMistakes as error:
        count = len(error.mistakes)
        raise click.ClickException(f"the settings have {count} mistake{'s' if count > 1 else ''}\n{error}") from error


def adapted_rules(book: Rulebook, config: Config) -> Rulebook:
    """The rulebook with the packs, grades and parameters of the settings; mistakes end the program."""
    try:
        path = config.path.as_posix() if config.path else ""
        return adapted(together(book, config.packs), config.severity, config.parameters, path, config.lines)
    except RulebookMistakes as error:
        count = len(error.mistakes)
        raise click.ClickException(f"the rulebook has {count} mistake{'s' if count > 1 else ''}\n{error}") from error


class Said:
    """Chooses each value by who said it."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.told: list[tuple[str, str, str]] = []
        """(setting, value, where it was said)."""

    def of(self, name: str, value: _Value, settled: object) -> _Value:
        """The value of an option: that of the file only where neither flag nor environment says one."""
        context = click.get_current_context()
        source = context.get_parameter_source(name)
        key = _KEYS[name]
        by_file = source in (ParameterSource.DEFAULT, None) and settled not in (None, ())
        chosen = settled if by_file else value
        where = (
            f"{self.config.path}:{self.config.lines.get(key, 1)}"
            if by_file
            else _WHERE.get(source or ParameterSource.DEFAULT, "default")
        )
        self.told.append((key, _shown(chosen), where))
        return chosen  # type: ignore[return-value]  # the file's shape has checked it

    def shown(self, book: Rulebook) -> str:
        """Every setting with its value and where it was said."""
        rows = [*self.told]
        for name, values in (
            ("severity", self.config.severity),
            ("parameters", self.config.parameters),
            ("thresholds", self.config.thresholds),
        ):
            for key, value in values.items():
                rows.append(
                    (f"{name}.{key}", _shown(value), f"{self.config.path}:{self.config.lines.get(f'{name}.{key}', 1)}")
                )
        rows += [
            ("pack", f"{pack.name} {pack.version} ({pack.rules} rules)".replace("  ", " "), pack.digest[:12])
            for pack in book.packs
        ]
        width = max(len(name) for name, _, _ in rows)
        return "".join(f"{name:<{width}}  {value}  [{where}]\n" for name, value, where in rows)


_WHERE = {ParameterSource.COMMANDLINE: "flag", ParameterSource.ENVIRONMENT: "environment"}


def _shown(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    if value is None:
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    return str(getattr(value, "value", value)).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
