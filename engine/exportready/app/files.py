"""The files of an account: add, recognize, replace, undo, remove. Nothing that was dropped is lost for good until the account is."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from exportready.account.reading import READER as ANSWERS_FILE
from exportready.app import child, ledger
from exportready.app.accounts import ACCOUNT_FILE, account
from exportready.app.file_cards import card_of
from exportready.app.home import Home, locked
from exportready.app.ledger import Kept, Transaction, Undo
from exportready.app.looking import recognize
from exportready.app.names import fold_name, free_name
from exportready.app.staging import Staged, Upload, staged
from exportready.app.values import Added, FileCard, NotFound, Recognized, Refused, TooMuch
from exportready.model.display import count
from exportready.schema import budgets

__all__ = ["Upload", "add", "cards", "remove", "undo"]


def add(home: Home, account_id: str, uploads: Sequence[Upload], at: datetime) -> tuple[Added, ...]:
    """Add dropped files, each recognized, and say what became of each. Raises NotFound, TooMuch (nothing was added), Refused."""
    account(home, account_id)
    with staged(home, uploads) as dropped:
        here = [(one, one.path) for one in dropped if one.path is not None]
        found = _recognized([(one.name, path) for one, path in here])
        refused = [Added(name=one.name, outcome="refused", why=one.refusal) for one in dropped if one.path is None]
        with locked(home, account_id):
            account(home, account_id)
            made = Transaction(home, account_id)
            _check_room(made, found)
            added = [_add(made, one, path, what, at) for (one, path), what in zip(here, found, strict=True)]
            made.commit()
    return (*(replace(one, card=_card(made, one)) for one in added), *refused)


def _card(made: Transaction, one: Added) -> FileCard | None:
    kept = made.files.get(one.name)
    return card_of(one.name, kept) if kept is not None else None


def _recognized(files: Sequence[tuple[str, Path]]) -> list[Recognized]:
    if not files:
        return []
    try:
        return child.run(recognize, list(files))
    except child.TaskFailed as error:
        raise Refused(str(error)) from error


def _check_room(made: Transaction, found: Sequence[Recognized]) -> None:
    """Raise TooMuch if the account would have too many files, or too large ones."""
    size = sum(one.recognized.size for one in made.files.values()) + sum(one.size for one in found)
    if len(made.files) + len(found) > budgets.ACCOUNT_FILES:
        raise TooMuch(
            f"This company would have more than {budgets.ACCOUNT_FILES:,} files. Remove old files first. Nothing was added."
        )
    if size > budgets.ACCOUNT_SIZE:
        raise TooMuch(
            f"The files of this company would have more than {budgets.ACCOUNT_SIZE >> 30} GB. Remove old files first. Nothing was added."
        )


def _add(made: Transaction, one: Staged, path: Path, found: Recognized, at: datetime) -> Added:
    """Decide what becomes of one file, and note it in the transaction."""
    if found.is_own:
        return Added(name=one.name, outcome="refused", why="This is a report of ExportReady. It isn't needed here.")
    same = next((name for name, kept in made.files.items() if kept.recognized.sha256 == found.sha256), None)
    if same is not None:
        return Added(name=same, outcome="same", why="You already have this file. Nothing changed.")
    token = secrets.token_hex(8)
    kept = Kept(came_as=one.name, added_at=at, recognized=found, undo=token)
    old = _replaced_by(made, kept)
    if old is None:
        name = free_name(one.name, [*made.files, ACCOUNT_FILE])
        twin = any(fold_name(other.came_as) == fold_name(one.name) for other in made.files.values())
        made.put(path, name, kept)
        made.undos[token] = Undo(takes={name: found.sha256}, at=at)
        return Added(name=name, outcome="kept-both" if twin else "added", undo=token)
    before = made.files[old]
    kept_as = made.take(old)
    name = free_name(one.name, [*made.files, ACCOUNT_FILE])
    said = _replaced_words(before.recognized, found)
    made.put(path, name, replace(kept, said=said))
    made.undos[token] = Undo(takes={name: found.sha256}, puts={kept_as: before}, names={kept_as: old}, at=at)
    return Added(name=name, outcome="replaced", why=said, undo=token)


def _replaced_by(made: Transaction, new: Kept) -> str | None:
    """Return the file that a new one replaces: one of the same name and kind, or an earlier complete list of the same kind."""
    for name, old in made.files.items():
        same_name = fold_name(old.came_as) == fold_name(new.came_as)
        same_kind = old.recognized.kinds == new.recognized.kinds and old.recognized.reader == new.recognized.reader
        if same_name and (same_kind or not old.recognized.kinds) and not _is_later(old.recognized, new.recognized):
            return name
        are_whole = old.recognized.whole and new.recognized.whole and bool(new.recognized.kinds)
        if same_kind and are_whole and _is_later(new.recognized, old.recognized):
            return name
    return None


def _is_later(one: Recognized, other: Recognized) -> bool:
    return one.dated is not None and other.dated is not None and one.dated > other.dated


def _replaced_words(old: Recognized, new: Recognized) -> str:
    numbers = sum(old.records.values()), sum(new.records.values())
    return f"Replaced the file that you had: {count(numbers[1], 'record')} instead of {numbers[0]:,}."


def cards(home: Home, account_id: str) -> tuple[FileCard, ...]:
    """Return a card for each file of an account, the answers left out. Raises NotFound."""
    account(home, account_id)
    found = ledger.read(home, account_id)
    return tuple(card_of(name, kept) for name, kept in sorted(found.files.items()) if kept.recognized.reader != ANSWERS_FILE)


def remove(home: Home, account_id: str, name: str, at: datetime) -> str:
    """Take a file out of the snapshot, and return what undoes that. Raises NotFound."""
    with locked(home, account_id):
        account(home, account_id)
        made = Transaction(home, account_id)
        kept = made.files.get(name)
        if kept is None:
            raise NotFound(f"There is no file “{name}” any more.")
        token = secrets.token_hex(8)
        kept_as = made.take(name)
        made.undos[token] = Undo(puts={kept_as: kept}, names={kept_as: name}, at=at)
        made.commit()
    return token


def undo(home: Home, account_id: str, token: str, at: datetime) -> None:
    """Bring back what was before a file was added, replaced or removed. Raises NotFound if that can't be undone any more."""
    with locked(home, account_id):
        account(home, account_id)
        made = Transaction(home, account_id)
        wanted = made.undos.pop(token, None)
        if wanted is None or any(_digest(made, name) != digest for name, digest in wanted.takes.items()):
            raise NotFound("This can't be undone any more, because the files changed since.")
        for name in wanted.takes:
            made.take(name)
        for kept_as, kept in wanted.puts.items():
            made.put_back(kept_as, free_name(wanted.names[kept_as], made.files), kept)
        made.commit()


def _digest(made: Transaction, name: str) -> str | None:
    kept = made.files.get(name)
    return kept.recognized.sha256 if kept is not None else None
