"""The plain evaluation and the program agree: before the export and after it."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from benchmarks import parts, reference, snapshots

Small = tuple[Path, snapshots.Written]


@pytest.fixture(scope="module")
def expected(small: Small) -> dict[str, list[str]]:
    return reference.findings(small[0])


@pytest.mark.parametrize("rule", reference.RULES)
def test_both_find_the_same(expected: dict[str, list[str]], found: dict[str, list[str]], rule: str) -> None:
    assert expected[rule]
    assert found[rule] == expected[rule]


def test_it_evaluates_every_rule_for_which_a_phase_is_told(expected: dict[str, list[str]]) -> None:
    assert set(expected) == set(parts.PHASES) == set(reference.RULES)


def test_it_knows_nothing_of_the_program() -> None:
    assert "exportready" not in inspect.getsource(reference).replace("exportready check", "")
