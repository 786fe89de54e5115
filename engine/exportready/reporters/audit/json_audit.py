"""Write the audit as JSON: the contract `exportready/audit@1`, which may grow but never changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec import to_builtins

from exportready.model.audit import AccountChanges, Audit, AuditedAccount, AuditKeyIssue, PastAudit
from exportready.model.changes import CHANGE_KEYS
from exportready.model.clock import iso
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import Severity
from exportready.reporters.audit import Options
from exportready.reporters.audit.accounts import oldest_age
from exportready.reporters.audit.messages import Message
from exportready.reporters.audit.view import audit_view
from exportready.results.json_text import to_json

FORMAT = "exportready/audit@1"


def render(audit: Audit, options: Options) -> Iterator[str]:
    """Return the whole audit as JSON, piece by piece, with each account on one line."""
    for number, (key, value) in enumerate(audit_data(audit, options.reports_url).items()):
        yield f"{',' if number else '{'}\n {_json(key)}: "
        if not isinstance(value, Iterator):
            yield _json(value)
            continue
        yield "["
        for index, item in enumerate(value):
            yield f"{',' if index else ''}\n  {_json(item)}"
        yield "\n ]"
    yield "\n}\n"


def _json(value: object) -> str:
    return to_json(value, indent=None)


def audit_data(audit: Audit, reports_url: str) -> dict[str, Any]:
    """Return the audit as plain data, with iterators over accounts and rules. `reports_url` is as in `Options`."""
    messages = {row.account.place: message for row, message in audit_view(audit, reports_url).messages}
    verdicts = Counter(account.state.verdict for account in audit.accounts)
    severities: Counter[Severity] = Counter()
    for account in audit.accounts:
        severities.update(account.state.open_by_severity)
    return {
        "format": FORMAT,
        "tool": {"name": "exportready", "version": audit.version},
        "rulebook": {
            "digest": audit.rulebook_digest,
            "rules": len(audit.rules),
            "left_out": list(audit.left_out),
            **({"own": True} if audit.own_rules else {}),
        },
        "at": audit.at.isoformat(),
        "since": audit.past[-1].at.isoformat() if audit.past else None,
        "counts": {
            "accounts": len(audit.accounts),
            **_by_verdict(verdicts),
            "unreadable": sum(account.state.is_unreadable for account in audit.accounts),
            "past": sum(account.state.is_past(audit.at) for account in audit.accounts),
            "confirmed": sum(account.state.confirmed_count for account in audit.accounts),
            "findings": _by_severity(severities),
        },
        **({"only": {"owners": list(audit.owners), "tags": list(audit.tags)}} if audit.owners or audit.tags else {}),
        "accounts": (_account(audit, account, reports_url, messages.get(account.place)) for account in audit.accounts),
        "rules": _rules(audit),
        "trend": [_past_audit(past) for past in audit.past],
        "gone": list(audit.gone),
        "passed_over": list(audit.skipped),
        "anonymised": audit.anonymized,
    }


def _account(audit: Audit, account: AuditedAccount, reports_url: str, message: Message | None) -> dict[str, Any]:
    state = account.state
    applicable = [rule for rule in state.rules if rule.outcome is not Outcome.NOT_APPLICABLE]
    outcomes = Counter(rule.outcome for rule in state.rules)
    return {
        "path": account.place,
        "name": state.name or None,
        "owner": account.owner or None,
        "tags": list(account.tags),
        "phase": state.phase or None,
        "verdict": state.verdict.value,
        "error": state.error or None,
        "unreadable": [{"path": file.path, "error": file.error} for file in state.unread_files],
        "checked_at": state.checked_at.isoformat(),
        "judged_at": state.checked_at.isoformat(),
        "is_past": state.is_past(audit.at),
        "holds_until": iso(state.valid_until),
        "digest": state.digest or None,
        "report": f"{reports_url}/{account.report_file}" if account.report_file and reports_url else None,
        "evidence": {
            "files": state.files_read,
            "undated": state.files_undated,
            "oldest": iso(state.oldest_date),
            "newest": iso(state.newest_date),
            "age_hours": _hours(oldest_age(audit.at, state)),
        },
        "counts": {outcome.value: outcomes[outcome] for outcome in Outcome},
        "not_checked": {"rules": sum(rule.has_unknowns for rule in applicable), "of": len(applicable)},
        "confirmed": state.confirmed_count,
        "findings": {**_by_severity(state.open_by_severity), "waived": sum(rule.accepted_count for rule in state.rules)},
        "rules": [
            {
                "id": rule.rule,
                "outcome": rule.outcome.value,
                "untold": rule.has_unknowns,
                "worst": rule.worst.value if rule.worst else None,
                "findings": rule.open_count,
                "waived": rule.accepted_count,
                **({"confirmed": True} if rule.confirmed else {}),
            }
            for rule in state.rules
        ],
        "key_issues": [_key_issue(issue) for issue in state.key_issues],
        "waits": _waits(state.blocked.transactions, state.blocked.amount, state.blocked.unreadable),
        "changes": None if account.changes is None else _changes(account.changes),
        "trend": list(account.trend),
        "lapses": [
            {"what": expiry.what, "name": expiry.name, "of": expiry.of, "until": expiry.until.isoformat()}
            for expiry in state.expiring
        ],
        "message": to_builtins(message) if message else None,
    }


def _hours(age: timedelta | None) -> float | None:
    return None if age is None else round(age.total_seconds() / 3600, 2)


def _key_issue(issue: AuditKeyIssue) -> dict[str, Any]:
    return {
        "id": issue.id,
        **({"rule": issue.rule} if issue.rule else {"code": issue.code}),
        "severity": issue.severity.value,
        "message": issue.message or None,
        "waits": _waits(issue.transactions, issue.amount, issue.unreadable),
    }


def _waits(transactions: int, amount: Decimal, unreadable: int) -> dict[str, Any]:
    return {"transactions": transactions, "amount": str(amount), **({"unreadable": unreadable} if unreadable else {})}


def _changes(changes: AccountChanges) -> dict[str, Any]:
    counts = {key: dict(sorted(getattr(changes, kind).items())) for kind, key in CHANGE_KEYS.items()}
    return {"since": changes.since.isoformat(), "verdict": changes.verdict.value, **counts}


def _rules(audit: Audit) -> Iterator[dict[str, Any]]:
    """Return each rule with the accounts that fail it and those where it wasn't checked completely."""
    failed: dict[str, list[str]] = {rule.id: [] for rule in audit.rules}
    unknown: dict[str, list[str]] = {rule.id: [] for rule in audit.rules}
    for account in audit.accounts:
        for state in account.state.rules:
            if state.outcome is Outcome.FAILED:
                failed[state.rule].append(account.place)
            if state.has_unknowns:
                unknown[state.rule].append(account.place)
    for rule in audit.rules:
        yield {
            "id": rule.id,
            "title": rule.title,
            "area": rule.area,
            "severity": rule.severity.value,
            "failed": failed[rule.id],
            "not_checked": unknown[rule.id],
        }


def _past_audit(past: PastAudit) -> dict[str, Any]:
    counts = {"unreadable": past.unreadable, "findings": past.open_count}
    return {"at": past.at.isoformat(), **_by_verdict(past.verdicts), **counts}


def _by_verdict(counts: Mapping[Verdict, int]) -> dict[str, int]:
    return {verdict.value: counts.get(verdict, 0) for verdict in Verdict}


def _by_severity(counts: Mapping[Severity, int]) -> dict[str, int]:
    return {severity.value: counts.get(severity, 0) for severity in Severity}
