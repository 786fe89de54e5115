"""Renders the report as Markdown, for a chat, a ticket or a comment: the view of one audience. Names in it can't do harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from exportready.model.reasons import Channel
from exportready.model.report import Outcome, Report
from exportready.reporters import Options, arrival, key_issues, needs, view, words
from exportready.reporters.csm import csm_view
from exportready.reporters.engineer import FindingDetail, engineer_view
from exportready.reporters.office import Card, OfficeView, office_view
from exportready.reporters.text import in_markdown

MAX_LISTED = 20
"""Maximum number of records, rows or findings in one list; the CSV has all."""


def render(report: Report, options: Options) -> str:
    """Return the header, the view of the audience, what was not checked, and the footer."""
    office = office_view(report)
    blocks = [*_header(report, office)]
    if options.audience == "csm":
        blocks += _csm(report, office)
    elif options.audience == "engineer":
        blocks += _engineer(report)
    else:
        blocks += _office(report, office)
    blocks += _not_checked(report, office)
    blocks += _accepted(report)
    return "\n\n".join([*blocks, "---", words.made_by(report.version)]) + "\n"


def _header(report: Report, office: OfficeView) -> Iterator[str]:
    yield f"# {in_markdown(view.verdict(report))}: {in_markdown(view.account_name(report))}"
    age = view.oldest_age(report)
    files = words.sentence(view.files_and_dates(report)) + (f", {age}" if age else "")
    yield in_markdown(f"{files}. {view.files_read(report)}.")
    yield f"**{in_markdown(office.to_do)}.** {in_markdown(view.meaning(report))}"
    if view.narrowed(report):
        yield f"**{in_markdown(view.narrowed(report))}.**"
    unreadable = [source for source in report.sources if source.error is not None]
    if unreadable:
        yield f"## {words.UNREADABLE}"
        yield _bullets([f"{source.path}: {source.error_text}" for source in unreadable])
    batches = key_issues.batch_lines(report)
    if batches:
        yield f"## {words.BATCHES}"
        yield _bullets(batches)


def _office(report: Report, office: OfficeView) -> Iterator[str]:
    if report.tie_out:
        yield f"## {words.TIE_OUT_TITLE}"
        yield from map(in_markdown, arrival.headlines(report))
        yield _table(words.TIE_OUT, arrival.tie_out_rows(report))
    if report.work_list:
        yield f"## {words.WORK_LIST_TITLE}"
        yield in_markdown(words.WORK_LIST_INTRO)
        yield _table(words.SHORT_WORK_LIST, arrival.short_work_list_rows(report))
    for title, cards in (
        (words.FIX_FIRST, office.fix),
        (words.CLEARS_ITSELF, office.clears),
        (words.LOOK_AT_THESE, office.look),
        (words.GOOD_TO_KNOW, office.know),
    ):
        if cards:
            yield f"## {title}"
        for number, card in enumerate(cards, 1):
            yield from _card(number, card)
    for way in office.needed.ways:
        if way.channel in (Channel.ASK, Channel.CONFIRM):
            yield f"## {needs.heading(way)}"
            questions = [one.question.text for one in office.needed.questions]
            looks = [one.confirm.question for one in office.needed.looks]
            yield "\n".join(f"- [ ] {in_markdown(text)}" for text in (questions if way.channel is Channel.ASK else looks))


def _card(number: int, card: Card) -> Iterator[str]:
    yield f"### {number}. {in_markdown(card.heading)}"
    clears_with = f"{words.CLEARS_ITSELF} {words.WHEN_FIXED}: {card.clears_with}" if card.clears_with else ""
    sentences = list(filter(None, (card.subheading, card.impact, card.remark, clears_with)))
    if sentences:
        yield in_markdown(". ".join(sentences))
    if card.why:
        yield f"**{words.WHY}:** {in_markdown(card.why)}"
    steps = card.fix.many_steps if card.result and view.uses_many_steps(card.result) else card.fix.steps
    yield f"**{words.DO_THIS}** ({in_markdown(card.fix.who)}, {card.effort}):"
    yield "\n".join(f"{number}. {in_markdown(step)}" for number, step in enumerate(steps, 1))
    if card.rows and (card.result is None or view.lists_findings(card.result)):
        yield _bullets([row.finding.message for row in card.rows], card.not_listed)


def _csm(report: Report, office: OfficeView) -> Iterator[str]:
    csm = csm_view(report, office)
    yield f"## {words.BY_AREA}"
    yield in_markdown(csm.decided)
    yield _table((words.AREA, *words.AREA_HEADS), [(area.name, *map(str, area.counts)) for area in csm.areas])
    yield f"## {words.CHANGED}"
    yield in_markdown(f"{csm.since}." if csm.since else words.NO_EARLIER)
    for change in csm.changes:
        yield f"### {change.title} ({len(change.findings)})"
        yield _bullets([finding.message for finding in change.findings])
    if csm.confirmations:
        yield f"### {words.CONFIRMATIONS} ({len(csm.confirmations)})"
        yield _bullets(csm.confirmations)
    if csm.drift:
        yield f"### {words.DRIFT} ({len(csm.drift)})"
        yield _bullets(csm.drift)
    yield f"## {words.EXPIRING}"
    yield _table(words.EXPIRY_HEADS, csm.expiring) if csm.expiring else in_markdown(words.NOTHING_EXPIRES)
    yield f"## {words.TEXT_FOR_CUSTOMER}"
    yield "\n".join(f"> {in_markdown(line)}".rstrip() for line in csm.message.splitlines())


def _engineer(report: Report) -> Iterator[str]:
    engineer = engineer_view(report)
    yield f"## {words.FINDINGS_TITLE} ({len(report.findings)})"
    if engineer.details:
        yield _table(words.FINDING_HEADS, map(_finding_row, engineer.details), engineer.not_listed)
    else:
        yield words.NO_FINDINGS


def _finding_row(detail: FindingDetail) -> tuple[str, ...]:
    finding, place = detail.finding, detail.places[0].text if detail.places else ""
    return detail.state, finding.severity.value, finding.message, place, detail.result.rule.id, finding.fingerprint


def _not_checked(report: Report, office: OfficeView) -> Iterator[str]:
    broken_rules = view.with_outcome(report, Outcome.ERROR)
    if office.needed.exports or office.needed.integrator or broken_rules:
        yield f"## {words.NOT_CHECKED_SUPPLY}"
    if office.needed.exports or broken_rules:
        yield _bullets(
            [
                *(
                    f"{supply.instruction or words.NO_INSTRUCTION}. {words.NEEDED_FOR}: "
                    + "; ".join(need.result.rule.title for need in supply.needs)
                    for supply in office.needed.exports
                ),
                *(f"{result.rule.title}: {result.reason}. {words.OUR_FAULT}" for result in broken_rules),
            ]
        )
    if office.needed.integrator:
        yield f"### {words.FOR_INTEGRATOR}"
        yield "\n".join(f"> {in_markdown(line)}".rstrip() for line in office.request.splitlines())
    if doubles := view.doubles(report):
        yield f"## {words.DOUBLES}"
        yield _bullets(doubles)
    if report.unrecognized:
        yield f"## {words.UNRECOGNIZED}"
        yield _bullets([f"{file.path}: {file.help}" for file in report.unrecognized])


def _accepted(report: Report) -> Iterator[str]:
    accepted = [f"{finding.message}. {words.sentence(details)}" for finding, details in view.accepted_findings(report)]
    accepted += [f"{words.WAIVERS}: {remark}" for remark in report.waiver_remarks]
    accepted += [f"{words.STALE_BASELINE}: {entry}" for entry in report.stale_baseline]
    if accepted:
        yield f"## {words.ACCEPTED_TITLE}"
        yield _bullets(accepted)


def _bullets(lines: Sequence[str], not_listed: int = 0) -> str:
    """Return a list, the last entry of which says how many are left out."""
    not_listed += max(0, len(lines) - MAX_LISTED)
    bullets = [f"- {in_markdown(line)}" for line in lines[:MAX_LISTED]]
    return "\n".join([*bullets, f"- {words.and_more_of(not_listed)}"] if not_listed else bullets)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], not_listed: int = 0) -> str:
    """Return a table, followed by a line that says how many rows are left out."""
    all_rows = list(rows)
    not_listed += max(0, len(all_rows) - MAX_LISTED)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(map(in_markdown, row))} |" for row in all_rows[:MAX_LISTED]]
    return "\n".join(lines) + (f"\n\n{words.and_more_of(not_listed)}" if not_listed else "")
