"""Audits on a Dask cluster.

The fast tests have a scheduler and two workers in threads of this process, the slow ones in separate processes.
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
from exportready.fleet import cluster as fleet_cluster

from .conftest import Run, write_accounts
from .test_audit import AT, start_audit, wait_for_log

distributed = pytest.importorskip("distributed", reason="the extra exportready[cluster] is not installed")

ROOT = Path(__file__).parents[2]


@pytest.fixture
def local_cluster() -> Iterator[Any]:
    """Return a scheduler and two workers in threads of this process, on ports that are free."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0") as cluster:
        yield cluster
    logging.disable(logging.NOTSET)  # an audit on a cluster disables it


def after_five_accounts(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Let an action happen when five accounts of an audit are finished."""
    original = progress.Progress.one

    def count_one(self: progress.Progress, *, is_broken: bool) -> None:
        original(self, is_broken=is_broken)
        if self.done == 5:
            action()

    monkeypatch.setattr(progress.Progress, "one", count_one)


def cluster_arguments(cluster: Any, tmp_path: Path) -> list[str | Path]:
    return ["--at", AT, "--cluster", cluster.scheduler_address, "--history", tmp_path / "cluster.sqlite3"]


def without_cluster(run: Run, folder: Path, tmp_path: Path) -> str:
    """Return the JSON of the same audit on this machine."""
    return run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "alone.sqlite3").stdout


def test_worker_that_leaves_does_not_change_the_result(
    local_cluster: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_fleet(tmp_path, 12)
    leaving = local_cluster.workers[0]
    after_five_accounts(monkeypatch, lambda: local_cluster.sync(leaving.close, executor_wait=False, nanny=False))
    process = run(folder, "-o", "json", *cluster_arguments(local_cluster, tmp_path))
    assert process.stdout == without_cluster(run, folder, tmp_path)
    assert leaving.status is distributed.Status.closed


def test_interrupted_audit_leaves_the_cluster_running(
    local_cluster: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    folder = write_fleet(tmp_path, 12)
    with monkeypatch.context() as patch:
        after_five_accounts(patch, interrupt)
        process = run(folder, "-o", "json", *cluster_arguments(local_cluster, tmp_path))
    assert process.returncode == 130
    assert "run the same command with --resume" in process.stderr
    assert [worker.status for worker in local_cluster.workers.values()] == [distributed.Status.running] * 2
    resumed = run(folder, "-o", "json", "--resume", "--history", tmp_path / "cluster.sqlite3")
    assert resumed.stdout == without_cluster(run, folder, tmp_path)


def test_audit_resumes_after_the_cluster_closed(
    local_cluster: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_fleet(tmp_path, 12)
    with monkeypatch.context() as patch:
        after_five_accounts(patch, local_cluster.close)
        process = run(folder, "-o", "json", *cluster_arguments(local_cluster, tmp_path))
    assert process.returncode == 2
    assert "Lost the connection to the cluster" in process.stderr
    resumed = run(folder, "-o", "json", "--resume", "--history", tmp_path / "cluster.sqlite3")
    assert resumed.stdout == without_cluster(run, folder, tmp_path)


def test_cluster_without_workers_or_scheduler_is_an_error(
    local_cluster: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_fleet(tmp_path, 1)
    local_cluster.scale(0)
    local_cluster.sync(local_cluster._correct_state)
    process = run(folder, "-q", "--cluster", local_cluster.scheduler_address)
    assert process.returncode == 2
    assert "has no workers" in process.stderr
    monkeypatch.setattr(fleet_cluster, "CONNECT_TIMEOUT", "100ms")
    process = run(folder, "-q", "--cluster", f"tcp://127.0.0.1:{free_port()}")
    assert process.returncode == 2
    assert "No Dask scheduler answers" in process.stderr


# -- separate processes


def start_dask(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "engine"), "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s"}
    command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as connection:
        connection.bind(("127.0.0.1", 0))
        return int(connection.getsockname()[1])


def wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nothing listens on {port}")


@contextmanager
def separate_cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Return the address of a scheduler, and the processes of its two workers and of the scheduler, in this order."""
    ports = [free_port() for _ in range(3)]
    address = f"tcp://127.0.0.1:{ports[0]}"
    scheduler = start_dask("dask_scheduler", "--host", "127.0.0.1", "--port", str(ports[0]), "--no-dashboard")
    workers: list[subprocess.Popen[bytes]] = []
    try:
        wait_until_open(ports[0])
        for port in ports[1:]:
            settings = ("--host", "127.0.0.1", "--worker-port", str(port), "--no-dashboard", "--no-nanny", "--nthreads", "1")
            workers.append(start_dask("dask_worker", address, *settings))
        for port in ports[1:]:
            wait_until_open(port)
        yield address, [*workers, scheduler]
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def write_fleet(tmp_path: Path, count: int) -> Path:
    """Write some accounts and one that can't be read."""
    folder = write_accounts(tmp_path, count)
    (folder / "drum.zip").write_text("junk")
    return folder


@pytest.mark.slow
def test_killed_worker_does_not_change_the_result(run: Run, tmp_path: Path) -> None:
    folder = write_fleet(tmp_path, 60)
    alone = run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "alone.sqlite3")
    history = tmp_path / "cluster.sqlite3"
    with separate_cluster() as (address, processes):
        process = start_audit(tmp_path, folder, "-o", "json", "--at", AT, "--cluster", address, "--history", history)
        wait_for_log(history, 400_000)
        os.kill(processes[0].pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        assert process.poll() is None, "the audit ended before the worker was killed"
        out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert out == alone.stdout, "the result is the same as on one machine"
    places = [account["path"] for account in json.loads(out)["accounts"]]
    assert len(places) == len(set(places)) == 61, "every account is in it once"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends Ctrl-C as a signal")
def test_ctrl_c_leaves_separate_processes_running(run: Run, tmp_path: Path) -> None:
    folder = write_fleet(tmp_path, 60)
    history = tmp_path / "cluster.sqlite3"
    with separate_cluster() as (address, processes):
        process = start_audit(tmp_path, folder, "-o", "json", "--at", AT, "--cluster", address, "--history", history)
        wait_for_log(history, 400_000)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 130
        assert "run the same command with --resume" in err
        assert all(process.poll() is None for process in processes), "the audit must not stop a cluster"
    alone = run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "alone.sqlite3")
    assert run(folder, "-o", "json", "--resume", "--history", history).stdout == alone.stdout


@pytest.mark.slow
def test_audit_resumes_after_separate_processes_are_gone(run: Run, tmp_path: Path) -> None:
    folder = write_fleet(tmp_path, 60)
    history = tmp_path / "cluster.sqlite3"
    with separate_cluster() as (address, processes):
        process = start_audit(tmp_path, folder, "-o", "json", "--at", AT, "--cluster", address, "--history", history)
        wait_for_log(history, 400_000)
        for cluster_process in processes:
            cluster_process.kill()
        _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "Lost the connection to the cluster" in err
    assert "--resume" in err
    assert "Traceback" not in err
    alone = run(folder, "-o", "json", "--at", AT, "--history", tmp_path / "alone.sqlite3")
    assert run(folder, "-o", "json", "--resume", "--history", history).stdout == alone.stdout


@pytest.mark.slow
def test_separate_scheduler_without_workers_is_an_error(run: Run, tmp_path: Path) -> None:
    folder = write_fleet(tmp_path, 1)
    port = free_port()
    scheduler = start_dask("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    try:
        wait_until_open(port)
        process = run(folder, "-q", "--cluster", f"tcp://127.0.0.1:{port}")
    finally:
        scheduler.kill()
        scheduler.wait()
    assert process.returncode == 2
    assert "has no workers" in process.stderr
    process = run(folder, "-q", "--cluster", f"tcp://127.0.0.1:{free_port()}")
    assert process.returncode == 2
    assert "No Dask scheduler answers" in process.stderr
