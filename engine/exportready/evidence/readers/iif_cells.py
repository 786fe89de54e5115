"""The cells of a row of an IIF file, and how many of them are certainly under their own heading.

QuickBooks puts quotes around a cell that contains a comma, a quote or a tab, and doubles the quotes in it (seen in a list export of
QuickBooks Enterprise 34; a tab in quotes in lists of QuickBooks for Mac). It writes as many cells as there are headings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

Row = Mapping[str, str]
"""A row by its column names, without the cells that the row is too short to have, or that may belong to another column."""

HIDDEN = {"N": "true", "Y": "false"}
"""What HIDDEN says about a record: whether it is active."""


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A `!` row: the places of the columns that are read."""

    length: int
    places: tuple[tuple[str, int], ...]
    """(column, place), once for each time that the column occurs."""
    has_repeats: bool
    """True if a column occurs more than once."""
    hidden: int
    """The place of HIDDEN, which is Y or N in every row; -1 if no column has it."""
    change: int
    """The place of TIMESTAMP, which is a number in every row, else of REFNUM; -1 if there is neither."""

    @classmethod
    def of(cls, columns: Sequence[str], read: AbstractSet[str]) -> Heading:
        """Return the heading with these columns, of which those in `read` are read."""
        places = tuple((column, place) for place, column in enumerate(columns) if column in read)
        change = next((columns.index(name) for name in ("TIMESTAMP", "REFNUM") if name in columns), -1)
        return cls(
            length=len(columns),
            places=places,
            has_repeats=len({column for column, _ in places}) < len(places),
            hidden=columns.index("HIDDEN") if "HIDDEN" in columns else -1,
            change=change,
        )

    def row(self, line: str) -> tuple[Row, bool]:
        """Return the cells of a row by column, and whether all of its cells are certainly under their own heading.

        Cells that may belong to another column are left out, and so is a column that is repeated with different cells.
        """
        parts = line.split("\t")
        if (
            len(parts) == self.length + 1 and not self.has_repeats
        ):  # as QuickBooks writes it: only the cells that are read count
            return {column: _unquoted(parts[place + 1]) for column, place in self.places}, True
        cells, certain = split_row(line, self.length + 1)
        cells, count, certain = cells[1:], len(cells) - 1, max(certain - 1, 0)
        if count > self.length and self.hidden >= 0 and cells[self.hidden].strip() not in HIDDEN:
            certain = 0  # blank cells at the end are extra ones only if those before them are in their places
        if certain < count and self.change >= 0 and is_count(cells[self.change]):
            certain = max(certain, self.change + 1)
        places = [(column, place) for column, place in self.places if place < certain]
        if not self.has_repeats:
            return {column: cells[place] for column, place in places}, certain == count
        held: dict[str, set[str]] = {}
        for column, place in places:
            held.setdefault(column, set()).add(cells[place])
        return {column: some.pop() for column, some in held.items() if len(some) == 1}, certain == count


def is_count(text: str) -> bool:
    """Return whether a cell is a number of seconds, or another whole number."""
    return text.isascii() and text.isdigit() and len(text) < 12


def split_cells(line: str) -> list[str]:
    """Return the cells of a row. A cell is quoted only if it begins and ends with a quote, because names may contain quotes."""
    cells = line.split("\t")
    return cells if '"' not in line else [_unquoted(cell) for cell in cells]


def split_row(line: str, columns: int) -> tuple[list[str], int]:
    """Return the cells of a row, given the number of columns in its heading, and how many of the cells are certain.

    A row with more cells than columns has a tab inside a cell. If quotes show which cell that is, all are certain; else
    none of them after the first that may be cut.
    """
    parts = line.split("\t")
    if len(parts) == columns or '"' not in line:
        cells = parts if '"' not in line else [_unquoted(cell) for cell in parts]
        return cells, len(cells) if len(cells) <= columns or _is_blank(cells[columns:]) else 0
    joined, first = _join_quoted(parts)
    if first is not None and len(joined) >= columns and _is_blank(joined[columns:]):
        return [_unquoted(cell) for cell in joined], len(joined)
    cells = [_unquoted(cell) for cell in parts]
    if first is not None:
        return cells, first
    return cells, len(cells) if _is_blank(cells[columns:]) else 0


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def _unquoted(cell: str) -> str:
    if cell[:1] == '"' and len(cell) > 1 and cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def _join_quoted(parts: Sequence[str]) -> tuple[list[str], int | None]:
    """Return the cells with those joined that a tab inside quotes cut, and the place of the first such cell; None if there is none."""
    joined: list[str] = []
    first: int | None = None
    at = 0
    while at < len(parts):
        end = _end_of_quoted(parts, at) if _is_open(parts[at]) else at
        if end > at and first is None:
            first = at
        joined.append("\t".join(parts[at : end + 1]))
        at = end + 1
    return joined, first


def _is_open(part: str) -> bool:
    """Return whether a quoted cell begins here and doesn't end here. Inside the quotes, every quote is doubled."""
    return part.startswith('"') and part[1:].count('"') % 2 == 0 and part.replace('""', "").count('"') == 1


def _end_of_quoted(parts: Sequence[str], start: int) -> int:
    """Return where the quoted cell that begins at `start` ends; `start` itself if no later part ends it."""
    for end in range(start + 1, len(parts)):
        inner = parts[end].replace('""', "")
        if inner == '"' or (inner.endswith('"') and inner.count('"') == 1):
            return end
        if '"' in inner:
            return start
    return start
