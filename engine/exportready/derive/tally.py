"""The tie-out, as a bookkeeper writes it: for each batch and type, what ServiceTitan sent and what QuickBooks has.

ServiceTitan's amount equals the sum of QuickBooks' amount and the explained, unexplained and undecided amounts, to the cent.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import msgspec
from msgspec import field

from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.matching import ARRIVED, EXPLAINED, MISSING, TWICE
from exportready.kinds.derived import SIDES
from exportready.model.evidence import UNSET, Dataset, Location, Record, Value


@derivation("derived.tie_out", reads="derived.match batch batchName type state amount booksAmount copies explained")
def tie_out(inputs: Inputs) -> Dataset:
    """Conclude one record for each batch and type of transaction, the newest batch first."""
    found = Conclusions("derived.tie_out")
    rows: dict[tuple[str, str], _Row] = {}
    matches = inputs.dataset("derived.match")
    for one in matches.rows():
        batch = one.get("batch")
        key = (batch if isinstance(batch, str) else "", str(one.get("type")))
        row = rows.get(key)
        if row is None:
            row = rows[key] = _Row(name=one.get("batchName"))
        row.count(one)
    for (batch, type_), row in sorted(rows.items(), key=_newest_first):
        found.add({"batch": batch or UNSET, "type": type_, **row.values()}, Location("account.yaml"))
    return found.dataset(matches)


def _newest_first(item: tuple[tuple[str, str], _Row]) -> tuple[int, list[int], str]:
    """Sort by batch number, highest first: batch numbers count up. Transactions without a batch come last."""
    batch, type_ = item[0]
    return -len(batch), [-ord(letter) for letter in batch], type_


class _Row(msgspec.Struct, kw_only=True):
    """A row while its matches are being added up."""

    name: Value
    counts: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(SIDES, Decimal(0)))
    unreadable: Counter[str] = field(default_factory=Counter)
    """Side -> number of amounts that aren't known, so that they aren't in its sum."""
    reasons: Counter[str] = field(default_factory=Counter)

    def count(self, one: Record) -> None:
        """Add one match to its sides. A duplicate is added to the unexplained side with its amount reversed."""
        sent, booked, state = one.get("amount"), one.get("booksAmount"), one.get("state")
        amount = sent if isinstance(sent, Decimal) else Decimal(0)
        before = None if isinstance(sent, Decimal) else self.counts.copy()
        self._add("titan", amount)
        if state in (ARRIVED, TWICE) and isinstance(booked, Decimal) and isinstance(sent, Decimal):
            several = one.get("copies")
            copies = int(several) if isinstance(several, Decimal) else 1
            # A net negative invoice is a credit memo in QuickBooks, whose amount is positive.
            there = booked * copies * (-1 if amount < 0 else 1)
            self._add("books", there, copies)
            self._add("unexplained", amount - there, 1 - copies)
            self.counts["doubled"] += copies - 1
            self.counts["differing"] += amount != (booked if amount >= 0 else -booked)
        elif state == EXPLAINED:
            self._add("explained", amount)
            self.reasons[str(one.get("explained"))] += 1
        elif state == MISSING:
            self._add("unexplained", amount)
            self.counts["missing"] += 1
        else:
            self._add("untold", amount)
        if before is not None:
            self.unreadable.update(side for side in SIDES if self.counts[side] != before[side])

    def _add(self, side: str, amount: Decimal, count: int = 1) -> None:
        self.counts[side] += count
        self.amounts[side] += amount

    def values(self) -> dict[str, Value]:
        """Return the row as the fields of derived.tie_out."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.reasons.items()))
        return {
            "batchName": self.name,
            **{f"{side}Count": Decimal(self.counts[side]) for side in (*SIDES, "missing", "doubled", "differing")},
            **{f"{side}Amount": amount for side, amount in self.amounts.items()},
            **{f"{side}Unreadable": Decimal(self.unreadable[side]) for side in SIDES},
            "explained": reasons or UNSET,
        }
