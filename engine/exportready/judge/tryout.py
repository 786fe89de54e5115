"""Try a rule on its own examples, which are derived and judged like a snapshot."""

from __future__ import annotations

from exportready.derive import derive
from exportready.judge import judge
from exportready.kinds import fold
from exportready.model.report import RuleResult
from exportready.model.rules import Example, Rule


def try_out(rule: Rule, example: Example) -> RuleResult:
    """Return the result of a rule on one of its examples."""
    before = derive(example.before, example.at) if example.before else None
    now = derive(example.evidence, example.at, before)
    return judge([rule], now, before, example.at)[0]


def differences(rule: Rule, example: Example, result: RuleResult) -> list[str]:
    """Return how a result differs from what the example expects, in words. Outcome and finding keys must be the same."""
    messages = []
    if result.outcome.value != example.outcome:
        messages.append(f"the outcome is {result.outcome.value} ({result.reason}), not {example.outcome}")
    keys = sorted(finding_key(rule, finding.check, finding.subject.key) for finding in result.findings)
    if sorted(map(fold, keys)) != sorted(fold(key) for key in example.findings):
        messages.append(f"the findings are {keys}, not {sorted(example.findings)}")
    return messages


def finding_key(rule: Rule, check: str | None, key: str) -> str:
    """Return a finding as examples write it: its key, with its check before it if the rule has checks."""
    return f"{check}: {key}" if rule.named_checks else key
