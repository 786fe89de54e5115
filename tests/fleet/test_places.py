"""Which folders are accounts."""

from __future__ import annotations

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
    assert fleet.places == ("acme", "bolt.zip", "west")
    assert fleet.passed_over == ("notes.txt",)
    assert fleet.home == tmp_path


def test_a_list_names_accounts_from_its_own_folder(tmp_path: Path) -> None:
    make(tmp_path, "here/acme", "elsewhere/bolt")
    listed = tmp_path / "here" / "accounts.txt"
    listed.write_text(f"\ufeff# ours\n./acme\n\n{tmp_path / 'elsewhere' / 'bolt'}\nmissing\n", encoding="utf-8")
    fleet = find(listed)
    assert fleet.places == tuple(sorted(("acme", (tmp_path / "elsewhere" / "bolt").as_posix(), "missing")))
    assert all((fleet.home / place).is_dir() for place in fleet.places if place != "missing")


def test_several_folders_are_one_fleet(tmp_path: Path) -> None:
    make(tmp_path, "west/acme", "east/acme")
    fleet = places_of([tmp_path / "west", tmp_path / "east"])
    assert fleet.places == ("east/acme", "west/acme")
    assert fleet.home == tmp_path


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
    with pytest.raises(NoFleet, match="no folder of accounts"):
        find(tmp_path / "account.yaml")
    with pytest.raises(NoFleet, match="is not there"):
        find(tmp_path / "nothing")
    (tmp_path / "acme").mkdir()
    with pytest.raises(NoFleet, match="named twice"):
        places_of([tmp_path, tmp_path])


def test_no_two_reports_share_a_name() -> None:
    places = ["acme", "Acme", "acme.zip", "west/acme", "west-acme", "../acme", "ac me", "ac_me", "acm\u00e9", "..", "a" * 3]
    names = [page_name(place) for place in places]
    assert len({name.lower() for name in names}) == len(places)
    assert all(name.isascii() and "/" not in name and not name.startswith(".") for name in names)
    assert names[0] == "acme.html"
