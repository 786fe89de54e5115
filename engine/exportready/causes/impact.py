"""What waits on a problem: a walk over references, plainly, counting transactions and saying the way in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from msgspec import field

from exportready.causes.graph import AMOUNTS, Edge, Graph, Node
from exportready.causes.problems import FINDING, Problem, message_of
from exportready.kinds.messages import MISSING, SKIPPED
from exportready.kinds.nouns import object_noun
from exportready.kinds.references import ESTABLISHED, INFERRED

STOPS_TOLD = 20
"""So many defects that keep one batch from being posted are told of every transaction in it: all of each would be their product."""


class Way(msgspec.Struct, frozen=True):
    """How a transaction comes to wait on a problem."""

    steps: tuple[Edge, ...]
    inferred: int


class Impact(msgspec.Struct):
    """Which transactions wait on which problems, and how."""

    graph: Graph
    ways: dict[Node, dict[str, Way]] = field(default_factory=dict)
    """Transaction -> problem's id -> the surest way to it."""

    def note(self, transaction: Node, problem: str, way: Way) -> None:
        """Keep a way if it is surer or shorter than the one that is known."""
        known = self.ways.setdefault(transaction, {}).get(problem)
        if known is None or (way.inferred, len(way.steps)) < (known.inferred, len(known.steps)):
            self.ways[transaction][problem] = way


def walk(problems: Iterable[Problem], graph: Graph, stops_batch: Iterable[str]) -> Impact:
    """Everything that waits. `stops_batch`: ids of the problems without which a whole batch is not posted."""
    impact, stopping = Impact(graph), frozenset(stops_batch)
    users: dict[Node, dict[Node, tuple[int, Node, Edge]]] = {}
    batches: dict[str, list[Node]] = {}
    for node, number in graph.batches.items() if stopping else ():
        if node in graph.transactions:
            batches.setdefault(number, []).append(node)
    told: Counter[str] = Counter()
    for problem in problems:
        for start in dict.fromkeys(problem.blocked) if problem.blocks else ():
            if start not in users:
                users[start] = graph.users(start)
            if start in graph.transactions:
                impact.note(start, problem.id, Way((), 0))
            for node in users[start]:
                if node in graph.transactions:
                    impact.note(node, problem.id, _way(node, start, users[start]))
            if problem.id in stopping and start in graph.transactions:
                number = graph.batches.get(start, "")
                told[number] += 1
                if told[number] > STOPS_TOLD:
                    continue
                stands = Edge(("batch", number), "stands in", ESTABLISHED)
                for held in batches.get(number, ()):
                    impact.note(held, problem.id, Way((stands,), 0))
                    if held not in users:
                        users[held] = graph.users(held)
                    for node in users[held]:
                        if node in graph.transactions:
                            way = _way(node, held, users[held])
                            impact.note(node, problem.id, Way((*way.steps, stands), way.inferred))
    return impact


def _way(node: Node, start: Node, users: Mapping[Node, tuple[int, Node, Edge]]) -> Way:
    inferred, steps = users[node][0], []
    while node != start:
        _, node, edge = users[node]
        steps.append(edge)
    return Way(tuple(steps), inferred)


def called(node: Node, graph: Graph, name: str = "") -> str:
    """A node in words: item FURN-80, invoice 1234."""
    if node[0] in AMOUNTS:
        return graph.names.get(node, node[1])
    if node[0] == "transaction":
        return name or graph.names.get(node, node[1])
    return f"{object_noun(node[0])} {name or graph.names.get(node, node[1])}"


def chain(transaction: Node, way: Way, end: str, graph: Graph) -> str:
    """payment 4711 waits for invoice 1234 (inferred), which uses item FURN-80, which QuickBooks does not have."""
    words = called(transaction, graph)
    for at, step in enumerate(way.steps):
        told = f"{step.words} {called(step.target, graph)}" + (" (inferred)" if step.certainty == INFERRED else "")
        words += f", which {told}" if at else f" {told}"
    return f"{words}{end}"


def ending(problem: Problem, graph: Graph, at: Node, alone: bool) -> str:
    """The end of a chain: what is wrong with the object that it came to, or with another that is at fault there. `alone`: the chain
    has no steps yet."""
    if problem.sort == FINDING:
        return f": {problem.said.get(at, problem.findings[0][1].message)}"
    if problem.sort == SKIPPED:
        return " was not tried" if alone else ", which was not tried"
    if problem.sort != MISSING:
        return f": {message_of(problem.errors[0]).rstrip('.')}"
    if problem.object == at:
        return ", which QuickBooks does not have"
    names = "names" if alone else ", which names"
    return f" {names} {called(problem.object, graph, problem.name)}, which QuickBooks does not have".replace(" ,", ",")
