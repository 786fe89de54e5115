"""Two windows, or a window and a program, at the same time: every file and every answer is kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from exportready.account import reading
from exportready.app import accounts, checks, files, ledger, questions
from exportready.app.home import Home, clean_up
from page import AT, sheet, tree, upload

PATHS = (
    "peopleWhoExport",
    "customerMapping",
    "closingDate",
    "salesTax.zones.Denver",
    "salesTax.zones.Lakewood",
    "serialNumbersWanted",
)
VALUES = (2, "customerLevel", "2026-10-31", "Denver Sales Tax", "Lakewood Sales Tax", False)


def at_once(*tasks: Callable[[], object]) -> None:
    """Run tasks in threads of their own, and fail if one fails."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()


def test_answers_in_two_windows_are_all_kept(home: Home, company: str) -> None:
    at_once(
        *(
            lambda path=path, value=value: questions.save(home, company, {path: value}, {}, "me", AT)
            for path, value in zip(PATHS, VALUES, strict=True)
        )
    )
    record = reading.read(accounts.answers_text(home, company, AT).encode(), "account.yaml").answers.records[0]
    assert set(PATHS) <= set(record.fields)


def test_files_dropped_in_two_windows_are_all_kept(home: Home, company: str) -> None:
    row = "Invoice Number,Invoice Date,Customer Name,Total,Batch #"
    texts = [sheet(row, f"{number},11/20/2026,Baker,100.00,{number}") for number in range(4)]
    at_once(
        *(
            lambda number=number: files.add(home, company, [upload(f"{number}-invoices.csv", texts[number])], AT)
            for number in range(4)
        )
    )
    assert [card.name for card in files.cards(home, company)] == [f"{number}-invoices.csv" for number in range(4)]
    assert set(ledger.read(home, company).files) == {path.name for path in home.snapshot(company).iterdir()} - {"account.yaml"}


def test_the_same_file_in_two_windows_is_there_once(home: Home, company: str) -> None:
    text = sheet("Invoice Number,Invoice Date,Customer Name,Total,Batch #", "1,11/20/2026,Baker,100.00,1042")
    at_once(*(lambda: files.add(home, company, [upload("invoices.csv", text)], AT) for _ in range(3)))
    assert [card.name for card in files.cards(home, company)] == ["invoices.csv"]


def test_a_check_while_files_and_answers_change_is_of_one_state(home: Home, company: str) -> None:
    text = sheet("Invoice Number,Invoice Date,Customer Name,Total,Batch #", "1,11/20/2026,Baker,100.00,1042")
    at_once(
        lambda: checks.run(home, company, checks.BEFORE, AT),
        lambda: files.add(home, company, [upload("invoices.csv", text)], AT),
        lambda: questions.save(home, company, {"peopleWhoExport": 2}, {}, "me", AT),
        lambda: checks.run(home, company, checks.AFTER, AT),
    )
    assert len(checks.all_checks(home, company)) == 2
    clean_up(home)
    assert [path for path in tree(home.path) if path.startswith("incoming/")] == []
