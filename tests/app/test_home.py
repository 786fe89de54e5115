"""The data folder: made with modes that keep others out, refused if it is newer, damaged or someone else's."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from exportready.app import accounts, checks, files, questions
from exportready.app import home as home_module
from exportready.app.home import Home, NoHome, clean_up, open_home, read_json, write, write_json
from exportready.app.values import Rejected
from page import AT, upload


def test_a_new_folder_has_a_version_a_token_and_nothing_that_others_can_read(tmp_path: Path) -> None:
    home = open_home(tmp_path / "new" / "data")
    assert (home.path / "version").read_text() == "1\n"
    assert len(home.token) >= 32
    if sys.platform != "win32":
        for path in (home.path, *home.path.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_opening_it_again_keeps_the_token(home: Home) -> None:
    assert open_home(home.path).token == home.token


def test_a_newer_folder_is_refused_and_left_alone(home: Home) -> None:
    (home.path / "version").write_text("2\n")
    before = sorted(home.path.rglob("*"))
    with pytest.raises(NoHome, match="newer version of ExportReady"):
        open_home(home.path)
    assert sorted(home.path.rglob("*")) == before
    assert (home.path / "version").read_text() == "2\n"


@pytest.mark.parametrize("content", [b"", b"one", b"\xff\xfe", b"-1"])
def test_a_damaged_version_is_said(home: Home, content: bytes) -> None:
    (home.path / "version").write_bytes(content)
    with pytest.raises(NoHome, match="damaged"):
        open_home(home.path)


def test_a_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_text("dear")
    with pytest.raises(NoHome, match="other files"):
        open_home(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.docx"]


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoHome, match="is a file"):
        open_home(tmp_path / "file")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home.path / "something.json"
    write(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home_module, "flush", full)
    before = sorted(home.path.rglob("*"))
    with pytest.raises(OSError, match="No space"):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    assert sorted(home.path.rglob("*")) == before


def test_json_that_is_damaged_reads_as_none(home: Home) -> None:
    path = home.path / "some.json"
    write_json(path, {"a": "\u00e9\ud800"})
    assert read_json(path) == {"a": "\u00e9\ud800"} or read_json(path) is None
    path.write_bytes(b'{"a": ')
    assert read_json(path) is None
    assert read_json(home.path / "missing.json") is None


def test_what_an_interrupted_run_left_is_removed_and_links_are_not_followed(home: Home, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.txt").write_text("mine")
    (home.incoming / "drop-1").mkdir()
    (home.incoming / "drop-1" / "half").write_text("half")
    (home.path / ".new-1234").write_text("half")
    if hasattr(os, "symlink"):
        (home.incoming / "link").symlink_to(outside, target_is_directory=True)
    clean_up(home)
    assert list(home.incoming.iterdir()) == []
    assert not (home.path / ".new-1234").exists()
    assert (outside / "mine.txt").read_text() == "mine"


def test_an_account_whose_own_file_is_damaged_is_still_there(home: Home, company: str) -> None:
    (home.account(company) / "account.json").write_bytes(b"{")
    (found,) = accounts.all_accounts(home)
    assert (found.id, found.name) == (company, "Northwind Plumbing & Heating")


def test_answers_that_someone_broke_are_said_and_cost_nothing(home: Home, company: str) -> None:
    checks.run(home, company, checks.BEFORE, AT)
    path = home.snapshot(company) / "account.yaml"
    for broken in (b"account: [\n", b"\xff\xfe\x00", b"settings: {nothing: 1}\n"):
        path.write_bytes(broken)
        questions.needed(home, company, checks.BEFORE, AT)
        with pytest.raises(Rejected, match="can't be read"):
            questions.save(home, company, {"peopleWhoExport": 1}, {}, "me", AT)
        assert path.read_bytes() == broken
        assert checks.run(home, company, checks.BEFORE, AT).verdict_key == "cannot_tell"
    path.unlink()
    questions.save(home, company, {"peopleWhoExport": 1}, {}, "me", AT)


@pytest.mark.parametrize("name", ["files.json", "saved.json", "journal.json"])
def test_what_is_beside_the_files_may_be_damaged(home: Home, company: str, name: str) -> None:
    files.add(home, company, [upload("a.csv", "a,b\r\n1,2\r\n")], AT)
    (home.account(company) / name).write_bytes(b"{]")
    files.add(home, company, [upload("b.csv", "c,d\r\n1,2\r\n")], AT)
    assert [card.name for card in files.cards(home, company)] == ["a.csv", "b.csv"]
    questions.save(home, company, {"peopleWhoExport": 1}, {}, "me", AT)
    checks.run(home, company, checks.BEFORE, AT)
