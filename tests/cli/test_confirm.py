"""`confirm`: what a person sees on a screen decides what the files can't, and is saved with the name and the date."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

import by_hand
from commands import Run
from company import northwind

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = "--at=2026-11-20T18:00:00-07:00"
RULE = "batching/technician-on-lines"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that an office exports by hand."""
    shutil.copytree(EXAMPLES / "by-hand", tmp_path / "november")
    return tmp_path / "november"


def outcome(run: Run, folder: Path, *flags: str, rule: str = RULE) -> dict[str, Any]:
    done = run("check", folder, AT, "-o", "json", "-q", *flags)
    (found,) = [one for one in json.loads(done.stdout)["rules"] if one["id"] == rule]
    return found  # type: ignore[no-any-return]


def test_every_open_look_is_listed_with_its_clicks(run: Run, folder: Path) -> None:
    listed = json.loads(run("confirm", folder, "--list", "--json", AT).stdout)
    (found,) = [one for one in listed["confirmations"] if RULE in one["rules"]]
    assert found["steps"][0].startswith("In ServiceTitan, open Accounting")
    text = run("confirm", folder, "--list", AT).stdout.decode()
    assert found["question"] in text
    assert f"1. {found['steps'][0]}" in text


def test_an_answer_is_saved_with_name_date_and_batch_and_decides_the_check(run: Run, folder: Path) -> None:
    assert outcome(run, folder)["outcome"] == "cannot_tell"
    before = (folder / "account.yaml").read_text(encoding="utf-8")
    assert run("confirm", folder, RULE, "--yes", "--by", "Office manager", AT).returncode == 0
    text = (folder / "account.yaml").read_text(encoding="utf-8")
    assert [line for line in before.splitlines() if line not in text.splitlines()] == []
    (stated,) = yaml.safe_load(text)["confirmations"][RULE]
    assert (stated["value"], stated["by"], stated["batch"]) == (True, "Office manager", "1042")
    found = outcome(run, folder)
    assert found["outcome"] == "passed"
    assert found["confirmed"] == {"by": "Office manager", "at": "2026-11-20T18:00:00-07:00", "until": None}
    assert outcome(run, folder, "--no-confirmations")["outcome"] == "cannot_tell"


def test_a_no_is_a_problem_and_can_be_withdrawn(run: Run, folder: Path) -> None:
    run("confirm", folder, RULE, "--no", AT)
    assert outcome(run, folder)["outcome"] == "failed"
    done = run("confirm", folder, RULE, "--withdraw", AT)
    assert b"Withdrawn in" in done.stderr
    assert outcome(run, folder)["outcome"] == "cannot_tell"
    assert "confirmations" not in yaml.safe_load((folder / "account.yaml").read_text(encoding="utf-8"))
    assert b"nothing to withdraw" in run("confirm", folder, RULE, "--withdraw", AT).stderr


def test_what_the_files_decide_is_not_saved(run: Run, folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(EXAMPLES / "not-ready", folder)
    before = (folder / "account.yaml").read_bytes()
    done = run("confirm", folder, RULE, "--yes", AT)
    assert done.returncode == 0
    assert b"your files already decide this check" in done.stderr
    assert (folder / "account.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--yes"], "need the id of a check"),
        ([RULE, "--yes", "--withdraw"], "Use either"),
        ([RULE, "--json"], "--json needs --list"),
        ([RULE, "--list", "--yes"], "--list changes nothing"),
        (["batching/technician-on-line", "--yes"], "not found; did you mean 'batching/technician-on-lines'"),
        (["export/no-key-issue", "--yes"], "can't be confirmed by looking at a screen"),
    ],
)
def test_a_command_that_makes_no_sense_is_an_error(run: Run, folder: Path, words: list[str], says: str) -> None:
    done = run("confirm", folder, *words, AT)
    assert done.returncode == 2
    assert says in done.stderr.decode()


def test_ask_goes_on_to_what_only_a_person_can_see(run: Run, folder: Path) -> None:
    shown = run("ask", folder, "--by", "Office manager", AT, replies="\n" * 30).stderr.decode()
    assert "Does every material and equipment line in this batch have a technician" in shown
    replies = "".join(
        "1\n" if "have a technician" in line else "\n"
        for line in shown.splitlines()
        if line.startswith(("Question ", "Confirmation "))
    )
    run("ask", folder, "--by", "Office manager", AT, replies=replies)
    assert outcome(run, folder)["confirmed"]["by"] == "Office manager"


def test_a_folder_without_answers_gets_a_file_for_them(run: Run, folder: Path) -> None:
    (folder / "account.yaml").unlink()
    run("confirm", folder, RULE, "--yes", AT)
    assert RULE in yaml.safe_load((folder / "account.yaml").read_text(encoding="utf-8"))["confirmations"]


# -- “Ready” within reach


def confirm_everything(run: Run, folder: Path) -> int:
    """Confirm every open look, as a person would, and return how many there were."""
    looks = json.loads(run("confirm", folder, "--list", "--json", AT).stdout)["confirmations"]
    run("confirm", folder, "--by", "Office manager", AT, replies="1\n" * len(looks))
    return len(looks)


def test_exports_by_hand_and_twelve_looks_end_in_ready(run: Run, folder: Path) -> None:
    assert confirm_everything(run, folder) <= 12
    done = run("check", folder, AT)
    assert done.returncode == 0
    assert done.stdout.startswith(b"Ready to export")
    assert b"confirmed by Office manager" in done.stdout


def test_a_changed_amount_ends_what_was_confirmed_of_the_batch(run: Run, folder: Path) -> None:
    confirm_everything(run, folder)
    company = northwind()
    payment = next(one for one in company.titan["payments"] if one["syncStatus"] != "Exported")
    payment["total"] = str(Decimal(payment["total"]) - 1)
    (folder / "batch-1042-payments.xlsx").write_bytes(by_hand.files(company)["batch-1042-payments.xlsx"])
    assert run("check", folder, AT).returncode != 0
    assert outcome(run, folder)["outcome"] == "cannot_tell"
    assert outcome(run, folder, rule="tax/zone-mapped")["outcome"] == "passed"  # about the setup, for 90 days


def test_a_defect_in_a_file_fails_whatever_was_confirmed(run: Run, folder: Path) -> None:
    confirm_everything(run, folder)
    company = northwind()
    company.entry("CUST", company.waiting(0)["customer"]["name"])["HIDDEN"] = "Y"
    (folder / "quickbooks-lists.iif").write_bytes(by_hand.files(company)["quickbooks-lists.iif"])
    assert run("check", folder, AT).returncode == 1


@pytest.mark.parametrize("flags", [("--list",), ()])
def test_mistakes_in_account_yaml_are_reported_before_anything_is_asked(
    run: Run, folder: Path, flags: tuple[str, ...]
) -> None:
    with (folder / "account.yaml").open("a", encoding="utf-8") as file:
        file.write("confirmations:\n  naming/lengths:\n    - {value: maybe, by: Office manager}\n")
    done = run("confirm", folder, AT, *flags)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Confirmation 1" not in done.stderr
    assert b"account.yaml:" in done.stderr


# -- between two results


def changed(run: Run, *flags: str) -> dict[str, str]:
    done = run("diff", "old.json", "new.json", "-o", "json", *flags)
    return {one["rule"]: one["change"] for one in json.loads(done.stdout)["confirmations"]}


def test_diff_shows_what_happened_to_confirmations(run: Run, folder: Path, tmp_path: Path) -> None:
    run("check", folder, AT, "-q", "-o", "json:old.json")
    run("confirm", folder, RULE, "--yes", "--by", "Office manager", AT)
    run("confirm", folder, "batching/invoice-has-item", "--no", "--by", "Office manager", AT)
    run("check", folder, AT, "-q", "-o", "json:new.json")
    assert changed(run) == {
        RULE: "added",
        "batching/technician-active": "added",
        "batching/invoice-has-item": "denied",
        "batching/plausible-dates": "denied",
        "batching/total-is-its-lines": "denied",
    }
    assert (
        "Confirmed: Every material and equipment line in the batch has a technician (Office manager, November 20, 2026)"
        in run("diff", "old.json", "new.json").stdout.decode()
    )
    (tmp_path / "new.json").rename(tmp_path / "old.json")
    run("confirm", folder, RULE, "--withdraw", AT)
    run("check", folder, AT, "-q", "-o", "json:new.json")
    assert changed(run) == {RULE: "ended", "batching/technician-active": "ended"}
    assert "No longer confirmed: " in run("diff", "old.json", "new.json", "-o", "markdown").stdout.decode()


def test_diff_says_if_the_files_show_otherwise_or_the_same(run: Run, folder: Path, tmp_path: Path) -> None:
    confirm_everything(run, folder)
    run("check", folder, AT, "-q", "-o", "json:old.json")
    shutil.copytree(EXAMPLES / "ready", tmp_path / "api")
    run("check", "api", AT, "-q", "-o", "json:new.json")
    assert changed(run)[RULE] == "shown"
    shutil.rmtree(tmp_path / "api")
    shutil.copytree(EXAMPLES / "not-ready", tmp_path / "api")
    run("check", "api", AT, "-q", "-o", "json:new.json")
    assert changed(run)[RULE] == "contradicted"
    earlier = run("check", "api", AT, "--audience", "csm", "--earlier", "old.json", "-o", "markdown").stdout.decode()
    assert "Confirmations that changed" in earlier
