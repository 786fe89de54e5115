"""The blocked transactions, each with the path to its key issues in words, and what clears with each key issue."""

from __future__ import annotations

from decimal import Decimal

from exportready.causes.graph import AMOUNTS, Node, total, unreadable
from exportready.causes.impact import Impact, Way, chain, ending
from exportready.causes.issues import describe
from exportready.causes.key_issues import Traced
from exportready.causes.problems import number_of
from exportready.kinds import fold
from exportready.kinds.references import ESTABLISHED, INFERRED
from exportready.model.report import BlockedTransaction, Cleared, Thing


def blocked_transactions(impact: Impact, traced: Traced) -> tuple[BlockedTransaction, ...]:
    """Return every blocked transaction, sorted by batch, kind and name."""
    found = [_blocked(node, impact, traced) for node in sorted(impact.ways)]
    return tuple(sorted(found, key=lambda one: (one.batch or "", one.transaction.kind, fold(one.transaction.key))))


def _blocked(node: Node, impact: Impact, traced: Traced) -> BlockedTransaction:
    """Return a blocked transaction with the surest path to each of its key issues."""
    graph, ways = impact.graph, impact.ways[node]
    surest: dict[str, str] = {}
    for problem, way in ways.items():
        for key in traced.behind[problem]:
            known = surest.get(key)
            if known is None or _rank(way, problem) < _rank(ways[known], known):
                surest[key] = problem
    chains = []
    for key, problem in surest.items():
        way = ways[problem]
        at = way.steps[-1].target if way.steps else node
        end = ending(traced.problems[problem], graph, at, is_alone=not way.steps)
        if key != problem:
            end += f", because of this: {describe(traced.problems[key])}"
        chains.append(chain(node, way, end, graph))
    record = graph.transactions[node]
    amount = record.get(AMOUNTS[node[0]])
    is_certain = any(ways[problem].inferred == 0 for problem in surest.values())
    return BlockedTransaction(
        transaction=Thing(record.kind, record.key),
        batch=graph.batches.get(node),
        amount=amount if isinstance(amount, Decimal) else None,
        key_issues=tuple(traced.public[key] for key in surest),
        chain=tuple(chains),
        certainty=ESTABLISHED if is_certain else INFERRED,
    )


def _rank(way: Way, problem: str) -> tuple[int, int, int]:
    """Return the sort key of a path: fewest inferred steps, then fewest steps, then the first problem."""
    return way.inferred, len(way.steps), number_of(problem)


def cleared_by(impact: Impact, traced: Traced) -> dict[str, tuple[Cleared, Cleared]]:
    """Return for each key problem what clears when it alone is fixed, and what clears only when others are fixed too."""
    transactions: dict[str, tuple[list[Node], list[Node]]] = {}
    for node, ways in impact.ways.items():
        keys = {key for problem in ways for key in traced.behind[problem]}
        for key in keys:
            transactions.setdefault(key, ([], []))[len(keys) > 1].append(node)
    failures: dict[str, list[int]] = {}
    for id_, one in traced.problems.items():
        keys_of_one = traced.behind[id_]
        for key in keys_of_one:
            failures.setdefault(key, [0, 0])[len(keys_of_one) > 1] += len(one.findings) + len(one.errors)
    found = {}
    for key, (alone_count, shared_count) in failures.items():
        alone, shared = transactions.get(key, ([], []))
        own = (*alone, *shared)
        found[key] = (
            Cleared(
                findings=alone_count,
                transactions=len(alone),
                amount=total(impact.graph, alone, own),
                unreadable=unreadable(impact.graph, alone),
            ),
            Cleared(
                findings=shared_count,
                transactions=len(shared),
                amount=total(impact.graph, shared, own),
                unreadable=unreadable(impact.graph, shared),
            ),
        )
    return found
