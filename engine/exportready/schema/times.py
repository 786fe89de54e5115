"""Parse dates, times and ages, as our YAML files and American offices write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from exportready.schema.shapes import Parsed

LIFETIME = range(1980, 2201)
"""Plausible years. Any other year is a typo, and some of them are out of the range of timestamps."""

_AGE = re.compile(r"([1-9][0-9]{0,4})(h|d)\Z")
_BATCH = "batch"
_US_DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_US_TIME = re.compile(_US_DAY.pattern + r"(?:[ ,]+(\d{1,2}):(\d\d)(?::\d\d)?(?: ?([AP])M)?)?", re.IGNORECASE)


class ImplausibleYear(ValueError):
    """A date or time whose year is not in LIFETIME."""


def parse_age(text: str) -> timedelta:
    """Return an age such as `4h` or `180d`. Raises ValueError for anything else."""
    found = _AGE.match(text)
    if not found:
        raise ValueError(text)
    count = int(found[1])
    return timedelta(hours=count) if found[2] == "h" else timedelta(days=count)


def parse_lasts(text: str) -> timedelta | None:
    """Return how long a confirmation counts; None for `batch`: until the batch changes. Raises ValueError for anything but an age."""
    return None if text == _BATCH else parse_age(text)


def format_lasts(lasts: timedelta | None) -> str:
    """Return what `parse_lasts` reads."""
    hours = None if lasts is None else int(lasts.total_seconds() // 3600)
    return _BATCH if hours is None else f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


def parse_day(text: str) -> date:
    """Return a date such as `2026-11-20`. Raises ValueError for anything else."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def parse_time(text: str) -> datetime:
    """Return an ISO 8601 time. Raises ValueError for anything else.

    A time without an offset is naive; the caller has to supply the time zone.
    """
    if not re.match(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|\Z)", text):
        raise ValueError(text)
    return believable(datetime.fromisoformat(text))


def parse_us_day(text: str) -> date:
    """Return a date such as `11/20/2026`, or in ISO 8601. Raises ValueError for anything else."""
    found = _US_DAY.fullmatch(text)
    return date(int(found[3]), int(found[1]), int(found[2])) if found else date.fromisoformat(text)


def parse_us_time(text: str) -> datetime:
    """Return a time such as `11/20/2026 5:25 PM`, or in ISO 8601. Raises ValueError for anything else.

    A time without an offset is naive. A date alone is the start of its day, the earliest time that it can mean.
    """
    found = _US_TIME.fullmatch(text)
    if found is None:
        return believable(datetime.fromisoformat(text))
    month, day, year, hour, minute, half = found.groups()
    if half and not 1 <= int(hour) <= 12:
        raise ValueError(text)
    hours = 0 if hour is None else int(hour) % 12 + 12 * (half.upper() == "P") if half else int(hour)
    return believable(datetime.combine(date(int(year), int(month), int(day)), time(hours, int(minute or 0))))


def believable(moment: datetime) -> datetime:
    """Return the time. Raises ImplausibleYear if its year is not in LIFETIME."""
    if moment.year not in LIFETIME:
        raise ImplausibleYear(moment.isoformat())
    return moment


AGE = Parsed(parse_age, "an age such as 4h or 180d")
LASTS = Parsed(parse_lasts, "batch, or an age such as 4h or 90d")
DAY = Parsed(parse_day, "a date such as 2026-11-20", "date")
TIME = Parsed(parse_time, "a time such as 2026-11-20T17:30:00-07:00")
