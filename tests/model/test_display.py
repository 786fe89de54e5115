"""How dates, money, rates and counts read on every screen."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exportready.model import display


def test_dates_and_times_are_american() -> None:
    assert display.format_date(date(2026, 11, 20)) == "November 20, 2026"
    assert display.format_time(datetime(2026, 11, 20, 17, 25, tzinfo=UTC)) == "November 20, 2026, 5:25 PM"
    assert display.format_clock(datetime(2026, 11, 20, 0, 5, tzinfo=UTC)) == "12:05 AM"
    assert display.format_clock(datetime(2026, 11, 20, 12, 0, tzinfo=UTC)) == "12:00 PM"


@pytest.mark.parametrize(
    ("amount", "text"), [("1234.5", "$1,234.50"), ("0", "$0.00"), ("-61.94", "-$61.94"), ("1000000", "$1,000,000.00")]
)
def test_money_has_a_sign_separators_and_cents(amount: str, text: str) -> None:
    assert display.format_money(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [("0.0845000000", "8.45%"), ("0.07", "7%"), ("0", "0%"), ("1", "100%"), ("0.08312500", "8.3125%"), ("-0.0000001", "0%")],
)
def test_rates_are_percentages_without_needless_zeros(fraction: str, text: str) -> None:
    assert display.format_percent(Decimal(fraction)) == text


@pytest.mark.parametrize(("number", "text"), [("1200", "1,200"), ("2.50", "2.50"), ("2.0", "2"), ("-3", "-3")])
def test_plain_numbers_keep_the_decimals_they_have(number: str, text: str) -> None:
    assert display.format_number(Decimal(number)) == text


def test_counts_and_lists_read_as_sentences() -> None:
    assert display.count(1, "problem") == "1 problem"
    assert display.count(1200, "problem") == "1,200 problems"
    assert display.count(2, "entry", "entries") == "2 entries"
    assert display.join_words(["invoices"]) == "invoices"
    assert display.join_words(["invoices", "payments"]) == "invoices and payments"
    assert display.join_words(["invoices", "payments", "bills"], "or") == "invoices, payments, or bills"
