"""Read an audit from the history for the reporters: each account with its changes, and the audits before."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from exportready.history import rows
from exportready.history.file import history_errors
from exportready.history.seal import is_intact
from exportready.history.store import AuditRun, History
from exportready.model.audit import AccountChanges, AccountState, AuditedAccount, PastAudit, PastState, UnreadFile
from exportready.model.changes import CHANGE_KEYS
from exportready.model.report import Verdict
from exportready.model.rules import Severity
from exportready.results.compare import Result, compare

TREND_LENGTH = 12
"""Maximum number of earlier audits in a trend."""


def audited_accounts(history: History, audit: AuditRun, report_name: Callable[[str], str]) -> tuple[AuditedAccount, ...]:
    """Return the accounts of an audit by place. Raises NoHistory.

    `report_name` returns the file name of the report of the account at a place.
    """
    with history_errors(history.path):
        reader = _AuditReader(history.connection, audit)
        found = reader.rows(
            "SELECT place, entry.account, standing FROM entry JOIN account ON account.id = entry.account"
            " WHERE audit = ? ORDER BY place",
            audit.id,
        )
        return tuple(reader.account(place, account_id, state_id, report_name) for place, account_id, state_id in found)


def past_audits(history: History, audit: AuditRun) -> tuple[PastAudit, ...]:
    """Return the audits before this one, the oldest first. Raises NoHistory."""
    with history_errors(history.path):
        reader = _AuditReader(history.connection, audit)
        return tuple(map(reader.past_audit, reader.earlier))


def gone_places(history: History, audit: AuditRun) -> tuple[str, ...]:
    """Return the places that the audit before this one had and this one doesn't. Raises NoHistory."""
    with history_errors(history.path):
        reader = _AuditReader(history.connection, audit)
        found = reader.rows(
            "SELECT place FROM entry JOIN account ON account.id = entry.account WHERE audit = ?"
            " AND account NOT IN (SELECT account FROM entry WHERE audit = ?) ORDER BY place",
            reader.earlier[-1] if reader.earlier else -1,
            audit.id,
        )
        return tuple(place for (place,) in found)


_STATE = (
    "SELECT standing.*, of_files, owner, tags, to_do FROM standing LEFT JOIN detail ON detail.standing = standing.id"
    " WHERE standing.id = ?"
)


class _AuditReader:
    """The queries for one audit."""

    def __init__(self, connection: sqlite3.Connection, audit: AuditRun) -> None:
        self.connection = connection
        self.audit = audit
        found = self.rows(
            "SELECT id FROM audit WHERE finished = 1 AND id < ? ORDER BY id DESC LIMIT ?", audit.id, TREND_LENGTH
        )
        self.earlier = tuple(audit_id for (audit_id,) in reversed(found))
        # Many accounts have equal rows; sharing their values saves memory.
        self._rule_state = cache(rows.rule_state_from_row)

    def rows(self, query: str, *values: object) -> list[Any]:
        return self.connection.execute(query, values).fetchall()

    def account(self, place: str, account_id: int, state_id: int, report_name: Callable[[str], str]) -> AuditedAccount:
        if not is_intact(self.connection, state_id):
            raise ValueError(f"the data of {place} was changed")
        row = self._state_row(state_id)
        state, past = self._state(state_id, row), self._past_states(account_id)
        return AuditedAccount(
            place=place,
            state=state,
            changes=self._changes(account_id, state_id),
            owner=state.owner,
            tags=state.tags,
            past=past,
            trend=(*(state.open_count if state else None for state in past), None if row["error"] else state.open_count),
            report_file=report_name(place) if row["page"] else "",
        )

    def past_audit(self, audit_id: int) -> PastAudit:
        verdicts = self.rows(
            "SELECT verdict, count(*) FROM entry JOIN standing ON standing.id = standing WHERE audit = ? GROUP BY verdict",
            audit_id,
        )
        ((at,),) = self.rows("SELECT at FROM audit WHERE id = ?", audit_id)
        ((unreadable,),) = self.rows(
            "SELECT count(*) FROM entry JOIN standing ON standing.id = standing WHERE audit = ?"
            " AND (error <> '' OR EXISTS (SELECT 1 FROM unread WHERE unread.standing = entry.standing))",
            audit_id,
        )
        ((open_count,),) = self.rows(
            "SELECT coalesce(sum(open), 0) FROM entry JOIN outcome ON outcome.standing = entry.standing WHERE audit = ?",
            audit_id,
        )
        return PastAudit(
            at=datetime.fromisoformat(at),
            verdicts={Verdict(verdict): number for verdict, number in verdicts},
            unreadable=unreadable,
            open_count=open_count,
        )

    # -- one account

    def _state_row(self, state_id: int) -> dict[str, Any]:
        cursor = self.connection.cursor()
        cursor.row_factory = sqlite3.Row
        return dict(cursor.execute(_STATE, (state_id,)).fetchone())

    def _state(self, state_id: int, row: dict[str, Any]) -> AccountState:
        outcomes = self.rows(
            "SELECT rule, digest, grade, outcome, untold, worst, open, accepted, EXISTS (SELECT 1 FROM confirmed"
            " WHERE confirmed.standing = outcome.standing AND confirmed.rule = outcome.rule)"
            " FROM outcome WHERE standing = ? ORDER BY rule",
            state_id,
        )
        issues = self.rows(
            "SELECT id, rule, code, severity, message, transactions, amount, coalesce(amounts, 0) FROM issue LEFT JOIN unreadable"
            " ON unreadable.standing = issue.standing AND unreadable.issue = number WHERE issue.standing = ? ORDER BY number",
            state_id,
        )
        unreadable = self.rows("SELECT amounts FROM unreadable WHERE standing = ? AND issue = ?", state_id, rows.ALL_BLOCKED)
        severities = self.rows(
            "SELECT severity, count(*) FROM finding WHERE standing = ? AND NOT accepted GROUP BY severity", state_id
        )
        unread = self.rows("SELECT path, error FROM unread WHERE standing = ? ORDER BY path", state_id)
        lapses = self.rows(
            "SELECT what, name, of, until FROM lapse WHERE standing = ? ORDER BY until, what, name, of", state_id
        )
        return rows.account_state_from_row(
            row,
            rules=tuple(map(self._rule_state, outcomes)),
            open_by_severity={Severity(severity): count for severity, count in severities},
            key_issues=tuple(map(rows.key_issue_from_row, issues)),
            unread_files=tuple(UnreadFile(path, error) for path, error in unread),
            expiring=tuple(map(rows.expiry_from_row, lapses)),
            unreadable=sum(amounts for (amounts,) in unreadable),
        )

    def _past_states(self, account_id: int) -> tuple[PastState | None, ...]:
        """Return the account in each of the earlier audits."""
        found = self.rows(
            "SELECT audit, verdict, error <> '' OR EXISTS (SELECT 1 FROM unread WHERE unread.standing = entry.standing),"
            " (SELECT sum(open) FROM outcome WHERE outcome.standing = entry.standing)"
            " FROM entry JOIN standing ON standing.id = standing WHERE entry.account = ? AND audit >= ?",
            account_id,
            self.earlier[0] if self.earlier else self.audit.id,
        )
        by_audit = {audit: PastState(Verdict(verdict), bool(unread), count) for audit, verdict, unread, count in found}
        return tuple(by_audit.get(audit_id) for audit_id in self.earlier)

    def _changes(self, account_id: int, state_id: int) -> AccountChanges | None:
        """Return the changes since the last audit that could check the account; None if none could."""
        found = self.rows(
            "SELECT standing, at FROM entry JOIN audit ON audit.id = audit JOIN standing ON standing.id = standing"
            " WHERE entry.account = ? AND finished = 1 AND audit < ? AND error = '' ORDER BY audit DESC LIMIT 1",
            account_id,
            self.audit.id,
        )
        if not found:
            return None
        ((old_state_id, at),) = found
        ((verdict,),) = self.rows("SELECT verdict FROM standing WHERE id = ?", old_state_id)
        if old_state_id == state_id:
            return AccountChanges(since=datetime.fromisoformat(at), verdict=Verdict(verdict))
        changes = compare(self._result(old_state_id), self._result(state_id), self._earlier_result(account_id, old_state_id))
        counts = {kind: Counter(finding.rule for finding in getattr(changes, kind)) for kind in CHANGE_KEYS}
        return AccountChanges(
            since=datetime.fromisoformat(at),
            verdict=Verdict(verdict),
            **{kind: dict(sorted(by_rule.items())) for kind, by_rule in counts.items()},
        )

    def _result(self, state_id: int) -> Result:
        ((checked_at, verdict),) = self.rows("SELECT checked_at, verdict FROM standing WHERE id = ?", state_id)
        outcomes = self.rows("SELECT rule, digest, untold FROM outcome WHERE standing = ?", state_id)
        findings = self.rows("SELECT fingerprint, rule, severity, subject FROM finding WHERE standing = ?", state_id)
        return Result(
            account=None,
            checked_at=checked_at,
            verdict=verdict,
            findings=rows.past_findings_from_rows(findings),
            digests={rule: digest for rule, digest, _ in outcomes},
            decided=frozenset(rule for rule, _, untold in outcomes if not untold),
            settings={},
        )

    def _earlier_result(self, account_id: int, old_state_id: int) -> Result:
        """Return all findings that audits before the last one had in the account and the last one hadn't."""
        findings = self.rows(
            "SELECT DISTINCT fingerprint, rule, severity, subject FROM finding WHERE standing IN (SELECT standing FROM entry"
            " JOIN audit ON audit.id = audit WHERE account = ? AND finished = 1 AND audit < ?) AND standing <> ?",
            account_id,
            self.audit.id,
            old_state_id,
        )
        return Result(
            account=None,
            checked_at="",
            verdict="",
            findings=rows.past_findings_from_rows(findings),
            digests={},
            decided=frozenset(),
            settings={},
        )
