"""The moment of a snapshot is the latest date that is stated in it, unless that is a typo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exportready.evidence.dates import NoDate, latest_date
from exportready.evidence.reading import Reading
from exportready.model.evidence import Account, Confirmation, Covers

NOVEMBER, NOW = datetime(2026, 11, 20, 17, tzinfo=UTC), datetime(2026, 11, 28, 9, tzinfo=UTC)
FILE = Reading(reader="iif", dated=NOVEMBER)


def confirmed(at: datetime) -> Reading:
    return Reading(reader="account.yaml", confirmations=(Confirmation(rule="a/b", value=True, by="controller", at=at),))


@pytest.mark.parametrize(
    "later",
    [
        Reading(reader="iif", dated=NOVEMBER + timedelta(hours=1)),
        Reading(reader="account.yaml", account=Account(taken_at=NOVEMBER + timedelta(hours=1))),
        Reading(
            reader="account.yaml", covers={"servicetitan.invoice": Covers(what="all", dated=NOVEMBER + timedelta(hours=1))}
        ),
        confirmed(NOVEMBER + timedelta(hours=1)),
    ],
)
def test_the_latest_of_all_dates_counts(later: Reading) -> None:
    for both in ([FILE, later], [later, FILE]):
        assert latest_date(both, NOW) == NOVEMBER + timedelta(hours=1)


def test_a_date_after_the_real_time_is_a_typo() -> None:
    assert latest_date([FILE, confirmed(datetime(2036, 11, 20, tzinfo=UTC))], NOW) == NOVEMBER


def test_if_all_dates_are_in_the_future_the_clock_is_wrong() -> None:
    assert latest_date([FILE], datetime(2020, 1, 1, tzinfo=UTC)) == NOVEMBER


def test_without_any_date_there_is_no_moment() -> None:
    with pytest.raises(NoDate, match="--at now"):
        latest_date([Reading(reader="servicetitan")], NOW)
