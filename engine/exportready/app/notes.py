"""What a person noted on the page: ticks, “I've exported it”, who was asked. Nothing here decides a check; only evidence does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from exportready.app.home import Home, locked, read_json, write_json
from exportready.reporters.text import clean

MAX_NAME = 80
_MAX_TICKS = 2_000


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """A task that someone marked as done."""

    at: datetime
    by: str = ""


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """The notes of one account."""

    ticks: Mapping[str, Tick] = {}
    """Key of a task -> its tick."""
    asked: Mapping[str, datetime] = {}
    """Id of a question -> when someone else was asked."""
    later: tuple[str, ...] = ()
    """Ids of the questions that were put off, in this order."""
    shown: Mapping[str, tuple[str, str]] = {}
    """Phase -> the check whose verdict was shown last, and the one that was shown before it (empty if none was)."""
    exported_at: datetime | None = None
    """When someone said that the batch was exported; None: the next export is still to come."""


def notes(home: Home, account_id: str) -> Notes:
    """Return the notes of an account; empty ones if there are none, or they can't be read."""
    try:
        return msgspec.convert(read_json(_path(home, account_id)), Notes)
    except msgspec.ValidationError:
        return Notes()


def tick(home: Home, account_id: str, key: str, at: datetime | None) -> None:
    """Mark a task as done; not done, if `at` is None."""
    with locked(home, account_id):
        now = notes(home, account_id)
        ticks = {name: one for name, one in now.ticks.items() if name != key}
        if at is not None:
            ticks[key] = Tick(at=at, by=person(home))
        _save(home, account_id, replace(now, ticks=dict(list(ticks.items())[-_MAX_TICKS:])))


def ask(home: Home, account_id: str, question: str, at: datetime | None) -> None:
    """Note that someone else was asked; the question comes back if `at` is None."""
    with locked(home, account_id):
        now = notes(home, account_id)
        asked = {name: when for name, when in now.asked.items() if name != question}
        _save(home, account_id, replace(now, asked={**asked, question: at} if at else asked))


def put_off(home: Home, account_id: str, question: str) -> None:
    """Move a question to the end."""
    with locked(home, account_id):
        now = notes(home, account_id)
        _save(home, account_id, replace(now, later=(*(one for one in now.later if one != question), question)))


def show(home: Home, account_id: str, phase: str, check: str) -> str:
    """Note that the verdict of a check is shown, and return the check that was shown before it; empty if none was."""
    with locked(home, account_id):
        now = notes(home, account_id)
        last, before = now.shown.get(phase, ("", ""))
        if last == check:
            return before
        _save(home, account_id, replace(now, shown={**now.shown, phase: (check, last)}))
        return last


def set_exported(home: Home, account_id: str, at: datetime | None) -> None:
    """Note that the batch was exported; None: the next one is still to come. Its ticks are over then."""
    with locked(home, account_id):
        now = notes(home, account_id)
        _save(home, account_id, replace(now, exported_at=at, ticks=now.ticks if at else {}))


def person(home: Home) -> str:
    """Return the name of the person at this computer; empty if no one has given one."""
    kept = read_json(home.path / "person.json")
    return clean(str(kept.get("name", "")))[:MAX_NAME] if isinstance(kept, dict) else ""


def set_person(home: Home, name: str) -> None:
    """Remember the name of the person at this computer."""
    write_json(home.path / "person.json", {"name": clean(name)[:MAX_NAME]})


def _path(home: Home, account_id: str) -> Path:
    return home.account(account_id) / "notes.json"


def _save(home: Home, account_id: str, changed: Notes) -> None:
    write_json(_path(home, account_id), msgspec.to_builtins(changed))
