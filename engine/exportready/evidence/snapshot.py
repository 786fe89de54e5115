"""Opens a snapshot, a folder or a .zip, and gives each file to the reader that knows it."""

from __future__ import annotations

import hashlib
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NoReturn

from exportready.evidence.reading import Reading, Unreadable, text_of
from exportready.evidence.shelve import shelve
from exportready.model.evidence import Account, Evidence, Listing, Scope, Shelf, Source, Unrecognised
from exportready.model.rules import Wanted

MAX_ENTRY = 1 << 30
MAX_TOTAL = 2 << 30
MAX_RATIO = 200
"""Text exports pack to between a fifth and a fiftieth; far beyond that an archive was made to do harm."""
MAX_ENTRIES = 10_000

PASSED_OVER = re.compile(r"(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\..*)\Z", re.IGNORECASE)
"""What operating systems and Office leave behind, and hidden files."""


_BROKEN = (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error, lzma.LZMAError)
"""What the standard library raises for a damaged, protected or unsupported entry."""


class NoSnapshot(Exception):
    """There is nothing to open at the path that was given; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of the snapshot: its path within, and how to get its bytes."""

    path: str
    load: Callable[[], bytes]
    """Raises Unreadable."""


@dataclass(frozen=True, slots=True)
class _Read:
    source: Source
    reading: Reading | None
    unrecognised: Unrecognised | None = None


def read(snapshot: Path, wanted: Wanted, on_file: Callable[[str, int, int], None] | None = None) -> Evidence:
    """Read every file of a snapshot.

    `on_file` is told each path with its number and how many there are. Raises NoSnapshot where there is none;
    a file that cannot be read becomes a source with an error, and the others are read all the same.
    """
    files = sorted(_files(snapshot), key=lambda file: file.path)
    done: list[_Read] = []
    for number, file in enumerate(files, 1):
        if on_file is not None:
            on_file(file.path, number, len(files))
        one = _read_file(file, wanted)
        if one is not None:
            done.append(one)
    return assemble(done)


def _files(snapshot: Path) -> Iterator[File]:
    if snapshot.is_dir():
        yield from _in_folder(snapshot)
    elif snapshot.is_file() and zipfile.is_zipfile(snapshot):
        yield from _in_zip(snapshot)
    elif snapshot.is_file():
        yield File(snapshot.name, lambda: _load(snapshot))
    else:
        raise NoSnapshot(f"{snapshot} is not there; name the folder or .zip that holds your exported files")


def _in_folder(folder: Path) -> Iterator[File]:
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not PASSED_OVER.match(name)]
        for name in names:
            if not PASSED_OVER.match(name):
                path = Path(root, name)
                yield File(path.relative_to(folder).as_posix(), partial(_load, path))


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise Unreadable(
            "it may not be opened; close the program that uses it, or give yourself the right to read it"
        ) from error
    except OSError as error:
        raise Unreadable(f"it cannot be opened ({error.strerror}); export it again") from error


def _in_zip(path: Path) -> Iterator[File]:
    archive = zipfile.ZipFile(path)
    entries = [info for info in archive.infolist() if not info.is_dir()]
    if len(entries) > MAX_ENTRIES:
        yield File(path.name, lambda: _refuse(f"it holds more than {MAX_ENTRIES:,} files; pack the exported files only"))
        return
    total = sum(info.file_size for info in entries)
    seen: set[str] = set()
    for info in entries:
        name = info.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if any(PASSED_OVER.match(part) for part in parts if part != ".."):
            continue
        if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
            yield File(name, lambda: _refuse("its name leads out of the .zip, which no export does; pack the files again"))
        elif name in seen:
            yield File(name, lambda: _refuse("the .zip holds two files of this name; pack the files again"))
        elif total > MAX_TOTAL or info.file_size > MAX_ENTRY or info.file_size > max(10 << 20, MAX_RATIO * info.compress_size):
            yield File(name, partial(_refuse, _too_large(info, total)))
        else:
            yield File(name, partial(_unpack, archive, info))
        seen.add(name)


def _too_large(info: zipfile.ZipInfo, total: int) -> str:
    size = max(info.file_size, total) >> 20
    return f"it would unpack to {size:,} MB, far more than an export; unpack it yourself into a folder if it is really yours"


def _refuse(message: str) -> NoReturn:
    raise Unreadable(message)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as entry:
            data = entry.read(info.file_size + 1)
    except _BROKEN as error:
        words = "it is protected by a password" if info.flag_bits & 1 else "it is damaged in the .zip"
        raise Unreadable(f"{words}; pack the files again, without a password") from error
    if len(data) > info.file_size:
        raise Unreadable("it is larger than the .zip says; pack the files again")
    return data


# -- one file


def _read_file(file: File, wanted: Wanted) -> _Read | None:
    """Read one file; None for this program's own reports, which are no evidence."""
    digest, reading, error = "", None, None
    try:
        data = file.load()
        digest = hashlib.sha256(data).hexdigest()
        if _is_own_report(data):
            return None
        reading = _give_to_reader(data, file.path, wanted)
    except Unreadable as unreadable:
        error = unreadable
    if isinstance(reading, str):
        empty = Source(file.path, digest, "", None, {}, False)
        return _Read(empty, None, Unrecognised(file.path, reading))
    whole = reading is not None and all(listing.whole for listing in reading.listings)
    source = Source(
        file.path,
        digest,
        reading.reader if reading else "",
        reading.dated if reading else None,
        dict(sorted(reading.counts.items())) if reading else {},
        whole,
        str(error) if error else None,
        error.line if error else None,
        reading.notes if reading else (),
    )
    return _Read(source, reading)


def _is_own_report(data: bytes) -> bool:
    head = data[:600]
    return b'"exportready/' in head[:60] or (b'name="generator"' in head and b"ExportReady" in head)


def _give_to_reader(data: bytes, path: str, wanted: Wanted) -> Reading | str:
    """Recognise by content, then by name. Text says why a file is not read and what would help."""
    name = PurePosixPath(path).name.lower()
    suffix = PurePosixPath(name).suffix
    if suffix in _NOT_READ:
        return _NOT_READ[suffix]
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("it is empty; export it again")
    if name in ("account.yaml", "account.yml"):
        from exportready.evidence import account

        return account.read(data, path)
    start = text_of(data[:4096]).lstrip()
    if start.startswith("<"):
        return _xml(data, path, wanted)
    if start.startswith("!") and "\t" in start:
        from exportready.evidence import iif

        return iif.read(data, path, wanted)
    if start.startswith(("{", "[")):
        from exportready.evidence import servicetitan

        return servicetitan.read(data, path, wanted) or (
            "no list of ServiceTitan is recognised in it; save one list to a file, named after it (materials.json, invoices.json)"
        )
    if suffix in (".yaml", ".yml"):
        from exportready.evidence import account

        return account.read(data, path) if account.is_account(data, path) else "a file of answers is named account.yaml"
    return _HELP


def _xml(data: bytes, path: str, wanted: Wanted) -> Reading | str:
    from exportready.evidence import qbxml
    from exportready.kinds.quickbooks import RETS

    root = qbxml.root_of(qbxml.utf8(data))
    if root == "QBWCXML":
        return "it registers an application with the QuickBooks Web Connector and holds no records; nothing to do"
    if root not in ("QBXML", "Envelope") and not (root or "").endswith("Ret"):
        return "it is XML but no answer of QuickBooks (QBXML); save the qbXML response itself"
    if (root or "").endswith("Ret") and root not in RETS:
        return f"it is a single {root}, which no rule reads"
    return qbxml.read(data, path, wanted)


_HELP = "it is not qbXML, IIF, a ServiceTitan list (JSON) or account.yaml; export it in one of these forms"
_NOT_READ = {
    ".qbw": (
        "this is the QuickBooks company file itself, which only QuickBooks can open; in QuickBooks choose "
        "File > Utilities > Export > Lists to IIF Files and save that file here instead"
    ),
    ".qbb": "this is a QuickBooks backup, which only QuickBooks can open; export the lists to IIF instead",
    ".zip": "a .zip inside a snapshot is not opened; unpack it into the snapshot folder",
}


# -- the snapshot


def assemble(files: list[_Read]) -> Evidence:
    """Put the files of one snapshot together: dates given, pages joined, what counts decided."""
    accounts = [one.reading.account for one in files if one.reading and one.reading.account]
    account = accounts[0] if len(accounts) == 1 else Account()
    covers: Mapping[str, str] = {}
    for one in files:
        if one.reading and one.reading.account and len(accounts) == 1:
            covers = one.reading.covers
    files = _one_company(files)
    listings: dict[str, list[Listing]] = {}
    for one in files:
        for listing in one.reading.listings if one.reading and not one.source.error else ():
            dated = listing.dated or account.taken_at
            listings.setdefault(listing.kind, []).append(replace(listing, dated=dated))
    shelves = {kind: shelve(kind, held, covers.get(kind)) for kind, held in sorted(listings.items())}
    return Evidence(
        account,
        shelves,
        {kind: tuple(held) for kind, held in listings.items()},
        tuple(_settled(one, account, shelves) for one in files if one.unrecognised is None),
        tuple(one.unrecognised for one in files if one.unrecognised),
    )


def _settled(one: _Read, account: Account, shelves: Mapping[str, Shelf]) -> Source:
    """The source with its date, and complete only if each list in it turned out whole together with its other pages."""
    if one.source.error or one.reading is None:
        return one.source
    whole = all(shelves[listing.kind].scope in (Scope.WHOLE, Scope.ACTIVE) for listing in one.reading.listings)
    return replace(one.source, dated=one.source.dated or account.taken_at, complete=one.source.complete and whole)


def _one_company(files: list[_Read]) -> list[_Read]:
    """Two company files in one snapshot cannot be judged as one: every file that names its company is refused."""
    names = sorted({one.reading.company for one in files if one.reading and one.reading.company})
    if len(names) < 2:
        return files
    told = " and ".join(f"«{name}»" for name in names)
    message = f"this snapshot holds files of two QuickBooks companies, {told}; keep one company in a snapshot"
    return [
        replace(one, source=replace(one.source, error=message, complete=False)) if one.reading and one.reading.company else one
        for one in files
    ]
