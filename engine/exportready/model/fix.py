"""The steps of a fix, with the values of what is to be fixed filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from exportready.model.report import Finding, RuleResult
from exportready.model.rules import PLACEHOLDER

EACH_LISTED = "each one listed"
ONE_LISTED = "the one listed"


def fix_steps(result: RuleResult) -> tuple[str, ...]:
    """Return the steps of a failed rule, with a record's own values where all its findings share them."""
    return filled(result.rule.fix.steps, result.findings)


def many_steps(result: RuleResult) -> tuple[str, ...]:
    """Return the quicker steps for many records, filled in the same way; empty where the rule has none."""
    return filled(result.rule.fix.many_steps, result.findings)


def filled(steps: Iterable[str], findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the steps with each `{placeholder}` replaced by the value that all findings share, or by a general word."""

    def value(found: re.Match[str]) -> str:
        values = {finding.observed.get(found[1]) for finding in findings}
        agreed = values.pop() if len(values) == 1 else None
        return agreed or (ONE_LISTED if len(findings) == 1 else EACH_LISTED)

    return tuple(PLACEHOLDER.sub(value, step) for step in steps)
