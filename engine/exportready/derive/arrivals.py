"""One record per exported transaction: is it in QuickBooks, with its amount and its lines, and what its memo says.

What is not there may be explained: it was bypassed or voided, or it is a payment of nothing, which ServiceTitan bypasses by itself
(docs/sources.md, tie-out). A batch of which nothing is there looks bypassed; only a person can say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.conclusions import Conclusions, mend_of, why_of
from exportready.derive.exported import TYPES, Booked, Titan, booked, exported
from exportready.derive.lines import Comparer, Lines
from exportready.derive.matching import ARRIVED, EXPLAINED, MISSING, TWICE, Match, match
from exportready.derive.memos import names_batch
from exportready.derive.waiting import named_batches, to_be_whole
from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Evidence, Record, Scope, Shelf, Unknown, Value

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


def matches(evidence: Evidence) -> Shelf:
    """The records, as whole as the exported transactions are known."""
    found = Conclusions(kind=KIND)
    arrivals = tie(evidence)
    memos = _Memos(evidence, arrivals)
    compared = Comparer(evidence, "servicetitan.invoice_item", _LINES)
    for one in arrivals:
        found.add(_fields(one, memos, compared), one.titan.record.where)
    return found.shelf(*(evidence.shelf(kind) for kind in to_be_whole(evidence, tuple(TYPES))))


def tie(evidence: Evidence) -> list[Match]:
    """Every exported transaction with its state: in QuickBooks, not there, explained, or unknown with the reason."""
    titans = sorted(
        exported(evidence), key=lambda one: (one.type, one.record.key, one.record.where.path, one.record.where.line or 0)
    )
    done = match(titans, booked(evidence))
    as_payments = {
        type_
        for one in done
        if one.booked
        and one.booked.record.kind == "quickbooks.ReceivePayment"
        and isinstance(type_ := one.titan.record.get("type"), str)
    }
    bypassed = named_batches(evidence, "bypassedBatches")
    return _look_bypassed([_judged(evidence, one, bypassed, as_payments) for one in done])


def _judged(evidence: Evidence, one: Match, bypassed: frozenset[str], as_payments: set[str]) -> Match:
    """What a transaction comes to that was not found, was found among another kind, or is none that can be looked for."""
    titan = one.titan
    is_reversed = titan.type in _REVERSED and isinstance(titan.amount, Decimal) and titan.amount < 0
    if is_reversed:
        if explanation(titan, bypassed):
            return replace(one, state=EXPLAINED, booked=None)
        told = f"it is {_REVERSED[titan.type]}, and how one arrives in QuickBooks is not established"
        return replace(one, state=Unknown(told, _LOOK_BY_HAND), booked=None)
    if one.state == ARRIVED and one.booked and one.booked.record.kind != titan.homes[0]:
        usual = evidence.shelf(titan.homes[0])
        return replace(one, state=Unknown(why_of(usual), mend_of(usual))) if usual.scope is Scope.MISSING else one
    gone = one.booked is not None and one.booked.amount == 0
    if one.state == ARRIVED and gone and explanation(titan, bypassed) in ("voided", "canceled"):
        return replace(one, state=EXPLAINED, booked=None)  # voided on both sides
    if one.state != MISSING:
        return one
    if explanation(titan, bypassed):
        return replace(one, state=EXPLAINED)
    if isinstance(titan.exported, Unknown):
        return replace(one, state=titan.exported)
    if titan.untold:
        return replace(one, state=titan.untold)
    untold = _untold_void(titan)
    if untold is not None:
        return replace(one, state=untold)
    for home in titan.homes:
        may_be_there = _may_be_there(evidence.shelf(home), titan)
        is_usual = home == "quickbooks.JournalEntry" and titan.record.get("type") in as_payments
        if may_be_there and not is_usual:
            return replace(one, state=may_be_there)
    return one


def _untold_void(titan: Titan) -> Unknown | None:
    """Why it is not known whether it was voided or canceled; None where it is."""
    for name, told in (("active", "voided"), ("status", "canceled")):
        known = titan.record.get(name)
        if isinstance(known, Unknown) and name in KINDS[titan.record.kind].fields:
            return Unknown(f"your file does not say whether it was {told}", known.mend)
    return None


def explanation(titan: Titan, bypassed: frozenset[str]) -> str:
    """Why it need not be in QuickBooks; empty where it must."""
    if titan.record.get("active") is False:
        return "voided"
    if titan.record.get("status") == "Canceled":
        return "canceled"
    if titan.batch in bypassed:
        return "bypassed"
    if titan.exported is False:
        return "left behind"
    return "a payment of nothing" if titan.type == "payment" and titan.amount == 0 else ""


def _may_be_there(shelf: Shelf, titan: Titan) -> Unknown | None:
    """Why it may be in QuickBooks although the file does not show it."""
    if shelf.scope is Scope.WHOLE:
        return None
    if shelf.scope is Scope.PERIOD and shelf.days is not None and isinstance(titan.day, date):
        # A payment of the evening is of the next day in UTC, so at the edges it may lie outside.
        first, last, edge = *shelf.days, timedelta(days=titan.type == "payment")
        if first + edge <= titan.day <= last - edge:
            return None
        return Unknown(
            f"your file of {_plain(shelf.kind)} covers {first} to {last}, and this is of {titan.day}", mend_of(shelf)
        )
    if shelf.kind == "quickbooks.JournalEntry":
        mend = f"If payments of the type {titan.record.get('type')} are exported as journal entries: {mend_of(shelf)}"
        return Unknown("payments of its type may be journal entries", mend)
    return Unknown(why_of(shelf), mend_of(shelf))


def _plain(kind: str) -> str:
    return f"QuickBooks' {kind.partition('.')[2]} list"


def _look_bypassed(done: Sequence[Match]) -> list[Match]:
    """Where nothing of a batch is there, it looks bypassed as a whole: a person must say whether it was."""
    there = {one.titan.batch for one in done if one.booked is not None or one.may_be_several}
    absent = {one.titan.batch for one in done if isinstance(one.titan.batch, str)} - there
    return [
        replace(one, state=_looks_bypassed(one.titan)) if one.state == MISSING and one.titan.batch in absent else one
        for one in done
    ]


def _looks_bypassed(titan: Titan) -> Unknown:
    name = titan.record.get("batch.name")
    told = f"{titan.batch} ({name})" if isinstance(name, str) else str(titan.batch)
    return Unknown(
        f"nothing of batch {told} is in QuickBooks, {LOOKS_BYPASSED}; please confirm",
        f"If batch {told} was bypassed, say so: exportready ask, or bypassedBatches in account.yaml. If it was not, unpost it in "
        "ServiceTitan, post it, and export it again; that does not duplicate what is there",
    )


# -- one record


def _fields(one: Match, memos: _Memos, compared: Comparer) -> dict[str, Value]:
    titan, book = one.titan, one.booked
    unknown = one.state if isinstance(one.state, Unknown) else None
    nothing: Value = unknown or UNSET
    fields: dict[str, Value] = dict.fromkeys(KINDS[KIND].fields, nothing)
    fields |= {
        "type": titan.type,
        "id": titan.record.get("id"),
        "customer": titan.name,
        "number": titan.number,
        "called": _called(titan),
        "date": titan.day,
        "amount": titan.record.get("billAmount" if titan.type == "bill" else "total"),
        "batch": titan.batch,
        "batchName": titan.record.get("batch.name") if titan.type != "purchase order" else UNSET,
        "exported": titan.exported,
        "state": one.state,
        "explained": UNSET,
        "told": _TOLD.get(one.state, "") if isinstance(one.state, str) else (unknown.reason if unknown else ""),
    }
    if one.state == EXPLAINED:
        fields["explained"] = explanation(titan, memos.bypassed) or UNSET
    if book is None:
        return fields
    record = book.record
    differences = _differences(titan, book)
    fields |= {
        "books": record.kind.partition(".")[2],
        "booksKey": record.key,
        "booksId": record.get("TxnID"),
        "booksAmount": book.amount,
        "copies": Decimal(one.copies),
        **differences,
        **memos.of(one),
        **_edits(titan, record),
        "linesAgree": UNSET,
    }
    if one.state == TWICE and one.copies > 2:
        fields["told"] = f"is in QuickBooks {one.copies} times"
    elif one.state == ARRIVED:
        fields["told"] = _different(titan, book, differences) or fields["told"]
    if record.kind in _LINES and titan.type == "invoice":
        lines: Lines = compared.compare(titan.record, record, -1 if record.kind == "quickbooks.CreditMemo" else 1)
        fields |= {"linesAgree": lines.agree, "linesMissing": lines.missing or UNSET, "linesExtra": lines.extra or UNSET}
    return fields


def _called(titan: Titan) -> str:
    """How a person finds it: by its number; what has none, by its day and amount."""
    if isinstance(titan.number, str):
        return titan.number
    day = f"of {titan.day}" if isinstance(titan.day, date) else ""
    amount = f"over {titan.amount:,.2f}" if isinstance(titan.amount, Decimal) else ""
    return " ".join(filter(None, ("without a number", day, amount)))


_TOLD = {
    ARRIVED: "is in QuickBooks",
    TWICE: "is in QuickBooks twice",
    MISSING: "is not in QuickBooks",
    EXPLAINED: "need not be in QuickBooks",
}


def _differences(titan: Titan, book: Booked) -> dict[str, Value]:
    """How far the amounts lie apart: in all, before tax, and the tax. What has no tax of its own differs in all alike."""
    whole = _apart(titan.amount, book.amount)
    if titan.type != "invoice" or book.record.kind not in _LINES:
        return {"difference": whole, "subtotalDifference": whole, "taxDifference": Decimal(0)}
    return {
        "difference": whole,
        "subtotalDifference": _apart(titan.record.get("subTotal"), book.record.get("Subtotal")),
        "taxDifference": _apart(titan.record.get("salesTax"), book.record.get("SalesTaxTotal")),
    }


def _different(titan: Titan, book: Booked, by: dict[str, Value]) -> str:
    """What differs, in words; empty where nothing is known to."""
    if isinstance(by["difference"], Decimal) and by["difference"]:
        return f"is in QuickBooks with {book.amount} instead of {titan.amount}"
    if isinstance(by["subtotalDifference"], Decimal) and by["subtotalDifference"]:
        own, theirs = titan.record.get("subTotal"), book.record.get("Subtotal")
        return f"is in QuickBooks with {theirs} before tax instead of {own}, though the total agrees"
    return ""


def _apart(one: Value, other: Value) -> Value:
    unknown = next((value for value in (one, other) if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    left, right = (value if isinstance(value, Decimal) else Decimal(0) for value in (one, other))
    return abs(abs(left) - abs(right))


def _edits(titan: Titan, book: Record) -> dict[str, Value]:
    """When either side changed it after it was made in QuickBooks; unset where it did not."""
    made, changed, modified = book.get("TimeCreated"), book.get("TimeModified"), titan.record.get("modifiedOn")
    if not isinstance(made, datetime):
        unknown = made if isinstance(made, Unknown) else Unknown("QuickBooks' file does not say when it was made")
        return {"booksEdited": unknown, "titanEdited": unknown}
    in_books: Value = changed if not isinstance(changed, datetime) else changed if changed - made > _SETTLING else UNSET
    in_titan: Value = modified if not isinstance(modified, datetime) else modified if modified - made > _OVERNIGHT else UNSET
    untold = _untold_void(titan)
    if untold is not None and in_titan is UNSET:
        in_titan = untold
    elif explanation(titan, frozenset()) in ("voided", "canceled"):
        in_titan = (
            modified
            if isinstance(modified, datetime)
            else Unknown("it was voided in ServiceTitan, and its file does not say when")
        )
    return {"booksEdited": in_books, "titanEdited": in_titan}


class _Memos:
    """What the memos show: does one name its batch, and did the ServiceTitan Web Connector send it?"""

    def __init__(self, evidence: Evidence, arrivals: Iterable[Match]) -> None:
        answers = next(iter(evidence.shelf("account.answers").records), None)
        since = answers.get("webConnector.since") if answers else None
        self._since = since if isinstance(since, date) else None
        self._connector = evidence.shelf("derived.account").records[0].get("connector")
        self.bypassed = named_batches(evidence, "bypassedBatches")
        self._shown = {
            (one.titan.type, one.titan.batch)
            for one in arrivals
            if one.booked is not None and names_batch(one.booked.record.get("Memo"), one.titan.record)
        }
        """(type, batch) of which at least one memo names the batch: then the connector that writes memos sent them all."""

    def of(self, one: Match) -> dict[str, Value]:
        """The facts of one transaction that is in QuickBooks."""
        assert one.booked is not None  # noqa: S101 - the caller asks only of what was found
        memo = one.booked.record.get("Memo")
        needed = (memo, one.titan.record.get("batch.number"), one.titan.record.get("batch.name"))
        unknown = next((value for value in needed if isinstance(value, Unknown)), None)
        named: Value = unknown or names_batch(memo, one.titan.record)
        return {"memo": memo, "memoNamesBatch": named, "sentByNew": self._sent_by_new(one, named)}

    def _sent_by_new(self, one: Match, named: Value) -> Value:
        """True where it must have gone through the ServiceTitan Web Connector."""
        if named is True or (one.titan.type, one.titan.batch) in self._shown:
            return True
        made = one.booked.record.get("TimeCreated") if one.booked else UNSET
        if self._since is not None and one.titan.type == "invoice" and isinstance(made, datetime):
            return made.date() >= self._since
        if self._connector == "quickbooks":
            return False
        return Unknown(
            "nothing tells which connector sent it",
            "Say since which day the ServiceTitan Web Connector sends your batches: exportready ask, or "
            "settings.webConnector.since in account.yaml",
        )
