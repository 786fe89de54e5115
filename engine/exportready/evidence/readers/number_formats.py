"""What Excel's number formats show: a stored number as a number, a percentage, a padded code, a date or a moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

from exportready.evidence.readers.sheets import Cell
from exportready.model.evidence import Unknown
from exportready.model.reasons import Reason
from exportready.schema import budgets

BUILT_IN = {
    **{str(number): "m/d/yy" for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))},
    "9": "0%",
    "10": "0.00%",
}
"""The built-in number formats that matter here; workbooks use them without listing them (ECMA-376 part 1, 18.8.30)."""


def format_style(code: str) -> str:
    """Return how a format code shows a number: `date`, `percent`, `zeros:N` (padded to N digits), or empty for plain."""
    code = code[: budgets.NUMBER_FORMAT]
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", code, flags=re.IGNORECASE).split(";")[0]
    if "%" in bare:
        return "percent"
    if bare.lower() != "general" and re.search(r"[dmyhs]", bare, re.IGNORECASE):
        return "date"
    return f"zeros:{len(bare)}" if re.fullmatch(r"0{2,}", bare) else ""


def number_cell(text: str, style: str, since_1904: bool) -> Cell:
    """Return a stored number as its cell shows it.

    Excel shows 15 digits: it stores 35810.02 as 35810.019999999997.
    """
    try:
        value = float(text)
    except ValueError:
        return Unknown(cause=Reason.UNREADABLE, reason=f"the cell has “{text[:30]}”, which isn't a number")
    if not abs(value) < 1e15:
        return Unknown(
            cause=Reason.UNREADABLE,
            reason="the cell has a number with more than 15 digits, and Excel keeps only 15; export it as CSV",
        )
    if style == "date":
        return _date_cell(value, since_1904)
    number = Decimal(f"{value:.15g}")
    if style == "percent":
        return f"{number * 100:f}%"
    if style and number == number.to_integral_value() and number >= 0:
        return f"{int(number):0{style.removeprefix('zeros:')}d}"
    return number


def _date_cell(days: float, since_1904: bool) -> Cell:
    """Return the date or moment for a number of days since 1900 (or 1904).

    Before March 1900 Excel counts wrongly; a number below 1 is a time of day without a date.
    """
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001  sheets know no time zones
    if not (1 if since_1904 else 61) <= days < 2_950_000:
        return Unknown(cause=Reason.UNREADABLE, reason="the cell is formatted as a date, but it doesn't show a valid one")
    moment = start + timedelta(seconds=round(days * 86400))
    return moment.date() if days == int(days) else moment
