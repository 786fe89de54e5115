"""The work list as CSV, for a spreadsheet: UTF-8 with a BOM, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io

from exportready.model.report import Report
from exportready.reporters import Options, arrival, words
from exportready.reporters.text import clean


def render(report: Report, options: Options) -> str:
    """The headings, then a row for each payment and the invoice that it pays."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(words.WORK_LIST)
    rows.writerows([harmless(clean(cell)) for cell in row] for row in arrival.work_list(report))
    return "\ufeff" + out.getvalue()


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula."""
    is_number = cell[:1] in ("+", "-") and cell[1:].replace(",", "").replace(".", "").isdigit()
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) and not is_number else cell
