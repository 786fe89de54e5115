"""Convert account states to rows of the history's tables and back.

`hide` hashes the keys of records. With it, rows don't have any of the customer's names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from exportready.kinds.account import LISTS, MAPS
from exportready.model.audit import (
    AccountState,
    AuditFinding,
    AuditKeyIssue,
    RuleState,
    UnreadFile,
    escape_surrogates,
)
from exportready.model.changes import PastFinding
from exportready.model.clock import iso
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import Severity

Hide = Callable[[str], str] | None
Row = tuple[object, ...]

ALL_BLOCKED = -1
"""The number in table `unreadable` of everything that is blocked; key issues have numbers from 0."""
NOT_READ = "could not be read; to see why, check this account by itself"
NOT_JUDGED = "could not be checked; to see why, check this account by itself"
"""These replace messages that may quote the customer's files."""


# -- to rows


def state_columns(state: AccountState, report_mark: str, hide: Hide) -> Mapping[str, object]:
    """Return the columns of table `standing` except the account's id."""
    return {
        "digest": state.digest,
        "page": report_mark,
        "checked_at": state.checked_at.isoformat(),
        "holds_until": iso(state.valid_until),
        "verdict": state.verdict.value,
        "error": NOT_JUDGED if hide and state.error else escape_surrogates(state.error),
        "name": escape_surrogates(state.name),
        "phase": state.phase,
        "files": state.files_read,
        "undated": state.files_undated,
        "oldest": iso(state.oldest_date),
        "newest": iso(state.newest_date),
        "waits_findings": state.blocked.findings,
        "waits_transactions": state.blocked.transactions,
        "waits_amount": str(state.blocked.amount),
    }


def detail_row(state_id: int, state: AccountState, hide: Hide) -> Row:
    """Return the row of table `detail`. What to ask the customer for names their records, so it is left out if they are hidden."""
    tags = "\n".join(" ".join(tag.split()) for tag in state.tags)
    to_do = "" if hide else state.to_do
    return state_id, state.of_files, escape_surrogates(state.owner), escape_surrogates(tags), escape_surrogates(to_do)


def confirmed_rows(state_id: int, rules: Iterable[RuleState]) -> Iterator[Row]:
    """Return a row of table `confirmed` for each rule that a person decided."""
    return ((state_id, rule.rule) for rule in rules if rule.confirmed)


def outcome_rows(state_id: int, rules: Iterable[RuleState]) -> Iterator[Row]:
    """Return a row of table `outcome` for each rule."""
    for rule in rules:
        yield (
            state_id,
            rule.rule,
            rule.digest,
            rule.grade.value,
            rule.outcome.value,
            rule.has_unknowns,
            rule.worst.value if rule.worst else None,
            rule.open_count,
            rule.accepted_count,
        )


def finding_rows(state_id: int, findings: Iterable[AuditFinding], hide: Hide) -> Iterator[Row]:
    """Return a row of table `finding` for each finding."""
    for number, finding in enumerate(findings):
        subject = hide(finding.subject) if hide else escape_surrogates(finding.subject)
        yield state_id, number, finding.fingerprint, finding.rule, finding.severity.value, subject, finding.accepted


def key_issue_rows(state_id: int, key_issues: Iterable[AuditKeyIssue], hide: Hide) -> Iterator[Row]:
    """Return a row of table `issue` for each key issue."""
    for number, issue in enumerate(key_issues):
        yield (
            state_id,
            number,
            issue.id,
            issue.rule,
            issue.code,
            issue.severity.value,
            "" if hide else escape_surrogates(issue.message),
            issue.transactions,
            str(issue.amount),
        )


def unreadable_rows(state_id: int, state: AccountState) -> Iterator[Row]:
    """Return a row of table `unreadable` for each sum that is missing an amount."""
    sums = (
        (ALL_BLOCKED, state.blocked.unreadable),
        *((number, one.unreadable) for number, one in enumerate(state.key_issues)),
    )
    yield from ((state_id, number, unreadable) for number, unreadable in sums if unreadable)


def unread_rows(state_id: int, files: Iterable[UnreadFile], hide: Hide) -> Iterator[Row]:
    """Return a row of table `unread` for each file."""
    for file in files:
        yield state_id, escape_surrogates(file.path), NOT_READ if hide else escape_surrogates(file.error)


def expiry_rows(state_id: int, expiring: Iterable[Expiry], hide: Hide) -> Iterator[Row]:
    """Return a row of table `lapse` for each answer, confirmation or waiver."""
    for expiry in expiring:
        name, of = (without_entry(expiry.name), _without_person(expiry)) if hide else (expiry.name, expiry.of)
        yield state_id, expiry.what, escape_surrogates(name), escape_surrogates(of), expiry.until.isoformat()


def without_entry(path: str) -> str:
    """Return an answer's path without the entry of a map or list, which is one of the customer's names.

    `salesTax.zones.Denver` becomes `salesTax.zones`.
    """
    return next((whole for whole in (*MAPS, *LISTS) if path.startswith(f"{whole}.")), path)


def _without_person(expiry: Expiry) -> str:
    """Return what an expiry is of, without the name of the person who confirmed or accepted it."""
    return without_entry(expiry.of) if expiry.what == "answer" else ""


# -- from rows


def rule_state_from_row(row: Sequence[Any]) -> RuleState:
    """Return the outcome of a rule from the columns of table `outcome` after `standing`, and whether it was confirmed."""
    rule, digest, grade, outcome, untold, worst, open_count, accepted_count, confirmed = row
    return RuleState(
        rule=rule,
        digest=digest,
        grade=Severity(grade),
        outcome=Outcome(outcome),
        has_unknowns=bool(untold),
        worst=Severity(worst) if worst else None,
        open_count=open_count,
        accepted_count=accepted_count,
        confirmed=bool(confirmed),
    )


def past_findings_from_rows(rows: Iterable[Sequence[str]]) -> Mapping[str, PastFinding]:
    """Return findings by fingerprint, from rows of (fingerprint, rule, severity, subject)."""
    return {
        fingerprint: PastFinding(fingerprint=fingerprint, rule=rule, severity=severity, subject=subject, message="")
        for fingerprint, rule, severity, subject in rows
    }


def key_issue_from_row(row: Sequence[Any]) -> AuditKeyIssue:
    """Return a key issue from the columns of table `issue` after `number`, and its `amounts` of table `unreadable`."""
    id_, rule, code, severity, message, transactions, amount, unreadable = row
    return AuditKeyIssue(
        id=id_,
        rule=rule,
        code=code,
        severity=Severity(severity),
        message=message,
        transactions=int(transactions),
        amount=Decimal(amount),
        unreadable=int(unreadable),
    )


def expiry_from_row(row: Sequence[str]) -> Expiry:
    """Return an answer or waiver from the columns of table `lapse` after `standing`."""
    what, name, of, until = row
    return Expiry(what=what, name=name, of=of, until=datetime.fromisoformat(until))


def account_state_from_row(
    row: Mapping[str, Any],
    rules: tuple[RuleState, ...],
    open_by_severity: Mapping[Severity, int],
    key_issues: tuple[AuditKeyIssue, ...],
    unread_files: tuple[UnreadFile, ...],
    expiring: tuple[Expiry, ...],
    unreadable: int,
) -> AccountState:
    """Return an account state from its row of tables `standing` and `detail`, and its rows of the other tables.

    `unreadable` is the number of amounts that aren't in the sum of everything that is blocked.
    """
    return AccountState(
        digest=row["digest"],
        checked_at=datetime.fromisoformat(row["checked_at"]),
        valid_until=_time(row["holds_until"]),
        verdict=Verdict(row["verdict"]),
        error=row["error"],
        name=row["name"],
        of_files=bool(row["of_files"]),
        owner=row["owner"] or "",
        tags=tuple((row["tags"] or "").splitlines()),
        to_do=row["to_do"] or "",
        phase=row["phase"],
        unread_files=unread_files,
        files_read=int(row["files"]),
        files_undated=int(row["undated"]),
        oldest_date=_time(row["oldest"]),
        newest_date=_time(row["newest"]),
        rules=rules,
        open_by_severity=open_by_severity,
        key_issues=key_issues,
        blocked=Cleared(
            findings=int(row["waits_findings"]),
            transactions=int(row["waits_transactions"]),
            amount=Decimal(row["waits_amount"]),
            unreadable=unreadable,
        ),
        expiring=expiring,
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
