"""One verdict for each batch that waits, and a report narrowed to one batch."""

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
    """The files hold no such batch; the text says which there are."""


def judged(
    loads: Iterable[BatchLoad], results: Sequence[RuleResult], sources: Sequence[Source], notes: Notes
) -> tuple[Batch, ...]:
    """Return each batch with its own verdict. A finding on what a batch does not use does not count for it."""
    return tuple(_judged(load, verdict(of_batch(results, load.number, notes), sources, notes.waivers)) for load in loads)


def _judged(load: BatchLoad, answer: Verdict) -> Batch:
    return Batch(**{name: getattr(load, name) for name in BatchLoad.__struct_fields__}, verdict=answer)


def of_batch(results: Sequence[RuleResult], number: str, notes: Notes) -> tuple[RuleResult, ...]:
    """The results with the findings that count for a batch. Where none is left, the practice holds for it, or cannot be told."""
    return tuple(_of_batch(result, number, notes) for result in results)


def _of_batch(result: RuleResult, number: str, notes: Notes) -> RuleResult:
    left = tuple(one for one in result.findings if number in notes.batches_of(one))
    if left or not result.findings:
        return replace(result, findings=left)
    told = f"nothing of batch {number} is among what fails"
    if not result.has_unknowns:
        return replace(result, findings=(), outcome=Outcome.PASSED, reason=told)
    cause = result.gaps[0].cause if result.gaps else Reason.INCONCLUSIVE
    return replace(result, findings=(), outcome=Outcome.CANNOT_TELL, reason=told, cause=cause)


def narrowed(report: Report, number: str) -> Report:
    """The report of one batch. Raises NoBatch."""
    known = {one.number for one in report.batches}
    number = number.strip("# ")
    if number not in known:
        there = ", ".join(sorted(known, key=lambda one: (len(one), one))) or "none"
        raise NoBatch(f"your files hold no batch {number} (they hold {there})")
    results = of_batch(report.results, number, report.notes)
    (batch,) = (one for one in report.batches if one.number == number)
    blocked = tuple(one for one in report.blocked_transactions if one.batch == number)
    named = {id_ for result in results for one in result.findings for id_ in report.notes.key_issues_of(one)}
    named |= {id_ for one in blocked for id_ in one.key_issues}
    return replace(
        report,
        results=results,
        verdict=batch.verdict,
        batches=(batch,),
        blocked_transactions=blocked,
        blocked=replace(batch.blocked, findings=sum(len(result.findings) for result in results)),
        key_issues=tuple(_of_blocked(one, blocked, batch) for one in report.key_issues if one.id in named or one.gates),
        tie_out=tuple(one for one in report.tie_out if one.get("batch") == number),
        work_list=tuple(one for one in report.work_list if one.get("batch") == number),
    )


def _of_blocked(issue: KeyIssue, blocked: Sequence[BlockedTransaction], batch: Batch) -> KeyIssue:
    """Return the key issue with what it blocks of the batch."""
    mine = [one for one in blocked if issue.id in one.key_issues]
    alone = [one for one in mine if len(one.key_issues) == 1]
    return replace(
        issue,
        alone=Cleared(issue.alone.findings, len(alone), batch.issues.get(issue.id, (Decimal(0), Decimal(0)))[0]),
        shared=Cleared(issue.shared.findings, len(mine) - len(alone), batch.issues.get(issue.id, (Decimal(0), Decimal(0)))[1]),
    )
