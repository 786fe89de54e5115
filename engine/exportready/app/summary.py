"""What the list of checks shows of a result: its verdict, its numbers, its batches, and until when it is good."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exportready.app.values import BatchInfo, CheckInfo, Counts
from exportready.model.clock import zone_of
from exportready.model.report import Outcome, Report
from exportready.model.rules import Severity
from exportready.reporters import view

if TYPE_CHECKING:
    from exportready.check import Examined


def check_info(report: Report, check_id: str, made: datetime, until: datetime | None, path: Path) -> CheckInfo:
    """Return what the list shows of a check."""
    return CheckInfo(
        id=check_id,
        made=made,
        at=report.checked_at,
        phase=report.phase,
        verdict=view.verdict(report),
        verdict_key=report.verdict.value,
        counts=counts(report),
        batches=tuple(
            BatchInfo(
                number=batch.number,
                name=batch.name,
                verdict=view.verdict_of(report, batch.verdict),
                verdict_key=batch.verdict.value,
                transactions=batch.transactions,
                amount=batch.amount,
            )
            for batch in report.batches
        ),
        good_until=until,
        path=path,
    )


def counts(report: Report) -> Counts:
    """Return the numbers of a report."""
    return Counts(
        to_fix=len(view.problems(report, Severity.ERROR)),
        to_review=len(view.problems(report, Severity.WARNING)),
        open=len(view.with_unknowns(report)),
        ok=len(view.with_outcome(report, Outcome.PASSED)),
        not_applicable=len(view.with_outcome(report, Outcome.NOT_APPLICABLE)),
    )


def good_until(done: Examined) -> datetime | None:
    """Return the first moment at which something that decided a rule gets too old; None if nothing does.

    That is an answer, a confirmation, or a file of which a rule says how old it may be.
    """
    from exportready.policy.expiry import expiring

    report, evidence = done.report, done.evidence
    zone = zone_of(report.account, report.checked_at)
    ends = [
        one.until for one in expiring(report.results, report.notes.waivers, evidence, report.checked_at, zone, within=None)
    ]
    decided = [result for result in report.results if result.outcome in (Outcome.PASSED, Outcome.FAILED)]
    ages = {(kind, age) for result in decided for kind, age in result.rule.max_age.items()}
    dates = [(evidence.dataset(kind).dated, age) for kind, age in ages]
    ends += [dated + age for dated, age in dates if dated is not None and dated + age >= report.checked_at]
    return min(ends, default=None)
