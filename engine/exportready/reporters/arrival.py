"""After the export, in words: the tie-out of each batch, and the work list of payments to apply by hand. Rows of text only."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from exportready.kinds.derived import SIDES
from exportready.model.evidence import Record, Unknown, Value
from exportready.model.report import Report
from exportready.reporters import words


def tie_out(report: Report) -> list[tuple[str, ...]]:
    """Rows as `words.TIE_OUT` heads them."""
    return [_row(one) for one in report.tie_out]


def _row(one: Record) -> tuple[str, ...]:
    told = one.get("explained")
    cells = [_cell(one, side, told if side == "explained" else None) for side in SIDES]
    return batch(one), words.noun(_KINDS[str(one.get("type"))], 2), *cells


def _cell(one: Record, side: str, told: Value | None) -> str:
    """43 / 46,558.35; empty where it is none, so that what is left over stands out."""
    count, amount = _count(one, side), one.get(f"{side}Amount")
    if not count and not amount:
        return words.NONE
    if side == "unexplained":
        return words.unexplained(count, _count(one, "missing"), _count(one, "doubled"), money(amount))
    return f"{count:,} / {money(amount)}" + (f" ({told})" if isinstance(told, str) else "")


_KINDS = {
    "invoice": "servicetitan.invoice",
    "payment": "servicetitan.payment",
    "credit memo": "servicetitan.credit_memo",
    "bill": "servicetitan.bill",
    "purchase order": "servicetitan.purchase_order",
}


def batch(one: Record) -> str:
    """1042 (11-20 plumbing)."""
    number, name = one.get("batch"), one.get("batchName")
    if not isinstance(number, str):
        return words.NO_BATCH
    return f"{number} ({name})" if isinstance(name, str) else number


def headlines(report: Report) -> list[str]:
    """One sentence for each batch of which not everything arrived, or more than was sent."""
    sums: dict[str, Counter[str]] = {}
    for one in report.tie_out:
        sums.setdefault(batch(one), Counter()).update({side: _count(one, side) for side in _COUNTED})
    return [
        words.arrived(name, sent, sent - some["missing"] - some["untold"], some["missing"], some["doubled"], some["untold"])
        for name, some in sums.items()
        if (sent := some["titan"] - some["explained"]) and (some["missing"] or some["doubled"] or some["untold"])
    ]


_COUNTED = ("titan", "explained", "missing", "doubled", "untold")


def _count(one: Record, side: str) -> int:
    value = one.get(f"{side}Count")
    return int(value) if isinstance(value, Decimal) else 0


def work_list(report: Report) -> list[tuple[str, ...]]:
    """Rows as `words.WORK_LIST` heads them, amounts without separators; the last is left for initials."""
    return [(*(_plain(one.get(name)) for name in _COLUMNS), "") for one in report.work_list]


_COLUMNS = (
    "booksCustomer", "paymentDate", "paymentType", "payment", "paymentAmount", "unused", "invoice", "invoiceDate", "openBalance",
    "toApply", "batch", "paymentSentBy", "invoiceSentBy", "apart",
)  # fmt: skip


def _plain(value: Value) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else _shown(value)


def work_list_to_read(report: Report) -> list[tuple[str, ...]]:
    """The same in fewer columns, as `words.WORK_LIST_TO_READ` heads them."""
    return [
        (
            _shown(one.get("booksCustomer")),
            words.work_payment(*(_shown(one.get(name)) for name in _COLUMNS[1:6])),
            words.work_invoice(*(_shown(one.get(name)) for name in _COLUMNS[6:9])),
            _shown(one.get("toApply")),
            _shown(one.get("batch")),
            words.work_senders(_shown(one.get("paymentSentBy")), _shown(one.get("invoiceSentBy"))),
            _shown(one.get("apart")),
            "",
        )
        for one in report.work_list
    ]


def _shown(value: Value) -> str:
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return words.CONNECTORS.get(value, value)
    return words.UNKNOWN if isinstance(value, Unknown) else ""


def money(value: Value) -> str:
    """1,234.50."""
    return f"{value:,.2f}" if isinstance(value, Decimal) else words.UNKNOWN
