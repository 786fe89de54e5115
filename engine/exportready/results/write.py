"""Write a report as its JSON result, `exportready/result@1`: keys can be added, but never changed or removed.

The result has everything that reporters show, so that `read` can restore the report from it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from exportready.kinds.derived import SIDES, unreadable_in
from exportready.model.changes import FINDING_KEYS, Changes, PastFinding
from exportready.model.clock import iso
from exportready.model.evidence import Confirmed, Record, Source, Unknown, Unset, Value
from exportready.model.fix import fix_steps, many_steps
from exportready.model.report import (
    Batch,
    BlockedTransaction,
    Clause,
    Cleared,
    Expiry,
    Finding,
    Gap,
    KeyIssue,
    Notes,
    Outcome,
    Report,
    RuleResult,
    Snippet,
    Waiver,
)
from exportready.model.rules import Citation, Confirm
from exportready.results.json_text import to_json
from exportready.schema.times import format_lasts

FORMAT = "exportready/result@1"


def text(report: Report) -> str:
    """Return the result as JSON text."""
    return to_json(result_data(report)) + "\n"


def result_data(report: Report) -> dict[str, Any]:
    """Return the result as plain data."""
    outcomes = Counter(result.outcome for result in report.results)
    return {
        "format": FORMAT,
        "tool": {"name": "exportready", "version": report.version},
        "rulebook": {
            "digest": report.digest,
            "rules": report.rules,
            "left_out": list(report.left_out),
            **({"own": True} if report.own_rules else {}),
            "packs": [
                {"name": pack.name, "version": pack.version, "digest": pack.digest, "rules": pack.rules}
                for pack in report.packs
            ],
        },
        "account": {
            "name": report.account.name,
            "phase": report.phase,
            "taken_at": iso(report.account.taken_at),
            "time_zone": report.account.time_zone,
            **({"company_file": report.company_file} if report.company_file else {}),
        },
        **({"snapshot": report.base} if report.base else {}),
        "checked_at": iso(report.checked_at),
        "judged_at": iso(report.checked_at),
        **({"seen_at": iso(report.seen_at)} if report.seen_at else {}),
        "scope": list(report.scope),
        "sources": [_source(source) for source in report.sources],
        "unrecognised": [{"path": file.path, "help": file.help} for file in report.unrecognized],
        "verdict": report.verdict.value,
        "counts": {outcome.value: outcomes[outcome] for outcome in Outcome},
        "waived": sum(finding.id in report.notes.waivers for finding in report.findings),
        "batches": [_batch(batch) for batch in report.batches],
        "rules": [_rule(result, report.notes) for result in report.results],
        "questions": [{"id": one.id, **msgspec.to_builtins(one)} for one in report.questions],
        "key_issues": [_key_issue(issue) for issue in report.key_issues],
        "waiting": [_blocked_transaction(transaction) for transaction in report.blocked_transactions],
        "waits": _cleared(report.blocked),
        "stale_errors": list(report.stale_errors),
        "settings": dict(report.settings),
        **({"baseline": _baseline(report)} if report.baseline else {}),
        **({"waivers": list(report.waiver_remarks)} if report.waiver_remarks else {}),
        **({"lapses": [_expiry(expiry) for expiry in report.expiring]} if report.expiring else {}),
        **({"changes": _changes(report.changes)} if report.changes else {}),
        **(_arrival(report) if report.is_after_export else {}),
    }


def _baseline(report: Report) -> dict[str, Any]:
    return {
        "name": report.baseline,
        "stale": list(report.stale_baseline),
        "untold": sorted(report.baseline_undecided),
        "new_rules": sorted(report.new_rules),
    }


def _batch(batch: Batch) -> dict[str, Any]:
    blocked = _cleared(batch.blocked)
    return {
        "number": batch.number,
        "name": batch.name,
        "verdict": batch.verdict.value,
        "transactions": batch.transactions,
        "amount": str(batch.amount),
        **_unreadable(batch.unreadable),
        "waiting": {name: value for name, value in blocked.items() if name != "findings"},
    }


def _cleared(cleared: Cleared) -> dict[str, Any]:
    return {
        "findings": cleared.findings,
        "transactions": cleared.transactions,
        "amount": str(cleared.amount),
        **_unreadable(cleared.unreadable),
    }


def _unreadable(number: int) -> dict[str, int]:
    """Return the number of amounts that aren't in a sum, if there are any."""
    return {"unreadable": number} if number else {}


def _key_issue(issue: KeyIssue) -> dict[str, Any]:
    return {
        "id": issue.id,
        **({"rule": issue.rule} if issue.rule else {"code": issue.code}),
        "subjects": [{"kind": subject.kind, "key": subject.key} for subject in issue.subjects],
        "message": issue.message,
        "fix": {"who": issue.fix.who, "minutes": issue.fix.minutes, "steps": list(issue.fix.steps)},
        "standing": issue.certainty,
        "retry": issue.retry,
        "session": issue.gates,
        "severity": issue.severity.value,
        "clears": {"alone": _cleared(issue.alone), "shared": _cleared(issue.shared)},
        "facts": list(issue.facts),
        "reasons": [
            {
                "rule": step.rule,
                "because": step.words,
                "facts": list(step.facts),
                "standing": step.certainty,
                "source": _citation(step.source),
            }
            for step in issue.reasons
        ],
    }


def _citation(source: Citation) -> dict[str, Any]:
    return {
        "document": source.document,
        "section": source.section,
        "updated": source.updated.isoformat(),
        **({"note": source.note} if source.note else {}),
    }


def _expiry(expiry: Expiry) -> dict[str, Any]:
    return {"what": expiry.what, "name": expiry.name, "of": expiry.of, "until": iso(expiry.until)}


def _changes(changes: Changes) -> dict[str, Any]:
    return {
        "since": changes.old_checked_at,
        "verdict": changes.old_verdict,
        **{key: [_past_finding(finding) for finding in getattr(changes, name)] for name, key in FINDING_KEYS.items()},
        "drift": [{"setting": drift.setting, "old": drift.old, "new": drift.new} for drift in changes.drift],
        "confirmations": [msgspec.to_builtins(one) for one in changes.confirmations],
    }


def _past_finding(finding: PastFinding) -> dict[str, str]:
    return {name: getattr(finding, name) for name in ("fingerprint", "rule", "severity", "subject", "message")}


def _blocked_transaction(blocked: BlockedTransaction) -> dict[str, Any]:
    return {
        "transaction": {
            "kind": blocked.transaction.kind,
            "key": blocked.transaction.key,
            "batch": blocked.batch,
            "amount": None if blocked.amount is None else str(blocked.amount),
        },
        "key_issues": list(blocked.key_issues),
        "chain": list(blocked.chain),
        "standing": blocked.certainty,
    }


def _arrival(report: Report) -> dict[str, Any]:
    """Return the keys of a result after the export only: the tie-out, and the payments to apply by hand."""
    return {
        "tie_out": [_tie_out_row(row) for row in report.tie_out],
        "work_list": [_work_row(row) for row in report.work_list],
    }


JSON_SIDES = ("servicetitan", "quickbooks", "explained", "unexplained", "untold")
"""The JSON keys of the sides of a tie-out, in the order of `SIDES`."""


def _whole(value: Value) -> int:
    return int(value) if isinstance(value, Decimal) else 0


def _tie_out_row(row: Record) -> dict[str, Any]:
    return {
        "batch": _plain(row.get("batch")),
        "name": _plain(row.get("batchName")),
        "type": _plain(row.get("type")),
        **{
            key: {
                "count": int(str(row.get(f"{side}Count"))),
                "amount": _plain(row.get(f"{side}Amount")),
                **_unreadable(unreadable_in(row, side)),
            }
            for key, side in zip(JSON_SIDES, SIDES, strict=True)
        },
        "reasons": _plain(row.get("explained")),
        **{name: _whole(row.get(f"{name}Count")) for name in ("missing", "doubled", "differing")},
    }


def _work_row(row: Record) -> dict[str, Any]:
    unknown = sorted(name for name, value in row.fields.items() if isinstance(value, Unknown))
    values = {name: _plain(value) for name, value in sorted(row.fields.items())}
    return values | ({"not_known": unknown} if unknown else {})


def _plain(value: Value) -> str | bool | None:
    """Return a value for JSON: money as a decimal string, dates as ISO 8601, null if it is not set or not known."""
    if isinstance(value, bool):
        return value
    return None if isinstance(value, (Unset, Unknown)) else value.isoformat() if isinstance(value, date) else str(value)


def _source(source: Source) -> dict[str, Any]:
    return {
        "path": source.path,
        "sha256": source.sha256,
        "reader": source.reader,
        "dated": iso(source.dated),
        "records": dict(sorted(source.records.items())),
        "complete": source.complete,
        "error": source.error_text,
        **({} if source.error_line is None else {"error_line": source.error_line, "error_message": source.error}),
        "notes": list(source.notes),
        **({"doubles": list(source.doubles)} if source.doubles else {}),
    }


def _rule(result: RuleResult, notes: Notes) -> dict[str, Any]:
    rule, fix = result.rule, result.rule.fix
    many = None if fix.many_above is None else {"above": fix.many_above, "steps": list(many_steps(result))}
    return {
        "id": rule.id,
        "area": rule.area,
        "digest": rule.digest,
        "title": rule.title,
        **({"problem": rule.problem} if rule.problem else {}),
        "why": rule.why,
        "fix": {"who": fix.who, "minutes": fix.minutes, "steps": list(fix_steps(result)), "many": many, **_template(result)},
        "source": _citation(rule.source),
        "severity": rule.severity.value,
        "grade": rule.grade.value,
        "phase": rule.phase.value,
        "about": rule.about.value if rule.about else None,
        "confirm": confirm_json(rule.confirm),
        "outcome": result.outcome.value,
        "confirmed": _confirmed(result.confirmed),
        "reason": result.reason,
        **({"cause": result.cause.value} if result.cause else {}),
        "checked": result.checked,
        "undecided": result.undecided,
        "failed": len(result.findings),
        "gaps": [_gap(gap) for gap in result.gaps],
        "findings": [_finding(finding, notes) for finding in result.findings],
    }


def _confirmed(confirmed: Confirmed | None) -> dict[str, Any] | None:
    if confirmed is None:
        return None
    return {"by": confirmed.by, "at": iso(confirmed.at), "until": iso(confirmed.until)}


def confirm_json(confirm: Confirm | None) -> dict[str, Any] | None:
    """Return how a person can decide a rule, as plain data; None if no one can."""
    if confirm is None:
        return None
    return {
        "fact": confirm.fact,
        "question": confirm.question,
        **({"why": confirm.why} if confirm.why else {}),
        "steps": list(confirm.steps),
        "yes": confirm.yes,
        "no": confirm.no,
        "minutes": confirm.minutes,
        "seconds_each": confirm.seconds_each,
        "lasts": format_lasts(confirm.lasts),
        **({"fills": list(confirm.fills)} if confirm.fills else {}),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "kind": gap.kind,
        "field": gap.field,
        "subject": gap.subject,
        "reason": gap.reason,
        "supply": gap.supply,
        "cause": gap.cause.value,
        "channel": gap.channel.value,
        **({"also": [channel.value for channel in gap.also]} if gap.also else {}),
        **({"integrator": gap.integrator} if gap.integrator else {}),
        **({"question": gap.question} if gap.question else {}),
        **({"source": gap.source} if gap.source else {}),
    }


def _template(result: RuleResult) -> dict[str, Any]:
    """Return the steps with their placeholders, if they have any."""
    fix = result.rule.fix
    if fix.steps == fix_steps(result) and fix.many_steps == many_steps(result):
        return {}
    return {"template": {"steps": list(fix.steps), "many": list(fix.many_steps)}}


def _waiver(waiver: Waiver | None) -> dict[str, Any] | None:
    if waiver is None:
        return None
    fields = {name: getattr(waiver, name) for name in ("rule", "account", "subject", "owner", "reason", "ticket")}
    return {**fields, "expires": waiver.expires.isoformat(), "where": {"path": waiver.where.path, "line": waiver.where.line}}


def _finding(finding: Finding, notes: Notes) -> dict[str, Any]:
    refusal = notes.refusal(finding)
    return {
        "fingerprint": finding.fingerprint,
        "check": finding.check,
        "severity": finding.severity.value,
        "subject": {"kind": finding.subject.kind, "key": finding.subject.key},
        "at_fault": {"kind": finding.at_fault.kind, "key": finding.at_fault.key},
        "message": finding.message,
        "observed": dict(sorted(finding.observed.items())),
        "expected": dict(sorted(finding.expected.items())),
        "where": [
            {
                "path": place.location.path,
                "line": place.location.line,
                "pointer": place.location.pointer,
                "label": place.label,
                **({"snippet": _snippet(excerpt)} if (excerpt := notes.excerpt(finding, place)) else {}),
            }
            for place in finding.where
        ],
        "blocks": finding.blocks,
        "key_issues": list(notes.key_issues_of(finding)),
        "batches": list(notes.batches_of(finding)),
        "waiver": _waiver(notes.waiver(finding)),
        **({"note": refusal} if refusal else {}),
        **({"known": True} if notes.is_known(finding) else {}),
        **({"group": True, "members": list(finding.members)} if finding.is_group else {}),
        **({"told_at": iso(finding.answered_at)} if finding.answered_at else {}),
        **({"trace": [_clause(clause) for clause in finding.trace]} if finding.trace else {}),
    }


def _snippet(snippet: Snippet) -> dict[str, Any]:
    return {"first": snippet.first, "lines": list(snippet.lines), "line": snippet.line, "mark": list(snippet.mark)}


def _clause(clause: Clause) -> dict[str, Any]:
    return {
        "part": clause.part,
        "of": clause.of,
        "field": clause.field,
        "wanted": clause.expected,
        "observed": clause.observed,
        "holds": clause.is_met,
    }
