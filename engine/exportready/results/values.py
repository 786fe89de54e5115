"""Read the plain values of a saved result. Each function raises a built-in error for a value of another type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from exportready.model.report import Cleared, Thing
from exportready.model.rules import Citation

Json = Mapping[str, Any]
"""A parsed JSON object."""

_MOST_DIGITS = 30
"""Maximum number of digits before or after the decimal point; real amounts never have more."""


def text(value: object) -> str:
    """Return a value that is text. Raises TypeError for any other value."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def amount(value: object) -> Decimal:
    """Return an amount of money or a count. Raises ValueError or InvalidOperation for any other value."""
    number = Decimal(str(value))
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(f"{value!r} is not an amount")
    return number


def time_or_none(value: str | None) -> datetime | None:
    """Return an ISO 8601 time; None for null. Raises ValueError for any other text."""
    return None if value is None else datetime.fromisoformat(value)


def citation(data: Json) -> Citation:
    """Return the document that a rule comes from."""
    return Citation(
        document=data["document"],
        section=data["section"],
        updated=date.fromisoformat(data["updated"]),
        note=data.get("note", ""),
    )


def cleared(data: Json) -> Cleared:
    """Return what clears with a key issue, or what is blocked."""
    return Cleared(
        findings=int(data.get("findings", 0)),
        transactions=int(data["transactions"]),
        amount=amount(data["amount"]),
        unreadable=int(data.get("unreadable", 0)),
    )


def thing(data: Json) -> Thing:
    """Return a record, identified by kind and key."""
    return Thing(text(data["kind"]), text(data["key"]))
