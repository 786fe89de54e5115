"""What every reader shares: what it hands back, how it says that it cannot, and how raw values become typed ones."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, partial

import msgspec
from msgspec import field

from exportready.account.reading import Columns
from exportready.kinds import fold
from exportready.kinds.table import Field, Kind
from exportready.model.evidence import NOT_EXPORTED, UNSET, Account, ColumnQuestion, Covers, Listing, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.rules import Type, Wanted
from exportready.schema.times import LIFETIME

MAX_PLACES = 30
"""No amount, quantity or rate has more; arithmetic with a power of ten beyond reason ends a run."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader took out of one file."""

    reader: str
    listings: tuple[Listing, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """Records seen by kind, those too that nobody wanted."""
    dated: datetime | None = None
    """When the file says it was made."""
    notes: tuple[str, ...] = ()
    companies: frozenset[str] = frozenset()
    """The company files it comes from, where it says so: one, or the file is not to be judged."""
    account: Account | None = None
    covers: Mapping[str, Covers] = field(default_factory=dict)
    """account.yaml: kind -> how much of it the files hold."""
    columns: Columns = field(default_factory=dict)
    """account.yaml: what the columns of spreadsheets are called."""
    questions: tuple[ColumnQuestion, ...] = ()
    """Columns that no heading shows."""
    unread: tuple[str, ...] = ()
    """Why parts of the file are not read, and what would help."""


class Unreadable(Exception):
    """The file cannot be read: what is wrong and how to mend it, and the line where the format has lines."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def text_of(data: bytes) -> str:
    """Decode by BOM, else UTF-8, else windows-1252, which is what QuickBooks writes (docs/sources.md, encoding).

    Raises Unreadable for bytes that are none of them: a character that cannot be read may be the one that decides.
    """
    encoding = _utf16(data)
    try:
        text = data.decode(encoding or "utf-8-sig").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if encoding or _is_damaged_utf8(data):
            raise _no_text(data, error) from error
    else:
        if text.isascii() or _MEANT.search(text):
            return text
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _no_text(data, error) from error


_MEANT = re.compile(r"[^\x00-\x7f]{2}|[^\x00-\x7f\u0180-\u02ff\u0370-\u07ff]")
"""What is UTF-8 by no accident. An accented capital before a sign in windows-1252 (JOS\u00c9\u2019S) reads as one character of UTF-8
that stands alone among ASCII; Greek, Cyrillic, Hebrew or Arabic come as words."""


def _no_text(data: bytes, error: UnicodeDecodeError) -> Unreadable:
    line = data.count(b"\n", 0, error.start) + 1
    return Unreadable("it holds bytes that are no text in UTF-8, UTF-16 or windows-1252; export it again", line)


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def _is_damaged_utf8(data: bytes) -> bool:
    """True where most of what is beyond ASCII is proper UTF-8: then the rest is damage, not another encoding."""
    beyond: list[str] = _BEYOND_ASCII.findall(data.decode("utf-8", "surrogateescape"))
    stray = sum("\udc80" <= char <= "\udcff" for char in beyond)
    proper = sum(char <= "\u017f" or char >= "\u0800" for char in beyond) - stray
    return proper > stray


def head_of(data: bytes) -> str:
    """The beginning of a text, for recognising what it is; what cannot be decoded is left out."""
    found = data[:4096].decode(_utf16(data) or "utf-8-sig", errors="ignore").lstrip()
    return found or data.decode(_utf16(data) or "utf-8-sig", errors="ignore").lstrip()[:4096]


def _utf16(data: bytes) -> str | None:
    """UTF-16 by its BOM, or without one by the zeros beside its first characters."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:8]
    if len(head) >= 4 and not any(head[1::2]) and all(head[::2]):
        return "utf-16-le"
    return "utf-16-be" if len(head) >= 4 and not any(head[::2]) and all(head[1::2]) else None


def taken(kind: Kind, wanted: Wanted) -> frozenset[str]:
    """The fields to take out of a record: those asked for, and those that name, identify, retire and date it."""
    asked = wanted.get(kind.name)
    if asked is None:
        return frozenset()
    needed = {*asked, *kind.key, *(name for name in (kind.active, kind.identity) if name), "modifiedOn"}
    return frozenset(name for name in needed if name in kind.fields)


def convert(description: Field, raw: object) -> Value:
    """A raw value (text, or JSON's own types) as the field's type. Blank is unset; what does not fit is unknown."""
    if raw is None:
        return UNSET
    if isinstance(raw, str) and not raw.strip():
        return UNSET
    try:
        value = _CONVERT[description.type](description, raw)
    except (ValueError, InvalidOperation):
        return Unknown(Reason.UNREADABLE, f"'{str(raw)[:60]}' is not {_WORDS[description.type]}")
    if description.choices and value not in description.choices:
        return Unknown(Reason.UNREADABLE, f"'{str(raw)[:60]}' is none of the values that there are")
    return value


class _Texts(dict[str, Value]):
    """What a field's texts mean. The same ones come again and again, so each is worked out once and held once."""

    def __init__(self, description: Field) -> None:
        super().__init__()
        self._description = description

    def __missing__(self, raw: str) -> Value:
        if len(self) >= _REMEMBERED:
            self.clear()
        value = self[raw] = convert(self._description, raw)
        return value


_REMEMBERED = 1 << 15
"""Bounded, so that a process that reads many accounts does not grow."""


@cache
def of_text(description: Field) -> Callable[[str], Value]:
    """What `convert` makes of a text, for fields that are read in their thousands."""
    if description.type is Type.ID and not description.choices:
        return _id
    if description.type is Type.TIME:
        return partial(convert, description)
    return _Texts(description).__getitem__


def _id(raw: str) -> Value:
    """Each stands there once: nothing is remembered."""
    return raw.strip() or UNSET


def _text(_: Field, raw: object) -> Value:
    """Text without the blanks around it; whole numbers as such, however a tool wrote them (410000.0)."""
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, Decimal) and raw.is_finite() and raw == raw.to_integral_value() and abs(raw) < 10**18:
        return str(int(raw))
    if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        return str(raw)
    raise ValueError


def _name(_: Field, raw: object) -> Value:
    """A name as it is, blanks and all: names compare folded, and stray blanks are worth a finding of their own."""
    return raw if isinstance(raw, str) else _text(_, raw)


def _number(description: Field, raw: object) -> Value:
    if isinstance(raw, bool):
        raise ValueError
    if isinstance(raw, (int, Decimal)):
        return _counted(Decimal(raw), description.percent, description.is_rate)
    if isinstance(raw, str):
        return _stated(raw.strip(), description.percent, description.is_rate)
    raise ValueError


def _stated(plain: str, percent: bool, is_rate: bool) -> Decimal:
    if not _NUMBER.fullmatch(plain):
        raise ValueError
    return _counted(Decimal(plain.removesuffix("%").replace(",", "")), percent or plain.endswith("%"), is_rate)


_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?([eE][-+]?\d{1,3})?%?")


def _counted(number: Decimal, per_cent: bool, is_rate: bool) -> Decimal:
    if not number.is_finite() or (number and not -MAX_PLACES < number.adjusted() < MAX_PLACES):
        raise ValueError
    number = number / 100 if per_cent else number
    return round(number, 10) if is_rate else number


_YESNO = {"true": True, "false": False, "Y": True, "N": False}


def _yesno(_: Field, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip() in _YESNO:
        return _YESNO[raw.strip()]
    raise ValueError


def _date(_: Field, raw: object) -> Value:
    return datetime.fromisoformat(str(raw).strip()).date()


def _time(_: Field, raw: object) -> Value:
    if not isinstance(raw, str):
        raise ValueError
    moment = datetime.fromisoformat(raw.strip())
    if moment.year not in LIFETIME:
        raise ValueError
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_CONVERT: Mapping[Type, Callable[[Field, object], Value]] = {
    Type.TEXT: _text,
    Type.NAME: _name,
    Type.ID: _text,
    Type.NUMBER: _number,
    Type.YESNO: _yesno,
    Type.DATE: _date,
    Type.TIME: _time,
}
_WORDS = {
    Type.TEXT: "text",
    Type.NAME: "a name",
    Type.ID: "an id",
    Type.NUMBER: "a number",
    Type.YESNO: "yes or no",
    Type.DATE: "a day",
    Type.TIME: "a moment",
}


class Keys:
    """Gives records their keys, numbering equal ones where the kind asks for it."""

    def __init__(self, kind: Kind) -> None:
        self._names = kind.key
        self._without = "" if kind.sheet else kind.name.partition(".")[2]
        self._numbered = kind.numbered
        self._seen: Counter[str] = Counter()

    def of(self, fields: Mapping[str, Value]) -> str:
        """The key of the next record of this kind."""
        if not self._names:
            return self._without
        values = [fields.get(name, NOT_EXPORTED) for name in self._names]
        parts = [value if isinstance(value, str) else _shown(value) for value in values]
        key = " / ".join(parts)
        if not self._numbered:
            return key
        folded = " / ".join(map(fold, parts))  # the same as fold(key), of which nearly every one is new
        self._seen[folded] = number = self._seen[folded] + 1
        return f"{key} / {number}"


def _shown(value: Value) -> str:
    if value is UNSET:
        return "(blank)"
    if isinstance(value, Unknown):
        return "(not known)"
    return str(value)
