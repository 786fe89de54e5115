"""What is shown where, for every format that people read: which problems, in which order, with which steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from msgspec.structs import replace

from exportready.kinds import KINDS
from exportready.kinds.nouns import noun
from exportready.model.clock import zone_of
from exportready.model.report import Finding, Gap, Outcome, Place, Report, RuleResult, Verdict
from exportready.model.rules import Severity
from exportready.reporters import words


def are_many(result: RuleResult) -> bool:
    """There are so many problems that the quicker way pays."""
    fix = result.rule.fix
    return bool(fix.many_steps) and fix.many_above is not None and amount(result) > fix.many_above


def amount(result: RuleResult) -> int:
    """How many records fail, those of a group each for itself."""
    return sum(len(finding.where) if finding.is_group else 1 for finding in result.findings)


def minutes(result: RuleResult) -> int:
    """How long the fix takes in all: once for each object at fault, milder problems aside.

    The quicker way for many takes no longer than the number from which it pays.
    """
    fix, grade = result.rule.fix, worst(result)
    times = len({finding.at_fault for finding in result.findings if finding.severity is grade})
    if fix.many_steps and fix.many_above is not None:
        times = min(times, max(fix.many_above, 1))
    return fix.minutes * max(times, 1)


def worst(result: RuleResult) -> Severity:
    """The grade of its worst problem: a rule all of whose problems are eased is no reason to stop."""
    return min((finding.severity for finding in result.findings), key=_rank, default=result.rule.severity)


def _rank(severity: Severity) -> int:
    return severity.rank


def problems(report: Report, grade: Severity) -> list[RuleResult]:
    """The failed rules of one grade: conditions of the connection first, since they stop everything else, then what most waits on."""
    standing = [_unaccepted(report, result) for result in report.results if result.outcome is Outcome.FAILED]
    failed = [result for result in standing if result.findings and worst(result) is grade]
    waiting = {one.id: one.alone.transactions + one.shared.transactions for one in report.key_issues}

    def held(result: RuleResult) -> int:
        return max(
            (waiting.get(id_, 0) for finding in result.findings for id_ in report.notes.key_issues_of(finding)), default=0
        )

    return sorted(failed, key=lambda result: (result.rule.area not in FIRST, -held(result)))


def _unaccepted(report: Report, result: RuleResult) -> RuleResult:
    """The result with what nobody accepted."""
    return replace(result, findings=tuple(one for one in result.findings if report.notes.waiver(one) is None))


def accepted(report: Report) -> list[tuple[Finding, str]]:
    """What is accepted, with until when, by whom and why."""
    return [
        (one, words.accepted(waiver.expires, waiver.owner, waiver.reason, waiver.ticket))
        for one in report.findings
        if (waiver := report.notes.waiver(one)) is not None
    ]


FIRST = ("connection", "session")
"""Areas of rules without which nothing can be sent."""


def heading(result: RuleResult) -> str:
    """What is wrong: in the rule's words, else in those of its only finding, else what should be so."""
    return result.rule.problem or ("" if _counted(result) else result.findings[0].message) or result.rule.title


def _counted(result: RuleResult) -> bool:
    """The findings have names of their own, or are several."""
    return len(result.findings) != 1 or bool(subject(result, result.findings[0]))


def told(report: Report, result: RuleResult) -> str:
    """The line under the heading: how many records, or who said so; empty where the heading says all."""
    if result.rule.problem:
        return words.sentence(words.records_of(amount(result), _only_kind(result)))
    if heading(result) == result.rule.title:
        return not_so(result)
    answered, note = result.findings[0].told_at, milder(report, worst(result), result.findings[0])
    return "; ".join(filter(None, (words.told_on(local(report, answered)) if answered else "", note)))


def _only_kind(result: RuleResult) -> str | None:
    kinds = {finding.subject.kind for finding in result.findings}
    return kinds.pop() if len(kinds) == 1 else None


def lists(result: RuleResult) -> bool:
    """The findings are listed: the heading does not say it all."""
    return heading(result) != result.findings[0].message


def findings(result: RuleResult) -> list[Finding]:
    """The worst first."""
    return sorted(result.findings, key=lambda finding: finding.severity.rank)


def with_outcome(report: Report, *outcomes: Outcome) -> list[RuleResult]:
    """The rules that ended so."""
    return [result for result in report.results if result.outcome in outcomes]


def untold(report: Report) -> list[RuleResult]:
    """The rules about which something could not be told, failed ones too."""
    return [result for result in report.results if result.untold]


class Need(msgspec.Struct, frozen=True):
    """What one rule lacks of one supply."""

    result: RuleResult
    gaps: tuple[Gap, ...]

    @property
    def why(self) -> str:
        """Why it could not be told, and about which records."""
        reasons = tuple(dict.fromkeys(gap.reason for gap in self.gaps if gap.reason)) or (self.result.reason,)
        named = (gap.subject for gap in self.gaps if gap.subject and not KINDS[gap.kind].sheet)
        subjects = words.for_subjects(dict.fromkeys(named))
        return " ".join(filter(None, ("; ".join(filter(None, reasons)), f"({subjects})" if subjects else "")))


class Supply(msgspec.Struct, frozen=True):
    """One instruction, said once, with every rule that it helps to decide."""

    instruction: str
    needs: tuple[Need, ...]

    @property
    def title(self) -> str:
        """Missing: invoices, invoice lines."""
        kinds = dict.fromkeys(noun(gap.kind, 2) for need in self.needs for gap in need.gaps)
        return words.missing(list(kinds))


def supplies(report: Report) -> list[Supply]:
    """How to supply what was not there, what matters most first. Rules that broke are not here: nobody can supply that."""
    groups: dict[str, dict[str, list[Gap]]] = {}
    results = {result.rule.id: result for result in untold(report) if result.outcome is not Outcome.ERROR}
    for result in sorted(results.values(), key=lambda result: result.rule.severity.rank):
        for gap in result.gaps:
            groups.setdefault(gap.supply, {}).setdefault(result.rule.id, []).append(gap)
        if not result.gaps:
            groups.setdefault("", {})[result.rule.id] = []
    return [
        Supply(instruction, tuple(Need(results[id_], tuple(gaps)) for id_, gaps in needs.items()))
        for instruction, needs in groups.items()
    ]


def verdict(report: Report) -> str:
    """The one answer, in words. One that rests on a part of the rules says so."""
    return verdict_of(report, report.verdict)


def verdict_of(report: Report, one: Verdict) -> str:
    """The same of a batch."""
    told = (words.ARRIVALS if _after(report) else words.VERDICTS)[one]
    is_good = one in (Verdict.READY, Verdict.READY_WITH_WARNINGS)
    return words.NARROWED_VERDICT.format(told) if is_good and narrowed(report) else told


def meaning(report: Report) -> str:
    """What the answer asks of the reader."""
    meanings = words.ARRIVAL_MEANINGS if _after(report) else words.VERDICT_MEANINGS
    if report.verdict is Verdict.CANNOT_TELL and not report.results:
        return words.NOTHING_CHECKED
    if narrowed(report) and report.verdict in (Verdict.READY, Verdict.READY_WITH_WARNINGS):
        return words.NARROWED_MEANING
    return meanings[report.verdict]


def _after(report: Report) -> bool:
    return report.is_after_export


def account(report: Report) -> str:
    """Whose files they are."""
    return report.account.name or words.ACCOUNT_UNNAMED


def _dates(report: Report) -> list[datetime]:
    stated = [source.dated for source in report.sources if source.dated]
    return sorted(local(report, when) for when in ([report.account.taken_at] if report.account.taken_at else stated))


def files(report: Report) -> str:
    """Your files of 20 November 2026."""
    dates = _dates(report)
    return words.your_files(dates[0], dates[-1]) if dates else words.your_files(None, None)


def read(report: Report) -> str:
    """5 files read, 1 not recognised."""
    broken = sum(source.error is not None for source in report.sources)
    return words.files_read(len(report.sources) - broken, broken, len(report.unrecognised))


def narrowed(report: Report) -> str:
    """Only 3 of 7 practices were checked; empty where all were."""
    if not report.left_out and not report.own_rules:
        return ""
    return words.narrowed(len(report.results), report.left_out, own=report.own_rules)


def local(report: Report, when: datetime) -> datetime:
    """By the clock of the office: its time zone, else the offset that account.yaml shows, else that of the check."""
    return when.astimezone(zone_of(report.account, report.checked_at))


def age(report: Report) -> str:
    """How old the oldest of them is; empty where nothing is dated."""
    dates = _dates(report)
    return words.age(report.checked_at - dates[0]) if dates else ""


def to_do(report: Report) -> str:
    """3 things to fix (about 15 minutes), 2 things could not be checked."""
    fix = problems(report, Severity.ERROR)
    look = problems(report, Severity.WARNING)
    told = words.to_do(len(fix), sum(map(minutes, fix)), len(look), len(untold(report)))
    waived = len(accepted(report))
    return f"{told}, {words.counted_accepted(waived)}" if waived else told


def subject(result: RuleResult, finding: Finding) -> str:
    """The record's name; empty where the finding speaks for the whole account or for a group."""
    kind = KINDS.get(finding.subject.kind)
    if kind is not None and (kind.sheet or kind.single):
        return ""
    if finding.is_group or finding.at_fault.kind == "session":
        return ""
    return finding.subject.key


def mend(result: RuleResult, finding: Finding) -> str:
    """The object to mend, where it is another than the record."""
    name = subject(result, finding)
    if not name or not finding.at_fault.key or finding.at_fault.key == finding.subject.key:
        return ""
    return f"{noun(finding.at_fault.kind)} {finding.at_fault.key}"


def not_so(result: RuleResult) -> str:
    """Not so for 12 customers."""
    counted = any(subject(result, finding) for finding in result.findings)
    return words.not_so(amount(result), _only_kind(result), counted=counted)


def milder(report: Report, grade: Severity, finding: Finding) -> str:
    """What sets a finding apart from the worst grade of its rule, and why a waiver of it does not count; else empty."""
    mild = "" if finding.severity is grade else words.MILDER[finding.severity]
    return "; ".join(
        filter(None, (mild, report.notes.refusal(finding), words.KNOWN if report.notes.is_known(finding) else ""))
    )


def effort(result: RuleResult) -> str:
    """About 2 minutes each, about 10 minutes in all."""
    if are_many(result):
        return words.duration(minutes(result))
    return words.effort(result.rule.fix.minutes, minutes(result))


def place(where: Place) -> str:
    """file:line, with the path inside where there is one."""
    location = where.location
    spot = location.path if location.line is None else f"{location.path}:{location.line}"
    return " ".join(filter(None, (spot, location.pointer, f"({where.label})" if where.label else "")))


def contents(records: Iterable[tuple[str, int]]) -> Iterator[str]:
    """412 customers (QuickBooks), and so on, by name."""
    return (words.records(number, kind) for kind, number in sorted(records))
