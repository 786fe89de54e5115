"""The command line: options in, exit code out. Each command imports what it uses when it runs, so that help is instant."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from exportready.cli.app import UNUSABLE, main

__all__ = ["main", "run"]


def run() -> NoReturn:
    """The command as a process of its own. It ends at once: to take down piece by piece what was read takes a tenth of a small
    check, and nothing is left to be done."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # None where it was closed before the program began
                stream.flush()
        except OSError:  # a full disk, or nobody reads any more
            code = UNUSABLE
    os._exit(code)
