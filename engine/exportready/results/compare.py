"""Compare two results of one account: new, fixed, unchanged and returned findings, and those that only the rules changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from exportready.model.changes import Changes, ConfirmationChange, Drift, PastFinding
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import Severity
from exportready.results.write import FORMAT

_SEVERITIES = tuple(severity.value for severity in Severity)
_VERDICTS = tuple(verdict.value for verdict in Verdict)


class NoResult(Exception):
    """The data isn't a result of this program; the message says what is expected."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a result that can be compared."""

    account: str | None
    checked_at: str
    verdict: str
    findings: Mapping[str, PastFinding]
    """Fingerprint -> finding."""
    digests: Mapping[str, str]
    """Rule id -> digest of the rule's file; empty digests in results of older versions, which have none."""
    decided: frozenset[str]
    """Ids of the rules that left nothing unknown."""
    settings: Mapping[str, str]
    """The settings that the account states."""
    confirmed: Mapping[str, tuple[str, str]] = {}
    """Rule id -> who answered for it, and when: that all is well, or isn't. Empty in results from the history."""
    outcomes: Mapping[str, tuple[str, str]] = {}
    """Rule id -> its title and its outcome. Empty in results from the history."""


def result_from_json(data: Mapping[str, Any]) -> Result:
    """Return the comparable parts of a JSON result. Raises NoResult."""
    if data.get("format") != FORMAT:
        raise NoResult(f"this is not a result of check ({FORMAT}). Save one with -o json:RESULT.json, or give a snapshot.")
    try:
        findings = {
            str(finding["fingerprint"]): PastFinding(
                fingerprint=str(finding["fingerprint"]),
                rule=str(rule["id"]),
                severity=_one_of(finding["severity"], _SEVERITIES),
                subject=str(finding["subject"]["key"]),
                message=str(finding["message"]),
            )
            for rule in data["rules"]
            for finding in rule["findings"]
        }
        return Result(
            account=data["account"]["name"],
            checked_at=data["checked_at"],
            verdict=_one_of(data["verdict"], _VERDICTS),
            findings=findings,
            digests={rule["id"]: rule.get("digest", "") for rule in data["rules"]},
            decided=frozenset(rule["id"] for rule in data["rules"] if _is_decided(rule)),
            confirmed={
                rule["id"]: (str(one["by"]), str(one["at"]))
                for rule in data["rules"]
                if (one := rule.get("confirmed")) is not None
            },
            outcomes={rule["id"]: (str(rule["title"]), str(rule["outcome"])) for rule in data["rules"]},
            settings={str(name): str(value) for name, value in data.get("settings", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise NoResult(
            f"this result is damaged ({type(error).__name__}: {error}). Run check again with -o json:RESULT.json."
        ) from error


def _one_of(value: object, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
    return str(value)


def _is_decided(rule: Mapping[str, Any]) -> bool:
    return rule["outcome"] not in ("cannot_tell", "error") and not (rule["gaps"] or rule["undecided"])


def compare(old: Result, new: Result, earlier: Result | None = None) -> Changes:
    """Return what changed from the old to the new result.

    A new finding counts as regressed if `earlier`, a result from before the old one, has it too.
    """
    only_new = [finding for fingerprint, finding in new.findings.items() if fingerprint not in old.findings]
    only_old = [finding for fingerprint, finding in old.findings.items() if fingerprint not in new.findings]
    # A rule that wasn't checked this time hasn't changed: its old findings count as unknown now.
    changed_rules = {finding.rule for finding in only_new if _is_rule_changed(old, new, finding.rule)}
    changed_rules |= {
        finding.rule for finding in only_old if finding.rule in new.digests and _is_rule_changed(old, new, finding.rule)
    }
    appeared = [finding for finding in only_new if finding.rule not in changed_rules]
    disappeared = [finding for finding in only_old if finding.rule not in changed_rules]
    found_before = earlier.findings if earlier else {}
    return Changes(
        old_checked_at=old.checked_at,
        old_verdict=old.verdict,
        new_checked_at=new.checked_at,
        new_verdict=new.verdict,
        account=new.account,
        added=_sorted(finding for finding in appeared if finding.fingerprint not in found_before),
        regressed=_sorted(finding for finding in appeared if finding.fingerprint in found_before),
        fixed=_sorted(finding for finding in disappeared if finding.rule in new.decided),
        now_unknown=_sorted(finding for finding in disappeared if finding.rule not in new.decided),
        unchanged=_sorted(finding for fingerprint, finding in new.findings.items() if fingerprint in old.findings),
        rule_changed=_sorted(finding for finding in (*only_new, *only_old) if finding.rule in changed_rules),
        drift=tuple(
            Drift(name, old.settings.get(name), new.settings.get(name))
            for name in sorted({*old.settings, *new.settings})
            if old.settings.get(name) != new.settings.get(name)
        ),
        confirmations=tuple(_confirmations(old, new)),
    )


def _confirmations(old: Result, new: Result) -> Iterator[ConfirmationChange]:
    """Yield what happened to confirmations: those that are new, and those that no longer count, and why."""
    for rule, (by, at) in sorted(new.confirmed.items()):
        if old.confirmed.get(rule) != (by, at):
            title, outcome = new.outcomes[rule]
            change = "denied" if outcome == Outcome.FAILED.value else "added"
            yield ConfirmationChange(rule=rule, title=title, change=change, by=by, at=at)
    for rule, (by, at) in sorted(old.confirmed.items()):
        if rule not in new.confirmed and rule in new.outcomes:
            title, outcome = new.outcomes[rule]
            was_fine, is_fine = old.outcomes[rule][1] != Outcome.FAILED.value, outcome != Outcome.FAILED.value
            change = "shown" if was_fine is is_fine else "contradicted"
            change = "ended" if outcome in (Outcome.CANNOT_TELL.value, Outcome.ERROR.value) else change
            yield ConfirmationChange(rule=rule, title=title, change=change, by=by, at=at)


def _is_rule_changed(old: Result, new: Result, rule: str) -> bool:
    """Return whether only one result checked the rule, or its file differs."""
    before, after = old.digests.get(rule), new.digests.get(rule)
    return before is None or after is None or (bool(before and after) and before != after)


def _sorted(findings: Iterable[PastFinding]) -> tuple[PastFinding, ...]:
    """Return the findings, worst first."""
    return tuple(
        sorted(
            findings,
            key=lambda finding: (_SEVERITIES.index(finding.severity), finding.rule, finding.subject, finding.fingerprint),
        )
    )
