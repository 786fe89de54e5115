"""Receipts in account.yaml: when one file was exported, as a person said of exactly this file."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from exportready.account.reading import read
from exportready.evidence import snapshot
from exportready.model.evidence import Source
from exportready.schema.mistakes import MistakesFound

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
SAID = datetime.fromisoformat("2026-11-20T16:00:00-07:00")
INVOICES = "Invoice Number,Invoice Date,Customer Name,Total,Batch #\n1,11/20/2026,Baker,100.00,1042\n"
WANTED = {"servicetitan.invoice": frozenset({"total"})}


def source(folder: Path, text: str, digest: str) -> Source:
    (folder / "invoices.csv").write_text(text)
    (folder / "account.yaml").write_text(f"files: {{some.csv: {{sha256: '{digest}', takenAt: {SAID.isoformat()}}}}}\n")
    evidence = snapshot.read(folder, WANTED, AT)
    (found,) = (one for one in evidence.sources if one.path == "invoices.csv")
    assert evidence.dataset("servicetitan.invoice").dated == found.dated
    return found


def test_a_receipt_dates_its_file_whatever_that_is_called(tmp_path: Path) -> None:
    digest = hashlib.sha256(INVOICES.encode()).hexdigest()
    assert source(tmp_path, INVOICES, digest[:12]).dated == SAID


def test_it_dates_no_later_file(tmp_path: Path) -> None:
    digest = hashlib.sha256(INVOICES.encode()).hexdigest()
    assert source(tmp_path, INVOICES + "2,11/20/2026,Cole,5.00,1042\n", digest[:12]).dated is None


def test_an_empty_digest_is_of_no_file(tmp_path: Path) -> None:
    assert source(tmp_path, INVOICES, "").dated is None


@pytest.mark.parametrize(
    "text", ["files: {a.csv: {sha256: abc}}", "files: {a.csv: {takenAt: 2026-11-20}}", "files: {a.csv: yesterday}"]
)
def test_half_a_receipt_is_a_mistake(text: str) -> None:
    with pytest.raises(MistakesFound):
        read(text.encode(), "account.yaml")
