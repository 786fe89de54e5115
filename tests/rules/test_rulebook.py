"""Every shipped rule has an example of each outcome, and quicker steps if there can be many records."""

from __future__ import annotations

import pytest

import samples
from exportready.kinds import KINDS
from exportready.model.rules import Rule

RULES = samples.rulebook().rules
ALWAYS_SOMETHING = {"settings/customer-mapping-unchanged", "export/no-key-issue", "tax/sales-tax-calculated-in-quickbooks"}
"""Rules that apply to every account and every file."""
FEW = {"derived.drift", "derived.purchase_charge", "derived.customer_order"}
"""Kinds with few records, or whose records are all fixed in one step."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_an_example_of_every_outcome_it_can_have(rule: Rule) -> None:
    asks = rule.given is not None or any(check.where is not None for check in rule.checks)
    may = {"passed", "failed", "cannot_tell"} | ({"not_applicable"} if asks and rule.id not in ALWAYS_SOMETHING else set())
    assert may <= {example.outcome for example in rule.examples}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_to_do_for_many_records(rule: Rule) -> None:
    kinds = {kind for check in rule.checks for kind in check.each if not KINDS[kind].single} - FEW
    assert bool(rule.fix.many_steps) or not kinds
