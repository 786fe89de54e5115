"""Answers as a spreadsheet with two columns, alone and beside account.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from exportready.account.questions import INTERVIEW, own_question
from exportready.evidence import snapshot
from exportready.kinds import KINDS
from exportready.kinds.account import FILE_MODE
from exportready.model.evidence import UNSET, Evidence, Unknown, Value

AT = datetime(2026, 11, 20, 18, tzinfo=timezone(timedelta(hours=-7)))
WANTED = {kind: frozenset(KINDS[kind].fields) for kind in ("account.answers", "quickbooks.Host")}
WHEN = "When were these answers given?"
PEOPLE, MODE, CONNECTOR = own_question("peopleWhoExport").text, own_question(FILE_MODE).text, INTERVIEW[2].text


def read(folder: Path, files: Mapping[str, str | bytes]) -> Evidence:
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return snapshot.read(folder, WANTED, AT)


def csv(*rows: tuple[str, str]) -> str:
    return "".join(f'"{question}","{answer}"\r\n' for question, answer in (("Question", "Answer"), *rows))


def answers(evidence: Evidence) -> Mapping[str, Value]:
    (record,) = evidence.dataset("account.answers").records
    return record.fields


def test_a_row_may_have_a_question_of_the_interview_a_setting_or_a_path(tmp_path: Path) -> None:
    rows = (
        (INTERVIEW[0].text, "Northwind"),
        (PEOPLE, "1"),
        (MODE, "yes"),
        (CONNECTOR, "Green"),
        ("Do you want serial numbers sent to QuickBooks?", "NO"),
        ("modules.inventory", "yes"),
        ("closingDate", "none"),
    )
    evidence = read(tmp_path, {"answers.csv": csv(*rows)})
    assert answers(evidence) == {
        "peopleWhoExport": 1,
        "webConnector.status": "online",
        "webConnector.restarted": False,
        "serialNumbersWanted": False,
        "modules.inventory": True,
        "closingDate": UNSET,
    }
    assert evidence.account.name == "Northwind"
    assert [host.get("QBFileMode") for host in evidence.dataset("quickbooks.Host").records] == ["SingleUser"]


def test_cells_of_a_workbook_are_read_as_answers(tmp_path: Path, book: Callable[..., bytes]) -> None:
    rows = [["Our answers"], ["Nr", "Question", "Answer"], [1, PEOPLE, 3], [2, "serialNumbersWanted", True], [3, "Who?", "me"]]
    evidence = read(tmp_path, {"answers.xlsx": book({"Sheet1": rows})})
    assert answers(evidence) == {"peopleWhoExport": 3, "serialNumbersWanted": True}
    (source,) = evidence.sources
    assert (source.reader, source.notes) == ("answers", ("row 5 isn't one of our questions: “Who?”",))


def test_an_empty_answer_is_skipped_and_dont_know_is_unknown(tmp_path: Path) -> None:
    found = answers(read(tmp_path, {"answers.csv": csv((PEOPLE, ""), ("modules.inventory", "don't know"))}))
    assert list(found) == ["modules.inventory"]
    assert isinstance(found["modules.inventory"], Unknown)


def test_the_date_row_dates_the_answers_in_the_time_zone_of_the_check(tmp_path: Path) -> None:
    evidence = read(tmp_path, {"answers.csv": csv((WHEN, "11/20/2026 5:25 PM"), (PEOPLE, "1"), (MODE, "no"))})
    (record,) = evidence.dataset("account.answers").records
    dated = datetime(2026, 11, 20, 17, 25, tzinfo=AT.tzinfo)
    assert record.notes["peopleWhoExport"].dated == dated
    assert evidence.dataset("quickbooks.Host").dated == dated


def test_without_a_date_row_the_answers_have_no_date(tmp_path: Path) -> None:
    (record,) = read(tmp_path, {"answers.csv": csv((PEOPLE, "1"))}).dataset("account.answers").records
    assert record.notes["peopleWhoExport"].dated is None


def test_every_unusable_row_is_reported_and_no_answer_counts(tmp_path: Path) -> None:
    evidence = read(tmp_path, {"answers.csv": csv((PEOPLE, "many"), (WHEN, "lately"), (CONNECTOR, "green"))})
    (source,) = evidence.sources
    assert source.error is not None
    assert source.error.startswith('"many" isn\'t a number')
    assert '; row 3: "lately" isn\'t a date and time' in source.error
    assert source.error_line == 2
    assert evidence.dataset("account.answers").records == ()


def test_rows_that_contradict_each_other_are_a_mistake_in_any_order(tmp_path: Path) -> None:
    for number, rows in enumerate(
        ((("webConnector.status", "offline"), (CONNECTOR, "green")), ((PEOPLE, "1"), (PEOPLE, "?")))
    ):
        for order in (rows, rows[::-1]):
            (tmp_path / f"{number}{rows is order}").mkdir()
            (source,) = read(tmp_path / f"{number}{rows is order}", {"answers.csv": csv(*order)}).sources
            assert "contradicts row" in (source.error or "")


def test_a_number_does_not_select_a_reply_in_a_spreadsheet(tmp_path: Path) -> None:
    (source,) = read(tmp_path, {"answers.csv": csv((own_question("webConnector.sentBy").text, "2"))}).sources
    assert "isn't one of the choices. Type one of these: ServiceTitan Web Connector, and never another one / " in (
        source.error or ""
    )


def test_the_answer_when_the_files_were_exported_dates_the_snapshot(tmp_path: Path) -> None:
    rows = csv((WHEN, "11/20/2026 5:25 PM"), ("When did you export these files?", "11/20/2026 4:00 PM"))
    taken = read(tmp_path, {"answers.csv": rows}).account.taken_at
    assert taken == datetime(2026, 11, 20, 16, tzinfo=AT.tzinfo)


@pytest.mark.parametrize("newer", [True, False])
def test_a_newer_dont_know_replaces_an_answer(newer: bool, tmp_path: Path) -> None:
    stated = "2026-11-20T15:00:00-07:00" if newer else "2026-11-20T17:55:00-07:00"
    account = f"quickbooks: {{fileMode: singleUser}}\nconfirmed: {{at: {stated}}}\nsettings: {{peopleWhoExport: 1}}\n"
    rows = csv((WHEN, "11/20/2026 5:50 PM"), (MODE, "don't know"), (PEOPLE, "don't know"))
    evidence = read(tmp_path, {"account.yaml": account, "answers.csv": rows})
    (host,) = evidence.dataset("quickbooks.Host").records
    assert isinstance(answers(evidence)["peopleWhoExport"], Unknown) is newer
    assert isinstance(host.get("QBFileMode"), Unknown) is newer


def test_the_time_zone_of_account_yaml_applies(tmp_path: Path) -> None:
    rows = csv((WHEN, "11/20/2026 5:25 PM"), (PEOPLE, "1"))
    evidence = read(tmp_path, {"account.yaml": "timeZone: America/New_York\n", "answers.csv": rows})
    (record,) = evidence.dataset("account.answers").records
    assert record.notes["peopleWhoExport"].dated == datetime.fromisoformat("2026-11-20T17:25:00-05:00")


BOTH = [
    ("2026-11-20T10:00:00-07:00", "11/20/2026 5:25 PM", 2),
    ("2026-11-20T17:30:00-07:00", "11/20/2026 5:25 PM", 1),
    ("2026-11-20T17:25:00-07:00", "11/20/2026 5:25 PM", None),
    ("2026-11-20T17:25:00-07:00", "", None),
]


@pytest.mark.parametrize(("stated", "sheet", "counts"), BOTH, ids=["newer sheet", "newer file", "of one moment", "undated"])
def test_the_newer_of_two_answers_in_account_yaml_and_a_spreadsheet_counts(
    tmp_path: Path, stated: str, sheet: str, counts: int | None
) -> None:
    account = f"account: Northwind\nconfirmed: {{at: {stated}}}\nsettings: {{peopleWhoExport: 1, serialNumbersWanted: true}}\n"
    rows = csv((WHEN, sheet), (PEOPLE, "2"), ("serialNumbersWanted", "yes"), ("modules.inventory", "no"))
    evidence = read(tmp_path, {"account.yaml": account, "answers.csv": rows})
    found = answers(evidence)
    assert (found["serialNumbersWanted"], found["modules.inventory"]) == (True, False)
    if counts is None:
        assert isinstance(found["peopleWhoExport"], Unknown)
    else:
        assert found["peopleWhoExport"] == counts
    (record,) = evidence.dataset("account.answers").records
    assert record.notes["modules.inventory"].where is not None
    assert record.notes["modules.inventory"].where.path == "answers.csv"
    assert evidence.account.name == "Northwind"


def test_the_account_name_of_account_yaml_counts(tmp_path: Path) -> None:
    rows = csv((INTERVIEW[0].text, "Somebody else"), (PEOPLE, "1"))
    assert read(tmp_path, {"account.yaml": "account: Northwind\n", "answers.csv": rows}).account.name == "Northwind"
