"""What every format for people shows of a report: which problems, in which order, with which texts and steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from exportready.kinds import KINDS
from exportready.kinds.nouns import noun
from exportready.model import clock
from exportready.model.clock import zone_of
from exportready.model.evidence import Source
from exportready.model.report import Finding, Outcome, Place, Report, RuleResult, Verdict
from exportready.model.rules import Severity
from exportready.reporters import words

FIRST_AREAS = ("connection", "session")
"""Areas of rules that are shown first: while one of these fails, nothing can be exported."""
_GOOD_VERDICTS = (Verdict.READY, Verdict.READY_WITH_WARNINGS)

# -- problems


def problems(report: Report, severity: Severity) -> list[RuleResult]:
    """Return the failed rules of one severity, without accepted findings.

    The connection and the session come first, then the rules whose key issues block most transactions.
    """
    failed = [_without_accepted(report, result) for result in report.results if result.outcome is Outcome.FAILED]
    chosen = [result for result in failed if result.findings and worst_severity(result) is severity]
    blocked_by_issue = {issue.id: issue.blocked_count for issue in report.key_issues}

    def blocked(result: RuleResult) -> int:
        ids = (id_ for finding in result.findings for id_ in report.notes.key_issues_of(finding))
        return max((blocked_by_issue.get(id_, 0) for id_ in ids), default=0)

    return sorted(chosen, key=lambda result: (result.rule.area not in FIRST_AREAS, -blocked(result)))


def _without_accepted(report: Report, result: RuleResult) -> RuleResult:
    return replace(result, findings=tuple(one for one in result.findings if report.notes.waiver(one) is None))


def worst_severity(result: RuleResult) -> Severity:
    """Return the worst severity of a rule's findings, which may all be milder than the rule; without findings, the rule's own."""
    return min((finding.severity for finding in result.findings), key=_rank, default=result.rule.severity)


def _rank(severity: Severity) -> int:
    return severity.rank


def worst_first(result: RuleResult) -> list[Finding]:
    """Return the findings of a rule, the worst first."""
    return sorted(result.findings, key=lambda finding: finding.severity.rank)


def accepted_findings(report: Report) -> list[tuple[Finding, str]]:
    """Return the accepted findings, each with a text that says until when, by whom and why."""
    return [
        (finding, words.accepted(waiver.expires, waiver.owner, waiver.reason, waiver.ticket))
        for finding in report.findings
        if (waiver := report.notes.waiver(finding)) is not None
    ]


def with_outcome(report: Report, *outcomes: Outcome) -> list[RuleResult]:
    """Return the rules that have one of the outcomes."""
    return [result for result in report.results if result.outcome in outcomes]


def passed(report: Report) -> list[RuleResult]:
    """Return the rules that passed because the files show it."""
    return [result for result in with_outcome(report, Outcome.PASSED) if result.confirmed is None]


def confirmed(report: Report) -> list[RuleResult]:
    """Return the rules that passed because a person confirmed them."""
    return [result for result in with_outcome(report, Outcome.PASSED) if result.confirmed is not None]


def confirmed_by(report: Report) -> str:
    """Return how many rules were confirmed, and by whom: "2 confirmed by the office manager"; empty if none."""
    results = confirmed(report)
    return words.confirmed_by(len(results), dict.fromkeys(one.confirmed.by for one in results if one.confirmed))


def with_unknowns(report: Report) -> list[RuleResult]:
    """Return the rules of which something couldn't be checked, also if they failed."""
    return [result for result in report.results if result.has_unknowns]


# -- one problem


def heading(result: RuleResult) -> str:
    """Return what is wrong: the rule's own words for it, else the message of its only finding, else that the rule isn't met."""
    only_message = "" if _names_records(result) else result.findings[0].message
    return result.rule.problem or only_message or words.not_met(result.rule.title)


def _names_records(result: RuleResult) -> bool:
    """Return whether there are several findings, or the only one is about a record with a name."""
    return len(result.findings) != 1 or bool(record_name(result, result.findings[0]))


def subheading(report: Report, result: RuleResult) -> str:
    """Return the line under the heading: how many records fail, or when it was answered; empty where the heading says all."""
    if any(record_name(result, finding) or finding.is_group for finding in result.findings):
        return words.records_of(record_count(result), _only_kind(result))
    finding = result.findings[0]
    answered = words.answered_on(local_time(report, finding.answered_at)) if finding.answered_at else ""
    return "; ".join(filter(None, (answered, finding_remark(report, worst_severity(result), finding))))


def _only_kind(result: RuleResult) -> str | None:
    kinds = {finding.subject.kind for finding in result.findings}
    return kinds.pop() if len(kinds) == 1 else None


def lists_findings(result: RuleResult) -> bool:
    """Return whether the findings are listed under the heading; not if the heading is the only one's message."""
    return heading(result) != result.findings[0].message


def record_count(result: RuleResult) -> int:
    """Return how many records fail. A group counts with each of its records."""
    return sum(len(finding.where) if finding.is_group else 1 for finding in result.findings)


def uses_many_steps(result: RuleResult) -> bool:
    """Return whether enough records fail that the rule's steps for many are faster."""
    fix = result.rule.fix
    return bool(fix.many_steps) and fix.many_above is not None and record_count(result) > fix.many_above


def fix_minutes(result: RuleResult) -> int:
    """Return how many minutes the whole fix takes: those of the rule for each object at fault.

    Findings milder than the worst don't count. With steps for many, no more objects count than the number from which these pay.
    """
    fix, severity = result.rule.fix, worst_severity(result)
    times = len({finding.at_fault for finding in result.findings if finding.severity is severity})
    if fix.many_steps and fix.many_above is not None:
        times = min(times, max(fix.many_above, 1))
    return fix.minutes * max(times, 1)


def effort(result: RuleResult) -> str:
    """Return how long the fix takes: "about 2 minutes each, about 10 minutes in all"."""
    if uses_many_steps(result):
        return words.duration(fix_minutes(result))
    return words.effort(result.rule.fix.minutes, fix_minutes(result))


# -- one finding


def record_name(result: RuleResult, finding: Finding) -> str:
    """Return the name of the record; empty if the finding is about the whole account or about a group."""
    kind = KINDS.get(finding.subject.kind)
    if kind is not None and (kind.sheet or kind.single):
        return ""
    if finding.is_group or finding.at_fault.kind == "session":
        return ""
    return finding.subject.key


def object_to_fix(result: RuleResult, finding: Finding) -> str:
    """Return the object to fix, "item PIPE-1"; empty if it is the record itself."""
    if not record_name(result, finding) or finding.at_fault.key in ("", finding.subject.key):
        return ""
    return f"{noun(finding.at_fault.kind)} {finding.at_fault.key}"


def finding_remark(report: Report, worst: Severity, finding: Finding) -> str:
    """Return that a finding is milder than the worst of its rule, why its waiver doesn't count, and that the baseline has it."""
    mild = "" if finding.severity is worst else words.MILDER[finding.severity]
    known = words.KNOWN if report.notes.is_known(finding) else ""
    return "; ".join(filter(None, (mild, report.notes.refusal(finding), known)))


def format_place(place: Place) -> str:
    """Return a place as file:line, the path within the file and the label, if known."""
    location = place.location
    file_line = location.path if location.line is None else f"{location.path}:{location.line}"
    return " ".join(filter(None, (file_line, location.pointer, f"({place.label})" if place.label else "")))


# -- the report as a whole


def verdict(report: Report) -> str:
    """Return the report's verdict in words."""
    return verdict_of(report, report.verdict)


def verdict_of(report: Report, verdict: Verdict) -> str:
    """Return a verdict in words: that of the report or of one batch. A good one says if not all rules were checked."""
    has_warnings = bool(problems(report, Severity.WARNING))
    text = words.verdict(verdict, after_export=report.is_after_export, has_warnings=has_warnings)
    if narrowed(report):
        return words.narrowed_verdict(verdict, text, report.scope)
    if is_past(report) and report.seen_at is not None:
        return words.past_verdict(verdict, report.checked_at, report.seen_at, has_warnings=has_warnings)
    return text


def is_past(report: Report) -> bool:
    """Return whether the verdict is about a moment too long ago to export now."""
    return report.seen_at is not None and clock.is_past(report.checked_at, report.seen_at, after_export=report.is_after_export)


def meaning(report: Report) -> str:
    """Return what the verdict means for the reader."""
    meanings = words.ARRIVAL_MEANINGS if report.is_after_export else words.VERDICT_MEANINGS
    if report.verdict is Verdict.CANNOT_TELL and not report.results:
        return words.NOTHING_CHECKED
    if narrowed(report) and report.verdict in _GOOD_VERDICTS:
        return words.NARROWED_MEANING
    if is_past(report) and report.verdict in _GOOD_VERDICTS:
        return words.PAST_MEANING
    return meanings[report.verdict]


def narrowed(report: Report) -> str:
    """Return that only some of the shipped rules were checked, "Only 3 of 7 checks ran"; empty if all were."""
    if not report.left_out and not report.own_rules:
        return ""
    return words.narrowed(len(report.results), report.left_out, own=report.own_rules)


def account_name(report: Report) -> str:
    """Return the account's name, or words for an account without one."""
    return report.account.name or words.ACCOUNT_UNNAMED


def files_and_dates(report: Report) -> str:
    """Return the files with the days of the oldest and the newest: "files exported November 20, 2026"."""
    dates = file_dates(report)
    return words.your_files(dates[0], dates[-1]) if dates else words.your_files(None, None)


def oldest_age(report: Report) -> str:
    """Return how old the oldest file is, "3 days old"; empty if no file is dated."""
    dates = file_dates(report)
    return words.age((report.seen_at or report.checked_at) - dates[0]) if dates else ""


def files_and_age(report: Report) -> str:
    """Return when the files were exported and how long ago: "files exported November 20, 2026 (30 minutes ago)"."""
    age = oldest_age(report)
    return files_and_dates(report) + (f" ({age})" if age else "")


def file_dates(report: Report) -> list[datetime]:
    """Return the account's `takenAt`, or where it has none, the dates of its files in order."""
    taken_at = report.account.taken_at
    dates = [taken_at] if taken_at else [source.dated for source in report.sources if source.dated]
    return sorted(local_time(report, when) for when in dates)


def file_name(source: Source) -> str:
    """Return the name of a file for the office, which never opens the file of its own answers."""
    return words.YOUR_ANSWERS if source.path.rpartition("/")[2] == "account.yaml" else source.path


def doubles(report: Report) -> list[str]:
    """Return which files have the same records, and which of them count, once for each group of files."""
    return list(dict.fromkeys(note for source in report.sources for note in source.doubles))


def files_read(report: Report) -> str:
    """Return how many files were read: "We read 5 files; didn't recognize 1"."""
    unreadable = sum(source.error is not None for source in report.sources)
    return words.files_read(len(report.sources) - unreadable, unreadable, len(report.unrecognized))


def format_contents(records: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Yield how many records of each kind a file has, "412 customers (QuickBooks)", by kind."""
    return (words.records(number, kind) for kind, number in sorted(records))


def local_time(report: Report, when: datetime) -> datetime:
    """Return a time by the account's clock."""
    return when.astimezone(zone_of(report.account, report.checked_at))
