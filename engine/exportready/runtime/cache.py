"""Cache what every run would compute again from the same files: the loaded rulebook, the compiled templates.

Each entry begins with a digest of the rest: a value that changed on the disk is computed again. The cache is a folder that only this
user may write to. Set EXPORTREADY_CACHE to move it, or to an empty value to turn it off.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_DIGEST_SIZE = hashlib.sha256().digest_size
_NEWEST = 20
"""Number of entries to keep of each sort; older ones belong to other versions or to rules that have changed since."""


@cache
def folder() -> Path | None:
    """Return the cache folder, created if necessary; None if the cache is off, or others may write to the folder."""
    named = os.environ.get("EXPORTREADY_CACHE")
    if named == "":
        return None
    try:
        home = Path(named) if named else _home() / "exportready"
        if not home.is_absolute():
            return None
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home if _is_ours(home) else None
    except (OSError, RuntimeError):  # RuntimeError: this user has no home folder
        return None


def _home() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _is_ours(place: Path) -> bool:
    """Return whether only this user can have written a file. That matters because unpickling runs code."""
    if sys.platform == "win32":
        return True  # on Windows, other users can't write to a user's profile
    found = place.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def load(sort: str, key: str) -> object:
    """Return the value that was kept under a key; None if there is none, or it can't be read."""
    home = folder()
    try:
        kept = home / f"{sort}-{key}" if home else None
        if kept is None or not _is_ours(kept):
            return None
        digest, data = (whole := kept.read_bytes())[:_DIGEST_SIZE], whole[_DIGEST_SIZE:]
        if digest != hashlib.sha256(data).digest():  # the disk or a cut-off write changed it, and it may still unpickle
            return None
        return pickle.loads(data)  # noqa: S301 - only this user can write there
    except Exception:  # a damaged file can raise anything; then the value is computed again
        return None


@contextmanager
def _removed_unless_done(path: Path) -> Iterator[None]:
    """Remove a temporary file if it can't be written to its end, because the disk is full or the run is interrupted."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def keep(sort: str, key: str, value: object) -> None:
    """Keep a value for the next run. Does nothing if there is no cache folder, or the value can't be written."""
    from tempfile import NamedTemporaryFile

    home = folder()
    if home is None:
        return
    with suppress(OSError, RecursionError, pickle.PickleError):
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        # Created so that only this user may write to it.
        with NamedTemporaryFile(dir=home, prefix=f"{sort}-", delete=False) as file, _removed_unless_done(Path(file.name)):
            file.write(hashlib.sha256(data).digest() + data)
            file.close()
            Path(file.name).replace(home / f"{sort}-{key}")
        newest_first = sorted(home.glob(f"{sort}-*"), key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
        for old in newest_first[_NEWEST:]:
            old.unlink(missing_ok=True)
