"""The lines of a transaction on both sides as multisets of item, quantity and amount. Their order and words never matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from exportready.derive.tax import TAX_ITEMS
from exportready.kinds import fold
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

PRICEBOOK = ("servicetitan.material", "servicetitan.equipment", "servicetitan.service")
SALES_TAX = "ServiceTitan Sales Tax"
"""The usual name of the Service item that carries the tax (help.servicetitan.com, set up QuickBooks Desktop sales tax)."""

_Line = tuple[str, Decimal | None, Decimal]
"""(item, quantity, amount); a quantity that QuickBooks does not show is None and agrees with any."""


class Lines(msgspec.Struct, frozen=True):
    """What comparing came to."""

    agree: Value
    missing: str = ""
    """Lines that QuickBooks lacks."""
    extra: str = ""
    """Lines that only QuickBooks has."""


class Comparer:
    """Compares the lines of one transaction after the other."""

    def __init__(self, evidence: Evidence, of_titan: str, of_books: Mapping[str, str]) -> None:
        """`of_titan` and `of_books` (by the kind of the transaction) are the kinds of the lines."""
        self._titan_shelf = evidence.dataset(of_titan)
        self._titan = _by_parent(self._titan_shelf.records, "parent.id")
        self._shelves = {kind: evidence.dataset(lines) for kind, lines in of_books.items()}
        self._books = {kind: _by_parent(dataset.records, "parent.TxnID") for kind, dataset in self._shelves.items()}
        self._codes = {record.get("id"): record.get("code") for kind in PRICEBOOK for record in evidence.dataset(kind).records}
        named = (rate.get("salesTaxItem") for rate in evidence.dataset("servicetitan.tax_rate").records)
        taxes = (item.get("Name") for item in evidence.dataset("quickbooks.Item").records if item.get("ItemType") in TAX_ITEMS)
        self._shown: dict[str, str] = {}
        """Each item as it is written, by how it compares."""
        self._aside = {fold(SALES_TAX)} | {fold(name) for name in (*named, *taxes) if isinstance(name, str)}

    def compare(self, transaction: Record, book: Record, sign: int) -> Lines:
        """`sign` is -1 where ServiceTitan's amounts stand reversed in QuickBooks (a negative invoice as a credit memo)."""
        own = _those_of(self._titan, self._titan_shelf, transaction.get("id"))
        theirs = _those_of(self._books.get(book.kind, {}), self._shelves[book.kind], book.get("TxnID"))
        if isinstance(own, Unknown) or isinstance(theirs, Unknown):
            return Lines(own if isinstance(own, Unknown) else theirs if isinstance(theirs, Unknown) else UNSET)
        # Only the feed of invoice items has `active`; the items inside an invoice are those that it has.
        here = [self._of_titan(line, sign) for line in own if line.get("active") is not False]
        there = [line for record in theirs if (line := self._of_books(record)) is not None]
        unknown = next((line for line in (*here, *there) if isinstance(line, Unknown)), None)
        if unknown is not None:
            return Lines(unknown)
        missing, extra = _difference(
            [line for line in here if not isinstance(line, Unknown)], [line for line in there if not isinstance(line, Unknown)]
        )
        return Lines(not missing and not extra, self._told(missing), self._told(extra))

    def _of_titan(self, line: Record, sign: int) -> _Line | Unknown:
        code = self._codes.get(line.get("skuId"), line.get("skuName"))
        quantity, amount = line.get("quantity"), line.get("total")
        unknown = _first_unknown(code, amount, quantity)
        if unknown or not isinstance(code, str) or not isinstance(amount, Decimal):
            return unknown or Unknown(Reason.INCONCLUSIVE, f"{line.key} has no item or no amount")
        return self._name(code), quantity * sign if isinstance(quantity, Decimal) else None, amount * sign

    def _of_books(self, line: Record) -> _Line | Unknown | None:
        """None for what is set aside: the tax, and lines of words alone."""
        item, quantity, amount = line.get("ItemRef.FullName"), line.get("Quantity"), line.get("Amount")
        if isinstance(item, str) and (fold(item) in self._aside or _short(item) in self._aside):
            return None
        if not isinstance(item, str):
            return (
                None
                if not isinstance(amount, Decimal) or not amount
                else Unknown(Reason.INCONCLUSIVE, f"{line.key} names no item")
            )
        if isinstance(quantity, Unknown) or not isinstance(amount, Decimal):
            return _first_unknown(quantity, amount) or Unknown(Reason.INCONCLUSIVE, f"{line.key} shows no amount")
        return self._name(item), quantity if isinstance(quantity, Decimal) else None, amount

    def _name(self, item: str) -> str:
        self._shown.setdefault(_short(item), item.rpartition(":")[2])
        return _short(item)

    def _told(self, lines: Sequence[_Line]) -> str:
        shown = []
        for item, quantity, amount in lines[:5]:
            count = f"{quantity.normalize():f} x " if quantity is not None else ""
            shown.append(f"{count}{self._shown[item]} ({amount:f})")
        return "; ".join(shown) + (f" and {len(lines) - 5} more" if len(lines) > 5 else "")


def _by_parent(records: Iterable[Record], field: str) -> dict[Value, list[Record]]:
    found: dict[Value, list[Record]] = {}
    for record in records:
        if isinstance(record.get(field), str):
            found.setdefault(record.get(field), []).append(record)
    return found


def _those_of(lines: Mapping[Value, list[Record]], dataset: Dataset, parent: Value) -> Sequence[Record] | Unknown:
    if not isinstance(parent, str):
        return Unknown(Reason.INCONCLUSIVE, "the file does not say whose lines they are")
    if parent not in lines and dataset.scope in (Scope.MISSING, Scope.PART):
        return Unknown(Reason.INCONCLUSIVE, dataset.why or "its lines are not in the file", dataset.remedy)
    return lines.get(parent, [])


def _first_unknown(*values: Value) -> Unknown | None:
    return next((value for value in values if isinstance(value, Unknown)), None)


def _short(item: str) -> str:
    """An item by the last part of its name, folded: ServiceTitan's code is that (docs/sources.md, pricebook code)."""
    return fold(item.rpartition(":")[2])


def _difference(here: Sequence[_Line], there: Sequence[_Line]) -> tuple[list[_Line], list[_Line]]:
    """What only one side has. First what agrees in all three, then where QuickBooks shows no quantity."""
    if here == there:  # in the same order too, as nearly all are
        return [], []
    ours, theirs = Counter(here), Counter(there)
    same = ours & theirs
    ours, theirs = ours - same, theirs - same
    missing = sorted(ours.elements(), key=str)
    extra = []
    for line in sorted(theirs.elements(), key=str):
        item, quantity, amount = line
        twin = next((one for one in missing if (one[0], one[2]) == (item, amount) and None in (one[1], quantity)), None)
        if twin is not None:
            missing.remove(twin)
        else:
            extra.append(line)
    return missing, extra
