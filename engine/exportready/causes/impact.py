"""Find which transactions each problem blocks by following the references, and describe the chain between them in words."""

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

MOST_STOPS = 20
"""Maximum number of problems that stop a whole batch noted on each of its transactions, to avoid quadratic growth."""


class Way(msgspec.Struct, frozen=True):
    """How a problem comes to block a transaction."""

    steps: tuple[Edge, ...]
    """From the transaction to the object at fault; empty if the transaction itself is at fault."""
    inferred: int
    """How many of the steps are inferred, not established."""


class Impact(msgspec.Struct):
    """Which problems block which transactions, and how."""

    graph: Graph
    ways: dict[Node, dict[str, Way]] = field(default_factory=dict)
    """Transaction -> ID of the problem -> the most certain way to it."""

    def note(self, transaction: Node, problem: str, way: Way) -> None:
        """Keep a way if it is more certain, or shorter, than the one already known."""
        known = self.ways.setdefault(transaction, {}).get(problem)
        if known is None or (way.inferred, len(way.steps)) < (known.inferred, len(known.steps)):
            self.ways[transaction][problem] = way


def walk(problems: Iterable[Problem], graph: Graph, stops_batch: Iterable[str]) -> Impact:
    """Return every transaction that a problem blocks. `stops_batch`: IDs of the problems that stop a whole batch."""
    impact, stopping = Impact(graph), frozenset(stops_batch)
    users: dict[Node, dict[Node, tuple[int, Node, Edge]]] = {}
    batches: dict[str, list[Node]] = {}
    for node, number in graph.batches.items() if stopping else ():
        if node in graph.transactions:
            batches.setdefault(number, []).append(node)
    stops: Counter[str] = Counter()
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
                stops[number] += 1
                if stops[number] > MOST_STOPS:
                    continue
                in_batch = Edge(("batch", number), "is in", ESTABLISHED)
                for neighbor in batches.get(number, ()):
                    impact.note(neighbor, problem.id, Way((in_batch,), 0))
                    if neighbor not in users:
                        users[neighbor] = graph.users(neighbor)
                    for node in users[neighbor]:
                        if node in graph.transactions:
                            way = _way(node, neighbor, users[neighbor])
                            impact.note(node, problem.id, Way((*way.steps, in_batch), way.inferred))
    return impact


def _way(node: Node, start: Node, users: Mapping[Node, tuple[int, Node, Edge]]) -> Way:
    inferred, steps = users[node][0], []
    while node != start:
        _, node, edge = users[node]
        steps.append(edge)
    return Way(tuple(steps), inferred)


def describe_object(node: Node, graph: Graph, name: str = "") -> str:
    """Return an object in words: item FURN-80, invoice 1234."""
    if node[0] in AMOUNTS:
        return graph.names.get(node, node[1])
    if node[0] == "transaction":
        return name or graph.names.get(node, node[1])
    return f"{object_noun(node[0])} {name or graph.names.get(node, node[1])}"


def chain(transaction: Node, way: Way, end: str, graph: Graph) -> str:
    """Return the chain from a transaction to a problem in words.

    For example: payment 4711 depends on invoice 1234 (inferred), which uses item FURN-80, which QuickBooks doesn't have.
    """
    words = describe_object(transaction, graph)
    for at, step in enumerate(way.steps):
        link = f"{step.words} {describe_object(step.target, graph)}" + (" (inferred)" if step.certainty == INFERRED else "")
        words += f", which {link}" if at else f" {link}"
    return f"{words}{end}"


def ending(problem: Problem, graph: Graph, at: Node, is_alone: bool) -> str:
    """Return the end of a chain: what is wrong with the last object. `is_alone`: the chain has no steps before it."""
    if problem.sort == FINDING:
        return f": {problem.said.get(at, problem.findings[0][1].message)}"
    if problem.sort == SKIPPED:
        return " was skipped" if is_alone else ", which was skipped"
    if problem.suspect is not None:
        return f": {problem.suspect.text}"
    if problem.sort != MISSING or problem.by_id:
        return f": {message_of(problem.errors[0]).rstrip('.')}"
    lacks = (
        "can't find" if problem.errors[0].get("byId") is True else "doesn't have"
    )  # its list may have an object with that ID
    if problem.object == at:
        return f", which QuickBooks {lacks}"
    uses = "uses" if is_alone else ", which uses"
    return f" {uses} {describe_object(problem.object, graph, problem.name)}, which QuickBooks {lacks}".replace(" ,", ",")
