"""What several commands share: moments, the rulebook, waivers, and mistakes told on one way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from exportready.model.report import Waiver
    from exportready.model.rules import Rulebook


class Moment(click.ParamType[datetime]):
    """A moment with its offset; without one it is UTC."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it, or say what a moment looks like."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is not a moment; write one such as 2026-11-20T17:30:00-07:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def now() -> datetime:
    """This moment, to the second, by the clock of this machine."""
    return datetime.now(UTC).astimezone().replace(microsecond=0)


def rulebook_of(folder: Path | None) -> Rulebook:
    """The shipped rules, or those of a folder; mistakes end the program."""
    from exportready.rulebook.inference import InferenceMistakes
    from exportready.rulebook.load import RulebookMistakes, load_or_recall
    from exportready.runtime import shipped

    if folder is not None and not folder.is_dir():
        raise click.ClickException(f"{folder} is not a folder of rules")
    try:
        return load_or_recall(folder or shipped.folder("rules"), own=folder is not None)
    except (RulebookMistakes, InferenceMistakes) as error:
        count = len(error.mistakes)
        told = "\n".join(str(mistake if folder is None else mistake.below(folder)) for mistake in error.mistakes)
        raise click.ClickException(f"the rulebook has {count} mistake{'s' if count > 1 else ''}\n{told}") from error


def near(name: str, rulebook: Rulebook) -> str:
    """«; did you mean X?» where a rule has nearly this name."""
    from exportready.schema.shapes import did_you_mean

    return did_you_mean(name, [rule.id for rule in rulebook.rules])


def known(rulebook: Rulebook, names: tuple[str, ...]) -> None:
    """Each is a rule or an area of this rulebook, or the program ends."""
    there = {rule.id for rule in rulebook.rules} | {rule.area for rule in rulebook.rules}
    for name in names:
        if name.rstrip("/") not in there:
            raise click.UsageError(
                f"there is no rule or area '{name}'{near(name, rulebook)} (exportready rules list names them all)"
            )


def waivers_of(path: Path | None) -> tuple[Waiver, ...]:
    """The waivers of a file; mistakes end the program."""
    from exportready.policy.waivers import WaiverMistakes, read

    try:
        return read(path) if path is not None else ()
    except WaiverMistakes as error:
        count = len(error.mistakes)
        raise click.ClickException(f"the waivers have {count} mistake{'s' if count > 1 else ''}\n{error}") from error


AT = click.option("--at", type=Moment(), help="Judge as of this moment (default: now; without an offset, UTC).")
PHASE = click.option("--phase", type=click.Choice(["before-export", "after-export"]), help="Judge before or after the export.")
RULES = click.option(
    "--rules", "folder", type=click.Path(path_type=Path), help="A folder of rules to use instead of the shipped ones."
)
CONFIG = click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="The settings (default: exportready.yaml here or above)."
)
NO_CONFIG = click.option("--no-config", is_flag=True, help="Read no exportready.yaml.")
BEFORE = click.option(
    "--before", type=click.Path(path_type=Path), help="An earlier folder or .zip of the same account, to compare with."
)

SELECT = click.option(
    "--select",
    "selected",
    multiple=True,
    envvar="EXPORTREADY_CHECK_SELECT",
    metavar="RULE",
    help="Judge only this rule or area (items, items/cogs-account).",
)
IGNORE = click.option(
    "--ignore",
    "ignored",
    multiple=True,
    envvar="EXPORTREADY_CHECK_IGNORE",
    metavar="RULE",
    help="Leave this rule or area out.",
)
FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="End with 1 when a problem is at least this bad.",
)
ALLOW_UNKNOWN = click.option("--allow-unknown", is_flag=True, help="End with 0 even when the verdict is «Can't say yet».")
WAIVERS = click.option(
    "--waivers",
    "waivers_file",
    envvar="EXPORTREADY_CHECK_WAIVERS",
    type=click.Path(path_type=Path),
    help="What is accepted, by whom and until when (.yaml or .csv).",
)
ENGINE = click.option(
    "--engine",
    type=click.Choice(["durable", "clips"]),
    help="What infers which issues are key (default: the one that is installed).",
)

OUTPUT = click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    envvar="EXPORTREADY_CHECK_OUTPUT",
    metavar="FORMAT[:PATH]",
    help="What to write and where: console, html, markdown, csv (one row a problem), json, work-list (CSV of payments to apply by hand, "
    "after the export), or for a gate github, gitlab, sarif, junit; without a path, or with -, to the screen. May be given several times.",
)
AUDIENCE = click.option(
    "--audience",
    type=click.Choice(["office", "csm", "engineer"]),
    default="office",
    show_default=True,
    envvar="EXPORTREADY_CHECK_AUDIENCE",
    help="For whom: whoever exports, a customer-success manager, or an engineer. The HTML page holds all three and opens with this one.",
)
EARLIER = click.option(
    "--earlier",
    type=click.Path(path_type=Path),
    metavar="RESULT",
    help="The JSON result of an earlier check of this account: say what changed since.",
)
COLOR = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="Colour on the screen."
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Say nothing; what -o asks for is still written.")
VERBOSE = click.option("-v", "--verbose", count=True, help="Tell more: rule names, places, what is fine.")


def settled_rules(folder: Path | None, config_file: Path | None, no_config: bool) -> Rulebook:
    """The rules as `check` judges them: with the packs, grades and parameters of exportready.yaml."""
    from exportready.cli.settings import adapted_rules, settings_of

    return adapted_rules(rulebook_of(folder), settings_of(config_file, no_config))
