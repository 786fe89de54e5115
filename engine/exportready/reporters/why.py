"""Why a key issue is one: what it was read from, which rules fired, and what waits on it. For `exportready why`."""

from __future__ import annotations

from exportready.model.report import KeyIssue, Report
from exportready.reporters import key_issues, words
from exportready.reporters.text import clean


def listed(report: Report) -> str:
    """Every key issue with its number and id."""
    lines = [f"{number}. [{one.id}] {clean(one.message)}" for number, one in enumerate(report.key_issues, 1)]
    return "\n".join(lines or [words.NO_KEY_ISSUE]) + "\n"


def found(report: Report, named: str) -> KeyIssue | None:
    """The key issue with this number, or with an id that begins so."""
    if named.isdecimal() and len(named) < 7 and 1 <= int(named) <= len(report.key_issues):
        return report.key_issues[int(named) - 1]
    ids = [one for one in report.key_issues if one.id.startswith(named)]
    return ids[0] if len(ids) == 1 else None


def told(report: Report, issue: KeyIssue) -> str:
    """The facts, the rules with their sources, and what waits, in this order."""
    lines = [clean(issue.message), f"  {issue.rule or issue.code} [{issue.id}], {issue.certainty}"]
    lines += [f"  {words.sentence(key_issues.impact(issue))}.", "", f"{words.READ_FROM}:"]
    lines += [f"  * {clean(fact)}" for fact in issue.facts]
    lines += ["", f"{words.RULES_FIRED}:"] if issue.reasons else []
    for number, reason in enumerate(issue.reasons, 1):
        source = reason.source
        lines += [f"  {number}. {reason.rule} ({reason.certainty})", f"     {words.BECAUSE}: {clean(reason.words)}"]
        lines += [f"     - {clean(fact)}" for fact in reason.facts]
        lines.append(f"     {words.SOURCE}: {words.cited(source.document, source.section, source.updated, source.note)}")
    waiting = [
        chain for one in report.waiting for id_, chain in zip(one.key_issues, one.chain, strict=True) if id_ == issue.id
    ]
    lines += ["", f"{words.WAITING_TITLE}:", *(f"  > {clean(chain)}" for chain in waiting)] if waiting else []
    lines += ["", f"{words.DO_THIS} ({issue.fix.who}, {words.duration(issue.fix.minutes)}):"]
    lines += [f"  {number}. {clean(step)}" for number, step in enumerate(issue.fix.steps, 1)]
    return "\n".join(lines) + "\n"
