"""Where the accounts lie: every folder and .zip in a folder, or the lines of a list."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exportready.evidence.files import PASSED_OVER, is_zip

LISTS = (".txt", ".lst", ".list")


class NoFleet(Exception):
    """There are no accounts where some were named; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """The accounts of an audit."""

    home: Path
    """The folder from which their places count; the history lies there unless another place is named."""
    places: tuple[str, ...]
    """Their paths from there, POSIX, sorted."""
    passed_over: tuple[str, ...]
    """What lies beside them and is no account, however it came there."""


def find(path: Path) -> Fleet:
    """The accounts in a folder, or those of a list. Raises NoFleet."""
    if path.is_file() and path.suffix.lower() in LISTS:
        return _listed(path)
    if not path.is_dir():
        what = "is no folder of accounts, and no list (.txt, one path a line)" if path.exists() else "is not there"
        raise NoFleet(f"{path} {what}")
    try:
        found = sorted(os.scandir(path), key=lambda one: one.name)
    except OSError as error:
        raise NoFleet(f"{path} cannot be opened ({error.strerror})") from error
    seen = [one for one in found if not PASSED_OVER.match(one.name)]
    places = [one.name for one in seen if one.is_dir() or is_zip(Path(one.path))]
    others = tuple(one.name for one in seen if one.name not in places and not one.name.startswith(HISTORY))
    if not places:
        told = "; it looks like one account: exportready check judges one" if others else ""
        raise NoFleet(f"{path} holds no folder and no .zip, so no account{told}")
    return Fleet(path, tuple(places), others)


HISTORY = "exportready-history"
"""How the name of the history begins: it lies beside the accounts."""


def _listed(path: Path) -> Fleet:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoFleet(f"{path} cannot be read as a list of accounts ({error}); write one path a line, in UTF-8") from error
    stated = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    named = [(number, line) for number, line in stated if line and not line.startswith("#")]
    if not named:
        raise NoFleet(f"{path} names no account; write one path a line")
    places: dict[str, int] = {}
    for number, line in named:
        place = _place(path.parent, line)
        if place in places:
            raise NoFleet(f"{path}:{number}: {line} is named on line {places[place]} already; take one of them out")
        places[place] = number
    return Fleet(path.parent, tuple(sorted(places)), ())


def _place(home: Path, line: str) -> str:
    """A path of the list, from the folder of the list: one account has one place, however it is written."""
    whole = Path(os.path.normpath(home / line))
    return whole.relative_to(home).as_posix() if whole.is_relative_to(home) else whole.as_posix()


def places_of(paths: Sequence[Path]) -> Fleet:
    """The accounts of several folders or lists, as one fleet. Raises NoFleet."""
    fleets = [find(path) for path in paths]
    if len(fleets) == 1:
        return fleets[0]
    try:
        home = Path(os.path.commonpath([one.home.absolute() for one in fleets]))
    except ValueError as error:
        raise NoFleet("the accounts lie on different drives; audit each drive by itself") from error
    below = [Path(os.path.relpath(one.home.absolute(), home)) for one in fleets]
    places = sorted((root / place).as_posix() for root, one in zip(below, fleets, strict=True) for place in one.places)
    others = sorted((root / name).as_posix() for root, one in zip(below, fleets, strict=True) for name in one.passed_over)
    if len(set(places)) != len(places):
        twice = next(one for at, one in enumerate(places) if one in places[:at])
        raise NoFleet(f"{twice} is named twice; name each account once")
    return Fleet(home, tuple(places), tuple(others))
