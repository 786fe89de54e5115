"""Renders the work list, the payments to apply by hand, as CSV for a spreadsheet."""

from __future__ import annotations

from exportready.model.report import Report
from exportready.reporters import Options, arrival, words
from exportready.reporters.csv_rows import csv_table


def render(report: Report, options: Options) -> str:
    """Return the headings, then a row for each payment with the invoice that it pays."""
    return csv_table(words.WORK_LIST, arrival.work_list_rows(report))
