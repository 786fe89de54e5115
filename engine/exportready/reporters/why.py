"""Explain why a problem is a key issue: its facts, the inference rules that apply, and what it blocks. For `exportready why`."""

from __future__ import annotations

from exportready.model.report import InferenceStep, KeyIssue, Report
from exportready.reporters import key_issues, words
from exportready.reporters.text import clean

_MAX_DIGITS = 6


def key_issue_list(report: Report) -> str:
    """Return every key issue with its number and id."""
    lines = [f"{number}. [{issue.id}] {clean(issue.message)}" for number, issue in enumerate(report.key_issues, 1)]
    return "\n".join(lines or [words.NO_KEY_ISSUE]) + "\n"


def find_key_issue(report: Report, number_or_id: str) -> KeyIssue | None:
    """Return the key issue with this number, or the only one whose id begins like this; None if there is none."""
    # A longer number is the start of an id.
    is_number = number_or_id.isdecimal() and len(number_or_id) <= _MAX_DIGITS
    if is_number and 1 <= int(number_or_id) <= len(report.key_issues):
        return report.key_issues[int(number_or_id) - 1]
    named = [issue for issue in report.key_issues if issue.id.startswith(number_or_id)]
    return named[0] if len(named) == 1 else None


def explain_key_issue(report: Report, issue: KeyIssue) -> str:
    """Return the facts of a key issue, the rules with their sources, what it blocks, and the fix."""
    lines = [clean(issue.message), f"  {issue.rule or issue.code} [{issue.id}], {issue.certainty}"]
    lines += [f"  {words.sentence(key_issues.impact(issue))}.", "", f"{words.READ_FROM}:"]
    lines += [f"  * {clean(fact)}" for fact in issue.facts]
    lines += ["", f"{words.RULES_FIRED}:"] if issue.reasons else []
    for number, step in enumerate(issue.reasons, 1):
        lines += _inference_step(number, step)
    chains = [
        chain
        for blocked in report.blocked_transactions
        for id_, chain in zip(blocked.key_issues, blocked.chain, strict=True)
        if id_ == issue.id
    ]
    lines += ["", f"{words.BLOCKED_BY_IT}:", *(f"  > {clean(chain)}" for chain in chains)] if chains else []
    lines += ["", f"{words.DO_THIS} ({issue.fix.who}, {words.duration(issue.fix.minutes)}):"]
    lines += [f"  {number}. {clean(step)}" for number, step in enumerate(issue.fix.steps, 1)]
    return "\n".join(lines) + "\n"


def _inference_step(number: int, step: InferenceStep) -> list[str]:
    source = words.cited(step.source)
    return [
        f"  {number}. {step.rule} ({step.certainty})",
        f"     {words.BECAUSE}: {clean(step.words)}",
        *(f"     - {clean(fact)}" for fact in step.facts),
        f"     {words.SOURCE}: {source}",
    ]
