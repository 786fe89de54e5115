"""`exportready render`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.options import (
    AUDIENCE,
    COLOR,
    CONFIG,
    EARLIER,
    NO_CONFIG,
    QUIET,
    RENDER_OUTPUT,
    VERBOSE,
    OutputOptions,
    group,
)


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@group("output", OutputOptions, RENDER_OUTPUT, AUDIENCE, EARLIER, COLOR, QUIET, VERBOSE)
@click.option("--new-only", is_flag=True, help="Formats of a gate leave out what stood in the baseline.")
@CONFIG
@NO_CONFIG
def render(result: Path, output: OutputOptions, new_only: bool) -> None:
    """Write the result of an earlier check in other formats: the same as the check itself would have written.

    RESULT is what check wrote with -o json:RESULT. Nothing is judged again.
    """
    from msgspec.structs import replace

    from exportready.cli.config import WHAT
    from exportready.cli.outputs import changes_since, reading, stored_report, targets, write_report
    from exportready.cli.settings import settings

    settings().mistakes.raise_if_any(WHAT)
    wanted = targets(output.outputs, output.quiet)
    report = stored_report(result)
    if output.earlier is not None:
        report = replace(report, changes=changes_since(output.earlier, report))
    with reading(result):
        write_report(report, wanted, output, new_only=new_only)
