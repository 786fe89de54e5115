"""Spreadsheets and CSV files that a person exported. Each sheet is read as a table, as answers or as a list of errors."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, tzinfo

from msgspec.structs import replace

from exportready.account.reading import Columns
from exportready.evidence.readers import answers, pasted
from exportready.evidence.readers.sheets import Sheet
from exportready.evidence.readers.spreadsheets import is_workbook, read_tables
from exportready.evidence.readers.table_layout import describe_unknown, describe_unread, recognize_table
from exportready.evidence.readers.table_postings import PostingRows
from exportready.evidence.readers.table_rows import READER, TableRows
from exportready.evidence.readers.workbook import Book
from exportready.evidence.reading import Reading
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.model.display import format_date
from exportready.model.evidence import ColumnQuestion, Listing
from exportready.model.rules import Wanted


def read(data: bytes, path: str, wanted: Wanted, columns: Columns, zone: tzinfo = UTC) -> Reading:
    """Read every table of a file; sheets that we don't know are listed in `unread`. Raises Unreadable.

    `columns` are the headings that account.yaml gives for fields. `zone` applies to moments without an offset, which only
    answers have.
    """
    reader = _SpreadsheetReader(path, wanted, columns, zone, is_workbook(data))
    book = read_tables(data, path)
    for sheet in book.sheets:
        reader.take(sheet)
    return _dated(reader.reading(), book)


def _dated(reading: Reading, book: Book) -> Reading:
    """Return a reading with the date of its workbook, if that shows when it was exported; else with a note when it was saved."""
    if reading.reader != READER or book.saved is None:
        return reading
    if book.exported is None:
        note = f"it was last saved on {format_date(book.saved)}; it may have been exported before"
        return replace(reading, notes=(*reading.notes, note))
    listings = tuple(
        one if one.reader == answers.READER or one.dated else replace(one, dated=book.exported) for one in reading.listings
    )
    return replace(reading, dated=book.exported, listings=listings)


class _SpreadsheetReader:
    """Reads the sheets of one file."""

    def __init__(self, path: str, wanted: Wanted, columns: Columns, zone: tzinfo, is_workbook: bool) -> None:
        self.path = path
        self.wanted = wanted
        self.columns = columns
        self.zone = zone
        self.is_workbook = is_workbook
        self.listings: list[Listing] = []
        self.questions: list[ColumnQuestion] = []
        self.unread: list[str] = []
        self.unknown: list[tuple[str, Sheet]] = []
        """Sheets that we don't know, with the words for each."""
        self.notes: list[str] = []
        self.counts: Counter[str] = Counter()
        self.answers: Reading | None = None

    def take(self, sheet: Sheet) -> None:
        """Read one sheet."""
        if answers.is_answers(sheet):
            self.answers = answers.read(sheet, self.path, self.zone)
            self.listings += self.answers.listings
            self.counts.update(self.answers.counts)
            self.notes += self.answers.notes
            return
        where = f"its sheet “{sheet.name}”" if self.is_workbook else "it"
        if other := describe_unread(sheet):
            self.unread.append(f"{where} {other}")
            return
        layout = recognize_table(sheet, self.path, self.wanted, self.columns)
        may_be_errors = layout is None or (layout.table.kind == pasted.KIND and bool(layout.missing_key))
        errors = pasted.sheet(sheet, self.path, self.wanted) if may_be_errors else None
        if errors is not None:
            self.listings.append(errors)
            self.counts[pasted.KIND] += len(errors.records)
            self.notes.append(f"{where} is read as a list of export errors, because it contains QuickBooks' error messages")
            return
        if layout is None:
            if any(cell is not None for row in sheet.rows for cell in row):
                self.unknown.append((where, sheet))
            return
        self.questions += layout.questions
        if layout.missing_key:
            self.unread.append(f"{where} looks like {layout.table.title}, but {layout.missing_key}")
            return
        self.notes.append(f"{where} is read as {layout.table.title}{layout.guesses()}")
        rows_of = PostingRows if layout.table.is_postings else TableRows
        rows = rows_of(sheet, self.path, layout, self.wanted, self.is_workbook)
        self.listings += rows.read()
        self.counts.update(rows.counts)
        self.notes += rows.notes

    def reading(self) -> Reading:
        """Return everything that was read."""
        found = self.answers
        is_pricebook = any(listing.kind in PRICEBOOK for listing in self.listings)
        for where, sheet in self.unknown:
            no_use = "isn't a tab of the pricebook that a check uses, so it isn't read"
            self.unread.append(f"{where} {no_use if is_pricebook else describe_unknown(sheet, self.path)}")
        only_answers = found is not None and found.listings == tuple(self.listings)
        return Reading(
            reader=answers.READER if only_answers else READER if self.listings else "",
            listings=tuple(self.listings),
            counts=dict(self.counts),
            dated=found.dated if found and only_answers else None,
            account=found.account if found else None,
            notes=tuple(self.notes),
            questions=tuple(self.questions),
            unread=tuple(self.unread),
        )
