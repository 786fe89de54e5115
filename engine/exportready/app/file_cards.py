"""A file's card: its state, what is said about it, and what would help."""

from __future__ import annotations

from exportready.app import file_words
from exportready.app.ledger import Kept
from exportready.app.values import FileCard, State


def card_of(name: str, kept: Kept) -> FileCard:
    """Return the card of one file."""
    found = kept.recognized
    kinds = found.kinds
    return FileCard(
        name=name,
        kind=file_words.kind(found),
        program=file_words.program(kinds),
        counts=file_words.counts(found.records),
        taken_at=found.dated,
        added_at=kept.added_at,
        state=_state(kept),
        said=tuple(file_words.sentence(one) for one in (kept.said, *found.notes) if one),
        help=tuple(file_words.sentence(one) for one in (found.error or "", found.help, *found.unread) if one),
        can_undo=kept.undo is not None,
        undo=kept.undo,
        size=found.size,
        company=", ".join(found.companies),
    )


def _state(kept: Kept) -> State:
    found = kept.recognized
    if found.error:
        return "unreadable"
    if not found.reader:
        return "unrecognized"
    return "partly" if found.unread else "used"
