"""Owners and tags: where they are written, what is shown, and the files of each owner."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from exportready.cli import options

from .conftest import Run, write_account
from .test_audit import AT, HISTORY, LATER, parse_json


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    """Write four accounts. account.yaml names the owner of two; a list names that of two, of which one is the same."""
    folder = tmp_path / "accounts"
    for without_account, name in enumerate(("acme", "bolt", "crane", "drum")):
        write_account(folder, name, without_account)
    with (folder / "acme" / "account.yaml").open("a", encoding="utf-8") as file:
        file.write("owner: team-a\ntags: [west, inventory]\n")
    with (folder / "bolt" / "account.yaml").open("a", encoding="utf-8") as file:
        file.write("owner: team-b\ntags: west\n")
    list_file = folder / "accounts.csv"
    list_file.write_text("path,owner,tags\nacme,,\nbolt,Team-A,\ncrane,team-b,east\ndrum,,\n", encoding="utf-8")
    return list_file


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def shown(audit: dict[str, Any]) -> list[str]:
    return [account["path"] for account in audit["accounts"]]


def test_the_list_wins_over_account_yaml(run: Run, accounts: Path) -> None:
    audit = parse_json(run(accounts, "-o", "json", "--at", AT))
    assert {account["path"]: (account["owner"], account["tags"]) for account in audit["accounts"]} == {
        "acme": ("team-a", ["west", "inventory"]),
        "bolt": ("Team-A", ["west"]),
        "crane": ("team-b", ["east"]),
        "drum": (None, []),
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--owner", "team-a"], ["acme", "bolt"]),
        (["--owner", "TEAM-B", "--owner", "team-a"], ["acme", "bolt", "crane"]),
        (["--tag", "West"], ["acme", "bolt"]),
        (["--tag", "west", "--tag", "inventory"], ["acme"]),
        (["--owner", "team-b", "--tag", "east"], ["crane"]),
        (["--owner", ""], ["drum"]),
    ],
)
def test_only_the_chosen_accounts_are_shown(run: Run, accounts: Path, arguments: list[str], expected: list[str]) -> None:
    audit = parse_json(run(accounts, "-o", "json", "--at", AT, *arguments))
    assert shown(audit) == expected
    assert audit["counts"]["accounts"] == len(expected)
    assert set(audit["only"]) == {"owners", "tags"}


def test_what_is_not_shown_is_still_checked_and_saved(run: Run, accounts: Path) -> None:
    assert shown(parse_json(run(accounts, "-o", "json", "--at", AT, "--owner", "team-a"))) == ["acme", "bolt"]
    audit = parse_json(run(accounts, "-o", "json", "--at", LATER))
    assert audit["gone"] == []
    assert [account["changes"] is not None for account in audit["accounts"]] == [True] * 4
    assert [past["findings"] for past in audit["trend"]] == [6]
    part = parse_json(run(accounts, "-o", "json", "--at", LATER, "--owner", "team-b"))
    assert [past["findings"] for past in part["trend"]] == [2, 2], "earlier audits are cut down to the same accounts"
    assert "only" not in audit


def test_exit_code_is_that_of_the_chosen_accounts(run: Run, accounts: Path) -> None:
    assert run(accounts, "-q", "--at", AT, "--owner", "team-b", "--select", "items/cogs-account").returncode == 1
    assert run(accounts, "-q", "--at", AT, "--tag", "inventory", "--select", "items/cogs-account").returncode == 0


def test_unknown_owner_is_an_error_that_names_the_owners(run: Run, accounts: Path) -> None:
    done = run(accounts, "-q", "--at", AT, "--owner", "team-x")
    assert done.returncode == 2
    assert "Owners: Team-A and team-b. Tags: east, inventory, and west" in " ".join(done.stderr.split())


def test_each_owner_gets_a_page_a_table_and_messages(run: Run, accounts: Path, tmp_path: Path) -> None:
    done = run(accounts, "-o", "html:audit.html", "--by-owner", "owners", "--at", AT)
    assert done.returncode == 1, done.stderr
    files = sorted(path.name for path in (tmp_path / "owners").iterdir())
    endings = (".html", ".csv", "-messages.csv")
    (team_a,) = {name.removesuffix(".html") for name in files if name.startswith("Team-A") and name.endswith(".html")}
    assert files == sorted(f"{stem}{ending}" for stem in (team_a, "no-owner", "team-b") for ending in endings)
    assert [row["Folder"] for row in rows_of(tmp_path / "owners" / f"{team_a}.csv")] == ["bolt", "acme"]
    assert [row["Folder"] for row in rows_of(tmp_path / "owners" / "no-owner.csv")] == ["drum"]
    page = (tmp_path / "owners" / "team-b.html").read_text(encoding="utf-8")
    assert "Only accounts of team-b" in page
    assert "../audit-accounts/crane.html" in page
    assert "acme" not in page
    whole = (tmp_path / "audit.html").read_text(encoding="utf-8")
    assert 'href="owners/team-b.html"' in whole
    (message,) = rows_of(tmp_path / "owners" / "team-b-messages.csv")
    assert (message["Owner"], message["Account"], message["Folder"], message["About"]) == (
        "team-b",
        "crane",
        "crane",
        "Problems to fix",
    )
    assert "PIPE-1" in message["Message"]
    assert "\n1. " in message["Message"]


def test_owners_files_are_not_written_into_an_account_or_among_its_reports(run: Run, accounts: Path, tmp_path: Path) -> None:
    inside = run(accounts, "-q", "--by-owner", accounts.parent / "acme" / "owners")
    assert (inside.returncode, (accounts.parent / "acme" / "owners").exists()) == (2, False)
    itself = run(accounts.parent, "-q", "--by-owner", accounts.parent / "acme")
    assert (itself.returncode, list((accounts.parent / "acme").glob("*.html"))) == (2, [])
    same = run(accounts, "-q", "--reports", "pages", "--by-owner", "pages")
    assert (same.returncode, (tmp_path / "pages").exists()) == (2, False)


def test_owners_files_do_not_replace_each_other(run: Run, accounts: Path, tmp_path: Path) -> None:
    """Their names end with what kind of file it is, and the accounts without an owner have files too."""
    accounts.write_text("path,owner\nacme,team-a\nbolt,team-a-messages\ncrane,no-owner\ndrum,\n", encoding="utf-8")
    assert run(accounts, "-q", "--by-owner", "owners", "--at", AT).returncode == 1
    files = list((tmp_path / "owners").iterdir())
    assert len(files) == 4 * 3
    assert {path.name for path in files} > {"team-a.csv", "team-a-messages.csv", "no-owner.csv"}
    assert rows_of(tmp_path / "owners" / "team-a-messages.csv")[0]["Folder"] == "acme"
    assert rows_of(tmp_path / "owners" / "no-owner.csv")[0]["Folder"] == "drum"


def test_owners_files_do_not_replace_the_list_of_accounts_or_another_output(run: Run, accounts: Path) -> None:
    list_file = accounts.rename(accounts.with_name("team-b.csv"))
    before = list_file.read_bytes()
    done = run(list_file, "-q", "--by-owner", accounts.parent, "--at", AT)
    assert (done.returncode, list_file.read_bytes()) == (2, before)
    assert "is read by this command" in " ".join(done.stderr.split())
    page = accounts.parent / "owners" / "team-b.html"
    assert run(list_file, "-o", f"html:{page}", "--by-owner", page.parent, "--at", AT).returncode == 2
    assert not page.exists()


def test_next_audit_of_the_folder_does_not_take_the_owners_files_for_an_account(run: Run, accounts: Path) -> None:
    folder = accounts.parent
    accounts.unlink()
    assert run(folder, "-q", "--at", AT, "--by-owner", folder / "owners").returncode == 1
    again = parse_json(run(folder, "-o", "json", "--at", AT, "--by-owner", folder / "owners"))
    assert shown(again) == shown(parse_json(run(folder, "-o", "json", "--at", AT))) == ["acme", "bolt", "crane", "drum"]


def test_message_names_the_items_unless_the_audit_is_anonymized(run: Run, accounts: Path, tmp_path: Path) -> None:
    outputs = ("-o", "mail-merge:m.csv", "-o", "json:a.json", "-o", "html:a.html", "--no-reports")
    run(accounts, *outputs, "--at", AT)
    named = {row["Folder"]: row for row in rows_of(tmp_path / "m.csv")}
    assert "PIPE-1, PIPE-2" in named["crane"]["Message"]
    assert named["crane"]["Subject"].startswith("Your QuickBooks export: ")
    run(accounts, *outputs, "--at", LATER, "--anonymise")
    hidden = {row["Folder"]: row for row in rows_of(tmp_path / "m.csv")}
    assert "Please fix these first:\n1. " in hidden["crane"]["Message"]
    assert hidden["crane"]["Owner"] == "team-b"
    for path in (tmp_path / "m.csv", tmp_path / "a.json", tmp_path / "a.html", accounts.parent / HISTORY):
        assert b"PIPE-" not in path.read_bytes(), path


def test_account_that_could_not_be_checked_gets_a_message_without_our_own_error(
    run: Run, accounts: Path, tmp_path: Path
) -> None:
    (accounts.parent / "drum" / "account.yaml").unlink()
    for path in (accounts.parent / "drum").iterdir():
        path.unlink()
    run(accounts, "-o", "mail-merge:m.csv", "--at", AT)
    row = next(row for row in rows_of(tmp_path / "m.csv") if row["Folder"] == "drum")
    assert row["About"] == "Couldn't be checked"
    assert "Please export them again and send them to us." in row["Message"]
    assert "put the exported files into it" not in row["Message"]


def test_old_files_are_asked_for_again(run: Run, accounts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import datetime

    for at, is_asked in (("2026-11-22T18:00:00-07:00", False), ("2026-11-28T18:00:00-07:00", True)):
        monkeypatch.setattr(options, "now", lambda at=at: datetime.fromisoformat(at))
        run(accounts, "-o", "mail-merge:m.csv", "-o", "json:a.json", "--select", "items/cogs-account")
        acme = next((row for row in rows_of(tmp_path / "m.csv") if row["Folder"] == "acme"), None)
        assert (acme is not None) == is_asked, "acme has no problem"
        account = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["accounts"][0]
        assert account["is_past"]
    assert acme is not None
    assert acme["Subject"] == "Your QuickBooks export: please send us new files"
    assert "Your oldest file is 8 days old" in acme["Message"]


def test_the_csv_of_an_audit_may_be_the_list_of_the_next_one(run: Run, accounts: Path) -> None:
    own = accounts.parent / "last.csv"
    run(accounts, "-o", f"csv:{own}", "--at", AT)
    accounts.unlink()
    audit = parse_json(run(own, "-o", "json", "--at", LATER))
    assert {account["path"]: account["owner"] for account in audit["accounts"]} == {
        "acme": "team-a", "bolt": "Team-A", "crane": "team-b", "drum": None
    }  # fmt: skip
