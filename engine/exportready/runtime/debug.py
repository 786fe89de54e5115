"""Show developers where a handled error came from, if EXPORTREADY_DEBUG=1 is set."""

from __future__ import annotations

import os


def is_on() -> bool:
    """Return whether to print tracebacks."""
    return bool(os.environ.get("EXPORTREADY_DEBUG"))


def show(error: BaseException, doing: str) -> None:
    """Print the traceback of a handled error to standard error, if EXPORTREADY_DEBUG is set. `doing`: what failed."""
    if is_on():
        import sys
        import traceback

        lines = "".join(traceback.format_exception(error))
        print(f"EXPORTREADY_DEBUG: {doing}:\n{lines}", end="", file=sys.stderr, flush=True)  # noqa: T201 - a developer asked for it
