"""`exportready diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exportready.cli.command import Command
from exportready.cli.moments import AT
from exportready.cli.options import (
    CONFIG,
    DIFF_FORMATS,
    DIFF_OUTPUT,
    NO_CONFIG,
    PHASE,
    RULES,
    RuleOptions,
    SnapshotOptions,
    group,
)

if TYPE_CHECKING:
    from exportready.model.rules import Rulebook
    from exportready.results.compare import Result


@click.command(cls=Command, examples=["exportready diff october.json november.json"])
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--earlier",
    type=click.Path(path_type=Path),
    metavar="RESULT",
    help="A result from before OLD, to show which problems came back.",
)
@DIFF_OUTPUT
@group("judging", SnapshotOptions, PHASE, AT)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
def diff(
    old: Path,
    new: Path,
    earlier: Path | None,
    outputs: tuple[str, ...],
    judging: SnapshotOptions,
    rules: RuleOptions,
) -> int:
    """Show what changed between two results or snapshots.

    OLD and NEW are results that check saved with -o json:PATH, or folders or .zips of exported files.

    Shows problems that are new, fixed, unchanged or back again; those that differ only because a rule changed; settings that changed;
    and confirmations that are new or no longer count. Exits with 1 if there are new problems.
    """
    from msgspec.structs import replace

    from exportready.cli.collisions import check_targets
    from exportready.cli.output import write
    from exportready.cli.outputs import target_of
    from exportready.cli.settings import settle
    from exportready.reporters import difference
    from exportready.results.compare import compare

    wanted = [target_of(output, DIFF_FORMATS, "a format of diff") for output in outputs or ("console",)]
    settled, judging = settle(rules), replace(judging, at=judging.moment)
    book = settled.rulebook
    check_targets([target for _, target in wanted], (old, new, earlier, *settled.files))
    before = _result(earlier, judging, book) if earlier is not None else None
    found = compare(_result(old, judging, book), _result(new, judging, book), before)
    writers = dict(zip(DIFF_FORMATS, (difference.console, difference.as_json, difference.markdown), strict=True))
    write([(target, writers[name](found)) for name, target in wanted])
    return 1 if found.is_worse else 0


def _result(path: Path, judging: SnapshotOptions, book: Rulebook) -> Result:
    """Read a saved result, or check a snapshot now."""
    import json

    from exportready.cli.judging import judged, request
    from exportready.reporters import Options, render
    from exportready.results.compare import NoResult, result_from_json
    from exportready.results.json_text import from_json
    from exportready.schema.files import read_bytes

    try:
        data = read_bytes(path) if path.is_file() else b""
        if data and (path.suffix.lower() == ".json" or data[:200].lstrip().startswith(b"{")):
            stated = from_json(data)
        else:
            stated = json.loads(render("json", judged(request(path, judging, book)), Options()))
        return result_from_json(stated if isinstance(stated, dict) else {})
    except (NoResult, OSError) as error:
        raise click.ClickException(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} is damaged ({error}). Run check again with -o json:{path}.") from error
