"""Load the settings of a command: flags override environment variables, then comes exportready.yaml, then the defaults.

Click itself chooses between them: `options.CONFIG` passes the file's values to click as its default_map. This module checks the
file against the rules, so that all mistakes in it are reported at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import click
import msgspec
from click.core import ParameterSource

from exportready.cli.config import WHAT, Config, find, read
from exportready.cli.options import RuleOptions, SettledOption
from exportready.cli.outputs import target_of
from exportready.model.display import count
from exportready.model.report import Waiver
from exportready.model.rules import Rulebook
from exportready.policy import baseline, waivers
from exportready.policy.baseline import BadBaseline, Baseline
from exportready.rulebook.load import load_rulebook
from exportready.rulebook.packs import adapted, combined, rule_ids
from exportready.schema.mistakes import Mistakes
from exportready.schema.shapes import did_you_mean

_KEYS = ("outputs", "audience", "select", "ignore", "failOn", "allowUnknown", "noConfirmations", "waivers", "baseline")
"""The settings in the order in which --show-settings lists them."""
_SOURCES = {ParameterSource.COMMANDLINE: "flag", ParameterSource.ENVIRONMENT: "environment"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The valid settings in exportready.yaml, and the mistakes found in it so far."""

    config: Config
    mistakes: Mistakes

    @classmethod
    def read(cls, file: Path | None, *, is_off: bool, checked: Sequence[Path] = ()) -> Settings:
        """Read the given file, else the nearest exportready.yaml outside the files that are `checked`; empty if there is none."""
        path = None if is_off else file or find(Path.cwd(), checked)
        if path is None:
            return cls(config=Config(), mistakes=Mistakes())
        mistakes = Mistakes(path.as_posix())
        return cls(config=read(path, mistakes), mistakes=mistakes)


def settings() -> Settings:
    """Return the settings of the running command; empty for a command without --config."""
    found = click.get_current_context().find_object(Settings)
    return found or Settings(config=Config(), mistakes=Mistakes())


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The rules, waivers, baseline and thresholds of a command."""

    rulebook: Rulebook
    """With the packs, severities and parameters of exportready.yaml."""
    waivers: tuple[Waiver, ...]
    baseline: Baseline | None
    thresholds: Mapping[str, int]
    files: tuple[Path, ...]
    """What was read: exportready.yaml, its packs, and a folder of rules."""


def settle(
    rules: RuleOptions,
    *,
    waivers_file: Path | None = None,
    baseline_file: Path | None = None,
    outputs: Sequence[str] = (),
    examples: bool = False,
) -> Settled:
    """Load the rules, waivers, baseline and thresholds of a command. `examples`: the rules with their own examples.

    Raises MistakesFound with all mistakes in exportready.yaml and in the files that it uses, else with those in a file that an
    option gives. Raises click.ClickException for an unknown rule, or a baseline that can't be used, in an option.
    """
    found = settings()
    config, mistakes = found.config, found.mistakes
    rulebook = _adapted(rulebook_of(rules.folder, examples=examples), config, mistakes, examples=examples)
    for key, names in (("select", rules.selected), ("ignore", rules.ignored)):
        for name in names if _is_by_file(key) else ():
            if message := _unknown(name, rulebook, _unread(config)):
                mistakes.add(config.line(key, name), message)
    for output in outputs if _is_by_file("outputs") else ():
        try:
            target_of(output)
        except click.UsageError as error:
            mistakes.add(config.line("outputs", output), error.message)
    accepted: tuple[Waiver, ...] = ()
    old = None
    if waivers_file is not None and _is_by_file("waivers"):
        with mistakes.collecting():
            accepted = waivers.read(waivers_file)
    if baseline_file is not None and _is_by_file("baseline"):
        try:
            old = baseline.read(baseline_file)
        except BadBaseline as error:
            mistakes.add(config.line("baseline"), str(error))
    mistakes.raise_if_any(WHAT)
    known(rulebook, (*rules.selected, *rules.ignored))
    if waivers_file is not None and not _is_by_file("waivers"):
        accepted = waivers.read(waivers_file)
    if baseline_file is not None and not _is_by_file("baseline"):
        old = baseline_of(baseline_file)
    files = tuple(path for path in (config.path, *config.packs, rules.folder) if path is not None)
    return Settled(rulebook=rulebook, waivers=accepted, baseline=old, thresholds=config.thresholds, files=files)


def rulebook_of(folder: Path | None, *, examples: bool = False) -> Rulebook:
    """Load the shipped rules, or those in a folder, with their examples if asked for.

    Raises MistakesFound, or click.ClickException without that folder.
    """
    if folder is not None and not folder.is_dir():
        raise click.ClickException(f"{folder} is not a folder. Give the folder with your rules.")
    return load_rulebook(folder, examples=examples)


def known(rulebook: Rulebook, names: Sequence[str]) -> None:
    """Raise click.UsageError for a name that is neither a rule nor an area of this rulebook."""
    for name in names:
        if message := _unknown(name, rulebook):
            raise click.UsageError(message)


def _unknown(name: str, rulebook: Rulebook, unread: Collection[str] = ()) -> str:
    """Return the error for a name that is neither a rule nor an area; empty if it is one of them."""
    ids = [*(rule.id for rule in rulebook.rules), *unread]
    names = {*ids, *(id_.partition("/")[0] for id_ in ids)}
    if name.rstrip("/") in names:
        return ""
    near = did_you_mean(name.rstrip("/"), sorted(names))
    return f"rule or area '{name}' not found{near or '; to list all rules, run: exportready rules list'}"


def _unread(config: Config) -> frozenset[str]:
    """Return the ids of all rule files in the packs. Files with mistakes count too, although they aren't in the rulebook."""
    return frozenset[str]().union(*map(rule_ids, config.packs))


def _adapted(rulebook: Rulebook, config: Config, mistakes: Mistakes, *, examples: bool) -> Rulebook:
    grades = {rule: (grade, config.line("severity", rule)) for rule, grade in config.severity.items()}
    parameters = {rule: (values, config.line("parameters", rule)) for rule, values in config.parameters.items()}
    return adapted(
        combined(rulebook, config.packs, mistakes, examples=examples), grades, parameters, _unread(config), mistakes
    )


def baseline_of(path: Path) -> Baseline:
    """Read the baseline in a file. Raises click.ClickException."""
    try:
        return baseline.read(path)
    except BadBaseline as error:
        raise click.ClickException(str(error)) from error


def since_over_baseline() -> bool:
    """Ignore the baseline of exportready.yaml, since --since replaces it; return whether there was one to ignore."""
    context, option = click.get_current_context(), _option("baseline")
    if option is None or not _is_by_file("baseline"):
        return False
    context.params[str(option.name)] = None
    context.set_parameter_source(str(option.name), ParameterSource.DEFAULT)
    return True


def _option(key: str) -> SettledOption | None:
    params = click.get_current_context().command.params
    return next((one for one in params if isinstance(one, SettledOption) and one.key == key), None)


def _is_by_file(key: str) -> bool:
    """Return whether a setting has the value in exportready.yaml; always true for a command without an option for it."""
    option = _option(key)
    if option is None:
        return True
    return click.get_current_context().get_parameter_source(str(option.name)) is ParameterSource.DEFAULT_MAP


def shown(rulebook: Rulebook) -> str:
    """Return every setting of the running command with its value and source, for --show-settings."""
    context, config = click.get_current_context(), settings().config
    rows: list[tuple[str, str, str]] = []
    for key in _KEYS:
        option = _option(key)
        if option is not None:
            name = str(option.name)
            source = context.get_parameter_source(name)
            where = (
                _at(config, key)
                if source is ParameterSource.DEFAULT_MAP
                else _SOURCES.get(source or ParameterSource.DEFAULT, "default")
            )
            rows.append((key, _shown(context.params[name]), where))
    for name, values in (
        ("severity", config.severity),
        ("parameters", config.parameters),
        ("thresholds", config.thresholds),
    ):
        rows += [(f"{name}.{key}", _shown(value), _at(config, name, key)) for key, value in values.items()]
    rows += [
        ("pack", f"{pack.name} {pack.version} ({count(pack.rules, 'rule')})".replace("  ", " "), pack.digest[:12])
        for pack in rulebook.packs
    ]
    width = max(len(name) for name, _, _ in rows)
    return "".join(f"{name:<{width}}  {value}  [{where}]\n" for name, value, where in rows)


def _at(config: Config, name: str, key: str | None = None) -> str:
    return f"{config.path}:{config.lines.get(name if key is None else f'{name}.{key}', 1)}"


def _shown(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    return str(getattr(value, "value", value)).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
