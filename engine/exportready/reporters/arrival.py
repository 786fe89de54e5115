"""What reports show after the export: the tie-out of each batch, and the work list of payments to apply by hand. Rows of text."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from exportready.kinds.derived import SIDES, unreadable_in
from exportready.kinds.nouns import noun
from exportready.kinds.transactions import KINDS_BY_TYPE
from exportready.model.display import format_date, format_money, format_sum
from exportready.model.evidence import Record, Unknown, Value
from exportready.model.report import Report
from exportready.reporters import words

_HEADLINE_COUNTS = ("titan", "explained", "missing", "doubled", "untold")
_WORK_LIST_FIELDS = (
    "booksCustomer", "paymentDate", "paymentType", "payment", "paymentAmount", "unused", "invoice", "invoiceDate", "openBalance",
    "toApply", "batch", "paymentSentBy", "invoiceSentBy", "apart",
)  # fmt: skip
_PAYMENT_FIELDS, _INVOICE_FIELDS = _WORK_LIST_FIELDS[1:6], _WORK_LIST_FIELDS[6:9]


def tie_out_rows(report: Report, *, differing: bool = False) -> list[tuple[str, ...]]:
    """Return a row for each batch and type of transaction, under the headings `words.TIE_OUT`. `differing`: without those that match."""
    return [_tie_out_row(sums) for sums in report.tie_out if not (differing and matches(sums))]


def _tie_out_row(sums: Record) -> tuple[str, ...]:
    cells = [_tie_out_cell(sums, side) for side in SIDES]
    return _batch_label(sums), noun(KINDS_BY_TYPE[str(sums.get("type"))], 2), *cells


def _tie_out_cell(sums: Record, side: str) -> str:
    """Return count and amount: "43 / $46,558.35"; "none" if both are zero, so that what is left over is easy to see."""
    count, amount = _count(sums, side), sums.get(f"{side}Amount")
    money = format_sum(amount, unreadable_in(sums, side)) if isinstance(amount, Decimal) else words.UNKNOWN
    if not count and not amount:
        return words.NONE
    if side == "unexplained":
        missing, doubled, differing = (_count(sums, name) for name in ("missing", "doubled", "differing"))
        return words.unexplained(count, missing, doubled, differing, money)
    explanation = sums.get("explained") if side == "explained" else None
    return f"{count:,} / {money}" + (f" ({explanation})" if isinstance(explanation, str) else "")


def _batch_label(sums: Record) -> str:
    """Return a batch's number and name: "1042 (11-20 plumbing)"."""
    number, name = sums.get("batch"), sums.get("batchName")
    if not isinstance(number, str):
        return words.NO_BATCH
    return f"{number} ({name})" if isinstance(name, str) else number


def matches(sums: Record) -> bool:
    """Return whether QuickBooks has all of a row of the tie-out, or it is explained."""
    return all(_count(sums, name) == 0 and not sums.get(f"{name}Amount") for name in ("unexplained", "untold"))


def headlines(report: Report) -> list[str]:
    """Return one sentence for each batch with transactions that are missing, duplicated or can't be found out about."""
    counts_by_batch: dict[str, Counter[str]] = {}
    for sums in report.tie_out:
        counts_by_batch.setdefault(_batch_label(sums), Counter()).update(
            {name: _count(sums, name) for name in _HEADLINE_COUNTS}
        )
    return [
        words.arrived(batch, counts["titan"], counts["explained"], counts["missing"], counts["doubled"], counts["untold"])
        for batch, counts in counts_by_batch.items()
        if counts["titan"] > counts["explained"] and (counts["missing"] or counts["doubled"] or counts["untold"])
    ]


def _count(sums: Record, name: str) -> int:
    value = sums.get(f"{name}Count")
    return int(value) if isinstance(value, Decimal) else 0


def work_list_rows(report: Report) -> list[tuple[str, ...]]:
    """Return a row for each payment to apply, under the headings `words.WORK_LIST`.

    Amounts are plain decimals and dates ISO 8601, for a spreadsheet; the last column is left empty for initials.
    """
    return [(*(_format_plain(payment.get(name)) for name in _WORK_LIST_FIELDS), "") for payment in report.work_list]


def short_work_list_rows(report: Report) -> list[tuple[str, ...]]:
    """Return the same rows in fewer columns, for reading, under the headings `words.SHORT_WORK_LIST`."""
    return [
        (
            _format(payment.get("booksCustomer")),
            words.work_payment(*(_format(payment.get(name)) for name in _PAYMENT_FIELDS)),
            words.work_invoice(*(_format(payment.get(name)) for name in _INVOICE_FIELDS)),
            _format(payment.get("toApply")),
            _format(payment.get("batch")),
            words.work_senders(_format(payment.get("paymentSentBy")), _format(payment.get("invoiceSentBy"))),
            _format(payment.get("apart")),
            "",
        )
        for payment in report.work_list
    ]


def _format(value: Value) -> str:
    """Return a value for people: amounts with separators, connectors by their names, "not known" for what is unknown."""
    if isinstance(value, Decimal):
        return format_money(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, str):
        return words.CONNECTORS.get(value, value)
    return words.UNKNOWN if isinstance(value, Unknown) else ""


def _format_plain(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else _format(value)
