"""Find the key issues, and the problems behind which each of them is, from what the inference rules concluded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from exportready.causes.problems import Problem, number_of
from exportready.kinds.references import ESTABLISHED
from exportready.model.inference import Conclusion


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """Every problem with the key issues behind it. The ids of problems are valid in one run only."""

    problems: Mapping[str, Problem]
    behind: Mapping[str, tuple[str, ...]]
    """Problem -> the key problems it depends on, directly or through others; a key problem has itself."""
    members: Mapping[str, frozenset[str]]
    """Key problem -> every problem that depends on it, including itself."""
    public: Mapping[str, str]
    """Key problem -> the id of its key issue, which is the same in every run."""
    uncertain: frozenset[str]
    """Key problems on which other problems depend only by inferred steps."""
    conclusions: Mapping[str, Sequence[Conclusion]]
    """Problem -> what the rules concluded about it."""
    marked: Mapping[str, frozenset[str]]
    """Mark (`gates`, `retry`, `stops_batch`) -> the problems that the rules gave it to."""

    def public_of(self, problem: str) -> tuple[str, ...]:
        """Return the ids of the key issues behind a problem."""
        return tuple(self.public[key] for key in self.behind[problem])


MARKS = ("gates", "retry", "stops_batch")


def trace(problems: Sequence[Problem], concluded: Sequence[Conclusion]) -> Traced:
    """Return the key issues behind every problem."""
    behind, uncertain = key_issues_of(problems, concluded)
    by_id = {one.id: one for one in problems}
    members: dict[str, set[str]] = {}
    for problem, keys in behind.items():
        for key in keys:
            members.setdefault(key, set()).add(problem)
    conclusions: dict[str, list[Conclusion]] = {}
    for step in concluded:
        conclusions.setdefault(step.fact.get("effect") or step.fact.get("problem") or "", []).append(step)
    return Traced(
        problems=by_id,
        behind=behind,
        members={key: frozenset(some) for key, some in members.items()},
        public={one.id: _public_id(one) for one in problems if one.id in members},
        uncertain=frozenset(uncertain),
        conclusions=conclusions,
        marked={
            mark: frozenset(str(step.fact.get("problem")) for step in concluded if step.fact.kind == mark) for mark in MARKS
        },
    )


def _public_id(problem: Problem) -> str:
    """Return 12 hex digits that are the same in every run for the same problem of the same object."""
    check = problem.findings[0][1].check or "" if problem.findings else ""
    text = "\0".join((problem.what, *problem.object, problem.state, check))
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:12]


def key_issues_of(problems: Sequence[Problem], concluded: Iterable[Conclusion]) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """Return the key problems behind each problem, and the key problems that are known by inferred steps only.

    A key problem depends on no other. Of problems that depend only on each other, the first one is the key problem: there must be a
    place to start.
    """
    causes_of: dict[str, dict[str, bool]] = {}
    for step in concluded:
        if step.fact.kind == "depends":
            effect, cause = str(step.fact.get("effect")), str(step.fact.get("on"))
            causes = causes_of.setdefault(effect, {})
            causes[cause] = causes.get(cause, False) or step.rule.certainty == ESTABLISHED
    behind: dict[str, tuple[str, ...]] = {}
    established_keys: set[str] = set()
    for problem in problems:
        seen, queue, established = {problem.id}, [problem.id], {problem.id}
        while queue:
            at = queue.pop()
            for cause, is_established in causes_of.get(at, {}).items():
                if is_established and at in established:
                    established.add(cause)
                if cause not in seen:
                    seen.add(cause)
                    queue.append(cause)
        keys = tuple(sorted((one for one in seen if one not in causes_of), key=number_of))
        behind[problem.id] = keys or (min(_circle(seen, causes_of), key=number_of),)
        established_keys |= {key for key in behind[problem.id] if key in established and key != problem.id}
    keys_of_others = {key for id_, keys in behind.items() for key in keys if key != id_}
    return behind, keys_of_others - established_keys


def _circle(seen: Iterable[str], causes_of: Mapping[str, Mapping[str, bool]]) -> list[str]:
    """Return the problems that depend on themselves through others."""
    found = []
    for start in seen:
        queue, reached = list(causes_of.get(start, ())), set(causes_of.get(start, ()))
        while queue and start not in reached:
            new = set(causes_of.get(queue.pop(), ())) - reached
            reached |= new
            queue += new
        if start in reached:
            found.append(start)
    return found
