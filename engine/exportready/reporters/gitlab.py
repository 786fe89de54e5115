"""Render GitLab's Code Quality report. Each problem gets its own fingerprint, since GitLab shows only one per fingerprint."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from exportready.model.report import Report
from exportready.model.rules import Severity
from exportready.reporters import Options, problems, words
from exportready.reporters.text import clean
from exportready.results.json_text import to_json

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, options: Options) -> str:
    """Return a JSON list with an entry for each unreadable file and each problem."""
    entries = [
        _entry(
            description=f"{words.UNREADABLE}: {clean(file.error)}",
            check="source",
            fingerprint=_hashed(f"source {file.path}"),
            severity="critical",
            path=file.path,
            line=file.line,
        )
        for file in problems.unreadable_files(report)
    ]
    seen: Counter[str] = Counter()
    for problem in problems.open_problems(report, options):
        finding, rule = problem.finding, problem.result.rule
        seen[finding.fingerprint] += 1
        number = seen[finding.fingerprint]
        entries.append(
            _entry(
                description=clean(f"{rule.problem}: {finding.message}" if rule.problem else finding.message),
                check=rule.id,
                fingerprint=finding.fingerprint if number == 1 else _hashed(f"{finding.fingerprint} {number}"),
                severity=_SEVERITIES[finding.severity],
                path=problem.path,
                line=problem.line,
            )
        )
    return to_json(entries) + "\n"


def _entry(*, description: str, check: str, fingerprint: str, severity: str, path: str, line: int) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
