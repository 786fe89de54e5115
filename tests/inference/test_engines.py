"""Both engines conclude the same as a plain evaluation, and none of the hazards of durable-rules has an effect."""

from __future__ import annotations

import hashlib
import random
import re
import resource
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.causes import engines as inference
from exportready.causes.engines import ENGINES, NoEngine, engine, infer
from exportready.causes.engines.engine import Engine, compile_rules
from exportready.model.evidence import Location
from exportready.model.inference import Conclude, Different, Fact, InferenceRule, OneOf, Pattern, Same, Test, fact
from exportready.model.rules import Citation

# -- the plain evaluation: every combination of facts against every rule, group after group


def follows(rules: Sequence[InferenceRule], facts: Iterable[Fact]) -> set[tuple[str, Fact]]:
    """Return every (rule, concluded fact), by plain evaluation."""
    known = set(facts)
    found: set[tuple[str, Fact]] = set()
    for group in sorted({rule.group for rule in rules}):
        before = -1
        while before != len(known):
            before = len(known)
            for rule in (rule for rule in rules if rule.group == group):
                concluded = list(_concluded(rule, sorted(known, key=repr)))
                found |= {(rule.name, one) for one in concluded}
                known |= set(concluded)
    return found


def _concluded(rule: InferenceRule, known: Sequence[Fact]) -> Iterator[Fact]:
    names = [name for name, _ in rule.when]
    for facts in product(*([one for one in known if one.kind == pattern.fact] for _, pattern in rule.when)):
        values: dict[str, str] = {}
        if not all(_fits(pattern, fact, values) for (_, pattern), fact in zip(rule.when, facts, strict=True)):
            continue
        if not all(_differs(pattern, fact, values) for (_, pattern), fact in zip(rule.when, facts, strict=True)):
            continue
        if any(_fits(pattern, fact, dict(values)) for pattern in rule.unless for fact in known if fact.kind == pattern.fact):
            continue
        fields = {
            name: values[part.variable] if isinstance(part, Same) else (facts[names.index(part)].get("id") or "")
            for name, part in rule.then.fields
        }
        yield Fact(rule.then.fact, tuple(sorted(fields.items())))


def _fits(pattern: Pattern, fact: Fact, values: dict[str, str]) -> bool:
    for name, test in pattern.tests:
        value = fact.get(name)
        if value is None:
            return False
        if isinstance(test, OneOf) and value not in test.values:
            return False
        if isinstance(test, Same) and values.setdefault(test.variable, value) != value:
            return False
    return True


def _differs(pattern: Pattern, fact: Fact, values: dict[str, str]) -> bool:
    return all(fact.get(name) != values[test.variable] for name, test in pattern.tests if isinstance(test, Different))


# -- both engines against it


THERE = [name for name in ENGINES if find_spec({"durable": "durable", "clips": "clips"}[name])]
SOURCE = Citation(document="a test", section="this one", updated=date(2026, 11, 24))
VALUES = ["a", "b", "1", "01", "1.0", "true", "none", "id", "", "ä ✓", "c0", "v0"]
"""Values that an engine could coerce or mistake for its own keywords or tokens."""


def rule(
    name: str,
    when: dict[str, Pattern],
    then: dict[str, Same | str],
    unless: Sequence[Pattern] = (),
    group: int = 0,
    concludes: str = "key",
) -> InferenceRule:
    return InferenceRule(
        name=name,
        when=tuple(when.items()),
        unless=tuple(unless),
        then=Conclude(concludes, tuple(then.items())),
        because="",
        certainty="established",
        source=SOURCE,
        group=group,
        where=Location("x"),
    )


def pattern(kind: str, **tests: Test | str) -> Pattern:
    return Pattern(
        kind, tuple((name.rstrip("_"), OneOf((test,)) if isinstance(test, str) else test) for name, test in tests.items())
    )


def concluded(rules: Sequence[InferenceRule], facts: Sequence[Fact], by: Engine) -> set[tuple[str, Fact]]:
    return {(one.rule.name, one.fact) for one in infer(rules, facts, by)}


@st.composite
def rule_sets(draw: st.DrawFn) -> list[InferenceRule]:
    """Draw rules of two groups, in which the second can test for the conclusions of the first or for their absence."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        group = draw(st.integers(0, 1))
        kinds = ["problem", "reference", *(["depends"] if group else [])]
        when: dict[str, Pattern] = {}
        for entry in ("one", "two", "three")[: draw(st.integers(1, 3))]:
            tests: dict[str, Test] = {}
            for name in draw(st.lists(st.sampled_from(["id", "object", "key"]), unique=True, min_size=0 if when else 1)):
                values = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=2))
                choices: list[Test] = [Same(draw(st.sampled_from("xyz"))), OneOf(tuple(values))]
                tests[name] = draw(st.sampled_from(choices))
            when[entry] = Pattern(draw(st.sampled_from(kinds)), tuple(tests.items()))
        bound = sorted({test.variable for one in when.values() for _, test in one.tests if isinstance(test, Same)})
        if draw(st.booleans()) and bound:
            last, old = list(when.items())[-1]
            when[last] = Pattern(old.fact, (*old.tests, ("sort", Different(draw(st.sampled_from(bound))))))
        unless = []
        if draw(st.booleans()) and group and bound:
            tests = {draw(st.sampled_from(["effect", "on"])): Same(draw(st.sampled_from(bound)))}
            unless = [Pattern("depends", tuple(tests.items()))]
        parts: list[Same | str] = [*(Same(one) for one in bound), *when]
        then = {name: draw(st.sampled_from(parts)) for name in (("problem",) if group else ("effect", "on"))}
        found.append(rule(f"rule {number}", when, then, unless, group, "key" if group else "depends"))
    return found


FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(["problem", "reference"]),
        st.dictionaries(st.sampled_from(["id", "object", "key", "sort"]), st.sampled_from(VALUES), min_size=1),
    ),
    max_size=7,
)


@pytest.mark.parametrize("name", THERE)
@given(rules=rule_sets(), facts=FACTS, order=st.randoms(use_true_random=False))
def test_an_engine_concludes_the_same_as_the_plain_evaluation_in_any_order(
    name: str, rules: list[InferenceRule], facts: list[Fact], order: random.Random
) -> None:
    expected = follows(rules, facts)
    order.shuffle(facts)
    assert concluded(rules, facts, engine(name)) == expected


# -- the traps of durable-rules, each with its handling taken away


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> Any:
    return pytest.importorskip("exportready.causes.engines.durable", reason="durable-rules cannot be had here")


DEPENDS = [
    rule("link", {"a": pattern("problem", id=Same("a"), key=Same("k")), "b": pattern("problem", id=Different("a"), object=Same("k"))},
         {"effect": "a", "on": "b"}, concludes="depends"),
    rule("key", {"p": pattern("problem", id=Same("p"))}, {"problem": "p"}, [pattern("depends", effect=Same("p"))], group=1),
]  # fmt: skip
CHAIN = [fact("problem", {"id": f"p{n}", "object": f"o{n}", "key": f"o{n + 1}"}) for n in range(50)]


def keys(by: Engine, facts: Sequence[Fact] = CHAIN) -> set[str | None]:
    return {one.fact.get("problem") for one in infer(DEPENDS, facts, by) if one.fact.kind == "key"}


@pytest.mark.parametrize("name", THERE)
def test_a_chain_of_fifty_problems_has_one_key_issue(name: str) -> None:
    assert keys(engine(name)) == {"p49"}


def shorter(number: int) -> str:
    """Return the same token for two numbers, so that facts collide in pairs."""
    return f"{number // 2:012}"


def hashed(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


@pytest.mark.parametrize(
    ("identity", "count"), [(shorter, 100), pytest.param(hashed, 100_000, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_facts_with_the_same_hash_stay_separate(
    durable: Any, monkeypatch: pytest.MonkeyPatch, identity: Callable[[int], str], count: int
) -> None:
    monkeypatch.setattr(durable._Session, "_identity", staticmethod(identity))
    refused = 0
    observed = durable.MessageObservedException

    class Counted(observed):  # type: ignore[misc, valid-type]
        def __init__(self, *args: object) -> None:
            nonlocal refused
            refused += 1
            super().__init__(*args)

    monkeypatch.setattr("durable.engine.MessageObservedException", Counted)
    looked_for = rule(
        "pair", {"a": pattern("problem", key="no such"), "b": pattern("problem", id=Same("x"))}, {"problem": "b"}
    )
    with durable.Durable().session(compile_rules([looked_for])) as session:
        session.tell(0, [fact("problem", {"id": f"p{n}"}) for n in range(count)])
        there = {one["n"] for one in durable._get_host().get_facts(session.ruleset, session.sid) if "n" in one}
    assert refused, "no two hashes collided, so this test shows nothing"
    assert len(there) == count


def test_unless_does_not_depend_on_the_order_of_facts(durable: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = [CHAIN[0], CHAIN[1]]
    assert keys(durable.Durable(), facts) == keys(durable.Durable(), facts[::-1]) == {"p1"}
    monkeypatch.setattr(durable, "_known", {})
    whole = durable._definition

    def hasty(*parts: Any) -> dict[str, Any]:
        definition: dict[str, Any] = whole(*parts)
        return {**definition, "all": [term for term in definition["all"] if "d" not in term]}

    monkeypatch.setattr(durable, "_definition", hasty)
    assert keys(durable.Durable(), facts) != {"p1"}


def test_an_error_in_an_action_is_raised(durable: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(rule: int, names: Sequence[str]) -> Any:
        def collect(closure: object) -> None:
            raise RuntimeError("broken")

        return collect

    monkeypatch.setattr(durable, "_known", {})
    monkeypatch.setattr(durable, "_collector", broken)
    with pytest.raises(durable.InferenceFailed, match="broken"):
        keys(durable.Durable())


def test_a_session_in_which_no_rule_fired_is_deleted(durable: Any) -> None:
    """Without the fact that begins a session, durable-rules would end the process here, so that can't be tested."""
    assert keys(durable.Durable(), [fact("reference", {"from": "a"})]) == set()


def test_one_fact_can_match_two_entries_of_a_rule(durable: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [rule("twice", {"a": pattern("problem", id=Same("x")), "b": pattern("problem", id=Same("x"))}, {"problem": "b"})]
    one = [fact("problem", {"id": "p0"})]
    assert concluded(twice, one, durable.Durable()) == {("twice", fact("key", {"problem": "p0"}))}
    monkeypatch.setattr(durable, "_known", {})
    monkeypatch.setattr(durable, "_variants", lambda rule: [(rule, tuple(range(len(rule.terms))))])
    assert concluded(twice, one, durable.Durable()) == set()


def test_values_are_not_coerced(durable: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    same = [rule("same", {"a": pattern("problem", key=Same("x")), "b": pattern("reference", key=Same("x"))}, {"problem": "a"})]
    facts = [fact("problem", {"id": "p0", "key": "1"}), fact("reference", {"key": "1.0"}), fact("reference", {"key": "01"})]
    assert concluded(same, facts, durable.Durable()) == set()


def test_only_tokens_under_our_own_names_reach_the_engine(durable: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values that it would coerce ('true' equals true there) and fields that it reserves (id, sid) never reach it."""
    told: list[dict[str, Any]] = []
    whole = durable._Quiet.assert_fact

    def listened(host: Any, ruleset: str, message: dict[str, Any]) -> Any:
        told.append(message)
        return whole(host, ruleset, message)

    monkeypatch.setattr(durable._Quiet, "assert_fact", listened)
    keys(durable.Durable(), [fact("problem", {"id": "true", "object": "1", "key": "$s", "sid": "other", "kind": "done"})])
    ours = {"id", "sid", "kind", "n"}
    fields = [(name, value) for message in told for name, value in message.items() if name not in ours]
    assert fields
    assert all(name.startswith("f_") and re.fullmatch(r"[cv]\d+", value) for name, value in fields)
    assert {message["kind"] for message in told} == {"begin", "done", "problem", "key"}
    assert len({message["sid"] for message in told}) == 2  # one for each group of rules


@pytest.mark.parametrize("count", [500, pytest.param(2_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", THERE)
def test_many_accounts_leak_neither_memory_nor_threads(name: str, count: int) -> None:
    by = engine(name)

    def resident_after(accounts: int) -> int:
        for _ in range(accounts):
            keys(by, CHAIN[:6])
        return resident()

    threads = threading.active_count()
    before = resident_after(300)
    # Of 1.4 MB for each host, or 8 KB for each firing that stays, it would be far more.
    assert resident_after(count) - before < 12 << 20
    assert threading.active_count() == threads


def resident() -> int:
    """Return the memory of this process in bytes; if the system doesn't report it, the peak so far."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


STATM = Path("/proc/self/statm")


def test_a_missing_engine_names_the_one_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "find_spec", lambda name: None if name == "durable" else object())
    assert type(engine()).__name__ == "Clips"
    with pytest.raises(NoEngine, match="--engine clips"):
        engine("durable")
