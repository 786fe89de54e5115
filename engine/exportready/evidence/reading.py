"""What all readers share: their result, the error for a file that can't be read, and converting raw values to typed ones."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, partial

import msgspec
from msgspec import field

from exportready.account.reading import Columns
from exportready.kinds import fold
from exportready.kinds.table import Field, Kind
from exportready.model.evidence import (
    NOT_EXPORTED,
    UNSET,
    Account,
    ColumnQuestion,
    Confirmation,
    Covers,
    Listing,
    Unknown,
    Value,
)
from exportready.model.reasons import Reason
from exportready.model.receipts import Receipt
from exportready.model.rules import Type, Wanted
from exportready.schema.times import LIFETIME, ImplausibleYear, believable

MAX_PLACES = 30
"""Maximum power of ten of a number. No amount, quantity or rate comes near it; arithmetic with larger ones never ends."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader read from one file."""

    reader: str
    listings: tuple[Listing, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """Number of records by kind, including kinds that nothing reads."""
    dated: datetime | None = None
    """When the file was made, if it says so."""
    notes: tuple[str, ...] = ()
    companies: frozenset[str] = frozenset()
    """The company files that it is from, if it says so. A file from several can't be checked."""
    account: Account | None = None
    covers: Mapping[str, Covers] = field(default_factory=dict)
    """From account.yaml: kind -> how much of it the files cover."""
    columns: Columns = field(default_factory=dict)
    """From account.yaml: the headings of columns of spreadsheets."""
    confirmations: tuple[Confirmation, ...] = ()
    """From account.yaml: what people confirmed."""
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    """From account.yaml: when files were exported."""
    questions: tuple[ColumnQuestion, ...] = ()
    """Columns that no heading shows."""
    unread: tuple[str, ...] = ()
    """Why parts of the file are not read, and what would help."""


class Unreadable(Exception):
    """The file can't be read. The message says what is wrong and how to fix it; `line` is where, if the format has lines."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def decode_text(data: bytes) -> str:
    """Return the text of a file: by its BOM, else UTF-8, else windows-1252, which QuickBooks writes (docs/sources.md, encoding).

    Raises Unreadable for bytes in no known encoding, because a character that can't be read may be the one that matters.
    """
    encoding = _utf16(data)
    try:
        text = data.decode(encoding or "utf-8-sig").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if encoding or _is_damaged_utf8(data):
            raise _not_text(data, error) from error
    else:
        if text.isascii() or _DELIBERATE.search(text):
            return text
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _not_text(data, error) from error


_DELIBERATE = re.compile(r"[^\x00-\x7f]{2}|[^\x00-\x7f\u0180-\u02ff\u0370-\u07ff]")
"""Characters that show that a text is UTF-8. In windows-1252, an accented capital before a sign (JOS\u00c9\u2019S) also decodes as
one character of UTF-8, alone among ASCII; Greek, Cyrillic, Hebrew or Arabic letters come in words."""


def _not_text(data: bytes, error: UnicodeDecodeError) -> Unreadable:
    line = data.count(b"\n", 0, error.start) + 1
    return Unreadable("it contains characters that aren't valid text; export it again", line)


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def _is_damaged_utf8(data: bytes) -> bool:
    """Return whether most characters beyond ASCII are valid UTF-8: then the others are damage, not another encoding."""
    beyond: list[str] = _BEYOND_ASCII.findall(data.decode("utf-8", "surrogateescape"))
    stray = sum("\udc80" <= char <= "\udcff" for char in beyond)
    proper = sum(char <= "\u017f" or char >= "\u0800" for char in beyond) - stray
    return proper > stray


def decode_head(data: bytes) -> str:
    """Return the beginning of a file's text, for recognizing its format; bytes that can't be decoded are left out."""
    found = data[:4096].decode(_utf16(data) or "utf-8-sig", errors="ignore").lstrip()
    return found or data.decode(_utf16(data) or "utf-8-sig", errors="ignore").lstrip()[:4096]


def _utf16(data: bytes) -> str | None:
    """Return the UTF-16 encoding of a file, by its BOM or by the zero bytes beside its first characters; None if it has neither."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:8]
    if len(head) >= 4 and not any(head[1::2]) and all(head[::2]):
        return "utf-16-le"
    return "utf-16-be" if len(head) >= 4 and not any(head[::2]) and all(head[1::2]) else None


def fields_to_read(kind: Kind, wanted: Wanted) -> frozenset[str]:
    """Return the fields to read from a record: those asked for, its key and id, whether it is active, and its date."""
    asked = wanted.get(kind.name)
    if asked is None:
        return frozenset()
    needed = {*asked, *kind.key, *(name for name in (kind.active, kind.identity) if name), "modifiedOn", "TimeModified"}
    return frozenset(name for name in needed if name in kind.fields)


BLANK = Unknown(cause=Reason.EMPTY, reason="it's blank in the file, but ServiceTitan always has a value for it")
"""The value of a field that is blank although it never is in ServiceTitan (kinds/table.py, `never_blank`)."""


def convert(description: Field, raw: object) -> Value:
    """Return a raw value (text, or one of JSON's types) as the type of its field.

    An empty value is unset; one that doesn't fit the type is unknown. So is a blank, or the ID 0, in a field that is never blank.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return BLANK if description.never_blank else UNSET
    try:
        value = _CONVERTERS[description.type](description, raw)
    except (ValueError, InvalidOperation) as error:
        reason = f"“{str(raw)[:60]}” isn't {_TYPE_NAMES[description.type]}"
        year = str(raw).strip()[:10] if isinstance(error, ImplausibleYear) else ""
        return Unknown(cause=Reason.UNREADABLE, reason=reason, implausible=year)
    if description.choices and value not in description.choices:
        return Unknown(cause=Reason.UNREADABLE, reason=f"“{str(raw)[:60]}” isn't one of the possible values")
    return BLANK if description.never_blank and value == "0" else value


class _ConvertedTexts(dict[str, Value]):
    """Caches what the texts of a field convert to, because the same ones come again and again."""

    def __init__(self, description: Field) -> None:
        super().__init__()
        self._description = description

    def __missing__(self, raw: str) -> Value:
        if len(self) >= _CACHE_SIZE:
            self.clear()
        value = self[raw] = convert(self._description, raw)
        return value


_CACHE_SIZE = 1 << 15
"""Maximum number of texts cached for one field, so that a process that reads many accounts doesn't grow."""


@cache
def text_converter(description: Field) -> Callable[[str], Value]:
    """Return a function that converts a field's texts as `convert` does, but faster for fields that are read thousands of times."""
    if description.type is Type.ID and not description.choices:
        return _required_id if description.never_blank else _id
    if description.type is Type.TIME:
        return partial(convert, description)
    return _ConvertedTexts(description).__getitem__


def _id(raw: str) -> Value:
    """Return an id. It isn't cached, because each id comes only once."""
    return raw.strip() or UNSET


def _required_id(raw: str) -> Value:
    """Return the ID of something that always has one."""
    text = raw.strip()
    return text if text and text != "0" else BLANK


def _text(_: Field, raw: object) -> Value:
    """Return text without the spaces around it, and whole numbers without decimals, however a tool wrote them (410000.0)."""
    if isinstance(raw, str):
        return raw.strip()
    # `adjusted` first: arithmetic with a number such as 1E+999999999 overflows.
    if isinstance(raw, Decimal) and raw.is_finite() and raw.adjusted() < 18 and raw == raw.to_integral_value():
        return str(int(raw))
    if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        return str(raw)
    raise ValueError


def _name(_: Field, raw: object) -> Value:
    """Return a name unchanged, with its spaces: names are compared folded, and a rule finds stray spaces."""
    return raw if isinstance(raw, str) else _text(_, raw)


def _number(description: Field, raw: object) -> Value:
    if isinstance(raw, bool):
        raise ValueError
    if isinstance(raw, (int, Decimal)):
        return _exact(Decimal(raw), description.percent, description.is_rate)
    if isinstance(raw, str):
        return _parse_number(raw.strip(), description.percent, description.is_rate)
    raise ValueError


def _parse_number(plain: str, percent: bool, is_rate: bool) -> Decimal:
    if not _NUMBER.fullmatch(plain):
        raise ValueError
    return _exact(Decimal(plain.removesuffix("%").replace(",", "")), percent or plain.endswith("%"), is_rate)


_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?([eE][-+]?\d{1,3})?%?")


def _exact(number: Decimal, per_cent: bool, is_rate: bool) -> Decimal:
    """Return a number as the field means it: per cent as a fraction, rates to ten places. Raises ValueError if it is too large."""
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
    return believable(datetime.fromisoformat(str(raw).strip())).date()


def _time(_: Field, raw: object) -> Value:
    if not isinstance(raw, str):
        raise ValueError
    moment = believable(datetime.fromisoformat(raw.strip()))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_CONVERTERS: Mapping[Type, Callable[[Field, object], Value]] = {
    Type.TEXT: _text,
    Type.NAME: _name,
    Type.ID: _text,
    Type.NUMBER: _number,
    Type.YESNO: _yesno,
    Type.DATE: _date,
    Type.TIME: _time,
}
_TYPE_NAMES = {
    Type.TEXT: "text",
    Type.NAME: "a name",
    Type.ID: "an id",
    Type.NUMBER: "a number",
    Type.YESNO: "yes or no",
    Type.DATE: f"a date from {LIFETIME.start} through {LIFETIME[-1]}",
    Type.TIME: "a date and time",
}


class Keys:
    """Makes the keys of a kind's records, and numbers equal ones if the kind says so."""

    def __init__(self, kind: Kind) -> None:
        self._names = kind.key
        self._constant = "" if kind.sheet else kind.name.partition(".")[2]
        self._numbered = kind.numbered
        self._seen: dict[str, int] = {}

    def of(self, fields: Mapping[str, Value]) -> str:
        """Return the key of the next record."""
        if not self._names:
            return self._constant
        parts = []
        for name in self._names:
            value = fields.get(name, NOT_EXPORTED)
            parts.append(value if isinstance(value, str) else _format(value))
        key = parts[0] if len(parts) == 1 else " / ".join(parts)
        if not self._numbered:
            return key
        # Equals fold(key), but parts repeat and are cached, while nearly every key is new.
        folded = " / ".join([fold(part) for part in parts])
        self._seen[folded] = number = self._seen.get(folded, 0) + 1
        return f"{key} / {number}"


def _format(value: Value) -> str:
    if value is UNSET:
        return "(blank)"
    if isinstance(value, Unknown):
        return "(not known)"
    return str(value)
