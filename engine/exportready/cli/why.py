"""`exportready why`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.options import (
    AT,
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


@click.command()
@click.argument("snapshot", type=click.Path(path_type=Path))
@click.argument("issue", required=False)
@group("judging", SnapshotOptions, BEFORE, PHASE, AT, ENGINE)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
@JSON
def why(snapshot: Path, issue: str | None, judging: SnapshotOptions, rules: RuleOptions, as_json: bool) -> None:
    """Say why something is a key issue: what it was read from, which rules fired, their sources, and what waits on it.

    ISSUE is its number or its id; without one, all are listed. With --json they are given as the result of check has them.
    """
    from msgspec.structs import replace

    from exportready.cli.judging import judged, request
    from exportready.cli.output import echo, echo_json
    from exportready.cli.settings import settings, settle
    from exportready.reporters.why import explain_key_issue, find_key_issue, key_issue_list
    from exportready.results.write import result_data

    settled = settle(rules, waivers_file=settings().config.options.get("waivers"))
    report = judged(replace(request(snapshot, judging, settled.rulebook), jobs=1, waivers=settled.waivers))
    one = None if issue is None else find_key_issue(report, issue)
    if issue is not None and one is None:
        raise click.UsageError(f"there is no key issue '{issue}'; exportready why {snapshot} lists them all")
    if as_json:
        issues = [each for each in result_data(report)["key_issues"] if one is None or each["id"] == one.id]
        echo_json({"format": "exportready/key-issues@1", "key_issues": issues})
    else:
        echo(key_issue_list(report) if one is None else explain_key_issue(report, one))
