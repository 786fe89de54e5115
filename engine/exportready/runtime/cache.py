"""What is worked out of the shipped files is the same in every run, so it is kept for the next one: the rulebook, the templates.

It lies in a folder of this user's that nobody else may write to. EXPORTREADY_CACHE names another one; empty, nothing is kept.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from exportready import __version__

_NEWEST = 8
"""So many are kept of a sort: those of other versions, and of rules that were changed since, are of no use any more."""


@cache
def folder() -> Path | None:
    """Where it lies; None where there is no such place. It is made if need be."""
    named = os.environ.get("EXPORTREADY_CACHE")
    if named == "":
        return None
    try:
        home = Path(named) if named else _home() / "exportready"
        if not home.is_absolute():
            return None
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home if _is_ours(home) else None
    except (OSError, RuntimeError):  # RuntimeError: nobody knows where this user is at home
        return None


def _home() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _is_ours(place: Path) -> bool:
    """What lies there is run, so nobody else may have put it there."""
    if sys.platform == "win32":
        return True  # a profile is its user's own
    found = place.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def code() -> str:
    """What changes when the program does: its version, and of one that is being worked on the state of every file."""
    told = [__version__]
    for place, _, names in sorted(os.walk(Path(__file__).parents[1])):
        for name in sorted(names):
            if name.endswith(".py"):
                state = Path(place, name).stat()
                told.append(f"{name} {state.st_size} {state.st_mtime_ns}")
    return "\n".join((sys.version, *told))


def load(sort: str, key: str) -> object:
    """What was kept under a key; None where nothing was, or it cannot be read."""
    home = folder()
    try:
        kept = home / f"{sort}-{key}" if home else None
        return pickle.loads(kept.read_bytes()) if kept and _is_ours(kept) else None  # noqa: S301 - only we wrote there
    except Exception:  # a file that broke off may raise anything; then it is worked out anew
        return None


def keep(sort: str, key: str, value: object) -> None:
    """Keep it for the next run, if there is a place."""
    from tempfile import NamedTemporaryFile

    home = folder()
    if home is None:
        return
    with suppress(OSError, RecursionError, pickle.PickleError):
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        with NamedTemporaryFile(dir=home, prefix=f"{sort}-", delete=False) as file:  # which nobody else may write to
            file.write(data)
        Path(file.name).replace(home / f"{sort}-{key}")
        held = sorted(home.glob(f"{sort}-*"), key=lambda one: one.stat().st_mtime_ns, reverse=True)
        for old in held[_NEWEST:]:
            old.unlink(missing_ok=True)
