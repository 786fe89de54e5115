"""The command line: options in, exit code out. Commands import what they need only when they run, so that help is fast."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

__all__ = ["main", "run"]


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    from exportready.cli.app import main

    return main(arguments)


def run() -> NoReturn:
    """Run the command and end the process at once.

    Normal shutdown would free every value that was read, which takes a tenth of the time of a small check.
    """
    gc.disable()  # before anything else is imported: none of what importing makes is garbage
    from exportready.cli.app import UNUSABLE

    _open_closed_streams()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # the disk is full, or the reader of the pipe is gone
            code = UNUSABLE
    os._exit(code)


def _open_closed_streams() -> None:
    """Let the streams that were closed before the program started lead nowhere.

    Otherwise the first file that is opened would take the number of such a stream, and receive what is printed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - stays open until the end
