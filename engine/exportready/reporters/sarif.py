"""Render SARIF 2.1.0 for code scanning: only problems, since platforms show every result as an alert (docs/decisions/gate.md)."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from urllib.parse import quote

from exportready.model.report import Report, RuleResult
from exportready.model.rules import Rule, Severity
from exportready.reporters import Options, problems, words
from exportready.results.json_text import to_json

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_MAX_RELATED = 10
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report, options: Options) -> str:
    """Return one run. What couldn't be checked or read is a notification, never a result."""
    found = problems.open_problems(report, options)
    unreadable = problems.unreadable_files(report)
    first_by_rule: dict[str, problems.Problem] = {}
    for problem in found:
        first_by_rule.setdefault(problem.result.rule.id, problem)
    indexes = {rule_id: index for index, rule_id in enumerate(first_by_rule)}
    run = {
        "tool": {
            "driver": {
                "name": "ExportReady",
                "semanticVersion": report.version,
                "version": report.version,
                "rules": [_rule(first.result.rule, first.title) for first in first_by_rule.values()],
            }
        },
        "automationDetails": {"id": f"exportready/{report.account.name or 'account'}/"},
        "invocations": [
            {
                "executionSuccessful": not unreadable,
                "endTimeUtc": report.checked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": [
                    *(
                        {"level": "error", "message": {"text": file.error}, "locations": [_location(file.path, file.line)]}
                        for file in unreadable
                    ),
                    *(_not_checked(result) for result in report.results if result.has_unknowns),
                ],
            }
        ],
        "results": [_result(report, problem, indexes[problem.result.rule.id]) for problem in found],
        "columnKind": "unicodeCodePoints",
    }
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(rule: Rule, problem: str) -> dict[str, Any]:
    """Return the description of a rule. Platforms show `shortDescription` as the title of its alerts, so it names the problem."""
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(rule.fix.steps, 1))
    source = words.cited(rule.source)
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.replace("/", "-").split("-")),
        "shortDescription": {"text": problem},
        "fullDescription": {"text": f"{rule.title}. {rule.why}"},
        "help": {
            "text": f"{rule.why}\n\n{steps}\n\n{words.SOURCE}: {source}",
            "markdown": f"{rule.why}\n\n**{words.DO_THIS}** ({rule.fix.who}):\n\n{steps}\n\n{words.SOURCE}: {source}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.area, rule.phase.value]},
    }


def _result(report: Report, problem: problems.Problem, rule_index: int) -> dict[str, Any]:
    finding = problem.finding
    result: dict[str, Any] = {
        "ruleId": problem.result.rule.id,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [
            {
                **_location(problem.path, problem.line),
                "logicalLocations": [{"fullyQualifiedName": finding.subject.key or finding.subject.kind}],
            }
        ],
        "partialFingerprints": {"exportready/v1": finding.fingerprint},
    }
    related = problems.further_places(report, finding)
    if related:
        result["relatedLocations"] = [
            {**_location(path, line), "id": number, "message": {"text": label or path}}
            for number, (path, line, label) in enumerate(related[:_MAX_RELATED], 1)
        ]
    if report.baseline:
        result["baselineState"] = "unchanged" if report.notes.is_known(finding) else "new"
    return result


def _location(path: str, line: int) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": quote(path)}, "region": {"startLine": line}}}


def _not_checked(result: RuleResult) -> dict[str, Any]:
    level = "warning" if result.rule.grade is Severity.ERROR else "note"
    return {
        "level": level,
        "message": {"text": f"{words.NOT_CHECKED}: “{result.rule.title}”. {words.sentence(result.reason)}"},
        "descriptor": {"id": result.rule.id},
    }
