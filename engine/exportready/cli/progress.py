"""Shows on standard error how far a long run is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

PATIENCE = 1.0
"""Seconds before a run counts as long."""


_PAUSE = 10.0
"""Seconds between two lines where nobody is watching, such as in a log."""


def watcher(wanted: bool) -> Callable[[str, int, int], None] | None:
    """Return a listener for each file that is read; None if nobody is watching."""
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
    """How many accounts of an audit are finished, and how long the rest will take."""

    def __init__(self, total: int, *, wanted: bool) -> None:
        self.done = 0
        self._total = total
        self._broken = 0
        self._wanted = wanted
        self._watched = sys.stderr.isatty()
        self._started = self._said = time.monotonic()

    def one(self, *, is_broken: bool) -> None:
        """Count another finished account."""
        self.done += 1
        self._broken += is_broken
        now = time.monotonic()
        if self._wanted and now - self._said > (PATIENCE if self._watched else _PAUSE):
            self._said = now
            self._say(self.described(now - self._started))

    def described(self, seconds: float) -> str:
        """Describe how far the audit is after so many seconds."""
        broken = f", {self._broken:,} not readable" if self._broken else ""
        left = seconds / self.done * (self._total - self.done) if self.done else 0.0
        return f"{self.done:,} of {self._total:,} accounts{broken}, {_time(left)} left"

    def end(self) -> None:
        """Clear the line."""
        if self._wanted and self._watched:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _say(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}" if self._watched else f"{text}\n")
        sys.stderr.flush()


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes < 120 else f"about {round(minutes / 60)} h"
