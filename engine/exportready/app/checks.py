"""Run checks, one at a time per account, each in a process of its own, and store their results."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from exportready.app import child
from exportready.app.accounts import account
from exportready.app.home import Home, locked, make_folder, read_json, remove_tree, write
from exportready.app.looking import Look, look
from exportready.app.summary import check_info
from exportready.app.values import CheckInfo, NotFound, Progress, Refused
from exportready.model.report import Report
from exportready.reporters import Options, render
from exportready.results.json_text import from_json
from exportready.results.read import NotStored, report_from_json

Moment = datetime | Literal["files"]
"""A time with an offset, or the latest date that the files state."""
BEFORE, AFTER = "before-export", "after-export"
PHASES = (BEFORE, AFTER)


class _Runs(msgspec.Struct):
    """The checks of one account: the one that is running, and the one that waits."""

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
        if runs.thread is None or not runs.thread.is_alive():
            runs.progress = Progress(state="running", started=datetime.now(UTC), words="Checking…")
            runs.thread = threading.Thread(
                target=_work, args=(home, account_id, runs), daemon=True, name=f"checks of {account_id}"
            )
            runs.thread.start()


def _work(home: Home, account_id: str, runs: _Runs) -> None:
    """Check until nobody waits any more."""
    while True:
        with _runs_lock:
            wanted, runs.waiting = runs.waiting, None
            if wanted is None:
                runs.thread = None
                return
        try:
            run(home, account_id, *wanted)
        except (Refused, OSError):  # progress says it
            continue


def progress(home: Home, account_id: str) -> Progress:
    """Return how far the check of an account is."""
    runs = _of(home, account_id)
    return replace(runs.progress, waiting=runs.waiting is not None)


def run(home: Home, account_id: str, phase: str, at: Moment) -> CheckInfo:
    """Check an account and store the result; if a check of it is running, first wait for that. Raises NotFound, Refused."""
    account(home, account_id)
    runs = _of(home, account_id)
    with runs.turn:
        runs.progress = Progress(state="running", started=datetime.now(UTC), words="Checking…")

        def on_file(path: str, number: int, total: int) -> None:
            words = f"{number - 1} of {total} files read"
            runs.progress = replace(runs.progress, files_done=number - 1, files_total=total, words=words)

        try:
            with frozen(home, account_id) as (snapshot, stamp):
                seen_at = datetime.now(UTC).astimezone() if at == "files" else at
                found = child.run(look, snapshot, phase, None if at == "files" else at, seen_at, on_file=on_file)
            info = _store(home, account_id, found, phase, stamp)
        except (child.TaskFailed, OSError) as error:
            runs.progress = Progress(state="failed", words=str(error))
            raise Refused(str(error)) from error
        except BaseException:
            runs.progress = Progress(state="failed", words=child.BROKE)
            raise
        runs.progress = Progress()
    return info


@contextmanager
def frozen(home: Home, account_id: str) -> Iterator[tuple[Path, str]]:
    """Give a copy of the snapshot that stays as it is while others change the account, and a text that names its state.

    Files are only ever replaced, never changed, so links to them are enough.
    """
    copy = home.incoming / f"look-{secrets.token_hex(8)}"
    make_folder(copy)
    try:
        with locked(home, account_id):
            account(home, account_id)
            stamp = stamp_of(home, account_id)
            for path in home.snapshot(account_id).iterdir():
                if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                    _link(path, copy / path.name)
        yield copy, stamp
    finally:
        remove_tree(copy)


def _link(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except OSError:  # a file system without links, such as that of a USB stick
        shutil.copyfile(path, to)


def stamp_of(home: Home, account_id: str) -> str:
    """Return a text that changes whenever a file or an answer of the account does."""
    found = sorted((path.name, path.stat()) for path in home.snapshot(account_id).iterdir() if not path.name.startswith("."))
    return "\n".join(f"{name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}" for name, stat in found)


def _store(home: Home, account_id: str, found: Look, phase: str, stamp: str) -> CheckInfo:
    with locked(home, account_id):
        account(home, account_id)
        made = datetime.now(UTC)
        check_id = f"{made:%Y%m%d-%H%M%S}-{made.microsecond:06}-{secrets.token_hex(2)}"
        path = home.account(account_id) / "checks" / f"{check_id}.json"
        write(path, found.result.encode("utf-8"))
        info = check_info(report_from_json(from_json(found.result.encode())), check_id, made, found.good_until, path)
        write(path.with_suffix(".info"), msgspec.json.encode(replace(info, path=Path(path.name)), enc_hook=str))
        look_file = home.account(account_id) / f"needed-{phase}.json"
        kept = {"stamp": stamp, "at": info.at, "needed": found.needed, "context": found.context}
        write(look_file, msgspec.json.encode(kept))
    return info


def all_checks(home: Home, account_id: str) -> tuple[CheckInfo, ...]:
    """Return the checks of an account, the newest first. Raises NotFound."""
    account(home, account_id)
    paths = (home.account(account_id) / "checks").glob("*.json")
    return tuple(info for path in sorted(paths, reverse=True) if (info := _info(path)) is not None)


def check(home: Home, account_id: str, check_id: str) -> CheckInfo:
    """Return one check. Raises NotFound."""
    found = next((one for one in all_checks(home, account_id) if one.id == check_id), None)
    if found is None:
        raise NotFound("This check isn't on this computer any more.")
    return found


def _info(path: Path) -> CheckInfo | None:
    """Return what the list shows of a stored check; None if it is damaged."""
    data = read_json(path.with_suffix(".info"))
    try:
        return replace(msgspec.convert(data, CheckInfo, dec_hook=lambda kind, value: kind(value)), path=path)
    except msgspec.ValidationError:
        pass
    try:  # the program was ended between the two files; the result itself says all that matters
        made = datetime.strptime(path.stem[:22], "%Y%m%d-%H%M%S-%f").replace(tzinfo=UTC)
        return check_info(report_from_json(from_json(path.read_bytes())), path.stem, made, None, path)
    except (ValueError, OSError, NotStored):
        return None


def report(home: Home, account_id: str, check_id: str) -> Report:
    """Return the report of a check, for every reporter. Raises NotFound."""
    try:
        return report_from_json(from_json(check(home, account_id, check_id).path.read_bytes()))
    except (OSError, ValueError, NotStored) as error:
        raise NotFound("The result of this check is damaged. Check again.") from error


def html(home: Home, account_id: str, check_id: str, audience: str = "office") -> str:
    """Return the report of a check as one web page. Raises NotFound."""
    return render("html", report(home, account_id, check_id), Options(audience=audience))
