"""What waits on what, for people: the key issues that hold something up, and one way for each, in words."""

from __future__ import annotations

import msgspec

from exportready.model.report import Batch, Cleared, KeyIssue, Report
from exportready.model.rules import Severity
from exportready.reporters import view, words
from exportready.reporters.arrival import money

SHOWN = 10
"""So many key issues are seen; the JSON holds all."""


class First(msgspec.Struct, frozen=True, kw_only=True):
    """One key issue, laid out."""

    issue: KeyIssue
    waits: str
    way: str
    """How one transaction comes to wait on it."""
    remark: str
    with_steps: bool
    """No practice tells of it, so its steps stand here."""


def holding(report: Report) -> list[KeyIssue]:
    """The key issues that hold something up, or that an error of the export tells of."""
    return [one for one in report.key_issues if one.gates or one.code or one.alone.transactions or one.shared.transactions]


def first(report: Report, limit: int | None = SHOWN) -> list[First]:
    """What to mend first."""
    found = ways(report)
    return [
        First(issue=one, waits=waits(one), way=found.get(one.id, ""), remark=remark(one), with_steps=not one.rule)
        for one in holding(report)[:limit]
    ]


def ways(report: Report) -> dict[str, str]:
    """Key issue -> the longest way by which one transaction comes to wait on it."""
    found: dict[str, str] = {}
    for one in report.waiting:
        for id_, chain in zip(one.key_issues, one.chain, strict=True):
            if id_ not in found or len(chain) > len(found[id_]):
                found[id_] = chain
    return found


def waits(issue: KeyIssue) -> str:
    """What waits on it, in words."""
    if issue.gates:
        return words.STOPS_EVERYTHING if issue.severity is Severity.ERROR else words.MAY_STOP
    alone, shared = issue.alone, issue.shared
    parts = [words.waits_alone(_sum(alone))] if alone.transactions else []
    parts += [words.waits_shared(_sum(shared), also=bool(alone.transactions))] if shared.transactions else []
    return ", ".join(parts) or words.NOTHING_WAITS


def remark(issue: KeyIssue) -> str:
    """What else is to be said of it: that it is no defect, that its consequences are concluded."""
    remarks = [words.RETRY] if issue.retry else []
    return " ".join(remarks + ([words.INFERRED] if issue.certainty == "inferred" else []))


def _sum(cleared: Cleared) -> str:
    return f"{words.count(cleared.transactions, 'transaction')} (${money(cleared.amount)})"


def batches(report: Report) -> list[str]:
    """A line for each batch; after the export, for those of which something waits."""
    return [batch(report, one) for one in report.batches if report.phase != "after-export" or one.waiting.transactions]


def batch(report: Report, one: Batch) -> str:
    """Its verdict, what it holds, and how much of it waits."""
    told, held = view.verdict_of(report, one.verdict), f"${money(one.amount)}"
    return words.batch(one.number, one.name, told, one.transactions, held, one.waiting.transactions)


def opening(report: Report) -> str:
    """41 transactions ($23,410.00) wait on these; other problems may appear."""
    return words.waiting(_sum(report.waits), one=report.waits.transactions == 1) if report.waits.transactions else ""
