"""What a rule reads: every kind and field that its conditions, matches and messages name."""

from __future__ import annotations

from exportready.kinds.account import KIND as ANSWERS_KIND
from exportready.model.rules import ACCOUNT, ANSWERS, PARAMETER, SUBJECT, Check, Ref, Rule, placeholders, refs


def reads(rule: Rule) -> set[tuple[str, str | None]]:
    """(kind, field) pairs that the rule reads; the field is None where only the kind's presence counts."""
    found: set[tuple[str, str | None]] = set()
    for ref in refs(rule.given):
        found |= _pairs(ref, None)
    for check in rule.checks:
        found |= {(kind, None) for kind in check.each} | {(entry.kind, None) for entry in check.related}
        for condition in (check.where, check.expect, check.eased_when, check.blocks_when):
            for ref in refs(condition):
                found |= _pairs(ref, check)
        for entry in check.related:
            for field, _, operand in entry.match:
                found.add((entry.kind, field))
                if isinstance(operand, Ref):
                    found |= _pairs(operand, check)
            for ref in refs(entry.where):
                found |= _pairs(ref, check)
        if check.at_fault and check.at_fault.key:
            found |= _pairs(check.at_fault.key, check)
        for text in (check.failure, *rule.fix.steps, *rule.fix.many_steps):
            for word in placeholders(text):
                found |= _said(word, check)
    return found


def _pairs(ref: Ref, check: Check | None) -> set[tuple[str, str | None]]:
    if ref.owner == PARAMETER:
        return set()
    if ref.owner == ANSWERS:
        return {(ANSWERS_KIND.name, ref.field)}
    if ref.owner == ACCOUNT:
        return {(ACCOUNT, ref.field)}
    if check is None:
        return set()
    if ref.owner == SUBJECT:
        return {(kind, ref.field) for kind in check.each}
    return {(entry.kind, ref.field) for entry in check.related if entry.name == ref.owner}


def _said(word: str, check: Check) -> set[tuple[str, str | None]]:
    if word.startswith(ANSWERS + "."):
        return {(ANSWERS_KIND.name, word.removeprefix(ANSWERS + "."))}
    if word.removeprefix("$").startswith(ACCOUNT + "."):
        return {(ACCOUNT, word.removeprefix("$").removeprefix(ACCOUNT + "."))}
    if word.startswith("$") or (check.group and word in ("count", "names")):
        return set()
    first, _, rest = word.partition(".")
    for entry in check.related:
        if entry.name == first and rest:
            return {(entry.kind, rest)}
    return {(kind, word) for kind in check.each}
