"""The cache of rulebooks: it makes a check faster and never changes its result."""

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
from exportready.runtime import cache, program, shipped
from exportready.schema.mistakes import MistakesFound

RULES = shipped.folder("rules")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a cache folder for one test."""
    home = tmp_path / "kept"
    monkeypatch.setenv("EXPORTREADY_CACHE", str(home))
    cache.folder.cache_clear()
    yield home
    cache.folder.cache_clear()


def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it is read, not recalled")

    monkeypatch.setattr(loading, "load", never)


def test_a_cached_rulebook_equals_the_one_read(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_or_recall(RULES)
    no_reading(monkeypatch)
    assert load_or_recall(RULES) == first == load(RULES)
    assert len(list(kept.iterdir())) == 1


def test_changed_rules_are_read_again(kept: Path, tmp_path: Path) -> None:
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


def test_a_changed_program_reads_the_rules_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_or_recall(RULES)
    monkeypatch.setattr(program, "local_state", lambda: "another version")
    no_reading(monkeypatch)
    with pytest.raises(AssertionError, match="not recalled"):
        load_or_recall(RULES)


@pytest.mark.parametrize(
    "damage", [b"", b"\x80\x05", b"no pickle at all", b"\x80\x05K\x01."], ids=["empty", "cut", "text", "other"]
)
def test_a_damaged_cache_entry_is_computed_again(kept: Path, damage: bytes) -> None:
    first = load_or_recall(RULES)
    (file,) = kept.iterdir()
    file.write_bytes(damage)
    assert load_or_recall(RULES) == first
    assert file.read_bytes() != damage


@pytest.mark.skipif(sys.platform == "win32", reason="a profile of Windows is its user's own")
def test_a_file_that_others_can_write_is_not_used(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_rules_that_changed_while_they_were_read_are_not_cached(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
def test_a_folder_that_others_can_write_to_is_not_used(kept: Path) -> None:
    kept.mkdir()
    kept.chmod(0o777)
    assert cache.folder() is None
    load_or_recall(RULES)
    assert not list(kept.iterdir())


@pytest.mark.parametrize("named", ["", "/dev/null/nowhere", "here"])
def test_without_a_cache_folder_nothing_is_cached(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORTREADY_CACHE", named)
    cache.folder.cache_clear()
    assert cache.folder() is None
    assert load_or_recall(RULES) == load(RULES)
    cache.folder.cache_clear()


def test_only_the_newest_entries_are_kept(kept: Path) -> None:
    for number in range(30):
        cache.keep("thing", str(number), number)
        os.utime(kept / f"thing-{number}", (number, number))
    assert {cache.load("thing", str(number)) for number in range(30)} - {None} == set(range(10, 30))


@pytest.mark.parametrize("at", [0, 31, 32, 40, -1])
def test_a_flipped_bit_is_never_recalled(kept: Path, at: int) -> None:
    cache.keep("thing", "one", ["QBFileMode", "IsActive"])
    (file,) = kept.iterdir()
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)
    assert cache.load("thing", "one") is None


@pytest.mark.parametrize("step", ["write", "close", "replace"])
def test_what_cannot_be_kept_whole_is_removed(kept: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "replace":
        monkeypatch.setattr(Path, "replace", full)
    else:
        monkeypatch.setattr("tempfile._TemporaryFileWrapper.close" if step == "close" else "hashlib.sha256", full)
    cache.keep("thing", "one", 1)
    monkeypatch.undo()
    assert not list(kept.iterdir()) if kept.exists() else True
