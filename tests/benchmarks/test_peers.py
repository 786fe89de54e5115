"""Every peer that is installed finds what the plain evaluation finds."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from benchmarks import peering, reference, snapshots
from benchmarks.measure import run

Small = tuple[Path, snapshots.Written]
NEEDS = {
    "durable-rules, whole records as facts": ("durable", "orjson"),
    "CLIPS (clipspy)": ("clips", "orjson"),
    "pandera on polars": ("pandera", "polars", "orjson"),
    "Rego (regopy)": ("regopy", "orjson"),
    "Great Expectations": ("great_expectations", "orjson"),
}


@pytest.fixture(scope="module")
def expected(small: Small) -> dict[str, list[str]]:
    found = reference.findings(small[0])
    return {rule: found[rule] for rule in peering.RULES}


@pytest.mark.parametrize("name", peering.PEERS)
def test_it_finds_the_same(small: Small, expected: dict[str, list[str]], name: str) -> None:
    if name == peering.NODE:
        if not shutil.which("node") or not Path(sys.prefix, "node_modules", "json-rules-engine").is_dir():
            pytest.skip("json-rules-engine is not installed")
    elif missing := [library for library in NEEDS[name] if find_spec(library) is None]:
        pytest.skip(f"{', '.join(missing)} not installed")
    done = run(peering.peer(name, small[0]))
    assert not done.failed
    assert peering.findings(done.output) == expected


def test_what_is_no_answer_agrees_with_nothing() -> None:
    assert peering.findings("") == {}
    assert peering.findings("Killed") == {}
