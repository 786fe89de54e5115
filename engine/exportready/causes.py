"""The key issues of a result, and what waits on each.

Findings and errors become problems, the inference says which depends on which, and the walk over references says what waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from exportready.graph import AMOUNTS, Graph, Node, build, identity, total
from exportready.impact import Impact, chain, ending, walk
from exportready.inference import infer
from exportready.inference.engine import Engine
from exportready.kinds import AT_FAULT, fold
from exportready.kinds.messages import RETRY
from exportready.kinds.references import ESTABLISHED, INFERRED
from exportready.mends import mend, title
from exportready.model.evidence import Evidence
from exportready.model.inference import Conclusion, InferenceRule
from exportready.model.report import Cleared, Finding, KeyIssue, Reason, RuleResult, Thing, Waiting
from exportready.model.rules import PLACEHOLDER, Phase, Severity
from exportready.problems import FINDING, Problem, facts, find


@dataclass(frozen=True, slots=True)
class Causes:
    """What a result comes to."""

    results: tuple[RuleResult, ...]
    """The results with the key issues of each finding."""
    key_issues: tuple[KeyIssue, ...]
    waiting: tuple[Waiting, ...]
    waits: Cleared
    stale: tuple[str, ...]
    graph: Graph


def explain(
    results: Sequence[RuleResult], evidence: Evidence, rules: Sequence[InferenceRule], by: Callable[[], Engine], phase: str
) -> Causes:
    """Which problems are key, and what waits on each. `by` opens the engine, which nothing needs where there is no problem."""
    graph = build(evidence, _arrived(evidence) if phase == Phase.AFTER.value else None)
    problems = find(results, evidence, graph)
    told = facts(problems, graph, rules)
    concluded = infer(rules, told, by()) if told else ()
    roots, shaky = _roots(problems, concluded)
    marked = {
        kind: {str(one.fact.get("problem")) for one in concluded if one.fact.kind == kind}
        for kind in ("gates", "retry", "stops_batch")
    }
    gates = marked["gates"]
    impact = walk((one for one in problems if one.id not in gates), graph, marked["stops_batch"])
    by_id = {one.id: one for one in problems}
    ends = {root for some in roots.values() for root in some}
    keys = {one.id: one for one in problems if one.id in ends}
    names = {id_: _id(one) for id_, one in keys.items()}
    waiting = [_waiting(node, impact, by_id, roots, names) for node in sorted(impact.ways)]
    waiting.sort(key=lambda one: (one.batch or "", one.transaction.kind, fold(one.transaction.key)))
    cleared = _cleared(impact, problems, roots, graph)
    waiting_nodes = list(impact.ways)
    fired: dict[str, list[Conclusion]] = {}
    for step in concluded:
        fired.setdefault(step.fact.get("effect") or step.fact.get("problem") or "", []).append(step)
    members: dict[str, set[str]] = {}
    for one, ends_of in roots.items():
        for id_ in ends_of:
            members.setdefault(id_, set()).add(one)
    issues = [
        _issue(one, names[id_], cleared[id_], fired, by_id, marked, frozenset(members[id_]), id_ in shaky)
        for id_, one in keys.items()
    ]
    return Causes(
        _with_issues(results, problems, roots, names, _batches(problems, graph)),
        tuple(sorted(issues, key=_first)),
        tuple(waiting),
        Cleared(sum(alone.findings for alone, _ in cleared.values()), len(waiting_nodes), total(graph, waiting_nodes)),
        _stale(evidence),
        graph,
    )


def _arrived(evidence: Evidence) -> dict[Node, bool]:
    """Of every exported transaction, whether it did not arrive: what is not known to have arrived may still wait."""
    types = {kind.partition(".")[2].replace("_", " "): kind for kind in AMOUNTS}
    keys = {(kind, fold(record.key)): identity(record) for kind in AMOUNTS for record in evidence.shelf(kind).records}
    found = {}
    for one in evidence.shelf("derived.match").records:
        kind, id_ = types[str(one.get("type"))], one.get("id")
        node = (kind, id_) if isinstance(id_, str) else keys.get((kind, fold(one.key)))
        if node is not None:
            found[node] = one.get("state") not in ("arrived", "twice", "explained") or one.get("explained") == "left behind"
    return found


def _roots(problems: Sequence[Problem], concluded: Iterable[Conclusion]) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """The key issues of each problem, and those that rest on inferred steps alone. Of problems that only depend on each other
    one stands for all, or nobody would be told where to begin."""
    on: dict[str, dict[str, bool]] = {}
    for one in concluded:
        if one.fact.kind == "depends":
            effect, cause = str(one.fact.get("effect")), str(one.fact.get("on"))
            causes = on.setdefault(effect, {})
            causes[cause] = causes.get(cause, False) or one.rule.standing == ESTABLISHED
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
        ends = tuple(sorted((one for one in seen if one not in on), key=_number))
        roots[problem.id] = ends or (min(_circle(seen, on), key=_number),)
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


def _number(id_: str) -> int:
    return int(id_[1:])


def _id(problem: Problem) -> str:
    text = "\0".join(
        (problem.what, *problem.object, problem.state, problem.findings[0][1].check or "" if problem.findings else "")
    )
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:12]


# -- what waits


def _waiting(
    node: Node,
    impact: Impact,
    by_id: Mapping[str, Problem],
    roots: Mapping[str, tuple[str, ...]],
    names: Mapping[str, str],
) -> Waiting:
    graph = impact.graph
    record = graph.transactions[node]
    best: dict[str, str] = {}
    for id_ in impact.ways[node]:
        way = impact.ways[node][id_]
        for root in roots[id_]:
            known = best.get(root)
            surest = impact.ways[node][known] if known else None
            if surest is None or (way.inferred, len(way.steps), _number(id_)) < (
                surest.inferred,
                len(surest.steps),
                _number(known or "p0"),
            ):
                best[root] = id_
    chains = []
    for root, id_ in best.items():
        way = impact.ways[node][id_]
        at = way.steps[-1].target if way.steps else node
        end = ending(by_id[id_], graph, at)
        if root != id_:
            end += f", because of this: {_told(by_id[root])}"
        chains.append(chain(node, way, end, graph))
    amount = record.get(AMOUNTS[node[0]])
    certain = any(impact.ways[node][id_].inferred == 0 for id_ in best.values())
    return Waiting(
        Thing(record.kind, record.key),
        graph.batches.get(node),
        amount if isinstance(amount, Decimal) else None,
        tuple(names[root] for root in best),
        tuple(chains),
        ESTABLISHED if certain else INFERRED,
    )


def _cleared(
    impact: Impact, problems: Sequence[Problem], roots: Mapping[str, tuple[str, ...]], graph: Graph
) -> dict[str, tuple[Cleared, Cleared]]:
    """For each key issue what it clears alone, and what only together with others."""
    everything = list(impact.ways)
    held: dict[str, tuple[list[Node], list[Node]]] = {}
    findings: dict[str, list[int]] = {}
    for node, ways in impact.ways.items():
        ends = {root for id_ in ways for root in roots[id_]}
        for root in ends:
            held.setdefault(root, ([], []))[len(ends) > 1].append(node)
    for one in problems:
        for root in roots[one.id]:
            findings.setdefault(root, [0, 0])[len(roots[one.id]) > 1] += len(one.findings) + len(one.errors)
    among = set(everything)
    cleared = {}
    for root, counts in findings.items():
        alone, shared = held.get(root, ([], []))
        cleared[root] = (
            Cleared(counts[0], len(alone), total(graph, alone, among)),
            Cleared(counts[1], len(shared), total(graph, shared, among)),
        )
    return cleared


# -- key issues


def _issue(
    problem: Problem,
    id_: str,
    cleared: tuple[Cleared, Cleared],
    concluded: Mapping[str, Sequence[Conclusion]],
    by_id: Mapping[str, Problem],
    marked: Mapping[str, set[str]],
    members: frozenset[str],
    shaky: bool,
) -> KeyIssue:
    rule = problem.findings[0][0].rule if problem.sort == FINDING else None
    return KeyIssue(
        id=id_,
        rule=rule.id if rule else "",
        code="" if rule else (problem.code or problem.what),
        subjects=_subjects(problem),
        message=_told(problem),
        fix=rule.fix if rule else mend(problem.what, problem.sort, problem.code),
        standing=INFERRED if shaky else ESTABLISHED,
        retry=problem.id in marked["retry"] or problem.sort == RETRY,
        gates=problem.id in marked["gates"],
        severity=min((finding.severity for _, finding in problem.findings), key=lambda one: one.rank, default=Severity.ERROR),
        alone=cleared[0],
        shared=cleared[1],
        facts=tuple(_facts(problem)),
        reasons=tuple(_reasons(members, concluded, by_id)),
    )


def _subjects(problem: Problem) -> tuple[Thing, ...]:
    """What is at fault, and the records that show it."""
    kind, name = problem.object
    own = [Thing(kind, problem.name or name)] if kind in AT_FAULT and problem.sort != FINDING else []
    shown = [finding.at_fault for _, finding in problem.findings] + [finding.subject for _, finding in problem.findings]
    named = [Thing("transaction", number) for one in problem.errors if isinstance(number := one.get("transaction"), str)]
    return tuple(dict.fromkeys((*own, *shown, *named)))


def _told(problem: Problem) -> str:
    if problem.sort == FINDING:
        return problem.findings[0][1].message
    return title(problem.object[0], problem.name, problem.sort, " ".join(str(problem.errors[0].get("message")).split()))


def _facts(problem: Problem) -> Iterable[str]:
    for _, finding in problem.findings:
        where = finding.where[0].location if finding.where else None
        yield finding.message + (f" ({where.path}{f':{where.line}' if where.line else ''})" if where else "")
    for error in problem.errors:
        number, where = error.get("transaction"), error.where
        place = f"{where.path}{f':{where.line}' if where.line else ''}"
        message = " ".join(str(error.get("message")).split())
        yield (f"{number}: " if isinstance(number, str) else "") + f"{message} ({place})"


def _reasons(
    members: frozenset[str], concluded: Mapping[str, Sequence[Conclusion]], by_id: Mapping[str, Problem]
) -> Iterable[Reason]:
    """The rules that fired for it and what depends on it, in the order of their groups; each once, with its firings."""
    fired: dict[str, list[Conclusion]] = {}
    for one in (one for member in sorted(members, key=_number) for one in concluded.get(member, ())):
        fired.setdefault(one.rule.name, []).append(one)
    for some in sorted(fired.values(), key=lambda some: (some[0].rule.group, some[0].rule.name)):
        told = [tuple(_problems_of(one, by_id)) for one in some]
        rule, names = some[0].rule, {name: _told(by_id[id_]) for name, id_ in _entries(some[0])}
        words = PLACEHOLDER.sub(lambda found, names=names: names.get(found[1], found[1]), rule.because)  # type: ignore[misc]
        yield Reason(
            rule.name, words, tuple(dict.fromkeys(fact for facts in told for fact in facts)), rule.standing, rule.source
        )


def _entries(one: Conclusion) -> Iterable[tuple[str, str]]:
    """(entry of `when`, problem that it was)."""
    return ((name, id_) for name, known in one.by if known.kind == "problem" and (id_ := known.get("id")) is not None)


def _problems_of(one: Conclusion, by_id: Mapping[str, Problem]) -> Iterable[str]:
    return (f"{name}: {_told(by_id[id_])}" for name, id_ in _entries(one))


def _first(issue: KeyIssue) -> tuple[object, ...]:
    """Conditions of the session, then what most waits on, then what is only to be retried."""
    waiting = issue.alone.transactions + issue.shared.transactions
    return (not issue.gates, issue.severity.rank if not waiting else -1, -waiting, issue.retry, issue.message, issue.id)


def _with_issues(
    results: Sequence[RuleResult],
    problems: Sequence[Problem],
    roots: Mapping[str, tuple[str, ...]],
    names: Mapping[str, str],
    batches: Mapping[str, tuple[str, ...]],
) -> tuple[RuleResult, ...]:
    of_finding: dict[int, tuple[str, ...]] = {}
    using: dict[int, tuple[str, ...]] = {}
    of_error: dict[str, tuple[str, ...]] = {}
    for one in problems:
        ids = tuple(names[root] for root in roots[one.id])
        of_finding.update({id(finding): ids for _, finding in one.findings})
        using.update({id(finding): batches[one.id] for _, finding in one.findings})
        of_error.update({error.key: ids for error in one.errors})

    def marked(finding: Finding) -> Finding:
        ids = (
            of_error.get(finding.subject.key, ())
            if finding.subject.kind == "derived.export_error"
            else of_finding.get(id(finding), ())
        )
        return replace(finding, key_issues=ids, batches=using.get(id(finding), ()))

    return tuple(replace(result, findings=tuple(map(marked, result.findings))) for result in results)


_USED = (
    "item",
    "customer",
    "vendor",
    "account",
    "class",
    "terms",
    "tax_item",
    "tax_zone",
    "business_unit",
    "payment_type",
    *AMOUNTS,
)
"""Sorts of objects that a batch uses or does not; what else is at fault is every batch's matter."""


def _batches(problems: Sequence[Problem], graph: Graph) -> dict[str, tuple[str, ...]]:
    """The batches that use what is at fault in each problem, or all of them."""
    numbers = graph.batches
    every = tuple(sorted(set(numbers.values()), key=lambda number: (len(number), number)))
    users: dict[Node, set[str]] = {}
    found = {}
    for one in problems:
        nodes = {one.object, *one.blocked}
        if one.object[0] not in _USED or any(finding.is_group for _, finding in one.findings):
            found[one.id] = every
            continue
        for node in nodes - users.keys():
            users[node] = {numbers[user] for user in (node, *graph.users(node)) if user in numbers}
        using = set().union(*(users[node] for node in nodes))
        found[one.id] = tuple(number for number in every if number in using)
    return found


def _stale(evidence: Evidence) -> tuple[str, ...]:
    """Errors that nobody needs to look at any more."""
    errors = evidence.shelf("derived.export_error").records
    return tuple(f"{one.get('transaction')}: {one.get('message')}" for one in errors if one.get("arrivedSince") is True)
