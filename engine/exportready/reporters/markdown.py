"""The result as Markdown, for a chat, a ticket or a comment: the view of whom it is for, and nothing that a name could break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from exportready.model.report import Outcome, Report
from exportready.reporters import Options, arrival, key_issues, view, words
from exportready.reporters.csm import Csm, csm
from exportready.reporters.engineer import Detail, engineer
from exportready.reporters.office import Card, Office, office
from exportready.reporters.text import in_markdown

LISTED = 20
"""So many records, rows or findings; more are in the CSV."""


def render(report: Report, options: Options) -> str:
    """The head, the view of the audience, the foot."""
    for_office = office(report)
    parts = [*_head(report)]
    if options.audience == "csm":
        parts += _csm(report, for_office)
    elif options.audience == "engineer":
        parts += _engineer(report)
    else:
        parts += _office(report, for_office)
    parts += _not_known(report, for_office)
    return "\n\n".join([*parts, "---", words.made_by(report.version)]) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"# {in_markdown(view.verdict(report))}: {in_markdown(view.account_name(report))}"
    age = view.oldest_age(report)
    yield in_markdown(f"{words.sentence(view.files_and_dates(report))}{f', {age}' if age else ''}. {view.files_read(report)}.")
    yield f"**{in_markdown(view.to_do(report))}.** {in_markdown(view.meaning(report))}"
    if view.narrowed(report):
        yield f"**{in_markdown(view.narrowed(report))}.**"
    broken = [source for source in report.sources if source.error is not None]
    if broken:
        yield f"## {words.UNREADABLE}"
        yield _bullets([f"{one.path}: {one.error_text}" for one in broken])
    batches = key_issues.batch_lines(report)
    if batches:
        yield f"## {words.BATCHES}"
        yield _bullets(batches)


def _office(report: Report, one: Office) -> Iterator[str]:
    if report.tie_out:
        yield f"## {words.TIE_OUT_TITLE}"
        yield from map(in_markdown, arrival.headlines(report))
        yield _table(words.TIE_OUT, arrival.tie_out_rows(report))
    if report.work_list:
        yield f"## {words.WORK_LIST_TITLE}"
        yield in_markdown(words.WORK_LIST_INTRO)
        yield _table(words.SHORT_WORK_LIST, arrival.short_work_list_rows(report))
    for title, cards in (
        (words.FIX_FIRST, one.fix),
        (words.CLEARS_ITSELF, one.clears),
        (words.LOOK_AT_THESE, one.look),
        (words.GOOD_TO_KNOW, one.know),
    ):
        if cards:
            yield f"## {title}"
        for number, card in enumerate(cards, 1):
            yield from _card(number, card)
    if one.confirm:
        yield f"## {words.CONFIRM}"
        yield "\n".join(f"- [ ] {in_markdown(each.question)}" for each in one.confirm)


def _card(number: int, card: Card) -> Iterator[str]:
    yield f"### {number}. {in_markdown(card.heading)}"
    told = [
        card.told,
        card.waits,
        card.remark,
        f"{words.CLEARS_ITSELF} {words.WITH}: {card.clears_with}" if card.clears_with else "",
    ]
    if any(told):
        yield in_markdown(". ".join(filter(None, told)))
    if card.why:
        yield f"**{words.WHY}:** {in_markdown(card.why)}"
    steps = card.fix.many_steps if card.result and view.uses_many_steps(card.result) else card.fix.steps
    yield f"**{words.DO_THIS}** ({in_markdown(card.fix.who)}, {card.effort}):"
    yield "\n".join(f"{at}. {in_markdown(step)}" for at, step in enumerate(steps, 1))
    if card.rows and (card.result is None or view.lists_findings(card.result)):
        yield _bullets([row.finding.message for row in card.rows], card.left)


def _csm(report: Report, for_office: Office) -> Iterator[str]:
    one: Csm = csm(report, for_office)
    yield f"## {words.BY_AREA}"
    yield in_markdown(one.decided)
    yield _table((words.AREA, *words.AREA_HEADS), [(area.name, *map(str, area.counts)) for area in one.areas])
    yield f"## {words.CHANGED}"
    yield in_markdown(f"{one.since}." if one.since else words.NO_EARLIER)
    for part in one.changes:
        yield f"### {part.title} ({len(part.findings)})"
        yield _bullets([each.message for each in part.findings])
    if one.drift:
        yield f"### {words.DRIFT} ({len(one.drift)})"
        yield _bullets(one.drift)
    yield f"## {words.LAPSING}"
    yield _table(words.LAPSE_HEADS, one.lapses) if one.lapses else in_markdown(words.NOTHING_LAPSES)
    yield f"## {words.TEXT_FOR_CUSTOMER}"
    yield "\n".join(f"> {in_markdown(line)}".rstrip() for line in one.message.splitlines())


def _engineer(report: Report) -> Iterator[str]:
    one = engineer(report)
    yield f"## {words.FINDINGS_TITLE} ({len(report.findings)})"
    yield _table(words.FINDING_HEADS, map(_detail, one.details), one.left) if one.details else words.NO_FINDINGS


def _detail(one: Detail) -> tuple[str, ...]:
    place = one.places[0].told if one.places else ""
    return one.state, one.finding.severity.value, one.finding.message, place, one.result.rule.id, one.finding.fingerprint


def _not_known(report: Report, one: Office) -> Iterator[str]:
    broke = view.with_outcome(report, Outcome.ERROR)
    if one.supply or broke:
        yield f"## {words.NOT_CHECKED_SUPPLY}"
        told = [
            f"{each.instruction or words.NO_WAY_KNOWN}. {words.NEEDED_FOR}: {'; '.join(need.result.rule.title for need in each.needs)}"
            for each in one.supply
        ]
        yield _bullets([*told, *(f"{each.rule.title}: {each.reason}. {words.FAULT_OF_OURS}" for each in broke)])
    if report.unrecognised:
        yield f"## {words.UNRECOGNISED}"
        yield _bullets([f"{each.path}: {each.help}" for each in report.unrecognised])
    waived = view.accepted_findings(report)
    remarks = [f"{words.WAIVERS}: {each}" for each in report.waiver_remarks]
    remarks += [f"{words.STALE_BASELINE}: {each}" for each in report.stale_baseline]
    if waived or remarks:
        yield f"## {words.ACCEPTED_TITLE}"
        yield _bullets([*(f"{finding.message}. {words.sentence(told)}" for finding, told in waived), *remarks])


def _bullets(lines: Sequence[str], left: int = 0) -> str:
    """A list, which says how many it leaves out."""
    left += max(0, len(lines) - LISTED)
    told = [f"- {in_markdown(line)}" for line in lines[:LISTED]]
    return "\n".join([*told, f"- {words.and_more_of(left)}"] if left else told)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], left: int = 0) -> str:
    listed = list(rows)
    left += max(0, len(listed) - LISTED)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(map(in_markdown, row))} |" for row in listed[:LISTED]]
    return "\n".join(lines) + (f"\n\n{words.and_more_of(left)}" if left else "")
