"""One rule in words, from the rule's own file."""

from __future__ import annotations

import textwrap

from exportready.model.report import Outcome
from exportready.model.rules import Rule
from exportready.reporters import words

_GRADES = {"error": "stops the export", "warning": "look at it before you export", "info": "good to know"}


def explained(rule: Rule) -> str:
    """The text of `exportready explain`."""
    source = rule.source
    parts = [
        f"{rule.title}\n{rule.id} - {rule.severity.value} ({_GRADES[rule.severity.value]}), {rule.phase.value}",
        f"Why: {rule.why}",
        "What to do"
        f" ({rule.fix.who}, {words.duration(rule.fix.minutes)}):\n"
        + "\n".join(f"  {number}. {step}" for number, step in enumerate(rule.fix.steps, 1)),
    ]
    if rule.fix.many_above is not None:
        parts.append(
            f"When there are more than {rule.fix.many_above}:\n" + "\n".join(f"  - {step}" for step in rule.fix.many_steps)
        )
    if rule.max_age:
        ages = ", ".join(f"{name} {_age(age.total_seconds())}" for name, age in rule.max_age.items())
        parts.append(f"Counts for so long only: {ages}")
    if rule.parameters:
        parts.append("Parameters: " + ", ".join(f"{name} = {str(value).lower()}" for name, value in rule.parameters.items()))
    parts.append(
        "Examples:\n"
        + "\n".join(f"  {words.OUTCOMES[Outcome(example.outcome)]:<22} {example.name}" for example in rule.examples)
    )
    parts.append(f"Source: {source.document}, {source.section}, updated {source.updated.isoformat()}")
    if source.note:
        parts.append(f"Note: {source.note}")
    return "\n\n".join(_wrapped(part) for part in parts) + "\n"


def _age(seconds: float) -> str:
    hours = int(seconds // 3600)
    return f"{hours // 24} days" if hours % 24 == 0 and hours > 24 else f"{hours} hours"


def _wrapped(part: str) -> str:
    lines = []
    for line in part.splitlines():
        indent = " " * (len(line) - len(line.lstrip()) + (3 if line.startswith("  ") else 0))
        lines.append(textwrap.fill(line, 96, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))
    return "\n".join(lines)
