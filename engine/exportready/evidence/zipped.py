"""A .zip as a snapshot. Its entries may point outside the archive or unpack to too much, so both are checked."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from exportready.evidence.files import IGNORED, File, refuse
from exportready.evidence.reading import Unreadable

MAX_ENTRY = 1 << 30
"""Maximum size of one unpacked entry, in bytes."""
MAX_TOTAL = 2 << 30
"""Maximum size of all unpacked entries, in bytes."""
MAX_RATIO = 200
"""Maximum ratio of unpacked to packed size. Text exports have 5 to 50; an archive far beyond that is an attack."""
MAX_ENTRIES = 10_000

BROKEN = (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error, lzma.LZMAError)
"""What the standard library raises for a damaged, protected or unsupported archive or entry."""


def files(path: Path) -> Iterator[File]:
    """Yield every entry of the archive. A harmful entry, or an archive that can't be opened, raises when it is loaded."""
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN:
        yield File(path.name, lambda: refuse("the .zip is damaged; zip the files again"))
        return
    entries = [info for info in archive.infolist() if not info.is_dir()]
    if len(entries) > MAX_ENTRIES:
        yield File(path.name, lambda: refuse(f"it contains more than {MAX_ENTRIES:,} files; zip only the exported files"))
        return
    total = sum(info.file_size for info in entries)
    seen: set[str] = set()
    for info in entries:
        name = info.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if any(IGNORED.match(part) for part in parts if part != ".."):
            continue
        if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
            yield File(
                name, lambda: refuse("its name points outside the .zip, which an export never does; zip the files again")
            )
        elif name in seen:
            yield File(name, lambda: refuse("the .zip contains two files with this name; zip the files again"))
        elif total > MAX_TOTAL or _is_harmful(info):
            yield File(name, partial(refuse, _too_large(info, total)))
        else:
            yield File(name, partial(_unpack, archive, info))
        seen.add(name)


def is_harmful(entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Return whether an archive would unpack to far more than an export."""
    return sum(info.file_size for info in entries) > MAX_TOTAL or any(map(_is_harmful, entries))


def _is_harmful(info: zipfile.ZipInfo) -> bool:
    return info.file_size > MAX_ENTRY or info.file_size > max(10 << 20, MAX_RATIO * info.compress_size)


def _too_large(info: zipfile.ZipInfo, total: int) -> str:
    size = max(info.file_size, total) >> 20
    return f"it would unpack to {size:,} MB, far more than any export; if it is really yours, unpack it into a folder yourself"


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as entry:
            data = entry.read(info.file_size + 1)
    except BROKEN as error:
        has_password = info.flag_bits & 1
        message = (
            "it has a password; zip the files again without one" if has_password else "it is damaged in the .zip; zip it again"
        )
        raise Unreadable(message) from error
    if len(data) > info.file_size:
        raise Unreadable("it is larger than the .zip says; zip the files again")
    return data
