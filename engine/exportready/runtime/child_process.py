"""How a process that this program starts behaves: it ends with the program, and takes no more memory than it may."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import suppress


def set_up(memory: int) -> None:
    """Ignore Ctrl-C, which the parent handles; end with the parent; take no more memory than `memory` (bytes)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ImportError, OSError, ValueError):  # Windows has no such limit, macOS doesn't keep it; another may be lower
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
