"""Check a snapshot for a command: options in, a report out, and one error message if it can't be checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from msgspec.structs import replace

from exportready.causes.engines import NoEngine
from exportready.check import CheckRequest, check
from exportready.cli.options import RuleOptions, SnapshotOptions
from exportready.evidence.dates import NoDate
from exportready.evidence.files import NoSnapshot
from exportready.model.report import Report
from exportready.model.rules import Rulebook
from exportready.policy.baseline import Baseline, of
from exportready.policy.batches import NoBatch


def request(snapshot: Path, options: SnapshotOptions, rulebook: Rulebook, rules: RuleOptions | None = None) -> CheckRequest:
    """Return what to check, and how."""
    return CheckRequest(
        snapshot=snapshot,
        rulebook=rulebook,
        at=None if options.is_of_files else options.moment,
        seen_at=options.moment if options.is_of_files else None,
        before=options.before,
        phase=options.phase,
        select=rules.selected if rules else (),
        ignore=rules.ignored if rules else (),
        about=rules.about if rules else (),
        engine=options.engine,
        jobs=options.jobs,
    )


def judged(wanted: CheckRequest) -> Report:
    """Check a snapshot. Raises click.ClickException if it doesn't exist, or if the engine isn't installed."""
    with usable():
        return check(wanted)


@contextmanager
def usable() -> Iterator[None]:
    """Turn errors about the snapshot, the engine or the batch into errors of the command line."""
    try:
        yield
    except (NoSnapshot, NoEngine, NoBatch, NoDate) as error:
        raise click.ClickException(str(error)) from error


def baseline_of(wanted: CheckRequest, since: str) -> tuple[Baseline, str]:
    """Return the problems that the snapshot had in a git revision, and a name for them.

    If the revision doesn't have the snapshot, there are no known problems.
    """
    from exportready.cli.revision import NoRevision, at

    try:
        with at(wanted.snapshot, since) as earlier:
            if earlier is None:
                nothing = Baseline(
                    account=None,
                    rulebook=wanted.rulebook.digest,
                    entries=(),
                    undecided=frozenset(),
                    rules=frozenset(rule.id for rule in wanted.rulebook.rules),
                )
                return nothing, f"{since} (which doesn't have these files)"

            old = judged(replace(wanted, snapshot=earlier, engine=None, jobs=1, waivers=(), on_file=None))
            return of(old, wanted.rulebook.rules), since
    except NoRevision as error:
        raise click.ClickException(str(error)) from error
