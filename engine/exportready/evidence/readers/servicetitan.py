"""ServiceTitan's JSON: a page of a list, an export feed, or a plain array of records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import field

from exportready.evidence.readers.json_positions import Envelope, decode, decode_array
from exportready.evidence.readers.servicetitan_fields import MISSING, Plan
from exportready.evidence.readers.servicetitan_lists import recognize_list
from exportready.evidence.reading import Keys, Reading, Unreadable, decode_text, fields_to_read
from exportready.kinds import children
from exportready.kinds.table import Kind
from exportready.model.evidence import Listing, Location, Page, Record
from exportready.model.reasons import Reason
from exportready.model.rules import Wanted

_SAMPLE_SIZE = 50
"""Number of records by which a list is recognized."""


def read(data: bytes, path: str, wanted: Wanted) -> Reading | None:
    """Read a file of records; None if it isn't a list that we know. Raises Unreadable for broken JSON."""
    text = decode_text(data).replace("\r\n", "\n").replace("\r", "\n")
    document = _Document(text=text, path=path, wanted=wanted)
    return document.reading() if decode(text, document.envelope, document.take) else None


class _Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """How much of its list a file has."""

    why: str = ""
    """Why it isn't the complete list, in words; empty if nothing shows that."""
    cause: Reason | None = None
    """Why, for decisions."""
    damaged: bool = False
    page: Page | None = None


class _Document(msgspec.Struct, kw_only=True):
    """One file while it is decoded. Its first records show which list it is; then a reader takes all of them."""

    text: str
    path: str
    wanted: Wanted
    envelope: Envelope = field(default_factory=Envelope)
    sample: list[tuple[Any, int, int]] = field(default_factory=list)
    """(record, start, end), until the list is recognized."""
    count: int = 0
    """Number of records."""
    reader: _ListReader | None = None
    is_known: bool = True
    """False once the list was not recognized."""

    def take(self, row: object, start: int, end: int) -> None:
        """Take the next record, with its start and end in the text."""
        self.count += 1
        if self.reader is not None:
            self.reader.take(row, start, end)
        elif self.is_known:
            self.sample.append((row, start, end))
            if len(self.sample) == _SAMPLE_SIZE:
                self.recognize()

    def recognize(self) -> None:
        """Recognize the list by the sample, and read the sample."""
        kind = recognize_list([row for row, _, _ in self.sample], self.path)
        self.is_known = kind is not None
        if kind is not None:
            self.reader = _ListReader(self.text, self.path, kind, self.wanted, "" if self.envelope.is_array else "/data")
            for row, start, end in self.sample:
                self.reader.take(row, start, end)
        self.sample.clear()

    def reading(self) -> Reading | None:
        """Return everything that was read; None if the list was not recognized."""
        if self.reader is None and self.is_known:
            self.recognize()
        is_feed = "continueFrom" in self.envelope.keys
        return self.reader.reading(self.completeness(), is_feed) if self.reader else None

    def completeness(self) -> _Completeness:
        """Return how much of the list this is, as far as the file shows."""
        keys = self.envelope.keys
        more, number, total = keys.get("hasMore"), keys.get("page"), keys.get("totalCount")
        if self.envelope.is_array:
            return _Completeness(why="the file doesn't say whether it is the complete list", cause=Reason.PARTIAL)
        if not isinstance(more, bool):
            return _Completeness(why="the file doesn't say whether there are more pages (hasMore)", cause=Reason.PARTIAL)
        if total is not None and not _is_count(total):
            why = f"its number of records isn't valid (totalCount: {str(total)[:30]})"
            return _Completeness(why=why, cause=Reason.UNREADABLE, damaged=True)
        is_feed = "continueFrom" in keys
        if not is_feed and not _is_count(number):
            return _Completeness(why="the file doesn't say which page it is", cause=Reason.PARTIAL)
        return _Completeness(
            page=Page(
                series="feed" if is_feed else "list",
                number=None if is_feed else number,
                more=more,
                remaining=None,
                total=total,
                held=self.count,
            )
        )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


class _ListReader:
    """Reads the records of one list, and those of the arrays inside them."""

    def __init__(self, text: str, path: str, kind: Kind, wanted: Wanted, at_data: str) -> None:
        self.text = text
        self.path = path
        self.kind = kind
        self.at_data = at_data
        """The pointer to the list."""
        own = fields_to_read(kind, wanted) if kind.name in wanted else None
        self.plan = None if own is None else Plan.of(kind, own)
        self.keys = Keys(kind)
        self.records: list[Record] = []
        self.arrays = [
            _ArrayReader(child, kind, fields_to_read(child, wanted)) for child in children(kind.name) if child.name in wanted
        ]
        self.count = 0
        self._line, self._at = 1, 0

    def take(self, row: object, start: int, end: int) -> None:
        """Read one record, with its start and end in the text."""
        line = self._line_at(start)
        pointer = f"{self.at_data}/{self.count}"
        if not isinstance(row, dict):
            raise Unreadable(f"{pointer} isn't a record; download it again", line)
        self.count += 1
        if self.plan is not None:
            fields = self.plan.fields(row)
            where = Location(self.path, line, pointer)
            self.records.append(Record(kind=self.kind.name, key=self.keys.of(fields), fields=fields, where=where))
        for array in self.arrays:
            rows = row.get(array.name, MISSING)
            lines = self._lines_of(rows, array.name, (start, end), line)
            array.take(rows, row, lines, self.path, pointer)

    def reading(self, of_list: _Completeness, is_feed: bool) -> Reading:
        """Return everything that was read. `of_list` is how much of the list it is."""

        def listing(kind: Kind, records: list[Record], of: _Completeness) -> Listing:
            read = tuple(records)
            return Listing(
                kind=kind.name,
                records=read,
                path=self.path,
                reader="servicetitan-json",
                whole=not of.why,
                why_part=of.why,
                cause=of.cause,
                damaged=of.damaged,
                is_feed=is_feed,
                page=of_list.page,
            )

        listings = [listing(self.kind, self.records, of_list)]
        listings += [listing(array.kind, array.records, array.completeness(of_list)) for array in self.arrays]
        counts = {array.kind.name: len(array.records) for array in self.arrays if array.records}
        return Reading(reader="servicetitan-json", listings=tuple(listings), counts={self.kind.name: self.count, **counts})

    def _lines_of(self, rows: object, array: str, span: tuple[int, int], line: int) -> list[int | None]:
        """Return the lines of an array's records, None where they can't be determined.

        The array is found again in the text of its parent record, and must decode to the same values.
        """
        text, (start, end) = self.text, span
        if not isinstance(rows, list):
            return []
        if text.find("\n", start, end) < 0:
            return [line] * len(rows)
        at = start
        for _ in range(_PLACES_TRIED):
            at = text.find(f'"{array}"', at + 1, end)
            if at < 0:
                break
            opening = _ARRAY_OPENING.match(text, at + len(array) + 2)
            if opening:
                found: list[tuple[object, int, int]] = []
                decode_array(text, opening.end(), lambda *one: found.append(one))  # noqa: B023 - used up before the next turn
                if [value for value, _, _ in found] == rows:
                    return [line + text.count("\n", start, place) for _, place, _ in found]
        return [None] * len(rows)

    def _line_at(self, offset: int) -> int:
        self._line += self.text.count("\n", self._at, offset)
        self._at = offset
        return self._line


_PLACES_TRIED = 20
"""Where a record may have an array's name before the array itself. Each is decoded, so a record that is full of them costs too much."""
_ARRAY_OPENING = re.compile(r"[ \t\n\r]*:[ \t\n\r]*(?=\[)")


class _ArrayReader:
    """Reads the records of an array that is inside the records of a list, such as the items of invoices."""

    def __init__(self, kind: Kind, parent: Kind, wanted: frozenset[str]) -> None:
        self.kind = kind
        self.name = kind.array_of[1] if kind.array_of else ""
        from_parent = {name for name in wanted if name.startswith("parent.")}
        self.parent_plan = Plan.of(parent, {name.removeprefix("parent.") for name in from_parent}, "parent.")
        self.plan = Plan.of(kind, wanted - from_parent)
        self.keys = Keys(kind)
        self.records: list[Record] = []
        self.gap = ""
        """Why some of its records aren't known, in words."""
        self.cause: Reason | None = None
        """Why, for decisions."""

    def take(self, rows: object, parent: Mapping[str, Any], lines: Sequence[int | None], path: str, pointer: str) -> None:
        """Read the rows of one parent record, which `pointer` points to."""
        if not isinstance(rows, list):
            what = "doesn't have" if rows is MISSING else "doesn't have a list in"
            self.gap = self.gap or f"{pointer} {what} “{self.name}”, so we don't know its lines"
            self.cause = self.cause or (Reason.NOT_EXPORTED if rows is MISSING else Reason.UNREADABLE)
            return
        parent_fields, bare = self.parent_plan.fields(parent), self.kind.bare
        for number, (row, line) in enumerate(zip(rows, lines, strict=True)):
            where = Location(path, line, f"{pointer}/{self.name}/{number}")
            if bare:
                row = {bare: row}
            elif not isinstance(row, dict):
                raise Unreadable(f"{where.pointer} isn't a record; download it again", line)
            fields = parent_fields | self.plan.fields(row)
            self.records.append(Record(kind=self.kind.name, key=self.keys.of(fields), fields=fields, where=where))

    def completeness(self, of_list: _Completeness) -> _Completeness:
        """Return how much of the array's records these are, given how much of the list the file has."""
        if not self.gap:
            return of_list
        return _Completeness(why=of_list.why or self.gap, cause=of_list.cause or self.cause, damaged=True)
