"""What an audit keeps of a report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from exportready.kinds.account import BY_PATH
from exportready.model.audit import AccountState, Found, Issue, RuleState, Unread
from exportready.model.clock import zone_of
from exportready.model.evidence import Evidence
from exportready.model.report import Expiry, KeyIssue, Notes, Report, RuleResult, Verdict, Waiver
from exportready.policy.expiry import holds_until, lapses


def standing(report: Report, evidence: Evidence, accepted: Sequence[Waiver], digest: str) -> AccountState:
    """How the account stands, its findings aside."""
    at, zone = report.checked_at, zone_of(report.account, report.checked_at)
    read = [source for source in report.sources if source.error is None]
    dates = [source.dated for source in read if source.dated is not None]
    rules = [one.rule for one in report.results]
    return AccountState(
        digest=digest,
        checked_at=at,
        holds_until=holds_until(evidence, rules, accepted, at, zone),
        verdict=report.verdict,
        name=report.account.name or report.company_file,
        phase=report.phase,
        unread=tuple(Unread(one.path, one.error) for one in report.sources if one.error is not None),
        files=len(read),
        undated=len(read) - len(dates),
        oldest=min(dates, default=None),
        newest=max(dates, default=None),
        rules=tuple(_rule(one, report.notes) for one in report.results),
        grades=Counter(one.severity for one in report.findings if one.id not in report.notes.waivers),
        issues=tuple(map(_issue, report.key_issues)),
        waits=report.blocked,
        lapses=tuple(
            one
            for one in lapses(report.results, report.notes.waivers, evidence, at, zone, within=None)
            if not _is_of_the_day(one)
        ),
    )


def _is_of_the_day(one: Expiry) -> bool:
    """An answer that is asked before every export, such as whether the connector is online: it always lapses soon."""
    setting = BY_PATH.get(one.of) if one.what == "answer" else None
    return setting is not None and setting.stays_fresh is not None and setting.stays_fresh <= timedelta(days=1)


def broken(why: str, at: datetime) -> AccountState:
    """Of an account that could not be judged: nobody can say anything about it."""
    return AccountState(digest="", checked_at=at, holds_until=None, verdict=Verdict.CANNOT_TELL, error=why)


def found(report: Report) -> tuple[Found, ...]:
    """Every finding."""
    return tuple(
        Found(
            fingerprint=one.fingerprint,
            rule=result.rule.id,
            severity=one.severity,
            subject=one.subject.key,
            accepted=one.id in report.notes.waivers,
        )
        for result in report.results
        for one in result.findings
    )


def _rule(result: RuleResult, notes: Notes) -> RuleState:
    rule, standing_ = result.rule, [one for one in result.findings if one.id not in notes.waivers]
    worst = min((one.severity for one in standing_), key=lambda grade: grade.rank, default=None)
    accepted = len(result.findings) - len(standing_)
    return RuleState(
        rule=rule.id,
        digest=rule.digest,
        grade=rule.grade,
        outcome=result.outcome,
        untold=result.has_unknowns,
        worst=worst,
        open=len(standing_),
        accepted=accepted,
    )


def _issue(one: KeyIssue) -> Issue:
    transactions = one.alone.transactions + one.shared.transactions
    return Issue(
        id=one.id,
        rule=one.rule,
        code=one.code,
        severity=one.severity,
        message=one.message,
        transactions=transactions,
        amount=one.alone.amount + one.shared.amount,
    )
