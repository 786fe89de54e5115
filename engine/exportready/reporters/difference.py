"""What changed between two results, on a terminal, as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exportready.model.changes import Changes, Drift, PastFinding
from exportready.reporters import words
from exportready.reporters.text import clean, in_markdown
from exportready.results.json_text import to_json

FORMAT = "exportready/diff@1"
_PARTS = ("added", "regressed", "fixed", "untold", "rule_changed", "unchanged")
_TITLES = dict(zip(_PARTS, words.DIFFERENCES, strict=True))
_SHOWN = 50


def console(one: Changes) -> str:
    """The verdicts, then each part; what did not change is counted only."""
    lines = [_head(one)]
    for part in _PARTS[:-1]:
        found: Sequence[PastFinding] = getattr(one, part)
        if found:
            lines += ["", f"{_TITLES[part]} ({len(found)})"]
            lines += [f"  {each.severity:<7}  {clean(each.message)}  [{each.rule}]" for each in found[:_SHOWN]]
            lines += [f"  {words.and_more_of(len(found) - _SHOWN)}"] if len(found) > _SHOWN else []
    lines += ["", f"{words.DRIFT} ({len(one.drift)})", *(f"  {_drift(drift)}" for drift in one.drift)] if one.drift else []
    lines += ["", f"{_TITLES['unchanged']}: {len(one.unchanged)}"]
    return "\n".join(lines) + "\n"


def markdown(one: Changes) -> str:
    """The same, for a comment on a change."""
    lines = [f"## {in_markdown(_head(one))}"]
    for part in _PARTS[:-1]:
        found: Sequence[PastFinding] = getattr(one, part)
        if found:
            lines += ["", f"### {_TITLES[part]} ({len(found)})", ""]
            lines += [f"- **{each.severity}** {in_markdown(each.message)} `{each.rule}`" for each in found[:_SHOWN]]
            lines += [f"- {words.and_more_of(len(found) - _SHOWN)}"] if len(found) > _SHOWN else []
    if one.drift:
        lines += ["", f"### {words.DRIFT} ({len(one.drift)})", "", *(f"- {in_markdown(_drift(drift))}" for drift in one.drift)]
    lines += ["", f"{_TITLES['unchanged']}: {len(one.unchanged)}"]
    return "\n".join(lines) + "\n"


def machine(one: Changes) -> str:
    """The same as data: exportready/diff@1."""
    stated = {
        "format": FORMAT,
        "account": one.account,
        "old": {"checked_at": one.old_checked_at, "verdict": one.old_verdict},
        "new": {"checked_at": one.new_checked_at, "verdict": one.new_verdict},
        **{("new_findings" if part == "added" else part): [_stood(each) for each in getattr(one, part)] for part in _PARTS},
        "drift": [{"setting": drift.setting, "old": drift.old, "new": drift.new} for drift in one.drift],
    }
    return to_json(stated) + "\n"


def _stood(one: PastFinding) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("fingerprint", "rule", "severity", "subject", "message")}


def _head(one: Changes) -> str:
    return f"{clean(one.account or words.ACCOUNT_UNNAMED)}: {one.old_verdict} -> {one.new_verdict}"


def _drift(drift: Drift) -> str:
    return f"{clean(drift.setting)}: {clean(drift.old or words.NOT_STATED)} -> {clean(drift.new or words.NOT_STATED)}"
