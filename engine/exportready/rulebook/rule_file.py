"""Read one rule file into a rule, or report every mistake in it at once, even those that depend on parts with mistakes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from exportready.kinds import KINDS
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import Known, Location
from exportready.model.rules import (
    ACCOUNT,
    ANSWERS,
    About,
    Check,
    Citation,
    Condition,
    Confirm,
    Example,
    FixSteps,
    Phase,
    Rule,
    Severity,
    is_within,
)
from exportready.rulebook.checks import CheckReader
from exportready.rulebook.conditions import Names, Reader
from exportready.rulebook.examples import read_example
from exportready.rulebook.shape import RULE
from exportready.schema.mistakes import Mistakes, MistakesFound
from exportready.schema.shapes import did_you_mean
from exportready.schema.times import parse_age, parse_lasts
from exportready.schema.yamlfile import Node, items, parse
from exportready.schema.yamlfile import entries as entries_of


def read_rule(data: bytes, mistakes: Mistakes) -> Rule | None:
    """Return the rule in `AREA/NAME.yaml` (the path of the collector); None if it has mistakes, which are noted."""
    before = len(mistakes.found)
    try:
        root = parse(data, mistakes.path, mistakes)
    except MistakesFound as error:
        mistakes.found += error.mistakes
        return None
    if not isinstance(root.value, dict):
        mistakes.add(root, "a rule file must be a group of keys")
        return None
    rule = _RuleFile(root, mistakes).read(hashlib.sha256(data).hexdigest()[:16])
    return rule if len(mistakes.found) == before else None


class _RuleFile:
    """One rule file. `written` are all of its entries, `entries` those without mistakes."""

    def __init__(self, root: Node, mistakes: Mistakes) -> None:
        self.name = mistakes.path
        self.root = root
        self.mistakes = mistakes
        self.written = entries_of(root)
        self.entries = RULE.valid_entries(root)
        self.conditions = Reader(mistakes)
        self.checks = CheckReader(self.name.rpartition("/")[2].removesuffix(".yaml"), mistakes, self.conditions)

    def read(self, digest: str) -> Rule | None:
        """Return the rule; None if it has mistakes, which are noted."""
        before = len(self.mistakes.found)
        RULE.check(self.root, self.mistakes)
        expected = self.name.removesuffix(".yaml")
        if "id" in self.entries and self.entries["id"].value != expected:
            self.mistakes.add(self.entries["id"], f"the id must match the file's path: '{expected}'")
        parameters = self._parameters(self.entries.get("parameters"))
        nothing = Names(subject=(), entries={}, parameters=parameters)
        given = self.conditions.condition(self.entries["given"], nothing) if "given" in self.entries else None
        checks = self.checks.read(self.entries, self.root, parameters)
        self.checks.steps(self.written.get("fix"))
        self._check_fills(entries_of(self.written.get("confirm")).get("fills"))
        max_age = self._max_age(self.written.get("max_age"))
        examples = [
            read_example(node, self.mistakes, "checks" in self.written) for node in items(self.written.get("examples"))
        ]
        if len(self.mistakes.found) > before or checks is None:
            return None
        return self._rule(
            checks=tuple(checks),
            given=given,
            max_age=max_age,
            parameters=parameters,
            examples=tuple(example for example in examples if example is not None),
            digest=digest,
        )

    def _rule(
        self,
        *,
        checks: tuple[Check, ...],
        given: Condition | None,
        max_age: Mapping[str, timedelta],
        parameters: Mapping[str, Known],
        examples: tuple[Example, ...],
        digest: str,
    ) -> Rule:
        entries = self.entries
        source, fix = entries_of(entries["source"]), entries_of(entries["fix"])
        many, waivers = entries_of(fix.get("many")), entries_of(entries.get("waivers"))
        return Rule(
            id=_text(entries["id"]),
            title=_text(entries["title"]),
            severity=Severity(_text(entries["severity"])),
            phase=Phase(_text(entries["phase"])),
            about=About(_text(entries["about"])),
            confirm=_confirm(entries_of(entries["confirm"])) if "confirm" in entries else None,
            source=Citation(
                document=_text(source["document"]),
                section=_text(source["section"]),
                updated=date.fromisoformat(_text(source["updated"])),
                note=_text(source["note"]) if "note" in source else "",
            ),
            why=_text(entries["why"]),
            problem=_text(entries["problem"]) if "problem" in entries else "",
            given=given,
            checks=checks,
            named_checks="checks" in entries,
            max_age=max_age,
            parameters=parameters,
            fix=FixSteps(
                who=_text(fix["who"]),
                minutes=_whole(fix["minutes"]),
                steps=tuple(_text(step) for step in items(fix["steps"])),
                many_above=_whole(many["above"]) if many else None,
                many_steps=tuple(_text(step) for step in items(many["steps"])) if many else (),
            ),
            examples=examples,
            where=Location(self.name, self.root.line),
            digest=digest,
            waivable="allowed" not in waivers or waivers["allowed"].value is True,
            longest_waiver=parse_age(_text(waivers["longest"])) if "longest" in waivers else None,
        )

    def _parameters(self, node: Node | None) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for name, child in entries_of(node).items():
            if isinstance(child.value, (str, bool, Decimal)):
                found[name] = child.value
            else:
                self.mistakes.add(child, f"the default of parameter '{name}' must be a text, a number, true or false")
        return found

    def _check_fills(self, node: Node | None) -> None:
        """Note each kind in `confirm.fills` that the rule doesn't read: a look can't make up for it."""
        for kind in items(node):
            if kind.value not in self.conditions.kinds and not self.conditions.has_unknown_kinds:
                near = did_you_mean(str(kind.value), self.conditions.kinds)
                self.mistakes.add(kind, f"this rule doesn't read '{kind.value}'{near}")

    def _max_age(self, node: Node | None) -> dict[str, timedelta]:
        """Return how old each kind of record or answer may be. Note kinds that the rule doesn't read: their age has no effect."""
        if node is None:
            return {}
        from exportready.derive.registry import sources  # slow to import, and not needed if the rulebook is cached

        ages: dict[str, timedelta] = {}
        read = self.conditions.kinds | {source for kind in self.conditions.kinds for source in sources(kind)}
        for name, child in entries_of(node).items():
            line = (node.key_lines or {}).get(name, child.line)
            if name.startswith(ANSWERS + "."):
                path = name.removeprefix(ANSWERS + ".")
                if not any(is_within(known, path) for known in BY_PATH):
                    self.mistakes.add(line, f"unknown answer '{path}'{did_you_mean(path, BY_PATH)}")
            elif name not in KINDS:
                self.mistakes.add(line, f"'{name}' is not a kind of record{did_you_mean(name, KINDS)}")
            elif name == ACCOUNT:
                self.mistakes.add(line, f"{ACCOUNT} has no age; use $answers.PATH with the answer that it comes from")
            elif name not in read and not self.conditions.has_unknown_kinds:
                self.mistakes.add(line, f"this rule doesn't read '{name}', so its age has no effect; remove it")
            try:
                ages[name] = parse_age(str(child.value))
            except ValueError:
                continue  # RULE.check has noted the mistake
        return ages


def _confirm(entries: Mapping[str, Node]) -> Confirm:
    return Confirm(
        fact=_text(entries["fact"]),
        question=_text(entries["question"]),
        why=_text(entries["why"]) if "why" in entries else "",
        steps=tuple(_text(step) for step in items(entries["steps"])),
        yes=_text(entries["yes"]),
        no=_text(entries["no"]),
        minutes=_whole(entries["minutes"]),
        seconds_each=_whole(entries["seconds_each"]) if "seconds_each" in entries else 0,
        lasts=parse_lasts(_text(entries["lasts"])),
        fills=tuple(_text(kind) for kind in items(entries.get("fills"))),
    )


def _whole(node: Node) -> int:
    return int(node.value) if isinstance(node.value, Decimal) else 0


def _text(node: Node) -> str:
    return str(node.value)
