"""Renders the report for a terminal, for the person who is about to export.

What to do comes first and stays short: the first problems with their steps, one line for each other, what we still need. `verbose`
shows everything. Our own text is ASCII where terminals need it; names are shown as they are in the books.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from exportready.model.display import count, format_time
from exportready.model.evidence import Source
from exportready.model.reasons import Channel
from exportready.model.report import Finding, Outcome, Report, RuleResult, Verdict
from exportready.policy import needed
from exportready.policy.needed import Needed
from exportready.reporters import Options, arrival, key_issues, needs, view, words
from exportready.reporters.lines import BOLD, DIM, VERDICT_COLORS, Lines
from exportready.reporters.office import Card, OfficeView, office_view

MAX_LISTED = 8
"""Maximum number of entries in one list; the HTML page has the rest."""
_MAX_WITH_STEPS = 5
"""Number of problems that the short report shows with their steps."""
_MAX_OPEN = 5
"""Number of questions and of missing files that the short report lists."""


def render(report: Report, options: Options) -> str:
    """Return the verdict, what to do, what we still need, and the counts; with `verbose` everything."""
    if options.audience == "engineer":
        options = replace(options, verbose=max(options.verbose, 1))
    page, office = _Page(options), office_view(report)
    _header(page, report, office)
    if options.audience == "csm":
        _areas(page, report, office)
    _unreadable(page, [source for source in report.sources if source.error is not None])
    _arrival(page, report)
    if options.verbose:
        _everything(page, report, office)
    else:
        _short(page, report, office, options.folder)
    return "\n".join(page.lines) + "\n"


class _Page(Lines):
    """The lines of one report, with its options."""

    def __init__(self, options: Options) -> None:
        super().__init__(options.width, color=options.color)
        self.verbose = options.verbose

    def steps(self, heading: str, steps: Iterable[str]) -> None:
        """Add the numbered steps of a fix under a heading."""
        self.text(f"{heading}:", indent="   ")
        for number, step in enumerate(steps, 1):
            self.text(step, indent="     ", bullet=f"{number}. ")

    def more(self, total: int, indent: str) -> None:
        """Add a line that says how many entries of a list are left out, if any are."""
        if total > MAX_LISTED:
            self.text(words.and_more(total - MAX_LISTED), indent=indent)

    def title(self, text: str) -> None:
        """Add a title after an empty line; unlike a heading, it takes one line."""
        self.blank()
        self.text(f"{text}:", style=BOLD)

    def one_line_each(self, title: str, cards: Sequence[Card], *, start: int = 1) -> None:
        """Add cards under a title, one line for each; the first has the number `start`."""
        if cards:
            self.text(f"{title}:", style=BOLD)
        for number, card in enumerate(cards, start):
            self.text(card.heading, bullet=f"{number}. ")

    def bullets(self, lines: Sequence[str]) -> None:
        """Add the first lines as a list, and how many more there are."""
        for line in lines[:MAX_LISTED]:
            self.text(line, indent="  ", bullet="* ")
        self.more(len(lines), indent="    ")


def _header(page: _Page, report: Report, office: OfficeView) -> None:
    verdict = f"{view.verdict(report)} - {view.account_name(report)}, {view.files_and_age(report)}"
    page.text(verdict, style=f"{BOLD};{VERDICT_COLORS[report.verdict]}")
    if report.verdict is not Verdict.NOT_READY or report.is_after_export or page.verbose:
        page.text(view.meaning(report))
    page.text(f"{office.to_do}." if report.sources else f"{office.to_do}. {view.files_read(report)}.")
    if view.narrowed(report):
        page.text(f"{view.narrowed(report)}.")
    batches = key_issues.batch_lines(report)
    if batches and (len(batches) > 1 or key_issues.shown_issues(report) or any(batch.unreadable for batch in report.batches)):
        for line in batches[:MAX_LISTED]:
            page.text(f"Batch {line}")
        page.more(len(batches), indent="  ")


def _areas(page: _Page, report: Report, office: OfficeView) -> None:
    """Add the outcomes of each area, the worst first, and what changed."""
    from exportready.reporters.csm import csm_view

    csm = csm_view(report, office)
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
    """Add, after the export, what arrived of each batch, the tie-out, and the payments to apply by hand."""
    if report.tie_out:
        page.heading(words.TIE_OUT_TITLE)
        for sentence in arrival.headlines(report):
            page.text(sentence, indent="  ", bullet="! ", style=BOLD)
        rows = arrival.tie_out_rows(report, differing=not page.verbose)
        for batch, type_, *cells in rows:
            named = zip(words.TIE_OUT[2:], cells, strict=True)
            sums = "; ".join(f"{head}: {cell}" for head, cell in named if cell != words.NONE)
            page.text(f"{batch}, {type_}: {sums}", bullet="  * ")
        if len(rows) < len(report.tie_out):
            page.text(words.others_match(len(report.tie_out) - len(rows)), indent="  ")
    if report.work_list:
        page.heading(words.WORK_LIST_TITLE)
        page.text(words.WORK_LIST_INTRO, indent="  ")
        page.text(words.WORK_LIST_FILE, indent="  ")
        for customer, *cells in arrival.short_work_list_rows(report)[:MAX_LISTED]:
            named = zip(words.SHORT_WORK_LIST[1:], cells, strict=True)
            page.text(
                f"{customer}. " + ". ".join(f"{head}: {cell}" for head, cell in named if cell), indent="  ", bullet="[ ] "
            )
        page.more(len(report.work_list), indent="      ")


# -- short


def _short(page: _Page, report: Report, office: OfficeView, folder: str) -> None:
    with_steps = office.fix[:_MAX_WITH_STEPS]
    if with_steps:
        page.title(words.FIX_FIRST)
    for number, card in enumerate(with_steps, 1):
        page.text(card.heading, bullet=f"{number}. ", style=BOLD)
        remarks = (card.brief_impact or card.subheading, card.remark, f"{card.fix.who}, {card.effort}")
        page.text(_sentences(remarks), indent="   ")
        steps = card.fix.many_steps if card.result and view.uses_many_steps(card.result) else card.fix.steps
        for at, step in enumerate(steps, 1):
            page.text(step, indent="     ", bullet=f"{at}. ")
    page.one_line_each(words.ALSO_FIX, office.fix[_MAX_WITH_STEPS:], start=_MAX_WITH_STEPS + 1)
    page.one_line_each(words.CLEARS_ITSELF, office.clears)
    if not office.fix:
        page.one_line_each(words.LOOK_AT_THESE, office.look)
    _accepted(page, report)
    _doubles(page, report)
    _unrecognized(page, report)
    _still_needed(page, report, office, folder)
    left_out = [count(len(office.look), "item") + " to review"] if office.fix and office.look else []
    page.text(words.more_with_verbose(left_out))
    _tally(page, report)


def _sentences(parts: Iterable[str]) -> str:
    """Return the parts that aren't empty as sentences."""
    return ". ".join(words.sentence(part).rstrip(".") for part in parts if part) + "."


def _still_needed(page: _Page, report: Report, office: OfficeView, folder: str) -> None:
    """Add the questions to answer and the files that are missing, each in one line, and the rules that broke."""
    broken_rules, still = view.with_outcome(report, Outcome.ERROR), office.needed
    if not (still.ways or broken_rules):
        return
    page.title(words.STILL_OPEN)
    for way in still.ways:
        if way.channel is Channel.INTEGRATOR:
            continue
        page.text(f"{needs.heading(way)}. {needs.worth(way)}:", indent="  ")
        lines = list(_lines_of(way.channel, still))
        for line in lines[:_MAX_OPEN]:
            page.text(line, indent="  ", bullet="* " if way.channel is Channel.EXPORT else "? ")
        if len(lines) > _MAX_OPEN:
            page.text(words.more(len(lines) - _MAX_OPEN), indent="    ")
    if still.only_integrator:
        page.text(words.from_integrator(dict.fromkeys(map(needs.what, still.only_integrator))), indent="  ", bullet="* ")
    for result in broken_rules:
        page.text(f"{result.rule.id}: {result.reason.rstrip('.')}. {words.OUR_FAULT}", indent="  ", bullet="! ")
    if still.questions:
        page.text(words.ASK_HINT.format(f"exportready ask {folder}".rstrip()), indent="  ")
    elif still.looks:
        page.text(words.CONFIRM_HINT.format(f"exportready confirm {folder}".rstrip()), indent="  ")


def _lines_of(channel: Channel, still: Needed) -> Iterator[str]:
    """Yield what is needed through one channel, one line each."""
    if channel is Channel.ASK:
        yield from (f"{one.question.text} ({one.hint})" if one.hint else one.question.text for one in still.questions)
    elif channel is Channel.CONFIRM:
        yield from (one.confirm.question for one in still.looks)
    else:
        yield from (f"{needs.title(one)}. {one.instruction or words.NO_INSTRUCTION}." for one in still.exports)


# -- everything


def _everything(page: _Page, report: Report, office: OfficeView) -> None:
    _key_issues(page, report)
    for title, cards in (
        (words.FIX_FIRST, office.fix),
        (words.CLEARS_ITSELF, office.clears),
        (words.LOOK_AT_THESE, office.look),
        (words.GOOD_TO_KNOW, office.know),
    ):
        if cards:
            page.heading(title)
        for number, card in enumerate(cards, 1):
            if number > 1:
                page.blank()
            _card(page, report, number, card)
    _accepted(page, report)
    _doubles(page, report)
    _unrecognized(page, report)
    _not_checked(page, report)
    _passed_or_not_applicable(page, report)
    _files(page, report)
    page.blank()
    _tally(page, report)


def _key_issues(page: _Page, report: Report) -> None:
    """Add the key issues in the order in which to fix them, and what each blocks."""
    rows = key_issues.key_issue_rows(report, None if page.verbose > 1 else key_issues.MAX_LISTED)
    if not rows:
        return
    page.heading(words.BLOCKING_TITLE)
    if key_issues.total_impact(report):
        page.text(key_issues.total_impact(report), style=BOLD)
    for number, row in enumerate(rows, 1):
        page.text(row.issue.message, bullet=f"{number}. ", style=BOLD, tag=f"[{row.issue.id}]")
        page.text(_sentences((row.impact, row.remark)), indent="   ")
        if row.example:
            page.text(row.example, indent="   ", bullet="> ")
    not_listed = len(key_issues.shown_issues(report)) - len(rows)
    if not_listed:
        page.text(words.and_more(not_listed), indent="   ")
    for error in report.stale_errors[:MAX_LISTED]:
        page.text(f"{words.STALE}: {error}", bullet="* ")


def _card(page: _Page, report: Report, number: int, card: Card) -> None:
    result = card.result
    page.text(card.heading, bullet=f"{number}. ", style=BOLD, tag=f"[{result.rule.id}]" if result else "")
    clears_with = f"{words.CLEARS_ITSELF} {words.WHEN_FIXED}: {card.clears_with}" if card.clears_with else ""
    if card.subheading or card.impact or card.remark or clears_with:
        page.text(_sentences((card.subheading, card.impact, card.remark, clears_with)), indent="   ")
    if result is not None:
        for finding in view.worst_first(result)[:MAX_LISTED]:
            _finding(page, report, result, finding)
        page.more(len(result.findings), indent="       ")
        if result.has_unknowns:
            page.text(words.partly(result.undecided), indent="   ")
    if card.why:
        page.text(f"{words.WHY}: {card.why}", indent="   ")
    page.text(f"{words.WHO}: {card.fix.who}, {card.effort}", indent="   ")
    if result is not None and view.uses_many_steps(result):
        page.steps(words.because_many(view.record_count(result)), card.fix.many_steps)
        page.steps(words.ONE_BY_ONE, card.fix.steps)
    else:
        page.steps(words.DO_THIS, card.fix.steps)


def _finding(page: _Page, report: Report, result: RuleResult, finding: Finding) -> None:
    name = view.record_name(result, finding)
    message = finding.message if name in finding.message else f"{name}: {finding.message}"
    remark = view.finding_remark(report, view.worst_severity(result), finding)
    page.text(f"{message} ({remark})" if remark else message, indent="     ", bullet="* ")
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


def _doubles(page: _Page, report: Report) -> None:
    """Add the files with records that another file has too, and which of them counts."""
    doubles = view.doubles(report)
    if doubles:
        page.heading(words.DOUBLES)
    for note in doubles:
        page.text(note, indent="  ", bullet="* ")


def _not_checked(page: _Page, report: Report) -> None:
    """Add what is still needed and which rules need it, and the rules that broke."""
    supplies = needed.supplies(report.results)
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
            page.text(need.result.rule.title, indent="     ", bullet="* ", tag=f"[{need.result.rule.id}]")
            page.text(needs.why(need), indent="       ")
    for result in broken_rules:
        page.blank()
        page.text(result.rule.title, bullet="! ", style=BOLD, tag=f"[{result.rule.id}]")
        page.text(f"{result.reason.rstrip('.')}. {words.OUR_FAULT}", indent="  ")


def _passed_or_not_applicable(page: _Page, report: Report) -> None:
    for heading, results in (
        (words.CHECKED_FINE, view.passed(report)),
        (words.CONFIRMED, view.confirmed(report)),
        (words.DOES_NOT_APPLY, view.with_outcome(report, Outcome.NOT_APPLICABLE)),
    ):
        if results:
            page.heading(heading)
        for result in results:
            page.text(result.rule.title, indent="  ", bullet="* ", tag=f"[{result.rule.id}]")
            page.text(result.reason, indent="    ")


def _files(page: _Page, report: Report) -> None:
    readable = [source for source in report.sources if source.error is None]
    if readable:
        page.heading(words.FILES_READ)
    for source in readable:
        dated = format_time(view.local_time(report, source.dated)) if source.dated else words.UNDATED
        contents = "; ".join(view.format_contents(source.records.items())) or words.NOTHING
        page.text(f"{source.path} ({dated}): {contents}", indent="  ", bullet="* ")
        for note in source.notes:
            page.text(note, indent="    ")


def _tally(page: _Page, report: Report) -> None:
    files = f"{view.files_read(report)}. {words.made_by(report.version)}"
    passed, confirmed = len(view.passed(report)), view.confirmed_by(report)
    not_applicable = len(view.with_outcome(report, Outcome.NOT_APPLICABLE))
    page.text(f"{words.tally(passed, not_applicable, confirmed)} {files}" if passed + not_applicable or confirmed else files)
