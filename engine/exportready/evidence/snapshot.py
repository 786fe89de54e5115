"""Opens a snapshot, reads each of its files with the reader of its format, and puts them together as evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path, PurePosixPath

import msgspec
from msgspec.structs import replace

from exportready.account.reading import Columns
from exportready.evidence import excerpts, lines, parallel, versions
from exportready.evidence.consolidate import consolidate
from exportready.evidence.dates import latest_date, stated_dates, with_receipts
from exportready.evidence.files import File, NoSnapshot, in_folder, is_zip, load
from exportready.evidence.nameless import with_names
from exportready.evidence.readers import account_file
from exportready.evidence.reading import Reading, Unreadable
from exportready.evidence.recognize import is_own_report, never_read, read_file
from exportready.kinds import KINDS, children, fold
from exportready.kinds.account import NONE_THERE, SOME
from exportready.model.clock import stated_zone
from exportready.model.display import join_words
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
from exportready.runtime import debug

_ANSWER_FILES = (".yaml", ".yml")
NONE_THERE_LASTS = timedelta(days=1)
"""How long the answer is valid that pending batches have none of a kind; later batches are others."""


class FileRead(msgspec.Struct, frozen=True, kw_only=True):
    """The result of reading one file."""

    source: Source
    reading: Reading | None
    unrecognized: Unrecognized | None = None
    text: bytes | None = None
    """Its bytes, if excerpts may be cut from them."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot with its account.yaml read, and nothing else yet."""

    at: datetime | None
    """The moment of the check; None: the latest date that the files state."""
    prefix: str
    """Put before each path, to distinguish the files of an earlier snapshot."""
    done: tuple[FileRead, ...]
    """The files of answers, read."""
    rest: tuple[File, ...]
    """The other files, not read yet."""
    account_file: Reading | None
    """The account.yaml to use; None if there is none, or if two differ."""
    on_file: Callable[[str, int, int], None] | None = None

    @property
    def phase(self) -> str | None:
        """Return the phase that account.yaml states; None if it states none."""
        return self.account_file.account.phase if self.account_file and self.account_file.account else None

    @property
    def zone(self) -> tzinfo:
        """Return the time zone of moments without an offset: the office's, else that of the moment of the check."""
        return (
            stated_zone(self.account_file.account if self.account_file else None)
            or (self.at.tzinfo if self.at else None)
            or UTC
        )

    def report_progress(self, path: str, number: int) -> None:
        """Call `on_file` with the file that is read now, its number and how many there are."""
        if self.on_file is not None:
            self.on_file(path.removeprefix(self.prefix), number, len(self.done) + len(self.rest))


def read(
    snapshot: Path,
    wanted: Wanted,
    at: datetime,
    on_file: Callable[[str, int, int], None] | None = None,
    jobs: int | None = 1,
) -> Evidence:
    """Read every file of a snapshot, account.yaml first: `open_snapshot`, then `read_files`."""
    return read_files(open_snapshot(snapshot, at, on_file=on_file), wanted, jobs)[0]


def open_snapshot(
    snapshot: Path, at: datetime | None, prefix: str = "", on_file: Callable[[str, int, int], None] | None = None
) -> Opened:
    """Open a snapshot and read its files of answers, which say how the others are read.

    `at` is the moment of the check, None: the latest date that the files state. `prefix` is put before each path, to distinguish
    the files of an earlier snapshot. `on_file` receives each path with its number and how many there are. Raises NoSnapshot if there
    is none.
    """
    found = [replace(file, path=prefix + file.path) for file in sorted(files(snapshot), key=lambda file: file.path)]
    answers = [file for file in found if _is_answers(file)]
    rest = tuple(file for file in found if not _is_answers(file))
    done: list[FileRead] = []
    for number, file in enumerate(answers, 1):
        if on_file is not None:
            on_file(file.path.removeprefix(prefix), number, len(found))
        one = read_one(file, {}, {}, (at.tzinfo if at else None) or UTC)
        done += [one] if one is not None else []
    done = _one_account(done)
    usable = _readings(done)
    counting = _counting_account(usable, at or max(stated_dates(usable), default=_LAST))
    return Opened(at=at, prefix=prefix, done=tuple(done), rest=rest, account_file=counting, on_file=on_file)


def read_files(
    opened: Opened, wanted: Wanted, jobs: int | None = 1, seen_at: datetime | None = None
) -> tuple[Evidence, datetime]:
    """Read the other files of an opened snapshot, each once, and put everything together. Return it with the moment of the check.

    `wanted` says which kinds and fields to read; `jobs` is the number of processes, None: one for each core. A file that can't
    be read becomes a source with an error; the others are still read. `seen_at` is the real time, after which no date is believed as
    the moment of the check. Raises NoDate if the moment of the check is to come from the files,
    and none of them states a date.
    """
    columns = opened.account_file.columns if opened.account_file else {}
    numbers = {file.path: number for number, file in enumerate(opened.rest, len(opened.done) + 1)}
    of_file = partial(read_one, wanted=dict(wanted), columns=columns, zone=opened.zone)
    done = parallel.read_all(of_file, opened.rest, jobs, lambda file: opened.report_progress(file.path, numbers[file.path]))
    in_order = sorted((*opened.done, *filter(None, done)), key=lambda one: one.source.path)
    at = opened.at or latest_date(_readings(in_order), seen_at)
    return assemble(in_order, opened.account_file, at), at


def files(snapshot: Path) -> Iterable[File]:
    """Return the files of a folder or .zip, or the one file that was named. Raises NoSnapshot."""
    if snapshot.is_dir():
        return in_folder(snapshot)
    if not snapshot.is_file():
        why = f"{snapshot} is a pipe or a device, not a file" if snapshot.exists() else f"Can't find {snapshot}"
        raise NoSnapshot(f"{why}. Give the folder or .zip with your exported files")
    if is_zip(snapshot):
        from exportready.evidence import zipped

        return zipped.files(snapshot)
    return [File(snapshot.name, partial(load, snapshot))]


# -- one file


def _is_answers(file: File) -> bool:
    """Return whether a file is named as one of answers."""
    return file.path.lower().endswith(_ANSWER_FILES)


_LAST = datetime(2200, 1, 1, tzinfo=UTC)
"""Later than any date in a file of answers that states none."""
OUR_FAULT = "ExportReady itself failed while reading it. This is a bug in ExportReady; please report it"
NO_MEMORY = "it needs more memory than this computer has; export fewer dates, or remove it from the folder"


def read_one(file: File, wanted: Wanted, columns: Columns, zone: tzinfo) -> FileRead | None:
    """Read one file; None for ExportReady's own reports, which are no evidence."""
    digest, error, data = "", None, b""
    reading: Reading | str | None = never_read(file.path) if file.size else None  # a .zip that can't be opened has no size
    try:
        if reading is None:
            data = file.load()
            digest = hashlib.sha256(data).hexdigest()
            if is_own_report(data):
                return None
            reading = read_file(data, file.path, wanted, columns, zone)
    except Unreadable as unreadable:
        error = unreadable
    except MemoryError:
        error = Unreadable(NO_MEMORY)
    except Exception as failure:  # one file must never stop the others
        debug.show(failure, f"could not read {file.path}")
        error = Unreadable(OUR_FAULT)
    if isinstance(reading, str):
        empty = Source(path=file.path, sha256=digest, reader="", dated=None, records={}, complete=False)
        return FileRead(source=empty, reading=None, unrecognized=Unrecognized(file.path, reading))
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
        unrecognized=Unrecognized(file.path, "; ".join(reading.unread)) if reading and nothing else None,
        text=data if excerpts.may_be_cut(file.path, len(data)) else None,
    )


# -- the snapshot


def _readings(files: Iterable[FileRead]) -> list[Reading]:
    """Return what was read from the files that can be used."""
    return [one.reading for one in files if one.reading and not one.source.error]


def assemble(files: list[FileRead], account: Reading | None, at: datetime) -> Evidence:
    """Return the evidence of a snapshot's files: date their listings, and make a dataset of each kind.

    `account` is the account.yaml to use, if there is one.
    """
    files = with_receipts(_one_company(files), account)
    readings = _readings(files)
    if not any(reading.reader == account_file.READER for reading in readings):
        account = next((reading for reading in readings if reading.account is not None), None)
    stated, covers = (account.account or Account(), account.covers) if account else (Account(), {})
    listings: dict[str, list[Listing]] = {}
    for listing in (listing for reading in readings for listing in reading.listings):
        is_undated = listing.reader == "answers"  # takenAt doesn't say when these answers were given
        dated = listing.dated or (None if is_undated else stated.taken_at)
        listings.setdefault(listing.kind, []).append(replace(listing, dated=dated))
    coverage = _Coverage(
        covers=covers, digests={one.source.path: one.source.sha256 for one in files}, listings=listings, at=at
    )
    datasets = _datasets(listings, coverage, at)
    named = versions.notes(datasets, listings)
    datasets |= {kind: dataset for kind, dataset in coverage.none_there().items() if kind not in datasets}
    return Evidence(
        account=stated,
        datasets=datasets,
        listings={kind: tuple(held) for kind, held in listings.items()},
        sources=tuple(
            _settle(_with_notes(one, named.get(one.source.path, ())), stated, datasets, listings)
            for one in files
            if one.unrecognized is None
        ),
        unrecognized=tuple(part for one in files for part in _unrecognized_parts(one)),
        confirmations=account.confirmations if account else (),
        some=frozenset(coverage.of_batches(SOME)),
        questions=tuple(question for reading in readings for question in reading.questions),
        texts=_texts(files),
    )


def _datasets(listings: Mapping[str, Sequence[Listing]], coverage: _Coverage, at: datetime) -> dict[str, Dataset]:
    """Return the dataset of each kind. Lines follow their transactions: those of a version that isn't used are left out."""
    datasets: dict[str, Dataset] = {}
    for kind in lines.parents_first(listings):
        held, array_of = listings[kind], KINDS[kind].array_of
        parents = datasets.get(array_of[0]) if array_of else None
        if parents is not None:
            held = lines.of_versions_that_count(held, parents, listings[parents.kind])
        dataset = with_names(consolidate(kind, held, coverage.of(kind, held), at))
        datasets[kind] = lines.as_complete_as(parents, dataset, held) if parents is not None else dataset
    return datasets


def _texts(files: Iterable[FileRead]) -> Texts:
    """Return the bytes from which excerpts may be cut, by path: the smallest files, up to the size that is kept."""
    kept, bytes_left = dict[str, bytes](), excerpts.MAX_KEPT
    for one in sorted(files, key=lambda one: (len(one.text or b""), one.source.path)):
        if one.text is not None and len(one.text) <= bytes_left:
            kept[one.source.path] = one.text
            bytes_left -= len(one.text)
    return Texts(kept)


def _unrecognized_parts(one: FileRead) -> list[Unrecognized]:
    """Return the file if it isn't recognized, or those of its sheets that aren't."""
    if one.unrecognized or one.reading is None:
        return [one.unrecognized] if one.unrecognized else []
    return [Unrecognized(one.source.path, why) for why in one.reading.unread]


def _counting_account(readings: list[Reading], at: datetime) -> Reading | None:
    """Return the account.yaml to use; None if there is none, or if two differ."""
    found = [reading for reading in readings if reading.reader == account_file.READER]
    answers = [listing for reading in found for listing in reading.listings if listing.kind == "account.answers"]
    dataset = consolidate("account.answers", answers, None, at) if answers else None
    return next(
        (one for one in found if dataset and any(dataset.records == listing.records for listing in one.listings)), None
    )


class _Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What account.yaml says about how much the files cover, while it is still valid."""

    covers: Mapping[str, Covers]
    digests: Mapping[str, str]
    listings: Mapping[str, Sequence[Listing]]
    at: datetime

    def of(self, kind: str, held: Sequence[Listing]) -> Covers | None:
        """Return what is stated about a kind; None if nothing is.

        A statement about transactions applies to their lines too, if each of their files has lines. It applies only to the
        files that it lists, so not to files that came later.
        """
        array_of = KINDS[kind].array_of
        stated = self.covers.get(kind)
        if stated is None and array_of and self._paths(array_of[0]) <= {listing.path for listing in held}:
            stated = self.covers.get(array_of[0])
        if stated is None or stated.what == SOME or (stated.what == NONE_THERE and not self._is_fresh(stated)):
            return None
        about = [self.digests.get(listing.path, "") for listing in held if listing.part == SHEET or not listing.whole]
        known = not stated.files or all(any(digest.startswith(file) for file in stated.files) for digest in about)
        return stated if known else None

    def _paths(self, kind: str) -> set[str]:
        return {listing.path for listing in self.listings.get(kind, ())}

    def none_there(self) -> dict[str, Dataset]:
        """Return empty datasets of the kinds, and of their lines, that pending batches don't have according to account.yaml."""
        why = "you answered that the pending batches have none"
        kinds = self.of_batches(NONE_THERE)
        lines = [child.name for kind in kinds for child in children(kind)]
        empty = Dataset(kind="", records=(), scope=Scope.WAITING, why=why, cause=Reason.NOT_SUPPLIED)
        return {kind: replace(empty, kind=kind) for kind in (*kinds, *lines)}

    def of_batches(self, what: str) -> tuple[str, ...]:
        """Return the kinds of which someone said recently that the pending batches have none (or some)."""
        return tuple(kind for kind, stated in self.covers.items() if stated.what == what and self._is_fresh(stated))

    def _is_fresh(self, stated: Covers) -> bool:
        return stated.dated is not None and -CLOCK_SKEW <= self.at - stated.dated <= NONE_THERE_LASTS


def _with_notes(one: FileRead, notes: tuple[str, ...]) -> FileRead:
    return replace(one, source=replace(one.source, notes=(*one.source.notes, *notes), doubles=notes)) if notes else one


def _settle(
    one: FileRead, account: Account, datasets: Mapping[str, Dataset], listings: Mapping[str, Sequence[Listing]]
) -> Source:
    """Return a source with its date. It is complete if each of its lists is, with its other pages and with what `covers` says."""
    if one.source.error or one.reading is None:
        return one.source
    complete = all(_is_complete(listing, datasets[listing.kind], listings[listing.kind]) for listing in one.reading.listings)
    return replace(one.source, dated=one.source.dated or account.taken_at, complete=complete)


def _is_complete(listing: Listing, dataset: Dataset, held: Sequence[Listing]) -> bool:
    if listing.part == "fragment" or (listing.part == SHEET and any(other.part != SHEET for other in held)):
        return False
    return (listing.whole and listing.page is None) or dataset.scope not in (Scope.PART, Scope.MISSING)


def _one_company(files: list[FileRead]) -> list[FileRead]:
    """Reject every file that says which company file it is from, if they differ: two companies can't be checked as one."""
    companies = {one.source.path: one.reading.companies for one in files if one.reading}
    return _refuse(files, companies, sorted({name for some in companies.values() for name in some}), "QuickBooks companies")


def _one_account(files: list[FileRead]) -> list[FileRead]:
    """Reject every file of answers if they are from different accounts.

    Files in one folder may differ in the name, because an older one may be next to the newer one.
    """
    accounts = {one.source.path: {fold(_account_name(one))} for one in files if _account_name(one)}
    named = [one for one in files if _account_name(one)]
    in_folders = len({str(PurePosixPath(one.source.path).parent) for one in named}) > 1
    names = sorted({_account_name(one) for one in named}) if in_folders else []
    return _refuse(files, accounts, names if len({fold(name) for name in names}) > 1 else [], "accounts")


def _account_name(one: FileRead) -> str:
    """Return the name of the account in a file of answers; empty if there is none."""
    is_answers = one.reading is not None and one.reading.reader == account_file.READER
    return (one.reading.account.name or "") if is_answers and one.reading and one.reading.account else ""


def _refuse(files: list[FileRead], named: Mapping[str, Collection[str]], names: Sequence[str], what: str) -> list[FileRead]:
    if len(names) < 2:
        return files
    quoted = join_words([f"“{name}”" for name in names])
    message = f"your folder has files from different {what}: {quoted}; keep only the files of one"
    return [
        replace(one, source=replace(one.source, error=message, complete=False)) if named.get(one.source.path) else one
        for one in files
    ]
