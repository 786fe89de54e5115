"""Compare a transaction's lines in both programs as multisets of item, quantity and amount. Order and descriptions don't matter.

QuickBooks keeps 31 characters of an item's name. Lines that ServiceTitan doesn't charge travel only in accounts that are set up so
(ServiceTitan help, understanding how ServiceTitan exports data to QuickBooks Desktop, 2022-08-31).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import msgspec

from exportready.derive.sales_tax import names_that_carry_tax
from exportready.derive.unknowns import first_unknown, not_among, without
from exportready.kinds import fold
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.model.display import format_money, format_number
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value

_Line = tuple[str, Decimal | None, Decimal]
"""(item, quantity, amount). The quantity is None if QuickBooks doesn't show it; None matches any quantity."""

_TIMES = "\N{MULTIPLICATION SIGN}"
_SHOWN = 5
"""Maximum number of lines listed in one message."""
_CHARGE_UNKNOWN = "your file doesn't show whether its lines of $0.00 are charged, and lines that aren't may not travel"
_LONGEST = 31
"""Characters of an item's name in QuickBooks (qbxml130.xsd, Name of an item)."""


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """The result of comparing the lines of one transaction."""

    agree: Value
    missing: Sequence[_Line] = ()
    """Lines that only ServiceTitan has."""
    extra: str = ""
    """Lines that only QuickBooks has."""
    uncharged: Sequence[_Line] = ()
    """Those among the missing lines that ServiceTitan doesn't charge."""
    charge_unknown: Unknown | None = None
    """Why we don't know whether another missing line of $0.00 is charged; None if we do."""


class Comparer:
    """Compares the lines of transactions."""

    def __init__(self, evidence: Evidence, sent: str, booked: Mapping[str, str]) -> None:
        """Index the lines. `sent` is the kind of ServiceTitan's lines; `booked` maps QuickBooks' kinds of transactions to their lines."""
        self._sent = _Grouped(evidence.dataset(sent), "parent.id")
        self._booked = {kind: _Grouped(evidence.dataset(lines), "parent.TxnID") for kind, lines in booked.items()}
        self._codes: dict[Value, Value] = {}
        for kind in PRICEBOOK:
            self._codes |= evidence.dataset(kind).lookup("id", "code")
        self._set_aside = names_that_carry_tax(evidence)
        self._names: dict[str, str] = {}
        """Folded item name -> the name as written."""
        self._uncharged_travel = False
        """Whether a line that ServiceTitan doesn't charge was seen in QuickBooks, so that all of them should be there."""

    def compare(self, transaction: Record, book: Record, sign: int) -> Lines:
        """Compare a ServiceTitan transaction with its match in QuickBooks.

        `sign` is -1 if QuickBooks reverses ServiceTitan's amounts (a negative invoice becomes a credit memo).
        """
        own, theirs = self._sent.of(transaction.get("id")), self._booked[book.kind].of(book.get("TxnID"))
        if isinstance(own, Unknown):
            return Lines(agree=own)
        if isinstance(theirs, Unknown):
            return Lines(agree=theirs)
        # Only the invoice item feed has `active`. The items inside an invoice are all its current ones.
        own = [line for line in own if line.get("active") is not False]
        there = [line for record in theirs if (line := self._booked_line(record)) is not None]
        items = {line[0] for line in there if not isinstance(line, Unknown)}
        here = [self._sent_line(line, sign, items) for line in own]
        unknown = next((line for line in (*here, *there) if isinstance(line, Unknown)), None)
        if unknown is not None:
            return Lines(agree=unknown)
        missing, extra = _difference(_known(here), _known(there))
        charged_or_not = [line.get("isChargeable") for line in own]
        charges = [(line, charged) for line, charged in zip(_known(here), charged_or_not, strict=True) if line[2] == 0]
        uncharged = Counter(line for line, charged in charges if charged is False)
        absent = Counter(missing) & uncharged
        self._uncharged_travel |= absent != uncharged
        unsure = (charged for line, charged in charges if line in missing and not isinstance(charged, bool))
        return Lines(
            agree=not missing and not extra,
            missing=missing,
            extra=self._described(extra),
            uncharged=tuple(absent.elements()),
            charge_unknown=next((without(charged, _CHARGE_UNKNOWN) for charged in unsure), None),
        )

    def decided(self, lines: Lines) -> tuple[Value, str]:
        """Return whether lines agree, and those that only ServiceTitan has, after the lines of all invoices were compared.

        Lines that ServiceTitan doesn't charge are missing only if others of them traveled.
        """
        if isinstance(lines.agree, Unknown):
            return lines.agree, ""
        rest = Counter(lines.missing) - Counter(() if self._uncharged_travel else lines.uncharged)
        if lines.charge_unknown is not None and not lines.extra and all(amount == 0 for _, _, amount in rest):
            return lines.charge_unknown, ""
        return not rest and not lines.extra, self._described(list(rest.elements()))

    def _sent_line(self, line: Record, sign: int, items: Collection[str]) -> _Line | Unknown:
        """Return a ServiceTitan line. `items`: the items of QuickBooks' lines, for one whose code was changed since it was exported."""
        own = line.get("skuName")
        code = self._codes.get(line.get("skuId"), own)
        if isinstance(own, str) and isinstance(code, str) and _short(_cut(code)) not in items and _short(_cut(own)) in items:
            code = own
        quantity, amount = line.get("quantity"), line.get("total")
        unknown = first_unknown(code, amount, quantity)
        if unknown is not None:
            return unknown
        if not isinstance(code, str) or not isinstance(amount, Decimal):
            return without(UNSET, f"{line.key} has no item or no amount")
        return self._name(_cut(code)), quantity * sign if isinstance(quantity, Decimal) else None, amount * sign

    def _booked_line(self, line: Record) -> _Line | Unknown | None:
        """Return a QuickBooks line; None for lines that are ignored: tax, and lines with text only."""
        item, quantity, amount = line.get("ItemRef.FullName"), line.get("Quantity"), line.get("Amount")
        if not isinstance(item, str):
            return without(item, f"{line.key} has no item") if isinstance(amount, Decimal) and amount else None
        if fold(item) in self._set_aside or _short(item) in self._set_aside:
            return None
        unknown = first_unknown(quantity, amount)
        if unknown is not None:
            return unknown
        if not isinstance(amount, Decimal):
            return without(amount, f"{line.key} has no amount")
        return self._name(item), quantity if isinstance(quantity, Decimal) else None, amount

    def _name(self, item: str) -> str:
        self._names.setdefault(_short(item), item.rpartition(":")[2])
        return _short(item)

    def _described(self, lines: Sequence[_Line]) -> str:
        shown = []
        for item, quantity, amount in lines[:_SHOWN]:
            count = f"{format_number(quantity.normalize())} {_TIMES} " if quantity is not None else ""
            shown.append(f"{count}{self._names[item]} ({format_money(amount)})")
        return "; ".join(shown) + (f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else "")


class _Grouped:
    """The lines of a kind, grouped by transaction."""

    def __init__(self, dataset: Dataset, field: str) -> None:
        self._dataset = dataset
        self._lines = dataset.by(field)

    def of(self, transaction: Value) -> Sequence[Record] | Unknown:
        """Return the lines of the transaction with this id."""
        if not isinstance(transaction, str):
            return without(transaction, "the file doesn't show which transaction the lines belong to")
        found = self._lines.get(transaction, [])
        if not found and self._dataset.scope in (Scope.MISSING, Scope.PART):
            return not_among(self._dataset, "its lines are not in the file")
        return found


def _known(lines: Sequence[_Line | Unknown]) -> list[_Line]:
    return [line for line in lines if not isinstance(line, Unknown)]


def _cut(code: str) -> str:
    """Return a code as QuickBooks keeps it as an item's name, with the path before it."""
    path, colon, name = code.rpartition(":")
    return path + colon + name.strip()[:_LONGEST]


def _short(item: str) -> str:
    """Fold the last part of an item's name for comparing: it is ServiceTitan's code (docs/sources.md, pricebook code)."""
    return fold(item.rpartition(":")[2])


def _difference(here: Sequence[_Line], there: Sequence[_Line]) -> tuple[list[_Line], list[_Line]]:
    """Return the lines that only one side has. Match lines that agree in all three first, then lines without a quantity."""
    if here == there:  # nearly all have the same order too
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
