"""The files of a snapshot, a folder or a .zip: their names, and how to get their bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from exportready.evidence.reading import Unreadable

PASSED_OVER = re.compile(r"(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\..*)\Z", re.IGNORECASE)
"""What operating systems and Office leave behind, and hidden files."""


class NoSnapshot(Exception):
    """There is nothing to open at the path that was given; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of the snapshot: its path within, and how to get its bytes."""

    path: str
    load: Callable[[], bytes]
    """Raises Unreadable."""


def files(snapshot: Path) -> list[File]:
    """Every file of a snapshot by its path. A single file is a snapshot of one. Raises NoSnapshot where there is none."""
    if snapshot.is_dir():
        found = _in_folder(snapshot)
    elif snapshot.is_file() and _is_zip(snapshot):
        from exportready.evidence import zipped

        found = zipped.files(snapshot)
    elif snapshot.is_file():
        found = iter([File(snapshot.name, partial(_load, snapshot))])
    else:
        raise NoSnapshot(f"{snapshot} is not there; name the folder or .zip that holds your exported files")
    return sorted(found, key=lambda file: file.path)


def _is_zip(path: Path) -> bool:
    if path.suffix.lower() == ".zip":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04" and path.suffix.lower() not in (".xlsx", ".xlsm", ".docx")
    except OSError:
        return False


def _in_folder(folder: Path) -> Iterator[File]:
    shut: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=shut.append):
        folders[:] = [name for name in folders if not PASSED_OVER.match(name)]
        for name in names:
            if not PASSED_OVER.match(name):
                path = Path(root, name)
                yield File(path.relative_to(folder).as_posix(), partial(_load, path))
    for error in shut:
        where = Path(str(error.filename)).relative_to(folder).as_posix()
        yield File(
            where, partial(refuse, f"this folder cannot be opened ({error.strerror}); give yourself the right to read it")
        )


def _load(path: Path) -> bytes:
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
