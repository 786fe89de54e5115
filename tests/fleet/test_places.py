"""Finding the accounts to audit, and naming their reports."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from exportready.fleet.audit import report_name
from exportready.fleet.places import NoFleet, find_accounts, find_fleet


def make_folders(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)


def test_every_folder_and_zip_is_an_account_and_other_files_are_skipped(tmp_path: Path) -> None:
    make_folders(tmp_path, "west", "acme", ".git", "__MACOSX")
    zipfile.ZipFile(tmp_path / "bolt.zip", "w").close()
    for name in ("notes.txt", ".hidden", "exportready-history.sqlite3", "exportready-history.sqlite3-wal"):
        (tmp_path / name).write_text("x")
    fleet = find_accounts(tmp_path)
    assert fleet.places == {"acme": tmp_path / "acme", "bolt.zip": tmp_path / "bolt.zip", "west": tmp_path / "west"}
    assert list(fleet.places) == sorted(fleet.places)
    assert fleet.skipped == ("notes.txt",)
    assert fleet.home == tmp_path


@pytest.mark.parametrize("path_kind", ["relative", "absolute"])
def test_list_is_relative_to_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path_kind: str) -> None:
    """Wherever the program runs and however the list is named; otherwise it would audit the wrong accounts."""
    make_folders(tmp_path, "here/acme", "elsewhere/bolt", "bolt", "here/sub", "elsewhere/acme")
    list_file = tmp_path / "here" / "accounts.txt"
    list_file.write_text(f"\ufeff# west\n./acme\n\n{tmp_path / 'elsewhere' / 'bolt'}\r\n../bolt\nmissing\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    fleet = find_accounts(Path("here/accounts.txt") if path_kind == "relative" else list_file)
    assert {place: path.resolve() for place, path in fleet.places.items()} == {
        "../bolt": tmp_path / "bolt",
        "../elsewhere/bolt": tmp_path / "elsewhere" / "bolt",
        "acme": tmp_path / "here" / "acme",
        "missing": tmp_path / "here" / "missing",
    }


def test_several_folders_are_one_fleet(tmp_path: Path) -> None:
    make_folders(tmp_path, "west/acme", "east/acme")
    (tmp_path / "east" / "notes.md").write_text("x")
    fleet = find_fleet([tmp_path / "west", tmp_path / "east"])
    assert list(fleet.places) == ["east/acme", "west/acme"]
    assert (fleet.home, fleet.skipped) == (tmp_path, ("east/notes.md",))


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX pipes and links")
def test_folder_that_cannot_be_opened_is_still_an_account(tmp_path: Path) -> None:
    make_folders(tmp_path, "acme")
    (tmp_path / "unmounted").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "slides.pptx").write_bytes(b"PK\x03\x04")
    fleet = find_accounts(tmp_path)
    assert list(fleet.places) == ["acme", "loop", "pipe.zip", "unmounted"]
    assert fleet.skipped == ("pipe", "slides.pptx")


@pytest.mark.skipif(os.name == "nt", reason="needs file names that are bytes")
def test_undecodable_file_name_is_escaped(tmp_path: Path) -> None:
    os.mkdir(os.fsencode(tmp_path) + b"/caf\xe9")
    ((place, path),) = find_accounts(tmp_path).places.items()
    assert (place, path.is_dir()) == ("caf\\udce9", True)


def test_folders_of_our_own_reports_are_not_accounts(tmp_path: Path) -> None:
    make_folders(tmp_path, "acme", "audit-accounts", "elsewhere")
    for folder in ("audit-accounts", "elsewhere"):
        page = '<!DOCTYPE html>\n<html><meta name="generator" content="ExportReady 1">'
        (tmp_path / folder / "acme.html").write_text(page)
    assert list(find_accounts(tmp_path).places) == ["acme"], "reports of an earlier audit may be in any folder"
    (tmp_path / "elsewhere" / "other.html").write_text("<!DOCTYPE html>")
    assert list(find_accounts(tmp_path).places) == ["acme", "elsewhere"]
    assert list(find_accounts(tmp_path, tmp_path / "elsewhere").places) == ["acme"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [("", "has no accounts"), ("acme\n./acme/\n", "already on line 1"), ("# comment\n", "has no accounts")],
)
def test_list_errors(tmp_path: Path, lines: str, message: str) -> None:
    (tmp_path / "accounts.txt").write_text(lines)
    with pytest.raises(NoFleet, match=message):
        find_accounts(tmp_path / "accounts.txt")


def test_folder_errors(tmp_path: Path) -> None:
    with pytest.raises(NoFleet, match="has no accounts"):
        find_accounts(tmp_path)
    (tmp_path / "account.yaml").write_text("account: A\n")
    with pytest.raises(NoFleet, match="exportready check"):
        find_accounts(tmp_path)
    (tmp_path / "servicetitan").mkdir()
    with pytest.raises(NoFleet, match="exportready check"):
        find_accounts(tmp_path)
    (tmp_path / "servicetitan").rmdir()
    with pytest.raises(NoFleet, match="not a folder or a list of accounts"):
        find_accounts(tmp_path / "account.yaml")
    with pytest.raises(NoFleet, match="Can't find"):
        find_accounts(tmp_path / "nothing")
    (tmp_path / "account.yaml").unlink()
    (tmp_path / "acme").mkdir()
    with pytest.raises(NoFleet, match="is given twice"):
        find_fleet([tmp_path, tmp_path])


def test_no_two_places_have_the_same_report_name() -> None:
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
    names = [report_name(place) for place in places]
    assert len({name.lower() for name in names}) == len(places)
    assert all(name.isascii() and "/" not in name and not name.startswith(".") for name in names)
    assert all(len(name) < 120 for name in names)
    assert names[0] == "acme.html"
