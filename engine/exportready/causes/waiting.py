"""What waits on each key issue: each transaction with its chains in words, and what a key issue clears alone or with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from exportready.causes.graph import AMOUNTS, Graph, Node, total
from exportready.causes.impact import Impact, chain, ending
from exportready.causes.issues import told
from exportready.causes.problems import Problem, number_of
from exportready.kinds.references import ESTABLISHED, INFERRED
from exportready.model.report import BlockedTransaction, Cleared, Thing


def waiting(
    node: Node,
    impact: Impact,
    by_id: Mapping[str, Problem],
    roots: Mapping[str, tuple[str, ...]],
    names: Mapping[str, str],
) -> BlockedTransaction:
    """A transaction with the surest way to each of its key issues. `names`: the ids of the key issues."""
    graph = impact.graph
    record = graph.transactions[node]
    best: dict[str, str] = {}
    for id_ in impact.ways[node]:
        way = impact.ways[node][id_]
        for root in roots[id_]:
            known = best.get(root)
            surest = impact.ways[node][known] if known else None
            if surest is None or (way.inferred, len(way.steps), number_of(id_)) < (
                surest.inferred,
                len(surest.steps),
                number_of(known or "p0"),
            ):
                best[root] = id_
    chains = []
    for root, id_ in best.items():
        way = impact.ways[node][id_]
        at = way.steps[-1].target if way.steps else node
        end = ending(by_id[id_], graph, at, not way.steps)
        if root != id_:
            end += f", because of this: {told(by_id[root])}"
        chains.append(chain(node, way, end, graph))
    amount = record.get(AMOUNTS[node[0]])
    certain = any(impact.ways[node][id_].inferred == 0 for id_ in best.values())
    return BlockedTransaction(
        transaction=Thing(record.kind, record.key),
        batch=graph.batches.get(node),
        amount=amount if isinstance(amount, Decimal) else None,
        key_issues=tuple(names[root] for root in best),
        chain=tuple(chains),
        certainty=ESTABLISHED if certain else INFERRED,
    )


def cleared(
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
    found = {}
    for root, counts in findings.items():
        alone, shared = held.get(root, ([], []))
        found[root] = (
            Cleared(counts[0], len(alone), total(graph, alone, among)),
            Cleared(counts[1], len(shared), total(graph, shared, among)),
        )
    return found
