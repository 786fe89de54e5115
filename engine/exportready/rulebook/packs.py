"""Combine folders of rules into one rulebook, and apply a team's own severities and parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from exportready.model.evidence import Known
from exportready.model.rules import Rule, Rulebook, Severity
from exportready.rulebook.load import INFERENCE, WHAT, load_rulebook
from exportready.rulebook.reads import wanted
from exportready.schema.mistakes import Mistakes
from exportready.schema.shapes import did_you_mean


def combined(
    first: Rulebook, folders: Sequence[Path], mistakes: Mistakes | None = None, *, examples: bool = False
) -> Rulebook:
    """Return the rulebook with more packs. `examples`: with the examples of their rules.

    With a collector, notes mistakes in a pack and rules that are in two packs, and leaves out packs with mistakes. Without a
    collector, raises MistakesFound.
    """
    books, found = [first], mistakes or Mistakes()
    for folder in folders:
        if not folder.is_dir():
            found.of(folder.as_posix()).add(0, "can't find this folder of rules; correct or remove it under 'packs'")
            continue
        with found.collecting():
            books.append(load_rulebook(folder, examples=examples))
    rules: dict[str, Rule] = {}
    for rule in (rule for book in books for rule in book.rules):
        if rule.id in rules:
            found.of(rule.where.path).add(rule.where.line or 1, f"two packs have the rule '{rule.id}'; rename or remove one")
        rules[rule.id] = rule
    if mistakes is None:
        found.raise_if_any(WHAT)
    if len(books) == 1:
        return first
    packs = tuple(pack for book in books for pack in book.packs)
    digest = hashlib.sha256("\0".join(pack.digest for pack in packs).encode()).hexdigest()
    last = next((book for book in reversed(books) if book.own_inference), first)
    in_order = tuple(sorted(rules.values(), key=lambda rule: rule.id))
    return Rulebook(
        rules=in_order,
        digest=digest,
        wanted=wanted(in_order),
        own=first.own,
        inference=last.inference,
        own_inference=last.own_inference,
        packs=packs,
    )


def rule_ids(folder: Path) -> frozenset[str]:
    """Return the ids of the rule files in a folder by their names, including files with mistakes."""
    files = (file for file in folder.glob("*/*.yaml") if file.parent.name != INFERENCE)
    return frozenset(f"{file.parent.name}/{file.stem}" for file in files)


def adapted(
    book: Rulebook,
    grades: Mapping[str, tuple[Severity, int]],
    parameters: Mapping[str, tuple[Mapping[str, Known], int]],
    unread: Collection[str],
    mistakes: Mistakes,
) -> Rulebook:
    """Return the rulebook with other severities and parameters, each given with its line in the settings.

    Rules and parameters that don't exist are noted as mistakes, except for rules in `unread`, whose files have mistakes themselves.
    """
    known = {rule.id: rule for rule in book.rules}
    for rule, (_, line) in (*grades.items(), *parameters.items()):
        if rule not in known and rule not in unread:
            mistakes.add(line, f"rule '{rule}' not found{did_you_mean(rule, known)}")
    for rule, (values, line) in parameters.items():
        for name, value in values.items() if rule in known else ():
            default = known[rule].parameters.get(name)
            if default is None:
                mistakes.add(line, f"{rule} has no parameter '{name}'{did_you_mean(name, known[rule].parameters)}")
            elif type(default) is not type(value):
                mistakes.add(line, f"parameter '{name}' of {rule} must have the same type as its default, {_as_yaml(default)}")
    if not grades and not parameters:
        return book
    return replace(
        book,
        rules=tuple(
            _adapted(
                rule,
                grades[rule.id][0] if rule.id in grades else None,
                parameters[rule.id][0] if rule.id in parameters else {},
            )
            for rule in book.rules
        ),
    )


def _adapted(rule: Rule, grade: Severity | None, parameters: Mapping[str, Known]) -> Rule:
    """Return a rule with another severity and parameters. A check with its own severity keeps it."""
    if grade is not None:
        checks = tuple(replace(check, severity=grade) if check.severity is rule.severity else check for check in rule.checks)
        rule = replace(rule, severity=grade, checks=checks)
    return replace(rule, parameters={**rule.parameters, **parameters}) if parameters else rule


def _as_yaml(value: Known) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
