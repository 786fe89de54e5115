"""`exportready init` and `exportready ask`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from exportready.cli.options import Moment, now


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--by", default="", metavar="WHO", help="Who answers, such as «office manager».")
@click.option("--blank", is_flag=True, help="Ask nothing: write account.yaml with every question left open.")
@click.option("--spreadsheet", is_flag=True, help="Ask nothing: write the questions as answers.csv, to be filled in.")
@click.option("--at", type=Moment(), help="Date the answers to this moment (default: now; without an offset, UTC).")
def init(folder: Path, by: str, blank: bool, spreadsheet: bool, at: datetime | None) -> None:
    """Begin an account: a dozen questions, account.yaml, and a page that says which four exports to make.

    Replies may be piped too, one a line; an empty line means that nobody knows. FOLDER is where the files are to be
    (default: here).
    """
    from exportready.cli.begin import begin

    begin(folder, by, at or now(), blank=blank, spreadsheet=spreadsheet)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--all", "everything", is_flag=True, help="Ask what was answered and still counts, too; Enter alone keeps it.")
@click.option("--at", type=Moment(), help="Ask as of this moment (default: now; without an offset, UTC).")
@click.option(
    "--rules", "rules_folder", type=click.Path(path_type=Path), help="A folder of rules to use instead of the shipped ones."
)
def ask(folder: Path, everything: bool, at: datetime | None, rules_folder: Path | None) -> None:
    """Ask only what is open: answers that went stale, and what the files in FOLDER leave unclear."""
    from exportready.cli.begin import go_on
    from exportready.cli.settings import rulebook_of

    go_on(folder, rulebook_of(rules_folder), at or now(), everything=everything)
