"""Identify the state of the program's own code, which can change without a new version if it is run from a repository."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from exportready import __version__
from exportready.runtime import shipped

_PACKAGE = Path(__file__).parents[1]


def local_state() -> str:
    """Return a text that changes with the code on this computer: the version, and name, size and time of every source file.

    It doesn't read the files, so it is fast enough for every run.
    """
    parts = [__version__]
    for folder, _, names in sorted(os.walk(_PACKAGE)):
        parts += [state_of(Path(folder, name)) for name in sorted(names) if name.endswith(".py")]
    return "\n".join((sys.version, *parts))


def state_of(file: Path) -> str:
    """Return a text that changes with a file, without reading it."""
    state = file.stat()
    return f"{file.name} {state.st_size} {state.st_mtime_ns}"


@cache
def digest() -> str:
    """Return a digest of the content of every source file and template; it is the same on every computer."""
    files = sorted([*_PACKAGE.rglob("*.py"), *shipped.folder("reports").rglob("*.*")])
    content = b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)
    return hashlib.sha256(content).hexdigest()
