"""Runs one task in a process of its own: reading files takes all of a core and much memory, and a file may crash the reader.

One process is kept ready, with the program and its rules loaded, so that a task starts at once. A process does one task and ends.
"""

from __future__ import annotations

import gc
import multiprocessing
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

import msgspec

from exportready.model.rules import Rulebook
from exportready.runtime import child_process, debug
from exportready.schema.budgets import ACCOUNT_MEMORY, ACCOUNT_SECONDS

OnFile = Callable[[str, int, int], None]
"""Receives the path of the file that is read now, its number, and how many files there are."""
Result = TypeVar("Result")

DIED = "The check stopped: the program ran out of memory or was ended. Your files and answers are safe."
TOO_LONG = (
    "The check took too long and was stopped. Your files and answers are safe. Remove the largest file, or export fewer days."
)
BROKE = "The check stopped because of a mistake in ExportReady. Your files and answers are safe."


class TaskFailed(Exception):
    """The task has no result; the message says why, for the person at the page."""

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        """The name of the exception in the process, if it was one that people are meant to read."""


class _Child(msgspec.Struct, frozen=True):
    """A process that is ready for its task."""

    process: BaseProcess
    pipe: Connection


_spare: list[_Child] = []
_spare_lock = threading.Lock()
_PATIENCE = 0.2
"""Seconds between two looks at whether the process still lives."""


_keeps_ready = threading.Event()


def keep_ready() -> None:
    """Start the process for the next task, unless one is ready; from now on, do so whenever a task takes one."""
    _keeps_ready.set()
    with _spare_lock:
        if not _spare and _keeps_ready.is_set():
            _spare.append(_start())


def stop_ready() -> None:
    """End the process that is ready for a task, and start no more before they are needed."""
    _keeps_ready.clear()
    with _spare_lock:
        for child in _spare:
            _end(child)
        _spare.clear()


def run(
    task: Callable[..., Result], *arguments: Any, on_file: OnFile | None = None, seconds: float = ACCOUNT_SECONDS
) -> Result:
    """Run `task(rulebook, on_file, *arguments)` in another process and return its result. Raises TaskFailed.

    `task` is a function of a module, since the other process finds it by its name.
    """
    child = _take()
    try:
        return _result(child, (task, arguments), on_file or _nobody, time.monotonic() + seconds)  # type: ignore[no-any-return]
    finally:
        _end(child)


def _nobody(path: str, number: int, total: int) -> None:
    """Do nothing, where progress isn't shown."""


def _take() -> _Child:
    with _spare_lock:
        ready = _spare.pop() if _spare else None
    if _keeps_ready.is_set():
        threading.Thread(target=keep_ready, daemon=True).start()
    return ready if ready is not None and ready.process.is_alive() else _start()


def _start() -> _Child:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True, name="ExportReady check")
    process.start()
    theirs.close()
    return _Child(process, ours)


def _end(child: _Child) -> None:
    child.pipe.close()
    child.process.kill()
    child.process.join()


def _result(child: _Child, task: object, on_file: OnFile, until: float) -> Any:
    try:
        child.pipe.send(task)
        while True:
            while not child.pipe.poll(_PATIENCE):
                if time.monotonic() > until:
                    raise TaskFailed(TOO_LONG)
                if not child.process.is_alive() and not child.pipe.poll(0):
                    raise TaskFailed(DIED)
            sort, value = child.pipe.recv()
            if sort == "file":
                on_file(*value)
            elif sort == "failed":
                raise TaskFailed(*value)
            else:
                return value
    except (EOFError, OSError) as error:
        raise TaskFailed(DIED) from error


# -- in the other process


def _serve(pipe: Connection) -> None:
    """Do one task: say each file that is read, then send the result, or why there is none."""
    from exportready.rulebook.load import load_rulebook

    gc.disable()  # as the command line does: nothing outlives the task
    child_process.set_up(ACCOUNT_MEMORY)
    book: Rulebook = load_rulebook()
    try:
        task, arguments = pipe.recv()
    except (EOFError, OSError):  # the program ended, or nothing had to be done
        return
    try:
        answer = "done", task(book, lambda *file: pipe.send(("file", file)), *arguments)
    except MemoryError:
        answer = "failed", (DIED,)
    except Exception as error:
        answer = "failed", _why(error)
    with suppress(OSError):
        pipe.send(answer)


def _why(error: Exception) -> tuple[str, str]:
    from exportready.causes.engines import NoEngine
    from exportready.evidence.dates import NoDate
    from exportready.evidence.files import NoSnapshot

    if isinstance(error, (NoSnapshot, NoDate, NoEngine)):
        return str(error), type(error).__name__
    debug.show(error, "a task of the page failed")
    return BROKE, type(error).__name__
