"""Excerpts for engineers: the lines around a place in a file with one field per line, without private data."""

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
"""Number of lines shown before and after the marked one."""
_MAX_LINE = 200
"""Maximum length of a line that is shown. A longer one contains a whole record or file, of which rules read only some fields."""
_MAX_RECORD = 60
"""Maximum number of lines of a record that are searched for the field."""
LEFT_OUT = "\u2026"
"""Shown in place of a line that is too long or may contain private data."""
_MAX_FILE = 16 << 20
"""Maximum size of a file with excerpts, in bytes."""
MAX_KEPT = 32 << 20
"""Maximum size of all files kept for excerpts, in bytes."""
_ONE_FIELD_A_LINE = (".yaml", ".yml", ".json", ".xml", ".qbxml")
"""Formats with one field per line. A row of a table has columns that no rule reads, and some of them are private."""
_KEYS = re.compile(r"[\"']?([A-Za-z_][\w.]*)[\"']?\s*:(?=\s|$)|</?([A-Za-z]\w*)")
"""The keys on a line of YAML or JSON, or the tags on one of XML."""
_QUOTED = re.compile(r"([:\[,]\s*)([\"']).*?\2")
"""A value in quotes, which may look like a key."""
_FRAME = frozenset(
    "account settings quickbooks fileMode confirmed takenAt timeZone phase covers value by at data items".split()
)
"""Keys that contain fields."""
_COMMENT = re.compile(r"(^|\s)#.*$")
"""A comment of YAML, which may contain anything."""
_PRIVATE_VALUE = re.compile(r"\d{3}-\d{2}-\d{4}|\d{2}-\d{7}|\d{8,}")
# Tax, bank and personal numbers and passwords, by the names that qbXML, the API and people give them.
_PRIVATE = re.compile(
    r"ssn|social.?security|\bein\b|tax.?(id|ident|payer|number)|federal|bank|routing|iban|account.?(no|num)|card|passw|secret|token|"
    r"api.?key|birth|driver|licen[cs]e",
    re.IGNORECASE,
)


class Target(msgspec.Struct, frozen=True):
    """What to mark at a place: the value of a field, or if the field is derived, the text that was read."""

    field: str
    text: str


def may_be_cut(path: str, size: int) -> bool:
    """Return whether excerpts may be cut from a file of this size in bytes."""
    return path.lower().endswith(_ONE_FIELD_A_LINE) and size <= _MAX_FILE


def excerpts_around(texts: Mapping[str, bytes], targets: Mapping[Location, Target]) -> dict[Location, Snippet]:
    """Return the lines around each place if they can be shown. `texts` has the bytes of files by path."""
    wanted: dict[str, list[Location]] = {}
    for place in targets:
        if place.line is not None and place.path in texts and place.path.lower().endswith(_ONE_FIELD_A_LINE):
            wanted.setdefault(place.path, []).append(place)
    found: dict[Location, Snippet] = {}
    for path, here in wanted.items():
        lines = _Lines(path, texts[path])
        shown = {place: _snippet(lines, place.line or 1, targets[place]) for place in here}
        found |= {place: one for place, one in shown.items() if one is not None}
    return found


class _Lines(Sequence[str]):
    """A file's lines, as the readers count them. Each is cut out when needed, because a list would take the memory of another copy."""

    def __init__(self, path: str, data: bytes) -> None:
        self._text = _decode(data).replace("\r\n", "\n").replace("\r", "\n")
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
        start = self._ends[at - 1] + 1 if at else 0
        line = self._text[
            start : min(self._ends[at], start + _MAX_LINE + 1)
        ]  # a longer one isn't shown, so the rest doesn't matter
        return _COMMENT.sub("", line) if self._is_yaml else line


def _decode(data: bytes) -> str:
    """Return a file's text; empty if it can't be decoded."""
    try:
        return decode_text(data)
    except Unreadable:
        return ""


def _snippet(lines: Sequence[str], line: int, target: Target) -> Snippet | None:
    """Return the excerpt around the target in the record that begins at `line`; if it isn't found, around that line."""
    if not 1 <= line <= len(lines):
        return None
    at, mark = _find_field(lines, line - 1, target.field) or _find_text(lines, line - 1, target.text) or (line - 1, (0, 0))
    if _is_hidden(lines[at]):
        return None
    first = max(0, at - AROUND)
    shown = tuple(LEFT_OUT if _is_hidden(one) else one.rstrip() for one in lines[first : at + AROUND + 1])
    return Snippet(first=first + 1, lines=shown, line=at + 1, mark=mark)


_Mark = tuple[int, tuple[int, int]]
"""A line, from 0, with the first character of the mark and the one after it."""


def _find_field(lines: Sequence[str], start: int, field: str) -> _Mark | None:
    """Return where a field's value is: on the first line, else among the record's own fields, not those of records inside it."""
    *above, name = field.split(".")
    mark = _value_span(lines[start], name)
    if mark:
        return start, mark
    at = start
    for one in above:
        named = re.compile(rf"(?<!\w){re.escape(one)}(?!\w)")
        at = next((each for each in _own_lines(lines, at) if named.search(lines[each])), -1)
        if at < 0:
            return None
    return next(((each, mark) for each in _own_lines(lines, at) if (mark := _value_span(lines[each], name))), None)


def _own_lines(lines: Sequence[str], start: int) -> Iterator[int]:
    """Return the lines of a record's own fields: those indented one step deeper than its first line."""
    inside = list(_record_lines(lines, start))[1:]
    depth = min((_depth(lines[at]) for at in inside if lines[at].strip()), default=0)
    return (at for at in inside if _depth(lines[at]) == depth)


def _find_text(lines: Sequence[str], start: int, text: str) -> _Mark | None:
    """Return where a text is the whole value of something in the record."""
    value = re.compile(rf"[:=>]\s*[\"']?({re.escape(text)})[\"']?\s*(?:[,<\]}}]|$)")
    for at in _record_lines(lines, start) if text else ():
        found = value.search(lines[at])
        if found:
            return at, (found.start(1), found.end(1))
    return None


def _record_lines(lines: Sequence[str], start: int) -> Iterator[int]:
    """Yield the lines of the record that begins at `start`: those after it that are indented deeper."""
    yield start
    depth = _depth(lines[start])
    for at in range(start + 1, min(start + _MAX_RECORD, len(lines))):
        if lines[at].strip() and _depth(lines[at]) <= depth:
            return
        yield at


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _value_span(line: str, name: str) -> tuple[int, int] | None:
    """Return where the value of a field is on a line: key: value, "key": value, <Key>value</Key>."""
    if not name:
        return None
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)[\"']?\s*[:=>]\s*(.*?)\s*(?:,|</.*|#.*|[\]}}].*)?$", line)
    return (found.start(1), found.end(1)) if found and found[1] else None


def _is_hidden(line: str) -> bool:
    """Return whether a line must not be shown: it has a key that is no field of a kind, or may be private."""
    if len(line) > _MAX_LINE or _PRIVATE.search(line) or _PRIVATE_VALUE.search(line):
        return True
    keys = _KEYS.findall(_QUOTED.sub(r"\1", line))
    if not keys:
        return bool(re.search(r"\w", line))
    return not {key for pair in keys for key in pair if key} <= _known_keys()


@cache
def _known_keys() -> frozenset[str]:
    """Return the keys of all fields that rules can read."""
    names = [name for kind in KINDS.values() for name in kind.fields]
    shown = {part for name in (*names, *BY_PATH) for part in name.split(".")}
    rets = {f"{kind.rpartition('.')[2]}Ret" for kind in KINDS if kind.startswith("quickbooks.")}
    return frozenset(shown | rets | _FRAME)


# -- excerpts of findings


EARLIER = "before/"
"""Prefix of the paths of an earlier snapshot."""
MAX_PLACES = 20
"""Maximum number of places of one finding with an excerpt."""


def excerpts(results: Sequence[RuleResult], texts: Mapping[str, bytes]) -> dict[Location, Snippet]:
    """Return the lines around what was found, by place, for the findings whose trace is kept."""
    targets = {place.location: name for result in results for one in result.findings for place, name in _targets(one)}
    return excerpts_around(texts, targets)


def _targets(finding: Finding) -> Iterator[tuple[Place, Target]]:
    """Yield each place with what failed there: the record's own field first, then those of what it names."""
    failed = [one for one in finding.trace if one.part == "expect" and one.is_met is False]
    own = next((one.field for one in failed if not one.of.strip("$")), "")
    other = next((one.field for one in failed if one.of), "")
    for at, place in enumerate(finding.where[:MAX_PLACES] if finding.trace else ()):
        field = (own or finding.where[0].label) if at == 0 or finding.is_group else other
        yield place, Target(field, place.label)
