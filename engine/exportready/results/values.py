"""Read the plain values of a stored result. Each function raises a built-in error for a value of another type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from exportready.model.report import Cleared, Thing
from exportready.model.rules import Citation

Json = Mapping[str, Any]
"""A JSON object as it was parsed."""

_MOST_DIGITS = 30
"""An amount with more digits before or after its point can't be in anybody's books."""


def text(value: object) -> str:
    """Return a value that is text. Raises TypeError for any other."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def amount(value: object) -> Decimal:
    """Return an amount of money or a count. Raises ValueError or InvalidOperation for any other."""
    number = Decimal(str(value))
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(f"{value!r} is no amount")
    return number


def time_or_none(value: str | None) -> datetime | None:
    """Return an ISO 8601 time; None for null. Raises ValueError for any other text."""
    return None if value is None else datetime.fromisoformat(value)


def citation(data: Json) -> Citation:
    """Return where a practice is written down."""
    return Citation(
        document=data["document"],
        section=data["section"],
        updated=date.fromisoformat(data["updated"]),
        note=data.get("note", ""),
    )


def cleared(data: Json) -> Cleared:
    """Return what clears with a key issue, or what is blocked."""
    return Cleared(int(data.get("findings", 0)), int(data["transactions"]), amount(data["amount"]))


def thing(data: Json) -> Thing:
    """Return a record named by kind and key."""
    return Thing(text(data["kind"]), text(data["key"]))
