"""Fill in the steps of a fix with the values of the records to fix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from exportready.model.report import Finding, RuleResult
from exportready.model.rules import PLACEHOLDER

EACH_LISTED = "each one listed"
ONE_LISTED = "the one listed"


def fix_steps(result: RuleResult) -> tuple[str, ...]:
    """Return the steps of a failed rule, filled in with the values that all its findings share."""
    return filled(result.rule.fix.steps, result.findings)


def many_steps(result: RuleResult) -> tuple[str, ...]:
    """Return the quicker steps for many records, filled in the same way; empty if the rule has none."""
    return filled(result.rule.fix.many_steps, result.findings)


def filled(steps: Iterable[str], findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the steps with each `{placeholder}` replaced by the value that all findings share, or by a general word."""

    def value(placeholder: re.Match[str]) -> str:
        values = {finding.observed.get(placeholder[1]) for finding in findings}
        shared = values.pop() if len(values) == 1 else None
        return shared or (ONE_LISTED if len(findings) == 1 else EACH_LISTED)

    return tuple(PLACEHOLDER.sub(value, step) for step in steps)
