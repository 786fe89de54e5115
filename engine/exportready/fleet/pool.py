"""Check accounts in an executor, a few at a time. An account that crashes its process or takes forever doesn't affect the others."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import msgspec

from exportready.fleet.work import Job, TaskResult, error_result, run_job
from exportready.runtime import child_process, debug
from exportready.schema.budgets import ACCOUNT_MEMORY, ACCOUNT_SECONDS

JOBS_PER_PROCESS = 2
"""Jobs submitted per process: enough that none is idle, and few to repeat after a crash."""

_PROCESS_DIED = (
    "the program crashed while checking this account, maybe because of too little memory; check this account by itself"
)
_TOO_LONG = "checking this account took more than {}, so it was stopped; to wait longer, check this account by itself"

_CLUSTER_GAVE_UP = "the cluster could not check this account ({}); check this account by itself"


T = TypeVar("T")


class NoWorkers(Exception):
    """No worker is left to check accounts; the message says what to do."""


class OutOfTime(BaseException):
    """An account takes longer than one may take. Not an Exception, so that nothing that handles those continues with the account."""


class Workers(msgspec.Struct, frozen=True, kw_only=True):
    """Where accounts are checked."""

    start: Callable[[], Executor]
    concurrency: int
    """Number of accounts checked at the same time."""
    stop: Callable[[Executor], None]
    """Stops an executor at once, without waiting for its jobs."""


def run_jobs(workers: Workers, packed_options: bytes, at: datetime, jobs: Iterable[Job]) -> Generator[TaskResult]:
    """Check every account; yield each result as it is finished, in any order. Raises NoWorkers.

    After a process dies, all accounts that were in progress are checked again, one at a time. The one with which the
    process dies again gets an error state; the others get their results.
    """
    waiting, suspects = deque(jobs), deque[Job]()
    while waiting or suspects:
        if suspects:
            job = suspects.popleft()
            for crashed in (yield from _run_until_crash(workers, packed_options, at, deque([job]), 1)):
                yield error_result(crashed.place, _PROCESS_DIED, at)
        else:
            limit = JOBS_PER_PROCESS * workers.concurrency
            suspects.extend((yield from _run_until_crash(workers, packed_options, at, waiting, limit)))


def _run_until_crash(
    workers: Workers, packed_options: bytes, at: datetime, waiting: deque[Job], limit: int
) -> Generator[TaskResult, None, list[Job]]:
    """Run jobs, at most `limit` at a time, until none is left or a process dies. Return the jobs in progress when it died."""
    executor = workers.start()
    in_progress: dict[Future[TaskResult], Job] = {}
    try:
        while waiting or in_progress:
            while waiting and len(in_progress) < limit:
                in_progress[executor.submit(run_job, packed_options, waiting[0])] = waiting[0]
                waiting.popleft()
            for future in wait(in_progress, return_when=FIRST_COMPLETED).done:
                result = _result(future, in_progress[future], at)
                del in_progress[future]
                yield result
    except BrokenExecutor as error:
        debug.show(error, "a process died")
        workers.stop(executor)
        return list(in_progress.values()) or [waiting.popleft()]  # a job that can't even be submitted is a suspect too
    except BaseException:
        workers.stop(executor)
        raise
    executor.shutdown()
    return []


def _result(future: Future[TaskResult], job: Job, at: datetime) -> TaskResult:
    """Return the result of a finished job.

    Raises BrokenExecutor if a process of this computer died. A cluster retries by itself; if it gives up, its error becomes the
    account's. Raises NoWorkers if the cluster is gone.
    """
    if future.cancelled():
        raise NoWorkers("Lost the connection to the cluster. Finished accounts are saved. To continue, use --resume.")
    error = future.exception()
    if isinstance(error, BrokenExecutor):
        raise error
    if isinstance(error, OutOfTime):
        return error_result(job.place, _TOO_LONG.format(error), at)
    if error is not None:
        debug.show(error, f"could not check the account {job.place}")
        return error_result(job.place, _CLUSTER_GAVE_UP.format(type(error).__name__), at)
    return future.result()


def local_processes(count: int, seconds: float = ACCOUNT_SECONDS) -> Workers:
    """Return workers that are spawned processes of this computer. `seconds` is how long each account may take."""
    context = multiprocessing.get_context("spawn")

    def start() -> Executor:
        return _TimedExecutor(
            seconds, max_workers=count, mp_context=context, initializer=child_process.set_up, initargs=(ACCOUNT_MEMORY,)
        )

    return Workers(start=start, concurrency=count, stop=_terminate)


class _TimedExecutor(ProcessPoolExecutor):
    """Processes in which every job has a time limit."""

    def __init__(self, seconds: float, **settings: Any) -> None:
        super().__init__(**settings)
        self._seconds = seconds

    def submit(self, function: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        """Run a function with the time limit."""
        return super().submit(_run_in_time, self._seconds, partial(function, *arguments, **named))


def _run_in_time(seconds: float, job: Callable[[], T]) -> T:
    """Run a job. Raises OutOfTime after that many seconds.

    Code that never returns to Python can't be interrupted, so a little later the process ends, which `run_jobs` finds out.
    """

    def stop(*_: object) -> None:
        raise OutOfTime(f"{seconds / 60:,.0f} minutes" if seconds >= 120 else f"{seconds:g} seconds")

    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        faulthandler.dump_traceback_later(seconds * 1.2 + 5, exit=True, file=nowhere)
        try:
            if hasattr(signal, "setitimer"):  # not on Windows
                signal.signal(signal.SIGALRM, stop)
                signal.setitimer(signal.ITIMER_REAL, seconds)
            return job()
        finally:
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()


_SECONDS_TO_END = 10
_KEEPS_READER = sys.version_info[:3] < (3, 11, 5)


def _terminate(executor: Executor) -> None:
    """End an executor's processes. Before Python 3.14 its interface has no way to do that.

    Before 3.11.5, the thread that sends the jobs waits forever for a process that is gone, and the program never ends (python/cpython,
    issue 94777). Without a reader, sending fails at once. The thread that manages the processes must be done before the program ends: it
    closes the pipe by which Python wakes it then.
    """
    processes = list((getattr(executor, "_processes", None) or {}).values())
    reader = getattr(getattr(executor, "_call_queue", None), "_reader", None)
    manager: threading.Thread | None = getattr(executor, "_executor_manager_thread", None)
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    if _KEEPS_READER and reader is not None:
        with suppress(OSError):
            reader.close()
    if manager is not None:
        manager.join(_SECONDS_TO_END)
