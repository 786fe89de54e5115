"""Decide for each exported transaction whether it is in QuickBooks.

A missing transaction may be explained: it was bypassed or voided, or it is a $0 payment, which ServiceTitan bypasses automatically
(docs/sources.md, tie-out). A batch with nothing in QuickBooks looks bypassed, but only a person can confirm that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.answers import batches_named
from exportready.derive.exported import JOURNAL, SentTransaction, booked, exported
from exportready.derive.matching import ARRIVED, EXPLAINED, MISSING, Match, match
from exportready.derive.unknowns import first_unknown, not_whole, remedy_of, without
from exportready.kinds import KINDS
from exportready.kinds.nouns import noun
from exportready.model.display import format_date, join_words
from exportready.model.evidence import Dataset, Evidence, Scope, Unknown
from exportready.model.reasons import Channel, Reason

_REVERSED = {"payment": "a refund", "bill": "a vendor's credit", "credit memo": "a reversed credit"}
"""Type of transaction -> what a negative one is."""

_LOOK_BY_HAND = "Look for it in QuickBooks by its amount and date: Edit > Find"


def arrivals(evidence: Evidence) -> list[Match]:
    """Return every exported transaction with its state: in QuickBooks, missing, explained, or unknown with the reason."""
    transactions = sorted(
        exported(evidence), key=lambda one: (one.type, one.record.key, one.record.where.path, one.record.where.line or 0)
    )
    matches = match(transactions, booked(evidence))
    as_payments = _types_of_payments(matches)
    bypassed = batches_named(evidence, "bypassedBatches")
    hidden = _Hidden(evidence, as_payments)
    return _look_bypassed([_judged(evidence, one, bypassed, hidden) for one in matches])


def _types_of_payments(matches: Sequence[Match]) -> set[str]:
    """Return the payment types that arrived as payments, so they don't arrive as journal entries."""
    return {
        type_
        for one in matches
        if one.booked
        and one.booked.record.kind == "quickbooks.ReceivePayment"
        and isinstance(type_ := one.transaction.record.get("type"), str)
    }


def _judged(evidence: Evidence, one: Match, bypassed: frozenset[str], hidden: _Hidden) -> Match:
    """Return the match with its final state if it was not found, was found as another kind, or can't be looked for."""
    transaction = one.transaction
    if transaction.type in _REVERSED and isinstance(transaction.amount, Decimal) and transaction.amount < 0:
        if explanation(transaction, bypassed):
            return replace(one, state=EXPLAINED, booked=None)
        reason = f"it is {_REVERSED[transaction.type]}, and we don't know how those arrive in QuickBooks"
        return replace(
            one,
            state=Unknown(cause=Reason.INCONCLUSIVE, reason=reason, remedy=_LOOK_BY_HAND, channel=Channel.EXPORT),
            booked=None,
        )
    if one.state == ARRIVED and one.booked is not None:
        if one.booked.record.kind != transaction.homes[0]:
            usual = evidence.dataset(transaction.homes[0])
            return replace(one, state=not_whole(usual)) if usual.scope is Scope.MISSING else one
        if one.booked.amount == 0 and explanation(transaction, bypassed) in ("voided", "canceled"):
            return replace(one, state=EXPLAINED, booked=None)  # voided on both sides
    if one.state != MISSING:
        return one
    if explanation(transaction, bypassed):
        return replace(one, state=EXPLAINED)
    if isinstance(transaction.exported, Unknown):
        return replace(one, state=transaction.exported)
    unknown = transaction.unknown or unknown_void(transaction) or hidden.why(transaction)
    return one if unknown is None else replace(one, state=unknown)


def unknown_void(transaction: SentTransaction) -> Unknown | None:
    """Return why we don't know whether a transaction was voided or canceled; None if we know.

    Bills have both fields, of which no list has more than one.
    """
    kind = KINDS[transaction.record.kind]
    words = {name: word for name, word in (("status", "canceled"), ("active", "voided")) if name in kind.fields}
    values = [(transaction.record.get(name), word) for name, word in words.items()]
    unknown = [
        replace(value, reason=f"your file doesn't show whether it was {word}")
        for value, word in values
        if isinstance(value, Unknown)
    ]
    return unknown[0] if unknown and len(unknown) == len(values) else None


def explanation(transaction: SentTransaction, bypassed: frozenset[str]) -> str:
    """Return why a transaction doesn't need to be in QuickBooks; empty if it must be."""
    if transaction.record.get("active") is False:
        return "voided"
    if transaction.record.get("status") == "Canceled":
        return "canceled"
    if transaction.batch in bypassed:
        return "bypassed"
    if transaction.exported is False:
        return "not exported"
    return "zero-dollar" if transaction.type == "payment" and transaction.amount == 0 else ""


class _Hidden:
    """Why a transaction may be in QuickBooks although the files don't show it."""

    def __init__(self, evidence: Evidence, as_payments: set[str]) -> None:
        self._evidence = evidence
        self._as_payments = as_payments
        self._without_number: dict[str, Unknown | None] = {}
        """Kind -> the unknown number of one of its transactions; None if all are known."""

    def why(self, transaction: SentTransaction) -> Unknown | None:
        """Return the reason; None if the files would show it."""
        for home in transaction.homes:
            if home == JOURNAL and transaction.record.get("type") in self._as_payments:
                continue
            dataset = self._evidence.dataset(home)
            unknown = self._number(dataset) or _may_be_among(dataset, transaction)
            if unknown is not None:
                return unknown
        return None

    def _number(self, dataset: Dataset) -> Unknown | None:
        if dataset.kind not in self._without_number:
            unknown = first_unknown(*dataset.column("RefNumber"))
            reason = f"the numbers of some {noun(dataset.kind, 2)} aren't in the file"
            self._without_number[dataset.kind] = without(unknown, reason) if unknown else None
        return self._without_number[dataset.kind]


def _may_be_among(dataset: Dataset, transaction: SentTransaction) -> Unknown | None:
    if dataset.scope is Scope.WHOLE:
        return None
    if dataset.scope is Scope.PERIOD and dataset.days and isinstance(transaction.day, date):
        # An evening payment is dated the next day in UTC, so at the edges of the period it may fall outside.
        edge = timedelta(days=transaction.type == "payment")
        if any(first + edge <= transaction.day <= last - edge for first, last in dataset.days):
            return None
        name = f"QuickBooks' {dataset.kind.partition('.')[2]} list"
        covered = join_words([f"{format_date(first)} to {format_date(last)}" for first, last in dataset.days])
        reason = f"your file of {name} covers {covered}, and this is dated {format_date(transaction.day)}"
        return not_whole(dataset, reason)
    if dataset.kind == JOURNAL:
        type_ = transaction.record.get("type")
        remedy = f"If {type_} payments are exported as journal entries: {remedy_of(dataset)}"
        return replace(not_whole(dataset, "payments of this type may be exported as journal entries"), remedy=remedy)
    return not_whole(dataset)


def _look_bypassed(matches: Sequence[Match]) -> list[Match]:
    """Mark batches with nothing in QuickBooks as looking bypassed: a person must confirm whether they were."""
    there = {one.transaction.batch for one in matches if one.booked is not None or one.may_be_several}
    absent = {one.transaction.batch for one in matches if isinstance(one.transaction.batch, str)} - there
    return [
        replace(one, state=_looks_bypassed(one.transaction))
        if one.state == MISSING and one.transaction.batch in absent
        else one
        for one in matches
    ]


def _looks_bypassed(transaction: SentTransaction) -> Unknown:
    name = transaction.record.get("batch.name")
    batch = f"{transaction.batch} ({name})" if isinstance(name, str) else str(transaction.batch)
    return Unknown(
        cause=Reason.LOOKS_BYPASSED,
        reason=f"nothing from batch {batch} is in QuickBooks, so it looks bypassed; please confirm",
        remedy=f"If batch {batch} was bypassed, confirm it. If not, unpost it in ServiceTitan, post it, and export it again. This creates "
        "no duplicates",
    )
