"""CLIPS as an engine, through clipspy, where durable-rules can't be installed (Windows, Python 3.13 and newer)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import clips

from exportready.causes.engines.engine import Compiled, CompiledRule, Match, Term
from exportready.model.inference import Fact


class Clips:
    """See Engine."""

    @contextmanager
    def session(self, rules: Compiled) -> Iterator[_Session]:
        """See Engine. An environment is never fully released, so each group of rules has one, which drops its facts at the end."""
        environment = _environments.get(rules.rules)
        if environment is None:
            environment = _environments[rules.rules] = _Environment(rules.rules)
        environment.collected.clear()
        try:
            yield _Session(environment, rules)
        finally:
            environment.clips.reset()


class _Environment:
    """A group of rules, built once for the process."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self.collected: list[Match] = []
        self.clips = clips.Environment()
        self.clips.define_function(self._collect, name="collect")
        self.kinds = {kind: sorted(names) for kind, names in _fields(rules).items()}
        for kind, names in self.kinds.items():
            slots = "".join(f" (slot f_{name} (default nil))" for name in names)
            self.clips.build(f"(deftemplate t_{kind} (slot n){slots})")
        for at, rule in enumerate(rules):
            self.clips.build(_definition(at, rule))

    def _collect(self, rule: int, *facts: int) -> None:
        self.collected.append(Match(int(rule), tuple(map(int, facts))))


_environments: dict[tuple[CompiledRule, ...], _Environment] = {}


class _Session:
    def __init__(self, environment: _Environment, rules: Compiled) -> None:
        self.environment, self.rules = environment, rules
        self.values: dict[str, str] = {}

    def tell(self, first: int, facts: Sequence[Fact]) -> Sequence[Match]:
        """See Session."""
        known, collected = self.environment.kinds, self.environment.collected
        done = len(collected)
        templates = {kind: self.environment.clips.find_template(f"t_{kind}") for kind in known}
        for number, fact in enumerate(facts, first):
            if fact.kind in templates:
                tokens = {
                    name: self.rules.token(value, self.values) for name, value in fact.fields if name in known[fact.kind]
                }
                slots = {f"f_{name}": clips.Symbol(token) for name, token in tokens.items()}
                templates[fact.kind].assert_fact(n=number, **slots)
        self.environment.clips.run()
        return collected[done:]


def _fields(rules: Sequence[CompiledRule]) -> dict[str, set[str]]:
    """Return the kinds of facts that the rules look at, each with the fields they read."""
    found: dict[str, set[str]] = {}
    for rule in rules:
        for term in (*rule.terms, *rule.absent):
            named = found.setdefault(term.kind, set())
            named |= {name for name, _ in term.constants} | set(term.present) | {name for name, _, _ in term.joins}
            for _, at, other in term.joins:
                found.setdefault(rule.terms[at].kind, set()).add(other)
    return found


def _definition(number: int, rule: CompiledRule) -> str:
    terms = "\n".join(_pattern(at, term) for at, term in enumerate(rule.terms))
    absent = "\n".join(f"(not {_pattern(-1, term)})" for term in rule.absent)
    facts = " ".join(f"?n{at}" for at in range(len(rule.terms)))
    return f"(defrule r{number}\n{terms}\n{absent}\n=>\n(collect {rule.rule} {facts}))"


def _pattern(at: int, term: Term) -> str:
    """Return the pattern of a term, with a variable for every field that others join with; nil is a missing field."""
    joins = {name: f"&?x{other_at}_{other}" for name, other_at, other in term.joins}
    constants = {name: f"&{value}" for name, value in term.constants}
    names = sorted({*joins, *constants, *term.present})
    own = f"?x{at}_" if at >= 0 else "?y_"
    slots = "".join(f" (f_{name} {own}{name}&~nil{constants.get(name, '')}{joins.get(name, '')})" for name in names)
    number = f" (n ?n{at})" if at >= 0 else ""
    return f"(t_{term.kind}{number}{slots})"
