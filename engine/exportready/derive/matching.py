"""Match each exported ServiceTitan transaction with QuickBooks by number, customer and day, with the amount as a check.

Matching runs in passes, from the surest signs to the weakest. Numbers are not unique in QuickBooks, so if several transactions match,
the result is unknown rather than guessed. A transaction matched in one pass is not available in the next. What is left over on both
sides is compared afterwards (leftovers.py). Nothing depends on the order of the records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from exportready.derive.exported import BookedTransaction, SentTransaction
from exportready.derive.signs import BY_NUMBER_ALONE, EXACT, PASSES, UNNUMBERED, Key, Signs, booked_keys, sent_keys
from exportready.model.evidence import Unknown, Value
from exportready.model.reasons import Channel, Reason

ARRIVED, TWICE, MISSING, EXPLAINED = "arrived", "twice", "missing", "explained"

_COMPARE = (
    "Compare them in both programs, by their invoices and lines. If QuickBooks has too few, find out which one is missing. If it has too "
    "many, delete the duplicate"
)


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A ServiceTitan transaction with its match in QuickBooks."""

    transaction: SentTransaction
    state: Value
    """ARRIVED, TWICE, MISSING or EXPLAINED; unknown if several match."""
    booked: BookedTransaction | None = None
    may_be_several: bool = False
    """Whether QuickBooks has transactions that may be it."""
    copies: int = 1
    """How many copies QuickBooks has."""
    maybe: BookedTransaction | None = None
    """The transaction in QuickBooks that may be it, if the state is unknown for that reason."""
    twin: BookedTransaction | Unknown | None = None
    """A transaction in QuickBooks that may be the same one, entered by hand a second time; or why we can't tell."""


class Matched(msgspec.Struct, frozen=True):
    """The result of all passes."""

    found: Mapping[int, Match]
    """Match by the position of its ServiceTitan transaction."""
    taken: Collection[int]
    """The positions of the QuickBooks transactions that are or may be one of ServiceTitan's."""
    settled: Collection[int]
    """Those among them that are one of ServiceTitan's."""


def run_passes(transactions: Sequence[SentTransaction], books: Sequence[BookedTransaction]) -> Matched:
    """Match what agrees in enough signs."""
    found: dict[int, Match] = {}
    taken: set[int] = set()
    settled: set[int] = set()
    # A voided or unexported transaction may have been re-entered with the same number: match the one that was sent first.
    for was_sent in (True, False):
        open_ = {at: one for at, one in enumerate(transactions) if one.was_sent is was_sent}
        free: Mapping[int, BookedTransaction] | None = None
        for signs in (*PASSES, *UNNUMBERED, *BY_NUMBER_ALONE):
            if not open_:
                break
            if free is None or signs is PASSES[1]:  # the first pass leaves few, so look only at what may be one of those
                free = _possible(open_, books, taken, by_amount=signs is not EXACT)
            for ats, positions in _groups(signs, open_, free):
                taken.update(positions)
                matches = _settled([open_.pop(at) for at in ats], [books[position] for position in positions], signs)
                found.update(zip(ats, matches, strict=True))
                if all(one.booked is not None for one in matches):
                    settled.update(positions)
            free = {position: book for position, book in free.items() if position not in taken}
    return Matched(found, taken, settled)


def _possible(
    open_: Mapping[int, SentTransaction], books: Sequence[BookedTransaction], taken: Collection[int], *, by_amount: bool
) -> dict[int, BookedTransaction]:
    """Return the QuickBooks transactions with the number or the amount of one of these: every pass asks for one of the two."""
    numbers = {number for one in open_.values() for number in one.numbers}
    amounts = {one.amount for one in open_.values() if isinstance(one.amount, Decimal)} if by_amount else set()
    return {
        position: book
        for position, book in enumerate(books)
        if position not in taken and (book.number in numbers or (by_amount and _is_one_of(book.amount, amounts)))
    }


def _is_one_of(amount: Value, amounts: Collection[Decimal]) -> bool:
    return isinstance(amount, Decimal) and amount in amounts


def _groups(
    signs: Signs, sent: Mapping[int, SentTransaction], books: Mapping[int, BookedTransaction]
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the transactions of both sides that agree with each other, directly or through others, as sorted positions."""
    own = {at: keys for at, one in sent.items() if (keys := list(sent_keys(signs, one)))}
    claims = _by_key(own)
    theirs = {
        position: keys
        for position, book in books.items()
        if claims and (keys := [key for key in booked_keys(signs, book) if key in claims])
    }
    answers = _by_key(theirs)
    seen: set[Key] = set()
    for keys in own.values():
        ats, positions, queue = set[int](), set[int](), [key for key in keys if key in answers and key not in seen]
        seen.update(queue)
        while queue:
            key = queue.pop()
            for side, members, keys_of in ((ats, claims[key], own), (positions, answers[key], theirs)):
                for member in members:
                    if member not in side:
                        side.add(member)
                        new = [other for other in keys_of[member] if other in answers and other not in seen]
                        seen.update(new)
                        queue += new
        if ats:
            yield sorted(ats), sorted(positions)


def _by_key(keys_of: Mapping[int, Sequence[Key]]) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = {}
    for position, keys in keys_of.items():
        for key in keys:
            found.setdefault(key, []).append(position)
    return found


def _settled(sent: Sequence[SentTransaction], books: Sequence[BookedTransaction], signs: Signs) -> list[Match]:
    """Return the matches of transactions that agree with some of QuickBooks, and with no others."""
    if len(sent) == 1 and len(books) == 1:
        return [Match(transaction=sent[0], state=ARRIVED, booked=books[0])]
    if len(sent) == 1 and signs is EXACT:
        return [Match(transaction=sent[0], state=TWICE, booked=min(books, key=content_of), copies=len(books))]
    if len(sent) == len(books) and signs in UNNUMBERED:
        pairs = _in_order(sent, books, signs)
        if pairs is not None:
            return [Match(transaction=one, state=ARRIVED, booked=book) for one, book in pairs]
    state = _several(len(sent), len(books), signs)
    return [Match(transaction=one, state=state, may_be_several=True) for one in sent]


def _in_order(
    sent: Sequence[SentTransaction], books: Sequence[BookedTransaction], signs: Signs
) -> list[tuple[SentTransaction, BookedTransaction]] | None:
    """Pair transactions by day if QuickBooks has as many; None if a pair doesn't agree.

    They differ in nothing that can be compared, so all of them arrived, whichever of them is which.
    """
    by_day = sorted(range(len(sent)), key=lambda at: content_of(sent[at]))
    partners = dict(zip(by_day, sorted(books, key=content_of), strict=True))
    pairs = [(one, partners[at]) for at, one in enumerate(sent)]
    if all(set(sent_keys(signs, one)) & set(booked_keys(signs, book)) for one, book in pairs):
        return pairs
    return None


def content_of(one: SentTransaction | BookedTransaction) -> tuple[str, ...]:
    """Return what a transaction is sorted by: its content, so that the order of the files doesn't matter."""
    id_ = one.record.get("TxnID" if isinstance(one, BookedTransaction) else "id")
    day = one.day.isoformat() if isinstance(one.day, date) else ""
    return day, str(one.number), str(id_), str(one.amount), one.record.key


def _several(sent: int, books: int, signs: Signs) -> Unknown:
    """Return why nothing is chosen."""
    if sent == 1:
        reason = f"{books} transactions in QuickBooks may be it, and none is an exact match"
    elif signs in UNNUMBERED:
        reason = (
            f"ServiceTitan has {sent} with the same customer and amount at that time, and QuickBooks has {books}, so we can't tell which "
            "of them arrived"
        )
    else:
        reason = "ServiceTitan has several with the same number, customer, date and amount"
    return Unknown(cause=Reason.AMBIGUOUS, reason=reason, remedy=_COMPARE, channel=Channel.EXPORT)
