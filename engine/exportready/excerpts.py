"""Gives findings the lines of the files around what they were read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from exportready.evidence import snippets
from exportready.evidence.snippets import Meant
from exportready.model.report import Finding, Place, RuleResult

EARLIER = "before/"
"""Stands before the paths of an earlier snapshot."""
SHOWN = 20
"""So many places of one finding have their lines shown."""


def with_excerpts(results: Sequence[RuleResult], path: Path, before: Path | None) -> tuple[RuleResult, ...]:
    """The results with the lines around what was found, for the findings whose trace is kept."""
    meant = {place.location: name for result in results for one in result.findings for place, name in _looked_at(one)}
    found = snippets.around(path, meant)
    if before is not None:
        found |= snippets.around(before, meant, EARLIER)

    def shown(one: Finding) -> Finding:
        if not one.trace:
            return one
        return replace(one, where=tuple(replace(place, snippet=found.get(place.location)) for place in one.where))

    return tuple(
        replace(result, findings=tuple(map(shown, result.findings))) if result.findings else result for result in results
    )


def _looked_at(finding: Finding) -> Iterator[tuple[Place, Meant]]:
    """Each place with what failed there: the record's own field first, then those of what it names."""
    failed = [one for one in finding.trace if one.part == "expect" and one.holds is False]
    own = next((one.field for one in failed if not one.of.strip("$")), "")
    other = next((one.field for one in failed if one.of), "")
    for at, place in enumerate(finding.where[:SHOWN] if finding.trace else ()):
        field = (own or finding.where[0].label) if at == 0 or finding.is_group else other
        yield place, Meant(field, place.label)
