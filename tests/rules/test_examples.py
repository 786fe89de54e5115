"""Every example of every rule has exactly the result it states, and every rule has examples of its outcomes."""

from __future__ import annotations

import pytest

import samples
from exportready.judge.tryout import differences, try_out
from exportready.model.rules import Example, Rule

BOOK = samples.rulebook()
CASES = [pytest.param(rule, example, id=f"{rule.id}: {example.name}") for rule in BOOK.rules for example in rule.examples]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_an_example_has_the_result_it_states(rule: Rule, example: Example) -> None:
    assert differences(rule, example, try_out(rule, example)) == []


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_a_rule_has_examples_that_pass_fail_and_cannot_tell(rule: Rule) -> None:
    shown = {example.outcome for example in rule.examples}
    assert {"passed", "failed", "cannot_tell"} <= shown
    if rule.given is not None:
        assert "not_applicable" in shown


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_an_undecided_example_says_what_to_supply(rule: Rule) -> None:
    for example in rule.examples:
        result = try_out(rule, example)
        if example.outcome == "cannot_tell":
            assert result.reason
            assert result.gaps
            assert all(gap.supply for gap in result.gaps)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_every_answer_that_a_rule_reads_expires(rule: Rule) -> None:
    from exportready.rulebook.reads import reads

    for kind, field in reads(rule):
        if kind == "account.answers" and field:
            ages = [name.removeprefix("$answers.") for name in rule.max_age]
            assert any(field == age or field.startswith(age + ".") for age in ages), field
