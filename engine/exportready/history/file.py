"""Open the history file for one program at a time, and upgrade it with numbered migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"
APPLICATION_ID = 0x45785244
"""Marks the file as ours ("ExRD"; https://sqlite.org/pragma.html#pragma_application_id)."""
MINIMUM_SQLITE = (3, 37, 0)
"""The first version with STRICT tables (https://sqlite.org/stricttables.html)."""


class NoHistory(Exception):
    """The file can't be used; the message has its path and says what to do."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the history, or create it. Raises NoHistory.

    It stays locked while it is open, since two audits at once would check the same accounts twice. The lock also lets the
    write-ahead log work on a network drive (https://sqlite.org/wal.html, section 8), and it ends with the process.
    """
    if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
        raise NoHistory(f"SQLite {sqlite3.sqlite_version} is too old. Install a Python that has SQLite 3.37 or newer.")
    connection = None
    with history_errors(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=1, isolation_level=None)
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            _require_own_database(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            _migrate(connection, path)
            (check,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if check != "ok":
                raise ValueError(check)
            return connection
        except BaseException:
            if connection is not None:
                connection.close()
            raise


@contextmanager
def history_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite, of the disk and of damaged values into NoHistory, with what to do about them."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise NoHistory(f"{path}: {_message(error)}") from error
    except (ValueError, ArithmeticError) as error:
        raise NoHistory(f"{path} is damaged ({error}). Remove it, or choose another file with --history.") from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block changes, or nothing if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _require_own_database(connection: sqlite3.Connection, path: Path) -> None:
    """Raise NoHistory if another program's data is in the file."""
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application_id != APPLICATION_ID and (tables or application_id):
        raise NoHistory(f"{path} is another program's database. Choose another file with --history.")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply the migrations that the file doesn't have yet, each in one transaction."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    migrations = sorted(MIGRATIONS.glob("*.sql"))
    if version > len(migrations):
        raise NoHistory(
            f"{path} was written by a newer version of ExportReady. Update ExportReady, or choose another file with --history."
        )
    for number, migration in enumerate(migrations[version:], version + 1):
        with transaction(connection):
            for statement in _statements(migration.read_text(encoding="utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")


def _statements(script: str) -> Iterator[str]:
    """Split a script into statements, since executescript would commit the migration's transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _message(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError):
        return f"can't write this file ({error.strerror}). Choose another file with --history."
    text = str(error)
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "another audit is using this file. Wait until it has finished, or choose another file with --history."
    if any(word in text for word in ("not a database", "malformed", "no such table", "no such column")):
        return f"this is not a history, or it is damaged ({text}). Remove it, or choose another file with --history."
    return f"can't use this file ({text}). Choose another file with --history."
