"""Earlier checks of an account: what changed between two of them, and the trend by batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from exportready.app import checks
from exportready.app.home import Home
from exportready.app.values import Difference, TrendPoint
from exportready.kinds import fingerprint
from exportready.results.compare import compare, result_from_json
from exportready.results.json_text import from_json


def changes(home: Home, account_id: str, older: str, newer: str) -> Difference:
    """Return what changed from an older to a newer check. Raises NotFound."""
    data = [_without_name(_data(home, account_id, one)) for one in (older, newer)]
    old, new = map(result_from_json, data)
    found = compare(old, new)
    opened = [{rule["id"] for rule in one["rules"] if not _is_decided(rule)} for one in data]
    ids = [set(one.digests) for one in (old, new)]
    return Difference(
        fixed=found.fixed,
        still_there=found.unchanged,
        new=(*found.added, *found.regressed),
        newly_checked=tuple(sorted((opened[0] - opened[1]) & ids[1])),
        no_longer_checked=tuple(sorted((opened[1] - opened[0]) & ids[0])),
        rule_changed=found.rule_changed,
        titles={rule["id"]: rule["title"] for one in data for rule in one["rules"]},
    )


def _is_decided(rule: Mapping[str, Any]) -> bool:
    return rule["outcome"] not in ("cannot_tell", "error") and not (rule["gaps"] or rule["undecided"])


def _data(home: Home, account_id: str, check_id: str) -> dict[str, Any]:
    data = from_json(checks.check(home, account_id, check_id).path.read_bytes())
    assert isinstance(data, dict)  # noqa: S101 - it was read as a result before
    return data


def _without_name(data: dict[str, Any]) -> dict[str, Any]:
    """Return a result whose fingerprints don't depend on the company's name, which may have been changed in between."""
    for rule in data["rules"]:
        for finding in rule["findings"]:
            subject = finding["subject"]
            finding["fingerprint"] = fingerprint("", rule["id"], finding.get("check") or "", subject["kind"], subject["key"])
    return data


def trend(home: Home, account_id: str) -> tuple[TrendPoint, ...]:
    """Return the batches that were checked before their export, the oldest first, with the problems of each one's first check."""
    points: dict[str, TrendPoint] = {}
    for info in reversed(checks.all_checks(home, account_id)):
        if info.phase != checks.BEFORE or not info.batches:
            continue
        label = ", ".join(batch.number for batch in info.batches)
        seen = points.get(label)
        point = TrendPoint(
            label=label,
            at=info.at,
            problems=info.counts.to_fix,
            verdict_key=info.verdict_key,
            verdict=info.verdict,
            check_id=info.id,
        )
        points[label] = replace(point, at=seen.at, problems=seen.problems) if seen is not None else point
    return tuple(points.values())
