"""What a rule reads: every kind and field that its conditions, matches and messages name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from exportready.kinds.account import KIND as ANSWERS_KIND
from exportready.model.rules import (
    ACCOUNT,
    ANSWERS,
    PARAMETER,
    SUBJECT,
    All,
    AnyOf,
    Check,
    Compare,
    Condition,
    EntryIsPresent,
    IsPresent,
    Not,
    Ref,
    Rule,
)

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def placeholders(text: str) -> list[str]:
    """The {words} of a message."""
    return PLACEHOLDER.findall(text)


def refs(condition: Condition | None) -> Iterator[Ref]:
    """Every reference in a condition, left sides first."""
    match condition:
        case Compare(_, left, right):
            yield left
            yield from (operand for operand in right if isinstance(operand, Ref))
        case IsPresent(ref):
            yield ref
        case Not(part):
            yield from refs(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from refs(part)
        case _:
            return


def entries(condition: Condition | None) -> Iterator[str]:
    """Every related entry whose presence a condition asks."""
    match condition:
        case EntryIsPresent(entry):
            yield entry
        case Not(part):
            yield from entries(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from entries(part)
        case _:
            return


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
    if word.startswith("$") or (check.group and word in ("count", "names")):
        return set()
    first, _, rest = word.partition(".")
    for entry in check.related:
        if entry.name == first and rest:
            return {(entry.kind, rest)}
    return {(kind, word) for kind in check.each}
