"""Workbooks, as Excel would save them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from exportready.model.evidence import Unknown

Sheets = Mapping[str, Sequence[Sequence[object]]]


def make(sheets: Sheets, since_1904: bool = False, exported: datetime | None = None) -> bytes:
    """Return a workbook that a program wrote at a time in UTC."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "date_1904": since_1904})
    day = workbook.add_format({"num_format": "m/d/yyyy"})
    workbook.set_properties({"created": exported or datetime(2026, 11, 20, 17, 5)})  # noqa: DTZ001
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write(number, column, cell)
    workbook.close()
    return target.getvalue()


@pytest.fixture
def book() -> Callable[..., bytes]:
    return make


@pytest.fixture
def unknown() -> Callable[[object], bool]:
    """Return whether a value is unknown."""
    return lambda value: isinstance(value, Unknown)
