"""What every reader shares: what it hands back, how it says that it cannot, and how raw values become typed ones."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from exportready.kinds import fold
from exportready.kinds.table import Field, Kind
from exportready.model.evidence import NOT_EXPORTED, UNSET, Account, Listing, Unknown, Value
from exportready.model.rules import Type, Wanted


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader took out of one file."""

    reader: str
    listings: tuple[Listing, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """Records seen by kind, those too that nobody wanted."""
    dated: datetime | None = None
    """When the file says it was made."""
    notes: tuple[str, ...] = ()
    company: str | None = None
    """The company file it comes from, where it says so."""
    account: Account | None = None
    covers: Mapping[str, str] = field(default_factory=dict)
    """account.yaml: kind -> "all", or which days its file covers, in words."""


class Unreadable(Exception):
    """The file cannot be read: what is wrong and how to mend it, and the line where the format has lines."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def text_of(data: bytes) -> str:
    """Decode by BOM, else UTF-8, else windows-1252, which is what QuickBooks writes (quickbooks.md 2.3)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def taken(kind: Kind, wanted: Wanted) -> frozenset[str]:
    """The fields to take out of a record: those asked for, and those that name, identify and retire it."""
    asked = wanted.get(kind.name)
    if asked is None:
        return frozenset()
    needed = {*asked, *kind.key, *(name for name in (kind.active, kind.identity) if name)}
    return frozenset(name for name in needed if name in kind.fields)


def convert(description: Field, raw: object) -> Value:
    """A raw value (text, or JSON's own types) as the field's type. Blank is unset; what does not fit is unknown."""
    if raw is None:
        return UNSET
    if isinstance(raw, str) and not raw.strip():
        return UNSET
    try:
        return _CONVERT[description.type](description, raw)
    except (ValueError, InvalidOperation):
        return Unknown(f"'{str(raw)[:60]}' is not {_WORDS[description.type]}")


def _text(_: Field, raw: object) -> Value:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        return str(raw)
    raise ValueError


def _number(description: Field, raw: object) -> Value:
    if isinstance(raw, bool):
        raise ValueError
    if isinstance(raw, (int, Decimal)):
        number, per_cent = Decimal(raw), description.percent
    elif isinstance(raw, str):
        plain = raw.strip()
        per_cent = plain.endswith("%") or description.percent
        if not re.fullmatch(r"[-+]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?([eE][-+]?\d{1,3})?%?", plain):
            raise ValueError
        number = Decimal(plain.removesuffix("%").replace(",", ""))
    else:
        raise ValueError
    if not number.is_finite():
        raise ValueError
    return number / 100 if per_cent else number


_YESNO = {"true": True, "false": False, "Y": True, "N": False}


def _yesno(_: Field, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip() in _YESNO:
        return _YESNO[raw.strip()]
    raise ValueError


def _date(_: Field, raw: object) -> Value:
    return date.fromisoformat(str(raw).strip()[:10])


def _time(_: Field, raw: object) -> Value:
    if not isinstance(raw, str):
        raise ValueError
    moment = datetime.fromisoformat(raw.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_CONVERT: Mapping[Type, Callable[[Field, object], Value]] = {
    Type.TEXT: _text,
    Type.NAME: _text,
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
        self._kind = kind
        self._seen: Counter[str] = Counter()

    def of(self, fields: Mapping[str, Value]) -> str:
        """The key of the next record of this kind."""
        if not self._kind.key:
            return "" if self._kind.sheet else self._kind.name.partition(".")[2]
        key = " / ".join(_shown(fields.get(name, NOT_EXPORTED)) for name in self._kind.key)
        if not self._kind.numbered:
            return key
        self._seen[fold(key)] += 1
        return f"{key} / {self._seen[fold(key)]}"


def _shown(value: Value) -> str:
    if value is UNSET:
        return "(blank)"
    if isinstance(value, Unknown):
        return "(not known)"
    return str(value)
