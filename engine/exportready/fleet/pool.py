"""Accounts through an executor: a few under way at a time, and whoever brings a process down is found and left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from datetime import datetime

import msgspec

from exportready.fleet.account_state import broken
from exportready.fleet.work import Job, TaskResult, judge
from exportready.runtime import debug

AHEAD = 2
"""So many accounts are handed out for each process: none is idle, and what is under way stays little."""

_DIED = "the process that judged it died (its files may need more memory than there is); exportready check shows more"

_GIVEN_UP = "nobody could judge it ({}); exportready check shows more"


class Gone(Exception):
    """Nobody is left who could judge."""


class Workers(msgspec.Struct, frozen=True):
    """Where the work is done."""

    start: Callable[[], Executor]
    width: int
    """How many accounts are judged at once."""
    stop: Callable[[Executor], None]
    """At once: nobody waits for what is under way."""


def run(workers: Workers, how: bytes, at: datetime, jobs: Iterable[Job]) -> Generator[TaskResult]:
    """Every account as it is finished, in any order. Raises Gone.

    Where a process dies, all that was under way is judged again, each account alone: the one with which it dies again is
    broken, the others are not.
    """
    waiting, suspects = deque(jobs), deque[Job]()
    while waiting or suspects:
        if suspects:
            for job in (yield from _until_one_dies(workers, how, at, deque([suspects.popleft()]), 1)):
                yield TaskResult(place=job.place, digest="", standing=broken(_DIED, at))
        else:
            suspects.extend((yield from _until_one_dies(workers, how, at, waiting, AHEAD * workers.width)))


def _until_one_dies(
    workers: Workers, how: bytes, at: datetime, waiting: deque[Job], room: int
) -> Generator[TaskResult, None, list[Job]]:
    """Work until nothing waits, or a process dies: then what was under way is returned."""
    executor = workers.start()
    under_way: dict[Future[TaskResult], Job] = {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) < room:
                under_way[executor.submit(judge, how, waiting[0])] = waiting[0]
                waiting.popleft()
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                done = _done(future, under_way[future], at)
                del under_way[future]
                yield done
    except BrokenExecutor as error:
        debug.show(error, "a process died")
        workers.stop(executor)
        return list(under_way.values()) or [waiting.popleft()]  # that which could not even be handed out is no less suspect
    except BaseException:
        workers.stop(executor)
        raise
    executor.shutdown()
    return []


def _done(future: Future[TaskResult], job: Job, at: datetime) -> TaskResult:
    """Raises BrokenExecutor where a process of this machine died; a cluster tries again by itself, and gives up some day."""
    if future.cancelled():
        raise Gone("the cluster is gone; what is finished is kept, and the same command with --resume goes on")
    error = future.exception()
    if isinstance(error, BrokenExecutor):
        raise error
    if error is None:
        return future.result()
    debug.show(error, f"nobody could judge the account {job.place}")
    return TaskResult(place=job.place, digest="", standing=broken(_GIVEN_UP.format(type(error).__name__), at))


def processes(width: int) -> Workers:
    """So many processes of this machine, spawned."""
    context = multiprocessing.get_context("spawn")
    return Workers(lambda: ProcessPoolExecutor(width, context, initializer=_begin), width, _end)


def _end(executor: Executor) -> None:
    """Before Python 3.14 an executor has no way to end its processes but this."""
    started = list((getattr(executor, "_processes", None) or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in started:
        process.terminate()


def _begin() -> None:
    """In each process: Ctrl-C is the parent's to answer, and without a parent there is nobody to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
