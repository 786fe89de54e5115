"""The customer-success manager's view: outcomes by area, what changed, what expires soon, and a message to the customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from exportready.kinds import KINDS
from exportready.kinds.nouns import noun
from exportready.model.changes import CHANGE_KEYS, Changes, PastFinding
from exportready.model.display import format_date, format_time
from exportready.model.reasons import Channel
from exportready.model.report import Expiry, Gap, Outcome, Report, RuleResult, Verdict
from exportready.policy.needed import Supply
from exportready.reporters import view, words
from exportready.reporters.engineer import LOOK_BY_SEVERITY
from exportready.reporters.office import Card, OfficeView, numbered

LOOKS = ("fix", "look", "know", "unknown", "fine", "none")
"""The looks of rules, in the order of `words.AREA_HEADS`. A look is the CSS class that gives a result its color and icon."""
_RANKED_LOOKS = 4
"""Number of looks, from the first, by which areas are ordered: all but `fine` and `none`."""


class Area(msgspec.Struct, frozen=True):
    """A row of the table of areas. A rule that failed and has unknowns too counts as both."""

    name: str
    counts: tuple[int, ...]
    """Number of rules with each of `LOOKS`."""
    bar: tuple[tuple[str, float, float], ...]
    """(look, start, width) in percent."""


class ChangedFindings(msgspec.Struct, frozen=True):
    """The findings of one kind of change."""

    title: str
    findings: tuple[PastFinding, ...]


class CsmView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole view."""

    areas: tuple[Area, ...]
    decided: str
    decided_percent: float
    """Rules that were decided, of those that apply or were left out."""
    since: str
    """Since when the changes are; empty without an earlier result."""
    changes: tuple[ChangedFindings, ...]
    confirmations: tuple[str, ...]
    """What happened to what people confirmed."""
    drift: tuple[str, ...]
    """Settings that changed."""
    expiring: tuple[tuple[str, str, str], ...]
    """Rows under the headings `words.EXPIRY_HEADS`."""
    message: str
    """To be sent to the customer as it is."""


def csm_view(report: Report, office: OfficeView) -> CsmView:
    """Return the report for a customer-success manager."""
    applicable = [result for result in report.results if result.outcome is not Outcome.NOT_APPLICABLE]
    decided = sum(not result.has_unknowns for result in applicable)
    asked = len(applicable) + len(report.left_out)
    changes = report.changes
    return CsmView(
        areas=tuple(_areas(report)),
        decided=words.decided(decided, len(applicable), len(report.left_out)),
        decided_percent=100 * decided / asked if asked else 0.0,
        since=_since(report, changes) if changes else "",
        changes=tuple(_changed_findings(changes)) if changes else (),
        confirmations=tuple(map(words.changed_confirmation, changes.confirmations)) if changes else (),
        drift=tuple(words.drifted(drift.setting, drift.old, drift.new) for drift in changes.drift) if changes else (),
        expiring=tuple(_expiry_row(report, expiry) for expiry in report.expiring),
        message=_message(report, office),
    )


def _expiry_row(report: Report, expiry: Expiry) -> tuple[str, str, str]:
    until, kind = view.local_time(report, expiry.until), words.EXPIRY_KINDS.get(expiry.what, expiry.what)
    if expiry.what != "waiver":
        return format_time(until), kind, expiry.name
    # The waiver itself has the rule's title, which says how it should be; people read the problem that they accepted.
    failed = (result for result in report.results if result.rule.title == expiry.name and result.findings)
    return format_date(until), kind, next(map(view.heading, failed), expiry.name)


# -- areas


def rule_look(report: Report, result: RuleResult) -> str:
    """Return the look of a rule: that of its worst open finding, else `unknown` if anything about it is unknown."""
    open_severities = [finding.severity for finding in result.findings if report.notes.waiver(finding) is None]
    if open_severities:
        return LOOK_BY_SEVERITY[min(open_severities, key=lambda severity: severity.rank)]
    if result.has_unknowns:
        return "unknown"
    return {Outcome.PASSED: "fine", Outcome.NOT_APPLICABLE: "none", Outcome.FAILED: "know"}.get(result.outcome, "unknown")


def _areas(report: Report) -> list[Area]:
    """Return the areas, the worst first."""
    looks_by_area: dict[str, list[str]] = {}
    for result in report.results:
        looks = looks_by_area.setdefault(result.rule.area, [])
        look = rule_look(report, result)
        looks.append(look)
        looks += ["unknown"] if result.has_unknowns and look != "unknown" else []
    areas = [
        _area(words.AREAS.get(name, words.sentence(name)), [looks.count(look) for look in LOOKS])
        for name, looks in looks_by_area.items()
    ]
    return sorted(areas, key=lambda area: ([-count for count in area.counts[:_RANKED_LOOKS]], area.name))


def _area(name: str, counts: Sequence[int]) -> Area:
    total, before, bar = sum(counts), 0, []
    for look, count in zip(LOOKS, counts, strict=True):
        if count:
            bar.append((look, round(100 * before / total, 2), round(100 * count / total, 2)))
            before += count
    return Area(name, tuple(counts), tuple(bar))


# -- changes


def _since(report: Report, changes: Changes) -> str:
    when = view.local_time(report, datetime.fromisoformat(changes.old_checked_at))
    now = view.verdict_of(report, Verdict(changes.new_verdict))
    if changes.old_verdict == changes.new_verdict:
        return words.unchanged_since(when, now)
    before = words.verdicts(after_export=report.is_after_export)[Verdict(changes.old_verdict)]
    return words.changed_since(when, before, now)


def _changed_findings(changes: Changes) -> Iterator[ChangedFindings]:
    """Yield the kinds of change that occurred; findings that did not change are left out."""
    for title, part in zip(words.DIFFERENCES, CHANGE_KEYS, strict=False):
        findings = getattr(changes, part)
        if findings:
            yield ChangedFindings(title, findings)


# -- message


def _message(report: Report, office: OfficeView) -> str:
    """Return a message that the customer can act on: it mentions no files to edit, commands or API paths."""
    dates = [when.date() for when in view.file_dates(report)]
    greeting = words.message_for_customer(
        dates[0] if dates else None,
        dates[-1] if dates else None,
        view.verdict(report),
        after_export=report.is_after_export,
    )
    tasks = to_do(report, office)
    narrowed = [words.MESSAGE_NARROWED] if view.narrowed(report) else []
    is_fine = not tasks and not narrowed and report.verdict is Verdict.READY
    fine = words.MESSAGE_DONE if report.is_after_export else words.MESSAGE_FINE
    ending = fine if is_fine else words.MESSAGE_END
    return "\n\n".join([greeting, *narrowed, *filter(None, [tasks]), ending])


def to_do(report: Report, office: OfficeView) -> str:
    """Return what to ask the customer for: problems to fix, questions to answer, files to send. Empty if there is nothing."""
    unreadable = [source.path for source in report.sources if source.error is not None]
    parts = [
        numbered(words.MESSAGE_UNREADABLE, unreadable, len(unreadable)),
        numbered(words.MESSAGE_FIX, list(map(_task, office.fix)), len(office.fix)),
        numbered(words.MESSAGE_LOOK, [card.heading for card in office.look]),
        numbered(words.MESSAGE_CONFIRM, [asked.question.text for asked in office.needed.questions]),
        numbered(
            words.MESSAGE_LOOK_YOURSELF, [look.confirm.question for look in office.needed.looks], len(office.needed.looks)
        ),
        numbered(words.MESSAGE_SUPPLY, _requests((*office.needed.exports, *office.needed.only_integrator))),
    ]
    return "\n\n".join(filter(None, parts))


_MAX_NAMES = 3


def _task(card: Card) -> str:
    """Return a problem with the records that have it: "Some invoices have no date: 58257, 58260 and 2 more (office manager, ...)"."""
    names = list(
        dict.fromkeys(row.name for row in card.rows if row.name)
    )  # a record that fails two checks of a rule has two rows
    more = len(names) + card.not_listed - _MAX_NAMES
    named = ", ".join(names[:_MAX_NAMES]) + (f" and {more:,} more" if more > 0 else "")
    return f"{card.heading}{f': {named}' if named else ''} ({card.fix.who}, {card.effort})"


def _requests(supplies: Sequence[Supply]) -> list[str]:
    """Return what the customer should send, as names of records: the instructions are for people who have our files."""
    needs_api_by_request: dict[tuple[str, tuple[str, ...]], bool] = {}
    for supply in supplies:
        kinds = list(dict.fromkeys(filter(None, map(_kind_to_send, supply.gaps))))
        if kinds:
            request = words.system(kinds[0]), tuple(dict.fromkeys(noun(kind, 2) for kind in kinds))
            needs_api_by_request[request] = all(gap.channel is Channel.INTEGRATOR for gap in supply.gaps)
    return [
        words.request_to_customer(contents, program, needs_api=needs_api)
        for (program, contents), needs_api in needs_api_by_request.items()
    ]


def _kind_to_send(gap: Gap) -> str:
    """Return the kind of record that fills a gap, for a derived kind the one that it mostly comes from; empty for answers."""
    if gap.channel is Channel.ASK:
        return ""
    kind = KINDS[gap.kind]
    if words.system(kind.name):
        return kind.name
    same_files = [other.name for other in KINDS.values() if words.system(other.name) and other.supply == kind.supply]
    same_noun = [name for name in same_files if noun(name) == noun(kind.name)]
    return next(iter(same_noun or same_files), "")
