"""The lines around a place, for engineers: of files that write one field a line, and without anything private."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import overload

import msgspec

from exportready.evidence.reading import Unreadable, decode_text
from exportready.kinds import KINDS
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import Location
from exportready.model.report import Finding, Place, RuleResult, Snippet

AROUND = 2
"""So many lines before and after the one that is meant."""
_LONGEST = 200
"""A longer line holds a whole record or a whole file: what stands on it was not chosen by the rule."""
_RECORD = 60
"""So many lines of a record are looked through for the field."""
LEFT_OUT = "\u2026"
"""In the place of a line that is too long, or may hold something private."""
_LARGEST = 16 << 20
"""Of a larger file nothing is kept for excerpts (bytes)."""
KEPT = 32 << 20
"""Bytes that are kept for excerpts, in all."""
_ONE_FIELD_A_LINE = (".yaml", ".yml", ".json", ".xml", ".qbxml")
"""A row of a table holds columns that no rule asked for, private ones among them."""
_KEYS = re.compile(r"[\"']?([A-Za-z_][\w.]*)[\"']?\s*:(?=\s|$)|</?([A-Za-z]\w*)")
"""The keys on a line: of YAML and JSON, or the tags of XML."""
_QUOTED = re.compile(r"([:\[,]\s*)([\"']).*?\2")
"""A value in quotes, which may look like a key."""
_FRAME = frozenset(
    "account settings quickbooks fileMode confirmed takenAt timeZone phase covers value by at data items".split()
)
"""Keys that hold fields."""
_COMMENT = re.compile(r"(^|\s)#.*$")
"""Of YAML; people write anything into one."""
_PRIVATE_VALUE = re.compile(r"\d{3}-\d{2}-\d{4}|\d{2}-\d{7}|\d{8,}")
# Tax, bank and personal numbers, passwords: DESIGN's private data, by the names that qbXML, the API and people give them.
_PRIVATE = re.compile(
    r"ssn|social.?security|\bein\b|tax.?(id|ident|payer|number)|federal|bank|routing|iban|account.?(no|num)|card|passw|secret|token|"
    r"api.?key|birth|driver|licen[cs]e",
    re.IGNORECASE,
)


class Meant(msgspec.Struct, frozen=True):
    """What is to be marked at a place: a field's value, or where the field is derived the text that was read."""

    field: str
    text: str


def may_be_cut(path: str, size: int) -> bool:
    """Return whether excerpts may be cut from a file of this size in bytes."""
    return path.lower().endswith(_ONE_FIELD_A_LINE) and size <= _LARGEST


def around(texts: Mapping[str, bytes], meant: Mapping[Location, Meant]) -> dict[Location, Snippet]:
    """Return the lines around each place, where they can be shown. `texts` holds the bytes of files by path."""
    wanted: dict[str, list[Location]] = {}
    for place in meant:
        if place.line is not None and place.path in texts and place.path.lower().endswith(_ONE_FIELD_A_LINE):
            wanted.setdefault(place.path, []).append(place)
    found: dict[Location, Snippet] = {}
    for path, here in wanted.items():
        lines = _Lines(path, texts[path])
        shown = {place: _snippet(lines, place.line or 1, meant[place]) for place in here}
        found |= {place: one for place, one in shown.items() if one is not None}
    return found


class _Lines(Sequence[str]):
    """A file's lines, as the readers count them. Each is cut out when it is asked for: a list of them would hold the file twice."""

    def __init__(self, path: str, data: bytes) -> None:
        self._text = _text(data).replace("\r\n", "\n").replace("\r", "\n")
        self._ends = array("q", (found.start() for found in re.finditer("\n", self._text)))
        if self._text and not self._text.endswith("\n"):
            self._ends.append(len(self._text))
        self._is_yaml = path.lower().endswith((".yaml", ".yml"))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        line = self._text[self._ends[at - 1] + 1 if at else 0 : self._ends[at]]
        return _COMMENT.sub("", line) if self._is_yaml else line


def _text(data: bytes) -> str:
    """Return a file's text; empty where it can't be decoded."""
    try:
        return decode_text(data)
    except Unreadable:
        return ""


def _snippet(lines: Sequence[str], line: int, meant: Meant) -> Snippet | None:
    """The line of what is meant within the record that begins at `line`, else that line itself, with what surrounds it."""
    if not 1 <= line <= len(lines):
        return None
    at, mark = _field(lines, line - 1, meant.field) or _written(lines, line - 1, meant.text) or (line - 1, (0, 0))
    if _is_hidden(lines[at]):
        return None
    first = max(0, at - AROUND)
    shown = tuple(LEFT_OUT if _is_hidden(one) else one.rstrip() for one in lines[first : at + AROUND + 1])
    return Snippet(first=first + 1, lines=shown, line=at + 1, mark=mark)


_Found = tuple[int, tuple[int, int]]
"""A line, and from which to which character."""


def _field(lines: Sequence[str], start: int, field: str) -> _Found | None:
    """Where a field's value stands: on the line itself, else as the record's own field, not one of what it holds."""
    *above, name = field.split(".")
    mark = _value(lines[start], name)
    if mark:
        return start, mark
    at = start
    for one in above:
        named = re.compile(rf"(?<!\w){re.escape(one)}(?!\w)")
        at = next((each for each in _own(lines, at) if named.search(lines[each])), -1)
        if at < 0:
            return None
    return next(((each, mark) for each in _own(lines, at) if (mark := _value(lines[each], name))), None)


def _own(lines: Sequence[str], start: int) -> Iterator[int]:
    """Of a record's lines, those that are indented one step deeper than it."""
    inside = list(_record(lines, start))[1:]
    depth = min((_depth(lines[at]) for at in inside if lines[at].strip()), default=0)
    return (at for at in inside if _depth(lines[at]) == depth)


def _written(lines: Sequence[str], start: int, text: str) -> _Found | None:
    """Where a text stands as a whole value."""
    value = re.compile(rf"[:=>]\s*[\"']?({re.escape(text)})[\"']?\s*(?:[,<\]}}]|$)")
    for at in _record(lines, start) if text else ():
        found = value.search(lines[at])
        if found:
            return at, (found.start(1), found.end(1))
    return None


def _record(lines: Sequence[str], start: int) -> Iterator[int]:
    """The lines of the record that begins at `start`: as far as they are indented deeper than it."""
    yield start
    depth = _depth(lines[start])
    for at in range(start + 1, min(start + _RECORD, len(lines))):
        if lines[at].strip() and _depth(lines[at]) <= depth:
            return
        yield at


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _value(line: str, name: str) -> tuple[int, int] | None:
    """Where the value of a field stands: key: value, "key": value, <Key>value</Key>."""
    if not name:
        return None
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)[\"']?\s*[:=>]\s*(.*?)\s*(?:,|</.*|#.*|[\]}}].*)?$", line)
    return (found.start(1), found.end(1)) if found and found[1] else None


def _is_hidden(line: str) -> bool:
    """Shown is only what the rules could have read: fields of the tables, and brackets. Whatever else a line holds, nobody knows."""
    if len(line) > _LONGEST or _PRIVATE.search(line) or _PRIVATE_VALUE.search(line):
        return True
    keys = _KEYS.findall(_QUOTED.sub(r"\1", line))
    if not keys:
        return bool(re.search(r"\w", line))
    return not {key for pair in keys for key in pair if key} <= _known()


@cache
def _known() -> frozenset[str]:
    names = [name for kind in KINDS.values() for name in kind.fields]
    shown = {part for name in (*names, *BY_PATH) for part in name.split(".")}
    rets = {f"{kind.rpartition('.')[2]}Ret" for kind in KINDS if kind.startswith("quickbooks.")}
    return frozenset(shown | rets | _FRAME)


# -- of a result


EARLIER = "before/"
"""Put before the paths of an earlier snapshot."""
SHOWN = 20
"""Places of one finding that get an excerpt."""


def excerpts(results: Sequence[RuleResult], texts: Mapping[str, bytes]) -> dict[Location, Snippet]:
    """Return the lines around what was found, by place, for the findings whose trace is kept."""
    meant = {place.location: name for result in results for one in result.findings for place, name in _looked_at(one)}
    return around(texts, meant)


def _looked_at(finding: Finding) -> Iterator[tuple[Place, Meant]]:
    """Yield each place with what failed there: the record's own field first, then those of what it names."""
    failed = [one for one in finding.trace if one.part == "expect" and one.holds is False]
    own = next((one.field for one in failed if not one.of.strip("$")), "")
    other = next((one.field for one in failed if one.of), "")
    for at, place in enumerate(finding.where[:SHOWN] if finding.trace else ()):
        field = (own or finding.where[0].label) if at == 0 or finding.is_group else other
        yield place, Meant(field, place.label)
