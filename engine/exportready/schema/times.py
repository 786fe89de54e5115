"""Dates, times and ages as our YAML files write them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from exportready.schema.shapes import Parsed

LIFETIME = range(1980, 2200)
"""Years in which something of an account may have happened; another one is a slip, and some clocks cannot show it."""

_AGE = re.compile(r"([1-9][0-9]{0,4})(h|d)\Z")


def parse_age(text: str) -> timedelta:
    """`4h` or `180d`. Raises ValueError for anything else."""
    found = _AGE.match(text)
    if not found:
        raise ValueError(text)
    count = int(found[1])
    return timedelta(hours=count) if found[2] == "h" else timedelta(days=count)


def parse_day(text: str) -> date:
    """`2026-11-20`. Raises ValueError for anything else."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def parse_time(text: str) -> datetime:
    """An ISO 8601 moment; without an offset it is naive, and the reader must supply the zone. Raises ValueError."""
    if not re.match(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|\Z)", text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.year not in LIFETIME:
        raise ValueError(text)
    return moment


AGE = Parsed(parse_age, "an age such as 4h or 180d")
DAY = Parsed(parse_day, "a day such as 2026-11-20", "date")
TIME = Parsed(parse_time, "a moment such as 2026-11-20T17:30:00-07:00")
