"""Write JSON that people can read and that can always be encoded; read it back."""

from __future__ import annotations

import json
import math
import re

import msgspec

# Lone surrogates can't be encoded as UTF-8, so the file could not be written.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def from_json(data: bytes) -> object:
    """Return the value of JSON text. Raises ValueError for what isn't JSON: NaN, and numbers that are infinite or too large."""
    return json.loads(data.decode("utf-8-sig"), parse_float=_finite, parse_constant=_refuse)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(text: str) -> float:
    raise ValueError(f"{text[:30]} is not a number that a result can have")


def to_json(value: object, indent: int | None = 1) -> str:
    """Return a value as JSON text without a final newline; lone surrogates are written as escapes and read back unchanged."""
    text = json.dumps(value, ensure_ascii=False)  # the standard library's fast encoder, which can't indent
    if indent:
        try:
            return msgspec.json.format(text, indent=indent)
        except (msgspec.DecodeError, UnicodeEncodeError):  # it rejects lone surrogates
            text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
