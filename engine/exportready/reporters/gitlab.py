"""GitLab's Code Quality report. Its fingerprints must differ from each other, or GitLab shows one of them only."""

from __future__ import annotations

import hashlib
from collections import Counter

from exportready.model.report import Report
from exportready.model.rules import Severity
from exportready.reporters import Options, problems, words
from exportready.reporters.text import clean
from exportready.results.json_text import to_json

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, options: Options) -> str:
    """A list, one entry a problem."""
    seen: Counter[str] = Counter()
    told = [
        {
            "description": f"{words.UNREADABLE}: {clean(why)}",
            "check_name": "source",
            "fingerprint": hashlib.sha256(f"source {path}".encode(errors="replace")).hexdigest()[:32],
            "severity": "critical",
            "location": {"path": path, "lines": {"begin": line}},
        }
        for path, line, why in problems.broken(report)
    ]
    for one in problems.listed(report, options):
        print_ = one.finding.fingerprint
        seen[print_] += 1
        if seen[print_] > 1:
            print_ = hashlib.sha256(f"{print_} {seen[print_]}".encode()).hexdigest()[:32]
        told.append(
            {
                "description": f"{clean(one.finding.message)} ({one.result.rule.title})",
                "check_name": one.result.rule.id,
                "fingerprint": print_,
                "severity": _SEVERITIES[one.finding.severity],
                "location": {"path": one.path, "lines": {"begin": one.line}},
            }
        )
    return to_json(told) + "\n"
