"""What -o asks for, and how it is written: each format to its place, the verdict to whoever watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

if TYPE_CHECKING:
    from exportready.model.changes import Changes
    from exportready.model.report import Report
    from exportready.reporters import Options

    Target = tuple[str, str | None]

FORMATS = ("console", "html", "markdown", "csv", "json", "work-list", "github", "gitlab", "sarif", "junit")
POINTING = ("json", "github", "gitlab", "junit", "sarif")
"""Those that point into the repository, and the one of which the others can be made."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """How the user wants to see it."""

    color: str
    verbose: int
    quiet: bool
    audience: str
    new_only: bool

    def options(self, target: str | None) -> Options:
        """For one format: only the screen has colours."""
        from exportready.reporters import Options

        return Options(
            color=target is None and is_colored(self.color),
            width=width(),
            verbose=self.verbose,
            new_only=self.new_only,
            audience=self.audience,
        )


def targets(outputs: tuple[str, ...], quiet: bool, formats: tuple[str, ...] = FORMATS) -> list[Target]:
    """(format, path or None for the screen) of each -o; the console where none is given. Raises click.UsageError."""
    wanted: list[Target] = []
    for output in outputs or (() if quiet else ("console",)):
        name, _, target = output.partition(":")
        if name not in formats:
            raise click.UsageError(f"'{name}' is not a format; there are {', '.join(formats)}")
        wanted.append((name, target if target and target != "-" else None))
    if sum(target is None for _, target in wanted) > 1:
        raise click.UsageError("only one format can go to the screen; give the others a path, such as html:report.html")
    paths = [target for _, target in wanted if target is not None]
    if len(set(paths)) != len(paths):
        raise click.UsageError("two formats go to one file; give each a path of its own")
    return wanted


def write_report(report: Report, wanted: list[Target], shown: Shown) -> None:
    """Write every format, then tell what was written."""
    from exportready.cli.output import write
    from exportready.reporters import render

    texts: list[tuple[str | None, str]] = []
    screen = ""
    for name, target in wanted:
        text = render(name, report, shown.options(target))
        if name == "console" and target is None:
            screen = text
        else:
            texts.append((target, text))
    write(texts)
    if any(name == "github" for name, _ in wanted):
        _step_summary(report, shown.options(""))
    if screen:
        show(screen, shown.color)
    if not screen and not shown.quiet and all(target is not None for target, _ in texts):
        from exportready.reporters import view

        click.echo(f"{view.verdict(report)} - {view.account_name(report)}", err=True)
    for target, _ in texts:
        if target is not None and not shown.quiet:
            click.echo(f"Wrote {target}", err=True)


def show(text: str, color: str) -> None:
    """On the screen, whatever it can show."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, errors="replace").decode(encoding), nl=False, color=is_colored(color))


def base(snapshot: Path, wanted: list[Target]) -> str:
    """Where the snapshot lies in its repository, for the formats that point into it."""
    if not any(name in POINTING for name, _ in wanted):
        return ""
    from exportready.cli.revision import base_of

    return base_of(snapshot)


def changes_since(earlier: Path | None, report: Report) -> Changes | None:
    """What is different from the result in a file; None where none is named."""
    if earlier is None:
        return None
    from exportready.kinds import fold
    from exportready.results.compare import NoResult, compare, result
    from exportready.results.write import stated

    try:
        old, new = result(_json(earlier)), result(stated(report))
    except NoResult as error:
        raise click.ClickException(f"{earlier}: {error}") from error
    with reading(earlier):
        moment = datetime.fromisoformat(old.checked_at)
        if moment.tzinfo is None or not 1970 < moment.year < 2200 or not isinstance(old.account, str | None):
            raise ValueError(f"«{old.checked_at}» is no moment with an offset, or «{old.account}» no name of an account")
    if old.account and new.account and fold(old.account) != fold(new.account):
        raise click.ClickException(f"{earlier}: it is the result of another account ({old.account}, not {new.account})")
    return compare(old, new)


def stored_report(path: Path) -> Report:
    """The report of a stored result; what is wrong with it ends the program."""
    from exportready.policy.gate import verdict
    from exportready.results.read import NotStored, report

    try:
        found = report(_json(path))
    except NotStored as error:
        raise click.ClickException(f"{path}: {error}") from error
    is_one_batch = bool(found.results) and [one.verdict for one in found.batches] == [found.verdict]
    if verdict(found.results, found.sources) is not found.verdict and not is_one_batch:
        raise click.ClickException(
            f"{path}: its verdict is not that of what it holds; somebody changed it. Write it anew with -o json:{path}"
        )
    return found


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Whatever cannot be shown of a result that was read from a file is damage of the file."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        if os.environ.get("EXPORTREADY_DEBUG"):
            raise
        told = f"{path}: it is damaged ({type(error).__name__}: {error}); write it anew with -o json:RESULT.json"
        raise click.ClickException(told) from error


def _json(path: Path) -> dict[str, object]:
    import json

    try:
        stated = json.loads(path.read_bytes())
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be opened ({error.strerror}); name what -o json:RESULT.json wrote"
        ) from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} is no JSON ({error}); name what -o json:RESULT.json wrote") from error
    return stated if isinstance(stated, dict) else {}


def _step_summary(report: Report, options: Options) -> None:
    """GitHub names the file that a step adds its summary to."""
    from exportready.reporters.github import summary

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        try:
            with open(path, "a", encoding="utf-8", errors="replace") as file:
                file.write(summary(report, options))
        except OSError as error:
            click.echo(f"The step summary cannot be written to {path} ({error.strerror}).", err=True)


def is_colored(color: str) -> bool:
    """Colours are wanted, and the screen has some."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def width() -> int:
    """Of the screen, within what reads well."""
    import shutil

    return max(40, min(shutil.get_terminal_size((88, 24)).columns, 100))
