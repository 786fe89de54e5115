"""Several folders of rules as one rulebook, with the grades and parameters that a team settled."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from exportready.model.evidence import Known
from exportready.model.rules import Rule, Rulebook, Severity
from exportready.rulebook.load import RulebookMistakes, load_or_recall
from exportready.rulebook.reads import wanted
from exportready.schema.shapes import did_you_mean
from exportready.schema.yamlfile import Mistake


def together(first: Rulebook, folders: Sequence[Path]) -> Rulebook:
    """The rulebook with further packs. Raises RulebookMistakes, also for a rule that two packs have."""
    books, mistakes = [first], list[Mistake]()
    for folder in folders:
        if not folder.is_dir():
            mistakes.append(Mistake(folder.as_posix(), 0, "this folder of rules is not there"))
            continue
        try:
            books.append(load_or_recall(folder, own=True))
        except RulebookMistakes as error:
            mistakes += [mistake.below(folder) for mistake in error.mistakes]
    seen: dict[str, Rule] = {}
    for rule in (rule for book in books for rule in book.rules):
        if rule.id in seen:
            mistakes.append(
                Mistake(rule.where.path, rule.where.line or 1, f"two packs have the rule '{rule.id}'; keep one of them")
            )
        seen[rule.id] = rule
    if mistakes:
        raise RulebookMistakes(mistakes)
    if len(books) == 1:
        return first
    rules = tuple(sorted(seen.values(), key=lambda rule: rule.id))
    packs = tuple(pack for book in books for pack in book.packs)
    digest = hashlib.sha256("\0".join(pack.digest for pack in packs).encode()).hexdigest()
    follows = next((book for book in reversed(books) if book.own_inference), first)
    return Rulebook(
        rules=rules,
        digest=digest,
        wanted=wanted(rules),
        own=first.own,
        inference=follows.inference,
        own_inference=follows.own_inference,
        packs=packs,
    )


def adapted(
    book: Rulebook,
    grades: Mapping[str, Severity],
    parameters: Mapping[str, Mapping[str, Known]],
    path: str,
    lines: Mapping[str, int],
) -> Rulebook:
    """The rulebook with other grades and parameters. Raises RulebookMistakes for rules and parameters that there are not."""
    known = {rule.id: rule for rule in book.rules}
    mistakes = []
    for name, named in (("severity", grades), ("parameters", parameters)):
        for rule in named:
            if rule not in known:
                line = lines.get(f"{name}.{rule}", 0)
                mistakes.append(Mistake(path, line, f"there is no rule '{rule}'{did_you_mean(rule, known)}"))
    for rule, values in parameters.items():
        for name, value in values.items() if rule in known else ():
            default = known[rule].parameters.get(name)
            line = lines.get(f"parameters.{rule}", 0)
            if default is None:
                mistakes.append(
                    Mistake(path, line, f"{rule} has no parameter '{name}'{did_you_mean(name, known[rule].parameters)}")
                )
            elif type(default) is not type(value):
                mistakes.append(
                    Mistake(path, line, f"the parameter '{name}' of {rule} is of another type than its default {default}")
                )
    if mistakes:
        raise RulebookMistakes(mistakes)
    rules = tuple(_adapted(rule, grades.get(rule.id), parameters.get(rule.id, {})) for rule in book.rules)
    return replace(book, rules=rules)


def _adapted(rule: Rule, grade: Severity | None, parameters: Mapping[str, Known]) -> Rule:
    """A check that has the rule's grade gets the new one; one with a grade of its own keeps it."""
    if grade is not None:
        checks = tuple(replace(check, severity=grade) if check.severity is rule.severity else check for check in rule.checks)
        rule = replace(rule, severity=grade, checks=checks)
    return replace(rule, parameters={**rule.parameters, **parameters}) if parameters else rule
