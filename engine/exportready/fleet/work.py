"""The work on one account, as it is done in another process or on another machine: files in, a standing out.

Nothing is written here. What goes over is small: how to judge, packed once for all accounts, and the account's path.
"""

from __future__ import annotations

import gc
import hashlib
import pickle
import zlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from exportready.check import CheckRequest, examine
from exportready.evidence.files import NoSnapshot, in_folder
from exportready.evidence.reading import Unreadable
from exportready.fleet.account_state import broken, found, standing
from exportready.model.audit import AccountState, Found
from exportready.model.report import Waiver
from exportready.model.rules import Rulebook
from exportready.runtime import debug


class AuditOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How every account of an audit is judged."""

    rulebook: Rulebook
    at: datetime
    phase: str | None
    selected: tuple[str, ...]
    ignored: tuple[str, ...]
    accepted: tuple[Waiver, ...]
    engine: str | None
    audience: str | None
    """For whom each account's own report opens; None where none is wanted."""
    settings: str
    """The digest of all of this but the moment."""


class Job(msgspec.Struct, frozen=True):
    """One account."""

    place: str
    path: Path
    known: frozenset[str]
    """Digests with which it need not be judged."""


class TaskResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    place: str
    digest: str
    standing: AccountState | None
    """None: it is one of the known digests."""
    findings: tuple[Found, ...] = ()
    page: str | None = None
    """Its own report."""


def packed(how: AuditOptions) -> bytes:
    """For another process. Rules go without their examples, which are not judged."""
    rules = tuple(replace(rule, examples=()) for rule in how.rulebook.rules)
    how = replace(how, rulebook=replace(how.rulebook, rules=rules))
    return zlib.compress(pickle.dumps(how, protocol=5), 1)


def judge(how: bytes, job: Job) -> TaskResult:
    """Judge one account. Whatever is wrong with it is told in its standing, never raised."""
    gc.disable()  # as the program itself: nothing of an account outlives it
    try:
        return judged(_unpacked(how), job)
    finally:
        gc.enable()


def judged(how: AuditOptions, job: Job) -> TaskResult:
    """As `judge`, in this process."""
    try:
        before = digest(how.settings, job.path)
        if before in job.known:
            return TaskResult(place=job.place, digest=before, standing=None)
        done = examine(
            CheckRequest(
                snapshot=job.path,
                rulebook=how.rulebook,
                at=how.at,
                phase=how.phase,
                select=how.selected,
                ignore=how.ignored,
                engine=how.engine,
                waivers=how.accepted,
            )
        )
        report, evidence = done.report, done.evidence
        if not report.sources:
            return TaskResult(place=job.place, digest="", standing=broken(_nothing(len(report.unrecognised)), how.at))
        after = digest(how.settings, job.path)
        unchanged = before if after == before else ""
        page = None
        if how.audience is not None:
            from exportready.reporters import Options, render

            page = render("html", report, Options(audience=how.audience))
        return TaskResult(
            place=job.place,
            digest=unchanged,
            standing=standing(report, evidence, how.accepted, unchanged),
            findings=found(report),
            page=page,
        )
    except NoSnapshot as error:
        return TaskResult(place=job.place, digest="", standing=broken(str(error), how.at))
    except MemoryError as error:
        debug.show(error, f"not enough memory for {job.place}")
        return TaskResult(
            place=job.place,
            digest="",
            standing=broken("there is not enough memory for its files; audit it with --jobs 1", how.at),
        )
    except Exception as error:  # one account must never stop the others
        debug.show(error, f"the account {job.place} failed")
        told = f"ExportReady itself failed ({type(error).__name__}: {error}); exportready check shows more"
        return TaskResult(place=job.place, digest="", standing=broken(told, how.at))


def _nothing(unrecognised: int) -> str:
    several = "its only file is not" if unrecognised == 1 else f"none of its {unrecognised} files is"
    told = f"{several} recognised" if unrecognised else "there is no file in it"
    return f"{told}; exportready check shows what would help"


def digest(settings: str, path: Path) -> str:
    """Over how it is judged and every byte of its files. Raises NoSnapshot where nothing is there."""
    told = hashlib.sha256(settings.encode())
    if path.is_dir():
        for file in sorted(in_folder(path), key=lambda one: one.path):
            told.update(f"\0{file.path}\0".encode("utf-8", "surrogateescape"))
            try:
                told.update(hashlib.sha256(file.load()).digest())
            except Unreadable as error:
                told.update(f"\0{error}".encode("utf-8", "replace"))
        return told.hexdigest()
    if path.exists() and not path.is_file():
        raise NoSnapshot(f"{path.name} is no folder and no ordinary file; take it away")
    try:
        with path.open("rb") as archive:
            told.update(hashlib.file_digest(archive, "sha256").digest())
    except OSError as error:
        raise NoSnapshot(f"{path.name} cannot be opened ({error.strerror})") from error
    return told.hexdigest()


@lru_cache(maxsize=1)
def _unpacked(how: bytes) -> AuditOptions:
    """Once in a process: all accounts of an audit are judged alike."""
    made = pickle.loads(zlib.decompress(how))  # noqa: S301  # from our own parent process, or the cluster that somebody chose
    if not isinstance(made, AuditOptions):
        raise TypeError(type(made).__name__)
    return made
