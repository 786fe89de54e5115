"""JSON decoded value by value with the standard library's scanner, so that each record of a list keeps its place in the text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from json.decoder import JSONDecodeError
from typing import Any

import msgspec
from msgspec import field

from exportready.evidence.reading import Unreadable
from exportready.schema.budgets import JSON_KEYS, QUOTED

OnRecord = Callable[[object, int, int], None]
"""Receives each element of a list with its start and end in the text."""


class Envelope(msgspec.Struct, kw_only=True):
    """What surrounds the list in a document, filled in while the document is decoded."""

    keys: dict[str, Any] = field(default_factory=dict)
    """The other keys of the object that has the list under `data`."""
    is_array: bool = False
    """True if the document is the list itself."""
    has_list: bool = False


@contextmanager
def readable() -> Iterator[None]:
    """Raise Unreadable for broken JSON that is decoded inside."""
    try:
        yield
    except JSONDecodeError as error:
        raise Unreadable(f"it isn't valid JSON ({error.msg}); download it again", error.lineno) from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply for an export; download it again") from error


def decode_document(text: str, at: int, envelope: Envelope, on_record: OnRecord) -> int:
    """Decode the object or array that starts at `at`; return where it ends.

    `envelope` is filled in up to the record that `on_record` receives. Raises JSONDecodeError for broken JSON.
    """
    if text.startswith("[", at):
        envelope.is_array = envelope.has_list = True
        return decode_array(text, at, on_record)
    return _decode_object(text, at, envelope, on_record)


def is_page(value: object) -> bool:
    """Return whether an object is a page of a list: it has the records under `data`, and says something about the list."""
    return isinstance(value, dict) and isinstance(value.get("data"), list) and not value.keys().isdisjoint(_OF_PAGES)


_OF_PAGES = {"page", "pageSize", "hasMore", "totalCount", "continueFrom"}


def decode_array(text: str, at: int, on_record: OnRecord) -> int:
    """Pass each element of the array that starts at `at` to `on_record`; return where the array ends."""
    at = skip_space(text, at + 1)
    if text.startswith("]", at):
        return at + 1
    while True:
        value, end = decode_value(text, at)
        on_record(value, at, end)
        at = skip_space(text, end)
        if text.startswith("]", at):
            return at + 1
        if not text.startswith(",", at):
            raise JSONDecodeError("a comma or the end of the list is missing", text, at)
        at = skip_space(text, at + 1)


def _decode_object(text: str, at: int, envelope: Envelope, on_record: OnRecord) -> int:
    """Decode the outermost object; return where it ends. An array under `data` is its list."""
    at = skip_space(text, at + 1)
    if text.startswith("}", at):
        return at + 1
    while True:
        if not text.startswith('"', at):
            raise JSONDecodeError("a key in quotes is missing", text, at)
        key, at = decode_value(text, at)
        at = skip_space(text, at)
        if not text.startswith(":", at):
            raise JSONDecodeError("a colon is missing", text, at)
        at = skip_space(text, at + 1)
        if len(envelope.keys) > JSON_KEYS:
            raise JSONDecodeError(f"it has more than {JSON_KEYS:,} keys around its records", text, at)
        if key in envelope.keys or (key == "data" and envelope.has_list):
            raise JSONDecodeError(f"the key '{key[:QUOTED]}' appears twice", text, at)
        if key == "data" and text.startswith("[", at):
            envelope.has_list = True
            at = decode_array(text, at, on_record)
        else:
            envelope.keys[key], at = decode_value(text, at)
        at = skip_space(text, at)
        if text.startswith("}", at):
            return at + 1
        if not text.startswith(",", at):
            raise JSONDecodeError("a comma or the end of the object is missing", text, at)
        at = skip_space(text, at + 1)


def decode_value(text: str, at: int) -> tuple[Any, int]:
    """Return the value that starts at `at`, and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except JSONDecodeError:
        raise
    except StopIteration as error:
        raise JSONDecodeError("a value is missing", text, at) from error
    except InvalidOperation as error:
        raise JSONDecodeError("a number in it is too large", text, at) from error
    except ValueError as error:
        is_long = str(error).startswith("Exceeds the limit")  # Python's own, of digits in one number
        raise JSONDecodeError("a number in it is too large" if is_long else str(error), text, at) from error
    return value, end


_SPACE = re.compile(r"[ \t\n\r]*")


def skip_space(text: str, at: int) -> int:
    """Return where the next value begins."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} isn't a JSON number")


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. Raises ValueError for a repeated key, because it isn't clear which of its values is meant."""
    if len(pairs) > JSON_KEYS:
        raise ValueError(f"one record has more than {JSON_KEYS:,} keys")
    found = dict(pairs)
    if len(found) != len(pairs):
        key = next(key for key, number in Counter(key for key, _ in pairs).items() if number > 1)
        raise ValueError(f"the key '{key[:QUOTED]}' is in one record twice")
    return found


@lru_cache(1 << 14)  # the same amounts and quantities come again and again
def _decimal(text: str) -> Decimal:
    return Decimal(text)


_DECODER = json.JSONDecoder(parse_float=_decimal, parse_constant=_refuse_constant, object_pairs_hook=_object_of)
