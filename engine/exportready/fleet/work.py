"""Check one account in another process or on another computer: take its path, return its state.

Nothing is written here. A job is small: the account's path, and options that are packed once for all accounts.
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

from exportready.check import CheckRequest, Examined, examine
from exportready.evidence.dates import NoDate
from exportready.evidence.files import NoSnapshot, in_folder
from exportready.evidence.reading import Unreadable
from exportready.fleet.account_state import account_state, audit_findings, error_state
from exportready.model.audit import AccountState, AuditFinding
from exportready.model.report import Waiver
from exportready.model.rules import About, Rulebook
from exportready.runtime import debug
from exportready.schema.budgets import UNPACKED_SIZE


class AuditOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How every account of an audit is checked."""

    rulebook: Rulebook
    at: datetime
    """The time of the audit."""
    at_files: bool = False
    """Whether each account is checked for the latest date that its files state; else for the time of the audit."""
    phase: str | None
    selected: tuple[str, ...]
    ignored: tuple[str, ...]
    about: tuple[About, ...] = ()
    confirmations: bool = True
    waivers: tuple[Waiver, ...]
    engine: str | None
    audience: str | None
    """Who each account's own report is for; None to make no such reports."""
    settings_digest: str
    """Covers all of these options except `at` and `audience`."""


class Job(msgspec.Struct, frozen=True):
    """One account to check."""

    place: str
    path: Path
    known_digests: frozenset[str]
    """Digests of states in the history; an account with one of these needn't be checked."""


class TaskResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a job."""

    place: str
    digest: str
    state: AccountState | None
    """None if the digest is one of the job's known digests."""
    findings: tuple[AuditFinding, ...] = ()
    report_html: str | None = None
    """The account's own report."""


def pack_options(options: AuditOptions) -> bytes:
    """Return the options for other processes, without the rules' examples, which no check needs."""
    rules = tuple(replace(rule, examples=()) for rule in options.rulebook.rules)
    options = replace(options, rulebook=replace(options.rulebook, rules=rules))
    return zlib.compress(pickle.dumps(options, protocol=5), 1)


def run_job(packed_options: bytes, job: Job) -> TaskResult:
    """Check one account in a worker process. Never raises: an account that can't be checked gets an error state."""
    gc.disable()  # as the command line does: nothing of an account outlives its check
    try:
        return check_account(_unpack_options(packed_options), job)
    finally:
        gc.enable()


def check_account(options: AuditOptions, job: Job) -> TaskResult:
    """Check one account in this process. Never raises: an account that can't be checked gets an error state."""
    try:
        digest = snapshot_digest(options.settings_digest, job.path)
        if digest in job.known_digests:
            return TaskResult(place=job.place, digest=digest, state=None)
        examined = _examined(
            CheckRequest(
                snapshot=job.path,
                rulebook=options.rulebook,
                at=None if options.at_files else options.at,
                seen_at=options.at if options.at_files else None,
                about=options.about,
                confirmations=options.confirmations,
                phase=options.phase,
                select=options.selected,
                ignore=options.ignored,
                engine=options.engine,
                waivers=options.waivers,
            ),
            options.at,
        )
        report = examined.report
        if not report.sources:
            return error_result(job.place, _no_readable_files(len(report.unrecognized)), options.at)
        if snapshot_digest(options.settings_digest, job.path) != digest:
            digest = ""  # the files changed while they were read, so no later audit may reuse this state
        report_html = None
        if options.audience is not None:
            from exportready.reporters import Options, render

            report_html = render("html", report, Options(audience=options.audience))
        return TaskResult(
            place=job.place,
            digest=digest,
            state=account_state(report, examined.evidence, options.waivers, digest),
            findings=audit_findings(report),
            report_html=report_html,
        )
    except NoSnapshot as error:
        return error_result(job.place, str(error), options.at)
    except MemoryError as error:
        debug.show(error, f"not enough memory for {job.place}")
        return error_result(job.place, "not enough memory for its files; check fewer accounts at the same time", options.at)
    except Exception as error:  # one account must never stop the others
        debug.show(error, f"the account {job.place} failed")
        message = (
            f"ExportReady itself failed ({type(error).__name__}: {error}); check this account by itself and report the problem"
        )
        return error_result(job.place, message, options.at)


def _examined(request: CheckRequest, at: datetime) -> Examined:
    """Check an account; one whose files state no date is checked for the time of the audit."""
    try:
        return examine(request)
    except NoDate:
        return examine(replace(request, at=at, seen_at=None))


def error_result(place: str, error: str, at: datetime) -> TaskResult:
    """Return the result for an account that couldn't be checked at all."""
    return TaskResult(place=place, digest="", state=error_state(error, at))


def _no_readable_files(unrecognized: int) -> str:
    if not unrecognized:
        return "it has no files; put the exported files into it"
    subject = "its only file is not" if unrecognized == 1 else f"none of its {unrecognized} files is"
    return f"{subject} recognized; to see what to do, check this account by itself"


def snapshot_digest(settings_digest: str, path: Path) -> str:
    """Return a digest of the settings and of every file of a snapshot. Raises NoSnapshot if there is none."""
    digest = hashlib.sha256(settings_digest.encode())
    if path.is_dir():
        for file in sorted(in_folder(path), key=lambda file: file.path):
            digest.update(f"\0{file.path}\0".encode("utf-8", "surrogateescape"))
            try:
                digest.update(hashlib.sha256(file.load()).digest())
            except Unreadable as error:
                digest.update(f"\0{error}".encode("utf-8", "replace"))
        return digest.hexdigest()
    if path.exists() and not path.is_file():
        raise NoSnapshot(f"{path.name} is not a folder or a .zip; remove it")
    try:
        if path.stat().st_size > UNPACKED_SIZE:
            raise NoSnapshot(f"{path.name} is larger than any export; zip only the exported files")
        with path.open("rb") as archive:
            digest.update(hashlib.file_digest(archive, "sha256").digest())
    except OSError as error:
        raise NoSnapshot(f"can't open {path.name} ({error.strerror}); ask for access to it") from error
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _unpack_options(packed_options: bytes) -> AuditOptions:
    """Return the options; cached, since all jobs of a process have the same ones."""
    options = pickle.loads(zlib.decompress(packed_options))  # noqa: S301 - from our own parent process, or the user's cluster
    if not isinstance(options, AuditOptions):
        raise TypeError(type(options).__name__)
    return options
