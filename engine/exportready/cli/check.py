"""`exportready check`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.options import (
    ALLOW_UNKNOWN,
    AT,
    AUDIENCE,
    BASELINE,
    BEFORE,
    COLOR,
    CONFIG,
    EARLIER,
    ENGINE,
    FAIL_ON,
    IGNORE,
    JOBS,
    NEW_ONLY,
    NO_CONFIG,
    NO_PROGRESS,
    OUTPUT,
    PHASE,
    QUIET,
    RULES,
    SELECT,
    SINCE,
    STRICT_BASELINE,
    VERBOSE,
    WAIVERS,
    GateOptions,
    OutputOptions,
    RuleOptions,
    SnapshotOptions,
    group,
)


@click.command()
@click.argument("snapshot", type=click.Path(path_type=Path))
@group("judging", SnapshotOptions, BEFORE, PHASE, AT, ENGINE, JOBS)
@group("output", OutputOptions, OUTPUT, AUDIENCE, EARLIER, COLOR, NO_PROGRESS, QUIET, VERBOSE)
@click.option("--batch", metavar="NUMBER", help="Show one batch only, with a verdict of its own.")
@group("rules", RuleOptions, SELECT, IGNORE, RULES)
@group("gate", GateOptions, FAIL_ON, ALLOW_UNKNOWN, WAIVERS, BASELINE, SINCE, NEW_ONLY, STRICT_BASELINE)
@CONFIG
@NO_CONFIG
@click.option("--show-settings", is_flag=True, help="Say what is in force and where it was said, and judge nothing.")
def check(
    snapshot: Path,
    judging: SnapshotOptions,
    output: OutputOptions,
    batch: str | None,
    rules: RuleOptions,
    gate: GateOptions,
    show_settings: bool,
) -> int:
    """Check a folder or .zip of exported files: can the batch be exported, and what is to be fixed first?

    \b
    Ends with
      0  passed
      1  problems at or above --fail-on
      2  the command, the rules or the program itself could not be used; nothing was judged
      3  nothing could be decided
      4  can't say yet (--allow-unknown makes it 0, except when a file is broken)
    """
    from msgspec.structs import replace

    from exportready.cli.judging import baseline_of, judged, request, usable
    from exportready.cli.output import echo
    from exportready.cli.outputs import base, changes_since, targets, write_report
    from exportready.cli.progress import watcher
    from exportready.cli.settings import settle, shown, since_over_baseline
    from exportready.policy.batches import narrowed
    from exportready.policy.gate import exit_code

    if gate.since is not None and since_over_baseline():
        gate = replace(gate, baseline_file=None)
    if not show_settings:
        _compatible(gate)
    settled = settle(rules, waivers_file=gate.waivers_file, baseline_file=gate.baseline_file, outputs=output.outputs)
    if show_settings:
        echo(shown(settled.rulebook))
        return 0
    wanted = targets(output.outputs, output.quiet)
    asked = request(snapshot, judging, settled.rulebook, rules)
    old, named = settled.baseline, gate.baseline_file.as_posix() if gate.baseline_file is not None else ""
    if gate.since is not None:
        old, named = baseline_of(asked, gate.since)
    watch = watcher(output.shows_progress)
    report = judged(replace(asked, waivers=settled.waivers, baseline=old, baseline_name=named, on_file=watch))
    if batch is not None:
        with usable():
            report = narrowed(report, batch)
    if not report.results:
        raise click.ClickException(
            f"no rule is left to judge in the phase {report.phase}; look at --select, --ignore and --phase"
        )
    report = replace(report, base=base(snapshot, wanted), changes=changes_since(output.earlier, report))
    write_report(report, wanted, output, new_only=gate.new_only)
    return int(exit_code(report, gate.policy(settled.thresholds)))


def _compatible(gate: GateOptions) -> None:
    """Raise click.UsageError for options that say what is old twice, or not at all where others need it."""
    if gate.baseline_file is not None and gate.since is not None:
        raise click.UsageError("--baseline and --since both say what is old; give one of them")
    if (gate.new_only or gate.strict_baseline) and gate.baseline_file is None and gate.since is None:
        raise click.UsageError("--new-only and --strict-baseline need --baseline FILE or --since REV to compare with")
