"""Two results side by side: what is new, fixed, unchanged, back again, and what only the rulebook made different. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from exportready.model.changes import Changes, Drift, PastFinding

FORMAT = "exportready/result@1"
_GRADES = ("error", "warning", "info")
_VERDICTS = ("ready", "ready_with_warnings", "not_ready", "cannot_tell")


class NoResult(Exception):
    """What was given is no result of this program; the text says what is."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What of a result can be compared."""

    account: str | None
    checked_at: str
    verdict: str
    findings: Mapping[str, PastFinding]
    digests: Mapping[str, str]
    """Rule -> the digest of its file; of an older result that shows none, empty."""
    decided: frozenset[str]
    settings: Mapping[str, str]


def result(stated: Mapping[str, Any]) -> Result:
    """A result from its JSON. Raises NoResult."""
    if stated.get("format") != FORMAT:
        raise NoResult(f"it is no result of exportready ({FORMAT}); write one with -o json:RESULT.json, or name a snapshot")
    try:
        found = {
            str(one["fingerprint"]): PastFinding(
                fingerprint=str(one["fingerprint"]),
                rule=str(rule["id"]),
                severity=_one_of(one["severity"], _GRADES),
                subject=str(one["subject"]["key"]),
                message=str(one["message"]),
            )
            for rule in stated["rules"]
            for one in rule["findings"]
        }
        return Result(
            account=stated["account"]["name"],
            checked_at=stated["checked_at"],
            verdict=_one_of(stated["verdict"], _VERDICTS),
            findings=found,
            digests={rule["id"]: rule.get("digest", "") for rule in stated["rules"]},
            decided=frozenset(rule["id"] for rule in stated["rules"] if _is_decided(rule)),
            settings={str(name): str(value) for name, value in stated.get("settings", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoResult(f"it is damaged ({type(error).__name__}: {error}); write it anew with -o json:RESULT.json") from error


def _one_of(value: object, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"{value!r} is none of {', '.join(choices)}")
    return str(value)


def _is_decided(rule: Mapping[str, Any]) -> bool:
    return rule["outcome"] not in ("cannot_tell", "error") and not (rule["gaps"] or rule["undecided"])


def compare(old: Result, new: Result, earlier: Result | None = None) -> Changes:
    """From old to new. `earlier` is a result from before the old one: what it had, and the old one had not, is back again."""
    only_new = [one for print_, one in new.findings.items() if print_ not in old.findings]
    only_old = [one for print_, one in old.findings.items() if print_ not in new.findings]
    # A rule that was not judged this time is no other rule: what it found then cannot be told now.
    changed = {one.rule for one in only_new if _is_other(old, new, one.rule)}
    changed |= {one.rule for one in only_old if one.rule in new.digests and _is_other(old, new, one.rule)}
    own_new = [one for one in only_new if one.rule not in changed]
    own_old = [one for one in only_old if one.rule not in changed]
    back = {print_ for print_ in (earlier.findings if earlier else ()) if print_ not in old.findings}
    return Changes(
        old_checked_at=old.checked_at,
        old_verdict=old.verdict,
        new_checked_at=new.checked_at,
        new_verdict=new.verdict,
        account=new.account,
        added=_sorted(one for one in own_new if one.fingerprint not in back),
        regressed=_sorted(one for one in own_new if one.fingerprint in back),
        fixed=_sorted(one for one in own_old if one.rule in new.decided),
        untold=_sorted(one for one in own_old if one.rule not in new.decided),
        unchanged=_sorted(one for print_, one in new.findings.items() if print_ in old.findings),
        rule_changed=_sorted(one for one in (*only_new, *only_old) if one.rule in changed),
        drift=tuple(
            Drift(name, old.settings.get(name), new.settings.get(name))
            for name in sorted({*old.settings, *new.settings})
            if old.settings.get(name) != new.settings.get(name)
        ),
    )


def _is_other(old: Result, new: Result, rule: str) -> bool:
    """The rule was not judged on both sides, or its file differs."""
    before, after = old.digests.get(rule), new.digests.get(rule)
    return before is None or after is None or (bool(before and after) and before != after)


def _sorted(findings: Iterable[PastFinding]) -> tuple[PastFinding, ...]:
    return tuple(sorted(findings, key=lambda one: (_GRADES.index(one.severity), one.rule, one.subject, one.fingerprint)))
