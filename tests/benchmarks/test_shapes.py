"""Accounts of odd shapes are healthy but for what their shape says, so that they cost what real ones would."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from benchmarks import parts, shapes

import samples
from exportready.check import CheckRequest, check
from exportready.model.report import Outcome

FAILED = {
    "membership fees of others": {"export/same-customer-and-date": 30},
    "one name": {"naming/no-stray-spaces": 1},
    "findings": {"items/cogs-account": 30},
}
"""Shape -> the rules that fail, and how often."""


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_a_shape_fails_only_what_it_is_about(name: str, tmp_path: Path) -> None:
    shapes.write(tmp_path / "shape", name, 30)
    after = shapes.SHAPES[name] in shapes.AFTER
    at, phase = (shapes.AT_AFTER, "after-export") if after else (parts.AT, "before-export")
    report = check(
        CheckRequest(snapshot=tmp_path / "shape", rulebook=samples.rulebook(), at=datetime.fromisoformat(at), phase=phase)
    )
    assert not [source.error for source in report.sources if source.error]
    assert not [result.rule.id for result in report.results if result.outcome is Outcome.ERROR]
    found = {result.rule.id: len(result.findings) for result in report.results if result.findings}
    assert found == FAILED.get(name, {})
