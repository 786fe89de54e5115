"""A digest over all that belongs to a standing: a bit that turned round in the file must not turn a failure into a pass."""

from __future__ import annotations

import hashlib
import sqlite3

_OF_STANDING = (
    "SELECT id, account, digest, page, checked_at, holds_until, verdict, error, name, phase, files, undated, oldest, newest,"
    " waits_findings, waits_transactions, waits_amount FROM standing WHERE id = ?",
    "SELECT * FROM outcome WHERE standing = ? ORDER BY rule",
    "SELECT * FROM finding WHERE standing = ? ORDER BY number",
    "SELECT * FROM issue WHERE standing = ? ORDER BY number",
    "SELECT * FROM unread WHERE standing = ? ORDER BY path",
    "SELECT * FROM lapse WHERE standing = ? ORDER BY what, name, of",
)


def seal_of(connection: sqlite3.Connection, standing: int) -> str:
    """Over what the file holds of it now."""
    told = hashlib.sha256()
    for query in _OF_STANDING:
        for row in connection.execute(query, (standing,)):
            told.update(repr(tuple(row)).encode("utf-8", "backslashreplace"))
    return told.hexdigest()


def is_whole(connection: sqlite3.Connection, standing: int) -> bool:
    """It is as it was written."""
    row = connection.execute("SELECT seal FROM standing WHERE id = ?", (standing,)).fetchone()
    return row is not None and row[0] == seal_of(connection, standing)


def seal(connection: sqlite3.Connection, standing: int) -> None:
    """What is written is whole now."""
    connection.execute("UPDATE standing SET seal = ? WHERE id = ?", (seal_of(connection, standing), standing))
