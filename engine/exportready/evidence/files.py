"""The files of a folder: their paths, and how to read their bytes."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from exportready.evidence.reading import Unreadable
from exportready.schema import budgets
from exportready.schema.files import read_bytes

IGNORED = re.compile(r"(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\..*)\Z", re.IGNORECASE)
"""Names of files that operating systems and Office leave behind, and of hidden files."""

_OFFICE = (".xlsx", ".xlsm", ".xlsb", ".ods", ".docx", ".docm", ".odt", ".pptx", ".pptm", ".odp", ".vsdx")

_LINKED_FOLDER = "it is a link to a folder, which we don't follow; put the files themselves here"
_LINK_OUT = "it is a link to a file outside this folder, which we don't follow; put the file itself here"
_TOO_DEEP = "there are too many folders inside each other here; put the exported files into one folder"
_TOO_MANY = f"there are more than {budgets.FILES:,} files; put only the exported files into this folder"


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
    """Yield every file in a folder and the folders below it. What must not be read, or can't be opened, raises when it is loaded.

    Links are not followed to folders, nor to anything outside the folder: the person who put them there may not be allowed to read that.
    """
    home = os.path.realpath(folder)
    waiting, number = [(folder, 0)], 0
    while waiting:
        here, depth = waiting.pop()
        try:
            with os.scandir(here) as listed:
                entries = sorted((entry for entry in listed if not IGNORED.match(entry.name)), key=lambda entry: entry.name)
        except OSError as error:
            yield File(_inside(folder, here), partial(refuse, _why_unopened(error)))
            continue
        for entry in entries:
            path = here / entry.name
            if number >= budgets.FILES:
                yield File(_inside(folder, path), partial(refuse, _TOO_MANY))
                return
            if not _is_folder(entry):
                number += 1
                leads_out = entry.is_symlink() and not _is_within(home, os.path.realpath(path))
                yield File(
                    _inside(folder, path), partial(refuse, _LINK_OUT) if leads_out else partial(load, path), size_of(path)
                )
            elif entry.is_symlink():
                number += 1
                yield File(_inside(folder, path), partial(refuse, _LINKED_FOLDER))
            elif depth >= budgets.FOLDER_DEPTH:
                yield File(_inside(folder, path), partial(refuse, _TOO_DEEP))
            else:
                waiting.append((path, depth + 1))


def _inside(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder, or a link to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_within(home: str, path: str) -> bool:
    return path == home or path.startswith(home.rstrip(os.sep) + os.sep)


def _why_unopened(error: OSError) -> str:
    if error.errno == errno.ENAMETOOLONG:
        return "the path of this folder is too long to open; move the exported files into a folder with a shorter path"
    return f"this folder can't be opened ({error.strerror}); make sure you have permission to read it"


def size_of(path: Path) -> int:
    """Return the size of a file in bytes; 0 if it can't be determined."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def load(path: Path) -> bytes:
    """Return the bytes of a file. Raises Unreadable with what to do."""
    try:
        return read_bytes(path)
    except PermissionError as error:
        raise Unreadable(
            "it can't be opened; close the program that uses it, or make sure you have permission to read it"
        ) from error
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise Unreadable(f"{error.strerror}; export fewer dates, or remove it from the folder") from error
        if error.errno in (errno.EINVAL, errno.ENXIO):
            raise Unreadable("it isn't a regular file, so we can't read it; remove it from the folder") from error
        raise Unreadable(f"it can't be opened ({error.strerror}); export it again") from error


def refuse(message: str) -> bytes:
    """Raise Unreadable with the message, in place of loading a file that must not be read."""
    raise Unreadable(message)
