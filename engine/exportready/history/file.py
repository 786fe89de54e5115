"""The file itself: opened for one program at a time, and brought to the newest form by numbered migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"
APPLICATION = 0x45785244
"""Marks the file as ours («ExRD»; https://sqlite.org/pragma.html#pragma_application_id)."""
OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables (https://sqlite.org/stricttables.html)."""


class NoHistory(Exception):
    """The file cannot be used; the message names it and says what to do."""


def connect(path: Path) -> sqlite3.Connection:
    """The history, made where there is none. Raises NoHistory.

    It is locked for as long as it is open: two audits at once would judge the same accounts twice. The lock is also what
    lets the write-ahead log work on a network drive (https://sqlite.org/wal.html, section 8), and it goes with the process.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise NoHistory(f"SQLite {sqlite3.sqlite_version} is too old for a history; Python needs one of 3.37 or newer")
    connection = None
    with told(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=1, isolation_level=None)
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            _ours(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            _migrate(connection, path)
            (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if sound != "ok":
                raise ValueError(sound)
            return connection
        except BaseException:
            if connection is not None:
                connection.close()
            raise


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Whatever SQLite or the disk says of the file is told with what to do. Raises NoHistory."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise NoHistory(f"{path}: {_told(error)}") from error
    except (ValueError, ArithmeticError) as error:
        raise NoHistory(f"{path}: it is damaged ({error}); take it away or name another file with --history") from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _ours(connection: sqlite3.Connection, path: Path) -> None:
    """Nobody else's database is written to."""
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if mark != APPLICATION and (tables or mark):
        raise NoHistory(f"{path} is a database of another program; name another file with --history")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    steps = sorted(MIGRATIONS.glob("*.sql"))
    if version > len(steps):
        raise NoHistory(f"{path} was written by a newer ExportReady; update this one, or name another file with --history")
    for number, step in enumerate(steps[version:], version + 1):
        with transaction(connection):
            for statement in _statements(step.read_text(encoding="utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {number}")


def _statements(script: str) -> Iterator[str]:
    """One by one: executescript would commit the transaction that makes a migration whole."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _told(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError):
        return f"it cannot be written ({error.strerror}); name another file with --history"
    text = str(error)
    if "locked" in text or "busy" in text:
        return "another audit is using it; wait until that has ended, or name another file with --history"
    if any(word in text for word in ("not a database", "malformed", "no such table", "no such column")):
        return f"it is no history, or it is damaged ({text}); take it away or name another file with --history"
    return f"it cannot be used ({text}); name another file with --history"
