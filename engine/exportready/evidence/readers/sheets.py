"""Plain tables: what the cells of a spreadsheet or CSV file show, row by row, without interpreting them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from exportready.model.evidence import Unknown

Cell = str | bool | Decimal | datetime | date | Unknown | None
"""What a cell shows: None if it is empty, unknown if it shows something that isn't a value (#REF!). Moments are naive."""

MAX_CELLS = 10_000_000
"""A table with more cells isn't an export, and wouldn't fit into memory."""

TOO_LARGE = f"it has more than {MAX_CELLS:,} cells, far more than any export; export fewer columns or dates"


class Sheet(msgspec.Struct, frozen=True):
    """One table: a sheet of a workbook, or a CSV file. The first row is row 1 of the sheet, even if it is empty."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def cell_at(row: Sequence[Cell], column: int) -> Cell:
    """Return a row's cell in a column, counted from 0; None if the row does not reach that far."""
    return row[column] if 0 <= column < len(row) else None
