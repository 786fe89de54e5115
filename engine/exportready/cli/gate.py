"""Commands of the gate: baselines, waivers, and the difference between two results."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exportready.cli.common import AT, BEFORE, CONFIG, NO_CONFIG, PHASE, RULES, now, settled_rules, waivers_of

if TYPE_CHECKING:
    from exportready.model.rules import Rulebook
    from exportready.results.compare import Result


@click.group()
def baseline() -> None:
    """What stood when somebody drew the line, so that a gate stops only what is new."""


@baseline.command("create")
@click.argument("snapshot", type=click.Path(path_type=Path))
@click.option("-o", "--output", "target", metavar="PATH", help="The file to write; without it, to the screen.")
@PHASE
@BEFORE
@AT
@RULES
@CONFIG
@NO_CONFIG
def create_baseline(
    snapshot: Path,
    target: str | None,
    phase: str | None,
    before: Path | None,
    at: datetime | None,
    folder: Path | None,
    config_file: Path | None,
    no_config: bool,
) -> None:
    """Write down what stands now."""
    from exportready.check import CheckRequest
    from exportready.check import check as run
    from exportready.cli.output import write
    from exportready.evidence.files import NoSnapshot
    from exportready.policy.baseline import of, text

    try:
        request = CheckRequest(
            snapshot=snapshot,
            rulebook=settled_rules(folder, config_file, no_config),
            at=at or now(),
            before=before,
            phase=phase,
        )
        write([(target, text(of(run(request))))])
    except NoSnapshot as error:
        raise click.ClickException(str(error)) from error


@baseline.command("prune")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("snapshot", type=click.Path(path_type=Path))
@PHASE
@BEFORE
@AT
@RULES
@CONFIG
@NO_CONFIG
def prune_baseline(
    file: Path,
    snapshot: Path,
    phase: str | None,
    before: Path | None,
    at: datetime | None,
    folder: Path | None,
    config_file: Path | None,
    no_config: bool,
) -> None:
    """Take out of FILE what stands no more in SNAPSHOT. It only ever shrinks."""
    from exportready.check import CheckRequest
    from exportready.check import check as run
    from exportready.cli.output import write
    from exportready.evidence.files import NoSnapshot
    from exportready.policy.baseline import BadBaseline, pruned, read, text

    try:
        old = read(file)
        request = CheckRequest(
            snapshot=snapshot,
            rulebook=settled_rules(folder, config_file, no_config),
            at=at or now(),
            before=before,
            phase=phase,
        )
        new = pruned(old, run(request).results)
        write([(str(file), text(new))])
    except (BadBaseline, NoSnapshot) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file}: {len(new.entries)} of {len(old.entries)} are left", err=True)


@click.group()
def waivers() -> None:
    """What an owner accepts, for a reason, until a date."""


@waivers.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("snapshot", type=click.Path(path_type=Path), required=False)
@PHASE
@AT
@RULES
@CONFIG
@NO_CONFIG
def check_waivers(
    file: Path,
    snapshot: Path | None,
    phase: str | None,
    at: datetime | None,
    folder: Path | None,
    config_file: Path | None,
    no_config: bool,
) -> int:
    """Tell which waivers in FILE are expired, unknown, refused, soon over, and with SNAPSHOT which are used by nothing.

    Ends with 1 where there is one that does not count or is not needed.
    """
    from exportready.check import CheckRequest
    from exportready.check import check as run
    from exportready.evidence.files import NoSnapshot
    from exportready.model.clock import zone_of
    from exportready.policy.waivers import SOON_OVER, remarks, today

    book, moment, found = settled_rules(folder, config_file, no_config), at or now(), waivers_of(file)
    try:
        report = (
            run(CheckRequest(snapshot=snapshot, rulebook=book, at=moment, phase=phase, waivers=found))
            if snapshot is not None
            else None
        )
    except NoSnapshot as error:
        raise click.ClickException(str(error)) from error
    day = today(moment, zone_of(report.account, moment) if report else moment.tzinfo)
    told = remarks(found, book.rules, report.results if report else None, report.account.name if report else None, day)
    for one in told:
        click.echo(f"{one.waiver.where.path}:{one.waiver.where.line}: {one.what}: {one.waiver.rule}: {one.words}")
    click.echo(
        f"{len(found)} waiver{'s' if len(found) != 1 else ''}, {len(told) or 'no'} remark{'s' if len(told) != 1 else ''}"
    )
    return 1 if any(one.what != SOON_OVER for one in told) else 0


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--earlier", type=click.Path(path_type=Path), help="A result from before OLD: what it had and OLD had not is back again."
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[:PATH]",
    help="console, json or markdown; several may be given.",
)
@PHASE
@AT
@RULES
@CONFIG
@NO_CONFIG
def diff(
    old: Path,
    new: Path,
    earlier: Path | None,
    outputs: tuple[str, ...],
    phase: str | None,
    at: datetime | None,
    folder: Path | None,
    config_file: Path | None,
    no_config: bool,
) -> int:
    """What changed from OLD to NEW: two results (-o json) or two snapshots.

    New, fixed, unchanged and back again; what only the rulebook made different; and settings that changed, whether a rule looks at
    them or not. Ends with 1 where something is there that was not.
    """
    from exportready.cli.output import write
    from exportready.reporters import difference
    from exportready.results.compare import compare

    book, moment = settled_rules(folder, config_file, no_config), at or now()
    sides = [_result(path, book, moment, phase) if path is not None else None for path in (old, new, earlier)]
    if sides[0] is None or sides[1] is None:
        raise click.UsageError("name two results or snapshots")
    found = compare(sides[0], sides[1], sides[2])
    writers = {"console": difference.console, "json": difference.machine, "markdown": difference.markdown}
    texts: list[tuple[str | None, str]] = []
    for output in outputs or ("console",):
        name, _, target = output.partition(":")
        if name not in writers:
            raise click.UsageError(f"'{name}' is not a format of diff; there are {', '.join(writers)}")
        texts.append((target if target and target != "-" else None, writers[name](found)))
    write(texts)
    return 1 if found.is_worse else 0


def _result(path: Path, book: Rulebook, moment: datetime, phase: str | None) -> Result:
    """A stored result, else a snapshot that is judged now."""
    import json

    from exportready.check import CheckRequest
    from exportready.check import check as run
    from exportready.evidence.files import NoSnapshot
    from exportready.reporters import Options, render
    from exportready.results.compare import NoResult, result

    try:
        if path.is_file() and (path.suffix.lower() == ".json" or path.read_bytes()[:200].lstrip().startswith(b"{")):
            stated = json.loads(path.read_text(encoding="utf-8-sig"))
        else:
            stated = json.loads(
                render("json", run(CheckRequest(snapshot=path, rulebook=book, at=moment, phase=phase)), Options())
            )
        return result(stated if isinstance(stated, dict) else {})
    except NoSnapshot as error:
        raise click.ClickException(str(error)) from error
    except (NoResult, OSError) as error:
        raise click.ClickException(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} is damaged ({error}); write it anew with -o json:{path}") from error
