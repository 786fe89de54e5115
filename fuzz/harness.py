"""Gives one file to the program and says what is wrong with how the program took it."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec

from exportready.check import CheckRequest, check
from exportready.evidence import snapshot, zipped
from exportready.evidence.reading import Unreadable
from exportready.evidence.recognize import read_file
from exportready.kinds import KINDS
from exportready.model.evidence import Source
from exportready.model.report import Outcome
from exportready.model.rules import Rulebook
from exportready.reporters import REPORTERS, Options, render
from exportready.results.read import report_from_json
from exportready.rulebook.load import load
from exportready.runtime import shipped
from fuzz.samples import Sample

AT = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
SMALL = 100_000
MOST_SECONDS, MOST_MEGABYTES = 1.0, 300
"""What a file smaller than `SMALL` bytes may take of processor time, and the whole process of memory."""
_ADDRESS_SPACE = 4 << 30
_HANGS = 5
"""Seconds of processor time after which a file is given up."""
_ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
AUDIENCES = ("office", "csm", "engineer")


class Fault(msgspec.Struct, frozen=True):
    """What is wrong: a line for a list, and the traceback if there is one."""

    what: str
    trace: str = ""
    is_cost: bool = False
    """Whether it took too much time or memory, which depends on the machine."""


class Hangs(BaseException):
    """A file took far too long. No `except Exception` of the program may catch it."""


def try_reading(sample: Sample) -> Fault | None:
    """Return what is wrong when a file is read; None if it is read, isn't recognized, or is rejected as `Unreadable`."""
    return _watched(sample, lambda: _read(sample))


def try_checking(samples: Mapping[str, Sample]) -> Fault | None:
    """Return what is wrong when a snapshot of these files is checked and every report is rendered from the stored result."""
    return _watched(None, lambda: _check(samples))


def _read(sample: Sample) -> None:
    if sample.name.endswith(".zip"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, sample.name)
            path.write_bytes(sample.data)
            for file in zipped.files(path):
                try:
                    data = file.load()
                except Unreadable:
                    continue
                _read(Sample(file.path, data))
        return
    try:
        read_file(sample.data, sample.name, _ALL, {}, UTC)
    except Unreadable as error:
        str(error).encode()


def _check(samples: Mapping[str, Sample]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for kind, sample in samples.items():
            target = Path(folder, "" if sample.name == "account.yaml" else kind, sample.name)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(sample.data)
        for phase in ("before-export", "after-export"):
            report = check(CheckRequest(snapshot=Path(folder), rulebook=rulebook(), at=AT, phase=phase))
            broken = [result.reason for result in report.results if result.outcome is Outcome.ERROR]
            if broken:
                raise RuntimeError(f"a rule broke: {broken[0]}")
            complain_of_crashes(report.sources)
            stored = render("json", report, Options())
            back = report_from_json(json.loads(stored))
            for format_ in REPORTERS:
                for audience in AUDIENCES:
                    options = Options(audience=audience, verbose=2)
                    if render(format_, back, options) != render(format_, report, options):
                        raise RuntimeError(f"{format_} for {audience} differs when it is rendered from the stored result")


def complain_of_crashes(sources: Iterable[Source]) -> None:
    """Raise RuntimeError if a reader failed itself. A check goes on without such a file, so nothing else shows it."""
    for source in sources:
        if source.error in (snapshot.OUR_FAULT, snapshot.NO_MEMORY):
            raise RuntimeError(f"the reader of {source.path} failed")


@cache
def rulebook() -> Rulebook:
    """Return the shipped rules."""
    return load(shipped.folder("rules"))


# -- watching


def _watched(sample: Sample | None, call: Callable[[], None]) -> Fault | None:
    """Call, and return what went wrong: an exception, too much time, or too much memory."""
    memory, start = _peak(), time.process_time()
    try:
        with _time_limit():
            call()
    except Hangs:
        return Fault(f"more than {_HANGS} seconds", traceback.format_exc(), is_cost=True)
    except Exception as error:
        return Fault(f"{type(error).__name__}: {str(error)[:200]}", traceback.format_exc())
    seconds = time.process_time() - start
    if sample is not None and len(sample.data) < SMALL and seconds > MOST_SECONDS:
        return Fault(f"{seconds:.1f} seconds for {len(sample.data):,} bytes", is_cost=True)
    if _peak() > max(memory + 20, MOST_MEGABYTES):
        return Fault(f"{_peak():,} MB", is_cost=True)
    return None


@contextmanager
def _time_limit() -> Iterator[None]:
    """Raise Hangs in the block after `_HANGS` seconds of processor time, where the system can."""
    if sys.platform == "win32":
        yield
        return

    def stop(*_: object) -> None:
        raise Hangs

    previous = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, _HANGS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def _peak() -> int:
    """Return the most memory that this process ever used, in MB; 0 where the system doesn't say."""
    if sys.platform == "win32":
        return 0
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used >> (20 if sys.platform == "darwin" else 10)


def limit_memory() -> None:
    """Make a runaway allocation raise MemoryError, where the system can, before it takes the machine's memory."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, resource.getrlimit(resource.RLIMIT_AS)[1]))
