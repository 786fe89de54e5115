"""Decide for each exported transaction whether it is in QuickBooks.

A missing transaction may be explained: it was bypassed or voided, or it is a $0 payment, which ServiceTitan bypasses automatically
(docs/sources.md, tie-out). A batch with nothing in QuickBooks looks bypassed, but only a person can confirm that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.answers import batches_named
from exportready.derive.exported import HOMES, BookedTransaction, SentTransaction, booked, exported
from exportready.derive.journals import JOURNAL
from exportready.derive.leftovers import with_leftovers
from exportready.derive.matching import ARRIVED, EXPLAINED, MISSING, Match, run_passes
from exportready.derive.paid import PaidInvoices
from exportready.derive.twins import with_twins
from exportready.derive.unknowns import first_unknown, not_whole, remedy_of, without
from exportready.kinds import KINDS, fold
from exportready.kinds.nouns import noun
from exportready.kinds.transactions import PAYMENT
from exportready.model.display import format_date, join_words
from exportready.model.evidence import Dataset, Evidence, Scope, Unknown
from exportready.model.reasons import Channel, Reason

_REVERSED = {"bill": "a vendor's credit", "credit memo": "a reversed credit"}
"""Type of transaction -> what a negative one is, if we don't know how it arrives."""
_NEEDS_NOTHING = ("bypassed", "zero-dollar")
"""Why a transaction doesn't need to be in QuickBooks, whatever is there that may be it."""

_LOOK_BY_HAND = "Look for it in QuickBooks by its amount and date: Edit > Find"
_OPEN = (Reason.AMBIGUOUS, Reason.INCONCLUSIVE)
"""Why a transaction is undecided although the files are complete."""


def arrivals(evidence: Evidence) -> list[Match]:
    """Return every exported transaction with its state: in QuickBooks, missing, explained, or unknown with the reason."""
    transactions = sorted(
        exported(evidence), key=lambda one: (one.type, one.record.key, one.record.where.path, one.record.where.line or 0)
    )
    matches = _matches(evidence, transactions)
    as_payments = _types_of_payments(matches)
    bypassed = batches_named(evidence, "bypassedBatches")
    hidden = _Hidden(evidence, as_payments)
    judged = [_judged(evidence, one, bypassed, hidden) for one in matches]
    return _with_doubts_of_batches(judged, batches_named(evidence, "notBypassedBatches"), _with_errors(evidence))


def _with_errors(evidence: Evidence) -> frozenset[str]:
    """Return the folded numbers of the transactions that the export reported an error for."""
    numbers = evidence.dataset("servicetitan.export_error").column("transaction")
    return frozenset(fold(number) for number in numbers if isinstance(number, str))


def _matches(evidence: Evidence, transactions: Sequence[SentTransaction]) -> list[Match]:
    """Match everything else before the payments, which are also found by the invoices that they pay."""
    books = booked(evidence, transactions)
    others = _matched(
        [one for one in transactions if one.record.kind != PAYMENT],
        [book for book in books if book.record.kind not in HOMES[PAYMENT]],
        evidence,
    )
    paid = PaidInvoices(evidence, others)
    payments = _matched(
        [paid.sent(one) for one in transactions if one.record.kind == PAYMENT],
        [paid.booked(book) for book in books if book.record.kind in HOMES[PAYMENT]],
        evidence,
    )
    rest = {True: iter(payments), False: iter(others)}
    return [next(rest[one.record.kind == PAYMENT]) for one in transactions]


def _matched(transactions: Sequence[SentTransaction], books: Sequence[BookedTransaction], evidence: Evidence) -> list[Match]:
    matched = run_passes(transactions, books)
    found = [matched.found.get(at) or Match(transaction=one, state=MISSING) for at, one in enumerate(transactions)]
    free = [book for at, book in enumerate(books) if at not in matched.taken]
    return with_twins(with_leftovers(found, books, matched), free, evidence)


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
    explained = explanation(transaction, bypassed)
    if transaction.type in _REVERSED and isinstance(transaction.amount, Decimal) and transaction.amount < 0:
        if explained:
            return replace(one, state=EXPLAINED, booked=None)
        reason = f"it is {_REVERSED[transaction.type]}, and we don't know how those arrive in QuickBooks"
        return replace(one, state=_undecided(reason), booked=None)
    if one.state == ARRIVED and one.booked is not None:
        if one.booked.record.kind != transaction.homes[0]:
            usual = evidence.dataset(transaction.homes[0])
            return replace(one, state=not_whole(usual)) if usual.scope is Scope.MISSING else one
        if one.booked.amount == 0 and explained in ("voided", "canceled"):
            return replace(one, state=EXPLAINED, booked=None)  # voided on both sides
    if explained in _NEEDS_NOTHING and one.booked is None:
        return replace(one, state=EXPLAINED, may_be_several=False)
    if one.state != MISSING:
        return one
    if explained:
        return replace(one, state=EXPLAINED)
    if isinstance(transaction.exported, Unknown):
        return replace(one, state=transaction.exported)
    unknown = transaction.unknown or unknown_void(transaction) or hidden.why(transaction)
    if unknown is None and transaction.direction < 0:
        unknown = _undecided("it is a refund, and QuickBooks has no journal entry that is clearly it")
    return one if unknown is None else replace(one, state=unknown)


def _undecided(reason: str) -> Unknown:
    return Unknown(cause=Reason.INCONCLUSIVE, reason=reason, remedy=_LOOK_BY_HAND, channel=Channel.EXPORT)


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


# -- doubts about a whole batch


def _with_doubts_of_batches(
    matches: Sequence[Match], not_bypassed: frozenset[str], with_errors: frozenset[str]
) -> list[Match]:
    """Leave undecided what is missing from a batch that may have been bypassed, or that is largely undecided.

    Only when that is settled may anybody be advised to export the batch again.
    """
    batches: dict[str, list[Match]] = {}
    for one in matches:
        if isinstance(one.transaction.batch, str) and one.state != EXPLAINED:
            batches.setdefault(one.transaction.batch, []).append(one)
    doubts = {number: _doubt(some, number in not_bypassed, with_errors) for number, some in batches.items()}
    return [_with_doubt(one, doubts) if one.state == MISSING else one for one in matches]


def _with_doubt(one: Match, doubts: Mapping[str, Unknown | None]) -> Match:
    batch = one.transaction.batch
    doubt = doubts.get(batch) if isinstance(batch, str) else None
    return one if doubt is None else replace(one, state=doubt)


def _doubt(batch: Sequence[Match], not_bypassed: bool, with_errors: frozenset[str]) -> Unknown | None:
    """Return why it isn't decided what is missing from a batch; None if that is decided.

    A person may have entered some transactions of a bypassed batch by hand, or another program may have. The export writes the batch in
    each memo, so one such memo shows that the batch was not bypassed. So does an error of the export for what is missing, if others are
    there.
    """
    absent = [one for one in batch if one.state == MISSING]
    missing = len(absent)
    there = sum(one.booked is not None or one.may_be_several for one in batch)
    if not missing:
        return None
    was_sent = any(one.booked is not None and one.transaction.in_memo & one.booked.batches for one in batch)
    was_sent |= there > 0 and any(one.transaction.numbers & with_errors for one in absent)
    if there < missing and not was_sent and not not_bypassed:
        return _looks_bypassed(batch, there)
    undecided = [one for one in batch if isinstance(one.state, Unknown) and one.state.cause in _OPEN]
    if 2 * len(undecided) > len(batch):
        counted = f"{len(undecided)} of the {len(batch)} transactions in {_named(batch)}"
        reason = f"{counted} aren't decided yet, so it may be one of those"
        hidden = next((one.transaction.unknown for one in undecided if one.transaction.unknown is not None), None)
        if hidden is not None:
            return without(hidden, reason)
        remedy = f"First decide about the other transactions in {_named(batch)}, then check again"
        return Unknown(cause=Reason.INCONCLUSIVE, reason=reason, remedy=remedy, channel=Channel.EXPORT)
    return None


def _looks_bypassed(batch: Sequence[Match], there: int) -> Unknown:
    name = _named(batch)
    seen = f"only {there} of the {len(batch)} transactions in {name} may be" if there else f"nothing from {name} is"
    no_memo = ", and no memo shows the batch" if there else ""
    return Unknown(
        cause=Reason.LOOKS_BYPASSED,
        reason=f"{seen} in QuickBooks{no_memo}, so it looks bypassed; please confirm",
        remedy=f"If {name} was bypassed, confirm it. Don't export it again before you know: its transactions may have been entered in "
        "QuickBooks otherwise",
    )


def _named(batch: Sequence[Match]) -> str:
    names = {name for one in batch if isinstance(name := one.transaction.record.get("batch.name"), str)}
    return f"batch {batch[0].transaction.batch}" + (f" ({min(names)})" if names else "")
