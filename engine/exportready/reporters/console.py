"""Renders the report for a terminal, for the person who is about to export.

Our own text is ASCII; names are shown as they are in the books.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from exportready.model.evidence import Source
from exportready.model.fix import fix_steps, many_steps
from exportready.model.report import Finding, Outcome, Report, RuleResult
from exportready.model.rules import Severity
from exportready.reporters import Options, arrival, key_issues, view, words
from exportready.reporters.lines import BOLD, DIM, VERDICT_COLORS, Lines

MAX_LISTED = 8
"""Maximum number of entries in one list; the HTML page has the rest."""


def render(report: Report, options: Options) -> str:
    """Return the verdict, then what to do, then what was checked."""
    if options.audience == "engineer":
        options = replace(options, verbose=max(options.verbose, 1))
    page = _Page(options)
    _header(page, report)
    if options.audience == "csm":
        _areas(page, report)
    _unreadable(page, [source for source in report.sources if source.error is not None])
    _arrival(page, report)
    _batches(page, report)
    _key_issues(page, report)
    for severity in Severity:
        _problems(page, report, severity)
    _accepted(page, report)
    _unrecognized(page, report)
    _not_checked(page, report)
    if options.verbose:
        _passed_or_not_applicable(page, report)
        _files(page, report)
    _footer(page, report)
    return "\n".join(page.lines) + "\n"


class _Page(Lines):
    """The lines of one report, with its options."""

    def __init__(self, options: Options) -> None:
        super().__init__(options.width, color=options.color)
        self.verbose = options.verbose

    def tag(self, id_: str) -> str:
        """Return an id in brackets; empty unless the report is verbose."""
        return f"[{id_}]" if self.verbose else ""

    def steps(self, heading: str, steps: Iterable[str]) -> None:
        """Add the numbered steps of a fix under a heading."""
        self.text(f"{heading}:", indent="   ")
        for number, step in enumerate(steps, 1):
            self.text(step, indent="     ", bullet=f"{number}. ")

    def more(self, total: int, indent: str) -> None:
        """Add a line that says how many entries of a list are left out, if any are."""
        if total > MAX_LISTED:
            self.text(words.and_more(total - MAX_LISTED), indent=indent)

    def bullets(self, lines: Sequence[str]) -> None:
        """Add the first lines as a list, and how many more there are."""
        for line in lines[:MAX_LISTED]:
            self.text(line, indent="  ", bullet="* ")
        self.more(len(lines), indent="    ")


def _header(page: _Page, report: Report) -> None:
    age = view.oldest_age(report)
    account = f"{view.account_name(report)}, {view.files_and_dates(report)}" + (f" ({age})" if age else "")
    page.text(f"{view.verdict(report)} - {account}", style=f"{BOLD};{VERDICT_COLORS[report.verdict]}")
    page.text(view.meaning(report))
    page.text(f"{view.to_do(report)}. {view.files_read(report)}.")
    if view.narrowed(report):
        page.text(f"{view.narrowed(report)}.")


def _areas(page: _Page, report: Report) -> None:
    """Add the outcomes of each area, the worst first, and what changed."""
    from exportready.reporters.csm import csm_view
    from exportready.reporters.office import office_view

    csm = csm_view(report, office_view(report))
    page.heading(words.BY_AREA)
    page.text(csm.decided)
    for area in csm.areas:
        counts = zip(words.AREA_HEADS, area.counts, strict=True)
        page.text(f"{area.name}: " + "; ".join(f"{head} {count}" for head, count in counts if count), bullet="* ")
    for change in csm.changes:
        page.heading(f"{change.title} ({len(change.findings)})")
        for finding in change.findings[:MAX_LISTED]:
            page.text(finding.message, indent="  ", bullet="* ")


def _unreadable(page: _Page, sources: Sequence[Source]) -> None:
    if not sources:
        return
    page.heading(words.UNREADABLE)
    for source in sources:
        page.text(f"{source.path}: {source.error_text}", indent="  ", bullet="* ")
    page.text(words.UNREADABLE_INTRO, indent="  ")


def _arrival(page: _Page, report: Report) -> None:
    """Add, after the export, the sentences on incomplete batches, the tie-out, and the payments to apply by hand."""
    if report.tie_out:
        page.heading(words.TIE_OUT_TITLE)
        for sentence in arrival.headlines(report):
            page.text(sentence, indent="  ", bullet="! ", style=BOLD)
        for batch, type_, *cells in arrival.tie_out_rows(report):
            named = zip(words.TIE_OUT[2:], cells, strict=True)
            sums = "; ".join(f"{head}: {cell}" for head, cell in named if cell != words.NONE)
            page.text(f"{batch}, {type_}: {sums}", bullet="  * ")
    if report.work_list:
        page.heading(words.WORK_LIST_TITLE)
        page.text(words.WORK_LIST_INTRO, indent="  ")
        for customer, *cells in arrival.short_work_list_rows(report)[:MAX_LISTED]:
            named = zip(words.SHORT_WORK_LIST[1:], cells, strict=True)
            page.text(
                f"{customer}. " + ". ".join(f"{head}: {cell}" for head, cell in named if cell), indent="  ", bullet="[ ] "
            )
        page.more(len(report.work_list), indent="      ")


def _batches(page: _Page, report: Report) -> None:
    """Add the batches, unless there is only one and nothing blocks it."""
    batches = key_issues.batch_lines(report)
    if batches and (len(batches) > 1 or key_issues.shown_issues(report)):
        page.heading(words.BATCHES)
        page.bullets(batches)


def _key_issues(page: _Page, report: Report) -> None:
    """Add the key issues in the order in which to fix them, and what each blocks."""
    rows = key_issues.key_issue_rows(report, None if page.verbose > 1 else key_issues.MAX_LISTED)
    if not rows:
        return
    page.heading(words.BLOCKING_TITLE)
    if key_issues.total_impact(report):
        page.text(key_issues.total_impact(report), style=BOLD)
    for number, row in enumerate(rows, 1):
        page.text(row.issue.message, bullet=f"{number}. ", style=BOLD, tag=page.tag(row.issue.id))
        page.text(words.sentence(f"{row.impact}. {row.remark}".strip()), indent="   ")
        if row.example:
            page.text(row.example, indent="   ", bullet="> ")
        if row.has_steps:
            page.text(f"{words.WHO}: {row.issue.fix.who}, {words.duration(row.issue.fix.minutes)}", indent="   ")
            page.steps(words.DO_THIS, row.issue.fix.steps)
    not_listed = len(key_issues.shown_issues(report)) - len(rows)
    if not_listed:
        page.text(words.and_more(not_listed), indent="   ")
    for error in report.stale_errors[:MAX_LISTED]:
        page.text(f"{words.STALE}: {error}", bullet="* ")


def _problems(page: _Page, report: Report, severity: Severity) -> None:
    results = view.problems(report, severity)
    if results:
        page.heading(words.SECTIONS[severity])
    for number, result in enumerate(results, 1):
        if number > 1:
            page.blank()
        _problem(page, report, number, result)


def _problem(page: _Page, report: Report, number: int, result: RuleResult) -> None:
    rule = result.rule
    page.text(view.heading(result), bullet=f"{number}. ", style=BOLD, tag=page.tag(rule.id))
    subheading = view.subheading(report, result)
    lists_findings = view.lists_findings(result) or page.verbose
    if subheading:
        page.text(f"{subheading}{':' if lists_findings else '.'}", indent="   ")
    if lists_findings:
        for finding in view.worst_first(result)[:MAX_LISTED]:
            _finding(page, report, result, finding)
    page.more(len(result.findings), indent="       ")
    if result.has_unknowns:
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
    remark = view.finding_remark(report, view.worst_severity(result), finding)
    page.text(f"{message} ({remark})" if remark else message, indent="     ", bullet="* ")
    if page.verbose:
        for place in finding.where[:MAX_LISTED]:
            page.text(view.format_place(place), indent="       ", style=DIM)
        page.more(len(finding.where), indent="       ")


def _accepted(page: _Page, report: Report) -> None:
    accepted = [f"{finding.message}. {words.sentence(details)}" for finding, details in view.accepted_findings(report)]
    for title, lines in (
        (words.ACCEPTED_TITLE, accepted),
        (words.WAIVERS, report.waiver_remarks),
        (words.STALE_BASELINE, report.stale_baseline),
    ):
        if lines:
            page.heading(title)
            page.bullets(lines)


def _unrecognized(page: _Page, report: Report) -> None:
    if report.unrecognized:
        page.heading(words.UNRECOGNIZED)
    for file in report.unrecognized:
        page.text(f"{file.path}: {file.help}", indent="  ", bullet="* ")


def _not_checked(page: _Page, report: Report) -> None:
    """Add what is still needed and which rules need it, and the rules that broke."""
    supplies = view.supplies(report)
    broken_rules = view.with_outcome(report, Outcome.ERROR)
    if not supplies and not broken_rules:
        return
    page.heading(words.NOT_CHECKED_SUPPLY)
    page.text(words.NOT_CHECKED_INTRO)
    page.blank()
    for number, supply in enumerate(supplies, 1):
        if number > 1:
            page.blank()
        page.text(supply.instruction or words.NO_INSTRUCTION, bullet=f"{number}. ", style=BOLD)
        page.text(f"{words.NEEDED_FOR}:", indent="   ")
        for need in supply.needs:
            page.text(need.result.rule.title, indent="     ", bullet="* ", tag=page.tag(need.result.rule.id))
            page.text(need.why, indent="       ")
    for result in broken_rules:
        page.blank()
        page.text(result.rule.title, bullet="! ", style=BOLD, tag=page.tag(result.rule.id))
        page.text(f"{result.reason.rstrip('.')}. {words.OUR_FAULT}", indent="  ")


def _passed_or_not_applicable(page: _Page, report: Report) -> None:
    for heading, outcome in ((words.CHECKED_FINE, Outcome.PASSED), (words.DOES_NOT_APPLY, Outcome.NOT_APPLICABLE)):
        results = view.with_outcome(report, outcome)
        if results:
            page.heading(heading)
        for result in results:
            page.text(result.rule.title, indent="  ", bullet="* ", tag=page.tag(result.rule.id))
            page.text(result.reason, indent="    ")


def _files(page: _Page, report: Report) -> None:
    readable = [source for source in report.sources if source.error is None]
    if readable:
        page.heading(words.FILES_READ)
    for source in readable:
        dated = words.moment(view.local_time(report, source.dated)) if source.dated else words.UNDATED
        contents = "; ".join(view.format_contents(source.records.items())) or words.NOTHING
        page.text(f"{source.path} ({dated}): {contents}", indent="  ", bullet="* ")
        for note in source.notes:
            page.text(note, indent="    ")


def _footer(page: _Page, report: Report) -> None:
    passed = len(view.with_outcome(report, Outcome.PASSED))
    not_applicable = len(view.with_outcome(report, Outcome.NOT_APPLICABLE))
    page.blank()
    if passed + not_applicable:
        page.text(words.tally(passed, not_applicable))
    page.text(words.made_by(report.version), style=DIM)
