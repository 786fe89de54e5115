"""An account's files and answers as one .zip, to keep or to send."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exportready.app.accounts import account
from exportready.app.home import Home

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


def as_zip(home: Home, account_id: str) -> Iterator[bytes]:
    """Yield a .zip of an account's files and answers in pieces, for a download. Raises NotFound."""
    account(home, account_id)
    pipe = _Pieces()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(home.snapshot(account_id).rglob("*")):
            if not path.is_file() or path.is_symlink() or path.name.startswith("."):
                continue
            name = path.relative_to(home.snapshot(account_id)).as_posix()
            with path.open("rb") as file, archive.open(zipfile.ZipInfo(name, _time_of(path)), "w") as entry:
                while piece := file.read(1 << 20):
                    entry.write(piece)
                    yield pipe.taken()
    yield pipe.taken()


def _time_of(path: Path) -> tuple[int, int, int, int, int, int]:
    when = datetime.fromtimestamp(path.stat().st_mtime).timetuple()  # noqa: DTZ006 - a .zip has local times
    return when.tm_year, when.tm_mon, when.tm_mday, when.tm_hour, when.tm_min, when.tm_sec


class _Pieces(io.RawIOBase):
    """A file that is read while it is written. It can't go back, so the archive is written as a stream."""

    def __init__(self) -> None:
        self._data = bytearray()

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    def write(self, data: Buffer) -> int:
        """Take the next bytes."""
        self._data += data
        return len(memoryview(data))

    def taken(self) -> bytes:
        """Return the bytes since the last time."""
        data = bytes(self._data)
        self._data.clear()
        return data
