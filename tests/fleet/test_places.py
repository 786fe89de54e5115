"""Which folders are accounts."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from exportready.fleet.audit import page_name
from exportready.fleet.places import NoFleet, find, places_of


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)


def test_each_folder_and_zip_is_an_account_and_the_rest_is_named(tmp_path: Path) -> None:
    make(tmp_path, "west", "acme", ".git", "__MACOSX")
    zipfile.ZipFile(tmp_path / "bolt.zip", "w").close()
    for name in ("notes.txt", ".hidden", "exportready-history.sqlite3", "exportready-history.sqlite3-wal"):
        (tmp_path / name).write_text("x")
    fleet = find(tmp_path)
    assert fleet.places == {"acme": tmp_path / "acme", "bolt.zip": tmp_path / "bolt.zip", "west": tmp_path / "west"}
    assert list(fleet.places) == sorted(fleet.places)
    assert fleet.passed_over == ("notes.txt",)
    assert fleet.home == tmp_path


@pytest.mark.parametrize("way", ["relative", "absolute"])
def test_a_list_names_accounts_from_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Wherever the program runs, and however the list is named: else the wrong account would be judged."""
    make(tmp_path, "here/acme", "elsewhere/bolt", "bolt", "here/sub", "elsewhere/acme")
    listed = tmp_path / "here" / "accounts.txt"
    listed.write_text(f"\ufeff# ours\n./acme\n\n{tmp_path / 'elsewhere' / 'bolt'}\r\n../bolt\nmissing\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    fleet = find(Path("here/accounts.txt") if way == "relative" else listed)
    assert {place: path.resolve() for place, path in fleet.places.items()} == {
        "../bolt": tmp_path / "bolt",
        "../elsewhere/bolt": tmp_path / "elsewhere" / "bolt",
        "acme": tmp_path / "here" / "acme",
        "missing": tmp_path / "here" / "missing",
    }


def test_several_folders_are_one_fleet(tmp_path: Path) -> None:
    make(tmp_path, "west/acme", "east/acme")
    (tmp_path / "east" / "notes.md").write_text("x")
    fleet = places_of([tmp_path / "west", tmp_path / "east"])
    assert list(fleet.places) == ["east/acme", "west/acme"]
    assert (fleet.home, fleet.passed_over) == (tmp_path, ("east/notes.md",))


@pytest.mark.skipif(os.name == "nt", reason="pipes, links and rights of POSIX")
def test_what_cannot_be_looked_at_is_an_account_of_which_nobody_can_tell(tmp_path: Path) -> None:
    make(tmp_path, "acme")
    (tmp_path / "unmounted").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "slides.pptx").write_bytes(b"PK\x03\x04")
    fleet = find(tmp_path)
    assert list(fleet.places) == ["acme", "loop", "pipe.zip", "unmounted"]
    assert fleet.passed_over == ("pipe", "slides.pptx")


@pytest.mark.skipif(os.name == "nt", reason="names of bytes that are no text")
def test_a_name_that_is_no_text_is_told_as_what_it_is(tmp_path: Path) -> None:
    os.mkdir(os.fsencode(tmp_path) + b"/caf\xe9")
    ((place, path),) = find(tmp_path).places.items()
    assert (place, path.is_dir()) == ("caf\\udce9", True)


def test_our_own_reports_are_no_accounts(tmp_path: Path) -> None:
    make(tmp_path, "acme", "audit-accounts", "elsewhere")
    for folder in ("audit-accounts", "elsewhere"):
        page = '<!DOCTYPE html>\n<html><meta name="generator" content="ExportReady 1">'
        (tmp_path / folder / "acme.html").write_text(page)
    assert list(find(tmp_path).places) == ["acme"], "of an audit before, under whatever name"
    (tmp_path / "elsewhere" / "other.html").write_text("<!DOCTYPE html>")
    assert list(find(tmp_path).places) == ["acme", "elsewhere"]
    assert list(find(tmp_path, tmp_path / "elsewhere").places) == ["acme"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [("", "names no account"), ("acme\n./acme/\n", "on line 1 already"), ("# only this\n", "names no account")],
)
def test_lists_that_cannot_be_meant(tmp_path: Path, lines: str, said: str) -> None:
    (tmp_path / "accounts.txt").write_text(lines)
    with pytest.raises(NoFleet, match=said):
        find(tmp_path / "accounts.txt")


def test_a_folder_without_accounts_says_what_it_looks_like(tmp_path: Path) -> None:
    with pytest.raises(NoFleet, match=r"no account$"):
        find(tmp_path)
    (tmp_path / "account.yaml").write_text("account: A\n")
    with pytest.raises(NoFleet, match="exportready check"):
        find(tmp_path)
    (tmp_path / "servicetitan").mkdir()
    with pytest.raises(NoFleet, match="exportready check"):
        find(tmp_path)
    (tmp_path / "servicetitan").rmdir()
    with pytest.raises(NoFleet, match="no folder of accounts"):
        find(tmp_path / "account.yaml")
    with pytest.raises(NoFleet, match="is not there"):
        find(tmp_path / "nothing")
    (tmp_path / "account.yaml").unlink()
    (tmp_path / "acme").mkdir()
    with pytest.raises(NoFleet, match="named twice"):
        places_of([tmp_path, tmp_path])


def test_no_two_reports_share_a_name() -> None:
    places = [
        "acme",
        "Acme",
        "acme.zip",
        "west/acme",
        "west-acme",
        "../acme",
        "ac me",
        "ac_me",
        "acm\u00e9",
        "..",
        "a" * 3,
        "a" * 252,
        "a" * 251 + "b",
    ]
    names = [page_name(place) for place in places]
    assert len({name.lower() for name in names}) == len(places)
    assert all(name.isascii() and "/" not in name and not name.startswith(".") for name in names)
    assert all(len(name) < 120 for name in names)
    assert names[0] == "acme.html"
