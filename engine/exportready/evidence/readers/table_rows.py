"""The rows of a recognized table as records: one record in each row, or one line of a transaction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from exportready.evidence.consolidate import WHY_NOT_STATED_WHOLE
from exportready.evidence.readers.cells import DAY, add_implied, is_amount, value_of
from exportready.evidence.readers.sheets import Cell, Sheet, cell_at
from exportready.evidence.readers.table_layout import FieldOf, Layout
from exportready.evidence.reading import Keys, fields_to_read
from exportready.kinds import KINDS, fold
from exportready.kinds.table import Kind
from exportready.model.evidence import SHEET, UNSET, Listing, Location, Record, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.rules import Type, Wanted

READER = "spreadsheet"

NumberedRow = tuple[int, Sequence[Cell]]
"""A row with its number in the sheet, from 1."""


class TableRows:
    """Reads the records of one sheet."""

    def __init__(self, sheet: Sheet, path: str, layout: Layout, wanted: Wanted, is_workbook: bool) -> None:
        self.sheet = sheet
        self.path = path
        self.layout = layout
        self.wanted = wanted
        self.is_workbook = is_workbook
        self.fields_of = {kind: fields_to_read(KINDS[kind], wanted) for kind in wanted}
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []
        self.why_damaged = ""
        self.day_first = {place for place in layout.columns if self._is_day_first(place)}

    def read(self) -> list[Listing]:
        """Return what the sheet has of each kind; `counts` and `notes` are filled at the same time."""
        records = self._records_by_kind()
        for kind in records:
            self.counts[kind] += 0
        why, cause = WHY_NOT_STATED_WHOLE, Reason.NOT_STATED_WHOLE
        if self.why_damaged:
            why, cause = self.why_damaged, Reason.UNREADABLE
        return [
            Listing(
                kind=kind,
                records=tuple(of_kind),
                path=self.path,
                reader=READER,
                whole=False,
                why_part=why,
                cause=cause,
                damaged=bool(self.why_damaged),
                part=SHEET,
            )
            for kind, of_kind in records.items()
        ]

    def rows(self) -> Iterator[NumberedRow]:
        """Yield the rows that have records, leaving out empty rows, totals and repeated headings."""
        columns = set(self.layout.columns.values())
        for number, row in enumerate(self.sheet.rows[self.layout.header + 1 :], self.layout.header + 2):
            cells = {column: row[column] for column in columns if column < len(row) and row[column] is not None}
            if cells and not self._is_total(row, cells) and any(cells[at] != self.layout.titles[at] for at in cells):
                yield number, row

    def fields(self, kind: Kind, row: Sequence[Cell], columns_of: str = "") -> dict[str, Value]:
        """Return what a row says about a record of a kind.

        An empty cell is unset; a field without a column was not exported. `columns_of` is the kind under which the table
        lists its columns, if that is another.
        """
        owner = columns_of or kind.name
        fields: dict[str, Value] = {name: unknown for (of, name), unknown in self.layout.unclear.items() if of == owner}
        for (of, name), column in self.layout.columns.items():
            if of == owner and name in kind.fields:
                fields[name] = self._value(kind, name, (of, name), cell_at(row, column))
        return fields

    def record(self, keys: Keys, kind: Kind, fields: Mapping[str, Value], number: int) -> Record:
        """Return the record of a row, with the fields that are wanted."""
        wanted = self.fields_of.get(kind.name, frozenset())
        kept = {name: value for name, value in fields.items() if name in wanted}
        where = Location(self.path, number, f"{self.sheet.name}!{number}" if self.is_workbook else "")
        return Record(kind=kind.name, key=keys.of(kept), fields=kept, where=where)

    def _records_by_kind(self) -> dict[str, list[Record]]:
        table = self.layout.table
        if table.parent:
            return self._read_lines(KINDS[table.main], KINDS[table.kind])
        return {table.kind: self._read_records(KINDS[table.kind])}

    def _is_total(self, row: Sequence[Cell], cells: Mapping[int, Cell]) -> bool:
        """Return whether a row is a total: the word is in a column without a heading, or all other cells are numbers.

        An item may be called Total too.
        """
        column, first = next((column, cell) for column, cell in enumerate(row) if cell is not None)
        found = _TOTAL.match(first.strip()) if isinstance(first, str) else None
        if not found or (found[2] and column in self.layout.titles):
            return False
        return all(is_amount(cell) for at, cell in cells.items() if at != column)

    def _value(self, kind: Kind, name: str, place: FieldOf, cell: Cell) -> Value:
        if place in self.day_first and isinstance(cell, str):
            return Unknown(
                cause=Reason.UNREADABLE,
                reason=f"“{cell[:30]}” may be day/month or month/day, because some dates in the column start with the day",
            )
        return value_of(kind, name, cell)

    def _is_day_first(self, place: FieldOf) -> bool:
        """Return whether a column of dates has one that begins with a number above 12, which can't be a month."""
        if KINDS[place[0]].fields[place[1]].type is not Type.DATE:
            return False
        cells = (cell_at(row, self.layout.columns[place]) for row in self.sheet.rows[self.layout.header + 1 :])
        found = (DAY.fullmatch(cell.strip()) for cell in cells if isinstance(cell, str))
        return any(one and int(one[1]) > 12 for one in found)

    def _read_records(self, kind: Kind) -> list[Record]:
        """Return the records of a table in which each row is one."""
        price = self.layout.columns.get((kind.name, "SalesPrice"), -1)
        keys, records = Keys(kind), []
        for number, row in self.rows():
            self.counts[kind.name] += 1
            if kind.name in self.wanted:
                fields = add_implied(kind, self.fields(kind, row), cell_at(row, price))
                records.append(self.record(keys, kind, fields, number))
        return records

    def _read_lines(self, kind: Kind, line_kind: Kind) -> dict[str, list[Record]]:
        """Return the transactions and lines of a table in which each row is a line.

        Rows with the same transaction belong to it. If they differ in a field of the transaction, that field is unknown.
        """
        groups: dict[object, list[tuple[int, Sequence[Cell], dict[str, Value]]]] = {}
        for number, row in self.rows():
            fields = self.fields(kind, row)
            named = [fields.get(name, UNSET) for name in kind.key]
            if UNSET in named:
                self.why_damaged = (
                    self.why_damaged or f"row {number} of {self.sheet.name} doesn't say which transaction it belongs to"
                )
                continue
            same = tuple(fold(one) if isinstance(one, str) else one for one in named)
            groups.setdefault(same, []).append((number, row, fields))
        keys, line_keys = Keys(kind), Keys(line_kind)
        found: dict[str, list[Record]] = {kind.name: [], line_kind.name: []}
        for rows in groups.values():
            fields = combine_rows([fields for _, _, fields in rows]) | {name: rows[0][2][name] for name in kind.key}
            found[kind.name].append(self.record(keys, kind, fields, rows[0][0]))
            of_parent = {f"parent.{name}": value for name, value in fields.items()}
            for number, row, _ in rows:
                own = self.fields(line_kind, row)
                if all(value is UNSET for value in own.values()):
                    continue  # a transaction without any line
                found[line_kind.name].append(self.record(line_keys, line_kind, of_parent | own, number))
        self.counts.update({name: len(records) for name, records in found.items()})
        return {name: records if name in self.wanted else [] for name, records in found.items()}


_TOTAL = re.compile(r"(grand |sub)?totals?\b:?(.*)", re.IGNORECASE)


def combine_rows(rows: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """Return the fields of a transaction from its rows. A field in which they differ is unknown."""
    first, *others = rows
    return {
        name: value
        if all(other.get(name) == value for other in others)
        else Unknown(cause=Reason.CONTRADICTORY, reason="its rows have different values")
        for name, value in first.items()
    }
