"""The audit as data: the contract `exportready/audit@1`, which may grow and never change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from exportready.model.audit import Audit, Entry, Issue, Movement, Past
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import Severity
from exportready.reporters.audit import Options
from exportready.results.json_text import to_json

FORMAT = "exportready/audit@1"
PARTS = ("added", "regressed", "fixed", "untold", "rule_changed")


def render(audit: Audit, options: Options) -> Iterator[str]:
    """The whole audit as JSON, one line an account."""
    for number, (key, value) in enumerate(stated(audit, options.pages).items()):
        yield f"{',' if number else '{'}\n {_json(key)}: "
        if not isinstance(value, Iterator):
            yield _json(value)
            continue
        yield "["
        for at, one in enumerate(value):
            yield f"{',' if at else ''}\n  {_json(one)}"
        yield "\n ]"
    yield "\n}\n"


def _json(value: object) -> str:
    return to_json(value, indent=None)


def stated(audit: Audit, pages: str) -> dict[str, Any]:
    """The audit as plain data; accounts and rules come one by one.

    `pages` is the way from its file to the folder of the accounts' own reports.
    """
    verdicts = Counter(entry.standing.verdict for entry in audit.entries)
    grades: Counter[Severity] = Counter()
    for entry in audit.entries:
        grades.update(entry.standing.grades)
    return {
        "format": FORMAT,
        "tool": {"name": "exportready", "version": audit.version},
        "rulebook": {
            "digest": audit.digest,
            "rules": len(audit.rules),
            "left_out": list(audit.left_out),
            **({"own": True} if audit.own_rules else {}),
        },
        "at": audit.at.isoformat(),
        "since": audit.past[-1].at.isoformat() if audit.past else None,
        "counts": {
            "accounts": len(audit.entries),
            **_verdicts(verdicts),
            "unreadable": sum(entry.standing.is_broken for entry in audit.entries),
            "findings": _grades(grades),
        },
        "accounts": (_account(entry, pages) for entry in audit.entries),
        "rules": _rules(audit),
        "trend": [_past(one) for one in audit.past],
        "gone": list(audit.gone),
        "passed_over": list(audit.passed_over),
        "anonymised": audit.anonymised,
    }


def _account(entry: Entry, pages: str) -> dict[str, Any]:
    one = entry.standing
    applies = [rule for rule in one.rules if rule.outcome is not Outcome.NOT_APPLICABLE]
    outcomes = Counter(rule.outcome for rule in one.rules)
    return {
        "path": entry.place,
        "name": one.name or None,
        "phase": one.phase or None,
        "verdict": one.verdict.value,
        "error": one.error or None,
        "unreadable": [{"path": file.path, "error": file.error} for file in one.unread],
        "checked_at": one.checked_at.isoformat(),
        "holds_until": _moment(one.holds_until),
        "digest": one.digest or None,
        "report": f"{pages}/{entry.page}" if entry.page and pages else None,
        "evidence": {
            "files": one.files,
            "undated": one.undated,
            "oldest": _moment(one.oldest),
            "newest": _moment(one.newest),
        },
        "counts": {outcome.value: outcomes[outcome] for outcome in Outcome},
        "not_checked": {"rules": sum(rule.untold for rule in applies), "of": len(applies)},
        "findings": {**_grades(one.grades), "waived": sum(rule.accepted for rule in one.rules)},
        "rules": [
            {
                "id": rule.rule,
                "outcome": rule.outcome.value,
                "untold": rule.untold,
                "worst": rule.worst.value if rule.worst else None,
                "findings": rule.open,
                "waived": rule.accepted,
            }
            for rule in one.rules
        ],
        "key_issues": [_issue(issue) for issue in one.issues],
        "waits": {"transactions": one.waits.transactions, "amount": str(one.waits.amount)},
        "changes": None if entry.movement is None else _movement(entry.movement),
        "trend": list(entry.trend),
        "lapses": [
            {"what": lapse.what, "name": lapse.name, "of": lapse.of, "until": lapse.until.isoformat()} for lapse in one.lapses
        ],
    }


def _issue(one: Issue) -> dict[str, Any]:
    return {
        "id": one.id,
        **({"rule": one.rule} if one.rule else {"code": one.code}),
        "severity": one.severity.value,
        "message": one.message or None,
        "waits": {"transactions": one.transactions, "amount": str(one.amount)},
    }


def _movement(one: Movement) -> dict[str, Any]:
    parts = {part: dict(sorted(getattr(one, part).items())) for part in PARTS}
    return {"since": one.since.isoformat(), "verdict": one.verdict.value, **parts}


def _rules(audit: Audit) -> Iterator[dict[str, Any]]:
    """Each rule with the accounts that fail it and those of which nobody can tell."""
    failed: dict[str, list[str]] = {rule.id: [] for rule in audit.rules}
    untold: dict[str, list[str]] = {rule.id: [] for rule in audit.rules}
    for entry in audit.entries:
        for one in entry.standing.rules:
            if one.outcome is Outcome.FAILED:
                failed[one.rule].append(entry.place)
            if one.untold:
                untold[one.rule].append(entry.place)
    for rule in audit.rules:
        yield {
            "id": rule.id,
            "title": rule.title,
            "area": rule.area,
            "severity": rule.severity.value,
            "failed": failed[rule.id],
            "not_checked": untold[rule.id],
        }


def _past(one: Past) -> dict[str, Any]:
    return {"at": one.at.isoformat(), **_verdicts(one.verdicts), "unreadable": one.broken, "findings": one.open}


def _verdicts(counted: Mapping[Verdict, int]) -> dict[str, int]:
    return {verdict.value: counted.get(verdict, 0) for verdict in Verdict}


def _grades(counted: Mapping[Severity, int]) -> dict[str, int]:
    return {grade.value: counted.get(grade, 0) for grade in Severity}


def _moment(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
