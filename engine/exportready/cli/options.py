"""Options of the command line, in groups: a command function gets one value per group, not one per option."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from exportready.cli.completion import formats_like, rules_like
from exportready.cli.moments import FILES, now

if TYPE_CHECKING:
    from exportready.model.rules import About
    from exportready.policy.gate import Policy

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
FORMATS = ("console", "html", "markdown", "csv", "json", "work-list", "github", "gitlab", "sarif", "junit")
AUDIT_FORMATS = ("console", "csv", "html", "json", "mail-merge", "markdown")
DIFF_FORMATS = ("console", "json", "markdown")


def group(name: str, options: type[msgspec.Struct], *declared: Decorator) -> Decorator:
    """Add the declared options to a command, and pass their values to it as one struct, the parameter `name`.

    The struct's fields are named like click's parameters. A command may declare only some of them if the others have defaults.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def collected(*arguments: Any, **values: Any) -> Any:
            inside = {field: values.pop(field) for field in options.__struct_fields__ if field in values}
            return command(*arguments, **values, **{name: options(**inside)})

        made: Callable[..., Any] = collected
        for option in reversed(declared):
            made = option(made)
        return made

    return decorate


# -- exportready.yaml


class SettledOption(click.Option):
    """An option that exportready.yaml can set, by its `key` there."""

    def __init__(self, *arguments: Any, key: str, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.key = key


def _settle(context: click.Context, option: click.Parameter, value: object) -> object:
    """Read exportready.yaml before the other options are processed, and use its values as their defaults (click's default_map).

    Click calls this for --config and for --no-config, in either order. The file is read once both are known.
    """
    known = context.meta.setdefault(f"{__name__}.{context.command_path}", {})
    known[option.name] = value
    if len(known) == 2 and not context.resilient_parsing:
        from exportready.cli.settings import Settings

        checked = _checked(context)
        settings = Settings.read(known["config_file"], is_off=known["no_config"], checked=checked)
        _note_ignored(checked, is_quiet=bool(known["config_file"] or known["no_config"] or context.meta[_GIVEN].get("quiet")))
        settled = [one for one in context.command.params if isinstance(one, SettledOption)]
        context.obj = settings
        context.default_map = {
            str(one.name): settings.config.options[one.key] for one in settled if one.key in settings.config.options
        }
    return value


class _SettingsOption(click.Option):
    """An option that needs to know what else was given, before click processes it."""

    def handle_parse_result(self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]) -> tuple[Any, list[str]]:
        """Keep everything that was given, unprocessed, for `_settle`."""
        ctx.meta[_GIVEN] = opts
        return super().handle_parse_result(ctx, opts, args)


_GIVEN = f"{__name__}.given"
_CHECKED = ("snapshot", "old", "new")
"""The arguments of commands that name files to check."""


def _checked(context: click.Context) -> list[Path]:
    """Return the folders that the command checks: those given, and for an audit the accounts in them."""
    given = context.meta[_GIVEN]
    checked = [Path(given[name]) for name in _CHECKED if isinstance(given.get(name), str)]
    here = Path.cwd()
    for fleet in map(Path, given.get("accounts") or ()):
        checked += [folder for folder in (here, *here.parents) if folder.parent.resolve() == fleet.resolve()]
    return checked


def _note_ignored(checked: list[Path], *, is_quiet: bool) -> None:
    """Say that there are settings inside the files that are checked, and that they are ignored."""
    from exportready.cli.config import NAME
    from exportready.cli.output import note

    for folder in checked if not is_quiet else ():
        if (folder / NAME).is_file():
            note(
                f"Ignored {folder / NAME}, because it is inside the files that are checked. To use it, give it with --config."
            )


CONFIG = click.option(
    "--config",
    "config_file",
    cls=_SettingsOption,
    type=click.Path(path_type=Path),
    envvar="EXPORTREADY_CONFIG",
    is_eager=True,
    expose_value=False,
    callback=_settle,
    help="Settings file (default: exportready.yaml in this folder or one above it).",
)
NO_CONFIG = click.option(
    "--no-config",
    cls=_SettingsOption,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_settle,
    help="Ignore exportready.yaml.",
)


# -- which snapshot, checked when and how


class SnapshotOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a snapshot is checked, apart from the rules."""

    before: Path | None = None
    """An earlier snapshot of the same account."""
    phase: str | None = None
    at: datetime | str | None = None
    """The time of the check, `now` or `files`; None for the command's default."""
    engine: str | None = None
    jobs: int | None = 1
    """Number of processes that read files; None for one per core."""

    @property
    def moment(self) -> datetime:
        """Return the time of the check; the current time if the files decide it."""
        return self.at if isinstance(self.at, datetime) else now()

    @property
    def is_of_files(self) -> bool:
        """Return whether each snapshot is checked for the latest date that its files state."""
        return self.at == FILES


BEFORE = click.option(
    "--before", type=click.Path(path_type=Path), help="Earlier folder or .zip of the same account, to compare with."
)
PHASE = click.option(
    "--phase", type=click.Choice(["before-export", "after-export"]), help="Check before the export, or what arrived after it."
)


ENGINE = click.option(
    "--engine",
    type=click.Choice(["durable", "clips"]),
    help="Inference engine for root causes (default: the one that is installed).",
)
JOBS = click.option(
    "--jobs",
    type=click.IntRange(1, 61),
    metavar="N",
    help="Number of processes for reading large files (default: one per core).",
)


# -- which rules


class RuleOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules to check."""

    folder: Path | None = None
    """A folder of rules; None for the built-in ones."""
    selected: tuple[str, ...] = ()
    """Ids and areas; empty for all."""
    ignored: tuple[str, ...] = ()
    about: tuple[About, ...] = ()
    """What they judge; empty for anything."""


RULES = click.option(
    "--rules", "folder", type=click.Path(path_type=Path), help="Use the rules in this folder instead of the built-in ones."
)
SELECT = click.option(
    "--select",
    "selected",
    cls=SettledOption,
    key="select",
    multiple=True,
    envvar="EXPORTREADY_CHECK_SELECT",
    metavar="RULE",
    shell_complete=rules_like,
    help="Check only this rule or area, such as items or items/cogs-account. Can be repeated.",
)
IGNORE = click.option(
    "--ignore",
    "ignored",
    cls=SettledOption,
    key="ignore",
    multiple=True,
    envvar="EXPORTREADY_CHECK_IGNORE",
    metavar="RULE",
    shell_complete=rules_like,
    help="Skip this rule or area. Can be repeated.",
)


# -- what decides the exit code


class GateOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the exit code."""

    fail_on: str
    """The lowest severity that fails the gate, or `never`."""
    allow_unknown: bool
    no_confirmations: bool = False
    waivers_file: Path | None = None
    baseline_file: Path | None = None
    since: str | None = None
    """A git revision."""
    new_only: bool = False
    strict_baseline: bool = False

    def policy(self, thresholds: Mapping[str, int]) -> Policy:
        """Return the gate's policy, with the thresholds of exportready.yaml."""
        from exportready.model.rules import Severity
        from exportready.policy.gate import Policy

        return Policy(
            fail_on=None if self.fail_on == "never" else Severity(self.fail_on),
            allow_unknown=self.allow_unknown,
            new_only=self.new_only,
            strict_baseline=self.strict_baseline,
            thresholds=thresholds,
        )


FAIL_ON = click.option(
    "--fail-on",
    cls=SettledOption,
    key="failOn",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Exit with 1 if a problem has at least this severity.",
)
ALLOW_UNKNOWN = click.option(
    "--allow-unknown",
    cls=SettledOption,
    key="allowUnknown",
    is_flag=True,
    help="Exit with 0 even if some rules could not be checked.",
)
NO_CONFIRMATIONS = click.option(
    "--no-confirmations",
    cls=SettledOption,
    key="noConfirmations",
    is_flag=True,
    help="Ignore what people confirmed; check only what the files show.",
)
WAIVERS = click.option(
    "--waivers",
    "waivers_file",
    cls=SettledOption,
    key="waivers",
    envvar="EXPORTREADY_CHECK_WAIVERS",
    type=click.Path(path_type=Path),
    help="File of waivers: problems that you accept until a date (.yaml or .csv).",
)
BASELINE = click.option(
    "--baseline",
    "baseline_file",
    cls=SettledOption,
    key="baseline",
    envvar="EXPORTREADY_CHECK_BASELINE",
    type=click.Path(path_type=Path),
    help="File of known problems, to show which problems are new.",
)
SINCE = click.option(
    "--since", metavar="REV", help="Show which problems are new compared with the same files in this git revision."
)
NEW_ONLY = click.option("--new-only", is_flag=True, help="Fail only on new problems. Needs --baseline or --since.")
STRICT_BASELINE = click.option(
    "--strict-baseline", is_flag=True, help="Exit with 1 if the baseline has resolved entries. Needs --baseline or --since."
)


# -- what is written, and how


class OutputOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is written, and how."""

    outputs: tuple[str, ...]
    """FORMAT, FORMAT:PATH or PATH, as -o takes them."""
    audience: str
    color: str
    quiet: bool
    verbose: int
    earlier: Path | None = None
    """The JSON result of an earlier check."""
    no_progress: bool = False

    @property
    def shows_progress(self) -> bool:
        """Return whether to show the progress of the run."""
        return not self.no_progress and not self.quiet


def _output(formats: tuple[str, ...], words: str, **more: Any) -> Decorator:
    return click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[:PATH]",
        shell_complete=formats_like(formats),
        help=words,
        **more,
    )


_FROM_EXTENSION = "If the extension shows the format, give only the path: november.html. Can be repeated."
_REPORTS = (
    "Report to write: console, html, markdown, csv (one row per problem), json, or work-list (after the export: payments to apply "
    "by hand, as CSV). For a gate: github, gitlab, sarif, junit. Without a path, or with - as the path, it goes to the screen. "
    f"{_FROM_EXTENSION}"
)
OUTPUT = _output(FORMATS, _REPORTS, cls=SettledOption, key="outputs", envvar="EXPORTREADY_CHECK_OUTPUT")
RENDER_OUTPUT = _output(FORMATS, _REPORTS, envvar="EXPORTREADY_CHECK_OUTPUT")
AUDIT_OUTPUT = _output(
    AUDIT_FORMATS,
    f"Report to write: console, html, csv (one row per account), mail-merge (CSV of messages), markdown or json. {_FROM_EXTENSION}",
    envvar="EXPORTREADY_AUDIT_OUTPUT",
)
DIFF_OUTPUT = _output(DIFF_FORMATS, f"Report to write: console, json or markdown. {_FROM_EXTENSION}")
AUDIENCE = click.option(
    "--audience",
    cls=SettledOption,
    key="audience",
    type=click.Choice(["office", "csm", "engineer"]),
    default="office",
    show_default=True,
    envvar="EXPORTREADY_CHECK_AUDIENCE",
    help="Who reads the report: the office, a customer-success manager, or an engineer. An HTML page has all three views and "
    "opens with this one.",
)
EARLIER = click.option(
    "--earlier",
    type=click.Path(path_type=Path),
    metavar="RESULT",
    help="JSON result of an earlier check of this account, to show what changed.",
)
COLOR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether to use color on the screen.",
)
NO_PROGRESS = click.option("--no-progress", is_flag=True, help="Don't show progress.")
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing on the screen. Files given with -o are still written.")
VERBOSE = click.option("-v", "--verbose", count=True, help="Show rule ids, places in files, and checks that passed.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
