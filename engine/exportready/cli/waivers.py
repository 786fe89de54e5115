"""`exportready waivers check`."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.cli.options import AT, CONFIG, JSON, NO_CONFIG, PHASE, RULES, RuleOptions, SnapshotOptions, group


@click.group()
def waivers() -> None:
    """What an owner accepts, for a reason, until a date."""


@waivers.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("snapshot", type=click.Path(path_type=Path), required=False)
@group("judging", SnapshotOptions, PHASE, AT)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
@JSON
def check_waivers(file: Path, snapshot: Path | None, judging: SnapshotOptions, rules: RuleOptions, as_json: bool) -> int:
    """Tell which waivers in FILE are expired, unknown, refused, soon over, and with SNAPSHOT which are used by nothing.

    Ends with 1 where there is one that does not count or is not needed.
    """
    from msgspec.structs import replace

    from exportready.cli.judging import judged, request
    from exportready.cli.output import echo_json
    from exportready.cli.settings import settle
    from exportready.model.clock import zone_of
    from exportready.policy.waivers import SOON_OVER, read, remarks, today

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
            click.echo(f"{one.waiver.where.path}:{one.waiver.where.line}: {one.what}: {one.waiver.rule}: {one.message}")
        click.echo(
            f"{len(found)} waiver{'s' if len(found) != 1 else ''}, {len(noted) or 'no'} remark{'s' if len(noted) != 1 else ''}"
        )
    return 1 if any(one.what != SOON_OVER for one in noted) else 0
