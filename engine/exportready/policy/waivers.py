"""Waivers: findings that an owner accepts, for a reason, until a date. Read from YAML or CSV, judged by one function for every path.

`expires` is inclusive: a waiver counts to the last second of that day in the account's time zone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from exportready.kinds import fold
from exportready.model.evidence import Location
from exportready.model.report import Finding, FindingId, RuleResult, Waiver
from exportready.model.rules import Rule
from exportready.schema.mistakes import Mistakes, MistakesFound
from exportready.schema.shapes import Key, ListOf, Object, Text, did_you_mean
from exportready.schema.times import DAY, parse_day
from exportready.schema.yamlfile import Node, entries, items, parse

SOON = timedelta(days=30)
"""A waiver that lapses within this is told of beforehand."""

_WAIVER = Object(
    {
        "rule": Key(Text(), "the rule's id, or several by a pattern: items/*", required=True),
        "account": Key(Text(), "the account's name, or several by a pattern; without it, every account"),
        "subject": Key(Text(), "the finding's key, or several by a pattern; without it, every finding of the rule"),
        "owner": Key(Text(), "who accepts it", required=True),
        "reason": Key(Text(), "why", required=True),
        "ticket": Key(Text(), "where it is tracked"),
        "expires": Key(DAY, "the last day on which it counts", required=True),
    }
)
FILE = Object({"waivers": Key(ListOf(_WAIVER), "the findings that are accepted", required=True)})
COLUMNS = tuple(_WAIVER.keys)


WHAT = "the waivers"
"""What the mistakes in a file of waivers are about."""


def read(path: Path) -> tuple[Waiver, ...]:
    """Return the waivers of a .yaml or .csv file. Raises MistakesFound with all mistakes, also if the file can't be opened."""
    mistakes = Mistakes(path.as_posix())
    try:
        data = path.read_bytes()
    except OSError as error:
        mistakes.add(0, f"it cannot be opened ({error.strerror})")
        raise MistakesFound(mistakes.found, WHAT) from error
    rows = _rows_of_csv(data, mistakes) if path.suffix.lower() == ".csv" else _rows_of_yaml(data, mistakes)
    sound = [node for node in rows if _WAIVER.check(node, mistakes)]
    mistakes.raise_if_any(WHAT)
    return tuple(_waiver(node, mistakes.path) for node in sound)


def _rows_of_yaml(data: bytes, mistakes: Mistakes) -> list[Node]:
    try:
        root = parse(data, mistakes.path, mistakes)
    except MistakesFound as error:
        mistakes.found += error.mistakes
        return []
    listed = entries(root).get("waivers")
    if listed is None or set(entries(root)) != {"waivers"} or not isinstance(listed.value, list):
        FILE.check(root, mistakes)
        return []
    return items(listed)


def _rows_of_csv(data: bytes, mistakes: Mistakes) -> list[Node]:
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig", errors="replace"), newline=None), strict=True)
    nodes: list[Node] = []
    try:
        heads = [head.strip() for head in next(rows, [])]
        strange = [head for head in heads if head not in COLUMNS]
        if strange or len(set(heads)) != len(heads) or not heads:
            near = "".join(f"'{head}' is no column{did_you_mean(head, COLUMNS)}; " for head in strange)
            mistakes.add(1, f"{near}the columns are {', '.join(COLUMNS)}, each once")
            return []
        for row in rows:
            line = rows.line_num
            if len(row) > len(heads) and any(cell.strip() for cell in row[len(heads) :]):
                mistakes.add(line, f"it has {len(row)} cells for {len(heads)} columns; put a cell with a comma in quotes")
                continue
            cells = {head: Node(cell.strip(), line) for head, cell in zip(heads, row, strict=False) if cell.strip()}
            if cells:
                nodes.append(Node(dict(cells), line, dict.fromkeys(cells, line)))
    except csv.Error as error:
        mistakes.add(rows.line_num, f"it is no CSV file ({error}); save it as CSV with commas")
    return nodes


def _waiver(node: Node, name: str) -> Waiver:
    text = {key: str(child.value) for key, child in entries(node).items()}
    return Waiver(
        rule=text["rule"],
        account=text.get("account", "*"),
        subject=text.get("subject", "*"),
        owner=text["owner"],
        reason=text["reason"],
        ticket=text.get("ticket", ""),
        expires=parse_day(text["expires"]),
        where=Location(name, node.line),
    )


def today(at: datetime, zone: tzinfo | None) -> date:
    """The day of the account on which the check runs."""
    return at.astimezone(zone).date() if zone else at.date()


class Accepted(msgspec.Struct, frozen=True):
    """What waivers say of findings, by finding."""

    waivers: Mapping[FindingId, Waiver] = {}
    refusals: Mapping[FindingId, str] = {}
    """Why a waiver that names a finding doesn't count, in words."""


def apply(results: Iterable[RuleResult], waivers: Sequence[Waiver], account: str | None, day: date) -> Accepted:
    """Return the waiver of each finding that has one, and why it doesn't count where it doesn't."""
    accepted: dict[FindingId, Waiver] = {}
    refusals: dict[FindingId, str] = {}
    for result in results if waivers else ():
        for finding in result.findings:
            named = [waiver for waiver in waivers if matches(waiver, result.rule.id, finding, account)]
            good = [waiver for waiver in named if not refusal(waiver, result.rule, day)]
            if good:
                accepted[finding.id] = max(good, key=lambda waiver: waiver.expires)
            elif named:
                refusals[finding.id] = refusal(max(named, key=lambda waiver: waiver.expires), result.rule, day)
    return Accepted(accepted, refusals)


def matches(waiver: Waiver, rule: str, finding: Finding, account: str | None) -> bool:
    """The waiver names this finding."""
    pairs = (
        (waiver.rule, rule),
        (fold(waiver.account), fold(account or "")),
        (fold(waiver.subject), fold(finding.subject.key)),
    )
    return all(fnmatchcase(name, pattern) for pattern, name in pairs)


def refusal(waiver: Waiver, rule: Rule, day: date) -> str:
    """Why a waiver does not count on a day, in words; empty where it does."""
    if not rule.waivable:
        return f"{waiver.owner} accepted it, but this practice cannot be waived"
    if waiver.expires < day:
        return f"{waiver.owner} accepted it until {waiver.expires}, which has passed"
    if rule.longest_waiver is not None and waiver.expires - day > rule.longest_waiver:
        return f"{waiver.owner} accepted it until {waiver.expires}, more than the {rule.longest_waiver.days} days that this practice allows"
    return ""


# -- what is to be said of the waivers themselves


class Remark(msgspec.Struct, frozen=True):
    """Something about one waiver that somebody should know."""

    waiver: Waiver
    what: str
    """UNKNOWN_RULE, EXPIRED, REFUSED, SOON_OVER or UNUSED."""
    words: str


UNKNOWN_RULE, EXPIRED, REFUSED, SOON_OVER, UNUSED = "unknown rule", "expired", "refused", "lapses soon", "unused"


def remarks(
    waivers: Iterable[Waiver], rules: Sequence[Rule], results: Sequence[RuleResult] | None, account: str | None, day: date
) -> list[Remark]:
    """What to say of each waiver. `results`: what it was tried on, None where nothing was."""
    found = []
    for waiver in waivers:
        named = [rule for rule in rules if fnmatchcase(rule.id, waiver.rule)]
        refused = [why for rule in named if (why := refusal(waiver, rule, day))]
        if not named:
            near = did_you_mean(waiver.rule, [rule.id for rule in rules])
            found.append(Remark(waiver, UNKNOWN_RULE, f"there is no rule '{waiver.rule}'{near}"))
        elif waiver.expires < day:
            found.append(Remark(waiver, EXPIRED, f"it counted until {waiver.expires}"))
        elif refused:
            found.append(
                Remark(
                    waiver, REFUSED, refused[0] + (f" ({len(refused)} of {len(named)} practices)" if len(named) > 1 else "")
                )
            )
        elif waiver.expires - day <= SOON:
            found.append(Remark(waiver, SOON_OVER, f"it counts until {waiver.expires}"))
        if named and results is not None and not _is_used(waiver, results, account):
            found.append(Remark(waiver, UNUSED, "no finding answers to it"))
    return found


def _is_used(waiver: Waiver, results: Iterable[RuleResult], account: str | None) -> bool:
    return any(matches(waiver, result.rule.id, finding, account) for result in results for finding in result.findings)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ExportReady waivers", **FILE.schema()}
