"""Reads files in parallel: other processes read a share of them while this one reads its own, if there is enough to read.

Records are sent between processes by column: as separate objects they would take nearly as long to send as to read again.
"""

from __future__ import annotations

import copyreg
import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec.structs import replace

from exportready.evidence.files import File
from exportready.model.evidence import NO_NOTES, FieldNote, Listing, Location, Record, Value
from exportready.model.fields import Fields, places_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MIN_SIZE = 20 << 20
"""Bytes of files that take about half a second to read; with less, a second process starts too late to help."""
_WEIGHTS = {".xml": 1.7, ".iif": 3.0, ".xlsx": 20.0, ".csv": 5.0}
"""How long a byte of a format takes to read, relative to JSON."""

T = TypeVar("T")


def cores() -> int:
    """Return the number of cores that this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_all(read: Callable[[File], T], files: Sequence[File], jobs: int | None, on_start: Callable[[File], None]) -> list[T]:
    """Return what `read` returns for every file, in any order.

    `jobs` is the number of processes; None: one for each core. `on_start` receives each file before it is read. If another
    process dies or can't be started, this one reads its files.
    """
    enough = sum(file.size for file in files) >= MIN_SIZE
    own, *others = _shares(files, (jobs or cores()) if enough else 1)
    helpers: list[_Helper] = []
    try:
        for share in others:
            try:
                helpers.append(_Helper(read, share))
            except OSError:  # no more processes are allowed here
                own += share
                continue
            for file in share:
                on_start(file)
        done = []
        for file in own:
            on_start(file)
            done.append(read(file))
        for helper in helpers:
            done += helper.results()
        return done
    finally:
        for helper in helpers:
            helper.stop()


def _shares(files: Sequence[File], jobs: int) -> list[list[File]]:
    """Return the files in shares of about the same weight; none of them is empty, except perhaps the first."""
    shares: list[list[File]] = [[] for _ in range(jobs)]
    weights = [0.0] * jobs
    for file in sorted(files, key=_weight, reverse=True):
        lightest = weights.index(min(weights))
        shares[lightest].append(file)
        weights[lightest] += _weight(file)
    return [shares[0], *filter(None, shares[1:])]


def _weight(file: File) -> float:
    """Return about how long a file takes to read, in bytes of JSON."""
    return file.size * _WEIGHTS.get(PurePosixPath(file.path).suffix.lower(), 1.0)


class _Helper:
    """Another process that reads a share of the files."""

    def __init__(self, read: Callable[[File], Any], share: Sequence[File]) -> None:
        import multiprocessing

        self._read, self._share = read, share
        # A forked process need not load anything again; some libraries of macOS don't survive a fork.
        is_forked = sys.platform == "linux"
        context = multiprocessing.get_context("fork") if is_forked else multiprocessing.get_context("spawn")
        self._answer, theirs = context.Pipe(duplex=False)
        inherited = self._answer if is_forked else None
        self._process = context.Process(target=_work, args=(theirs, inherited, read, share), daemon=True)
        self._process.start()
        theirs.close()

    def results(self) -> list[Any]:
        """Return what the process read; if it died, read its files here."""
        try:
            found: list[Any] = pickle.loads(self._answer.recv_bytes())  # noqa: S301 - from our own process
        except (EOFError, OSError):  # it died before it had written anything, or in the middle of it
            return [self._read(file) for file in self._share]
        return found

    def stop(self) -> None:
        """End the process at once, finished or not."""
        self._process.kill()
        self._process.join()
        self._answer.close()


def _work(answer: Connection, inherited: Connection | None, read: Callable[[File], Any], share: Sequence[File]) -> None:
    if inherited is not None:
        inherited.close()  # otherwise this process keeps the pipe open itself, and waits forever once the other is gone
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process handles Ctrl-C and ends this one
    try:
        answer.send_bytes(pickle.dumps([read(file) for file in share], pickle.HIGHEST_PROTOCOL))
    finally:
        os._exit(0)  # skips freeing all records one by one; an error shows when the files are read again


# -- sending listings between processes


def _pack(listing: Listing) -> tuple[Callable[..., Listing], tuple[object, ...]]:
    """Return how to rebuild a listing from its columns: each set of field names once, all values in one list."""
    shapes: dict[tuple[str, ...], int] = {}
    values: list[Value] = []
    notes: dict[int, Mapping[str, FieldNote]] = {}
    shape_of: list[int] = []
    last, shape = None, 0
    for number, record in enumerate(listing.records):
        fields = record.fields
        names = fields.places if isinstance(fields, Fields) else None
        if names is None or names is not last:
            last, shape = names, shapes.setdefault(tuple(fields), len(shapes))
        shape_of.append(shape)
        values += fields.values()
        if record.notes:
            notes[number] = dict(record.notes)
    places = [record.where for record in listing.records]
    columns = (
        [record.key for record in listing.records],
        [place.path for place in places],
        [place.line for place in places],
        [place.pointer for place in places],
    )
    header = replace(listing, records=())
    about = {name: getattr(header, name) for name in Listing.__struct_fields__}
    return _unpack, (about, listing.kind, list(shapes), shape_of, tuple(values), columns, notes)


def _unpack(
    header: Mapping[str, Any],
    kind: str,
    shapes: Sequence[tuple[str, ...]],
    shape_of: Sequence[int],
    values: tuple[Value, ...],
    columns: tuple[Sequence[str], Sequence[str], Sequence[int | None], Sequence[str]],
    notes: Mapping[int, Mapping[str, FieldNote]],
) -> Listing:
    records = []
    at = 0
    known = [places_of(names) for names in shapes]
    for number, (shape, key, path, line, pointer) in enumerate(zip(shape_of, *columns, strict=True)):
        places = known[shape]
        end = at + len(places)
        fields = cast("Mapping[str, Value]", Fields(places, values[at:end]))
        records.append(
            Record(
                kind=kind,
                key=key,
                fields=fields,
                where=Location(path, line, pointer),
                notes=notes.get(number, NO_NOTES),
            )
        )
        at = end
    return Listing(**{**header, "records": tuple(records)})


copyreg.pickle(Listing, _pack)
