"""Opens a spreadsheet or CSV file as plain tables."""

from __future__ import annotations

from pathlib import PurePosixPath

from exportready.evidence.readers.csv_file import read_csv
from exportready.evidence.readers.sheets import Sheet
from exportready.evidence.readers.workbook import AS_XLSX, Book, read_workbook
from exportready.evidence.reading import Unreadable, decode_text

_ZIP = b"PK\x03\x04"
"""How an .xlsx file begins."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an .xls file or a password-protected workbook begins."""


def is_workbook(data: bytes) -> bool:
    """Return whether Excel saved a file, by its first bytes; it may still be a format that we can't read (.xls, protected)."""
    return data.startswith((_ZIP, _OLE))


def read_tables(data: bytes, path: str) -> Book:
    """Return the tables of a file, including hidden sheets, because they were exported too. A CSV file has no dates.

    Raises Unreadable with what to do.
    """
    if data.startswith(_OLE):
        protected = "EncryptedPackage".encode("utf-16-le") in data
        message = "it has a password; save it without one" if protected else f"it is an old Excel file; {AS_XLSX}"
        raise Unreadable(message)
    if data.startswith(_ZIP):
        return read_workbook(data)
    return Book(sheets=(Sheet(PurePosixPath(path).stem, read_csv(decode_text(data))),))
