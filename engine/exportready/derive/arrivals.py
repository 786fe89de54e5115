"""One record per exported transaction: is it in QuickBooks, with its amount and its lines, and what its memo says.

What is not there may be explained: it was bypassed or voided, or it is a payment of nothing, which ServiceTitan bypasses by itself
(docs/sources.md, tie-out). A batch of which nothing is there looks bypassed; only a person can say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.conclusions import Conclusions, remedy_of, why_of
from exportready.derive.exported import TYPES, BookedTransaction, SentTransaction, booked, exported
from exportready.derive.lines import Comparer, Lines
from exportready.derive.matching import ARRIVED, EXPLAINED, MISSING, TWICE, Match, match
from exportready.derive.memos import names_batch
from exportready.derive.waiting import named_batches, to_be_whole
from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

KIND = "derived.match"
_LINES = {
    "quickbooks.Invoice": "quickbooks.InvoiceLine",
    "quickbooks.CreditMemo": "quickbooks.CreditMemoLine",
}
_SETTLING = timedelta(minutes=10)
"""What QuickBooks changes of a transaction while it is made is no edit."""
_OVERNIGHT = timedelta(days=1)
"""ServiceTitan notes the export itself as a change; a later day's is an edit. The limit is our own."""


_REVERSED = {"payment": "a refund", "bill": "a vendor's credit", "credit memo": "a reversed credit"}
"""What a negative one is."""
LOOKS_BYPASSED = "so it looks bypassed"
_LOOK_BY_HAND = "Look for it in QuickBooks by its amount and day: Edit > Find"


def matches(evidence: Evidence) -> Dataset:
    """The records, as whole as the exported transactions are known."""
    found = Conclusions(kind=KIND)
    arrivals = tie(evidence)
    memos = _Memos(evidence, arrivals)
    compared = Comparer(evidence, "servicetitan.invoice_item", _LINES)
    for one in arrivals:
        found.add(_fields(one, memos, compared), one.transaction.record.where)
    return found.dataset(*(evidence.dataset(kind) for kind in to_be_whole(evidence, tuple(TYPES))))


def tie(evidence: Evidence) -> list[Match]:
    """Every exported transaction with its state: in QuickBooks, not there, explained, or unknown with the reason."""
    transactions = sorted(
        exported(evidence), key=lambda one: (one.type, one.record.key, one.record.where.path, one.record.where.line or 0)
    )
    done = match(transactions, booked(evidence))
    as_payments = {
        type_
        for one in done
        if one.booked
        and one.booked.record.kind == "quickbooks.ReceivePayment"
        and isinstance(type_ := one.transaction.record.get("type"), str)
    }
    bypassed = named_batches(evidence, "bypassedBatches")
    return _look_bypassed([_judged(evidence, one, bypassed, as_payments) for one in done])


def _judged(evidence: Evidence, one: Match, bypassed: frozenset[str], as_payments: set[str]) -> Match:
    """What a transaction comes to that was not found, was found among another kind, or is none that can be looked for."""
    transaction = one.transaction
    is_reversed = transaction.type in _REVERSED and isinstance(transaction.amount, Decimal) and transaction.amount < 0
    if is_reversed:
        if explanation(transaction, bypassed):
            return replace(one, state=EXPLAINED, booked=None)
        told = f"it is {_REVERSED[transaction.type]}, and how one arrives in QuickBooks is not established"
        return replace(one, state=Unknown(Reason.INCONCLUSIVE, told, _LOOK_BY_HAND), booked=None)
    if one.state == ARRIVED and one.booked and one.booked.record.kind != transaction.homes[0]:
        usual = evidence.dataset(transaction.homes[0])
        return (
            replace(one, state=Unknown(Reason.INCONCLUSIVE, why_of(usual), remedy_of(usual)))
            if usual.scope is Scope.MISSING
            else one
        )
    gone = one.booked is not None and one.booked.amount == 0
    if one.state == ARRIVED and gone and explanation(transaction, bypassed) in ("voided", "canceled"):
        return replace(one, state=EXPLAINED, booked=None)  # voided on both sides
    if one.state != MISSING:
        return one
    if explanation(transaction, bypassed):
        return replace(one, state=EXPLAINED)
    if isinstance(transaction.exported, Unknown):
        return replace(one, state=transaction.exported)
    if transaction.untold:
        return replace(one, state=transaction.untold)
    untold = _untold_void(transaction)
    if untold is not None:
        return replace(one, state=untold)
    for home in transaction.homes:
        may_be_there = _may_be_there(evidence.dataset(home), transaction)
        is_usual = home == "quickbooks.JournalEntry" and transaction.record.get("type") in as_payments
        if may_be_there and not is_usual:
            return replace(one, state=may_be_there)
    return one


def _untold_void(transaction: SentTransaction) -> Unknown | None:
    """Why it is not known whether it was voided or canceled; None where it is."""
    for name, told in (("active", "voided"), ("status", "canceled")):
        known = transaction.record.get(name)
        if isinstance(known, Unknown) and name in KINDS[transaction.record.kind].fields:
            return Unknown(Reason.INCONCLUSIVE, f"your file does not say whether it was {told}", known.remedy)
    return None


def explanation(transaction: SentTransaction, bypassed: frozenset[str]) -> str:
    """Why it need not be in QuickBooks; empty where it must."""
    if transaction.record.get("active") is False:
        return "voided"
    if transaction.record.get("status") == "Canceled":
        return "canceled"
    if transaction.batch in bypassed:
        return "bypassed"
    if transaction.exported is False:
        return "left behind"
    return "a payment of nothing" if transaction.type == "payment" and transaction.amount == 0 else ""


def _may_be_there(dataset: Dataset, transaction: SentTransaction) -> Unknown | None:
    """Why it may be in QuickBooks although the file does not show it."""
    if dataset.scope is Scope.WHOLE:
        return None
    if dataset.scope is Scope.PERIOD and dataset.days is not None and isinstance(transaction.day, date):
        # A payment of the evening is of the next day in UTC, so at the edges it may lie outside.
        first, last, edge = *dataset.days, timedelta(days=transaction.type == "payment")
        if first + edge <= transaction.day <= last - edge:
            return None
        return Unknown(
            Reason.INCONCLUSIVE,
            f"your file of {_plain(dataset.kind)} covers {first} to {last}, and this is of {transaction.day}",
            remedy_of(dataset),
        )
    if dataset.kind == "quickbooks.JournalEntry":
        remedy = (
            f"If payments of the type {transaction.record.get('type')} are exported as journal entries: {remedy_of(dataset)}"
        )
        return Unknown(Reason.INCONCLUSIVE, "payments of its type may be journal entries", remedy)
    return Unknown(Reason.INCONCLUSIVE, why_of(dataset), remedy_of(dataset))


def _plain(kind: str) -> str:
    return f"QuickBooks' {kind.partition('.')[2]} list"


def _look_bypassed(done: Sequence[Match]) -> list[Match]:
    """Where nothing of a batch is there, it looks bypassed as a whole: a person must say whether it was."""
    there = {one.transaction.batch for one in done if one.booked is not None or one.may_be_several}
    absent = {one.transaction.batch for one in done if isinstance(one.transaction.batch, str)} - there
    return [
        replace(one, state=_looks_bypassed(one.transaction))
        if one.state == MISSING and one.transaction.batch in absent
        else one
        for one in done
    ]


def _looks_bypassed(transaction: SentTransaction) -> Unknown:
    name = transaction.record.get("batch.name")
    told = f"{transaction.batch} ({name})" if isinstance(name, str) else str(transaction.batch)
    return Unknown(
        Reason.INCONCLUSIVE,
        f"nothing of batch {told} is in QuickBooks, {LOOKS_BYPASSED}; please confirm",
        f"If batch {told} was bypassed, say so: exportready ask, or bypassedBatches in account.yaml. If it was not, unpost it in "
        "ServiceTitan, post it, and export it again; that does not duplicate what is there",
    )


# -- one record


def _fields(one: Match, memos: _Memos, compared: Comparer) -> dict[str, Value]:
    transaction, book = one.transaction, one.booked
    unknown = one.state if isinstance(one.state, Unknown) else None
    nothing: Value = unknown or UNSET
    fields: dict[str, Value] = dict.fromkeys(KINDS[KIND].fields, nothing)
    fields |= {
        "type": transaction.type,
        "id": transaction.record.get("id"),
        "customer": transaction.name,
        "number": transaction.number,
        "called": _called(transaction),
        "date": transaction.day,
        "amount": transaction.record.get("billAmount" if transaction.type == "bill" else "total"),
        "batch": transaction.batch,
        "batchName": transaction.record.get("batch.name") if transaction.type != "purchase order" else UNSET,
        "exported": transaction.exported,
        "state": one.state,
        "explained": UNSET,
        "told": _TOLD.get(one.state, "") if isinstance(one.state, str) else (unknown.reason if unknown else ""),
    }
    if one.state == EXPLAINED:
        fields["explained"] = explanation(transaction, memos.bypassed) or UNSET
    if book is None:
        return fields
    record = book.record
    differences = _differences(transaction, book)
    fields |= {
        "books": record.kind.partition(".")[2],
        "booksKey": record.key,
        "booksId": record.get("TxnID"),
        "booksAmount": book.amount,
        "copies": Decimal(one.copies),
        **differences,
        **memos.of(one),
        **_edits(transaction, record),
        "linesAgree": UNSET,
    }
    if one.state == TWICE and one.copies > 2:
        fields["told"] = f"is in QuickBooks {one.copies} times"
    elif one.state == ARRIVED:
        fields["told"] = _different(transaction, book, differences) or fields["told"]
    if record.kind in _LINES and transaction.type == "invoice":
        lines: Lines = compared.compare(transaction.record, record, -1 if record.kind == "quickbooks.CreditMemo" else 1)
        fields |= {"linesAgree": lines.agree, "linesMissing": lines.missing or UNSET, "linesExtra": lines.extra or UNSET}
    return fields


def _called(transaction: SentTransaction) -> str:
    """How a person finds it: by its number; what has none, by its day and amount."""
    if isinstance(transaction.number, str):
        return transaction.number
    day = f"of {transaction.day}" if isinstance(transaction.day, date) else ""
    amount = f"over {transaction.amount:,.2f}" if isinstance(transaction.amount, Decimal) else ""
    return " ".join(filter(None, ("without a number", day, amount)))


_TOLD = {
    ARRIVED: "is in QuickBooks",
    TWICE: "is in QuickBooks twice",
    MISSING: "is not in QuickBooks",
    EXPLAINED: "need not be in QuickBooks",
}


def _differences(transaction: SentTransaction, book: BookedTransaction) -> dict[str, Value]:
    """How far the amounts lie apart: in all, before tax, and the tax. What has no tax of its own differs in all alike."""
    whole = _apart(transaction.amount, book.amount)
    if transaction.type != "invoice" or book.record.kind not in _LINES:
        return {"difference": whole, "subtotalDifference": whole, "taxDifference": Decimal(0)}
    return {
        "difference": whole,
        "subtotalDifference": _apart(transaction.record.get("subTotal"), book.record.get("Subtotal")),
        "taxDifference": _apart(transaction.record.get("salesTax"), book.record.get("SalesTaxTotal")),
    }


def _different(transaction: SentTransaction, book: BookedTransaction, by: dict[str, Value]) -> str:
    """What differs, in words; empty where nothing is known to."""
    if isinstance(by["difference"], Decimal) and by["difference"]:
        return f"is in QuickBooks with {book.amount} instead of {transaction.amount}"
    if isinstance(by["subtotalDifference"], Decimal) and by["subtotalDifference"]:
        own, theirs = transaction.record.get("subTotal"), book.record.get("Subtotal")
        return f"is in QuickBooks with {theirs} before tax instead of {own}, though the total agrees"
    return ""


def _apart(one: Value, other: Value) -> Value:
    unknown = next((value for value in (one, other) if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    left, right = (value if isinstance(value, Decimal) else Decimal(0) for value in (one, other))
    return abs(abs(left) - abs(right))


def _edits(transaction: SentTransaction, book: Record) -> dict[str, Value]:
    """When either side changed it after it was made in QuickBooks; unset where it did not."""
    made, changed, modified = book.get("TimeCreated"), book.get("TimeModified"), transaction.record.get("modifiedOn")
    if not isinstance(made, datetime):
        unknown = (
            made
            if isinstance(made, Unknown)
            else Unknown(Reason.INCONCLUSIVE, "QuickBooks' file does not say when it was made")
        )
        return {"booksEdited": unknown, "titanEdited": unknown}
    in_books: Value = changed if not isinstance(changed, datetime) else changed if changed - made > _SETTLING else UNSET
    in_titan: Value = modified if not isinstance(modified, datetime) else modified if modified - made > _OVERNIGHT else UNSET
    untold = _untold_void(transaction)
    if untold is not None and in_titan is UNSET:
        in_titan = untold
    elif explanation(transaction, frozenset()) in ("voided", "canceled"):
        in_titan = (
            modified
            if isinstance(modified, datetime)
            else Unknown(Reason.INCONCLUSIVE, "it was voided in ServiceTitan, and its file does not say when")
        )
    return {"booksEdited": in_books, "titanEdited": in_titan}


class _Memos:
    """What the memos show: does one name its batch, and did the ServiceTitan Web Connector send it?"""

    def __init__(self, evidence: Evidence, arrivals: Iterable[Match]) -> None:
        answers = next(iter(evidence.dataset("account.answers").records), None)
        since = answers.get("webConnector.since") if answers else None
        self._since = since if isinstance(since, date) else None
        self._connector = evidence.dataset("derived.account").records[0].get("connector")
        self.bypassed = named_batches(evidence, "bypassedBatches")
        self._shown = {
            (one.transaction.type, one.transaction.batch)
            for one in arrivals
            if one.booked is not None and names_batch(one.booked.record.get("Memo"), one.transaction.record)
        }
        """(type, batch) of which at least one memo names the batch: then the connector that writes memos sent them all."""

    def of(self, one: Match) -> dict[str, Value]:
        """The facts of one transaction that is in QuickBooks."""
        assert one.booked is not None  # noqa: S101 - the caller asks only of what was found
        memo = one.booked.record.get("Memo")
        needed = (memo, one.transaction.record.get("batch.number"), one.transaction.record.get("batch.name"))
        unknown = next((value for value in needed if isinstance(value, Unknown)), None)
        named: Value = unknown or names_batch(memo, one.transaction.record)
        return {"memo": memo, "memoNamesBatch": named, "sentByNew": self._sent_by_new(one, named)}

    def _sent_by_new(self, one: Match, named: Value) -> Value:
        """True where it must have gone through the ServiceTitan Web Connector."""
        if named is True or (one.transaction.type, one.transaction.batch) in self._shown:
            return True
        made = one.booked.record.get("TimeCreated") if one.booked else UNSET
        if self._since is not None and one.transaction.type == "invoice" and isinstance(made, datetime):
            return made.date() >= self._since
        if self._connector == "quickbooks":
            return False
        return Unknown(
            Reason.INCONCLUSIVE,
            "nothing tells which connector sent it",
            "Say since which day the ServiceTitan Web Connector sends your batches: exportready ask, or "
            "settings.webConnector.since in account.yaml",
        )
