"""The tie-out as a reconciliation: from what ServiceTitan has to what QuickBooks has, line by line, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from exportready.kinds.derived import SIDES, unreadable_in
from exportready.kinds.nouns import noun
from exportready.kinds.transactions import KINDS_BY_TYPE
from exportready.model.display import count, format_money, join_words
from exportready.model.evidence import Record
from exportready.model.report import Report
from exportready.reporters import arrival, words


class Cell(msgspec.Struct, frozen=True):
    """A number of transactions and their amount; both empty if there are none."""

    count: str = ""
    amount: str = ""


class BridgeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the reconciliation."""

    label: str
    kind: str = ""
    look: str = ""
    cells: tuple[Cell, ...]


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    """The reconciliation of one batch."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[BridgeRow, ...]
    look: str
    sentence: str


def bridges(report: Report) -> list[Bridge]:
    """Return the reconciliation of each batch that doesn't match; of the newest batch, if all do."""
    by_batch: dict[str, list[Record]] = {}
    for row in report.tie_out:
        by_batch.setdefault(name_of(row), []).append(row)
    differing = [name for name, rows in by_batch.items() if not all(map(arrival.matches, rows))]
    return [_bridge(name, by_batch[name]) for name in differing or list(by_batch)[:1]]


def matching(report: Report) -> str:
    """Return which other batches still match, as a sentence; empty if there are none."""
    by_batch: dict[str, bool] = {}
    for row in report.tie_out:
        by_batch[name_of(row)] = by_batch.get(name_of(row), True) and arrival.matches(row)
    shown = {bridge.name for bridge in bridges(report)}
    found = [name for name, ok in by_batch.items() if ok and name not in shown and name.startswith("Batch ")]
    numbers = sorted((name.removeprefix("Batch ").partition(" (")[0] for name in found), key=lambda one: (len(one), one))
    if not numbers:
        return ""
    one = len(numbers) == 1
    return f"Batch{'' if one else 'es'} {join_words(numbers)} still {'matches' if one else 'match'} to the cent."


def name_of(row: Record) -> str:
    """Return a batch's number and name: "Batch 1042 (11-20 plumbing)"."""
    number, name = row.get("batch"), row.get("batchName")
    if not isinstance(number, str):
        return words.sentence(words.NO_BATCH)
    return f"Batch {number} ({name})" if isinstance(name, str) else f"Batch {number}"


def _bridge(name: str, rows: Sequence[Record]) -> Bridge:
    columns = [words.sentence(noun(KINDS_BY_TYPE[str(row.get("type"))], 2)) for row in rows]
    with_total = len(rows) > 1
    lines = [
        _line("In ServiceTitan", rows, "titan", 1, with_total, kind="first"),
        _line("Known reason: not sent, or not meant to arrive", rows, "explained", -1, with_total, look="look"),
        _line(_unexplained(rows), rows, "unexplained", -1, with_total, look="fix"),
        _line("Not checked yet", rows, "untold", -1, with_total, look="unknown"),
        _line("In QuickBooks", rows, "books", 1, with_total, kind="sum"),
    ]
    shown = [line for line in lines if line.kind or any(cell.amount for cell in line.cells)]
    unreadable = sum(unreadable_in(row, side) for row in rows for side in SIDES)
    look, sentence = _sentence(rows, unreadable)
    return Bridge(
        name=name, columns=(*columns, *(["Total"] if with_total else [])), rows=tuple(shown), look=look, sentence=sentence
    )


def _unexplained(rows: Sequence[Record]) -> str:
    numbers = [sum(_number(row, f"{name}Count") for row in rows) for name in ("missing", "doubled", "differing")]
    parts = [f"{numbers[0]:,} missing"] if numbers[0] else []
    parts += [f"{numbers[1]:,} in QuickBooks twice"] if numbers[1] else []
    parts += [f"{numbers[2]:,} with a different amount"] if numbers[2] else []
    return words.sentence(join_words(parts)) or "To fix"


def _line(
    label: str, rows: Sequence[Record], side: str, sign: int, with_total: bool, *, kind: str = "", look: str = ""
) -> BridgeRow:
    pairs = [(_count(row, side), sign * _amount(row, side)) for row in rows]
    if with_total:
        pairs.append((sum(number for number, _ in pairs), sum((amount for _, amount in pairs), Decimal(0))))
    return BridgeRow(label=label, kind=kind, look=look, cells=tuple(_cell(*pair, is_step=not kind) for pair in pairs))


def _cell(number: int, amount: Decimal, *, is_step: bool) -> Cell:
    if not number and not amount:
        return Cell()
    plus = "+" if is_step and amount > 0 else ""
    return Cell(f"{number:,}", f"{plus}{format_money(amount)}".replace("-", "\u2212"))


def _count(row: Record, side: str) -> int:
    if side != "unexplained":
        return _number(row, f"{side}Count")
    return sum(_number(row, f"{name}Count") for name in ("missing", "doubled", "differing"))


def _number(row: Record, name: str) -> int:
    value = row.get(name)
    return int(value) if isinstance(value, Decimal) else 0


def _amount(row: Record, side: str) -> Decimal:
    value = row.get(f"{side}Amount")
    return value if isinstance(value, Decimal) else Decimal(0)


def _sentence(rows: Sequence[Record], unreadable: int) -> tuple[str, str]:
    """Return whether every dollar is explained."""
    if unreadable:
        return "unknown", f"{count(unreadable, 'amount')} can't be read, so the sums aren't complete."
    untold = sum(_number(row, "untoldCount") for row in rows)
    if untold:
        return (
            "unknown",
            f"{count(untold, 'transaction')} could not be compared yet. “Not checked yet” below says what we still need.",
        )
    if all(map(arrival.matches, rows)):
        return "fine", "Every transaction arrived, to the cent." if not any(_count(row, "explained") for row in rows) else (
            "Every dollar is explained."
        )
    return "fine", "Every dollar is accounted for: the lines above lead from one sum to the other."
