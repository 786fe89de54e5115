"""Reads account.yaml as one of the files of a snapshot."""

from __future__ import annotations

from exportready.account import reading as account
from exportready.evidence.reading import Reading, Unreadable
from exportready.schema.mistakes import MistakesFound

READER = account.READER


def read(data: bytes, path: str) -> Reading:
    """Read account.yaml as one of the snapshot's files. Raises Unreadable with every mistake in it."""
    try:
        found = account.read(data, path)
    except MistakesFound as error:
        first, *others = error.mistakes
        more = "".join(f"; line {other.line}: {other.message}" for other in others)
        raise Unreadable(first.message + more, first.line) from error
    listings = (found.answers, found.host) if found.host else (found.answers,)
    counts = {one.kind: len(one.records[0].fields) if one is found.answers else 1 for one in listings}
    return Reading(
        reader=READER,
        listings=listings,
        counts=counts,
        dated=found.account.taken_at,
        account=found.account,
        covers=found.covers,
        columns=found.columns,
        confirmations=found.confirmations,
        receipts=found.receipts,
    )
