"""Find which kinds and fields to read from files: those of the rules, of the derivations they need, and of every report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from exportready.kinds import field_of, pending, references
from exportready.kinds.account import KIND as ANSWERS_KIND
from exportready.model.rules import ACCOUNT, ANSWERS, PARAMETER, SUBJECT, Check, Ref, Rule, Wanted, placeholders, refs

SHOWN = ("derived.account", "derived.batch", "derived.drift", "derived.purchase_charge", "derived.tax_zone")
"""Derived kinds that every report or its key issues need, whatever rules are checked."""
SHOWN_AFTER = ("derived.match", "derived.tie_out", "derived.applied_payment", "derived.export_log", "derived.export_error")
"""More derived kinds that a report needs after an export."""
_HEADING: Mapping[str, frozenset[str]] = {"quickbooks.Company": frozenset({"CompanyName"})}
"""Fields that every report shows to say whose files these are."""


def wanted(rules: Iterable[Rule], shown: Iterable[str] = ()) -> Wanted:
    """Return each kind to read with its fields; nothing if no rule reads anything and nothing is shown.

    `shown` are the derived kinds that the report needs whatever the rules read.
    """
    from exportready.derive.registry import DERIVATIONS  # slow to import, and not needed if the rulebook is cached

    fields: dict[str, set[str]] = {kind: set() for kind in shown}
    for rule in rules:
        for kind, field in reads(rule):
            fields.setdefault(kind, set()).update({field} if field else ())
    for derivation in reversed(list(DERIVATIONS.values())):  # in reverse, since a derivation comes after those that it reads
        needed = fields.get(derivation.kind)
        for source, names in derivation.reads.items() if needed is not None else ():
            only_for = derivation.only_for.get(source)
            if only_for is None or only_for & (needed or set()):
                fields.setdefault(source, set()).update(names)
    if fields:
        for kind, more in (*_HEADING.items(), *references.READS.items()):
            fields.setdefault(kind, set()).update(more)
    for reference in references.OWN_REFERENCES:
        for kind in reference.lists if reference.kind in fields else ():
            if kind in fields:
                fields[kind].update({"id", reference.list_name})
                fields[reference.kind].update(reference.fields)
    if any(rule.confirm is not None and rule.confirm.lasts is None for rule in rules):
        for kind, stated in pending.STATE.items():
            fields.setdefault(kind, set()).update(stated)
    lists = frozenset(fields)
    for one in references.BOOKS_REFERENCES:  # what refers to a list is read even if no rule reads it
        if one.target in lists:
            fields.setdefault(one.kind, set()).update(filter(None, (one.field, one.created)))
    if not lists.isdisjoint(references.LINKED_KINDS.values()):
        fields.setdefault(references.LINKS, set()).update(references.LINK_FIELDS)
    for kind, held in fields.items():
        held.update(need for name in tuple(held) for need in _needs(kind, name))
    return {kind: frozenset(names) for kind, names in sorted(fields.items())}


def _needs(kind: str, name: str) -> tuple[str, ...]:
    """Return the fields that a field is computed from, if no file has the field itself."""
    found = field_of(kind, name)
    return found.needs if found else ()


def reads(rule: Rule) -> set[tuple[str, str | None]]:
    """Return the (kind, field) pairs that a rule reads; the field is None if only the records themselves count."""
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
                found |= _pairs_of_placeholder(word, check)
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


def _pairs_of_placeholder(word: str, check: Check) -> set[tuple[str, str | None]]:
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
