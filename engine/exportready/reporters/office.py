"""The office's view: what to fix first and what it blocks, what to confirm, what to supply, and texts to copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from exportready.kinds.nouns import noun
from exportready.model.fix import fix_steps, many_steps
from exportready.model.report import Finding, KeyIssue, Report, RuleResult
from exportready.model.rules import FixSteps, Severity
from exportready.policy.needed import Needed, needed
from exportready.reporters import key_issues, needs, view, words

MAX_LISTED = 100
"""Maximum number of records listed of one rule; with more, browsers become slow."""
MAX_IN_MESSAGE = 8
"""Maximum number of items listed in one message."""
_MAX_EXAMPLES = 3


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One record to fix."""

    finding: Finding
    name: str
    noun: str
    object_to_fix: str
    """Empty if it is the record itself."""
    remark: str
    impact: str
    """What its own key issue blocks, or with which one it clears; empty where the card says it."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do: a failed rule, or a key issue that only an export error reported."""

    result: RuleResult | None
    anchor: str
    heading: str
    subheading: str
    why: str
    fix: FixSteps
    effort: str
    impact: str
    """What it blocks, in words."""
    brief_impact: str
    """The same without saying whether other problems block it too."""
    examples: tuple[str, ...]
    """How it blocks a transaction, one example for each key issue."""
    remark: str
    rows: tuple[Row, ...]
    not_listed: int
    """Number of records that are not among the rows."""
    blocked: int
    """Number of transactions that it blocks."""
    clears_with: str
    """The key issue with which it goes away; empty if it has to be fixed itself."""

    @property
    def is_table(self) -> bool:
        """Return whether some records have names. Otherwise their messages are listed, not a table."""
        return any(row.name for row in self.rows)

    @property
    def is_mixed(self) -> bool:
        """Return whether the records are of more than one kind."""
        return len({row.noun for row in self.rows}) > 1


class OfficeView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole view."""

    fix: tuple[Card, ...]
    clears: tuple[Card, ...]
    """What should clear once the rest is fixed."""
    look: tuple[Card, ...]
    know: tuple[Card, ...]
    needed: Needed
    """What is still needed, by channel."""
    to_do: str
    """The numbers of things to do: "3 problems to fix (about 15 minutes), 2 checks still need information"."""
    message: str
    """To be sent to the customer-success manager as it is."""
    request: str
    """To send to the integrator, with everything that an integrator could supply; empty if nothing is needed from one."""


def office_view(report: Report) -> OfficeView:
    """Return the report for the office.

    In `fix`, the connection and the session come first, then what blocks most transactions.
    """
    cards = _Cards(report)
    by_severity = {severity: [cards.of_rule(result) for result in view.problems(report, severity)] for severity in Severity}
    errors = [card for card in by_severity[Severity.ERROR] if not card.clears_with]
    conditions = [card for card in errors if _is_condition(card)]
    others = [*(card for card in errors if not _is_condition(card)), *cards.of_export_errors()]
    fix = [*conditions, *sorted(others, key=lambda card: -card.blocked)]
    still = needed(report)
    to_do = _to_do(report, fix, len(by_severity[Severity.WARNING]))
    return OfficeView(
        fix=tuple(fix),
        clears=tuple(card for card in by_severity[Severity.ERROR] if card.clears_with),
        look=tuple(by_severity[Severity.WARNING]),
        know=tuple(by_severity[Severity.INFO]),
        needed=still,
        to_do=to_do,
        message=_message(report, to_do, fix, still),
        request=_request(still),
    )


def _to_do(report: Report, fix: Sequence[Card], warnings: int) -> str:
    minutes = sum(view.fix_minutes(card.result) if card.result else card.fix.minutes for card in fix)
    text = words.to_do(len(fix), minutes, warnings, len(view.with_unknowns(report)))
    accepted = len(view.accepted_findings(report))
    return f"{text}, {words.counted_accepted(accepted)}" if accepted else text


def _is_condition(card: Card) -> bool:
    return card.result is not None and card.result.rule.area in view.FIRST_AREAS


# -- cards


class _Cards:
    """Makes the cards of one report."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.issues = {issue.id: issue for issue in report.key_issues}
        self.examples = key_issues.longest_chains(report)
        self.blocked_by_issue: dict[str, set[int]] = {}
        """The id of a key issue -> the positions of the transactions that it blocks."""
        for position, blocked in enumerate(report.blocked_transactions):
            for id_ in blocked.key_issues:
                self.blocked_by_issue.setdefault(id_, set()).add(position)

    def of_rule(self, result: RuleResult) -> Card:
        """Return the card of a failed rule."""
        rule, findings = result.rule, view.worst_first(result)
        own_issues, worst = self._own_issues(result), view.worst_severity(result)
        rows = tuple(
            self._row(result, finding, worst, has_several_issues=len(own_issues) > 1) for finding in findings[:MAX_LISTED]
        )
        return Card(
            result=result,
            anchor=rule.id.replace("/", "-"),
            heading=view.heading(result),
            subheading=view.subheading(self.report, result),
            why=rule.why,
            fix=FixSteps(
                who=rule.fix.who,
                minutes=rule.fix.minutes,
                steps=fix_steps(result),
                many_above=rule.fix.many_above,
                many_steps=many_steps(result),
            ),
            effort=view.effort(result),
            impact=self._impact(own_issues),
            brief_impact=self._impact(own_issues, key_issues.brief_impact),
            examples=tuple(
                self.examples[issue.id]
                for issue in own_issues[:_MAX_EXAMPLES]
                if issue.id in self.examples and not issue.gates
            ),
            remark=" ".join(dict.fromkeys(filter(None, map(key_issues.remark, own_issues)))),
            rows=rows,
            not_listed=len(findings) - len(rows),
            blocked=len(self._blocked(own_issues)),
            clears_with="" if own_issues else self._clears_with(findings),
        )

    def of_export_errors(self) -> Iterator[Card]:
        """Yield the cards of the key issues that no rule found, only an export error."""
        for issue in key_issues.shown_issues(self.report):
            if issue.rule:
                continue
            yield Card(
                result=None,
                anchor=f"issue-{issue.id}",
                heading=issue.message,
                subheading="",
                why="",
                fix=issue.fix,
                effort=words.duration(issue.fix.minutes),
                impact=self._impact([issue]),
                brief_impact=self._impact([issue], key_issues.brief_impact),
                examples=(self.examples[issue.id],) if issue.id in self.examples else (),
                remark=key_issues.remark(issue),
                rows=(),
                not_listed=0,
                blocked=len(self._blocked([issue])),
                clears_with="",
            )

    def _row(self, result: RuleResult, finding: Finding, worst: Severity, *, has_several_issues: bool) -> Row:
        issues = self._issues_behind(finding)
        own = next((issue for issue in issues if issue.rule == result.rule.id), None)
        if own is not None:
            impact = key_issues.impact(own) if has_several_issues and key_issues.blocks_something(own) else ""
        else:
            impact = f"{words.CLEARS_ITSELF.lower()} {words.WHEN_FIXED}: {issues[0].message}" if issues else ""
        return Row(
            finding=finding,
            name=view.record_name(result, finding),
            noun=noun(finding.subject.kind),
            object_to_fix=view.object_to_fix(result, finding),
            remark=view.finding_remark(self.report, worst, finding),
            impact=impact,
        )

    def _issues_behind(self, finding: Finding) -> list[KeyIssue]:
        return [self.issues[id_] for id_ in self.report.notes.key_issues_of(finding) if id_ in self.issues]

    def _own_issues(self, result: RuleResult) -> list[KeyIssue]:
        """Return the key issues that the rule itself found."""
        ids = {id_ for finding in result.findings for id_ in self.report.notes.key_issues_of(finding)}
        return [issue for issue in self.report.key_issues if issue.rule == result.rule.id and issue.id in ids]

    def _clears_with(self, findings: Sequence[Finding]) -> str:
        """Return the first key issue behind the findings, if each of them has one; else empty."""
        if not all(map(self.report.notes.key_issues_of, findings)):
            return ""
        return next((issue.message for finding in findings for issue in self._issues_behind(finding)), "")

    def _blocked(self, issues: Sequence[KeyIssue]) -> set[int]:
        """Return the positions of the transactions that the key issues block."""
        return set().union(*(self.blocked_by_issue.get(issue.id, set()) for issue in issues))

    def _impact(self, issues: Sequence[KeyIssue], describe: Callable[[KeyIssue], str] = key_issues.impact) -> str:
        """Return what the key issues block: of one alone, or of one that stops everything, in its own words."""
        blocking = [issue for issue in issues if key_issues.blocks_something(issue)]
        gate = next((issue for issue in blocking if issue.gates), None)
        if gate or len(blocking) == 1:
            return words.sentence(describe(gate or blocking[0]))
        return words.sentence(words.blocked_by_these(len(self._blocked(blocking)))) if blocking else ""


# -- texts to copy


def _message(report: Report, to_do: str, fix: Sequence[Card], still: Needed) -> str:
    """Return what the office sends to its customer-success manager when it needs help."""
    head = words.message_for_csm(view.account_name(report), view.files_and_dates(report), view.verdict(report), to_do)
    narrowed = f"{view.narrowed(report)}." if view.narrowed(report) else ""
    batches = "\n".join(key_issues.batch_lines(report)[:MAX_IN_MESSAGE])
    parts = (
        numbered(
            words.FIX_FIRST, [f"{card.heading} ({card.subheading})" if card.subheading else card.heading for card in fix]
        ),
        numbered(words.QUESTIONS, [asked.question.text for asked in still.questions]),
        numbered(words.LOOKS, [look.confirm.question for look in still.looks]),
        numbered(words.NOT_CHECKED, _needs(still)),
    )
    return "\n\n".join(filter(None, (head, narrowed, batches, *parts)))


def _needs(still: Needed) -> list[str]:
    """Return the files that are still needed, each once; what an integrator supplies as one entry."""
    own = dict.fromkeys(one.instruction or words.NO_INSTRUCTION for one in still.exports)
    others = dict.fromkeys(map(needs.what, still.only_integrator))
    return [*own, *([words.from_integrator(others)] if others else [])]


def _request(still: Needed) -> str:
    """Return a request for all that only an integrator can supply; empty if nothing is needed from one."""
    texts = needs.request_lines(still.integrator)
    return numbered(words.REQUEST, texts, len(texts))


def numbered(title: str, lines: Sequence[str], limit: int = MAX_IN_MESSAGE) -> str:
    """Return a title with numbered lines under it, at most `limit`; empty if there are no lines."""
    shown = [f"{number}. {line}" for number, line in enumerate(lines[:limit], 1)]
    shown += [words.and_others(len(lines) - limit)] if len(lines) > limit else []
    return "\n".join([title, *shown]) if shown else ""
