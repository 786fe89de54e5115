"""Find the moment of a snapshot: the latest date that a file, an answer or a confirmation states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from exportready.evidence.reading import Reading
from exportready.model.evidence import ANSWERS_KIND, CLOCK_SKEW
from exportready.model.receipts import Receipt

if TYPE_CHECKING:
    from exportready.evidence.snapshot import FileRead


class NoDate(Exception):
    """No file says when it was made, and no answer when it was given; the message says what to do."""


def with_receipts(files: Iterable[FileRead], account: Reading | None) -> list[FileRead]:
    """Return the files, those without a date of their own dated as account.yaml says of each.

    A receipt is found by the file's digest, since a later file under the same name is another.
    """
    receipts = [*account.receipts.values()] if account else []
    return [_with_receipt(one, receipts) for one in files] if receipts else list(files)


def _with_receipt(one: FileRead, receipts: Sequence[Receipt]) -> FileRead:
    dated = next(
        (receipt.taken_at for receipt in receipts if receipt.sha256 and one.source.sha256.startswith(receipt.sha256)), None
    )
    if dated is None or one.source.dated is not None or one.reading is None:
        return one
    listings = tuple(replace(listing, dated=listing.dated or dated) for listing in one.reading.listings)
    return replace(one, source=replace(one.source, dated=dated), reading=replace(one.reading, dated=dated, listings=listings))


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
        stated += [receipt.taken_at for receipt in reading.receipts.values()]
        stated += [confirmation.at for confirmation in reading.confirmations]
        for listing in reading.listings:
            stated.append(listing.dated)
            answers = listing.records if listing.kind == ANSWERS_KIND else ()
            stated += [note.dated for record in answers for note in record.notes.values()]
        yield from (dated for dated in stated if dated is not None)
