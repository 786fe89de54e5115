"""The time zone of an account, and times in the format of files."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from exportready.model.evidence import Account

FRESH_FOR = timedelta(hours=4)
"""How long after the moment that was judged a verdict is still shown as if that moment were now."""


def is_past(moment: datetime, now: datetime, *, after_export: bool) -> bool:
    """Return whether a verdict about the moment of the files is about one too long ago to export now. After an export, none is."""
    return not after_export and now - moment > FRESH_FOR


def iso(when: datetime | None) -> str | None:
    """Return a time in ISO 8601, for files and programs; None for None."""
    return when.isoformat() if when else None


def stated_zone(account: Account | None) -> tzinfo | None:
    """Return the time zone in account.yaml; None if it has none."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(account.time_zone) if account and account.time_zone else None


def zone_of(account: Account, checked_at: datetime) -> tzinfo | None:
    """Return the account's time zone; if account.yaml has none, the offset of `takenAt`, else that of the check."""
    return stated_zone(account) or (account.taken_at or checked_at).tzinfo
