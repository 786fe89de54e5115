"""The work list after the export: who does what, one task for each transaction to correct, with ticks that are remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from exportready.model.display import format_date, format_money
from exportready.model.evidence import Record, Value
from exportready.model.report import Finding, Report
from exportready.reporters import words
from exportready.reporters.office import Card, OfficeView

_FOR_YOU, _ASK_FIRST = "For you", "Ask the bookkeeper first"
_ORDER = {_FOR_YOU: 0, _ASK_FIRST: 2}
"""Groups before and after all others."""
_SINGLE = 25
"""Up to how many transactions of one problem get a task each."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One task."""

    key: str
    label: str
    note: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks of one person."""

    heading: str
    jobs: tuple[Job, ...]
    text: str
    """To send to that person as it is."""


def groups(report: Report, office: OfficeView, done: Sequence[str]) -> list[Group]:
    """Return the tasks by person. Those that are done are at the end of their group."""
    by_person: dict[str, list[Job]] = {}
    for card in office.fix:
        by_person.setdefault(_heading(card.fix.who), []).extend(_of_card(card))
    for payment in report.work_list:
        heading = _ASK_FIRST if payment.get("apart") else _heading("bookkeeper")
        by_person.setdefault(heading, []).append(_of_payment(payment))
    return [
        Group(heading=heading, jobs=tuple(sorted(jobs, key=lambda job: job.key in done)), text=_text(heading, jobs))
        for heading, jobs in sorted(by_person.items(), key=lambda one: _ORDER.get(one[0], 1))
    ]


def _heading(who: str) -> str:
    return _FOR_YOU if who == "office manager" else f"For {who}" if who.startswith("the ") else f"For the {who}"


def _of_card(card: Card) -> Iterator[Job]:
    """Yield a task for each transaction of a problem; one for all, if there are many."""
    if card.result is None or not card.is_table or len(card.rows) > _SINGLE or card.not_listed:
        names = tuple((row.name or row.finding.message, "") for row in card.rows[:_SINGLE])
        yield Job(
            key=_key(card.anchor),
            label=card.heading,
            note=card.impact or next(iter(card.examples), ""),
            rows=names,
            steps=card.fix.steps,
        )
        return
    for row in card.rows:
        yield Job(
            key=_key(card.anchor, _identity(row.finding)),
            label=row.finding.message,
            note=words.sentence(row.impact),
            steps=card.fix.steps,
        )


def _identity(finding: Finding) -> str:
    return f"{finding.subject.kind}/{finding.subject.key}"


def _of_payment(payment: Record) -> Job:
    number, invoice = _shown(payment.get("payment")), _shown(payment.get("invoice"))
    amount = _shown(payment.get("toApply"))
    apart = payment.get("apart")
    why = f" Needs review: {apart}." if isinstance(apart, str) else ""
    kind, day = _shown(payment.get("paymentType")), _shown(payment.get("paymentDate"))
    return Job(
        key=_key("payment", f"{payment.get('booksCustomer')}/{number}/{invoice}"),
        label=f"Apply payment {number} to invoice {invoice}: {amount}",
        note=f"{_shown(payment.get('booksCustomer'))}. {kind or 'Payment'} of {day}.{why}",
        steps=(
            f"In QuickBooks open Customers > Receive Payments and find payment {number}",
            f"Check invoice {invoice}, enter {amount}, and save",
        ),
    )


def _shown(value: Value) -> str:
    if isinstance(value, Decimal):
        return format_money(value)
    if isinstance(value, date):
        return format_date(value)
    return value if isinstance(value, str) else ""


def _key(*parts: str) -> str:
    """Return the key of a task's tick: the same for the same task after every check."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def _text(heading: str, jobs: Sequence[Job]) -> str:
    lines = [f"{heading}:"]
    for number, job in enumerate(jobs, 1):
        lines.append(f"{number}. {job.label}{'. ' + job.note if job.note else ''}")
        lines += [f"   - {step}" for step in job.steps]
    return "\n".join(lines)
