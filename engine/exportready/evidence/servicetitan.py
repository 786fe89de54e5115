"""ServiceTitan's JSON: a page of a list, an export feed, or a plain array of records.

The document is decoded value by value with the standard library's scanner, so that each record keeps its line.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from json.decoder import JSONDecodeError
from pathlib import PurePosixPath
from typing import Any

from exportready.evidence.reading import Keys, Reading, Unreadable, convert, taken, text_of
from exportready.kinds import KINDS, children
from exportready.kinds.table import Field, Kind
from exportready.model.evidence import UNSET, Listing, Location, Page, Record, Unknown, Value
from exportready.model.rules import Wanted

_SPACE = re.compile(r"[ \t\n\r]*")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number that JSON has")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        key = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise ValueError(f"the key '{key}' stands twice in one record")
    return found


@lru_cache(1 << 14)  # the same amounts and quantities come again
def _decimal(text: str) -> Decimal:
    return Decimal(text)


def _decoder(hook: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> json.JSONDecoder:
    return json.JSONDecoder(parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=hook)


_WHOLE = _decoder(_no_key_twice)
_LOOKED_AT = 50
"""So many records show what a file is; of the others only what somebody reads is held, which is a fraction of them."""


def _narrow(wanted: Wanted) -> json.JSONDecoder:
    """Keeps the keys that lead to a field that is wanted of any kind."""
    kinds = [KINDS[name] for name in wanted if name in KINDS]
    keep = {step for kind in kinds for name in taken(kind, wanted) for step in name.removeprefix("parent.").split(".")}
    keep |= {kind.array_of[1] for kind in kinds if kind.array_of}

    def narrow(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {key: value for key, value in _no_key_twice(pairs).items() if key in keep}

    return _decoder(narrow)


_KINDS = tuple(kind for kind in KINDS.values() if kind.known)


@dataclass(slots=True)
class _Document:
    """The envelope's own keys, and the records with the offsets where they stand in the text."""

    text: str
    narrow: json.JSONDecoder
    envelope: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[Any, int, int]] = field(default_factory=list)
    """(record, start, end)."""
    is_array: bool = False
    has_data: bool = False

    def array(self, at: int) -> tuple[list[tuple[Any, int, int]], int]:
        """The records of the list, and where it ends."""
        return _array(self.text, at, _WHOLE, self.narrow)


def read(data: bytes, path: str, wanted: Wanted) -> Reading | None:
    """Read a file of records; None where its content is not known. Raises Unreadable for broken JSON."""
    document = _decode(text_of(data).replace("\r\n", "\n").replace("\r", "\n"), _narrow(wanted))
    if document is None:
        return None
    kind = _recognise(document, path)
    if kind is None:
        return None
    return _Reader(document, path, kind, wanted).read()


# -- decoding with positions


def _decode(text: str, narrow: json.JSONDecoder) -> _Document | None:
    document = _Document(text, narrow)
    try:
        at = _skip(text, 0)
        if text.startswith("[", at):
            document.is_array = document.has_data = True
            document.rows, at = document.array(at)
        elif text.startswith("{", at):
            at = _object(document, at)
        else:
            return None
        at = _skip(text, at)
        if at != len(text):
            raise JSONDecodeError("something follows the end of the data", text, at)
    except JSONDecodeError as error:
        raise Unreadable(f"it is not valid JSON ({error.msg}); download it again", error.lineno) from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply to be an export; download it again") from error
    return document if document.has_data else None


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int, decoder: json.JSONDecoder = _WHOLE) -> tuple[Any, int]:
    try:
        value, end = decoder.raw_decode(text, at)
    except JSONDecodeError:
        raise
    except StopIteration as error:
        raise JSONDecodeError("a value is missing", text, at) from error
    except InvalidOperation as error:
        raise JSONDecodeError("a number in it is too large", text, at) from error
    except ValueError as error:
        raise JSONDecodeError(str(error), text, at) from error
    return value, end


def _array(text: str, at: int, first: json.JSONDecoder, others: json.JSONDecoder) -> tuple[list[tuple[Any, int, int]], int]:
    rows: list[tuple[Any, int, int]] = []
    at = _skip(text, at + 1)
    if text.startswith("]", at):
        return rows, at + 1
    while True:
        value, end = _value(text, at, first if len(rows) < _LOOKED_AT else others)
        rows.append((value, at, end))
        at = _skip(text, end)
        if text.startswith("]", at):
            return rows, at + 1
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
            document.rows, at = document.array(at)
            document.has_data = True
        else:
            document.envelope[key], at = _value(text, at)
        at = _skip(text, at)
        if text.startswith("}", at):
            return at + 1
        if not text.startswith(",", at):
            raise JSONDecodeError("a comma or the end of the object is missing", text, at)
        at = _skip(text, at + 1)


# -- recognising


def _recognise(document: _Document, path: str) -> Kind | None:
    """By content, then by name: the kind whose response has most of these keys.

    Where its file is not named for it and nothing else, a kind must show its marks too: other lists of the API look
    much alike. An empty list shows nothing, so there the name alone must say it.
    """
    keys = {key for row, _, _ in document.rows[:_LOOKED_AT] if isinstance(row, dict) for key in row}
    if not document.rows:
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
    def __init__(self, document: _Document, path: str, kind: Kind, wanted: Wanted) -> None:
        self.document = document
        self.path = path
        self.kind = kind
        self.wanted = {name: taken(KINDS[name], wanted) for name in KINDS if name in wanted}
        self.keys = {name: Keys(KINDS[name]) for name in self.wanted}
        self.counts: Counter[str] = Counter({kind.name: 0})
        self.records: dict[str, list[Record]] = {name: [] for name in self.wanted}
        self.child_gaps: dict[str, str] = {}
        self._line, self._at = 1, 0

    def read(self) -> Reading:
        arrays = [child for child in children(self.kind.name) if child.name in self.wanted]
        plans = {child.name: self._plans(child) for child in arrays}
        own = _plan(self.kind, self.wanted.get(self.kind.name, frozenset()))
        at_data = "" if self.document.is_array else "/data"
        for index, (row, start, end) in enumerate(self.document.rows):
            line = self._line_at(start)
            pointer = f"{at_data}/{index}"
            if not isinstance(row, dict):
                raise Unreadable(f"{pointer} is not a record; download it again", line)
            self.counts[self.kind.name] += 1
            if self.kind.name in self.wanted:
                fields = _fields(row, own, self.kind.identity)
                key = self.keys[self.kind.name].of(fields)
                self.records[self.kind.name].append(Record(self.kind.name, key, fields, Location(self.path, line, pointer)))
            decoder = _WHOLE if index < _LOOKED_AT else self.document.narrow
            for child in arrays:
                lines = self._lines_of(row.get(_array_of(child)), _array_of(child), (start, end), line, decoder)
                self._children(child, plans[child.name], row, lines, pointer)
            self.document.rows[index] = _READ
        why, page, damaged = self._whole()
        listings = [self._listing(self.kind, why, damaged, page)]
        for child in arrays:
            gap = self.child_gaps.get(child.name, "")
            listings.append(self._listing(child, why or gap, damaged or bool(gap), page))
        return Reading("servicetitan-json", tuple(listings), dict(self.counts))

    def _listing(self, kind: Kind, why: str, damaged: bool, page: Page | None) -> Listing:
        records = tuple(self.records.get(kind.name, ()))
        is_feed = "continueFrom" in self.document.envelope
        return Listing(kind.name, records, self.path, "servicetitan-json", not why, why, damaged, is_feed=is_feed, page=page)

    def _children(
        self, child: Kind, plans: tuple[Plan, Plan], row: Mapping[str, Any], lines: Sequence[int | None], pointer: str
    ) -> None:
        array = _array_of(child)
        rows = row.get(array, _MISSING)
        if not isinstance(rows, list):
            what = "has no" if rows is _MISSING else "has no list as"
            self.child_gaps.setdefault(child.name, f"{pointer} {what} '{array}', so its lines are not known")
            return
        if child.bare:
            rows = [{child.bare: item} for item in rows]
        of_parent, of_child = plans
        above = {f"parent.{name}": value for name, value in _fields(row, of_parent, self.kind.identity).items()}
        for number, (item, at) in enumerate(zip(rows, lines, strict=True)):
            if not isinstance(item, dict):
                raise Unreadable(f"{pointer}/{array}/{number} is not a record; download it again", at)
            fields = above | _fields(item, of_child, child.identity)
            key = self.keys[child.name].of(fields)
            where = Location(self.path, at, f"{pointer}/{array}/{number}")
            self.records[child.name].append(Record(child.name, key, fields, where))
            self.counts[child.name] += 1

    def _plans(self, child: Kind) -> tuple[Plan, Plan]:
        """What an array's records tell of the record around them, and of themselves."""
        above = {name for name in self.wanted[child.name] if name.startswith("parent.")}
        return _plan(self.kind, {name.removeprefix("parent.") for name in above}), _plan(
            child, self.wanted[child.name] - above
        )

    def _lines_of(
        self, rows: object, array: str, span: tuple[int, int], line: int, decoder: json.JSONDecoder
    ) -> list[int | None]:
        """The lines of an array's records: found again in the text of their parent, and only if they read the same."""
        text, (start, end) = self.document.text, span
        if not isinstance(rows, list):
            return []
        if text.find("\n", start, end) < 0:
            return [line] * len(rows)
        at = start
        while (at := text.find(f'"{array}"', at + 1, end)) >= 0:
            opening = re.compile(r'"[ \t\n\r]*:[ \t\n\r]*(?=\[)').match(text, at + len(array) + 1)
            if opening:
                found, _ = _array(text, opening.end(), decoder, decoder)
                if [value for value, _, _ in found] == rows:
                    return [line + text.count("\n", start, place) for _, place, _ in found]
        return [None] * len(rows)

    def _line_at(self, offset: int) -> int:
        self._line += self.document.text.count("\n", self._at, offset)
        self._at = offset
        return self._line

    def _whole(self) -> tuple[str, Page | None, bool]:
        """Why this is not the whole list, as far as the file itself can say; which page it is; whether it is damaged."""
        envelope = self.document.envelope
        more, number, total = envelope.get("hasMore"), envelope.get("page"), envelope.get("totalCount")
        if self.document.is_array:
            return "a plain array does not say whether it is the whole list", None, False
        if not isinstance(more, bool):
            return "it does not say whether more pages follow (hasMore)", None, False
        if total is not None and not _counts(total):
            return f"its totalCount is no number of records ({str(total)[:30]})", None, True
        feed = "continueFrom" in envelope
        if not feed and not _counts(number):
            return "it does not say which page it is", None, False
        held = len(self.document.rows)
        return "", Page("feed" if feed else "list", None if feed else number, more, None, total, held), False


def _counts(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _array_of(child: Kind) -> str:
    return child.array_of[1] if child.array_of else ""


_READ = (None, 0, 0)
"""In the place of a record that was read: what is read is not held twice."""
_MISSING = object()


Plan = tuple[tuple[str, str, tuple[str, ...], Field], ...]
"""Of each field: its name, the key in which it stands, the keys further inside, its description."""


def _plan(kind: Kind, names: frozenset[str] | set[str]) -> Plan:
    steps = ((name, *name.split(".")) for name in sorted(names))
    return tuple((name, first, tuple(rest), kind.fields[name]) for name, first, *rest in steps)


def _fields(row: Mapping[str, Any], plan: Plan, identity: str | None) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for name, first, rest, description in plan:
        value = row.get(first, _MISSING)
        for step in rest:
            if value is None or value is _MISSING:
                break
            value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
        if value is None:
            fields[name] = Unknown("it is empty, which no id ever is") if name == identity else UNSET
        elif value is not _MISSING:
            fields[name] = convert(description, value)
    return fields
