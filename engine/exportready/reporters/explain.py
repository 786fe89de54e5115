"""Explain one rule, from its own file. For `exportready explain`."""

from __future__ import annotations

import textwrap
from datetime import timedelta

from exportready.model.display import format_date
from exportready.model.report import Outcome
from exportready.model.rules import About, Rule
from exportready.reporters import words
from exportready.reporters.text import clean

_SEVERITIES = {"error": "must be fixed", "warning": "should be reviewed", "info": "good to know"}
_ABOUTS = {
    About.SESSION: "the session",
    About.SETUP: "the setup",
    About.BATCH: "the pending batch",
    About.BOOKS: "what arrived in QuickBooks",
}
_WIDTH = 96


def explain_rule(rule: Rule) -> str:
    """Return the rule's title, the reason for it, how to fix its problems, its examples and its source."""
    fix, source = rule.fix, rule.source
    about = f", about {_ABOUTS[rule.about]}" if rule.about else ""
    paragraphs = [
        f"{clean(rule.title)}\n{rule.id} - {rule.severity.value} ({_SEVERITIES[rule.severity.value]}), {rule.phase.value}{about}",
        f"Why: {clean(rule.why)}",
        _lines(
            f"What to do ({clean(fix.who)}, {words.duration(fix.minutes)}):",
            [f"{number}. {clean(step)}" for number, step in enumerate(fix.steps, 1)],
        ),
    ]
    if fix.many_above is not None:
        paragraphs.append(_lines(f"{words.for_many(fix.many_above)}:", [f"- {clean(step)}" for step in fix.many_steps]))
    if rule.confirm is not None:
        lasts = "until the batch changes" if rule.confirm.lasts is None else f"for {_format_age(rule.confirm.lasts)}"
        steps = [f"{number}. {clean(step)}" for number, step in enumerate(rule.confirm.steps, 1)]
        asked = f"If the files don't show it: {clean(rule.confirm.question)}"
        paragraphs.append(_lines(f"{asked} ({words.look_duration(rule.confirm)}; an answer counts {lasts})", steps))
    if rule.max_age:
        ages = ", ".join(f"{name} {_format_age(age)}" for name, age in rule.max_age.items())
        paragraphs.append(f"Maximum age: {ages}")
    if rule.parameters:
        values = ", ".join(f"{name} = {clean(str(value).lower())}" for name, value in rule.parameters.items())
        paragraphs.append(f"Parameters: {values}")
    examples = [f"{words.OUTCOMES[Outcome(example.outcome)]:<22} {clean(example.name)}" for example in rule.examples]
    paragraphs.append(_lines("Examples:", examples))
    paragraphs.append(f"Source: {clean(source.document)}, {clean(source.section)}, updated {format_date(source.updated)}")
    if source.note:
        paragraphs.append(f"Note: {clean(source.note)}")
    return "\n\n".join(map(_wrapped, paragraphs)) + "\n"


def _lines(heading: str, lines: list[str]) -> str:
    return f"{heading}\n" + "\n".join(f"  {line}" for line in lines)


def _format_age(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours // 24} days" if hours % 24 == 0 and hours > 24 else f"{hours} hours"


def _wrapped(paragraph: str) -> str:
    """Return the paragraph with each line wrapped. The later lines of a list entry are indented to its text."""
    lines = []
    for line in paragraph.splitlines():
        indent = " " * (len(line) - len(line.lstrip()) + (3 if line.startswith("  ") else 0))
        lines.append(textwrap.fill(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))
    return "\n".join(lines)
