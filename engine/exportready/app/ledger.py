"""What is known of an account's files (files.json), and changing several of them at once: all or nothing.

A change is first written to journal.json: the files to rename, and what files.json says afterward. Then it is done. If the program ends
in between, the next start does the rest. Each rename has one name that is used only once, so doing it again changes nothing.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import field

from exportready import __version__
from exportready.app.home import Home, flush_folder, read_json, write
from exportready.app.values import Recognized

VERSION = __version__
"""Files that another version recognized are recognized again."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the snapshot."""

    came_as: str
    """Its name when it was dropped. It may have another one here, if that was taken."""
    added_at: datetime
    recognized: Recognized
    undo: str | None = None
    """What undoes that it was added or that it replaced another; None if nothing does any more."""
    said: str = ""
    """What happened when it was dropped, as a sentence."""
    settled: bool = False
    """Whether a person decided that it stays beside another file of its kind."""


class Undo(msgspec.Struct, frozen=True, kw_only=True):
    """What brings an earlier state back."""

    takes: Mapping[str, str] = {}
    """Files to remove again: name -> digest. If one has changed since, there is nothing to undo any more."""
    puts: Mapping[str, Kept] = {}
    """Files to put back, by the name in replaced/."""
    names: Mapping[str, str] = {}
    """Name in replaced/ -> name in the snapshot."""
    at: datetime


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """The files of an account."""

    version: str = VERSION
    files: dict[str, Kept] = field(default_factory=dict)
    undos: dict[str, Undo] = field(default_factory=dict)


class _Move(msgspec.Struct, frozen=True):
    """One rename, with paths below the data folder. The new or the old name is used only once."""

    old: str
    new: str
    is_new_unique: bool


class _Journal(msgspec.Struct, frozen=True):
    moves: list[_Move]
    ledger: Ledger


class Transaction:
    """A change of an account's files that is done as a whole or not at all. Use it under the account's lock."""

    def __init__(self, home: Home, account_id: str) -> None:
        self.home = home
        self.account_id = account_id
        self.folder = home.account(account_id)
        finish(home, account_id)
        self._before = found = read(home, account_id)
        self.files = dict(found.files)
        self.undos = dict(found.undos)
        self._moves: list[_Move] = []

    def put(self, staged: Path, name: str, kept: Kept) -> None:
        """Put a staged file into the snapshot."""
        self._moves.append(_Move(self._relative(staged), self._relative(self._in_snapshot(name)), is_new_unique=False))
        self.files[name] = kept

    def take(self, name: str) -> str:
        """Take a file out of the snapshot and keep it in replaced/. Return its name there."""
        kept_as = f"{secrets.token_hex(8)}.kept"
        target = self.folder / "replaced" / kept_as
        self._moves.append(_Move(self._relative(self._in_snapshot(name)), self._relative(target), is_new_unique=True))
        self.files.pop(name, None)
        return kept_as

    def put_back(self, kept_as: str, name: str, kept: Kept) -> None:
        """Put a file that was taken out back into the snapshot."""
        self.put(self.folder / "replaced" / kept_as, name, kept)

    def commit(self) -> None:
        """Do it, if anything changes. Raises OSError if it can't be written down; then nothing has changed."""
        if not self._moves and self._before == Ledger(files=self.files, undos=self.undos):
            return
        journal = _Journal(self._moves, Ledger(files=self.files, undos=self.undos))
        write(self.folder / "journal.json", msgspec.json.encode(journal))
        _do(self.home, self.folder, journal)

    def _in_snapshot(self, name: str) -> Path:
        return self.folder / "snapshot" / name

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.home.path).as_posix()


def read(home: Home, account_id: str) -> Ledger:
    """Return what is known of an account's files; nothing if that is damaged, since the files themselves say it again."""
    try:
        return msgspec.convert(read_json(home.account(account_id) / "files.json"), Ledger)
    except msgspec.ValidationError:
        return Ledger()


def finish(home: Home, account_id: str) -> None:
    """Do the rest of a change that was interrupted."""
    folder = home.account(account_id)
    try:
        journal = msgspec.convert(read_json(folder / "journal.json"), _Journal)
    except msgspec.ValidationError:
        return
    _do(home, folder, journal)


def _do(home: Home, folder: Path, journal: _Journal) -> None:
    for move in journal.moves:
        old, new = home.path / move.old, home.path / move.new
        if old.exists() and not (move.is_new_unique and new.exists()):
            os.replace(old, new)
    flush_folder(folder / "snapshot")
    flush_folder(folder / "replaced")
    write(folder / "files.json", msgspec.json.encode(journal.ledger))
    (folder / "journal.json").unlink(missing_ok=True)
    flush_folder(folder)
