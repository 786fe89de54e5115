"""The result on a terminal, for the person who is about to export. ASCII of our own; names are as they are in the books."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from exportready.model.evidence import Source
from exportready.model.fix import fix_steps, many_steps
from exportready.model.report import Finding, Outcome, Report, RuleResult
from exportready.model.rules import Severity
from exportready.reporters import Options, arrival, key_issues, view, words
from exportready.reporters.lines import BOLD, DIM, VERDICT_COLORS, Lines

LISTED = 8
"""So many records a rule; the page lists the rest."""


def render(report: Report, options: Options) -> str:
    """The verdict first, then what to do about it, then what was looked at."""
    if options.audience == "engineer":
        options = replace(options, verbose=max(options.verbose, 1))
    page = _Page(options)
    _head(page, report)
    if options.audience == "csm":
        _areas(page, report)
    broken = [source for source in report.sources if source.error is not None]
    if broken:
        _broken(page, broken)
    _arrived(page, report)
    _first(page, report)
    for severity in Severity:
        cards = view.problems(report, severity)
        if cards:
            page.heading(words.SECTIONS[severity])
            for number, result in enumerate(cards, 1):
                _problem(page, report, number, result)
    _accepted(page, report)
    _unrecognised(page, report)
    _not_checked(page, report)
    if options.verbose:
        _passed_over(page, report)
        _files(page, report)
    _foot(page, report)
    return "\n".join(page.lines) + "\n"


class _Page(Lines):
    """The lines of one report, with how it is to be seen."""

    def __init__(self, options: Options) -> None:
        super().__init__(options.width, color=options.color)
        self.options = options

    def steps(self, heading: str, steps: Iterable[str]) -> None:
        self.text(f"{heading}:", indent="   ")
        for number, step in enumerate(steps, 1):
            self.text(step, indent="     ", bullet=f"{number}. ")


def _head(page: _Page, report: Report) -> None:
    age = view.oldest_age(report)
    whose = f"{view.account_name(report)}, {view.files_and_dates(report)}" + (f" ({age})" if age else "")
    page.text(f"{view.verdict(report)} - {whose}", style=f"{BOLD};{VERDICT_COLORS[report.verdict]}")
    page.text(view.meaning(report))
    page.text(f"{view.to_do(report)}. {view.files_read(report)}.")
    if view.narrowed(report):
        page.text(f"{view.narrowed(report)}.")


def _areas(page: _Page, report: Report) -> None:
    """How each area stands, the worst first."""
    from exportready.reporters.csm import csm
    from exportready.reporters.office import office

    told = csm(report, office(report))
    page.heading(words.BY_AREA)
    page.text(told.decided)
    for area in told.areas:
        counts = zip(words.AREA_HEADS, area.counts, strict=True)
        page.text(f"{area.name}: " + "; ".join(f"{head} {number}" for head, number in counts if number), bullet="* ")
    for part in told.changes:
        page.heading(f"{part.title} ({len(part.findings)})")
        for one in part.findings[:LISTED]:
            page.text(one.message, indent="  ", bullet="* ")


def _arrived(page: _Page, report: Report) -> None:
    """After the export: the sentence for each batch, the tie-out, and how much is to be applied by hand."""
    if report.tie_out:
        page.heading(words.TIE_OUT_TITLE)
        for sentence in arrival.headlines(report):
            page.text(sentence, indent="  ", bullet="! ", style=BOLD)
        for batch, what, *sides in arrival.tie_out_rows(report):
            told = "; ".join(
                f"{head}: {side}" for head, side in zip(words.TIE_OUT[2:], sides, strict=True) if side != words.NONE
            )
            page.text(f"{batch}, {what}: {told}", bullet="  * ")
    if report.work_list:
        page.heading(words.WORK_LIST_TITLE)
        page.text(words.WORK_LIST_INTRO, indent="  ")
        for row in arrival.short_work_list_rows(report)[:LISTED]:
            cells = [f"{head}: {cell}" for head, cell in zip(words.SHORT_WORK_LIST[1:], row[1:], strict=True) if cell]
            page.text(f"{row[0]}. " + ". ".join(cells), indent="  ", bullet="[ ] ")
        if len(report.work_list) > LISTED:
            page.text(words.and_more(len(report.work_list) - LISTED), indent="      ")


def _first(page: _Page, report: Report) -> None:
    """What to mend first, and what waits on each."""
    rows = key_issues.key_issue_rows(report, None if page.options.verbose > 1 else key_issues.MAX_LISTED)
    batches = key_issues.batch_lines(report)
    if batches and (rows or len(batches) > 1):
        page.heading(words.BATCHES)
        for line in batches[:LISTED]:
            page.text(line, indent="  ", bullet="* ")
        if len(batches) > LISTED:
            page.text(words.and_more(len(batches) - LISTED), indent="    ")
    if not rows:
        return
    page.heading(words.WAITING_TITLE)
    if key_issues.total_impact(report):
        page.text(key_issues.total_impact(report), style=BOLD)
    for number, row in enumerate(rows, 1):
        page.text(row.issue.message, bullet=f"{number}. ", style=BOLD, tag=f"[{row.issue.id}]" if page.options.verbose else "")
        page.text(words.sentence(f"{row.impact}. {row.remark}".strip()), indent="   ")
        if row.example:
            page.text(row.example, indent="   ", bullet="> ")
        if row.has_steps:
            page.text(f"{words.WHO}: {row.issue.fix.who}, {words.duration(row.issue.fix.minutes)}", indent="   ")
            page.steps(words.DO_THIS, row.issue.fix.steps)
    left = len(key_issues.shown_issues(report)) - len(rows)
    if left:
        page.text(words.and_more(left), indent="   ")
    for error in report.stale[:LISTED]:
        page.text(f"{words.STALE}: {error}", bullet="* ")


def _broken(page: _Page, sources: Iterable[Source]) -> None:
    page.heading(words.UNREADABLE)
    for source in sources:
        page.text(f"{source.path}: {source.error_text}", indent="  ", bullet="* ")
    page.text(words.UNREADABLE_INTRO, indent="  ")


def _tag(page: _Page, result: RuleResult) -> str:
    """The rule's name, for those who ask to be told more."""
    return f"[{result.rule.id}]" if page.options.verbose else ""


def _problem(page: _Page, report: Report, number: int, result: RuleResult) -> None:
    rule = result.rule
    if number > 1:
        page.blank()
    page.text(view.heading(result), bullet=f"{number}. ", style=BOLD, tag=_tag(page, result))
    told = view.subheading(report, result)
    lists = view.lists_findings(result) or page.options.verbose
    if told:
        page.text(f"{told}{':' if lists else '.'}", indent="   ")
    if lists:
        for finding in view.worst_first(result)[:LISTED]:
            _finding(page, report, result, finding)
    if len(result.findings) > LISTED:
        page.text(words.and_more(len(result.findings) - LISTED), indent="       ")
    if result.untold:
        page.text(words.partly(result.undecided), indent="   ")
    page.text(f"{words.WHY}: {rule.why}", indent="   ")
    page.text(f"{words.WHO}: {rule.fix.who}, {view.effort(result)}", indent="   ")
    if view.uses_many_steps(result):
        page.steps(words.because_many(view.record_count(result)), many_steps(result))
        page.steps(words.ONE_BY_ONE, fix_steps(result))
    else:
        page.steps(words.DO_THIS, fix_steps(result))


def _finding(page: _Page, report: Report, result: RuleResult, finding: Finding) -> None:
    name = view.record_name(result, finding)
    message = finding.message if name in finding.message else f"{name}: {finding.message}"
    mild = view.finding_remark(report, view.worst_severity(result), finding)
    message += f" ({mild})" if mild else ""
    page.text(message, indent="     ", bullet="* ")
    if page.options.verbose:
        for where in finding.where[:LISTED]:
            page.text(view.format_place(where), indent="       ", style=DIM)
        if len(finding.where) > LISTED:
            page.text(words.and_more(len(finding.where) - LISTED), indent="       ")


def _not_checked(page: _Page, report: Report) -> None:
    supplies = view.supplies(report)
    broke = view.with_outcome(report, Outcome.ERROR)
    if not supplies and not broke:
        return
    page.heading(words.NOT_CHECKED_SUPPLY)
    page.text(words.NOT_CHECKED_INTRO)
    page.blank()
    for number, supply in enumerate(supplies, 1):
        if number > 1:
            page.blank()
        page.text(supply.instruction or words.NO_WAY_KNOWN, bullet=f"{number}. ", style=BOLD)
        page.text(f"{words.NEEDED_FOR}:", indent="   ")
        for need in supply.needs:
            page.text(need.result.rule.title, indent="     ", bullet="* ", tag=_tag(page, need.result))
            page.text(need.why, indent="       ")
    for result in broke:
        page.blank()
        page.text(result.rule.title, bullet="! ", style=BOLD, tag=_tag(page, result))
        page.text(f"{result.reason.rstrip('.')}. {words.FAULT_OF_OURS}", indent="  ")


def _passed_over(page: _Page, report: Report) -> None:
    for heading, outcome in ((words.CHECKED_FINE, Outcome.PASSED), (words.DOES_NOT_APPLY, Outcome.NOT_APPLICABLE)):
        results = view.with_outcome(report, outcome)
        if results:
            page.heading(heading)
        for result in results:
            page.text(result.rule.title, indent="  ", bullet="* ", tag=_tag(page, result))
            page.text(result.reason, indent="    ")


def _accepted(page: _Page, report: Report) -> None:
    waived = view.accepted_findings(report)
    if waived:
        page.heading(words.ACCEPTED_TITLE)
    for finding, told in waived[:LISTED]:
        page.text(f"{finding.message}. {words.sentence(told)}", indent="  ", bullet="* ")
    if len(waived) > LISTED:
        page.text(words.and_more(len(waived) - LISTED), indent="    ")
    for title, remarks in ((words.WAIVERS, report.waiver_remarks), (words.STALE_BASELINE, report.stale_baseline)):
        if remarks:
            page.heading(title)
        for remark in remarks[:LISTED]:
            page.text(remark, indent="  ", bullet="* ")
        if len(remarks) > LISTED:
            page.text(words.and_more(len(remarks) - LISTED), indent="    ")


def _unrecognised(page: _Page, report: Report) -> None:
    if report.unrecognised:
        page.heading(words.UNRECOGNISED)
    for file in report.unrecognised:
        page.text(f"{file.path}: {file.help}", indent="  ", bullet="* ")


def _files(page: _Page, report: Report) -> None:
    read = [source for source in report.sources if source.error is None]
    if read:
        page.heading(words.FILES_READ)
    for source in read:
        dated = words.moment(view.local_time(report, source.dated)) if source.dated else words.UNDATED
        contents = "; ".join(view.format_contents(source.records.items())) or words.NOTHING
        page.text(f"{source.path} ({dated}): {contents}", indent="  ", bullet="* ")
        for note in source.notes:
            page.text(note, indent="    ")


def _foot(page: _Page, report: Report) -> None:
    fine, not_yours = (len(view.with_outcome(report, one)) for one in (Outcome.PASSED, Outcome.NOT_APPLICABLE))
    page.blank()
    if fine + not_yours:
        page.text(words.tally(fine, not_yours))
    page.text(words.made_by(report.version), style=DIM)
