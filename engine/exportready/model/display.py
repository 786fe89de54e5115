"""Dates, money, rates and counts as Americans write them: the one formatter for every text that a person reads.

Machine formats (JSON, CSV values, SARIF) keep ISO 8601 and plain decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_date(when: date) -> str:
    """Return a date: "November 20, 2026"."""
    return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}"


def format_clock(when: datetime) -> str:
    """Return the time of day: "5:25 PM"."""
    return f"{when.hour % 12 or 12}:{when.minute:02} {'AM' if when.hour < 12 else 'PM'}"


def format_time(when: datetime) -> str:
    """Return a date and time in the offset of `when`, which callers convert to the account's time zone: "November 20, 2026, 5:25 PM"."""
    return f"{format_date(when)}, {format_clock(when)}"


def format_money(amount: Decimal) -> str:
    """Return US dollars to the cent: "$1,234.50", "-$61.94"."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def format_sum(amount: Decimal, unreadable: int) -> str:
    """Return a sum with the number of amounts that aren't in it: "$24,960.34 plus 1 unreadable amount"."""
    return format_money(amount) + (f" plus {count(unreadable, 'unreadable amount')}" if unreadable else "")


def format_percent(fraction: Decimal) -> str:
    """Return a fraction as a percentage with the digits that it has, at most four decimals: "8.45%" for 0.0845, "7%" for 0.07."""
    text = f"{fraction * 100:.4f}".rstrip("0").rstrip(".")
    return f"{'0' if text == '-0' else text}%"


def format_number(number: Decimal) -> str:
    """Return a plain number with thousands separators and the decimals that it has: "1,200", "2.5"."""
    return f"{number:,f}" if number != number.to_integral_value() else f"{int(number):,}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 problem", "1,200 problems"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """Return a list in a sentence: "invoices, payments, and bills"; "invoices and payments"."""
    if len(words) < 3:
        return f" {last} ".join(words)
    return f"{', '.join(words[:-1])}, {last} {words[-1]}"
