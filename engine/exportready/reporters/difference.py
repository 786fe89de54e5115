"""Report what changed between two results: for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import asdict

from exportready.model.changes import CHANGE_KEYS, FINDING_KEYS, Changes, Drift, PastFinding
from exportready.model.report import Verdict
from exportready.reporters import words
from exportready.reporters.text import clean, in_markdown
from exportready.results.json_text import to_json

FORMAT = "exportready/diff@1"
MAX_LISTED = 50
"""Maximum number of findings listed of each kind."""
_TITLES = dict(zip(FINDING_KEYS, words.DIFFERENCES, strict=True))
_VERDICTS = {
    Verdict.READY: "no problems",
    Verdict.READY_WITH_WARNINGS: "warnings",
    Verdict.NOT_READY: "problems to fix",
    Verdict.CANNOT_TELL: "not enough information",
}
"""Verdicts of both phases, since a difference doesn't say which phase it is about."""


def console(changes: Changes) -> str:
    """Return the verdicts and each kind of change for a terminal. Unchanged findings are only counted."""
    lines = [_headline(changes)]
    for title, findings in _sections(changes):
        lines += ["", title]
        lines += [f"  {finding.severity:<7}  {clean(finding.message)}  [{finding.rule}]" for finding in findings[:MAX_LISTED]]
        lines += [f"  {more}" for more in _not_listed(findings)]
    if changes.drift:
        lines += ["", _drift_title(changes), *(f"  {_drift(drift)}" for drift in changes.drift)]
    if changes.confirmations:
        lines += ["", _confirmations_title(changes)]
        lines += [f"  {clean(words.changed_confirmation(one))}  [{one.rule}]" for one in changes.confirmations]
    return "\n".join([*lines, "", _unchanged(changes)]) + "\n"


def markdown(changes: Changes) -> str:
    """Return the same as Markdown, for a comment on a pull request."""
    lines = [f"## {in_markdown(_headline(changes))}"]
    for title, findings in _sections(changes):
        lines += ["", f"### {title}", ""]
        lines += [
            f"- **{finding.severity}** {in_markdown(finding.message)} `{finding.rule}`" for finding in findings[:MAX_LISTED]
        ]
        lines += [f"- {more}" for more in _not_listed(findings)]
    if changes.drift:
        lines += ["", f"### {_drift_title(changes)}", "", *(f"- {in_markdown(_drift(drift))}" for drift in changes.drift)]
    if changes.confirmations:
        lines += ["", f"### {_confirmations_title(changes)}", ""]
        lines += [f"- {in_markdown(words.changed_confirmation(one))} `{one.rule}`" for one in changes.confirmations]
    return "\n".join([*lines, "", _unchanged(changes)]) + "\n"


def as_json(changes: Changes) -> str:
    """Return the same as JSON: the contract `exportready/diff@1`."""
    findings = {key: list(map(asdict, getattr(changes, field))) for field, key in FINDING_KEYS.items()}
    data = {
        "format": FORMAT,
        "account": changes.account,
        "old": {"checked_at": changes.old_checked_at, "verdict": changes.old_verdict},
        "new": {"checked_at": changes.new_checked_at, "verdict": changes.new_verdict},
        "new_findings": findings.pop("added"),
        **findings,
        "drift": list(map(asdict, changes.drift)),
        "confirmations": list(map(asdict, changes.confirmations)),
    }
    return to_json(data) + "\n"


def _sections(changes: Changes) -> Iterator[tuple[str, Sequence[PastFinding]]]:
    """Return the title and the findings of each kind of change that occurred."""
    for kind in CHANGE_KEYS:
        findings: Sequence[PastFinding] = getattr(changes, kind)
        if findings:
            yield f"{_TITLES[kind]} ({len(findings)})", findings


def _not_listed(findings: Sequence[PastFinding]) -> list[str]:
    return [words.and_more_of(len(findings) - MAX_LISTED)] if len(findings) > MAX_LISTED else []


def _headline(changes: Changes) -> str:
    before, now = _VERDICTS[Verdict(changes.old_verdict)], _VERDICTS[Verdict(changes.new_verdict)]
    return f"{clean(changes.account or words.ACCOUNT_UNNAMED)}: {before} -> {now}"


def _drift_title(changes: Changes) -> str:
    return f"{words.DRIFT} ({len(changes.drift)})"


def _confirmations_title(changes: Changes) -> str:
    return f"{words.CONFIRMATIONS} ({len(changes.confirmations)})"


def _drift(drift: Drift) -> str:
    return f"{clean(drift.setting)}: {clean(drift.old or words.NOT_STATED)} -> {clean(drift.new or words.NOT_STATED)}"


def _unchanged(changes: Changes) -> str:
    return f"{_TITLES['unchanged']}: {len(changes.unchanged)}"
