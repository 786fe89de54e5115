"""Sum up each rule over all accounts: which accounts fail it, and a message that can be sent to them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from exportready.model.audit import Audit
from exportready.model.rules import PLACEHOLDER, Phase, Rule
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, rule_heading
from exportready.reporters.audit.looks import LOOKS
from exportready.reporters.text import clean

MAX_ACCOUNTS = 200
"""Maximum number of accounts listed in each group of a rule."""


class AccountGroup(msgspec.Struct, frozen=True):
    """Accounts with the same outcome of a rule."""

    title: str
    rows: tuple[Row, ...]
    omitted: int
    """Number of accounts that aren't listed."""


class RuleSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One rule over all accounts."""

    rule: Rule
    position: int
    """Its position in `Audit.rules`."""
    anchor: str
    """The id of its HTML element."""
    heading: str
    look: str
    failed: int
    """Number of accounts that fail it."""
    unknown: int
    """Number of accounts where it wasn't checked completely."""
    accepted: int
    """Number of accounts with accepted findings."""
    groups: tuple[AccountGroup, ...]
    message: str
    """A message to send to the accounts that fail it; empty if none does."""

    @property
    def counts_text(self) -> str:
        """Return the counts, such as "37 accounts, not checked in 12, accepted in 2"."""
        return shared.sentence(words.rule_counts(self.failed, self.unknown, self.accepted))


def rule_summaries(audit: Audit, rows: Sequence[Row]) -> list[RuleSummary]:
    """Return all rules, those that most accounts fail first."""
    failed: list[list[Row]] = [[] for _ in audit.rules]
    unknown: list[list[Row]] = [[] for _ in audit.rules]
    accepted: list[list[Row]] = [[] for _ in audit.rules]
    for row in rows:
        for rows_by_rule, positions in (
            (failed, row.failed_rules),
            (unknown, row.unknown_rules),
            (accepted, row.accepted_rules),
        ):
            for position in positions:
                rows_by_rule[position].append(row)
    summaries = [
        _rule_summary(rule, position, (failed[position], unknown[position], accepted[position]))
        for position, rule in enumerate(audit.rules)
    ]
    return sorted(summaries, key=lambda summary: (-summary.failed, -summary.unknown, -summary.accepted, summary.rule.id))


def _rule_summary(rule: Rule, position: int, groups: tuple[list[Row], ...]) -> RuleSummary:
    """Return the summary of a rule; `groups` are the accounts that fail it, leave it unknown and accept it."""
    failed, unknown, accepted = map(len, groups)
    titles = (words.WHO_FAILS, words.WHERE_NOT_CHECKED, words.WHO_ACCEPTED)
    return RuleSummary(
        rule=rule,
        position=position,
        anchor=f"rule-{rule.id.replace('/', '-')}",
        heading=rule_heading(rule) if failed or accepted else clean(rule.title),
        look=LOOKS[(0, 1, 3)[rule.grade.rank]] if failed else "unknown" if unknown else "know" if accepted else "fine",
        failed=failed,
        unknown=unknown,
        accepted=accepted,
        groups=tuple(
            AccountGroup(title, tuple(rows[:MAX_ACCOUNTS]), max(0, len(rows) - MAX_ACCOUNTS))
            for title, rows in zip(titles, groups, strict=True)
            if rows
        ),
        message=message(rule) if failed else "",
    )


def message(rule: Rule) -> str:
    """Return a message for all accounts that fail a rule. It mentions no account and no record."""
    when = {Phase.BEFORE: words.MESSAGE_BEFORE, Phase.AFTER: words.MESSAGE_AFTER}.get(rule.phase, words.MESSAGE_BOTH)
    fix = rule.fix
    parts = [
        words.MESSAGE_BEGIN.format(when, _as_sentence(rule_heading(rule))),
        f"{shared.WHY}: {_as_sentence(clean(rule.why))}",
        _steps(f"{words.MESSAGE_STEPS} ({clean(fix.who)}, {shared.duration(fix.minutes)}):", fix.steps),
    ]
    if fix.many_steps:
        parts.append(_steps(words.quicker(fix.many_above or 0), fix.many_steps))
    if any(PLACEHOLDER.search(step) for step in (*fix.steps, *fix.many_steps)):
        parts.append(words.BRACKETS)
    return "\n\n".join([*parts, shared.MESSAGE_END])


def _as_sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _steps(title: str, steps: Sequence[str]) -> str:
    named = (PLACEHOLDER.sub(lambda match: words.placeholder(match[1]), clean(step)) for step in steps)
    return "\n".join([title, *(f"{number}. {step}" for number, step in enumerate(named, 1))])
