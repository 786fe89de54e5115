"""A new company: from an empty folder and four exports by hand to “Ready to export”, as an office manager does it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import by_hand
from commands import Run
from company import northwind

BY_HAND = Path(__file__).parents[2] / "examples" / "by-hand"
AT = "--at=2026-11-20T18:00:00-07:00"
WHO = ("--by", "Office manager")
INTERVIEW = ("Northwind Plumbing & Heating", "1", "green", "1", "1", "1, 2, 3", "no", "10/31/2026")
NOTHING_ELSE, ORDERS_TOO = "nothing else", "purchase orders"
MOST = 12
"""Maximum number of questions, and of confirmations, for a new company."""


def asked(shown: str, what: str) -> list[str]:
    return re.findall(rf"^{what} \d+(?: of \d+(?: \(or fewer\))?)?: (.+)$", shown, re.MULTILINE)


def save_exports(folder: Path) -> None:
    """Save the exports of the example, but none of its answers."""
    for file in BY_HAND.iterdir():
        if file.name != "account.yaml":
            shutil.copy(file, folder)


@pytest.mark.parametrize("batch", [NOTHING_ELSE, ORDERS_TOO])
def test_twelve_questions_and_looks_lead_to_ready(run: Run, tmp_path: Path, batch: str) -> None:
    first = run("init", AT, *WHO, replies="".join(f"{reply}\n" for reply in INTERVIEW)).stderr.decode()
    save_exports(tmp_path)
    assert run("check", AT, ".").returncode == 4
    about_files = ("yes", batch, "1/1/2026", "today")
    rest = run("ask", ".", AT, *WHO, replies="".join(f"{reply}\n" for reply in (*about_files, *["1"] * MOST))).stderr.decode()
    questions, looks = [*asked(first, "Question"), *asked(rest, "Question")], asked(rest, "Confirmation")
    assert len(questions) == len(set(questions)) == len(INTERVIEW) + len(about_files) <= MOST
    assert 0 < len(looks) <= MOST
    assert f"Confirm these {len(looks)} yourself (about " in rest
    done = run("check", ".", AT)
    assert (done.returncode, done.stdout.startswith(b"Ready to export")) == (0, True), done.stdout.decode()
    assert b"confirmed by Office manager" in done.stdout
    assert asked(run("ask", ".", AT).stderr.decode(), "Question") == []


def test_every_look_shows_where_to_click_and_none_names_a_rule(run: Run, tmp_path: Path) -> None:
    run("init", AT, *WHO, replies="".join(f"{reply}\n" for reply in INTERVIEW))
    save_exports(tmp_path)
    shown = run("ask", ".", AT, *WHO, replies="yes\n0\n1/1/2026\ntoday\n" + "1\n" * MOST).stderr.decode()
    looks = re.split(r"^Confirmation \d+ of \d+: ", shown, flags=re.MULTILINE)[1:]
    for look in looks:
        assert look.count("   - In ") >= 1, look
        assert re.search(r"^   About \d+ minutes?\.$", look, re.MULTILINE), look
    assert not re.search(r"[a-z]+/[a-z]+-[a-z]+", shown.replace("Service/", "")), shown


def test_a_problem_that_the_files_show_comes_before_any_question(run: Run, tmp_path: Path) -> None:
    save_exports(tmp_path)
    company = northwind()
    company.entry("CUST", company.waiting(0)["customer"]["name"])["HIDDEN"] = "Y"
    (tmp_path / "quickbooks-lists.iif").write_bytes(by_hand.files(company)["quickbooks-lists.iif"])
    shown = run("check", ".", AT).stdout.decode()
    assert shown.startswith("Don't export yet")
    assert shown.index("Fix first") < shown.index("What we still need")
    shown = run("ask", ".", AT).stderr.decode()
    assert shown.index("To fix: ") < shown.index("Question 1")
