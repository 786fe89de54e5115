"""`exportready check`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.about import ABOUT
from exportready.cli.command import Command
from exportready.cli.moments import AT
from exportready.cli.options import (
    ALLOW_UNKNOWN,
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
    NO_CONFIRMATIONS,
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


@click.command(
    cls=Command,
    examples=[
        "exportready check november",
        "exportready check november -o html:report.html",
        "exportready check november --baseline baseline.json --new-only",
        "exportready check november --about setup --at files",
    ],
)
@click.argument("snapshot", type=click.Path(path_type=Path))
@group("judging", SnapshotOptions, BEFORE, PHASE, AT, ENGINE, JOBS)
@group("output", OutputOptions, OUTPUT, AUDIENCE, EARLIER, COLOR, NO_PROGRESS, QUIET, VERBOSE)
@click.option("--batch", metavar="NUMBER", help="Check only this batch.")
@group("rules", RuleOptions, ABOUT, SELECT, IGNORE, RULES)
@group("gate", GateOptions, FAIL_ON, ALLOW_UNKNOWN, NO_CONFIRMATIONS, WAIVERS, BASELINE, SINCE, NEW_ONLY, STRICT_BASELINE)
@CONFIG
@NO_CONFIG
@click.option("--show-settings", is_flag=True, help="Show every setting and where it comes from; check nothing.")
def check(
    snapshot: Path,
    judging: SnapshotOptions,
    output: OutputOptions,
    batch: str | None,
    rules: RuleOptions,
    gate: GateOptions,
    show_settings: bool,
) -> int:
    """Check if a batch is ready to export, and what to fix first.

    SNAPSHOT is the folder or .zip with the files that you exported from ServiceTitan and QuickBooks.

    \b
    Exit codes:
      0  passed
      1  problems at or above --fail-on
      2  the command, the rules or ExportReady itself failed, or the result could
         not be written
      3  nothing could be checked
      4  something important could not be checked (0 with --allow-unknown), or a
         file could not be read
    """
    from msgspec.structs import replace

    from exportready.cli.judging import baseline_of, judged, request, usable
    from exportready.cli.output import echo
    from exportready.cli.outputs import base, changes_since, targets, write_report
    from exportready.cli.progress import watcher
    from exportready.cli.settings import settle, shown, since_over_baseline
    from exportready.policy.batches import narrowed
    from exportready.policy.gate import gate_result

    if gate.since is not None and since_over_baseline():
        gate = replace(gate, baseline_file=None)
    if not show_settings:
        _compatible(gate)
    settled = settle(rules, waivers_file=gate.waivers_file, baseline_file=gate.baseline_file, outputs=output.outputs)
    if show_settings:
        echo(shown(settled.rulebook))
        return 0
    inputs = (snapshot, judging.before, output.earlier, gate.waivers_file, gate.baseline_file, *settled.files)
    wanted = targets(output.outputs, output.quiet, inputs=inputs)
    asked = replace(request(snapshot, judging, settled.rulebook, rules), confirmations=not gate.no_confirmations)
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
            f"No rules are left to check {report.phase.replace('-', ' the ')}. Change --select, --ignore, --about or --phase."
        )
    report = replace(report, base=base(snapshot, wanted), changes=changes_since(output.earlier, report))
    passed = gate_result(report, gate.policy(settled.thresholds))
    write_report(report, wanted, output, passed if gate.new_only else None, snapshot)
    return int(passed.code)


def _compatible(gate: GateOptions) -> None:
    """Raise click.UsageError if the known problems are given twice, or are missing although another option needs them."""
    if gate.baseline_file is not None and gate.since is not None:
        raise click.UsageError("Use either --baseline or --since, not both.")
    if (gate.new_only or gate.strict_baseline) and gate.baseline_file is None and gate.since is None:
        raise click.UsageError("--new-only and --strict-baseline need --baseline FILE or --since REV.")
