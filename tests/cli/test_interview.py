"""`init` and `ask`: the conversation, what it writes, and what it never asks twice."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import by_hand
from company import northwind
from exportready.account.questions import INTERVIEW

Run = Callable[..., subprocess.CompletedProcess[bytes]]
ROOT = Path(__file__).parents[2]
AT = "--at=2026-11-20T17:40:00-07:00"
LATER = "--at=2026-11-20T18:00:00-07:00"
REPLIES = ("Northwind", "1", "green", "1", "1", "1, 2, 3", "no", "10/31/2026")


STOCK = ("servicetitan.equipment", "servicetitan.material", "servicetitan.service")


def lines(*replies: str) -> str:
    return "".join(f"{reply}\n" for reply in replies)


def asked(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    """The questions, in their order."""
    return [
        found[1] for found in re.finditer(r"^Question \d+(?: of \d+ \(or fewer\))?: (.+)$", done.stderr.decode(), re.MULTILINE)
    ]


def account(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "account.yaml").read_text("utf-8"))
    return found


def settings(folder: Path) -> dict[str, object]:
    """Every answer by its path."""

    def flat(branch: object, path: str = "") -> dict[str, object]:
        if not isinstance(branch, dict) or "value" in branch:
            return {path: branch} if branch is not None else {}
        return {
            leaf: value for name, child in branch.items() for leaf, value in flat(child, f"{path}.{name}".strip(".")).items()
        }

    return flat(account(folder)["settings"])


# -- init


def test_eight_replies_make_an_account(run: Run, tmp_path: Path) -> None:
    done = run("init", "november", AT, "--by", "office manager", replies=lines(*REPLIES))
    assert (done.returncode, done.stdout) == (0, b"")
    assert len(asked(done)) == 8
    found = account(tmp_path / "november")
    assert found["account"] == "Northwind"
    assert found["quickbooks"] == {"fileMode": "singleUser"}
    assert "confirmed: {by: office manager, at: 2026-11-20T17:40:00-07:00}" in (
        tmp_path / "november" / "account.yaml"
    ).read_text("utf-8")
    assert settings(tmp_path / "november") == {
        "webConnector.sentBy": "servicetitan",
        "webConnector.status": "online",
        "webConnector.restarted": False,
        "webConnector.oldConnectorAutoRun": False,
        "webConnector.since": "none",
        "peopleWhoExport": 1,
        "modules.purchasing": True,
        "modules.inventory": True,
        "configurations.populateSerialNumbersInQuickBooks": False,
        "customerMapping": "customerLevel",
        "customerMappingAtLastExport": "customerLevel",
        "purchaseOrders.export": True,
        "closingDate": date(2026, 10, 31),
        "serialNumbersWanted": False,
    }


def test_the_answers_count_at_once(run: Run, tmp_path: Path) -> None:
    run("init", AT, replies=lines(*REPLIES))
    run("check", ".", AT, "-o", "json:r.json")
    outcomes = {rule["id"]: rule["outcome"] for rule in json.loads((tmp_path / "r.json").read_text("utf-8"))["rules"]}
    passed = ("connection/web-connector-online", "session/single-user-mode", "settings/customer-mapping-unchanged")
    assert {outcomes[rule] for rule in passed} == {"passed"}


def test_a_question_that_an_answer_makes_pointless_is_left_out(run: Run, tmp_path: Path) -> None:
    done = run("init", AT, replies=lines("Northwind", "several", "red", "4", "", "none", "none"))
    assert done.returncode == 0
    assert asked(done) == [INTERVIEW[number - 1].text for number in (1, 2, 3, 4, 5, 6, 8)]
    assert settings(tmp_path)["webConnector.sentBy"] == "quickbooks"
    assert settings(tmp_path)["modules.purchasing"] is False
    assert "customerMapping" not in settings(tmp_path)


def test_dont_know_claims_nothing(run: Run, tmp_path: Path) -> None:
    done = run("init", AT, replies=lines(*[""] * 4, "don't know", "not sure", "", ""))
    assert done.returncode == 0
    assert settings(tmp_path) == {}


def test_replies_that_end_early_leave_the_rest_open(run: Run, tmp_path: Path) -> None:
    done = run("init", AT, replies=lines("Northwind", "several"))
    assert done.returncode == 0
    assert b"No more answers. Unanswered questions are recorded" in done.stderr
    assert settings(tmp_path) == {"peopleWhoExport": 2}


@pytest.mark.parametrize(
    ("number", "reply", "error"),
    [
        (2, "two", "isn't one of the choices. Type a number from 1 to 3"),
        (2, "0", "isn't one of the choices"),
        (3, "blue", "isn't one of the choices. Type a number from 1 to 4"),
        (6, "5", "isn't one of the choices"),
        (6, "1 9", "isn't one of the choices"),
        (8, "soon", "isn't a date"),
    ],
)
def test_a_piped_reply_that_is_none_ends_it_and_writes_nothing(
    run: Run, tmp_path: Path, number: int, reply: str, error: str
) -> None:
    replies = [*REPLIES[: number - 1], reply, *REPLIES[number:]]
    done = run("init", AT, replies=lines(*replies))
    assert done.returncode == 2
    assert (
        f'Question {number}, "{INTERVIEW[number - 1].text}": "{reply[-1] if " " in reply else reply}" {error}'
        in done.stderr.decode()
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="pty is POSIX")
def test_a_typed_reply_that_is_none_is_asked_for_again(program: list[str], tmp_path: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    with subprocess.Popen([*program, "init", "."], stdin=follower, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        os.write(leader, lines("Northwind", "many", "1", *REPLIES[2:]).encode())
        _, shown = process.communicate(timeout=60)
    assert process.returncode == 0, shown
    assert '"many" isn\'t one of the choices' in shown.decode()
    assert settings(tmp_path)["peopleWhoExport"] == 1


def test_a_question_mark_explains_the_question(run: Run, tmp_path: Path) -> None:
    done = run("init", AT, replies=lines("?", "Northwind", "?", "1"))
    assert INTERVIEW[0].explanation in done.stderr.decode()
    assert INTERVIEW[1].explanation in done.stderr.decode()
    assert account(tmp_path)["account"] == "Northwind"
    assert settings(tmp_path) == {"peopleWhoExport": 1}  # the mode isn't a setting


def test_back_returns_to_the_previous_question_with_its_answer(run: Run, tmp_path: Path) -> None:
    done = run("init", AT, replies=lines("back", "Northwind", "3", "back", "back", "Smith", "", "red"))
    assert "There is no earlier question to go back to." in done.stderr.decode()
    assert asked(done)[:6] == [INTERVIEW[number - 1].text for number in (1, 2, 3, 2, 1, 2)]
    assert "Press Enter to keep: Northwind" in done.stderr.decode()
    assert account(tmp_path)["account"] == "Smith"
    assert settings(tmp_path) == {"peopleWhoExport": 2, "webConnector.status": "offline"}


def test_back_brings_back_a_question_that_the_other_answer_makes_relevant(run: Run) -> None:
    done = run("init", AT, replies=lines("Northwind", "3", "red", "4", "1", "none", "back", "back", "back", "1"))
    assert [INTERVIEW[number - 1].text for number in (1, 2, 3, 4, 5, 6, 8, 6, 5, 4, 5)] == asked(done)


INTERRUPTIBLE = """
import signal, sys
from exportready.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""
"""A process that was started in the background ignores Ctrl-C, and so would those that it starts."""


def interrupted(folder: Path, command: str, question: str, *replies: str) -> tuple[int, str]:
    """Press Ctrl-C once a question is asked; return the exit code and everything shown."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, command, "my files"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(lines(*replies).encode())
        process.stdin.flush()
        shown = b""
        while question.encode() not in shown:
            shown += process.stderr.readline()
        while not shown.endswith(b"> "):
            shown += process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        shown += process.stderr.read()
    return process.returncode, shown.decode()


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_ctrl_c_says_what_was_saved(tmp_path: Path) -> None:
    code, shown = interrupted(tmp_path, "init", "Question 1 ")
    assert (code, "Stopped. Nothing was saved." in shown) == (130, True)
    assert list(tmp_path.iterdir()) == []
    code, shown = interrupted(tmp_path, "init", "Question 3 ", "Northwind", "3")
    assert code == 130
    assert "Stopped. Your answers so far are saved in my files/account.yaml" in shown
    assert "run: exportready ask 'my files'" in shown
    assert settings(tmp_path / "my files") == {"peopleWhoExport": 2}
    code, shown = interrupted(tmp_path, "ask", "Question 2", "green")
    assert (code, "Stopped. Your answers so far are saved." in shown) == (130, True)
    assert settings(tmp_path / "my files")["webConnector.status"]["value"] == "online"  # type: ignore[index]


def test_a_folder_with_a_space_is_quoted_in_each_suggested_command(run: Run) -> None:
    quoted = '"my files"' if os.name == "nt" else "'my files'"
    done = run("init", "my files", AT, replies=lines(*REPLIES))
    assert f"Then run: exportready check {quoted} -o html:report.html" in done.stderr.decode()
    assert f"run: exportready ask {quoted}" in run("init", "my files", AT).stderr.decode()
    done = run("ask", "my files", LATER, replies=lines(*[""] * 30))
    assert f"Now run: exportready check {quoted} -o html:report.html" in done.stderr.decode()


def test_an_account_that_is_there_is_not_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "account.yaml").write_text("account: Mine\n", "utf-8")
    done = run("init", replies=lines(*REPLIES))
    assert done.returncode == 2
    assert b"account.yaml already exists. To answer the questions that are still open, run: exportready ask ." in done.stderr
    assert (tmp_path / "account.yaml").read_text("utf-8") == "account: Mine\n"


def test_a_blank_file_has_every_question_and_claims_nothing(run: Run, tmp_path: Path) -> None:
    done = run("init", "--blank")
    assert (done.returncode, asked(done)) == (0, [])
    assert settings(tmp_path) == {}
    text = (tmp_path / "account.yaml").read_text("utf-8").replace("  peopleWhoExport:", "  peopleWhoExport: 2")
    (tmp_path / "account.yaml").write_text(text, "utf-8")
    run("check", ".", "-o", "json:r.json")
    outcomes = {rule["id"]: rule["outcome"] for rule in json.loads((tmp_path / "r.json").read_text("utf-8"))["rules"]}
    assert outcomes["session/single-user-mode"] == "not_applicable"
    assert "passed" not in outcomes.values()


def test_the_page_of_exports_is_no_evidence(run: Run, tmp_path: Path) -> None:
    run("init", AT, replies=lines("Smith & <Sons>"))
    page = (tmp_path / "what-to-export.html").read_text("utf-8")
    assert page.count('<span class="box"') == 4
    assert "File \u203a Utilities \u203a Export \u203a Lists to IIF Files" in page
    assert "Smith &amp; &lt;Sons&gt;" in page
    run("check", ".", "-o", "json:r.json")
    result = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert result["unrecognised"] == []
    assert [source["path"] for source in result["sources"]] == ["account.yaml"]


# -- ask


def test_ask_after_init_asks_only_what_is_open_and_nothing_twice(run: Run) -> None:
    first = asked(run("init", AT, replies=lines("Northwind", "1", "red", *REPLIES[3:])))
    rest = asked(run("ask", ".", LATER, replies=lines(*[""] * 30)))
    assert not set(first) & set(rest)
    assert len(rest) == len(set(rest))


def test_nothing_fresh_is_asked_again(run: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "ready", tmp_path / "ready")
    before = (tmp_path / "ready" / "account.yaml").read_bytes()
    done = run("ask", "ready", LATER)
    assert (done.returncode, asked(done)) == (0, [])
    assert b"You have no questions to answer right now.\nNow run: exportready check ready -o html:report.html" in done.stderr
    assert (tmp_path / "ready" / "account.yaml").read_bytes() == before


def test_only_what_went_stale_is_asked_and_the_rest_is_kept_to_the_letter(run: Run, tmp_path: Path) -> None:
    text = (
        "account: Northwind   # ours\n"
        "confirmed: {at: 2026-11-20T17:25:00-07:00}\n"
        "settings:\n"
        "  webConnector:\n"
        "    status: online      # look every time\n"
        "    restarted: false\n"
        "    sentBy: servicetitan\n"
        "    oldConnectorAutoRun: false\n"
        "  # asked of Support in May\n"
        "  configurations: {populateSerialNumbersInQuickBooks: false}\n"
    )
    (tmp_path / "account.yaml").write_text(text, "utf-8")
    next_day = "2026-11-21T09:00:00-07:00"
    done = run("ask", ".", "--at", next_day, replies=lines("", "2"))
    assert asked(done)[:2] == [INTERVIEW[1].text, INTERVIEW[2].text]
    assert not {INTERVIEW[3].text, INTERVIEW[6].text} & set(asked(done))
    after = (tmp_path / "account.yaml").read_text("utf-8")
    assert settings(tmp_path)["webConnector.status"] == {"value": "online", "at": next_day}
    assert settings(tmp_path)["webConnector.runsAsAdministrator"] == {"value": True, "at": next_day}
    kept = [line for line in text.splitlines() if "status" not in line and "restarted" not in line]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert "# look every time" in after


def test_a_stale_answer_is_taken_back_by_dont_know(run: Run, tmp_path: Path) -> None:
    stated = "confirmed: {at: 2026-01-20T17:25:00-07:00}\nsettings: {peopleWhoExport: 1}\n"
    (tmp_path / "account.yaml").write_text(stated, "utf-8")
    done = run("ask", ".", AT, replies=lines(*[""] * 30))
    assert INTERVIEW[1].text in asked(done)
    assert settings(tmp_path)["peopleWhoExport"] == {"value": "don't know", "at": "2026-11-20T17:40:00-07:00"}


def test_all_asks_everything(run: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "ready", tmp_path / "ready")
    done = run("ask", "ready", LATER, "--all")
    assert INTERVIEW[1].text in asked(done)[0]


def test_an_account_with_mistakes_is_not_touched(run: Run, tmp_path: Path) -> None:
    (tmp_path / "account.yaml").write_text("account: Mine\nsettings: {peopleWhoExport: none}\n", "utf-8")
    done = run("ask", ".", replies=lines(*REPLIES))
    assert done.returncode == 2
    assert b"account.yaml:2: " in done.stderr
    assert b"Fix this file first" in done.stderr


def test_ask_needs_a_folder(run: Run) -> None:
    done = run("ask", "nowhere")
    assert done.returncode == 2
    assert b"Can't find nowhere. Give the folder with your exported files" in done.stderr


def test_what_the_spreadsheets_leave_open_is_asked_once_and_kept(run: Run, tmp_path: Path) -> None:
    for name, content in by_hand.files(northwind()).items():
        if name == "quickbooks-lists.iif":
            (tmp_path / name).write_bytes(content)
    tabs = by_hand.pricebook(northwind())
    renamed = {
        tab: [["Posting 2" if cell == by_hand.COST else cell for cell in rows[0]], *rows[1:]] for tab, rows in tabs.items()
    }
    (tmp_path / "pricebook.xlsx").write_bytes(by_hand.workbook(renamed))
    done = run("ask", ".", AT, replies=lines("posting 2"))
    first, *_ = asked(done)
    assert first == "Which column of pricebook.xlsx (Equipment, Materials) contains “Cost of Sale Account”?"
    done = run("ask", ".", AT, replies=lines("yes", "today"))
    second, third, *_ = asked(done)
    counts = "20 equipment items, 70 materials, and 11 services"
    assert second == f"pricebook.xlsx: {counts}. Is this the whole pricebook, including inactive items?"
    assert third == "When did you export these files?"
    found = account(tmp_path)
    assert found["columns"] == {
        f"servicetitan.{kind}": {"costOfSaleAccount": "Posting 2"} for kind in ("equipment", "material")
    }
    assert {kind: said["value"] for kind, said in found["covers"].items() if kind in STOCK} == dict.fromkeys(STOCK, "all")
    assert found["takenAt"] == "2026-11-20T17:40:00-07:00"
    again = run("ask", ".", AT)
    assert not {first, second, third} & set(asked(again))
    (tmp_path / "pricebook.xlsx").write_bytes(by_hand.workbook({"Materials": [by_hand.STOCKED, ["PIPE-1", *[None] * 10]]}))
    other = asked(run("ask", ".", AT, replies=lines("yes", "")))
    assert "pricebook.xlsx: 1 material. Is this the whole pricebook, including inactive items?" in other
    assert third in other


def test_a_batch_is_asked_for_as_a_batch(run: Run, tmp_path: Path) -> None:
    files = by_hand.files(northwind())
    (tmp_path / "batch-1042-payments.xlsx").write_bytes(files["batch-1042-payments.xlsx"])
    (tmp_path / "batch-1043-payments.xlsx").write_bytes(by_hand.workbook({"Payments": [by_hand.PAYMENTS]}))
    both = "batch-1042-payments.xlsx and batch-1043-payments.xlsx: 13 payments. What else is in the batch you are about to export?"
    done = run("ask", ".", AT, replies="1, credit memos\n")
    assert asked(done)[0] == both
    said = account(tmp_path)["covers"]
    assert {kind.removeprefix("servicetitan."): one["value"] for kind, one in said.items()} == {
        "payment": "part",
        "invoice": "none",
        "credit_memo": "some",
        "bill": "none",
        "purchase_order": "none",
    }
    assert len(said["servicetitan.payment"]["files"]) == 2
    assert both not in asked(run("ask", ".", AT))


@pytest.mark.parametrize("reply", ["0", "none", "no", "Nothing else"])
def test_nothing_else_in_the_batch_makes_its_files_complete(run: Run, tmp_path: Path, reply: str) -> None:
    files = by_hand.files(northwind())
    (tmp_path / "batch-1042-payments.xlsx").write_bytes(files["batch-1042-payments.xlsx"])
    run("ask", ".", AT, replies=f"{reply}\n")
    said = account(tmp_path)["covers"]
    assert said["servicetitan.payment"]["value"] == "batch"
    assert said["servicetitan.credit_memo"]["value"] == "none"


def test_a_kind_that_the_batch_has_is_then_needed_as_a_file(run: Run, tmp_path: Path) -> None:
    files = by_hand.files(northwind())
    (tmp_path / "batch-1042-payments.xlsx").write_bytes(files["batch-1042-payments.xlsx"])
    (tmp_path / "quickbooks-lists.iif").write_bytes(files["quickbooks-lists.iif"])
    run("ask", ".", AT, replies="invoices\n")
    assert b"* ServiceTitan: the batch you are about to export." in run("check", ".", AT).stdout
    (tmp_path / "batch-1042-invoices.xlsx").write_bytes(files["batch-1042-invoices.xlsx"])
    assert "batch-1042-invoices.xlsx: 20 invoices. What else is in the batch you are about to export?" in asked(
        run("ask", ".", AT)
    )


def test_tax_zones_are_mapped_by_name(run: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "ready", tmp_path / "ready")
    path = tmp_path / "ready" / "account.yaml"
    stated = yaml.safe_load(path.read_text("utf-8"))
    del stated["settings"]["salesTax"]["zones"]
    path.write_text(yaml.safe_dump(stated), "utf-8")
    done = run("ask", "ready", LATER, replies=lines("Denver Sales Tax", "Lakewood Sales Tax"))
    assert asked(done) == [
        f"Which QuickBooks sales tax item or group is tax zone “{zone}” mapped to?" for zone in ("Denver", "Lakewood")
    ]
    run("check", "ready", LATER, "-o", "json:r.json")
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["verdict"] == "ready"


# -- answers as a spreadsheet


def test_the_questions_as_a_spreadsheet_are_read_back(run: Run, tmp_path: Path) -> None:
    assert run("init", "--spreadsheet").returncode == 0
    assert not (tmp_path / "account.yaml").exists()
    rows = list(csv.reader(io.StringIO((tmp_path / "answers.csv").read_text("utf-8-sig"))))
    answers = {INTERVIEW[number].text: reply for number, reply in enumerate(REPLIES)} | {
        INTERVIEW[1].text: INTERVIEW[1].replies[0].label,
        INTERVIEW[3].text: "ServiceTitan Web Connector",
        INTERVIEW[4].text: INTERVIEW[4].replies[0].label,
        INTERVIEW[5].text: "Purchasing in ServiceTitan, serial",
    }
    answers["When were these answers given?"] = "11/20/2026 5:25 PM"
    filled = [[row[0], answers.get(row[0], row[1]), *row[2:]] for row in rows]
    with (tmp_path / "answers.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(filled)
    run("check", ".", AT, "-o", "json:r.json")
    result = json.loads((tmp_path / "r.json").read_text("utf-8"))
    outcomes = {rule["id"]: rule["outcome"] for rule in result["rules"]}
    assert result["account"]["name"] == "Northwind"
    assert outcomes["connection/web-connector-online"] == "passed"
    assert outcomes["session/single-user-mode"] == "passed"
