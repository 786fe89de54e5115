"""Seal saved account states with a digest, so that damage to the file can't turn a failure into a pass."""

from __future__ import annotations

import hashlib
import sqlite3

_SEALED_ROWS = (
    "SELECT id, account, digest, page, checked_at, holds_until, verdict, error, name, phase, files, undated, oldest, newest,"
    " waits_findings, waits_transactions, waits_amount FROM standing WHERE id = ?",
    "SELECT * FROM outcome WHERE standing = ? ORDER BY rule",
    "SELECT * FROM finding WHERE standing = ? ORDER BY number",
    "SELECT * FROM issue WHERE standing = ? ORDER BY number",
    "SELECT * FROM unread WHERE standing = ? ORDER BY path",
    "SELECT * FROM lapse WHERE standing = ? ORDER BY what, name, of",
    "SELECT * FROM unreadable WHERE standing = ? ORDER BY issue",
    "SELECT * FROM detail WHERE standing = ?",
    "SELECT * FROM confirmed WHERE standing = ? ORDER BY rule",
)
"""All rows of one account state. Existing files have seals over these columns in this order, so neither may change.

A new table may be added at the end: states from before it have no rows in it, so their seals stay valid.
"""


def compute_seal(connection: sqlite3.Connection, state_id: int) -> str:
    """Return the SHA-256 over all rows of an account state as they are now."""
    digest = hashlib.sha256()
    for query in _SEALED_ROWS:
        for row in connection.execute(query, (state_id,)):
            digest.update(repr(tuple(row)).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def is_intact(connection: sqlite3.Connection, state_id: int) -> bool:
    """Return whether an account state is still as it was saved."""
    row = connection.execute("SELECT seal FROM standing WHERE id = ?", (state_id,)).fetchone()
    return row is not None and row[0] == compute_seal(connection, state_id)


def write_seal(connection: sqlite3.Connection, state_id: int) -> None:
    """Save the seal of an account state, after all of its rows."""
    connection.execute("UPDATE standing SET seal = ? WHERE id = ?", (compute_seal(connection, state_id), state_id))
