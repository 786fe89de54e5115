"""What runs in the other process: recognize files, or check a snapshot. It imports the checker only there, so that the page opens fast."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from exportready.app.child import OnFile
from exportready.app.values import Recognized
from exportready.model.rules import Rulebook
from exportready.policy.confirmations import BatchState

if TYPE_CHECKING:
    from exportready.evidence.snapshot import FileRead


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A check, with what only its evidence shows."""

    result: str
    """The JSON result."""
    state: BatchState
    """The pending batches, by which a confirmation expires."""
    good_until: datetime | None


_OF_COMPANY = ("quickbooks.Company", "quickbooks.Host")
"""The kinds that say which company a file is from."""


def recognize(book: Rulebook, on_file: OnFile, files: Sequence[tuple[str, Path]], zone: tzinfo = UTC) -> list[Recognized]:
    """Recognize each file by its content and its name, given where it is now.

    Records are counted, not read: that takes less than half the time, and hardly any memory.
    """
    from exportready.evidence.files import File, load
    from exportready.evidence.snapshot import read_one

    wanted = {kind: fields for kind, fields in book.wanted.items() if kind in _OF_COMPANY}
    found = []
    for number, (name, path) in enumerate(files, 1):
        on_file(name, number, len(files))
        one = read_one(File(name, partial(load, path), path.stat().st_size), wanted, {}, zone)
        found.append(_recognized(name, path, one))
    return found


def _recognized(name: str, path: Path, one: FileRead | None) -> Recognized:
    size = path.stat().st_size
    if one is None:
        return Recognized(name=name, sha256=digest(path), is_own=True, size=size)
    source, reading = one.source, one.reading
    return Recognized(
        name=name,
        sha256=source.sha256 or digest(path),
        reader=source.reader,
        dated=source.dated,
        records=source.records,
        whole=reading is not None
        and bool(reading.listings)
        and all(one.whole and one.page is None for one in reading.listings),
        error=source.error_text,
        help=one.unrecognized.help if one.unrecognized else "",
        unread=reading.unread if reading else (),
        notes=source.notes,
        companies=tuple(sorted(reading.companies)) if reading else (),
        size=size,
    )


def digest(path: Path) -> str:
    """Return the SHA-256 digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def look(
    book: Rulebook, on_file: OnFile, snapshot: Path, phase: str | None, at: datetime | None, seen_at: datetime | None
) -> Look:
    """Check a snapshot. `at` None: for the latest date that its files state; `seen_at` is the real time."""
    from exportready.app.summary import good_until
    from exportready.check import CheckRequest, examine
    from exportready.policy.confirmations import batch_state
    from exportready.results import write

    request = CheckRequest(snapshot=snapshot, rulebook=book, at=at, seen_at=seen_at, phase=phase, on_file=on_file, jobs=1)
    done = examine(request)
    return Look(
        result=write.text(done.report),
        state=batch_state(done.evidence),
        good_until=good_until(done),
    )
