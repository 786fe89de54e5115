"""Baselines: the findings that stood when somebody drew the line, so that a gate stops only what is new.

Keyed by fingerprint, which knows account, rule, check and subject, and never a line: moving or exporting a file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from exportready.kinds import fold
from exportready.model.report import Finding, FindingId, Outcome, Report, RuleResult

FORMAT = "exportready/baseline@1"


class BadBaseline(Exception):
    """The file is no baseline; the text says what to do."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One finding that stood."""

    fingerprint: str
    rule: str
    subject: str
    message: str
    members: tuple[str, ...] = ()
    """Of a finding that stands for a group: the records in it."""
    identity: tuple[str, str, str] = ("", "", "")
    """Check, kind and key of the subject: what the fingerprint knows besides rule and account. Empty in a file."""


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What stood, and which rules could be decided then."""

    account: str | None
    rulebook: str
    """The digest of the rulebook."""
    entries: tuple[Entry, ...]
    untold: frozenset[str]
    """Ids of the rules that could not be decided, wholly or in part."""


def of(report: Report) -> Baseline:
    """The baseline that a report is. What is accepted by a waiver stands in it too: the waiver lapses, the finding does not."""
    found = {
        finding.fingerprint: Entry(
            fingerprint=finding.fingerprint,
            rule=result.rule.id,
            subject=finding.subject.key,
            message=finding.message,
            members=_members(finding),
            identity=_identity(finding),
        )
        for result in report.results
        for finding in result.findings
    }
    untold = frozenset(result.rule.id for result in report.results if result.has_unknowns)
    entries = tuple(sorted(found.values(), key=lambda one: (one.rule, one.subject, one.fingerprint)))
    return Baseline(account=report.account.name, rulebook=report.digest, entries=entries, untold=untold)


def _members(finding: Finding) -> tuple[str, ...]:
    return tuple(sorted(finding.members))


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.check or "", finding.subject.kind, fold(finding.subject.key)


def text(baseline: Baseline) -> str:
    """The baseline as the file that is kept."""
    import json

    stated = {
        "format": FORMAT,
        "account": baseline.account,
        "rulebook": baseline.rulebook,
        "untold": sorted(baseline.untold),
        "findings": [
            {
                "fingerprint": one.fingerprint,
                "rule": one.rule,
                "subject": one.subject,
                "message": one.message,
                **({"members": list(one.members)} if one.members else {}),
            }
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
        account, untold = stated["account"], stated["untold"]
        if not (account is None or isinstance(account, str)) or not isinstance(untold, list):
            raise TypeError("account or untold")
        return Baseline(
            account=account,
            rulebook=str(stated["rulebook"]),
            entries=tuple(map(_entry, stated["findings"])),
            untold=frozenset(map(str, untold)),
        )
    except OSError as error:
        raise BadBaseline(
            f"{path} cannot be opened ({error.strerror}); write one with: exportready baseline create SNAPSHOT -o {path}"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadBaseline(
            f"{path} is damaged ({type(error).__name__}: {error}); write it anew with: exportready baseline create"
        ) from error


def _entry(stated: Mapping[str, Any]) -> Entry:
    fingerprint, rule, subject, message = (str(stated[name]) for name in ("fingerprint", "rule", "subject", "message"))
    return Entry(
        fingerprint=fingerprint,
        rule=rule,
        subject=subject,
        message=message,
        members=tuple(map(str, stated.get("members", ()))),
    )


def known(results: Iterable[RuleResult], baseline: Baseline) -> frozenset[FindingId]:
    """Return the findings that the baseline holds; a group only if no record joined it.

    A snapshot of the same account, judged in the same run, may have named the account otherwise: there the subject is
    compared too.
    """
    prints = {one.fingerprint: one for one in baseline.entries}
    names = {(one.rule, *one.identity): one for one in baseline.entries}

    def holds(rule: str, finding: Finding) -> bool:
        entry = prints.get(finding.fingerprint) or names.get((rule, *_identity(finding)))
        return entry is not None and set(_members(finding)) <= set(entry.members)

    return frozenset(one.id for result in results for one in result.findings if holds(result.rule.id, one))


def stale(results: Sequence[RuleResult], baseline: Baseline) -> tuple[Entry, ...]:
    """Entries that stand no more: their rule was decided now, and does not find them."""
    there = {finding.fingerprint for result in results for finding in result.findings}
    named = {(result.rule.id, *_identity(finding)) for result in results for finding in result.findings}
    decided = {result.rule.id for result in results if not result.has_unknowns and result.outcome is not Outcome.ERROR}
    return tuple(
        one
        for one in baseline.entries
        if one.fingerprint not in there and (one.rule, *one.identity) not in named and one.rule in decided
    )


def pruned(baseline: Baseline, results: Sequence[RuleResult]) -> Baseline:
    """The baseline without what stands no more. It only ever shrinks."""
    gone = set(stale(results, baseline))
    return replace(baseline, entries=tuple(one for one in baseline.entries if one not in gone))
