"""What decides a rule: the table of channels, and that every practice before the export can be decided by hand."""

from __future__ import annotations

import pytest

import samples
from exportready.model.rules import DecidedBy, Phase, Rule
from exportready.reporters.rule_pages import INDEX, rule_pages
from exportready.rulebook.channels import decided_by

RULES = {rule.id: rule for rule in samples.rulebook().rules}
BEFORE = [rule for rule in RULES.values() if rule.phase is not Phase.AFTER]


@pytest.mark.parametrize("rule", BEFORE, ids=lambda rule: rule.id)
def test_what_no_hand_export_has_can_be_confirmed_by_looking(rule: Rule) -> None:
    assert not decided_by(rule).missing or rule.confirm is not None, f"add `confirm` to {rule.where.path}"


@pytest.mark.parametrize(
    ("rule", "decided"),
    [
        ("connection/web-connector-online", DecidedBy(files=False, answers=True, missing=())),
        ("items/cogs-account", DecidedBy(files=True, answers=False, missing=())),
        ("items/income-account", DecidedBy(files=True, answers=True, missing=())),
        ("batching/technician-on-lines", DecidedBy(files=True, answers=False, missing=("technician ID of invoice lines",))),
        ("tax/zone-mapped", DecidedBy(files=True, answers=True, missing=("tax zones",))),
        ("session/release-supported", DecidedBy(files=True, answers=False, missing=("QuickBooks release",))),
    ],
)
def test_the_channels_follow_from_what_a_rule_reads(rule: str, decided: DecidedBy) -> None:
    assert decided_by(RULES[rule]) == decided


def test_the_table_has_a_row_for_each_rule_before_the_export() -> None:
    table = rule_pages(tuple(RULES.values()), decided_by)[INDEX].partition("## What decides each check before the export")[2]
    assert table.count("\n| [") == len(BEFORE)
    assert (
        "| [batching/technician-on-lines](batching-technician-on-lines.md) | files, but no technician ID of invoice lines "
        "| yes, until the batch changes | files |"
    ) in table
    assert "| [items/cogs-account](items-cogs-account.md) | files | not needed | files |" in table
    assert "no: only those files show it" not in table
