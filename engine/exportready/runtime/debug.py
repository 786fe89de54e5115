"""What developers see besides the program's own messages: with EXPORTREADY_DEBUG=1, where an error that was survived comes from."""

from __future__ import annotations

import os


def is_on() -> bool:
    """Return whether whoever runs the program wants to see tracebacks."""
    return bool(os.environ.get("EXPORTREADY_DEBUG"))


def show(error: BaseException, doing: str) -> None:
    """Print the traceback of an error that the program survives to standard error, if anyone wants it. `doing`: what failed."""
    if is_on():
        import sys
        import traceback

        told = "".join(traceback.format_exception(error))
        print(f"EXPORTREADY_DEBUG: {doing}:\n{told}", end="", file=sys.stderr, flush=True)  # noqa: T201 - a developer asked for it
