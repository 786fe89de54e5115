"""Spreadsheets and CSV files as plain tables: what their cells show, row by row. No opinion about what it means.

A workbook is read from its parts with the standard library (docs/decisions/spreadsheets.md): a cell that shows an error, or a
formula that was never worked out, must not read as a blank one.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from xml.parsers import expat

import msgspec

from exportready.evidence.reading import Unreadable, text_of
from exportready.evidence.zipped import BROKEN, MAX_ENTRIES, is_harmful
from exportready.model.evidence import Unknown
from exportready.model.reasons import Reason

Cell = str | bool | Decimal | datetime | date | Unknown | None
"""What a cell shows: None where it is blank, unknown where it shows something that is no value (#REF!). Moments are naive."""

MAX_CELLS = 10_000_000
"""Beyond this a table is no export, and would not fit into memory."""


class Sheet(msgspec.Struct, frozen=True):
    """One table: a sheet of a workbook, or a CSV file. The first row is the sheet's row 1, whether it holds something or not."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def is_workbook(data: bytes) -> bool:
    """True for what Excel saves, by its first bytes; it may still be one that is not read (.xls, protected)."""
    return data.startswith((_ZIP, _OLE))


def sheets_of(data: bytes, path: str) -> tuple[Sheet, ...]:
    """The tables of a file, hidden sheets too: what they hold was exported. Raises Unreadable with what to do."""
    if data.startswith(_OLE):
        protected = "EncryptedPackage".encode("utf-16-le") in data
        words = "it is protected by a password; save it without one" if protected else f"it is an old Excel file; {_AS_XLSX}"
        raise Unreadable(words)
    if data.startswith(_ZIP):
        return _workbook(data)
    return (Sheet(PurePosixPath(path).stem, _csv(text_of(data))),)


_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AS_XLSX = "open it in Excel and save it as Excel Workbook (.xlsx)"
_TOO_LARGE = f"it has more than {MAX_CELLS:,} cells, far more than an export; export fewer columns or days"


# -- CSV


def _csv(text: str) -> tuple[tuple[Cell, ...], ...]:
    stated = re.match(r"sep=([,;\t])\r?\n", text)  # Excel's own way to say it
    delimiter = stated[1] if stated else max(",;\t", key=lambda one: _fit(text, one))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[Cell, ...]] = []
    cells = 0
    try:
        for line in lines:
            rows.append(tuple(cell if cell.strip() else None for cell in line))
            cells += len(line)
            if cells > MAX_CELLS:
                raise Unreadable(_TOO_LARGE)
    except csv.Error as error:
        raise Unreadable(f"its quotes do not fit together ({error}); export it again", lines.line_num) from error
    return ((), *rows[1:]) if stated else tuple(rows)


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first rows have one same number of cells, more than one; and that number."""
    widths: dict[int, int] = {}
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)  # else quotes lead astray
        for row, _ in zip(rows, range(50), strict=False):
            if len(row) > 1:
                widths[len(row)] = widths.get(len(row), 0) + 1
    except csv.Error:
        pass  # told when the file is read
    return max(((count, width) for width, count in widths.items()), default=(0, 0))


# -- a workbook's parts


def _workbook(data: bytes) -> tuple[Sheet, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Workbook(archive).sheets()
    except BROKEN as error:
        raise Unreadable("it is damaged; open it in Excel, save it again, or export it again") from error
    except expat.ExpatError as error:
        raise Unreadable(f"it is damaged ({expat.ErrorString(error.code)}); open it in Excel and save it again") from error


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES or is_harmful(entries):
            raise Unreadable("it would unpack to far more than an export; open it in Excel and save it again if it is yours")
        self.names = {info.filename for info in entries}
        self.texts: list[str] = []
        self.styles: list[str] = []
        self.cells = 0

    def sheets(self) -> tuple[Sheet, ...]:
        book = next((target for kind, target in self._related("").values() if kind == "officeDocument"), "")
        if not book.endswith(".xml") or book not in self.names:
            raise Unreadable(f"it is no Excel workbook that can be read; {_AS_XLSX}")
        related = self._related(book)
        for kind, target in related.values():
            if kind == "sharedStrings" and target in self.names:
                self.texts = self._shared_texts(target)
            elif kind == "styles" and target in self.names:
                self.styles = self._formats(target)
        found: list[tuple[str, str]] = []
        since_1904 = False

        def start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal since_1904
            if name == "sheet":
                kind, target = related.get(next((id_ for key, id_ in attributes.items() if key.endswith(":id")), ""), ("", ""))
                if kind == "worksheet":
                    found.append((attributes.get("name", ""), target))
            elif name == "workbookPr":
                since_1904 = attributes.get("date1904") in ("1", "true")

        self._parse(book, start)
        return tuple(Sheet(name, self._rows(target, since_1904)) for name, target in found)

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to, by id: (kind, path)."""
        folder, name = posixpath.split(part)
        related: dict[str, tuple[str, str]] = {}

        def start(element: str, attributes: Mapping[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", "")))
                related[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target.lstrip("/"))

        where = posixpath.join(folder, "_rels", f"{name}.rels")
        if where in self.names:
            self._parse(where, start)
        return related

    def _parse(
        self,
        part: str,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] = lambda _: None,
        text: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Walk through a part. Elements go by their local names: the namespace is another one in strict workbooks."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler = lambda name, attributes: start(name[name.find(":") + 1 :], attributes)
        parser.EndElementHandler = lambda name: end(name[name.find(":") + 1 :])
        parser.CharacterDataHandler = text
        with self.archive.open(part) as file:
            parser.ParseFile(file)

    def _shared_texts(self, part: str) -> list[str]:
        texts: list[str] = []
        run = _Text()

        def start(name: str, _: Mapping[str, str]) -> None:
            if name == "si":
                run.clear()
            run.start(name)

        def end(name: str) -> None:
            run.end(name)
            if name == "si":
                texts.append(run.value())

        self._parse(part, start, end, run.text)
        return texts

    def _formats(self, part: str) -> list[str]:
        """For each style of a cell what its number is shown as: date, percent, zeros:N, or plain."""
        codes = dict(_BUILT_IN)
        styles: list[str] = []
        inside = ""

        def start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal inside
            if name == "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                inside = name
            elif name == "xf" and inside:
                styles.append(_shown_as(codes.get(attributes.get("numFmtId", ""), "")))

        def end(name: str) -> None:
            nonlocal inside
            if name == "cellXfs":
                inside = ""

        self._parse(part, start, end)
        return styles

    def _rows(self, part: str, since_1904: bool) -> tuple[tuple[Cell, ...], ...]:
        if part not in self.names:
            raise Unreadable("one of its sheets is missing in it; open it in Excel and save it again")
        table = _Table(self.texts, self.styles, since_1904, MAX_CELLS - self.cells)
        self._parse(part, table.start, table.end, table.text)
        self.cells = MAX_CELLS - table.room
        return table.done()


def _no_doctype(*_: object) -> None:
    raise Unreadable("it has a DOCTYPE, which no export has and which can do harm; export the file again")


class _Text:
    """The text of an element with its runs, without the readings of East Asian names (rPh)."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._in_text = False
        self._in_reading = False

    def clear(self) -> None:
        self._parts.clear()

    def start(self, name: str) -> None:
        if name == "t":
            self._in_text = not self._in_reading
        elif name == "rPh":
            self._in_reading = True

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_reading = False

    def text(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)

    def value(self) -> str:
        return _unescaped("".join(self._parts))


def _unescaped(text: str) -> str:
    """Excel writes characters that XML cannot hold as _x000D_."""
    if "_x" not in text:
        return text
    plain = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# -- what numbers are shown as

_BUILT_IN = {
    **{str(number): "m/d/yy" for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))},
    "9": "0%",
    "10": "0.00%",
}
"""The formats that every workbook has without saying so, as far as they matter here (ECMA-376 part 1, 18.8.30)."""


def _shown_as(code: str) -> str:
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", code, flags=re.IGNORECASE).split(";")[0]
    if "%" in bare:
        return "percent"
    if bare.lower() != "general" and re.search(r"[dmyhs]", bare, re.IGNORECASE):
        return "date"
    return f"zeros:{len(bare)}" if re.fullmatch(r"0{2,}", bare) else ""


def _number(text: str, shown_as: str, since_1904: bool) -> Cell:
    """A number with the 15 digits that Excel shows of it: 35810.02 is stored as 35810.019999999997."""
    try:
        value = float(text)
    except ValueError:
        return Unknown(Reason.UNREADABLE, f"the cell holds '{text[:30]}', which is no number")
    if not abs(value) < 1e15:
        return Unknown(
            Reason.UNREADABLE, "the cell holds a number of more than 15 digits, of which Excel keeps 15; export it as CSV"
        )
    if shown_as == "date":
        return _moment(value, since_1904)
    number = Decimal(f"{value:.15g}")
    if shown_as == "percent":
        return f"{number * 100:f}%"
    if shown_as and number == number.to_integral_value() and number >= 0:
        return f"{int(number):0{shown_as.removeprefix('zeros:')}d}"
    return number


def _moment(days: float, since_1904: bool) -> Cell:
    """Days since 1900 or 1904. Before March 1900 Excel's own count is wrong; below 1 it is an hour without a day."""
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001  sheets know no time zones
    if not (1 if since_1904 else 61) <= days < 2_950_000:
        return Unknown(Reason.UNREADABLE, "the cell is formatted as a day but shows none")
    moment = start + timedelta(seconds=round(days * 86400))
    return moment.date() if days == int(days) else moment


# -- a sheet

_MAX_ROWS, _MAX_COLUMNS = 1 << 20, 1 << 14
"""Of a sheet in Excel."""


class _Table:
    """One sheet while its cells come by."""

    def __init__(self, texts: list[str], styles: list[str], since_1904: bool, room: int) -> None:
        self.texts = texts
        self.styles = styles
        self.since_1904 = since_1904
        self.room = room
        """How many cells may still come."""
        self.rows: list[list[Cell]] = []
        self.merged: list[str] = []
        self._cell: Mapping[str, str] = {}
        self._value: list[str] | None = None
        """The text of the value that is being read; None outside of it."""
        self._stored = ""
        self._is_formula = False
        self._inline = _Text()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
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
        if self._value is not None:
            self._value.append(text)
        else:
            self._inline.text(text)

    def end(self, name: str) -> None:
        if name == "v" and self._value is not None:
            self._stored, self._value = "".join(self._value), None
        elif name == "c" and self.rows:
            row = self.rows[-1]
            self._fill(row, self._column(len(row)))
            row.append(self._shown())
        else:
            self._inline.end(name)

    def done(self) -> tuple[tuple[Cell, ...], ...]:
        for reference in self.merged:
            self._cover(reference)
        return tuple(tuple(row) for row in self.rows)

    def _next_row(self, number: str | None) -> None:
        at = int(number) - 1 if number and _PLAIN.fullmatch(number) else len(self.rows)
        if not len(self.rows) <= at < _MAX_ROWS:
            raise Unreadable("its rows do not stand in their order; open it in Excel and save it again")
        self.rows += [[] for _ in range(at - len(self.rows) + 1)]

    def _column(self, following: int) -> int:
        """The cell's column, from 0; without a reference it is the one that follows."""
        found = _REFERENCE.fullmatch(self._cell.get("r", ""))
        at = _column(found[1]) if found else following
        if not following <= at < _MAX_COLUMNS:
            raise Unreadable("its cells do not stand in their order; open it in Excel and save it again")
        return at

    def _fill(self, row: list[Cell], upto: int) -> None:
        self.room -= upto - len(row) + 1
        if self.room < 0:
            raise Unreadable(_TOO_LARGE)
        row += [None] * (upto - len(row))

    def _shown(self) -> Cell:
        kind, stored = self._cell.get("t", "n"), self._stored
        if kind == "e":
            return Unknown(Reason.UNREADABLE, f"the cell shows the error {stored[:30]}")
        if not stored and self._is_formula and kind != "str":
            return Unknown(
                Reason.UNREADABLE, "the cell holds a formula that was not worked out; open the file in Excel and save it"
            )
        if kind == "inlineStr":
            stored = self._inline.value()
        elif kind == "s":
            if not _PLAIN.fullmatch(stored) or int(stored) >= len(self.texts):
                return Unknown(Reason.UNREADABLE, "the cell refers to a text that the file lacks") if stored else None
            stored = self.texts[int(stored)]
        elif kind == "str":
            stored = _unescaped(stored)
        if not stored.strip():
            return None
        if kind == "b":
            return {"1": True, "0": False}.get(stored, Unknown(Reason.UNREADABLE, "the cell holds neither TRUE nor FALSE"))
        if kind == "n":
            style = self._cell.get("s", "0")
            known = _PLAIN.fullmatch(style) and int(style) < len(self.styles)
            return _number(stored, self.styles[int(style)] if known else "", self.since_1904)
        return stored

    def _cover(self, reference: str) -> None:
        """Of cells that are merged only the first holds the value; the others show it too, and are not blank."""
        first, _, last = reference.partition(":")
        start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
        if not start or not end:
            return
        left, right = _column(start[1]), _column(end[1])
        for number in range(int(start[2]) - 1, min(int(end[2]), len(self.rows))):
            row = self.rows[number]
            if row and len(row) <= right < _MAX_COLUMNS:
                self._fill(row, right + 1)
            for column in range(left, min(right + 1, len(row))):
                self.room -= 1
                if self.room < 0:
                    raise Unreadable(_TOO_LARGE)
                if row[column] is None and (number, column) != (int(start[2]) - 1, left):
                    row[column] = Unknown(
                        Reason.UNREADABLE, "the cell is merged with others; unmerge it, so that each row holds its own value"
                    )


_PLAIN = re.compile(r"[0-9]{1,8}")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
