"""A .zip as a snapshot. Its entries may point outside the archive or unpack to too much, so both are checked."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from exportready.evidence.files import IGNORED, File, refuse
from exportready.evidence.reading import Unreadable
from exportready.schema import budgets

BROKEN = (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error, lzma.LZMAError)
"""What the standard library raises for a damaged, protected or unsupported archive or entry."""


class Entry(msgspec.Struct, frozen=True):
    """One entry of an archive: its path, and where its bytes are; or why it must not be read."""

    path: str
    info: zipfile.ZipInfo | None
    refusal: str = ""


def files(path: Path) -> Iterator[File]:
    """Yield every entry of the archive. A harmful entry, or an archive that can't be opened, raises when it is loaded."""
    try:
        archive = open_archive(path)
    except Unreadable as error:
        yield File(path.name, partial(refuse, str(error)))
        return
    for entry in entries(archive):
        load = partial(refuse, entry.refusal) if entry.info is None else partial(_unpack, archive, entry.info)
        yield File(entry.path, load)


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an archive. Raises Unreadable if it is damaged, or would cost too much as a whole."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            check_directory(file, size)
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise Unreadable("the .zip is damaged; zip the files again") from error
    listed = [info for info in archive.infolist() if not info.is_dir()]
    if len(listed) > budgets.FILES:
        raise Unreadable(_TOO_MANY)
    whole = sum(info.file_size for info in listed if not _is_harmful(info))
    if _is_inflated(whole, size, budgets.UNPACKED_SIZE):
        raise Unreadable(_too_large(whole))
    return archive


def _is_harmful(info: zipfile.ZipInfo) -> bool:
    return _is_inflated(info.file_size, info.compress_size, budgets.FILE_SIZE)


def entries(archive: zipfile.ZipFile) -> Iterator[Entry]:
    """Yield the files of an archive, without those that operating systems leave behind."""
    listed = [info for info in archive.infolist() if not info.is_dir()]
    harmful = {info.filename for info in listed if _is_harmful(info)}
    seen: set[str] = set()
    for info in listed:
        name = info.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if any(IGNORED.match(part) for part in parts if part != ".."):
            continue
        if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
            yield Entry(name, None, "its name points outside the .zip, which an export never does; zip the files again")
        elif name in seen:
            yield Entry(name, None, "the .zip contains two files with this name; zip the files again")
        elif info.filename in harmful:
            yield Entry(name, None, _too_large(info.file_size))
        else:
            yield Entry(name, info)
        seen.add(name)


_TOO_MANY = f"it contains more than {budgets.FILES:,} files; zip only the exported files"


def check_directory(file: IO[bytes], size: int) -> None:
    """Raise Unreadable if an archive or its table of contents is too large, before it is read. `size` is the archive's.

    Its last record says how long the table is (APPNOTE.TXT 4.3.16: 22 bytes, and a comment of up to 64 KB).
    """
    if size > budgets.UNPACKED_SIZE:
        raise Unreadable(f"it has {size >> 20:,} MB, far more than any export; zip only the exported files")
    file.seek(max(0, size - (22 + (1 << 16))))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if 0 <= at <= len(tail) - 16 and int.from_bytes(tail[at + 12 : at + 16], "little") > budgets.DIRECTORY_SIZE:
        raise Unreadable(_TOO_MANY)


def is_harmful(entries: Sequence[zipfile.ZipInfo], size: int) -> bool:
    """Return whether an archive of `size` bytes would unpack to far more than an export, as a whole or in one entry.

    The whole is compared with the archive itself, because several entries may name the same packed bytes.
    """
    return (
        _is_inflated(sum(info.file_size for info in entries), size, budgets.UNPACKED_SIZE)
        or any(_is_inflated(info.file_size, info.compress_size, budgets.FILE_SIZE) for info in entries)
    )  # fmt: skip


def _is_inflated(unpacked: int, packed: int, limit: int) -> bool:
    return unpacked > limit or unpacked > max(budgets.UNPACKED_FREE, budgets.UNPACKED_RATIO * packed)


def _too_large(size: int) -> str:
    return (
        f"it would unpack to {size >> 20:,} MB, far more than any export of its size; if it is really yours, unpack it into a folder "
        "yourself"
    )


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    return b"".join(unpacked(archive, info, info.file_size + 1))


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, piece: int) -> Iterator[bytes]:
    """Yield the bytes of an entry in pieces. Raises Unreadable if it is damaged, protected, or larger than the archive says."""
    size = 0
    try:
        with archive.open(info) as entry:
            while data := entry.read(min(piece, info.file_size + 1 - size)):
                size += len(data)
                if size > info.file_size:
                    raise Unreadable("it is larger than the .zip says; zip the files again")
                yield data
    except BROKEN as error:
        has_password = info.flag_bits & 1
        message = (
            "it has a password; zip the files again without one" if has_password else "it is damaged in the .zip; zip it again"
        )
        raise Unreadable(message) from error
