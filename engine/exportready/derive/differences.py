"""Describe in what a transaction in QuickBooks differs from ServiceTitan's, apart from its amount: the customer and the date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from exportready.derive.exported import BookedTransaction, SentTransaction
from exportready.derive.matching import Match
from exportready.derive.parties import folded_forms, levels
from exportready.derive.signs import same_customer
from exportready.derive.unknowns import first_unknown, without
from exportready.model.evidence import UNSET, Evidence, Value

_BY_VENDOR = ("bill", "purchase order")


def other_day(transaction: SentTransaction, book: BookedTransaction) -> dict[str, Value]:
    """Return QuickBooks' date if it is another one, and whether it is in another month.

    ServiceTitan's day of a payment is a UTC day, so a late-evening payment has the day before in QuickBooks.
    """
    own, theirs = transaction.day, book.day
    unknown = first_unknown(own, theirs)
    if unknown is not None:
        return {"otherDate": unknown, "otherMonth": unknown}
    is_evening = transaction.type == "payment" and isinstance(own, date) and theirs == own - timedelta(days=1)
    if own == theirs or is_evening:
        return {"otherDate": UNSET, "otherMonth": False}
    if not isinstance(own, date) or not isinstance(theirs, date):
        lacking = without(theirs if isinstance(own, date) else own, "it has no date")
        return {"otherDate": lacking, "otherMonth": lacking}
    return {"otherDate": theirs, "otherMonth": (own.year, own.month) != (theirs.year, theirs.month)}


class Parties:
    """ServiceTitan's customers and vendors, to see whether a transaction is under another one's name in QuickBooks."""

    def __init__(self, evidence: Evidence, matches: Iterable[Match]) -> None:
        """Index the names. `matches`: the transactions that were exported."""
        self._customers, self._vendors = set[str](), set[str]()
        for kind, names in (("servicetitan.customer", self._customers), ("servicetitan.vendor", self._vendors)):
            dataset = evidence.dataset(kind)
            for id_, name in zip(dataset.column("id"), dataset.column("name"), strict=True):
                names |= folded_forms(name, id_)
        self._under_own_name = set[tuple[str, frozenset[str]]]()
        """Type and names of those that have a transaction of that type under their own name."""
        for one in matches:
            transaction = one.transaction
            self._of(transaction).update(transaction.names or ())
            if transaction.names is not None and one.booked is not None and same_customer(transaction, one.booked):
                self._under_own_name.add((transaction.type, transaction.names))

    def _of(self, transaction: SentTransaction) -> set[str]:
        return self._vendors if transaction.type in _BY_VENDOR else self._customers

    def of(self, one: Match, book: BookedTransaction) -> dict[str, Value]:
        """Return QuickBooks' customer or vendor if it is another one, and whether that may be a new name of the same one.

        The name is not another customer's in ServiceTitan, and none of the customer's transactions has the old name.
        """
        transaction = one.transaction
        name = book.party
        unknown = first_unknown(name, transaction.name)
        if unknown is not None:
            return {"otherCustomer": unknown, "maybeRenamed": unknown}
        if not isinstance(name, str) or transaction.names is None or same_customer(transaction, book):
            return {"otherCustomer": UNSET, "maybeRenamed": False}
        is_anothers = bool((levels(name) | book.names) & self._of(transaction))
        has_own = (transaction.type, transaction.names) in self._under_own_name
        return {"otherCustomer": name, "maybeRenamed": not is_anothers and not has_own}
