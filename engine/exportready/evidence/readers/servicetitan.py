"""ServiceTitan's JSON: a page of a list, an export feed, or a plain array of records.

The document is decoded value by value with the standard library's scanner, so that each record keeps its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from json.decoder import JSONDecodeError
from pathlib import PurePosixPath
from typing import Any

import msgspec
from msgspec import field

from exportready.evidence.reading import MAX_PLACES, Keys, Reading, Unreadable, convert, of_text, taken, text_of
from exportready.kinds import KINDS, children
from exportready.kinds.table import Kind
from exportready.model.evidence import UNSET, Listing, Location, Page, Record, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.rules import Type, Wanted

_SPACE = re.compile(r"[ \t\n\r]*")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number that JSON has")


def _whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Raises ValueError for a key that stands twice: which of its values counts, nobody can say."""
    found = dict(pairs)
    if len(found) != len(pairs):
        key = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise ValueError(f"the key '{key}' stands twice in one record")
    return found


@lru_cache(1 << 14)  # the same amounts and quantities come again
def _decimal(text: str) -> Decimal:
    return Decimal(text)


_WHOLE = json.JSONDecoder(parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=_whole)
_LOOKED_AT = 50
"""So many records show what a file is."""

_KINDS = tuple(kind for kind in KINDS.values() if kind.known)


def read(data: bytes, path: str, wanted: Wanted) -> Reading | None:
    """Read a file of records; None where its content is not known. Raises Unreadable for broken JSON."""
    text = text_of(data).replace("\r\n", "\n").replace("\r", "\n")
    document = _Document(text=text, path=path, wanted=wanted)
    return document.reading() if _decode(document) else None


class _Document(msgspec.Struct, kw_only=True):
    """The envelope's own keys, and the reader of its records: which they are shows by the first of them."""

    text: str
    path: str
    wanted: Wanted
    envelope: dict[str, Any] = field(default_factory=dict)
    is_array: bool = False
    has_data: bool = False
    first: list[tuple[Any, int, int]] = field(default_factory=list)
    """(record, start, end), until the reader is known."""
    held: int = 0
    """How many records there are."""
    reader: _Reader | None = None
    is_known: bool = True

    def take(self, row: object, start: int, end: int) -> None:
        """The next record."""
        self.held += 1
        if self.reader is not None:
            self.reader.take(row, start, end)
        elif self.is_known:
            self.first.append((row, start, end))
            if len(self.first) == _LOOKED_AT:
                self.recognise()

    def recognise(self) -> None:
        """Decide by what has come what this file is, and read that."""
        kind = _recognise([row for row, _, _ in self.first], self.path)
        self.is_known = kind is not None
        if kind is not None:
            self.reader = _Reader(self.text, self.path, kind, self.wanted, "" if self.is_array else "/data")
            for row, start, end in self.first:
                self.reader.take(row, start, end)
        self.first.clear()

    def reading(self) -> Reading | None:
        """All that was read; None where nobody knows what it is."""
        if self.reader is None and self.is_known:
            self.recognise()
        return self.reader.reading(self.completeness(), is_feed="continueFrom" in self.envelope) if self.reader else None

    def completeness(self) -> _Completeness:
        """Return how much of the list this is, as far as the file itself can say."""
        more, number, total = self.envelope.get("hasMore"), self.envelope.get("page"), self.envelope.get("totalCount")
        if self.is_array:
            return _Completeness(why="a plain array does not say whether it is the whole list", cause=Reason.PARTIAL)
        if not isinstance(more, bool):
            return _Completeness(why="it does not say whether more pages follow (hasMore)", cause=Reason.PARTIAL)
        if total is not None and not _counts(total):
            why = f"its totalCount is no number of records ({str(total)[:30]})"
            return _Completeness(why=why, cause=Reason.UNREADABLE, damaged=True)
        feed = "continueFrom" in self.envelope
        if not feed and not _counts(number):
            return _Completeness(why="it does not say which page it is", cause=Reason.PARTIAL)
        return _Completeness(
            page=Page(
                series="feed" if feed else "list",
                number=None if feed else number,
                more=more,
                remaining=None,
                total=total,
                held=self.held,
            )
        )


# -- decoding with positions


def _decode(document: _Document) -> bool:
    """Read the document from its beginning to its end; False where it holds no records."""
    text = document.text
    try:
        at = _skip(text, 0)
        if text.startswith("[", at):
            document.is_array = document.has_data = True
            at = _array(text, at, document.take)
        elif text.startswith("{", at):
            at = _object(document, at)
        else:
            return False
        at = _skip(text, at)
        if at != len(text):
            raise JSONDecodeError("something follows the end of the data", text, at)
    except JSONDecodeError as error:
        raise Unreadable(f"it is not valid JSON ({error.msg}); download it again", error.lineno) from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply to be an export; download it again") from error
    return document.has_data


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int) -> tuple[Any, int]:
    try:
        value, end = _WHOLE.raw_decode(text, at)
    except JSONDecodeError:
        raise
    except StopIteration as error:
        raise JSONDecodeError("a value is missing", text, at) from error
    except InvalidOperation as error:
        raise JSONDecodeError("a number in it is too large", text, at) from error
    except ValueError as error:
        raise JSONDecodeError(str(error), text, at) from error
    return value, end


def _array(text: str, at: int, take: Callable[[object, int, int], None]) -> int:
    """Give each element with its start and end; where the list ends comes back."""
    at = _skip(text, at + 1)
    if text.startswith("]", at):
        return at + 1
    while True:
        value, end = _value(text, at)
        take(value, at, end)
        at = _skip(text, end)
        if text.startswith("]", at):
            return at + 1
        if not text.startswith(",", at):
            raise JSONDecodeError("a comma or the end of the list is missing", text, at)
        at = _skip(text, at + 1)


def _object(document: _Document, at: int) -> int:
    text = document.text
    at = _skip(text, at + 1)
    if text.startswith("}", at):
        return at + 1
    while True:
        if not text.startswith('"', at):
            raise JSONDecodeError("a key in quotes is missing", text, at)
        key, at = _value(text, at)
        at = _skip(text, at)
        if not text.startswith(":", at):
            raise JSONDecodeError("a colon is missing", text, at)
        at = _skip(text, at + 1)
        if key in document.envelope or (key == "data" and document.has_data):
            raise JSONDecodeError(f"the key '{key}' stands twice", text, at)
        if key == "data" and text.startswith("[", at):
            document.has_data = True
            at = _array(text, at, document.take)
        else:
            document.envelope[key], at = _value(text, at)
        at = _skip(text, at)
        if text.startswith("}", at):
            return at + 1
        if not text.startswith(",", at):
            raise JSONDecodeError("a comma or the end of the object is missing", text, at)
        at = _skip(text, at + 1)


class _Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """How much of its list a file holds."""

    why: str = ""
    """Why it is not the whole list, in words; empty where nothing says so."""
    cause: Reason | None = None
    """Why, for decisions."""
    damaged: bool = False
    page: Page | None = None


# -- recognising


def _recognise(rows: list[Any], path: str) -> Kind | None:
    """By content, then by name: the kind whose response has most of these keys.

    Where its file is not named for it and nothing else, a kind must show its marks too: other lists of the API look
    much alike. An empty list shows nothing, so there the name alone must say it.
    """
    keys = {key for row in rows if isinstance(row, dict) for key in row}
    if not rows:
        return next((kind for kind in _KINDS if _named_only(path, kind)), None)
    named = _by_name(path)
    scores = {
        kind.name: len(keys & kind.known)
        for kind in _KINDS
        if len(keys & kind.known) * 3 >= len(keys) * 2 > 0
        and ((kind.marks and kind.marks <= keys) or (_named_only(path, kind) and keys.issuperset(kind.key)))
    }
    candidates = [kind for kind in _KINDS if scores.get(kind.name) == max(scores.values(), default=0) > 0]
    if len(candidates) == 1:
        return candidates[0]
    return next((kind for kind in named if kind in candidates), None)


def _words(path: str) -> str:
    return "-" + re.sub(r"[^a-z]+", "-", PurePosixPath(path).stem.lower()).strip("-") + "-"


def _by_name(path: str) -> list[Kind]:
    """The kinds that the file's name speaks of, the longest name first: payment-types before payments."""
    stem = _words(path)
    found = [
        (len(word), kind)
        for kind in _KINDS
        for word in kind.files
        if f"-{word}-" in stem or f"-{word.removesuffix('s')}-" in stem
    ]
    return [kind for _, kind in sorted(found, key=lambda item: (-item[0], item[1].name))]


_MERE = re.compile(
    r"(servicetitan|st|accounting|pricebook|inventory|settings|crm|export|exports|feed|list|all|page|pages|part|p|of|response)-"
)
"""Words of a file name that say nothing of what is in it."""


def _named_only(path: str, kind: Kind) -> bool:
    rest = _words(path)[1:]
    while found := _MERE.match(rest):
        rest = rest[found.end() :]
    for word in kind.files:
        for form in (word, word.removesuffix("s")):
            if rest.startswith(form + "-") and not _MERE.sub("", rest[len(form) + 1 :]):
                return True
    return False


# -- records


class _Reader:
    """Takes the fields out of the records of one list, and of the arrays inside them."""

    def __init__(self, text: str, path: str, kind: Kind, wanted: Wanted, at_data: str) -> None:
        self.text = text
        self.path = path
        self.kind = kind
        self.at_data = at_data
        own = taken(kind, wanted) if kind.name in wanted else None
        self.own = None if own is None else _Plan.of(kind, own)
        self.keys = Keys(kind)
        self.records: list[Record] = []
        self.arrays = [_Array(child, kind, taken(child, wanted)) for child in children(kind.name) if child.name in wanted]
        self.count = 0
        self._line, self._at = 1, 0

    def take(self, row: object, start: int, end: int) -> None:
        """Read one record, which stands there in the text."""
        line = self._line_at(start)
        pointer = f"{self.at_data}/{self.count}"
        if not isinstance(row, dict):
            raise Unreadable(f"{pointer} is not a record; download it again", line)
        self.count += 1
        if self.own is not None:
            fields = self.own.fields(row)
            self.records.append(
                Record(kind=self.kind.name, key=self.keys.of(fields), fields=fields, where=Location(self.path, line, pointer))
            )
        for array in self.arrays:
            rows = row.get(array.name, _MISSING)
            lines = self._lines_of(rows, array.name, (start, end), line)
            array.take(rows, row, lines, self.path, pointer)

    def reading(self, of_list: _Completeness, is_feed: bool) -> Reading:
        """Return all that was read. `of_list` is how much of the list it is."""

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
        listings += [listing(one.kind, one.records, one.completeness(of_list)) for one in self.arrays]
        counts = {one.kind.name: len(one.records) for one in self.arrays if one.records}
        return Reading(reader="servicetitan-json", listings=tuple(listings), counts={self.kind.name: self.count, **counts})

    def _lines_of(self, rows: object, array: str, span: tuple[int, int], line: int) -> list[int | None]:
        """The lines of an array's records: found again in the text of their parent, and only if they read the same."""
        text, (start, end) = self.text, span
        if not isinstance(rows, list):
            return []
        if text.find("\n", start, end) < 0:
            return [line] * len(rows)
        at = start
        while (at := text.find(f'"{array}"', at + 1, end)) >= 0:
            opening = _OPENING.match(text, at + len(array) + 2)
            if opening:
                found: list[tuple[object, int, int]] = []
                _array(text, opening.end(), lambda *one: found.append(one))  # noqa: B023 - it is used up before the next turn
                if [value for value, _, _ in found] == rows:
                    return [line + text.count("\n", start, place) for _, place, _ in found]
        return [None] * len(rows)

    def _line_at(self, offset: int) -> int:
        self._line += self.text.count("\n", self._at, offset)
        self._at = offset
        return self._line


_OPENING = re.compile(r"[ \t\n\r]*:[ \t\n\r]*(?=\[)")


class _Array:
    """The records of a list that stands inside the records of another."""

    def __init__(self, kind: Kind, parent: Kind, wanted: frozenset[str]) -> None:
        self.kind = kind
        self.name = kind.array_of[1] if kind.array_of else ""
        above = {name for name in wanted if name.startswith("parent.")}
        self.above = _Plan.of(parent, {name.removeprefix("parent.") for name in above}, "parent.")
        self.own = _Plan.of(kind, wanted - above)
        self.keys = Keys(kind)
        self.records: list[Record] = []
        self.gap = ""
        """Why some of it is not known, in words."""
        self.cause: Reason | None = None
        """Why, for decisions."""

    def take(self, rows: object, parent: Mapping[str, Any], lines: Sequence[int | None], path: str, pointer: str) -> None:
        """Read the rows of one parent."""
        if not isinstance(rows, list):
            what = "has no" if rows is _MISSING else "has no list as"
            self.gap = self.gap or f"{pointer} {what} '{self.name}', so its lines are not known"
            self.cause = self.cause or (Reason.NOT_EXPORTED if rows is _MISSING else Reason.UNREADABLE)
            return
        above, bare = self.above.fields(parent), self.kind.bare
        for number, (row, line) in enumerate(zip(rows, lines, strict=True)):
            where = Location(path, line, f"{pointer}/{self.name}/{number}")
            if bare:
                row = {bare: row}
            elif not isinstance(row, dict):
                raise Unreadable(f"{where.pointer} is not a record; download it again", line)
            fields = above | self.own.fields(row)
            self.records.append(Record(kind=self.kind.name, key=self.keys.of(fields), fields=fields, where=where))

    def completeness(self, of_list: _Completeness) -> _Completeness:
        """Return how much of the array this is, in a list of which `of_list` is here."""
        if not self.gap:
            return of_list
        return _Completeness(why=of_list.why or self.gap, cause=of_list.cause or self.cause, damaged=True)


def _counts(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_MISSING = object()


_Field = tuple[str, str, Callable[[str], Value], Callable[[object], Value]]
"""A field, its key, what is made of a text, which most values are, and of anything else."""


class _Plan(msgspec.Struct, frozen=True):
    """Which fields are taken out of an object, worked out once: those that stand in it, and those inside other objects in it."""

    own: tuple[_Field, ...]
    inside: tuple[tuple[str, _Plan], ...]
    empty: Mapping[str, Value]
    """What the fields are where the object is null."""

    @classmethod
    def of(cls, kind: Kind, names: Iterable[str], prefix: str = "", above: str = "") -> _Plan:
        """The plan for fields of a kind, which come out with a prefix. `above` is the way to the object, when it is another's."""
        steps = sorted((name, *name.removeprefix(above).partition(".")) for name in names)
        inside: dict[str, list[str]] = {}
        for name, first, _, rest in steps:
            if rest:
                inside.setdefault(first, []).append(name)
        own = tuple(_field(kind, name, first, prefix) for name, first, _, rest in steps if not rest)
        parts = tuple((first, cls.of(kind, held, prefix, f"{above}{first}.")) for first, held in inside.items())
        empty = {name: other(None) for name, _, _, other in own}
        return cls(own, parts, {**empty, **{name: value for _, part in parts for name, value in part.empty.items()}})

    def fields(self, found: Mapping[str, Any]) -> dict[str, Value]:
        """The fields; what is not there is left out."""
        fields: dict[str, Value] = {}
        self._take(found, fields)
        return fields

    def _take(self, found: Mapping[str, Any], fields: dict[str, Value]) -> None:
        get = found.get
        for name, key, text, other in self.own:
            raw = get(key, _MISSING)
            if type(raw) is str:
                fields[name] = text(raw)
            elif raw is not _MISSING:
                fields[name] = other(raw)
        for key, plan in self.inside:
            part = found.get(key, _MISSING)
            if part is None:
                fields.update(plan.empty)
            elif isinstance(part, dict):
                plan._take(part, fields)


def _field(kind: Kind, name: str, key: str, prefix: str) -> _Field:
    """The types that JSON writes itself are told apart before `convert` is asked, since most values are such."""
    description = kind.fields[name]
    is_id, is_yesno = description.type is Type.ID, description.type is Type.YESNO
    is_plain = description.type is Type.NUMBER and not description.percent and not description.is_rate
    nothing: Value = Unknown(Reason.EMPTY, "it is empty, which no id ever is") if name == kind.identity else UNSET

    def other(raw: object) -> Value:
        if raw is None:
            return nothing
        if is_yesno and isinstance(raw, bool):
            return raw
        if is_plain and isinstance(raw, Decimal) and -MAX_PLACES < raw.adjusted() < MAX_PLACES:
            return raw
        if is_id and type(raw) is int:
            return str(raw)
        return convert(description, raw)

    return prefix + name, key, of_text(description), other
