"""Practice by practice: which accounts fail it, and a message that can be sent to them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from exportready.model.audit import Audit
from exportready.model.rules import PLACEHOLDER, Phase, Rule
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, heading
from exportready.reporters.audit.looks import LOOKS
from exportready.reporters.text import clean

LISTED = 200
"""So many accounts a practice are in a page."""


class Who(msgspec.Struct, frozen=True):
    """Some accounts, and how many more there are."""

    title: str
    rows: tuple[Row, ...]
    left: int


class Practice(msgspec.Struct, frozen=True, kw_only=True):
    """One rule over all accounts."""

    rule: Rule
    position: int
    """In the audit."""
    anchor: str
    heading: str
    look: str
    fails: int
    untold: int
    accepted: int
    who: tuple[Who, ...]
    message: str
    """Empty where nobody fails it."""

    @property
    def told(self) -> str:
        """37 accounts fail it; not checked in 12; accepted in 2."""
        parts = [words.fails(self.fails)]
        parts += [words.untold(self.untold)] if self.untold else []
        parts += [words.accepted(self.accepted)] if self.accepted else []
        return "; ".join(parts)


def practices(audit: Audit, rows: Sequence[Row]) -> list[Practice]:
    """Those that most accounts fail come first."""
    fails: list[list[Row]] = [[] for _ in audit.rules]
    untold: list[list[Row]] = [[] for _ in audit.rules]
    accepted: list[list[Row]] = [[] for _ in audit.rules]
    for row in rows:
        for groups, positions in ((fails, row.fails), (untold, row.untold), (accepted, row.accepted)):
            for at in positions:
                groups[at].append(row)
    told = [_practice(rule, at, (fails[at], untold[at], accepted[at])) for at, rule in enumerate(audit.rules)]
    return sorted(told, key=lambda one: (-one.fails, -one.untold, -one.accepted, one.rule.id))


def anchor(rule: str) -> str:
    """Where the page tells of it."""
    return f"rule-{rule.replace('/', '-')}"


def _practice(rule: Rule, at: int, groups: tuple[list[Row], ...]) -> Practice:
    fails, untold, accepted = map(len, groups)
    titles = (words.WHO_FAILS, words.WHO_IS_UNTOLD, words.WHO_ACCEPTED)
    return Practice(
        rule=rule,
        position=at,
        anchor=anchor(rule.id),
        heading=heading(rule) if fails else clean(rule.title),
        look=LOOKS[(0, 1, 3)[rule.grade.rank]] if fails else "unknown" if untold else "know" if accepted else "fine",
        fails=fails,
        untold=untold,
        accepted=accepted,
        who=tuple(
            Who(title, tuple(group[:LISTED]), max(0, len(group) - LISTED))
            for title, group in zip(titles, groups, strict=True)
            if group
        ),
        message=message(rule) if fails else "",
    )


def message(rule: Rule) -> str:
    """Ready to be sent to every account that fails it, in plain words and without names."""
    when = {Phase.BEFORE: words.MESSAGE_BEFORE, Phase.AFTER: words.MESSAGE_AFTER}.get(rule.phase, words.MESSAGE_BOTH)
    fix = rule.fix
    do = f"{shared.DO_THIS} ({clean(fix.who)}, {shared.duration(fix.minutes)}):"
    parts = [
        words.MESSAGE_BEGIN.format(when, _ended(heading(rule))),
        f"{shared.WHY}: {_ended(clean(rule.why))}",
        _steps(do, fix.steps),
    ]
    if fix.many_steps:
        parts.append(_steps(words.quicker(fix.many_above or 0), fix.many_steps))
    if any(PLACEHOLDER.search(step) for step in (*fix.steps, *fix.many_steps)):
        parts.append(words.BRACKETS)
    return "\n\n".join([*parts, shared.MESSAGE_END])


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _steps(title: str, steps: Sequence[str]) -> str:
    told = (PLACEHOLDER.sub(lambda found: words.placeholder(found[1]), clean(step)) for step in steps)
    return "\n".join([title, *(f"{number}. {step}" for number, step in enumerate(told, 1))])
