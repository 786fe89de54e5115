"""An account that crashes its process is found; every other account gets exactly one result."""

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
from exportready.fleet.pool import JOBS_PER_PROCESS, NoWorkers, OutOfTime, Workers, local_processes, run_jobs
from exportready.fleet.work import AuditOptions, Job, TaskResult, error_result, pack_options

from .conftest import AT, write_account


class FragileExecutor(Executor):
    """Breaks, with all jobs in progress, as soon as it runs the job of certain accounts."""

    def __init__(self, crashing: Iterable[str], attempts: Counter[str]) -> None:
        self.crashing = set(crashing)
        self.attempts = attempts
        self.in_progress = list[tuple[Future[TaskResult], Job]]()
        self.most_in_progress = 0
        self.is_broken = False

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
        """Run the job a little later, so that several are in progress at a time."""
        if self.is_broken:
            raise BrokenExecutor
        future: Future[Any] = Future()
        self.in_progress.append((future, arguments[1]))
        self.most_in_progress = max(self.most_in_progress, len(self.in_progress))
        threading.Timer(0.001, self._run_oldest).start()
        return future

    def _run_oldest(self) -> None:
        if self.is_broken or not self.in_progress:
            return
        future, job = self.in_progress[0]
        self.attempts[job.place] += 1
        if job.place in self.crashing:
            self.is_broken = True
            for future, _ in self.in_progress:
                future.set_exception(BrokenExecutor())
            return
        self.in_progress.pop(0)
        future.set_result(error_result(job.place, "checked", AT))


def make_jobs(count: int) -> list[Job]:
    return [Job(str(number), Path(str(number)), frozenset()) for number in range(count)]


@given(st.integers(0, 12), st.sets(st.integers(0, 11), max_size=3), st.integers(1, 3))
def test_every_account_has_one_result_and_only_crashing_ones_have_errors(
    count: int, crashing: set[int], concurrency: int
) -> None:
    attempts: Counter[str] = Counter()
    executors: list[FragileExecutor] = []

    def start() -> FragileExecutor:
        executors.append(FragileExecutor(map(str, crashing), attempts))
        return executors[-1]

    results = list(
        run_jobs(Workers(start=start, concurrency=concurrency, stop=lambda executor: None), b"", AT, make_jobs(count))
    )
    assert sorted(result.place for result in results) == sorted(map(str, range(count)))
    crashed = {int(result.place) for result in results if result.state is not None and "crashed" in result.state.error}
    assert crashed == {number for number in crashing if number < count}
    assert all(executor.most_in_progress <= JOBS_PER_PROCESS * concurrency for executor in executors)
    assert all(attempts[str(number)] <= 2 for number in crashing), "no account may crash processes again and again"


def test_jobs_that_cannot_be_submitted_get_errors() -> None:
    class DeadExecutor(Executor):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
            raise BrokenExecutor

    results = list(run_jobs(Workers(start=DeadExecutor, concurrency=1, stop=lambda executor: None), b"", AT, make_jobs(3)))
    assert sorted(result.place for result in results) == ["0", "1", "2"]
    assert all(result.state is not None and result.state.error for result in results)


def test_audit_ends_if_the_cluster_is_gone() -> None:
    class CancellingExecutor(Executor):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    stopped: list[Executor] = []
    with pytest.raises(NoWorkers):
        list(run_jobs(Workers(start=CancellingExecutor, concurrency=1, stop=stopped.append), b"", AT, make_jobs(2)))
    assert len(stopped) == 1


def test_account_gets_an_error_if_the_cluster_gives_up_on_it() -> None:
    class FailingExecutor(Executor):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(RuntimeError("killed three workers"))
            return future

    (result,) = run_jobs(Workers(start=FailingExecutor, concurrency=1, stop=lambda executor: None), b"", AT, make_jobs(1))
    assert result.state is not None
    assert "RuntimeError" in result.state.error


@pytest.mark.slow
def test_local_processes(options: AuditOptions, tmp_path: Path) -> None:
    """They are spawned, so they need nothing of this process, and they end at once when nobody waits for them."""
    for name in ("acme", "bolt", "crane"):
        write_account(tmp_path, name, 1)
    jobs = [Job(name, tmp_path / name, frozenset()) for name in ("acme", "bolt", "crane", "none")]
    workers = local_processes(2)
    results = list(run_jobs(workers, pack_options(options), AT, jobs))
    assert sorted(result.place for result in results) == ["acme", "bolt", "crane", "none"]
    assert {result.place for result in results if result.state is not None and result.state.error} == {"none"}
    running = run_jobs(workers, pack_options(options), AT, jobs * 50)
    next(running)
    running.close()
    assert cores() >= 1


@pytest.mark.slow
def test_an_account_that_takes_too_long_is_reported_and_the_others_go_on(options: AuditOptions, tmp_path: Path) -> None:
    for name in ("acme", "bolt"):
        write_account(tmp_path, name, 1)
    jobs = [Job(name, tmp_path / name, frozenset()) for name in ("acme", "bolt")]
    results = list(run_jobs(local_processes(1, seconds=0.001), pack_options(options), AT, jobs))
    assert sorted(result.place for result in results) == ["acme", "bolt"]
    assert all(result.state is not None and "took more than 0.001 seconds" in result.state.error for result in results)


def test_an_account_out_of_time_is_an_error_of_that_account_only() -> None:
    class SlowExecutor(Executor):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if arguments[1].place == "1":
                future.set_exception(OutOfTime("10 minutes"))
            else:
                future.set_result(error_result(arguments[1].place, "checked", AT))
            return future

    results = {
        one.place: one
        for one in run_jobs(Workers(start=SlowExecutor, concurrency=1, stop=lambda executor: None), b"", AT, make_jobs(3))
    }
    errors = {place: one.state.error for place, one in results.items() if one.state is not None}
    assert errors["0"] == errors["2"] == "checked"
    assert "more than 10 minutes" in errors["1"]
    assert results["1"].digest == "", "the next audit tries again"
