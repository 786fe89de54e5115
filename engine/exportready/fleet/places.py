"""Where the accounts lie: every folder and .zip in a folder, or the lines of a list."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from exportready.evidence.files import IGNORED, is_zip
from exportready.evidence.recognize import is_own_report

LISTS = (".txt", ".lst", ".list")


class NoFleet(Exception):
    """There are no accounts where some were named; the message says what is expected."""


class Fleet(msgspec.Struct, frozen=True):
    """The accounts of an audit."""

    home: Path
    """The folder from which their places count; the history lies there unless another place is named."""
    places: Mapping[str, Path]
    """What each is called (its path from there, POSIX, harmless to show and to keep), and where it lies; sorted."""
    passed_over: tuple[str, ...]
    """What lies beside them and is no account, however it came there."""


def find(path: Path, reports: Path | None = None) -> Fleet:
    """The accounts in a folder, or those of a list. `reports` is where their own reports go. Raises NoFleet."""
    if path.is_file() and path.suffix.lower() in LISTS:
        return _listed(path)
    if not path.is_dir():
        what = "is no folder of accounts, and no list (.txt, one path a line)" if path.exists() else "is not there"
        raise NoFleet(f"{path} {what}")
    try:
        seen = sorted((one for one in path.iterdir() if not IGNORED.match(one.name)), key=lambda one: one.name)
    except OSError as error:
        raise NoFleet(f"{path} cannot be opened ({error.strerror})") from error
    accounts = [one for one in seen if _may_be_account(one) and not _holds_reports(one, reports)]
    others = tuple(_shown(one.name) for one in seen if one not in accounts and not one.name.startswith(HISTORY))
    if not accounts or "account.yaml" in others:
        told = "; it looks like one account: exportready check judges one" if others else ""
        raise NoFleet(
            f"{path} holds no folder and no .zip, so no account{told}" if not accounts else f"{path} is no fleet{told}"
        )
    return Fleet(path, _named({one: one.name for one in accounts}), others)


HISTORY = "exportready-history"
"""How the name of the history begins: it lies beside the accounts."""


def _may_be_account(path: Path) -> bool:
    """A folder, an archive, and whatever cannot be looked at: a share that is not mounted is an account of which nobody can tell."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode) or path.suffix.lower() == ".zip":
            return True
        return stat.S_ISREG(mode) and (not os.access(path, os.R_OK) or is_zip(path))
    except OSError:
        return True


def _holds_reports(path: Path, reports: Path | None) -> bool:
    """The accounts' own reports, of this audit or of one before under another name."""
    if reports is not None and path.resolve() == reports.resolve():
        return True
    try:
        files = list(path.iterdir()) if path.is_dir() else []
        return bool(files) and all(one.suffix == ".html" for one in files) and all(map(_is_report, files))
    except OSError:
        return False


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return is_own_report(file.read(2000))


def _named(accounts: Mapping[Path, str]) -> Mapping[str, Path]:
    """Each by what it is called. Raises NoFleet where two cannot be told apart."""
    named: dict[str, Path] = {}
    for path, name in sorted(accounts.items(), key=lambda one: one[1]):
        shown = _shown(name)
        if shown in named:
            raise NoFleet(f"{shown} is named twice; name each account once")
        named[shown] = path
    return named


def _shown(name: str) -> str:
    """Bytes of a name that are no text, as what they are."""
    return name.encode("utf-8", "backslashreplace").decode()


def _listed(path: Path) -> Fleet:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoFleet(f"{path} cannot be read as a list of accounts ({error}); write one path a line, in UTF-8") from error
    stated = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    named = [(number, line) for number, line in stated if line and not line.startswith("#")]
    if not named:
        raise NoFleet(f"{path} names no account; write one path a line")
    home = path.parent.absolute()
    at: dict[Path, int] = {}
    for number, line in named:
        account = Path(os.path.normpath(home / line))
        if account in at:
            raise NoFleet(f"{path}:{number}: {line} is named on line {at[account]} already; take one of them out")
        at[account] = number
    return Fleet(home, _named({account: _from(home, account) for account in at}), ())


def _from(home: Path, account: Path) -> str:
    try:
        return Path(os.path.relpath(account, home)).as_posix()
    except ValueError:  # another drive of Windows
        return account.as_posix()


def places_of(paths: Sequence[Path], reports: Path | None = None) -> Fleet:
    """The accounts of several folders or lists, as one fleet. Raises NoFleet."""
    fleets = [find(path, reports) for path in paths]
    if len(fleets) == 1:
        return fleets[0]
    try:
        home = Path(os.path.commonpath([one.home.absolute() for one in fleets]))
    except ValueError as error:
        raise NoFleet("the accounts lie on different drives; audit each drive by itself") from error
    accounts = [Path(os.path.normpath(path.absolute())) for one in fleets for path in one.places.values()]
    twice = next((one for number, one in enumerate(accounts) if one in accounts[:number]), None)
    if twice is not None:
        raise NoFleet(f"{_shown(str(twice))} is named twice; name each account once")
    others = tuple(sorted(_from(home, one.home.absolute() / name) for one in fleets for name in one.passed_over))
    return Fleet(home, _named({account: _from(home, account) for account in accounts}), others)
