"""CSV files as rows of cells, whichever of the usual delimiters they use."""

from __future__ import annotations

import csv
import io
import re

from exportready.evidence.readers.sheets import Budget, Cell
from exportready.evidence.reading import Unreadable


def read_csv(text: str) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of a CSV file. Raises Unreadable if its quotes don't match or it is too large."""
    declared = re.match(r"sep=([,;\t])\r?\n", text)  # Excel's own way to declare the delimiter
    delimiter = declared[1] if declared else max(",;\t", key=lambda candidate: _fit(text, candidate))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[Cell, ...]] = []
    budget = Budget()
    try:
        for line in lines:
            budget.spend(rows=1, cells=len(line))
            rows.append(tuple(cell if cell.strip() else None for cell in line))
    except csv.Error as error:
        if "field limit" in str(error):
            message = f"one of its cells has more than {csv.field_size_limit():,} characters; shorten it, or export it again"
            raise Unreadable(message, lines.line_num) from error
        raise Unreadable(f"its quotation marks don't match ({error}); export it again", lines.line_num) from error
    return ((), *rows[1:]) if declared else tuple(rows)


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """Return how many of the first 50 rows agree on a number of cells (two or more), and that number."""
    widths: dict[int, int] = {}
    try:
        rows = csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter, strict=True
        )  # strict: a wrong delimiter leaves stray quotes
        for row, _ in zip(rows, range(50), strict=False):
            if len(row) > 1:
                widths[len(row)] = widths.get(len(row), 0) + 1
    except csv.Error:
        pass  # reported when the file is read
    return max(((count, width) for width, count in widths.items()), default=(0, 0))
