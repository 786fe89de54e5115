"""Flag over environment over exportready.yaml over default: what is in force, and where each value comes from.

Click itself decides between flag, environment, file and default: `options.CONFIG` hands it the file's values as its default_map.
Here the file is tried on the rules, so that everything wrong with it is reported in one round.
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
from exportready.model.report import Waiver
from exportready.model.rules import Rulebook
from exportready.policy import baseline, waivers
from exportready.policy.baseline import BadBaseline, Baseline
from exportready.rulebook.load import load_rulebook
from exportready.rulebook.packs import adapted, combined, rule_ids
from exportready.schema.mistakes import Mistakes
from exportready.schema.shapes import did_you_mean

_KEYS = ("outputs", "audience", "select", "ignore", "failOn", "allowUnknown", "waivers", "baseline")
"""In the order in which --show-settings lists them."""
_SOURCES = {ParameterSource.COMMANDLINE: "flag", ParameterSource.ENVIRONMENT: "environment"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """exportready.yaml, as far as it can be used, and what is wrong with it so far."""

    config: Config
    mistakes: Mistakes

    @classmethod
    def read(cls, file: Path | None, *, is_off: bool) -> Settings:
        """Read the named file, else the nearest one above the current folder, else nothing."""
        path = None if is_off else file or find(Path.cwd())
        if path is None:
            return cls(config=Config(), mistakes=Mistakes())
        mistakes = Mistakes(path.as_posix())
        return cls(config=read(path, mistakes), mistakes=mistakes)


def settings() -> Settings:
    """Return what the running command has read; nothing for a command without --config."""
    found = click.get_current_context().find_object(Settings)
    return found or Settings(config=Config(), mistakes=Mistakes())


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What a command judges by."""

    rulebook: Rulebook
    """With the packs, grades and parameters of exportready.yaml."""
    waivers: tuple[Waiver, ...]
    baseline: Baseline | None
    thresholds: Mapping[str, int]


def settle(
    rules: RuleOptions,
    *,
    waivers_file: Path | None = None,
    baseline_file: Path | None = None,
    outputs: Sequence[str] = (),
) -> Settled:
    """Load everything that a command judges by.

    Raises MistakesFound: for exportready.yaml with all that is wrong with it and with the files it names, else for a file that
    an option names. Raises click.ClickException for an option's unknown rule or baseline that can't be used.
    """
    held = settings()
    config, mistakes = held.config, held.mistakes
    rulebook = _adapted(rulebook_of(rules.folder), config, mistakes)
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
    return Settled(rulebook=rulebook, waivers=accepted, baseline=old, thresholds=config.thresholds)


def rulebook_of(folder: Path | None) -> Rulebook:
    """Load the shipped rules, or those of a folder. Raises MistakesFound, and click.ClickException if the folder isn't there."""
    if folder is not None and not folder.is_dir():
        raise click.ClickException(f"{folder} is not a folder of rules")
    return load_rulebook(folder)


def known(rulebook: Rulebook, names: Sequence[str]) -> None:
    """Raise click.UsageError for a name that is neither a rule nor an area of this rulebook."""
    for name in names:
        if message := _unknown(name, rulebook):
            raise click.UsageError(message)


def _unknown(name: str, rulebook: Rulebook, unread: Collection[str] = ()) -> str:
    """Return what to say of a name that is neither a rule nor an area; nothing for one that is."""
    ids = [*(rule.id for rule in rulebook.rules), *unread]
    there = {*ids, *(id_.partition("/")[0] for id_ in ids)}
    if name.rstrip("/") in there:
        return ""
    near = did_you_mean(name.rstrip("/"), sorted(there))
    return f"there is no rule or area '{name}'{near} (exportready rules list names them all)"


def _unread(config: Config) -> frozenset[str]:
    """Return the rules of the packs by their files: some may have mistakes, and then they aren't in the rulebook."""
    return frozenset[str]().union(*map(rule_ids, config.packs))


def _adapted(rulebook: Rulebook, config: Config, mistakes: Mistakes) -> Rulebook:
    grades = {rule: (grade, config.line("severity", rule)) for rule, grade in config.severity.items()}
    parameters = {rule: (values, config.line("parameters", rule)) for rule, values in config.parameters.items()}
    return adapted(combined(rulebook, config.packs, mistakes), grades, parameters, _unread(config), mistakes)


def baseline_of(path: Path) -> Baseline:
    """Read a baseline that an option or argument names. Raises click.ClickException."""
    try:
        return baseline.read(path)
    except BadBaseline as error:
        raise click.ClickException(str(error)) from error


def since_over_baseline() -> bool:
    """Take the file's baseline out of force, since --since says what is old; return whether it was in force."""
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
    """Return whether the file's value is the one in force; a command without an option for it has no other."""
    option = _option(key)
    if option is None:
        return True
    return click.get_current_context().get_parameter_source(str(option.name)) is ParameterSource.DEFAULT_MAP


def shown(rulebook: Rulebook) -> str:
    """List every setting of the running command with its value and where it comes from, for --show-settings."""
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
        ("pack", f"{pack.name} {pack.version} ({pack.rules} rules)".replace("  ", " "), pack.digest[:12])
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
