"""Reading in several processes: the result is the same whatever happens to the other processes."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import samples
from exportready.evidence import parallel, snapshot
from exportready.evidence.files import File
from exportready.evidence.parallel import read_all
from exportready.model.evidence import NO_NOTES, UNSET, FieldNote, Listing, Location, Page, Record, Unknown
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON

EXAMPLES = Path(__file__).parents[2] / "examples"
WANTED = samples.rulebook().wanted

known = st.one_of(
    st.text(max_size=5),
    st.booleans(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.just(UNSET),
    st.builds(Unknown, cause=st.sampled_from(Reason), reason=st.text(max_size=3), remedy=st.text(max_size=3)),
)
places = st.builds(Location, st.sampled_from(["a.xml", "b/c.json"]), st.none() | st.integers(1, 9), st.text(max_size=3))
notes = st.just(NO_NOTES) | st.dictionaries(
    st.text(max_size=2), st.builds(FieldNote, st.none() | places), min_size=1, max_size=2
)
fields = st.dictionaries(st.sampled_from(["id", "name", "customer.name", "total", "active"]), known)
records = st.lists(
    st.builds(Record, kind=st.just("servicetitan.invoice"), key=st.text(max_size=5), fields=fields, where=places, notes=notes),
    max_size=6,
)
listings = st.builds(
    Listing,
    kind=st.just("servicetitan.invoice"),
    records=records.map(tuple),
    path=st.just("a.xml"),
    reader=st.just("qbxml"),
    whole=st.booleans(),
    page=st.none() | st.builds(Page, series=st.text(max_size=2), number=st.none() | st.integers(1, 3), more=st.booleans()),
)


@given(listings)
def test_a_list_is_unchanged_after_being_sent(listing: Listing) -> None:
    came = pickle.loads(pickle.dumps(listing))  # noqa: S301 - our own
    assert came == listing
    assert [list(one.fields.items()) for one in came.records] == [list(one.fields.items()) for one in listing.records]


LIKE_ONE = [Decimal("1.50"), Decimal("1.5"), Decimal(1), "1.5", True, date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)]


@given(st.lists(st.sampled_from(LIKE_ONE)))
def test_values_keep_their_type_and_their_digits(values: list[object]) -> None:
    held = {str(number): value for number, value in enumerate(values)}
    record = Record(kind="servicetitan.invoice", key="x", fields=held, where=Location("a"))  # type: ignore[arg-type]
    listing = Listing(kind="servicetitan.invoice", records=(record,), path="a", reader="x", whole=True)
    (came,) = pickle.loads(pickle.dumps(listing)).records  # noqa: S301
    assert list(map(repr, came.fields.values())) == list(map(repr, values))


@pytest.mark.parametrize("company", ["ready", "not-ready", "after-export", "by-hand"])
@pytest.mark.parametrize("jobs", [2, 5, None])
def test_two_processes_read_what_one_reads(company: str, jobs: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = EXAMPLES / company
    one = snapshot.read(folder, WANTED, NOON)
    monkeypatch.setattr(parallel, "MIN_SIZE", 0)
    told: list[tuple[str, int, int]] = []
    several = snapshot.read(folder, WANTED, NOON, lambda *file: told.append(file), jobs=jobs)
    assert several == one
    assert sorted(number for _, number, _ in told) == list(range(1, len(told) + 1))


def sized(count: int) -> list[File]:
    return [File(f"{number}.json", bytes, 1 + number) for number in range(count)]


def _name(file: File, dies_in: set[int], home: int) -> str:
    if os.getpid() != home and int(file.path[:-5]) in dies_in:
        os._exit(1)
    return file.path


def test_the_files_of_a_process_that_died_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "MIN_SIZE", 0)
    files = sized(7)
    read = partial(_name, dies_in={6, 5, 4}, home=os.getpid())
    assert sorted(read_all(read, files, 3, lambda file: None)) == [file.path for file in files]


def test_everything_is_read_here_if_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr(parallel, "MIN_SIZE", 0)
    monkeypatch.setattr(parallel, "_Helper", refused)
    told: list[str] = []
    assert len(read_all(lambda file: file.path, sized(4), 3, lambda file: told.append(file.path))) == 4
    assert sorted(told) == [file.path for file in sized(4)]


def _half(answer: Connection, inherited: Connection | None, read: object, share: object) -> None:
    os.write(answer.fileno(), b"\x00\x00\x10\x00half of it")
    os._exit(1)


def test_files_are_read_here_if_sending_them_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "MIN_SIZE", 0)
    monkeypatch.setattr(parallel, "_work", _half)
    assert len(read_all(lambda file: file.path, sized(4), 2, lambda file: None)) == 4


DRIVER = """
import os, sys, time
from exportready.evidence import parallel
from exportready.evidence.files import File

parallel.MIN_SIZE = 0
home = os.getpid()

def read(file):
    if os.getpid() == home:
        os.write(1, b"ready\\n")  # at once: the lines of two processes must not run into each other
        time.sleep(60)
    os.write(1, b"%d\\n" % os.getpid())
    return b"x" * 5_000_000

parallel.read_all(read, [File("a.json", bytes, 2), File("b.json", bytes, 1)], 2, lambda file: None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are spawned, and inherit nothing")
def test_no_process_is_left_if_the_program_is_killed() -> None:
    env = os.environ | {"PYTHONPATH": str(EXAMPLES.parent / "engine")}
    with subprocess.Popen([sys.executable, "-c", DRIVER], stdout=subprocess.PIPE, text=True, env=env) as program:
        assert program.stdout is not None
        told = {program.stdout.readline().strip(), program.stdout.readline().strip()}
        (other,) = (int(word) for word in told if word.isdigit())
        program.kill()
        program.wait()
        for _ in range(200):
            if not Path(f"/proc/{other}").exists() or "\nState:\tZ" in Path(f"/proc/{other}/status").read_text():
                break
            time.sleep(0.05)
        else:
            os.kill(other, signal.SIGKILL)
            pytest.fail("the other process waits for ever")


def _refused(file: File) -> str:
    raise ValueError(file.path)


def test_an_error_in_another_process_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "MIN_SIZE", 0)
    with pytest.raises(ValueError, match="json"):
        read_all(_refused, sized(4), 2, lambda file: None)


@given(st.lists(st.integers(0, 50), max_size=12), st.integers(1, 5))
def test_each_file_is_in_one_share_and_only_our_own_share_may_be_empty(sizes: list[int], jobs: int) -> None:
    files = [File(f"{number}.xml", bytes, size) for number, size in enumerate(sizes)]
    own, *others = parallel._shares(files, jobs)
    assert sorted(file.path for share in (own, *others) for file in share) == sorted(file.path for file in files)
    assert all(others)
    assert len(others) < jobs


def test_small_snapshots_are_read_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_Helper", None)
    assert len(read_all(lambda file: file.path, sized(5), 4, lambda file: None)) == 5
