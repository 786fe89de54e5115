"""The files of an account: add, recognize, replace, undo, remove. Nothing that was dropped is lost for good until the account is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from exportready.account.reading import READER as ANSWERS_FILE
from exportready.app import accounts, answers_file, asking, child, ledger, saved, stored
from exportready.app.accounts import ACCOUNT_FILE, account
from exportready.app.archive import as_zip
from exportready.app.file_cards import BOTH, KEEP, USE, cards_of, company_of, is_same_kind, twin_of, twin_question
from exportready.app.home import Home, locked
from exportready.app.ledger import Kept, Transaction, Undo
from exportready.app.looking import recognize
from exportready.app.names import fold_name, free_name
from exportready.app.staging import Staged, Upload, staged
from exportready.app.values import Added, FileCard, NotFound, Recognized, Rejected, TooMuch
from exportready.model.display import count
from exportready.schema import budgets

__all__ = ["Upload", "add", "as_zip", "cards", "decide", "remove", "undo"]

KEPT_FOR = timedelta(days=90)
"""How long files that were replaced or removed are kept."""


def add(home: Home, account_id: str, uploads: Sequence[Upload], at: datetime) -> tuple[Added, ...]:
    """Add dropped files, each recognized, and say what became of each. Raises NotFound, TooMuch (nothing was added), Rejected."""
    account(home, account_id)
    with staged(home, uploads) as dropped:
        here = [(one, one.path) for one in dropped if one.path is not None]
        found = _recognized([(one.name, path) for one, path in here])
        refused = [Added(name=one.name, outcome="refused", why=one.refusal) for one in dropped if one.path is None]
        with locked(home, account_id):
            _know_all(home, account_id, at)
            made = Transaction(home, account_id)
            _check_room(made, found)
            added = [_add(made, one, path, what, at) for (one, path), what in zip(here, found, strict=True)]
            _forget_old(made, at)
            made.commit()
            _name_by_files(home, account_id, made.files)
    by_name = {card.name: card for card in cards(home, account_id)}
    return (*(replace(one, card=by_name.get(one.name)) for one in added), *refused)


def _recognized(files: Sequence[tuple[str, Path]]) -> list[Recognized]:
    if not files:
        return []
    try:
        return child.run(recognize, list(files))
    except child.TaskFailed as error:
        raise Rejected(str(error)) from error


def _check_room(made: Transaction, found: Sequence[Recognized]) -> None:
    """Raise TooMuch if the account would have too many files, or too large ones."""
    size = sum(one.recognized.size for one in made.files.values()) + sum(one.size for one in found)
    if len(made.files) + len(found) > budgets.ACCOUNT_FILES:
        raise TooMuch(
            f"This company would have more than {budgets.ACCOUNT_FILES:,} files. Remove old files first. Nothing was added."
        )
    if size > budgets.ACCOUNT_SIZE:
        gigabytes = budgets.ACCOUNT_SIZE >> 30
        raise TooMuch(
            f"The files of this company would have more than {gigabytes} GB. Remove old files first. Nothing was added."
        )


def _add(made: Transaction, one: Staged, path: Path, found: Recognized, at: datetime) -> Added:
    """Decide what becomes of one file, and note it in the transaction."""
    if found.is_own:
        return Added(name=one.name, outcome="refused", why="This is a report of ExportReady. It isn't needed here.")
    if found.reader == ANSWERS_FILE or fold_name(one.name) == ACCOUNT_FILE:
        return answers_file.add(made.home, made.account_id, one, path, found)
    same = next((name for name, kept in made.files.items() if kept.recognized.sha256 == found.sha256), None)
    if same is not None:
        return Added(name=same, outcome="same", why="You already have this file. Nothing changed.")
    token = secrets.token_hex(8)
    kept = Kept(came_as=one.name, added_at=at, recognized=found, undo=token)
    old = _replaced_by(made.files, kept)
    if old is None:
        name = free_name(one.name, [*made.files, ACCOUNT_FILE])
        made.put(path, name, kept)
        made.undos[token] = Undo(takes={name: found.sha256}, at=at)
        question = twin_question(name, made.files)
        is_twin = name != one.name or question is not None
        why = (
            question.text
            if question is not None
            else "You have a file with this name already, so both stay."
            if is_twin
            else ""
        )
        return Added(name=name, outcome="kept-both" if is_twin else "added", why=why, undo=token)
    before = made.files[old]
    kept_as = made.take(old)
    name = free_name(one.name, [*made.files, ACCOUNT_FILE])
    said = _replaced_words(before.recognized, found)
    made.put(path, name, replace(kept, said=said))
    made.undos[token] = Undo(takes={name: found.sha256}, puts={kept_as: before}, names={kept_as: old}, at=at)
    return Added(name=name, outcome="replaced", why=said, undo=token)


def _replaced_by(files: Mapping[str, Kept], new: Kept) -> str | None:
    """Return the file that a new one replaces: one of the same name and kind, or an earlier complete list of the same kind.

    A file that couldn't be used is replaced by any file with its name.
    """
    found = new.recognized
    for name, old in files.items():
        known = old.recognized
        has_same_name = fold_name(old.came_as) == fold_name(new.came_as)
        if has_same_name and (is_same_kind(known, found) or not known.kinds) and not _is_later(known, found):
            return name
        if is_same_kind(known, found) and known.whole and found.whole and _is_later(found, known):
            return name
    return None


def _is_later(one: Recognized, other: Recognized) -> bool:
    return one.dated is not None and other.dated is not None and one.dated > other.dated


def _replaced_words(old: Recognized, new: Recognized) -> str:
    numbers = sum(old.records.values()), sum(new.records.values())
    return f"Replaced the file that you had: {count(numbers[1], 'record')} instead of {numbers[0]:,}."


def _name_by_files(home: Home, account_id: str, files: Mapping[str, Kept]) -> None:
    """Name an account that has no name yet after the QuickBooks company of its files."""
    company = company_of(files)
    if company and not account(home, account_id).is_named:
        accounts.rename(home, account_id, company[: accounts.MAX_NAME])


def _forget_old(made: Transaction, at: datetime) -> None:
    """Forget what was put aside long ago."""
    for token, one in list(made.undos.items()):
        if at - one.at > KEPT_FOR:
            del made.undos[token]
            for kept_as in one.puts:
                (made.folder / "replaced" / kept_as).unlink(missing_ok=True)


def _know_all(home: Home, account_id: str, at: datetime) -> None:
    """Recognize files that came into the snapshot by another way, and those that another version recognized."""
    folder = home.snapshot(account_id)
    known = ledger.read(home, account_id)
    is_current = known.version == ledger.VERSION
    on_disk = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if _is_ordinary(path)}
    missing = [(name, path) for name, path in on_disk.items() if _is_unknown(name, path, known) or not is_current]
    if not missing and set(known.files) <= set(on_disk):
        return
    found = {one.name: one for one in _recognized(missing)}
    made = Transaction(home, account_id)
    for name in set(made.files) - set(on_disk):
        del made.files[name]
    for name, what in found.items():
        before = made.files.get(name) or Kept(came_as=name, added_at=at, recognized=what)
        made.files[name] = replace(before, recognized=what)
    made.commit()


def _is_ordinary(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.name.startswith(".") and path.name != ACCOUNT_FILE


def _is_unknown(name: str, path: Path, known: ledger.Ledger) -> bool:
    kept = known.files.get(name)
    return kept is None or kept.recognized.size != path.stat().st_size


def cards(home: Home, account_id: str) -> tuple[FileCard, ...]:
    """Return a card for each file of an account, the answers left out. Raises NotFound."""
    account(home, account_id)
    found = ledger.read(home, account_id)
    last = [one.report for phase in stored.PHASES if (one := stored.last(home, account_id, phase)) is not None]
    answered = saved.read(home, account_id).answers
    questions = [one for report in last for one in asking.asked(report) if one.id not in answered]
    return cards_of(found.files, last, questions)


def remove(home: Home, account_id: str, name: str, at: datetime) -> str:
    """Take a file out of the snapshot, and return what undoes that. Raises NotFound."""
    with locked(home, account_id):
        account(home, account_id)
        made = Transaction(home, account_id)
        token = _put_aside(made, name, at)
        made.commit()
    return token


def _put_aside(made: Transaction, name: str, at: datetime) -> str:
    kept = made.files.get(name)
    if kept is None or kept.recognized.reader == ANSWERS_FILE:
        raise NotFound(f"You don't have a file “{name[:80]}” any more.")
    token = secrets.token_hex(8)
    kept_as = made.take(name)
    made.undos[token] = Undo(puts={kept_as: kept}, names={kept_as: name}, at=at)
    return token


def undo(home: Home, account_id: str, token: str, at: datetime) -> None:
    """Bring back what was before a file was added, replaced or removed. Raises NotFound if that can't be undone any more."""
    with locked(home, account_id):
        account(home, account_id)
        made = Transaction(home, account_id)
        wanted = made.undos.pop(token, None)
        if wanted is None or any(_digest(made, name) != sha256 for name, sha256 in wanted.takes.items()):
            raise NotFound("This can't be undone any more, because the files changed since.")
        for name in wanted.takes:
            aside = replace(made.files[name], undo=None)
            kept_as = made.take(name)
            made.undos[secrets.token_hex(8)] = Undo(puts={kept_as: aside}, names={kept_as: name}, at=at)
        for kept_as, kept in wanted.puts.items():
            made.put_back(kept_as, free_name(wanted.names[kept_as], made.files), kept)
        made.commit()


def _digest(made: Transaction, name: str) -> str | None:
    kept = made.files.get(name)
    return kept.recognized.sha256 if kept is not None else None


def decide(home: Home, account_id: str, name: str, choice: str, at: datetime) -> None:
    """Say which of two files of one kind counts: `use` only this one, `keep` only the other, or `both`. Raises NotFound, Rejected."""
    with locked(home, account_id):
        account(home, account_id)
        made = Transaction(home, account_id)
        question = twin_question(name, made.files) if name in made.files else None
        if question is None:
            raise NotFound(f"“{name[:80]}” isn't in question any more.")
        if choice not in {one.value for one in question.choices}:
            raise Rejected(f"“{choice[:40]}” isn't one of the choices.")
        others = [
            other
            for other, kept in made.files.items()
            if other != name and is_same_kind(kept.recognized, made.files[name].recognized)
        ]
        if choice == BOTH:
            made.files[name] = replace(made.files[name], settled=True)
        elif choice == KEEP:
            _put_aside(made, name, at)
        elif choice == USE:
            twin = twin_of(name, made.files)
            for other in [twin] if twin is not None and question.choices[0].value == USE else others:
                _put_aside(made, other, at)
        made.commit()
