"""Whoever brings a process down is found; nobody else is lost or told twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.evidence.parallel import cores
from exportready.fleet.account_state import broken
from exportready.fleet.pool import AHEAD, Gone, Workers, processes, run
from exportready.fleet.work import AuditOptions, Job, TaskResult, packed

from .conftest import AT, account


class Fragile(Executor):
    """Dies, and all that is under way with it, as soon as a certain account is worked on."""

    def __init__(self, killers: Iterable[str], seen: Counter[str]) -> None:
        self.killers, self.seen, self.under_way, self.dead = set(killers), seen, list[tuple[Future[TaskResult], Job]](), False
        self.most = 0

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
        """The oldest is worked on only when another comes, so that several are under way."""
        if self.dead:
            raise BrokenExecutor
        future: Future[Any] = Future()
        self.under_way.append((future, arguments[1]))
        self.most = max(self.most, len(self.under_way))
        threading.Timer(0.001, self._work).start()
        return future

    def _work(self) -> None:
        if self.dead or not self.under_way:
            return
        future, job = self.under_way[0]
        self.seen[job.place] += 1
        if job.place in self.killers:
            self.dead = True
            for future, _ in self.under_way:
                future.set_exception(BrokenExecutor())
            return
        self.under_way.pop(0)
        future.set_result(TaskResult(place=job.place, digest="", standing=broken("judged", AT)))


def jobs(count: int) -> list[Job]:
    return [Job(str(at), Path(str(at)), frozenset()) for at in range(count)]


@given(st.integers(0, 12), st.sets(st.integers(0, 11), max_size=3), st.integers(1, 3))
def test_every_account_is_told_once_and_only_those_that_kill_are_broken(count: int, killers: set[int], width: int) -> None:
    seen: Counter[str] = Counter()
    started: list[Fragile] = []

    def start() -> Fragile:
        started.append(Fragile(map(str, killers), seen))
        return started[-1]

    done = list(run(Workers(start, width, lambda executor: None), b"", AT, jobs(count)))
    assert sorted(one.place for one in done) == sorted(map(str, range(count)))
    dead = {int(one.place) for one in done if one.standing is not None and "died" in one.standing.error}
    assert dead == {at for at in killers if at < count}
    assert all(one.most <= AHEAD * width for one in started), "no more is handed out than is worked on"
    assert all(seen[str(at)] <= 2 for at in killers), "nobody may bring processes down for ever"


def test_what_cannot_even_be_handed_out_is_told_and_never_tried_for_ever() -> None:
    class Dead(Executor):
        def submit(self, work: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
            raise BrokenExecutor

    done = list(run(Workers(Dead, 1, lambda executor: None), b"", AT, jobs(3)))
    assert sorted(one.place for one in done) == ["0", "1", "2"]
    assert all(one.standing is not None and one.standing.error for one in done)


def test_a_cluster_that_is_gone_ends_the_audit() -> None:
    class Leaving(Executor):
        def submit(self, work: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    stopped: list[Executor] = []
    with pytest.raises(Gone):
        list(run(Workers(Leaving, 1, stopped.append), b"", AT, jobs(2)))
    assert len(stopped) == 1


def test_what_a_cluster_gives_up_on_is_broken() -> None:
    class GivingUp(Executor):
        def submit(self, work: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(RuntimeError("killed three workers"))
            return future

    (done,) = run(Workers(GivingUp, 1, lambda executor: None), b"", AT, jobs(1))
    assert done.standing is not None
    assert "RuntimeError" in done.standing.error


@pytest.mark.slow
def test_processes_of_this_machine(how: AuditOptions, tmp_path: Path) -> None:
    """Spawned, so that nothing of this process is needed there; ended at once where nobody waits for them."""
    for name in ("acme", "bolt", "crane"):
        account(tmp_path, name, 1)
    told = [Job(name, tmp_path / name, frozenset()) for name in ("acme", "bolt", "crane", "none")]
    workers = processes(2)
    done = list(run(workers, packed(how), AT, told))
    assert sorted(one.place for one in done) == ["acme", "bolt", "crane", "none"]
    assert {one.place for one in done if one.standing is not None and one.standing.error} == {"none"}
    going = run(workers, packed(how), AT, told * 50)
    next(going)
    going.close()
    assert cores() >= 1
