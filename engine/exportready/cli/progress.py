"""Show the progress of a long run on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

PATIENCE = 1.0
"""Seconds before progress is shown, and between two updates on a screen."""


_PAUSE = 10.0
"""Seconds between two lines in a log."""


def watcher(wanted: bool) -> Callable[[str, int, int], None] | None:
    """Return a callback for each file that is read; None if progress isn't wanted or standard error isn't a screen."""
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


class Progress:
    """Counts the finished accounts of an audit and estimates the time left."""

    def __init__(self, total: int, *, wanted: bool) -> None:
        self.done = 0
        self._total = total
        self._broken = 0
        self._wanted = wanted
        self._is_screen = sys.stderr.isatty()
        self._started = self._printed = time.monotonic()

    def one(self, *, is_broken: bool) -> None:
        """Count one more finished account."""
        self.done += 1
        self._broken += is_broken
        now = time.monotonic()
        if self._wanted and now - self._printed > (PATIENCE if self._is_screen else _PAUSE):
            self._printed = now
            self._print(self.describe(now - self._started))

    def describe(self, seconds: float) -> str:
        """Return the progress after a number of seconds: "12 of 40 accounts, 1 could not be read, about 30 s left"."""
        broken = f", {self._broken:,} could not be read" if self._broken else ""
        left = seconds / self.done * (self._total - self.done) if self.done else 0.0
        return f"{self.done:,} of {self._total:,} accounts{broken}, {_time(left)} left"

    def end(self) -> None:
        """Clear the line."""
        if self._wanted and self._is_screen:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _print(self, text: str) -> None:

        sys.stderr.write(f"\r\x1b[K{text}" if self._is_screen else f"{text}\n")
        sys.stderr.flush()


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes < 120 else f"about {round(minutes / 60)} h"
