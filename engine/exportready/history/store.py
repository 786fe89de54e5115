"""The history as the audit uses it: begin one, keep account after account, end it."""

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
from exportready.history.file import connect, told, transaction
from exportready.history.seal import is_whole, seal
from exportready.model.audit import AccountState, Found


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """An audit in the history."""

    id: int
    at: datetime
    settings: str
    """The digest of everything that decides its results, the files aside."""
    done: int
    """How many accounts it holds."""


class Kept(msgspec.Struct, frozen=True):
    """A standing in the history that may be taken again."""

    id: int
    page: str
    """What is kept of the account's own report; empty where none was written."""


class History:
    """The file, open and locked. Everything raises NoHistory where the file fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = connect(path)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leaves one file behind, without its log."""
        self.connection.close()

    def unfinished(self) -> Started | None:
        """The last audit, where it was interrupted."""
        with told(self.path):
            row = self.connection.execute(
                "SELECT id, at, settings, (SELECT count(*) FROM entry WHERE audit = audit.id) FROM audit"
                " WHERE finished = 0 AND id = (SELECT max(id) FROM audit)"
            ).fetchone()
        return Started(id=row[0], at=datetime.fromisoformat(row[1]), settings=row[2], done=row[3]) if row else None

    def begin(self, at: datetime, settings: str, rulebook: str, version: str, *, anonymise: bool) -> Started:
        """A new audit. With `anonymise`, what earlier ones kept in clear is hashed as well."""
        with self._changing():
            if anonymise:
                self._anonymise()
            else:
                self._remember("clear", "yes")
            number = self.connection.execute(
                "INSERT INTO audit (at, settings, rulebook, version) VALUES (?, ?, ?, ?) RETURNING id",
                (at.isoformat(), settings, rulebook, version),
            ).fetchone()[0]
        return Started(id=number, at=at, settings=settings, done=0)

    def known(self, place: str, at: datetime) -> Mapping[str, Kept]:
        """Digest -> what is kept of an account that still holds at a moment; the newest of each digest."""
        with told(self.path):
            found = self.connection.execute(
                "SELECT digest, standing.id, page, checked_at, holds_until FROM standing"
                " JOIN account ON account.id = standing.account WHERE place = ? AND digest <> '' ORDER BY standing.id",
                (place,),
            ).fetchall()
            return {
                digest: Kept(id_, page)
                for digest, id_, page, since, until in found
                if _holds(since, until, at) and is_whole(self.connection, id_)
            }

    def keep(
        self, audit: Started, place: str, standing: AccountState, findings: Iterable[Found], page: str, *, anonymise: bool
    ) -> None:
        """A judged account, whole or not at all. `page` marks its own report, empty where there is none."""
        with self._changing():
            hidden = self._hash if anonymise else None
            id_ = self._standing(self._account(place), rows.standing(standing, page, hidden))
            several = self.connection.executemany
            several("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.outcomes(id_, standing.rules))
            several("INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?)", rows.findings(id_, findings, hidden))
            several("INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.issues(id_, standing.issues, hidden))
            several("INSERT OR IGNORE INTO unread VALUES (?, ?, ?)", rows.unread(id_, standing.unread, hidden))
            several("INSERT OR IGNORE INTO lapse VALUES (?, ?, ?, ?, ?)", rows.lapses(id_, standing.lapses, hidden))
            seal(self.connection, id_)
            self._enter(audit, place, id_)

    def take_again(self, audit: Started, place: str, kept: Kept) -> None:
        """An account that is unchanged."""
        with self._changing():
            self._enter(audit, place, kept.id)

    def finish(self, audit: Started, places: Iterable[str]) -> None:
        """The audit is whole: what it holds of other places, and audits that were begun before and never ended, go."""
        with self._changing():
            held = {place for (place,) in self._rows(_PLACES, audit.id)}
            for place in sorted(held - set(places)):
                self.connection.execute("DELETE FROM entry WHERE audit = ? AND account = ?", (audit.id, self._account(place)))
            self.connection.execute("DELETE FROM audit WHERE finished = 0 AND id <> ?", (audit.id,))
            self.connection.execute("DELETE FROM standing WHERE id NOT IN (SELECT standing FROM entry)")
            self.connection.execute("UPDATE audit SET finished = 1 WHERE id = ?", (audit.id,))

    # -- within a transaction

    def _rows(self, query: str, *values: object) -> list[tuple[str]]:
        return self.connection.execute(query, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with told(self.path), transaction(self.connection):
            yield

    def _account(self, place: str) -> int:
        self.connection.execute("INSERT OR IGNORE INTO account (place) VALUES (?)", (place,))
        return int(self.connection.execute("SELECT id FROM account WHERE place = ?", (place,)).fetchone()[0])

    def _enter(self, audit: Started, place: str, standing: int) -> None:
        account = self._account(place)
        self.connection.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", (audit.id, account, standing))

    def _standing(self, account: int, values: Mapping[str, object]) -> int:
        cursor = self.connection.execute(
            "INSERT INTO standing (account, digest, page, checked_at, holds_until, verdict, error, name, phase, files, undated,"
            " oldest, newest, waits_findings, waits_transactions, waits_amount) VALUES (:account, :digest, :page, :checked_at,"
            " :holds_until, :verdict, :error, :name, :phase, :files, :undated, :oldest, :newest, :waits_findings,"
            " :waits_transactions, :waits_amount) RETURNING id",
            {"account": account, **values},
        )
        return int(cursor.fetchone()[0])

    # -- subjects as hashes

    def _anonymise(self) -> None:
        if self._kept("clear") is None:
            return
        change = self.connection.execute
        self.connection.create_function("hashed", 1, self._hash, deterministic=True)
        self.connection.create_function("without_entry", 1, rows.without_entry, deterministic=True)
        change("UPDATE finding SET subject = hashed(subject) WHERE subject NOT GLOB ?", (f"#{'[0-9a-f]' * 24}",))
        change("UPDATE issue SET message = ''")
        change("UPDATE unread SET error = ?", (rows.NOT_READ,))
        change("UPDATE standing SET error = ? WHERE error <> ''", (rows.NOT_JUDGED,))
        change("UPDATE OR REPLACE lapse SET of = without_entry(of), name = without_entry(name)")
        change("DELETE FROM kept WHERE name = 'clear'")
        for (id_,) in change("SELECT id FROM standing").fetchall():
            seal(self.connection, id_)

    def _hash(self, subject: str) -> str:
        """Keyed by a secret of this file: nobody can look names up in a table made elsewhere."""
        secret = self._kept("secret")
        if secret is None:
            secret = secrets.token_hex(32)
            self._remember("secret", secret)
        return f"#{hashlib.blake2b(subject.encode('utf-8', 'replace'), key=bytes.fromhex(secret), digest_size=12).hexdigest()}"

    def _kept(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _remember(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))


_PLACES = "SELECT place FROM entry JOIN account ON account.id = entry.account WHERE audit = ?"


def _holds(since: str, until: str | None, at: datetime) -> bool:
    """What was judged at the same moment holds; else from then on, and before the first date that may change it.

    The offset counts too: an account that states no time zone has that of the check.
    """
    first = datetime.fromisoformat(since)
    if first.utcoffset() != at.utcoffset():
        return False
    return at == first or (first < at and (until is None or at < datetime.fromisoformat(until)))
