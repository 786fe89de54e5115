"""`exportready why`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.command import Command
from exportready.cli.moments import AT
from exportready.cli.options import (
    BEFORE,
    CONFIG,
    ENGINE,
    JSON,
    NO_CONFIG,
    PHASE,
    RULES,
    RuleOptions,
    SnapshotOptions,
    group,
)


@click.command(cls=Command, examples=["exportready why november", "exportready why november 1"])
@click.argument("snapshot", type=click.Path(path_type=Path))
@click.argument("issue", required=False)
@group("judging", SnapshotOptions, BEFORE, PHASE, AT, ENGINE)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
@JSON
def why(snapshot: Path, issue: str | None, judging: SnapshotOptions, rules: RuleOptions, as_json: bool) -> None:
    """Explain why a problem is a key issue.

    Shows the facts behind it, the inference rules that apply with their sources, and the transactions that it blocks.

    SNAPSHOT is the folder or .zip with your exported files. ISSUE is the number or id of a key issue; without it, all key issues are
    listed. With --json, they look the same as in the result of check.
    """
    from msgspec.structs import replace

    from exportready.cli.judging import judged, request
    from exportready.cli.output import echo, echo_json
    from exportready.cli.settings import settings, settle
    from exportready.model.commands import suggest
    from exportready.reporters.why import explain_key_issue, find_key_issue, key_issue_list
    from exportready.results.write import result_data

    settled = settle(rules, waivers_file=settings().config.options.get("waivers"))
    report = judged(replace(request(snapshot, judging, settled.rulebook), jobs=1, waivers=settled.waivers))
    one = None if issue is None else find_key_issue(report, issue)
    if issue is not None and one is None:
        raise click.UsageError(f"key issue '{issue}' not found; to list all key issues, run: {suggest('why', snapshot)}")

    if as_json:
        issues = [each for each in result_data(report)["key_issues"] if one is None or each["id"] == one.id]
        echo_json({"format": "exportready/key-issues@1", "key_issues": issues})
    else:
        echo(key_issue_list(report) if one is None else explain_key_issue(report, one))
