"""Audits on a Dask cluster.

The fast tests have a scheduler and two workers in this process; the slow ones have real ones in processes of their own, one of
which is killed in the middle.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from exportready.cli import progress
from exportready.fleet import cluster as clusters

from .conftest import Run, account
from .test_audit import AT, started, wait_for_log

distributed = pytest.importorskip("distributed", reason="the extra exportready[cluster] is not installed")

ROOT = Path(__file__).parents[2]


@pytest.fixture
def nearby() -> Iterator[Any]:
    """A scheduler and two workers in threads of this process."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as one:
        yield one
    logging.disable(logging.NOTSET)  # which an audit on a cluster turns off


def when_five_are_finished(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """In the middle of an audit, something happens."""
    count = progress.Progress.one

    def one(self: progress.Progress, *, is_broken: bool) -> None:
        count(self, is_broken=is_broken)
        if self.done == 5:
            happens()

    monkeypatch.setattr(progress.Progress, "one", one)


def on(cluster: Any, tmp_path: Path) -> list[str | Path]:
    return ["--at", AT, "--cluster", cluster.scheduler_address, "--history", tmp_path / "cluster.sqlite3"]


def by_itself(run: Run, folder: Path, tmp_path: Path) -> str:
    """What the audit says without a cluster."""
    return run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "alone.sqlite3").stdout


def test_a_worker_that_leaves_changes_nothing(nearby: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = many(tmp_path, 12)
    leaving = nearby.workers[0]
    when_five_are_finished(monkeypatch, lambda: nearby.sync(leaving.close, executor_wait=False, nanny=False))
    assert run(folder, "-o", "json", *on(nearby, tmp_path)).stdout == by_itself(run, folder, tmp_path)
    assert leaving.status is distributed.Status.closed


def test_an_interrupted_audit_leaves_the_cluster_as_it_is(
    nearby: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    folder = many(tmp_path, 12)
    with monkeypatch.context() as patch:
        when_five_are_finished(patch, interrupt)
        done = run(folder, "-o", "json", *on(nearby, tmp_path))
    assert done.returncode == 130
    assert "--resume goes on" in done.stderr
    assert [one.status for one in nearby.workers.values()] == [distributed.Status.running] * 2
    resumed = run(folder, "-o", "json", "--resume", "--history", tmp_path / "cluster.sqlite3")
    assert resumed.stdout == by_itself(run, folder, tmp_path)


def test_of_a_cluster_that_closes_what_is_finished_stays(
    nearby: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = many(tmp_path, 12)
    with monkeypatch.context() as patch:
        when_five_are_finished(patch, nearby.close)
        done = run(folder, "-o", "json", *on(nearby, tmp_path))
    assert done.returncode == 2
    assert "the cluster is gone" in done.stderr
    resumed = run(folder, "-o", "json", "--resume", "--history", tmp_path / "cluster.sqlite3")
    assert resumed.stdout == by_itself(run, folder, tmp_path)


def test_without_workers_or_without_a_scheduler_there_is_no_audit(
    nearby: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = many(tmp_path, 1)
    nearby.scale(0)
    nearby.sync(nearby._correct_state)
    done = run(folder, "-q", "--cluster", nearby.scheduler_address)
    assert done.returncode == 2
    assert "has no workers" in done.stderr
    monkeypatch.setattr(clusters, "PATIENCE", "100ms")
    done = run(folder, "-q", "--cluster", f"tcp://127.0.0.1:{free_port()}")
    assert done.returncode == 2
    assert "no Dask scheduler answers" in done.stderr


# -- real processes


def serve(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "engine"), "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s"}
    words = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
    return subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nothing listens on {port}")


@contextmanager
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The scheduler's address, and the processes: those of its two workers, and its own."""
    ports = [free_port() for _ in range(3)]
    address = f"tcp://127.0.0.1:{ports[0]}"
    scheduler = serve("dask_scheduler", "--host", "127.0.0.1", "--port", str(ports[0]), "--no-dashboard")
    workers: list[subprocess.Popen[bytes]] = []
    try:
        wait_until_open(ports[0])
        for port in ports[1:]:
            places = ("--host", "127.0.0.1", "--worker-port", str(port), "--no-dashboard", "--no-nanny", "--nthreads", "1")
            workers.append(serve("dask_worker", address, *places))
        for port in ports[1:]:
            wait_until_open(port)
        yield address, [*workers, scheduler]
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def many(tmp_path: Path, count: int) -> Path:
    folder = tmp_path / "many"
    for at in range(count):
        account(folder, f"account-{at:02}", at % 4)
    (folder / "drum.zip").write_text("junk")
    return folder


@pytest.mark.slow
def test_one_worker_killed_in_the_middle_changes_nothing(run: Run, tmp_path: Path) -> None:
    folder = many(tmp_path, 60)
    alone = run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "alone.sqlite3")
    history = tmp_path / "cluster.sqlite3"
    with cluster() as (address, processes):
        process = started(tmp_path, folder, "-o", "json", "--at", AT, "--cluster", address, "--history", history)
        wait_for_log(history, 400_000)
        os.kill(processes[0].pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        assert process.poll() is None, "it was killed too late to matter"
        out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert out == alone.stdout, "nothing is lost, nothing is other than on one machine"
    places = [one["path"] for one in json.loads(out)["accounts"]]
    assert len(places) == len(set(places)) == 61, "and nothing is in it twice"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_leaves_the_cluster_as_it_is(run: Run, tmp_path: Path) -> None:
    folder = many(tmp_path, 60)
    history = tmp_path / "cluster.sqlite3"
    with cluster() as (address, processes):
        process = started(tmp_path, folder, "-o", "json", "--at", AT, "--cluster", address, "--history", history)
        wait_for_log(history, 400_000)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 130
        assert "--resume goes on" in err
        assert all(one.poll() is None for one in processes), "the cluster is not ours to stop"
    alone = run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "alone.sqlite3")
    assert run(folder, "-o", "json", "--resume", "--history", history).stdout == alone.stdout


@pytest.mark.slow
def test_a_cluster_that_is_gone_leaves_what_is_finished(run: Run, tmp_path: Path) -> None:
    folder = many(tmp_path, 60)
    history = tmp_path / "cluster.sqlite3"
    with cluster() as (address, processes):
        process = started(tmp_path, folder, "-o", "json", "--at", AT, "--cluster", address, "--history", history)
        wait_for_log(history, 400_000)
        for one in processes:
            one.kill()
        _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "the cluster is gone" in err
    assert "--resume" in err
    assert "Traceback" not in err
    alone = run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "alone.sqlite3")
    assert run(folder, "-o", "json", "--resume", "--history", history).stdout == alone.stdout


@pytest.mark.slow
def test_no_scheduler_no_workers_no_audit(run: Run, tmp_path: Path) -> None:
    folder = many(tmp_path, 1)
    port = free_port()
    scheduler = serve("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    try:
        wait_until_open(port)
        done = run(folder, "-q", "--cluster", f"tcp://127.0.0.1:{port}")
    finally:
        scheduler.kill()
        scheduler.wait()
    assert done.returncode == 2
    assert "has no workers" in done.stderr
    done = run(folder, "-q", "--cluster", f"tcp://127.0.0.1:{free_port()}")
    assert done.returncode == 2
    assert "no Dask scheduler answers" in done.stderr
