"""Baselines: the findings that stood when somebody drew the line, so that a gate stops only what is new.

Keyed by fingerprint, which knows account, rule, check and subject, and never a line: moving or exporting a file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exportready.model.report import Outcome, Report, RuleResult

FORMAT = "exportready/baseline@1"


class BadBaseline(Exception):
    """The file is no baseline; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding that stood."""

    fingerprint: str
    rule: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What stood, and which rules could be decided then."""

    account: str | None
    rulebook: str
    """The digest of the rulebook."""
    entries: tuple[Entry, ...]
    decided: frozenset[str]
    """Ids of the rules of which nothing was left untold."""


def of(report: Report) -> Baseline:
    """The baseline that a report is. What is accepted by a waiver stands in it too: the waiver lapses, the finding does not."""
    found = {
        finding.fingerprint: Entry(finding.fingerprint, result.rule.id, finding.subject.key, finding.message)
        for result in report.results
        for finding in result.findings
    }
    decided = frozenset(result.rule.id for result in report.results if not result.untold)
    entries = tuple(sorted(found.values(), key=lambda one: (one.rule, one.subject, one.fingerprint)))
    return Baseline(report.account.name, report.digest, entries, decided)


def text(baseline: Baseline) -> str:
    """The baseline as the file that is kept."""
    import json

    stated = {
        "format": FORMAT,
        "account": baseline.account,
        "rulebook": baseline.rulebook,
        "decided": sorted(baseline.decided),
        "findings": [
            {"fingerprint": one.fingerprint, "rule": one.rule, "subject": one.subject, "message": one.message}
            for one in baseline.entries
        ],
    }
    return json.dumps(stated, ensure_ascii=False, indent=1) + "\n"


def read(path: Path) -> Baseline:
    """Raises BadBaseline where the file cannot be opened or is none."""
    import json

    try:
        stated = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(stated, dict) or stated.get("format") != FORMAT:
            raise BadBaseline(
                f"{path} is no baseline ({FORMAT}); write one with: exportready baseline create SNAPSHOT -o {path}"
            )
        return Baseline(
            stated["account"], stated["rulebook"], tuple(map(_entry, stated["findings"])), frozenset(stated["decided"])
        )
    except OSError as error:
        raise BadBaseline(
            f"{path} cannot be opened ({error.strerror}); write one with: exportready baseline create SNAPSHOT -o {path}"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadBaseline(
            f"{path} is damaged ({type(error).__name__}: {error}); write it anew with: exportready baseline create"
        ) from error


def _entry(stated: Mapping[str, Any]) -> Entry:
    return Entry(*(str(stated[name]) for name in ("fingerprint", "rule", "subject", "message")))


def known(results: Iterable[RuleResult], baseline: Baseline) -> tuple[RuleResult, ...]:
    """The results with each finding marked that stood already."""
    prints = {one.fingerprint for one in baseline.entries}
    return tuple(
        replace(result, findings=tuple(replace(one, known=one.fingerprint in prints) for one in result.findings))
        for result in results
    )


def stale(results: Sequence[RuleResult], baseline: Baseline) -> tuple[Entry, ...]:
    """Entries that stand no more: their rule was decided now, and does not find them."""
    there = {finding.fingerprint for result in results for finding in result.findings}
    decided = {result.rule.id for result in results if not result.untold and result.outcome is not Outcome.ERROR}
    return tuple(one for one in baseline.entries if one.fingerprint not in there and one.rule in decided)


def pruned(baseline: Baseline, results: Sequence[RuleResult]) -> Baseline:
    """The baseline without what stands no more. It only ever shrinks."""
    gone = set(stale(results, baseline))
    return replace(baseline, entries=tuple(one for one in baseline.entries if one not in gone))
