"""Finding the accounts to audit, and naming their reports."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from exportready.fleet.audit import report_name
from exportready.fleet.places import Label, NoFleet, find_accounts, find_fleet


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
    assert list(find_accounts(tmp_path, [tmp_path / "elsewhere"]).places) == ["acme"]


def test_folders_of_owners_files_are_not_accounts(tmp_path: Path) -> None:
    make_folders(tmp_path, "acme", "owners")
    (tmp_path / "owners" / "team-a.html").write_text('<!DOCTYPE html>\n<html><meta name="generator" content="ExportReady 1">')
    (tmp_path / "owners" / "team-a.csv").write_text("\ufeffFolder,Account,Owner,Tags,Verdict\r\n", encoding="utf-8")
    (tmp_path / "owners" / "team-a-messages.csv").write_text("\ufeffOwner,Account,Folder,Tags,Verdict\r\n", encoding="utf-8")
    assert list(find_accounts(tmp_path).places) == ["acme"]
    (tmp_path / "owners" / "items.csv").write_text("Item,Price\n", encoding="utf-8")
    assert list(find_accounts(tmp_path).places) == ["acme", "owners"]


def test_lines_of_a_list_may_name_owner_and_tags_after_tabs(tmp_path: Path) -> None:
    list_file = tmp_path / "accounts.txt"
    list_file.write_text("acme, inc\tteam-a\twest, inventory\nbolt\t\twest\ncrane\tteam  b\ndrum\n", encoding="utf-8")
    fleet = find_accounts(list_file)
    assert list(fleet.places) == ["acme, inc", "bolt", "crane", "drum"]
    assert fleet.labels == {
        "acme, inc": Label("team-a", ("west", "inventory")), "bolt": Label("", ("west",)), "crane": Label("team b")
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "path,owner,tags\nacme,team-a,west; inventory\n\nbolt,,\n",
        'Owner,Since,Folder,Tags\nteam-a,2024,acme,"west, inventory, west"\n,2025,bolt\n',
        "\ufeffpath;owner;tags\r\nacme;team-a;west,inventory\r\nbolt;;\r\n",
        "PATH\tOWNER\tTAGS\nacme\tteam-a\twest, inventory\nbolt\n",
    ],
)
def test_list_may_be_a_csv_with_headings(tmp_path: Path, text: str) -> None:
    (tmp_path / "accounts.csv").write_text(text, encoding="utf-8", newline="")
    fleet = find_accounts(tmp_path / "accounts.csv")
    assert fleet.places == {"acme": tmp_path / "acme", "bolt": tmp_path / "bolt"}
    assert fleet.labels == {"acme": Label("team-a", ("west", "inventory"))}


def test_owners_stay_with_their_accounts_in_several_lists(tmp_path: Path) -> None:
    make_folders(tmp_path, "west/acme", "east/acme")
    (tmp_path / "west" / "accounts.csv").write_text("path,owner\nacme,team-a\n")
    fleet = find_fleet([tmp_path / "west" / "accounts.csv", tmp_path / "east"])
    assert list(fleet.places) == ["east/acme", "west/acme"]
    assert fleet.labels == {"west/acme": Label("team-a")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column “path”"),
        ("owner,tags\nteam-a,west\n", "has no column “path”"),
        ("path,owner\n", "has no accounts"),
        ("path,owner\nacme,team-a\n./acme,team-b\n", "accounts.csv:3: ./acme is already on line 2"),
        ('path,owner\n"acme,team-a\n', "Can't read"),
    ],
)
def test_errors_in_a_csv_list(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "accounts.csv").write_text(text, encoding="utf-8")
    with pytest.raises(NoFleet, match=message):
        find_accounts(tmp_path / "accounts.csv")


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
