"""durable-rules 2.0.28 as an engine. Its hazards were measured; a comment beside each place says what is done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, product
from typing import Any

from durable.engine import Host, MessageNotHandledException, MessageObservedException

from exportready.causes.engines.engine import Compiled, CompiledRule, Match, Term
from exportready.model.inference import Fact

_BEGIN = "begin"
"""Kind of a first fact with a rule of its own: deleting a state in which nothing ever fired ends the process, since its context is
freed without having been set (src/rules/state.c of 2.0.28)."""
_DONE = "done"
"""Kind of a last fact: `not` looks only at the facts so far, and would conclude too early without it."""


class _Quiet(Host):
    """A host without the two timer threads, which never end; none of our rules needs time."""

    def _run(self) -> None:
        pass


_host: _Quiet | None = None
"""Return the one host of this process: a host never releases what it takes up."""
_known: dict[tuple[CompiledRule, ...], str] = {}
_runs = count()
_collected: dict[str, list[Match]] = {}
"""Id of a running session -> its matches so far."""


class InferenceFailed(Exception):
    """The engine failed; nothing that it concluded counts."""


class Durable:
    """See Engine."""

    @contextmanager
    def session(self, rules: Compiled) -> Iterator[_Session]:
        """See Engine. The state is deleted at the end, so that memory stays flat over thousands of accounts."""
        name, sid = _registered(rules.rules), f"run{next(_runs)}"
        _collected[sid] = []
        session = _Session(name, sid, rules)
        session.say({"kind": _BEGIN})
        try:
            yield session
        finally:
            del _collected[sid]
            _get_host().delete_state(name, sid)


class _Session:
    def __init__(self, ruleset: str, sid: str, rules: Compiled) -> None:
        self.ruleset, self.sid, self.rules = ruleset, sid, rules
        self.values: dict[str, str] = {}
        self.ids = count()

    def tell(self, first: int, facts: Sequence[Fact]) -> Sequence[Match]:
        """See Session."""
        collected = _collected[self.sid]
        done = len(collected)
        for number, fact in enumerate(facts, first):
            fields = {f"f_{name}": self.rules.token(value, self.values) for name, value in fact.fields}
            self.say({"kind": fact.kind, "n": str(number), **fields})
        if not first:
            self.say({"kind": _DONE})
        return collected[done:]

    def say(self, message: dict[str, str]) -> None:
        """Add one fact. durable-rules tells facts apart by a 32-bit hash of their id: on a collision the fact gets a new id."""
        while True:
            try:
                state = _get_host().assert_fact(
                    self.ruleset, {**message, "id": self._identity(next(self.ids)), "sid": self.sid}
                )
            except MessageObservedException:
                continue
            except MessageNotHandledException:
                return  # no rule looks at such a fact
            if state and "exception" in state:  # what an action raises is swallowed into the state
                raise InferenceFailed(state["exception"])
            return

    @staticmethod
    def _identity(number: int) -> str:
        return f"{number:012}"


def _get_host() -> _Quiet:
    global _host  # noqa: PLW0603 - see _host
    if _host is None:
        _host = _Quiet()
    return _host


def _registered(rules: tuple[CompiledRule, ...]) -> str:
    """Return the name of the rule set in the host; each is compiled once for the process."""
    name = _known.get(rules)
    if name is None:
        name = f"rules{next(_runs)}"
        variants = [variant for rule in rules for variant in _variants(rule)]
        begin = {"all": [{"b": {"kind": _BEGIN}}], "run": lambda closure: None}
        definitions = {f"r{at}": _definition(*variant) for at, variant in enumerate(variants)}
        _get_host().register_rulesets({name: {"begin": begin, **definitions}})
        _known[rules] = name
    return name


def _variants(rule: CompiledRule) -> Iterator[tuple[CompiledRule, tuple[int, ...]]]:
    """Yield the rule, and the rule with terms merged, each with the positions of its own terms.

    In durable-rules one fact never matches two terms of a rule, although it may be both.
    """
    kinds = [term.kind for term in rule.terms]
    for places in product(*(range(at + 1) for at in range(len(kinds)))):
        if all(places[place] == place and kinds[place] == kind for place, kind in zip(places, kinds, strict=True)):
            merged = _merged(rule, places)
            if merged is not None:
                yield merged


def _merged(rule: CompiledRule, places: tuple[int, ...]) -> tuple[CompiledRule, tuple[int, ...]] | None:
    kept = sorted(set(places))
    number = {place: at for at, place in enumerate(kept)}
    terms = []
    for place in kept:
        parts = [term for at, term in enumerate(rule.terms) if places[at] == place]
        constants = {pair for part in parts for pair in part.constants}
        if len(constants) != len({name for name, _ in constants}):
            return None  # one field cannot hold two values
        joins = {(name, number[places[at]], other) for part in parts for name, at, other in part.joins if places[at] != place}
        inside = [field for part in parts for name, at, other in part.joins if places[at] == place for field in (name, other)]
        present = {*inside, *(name for part in parts for name in part.present)}
        terms.append(
            Term(
                kind=parts[0].kind,
                constants=tuple(sorted(constants)),
                joins=tuple(sorted(joins)),
                present=tuple(sorted(present)),
            )
        )
    absent = tuple(
        Term(
            kind=term.kind,
            constants=term.constants,
            joins=tuple((name, number[places[at]], other) for name, at, other in term.joins),
            present=term.present,
        )
        for term in rule.absent
    )
    return CompiledRule(rule.rule, tuple(terms), absent), tuple(number[place] for place in places)


def _definition(rule: CompiledRule, places: tuple[int, ...]) -> dict[str, Any]:
    terms: list[dict[str, Any]] = [{"d": {"kind": _DONE}}] if rule.absent else []
    terms += [{f"m{at}": _expression(term)} for at, term in enumerate(rule.terms)]
    terms += [{f"a{at}$not": _expression(term)} for at, term in enumerate(rule.absent)]
    return {"all": terms, "run": _collector(rule.rule, [f"m{place}" for place in places])}


def _expression(term: Term) -> dict[str, Any]:
    """Return the tests of a term. A missing field makes every test false, even under `not`, so what must be there comes first."""
    tests: list[Mapping[str, Any]] = [{"kind": term.kind}]
    tests += [{"$ex": {f"f_{name}": 1}} for name in term.present]
    tests += [{f"f_{name}": value} for name, value in term.constants]
    tests += [{f"f_{name}": {f"m{at}": f"f_{other}"}} for name, at, other in term.joins]
    return {"$and": tests} if len(tests) > 1 else dict(tests[0])


def _collector(rule: int, names: Sequence[str]) -> Callable[[Any], None]:
    def collect(closure: Any) -> None:
        facts = tuple(int(getattr(closure, name)["n"]) for name in names)
        _collected[closure.s.sid].append(Match(rule, facts))

    return collect
