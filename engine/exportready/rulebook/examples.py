"""Read the examples of a rule: evidence in YAML, with the same types as the evidence from files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from exportready.account.reading import read_example_answers
from exportready.evidence.reading import BLANK, Keys, convert
from exportready.kinds import KINDS, field_of
from exportready.model.evidence import Account, Dataset, Evidence, Listing, Location, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.rules import Example
from exportready.rulebook.shape import EXAMPLE
from exportready.schema.mistakes import Mistakes
from exportready.schema.shapes import did_you_mean
from exportready.schema.times import parse_time
from exportready.schema.yamlfile import Node, items
from exportready.schema.yamlfile import entries as entries_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""When an example's check runs and its evidence was exported, if the example doesn't say."""


def read_example(node: Node, mistakes: Mistakes, with_checks: bool) -> Example | None:
    """Return one example; None if it has mistakes, which are noted (those of its shape have been noted with the rule's)."""
    entries, path = EXAMPLE.valid_entries(node), mistakes.path
    before = mistakes.count
    at = _moment(entries.get("at")) or NOON
    taken = _moment(entries.get("takenAt")) or at
    partial = {str(item.value) for item in items(entries.get("partial"))}
    for item in items(entries.get("partial")):
        if item.value not in entries_of(entries_of(node).get("evidence")):
            mistakes.add(item, f"'{item.value}' is not in this example's evidence")
    written = entries_of(node)
    evidence = _evidence(written.get("evidence"), path, mistakes, partial, taken)
    if "answers" in entries:
        answers = read_example_answers(entries["answers"], path, taken, mistakes)
        if answers is not None:
            evidence = Evidence(
                account=evidence.account,
                datasets={
                    **evidence.datasets,
                    answers.kind: Dataset(kind=answers.kind, records=(answers,), scope=Scope.WHOLE, why="", dated=taken),
                },
                listings=evidence.listings,
                sources=(),
                unrecognized=(),
            )
    earlier = _evidence(written["before"], path, mistakes, set(), taken) if "before" in written else None
    findings = tuple(str(item.value) for item in items(entries.get("findings")))
    outcome = str(entries["outcome"].value) if "outcome" in entries else None
    if outcome is not None and ("findings" in written) == ("findings" in entries) and (outcome == "failed") != bool(findings):
        mistakes.add(node, "only an example with the outcome failed has findings; list at least one there, and none otherwise")
    if with_checks and any(": " not in finding for finding in findings):
        mistakes.add(node, "this rule has checks, so write each finding as 'check: key'")
    if mistakes.count > before or outcome is None or "name" not in entries:
        return None
    return Example(
        name=str(entries["name"].value),
        evidence=evidence,
        before=earlier,
        at=at,
        outcome=outcome,
        findings=findings,
        where=Location(path, node.line),
    )


def _moment(node: Node | None) -> datetime | None:
    if node is None:
        return None
    moment = parse_time(str(node.value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _evidence(node: Node | None, path: str, mistakes: Mistakes, partial: set[str], taken: datetime) -> Evidence:
    datasets: dict[str, Dataset] = {}
    listings: dict[str, tuple[Listing, ...]] = {}
    for kind, rows in entries_of(node).items():
        if kind not in KINDS:
            line = (node.key_lines or {}).get(kind, rows.line) if node else rows.line
            mistakes.add(line, f"'{kind}' is not a kind of record{did_you_mean(kind, KINDS)}")
            continue
        records = _records(kind, rows, path, mistakes)
        whole = kind not in partial
        scope, why, cause = (
            (Scope.WHOLE, "", None) if whole else (Scope.PART, "only some of the records were exported", Reason.PARTIAL)
        )
        datasets[kind] = Dataset(kind=kind, records=records, scope=scope, why=why, cause=cause, dated=taken)
        listings[kind] = (
            Listing(
                kind=kind,
                records=records,
                path=path,
                reader="example",
                whole=whole,
                why_part=why,
                cause=cause,
                dated=taken,
                in_list_order=True,
            ),
        )
    return Evidence(account=Account(), datasets=datasets, listings=listings, sources=(), unrecognized=())


def _records(kind: str, rows: Node, path: str, mistakes: Mistakes) -> tuple[Record, ...]:
    keys = Keys(KINDS[kind])
    records = []
    for number, row in enumerate(items(rows)):
        fields: dict[str, Value] = {}
        for name, child in _flat(row).items():
            description = field_of(kind, name)
            if description is None:
                mistakes.add(child, f"{kind} has no field '{name}'{did_you_mean(name, KINDS[kind].fields)}")
                continue
            value = fields[name] = convert(description, child.value)
            if isinstance(value, Unknown) and value is not BLANK:
                mistakes.add(child, f"'{name}' of {kind}: {value.reason}")
            elif description.choices and isinstance(value, str) and value not in description.choices:
                mistakes.add(child, f"'{name}' of {kind} is one of {', '.join(description.choices)}, not '{value}'")
        records.append(
            Record(kind=kind, key=keys.of(fields), fields=fields, where=Location(path, row.line, f"{kind}/{number}"))
        )
    return tuple(records)


def _flat(node: Node, prefix: str = "") -> Mapping[str, Node]:
    flat: dict[str, Node] = {}
    for name, child in entries_of(node).items():
        if isinstance(child.value, dict):
            flat |= _flat(child, f"{prefix}{name}.")
        else:
            flat[prefix + name] = child
    return flat
