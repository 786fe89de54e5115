"""The times that commands take: one that is typed, the current one, or that of the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

FILES, NOW = "files", "now"
"""What --at takes apart from a time: the latest date that the files state, and the current time."""


class Moment(click.ParamType[datetime]):
    """A date and time with a UTC offset; without an offset it is UTC."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse a date and time. Raises click.BadParameter with an example of the format."""
        from exportready.schema.times import believable

        if isinstance(value, datetime):
            return value
        try:
            moment = believable(datetime.fromisoformat(str(value)))
        except ValueError:
            self.fail(
                f"'{value}' is not a date and time from 1980 through 2200. Use the format 2026-11-20T17:30:00-07:00.",
                param,
                ctx,
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the current time, to the second, by this computer's clock."""
    return datetime.now(UTC).astimezone().replace(microsecond=0)


class CheckMoment(click.ParamType[datetime | str]):
    """A date and time, `now` or `files`."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime | str:
        """Parse a date and time; `now` and `files` stay as they are. Raises click.BadParameter."""
        return value if isinstance(value, str) and value in (NOW, FILES) else Moment().convert(value, param, ctx)


def _at(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    meaning = {NOW: "the current time", FILES: "the latest date that the files state"}
    other = FILES if default == NOW else NOW
    text = f"Check as of this time (default: {default}, {meaning[default]}; also: {other}, {meaning[other]}). Without an offset it is UTC."
    return click.option("--at", type=CheckMoment(), help=text)


AT, AUDIT_AT = _at(NOW), _at(FILES)
