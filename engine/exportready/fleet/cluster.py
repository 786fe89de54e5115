"""Check accounts on a Dask cluster instead of this computer. The only module that imports distributed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from exportready import __version__
from exportready.fleet.pool import Workers

CONNECT_TIMEOUT = "10s"


class NoCluster(Exception):
    """The cluster can't be used; the message says what to do."""


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """Connect to the workers of a Dask scheduler, such as tcp://10.0.0.5:8786. Raises NoCluster."""
    try:
        from distributed import Client
    except ImportError as error:
        raise NoCluster("--cluster needs Dask. Install it with: pip install 'exportready[cluster]'") from error
    logging.disable(logging.CRITICAL)  # Dask logs tracebacks; our own error messages are enough
    try:
        client = Client(address, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(
            f"No Dask scheduler answers at {address} ({error}). Check the address and start the scheduler."
        ) from error
    with client:
        _require_same_version(client.run(_version, on_error="return"), address)
        yield Workers(start=lambda: client.get_executor(pure=False), concurrency=sum(client.nthreads().values()), stop=_cancel)


def _require_same_version(versions: dict[str, object], address: str) -> None:
    """Raise NoCluster unless every worker has this version, since all accounts must be checked in the same way."""
    if not versions:
        raise NoCluster(f"The scheduler at {address} has no workers. Start some with: dask worker {address}")
    for worker, version in versions.items():
        if isinstance(version, BaseException):
            raise NoCluster(f"Worker {worker} can't run ExportReady ({version}). Install version {__version__} there.")
        if version != __version__:
            raise NoCluster(
                f"Worker {worker} has ExportReady {version}, but this computer has {__version__}. Install {__version__} there."
            )


def _version() -> str:
    return __version__


def _cancel(executor: Executor) -> None:
    executor.shutdown(wait=False)
