"""Runs the rules of `rules/inference/` with durable-rules, or with CLIPS where durable-rules can't be installed.

An engine only finds the facts that match together. What follows from a match, the order of the groups, and that a fact is concluded
once, is decided here: so an engine is one small file, and both run the same rules (docs/decisions/inference.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from itertools import groupby

from exportready.causes.engines.engine import Engine, Match, compile_rules, passes
from exportready.model.inference import Conclusion, Fact, InferenceRule, Same

ENGINES = ("durable", "clips")


class NoEngine(Exception):
    """The engine that was asked for isn't installed; the text says what to do."""


def engine(name: str | None = None) -> Engine:
    """Return the engine of this name; without one durable-rules, or CLIPS where that isn't installed. Raises NoEngine."""
    modules = {"durable": "durable", "clips": "clips"}
    chosen = name or next((one for one in ENGINES if find_spec(modules[one])), ENGINES[0])
    if find_spec(modules[chosen]) is None:
        other = next((one for one in ENGINES if find_spec(modules[one])), None)
        raise NoEngine(f"the engine '{chosen}' is not installed here" + (f"; use --engine {other}" if other else ""))
    if chosen == "durable":
        from exportready.causes.engines.durable import Durable

        return Durable()
    from exportready.causes.engines.clips import Clips

    return Clips()


def infer(rules: Sequence[InferenceRule], facts: Iterable[Fact], by: Engine) -> tuple[Conclusion, ...]:
    """Return everything that follows, group after group, in an order that doesn't depend on that of the facts.

    Where several matches conclude the same fact, all of them are returned: each is a reason of its own.
    """
    known = dict.fromkeys(sorted(set(facts), key=repr))
    found: dict[tuple[str, tuple[tuple[str, Fact], ...]], Conclusion] = {}
    for _, some in groupby(sorted(rules, key=lambda rule: rule.group), key=lambda rule: rule.group):
        group = tuple(some)
        with by.session(compile_rules(group)) as session:
            told: list[Fact] = []
            new = list(known)
            while new:
                first = len(told)
                told += new
                new = []
                for match in session.tell(first, told[first:]):
                    conclusion = _conclusion(group[match.rule], match, told)
                    if conclusion is None:
                        continue
                    found.setdefault((conclusion.rule.name, conclusion.by), conclusion)
                    if conclusion.fact not in known:
                        known[conclusion.fact] = None
                        new.append(conclusion.fact)
    return tuple(sorted(found.values(), key=lambda one: (one.rule.group, one.rule.name, repr(one.by))))


def _conclusion(rule: InferenceRule, match: Match, told: Sequence[Fact]) -> Conclusion | None:
    by = tuple((name, told[at]) for (name, _), at in zip(rule.when, match.facts, strict=True))
    values = passes(rule, [one for _, one in by])
    if values is None:
        return None
    ids = {name: one.get("id") or "" for name, one in by}
    fields = [(name, values[part.variable] if isinstance(part, Same) else ids[part]) for name, part in rule.then.fields]
    return Conclusion(Fact(rule.then.fact, tuple(sorted(fields))), rule, by)
