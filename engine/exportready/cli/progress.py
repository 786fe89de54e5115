"""Says on standard error which file is being read, when a run is long and a person is watching."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

PATIENCE = 1.0
"""Seconds before a run counts as long."""


def watcher(wanted: bool) -> Callable[[str, int, int], None] | None:
    """A listener for each file that is read; None where nobody is watching."""
    if not wanted or not sys.stderr.isatty():
        return None
    started = time.monotonic()

    def on_file(path: str, number: int, total: int) -> None:
        if time.monotonic() - started > PATIENCE:
            name = "".join(char if char.isprintable() else "?" for char in path)[-50:]
            sys.stderr.write(f"\r\x1b[KReading file {number} of {total}: {name}")
            sys.stderr.flush()
            if number == total:
                sys.stderr.write("\r\x1b[K")

    return on_file
