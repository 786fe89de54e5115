"""Write audits to the history: start an audit, save its accounts one by one, and finish it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from exportready.history import rows
from exportready.history.file import connect, history_errors, transaction
from exportready.history.seal import is_intact, write_seal
from exportready.model.audit import AccountState, AuditFinding
from exportready.model.clock import is_past
from exportready.model.rules import Phase


class AuditRun(msgspec.Struct, frozen=True, kw_only=True):
    """An audit in the history."""

    id: int
    at: datetime
    settings_digest: str
    """Covers everything that decides the audit's results except the files and the time."""
    saved_accounts: int
    """Number of accounts saved so far."""


class SavedState(msgspec.Struct, frozen=True):
    """An account state in the history that another audit may reuse."""

    id: int
    report_mark: str
    """Identifies the account's own report; empty if none was written."""
    is_past: bool
    """Whether the verdict is now about a moment too long ago to export."""


class History:
    """The history file, open and locked. Every method raises NoHistory if the file fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = connect(path)

    def __enter__(self) -> Self:
        """Return the history itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file, which also removes its write-ahead log."""
        self.connection.close()

    def interrupted_audit(self) -> AuditRun | None:
        """Return the last audit if it was interrupted, else None."""
        with history_errors(self.path):
            row = self.connection.execute(
                "SELECT id, at, settings, (SELECT count(*) FROM entry WHERE audit = audit.id) FROM audit"
                " WHERE finished = 0 AND id = (SELECT max(id) FROM audit)"
            ).fetchone()
        if row is None:
            return None
        audit_id, at, settings_digest, saved_accounts = row
        return AuditRun(
            id=audit_id, at=datetime.fromisoformat(at), settings_digest=settings_digest, saved_accounts=saved_accounts
        )

    def start_audit(
        self, at: datetime, settings_digest: str, rulebook_digest: str, version: str, *, anonymize: bool
    ) -> AuditRun:
        """Start a new audit. With `anonymize`, also hash what earlier audits saved in plain text."""
        with self._changes():
            if anonymize:
                self._anonymize()
            else:
                self._set_value(_HAS_PLAIN_TEXT, "yes")
            audit_id = self.connection.execute(
                "INSERT INTO audit (at, settings, rulebook, version) VALUES (?, ?, ?, ?) RETURNING id",
                (at.isoformat(), settings_digest, rulebook_digest, version),
            ).fetchone()[0]
        return AuditRun(id=audit_id, at=at, settings_digest=settings_digest, saved_accounts=0)

    def reusable_states(self, place: str, at: datetime) -> Mapping[str, SavedState]:
        """Return an account's intact states that are valid at a time, by digest; of several, the newest."""
        with history_errors(self.path):
            found = self.connection.execute(
                "SELECT digest, standing.id, page, checked_at, holds_until, of_files, phase FROM standing"
                " JOIN account ON account.id = standing.account LEFT JOIN detail ON detail.standing = standing.id"
                " WHERE place = ? AND digest <> '' ORDER BY standing.id",
                (place,),
            ).fetchall()
            return {
                digest: SavedState(state_id, report_mark, bool(of_files) and _is_past(checked_at, at, phase))
                for digest, state_id, report_mark, checked_at, valid_until, of_files, phase in found
                if _is_valid(checked_at, valid_until, at, of_files=bool(of_files)) and is_intact(self.connection, state_id)
            }

    def save(
        self,
        audit: AuditRun,
        place: str,
        state: AccountState,
        findings: Iterable[AuditFinding],
        *,
        report_mark: str,
        anonymize: bool,
    ) -> None:
        """Save a checked account in one transaction. `report_mark` is empty if the account has no report of its own."""
        with self._changes():
            hide = self._hash if anonymize else None
            state_id = self._insert_state(self._account_id(place), rows.state_columns(state, report_mark, hide))
            insert = self.connection.executemany
            insert("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.outcome_rows(state_id, state.rules))
            insert("INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?)", rows.finding_rows(state_id, findings, hide))
            insert(
                "INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.key_issue_rows(state_id, state.key_issues, hide)
            )
            insert("INSERT INTO unreadable VALUES (?, ?, ?)", rows.unreadable_rows(state_id, state))
            insert("INSERT OR IGNORE INTO unread VALUES (?, ?, ?)", rows.unread_rows(state_id, state.unread_files, hide))
            insert("INSERT OR IGNORE INTO lapse VALUES (?, ?, ?, ?, ?)", rows.expiry_rows(state_id, state.expiring, hide))
            insert("INSERT INTO detail VALUES (?, ?, ?, ?, ?)", [rows.detail_row(state_id, state, hide)])
            insert("INSERT INTO confirmed VALUES (?, ?)", rows.confirmed_rows(state_id, state.rules))
            write_seal(self.connection, state_id)
            self._add_to_audit(audit, place, state_id)

    def reuse(self, audit: AuditRun, place: str, saved: SavedState) -> None:
        """Add an unchanged account to an audit."""
        with self._changes():
            self._add_to_audit(audit, place, saved.id)

    def finish_audit(self, audit: AuditRun, places: Iterable[str]) -> None:
        """Mark an audit as finished; remove its accounts at other places, and audits that never finished."""
        with self._changes():
            saved_places = {place for (place,) in self.connection.execute(_PLACES, (audit.id,))}
            for place in sorted(saved_places - set(places)):
                self.connection.execute(
                    "DELETE FROM entry WHERE audit = ? AND account = ?", (audit.id, self._account_id(place))
                )
            self.connection.execute("DELETE FROM audit WHERE finished = 0 AND id <> ?", (audit.id,))
            self.connection.execute("DELETE FROM standing WHERE id NOT IN (SELECT standing FROM entry)")
            self.connection.execute("UPDATE audit SET finished = 1 WHERE id = ?", (audit.id,))

    # -- within a transaction

    @contextmanager
    def _changes(self) -> Iterator[None]:
        with history_errors(self.path), transaction(self.connection):
            yield

    def _account_id(self, place: str) -> int:
        """Return the id of the account at a place; a new account gets one."""
        self.connection.execute("INSERT OR IGNORE INTO account (place) VALUES (?)", (place,))
        return int(self.connection.execute("SELECT id FROM account WHERE place = ?", (place,)).fetchone()[0])

    def _add_to_audit(self, audit: AuditRun, place: str, state_id: int) -> None:
        account_id = self._account_id(place)
        self.connection.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", (audit.id, account_id, state_id))

    def _insert_state(self, account_id: int, columns: Mapping[str, object]) -> int:
        cursor = self.connection.execute(
            "INSERT INTO standing (account, digest, page, checked_at, holds_until, verdict, error, name, phase, files, undated,"
            " oldest, newest, waits_findings, waits_transactions, waits_amount) VALUES (:account, :digest, :page, :checked_at,"
            " :holds_until, :verdict, :error, :name, :phase, :files, :undated, :oldest, :newest, :waits_findings,"
            " :waits_transactions, :waits_amount) RETURNING id",
            {"account": account_id, **columns},
        )
        return int(cursor.fetchone()[0])

    # -- hashed subjects

    def _anonymize(self) -> None:
        """Hash or remove what earlier audits saved in plain text."""
        if self._value(_HAS_PLAIN_TEXT) is None:
            return
        change = self.connection.execute
        self.connection.create_function("hashed", 1, self._hash, deterministic=True)
        self.connection.create_function("without_entry", 1, rows.without_entry, deterministic=True)
        change("UPDATE finding SET subject = hashed(subject) WHERE subject NOT GLOB ?", (f"#{'[0-9a-f]' * 24}",))
        change("UPDATE issue SET message = ''")
        change("UPDATE unread SET error = ?", (rows.NOT_READ,))
        change("UPDATE standing SET error = ? WHERE error <> ''", (rows.NOT_JUDGED,))
        change(
            "UPDATE OR REPLACE lapse SET of = CASE what WHEN 'answer' THEN without_entry(of) ELSE '' END, name = without_entry(name)"
        )
        change("UPDATE detail SET to_do = ''")
        change("DELETE FROM kept WHERE name = ?", (_HAS_PLAIN_TEXT,))
        for (state_id,) in change("SELECT id FROM standing").fetchall():
            write_seal(self.connection, state_id)

    def _hash(self, subject: str) -> str:
        """Return a hash keyed with a secret of this file, so that no table of precomputed hashes reveals the subject."""
        secret = self._value("secret")
        if secret is None:
            secret = secrets.token_hex(32)
            self._set_value("secret", secret)
        return f"#{hashlib.blake2b(subject.encode('utf-8', 'replace'), key=bytes.fromhex(secret), digest_size=12).hexdigest()}"

    def _value(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _set_value(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))


_HAS_PLAIN_TEXT = "clear"
"""Set in table `kept` while the file has subjects and messages in plain text."""

_PLACES = "SELECT place FROM entry JOIN account ON account.id = entry.account WHERE audit = ?"


def _is_past(checked_at: str, at: datetime, phase: str) -> bool:
    return is_past(datetime.fromisoformat(checked_at), at, after_export=phase == Phase.AFTER.value)


def _is_valid(checked_at: str, valid_until: str | None, at: datetime, *, of_files: bool) -> bool:
    """Return whether a state is valid at a time: from its own check until the first date that may change its result.

    The offset must be the same, since an account that states no time zone has that of the check. If the moment of the check comes
    from the files, so does its offset.
    """
    checked = datetime.fromisoformat(checked_at)
    if not of_files and checked.utcoffset() != at.utcoffset():
        return False
    return at == checked or (checked < at and (valid_until is None or at < datetime.fromisoformat(valid_until)))
