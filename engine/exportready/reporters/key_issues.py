"""What reports show of key issues: which to fix first, what each blocks, and how, in words."""

from __future__ import annotations

import msgspec

from exportready.kinds.references import INFERRED
from exportready.model.display import count, format_sum
from exportready.model.report import Batch, Cleared, KeyIssue, Report
from exportready.model.rules import Severity
from exportready.reporters import view, words

MAX_LISTED = 10
"""Maximum number of key issues in one list; the JSON result has all."""


class KeyIssueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One key issue with the texts that are shown of it."""

    issue: KeyIssue
    impact: str
    example: str
    """How it blocks one transaction; empty if it blocks none."""
    remark: str


def blocks_something(issue: KeyIssue) -> bool:
    """Return whether a key issue blocks the whole export or some transactions."""
    return issue.gates or issue.blocked_count > 0


def shown_issues(report: Report) -> list[KeyIssue]:
    """Return the key issues that block something or that an export error reported, in the order in which to fix them."""
    return [issue for issue in report.key_issues if blocks_something(issue) or issue.code]


def key_issue_rows(report: Report, limit: int | None = MAX_LISTED) -> list[KeyIssueRow]:
    """Return the first of these key issues with their texts; all of them without a limit."""
    examples = longest_chains(report)
    return [
        KeyIssueRow(
            issue=issue,
            impact=impact(issue),
            example=examples.get(issue.id, ""),
            remark=remark(issue),
        )
        for issue in shown_issues(report)[:limit]
    ]


def longest_chains(report: Report) -> dict[str, str]:
    """Return for each key issue's id the longest chain from a transaction to it, in words. It is the one that explains most."""
    chains: dict[str, str] = {}
    for blocked in report.blocked_transactions:
        for id_, chain in zip(blocked.key_issues, blocked.chain, strict=True):
            if len(chain) > len(chains.get(id_, "")):
                chains[id_] = chain
    return chains


def impact(issue: KeyIssue) -> str:
    """Return what a key issue blocks, in words."""
    if issue.gates:
        return words.STOPS_EVERYTHING if issue.severity is Severity.ERROR else words.MAY_STOP
    alone, shared = issue.alone, issue.shared
    parts = [words.blocked_alone(format_cleared(alone))] if alone.transactions else []
    if shared.transactions:
        is_one = shared.transactions == 1
        parts.append(words.blocked_with_others(format_cleared(shared), also=bool(alone.transactions), one=is_one))
    return ", ".join(parts) or words.BLOCKS_NOTHING


def brief_impact(issue: KeyIssue) -> str:
    """Return what a key issue blocks, alone or with others, in a few words."""
    transactions = issue.alone.transactions + issue.shared.transactions
    if issue.gates or not transactions:
        return impact(issue)
    amount, unreadable = issue.alone.amount + issue.shared.amount, issue.alone.unreadable + issue.shared.unreadable
    return words.blocked_alone(
        format_cleared(Cleared(findings=0, transactions=transactions, amount=amount, unreadable=unreadable))
    )


def remark(issue: KeyIssue) -> str:
    """Return what else to say of a key issue: that it is only to be retried, or that its impact is inferred."""
    remarks = [words.RETRY] if issue.retry else []
    return " ".join(remarks + ([words.INFERRED] if issue.certainty == INFERRED else []))


def format_cleared(cleared: Cleared) -> str:
    """Return a number of transactions with their money: "12 transactions ($3,400.00)"."""
    return f"{count(cleared.transactions, 'transaction')} ({format_sum(cleared.amount, cleared.unreadable)})"


def batch_lines(report: Report) -> list[str]:
    """Return a line for each batch; after the export, only for batches with blocked transactions."""
    return [batch_line(report, batch) for batch in report.batches if not report.is_after_export or batch.blocked.transactions]


def batch_line(report: Report, batch: Batch) -> str:
    """Return a batch's number and name, its verdict, its transactions and how many of them are blocked."""
    verdict, amount = view.verdict_of(report, batch.verdict), format_sum(batch.amount, batch.unreadable)
    return words.batch(batch.number, batch.name, verdict, batch.transactions, amount, batch.blocked.transactions)


def total_impact(report: Report) -> str:
    """Return how many transactions all key issues block together; empty if they block none."""
    blocked = report.blocked
    outside = sum(one.batch is None for one in report.blocked_transactions)
    return words.blocked(format_cleared(blocked), outside) if blocked.transactions else ""
