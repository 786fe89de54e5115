"""Read and apply waivers: findings that an owner accepts, for a reason, until a date.

`expires` is inclusive: a waiver is valid until the end of that day in the account's time zone.
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
from exportready.model.display import format_date
from exportready.model.evidence import Location
from exportready.model.report import Finding, FindingId, RuleResult, Waiver
from exportready.model.rules import Rule
from exportready.schema.files import read_written
from exportready.schema.mistakes import Mistakes, MistakesFound
from exportready.schema.shapes import Key, ListOf, Object, Text, did_you_mean
from exportready.schema.times import DAY, parse_day
from exportready.schema.yamlfile import Node, entries, items, parse

SOON = timedelta(days=30)
"""Waivers that expire within this time are listed."""

_WAIVER = Object(
    {
        "rule": Key(Text(), "a rule's id, or a pattern for several: items/*", required=True),
        "account": Key(Text(), "the account's name, or a pattern for several; without it, every account"),
        "subject": Key(Text(), "the finding's key, or a pattern for several; without it, every finding of the rule"),
        "owner": Key(Text(), "who accepts it", required=True),
        "reason": Key(Text(), "why", required=True),
        "ticket": Key(Text(), "where it is tracked"),
        "expires": Key(DAY, "the last day on which it is valid", required=True),
    }
)
FILE = Object({"waivers": Key(ListOf(_WAIVER), "the accepted findings", required=True)})
COLUMNS = tuple(_WAIVER.keys)


WHAT = "the waivers"
"""What mistakes in a file of waivers are about, in messages."""


def read(path: Path) -> tuple[Waiver, ...]:
    """Return the waivers in a .yaml or .csv file. Raises MistakesFound with all mistakes, or if the file can't be opened."""
    mistakes = Mistakes(path.as_posix())
    try:
        data = read_written(path)
    except OSError as error:
        mistakes.add(0, f"can't open this file ({error.strerror})")
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
        headings = [heading.strip() for heading in next(rows, [])]
        unknown = [heading for heading in headings if heading not in COLUMNS]
        if unknown or len(set(headings)) != len(headings) or not headings:
            hint = "".join(f"unknown column '{heading}'{did_you_mean(heading, COLUMNS)}; " for heading in unknown)
            mistakes.add(1, f"{hint}the columns must be {', '.join(COLUMNS)}, each only once")
            return []
        for row in rows:
            line = rows.line_num
            if len(row) > len(headings) and any(cell.strip() for cell in row[len(headings) :]):
                mistakes.add(
                    line, f"this row has {len(row)} cells for {len(headings)} columns; put cells with a comma in quotes"
                )
                continue
            cells = {name: Node(cell.strip(), line) for name, cell in zip(headings, row, strict=False) if cell.strip()}
            if cells:
                nodes.append(Node(dict(cells), line, dict.fromkeys(cells, line)))
    except csv.Error as error:
        mistakes.add(rows.line_num, f"this is not a CSV file ({error}); save it as CSV with commas")
    return nodes


def _waiver(node: Node, path: str) -> Waiver:
    text = {key: str(child.value) for key, child in entries(node).items()}
    return Waiver(
        rule=text["rule"],
        account=text.get("account", "*"),
        subject=text.get("subject", "*"),
        owner=text["owner"],
        reason=text["reason"],
        ticket=text.get("ticket", ""),
        expires=parse_day(text["expires"]),
        where=Location(path, node.line),
    )


def today(at: datetime, zone: tzinfo | None) -> date:
    """Return the date in a time zone; without one, the date in the offset of `at`."""
    return at.astimezone(zone).date() if zone else at.date()


class Accepted(msgspec.Struct, frozen=True):
    """Which findings the waivers accept."""

    waivers: Mapping[FindingId, Waiver] = {}
    refusals: Mapping[FindingId, str] = {}
    """Finding -> why a waiver that matches it has no effect."""


def apply(results: Iterable[RuleResult], waivers: Sequence[Waiver], account: str | None, day: date) -> Accepted:
    """Return the valid waiver of each finding, or why the waiver that matches it has no effect."""
    accepted: dict[FindingId, Waiver] = {}
    refusals: dict[FindingId, str] = {}
    for result in results if waivers else ():
        for finding in result.findings:
            matching = [waiver for waiver in waivers if matches(waiver, result.rule.id, finding, account)]
            valid = [waiver for waiver in matching if not refusal(waiver, result.rule, day)]
            if valid:
                accepted[finding.id] = max(valid, key=lambda waiver: waiver.expires)
            elif matching:
                refusals[finding.id] = refusal(max(matching, key=lambda waiver: waiver.expires), result.rule, day)
    return Accepted(accepted, refusals)


def matches(waiver: Waiver, rule: str, finding: Finding, account: str | None) -> bool:
    """Return whether a waiver matches a finding."""
    pairs = (
        (waiver.rule, rule),
        (fold(waiver.account), fold(account or "")),
        (fold(waiver.subject), fold(finding.subject.key)),
    )
    return all(fnmatchcase(name, pattern) for pattern, name in pairs)


def refusal(waiver: Waiver, rule: Rule, day: date) -> str:
    """Return why a waiver has no effect on a day, for people; empty if it is valid."""
    until = format_date(waiver.expires)
    if not rule.waivable:
        return f"{waiver.owner} accepted it, but this check doesn't allow that"
    if waiver.expires < day:
        return f"{waiver.owner} accepted it until {until}, and that date has passed"
    if rule.longest_waiver is not None and waiver.expires - day > rule.longest_waiver:
        return f"{waiver.owner} accepted it until {until}, but this check allows at most {rule.longest_waiver.days} days"
    return ""


# -- problems with the waivers themselves


class Remark(msgspec.Struct, frozen=True):
    """A problem with one waiver, or a notice that it expires soon."""

    waiver: Waiver
    what: str
    """One of the states above, for programs."""
    message: str

    @property
    def heading(self) -> str:
        """Return `what` for people."""
        return _HEADINGS.get(self.what, self.what)


UNKNOWN_RULE, EXPIRED, REFUSED, SOON_OVER, UNUSED = "unknown rule", "expired", "refused", "expires soon", "unused"
"""Values of the JSON format `exportready/waivers@1`."""
_HEADINGS = {REFUSED: "rejected", SOON_OVER: "expires soon"}


def remarks(
    waivers: Iterable[Waiver], rules: Sequence[Rule], results: Sequence[RuleResult] | None, account: str | None, day: date
) -> list[Remark]:
    """Return the problems with each waiver. Without `results` (None), waivers that match no finding aren't reported."""
    found = []
    for waiver in waivers:
        named = [rule for rule in rules if fnmatchcase(rule.id, waiver.rule)]
        refused = [why for rule in named if (why := refusal(waiver, rule, day))]
        if not named:
            near = did_you_mean(waiver.rule, [rule.id for rule in rules])
            found.append(Remark(waiver, UNKNOWN_RULE, f"rule '{waiver.rule}' not found{near}"))
        elif waiver.expires < day:
            found.append(Remark(waiver, EXPIRED, f"it was valid until {format_date(waiver.expires)}"))
        elif refused:
            found.append(
                Remark(waiver, REFUSED, refused[0] + (f" ({len(refused)} of {len(named)} rules)" if len(named) > 1 else ""))
            )
        elif waiver.expires - day <= SOON:
            found.append(Remark(waiver, SOON_OVER, f"it is valid until {format_date(waiver.expires)}"))
        if named and results is not None and not _is_used(waiver, results, account):
            found.append(Remark(waiver, UNUSED, "no problem matches it"))
    return found


def _is_used(waiver: Waiver, results: Iterable[RuleResult], account: str | None) -> bool:
    return any(matches(waiver, result.rule.id, finding, account) for result in results for finding in result.findings)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of waivers."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ExportReady waivers", **FILE.schema()}
