"""Plain tables: what the cells of a spreadsheet or CSV file show, row by row, without interpreting them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from exportready.evidence.reading import Unreadable
from exportready.model.evidence import Unknown
from exportready.schema import budgets

Cell = str | bool | Decimal | datetime | date | Unknown | None
"""What a cell shows: None if it is empty, unknown if it shows something that isn't a value (#REF!). Moments are naive."""

TOO_LARGE = f"it has more than {budgets.ROWS:,} rows or {budgets.CELLS:,} cells, far more than any export; export fewer columns or dates"


class Budget(msgspec.Struct):
    """How many rows, cells and merged cells the tables of one file may still have."""

    rows: int = budgets.ROWS
    cells: int = budgets.CELLS
    merged: int = budgets.MERGED_CELLS

    def spend(self, *, rows: int = 0, cells: int = 0, merged: int = 0) -> None:
        """Subtract what is about to be read. Raises Unreadable if that is too much."""
        self.rows -= rows
        self.cells -= cells
        self.merged -= merged
        if self.rows < 0 or self.cells < 0:
            raise Unreadable(TOO_LARGE)
        if self.merged < 0:
            raise Unreadable(f"it merges more than {budgets.MERGED_CELLS:,} cells; unmerge them, or export it again")


class Sheet(msgspec.Struct, frozen=True):
    """One table: a sheet of a workbook, or a CSV file. The first row is row 1 of the sheet, even if it is empty."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def cell_at(row: Sequence[Cell], column: int) -> Cell:
    """Return a row's cell in a column, counted from 0; None if the row does not reach that far."""
    return row[column] if 0 <= column < len(row) else None
