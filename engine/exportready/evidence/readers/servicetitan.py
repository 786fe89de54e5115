"""ServiceTitan's JSON: a page of a list, an export feed, a plain array of records, or records one after another.

A file may also have several pages, in an array or one after another: `jq`, data taps and warehouses write so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from json.decoder import JSONDecodeError
from typing import Any

import msgspec
from msgspec import field

from exportready.evidence.readers.json_positions import (
    Envelope,
    decode_array,
    decode_document,
    decode_value,
    is_page,
    readable,
    skip_space,
)
from exportready.evidence.readers.servicetitan_errors import error_answer
from exportready.evidence.readers.servicetitan_fields import MISSING, Plan
from exportready.evidence.readers.servicetitan_lists import describe_unknown, recognize_list
from exportready.evidence.reading import Keys, Reading, Unreadable, decode_text, fields_to_read
from exportready.kinds import children
from exportready.kinds.table import Kind
from exportready.model.evidence import Listing, Location, Page, Record
from exportready.model.fields import Fields
from exportready.model.reasons import Reason
from exportready.model.rules import Wanted

_SAMPLE_SIZE = 50
"""Number of records by which a list is recognized."""


def read(data: bytes, path: str, wanted: Wanted) -> Reading | str:
    """Read a file of records; if it isn't a list that we know, return what it is and what would help.

    Raises Unreadable for broken JSON, and for the answer to a call that failed.
    """
    text = decode_text(data).replace("\r\n", "\n").replace("\r", "\n")
    with readable():
        documents = _documents(text, path, wanted)
    errors = [error_answer(one.envelope.keys, path) if not one.count else "" for one in documents]
    failed = tuple(dict.fromkeys(filter(None, errors)))
    lists = [one for one, error in zip(documents, errors, strict=True) if not error]
    readings = [reading for one in lists if (reading := one.reading())]
    if not readings and failed:
        raise Unreadable(failed[0])
    if not readings:
        return describe_unknown(next((one.first_rows for one in documents if one.first_rows), ()))
    counts: Counter[str] = Counter()
    for reading in readings:
        counts.update(reading.counts)
    return Reading(
        reader=readings[0].reader,
        listings=tuple(listing for reading in readings for listing in reading.listings),
        counts=dict(counts),
        notes=readings[0].notes,
        unread=failed,
    )


def _documents(text: str, path: str, wanted: Wanted) -> list[_Document]:
    """Return the documents of a file, decoded: usually one; several if they are pages. Raises JSONDecodeError for broken JSON."""
    lines, found = _Lines(text), list[_Document]()
    at = skip_space(text, 0)
    in_array = text.startswith("[", at) and _has_pages(text, at + 1)
    at = skip_space(text, at + 1) if in_array else at
    while True:
        one = _Document(text=text, path=path, wanted=wanted, lines=lines, pointer=f"/{len(found)}" if in_array else "")
        found.append(one)
        at = skip_space(text, decode_document(text, at, one.envelope, one.take))
        if in_array and text.startswith(",", at):
            at = skip_space(text, at + 1)
        elif in_array and text.startswith("]", at):
            at, in_array = skip_space(text, at + 1), False
            break
        elif not one.envelope.has_list and len(found) == 1 and not in_array:
            at = _take_lines(text, at, one)
            break
        elif in_array or not text.startswith("{", at):
            break
    if in_array:
        raise JSONDecodeError("a comma or the end of the list is missing", text, at)
    if at != len(text):
        raise JSONDecodeError("there is text after the end of the data", text, at)
    return found


def _has_pages(text: str, at: int) -> bool:
    """Return whether the array whose first element follows is one of pages."""
    at = skip_space(text, at)
    return text.startswith("{", at) and is_page(decode_value(text, at)[0])


def _take_lines(text: str, at: int, document: _Document) -> int:
    """Take the records that follow one after another, and the first one, which is the document so far; return where they end."""
    envelope = document.envelope
    if not envelope.keys or error_answer(envelope.keys, document.path):
        return at
    document.is_single = at == len(text)
    first, envelope.keys = envelope.keys, {}
    envelope.is_array = True
    streams: set[object] = set()
    value, start, end = first, skip_space(text, 0), at
    while True:
        record = _record_of(value, streams)
        if record is not None:
            document.take(record, start, end)
        start = skip_space(text, end)
        if not text.startswith("{", start):
            return start
        value, end = decode_value(text, start)


def _record_of(value: Mapping[str, Any], streams: set[object]) -> object:
    """Return the record that a line has; None if it has none. A data tap (Singer) writes messages, `type`, `stream` and `record`.

    Raises Unreadable if the messages are of several lists.
    """
    if not ("type" in value and "stream" in value):
        return None if value.get("type") == "STATE" else value
    streams.add(value["stream"])
    if len(streams) > 1:
        raise Unreadable(f"it has several lists ({', '.join(sorted(map(str, streams)))}); save each list to a file of its own")
    return value.get("record")


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
    lines: _Lines
    pointer: str = ""
    """The pointer to the document in the file."""
    is_single: bool = False
    """True if it is one record by itself."""
    envelope: Envelope = field(default_factory=Envelope)
    sample: list[tuple[Any, int, int]] = field(default_factory=list)
    """(record, start, end), until the list is recognized."""
    first_rows: list[Any] = field(default_factory=list)
    """The records of the sample, if the list was not recognized."""
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
            self.reader = _ListReader(self, kind, self.pointer + ("" if self.envelope.is_array else "/data"))
            for row, start, end in self.sample:
                self.reader.take(row, start, end)
        else:
            self.first_rows = [row for row, _, _ in self.sample]
        self.sample.clear()

    def reading(self) -> Reading | None:
        """Return everything that was read; None if the list was not recognized."""
        if self.reader is None and self.is_known and (self.envelope.has_list or self.count):
            self.recognize()
        is_feed = "continueFrom" in self.envelope.keys
        return self.reader.reading(self.completeness(), is_feed) if self.reader else None

    def completeness(self) -> _Completeness:
        """Return how much of the list this is, as far as the file shows."""
        keys = self.envelope.keys
        more, number, total = keys.get("hasMore"), keys.get("page"), keys.get("totalCount")
        if self.is_single:
            return _Completeness(why="the file has only a single record, not the list", cause=Reason.PARTIAL)
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

    def __init__(self, document: _Document, kind: Kind, at_data: str) -> None:
        self.text, self.path, self.lines = document.text, document.path, document.lines
        self.part = "fragment" if document.is_single else ""
        self.kind = kind
        wanted = document.wanted
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

    def take(self, row: object, start: int, end: int) -> None:
        """Read one record, with its start and end in the text."""
        line = self.lines.at(start)
        pointer = f"{self.at_data}/{self.count}"
        if not isinstance(row, dict):
            raise Unreadable(f"{pointer} isn't a record; download it again", line)
        self.count += 1
        if self.plan is not None:
            fields = self.plan.fields(row)
            where = Location(self.path, line, pointer)
            self.records.append(Record(kind=self.kind.name, key=self.keys.of(fields), fields=Fields.of(fields), where=where))
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
                part=self.part,
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


class _Lines:
    """Counts the lines of a file up to places that come one after another."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._at = 1, 0

    def at(self, offset: int) -> int:
        """Return the line of a place that isn't before the last one asked for."""
        self._line += self._text.count("\n", self._at, offset)
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
            self.records.append(Record(kind=self.kind.name, key=self.keys.of(fields), fields=Fields.of(fields), where=where))

    def completeness(self, of_list: _Completeness) -> _Completeness:
        """Return how much of the array's records these are, given how much of the list the file has."""
        if not self.gap:
            return of_list
        return _Completeness(why=of_list.why or self.gap, cause=of_list.cause or self.cause, damaged=True)
