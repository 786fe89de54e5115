"""SARIF 2.1.0, for code scanning: problems only, since platforms take every result for an alert (docs/decisions/gate.md)."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from urllib.parse import quote

from exportready.model.report import Report, RuleResult
from exportready.model.rules import Rule, Severity
from exportready.reporters import Options, problems, words
from exportready.results.json_text import to_json

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report, options: Options) -> str:
    """One run. What could not be told is a notification, never a result."""
    found = problems.listed(report, options)
    rules = list({one.result.rule.id: one.result.rule for one in found}.values())
    places = {rule.id: at for at, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "ExportReady",
                "semanticVersion": report.version,
                "version": report.version,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": f"exportready/{report.account.name or 'account'}/"},
        "invocations": [
            {
                "executionSuccessful": not problems.broken(report),
                "endTimeUtc": report.checked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": [
                    *(
                        {"level": "error", "message": {"text": why}, "locations": [_location(path, line)]}
                        for path, line, why in problems.broken(report)
                    ),
                    *(_untold(result) for result in report.results if result.untold),
                ],
            }
        ],
        "results": [_result(report, one, places[one.result.rule.id]) for one in found],
        "columnKind": "unicodeCodePoints",
    }
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(rule.fix.steps, 1))
    source = words.cited(rule.source.document, rule.source.section, rule.source.updated, rule.source.note)
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.replace("/", "-").split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\n\n{steps}\n\n{words.SOURCE}: {source}",
            "markdown": f"{rule.why}\n\n**{words.DO_THIS}** ({rule.fix.who}):\n\n{steps}\n\n{words.SOURCE}: {source}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.area, rule.phase.value]},
    }


def _result(report: Report, one: problems.Problem, index: int) -> dict[str, Any]:
    finding = one.finding
    told: dict[str, Any] = {
        "ruleId": one.result.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [
            {
                **_location(one.path, one.line),
                "logicalLocations": [{"fullyQualifiedName": finding.subject.key or finding.subject.kind}],
            }
        ],
        "partialFingerprints": {"exportready/v1": finding.fingerprint},
    }
    related = problems.others(report, finding)
    if related:
        told["relatedLocations"] = [
            {**_location(path, line), "id": at, "message": {"text": label or path}}
            for at, (path, line, label) in enumerate(related[:10], 1)
        ]
    if report.baseline:
        told["baselineState"] = "unchanged" if report.notes.is_known(finding) else "new"
    return told


def _location(path: str, line: int) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": quote(path)}, "region": {"startLine": line}}}


def _untold(result: RuleResult) -> dict[str, Any]:
    level = "warning" if result.rule.grade is Severity.ERROR else "note"
    return {
        "level": level,
        "message": {"text": f"{words.NOT_CHECKED}: {result.rule.title}: {result.reason}"},
        "descriptor": {"id": result.rule.id},
    }
