"""The data folder: where it is, its version, who may use it, and writing in it so that nothing is ever half written.

    version             the format of this folder; a newer one is rejected
    token               the token of the local API
    running.json        the port of the program that is running
    incoming/           uploads that aren't in an account yet
    accounts/ID/        account.json (its name), files.json (what is known of its files), snapshot/, replaced/, checks/

Folders have the mode 0700 and files 0600. A file is written under another name, flushed to the disk and renamed.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

VERSION = "1"
TEMPORARY = ".new-"
"""How names of files begin that aren't complete yet. Names with a dot are never read as exports."""
MAX_JSON = 64 << 20


class NoHome(Exception):
    """The data folder can't be used; the message says why and what to do."""


class Home(msgspec.Struct, frozen=True):
    """An open data folder."""

    path: Path

    @property
    def accounts(self) -> Path:
        """Return the folder of all accounts."""
        return self.path / "accounts"

    @property
    def incoming(self) -> Path:
        """Return the folder of uploads that aren't in an account yet."""
        return self.path / "incoming"

    def account(self, account_id: str) -> Path:
        """Return the folder of an account, whether or not it exists."""
        return self.accounts / account_id

    def snapshot(self, account_id: str) -> Path:
        """Return the folder of an account's files, which `exportready check` reads too."""
        return self.account(account_id) / "snapshot"

    @property
    def token(self) -> str:
        """Return the token of the local API."""
        return (self.path / "token").read_text(encoding="ascii")


def default_folder() -> Path:
    """Return this user's data folder."""
    import platformdirs

    return Path(platformdirs.user_data_dir("ExportReady", appauthor=False))


def open_home(folder: Path | None = None) -> Home:
    """Return the data folder, made if there is none. Raises NoHome.

    A folder that isn't empty and isn't a data folder is rejected, so that other files are never touched.
    """
    path = Path(os.path.abspath(folder or default_folder()))
    try:
        _prepare(path)
    except OSError as error:
        raise NoHome(
            f"Can't use the data folder {path} ({error.strerror}). Make sure that you may write to it, or choose another with --data."
        ) from error
    return Home(path)


def _prepare(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise NoHome(f"{path} is a file, not a folder. Choose another data folder with --data.")
    version = path / "version"
    if not version.exists():
        if path.is_dir() and any(not entry.name.startswith(TEMPORARY) for entry in path.iterdir()):
            raise NoHome(
                f"{path} has other files in it and isn't a data folder of ExportReady. Choose an empty folder with --data."
            )
        make_folder(path)
        write(version, f"{VERSION}\n".encode())
    _check_version(path, version)
    for name in ("accounts", "incoming"):
        make_folder(path / name)
    if not _has_token(path / "token"):
        write(path / "token", secrets.token_urlsafe(32).encode())


def _check_version(path: Path, version: Path) -> None:
    """Raise NoHome unless this program can read the folder."""
    found = version.read_bytes()[:40].decode("ascii", "replace").strip()
    if found == VERSION:
        return
    if found.isdecimal() and int(found) > int(VERSION):
        raise NoHome(f"The data in {path} was written by a newer version of ExportReady. Install that version again.")
    raise NoHome(
        f"The data folder {path} is damaged: its file “version” doesn't say a version. Restore the folder from a backup, or choose "
        "another with --data."
    )


def _has_token(path: Path) -> bool:
    with suppress(OSError):
        return len(path.read_bytes()) >= 32
    return False


def make_folder(path: Path) -> None:
    """Make a folder that only this user can open, and those above it. One that exists only gets that mode."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32":
        path.chmod(0o700)


def write(path: Path, data: bytes) -> None:
    """Write a file as a whole or not at all, so that it is on the disk when this returns. Raises OSError."""
    beside = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            flush(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush(handle: int) -> None:
    """Wait until what was written to a file is on the disk."""
    os.fsync(handle)


def flush_folder(path: Path) -> None:
    """Wait until new names in a folder are on the disk. Windows does that by itself, and can't open folders."""
    if sys.platform != "win32":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_json(path: Path) -> object | None:
    """Return what a JSON file that we wrote has; None if there is none, or it is damaged."""
    try:
        if path.stat().st_size > MAX_JSON:
            return None
        return json.loads(path.read_bytes())  # type: ignore[no-any-return]
    except (OSError, ValueError, RecursionError):
        return None


def write_json(path: Path, data: object) -> None:
    """Write a small JSON file as a whole or not at all. Raises OSError."""
    write(path, json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"))


def clean_up(home: Home) -> None:
    """Remove what an interrupted run left unfinished. Only the program that has locked the folder may call this."""
    for entry in home.incoming.iterdir():
        remove_tree(entry)
    accounts = [entry for entry in home.accounts.iterdir() if entry.is_dir()]
    inside = [folder for account in accounts for folder in account.iterdir() if folder.is_dir()]
    for folder in (home.path, home.accounts, *accounts, *inside):
        for left in folder.glob(f"{TEMPORARY}*"):
            remove_tree(left)


def remove_tree(path: Path) -> None:
    """Remove a file, or a folder with everything in it. A link is removed, never followed.

    What another program has open stays (on Windows), until the next start removes it.
    """
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


_locks: dict[Path, threading.RLock] = {}
_locks_lock = threading.Lock()


@contextmanager
def locked(home: Home, account_id: str) -> Iterator[None]:
    """Let only one thread change an account at a time: two tabs and a check may want to at once."""
    with _locks_lock:
        lock = _locks.setdefault(home.account(account_id), threading.RLock())
    with lock:
        yield
