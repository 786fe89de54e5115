"""Turn the report on one account into the values that an audit saves. Does no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from exportready.kinds.account import BY_PATH
from exportready.model.audit import AccountState, AuditFinding, AuditKeyIssue, RuleState, UnreadFile
from exportready.model.clock import zone_of
from exportready.model.evidence import Evidence
from exportready.model.report import Expiry, KeyIssue, Notes, Report, RuleResult, Verdict, Waiver
from exportready.policy.expiry import expiring, holds_until, waivers_end
from exportready.reporters.csm import to_do
from exportready.reporters.office import office_view


def account_state(report: Report, evidence: Evidence, waivers: Sequence[Waiver], digest: str) -> AccountState:
    """Return the state of a checked account. `digest` identifies what was checked; see `AccountState.digest`."""
    at, zone = report.checked_at, zone_of(report.account, report.checked_at)
    files_read = [source for source in report.sources if source.error is None]
    dates = [source.dated for source in files_read if source.dated is not None]
    rules = [result.rule for result in report.results]
    expiries = expiring(report.results, report.notes.waivers, evidence, at, zone, within=None)
    if report.seen_at is None:
        valid_until = holds_until(evidence, rules, waivers, at, zone)
    else:  # it was judged for the moment of its files, so only the waivers go by the clock
        valid_until = waivers_end(waivers, rules, report.seen_at, zone)
    return AccountState(
        digest=digest,
        checked_at=at,
        valid_until=valid_until,
        verdict=report.verdict,
        name=report.account.name or report.company_file,
        of_files=report.seen_at is not None,
        owner=report.account.owner or "",
        tags=report.account.tags,
        to_do=to_do(report, office_view(report)),
        phase=report.phase,
        unread_files=tuple(UnreadFile(source.path, source.error) for source in report.sources if source.error is not None),
        files_read=len(files_read),
        files_undated=len(files_read) - len(dates),
        oldest_date=min(dates, default=None),
        newest_date=max(dates, default=None),
        rules=tuple(_rule_state(result, report.notes) for result in report.results),
        open_by_severity=Counter(finding.severity for finding in report.findings if finding.id not in report.notes.waivers),
        key_issues=tuple(map(_key_issue, report.key_issues)),
        blocked=report.blocked,
        expiring=tuple(expiry for expiry in expiries if not _is_asked_before_every_export(expiry)),
    )


def _is_asked_before_every_export(expiry: Expiry) -> bool:
    """Return whether it is an answer such as whether the Web Connector is online, which is always about to expire."""
    setting = BY_PATH.get(expiry.of) if expiry.what == "answer" else None
    return setting is not None and setting.stays_fresh is not None and setting.stays_fresh <= timedelta(days=1)


def error_state(error: str, at: datetime) -> AccountState:
    """Return the state of an account that couldn't be checked at all."""
    return AccountState(digest="", checked_at=at, valid_until=None, verdict=Verdict.CANNOT_TELL, error=error)


def audit_findings(report: Report) -> tuple[AuditFinding, ...]:
    """Return every finding of a checked account, accepted ones too."""
    return tuple(
        AuditFinding(
            fingerprint=finding.fingerprint,
            rule=result.rule.id,
            severity=finding.severity,
            subject=finding.subject.key,
            accepted=finding.id in report.notes.waivers,
        )
        for result in report.results
        for finding in result.findings
    )


def _rule_state(result: RuleResult, notes: Notes) -> RuleState:
    open_findings = [finding for finding in result.findings if finding.id not in notes.waivers]
    return RuleState(
        rule=result.rule.id,
        digest=result.rule.digest,
        grade=result.rule.grade,
        outcome=result.outcome,
        has_unknowns=result.has_unknowns,
        worst=min((finding.severity for finding in open_findings), key=lambda severity: severity.rank, default=None),
        open_count=len(open_findings),
        accepted_count=len(result.findings) - len(open_findings),
        confirmed=result.confirmed is not None,
    )


def _key_issue(issue: KeyIssue) -> AuditKeyIssue:
    return AuditKeyIssue(
        id=issue.id,
        rule=issue.rule,
        code=issue.code,
        severity=issue.severity,
        message=issue.message,
        transactions=issue.alone.transactions + issue.shared.transactions,
        amount=issue.alone.amount + issue.shared.amount,
        unreadable=issue.alone.unreadable + issue.shared.unreadable,
    )
