"""Gives each file of a snapshot to the reader that knows it, and decides what counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path, PurePosixPath

import msgspec
from msgspec.structs import replace

from exportready.account.reading import Columns
from exportready.evidence import excerpts, parallel
from exportready.evidence.consolidate import consolidate
from exportready.evidence.files import File, NoSnapshot, in_folder, is_zip, load
from exportready.evidence.readers import account_file
from exportready.evidence.reading import Reading, Unreadable
from exportready.evidence.recognize import is_own_report, read_file
from exportready.kinds import KINDS, children, fold
from exportready.kinds.account import NONE_THERE
from exportready.model.clock import stated_zone
from exportready.model.evidence import (
    CLOCK_SKEW,
    SHEET,
    Account,
    Covers,
    Dataset,
    Evidence,
    Listing,
    Scope,
    Source,
    Texts,
    Unrecognized,
)
from exportready.model.reasons import Reason
from exportready.model.rules import Wanted

_ANSWERS = (".yaml", ".yml")
DAY = timedelta(days=1)
"""So long counts that there is nothing of a kind in the batches that wait: the next ones are others."""


class FileRead(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file."""

    source: Source
    reading: Reading | None
    unrecognised: Unrecognized | None = None
    text: bytes | None = None
    """Its bytes, where excerpts may be cut from them."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot of which account.yaml is read, and nothing else yet."""

    at: datetime
    under: str
    """Put before each path, to tell an earlier snapshot's files from this one's."""
    done: tuple[FileRead, ...]
    """The files of answers."""
    rest: tuple[File, ...]
    stated: Reading | None
    """The account.yaml that counts; None where there is none, or where two say different things."""
    on_file: Callable[[str, int, int], None] | None = None

    @property
    def phase(self) -> str | None:
        """Return the phase that account.yaml states."""
        return self.stated.account.phase if self.stated and self.stated.account else None

    def tell(self, path: str, number: int) -> None:
        """Tell whoever watches which file is read now, as the how-manieth of how many."""
        if self.on_file is not None:
            self.on_file(path.removeprefix(self.under), number, len(self.done) + len(self.rest))


def read(
    snapshot: Path,
    wanted: Wanted,
    at: datetime,
    on_file: Callable[[str, int, int], None] | None = None,
    jobs: int | None = 1,
) -> Evidence:
    """Read every file of a snapshot, account.yaml first: `open_snapshot`, then `read_files`."""
    return read_files(open_snapshot(snapshot, at, on_file=on_file), wanted, jobs)


def open_snapshot(
    snapshot: Path, at: datetime, under: str = "", on_file: Callable[[str, int, int], None] | None = None
) -> Opened:
    """Open a snapshot and read its files of answers, by which the others are read.

    `at` is the moment of the check; `under` is put before each path, to tell an earlier snapshot's files from this one's;
    `on_file` receives each path with its number and how many there are. Raises NoSnapshot where there is none.
    """
    found = [replace(file, path=under + file.path) for file in sorted(files(snapshot), key=lambda file: file.path)]
    answers = [file for file in found if _is_answers(file)]
    rest = tuple(file for file in found if not _is_answers(file))
    done: list[FileRead] = []
    for number, file in enumerate(answers, 1):
        if on_file is not None:
            on_file(file.path.removeprefix(under), number, len(found))
        one = _read_file(file, {}, {}, at.tzinfo or UTC)
        done += [one] if one is not None else []
    done = _one_account(done)
    stated = _stated([one.reading for one in done if one.reading and not one.source.error], at)
    return Opened(at=at, under=under, done=tuple(done), rest=rest, stated=stated, on_file=on_file)


def read_files(opened: Opened, wanted: Wanted, jobs: int | None = 1) -> Evidence:
    """Read the other files of an opened snapshot, each once, and put everything together.

    `wanted` is what is taken out of them; `jobs` processes read, None: one for each core. A file that can't be read becomes
    a source with an error, and the others are read all the same.
    """
    zone = stated_zone(opened.stated.account if opened.stated else None) or opened.at.tzinfo or UTC
    columns = opened.stated.columns if opened.stated else {}
    numbers = {file.path: number for number, file in enumerate(opened.rest, len(opened.done) + 1)}
    of_file = partial(_read_file, wanted=dict(wanted), columns=columns, zone=zone)
    done = parallel.read_all(of_file, opened.rest, jobs, lambda file: opened.tell(file.path, numbers[file.path]))
    return assemble(sorted((*opened.done, *filter(None, done)), key=lambda one: one.source.path), opened.stated, opened.at)


def files(snapshot: Path) -> Iterable[File]:
    """The files of a folder or .zip, or the one file that was named. Raises NoSnapshot."""
    if snapshot.is_dir():
        return in_folder(snapshot)
    if not snapshot.is_file():
        raise NoSnapshot(f"{snapshot} is not there; name the folder or .zip that holds your exported files")
    if is_zip(snapshot):
        from exportready.evidence import zipped

        return zipped.files(snapshot)
    return [File(snapshot.name, partial(load, snapshot))]


# -- one file


def _is_answers(file: File) -> bool:
    """Return whether a file is named as one of answers."""
    return file.path.lower().endswith(_ANSWERS)


def _read_file(file: File, wanted: Wanted, columns: Columns, zone: tzinfo) -> FileRead | None:
    """Read one file; None for this program's own reports, which are no evidence."""
    digest, reading, error, data = "", None, None, b""
    try:
        data = file.load()
        digest = hashlib.sha256(data).hexdigest()
        if is_own_report(data):
            return None
        reading = read_file(data, file.path, wanted, columns, zone)
    except Unreadable as unreadable:
        error = unreadable
    if isinstance(reading, str):
        empty = Source(path=file.path, sha256=digest, reader="", dated=None, records={}, complete=False)
        return FileRead(source=empty, reading=None, unrecognised=Unrecognized(file.path, reading))
    source = Source(
        path=file.path,
        sha256=digest,
        reader=reading.reader if reading else "",
        dated=reading.dated if reading else None,
        records=dict(sorted(reading.counts.items())) if reading else {},
        complete=False,
        error=str(error) if error else None,
        error_line=error.line if error else None,
        notes=reading.notes if reading else (),
        is_answers=_is_answers(file),
    )
    nothing = reading is not None and not reading.reader
    return FileRead(
        source=source,
        reading=reading,
        unrecognised=Unrecognized(file.path, "; ".join(reading.unread)) if reading and nothing else None,
        text=data if excerpts.may_be_cut(file.path, len(data)) else None,
    )


# -- the snapshot


def assemble(files: list[FileRead], stated: Reading | None, at: datetime) -> Evidence:
    """Put the files of one snapshot together: dates given, pages joined, what counts decided."""
    files = _one_company(files)
    readings = [one.reading for one in files if one.reading and not one.source.error]
    if not any(reading.reader == account_file.READER for reading in readings):
        stated = next((reading for reading in readings if reading.account is not None), None)
    of_whom, covers = (stated.account or Account(), stated.covers) if stated else (Account(), {})
    listings: dict[str, list[Listing]] = {}
    for listing in (listing for reading in readings for listing in reading.listings):
        is_told = listing.reader == "answers"  # by a person, at a moment that the files do not show
        dated = listing.dated or (None if is_told else of_whom.taken_at)
        listings.setdefault(listing.kind, []).append(replace(listing, dated=dated))
    said = _Said(covers=covers, digests={one.source.path: one.source.sha256 for one in files}, listings=listings, at=at)
    datasets = {kind: consolidate(kind, held, said.of(kind, held), at) for kind, held in sorted(listings.items())}
    datasets |= {kind: dataset for kind, dataset in said.none_there().items() if kind not in datasets}
    return Evidence(
        account=of_whom,
        datasets=datasets,
        listings={kind: tuple(held) for kind, held in listings.items()},
        sources=tuple(_settled(one, of_whom, datasets, listings) for one in files if one.unrecognised is None),
        unrecognised=tuple(part for one in files for part in _unrecognised(one)),
        questions=tuple(question for reading in readings for question in reading.questions),
        texts=_texts(files),
    )


def _texts(files: Iterable[FileRead]) -> Texts:
    """Return the bytes from which excerpts may be cut, by path: small files first, as far as there is room to keep them."""
    kept, room = dict[str, bytes](), excerpts.KEPT
    for one in sorted(files, key=lambda one: (len(one.text or b""), one.source.path)):
        if one.text is not None and len(one.text) <= room:
            kept[one.source.path] = one.text
            room -= len(one.text)
    return Texts(kept)


def _unrecognised(one: FileRead) -> list[Unrecognized]:
    """The file, or sheets of it."""
    if one.unrecognised or one.reading is None:
        return [one.unrecognised] if one.unrecognised else []
    return [Unrecognized(one.source.path, why) for why in one.reading.unread]


def _stated(readings: list[Reading], at: datetime) -> Reading | None:
    """Return the account.yaml that counts; None where there is none, or where two say different things."""
    found = [reading for reading in readings if reading.reader == account_file.READER]
    answers = [listing for reading in found for listing in reading.listings if listing.kind == "account.answers"]
    dataset = consolidate("account.answers", answers, None, at) if answers else None
    return next(
        (one for one in found if dataset and any(dataset.records == listing.records for listing in one.listings)), None
    )


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of how much the files hold, as far as it still counts."""

    covers: Mapping[str, Covers]
    digests: Mapping[str, str]
    listings: Mapping[str, Sequence[Listing]]
    at: datetime

    def of(self, kind: str, held: Sequence[Listing]) -> Covers | None:
        """What is said of a kind; of transactions it holds for their lines too, where each file of theirs has lines. Of files
        that came later nothing is said."""
        array_of = KINDS[kind].array_of
        said = self.covers.get(kind)
        if said is None and array_of and self._paths(array_of[0]) <= {listing.path for listing in held}:
            said = self.covers.get(array_of[0])
        if said is None or (said.what == NONE_THERE and not self._is_fresh(said)):
            return None
        sheets = [self.digests.get(listing.path, "") for listing in held if listing.part == SHEET]
        known = not said.files or all(any(digest.startswith(file) for file in said.files) for digest in sheets)
        return said if known else None

    def _paths(self, kind: str) -> set[str]:
        return {listing.path for listing in self.listings.get(kind, ())}

    def none_there(self) -> dict[str, Dataset]:
        """The kinds of which there is nothing in the batches that wait, and their lines."""
        why = "account.yaml says that there are none in the batches that wait"
        kinds = [kind for kind, said in self.covers.items() if said.what == NONE_THERE and self._is_fresh(said)]
        lines = [child.name for kind in kinds for child in children(kind)]
        nothing = Dataset(kind="", records=(), scope=Scope.WAITING, why=why, cause=Reason.PARTIAL)
        return {kind: replace(nothing, kind=kind) for kind in (*kinds, *lines)}

    def _is_fresh(self, said: Covers) -> bool:
        return said.dated is not None and -CLOCK_SKEW <= self.at - said.dated <= DAY


def _settled(
    one: FileRead, account: Account, datasets: Mapping[str, Dataset], listings: Mapping[str, Sequence[Listing]]
) -> Source:
    """The source with its date; complete if each of its lists is, together with its other pages and what `covers` says."""
    if one.source.error or one.reading is None:
        return one.source
    complete = all(_complete(listing, datasets[listing.kind], listings[listing.kind]) for listing in one.reading.listings)
    return replace(one.source, dated=one.source.dated or account.taken_at, complete=complete)


def _complete(listing: Listing, dataset: Dataset, held: Sequence[Listing]) -> bool:
    if listing.part == "fragment" or (listing.part == SHEET and any(other.part != SHEET for other in held)):
        return False
    return (listing.whole and listing.page is None) or dataset.scope not in (Scope.PART, Scope.MISSING)


def _one_company(files: list[FileRead]) -> list[FileRead]:
    """Refuse every file that names its company file, where several are named: two companies can't be judged as one."""
    companies = {one.source.path: one.reading.companies for one in files if one.reading}
    return _refused(files, companies, sorted({name for some in companies.values() for name in some}), "QuickBooks companies")


def _one_account(files: list[FileRead]) -> list[FileRead]:
    """Refuse every file of answers where they are of several accounts; an older file beside the newer one may name it otherwise."""
    accounts = {one.source.path: {fold(_account_name(one))} for one in files if _account_name(one)}
    named = [one for one in files if _account_name(one)]
    in_folders = len({str(PurePosixPath(one.source.path).parent) for one in named}) > 1
    names = sorted({_account_name(one) for one in named}) if in_folders else []
    return _refused(files, accounts, names if len({fold(name) for name in names}) > 1 else [], "accounts")


def _account_name(one: FileRead) -> str:
    """Whose answers they are, of a file of answers."""
    is_answers = one.reading is not None and one.reading.reader == account_file.READER
    return (one.reading.account.name or "") if is_answers and one.reading and one.reading.account else ""


def _refused(files: list[FileRead], named: Mapping[str, Collection[str]], names: Sequence[str], what: str) -> list[FileRead]:
    if len(names) < 2:
        return files
    told = " and ".join(f"«{name}»" for name in names)
    message = f"these are files of two {what}, {told}; keep those of one in a folder"
    return [
        replace(one, source=replace(one.source, error=message, complete=False)) if named.get(one.source.path) else one
        for one in files
    ]
