"""`exportready waivers check`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.command import Group
from exportready.cli.moments import AT
from exportready.cli.options import CONFIG, JSON, NO_CONFIG, PHASE, RULES, RuleOptions, SnapshotOptions, group


@click.group(cls=Group, examples=["exportready waivers check waivers.yaml"])
def waivers() -> None:
    """Check a file of waivers, which accept problems until a date."""


@waivers.command(
    "check", examples=["exportready waivers check waivers.yaml", "exportready waivers check waivers.yaml november"]
)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("snapshot", type=click.Path(path_type=Path), required=False)
@group("judging", SnapshotOptions, PHASE, AT)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
@JSON
def check_waivers(file: Path, snapshot: Path | None, judging: SnapshotOptions, rules: RuleOptions, as_json: bool) -> int:
    """List expired, unknown, rejected and soon-to-expire waivers.

    FILE is a .yaml or .csv file of waivers. With SNAPSHOT, a folder or .zip of exported files, it also lists waivers that match no
    problem. Exits with 1 if a waiver has no effect.
    """
    from msgspec.structs import replace

    from exportready.cli.judging import judged, request
    from exportready.cli.output import echo, echo_json
    from exportready.cli.settings import settle
    from exportready.model.clock import zone_of
    from exportready.model.display import count
    from exportready.policy.waivers import SOON_OVER, read, remarks, today
    from exportready.reporters.text import clean

    book, moment = settle(rules).rulebook, judging.moment
    found = read(file)
    report = None
    if snapshot is not None:
        report = judged(replace(request(snapshot, judging, book), at=moment, waivers=found))
    day = today(moment, zone_of(report.account, moment) if report else moment.tzinfo)
    noted = remarks(found, book.rules, report.results if report else None, report.account.name if report else None, day)
    if as_json:
        rows = [
            {"path": one.waiver.where.path, "line": one.waiver.where.line, "what": one.what, "rule": one.waiver.rule}
            | {"message": one.message}
            for one in noted
        ]
        echo_json({"format": "exportready/waivers@1", "waivers": len(found), "remarks": rows})
    else:
        for one in noted:
            where = one.waiver.where
            echo(clean(f"{where.path}:{where.line}: {one.heading}: {one.waiver.rule}: {one.message}") + "\n")
        echo(f"{count(len(found), 'waiver')}, {count(len(noted), 'problem') if noted else 'no problems found'}\n")
    return 1 if any(one.what != SOON_OVER for one in noted) else 0
