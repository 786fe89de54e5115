"""Bring dropped files to the disk, in a folder that belongs to no account yet: within limits, and a .zip as the files in it."""

from __future__ import annotations

import errno
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from exportready.app.home import Home, flush, make_folder, remove_tree
from exportready.app.names import is_hostile, is_leftover, safe_names
from exportready.app.values import Rejected, TooMuch
from exportready.evidence import zipped
from exportready.evidence.files import is_zip
from exportready.evidence.reading import Unreadable
from exportready.schema import budgets

PIECE = 1 << 20
"""Bytes that are in memory at a time."""
HOSTILE = "This file's name points outside the folder it came from. Save it under a plain name and drop it again."


class Upload(msgspec.Struct, frozen=True):
    """One file that was dropped."""

    name: str
    """Its name, or its path in the folder that was dropped."""
    content: Path | IO[bytes]
    size: int = 0
    """Bytes that were sent, which may be more than were kept; 0 if that isn't known."""


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """One file that is on the disk, or why it isn't."""

    name: str
    """What it will be called, or if it is rejected, what it was called."""
    path: Path | None
    refusal: str = ""
    archive: str = ""
    """The .zip that it came in."""


def too_many(number: int) -> str:
    """Return what to say about too many files."""
    return f"That folder has {number:,} files. Drop only the exports, at most {budgets.DROPPED_FILES} at a time. Nothing was added."


def too_large(size: int) -> str:
    """Return what to say about a file that is too large."""
    return (
        f"This file is {size >> 20:,} MB; the limit is {budgets.DROPPED_FILE_SIZE >> 20} MB. Export fewer days: from the oldest "
        "invoice still being paid to today."
    )


def cannot_save(name: str, error: OSError) -> str:
    """Return what to say about a file that can't be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"We couldn't save {name}: this computer's disk is full. Free some space and drop it again."
    return f"We couldn't save {name} ({error.strerror}). Drop it again."


@contextmanager
def staged(home: Home, uploads: Sequence[Upload]) -> Iterator[list[Staged]]:
    """Give the dropped files, those in a .zip too, on the disk. Whatever isn't moved away is removed at the end.

    Raises TooMuch if there are too many, before anything is written.
    """
    if len(uploads) > budgets.DROPPED_FILES:
        raise TooMuch(too_many(len(uploads)))
    folder = home.incoming / f"drop-{secrets.token_hex(8)}"
    make_folder(folder)
    try:
        yield list(_all(folder, uploads))
    finally:
        remove_tree(folder)


def _all(folder: Path, uploads: Sequence[Upload]) -> Iterator[Staged]:
    refused = [Staged(name=upload.name, path=None, refusal=HOSTILE) for upload in uploads if is_hostile(upload.name)]
    wanted = [one for one in uploads if not is_hostile(one.name) and (len(uploads) == 1 or not is_leftover(one.name))]
    names = safe_names(one.name for one in wanted)
    plain: list[Staged] = []
    archives: list[Staged] = []
    for upload, name in zip(wanted, names, strict=True):
        if upload.size > budgets.DROPPED_FILE_SIZE:
            plain.append(Staged(name=name, path=None, refusal=too_large(upload.size)))
            continue
        one = _saved(folder, name, upload.content)
        (archives if one.path is not None and _is_archive(one.path, name) else plain).append(one)
    unpacked = [inside for archive in archives for inside in _unpacked(folder, archive)]
    number = len(plain) + sum(one.path is not None for one in unpacked)
    if number > budgets.DROPPED_FILES:
        raise TooMuch(too_many(number))
    yield from refused
    yield from plain
    yield from unpacked


def _is_archive(path: Path, name: str) -> bool:
    """Return whether a staged file, which has no extension of its own, is a .zip and not one of Office's."""
    if name.lower().endswith(".zip"):
        return True
    return is_zip(path) and not name.lower().endswith(_OFFICE)


_OFFICE = (".xlsx", ".xlsm", ".xlsb", ".ods", ".docx", ".docm", ".odt", ".pptx", ".pptm", ".odp", ".vsdx")


def _saved(folder: Path, name: str, content: Path | IO[bytes]) -> Staged:
    """Write one file to the disk in pieces, or move it, if it is there already."""
    path = folder / secrets.token_hex(8)
    try:
        if isinstance(content, Path):
            os.replace(content, path)
            size = path.stat().st_size
            if size > budgets.DROPPED_FILE_SIZE:
                return Staged(name=name, path=None, refusal=too_large(size))
        else:
            _write(path, iter(lambda: content.read(PIECE), b""))
    except Rejected as refused:
        return Staged(name=name, path=None, refusal=str(refused))
    except OSError as error:
        return Staged(name=name, path=None, refusal=cannot_save(name, error))
    return Staged(name=name, path=path)


def _write(path: Path, pieces: Iterable[bytes]) -> int:
    """Write pieces to a new file that is on the disk when this returns. Raises TooMuch beyond the limit of a file, and OSError."""
    size = 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > budgets.DROPPED_FILE_SIZE:
                    raise TooMuch(too_large(size))
                file.write(piece)
            file.flush()
            flush(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return size


_GROWS = "We stopped unpacking this .zip: it contains far more than an export should. Unpack it and drop the files."


def _unpacked(folder: Path, archive: Staged) -> list[Staged]:
    """Return the files in a .zip, or why they aren't unpacked. All of them together have one budget."""
    assert archive.path is not None  # noqa: S101 - for mypy
    try:
        with zipped.open_archive(archive.path) as opened:
            return _entries(folder, opened, archive.name)
    except Unreadable as error:
        return [Staged(name=archive.name, path=None, refusal=f"We can't open this .zip: {error}.")]
    except TooMuch as error:
        return [Staged(name=archive.name, path=None, refusal=str(error))]
    except OSError as error:
        return [Staged(name=archive.name, path=None, refusal=cannot_save(archive.name, error))]


def _entries(folder: Path, archive: zipfile.ZipFile, name: str) -> list[Staged]:
    found = list(zipped.entries(archive))
    if len(found) > budgets.DROPPED_FILES:
        raise TooMuch(too_many(len(found)))
    good = [(entry.path, entry.info) for entry in found if entry.info is not None]
    if sum(info.file_size for _, info in good) > budgets.ACCOUNT_SIZE:
        raise TooMuch(_GROWS)
    made = [
        Staged(name=entry.path, path=None, refusal=f"{_sentence(entry.refusal)}", archive=name)
        for entry in found
        if entry.refusal
    ]
    for (_, info), called in zip(good, safe_names(path for path, _ in good), strict=True):
        path = folder / secrets.token_hex(8)
        try:
            _write(path, zipped.unpacked(archive, info, PIECE))
        except (Unreadable, TooMuch) as error:
            made.append(Staged(name=called, path=None, refusal=_sentence(str(error)), archive=name))
        else:
            made.append(Staged(name=called, path=path, archive=name))
    return made


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
