"""Find the moment of a snapshot: the latest date that a file, an answer or a confirmation states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from exportready.evidence.reading import Reading
from exportready.model.evidence import ANSWERS_KIND


class NoDate(Exception):
    """No file says when it was made, and no answer when it was given; the message says what to do."""


def latest_date(readings: Iterable[Reading]) -> datetime:
    """Return the latest date that is stated. A file's own time on disk says nothing. Raises NoDate."""
    stated = list(stated_dates(readings))
    if not stated:
        raise NoDate("None of these files says when it was made. Give the time of the check instead, such as --at now")
    return max(stated)


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
