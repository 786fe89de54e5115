"""A file of answers (account.yaml) that was dropped: used where there are no answers yet, so that none is ever lost."""

from __future__ import annotations

from pathlib import Path

from exportready.account.questions import NAME
from exportready.account.reading import READER, AccountFile, read
from exportready.account.writing import Change, apply_changes
from exportready.app import accounts
from exportready.app.accounts import ACCOUNT_FILE, account
from exportready.app.home import Home, write
from exportready.app.staging import Staged
from exportready.app.values import Added, Recognized

_NOT_USED = "This company already has answers, so the answers in this file weren't used. Nothing changed."


def add(home: Home, account_id: str, one: Staged, path: Path, found: Recognized) -> Added:
    """Use the answers of a file, and say what became of it. Call it under the account's lock."""
    if found.error or found.reader != READER:
        return Added(
            name=one.name, outcome="refused", why=f"We can't read the answers in this file: {found.error or found.help}."
        )
    of_account = account(home, account_id)
    text = path.read_bytes().decode("utf-8-sig")
    new = read(text.encode(), ACCOUNT_FILE)
    old = accounts.answers(home, account_id, of_account.created)
    if _contents(new) == _contents(old):
        return Added(name=one.name, outcome="same", why="You already have these answers. Nothing changed.")
    if any(_contents(old)):
        return Added(name=one.name, outcome="refused", why=_NOT_USED)
    if of_account.is_named:
        text = apply_changes(text, [Change(keys=(NAME,), value=of_account.name)])
    write(home.snapshot(account_id) / ACCOUNT_FILE, text.encode())
    if not of_account.is_named and new.account.name:
        accounts.rename(home, account_id, new.account.name[: accounts.MAX_NAME])
    return Added(name=one.name, outcome="added", why="The answers in this file are used.")


def _contents(file: AccountFile) -> tuple[object, ...]:
    """Return what a file of answers says, whatever its layout."""
    hosts = [dict(one.fields) for one in file.host.records] if file.host else []
    confirmations = sorted((one.rule, one.value, one.by, one.at) for one in file.confirmations)
    return dict(file.answers.records[0].fields), hosts, file.covers, file.columns, confirmations, file.receipts
