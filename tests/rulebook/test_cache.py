"""What is kept from run to run: it speeds up a check and changes nothing, whatever becomes of it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exportready.model.rules import Rulebook
from exportready.rulebook import load as loading
from exportready.rulebook.load import load, load_or_recall
from exportready.runtime import cache, shipped
from exportready.schema.mistakes import MistakesFound

RULES = shipped.folder("rules")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of this test's own."""
    home = tmp_path / "kept"
    monkeypatch.setenv("EXPORTREADY_CACHE", str(home))
    cache.folder.cache_clear()
    yield home
    cache.folder.cache_clear()


def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it is read, not recalled")

    monkeypatch.setattr(loading, "load", never)


def test_what_is_recalled_is_what_was_read(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_or_recall(RULES)
    no_reading(monkeypatch)
    assert load_or_recall(RULES) == first == load(RULES)
    assert len(list(kept.iterdir())) == 1


def test_changed_rules_are_read_anew(kept: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(RULES / "items", own / "items")
    before = load_or_recall(own, own=True)
    file = own / "items" / "cogs-account.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("severity: error", "severity: warning"), encoding="utf-8")
    after = load_or_recall(own, own=True)
    assert after == load(own, own=True)
    assert after.digest != before.digest
    file.write_text("id: 3\n", encoding="utf-8")
    with pytest.raises(MistakesFound):
        load_or_recall(own, own=True)


def test_a_changed_program_reads_anew(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_or_recall(RULES)
    monkeypatch.setattr(cache, "code", lambda: "another version")
    no_reading(monkeypatch)
    with pytest.raises(AssertionError, match="not recalled"):
        load_or_recall(RULES)


@pytest.mark.parametrize(
    "damage", [b"", b"\x80\x05", b"no pickle at all", b"\x80\x05K\x01."], ids=["empty", "cut", "text", "other"]
)
def test_what_is_damaged_is_worked_out_anew(kept: Path, damage: bytes) -> None:
    first = load_or_recall(RULES)
    (file,) = kept.iterdir()
    file.write_bytes(damage)
    assert load_or_recall(RULES) == first
    assert file.read_bytes() != damage


@pytest.mark.skipif(sys.platform == "win32", reason="a profile of Windows is its user's own")
def test_what_others_may_have_written_is_not_recalled(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = os.umask(0)
    try:
        load_or_recall(RULES)
    finally:
        os.umask(mask)
    (file,) = kept.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o666)
    no_reading(monkeypatch)
    with pytest.raises(AssertionError, match="not recalled"):
        load_or_recall(RULES)


def test_what_changed_while_it_was_read_is_not_kept(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own"
    shutil.copytree(RULES / "items", own / "items")
    file = own / "items" / "cogs-account.yaml"
    read = loading.load

    def changing(folder: Path, own: bool = False) -> Rulebook:
        file.write_text(file.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
        return read(folder, own)

    monkeypatch.setattr(loading, "load", changing)
    load_or_recall(own, own=True)
    assert not list(kept.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="a profile of Windows is its user's own")
def test_a_folder_that_others_may_write_to_is_not_used(kept: Path) -> None:
    kept.mkdir()
    kept.chmod(0o777)
    assert cache.folder() is None
    load_or_recall(RULES)
    assert not list(kept.iterdir())


@pytest.mark.parametrize("named", ["", "/dev/null/nowhere", "here"])
def test_without_a_place_nothing_is_kept(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORTREADY_CACHE", named)
    cache.folder.cache_clear()
    assert cache.folder() is None
    assert load_or_recall(RULES) == load(RULES)
    cache.folder.cache_clear()


def test_only_the_newest_are_kept(kept: Path) -> None:
    for number in range(12):
        cache.keep("thing", str(number), number)
        os.utime(kept / f"thing-{number}", (number, number))
    assert {cache.load("thing", str(number)) for number in range(12)} - {None} == set(range(4, 12))
