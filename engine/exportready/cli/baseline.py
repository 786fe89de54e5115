"""`exportready baseline create` and `exportready baseline prune`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.options import AT, BEFORE, CONFIG, NO_CONFIG, PHASE, RULES, RuleOptions, SnapshotOptions, group


@click.group()
def baseline() -> None:
    """What stood when somebody drew the line, so that a gate stops only what is new."""


@baseline.command()
@click.argument("snapshot", type=click.Path(path_type=Path))
@click.option("-o", "--output", "target", metavar="PATH", help="The file to write; without it, to the screen.")
@group("judging", SnapshotOptions, PHASE, BEFORE, AT)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
def create(snapshot: Path, target: str | None, judging: SnapshotOptions, rules: RuleOptions) -> None:
    """Write down what stands now."""
    from exportready.cli.judging import judged, request
    from exportready.cli.output import write
    from exportready.cli.settings import settle
    from exportready.policy.baseline import of, text

    write([(target, text(of(judged(request(snapshot, judging, settle(rules).rulebook)))))])


@baseline.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("snapshot", type=click.Path(path_type=Path))
@group("judging", SnapshotOptions, PHASE, BEFORE, AT)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
def prune(file: Path, snapshot: Path, judging: SnapshotOptions, rules: RuleOptions) -> None:
    """Take out of FILE what stands no more in SNAPSHOT. It only ever shrinks."""
    from exportready.cli.judging import judged, request
    from exportready.cli.output import write
    from exportready.cli.settings import baseline_of, settle
    from exportready.policy.baseline import pruned, text

    old = baseline_of(file)
    new = pruned(old, judged(request(snapshot, judging, settle(rules).rulebook)).results)
    write([(str(file), text(new))])
    click.echo(f"{file}: {len(new.entries)} of {len(old.entries)} are left", err=True)
