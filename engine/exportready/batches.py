"""One verdict for each batch that waits, and a report narrowed to one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exportready.causes import Causes
from exportready.causes.graph import total
from exportready.gate import verdict
from exportready.model.evidence import Evidence, Source
from exportready.model.report import Batch, Cleared, Report, RuleResult


class NoBatch(Exception):
    """The files hold no such batch; the text says which there are."""


def judged(evidence: Evidence, causes: Causes, sources: Sequence[Source]) -> tuple[Batch, ...]:
    """The batches that wait. A finding on what a batch does not use does not count for it."""
    graph, found = causes.graph, []
    waiting = {(one.transaction.kind, one.transaction.key) for one in causes.waiting}
    for record in evidence.shelf("derived.batch").records:
        number, name = record.get("number"), record.get("name")
        if record.get("waits") is False or not isinstance(number, str):
            continue
        held = [node for node, held_in in graph.batches.items() if held_in == number]
        stuck = [node for node in held if (graph.transactions[node].kind, graph.transactions[node].key) in waiting]
        found.append(
            Batch(
                number,
                name if isinstance(name, str) else None,
                verdict(of_batch(causes.results, number), sources),
                len(held),
                total(graph, held),
                Cleared(0, len(stuck), total(graph, stuck)),
            )
        )
    return tuple(found)


def of_batch(results: Sequence[RuleResult], number: str) -> tuple[RuleResult, ...]:
    """The results with the findings that count for a batch."""
    return tuple(
        replace(result, findings=tuple(one for one in result.findings if number in one.batches)) if result.findings else result
        for result in results
    )


def narrowed(report: Report, number: str) -> Report:
    """The report of one batch. Raises NoBatch."""
    known = {one.number for one in report.batches} | {
        str(one.get("batch")) for one in report.tie_out if isinstance(one.get("batch"), str)
    }
    number = number.strip("# ")
    if number not in known:
        there = ", ".join(sorted(known, key=lambda one: (len(one), one))) or "none"
        raise NoBatch(f"your files hold no batch {number} (they hold {there})")
    results = report.results if report.tie_out else of_batch(report.results, number)
    waiting = tuple(one for one in report.waiting if one.batch == number)
    named = {id_ for result in results for one in result.findings for id_ in one.key_issues} | {
        id_ for one in waiting for id_ in one.key_issues
    }
    return replace(
        report,
        results=results,
        verdict=next((one.verdict for one in report.batches if one.number == number), report.verdict),
        batches=tuple(one for one in report.batches if one.number == number),
        waiting=waiting,
        key_issues=tuple(one for one in report.key_issues if one.id in named or one.gates),
        tie_out=tuple(one for one in report.tie_out if one.get("batch") == number),
        work_list=tuple(one for one in report.work_list if one.get("batch") == number),
    )
