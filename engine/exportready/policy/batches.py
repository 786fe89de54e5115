"""One verdict for each batch that waits, and a report narrowed to one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from exportready.causes import Causes
from exportready.causes.graph import Graph, Node, total
from exportready.model.evidence import Evidence, Source
from exportready.model.report import Batch, Cleared, KeyIssue, Outcome, Report, RuleResult, Waiting
from exportready.model.rules import Phase
from exportready.policy.gate import verdict


class NoBatch(Exception):
    """The files hold no such batch; the text says which there are."""


def judged(
    evidence: Evidence, causes: Causes, results: Sequence[RuleResult], sources: Sequence[Source], phase: str
) -> tuple[Batch, ...]:
    """The batches that wait, after an export all. A finding on what a batch does not use does not count for it."""
    graph, found = causes.graph, list[Batch]()
    held_in: dict[str, list[Node]] = {}
    for node, of in graph.batches.items():
        held_in.setdefault(of, []).append(node)
    for record in evidence.shelf("derived.batch").records:
        number, name = record.get("number"), record.get("name")
        if (phase == Phase.BEFORE.value and record.get("waits") is False) or not isinstance(number, str):
            continue
        held = held_in.get(number, [])
        stuck = [node for node in held if node in causes.ways]
        found.append(
            Batch(
                number,
                name if isinstance(name, str) else None,
                verdict(of_batch(results, number), sources),
                len(held),
                total(graph, held),
                Cleared(0, len(stuck), total(graph, stuck)),
                _of_issues(graph, stuck, causes.ways),
            )
        )
    return tuple(found)


def _of_issues(graph: Graph, stuck: Sequence[Node], ways: Mapping[Node, frozenset[str]]) -> dict[str, tuple[Decimal, Decimal]]:
    """What of a batch waits on each key issue, alone and with others, in money."""
    held: dict[str, tuple[list[Node], list[Node]]] = {}
    for node in stuck:
        for issue in ways[node]:
            held.setdefault(issue, ([], []))[len(ways[node]) > 1].append(node)
    return {issue: (total(graph, alone, stuck), total(graph, shared, stuck)) for issue, (alone, shared) in held.items()}


def of_batch(results: Sequence[RuleResult], number: str) -> tuple[RuleResult, ...]:
    """The results with the findings that count for a batch. Where none is left, the practice holds for it, or cannot be told."""
    return tuple(_of_batch(result, number) for result in results)


def _of_batch(result: RuleResult, number: str) -> RuleResult:
    left = tuple(one for one in result.findings if number in one.batches)
    if left or not result.findings:
        return replace(result, findings=left)
    outcome = Outcome.CANNOT_TELL if result.untold else Outcome.PASSED
    return replace(result, findings=(), outcome=outcome, reason=f"nothing of batch {number} is among what fails")


def narrowed(report: Report, number: str) -> Report:
    """The report of one batch. Raises NoBatch."""
    known = {one.number for one in report.batches}
    number = number.strip("# ")
    if number not in known:
        there = ", ".join(sorted(known, key=lambda one: (len(one), one))) or "none"
        raise NoBatch(f"your files hold no batch {number} (they hold {there})")
    results = of_batch(report.results, number)
    (batch,) = (one for one in report.batches if one.number == number)
    waiting = tuple(one for one in report.waiting if one.batch == number)
    named = {id_ for result in results for one in result.findings for id_ in one.key_issues}
    named |= {id_ for one in waiting for id_ in one.key_issues}
    return replace(
        report,
        results=results,
        verdict=batch.verdict,
        batches=(batch,),
        waiting=waiting,
        waits=replace(batch.waiting, findings=sum(len(result.findings) for result in results)),
        key_issues=tuple(_of_waiting(one, waiting, batch) for one in report.key_issues if one.id in named or one.gates),
        tie_out=tuple(one for one in report.tie_out if one.get("batch") == number),
        work_list=tuple(one for one in report.work_list if one.get("batch") == number),
    )


def _of_waiting(issue: KeyIssue, waiting: Sequence[Waiting], batch: Batch) -> KeyIssue:
    """The key issue with what of the batch waits on it."""
    mine = [one for one in waiting if issue.id in one.key_issues]
    alone = [one for one in mine if len(one.key_issues) == 1]
    return replace(
        issue,
        alone=Cleared(issue.alone.findings, len(alone), batch.issues.get(issue.id, (Decimal(0), Decimal(0)))[0]),
        shared=Cleared(issue.shared.findings, len(mine) - len(alone), batch.issues.get(issue.id, (Decimal(0), Decimal(0)))[1]),
    )
