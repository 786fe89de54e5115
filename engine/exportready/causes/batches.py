"""What key issues block in each batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from exportready.causes.graph import Graph, Node, total
from exportready.model.evidence import Evidence
from exportready.model.report import BatchLoad, Cleared
from exportready.model.rules import Phase

Blocked = Mapping[Node, frozenset[str]]
"""Each blocked transaction with the ids of its key issues."""


def loads(evidence: Evidence, graph: Graph, blocked: Blocked, phase: str) -> tuple[BatchLoad, ...]:
    """Return the batches of pending transactions, in the files' order; after an export, all batches."""
    found = list[BatchLoad]()
    held_in: dict[str, list[Node]] = {}
    for node, of in graph.batches.items():
        held_in.setdefault(of, []).append(node)
    for record in evidence.dataset("derived.batch").rows():
        number, name = record.get("number"), record.get("name")
        if (phase == Phase.BEFORE.value and record.get("waits") is False) or not isinstance(number, str):
            continue
        held = held_in.get(number, [])
        stuck = [node for node in held if node in blocked]
        found.append(
            BatchLoad(
                number=number,
                name=name if isinstance(name, str) else None,
                transactions=len(held),
                amount=total(graph, held),
                blocked=Cleared(0, len(stuck), total(graph, stuck)),
                issues=_of_issues(graph, stuck, blocked),
            )
        )
    return tuple(found)


def _of_issues(graph: Graph, stuck: Sequence[Node], blocked: Blocked) -> dict[str, tuple[Decimal, Decimal]]:
    """Return for each key issue the money of a batch that it blocks alone, and together with others."""
    held: dict[str, tuple[list[Node], list[Node]]] = {}
    for node in stuck:
        for issue in blocked[node]:
            held.setdefault(issue, ([], []))[len(blocked[node]) > 1].append(node)
    return {issue: (total(graph, alone, stuck), total(graph, shared, stuck)) for issue, (alone, shared) in held.items()}
