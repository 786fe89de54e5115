"""A rule's own examples, run through derivation and judging as a snapshot would be."""

from __future__ import annotations

from exportready.derive import derive
from exportready.judge import judge
from exportready.kinds import fold
from exportready.model.report import RuleResult
from exportready.model.rules import Example, Rule


def try_out(rule: Rule, example: Example) -> RuleResult:
    """What the rule says of its example."""
    before = derive(example.before, example.at) if example.before else None
    now = derive(example.evidence, example.at, before)
    return judge([rule], now, before, example.at)[0]


def differences(rule: Rule, example: Example, result: RuleResult) -> list[str]:
    """How a result differs from what the example states; outcomes and finding keys are exact."""
    told = []
    if result.outcome.value != example.outcome:
        told.append(f"the outcome is {result.outcome.value} ({result.reason}), not {example.outcome}")
    keys = sorted(finding_key(rule, finding.check, finding.subject.key) for finding in result.findings)
    if sorted(map(fold, keys)) != sorted(fold(key) for key in example.findings):
        told.append(f"the findings are {keys}, not {sorted(example.findings)}")
    return told


def finding_key(rule: Rule, check: str | None, key: str) -> str:
    """A finding as an example writes it: its key, after its check where the rule has checks."""
    return f"{check}: {key}" if rule.named_checks else key
