"""The command line: options in, exit code out. Commands import what they need only when they run, so that help is fast."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from exportready.cli.app import UNUSABLE, main

__all__ = ["main", "run"]


def run() -> NoReturn:
    """Run the command and end the process at once.

    Normal shutdown would free every value that was read, which takes a tenth of the time of a small check.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # None if it was closed before the program started
                stream.flush()
        except OSError:  # the disk is full, or the reader of the pipe is gone
            code = UNUSABLE
    os._exit(code)
