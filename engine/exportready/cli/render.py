"""`exportready render`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.command import Command
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


@click.command(cls=Command, examples=["exportready render november.json -o html:november.html"])
@click.argument("result", type=click.Path(path_type=Path))
@group("output", OutputOptions, RENDER_OUTPUT, AUDIENCE, EARLIER, COLOR, QUIET, VERBOSE)
@click.option("--new-only", is_flag=True, help="Leave known problems out of github, gitlab, sarif and junit.")
@CONFIG
@NO_CONFIG
def render(result: Path, output: OutputOptions, new_only: bool) -> None:
    """Write a saved result in other formats, without a new check.

    RESULT is the file that check saved with -o json:RESULT. The reports are the same as check itself would have written.
    """

    from msgspec.structs import replace

    from exportready.cli.config import WHAT
    from exportready.cli.outputs import changes_since, reading, stored_report, targets, write_report
    from exportready.cli.settings import settings

    settings().mistakes.raise_if_any(WHAT)
    wanted = targets(output.outputs, output.quiet, inputs=(result, output.earlier))
    report = stored_report(result)
    if output.earlier is not None:
        report = replace(report, changes=changes_since(output.earlier, report))
    with reading(result):
        write_report(report, wanted, output, new_only=new_only)
