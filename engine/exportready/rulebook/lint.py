"""Find problems in valid rules: outcomes without an example, names that are never used, conditions that can never be true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from exportready.kinds import KINDS
from exportready.model.rules import (
    PARAMETER,
    All,
    AnyOf,
    Check,
    Compare,
    Condition,
    EntryIsPresent,
    IsPresent,
    Not,
    Op,
    Ref,
    Rule,
    entries,
    placeholders,
    refs,
)
from exportready.schema.mistakes import Mistake

CASES = ("passed", "failed", "cannot_tell")
"""The outcomes that each rule must have an example of."""


def remarks(rules: Iterable[Rule]) -> list[Mistake]:
    """Return every problem, by file and line."""
    return sorted((flaw for rule in rules for flaw in (*_untried(rule), *_flaws(rule))), key=_by_line)


def untried(rules: Iterable[Rule]) -> list[Mistake]:
    """Return the outcomes that no example has, by file and line."""
    return sorted((flaw for rule in rules for flaw in _untried(rule)), key=_by_line)


def _by_line(flaw: Mistake) -> tuple[str, int, str]:
    return flaw.path, flaw.line, flaw.message


def _flaw(rule: Rule, message: str) -> Mistake:
    return Mistake(rule.where.path, rule.where.line or 1, message)


def _untried(rule: Rule) -> Iterator[Mistake]:
    tried = {example.outcome for example in rule.examples}
    for case in CASES:
        if case not in tried:
            yield _flaw(rule, f"no example has the outcome {case}; add one")


def _flaws(rule: Rule) -> Iterator[Mistake]:
    flaw = partial(_flaw, rule)
    if rule.title.rstrip().endswith((".", "!")):
        yield flaw("the title ends with punctuation; remove it")
    used = {ref.field for ref in _all_refs(rule) if ref.owner == PARAMETER}
    used |= {word.partition(".")[2] for word in _all_words(rule) if word.startswith(PARAMETER + ".")}
    for name in sorted(set(rule.parameters) - used):
        yield flaw(f"parameter '{name}' is never used; remove it")
    for check in rule.checks:
        named = f" of check '{check.name}'" if rule.named_checks else ""
        asked = {name for condition in _conditions(check) for name in entries(condition)}
        asked |= {ref.owner for condition in _conditions(check) for ref in refs(condition)}
        asked |= {word.partition(".")[0] for word in _all_words(rule)}
        asked |= {operand.owner for related in check.related for _, _, operand in related.match if isinstance(operand, Ref)}
        for related in check.related:
            if related.name not in asked:
                yield flaw(f"entry '{related.name}'{named} is never used; remove it")
        for what, condition in (
            ("where", check.where),
            ("expect", check.expect),
            ("blocks_when", check.blocks_when),
            ("eased_when", check.eased_when),
        ):
            for contradiction in _contradictions(condition):
                yield flaw(f"'{what}'{named} can never be true: {contradiction}")
        if check.expect == check.where:
            yield flaw(f"'expect'{named} is the same as 'where', so it never fails")
        sheet = all(KINDS[kind].sheet or KINDS[kind].single for kind in check.each)
        if not sheet and not placeholders(check.failure):
            yield flaw(f"the failure text{named} has no {{field}}, so it doesn't say which record failed; add one")


def _conditions(check: Check) -> list[Condition]:
    own = [check.where, check.expect, check.eased_when, check.blocks_when, *(related.where for related in check.related)]
    return [condition for condition in own if condition is not None]


def _all_refs(rule: Rule) -> Iterator[Ref]:
    yield from refs(rule.given)
    for check in rule.checks:
        for condition in _conditions(check):
            yield from refs(condition)


def _all_words(rule: Rule) -> set[str]:
    texts = [*(check.failure for check in rule.checks), *rule.fix.steps, *rule.fix.many_steps]
    return {word for text in texts for word in placeholders(text)}


def _contradictions(condition: Condition | None) -> Iterator[str]:
    """Yield the parts of `all` groups that can't both be true of any record."""
    if isinstance(condition, All):
        possible: dict[str, set[object]] = {}
        presence: dict[str, bool] = {}
        for part in condition.parts:
            if (
                isinstance(part, Compare)
                and part.op in (Op.EQUALS, Op.ONE_OF)
                and not any(isinstance(operand, Ref) for operand in part.right)
            ):
                values = set(part.right)
                both = possible.setdefault(str(part.left), set(values))
                both &= values
                if not both:
                    yield f"{part.left} can't have two values at once"
            name, present = _presence(part)
            if name and presence.setdefault(name, present) is not present:
                yield f"{name} can't be both present and absent"
            yield from _contradictions(part)
    elif isinstance(condition, AnyOf):
        for part in condition.parts:
            yield from _contradictions(part)


def _presence(part: Condition) -> tuple[str, bool]:
    """Return the field or entry that a test needs, and whether it must be present; an empty name if it needs none."""
    if isinstance(part, IsPresent):
        return str(part.ref), True
    if isinstance(part, EntryIsPresent):
        return part.entry, True
    if isinstance(part, Not) and isinstance(part.part, (IsPresent, EntryIsPresent)):
        return _presence(part.part)[0], False
    if isinstance(part, Compare) and part.op in (Op.EQUALS, Op.ONE_OF):
        return str(part.left), True
    return "", True
