"""Give each pending batch its own verdict, and narrow a report to one batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from exportready.model.evidence import Source
from exportready.model.reasons import Reason
from exportready.model.report import (
    Batch,
    BatchLoad,
    BlockedTransaction,
    Cleared,
    KeyIssue,
    Notes,
    Outcome,
    Report,
    RuleResult,
    Verdict,
)
from exportready.policy.gate import verdict


class NoBatch(Exception):
    """The files don't have the batch; the message says which batches they have."""


def judged(
    loads: Iterable[BatchLoad], results: Sequence[RuleResult], sources: Sequence[Source], notes: Notes
) -> tuple[Batch, ...]:
    """Return each batch with its own verdict. A finding counts only for the batches that use its object."""
    return tuple(_judged(load, verdict(of_batch(results, load.number, notes), sources, notes.waivers)) for load in loads)


def _judged(load: BatchLoad, answer: Verdict) -> Batch:
    return Batch(**{name: getattr(load, name) for name in BatchLoad.__struct_fields__}, verdict=answer)


def of_batch(results: Sequence[RuleResult], number: str, notes: Notes) -> tuple[RuleResult, ...]:
    """Return the results with only the findings that count for a batch.

    A failed rule with no findings left becomes `passed` for the batch, or `cannot_tell` if some records are undecided.
    """
    return tuple(_of_batch(result, number, notes) for result in results)


def _of_batch(result: RuleResult, number: str, notes: Notes) -> RuleResult:
    findings = tuple(finding for finding in result.findings if number in notes.batches_of(finding))
    if findings or not result.findings:
        return replace(result, findings=findings)
    if not result.has_unknowns:
        return replace(result, findings=(), outcome=Outcome.PASSED, reason=f"no problem affects batch {number}")
    cause = result.gaps[0].cause if result.gaps else Reason.INCONCLUSIVE
    return replace(result, findings=(), outcome=Outcome.CANNOT_TELL, reason="some records couldn't be checked", cause=cause)


def narrowed(report: Report, number: str) -> Report:
    """Return the report of one batch. Raises NoBatch if the files have no such batch."""
    known = {batch.number for batch in report.batches}
    number = number.strip("# ")
    if number not in known:
        choices = ", ".join(sorted(known, key=lambda choice: (len(choice), choice)))
        remedy = f"Choose one of {choices}." if choices else "They have no pending batches."
        raise NoBatch(f"Batch {number} is not in your files. {remedy}")
    results = of_batch(report.results, number, report.notes)
    (batch,) = (batch for batch in report.batches if batch.number == number)
    blocked = tuple(transaction for transaction in report.blocked_transactions if transaction.batch == number)
    named = {id_ for result in results for finding in result.findings for id_ in report.notes.key_issues_of(finding)}
    named |= {id_ for transaction in blocked for id_ in transaction.key_issues}
    return replace(
        report,
        results=results,
        verdict=batch.verdict,
        batches=(batch,),
        blocked_transactions=blocked,
        blocked=replace(batch.blocked, findings=sum(len(result.findings) for result in results)),
        key_issues=tuple(_issue_in(batch, issue, blocked) for issue in report.key_issues if issue.id in named or issue.gates),
        tie_out=tuple(row for row in report.tie_out if row.get("batch") == number),
        work_list=tuple(row for row in report.work_list if row.get("batch") == number),
    )


def _issue_in(batch: Batch, issue: KeyIssue, blocked: Sequence[BlockedTransaction]) -> KeyIssue:
    """Return the key issue with what it blocks in the batch; `blocked` are the batch's blocked transactions."""
    by_issue = [transaction for transaction in blocked if issue.id in transaction.key_issues]
    alone = [transaction for transaction in by_issue if len(transaction.key_issues) == 1]
    shared = [transaction for transaction in by_issue if len(transaction.key_issues) > 1]
    amount_alone, amount_shared = batch.issues.get(issue.id, (Decimal(0), Decimal(0)))
    return replace(
        issue,
        alone=Cleared(
            findings=issue.alone.findings,
            transactions=len(alone),
            amount=amount_alone,
            unreadable=sum(one.amount is None for one in alone),
        ),
        shared=Cleared(
            findings=issue.shared.findings,
            transactions=len(shared),
            amount=amount_shared,
            unreadable=sum(one.amount is None for one in shared),
        ),
    )
