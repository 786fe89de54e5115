"""Files changed at random are read or refused, never anything else. `make fuzz` tries many more."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from fuzz import harness
from fuzz.__main__ import ROUND, draw, from_corpus, inputs, save, snapshot
from fuzz.harness import try_checking, try_reading
from fuzz.mutators import MUTATORS
from fuzz.samples import Sample, samples

from exportready.evidence.reading import Unreadable

CORPUS = list(from_corpus())


def is_sound(fault: harness.Fault | None) -> bool:
    """Return whether nothing is wrong. Time and memory depend on the machine, and are never asserted."""
    return fault is None or fault.is_cost


@pytest.mark.parametrize(("kind", "sample"), CORPUS, ids=[f"{kind}/{sample.name}" for kind, sample in CORPUS])
def test_what_ever_failed_is_read_or_refused(kind: str, sample: Sample) -> None:
    assert is_sound(try_reading(sample)), kind


@pytest.mark.parametrize("kind", MUTATORS)
def test_a_file_changed_at_random_is_read_or_refused(kind: str) -> None:
    for number in range(30):
        name = f"test/{kind}/{number}"
        assert is_sound(fault := try_reading(draw(name, kind))), (name, fault)


def test_a_snapshot_changed_at_random_is_checked_and_reported_the_same_from_its_result() -> None:
    assert is_sound(fault := try_checking(snapshot("test/check/1"))), fault


@pytest.mark.slow
def test_many_files_changed_at_random() -> None:
    found = [(name, fault) for name, _, fault in islice(inputs("test-slow", list(ROUND)), 30_000) if not is_sound(fault)]
    assert found == []


def test_every_kind_has_samples_that_are_read_and_a_turn() -> None:
    assert samples().keys() == MUTATORS.keys() == ROUND.keys()
    for kind, held in samples().items():
        assert all(try_reading(sample) is None for sample in held), kind


def test_a_seed_gives_the_same_files() -> None:
    for kind in MUTATORS:
        assert [draw(f"1/{number}", kind) for number in range(20)] == [draw(f"1/{number}", kind) for number in range(20)]
    assert snapshot("1") == snapshot("1") != snapshot("2")


def test_anything_but_a_refusal_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = Sample("x.json", b"[]")

    def raises(error: Exception) -> harness.Fault | None:
        def read_file(*_: object) -> None:
            raise error

        monkeypatch.setattr(harness, "read_file", read_file)
        return try_reading(sample)

    assert raises(Unreadable("it is empty")) is None
    for error in (KeyError("id"), RecursionError(), MemoryError()):
        fault = raises(error)
        assert fault is not None
        assert not fault.is_cost
        assert "read_file" in fault.trace


def test_a_failing_file_is_saved_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.__main__.CORPUS", tmp_path)
    sample = Sample("QWC-Log.txt", b"x")
    assert save("log", sample).startswith(str(tmp_path))
    assert list(from_corpus(tmp_path)) == [("log", sample)]
    assert save("log", Sample("large.txt", b"x" * 100_000)) == "not saved"
    assert len(list(tmp_path.glob("*/*"))) == 1


def test_a_reader_that_fails_in_a_check_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> object:
        raise KeyError("a bug")

    monkeypatch.setattr("exportready.evidence.snapshot.read_file", fails)
    fault = try_checking({"json": Sample("materials.json", b"[]")})
    assert fault is not None
    assert "the reader of json/materials.json failed" in fault.what
