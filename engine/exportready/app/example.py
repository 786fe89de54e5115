"""The invented example company, to look at before there are files of one's own."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

from exportready.app import accounts, files
from exportready.app.accounts import account
from exportready.app.home import Home
from exportready.app.values import Account
from exportready.runtime import shipped

NAME = "Example: Northwind Plumbing & Heating"
FOLDER = "examples/not-ready"
MOMENT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
"""When its files were exported. It is always checked for that moment, since they'd be out of date at any other."""


def open_example(home: Home, at: datetime) -> Account:
    """Return the example company, made if there is none."""
    existing = next((one for one in accounts.all_accounts(home) if one.is_example), None)
    if existing is not None:
        return existing
    made = accounts.create(home, NAME, at, is_example=True, moment=MOMENT)
    folder = shipped.folder(FOLDER)
    with ExitStack() as opened:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        uploads = [files.Upload(path.relative_to(folder).as_posix(), opened.enter_context(path.open("rb"))) for path in paths]
        files.add(home, made.id, uploads, MOMENT)
    return account(home, made.id)
