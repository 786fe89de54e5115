"""Excel workbooks (.xlsx): their parts, read with the standard library (docs/decisions/spreadsheets.md).

A cell that shows an error, or a formula that was never calculated, must not be read as an empty cell.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from xml.parsers import expat

import msgspec

from exportready.evidence.readers.number_formats import BUILT_IN, format_style
from exportready.evidence.readers.sheets import Budget, Cell, Sheet
from exportready.evidence.readers.worksheet import TextRuns, Worksheet
from exportready.evidence.reading import Unreadable
from exportready.evidence.zipped import BROKEN, check_directory, is_harmful
from exportready.schema import budgets
from exportready.schema.times import believable

AS_XLSX = "open it in Excel and save it as Excel Workbook (.xlsx)"


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """The sheets of a workbook, and what it says about its own age."""

    sheets: tuple[Sheet, ...]
    exported: datetime | None = None
    """When a program wrote it in one go; None if a person may have saved it since."""
    saved: datetime | None = None
    """When it was saved last."""


_ONE_GO = timedelta(seconds=2)
"""Maximum time between the creation and the last change of a workbook that a program wrote in one go. The limit is our own."""


def read_workbook(data: bytes) -> Book:
    """Return what is in an .xlsx file. Raises Unreadable if it is damaged, too large or not a workbook."""
    try:
        file = io.BytesIO(data)
        check_directory(file, len(data))
        with zipfile.ZipFile(file) as archive:
            book = _Workbook(archive, len(data))
            sheets = book.sheets()
            return Book(sheets=sheets, **book.dates())
    except BROKEN as error:
        raise Unreadable("it is damaged; open it in Excel and save it again, or export it again") from error
    except LookupError as error:  # one of its parts declares an encoding that doesn't exist
        raise Unreadable("it uses an unknown text encoding; open it in Excel and save it again") from error
    except expat.ExpatError as error:
        raise Unreadable(f"it is damaged ({expat.ErrorString(error.code)}); open it in Excel and save it again") from error


class _Workbook:
    """The parts of one workbook, and what its sheets share: texts, styles and the budget of cells."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self.archive = archive
        entries = archive.infolist()
        if len(entries) > budgets.FILES or is_harmful(entries, size):
            raise Unreadable(
                "it would unpack to far more than any export; if it is really yours, open it in Excel and save it again"
            )
        self.names = {info.filename for info in entries}
        self.texts: list[str] = []
        self.styles: list[str] = []
        self.budget = Budget()

    def sheets(self) -> tuple[Sheet, ...]:
        """Return the sheets in the order of the workbook."""
        book = next((target for kind, target in self._relationships("").values() if kind == "officeDocument"), "")
        if not book.endswith(".xml") or book not in self.names:
            raise Unreadable(f"it isn't an Excel workbook that we can read; {AS_XLSX}")
        related = self._relationships(book)
        for kind, target in related.values():
            if kind == "sharedStrings" and target in self.names:
                self.texts = self._shared_texts(target)
            elif kind == "styles" and target in self.names:
                self.styles = self._styles(target)
        found: dict[str, str] = {}
        """Part -> name of its sheet. A part is read once, even if several sheets name it."""
        since_1904 = False

        def start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal since_1904
            if name == "sheet":
                kind, target = related.get(next((id_ for key, id_ in attributes.items() if key.endswith(":id")), ""), ("", ""))
                if kind == "worksheet":
                    found.setdefault(target, attributes.get("name", ""))
            elif name == "workbookPr":
                since_1904 = attributes.get("date1904") in ("1", "true")

        self._parse(book, start)
        if len(found) > budgets.SHEETS:
            raise Unreadable(f"it has more than {budgets.SHEETS:,} sheets; export only those that you need")
        return tuple(Sheet(name, self._rows(target, since_1904)) for target, name in found.items())

    def dates(self) -> dict[str, datetime | None]:
        """Return the dates of a Book. A workbook whose properties are damaged has none.

        Who opens a workbook or a CSV file in a spreadsheet program and saves it has a new date on old data. That leaves a
        name, another time of creation, or the name of LibreOffice in the properties (ECMA-376, part 2, core properties).
        """
        parts = dict(self._relationships("").values())
        texts: dict[str, str] = {}
        for kind, names in (
            ("core-properties", ("created", "modified", "lastModifiedBy")),
            ("extended-properties", ("Application",)),
        ):
            if parts.get(kind) in self.names:
                texts |= self._texts_of(parts[kind], names)
        created, modified = (_moment(texts.get(name, "")) for name in ("created", "modified"))
        saved = modified or created
        by_person = texts.get("lastModifiedBy", "").strip() or texts.get("Application", "").startswith("LibreOffice")
        is_in_one_go = created is not None and saved is not None and abs(saved - created) <= _ONE_GO
        return {"exported": saved if is_in_one_go and not by_person else None, "saved": saved}

    def _texts_of(self, part: str, names: tuple[str, ...]) -> dict[str, str]:
        """Return the texts of some elements of a part; nothing if it is damaged."""
        texts: dict[str, str] = {}
        inside = ""

        def start(name: str, _: Mapping[str, str]) -> None:
            nonlocal inside
            inside = name

        def end(_: str) -> None:
            nonlocal inside
            inside = ""

        def text(found: str) -> None:
            if inside in names and len(texts.get(inside, "")) < _LONGEST_PROPERTY:
                texts[inside] = texts.get(inside, "") + found

        try:
            self._parse(part, start, end, text)
        except (*BROKEN, LookupError, expat.ExpatError):
            return {}
        return texts

    def _relationships(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part refers to, by id: (kind, path)."""
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
        """Parse a part. Elements go by their local names, because strict workbooks use another namespace."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = lambda name, attributes: start(name[name.find(":") + 1 :], attributes)
        parser.EndElementHandler = lambda name: end(name[name.find(":") + 1 :])
        parser.CharacterDataHandler = text
        with self.archive.open(part) as file:
            parser.ParseFile(file)

    def _shared_texts(self, part: str) -> list[str]:
        """Return the texts that cells refer to by number."""
        texts: list[str] = []
        run = TextRuns()

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

    def _styles(self, part: str) -> list[str]:
        """Return how each cell style shows a number (see `format_style`); styles beyond Excel's maximum are left out."""
        codes = dict(BUILT_IN)
        styles: list[str] = []
        inside = ""

        def start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal inside
            if name == "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                inside = name
            elif name == "xf" and inside and len(styles) < budgets.STYLES:
                styles.append(format_style(codes.get(attributes.get("numFmtId", ""), "")))

        def end(name: str) -> None:
            nonlocal inside
            if name == "cellXfs":
                inside = ""

        self._parse(part, start, end)
        return styles

    def _rows(self, part: str, since_1904: bool) -> tuple[tuple[Cell, ...], ...]:
        if part not in self.names:
            raise Unreadable("one of its sheets is missing; open it in Excel and save it again")
        sheet = Worksheet(self.texts, self.styles, since_1904, self.budget)
        self._parse(part, sheet.start, sheet.end, sheet.text)
        return sheet.finished_rows()


_LONGEST_PROPERTY = 1_000


def _moment(text: str) -> datetime | None:
    """Return a time of the properties, which is in UTC unless it says otherwise; None for anything else, such as a date alone."""
    try:
        moment = believable(datetime.fromisoformat(text.strip())) if "T" in text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("it has a DOCTYPE, which can be harmful and which no export has; export the file again")
