"""Dates of pending transactions that can't be right, and when the passing of time changes that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.derive import derive
from exportready.derive.sums_and_dates import AHEAD, BACK, changes_at
from exportready.evidence.reading import convert
from exportready.kinds import KINDS
from exportready.model.evidence import Account, Dataset, Evidence, Location, Record, Scope, Unknown, Value

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def plausible(day: Value, at: datetime = AT) -> Value:
    fields: dict[str, Value] = {"referenceNumber": "101", "customer.name": "Adams", "invoiceDate": day, "waits": True}
    record = Record(kind="servicetitan.invoice", key="Adams / 101", fields=fields, where=Location("invoices.json"))
    datasets = {
        "servicetitan.invoice": Dataset(kind="servicetitan.invoice", records=(record,), scope=Scope.WHOLE),
        "servicetitan.payment": Dataset(kind="servicetitan.payment", scope=Scope.WHOLE),
    }
    evidence = Evidence(account=Account(), datasets=datasets, listings={}, sources=(), unrecognized=())
    (found,) = derive(evidence, at).dataset("derived.pending_date").rows()
    return found.get("plausible")


@pytest.mark.parametrize(
    ("day", "expected"),
    [(AT.date() + AHEAD, True), (AT.date() + AHEAD + timedelta(days=1), False), (AT.date() - BACK, True),
     (AT.date() - BACK - timedelta(days=1), False)],
)  # fmt: skip
def test_a_date_is_plausible_within_the_limits(day: date, expected: bool) -> None:
    assert plausible(day) is expected


@pytest.mark.parametrize("text", ["2206-11-19T00:00:00Z", "9999-12-31", "0001-01-01T00:00:00Z"])
def test_a_date_in_an_impossible_year_is_no_plausible_date(text: str) -> None:
    day = convert(KINDS["servicetitan.invoice"].fields["invoiceDate"], text)
    assert isinstance(day, Unknown)
    assert day.implausible == text[:10]
    assert plausible(day) is False


def test_a_date_that_cannot_be_read_is_unknown() -> None:
    day = convert(KINDS["servicetitan.invoice"].fields["invoiceDate"], "the day after")
    assert isinstance(day, Unknown)
    assert day.implausible == ""
    assert plausible(day) is day


@given(st.dates(date(2015, 1, 1), date(2040, 1, 1)), st.integers(0, 4000))
def test_only_the_days_that_are_listed_change_what_is_plausible(day: date, later: int) -> None:
    changes = changes_at(day, AT)
    now, then = plausible(day), plausible(day, AT + timedelta(days=later))
    if now is not then:
        assert any(change <= (AT + timedelta(days=later)).date() for change in changes)
