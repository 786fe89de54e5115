"""Explain why rules failed: find the key issues of a result, and what each of them blocks.

Findings and export errors become problems (problems.py), the inference rules say which depends on which (engines/, key_issues.py),
and following the references shows which transactions each problem blocks (graph.py, impact.py).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from exportready.causes.batches import loads, users_by_finding
from exportready.causes.blocked import blocked_transactions, cleared_by
from exportready.causes.engines import infer
from exportready.causes.engines.engine import Engine
from exportready.causes.graph import AMOUNTS, Graph, Node, build, identity, total, unreadable
from exportready.causes.impact import walk
from exportready.causes.issues import issue, order
from exportready.causes.key_issues import Traced, trace
from exportready.causes.problems import facts, find
from exportready.kinds import fold
from exportready.kinds.transactions import KINDS_BY_TYPE
from exportready.model.evidence import Evidence
from exportready.model.inference import InferenceRule
from exportready.model.report import BatchLoad, BlockedTransaction, Cleared, Finding, FindingId, KeyIssue, RuleResult
from exportready.model.rules import Phase


class Causes(msgspec.Struct, frozen=True, kw_only=True):
    """The key issues of a result, and what they block."""

    behind: Mapping[FindingId, tuple[str, ...]]
    """The IDs of the key issues behind each finding."""
    users: Mapping[FindingId, tuple[str, ...]]
    """The numbers of the batches that use the object at fault in each finding."""
    key_issues: tuple[KeyIssue, ...]
    blocked_transactions: tuple[BlockedTransaction, ...]
    """The blocked transactions."""
    blocked: Cleared
    """Everything that is blocked, with each transaction counted once."""
    stale: tuple[str, ...]
    """Export errors for transactions that have since arrived, in words."""
    graph: Graph
    batches: tuple[BatchLoad, ...]
    """What key issues block in each batch."""


def explain(
    results: Sequence[RuleResult],
    evidence: Evidence,
    rules: Sequence[InferenceRule],
    open_engine: Callable[[], Engine],
    phase: str,
    accepted: Container[FindingId] = (),
) -> Causes:
    """Trace failures to their key issues. The engine is opened only if there is a problem.

    A finding accepted by a waiver isn't a problem and blocks nothing, as in the verdict.
    """
    after = phase == Phase.AFTER.value
    graph = build(evidence, _may_be_missing(evidence) if after else None)
    problems = find(_only(results, lambda one: one.id not in accepted), evidence, graph, with_errors=after)
    accepted_problems = find(_only(results, lambda one: one.id in accepted), evidence, graph, with_errors=False)
    known = facts(problems, graph, rules)
    traced = trace(problems, infer(rules, known, open_engine()) if known else ())
    gates = traced.marked["gates"]
    impact = walk((one for one in problems if one.id not in gates), graph, traced.marked["stops_batch"])
    cleared = cleared_by(impact, traced)
    blocked = {
        node: frozenset(key for problem in ways for key in traced.public_of(problem)) for node, ways in impact.ways.items()
    }
    failures = sum(len(one.findings) + len(one.errors) for one in problems)
    return Causes(
        behind=_behind(results, traced),
        users=users_by_finding((*problems, *accepted_problems), graph),
        key_issues=tuple(sorted((issue(key, cleared[key], traced) for key in traced.public), key=order)),
        blocked_transactions=blocked_transactions(impact, traced),
        blocked=Cleared(
            findings=failures,
            transactions=len(impact.ways),
            amount=total(graph, list(impact.ways)),
            unreadable=unreadable(graph, impact.ways),
        ),
        stale=_stale(evidence) if after else (),
        graph=graph,
        batches=loads(evidence, graph, blocked, phase),
    )


def _may_be_missing(evidence: Evidence) -> dict[Node, bool]:
    """Return for every exported transaction whether it may still be missing in QuickBooks, because it isn't known to have arrived."""
    keys = {(kind, fold(record.key)): identity(record) for kind in AMOUNTS for record in evidence.dataset(kind).rows()}
    found = {}
    for match in evidence.dataset("derived.match").rows():
        kind, id_ = KINDS_BY_TYPE[str(match.get("type"))], match.get("id")
        node = (kind, id_) if isinstance(id_, str) else keys.get((kind, fold(match.key)))
        if node is not None:
            is_settled = match.get("state") in ("arrived", "twice", "explained")
            found[node] = not is_settled or match.get("explained") == "not exported"
    return found


def _only(results: Sequence[RuleResult], keeps: Callable[[Finding], bool]) -> list[RuleResult]:
    return [replace(result, findings=tuple(filter(keeps, result.findings))) for result in results]


def _behind(results: Sequence[RuleResult], traced: Traced) -> dict[FindingId, tuple[str, ...]]:
    """Return the IDs of the key issues behind each finding; a finding about an export error has those of the error."""
    of_error: dict[str, tuple[str, ...]] = {}
    of_finding: dict[FindingId, tuple[str, ...]] = {}
    for one in traced.problems.values():
        ids = traced.public_of(one.id)
        of_finding.update({finding.id: ids for _, finding in one.findings})
        of_error.update({error.key: ids for error in one.errors})
    return of_finding | {
        finding.id: of_error.get(finding.subject.key, ())
        for result in results
        for finding in result.findings
        if finding.subject.kind == "derived.export_error"
    }


def _stale(evidence: Evidence) -> tuple[str, ...]:
    """Return the export errors for transactions that have since arrived, in words."""
    errors = evidence.dataset("derived.export_error").rows()
    return tuple(f"{one.get('transaction')}: {one.get('message')}" for one in errors if one.get("arrivedSince") is True)
