"""Reports after the export: the tie-out and the work list."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from exportready.kinds.derived import SIDES
from exportready.model.evidence import UNSET, Location, Record, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.report import Report, Verdict
from exportready.reporters import Options, arrival, render, words
from exportready.reporters.csv_rows import harmless

GOLDEN = Path(__file__).parent / "golden"
VIEWS = [
    ("console", "after-export.txt"),
    ("json", "after-export.json"),
    ("html", "after-export.html"),
    ("work-list", "work-list.csv"),
]


def tie_out_row(batch: Value, type_: str, sums: Mapping[str, tuple[int, str]], **more: Value) -> Record:
    fields: dict[str, Value] = {
        "batch": batch,
        "batchName": "11-20 plumbing" if batch else UNSET,
        "type": type_,
        "explained": UNSET,
    }
    for side in SIDES:
        count, amount = sums.get(side, (0, "0.00"))
        fields |= {f"{side}Count": Decimal(count), f"{side}Amount": Decimal(amount)}
    fields |= {"missingCount": Decimal(0), "doubledCount": Decimal(0), **more}
    return Record(kind="derived.tie_out", key=f"{batch} / {type_}", fields=fields, where=Location("account.yaml"))


def payment_to_apply(customer: str, **more: Value) -> Record:
    fields: dict[str, Value] = {
        "booksCustomer": customer, "payment": "P9354", "invoice": "58278", "paymentDate": date(2026, 11, 19), "paymentType": "Check",
        "paymentAmount": Decimal("1633.08"), "unused": Decimal("1633.08"), "invoiceDate": date(2026, 11, 18),
        "openBalance": Decimal("600.00"), "toApply": Decimal("600.00"), "batch": "1042", "paymentSentBy": "servicetitan",
        "invoiceSentBy": "quickbooks", "apart": UNSET,
    }  # fmt: skip
    return Record(kind="derived.applied_payment", key=customer, fields={**fields, **more}, where=Location("payments.json"))


@pytest.fixture
def after_export(report: Report) -> Report:
    return replace(
        report,
        phase="after-export",
        verdict=Verdict.NOT_READY,
        tie_out=(
            tie_out_row("1042", "invoice", {"titan": (60, "6000.00"), "books": (57, "5700.00"), "explained": (1, "0.00"),
                                    "unexplained": (2, "300.00")}, missingCount=Decimal(2), explained="1 voided"),
            tie_out_row("1042", "payment", {"titan": (2, "80.00"), "books": (3, "120.00"), "unexplained": (-1, "-40.00")},
                doubledCount=Decimal(1)),
            tie_out_row("1041", "invoice", {"titan": (3, "30.00"), "untold": (3, "30.00")}),
            tie_out_row(UNSET, "purchase order", {"titan": (1, "9.50"), "books": (1, "9.50")}),
        ),
        work_list=(
            payment_to_apply("=HYPERLINK(1) Ltd"),
            payment_to_apply("Ann:Annex", payment=UNSET, unused=Unknown(cause=Reason.PARTIAL, reason="no"),
                 toApply=Unknown(cause=Reason.PARTIAL, reason="no"), apart="different job"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(("format_", "name"), VIEWS)
def test_golden(after_export: Report, format_: str, name: str) -> None:
    """UPDATE_GOLDEN=1 writes the golden files again."""
    text = render(format_, after_export, Options())
    golden = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(text.encode())
    assert text.encode() == golden.read_bytes()


def test_each_incomplete_batch_has_a_headline(after_export: Report) -> None:
    assert arrival.headlines(after_export) == [
        "Batch 1042 (11-20 plumbing), 62 transactions: 59 arrived (1 of them twice), 2 missing, 1 not sent (see “Known reason”). "
        f"{words.DELETE_TWICE} {words.EXPORT_AGAIN}",
        "Batch 1041 (11-20 plumbing): we can't tell whether any of its 3 transactions arrived.",
    ]


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((0, 1, 1, 1), "1 missing, 1 duplicate, 1 wrong amount / -61.94"),
        ((2, 2, 0, 0), "2 missing / -61.94"),
        ((3, 0, 0, 0), "3 / -61.94"),
    ],
)
def test_missing_transactions_and_duplicates_are_counted_apart(counts: tuple[int, int, int, int], text: str) -> None:
    assert words.unexplained(*counts, "-61.94") == text


def test_reports_before_the_export_have_no_tie_out(report: Report) -> None:
    assert words.TIE_OUT_TITLE not in render("console", report, Options())
    assert words.TIE_OUT_TITLE not in render("html", report, Options())
    assert "tie_out" not in json.loads(render("json", report, Options()))


def test_a_spreadsheet_reads_the_work_list_and_runs_nothing(after_export: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(render("work-list", after_export, Options()).removeprefix("\ufeff"), newline="")))
    assert [one["Customer:job"] for one in rows] == ["'=HYPERLINK(1) Ltd", "Ann:Annex"]
    assert [one["Apply"] for one in rows] == ["600.00", words.UNKNOWN]
    assert {one["Done (initials)"] for one in rows} == {""}


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("=1", "'=1"), ("@x", "'@x"), ("+x", "'+x"), ("-x", "'-x"), ("-1,200.50", "-1,200.50"), ("Ann", "Ann"), ("", "")],
)
def test_a_cell_that_looks_like_a_formula_is_escaped(cell: str, shown: str) -> None:
    assert harmless(cell) == shown
