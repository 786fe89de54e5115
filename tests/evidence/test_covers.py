"""Statements in account.yaml about how much the files cover, and how long they count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from exportready.evidence import snapshot
from exportready.kinds import KINDS
from exportready.model.evidence import Evidence, Scope

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
WANTED = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
INVOICE, LINE, MEMO = "servicetitan.invoice", "servicetitan.invoice_item", "servicetitan.credit_memo"
HEAD = "Invoice #,Invoice Date,Customer Name,Invoice Status,Batch #"
PLAIN = f"{HEAD}\n501,11/18/2026,Adams,Posted,1042\n"
LINES = f"{HEAD},Item,Quantity\n501,11/18/2026,Adams,Posted,1042,PIPE-1,2\n501,11/18/2026,Adams,Posted,1042,PIPE-2,1\n"


def read(folder: Path, files: Mapping[str, str | bytes]) -> Evidence:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return snapshot.read(folder, WANTED, AT)


def said(kind: str, words: str) -> str:
    return f"confirmed: {{at: 2026-11-20T17:30:00-07:00}}\ncovers: {{{kind}: {words}}}\n"


def begin(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@pytest.mark.parametrize(
    ("files", "scope"),
    [([PLAIN], Scope.WAITING), (["another file"], Scope.PART), ([PLAIN, "and one that is gone"], Scope.WAITING)],
    ids=["of this file", "of another", "of more files than are left"],
)
def test_a_statement_about_a_file_counts_for_that_file(files: list[str], scope: Scope, tmp_path: Path) -> None:
    words = f"{{value: batch, files: [{', '.join(map(begin, files))}]}}"
    evidence = read(tmp_path, {"account.yaml": said(INVOICE, words), "invoices.csv": PLAIN})
    assert evidence.dataset(INVOICE).scope is scope


def test_a_statement_does_not_count_for_a_later_file(tmp_path: Path) -> None:
    account = said(INVOICE, f"{{value: batch, files: [{begin(PLAIN)}]}}")
    later = PLAIN.replace("501", "777").replace("1042", "1043")
    evidence = read(tmp_path, {"account.yaml": account, "invoices.csv": PLAIN, "invoices 1043.csv": later})
    assert evidence.dataset(INVOICE).scope is Scope.PART


def test_a_statement_about_a_spreadsheet_does_not_count_for_an_array_of_the_api(tmp_path: Path) -> None:
    material = "servicetitan.material"
    account = said(material, "{value: all, files: [abcdefabcdef]}")
    one = '[{"id": 1, "code": "PIPE-1", "active": true, "costOfSaleAccount": "COGS"}]'
    evidence = read(tmp_path, {"account.yaml": account, "materials.json": one})
    assert evidence.dataset(material).scope is Scope.PART


def test_a_statement_about_transactions_counts_for_lines_only_if_every_file_has_lines(tmp_path: Path) -> None:
    account = said(INVOICE, "batch")
    both = read(tmp_path / "a", {"account.yaml": account, "invoices.csv": LINES})
    assert (both.dataset(INVOICE).scope, both.dataset(LINE).scope) == (Scope.WAITING, Scope.WAITING)
    other = PLAIN.replace("501", "777")
    some = read(tmp_path / "b", {"account.yaml": account, "invoices.csv": LINES, "invoices 1043.csv": other})
    assert (some.dataset(INVOICE).scope, some.dataset(LINE).scope) == (Scope.WAITING, Scope.PART)


def test_a_whole_list_stays_whole_if_only_the_batch_is_stated(tmp_path: Path) -> None:
    page: dict[str, object] = {"page": 1, "pageSize": 50, "hasMore": False, "totalCount": None, "data": []}
    evidence = read(tmp_path, {"account.yaml": said(INVOICE, "batch"), "invoices.json": json.dumps(page)})
    assert evidence.dataset(INVOICE).scope is Scope.WHOLE


@pytest.mark.parametrize(
    ("at", "scope"),
    [
        ("2026-11-20T17:30:00-07:00", Scope.WAITING),
        ("2026-11-19T17:30:00-07:00", Scope.MISSING),
        ("2026-11-21T17:30:00-07:00", Scope.MISSING),
    ],
    ids=["today", "yesterday", "tomorrow"],
)
def test_the_statement_that_there_are_none_counts_for_a_day(at: str, scope: Scope, tmp_path: Path) -> None:
    evidence = read(tmp_path, {"account.yaml": f"covers: {{{MEMO}: {{value: none, at: {at}}}}}\n"})
    assert evidence.dataset(MEMO).scope is scope


def test_the_statement_that_there_are_none_does_not_count_without_a_date_or_against_a_file(tmp_path: Path) -> None:
    undated = read(tmp_path / "a", {"account.yaml": f"covers: {{{MEMO}: none}}\n"})
    assert undated.dataset(MEMO).scope is Scope.MISSING
    there = read(tmp_path / "b", {"account.yaml": said(INVOICE, "none"), "invoices.csv": PLAIN})
    assert (there.dataset(INVOICE).scope, "there are none, but" in there.dataset(INVOICE).why) == (Scope.PART, True)


@pytest.mark.parametrize(
    "words",
    [
        "servicetitan.technician: batch",
        "servicetitan.purchase_order: batch",
        "servicetitan.material: none",
        "quickbooks.Customer: {from: 2026-11-01, to: 2026-11-20}",
        "quickbooks.Invoice: batch",
    ],
)
def test_some_statements_are_not_allowed_for_some_kinds(words: str, tmp_path: Path) -> None:
    (source,) = read(tmp_path, {"account.yaml": f"covers: {{{words}}}\n"}).sources
    assert "can't have" in (source.error or "")


# -- what a sheet is


def test_several_rows_of_an_invoice_are_lines_and_the_item_column_is_asked_for(tmp_path: Path) -> None:
    evidence = read(tmp_path, {"invoices.csv": LINES.replace("Item", "Thing")})
    assert INVOICE not in evidence.datasets
    assert [(one.kind, one.field, "Thing" in one.headings) for one in evidence.questions] == [(LINE, "skuName", True)]
    answered = f"columns: {{{LINE}: {{skuName: Thing}}}}\n"
    evidence = read(tmp_path, {"account.yaml": answered, "invoices.csv": LINES.replace("Item", "Thing")})
    assert len(evidence.dataset(INVOICE).records) == 1
    assert [line.get("skuName") for line in evidence.dataset(LINE).records] == ["PIPE-1", "PIPE-2"]


def test_several_rows_of_a_payment_are_what_it_is_applied_to(tmp_path: Path) -> None:
    head = "Payment #,Payment Date,Customer Name,Payment Amount,Status,Batch #,Invoice #,Applied Amount"
    rows = (
        "P1,11/18/2026,Adams,90,Posted,1042,501,50",
        "P1,11/18/2026,Adams,90,Posted,1042,502,40",
        "P2,11/18/2026,Baker,7,Posted,1042,,",
    )
    evidence = read(tmp_path, {"payments.csv": "\n".join((head, *rows))})
    paid = [
        (one.get("appliedToReferenceNumber"), str(one.get("appliedAmount")))
        for one in evidence.dataset("servicetitan.payment_application").records
    ]
    assert paid == [("501", "50"), ("502", "40")]
    assert [one.get("referenceNumber") for one in evidence.dataset("servicetitan.payment").records] == ["P1", "P2"]


# -- whose files they are


def test_answers_of_two_accounts_are_not_judged_as_one(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{name}/account.yaml": f"account: {name}\nsettings: {{peopleWhoExport: 1}}\n" for name in ("North", "South")
    }
    evidence = read(tmp_path, files)
    assert ["different accounts: “North” and “South”" in (source.error or "") for source in evidence.sources] == [True, True]
    assert evidence.dataset("account.answers").records == ()


# -- numbers and days beyond reason


@pytest.mark.parametrize("rate", ["1e999999", "1e9000", "-1e40", "1e-99"])
def test_an_impossibly_large_number_is_unknown(rate: str, tmp_path: Path, unknown: Callable[[object], bool]) -> None:
    rates = f'"rates": [{{"id": 2, "taxName": "A", "taxRate": {rate}, "salesTaxItem": null}}]'
    zones = f'[{{"id": 1, "name": "Denver", "active": true, {rates}}}]'
    evidence = read(tmp_path, {"tax-zones.json": zones})
    (found,) = evidence.dataset("servicetitan.tax_rate").records
    assert unknown(found.get("taxRate"))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31"])
def test_an_impossible_year_is_a_mistake(moment: str, tmp_path: Path) -> None:
    (source,) = read(tmp_path, {"account.yaml": f"takenAt: {moment}\n"}).sources
    assert source.error is not None
