"""The files of a folder: their paths, and how to read their bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from exportready.evidence.reading import Unreadable

IGNORED = re.compile(r"(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\..*)\Z", re.IGNORECASE)
"""Names of files that operating systems and Office leave behind, and of hidden files."""

_OFFICE = (".xlsx", ".xlsm", ".xlsb", ".ods", ".docx", ".docm", ".odt", ".pptx", ".pptm", ".odp", ".vsdx")


class NoSnapshot(Exception):
    """There is no snapshot at the given path; the message says what to give instead."""


class File(msgspec.Struct, frozen=True):
    """One file of a snapshot: its path inside, and how to read its bytes."""

    path: str
    load: Callable[[], bytes]
    """Raises Unreadable."""
    size: int = 0
    """In bytes; 0 if it isn't known or other processes can't load the file."""


def is_zip(path: Path) -> bool:
    """Return whether a file is a .zip, by name or content. Office files are archives too, but not snapshots."""
    if path.suffix.lower() == ".zip":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04" and path.suffix.lower() not in _OFFICE
    except OSError:
        return False


def in_folder(folder: Path) -> Iterator[File]:
    """Yield every file in a folder and the folders below it. A link to a folder and a folder that can't be opened raise when loaded."""
    unopened: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=unopened.append):
        folders[:] = [name for name in folders if not IGNORED.match(name)]
        for name in folders:
            if Path(root, name).is_symlink():
                where = Path(root, name).relative_to(folder).as_posix()
                yield File(
                    where, partial(refuse, "it is a link to a folder, which we don't follow; put the files themselves here")
                )
        for name in names:
            if not IGNORED.match(name):
                path = Path(root, name)
                yield File(path.relative_to(folder).as_posix(), partial(load, path), size_of(path))
    for error in unopened:
        where = Path(str(error.filename)).relative_to(folder).as_posix()
        yield File(
            where, partial(refuse, f"this folder can't be opened ({error.strerror}); make sure you have permission to read it")
        )


def size_of(path: Path) -> int:
    """Return the size of a file in bytes; 0 if it can't be determined."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def load(path: Path) -> bytes:
    """Return the bytes of a file. Raises Unreadable with what to do."""
    try:
        if path.exists() and not path.is_file():
            raise Unreadable("it isn't a regular file, so we can't read it; remove it from the folder")
        return path.read_bytes()
    except PermissionError as error:
        raise Unreadable(
            "it can't be opened; close the program that uses it, or make sure you have permission to read it"
        ) from error
    except OSError as error:
        raise Unreadable(f"it can't be opened ({error.strerror}); export it again") from error


def refuse(message: str) -> bytes:
    """Raise Unreadable with the message, in place of loading a file that must not be read."""
    raise Unreadable(message)
