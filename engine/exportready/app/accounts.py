"""The companies of the data folder: list, create, rename, archive, delete, and the invented example."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from exportready.account.questions import NAME
from exportready.account.reading import AccountFile, read
from exportready.account.writing import Change, apply_changes, new_file
from exportready.app.home import (
    TEMPORARY,
    Home,
    flush_folder,
    locked,
    make_folder,
    read_json,
    remove_tree,
    write,
    write_json,
)
from exportready.app.values import Account, NotFound, Rejected
from exportready.reporters.text import clean
from exportready.schema.mistakes import MistakesFound

ACCOUNT_FILE = "account.yaml"
DEFAULT_NAME = "My company"
MAX_NAME = 200
PARTS = ("snapshot", "replaced", "checks")
_ID = re.compile(r"[0-9a-f]{12}\Z")


def all_accounts(home: Home) -> tuple[Account, ...]:
    """Return all accounts, the oldest first."""
    found = (_read(home, folder.name) for folder in home.accounts.iterdir() if _ID.match(folder.name))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.created, one.id)))


def account(home: Home, account_id: str) -> Account:
    """Return an account. Raises NotFound."""
    found = _read(home, account_id) if _ID.match(account_id) else None
    if found is None:
        raise NotFound("This company isn't on this computer any more.")
    return found


def create(home: Home, name: str, at: datetime, *, is_example: bool = False, moment: datetime | None = None) -> Account:
    """Make an account. Without a name it is called "My company" until a file or a person says another. Raises Rejected."""
    said = clean(name)
    made = Account(
        id=secrets.token_hex(6),
        name=_checked(said) if said else DEFAULT_NAME,
        created=at,
        is_named=bool(said),
        is_example=is_example,
        moment=moment,
    )
    return _made(home, made, new_file(at, {NAME: made.name}))


def _made(home: Home, made: Account, answers: str) -> Account:
    """Write an account's folder under another name, and then give it its own: it is there as a whole or not at all."""
    beside = home.accounts / f"{TEMPORARY}{made.id}"
    for name in PARTS:
        make_folder(beside / name)
    write(beside / "snapshot" / ACCOUNT_FILE, answers.encode())
    write_json(beside / "account.json", msgspec.to_builtins(made))
    beside.rename(home.account(made.id))
    flush_folder(home.accounts)
    return made


def rename(home: Home, account_id: str, name: str, *, is_named: bool = True) -> Account:
    """Give an account another name, in its reports too. Raises NotFound, Rejected."""
    with locked(home, account_id):
        changed = replace(account(home, account_id), name=_checked(clean(name)), is_named=is_named)
        path = home.snapshot(account_id) / ACCOUNT_FILE
        text = answers_text(home, account_id, changed.created)
        write(path, apply_changes(text, [Change(keys=(NAME,), value=changed.name)]).encode())
        return _saved(home, changed)


def archive(home: Home, account_id: str, *, archived: bool = True) -> Account:
    """Put an account away, or take it out again. Nothing of it is deleted. Raises NotFound."""
    with locked(home, account_id):
        return _saved(home, replace(account(home, account_id), archived=archived))


def delete(home: Home, account_id: str) -> None:
    """Delete an account with its files, what they replaced, its answers and its checks. Raises NotFound."""
    with locked(home, account_id):
        account(home, account_id)
        gone = home.accounts / f"{TEMPORARY}{account_id}-{secrets.token_hex(4)}"
        home.account(account_id).rename(gone)
        flush_folder(home.accounts)
    remove_tree(gone)


def answers_text(home: Home, account_id: str, at: datetime) -> str:
    """Return the text of an account's answers; that of a new file if it has none. `at` dates a new file."""
    try:
        return (home.snapshot(account_id) / ACCOUNT_FILE).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return new_file(at, {})


def answers(home: Home, account_id: str, at: datetime) -> AccountFile:
    """Return what an account's answers say. Raises Rejected if they can't be read, because someone changed the file."""
    try:
        return read(answers_text(home, account_id, at).encode(), ACCOUNT_FILE)
    except (MistakesFound, UnicodeDecodeError) as error:
        where = (
            f"line {error.mistakes[0].line}: {error.mistakes[0].message}"
            if isinstance(error, MistakesFound)
            else "it isn't text"
        )
        raise Rejected(
            f"The answers of this company can't be read ({where}). Fix or delete {home.snapshot(account_id) / ACCOUNT_FILE}."
        ) from error


def _read(home: Home, account_id: str) -> Account | None:
    """Return an account; what can still be known of it if its file is damaged. None if there is none."""
    try:
        return msgspec.convert(read_json(home.account(account_id) / "account.json"), Account)
    except msgspec.ValidationError:
        return _recovered(home, account_id) if home.snapshot(account_id).is_dir() else None


def _recovered(home: Home, account_id: str) -> Account:
    created = datetime.fromtimestamp(home.snapshot(account_id).stat().st_mtime, UTC)
    try:
        name = answers(home, account_id, created).account.name
    except Rejected:
        name = None
    return Account(id=account_id, name=name or DEFAULT_NAME, created=created, is_named=bool(name))


def _saved(home: Home, changed: Account) -> Account:
    write_json(home.account(changed.id) / "account.json", msgspec.to_builtins(changed))
    return changed


def _checked(name: str) -> str:
    """Return a company's name. Raises Rejected if it has none, or one that is too long."""
    if not name:
        raise Rejected("Enter a name for the company.")
    if len(name) > MAX_NAME:
        raise Rejected(f"This name is too long. Use at most {MAX_NAME} characters.")
    return name
