"""What every shipped rule owes to its readers: an example for each outcome, and a quicker way where there may be many."""

from __future__ import annotations

import pytest

import samples
from exportready.kinds import KINDS
from exportready.model.rules import Rule

RULES = samples.rulebook().rules
ALWAYS_SOMETHING = {"settings/customer-mapping-unchanged", "export/no-key-issue"}
"""Rules that apply to every account and every file."""
FEW = {"derived.drift", "derived.purchase_charge", "derived.customer_order"}
"""Kinds of which there are never many records, or of which all are mended by one step."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_it_has_an_example_for_every_outcome_that_it_can_have(rule: Rule) -> None:
    asks = rule.given is not None or any(check.where is not None for check in rule.checks)
    may = {"passed", "failed", "cannot_tell"} | ({"not_applicable"} if asks and rule.id not in ALWAYS_SOMETHING else set())
    assert may <= {example.outcome for example in rule.examples}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_it_says_what_to_do_when_there_are_many(rule: Rule) -> None:
    kinds = {kind for check in rule.checks for kind in check.each if not KINDS[kind].single} - FEW
    assert bool(rule.fix.many_steps) or not kinds
