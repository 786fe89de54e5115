"""Find the accounts to audit: every folder and .zip in a folder, or the lines of a list."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from exportready.evidence.files import IGNORED, is_zip
from exportready.evidence.recognize import is_own_report
from exportready.model.audit import escape_surrogates
from exportready.model.commands import suggest
from exportready.schema.files import read_written

LIST_SUFFIXES = (".txt", ".lst", ".list")
HISTORY_PREFIX = "exportready-history"
"""How the names of the history's files begin; by default they are next to the accounts."""


class NoFleet(Exception):
    """No accounts were found; the message says what is expected."""


class Fleet(msgspec.Struct, frozen=True):
    """The accounts of an audit."""

    home: Path
    """The folder that places are relative to, and the default folder for the history."""
    places: Mapping[str, Path]
    """Place -> path, sorted by place. A place is the path relative to `home`, POSIX, with undecodable bytes escaped."""
    skipped: tuple[str, ...]
    """Names of files next to the accounts that aren't accounts."""


def find_fleet(paths: Sequence[Path], reports: Path | None = None) -> Fleet:
    """Return the accounts of several folders or lists as one fleet. Raises NoFleet.

    `reports` is the folder for the accounts' own reports, which isn't an account.
    """
    fleets = [find_accounts(path, reports) for path in paths]
    if len(fleets) == 1:
        return fleets[0]
    try:
        home = Path(os.path.commonpath([fleet.home.absolute() for fleet in fleets]))
    except ValueError as error:
        raise NoFleet("The accounts are on different drives. Run a separate audit for each drive.") from error
    accounts = [Path(os.path.normpath(path.absolute())) for fleet in fleets for path in fleet.places.values()]
    duplicate = next((path for number, path in enumerate(accounts) if path in accounts[:number]), None)
    if duplicate is not None:
        raise NoFleet(f"{escape_surrogates(str(duplicate))} is given twice. Give each account once.")
    skipped = tuple(sorted(_relative(home, fleet.home.absolute() / name) for fleet in fleets for name in fleet.skipped))
    return Fleet(home, _by_place({path: _relative(home, path) for path in accounts}), skipped)


def find_accounts(path: Path, reports: Path | None = None) -> Fleet:
    """Return the accounts in a folder, or those of a list. Raises NoFleet."""
    if path.is_file() and path.suffix.lower() in LIST_SUFFIXES:
        return _read_list(path)
    if not path.is_dir():
        remedy = "Give the folder with your accounts, or a .txt file with one path per line."
        raise NoFleet(
            f"{path} is not a folder or a list of accounts. {remedy}" if path.exists() else f"Can't find {path}. {remedy}"
        )
    try:
        entries = sorted((entry for entry in path.iterdir() if not IGNORED.match(entry.name)), key=lambda entry: entry.name)
    except OSError as error:
        raise NoFleet(f"Can't open {path} ({error.strerror}). Ask for access to this folder, or give another.") from error
    accounts = [entry for entry in entries if _may_be_account(entry) and not _is_report_folder(entry, reports)]
    skipped = tuple(
        escape_surrogates(entry.name)
        for entry in entries
        if entry not in accounts and not entry.name.startswith(HISTORY_PREFIX)
    )
    if not accounts or "account.yaml" in skipped:
        if skipped:
            raise NoFleet(f"{path} looks like one account. Check it with: {suggest('check', path)}")
        raise NoFleet(f"{path} has no accounts. Put one folder or .zip per account into it.")
    return Fleet(path, _by_place({entry: entry.name for entry in accounts}), skipped)


def _may_be_account(path: Path) -> bool:
    """Return whether it is a folder, an archive, or something that can't be opened.

    A network share that isn't connected is still an account, but one that can't be checked.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode) or path.suffix.lower() == ".zip":
            return True
        return stat.S_ISREG(mode) and (not os.access(path, os.R_OK) or is_zip(path))
    except OSError:
        return True


def _is_report_folder(path: Path, reports: Path | None) -> bool:
    """Return whether a folder has accounts' own reports, of this audit or of an earlier one under another name."""
    if reports is not None and path.resolve() == reports.resolve():
        return True
    try:
        files = list(path.iterdir()) if path.is_dir() else []
        return bool(files) and all(file.suffix == ".html" for file in files) and all(map(_is_report, files))
    except OSError:
        return False


def _is_report(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return is_own_report(file.read(2000))


def _by_place(accounts: Mapping[Path, str]) -> Mapping[str, Path]:
    """Return the accounts by place, given their names. Raises NoFleet if two have the same place."""
    by_place: dict[str, Path] = {}
    for path, name in sorted(accounts.items(), key=lambda account: account[1]):
        place = escape_surrogates(name)
        if place in by_place:
            raise NoFleet(f"{place} is given twice. Give each account once.")
        by_place[place] = path
    return by_place


def _read_list(path: Path) -> Fleet:
    """Return the accounts of a list: one path per line, relative to the list's folder; # starts a comment. Raises NoFleet."""
    try:
        lines = read_written(path).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoFleet(
            f"Can't read {path} as a list of accounts ({error}). Save it as UTF-8 text, with one path per line."
        ) from error
    numbered = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    entries = [(number, line) for number, line in numbered if line and not line.startswith("#")]
    if not entries:
        raise NoFleet(f"{path} has no accounts. Write one path per line.")
    home = path.parent.absolute()
    line_of: dict[Path, int] = {}
    for number, line in entries:
        account = Path(os.path.normpath(home / line))
        if account in line_of:
            raise NoFleet(f"{path}:{number}: {line} is already on line {line_of[account]}. Remove one of them.")
        line_of[account] = number
    return Fleet(home, _by_place({account: _relative(home, account) for account in line_of}), ())


def _relative(home: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path, home)).as_posix()
    except ValueError:  # on Windows: on another drive
        return path.as_posix()
