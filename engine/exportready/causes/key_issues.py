"""The key issues of each problem: the ends of what it depends on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from exportready.causes.problems import Problem, number_of
from exportready.kinds.references import ESTABLISHED
from exportready.model.inference import Conclusion


def key_issues_of(problems: Sequence[Problem], concluded: Iterable[Conclusion]) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """The key issues of each problem, and those that rest on inferred steps alone. Of problems that only depend on each other
    one stands for all, or nobody would be told where to begin."""
    on: dict[str, dict[str, bool]] = {}
    for one in concluded:
        if one.fact.kind == "depends":
            effect, cause = str(one.fact.get("effect")), str(one.fact.get("on"))
            causes = on.setdefault(effect, {})
            causes[cause] = causes.get(cause, False) or one.rule.certainty == ESTABLISHED
    roots: dict[str, tuple[str, ...]] = {}
    surely: set[str] = set()
    for problem in problems:
        seen, queue, sure = {problem.id}, [problem.id], {problem.id}
        while queue:
            at = queue.pop()
            for cause, established in on.get(at, {}).items():
                if established and at in sure:
                    sure.add(cause)
                if cause not in seen:
                    seen.add(cause)
                    queue.append(cause)
        ends = tuple(sorted((one for one in seen if one not in on), key=number_of))
        roots[problem.id] = ends or (min(_circle(seen, on), key=number_of),)
        surely |= {end for end in roots[problem.id] if end in sure and end != problem.id}
    dependents = {end for id_, ends in roots.items() for end in ends if end != id_}
    return roots, dependents - surely


def _circle(seen: Iterable[str], on: Mapping[str, Mapping[str, bool]]) -> list[str]:
    """Those that can be reached again from themselves."""
    found = []
    for start in seen:
        queue, reached = list(on.get(start, ())), set(on.get(start, ()))
        while queue and start not in reached:
            new = set(on.get(queue.pop(), ())) - reached
            reached |= new
            queue += new
        if start in reached:
            found.append(start)
    return found
