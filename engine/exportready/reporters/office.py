"""What the office is shown: what to fix first and what waits on it, what to confirm, what to supply. Laid out, for any format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from exportready.account.questions import question_for
from exportready.kinds.account import BY_PATH
from exportready.kinds.nouns import noun
from exportready.model.fix import fix_steps, many_steps
from exportready.model.reasons import Channel
from exportready.model.report import Finding, Gap, KeyIssue, Report, RuleResult
from exportready.model.rules import FixSteps, Severity
from exportready.reporters import key_issues, view, words

LISTED = 100
"""So many records a rule are in a page: more, and browsers choke."""
IN_MESSAGE = 8
"""So many things does a message name."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One record that is to be mended."""

    finding: Finding
    name: str
    noun: str
    mend: str
    mild: str
    waits: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do: a practice that fails, or an error of the export that no practice tells of."""

    result: RuleResult | None
    anchor: str
    heading: str
    told: str
    why: str
    fix: FixSteps
    effort: str
    waits: str
    ways: tuple[str, ...]
    """How transactions come to wait on it, an example for each key issue."""
    remark: str
    rows: tuple[Row, ...]
    left: int
    """So many records are not among the rows."""
    holding: int
    """So many transactions wait on it."""
    clears_with: str
    """The key issue with which it goes away; empty where it is to be mended itself."""

    @property
    def is_table(self) -> bool:
        """False where the records have no names of their own: then sentences say it all."""
        return any(row.name for row in self.rows)

    @property
    def is_mixed(self) -> bool:
        """More than one kind of record is among them."""
        return len({row.noun for row in self.rows}) > 1


class Confirm(msgspec.Struct, frozen=True):
    """One question that a person answers by looking."""

    question: str
    why: tuple[str, ...]


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """The whole view."""

    fix: tuple[Card, ...]
    clears: tuple[Card, ...]
    look: tuple[Card, ...]
    know: tuple[Card, ...]
    confirm: tuple[Confirm, ...]
    supply: tuple[view.Supply, ...]
    message: str
    request: str
    """What to ask of whoever has access to ServiceTitan's API; empty where nothing is."""


def office(report: Report) -> Office:
    """The result as the office needs it."""
    laid = _Laid(report)
    cards = {grade: [laid.card(result) for result in view.problems(report, grade)] for grade in Severity}
    fix = [card for card in cards[Severity.ERROR] if not card.clears_with]
    at = next((at for at, card in enumerate(fix) if not _is_condition(card)), len(fix))
    fix[at:] = sorted([*fix[at:], *laid.errors()], key=lambda card: -card.holding)
    confirm, supply = questions(report)
    return Office(
        fix=tuple(fix),
        clears=tuple(card for card in cards[Severity.ERROR] if card.clears_with),
        look=tuple(cards[Severity.WARNING]),
        know=tuple(cards[Severity.INFO]),
        confirm=tuple(confirm),
        supply=tuple(supply),
        message=_message(report, fix, confirm, supply),
        request=_request(supply),
    )


def _is_condition(card: Card) -> bool:
    return card.result is not None and card.result.rule.area in view.FIRST_AREAS


class _Laid:
    """Lays out one report: which key issues a practice has, and what waits on each."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.issues = {one.id: one for one in report.key_issues}
        self.ways = key_issues.longest_chains(report)
        self.waiting: dict[str, set[int]] = {}
        for number, one in enumerate(report.waiting):
            for id_ in one.key_issues:
                self.waiting.setdefault(id_, set()).add(number)

    def card(self, result: RuleResult) -> Card:
        rule, found = result.rule, view.worst_first(result)
        own = [one for one in self.report.key_issues if one.rule == rule.id and self._names(found, one)]
        notes = self.report.notes
        others = [self.issues[id_] for one in found for id_ in notes.key_issues_of(one) if id_ in self.issues]
        grade = view.worst_severity(result)
        rows = tuple(self._row(result, grade, finding, several=len(own) > 1) for finding in found[:LISTED])
        depends = bool(found) and not own and all(map(notes.key_issues_of, found))
        return Card(
            result=result,
            anchor=rule.id.replace("/", "-"),
            heading=view.heading(result),
            told=view.subheading(self.report, result),
            why=rule.why,
            fix=FixSteps(
                who=rule.fix.who,
                minutes=rule.fix.minutes,
                steps=fix_steps(result),
                many_above=rule.fix.many_above,
                many_steps=many_steps(result),
            ),
            effort=view.effort(result),
            waits=self._waits(own),
            ways=tuple(self.ways[one.id] for one in own[:3] if one.id in self.ways and not one.gates),
            remark=" ".join(dict.fromkeys(filter(None, map(key_issues.remark, own)))),
            rows=rows,
            left=len(found) - len(rows),
            holding=len(self._held(own)),
            clears_with=others[0].message if depends and others else "",
        )

    def errors(self) -> Iterator[Card]:
        """The key issues that only an error of the export tells of."""
        for one in key_issues.shown_issues(self.report):
            if not one.rule:
                ways = (self.ways[one.id],) if one.id in self.ways else ()
                waits, held = self._waits([one]), len(self._held([one]))
                effort, anchor = words.duration(one.fix.minutes), f"issue-{one.id}"
                yield Card(
                    result=None,
                    anchor=anchor,
                    heading=one.message,
                    told="",
                    why="",
                    fix=one.fix,
                    effort=effort,
                    waits=waits,
                    ways=ways,
                    remark=key_issues.remark(one),
                    rows=(),
                    left=0,
                    holding=held,
                    clears_with="",
                )

    def _row(self, result: RuleResult, grade: Severity, finding: Finding, *, several: bool) -> Row:
        mine = [self.issues[id_] for id_ in self.report.notes.key_issues_of(finding) if id_ in self.issues]
        own = [one for one in mine if one.rule == result.rule.id]
        waits = key_issues.impact(own[0]) if several and own and _holds(own[0]) else ""
        if not own and mine:
            waits = f"{words.CLEARS_ITSELF.lower()} {words.WITH}: {mine[0].message}"
        return Row(
            finding=finding,
            name=view.record_name(result, finding),
            noun=noun(finding.subject.kind),
            mend=view.object_to_fix(result, finding),
            mild=view.finding_remark(self.report, grade, finding),
            waits=waits,
        )

    def _names(self, found: Sequence[Finding], issue: KeyIssue) -> bool:
        return any(issue.id in self.report.notes.key_issues_of(one) for one in found)

    def _held(self, issues: Sequence[KeyIssue]) -> set[int]:
        return set().union(*(self.waiting.get(one.id, set()) for one in issues))

    def _waits(self, issues: Sequence[KeyIssue]) -> str:
        told = [one for one in issues if _holds(one)]
        if len(told) == 1 or any(one.gates for one in told):
            return words.sentence(key_issues.impact(next((one for one in told if one.gates), told[0])))
        return words.sentence(words.wait_on_these(len(self._held(told)))) if told else ""


def _holds(issue: KeyIssue) -> bool:
    return issue.gates or bool(issue.alone.transactions or issue.shared.transactions)


# -- what is not known


def questions(report: Report) -> tuple[list[Confirm], list[view.Supply]]:
    """What a person can answer by looking, and what has to be exported or asked of somebody."""
    asked: dict[str, list[str]] = {}
    left: list[view.Supply] = []
    for supply in view.supplies(report):
        text = _asks(supply)
        if text:
            asked.setdefault(text, []).extend(need.why for need in supply.needs)
        else:
            left.append(supply)
    return [Confirm(text, tuple(dict.fromkeys(reasons))) for text, reasons in asked.items()], left


def _asks(supply: view.Supply) -> str:
    """Return the question that a supply asks of a person; empty where it asks for a file."""
    asked = [gap.question for gap in _gaps(supply)]
    if not asked or not all(asked):
        return ""
    setting = BY_PATH.get(asked[0])
    return setting.question if setting else question_for(asked[0]).text


def _gaps(supply: view.Supply) -> list[Gap]:
    return [gap for need in supply.needs for gap in need.gaps]


# -- texts to copy


def _message(report: Report, fix: Sequence[Card], confirm: Sequence[Confirm], supply: Sequence[view.Supply]) -> str:
    """What the office sends on when it wants help."""
    head = words.message_for_csm(
        view.account_name(report), view.files_and_dates(report), view.verdict(report), view.to_do(report)
    )
    parts = [
        (words.FIX_FIRST, [f"{card.heading}" + (f" ({card.told})" if card.told else "") for card in fix]),
        (words.CONFIRM, [one.question for one in confirm]),
        (words.NOT_CHECKED, [one.instruction or words.NO_WAY_KNOWN for one in supply]),
    ]
    batches = "\n".join(key_issues.batch_lines(report)[:IN_MESSAGE])
    narrowed = f"{view.narrowed(report)}." if view.narrowed(report) else ""
    return "\n\n".join(filter(None, (head, narrowed, batches, *(listed(title, lines) for title, lines in parts))))


def _request(supply: Sequence[view.Supply]) -> str:
    """Return all that the API gives, to be sent on as it is."""
    wanted = [one.instruction for one in supply if any(Channel.INTEGRATOR in (gap.channel, *gap.also) for gap in _gaps(one))]
    return listed(words.REQUEST, wanted, len(wanted))


def listed(title: str, lines: Sequence[str], limit: int = IN_MESSAGE) -> str:
    """A heading and numbered lines; empty where there are none."""
    told = [f"{number}. {line}" for number, line in enumerate(lines[:limit], 1)]
    told += [words.and_others(len(lines) - limit)] if len(lines) > limit else []
    return "\n".join([title, *told]) if told else ""
