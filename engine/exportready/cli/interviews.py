"""`exportready init` and `exportready ask`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from exportready.cli.command import Command
from exportready.cli.moments import Moment, now


@click.command(cls=Command, examples=["exportready init november"])
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--by", default="", metavar="WHO", help='Who answers, such as "office manager".')
@click.option("--blank", is_flag=True, help="Ask nothing; write account.yaml with every question left open.")
@click.option("--spreadsheet", is_flag=True, help="Ask nothing; write the questions to answers.csv, to fill in with Excel.")
@click.option("--at", type=Moment(), help="Date and time of the answers (default: now; UTC if it has no offset).")
def init(folder: Path, by: str, blank: bool, spreadsheet: bool, at: datetime | None) -> None:
    """Set up an account by answering eight questions.

    Your answers are saved in account.yaml in FOLDER, the folder for the exported files (default: the current one), with a page that
    lists the files to export. You can also pipe the answers, one per line; an empty line means "don't know".
    """
    from exportready.cli.begin import begin

    begin(folder, by, at or now(), blank=blank, spreadsheet=spreadsheet)


@click.command(cls=Command, examples=["exportready ask november"])
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Also ask the questions whose answers are up to date; press Enter to keep an answer.",
)
@click.option("--by", default="", metavar="WHO", help="Who confirms what only a person can see (default: your user name).")
@click.option("--at", type=Moment(), help="Date and time to ask for (default: now; UTC if it has no offset).")
@click.option(
    "--rules", "rules_folder", type=click.Path(path_type=Path), help="Folder of rules to use instead of the built-in ones."
)
def ask(folder: Path, everything: bool, by: str, at: datetime | None, rules_folder: Path | None) -> None:
    """Answer open questions about the files in FOLDER.

    Asks for answers that are missing or out of date, and about anything that the files leave unclear. Then
    it asks you to confirm what only a person can see.
    """
    from exportready.cli.begin import go_on
    from exportready.cli.settings import rulebook_of

    go_on(folder, rulebook_of(rules_folder), at or now(), by, everything=everything)
