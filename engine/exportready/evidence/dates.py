"""Find the moment of a snapshot: the latest date that a file, an answer or a confirmation states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from exportready.evidence.reading import Reading
from exportready.model.evidence import ANSWERS_KIND, CLOCK_SKEW


class NoDate(Exception):
    """No file says when it was made, and no answer when it was given; the message says what to do."""


def latest_date(readings: Iterable[Reading], seen_at: datetime | None) -> datetime:
    """Return the latest date that is stated. A file's own time on disk says nothing. Raises NoDate.

    A date after `seen_at`, the real time, is a typo: everything else would count as old, and it alone as fresh. If all dates are
    later, this computer's clock is wrong.
    """
    stated = list(stated_dates(readings))
    if not stated:
        raise NoDate("None of these files says when it was made. Give the time of the check instead, such as --at now")
    believable = [dated for dated in stated if seen_at is None or dated - seen_at <= CLOCK_SKEW]
    return max(believable or stated)


def stated_dates(readings: Iterable[Reading]) -> Iterator[datetime]:
    """Yield every date that files, answers, statements about coverage, and confirmations state."""
    for reading in readings:
        stated = [reading.dated, reading.account.taken_at if reading.account else None]
        stated += [covers.dated for covers in reading.covers.values()]
        stated += [confirmation.at for confirmation in reading.confirmations]
        for listing in reading.listings:
            stated.append(listing.dated)
            answers = listing.records if listing.kind == ANSWERS_KIND else ()
            stated += [note.dated for record in answers for note in record.notes.values()]
        yield from (dated for dated in stated if dated is not None)
