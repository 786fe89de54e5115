"""The files of a folder: their names, and how to get their bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from exportready.evidence.reading import Unreadable

PASSED_OVER = re.compile(r"(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\..*)\Z", re.IGNORECASE)
"""What operating systems and Office leave behind, and hidden files."""


_OFFICE = (".xlsx", ".xlsm", ".xlsb", ".ods", ".docx", ".docm", ".odt", ".pptx", ".pptm", ".odp", ".vsdx")


class NoSnapshot(Exception):
    """There is nothing to open at the path that was given; the message says what was expected."""


class File(msgspec.Struct, frozen=True):
    """One file of the snapshot: its path within, and how to get its bytes."""

    path: str
    load: Callable[[], bytes]
    """Raises Unreadable."""
    size: int = 0
    """In bytes, where that is known and other processes may load it too."""


def is_zip(path: Path) -> bool:
    """By name or by content; the files of Office are archives too, but no snapshots."""
    if path.suffix.lower() == ".zip":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04" and path.suffix.lower() not in _OFFICE
    except OSError:
        return False


def in_folder(folder: Path) -> Iterator[File]:
    """Every file in a folder and those below it."""
    shut: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=shut.append):
        folders[:] = [name for name in folders if not PASSED_OVER.match(name)]
        for name in folders:
            if Path(root, name).is_symlink():
                where = Path(root, name).relative_to(folder).as_posix()
                yield File(where, partial(refuse, "this link to a folder is not followed; put the files themselves here"))
        for name in names:
            if not PASSED_OVER.match(name):
                path = Path(root, name)
                yield File(path.relative_to(folder).as_posix(), partial(load, path), size_of(path))
    for error in shut:
        where = Path(str(error.filename)).relative_to(folder).as_posix()
        yield File(
            where, partial(refuse, f"this folder cannot be opened ({error.strerror}); give yourself the right to read it")
        )


def size_of(path: Path) -> int:
    """How many bytes a file has; 0 where nobody can tell."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def load(path: Path) -> bytes:
    """The bytes of a file. Raises Unreadable with what to do."""
    try:
        if path.exists() and not path.is_file():
            raise Unreadable("it is no ordinary file, so nothing can be read from it; take it away")
        return path.read_bytes()
    except PermissionError as error:
        raise Unreadable(
            "it may not be opened; close the program that uses it, or give yourself the right to read it"
        ) from error
    except OSError as error:
        raise Unreadable(f"it cannot be opened ({error.strerror}); export it again") from error


def refuse(message: str) -> bytes:
    """In the place of a file that must not be loaded. Raises Unreadable."""
    raise Unreadable(message)
