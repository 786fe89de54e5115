"""Checks accounts on a Dask cluster instead of this machine. The only module that knows distributed."""

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
        raise NoCluster("--cluster needs Dask; install it with: pip install 'exportready[cluster]'") from error
    logging.disable(logging.CRITICAL)  # Dask logs tracebacks; our own messages say what matters
    try:
        client = Client(address, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(f"no Dask scheduler answers at {address} ({error})") from error
    with client:
        _require_same_version(client.run(_version, on_error="return"), address)
        yield Workers(lambda: client.get_executor(pure=False), sum(client.nthreads().values()), _cancel)


def _require_same_version(versions: dict[str, object], address: str) -> None:
    """Raise NoCluster unless every worker has this version, since all accounts must be checked alike."""
    if not versions:
        raise NoCluster(f"the scheduler at {address} has no workers; start some with: dask worker {address}")
    for worker, version in versions.items():
        if isinstance(version, BaseException):
            raise NoCluster(f"the worker {worker} cannot use ExportReady ({version}); install {__version__} there")
        if version != __version__:
            raise NoCluster(
                f"the worker {worker} has ExportReady {version}, and this is {__version__}; install the same there"
            )


def _version() -> str:
    return __version__


def _cancel(executor: Executor) -> None:
    executor.shutdown(wait=False)
