"""Run checks, one at a time per account, each in a process of its own, and store their results."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from exportready.app import child, saved, stored
from exportready.app.accounts import account
from exportready.app.home import Home, locked, make_folder, remove_tree
from exportready.app.looking import Look, look
from exportready.app.stored import AFTER, BEFORE, PHASES, Beside, Last
from exportready.app.values import CheckInfo, Progress, Rejected
from exportready.model.report import Report
from exportready.reporters import Options, render

__all__ = [
    "AFTER",
    "BEFORE",
    "PHASES",
    "Moment",
    "all_checks",
    "check",
    "html",
    "progress",
    "report",
    "request",
    "run",
    "up_to_date",
]

Moment = datetime | Literal["files"]
"""A time with an offset, or the latest date that the files state."""
FRESH = timedelta(minutes=10)
"""How long what is open counts as of now, if nothing changed."""
_START = "Checking…"


class _Runs(msgspec.Struct):
    """The checks of one account: the one that is running, and the next one."""

    turn: threading.Lock
    progress: Progress = Progress()
    waiting: tuple[str, Moment] | None = None
    thread: threading.Thread | None = None


_runs: dict[Path, _Runs] = {}
_runs_lock = threading.Lock()


def _of(home: Home, account_id: str) -> _Runs:
    with _runs_lock:
        return _runs.setdefault(home.account(account_id), _Runs(threading.Lock()))


def request(home: Home, account_id: str, phase: str, at: Moment) -> None:
    """Start a check and return at once. If one is running, another starts when it is done, for all who asked meanwhile. Raises NotFound."""
    account(home, account_id)
    runs = _of(home, account_id)
    with _runs_lock:
        runs.waiting = (phase, at)
        if runs.thread is None:
            runs.progress = Progress(state="running", started=datetime.now(UTC), words=_START)
            runs.thread = threading.Thread(target=_work, args=(home, account_id, runs), daemon=True)
            runs.thread.start()


def _work(home: Home, account_id: str, runs: _Runs) -> None:
    """Check until no check is requested any more."""
    while True:
        with _runs_lock:
            wanted, runs.waiting = runs.waiting, None
            if wanted is None:
                runs.thread = None
                return
        try:
            run(home, account_id, *wanted)
        except Exception:  # noqa: S112 - `progress` says what went wrong, and the next one may wait
            continue


def progress(home: Home, account_id: str) -> Progress:
    """Return how far the check of an account is."""
    runs = _of(home, account_id)
    return replace(runs.progress, waiting=runs.waiting is not None and runs.progress.state == "running")


def run(home: Home, account_id: str, phase: str, at: Moment) -> CheckInfo:
    """Check an account and store the result; if a check of it is running, first wait for that. Raises NotFound, Rejected."""
    account(home, account_id)
    runs = _of(home, account_id)
    with runs.turn, _shown(runs):
        found, beside = _look(home, account_id, phase, at)
        with locked(home, account_id):
            account(home, account_id)  # it may have been deleted meanwhile
            return stored.keep(home, account_id, found, beside)


def up_to_date(home: Home, account_id: str, phase: str, at: Moment) -> Last:
    """Return the last check of a phase; if anything changed since, or it got too old, check again without storing that as a check.

    Raises NotFound, Rejected.
    """
    account(home, account_id)
    runs = _of(home, account_id)
    with runs.turn:
        last = stored.last(home, account_id, phase)
        if last is not None and _is_fresh(home, account_id, last, at):
            return last
        with _shown(runs):
            found, beside = _look(home, account_id, phase, at)
            with locked(home, account_id):
                account(home, account_id)
                stored.keep_look(home, account_id, phase, found, beside)
        made = stored.last(home, account_id, phase)
    if made is None:
        raise Rejected("Something changed in between. Try again.")
    return made


@contextmanager
def _shown(runs: _Runs) -> Iterator[None]:
    """Show that a check is running until its result is stored; then that the next one runs, or nothing. Raises Rejected."""
    runs.progress = Progress(state="running", started=datetime.now(UTC), words=_START)
    try:
        yield
    except (child.TaskFailed, OSError) as error:
        runs.progress = Progress(state="failed", words=str(error))
        raise Rejected(str(error)) from error
    except Rejected as error:
        runs.progress = Progress(state="failed", words=str(error))
        raise
    except BaseException:
        runs.progress = Progress(state="failed", words=child.BROKE)
        raise
    is_next = runs.waiting is not None
    runs.progress = Progress(state="running", started=datetime.now(UTC), words=_START) if is_next else Progress()


def _is_fresh(home: Home, account_id: str, last: Last, at: Moment) -> bool:
    if last.beside.stamp != stamp_of(home, account_id) or last.beside.of_files != (at == "files"):
        return False
    until = last.beside.good_until
    return at == "files" or (abs(at - last.report.checked_at) <= FRESH and (until is None or at <= until))


def _look(home: Home, account_id: str, phase: str, at: Moment) -> tuple[Look, Beside]:
    """Check in a process of its own, and say how far it is. Raises Rejected."""
    if phase not in PHASES:
        raise Rejected(f"There is no phase “{phase[:40]}”.")
    of_account = account(home, account_id)
    runs = _of(home, account_id)

    begun = itertools.count()

    def on_file(path: str, number: int, total: int) -> None:
        done = next(begun)  # the largest files come first, whatever their number
        runs.progress = replace(runs.progress, files_done=done, files_total=total, words=f"{done} of {total} files read")

    moment = of_account.moment or at
    with frozen(home, account_id) as (snapshot, stamp, number):
        made = datetime.now(UTC)
        when = (None, made.astimezone()) if moment == "files" else (moment, None)
        found = child.run(look, snapshot, phase, *when, on_file=on_file)
    beside = Beside(
        made=made, of_files=moment == "files", good_until=found.good_until, stamp=stamp, saved=number, state=found.state
    )
    return found, beside


@contextmanager
def frozen(home: Home, account_id: str) -> Iterator[tuple[Path, str, int]]:
    """Give a copy of the snapshot that stays as it is while others change the account, its state, and the number of the last answers.

    Files are only ever replaced, never changed, so links to them are enough.
    """
    copy = home.incoming / f"look-{secrets.token_hex(8)}"
    make_folder(copy)
    try:
        with locked(home, account_id):
            account(home, account_id)
            stamp, number = stamp_of(home, account_id), saved.read(home, account_id).number
            _copy(home.snapshot(account_id), copy)
        yield copy, stamp, number
    finally:
        remove_tree(copy)


def _copy(folder: Path, to: Path) -> None:
    """Copy the ordinary files of a folder, and of those in it, which a person may have put there."""
    for path in folder.iterdir():
        if path.is_symlink() or path.name.startswith("."):
            continue
        if path.is_dir():
            make_folder(to / path.name)
            _copy(path, to / path.name)
        elif path.is_file():
            _link(path, to / path.name)


def _link(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except OSError:  # a file system without links, such as that of a USB stick
        shutil.copyfile(path, to)


def stamp_of(home: Home, account_id: str) -> str:
    """Return a text that changes whenever a file or an answer of the account does."""
    folder = home.snapshot(account_id)
    found = sorted(
        (path.relative_to(folder).as_posix(), path.lstat()) for path in folder.rglob("*") if not path.name.startswith(".")
    )
    return "\n".join(f"{name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}" for name, stat in found)


def all_checks(home: Home, account_id: str) -> tuple[CheckInfo, ...]:
    """Return the checks of an account, the newest first. Raises NotFound."""
    account(home, account_id)
    return tuple(stored.all_infos(home, account_id))


def check(home: Home, account_id: str, check_id: str) -> CheckInfo:
    """Return one check. Raises NotFound."""
    account(home, account_id)
    return stored.info_of(stored.find(home, account_id, check_id))


def report(home: Home, account_id: str, check_id: str) -> Report:
    """Return the report of a check, for every reporter. Raises NotFound."""
    account(home, account_id)
    return stored.report_of(stored.find(home, account_id, check_id))


def html(home: Home, account_id: str, check_id: str, audience: str = "office") -> str:
    """Return the report of a check as one web page. Raises NotFound."""
    return render("html", report(home, account_id, check_id), Options(audience=audience))
