"""Read `rules/inference/*.yaml`, or report every mistake in every file at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from exportready.kinds.references import ESTABLISHED, INFERRED
from exportready.model.evidence import Location
from exportready.model.inference import Conclude, Different, InferenceRule, OneOf, Pattern, Same, Test
from exportready.model.rules import PLACEHOLDER, Citation
from exportready.schema.mistakes import Mistakes, MistakesFound
from exportready.schema.shapes import Anything, Choice, Key, ListOf, MapOf, Object, Text, did_you_mean
from exportready.schema.times import DAY
from exportready.schema.yamlfile import Node, entries, items, parse_file

FACTS: Mapping[str, tuple[str, ...]] = {
    "problem": ("id", "object", "key", "what", "sort", "state", "blocks"),
    "reference": ("from", "from_key", "to", "to_key"),
    "stopped": ("problem", "object", "key"),
    "follows": ("problem", "after"),
    "depends": ("effect", "on"),
    "gates": ("problem",),
    "retry": ("problem",),
    "stops_batch": ("problem",),
    "key": ("problem",),
}
"""Each kind of fact and its fields. Facts of the last five kinds come only from rules (docs/engineer/inference.md)."""
CONCLUDED = ("depends", "gates", "retry", "stops_batch", "key")

_PATTERN = MapOf(Anything({"description": "field: text, a list of texts, $variable, or {not: $variable}"}))
_RULE = Object(
    {
        "name": Key(Text(), "what the rule concludes, as a sentence", required=True),
        "when": Key(MapOf(_PATTERN), "entry: {fact: KIND, field: test}", required=True),
        "unless": Key(ListOf(_PATTERN, or_one=True, least=1), "facts that must not have been concluded by an earlier rule"),
        "then": Key(MapOf(Text()), "{fact: KIND, field: $variable, entry of when, or text}", required=True),
        "because": Key(Text(), "the reason, with {entries}", required=True),
        "standing": Key(
            Choice((ESTABLISHED, INFERRED)), "established: a document says so; inferred: our conclusion", required=True
        ),
        "source": Key(
            Object(
                {
                    "document": Key(Text(), required=True),
                    "section": Key(Text(), required=True),
                    "updated": Key(DAY, required=True),
                    "note": Key(Text()),
                }
            ),
            required=True,
        ),
    }
)


def load(folder: Path) -> tuple[InferenceRule, ...]:
    """Return every rule in a folder, earlier groups first. Raises MistakesFound with all mistakes."""
    found: list[InferenceRule] = []
    mistakes = Mistakes()
    for file in sorted(folder.glob("*.yaml")):
        of_file = mistakes.of(f"{folder.name}/{file.name}")
        try:
            root = parse_file(file, of_file)
        except MistakesFound as error:
            mistakes.found += error.mistakes
            continue
        if not isinstance(root.value, list):
            of_file.add(root, "a file of inference rules must be a list of rules")
            continue
        found += [rule for node in root.value if (rule := _rule(node, of_file)) is not None]
    if not mistakes.found:
        found = _grouped(found, mistakes)
    mistakes.raise_if_any("the rulebook")
    return tuple(sorted(found, key=lambda rule: (rule.group, rule.name)))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of inference rules."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ExportReady inference rules",
        **ListOf(_RULE).schema(),
    }


def _rule(node: Node, mistakes: Mistakes) -> InferenceRule | None:
    before = mistakes.count
    _RULE.check(node, mistakes)
    keys = entries(node)
    facts = entries(keys.get("when"))
    read = {name: _pattern(child, mistakes) for name, child in facts.items()}
    when = [(name, pattern) for name, pattern in read.items() if pattern is not None]
    if "when" in keys and not facts and mistakes.count == before:
        mistakes.add(keys["when"], "a rule needs at least one fact")
    # A fact with a mistake may use any variable, so then the variables can't be checked.
    bound = _variables(when) if len(when) == len(read) else None
    if bound is not None and "when" in keys:
        _not_before_bound(keys["when"], when, bound, mistakes)
    without = keys.get("unless")
    patterns = [(_pattern(child, mistakes), child) for child in (items(without) or ([without] if without else []))]
    for pattern, child in patterns:
        _only_bound(pattern, child, bound, mistakes)
    then = _conclude(keys["then"], mistakes, bound, facts) if "then" in keys else None
    because = keys.get("because")
    for word in PLACEHOLDER.findall(str(because.value)) if because else ():
        if because and word not in facts:
            mistakes.add(because, f"'{{{word}}}' is not an entry of 'when'{did_you_mean(word, facts)}")
    if mistakes.count > before or then is None:
        return None
    source = entries(keys["source"])
    text = {name: str(child.value) for name, child in (*keys.items(), *source.items())}
    return InferenceRule(
        name=text["name"],
        when=tuple(when),
        unless=tuple(pattern for pattern, _ in patterns if pattern is not None),
        then=then,
        because=text["because"],
        certainty=text["standing"],
        source=Citation(
            document=text["document"],
            section=text["section"],
            updated=date.fromisoformat(text["updated"]),
            note=text.get("note", ""),
        ),
        group=0,
        where=Location(mistakes.path, node.line),
    )


def _variables(when: Iterable[tuple[str, Pattern]]) -> frozenset[str]:
    return frozenset(test.variable for _, pattern in when for _, test in pattern.tests if isinstance(test, Same))


def _pattern(node: Node, mistakes: Mistakes) -> Pattern | None:
    if not isinstance(node.value, dict):
        return None  # the shape has noted the mistake
    keys = entries(node)
    kind = keys["fact"].value if "fact" in keys else None
    if not isinstance(kind, str) or kind not in FACTS:
        mistakes.add(node, f"'fact' must be one of {', '.join(FACTS)}{did_you_mean(str(kind), FACTS)}")
        return None
    tests: list[tuple[str, Test]] = []
    for name, child in keys.items():
        if name == "fact":
            continue
        if name not in FACTS[kind]:
            mistakes.add(child, f"'{kind}' has no field '{name}'{did_you_mean(name, FACTS[kind])}")
            continue
        test = _test(child, mistakes)
        if test is not None:
            tests.append((name, test))
    return Pattern(kind, tuple(tests))


def _test(node: Node, mistakes: Mistakes) -> Test | None:
    value = node.value
    if isinstance(value, str):
        return Same(value[1:]) if value.startswith("$") else OneOf((value,))
    if isinstance(value, list) and value and all(isinstance(item.value, str) for item in value):
        return OneOf(tuple(str(item.value) for item in value))
    if isinstance(value, dict) and set(value) == {"not"} and str(value["not"].value).startswith("$"):
        return Different(str(value["not"].value)[1:])
    mistakes.add(node, "expected a text (numbers in quotes), a list of texts, $variable or {not: $variable}")
    return None


def _not_before_bound(node: Node, when: Iterable[tuple[str, Pattern]], bound: Collection[str], mistakes: Mistakes) -> None:
    """Note tests for a difference from a variable that no entry binds."""
    for _, pattern in when:
        for name, test in pattern.tests:
            if isinstance(test, Different) and test.variable not in bound:
                mistakes.add(node, f"'{name}' must differ from ${test.variable}, but no entry sets that variable")


def _only_bound(pattern: Pattern | None, node: Node, bound: Collection[str] | None, mistakes: Mistakes) -> None:
    """Note tests in `unless` that engines don't support: on unbound variables, for a difference, or twice on one variable."""
    named: list[str] = []
    for name, test in pattern.tests if pattern else ():
        if isinstance(test, Different):
            mistakes.add(node, f"'{name}': {{not: …}} isn't allowed in 'unless'")
        elif isinstance(test, Same):
            named.append(test.variable)
            if bound is not None and test.variable not in bound:
                mistakes.add(node, f"no entry of 'when' sets ${test.variable}")
    if len(named) != len(set(named)):
        mistakes.add(node, "a fact of 'unless' uses one variable twice; use each variable only once")


def _conclude(node: Node, mistakes: Mistakes, bound: Collection[str] | None, names: Collection[str]) -> Conclude | None:
    if not isinstance(node.value, dict):
        return None  # the shape has noted the mistake
    keys = {name: str(child.value) for name, child in entries(node).items()}
    kind = keys.pop("fact", "")
    if kind not in CONCLUDED:
        mistakes.add(node, f"'fact' must be one of {', '.join(CONCLUDED)}{did_you_mean(kind, CONCLUDED)}")
        return None
    if set(keys) != set(FACTS[kind]):
        mistakes.add(node, f"'{kind}' must have exactly these fields: {', '.join(FACTS[kind])}")
        return None
    fields: list[tuple[str, Same | str]] = []
    for name, value in keys.items():
        if value.startswith("$"):
            if bound is not None and value[1:] not in bound:
                mistakes.add(node, f"no entry of 'when' sets {value}")
            fields.append((name, Same(value[1:])))
        elif value in names:
            fields.append((name, value))
        else:
            mistakes.add(node, f"'{value}' is not an entry of 'when'{did_you_mean(value, names)}")
    return Conclude(kind, tuple(fields))


def _grouped(rules: list[InferenceRule], mistakes: Mistakes) -> list[InferenceRule]:
    """Return the rules with their groups: each rule runs after all rules that conclude what it negates.

    A cycle through `unless` has no such order and is a mistake.
    """
    groups: dict[str, int] = dict.fromkeys(CONCLUDED, 0)
    for _ in range(len(CONCLUDED) + 1):
        before = dict(groups)
        for rule in rules:
            needs = [groups.get(pattern.fact, 0) for _, pattern in rule.when]
            needs += [groups.get(pattern.fact, 0) + 1 for pattern in rule.unless]
            groups[rule.then.fact] = max(groups[rule.then.fact], *needs)
        if before == groups:
            return [replace(rule, group=groups[rule.then.fact]) for rule in rules]
    first = min(rules, key=lambda rule: (rule.where.path, rule.where.line or 0))
    mistakes.of(first.where.path).add(
        first.where.line or 0,
        "rules form a cycle through 'unless': what a rule rules out must not follow from what it concludes",
    )
    return rules
