"""`exportready baseline create` and `exportready baseline prune`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.command import Group
from exportready.cli.moments import AT
from exportready.cli.options import BEFORE, CONFIG, NO_CONFIG, PHASE, RULES, RuleOptions, SnapshotOptions, group


@click.group(cls=Group, examples=["exportready baseline create november -o baseline.json"])
def baseline() -> None:
    """Manage the baseline of known problems.

    With a baseline, "exportready check --new-only" fails only on new problems.
    """


@baseline.command(examples=["exportready baseline create november -o baseline.json"])
@click.argument("snapshot", type=click.Path(path_type=Path))
@click.option("-o", "--output", "target", metavar="PATH", help="File to write (default: the screen).")
@group("judging", SnapshotOptions, PHASE, BEFORE, AT)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
def create(snapshot: Path, target: str | None, judging: SnapshotOptions, rules: RuleOptions) -> None:
    """Save the current problems as the baseline.

    SNAPSHOT is the folder or .zip with your exported files.
    """
    from exportready.cli.collisions import check_targets
    from exportready.cli.judging import judged, request
    from exportready.cli.output import write
    from exportready.cli.settings import settle
    from exportready.policy.baseline import of, text

    settled = settle(rules)
    check_targets([target], (snapshot, judging.before, *settled.files))
    write([(target, text(of(judged(request(snapshot, judging, settled.rulebook)), settled.rulebook.rules)))])


@baseline.command(examples=["exportready baseline prune baseline.json november"])
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("snapshot", type=click.Path(path_type=Path))
@group("judging", SnapshotOptions, PHASE, BEFORE, AT)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
def prune(file: Path, snapshot: Path, judging: SnapshotOptions, rules: RuleOptions) -> None:
    """Remove resolved entries from the baseline in FILE.

    An entry is resolved if its problem is no longer in SNAPSHOT, a folder or .zip of exported files. Nothing is ever added.
    """
    from exportready.cli.judging import judged, request
    from exportready.cli.output import note, write
    from exportready.cli.settings import baseline_of, settle
    from exportready.model.display import count
    from exportready.policy.baseline import pruned, text

    old = baseline_of(file)
    new = pruned(old, judged(request(snapshot, judging, settle(rules).rulebook)).results)
    write([(str(file), text(new))])
    removed = count(len(old.entries) - len(new.entries), "resolved entry", "resolved entries")
    note(f"{file}: removed {removed}, {count(len(new.entries), 'known problem')} left")
