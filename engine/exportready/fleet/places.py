"""Finds the accounts to audit: every folder and .zip in a folder, or the lines of a list."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from exportready.evidence.files import IGNORED, is_zip
from exportready.evidence.recognize import is_own_report
from exportready.model.audit import escape_surrogates

LIST_SUFFIXES = (".txt", ".lst", ".list")
HISTORY_PREFIX = "exportready-history"
"""How the names of the history's files begin; by default they are beside the accounts."""


class NoFleet(Exception):
    """No accounts were found; the message says what is expected."""


class Fleet(msgspec.Struct, frozen=True):
    """The accounts of an audit."""

    home: Path
    """The folder that places are relative to, and the default folder for the history."""
    places: Mapping[str, Path]
    """Place -> path, sorted by place. A place is the path relative to `home`, POSIX, with undecodable bytes escaped."""
    skipped: tuple[str, ...]
    """Names of files beside the accounts that aren't accounts."""


def find_fleet(paths: Sequence[Path], reports: Path | None = None) -> Fleet:
    """Return the accounts of several folders or lists as one fleet. Raises NoFleet.

    `reports` is the folder for the accounts' own reports, which is no account.
    """
    fleets = [find_accounts(path, reports) for path in paths]
    if len(fleets) == 1:
        return fleets[0]
    try:
        home = Path(os.path.commonpath([fleet.home.absolute() for fleet in fleets]))
    except ValueError as error:
        raise NoFleet("the accounts lie on different drives; audit each drive by itself") from error
    accounts = [Path(os.path.normpath(path.absolute())) for fleet in fleets for path in fleet.places.values()]
    duplicate = next((path for number, path in enumerate(accounts) if path in accounts[:number]), None)
    if duplicate is not None:
        raise NoFleet(f"{escape_surrogates(str(duplicate))} is named twice; name each account once")
    skipped = tuple(sorted(_relative(home, fleet.home.absolute() / name) for fleet in fleets for name in fleet.skipped))
    return Fleet(home, _by_place({path: _relative(home, path) for path in accounts}), skipped)


def find_accounts(path: Path, reports: Path | None = None) -> Fleet:
    """Return the accounts in a folder, or those of a list. Raises NoFleet."""
    if path.is_file() and path.suffix.lower() in LIST_SUFFIXES:
        return _read_list(path)
    if not path.is_dir():
        problem = "is no folder of accounts, and no list (.txt, one path a line)" if path.exists() else "is not there"
        raise NoFleet(f"{path} {problem}")
    try:
        entries = sorted((entry for entry in path.iterdir() if not IGNORED.match(entry.name)), key=lambda entry: entry.name)
    except OSError as error:
        raise NoFleet(f"{path} cannot be opened ({error.strerror})") from error
    accounts = [entry for entry in entries if _may_be_account(entry) and not _is_report_folder(entry, reports)]
    skipped = tuple(
        escape_surrogates(entry.name)
        for entry in entries
        if entry not in accounts and not entry.name.startswith(HISTORY_PREFIX)
    )
    if not accounts or "account.yaml" in skipped:
        hint = "; it looks like one account: exportready check judges one" if skipped else ""
        raise NoFleet(
            f"{path} holds no folder and no .zip, so no account{hint}" if not accounts else f"{path} is no fleet{hint}"
        )
    return Fleet(path, _by_place({entry: entry.name for entry in accounts}), skipped)


def _may_be_account(path: Path) -> bool:
    """Return whether it is a folder, an archive, or something that can't be opened.

    A share that isn't mounted is still an account, one that can't be checked.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode) or path.suffix.lower() == ".zip":
            return True
        return stat.S_ISREG(mode) and (not os.access(path, os.R_OK) or is_zip(path))
    except OSError:
        return True


def _is_report_folder(path: Path, reports: Path | None) -> bool:
    """Return whether a folder holds accounts' own reports, of this audit or of an earlier one under another name."""
    if reports is not None and path.resolve() == reports.resolve():
        return True
    try:
        files = list(path.iterdir()) if path.is_dir() else []
        return bool(files) and all(file.suffix == ".html" for file in files) and all(map(_is_report, files))
    except OSError:
        return False


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return is_own_report(file.read(2000))


def _by_place(accounts: Mapping[Path, str]) -> Mapping[str, Path]:
    """Return the accounts by place, given their names. Raises NoFleet if two have the same place."""
    by_place: dict[str, Path] = {}
    for path, name in sorted(accounts.items(), key=lambda account: account[1]):
        place = escape_surrogates(name)
        if place in by_place:
            raise NoFleet(f"{place} is named twice; name each account once")
        by_place[place] = path
    return by_place


def _read_list(path: Path) -> Fleet:
    """Return the accounts of a list: one path a line, relative to the list's folder; # starts a comment. Raises NoFleet."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoFleet(f"{path} cannot be read as a list of accounts ({error}); write one path a line, in UTF-8") from error
    numbered = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    entries = [(number, line) for number, line in numbered if line and not line.startswith("#")]
    if not entries:
        raise NoFleet(f"{path} names no account; write one path a line")
    home = path.parent.absolute()
    line_of: dict[Path, int] = {}
    for number, line in entries:
        account = Path(os.path.normpath(home / line))
        if account in line_of:
            raise NoFleet(f"{path}:{number}: {line} is named on line {line_of[account]} already; take one of them out")
        line_of[account] = number
    return Fleet(home, _by_place({account: _relative(home, account) for account in line_of}), ())


def _relative(home: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path, home)).as_posix()
    except ValueError:  # on Windows: on another drive
        return path.as_posix()
