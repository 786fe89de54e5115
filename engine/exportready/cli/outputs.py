"""Read the values of -o, and write each format to its path; read saved results back."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exportready.cli.collisions import check_targets
from exportready.cli.options import FORMATS, OutputOptions
from exportready.cli.output import note, show
from exportready.model.commands import quote
from exportready.runtime import debug

if TYPE_CHECKING:
    from exportready.model.changes import Changes
    from exportready.model.report import Report
    from exportready.policy.gate import GateResult
    from exportready.reporters import Options

    Target = tuple[str, str | None]

POINTING = ("json", "github", "gitlab", "junit", "sarif")
"""The formats with paths into the repository, and JSON, from which these can be rendered later."""


BY_EXTENSION = {
    ".html": "html", ".md": "markdown", ".csv": "csv", ".json": "json", ".sarif": "sarif", ".sarif.json": "sarif",
    ".xml": "junit", ".txt": "console",
}  # fmt: skip
"""Extension -> format, for a path without a format. SARIF's own extensions are .sarif and .sarif.json."""


def render_options(output: OutputOptions, target: str | None, *, new_only: bool, snapshot: Path | None = None) -> Options:
    """Return how to render a format for a target. None is the screen, which is the only target with colors."""
    from exportready.reporters import Options

    return Options(
        color=target is None and is_colored(output.color),
        width=width(),
        verbose=output.verbose,
        new_only=new_only,
        audience=output.audience,
        folder=quote(str(snapshot)) if snapshot else "",
    )


def targets(
    outputs: Sequence[str], quiet: bool, formats: Sequence[str] = FORMATS, *, inputs: Iterable[Path | None] = ()
) -> list[Target]:
    """Return (format, path or None for the screen) of each -o; the console if there is none.

    `inputs` are the files and folders that the command reads. Raises click.UsageError, also if a report would replace one of them.
    """
    wanted = [target_of(output, formats) for output in outputs or (() if quiet else ("console",))]
    if sum(target is None for _, target in wanted) > 1:
        raise click.UsageError("Only one format can go to the screen. Give the others a path, such as html:report.html.")
    check_targets([target for _, target in wanted], inputs)
    return wanted


def target_of(output: str, formats: Sequence[str] = FORMATS, what: str = "a format") -> Target:
    """Read FORMAT, FORMAT:PATH, FORMAT:- or a PATH whose extension shows the format. Raises click.UsageError."""
    name, colon, target = output.partition(":")
    if name in formats:
        if name == "html" and not target and sys.stdout.isatty():
            raise click.UsageError("HTML can't be shown in a terminal. Give it a path, such as -o html:report.html.")
        return name, target if target and target != "-" else None
    if not Path(output).suffix or (colon and not _DRIVE.match(output)):
        raise click.UsageError(f"'{name}' is not {what}. Use one of {', '.join(formats)}.")
    suffixes = [suffix.lower() for suffix in Path(output).suffixes]
    meant = BY_EXTENSION.get("".join(suffixes[-2:])) or BY_EXTENSION.get(suffixes[-1])
    if meant is None or meant not in formats:
        raise click.UsageError(
            f"The extension of '{output}' doesn't say which format to write. Use FORMAT:{output} with one of {', '.join(formats)}."
        )
    return meant, output


_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
"""How an absolute path begins on Windows, where the colon doesn't follow a format."""


def write_report(
    report: Report,
    wanted: list[Target],
    output: OutputOptions,
    gate: GateResult | None = None,
    snapshot: Path | None = None,
    *,
    new_only: bool = False,
) -> None:
    """Write every format, then print what was written.

    `gate` is the result of a gate on new problems, which the console shows at its end. With it, or with `new_only`, formats
    for gates leave out known problems.
    """
    from exportready.cli.output import write
    from exportready.reporters import render
    from exportready.reporters.gate_line import gate_text

    new_only = new_only or gate is not None
    result_line = gate_text(gate, report) if gate is not None else ""

    texts: list[tuple[str | None, str]] = []
    screen = ""
    for name, target in wanted:
        text = render(name, report, render_options(output, target, new_only=new_only, snapshot=snapshot))
        text += result_line if name == "console" else ""
        if name == "console" and target is None:
            screen = text
        else:
            texts.append((target, text))
    write(texts)
    if any(name == "github" for name, _ in wanted):
        _step_summary(report, render_options(output, "", new_only=new_only))
    if screen:
        show(screen, is_color=is_colored(output.color))
    if not screen and not output.quiet and all(target is not None for target, _ in texts):
        from exportready.reporters import view

        note(f"{view.verdict(report)} - {view.account_name(report)}")
        if result_line:
            note(result_line)
    for target, _ in texts:
        if target is not None and not output.quiet:
            note(f"Wrote {target}")


def base(snapshot: Path, wanted: list[Target]) -> str:
    """Return the snapshot's path in its repository, for the formats that need it; empty if none of them is written."""
    if not any(name in POINTING for name, _ in wanted):
        return ""
    from exportready.cli.revision import base_of

    return base_of(snapshot)


def changes_since(earlier: Path | None, report: Report) -> Changes | None:
    """Return what changed since the result in a file; None without a file. Raises click.ClickException."""
    if earlier is None:
        return None
    from exportready.kinds import fold
    from exportready.results.compare import NoResult, compare, result_from_json
    from exportready.results.write import result_data
    from exportready.schema.times import LIFETIME

    try:
        old, new = result_from_json(_json(earlier)), result_from_json(result_data(report))
    except NoResult as error:
        raise click.ClickException(f"{earlier}: {error}") from error
    with reading(earlier):
        moment = datetime.fromisoformat(old.checked_at)
        if moment.tzinfo is None or moment.year not in LIFETIME or not isinstance(old.account, str | None):
            raise ValueError(f"invalid time {old.checked_at!r} or account {old.account!r}")
    if old.account and new.account and fold(old.account) != fold(new.account):
        raise click.ClickException(
            f"{earlier} is a result of another account ({old.account}, not {new.account}). Give an earlier result of this account."
        )
    return compare(old, new)


def stored_report(path: Path) -> Report:
    """Read the report in a saved result. Raises click.ClickException if the file is damaged or was edited."""
    from exportready.policy.gate import verdict
    from exportready.results.read import NotStored, report_from_json

    try:
        found = report_from_json(_json(path))
    except NotStored as error:
        raise click.ClickException(f"{path}: {error}") from error
    if verdict(found.results, found.sources, found.notes.waivers) is not found.verdict:
        raise click.ClickException(
            f"{path}: its verdict doesn't match its findings, so the file was edited. Run check again with -o json:{path}."
        )
    return found


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an error in a block that shows a saved result into one about its file, which must be damaged."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError) as error:
        if debug.is_on():
            raise
        raise click.ClickException(
            f"{path} is damaged ({type(error).__name__}: {error}). Run check again with -o json:RESULT.json."
        ) from error


def _json(path: Path) -> dict[str, object]:
    from exportready.results.json_text import from_json
    from exportready.schema.files import read_bytes

    try:
        stated = from_json(read_bytes(path))
    except OSError as error:
        raise click.ClickException(
            f"Can't open {path} ({error.strerror}). Give the file that check saved with -o json:RESULT.json."
        ) from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(
            f"{path} is not valid JSON ({error}). Give the file that check saved with -o json:RESULT.json."
        ) from error
    return stated if isinstance(stated, dict) else {}


def _step_summary(report: Report, options: Options) -> None:
    """Add the summary to the file in GITHUB_STEP_SUMMARY, if GitHub set it."""
    from exportready.reporters.github import summary

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        try:
            with open(path, "a", encoding="utf-8", errors="replace") as file:
                file.write(summary(report, options))
        except OSError as error:
            note(f"Can't write the step summary to {path} ({error.strerror}).")


def is_colored(color: str) -> bool:
    """Return whether to use colors. With "auto", only if the screen can show them and NO_COLOR isn't set."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def width() -> int:
    """Return how many columns to use: those of the screen, but at most 100, since longer lines are hard to read."""

    import shutil

    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 100))
