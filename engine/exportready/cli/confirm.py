"""`exportready confirm`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
import msgspec

from exportready.cli.command import Command
from exportready.cli.completion import rules_like
from exportready.cli.moments import Moment, now
from exportready.cli.options import group


class ConfirmOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about the checks that a person can confirm."""

    value: bool | None = None
    """Whether all is well; None: ask."""
    withdraw: bool = False
    lists: bool = False
    as_json: bool = False
    by: str = ""
    at: datetime | None = None
    rules_folder: Path | None = None

    def check(self, rules: tuple[str, ...]) -> None:
        """Raise click.UsageError for options that don't go together."""
        if (self.value is not None or self.withdraw) and not rules:
            raise click.UsageError("--yes, --no and --withdraw need the id of a check. To list the open ones, use --list.")
        if self.withdraw and self.value is not None:
            raise click.UsageError("Use either --withdraw, or --yes or --no.")
        if self.lists and (self.withdraw or self.value is not None):
            raise click.UsageError("--list changes nothing. Leave out --yes, --no and --withdraw.")
        if self.as_json and not self.lists:
            raise click.UsageError("--json needs --list.")


_OPTIONS = (
    click.option("--yes", "value", flag_value=True, type=bool, default=None, help="You looked, and all is well. Needs RULE."),
    click.option(
        "--no", "value", flag_value=False, type=bool, default=None, help="You looked, and something is wrong. Needs RULE."
    ),
    click.option("--withdraw", is_flag=True, help="Remove what was confirmed. Needs RULE."),
    click.option("--list", "lists", is_flag=True, help="Ask nothing; list what you can confirm now."),
    click.option("--json", "as_json", is_flag=True, help="With --list: print JSON."),
    click.option("--by", default="", metavar="WHO", help='Who looked, such as "Office manager" (default: your user name).'),
    click.option("--at", type=Moment(), help="Date and time of the confirmation (default: now; UTC if it has no offset)."),
    click.option(
        "--rules", "rules_folder", type=click.Path(path_type=Path), help="Folder of rules to use instead of the built-in ones."
    ),
)


@click.command(
    cls=Command,
    examples=[
        "exportready confirm november",
        "exportready confirm november batching/technician-on-lines --yes",
        "exportready confirm november batching/technician-on-lines --withdraw",
    ],
)
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.argument("rules", nargs=-1, metavar="[RULE]...", shell_complete=rules_like)
@group("options", ConfirmOptions, *_OPTIONS)
def confirm(folder: Path, rules: tuple[str, ...], options: ConfirmOptions) -> None:
    """Confirm checks that the files in FOLDER can't decide.

    For each such check, it shows what to look at and asks what you see. Your answers are saved in account.yaml with your name and the
    date. They never hide a problem that the files show. RULE is the id of a check; without it, all open ones are asked.
    """
    from exportready.cli.confirming import Desk, user_name
    from exportready.cli.settings import rulebook_of

    options.check(rules)
    desk = Desk(folder, rulebook_of(options.rules_folder), options.by or user_name(), options.at or now())
    desk.check_ids(rules)
    if options.lists:
        desk.show(rules, as_json=options.as_json)
    elif options.withdraw:
        desk.withdraw(rules)
    elif options.value is not None:
        desk.save(rules, value=options.value)
    else:
        desk.ask(rules)
