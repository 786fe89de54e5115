"""Compare what is left over on both sides: QuickBooks may have the missing transaction under another name, or a second copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.exported import BookedTransaction, SentTransaction
from exportready.derive.matching import ARRIVED, MISSING, TWICE, Match, Matched, content_of
from exportready.derive.signs import (
    COPIES,
    MAYBE,
    MAYBE_UNNUMBERED,
    SURE_COPY,
    Key,
    Signs,
    booked_keys,
    sent_keys,
)
from exportready.model.display import format_date, format_money
from exportready.model.evidence import Unknown
from exportready.model.reasons import Channel, Reason

_LOOK_AT_BOTH = (
    "Open it in QuickBooks (Edit > Find, by its number or amount), and compare it with ServiceTitan's. If it is the same, enter "
    "ServiceTitan's number and customer in it. If it is a duplicate, delete it. Then check again"
)
_LOOK_FOR_IT = "Look for it in QuickBooks by its amount and date (Edit > Find). In ServiceTitan, give it a shorter number"


def with_leftovers(found: Sequence[Match], books: Sequence[BookedTransaction], matched: Matched) -> list[Match]:
    """Return the matches with what the unmatched QuickBooks transactions say about them."""
    missing = [one for one in found if one.state == MISSING]
    free = [book for at, book in enumerate(books) if at not in matched.taken]
    unsettled = [book for at, book in enumerate(books) if at not in matched.settled] if missing else []
    sent, unsent = ([one.transaction for one in missing if one.transaction.was_sent is it] for it in (True, False))
    maybe_sent = [_Index(signs, unsettled, sent) for signs in MAYBE]
    known_number = [book for book in unsettled if book.amount != 0 and not isinstance(book.record.get("RefNumber"), Unknown)]
    maybe_sent += [_Index(signs, known_number, sent) for signs in MAYBE_UNNUMBERED]
    maybe_unsent = [_Index(signs, free, unsent) for signs in MAYBE]
    # Every copy has the number of a transaction that arrived.
    there = {number for one in found if one.state == ARRIVED for number in one.transaction.numbers}
    not_voided = [book for book in free if book.amount != 0 and book.number in there]
    arrived = [as_booked(one) for one in found if one.state == ARRIVED and not_voided]
    copies, sure = [_Index(signs, not_voided, arrived) for signs in COPIES], _Index(SURE_COPY, not_voided, arrived)
    return [
        (_with_copies(one, copies, sure) if not_voided else one)
        if one.state == ARRIVED
        else _with_maybe(one, maybe_sent if one.transaction.was_sent else maybe_unsent)
        if one.state == MISSING
        else one
        for one in found
    ]


def as_booked(one: Match) -> SentTransaction:
    """Return the transaction with the amount that it has in QuickBooks, which a copy has too."""
    return replace(one.transaction, amount=one.booked.amount) if one.booked is not None else one.transaction


def _with_maybe(one: Match, indexes: Sequence[_Index]) -> Match:
    """Return an unknown state instead of a missing one if QuickBooks has one that may be it."""
    transaction = one.transaction
    maybe = next((book for index in indexes if (book := index.first(transaction)) is not None), None)
    if maybe is not None:
        reason = f"QuickBooks has one that may be it, {described(maybe)}"
        return replace(one, state=_ambiguous(reason), may_be_several=True, maybe=maybe)
    if transaction.is_cut:
        reason = "its number is longer than QuickBooks accepts, so it may be there under another number"
        unknown = Unknown(cause=Reason.INCONCLUSIVE, reason=reason, remedy=_LOOK_FOR_IT, channel=Channel.EXPORT)
        return replace(one, state=unknown, may_be_several=True)
    return one


def _ambiguous(reason: str) -> Unknown:
    return Unknown(cause=Reason.AMBIGUOUS, reason=reason, remedy=_LOOK_AT_BOTH, channel=Channel.EXPORT)


def _with_copies(one: Match, indexes: Sequence[_Index], sure: _Index) -> Match:
    """Return a duplicate if QuickBooks has another copy; an unknown state if it has one that may be a copy."""
    transaction = as_booked(one)
    count = sure.count(transaction)
    if count:
        return replace(one, state=TWICE, copies=one.copies + count)
    copy = next((book for index in indexes if (book := index.first(transaction)) is not None), None)
    if copy is None:
        return one
    reason = f"QuickBooks has another with the same number, {described(copy)}, and we can't tell whether it is a duplicate"
    return replace(one, state=_ambiguous(reason), booked=None, may_be_several=True)


def described(book: BookedTransaction) -> str:
    """Describe a QuickBooks transaction by its date, amount, customer and number."""
    day = f"dated {format_date(book.day)}" if isinstance(book.day, date) else "without a date"
    amount = f" for {format_money(book.amount)}" if isinstance(book.amount, Decimal) else ""
    return f"{day}{amount}" + (f" under {book.party}" if isinstance(book.party, str) else "")


class _Index:
    """QuickBooks' transactions by the combinations of signs that some of ServiceTitan's have."""

    def __init__(self, signs: Signs, books: Sequence[BookedTransaction], sent: Iterable[SentTransaction]) -> None:
        self._signs = signs
        wanted = {key for one in sent for key in sent_keys(signs, one)} if books else set()
        self._found: dict[Key, list[int]] = {}
        """The positions of those that have a combination."""
        for position, book in enumerate(books if wanted else ()):
            for key in booked_keys(signs, book):
                if key in wanted:
                    self._found.setdefault(key, []).append(position)
        self._first = {key: min((books[at] for at in some), key=content_of) for key, some in self._found.items()}
        self._counts: dict[frozenset[Key], int] = {}

    def first(self, transaction: SentTransaction) -> BookedTransaction | None:
        """Return the first that agrees, by its content; None if none does."""
        found = (self._first[key] for key in sent_keys(self._signs, transaction) if key in self._first)
        return min(found, key=content_of, default=None)

    def count(self, transaction: SentTransaction) -> int:
        """Return how many agree."""
        keys = frozenset(key for key in sent_keys(self._signs, transaction) if key in self._found)
        if keys and keys not in self._counts:
            self._counts[keys] = len({at for key in keys for at in self._found[key]})
        return self._counts[keys] if keys else 0
