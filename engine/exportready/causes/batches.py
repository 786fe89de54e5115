"""What the key issues block in each batch, and which batches use an object at fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from exportready.causes.graph import AMOUNTS, Graph, Node, total, unreadable
from exportready.causes.problems import Problem
from exportready.model.evidence import Evidence
from exportready.model.report import BatchLoad, Cleared, FindingId
from exportready.model.rules import Phase

Blocked = Mapping[Node, frozenset[str]]
"""Blocked transaction -> the ids of its key issues."""


def loads(evidence: Evidence, graph: Graph, blocked: Blocked, phase: str) -> tuple[BatchLoad, ...]:
    """Return the batches with pending transactions, in the files' order; after an export, all batches."""
    found = list[BatchLoad]()
    members: dict[str, list[Node]] = {}
    for node, batch in graph.batches.items():
        members.setdefault(batch, []).append(node)
    for record in evidence.dataset("derived.batch").rows():
        number, name = record.get("number"), record.get("name")
        if (phase == Phase.BEFORE.value and record.get("waits") is False) or not isinstance(number, str):
            continue
        transactions = members.get(number, [])
        stuck = [node for node in transactions if node in blocked]
        found.append(
            BatchLoad(
                number=number,
                name=name if isinstance(name, str) else None,
                transactions=len(transactions),
                amount=total(graph, transactions),
                unreadable=unreadable(graph, transactions),
                blocked=Cleared(
                    findings=0, transactions=len(stuck), amount=total(graph, stuck), unreadable=unreadable(graph, stuck)
                ),
                issues=_by_key_issue(graph, stuck, blocked),
            )
        )
    return tuple(found)


def _by_key_issue(graph: Graph, stuck: Sequence[Node], blocked: Blocked) -> dict[str, tuple[Decimal, Decimal]]:
    """Return for each key issue the amount of a batch that it blocks alone, and together with others."""
    held: dict[str, tuple[list[Node], list[Node]]] = {}
    for node in stuck:
        for issue in blocked[node]:
            held.setdefault(issue, ([], []))[len(blocked[node]) > 1].append(node)
    return {
        issue: (total(graph, alone, (*alone, *shared)), total(graph, shared, (*alone, *shared)))
        for issue, (alone, shared) in held.items()
    }


_USED_BY_BATCHES = (
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
"""Sorts of objects that some batches use and others don't. Anything else at fault affects every batch."""


def users_by_finding(problems: Sequence[Problem], graph: Graph) -> dict[FindingId, tuple[str, ...]]:
    """Return for each finding the numbers of the batches that use the object at fault, shortest numbers first."""
    numbers = graph.batches
    every = tuple(sorted(set(numbers.values()), key=lambda number: (len(number), number)))
    users: dict[Node, set[str]] = {}
    found: dict[FindingId, tuple[str, ...]] = {}
    for one in problems:
        nodes = {one.object, *one.blocked}
        if one.object[0] not in _USED_BY_BATCHES or any(finding.is_group for _, finding in one.findings):
            using = every
        else:
            for node in [node for node in nodes if node not in users]:  # `nodes - users.keys()` would go through all users
                users[node] = {numbers[user] for user in (node, *graph.users(node)) if user in numbers}
            named = set().union(*(users[node] for node in nodes))
            using = tuple(number for number in every if number in named)
        found.update({finding.id: using for _, finding in one.findings})
    return found
