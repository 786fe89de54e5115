"""The key issues of a result, and what waits on each.

Findings and errors become problems, the inference says which depends on which, and the walk over references says what waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from exportready.causes.batches import loads
from exportready.causes.engines import infer
from exportready.causes.engines.engine import Engine
from exportready.causes.graph import AMOUNTS, Graph, Node, build, identity, total
from exportready.causes.impact import walk
from exportready.causes.issues import first, issue
from exportready.causes.key_issues import key_issues_of
from exportready.causes.problems import Problem, facts, find
from exportready.causes.waiting import cleared, waiting
from exportready.kinds import fold
from exportready.kinds.nouns import TRANSACTION_KINDS
from exportready.model.evidence import Evidence
from exportready.model.inference import Conclusion, InferenceRule
from exportready.model.report import BatchLoad, BlockedTransaction, Cleared, Finding, FindingId, KeyIssue, RuleResult
from exportready.model.rules import Phase


class Causes(msgspec.Struct, frozen=True, kw_only=True):
    """What a result comes to."""

    behind: Mapping[FindingId, tuple[str, ...]]
    """The ids of the key issues behind each finding."""
    users: Mapping[FindingId, tuple[str, ...]]
    """The numbers of the batches that use what is at fault in each finding."""
    key_issues: tuple[KeyIssue, ...]
    blocked_transactions: tuple[BlockedTransaction, ...]
    blocked: Cleared
    stale: tuple[str, ...]
    graph: Graph
    batches: tuple[BatchLoad, ...]
    """What key issues block in each batch."""


def explain(
    results: Sequence[RuleResult],
    evidence: Evidence,
    rules: Sequence[InferenceRule],
    by: Callable[[], Engine],
    phase: str,
    accepted: Container[FindingId] = (),
) -> Causes:
    """Which problems are key, and what waits on each. `by` opens the engine, which nothing needs where there is no problem.

    What somebody accepted is no problem to mend, and nothing waits on it: the verdict says the same.
    """
    after = phase == Phase.AFTER.value
    graph = build(evidence, _arrived(evidence) if after else None)
    problems = find(_only(results, lambda one: one.id not in accepted), evidence, graph, with_errors=after)
    lived_with = find(_only(results, lambda one: one.id in accepted), evidence, graph, with_errors=False)
    known = facts(problems, graph, rules)
    concluded = infer(rules, known, by()) if known else ()
    roots, shaky = key_issues_of(problems, concluded)
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
    held = [waiting(node, impact, by_id, roots, names) for node in sorted(impact.ways)]
    held.sort(key=lambda one: (one.batch or "", one.transaction.kind, fold(one.transaction.key)))
    clears = cleared(impact, problems, roots, graph)
    fired: dict[str, list[Conclusion]] = {}
    for step in concluded:
        fired.setdefault(step.fact.get("effect") or step.fact.get("problem") or "", []).append(step)
    members: dict[str, set[str]] = {}
    for one, ends_of in roots.items():
        for id_ in ends_of:
            members.setdefault(id_, set()).add(one)
    issues = [
        issue(one, names[id_], clears[id_], fired, by_id, marked, frozenset(members[id_]), id_ in shaky)
        for id_, one in keys.items()
    ]
    blocked = {node: frozenset(names[root] for id_ in ways for root in roots[id_]) for node, ways in impact.ways.items()}
    return Causes(
        behind=_behind(results, problems, roots, names),
        users=_using(problems, graph) | _using(lived_with, graph),
        key_issues=tuple(sorted(issues, key=first)),
        blocked_transactions=tuple(held),
        blocked=Cleared(
            sum(len(one.findings) + len(one.errors) for one in problems), len(impact.ways), total(graph, list(impact.ways))
        ),
        stale=_stale(evidence) if after else (),
        graph=graph,
        batches=loads(evidence, graph, blocked, phase),
    )


def _arrived(evidence: Evidence) -> dict[Node, bool]:
    """Of every exported transaction, whether it did not arrive: what is not known to have arrived may still wait."""
    keys = {(kind, fold(record.key)): identity(record) for kind in AMOUNTS for record in evidence.dataset(kind).rows()}
    found = {}
    for one in evidence.dataset("derived.match").rows():
        kind, id_ = TRANSACTION_KINDS[str(one.get("type"))], one.get("id")
        node = (kind, id_) if isinstance(id_, str) else keys.get((kind, fold(one.key)))
        if node is not None:
            found[node] = one.get("state") not in ("arrived", "twice", "explained") or one.get("explained") == "left behind"
    return found


def _id(problem: Problem) -> str:
    text = "\0".join(
        (problem.what, *problem.object, problem.state, problem.findings[0][1].check or "" if problem.findings else "")
    )
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:12]


# -- findings


def _only(results: Sequence[RuleResult], keeps: Callable[[Finding], bool]) -> list[RuleResult]:
    return [replace(result, findings=tuple(filter(keeps, result.findings))) for result in results]


def _behind(
    results: Sequence[RuleResult],
    problems: Sequence[Problem],
    roots: Mapping[str, tuple[str, ...]],
    names: Mapping[str, str],
) -> dict[FindingId, tuple[str, ...]]:
    of_finding: dict[FindingId, tuple[str, ...]] = {}
    of_error: dict[str, tuple[str, ...]] = {}
    for one in problems:
        ids = tuple(names[root] for root in roots[one.id])
        of_finding.update({finding.id: ids for _, finding in one.findings})
        of_error.update({error.key: ids for error in one.errors})
    return of_finding | {
        finding.id: of_error.get(finding.subject.key, ())
        for result in results
        for finding in result.findings
        if finding.subject.kind == "derived.export_error"
    }


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


def _using(problems: Sequence[Problem], graph: Graph) -> dict[FindingId, tuple[str, ...]]:
    """Return the numbers of the batches of each finding."""
    batches = _batches(problems, graph)
    return {finding.id: batches[one.id] for one in problems for _, finding in one.findings}


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
    errors = evidence.dataset("derived.export_error").rows()
    return tuple(f"{one.get('transaction')}: {one.get('message')}" for one in errors if one.get("arrivedSince") is True)
