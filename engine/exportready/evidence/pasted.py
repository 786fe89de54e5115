"""Lists of export errors in whatever shape a person saved them: pasted text, or a table in which any cell holds the message.

They are recognised by QuickBooks' own sentences (kinds/messages.py). What stands among them and is no sentence that is known is
an error too: it is never dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from exportready.evidence.reading import Keys, Reading, text_of
from exportready.evidence.sheets import Cell, Sheet
from exportready.evidence.shelve import NOT_SAID
from exportready.kinds import KINDS
from exportready.kinds.headings import TABLES, squash
from exportready.kinds.messages import is_message
from exportready.model.evidence import SHEET, UNSET, Listing, Location, Record, Value
from exportready.model.rules import Wanted

READER = "list of errors"
KIND = "servicetitan.export_error"
_TABLE = next(table for table in TABLES if table.kind == KIND)
_HEADINGS = {squash(heading): name for _, name, headings in _TABLE.all_columns() for heading in headings if name != "message"}
_NAMED = re.compile(
    r"\b(invoice|payment|credit memo|bill|purchase order)s?\s*(?:#|no\.?|number)?\s*:?\s*([A-Za-z]*-?\d[\w/-]*)", re.IGNORECASE
)
_ENDS = re.compile(r"[.!?:)\"]\s*$")


def text(data: bytes, path: str, wanted: Wanted) -> Reading | None:
    """The errors of a text; None where none of its lines is a message that is known."""
    lines = [(number, line) for number, line in _joined(text_of(data)) if not line.endswith(":")]  # that is a heading
    if not any(is_message(line) for _, line in lines):
        return None
    rows = []
    for number, line in lines:
        named = _NAMED.search(line.partition("QuickBooks error message")[0])
        found: dict[str, Value] = {"message": line}
        if named:
            found |= {"transaction": named[2], "transactionType": named[1]}
        rows.append((number, found))
    return Reading(READER, (listing(rows, path, wanted),), {KIND: len(rows)})


def _joined(whole: str) -> Iterator[tuple[int, str]]:
    """Each message on one line, with the number of the line where it begins: long ones are wrapped where they are pasted."""
    begun: int = 0
    parts: list[str] = []
    for number, line in enumerate([*whole.splitlines(), ""], 1):
        line = line.strip()
        goes_on = (
            bool(parts)
            and bool(line)
            and (line[0].islower() or line.startswith("QuickBooks error") or not _ENDS.search(parts[-1]))
        )
        if parts and not goes_on:
            yield begun, " ".join(parts)
            parts = []
        if line:
            begun = begun if parts else number
            parts.append(line)


def sheet(found: Sheet, path: str, wanted: Wanted) -> Listing | None:
    """The errors of a table; None where no cell of it is a message that is known."""
    texts = [[cell.strip() if isinstance(cell, str) else "" for cell in row] for row in found.rows]
    columns = Counter(at for row in texts for at, cell in enumerate(row) if cell and is_message(cell))
    if not columns:
        return None
    column = min(columns, key=lambda at: (-columns[at], at))
    first = next(number for number, row in enumerate(texts) if any(map(is_message, filter(None, row))))
    header, named = _heading(texts[:first], column)
    rows = []
    for number, row in enumerate(texts[header + 1 :], header + 2):
        message = next((cell for cell in row if cell and is_message(cell)), row[column] if column < len(row) else "")
        if message:
            fields = {name: _value(found.rows[number - 1], at) for name, at in named.items()}
            rows.append((number, {"message": message, **fields}))
    return listing(rows, path, wanted)


def _heading(rows: Sequence[Sequence[str]], column: int) -> tuple[int, Mapping[str, int]]:
    """The row of headings above the first message, from 0, and the columns that it names; -1 where there is none. A first row with
    a word or two where the messages stand below is one too."""
    for number in range(len(rows) - 1, -1, -1):
        named = {_HEADINGS[squash(cell)]: at for at, cell in enumerate(rows[number]) if squash(cell) in _HEADINGS}
        if named:
            return number, named
    above = rows[0][column] if rows and column < len(rows[0]) else ""
    return (0, {}) if above and len(above.split()) <= 2 and above[-1] not in ".!" else (-1, {})


def _value(row: Sequence[Cell], at: int) -> Value:
    cell = row[at] if at < len(row) else None
    return UNSET if cell is None else str(cell).strip() or UNSET


def listing(rows: Sequence[tuple[int, Mapping[str, Value]]], path: str, wanted: Wanted) -> Listing:
    """The records. Nothing shows whether these are all errors that there were."""
    names, keys = wanted.get(KIND, frozenset()), Keys(KINDS[KIND])
    records = []
    for number, fields in rows if KIND in wanted else ():
        kept = {name: value for name, value in fields.items() if name in names}
        records.append(Record(KIND, keys.of(kept), kept, Location(path, number)))
    return Listing(KIND, tuple(records), path, READER, False, NOT_SAID, part=SHEET)
