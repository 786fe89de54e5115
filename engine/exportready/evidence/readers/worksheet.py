"""One sheet of an Excel workbook: its XML as rows of cells."""

from __future__ import annotations

import re
from collections.abc import Mapping

from exportready.evidence.readers.number_formats import number_cell
from exportready.evidence.readers.sheets import Budget, Cell
from exportready.evidence.reading import Unreadable
from exportready.model.evidence import Unknown
from exportready.model.reasons import Reason
from exportready.schema.budgets import QUOTED

_MAX_ROWS, _MAX_COLUMNS = 1 << 20, 1 << 14
"""The most that an Excel sheet can have."""


class Worksheet:
    """Collects the rows of one sheet while its XML is parsed."""

    def __init__(self, texts: list[str], styles: list[str], since_1904: bool, budget: Budget) -> None:
        self.texts = texts
        self.styles = styles
        self.since_1904 = since_1904
        self.budget = budget
        """What all sheets of the workbook may still have."""
        self.rows: list[list[Cell]] = []
        """Up to the last row that has a cell."""
        self._row: list[Cell] = []
        """The row that is being parsed."""
        self._number = 0
        """Its number, from 1."""
        self.merged: list[str] = []
        self._cell: Mapping[str, str] = {}
        self._value: list[str] | None = None
        """The text of the value that is being parsed; None outside a value."""
        self._stored = ""
        self._is_formula = False
        self._inline = TextRuns()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle an element's start tag."""
        if name == "c":
            self._cell, self._stored, self._is_formula = attributes, "", False
            self._inline.clear()
        elif name == "v":
            self._value = []
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._next_row(attributes.get("r"))
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        else:
            self._inline.start(name)

    def text(self, text: str) -> None:
        """Handle character data."""
        if self._value is not None:
            self._value.append(text)
        else:
            self._inline.text(text)

    def end(self, name: str) -> None:
        """Handle an element's end tag."""
        if name == "v" and self._value is not None:
            self._stored, self._value = "".join(self._value), None
        elif name == "c" and self._number:
            self._take_cell()
        else:
            self._inline.end(name)

    def finished_rows(self) -> tuple[tuple[Cell, ...], ...]:
        """Return the rows, once the whole sheet was parsed."""
        for reference in self.merged:
            self._mark_merged(reference)
        return tuple(tuple(row) for row in self.rows)

    def _next_row(self, number: str | None) -> None:
        at = int(number) if number and _INDEX.fullmatch(number) else self._number + 1
        if not self._number < at <= _MAX_ROWS:
            raise Unreadable("its rows are out of order; open it in Excel and save it again")
        self._number, self._row = at, []

    def _take_cell(self) -> None:
        """Add a cell to the row; its first cell also adds the row, and empty ones before it."""
        row = self._row
        self._pad(row, self._column(len(row)))
        if len(self.rows) < self._number:
            self.budget.spend(rows=self._number - len(self.rows))
            self.rows += [_NO_CELLS] * (self._number - len(self.rows) - 1)
            self.rows.append(row)
        row.append(self._cell_value())

    def _column(self, following: int) -> int:
        """Return the cell's column, from 0; a cell without a reference follows the one before it."""
        found = _REFERENCE.fullmatch(self._cell.get("r", ""))
        at = _column_number(found[1]) if found else following
        if not following <= at < _MAX_COLUMNS:
            raise Unreadable("its cells are out of order; open it in Excel and save it again")
        return at

    def _pad(self, row: list[Cell], length: int) -> None:
        self.budget.cells -= length - len(row) + 1  # without a call, because there may be millions
        if self.budget.cells < 0:
            self.budget.spend()
        row += [None] * (length - len(row))

    def _cell_value(self) -> Cell:
        kind, stored = self._cell.get("t", "n"), self._stored
        if kind == "e":
            return Unknown(cause=Reason.UNREADABLE, reason=f"the cell shows the error {stored[:30]}")
        if not stored and self._is_formula and kind != "str":
            return Unknown(
                cause=Reason.UNREADABLE,
                reason="the cell has a formula that wasn't calculated; open the file in Excel and save it",
            )
        if kind == "inlineStr":
            stored = self._inline.value()
        elif kind == "s":
            if not _INDEX.fullmatch(stored) or int(stored) >= len(self.texts):
                return (
                    Unknown(cause=Reason.UNREADABLE, reason="the cell refers to a text that isn't in the file")
                    if stored
                    else None
                )
            stored = self.texts[int(stored)]
        elif kind == "str":
            stored = unescape(stored)
        if not stored.strip():
            return None
        if kind == "b":
            return {"1": True, "0": False}.get(
                stored, Unknown(cause=Reason.UNREADABLE, reason="the cell is neither TRUE nor FALSE")
            )
        if kind == "n":
            style = self._cell.get("s", "0")
            known = _INDEX.fullmatch(style) and int(style) < len(self.styles)
            return number_cell(stored, self.styles[int(style)] if known else "", self.since_1904)
        return stored

    def _mark_merged(self, reference: str) -> None:
        """Make merged cells unknown except the first: only that one has the value, but the others show it too and aren't empty."""
        first, _, last = reference.partition(":")
        start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
        if not start or not end:
            raise Unreadable(f"a merged range in it is damaged ({reference[:QUOTED]}); save it again with Excel")
        left, right = _column_number(start[1]), _column_number(end[1])
        top, bottom = int(start[2]) - 1, min(int(end[2]), len(self.rows))
        self.budget.spend(merged=max(0, bottom - top) * max(1, right - left + 1))
        for number in range(top, bottom):
            row = self.rows[number]
            if row and len(row) <= right < _MAX_COLUMNS:
                self._pad(row, right + 1)
            for column in range(left, min(right + 1, len(row))):
                if row[column] is None and (number, column) != (top, left):
                    row[column] = Unknown(
                        cause=Reason.UNREADABLE,
                        reason="the cell is merged with others; unmerge it so that each row has its own value",
                    )


_NO_CELLS: list[Cell] = []
"""Represents every row without cells; never changed."""
_INDEX = re.compile(r"[0-9]{1,8}")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def _column_number(letters: str) -> int:
    """Return a column's number, from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class TextRuns:
    """Collects the text of an element with its runs, leaving out the phonetic readings of East Asian names (rPh)."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._in_text = False
        self._in_phonetic = False

    def clear(self) -> None:
        """Forget the text so far."""
        self._parts.clear()

    def start(self, name: str) -> None:
        """Handle an element's start tag."""
        if name == "t":
            self._in_text = not self._in_phonetic
        elif name == "rPh":
            self._in_phonetic = True

    def end(self, name: str) -> None:
        """Handle an element's end tag."""
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_phonetic = False

    def text(self, text: str) -> None:
        """Handle character data."""
        if self._in_text:
            self._parts.append(text)

    def value(self) -> str:
        """Return the text so far."""
        return unescape("".join(self._parts))


def unescape(text: str) -> str:
    """Return a text with its escapes resolved: Excel writes characters that XML can't contain as _x000D_."""
    if "_x" not in text:
        return text
    plain = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
