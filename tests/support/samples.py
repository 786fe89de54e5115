"""What many tests start from, read once: the shipped rules and the example snapshots. None of it can be changed."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from exportready.check import CheckRequest, check
from exportready.evidence import snapshot
from exportready.model.evidence import Evidence
from exportready.model.report import Report
from exportready.model.rules import Rulebook
from exportready.rulebook.examples import NOON
from exportready.rulebook.load import load
from exportready.runtime import shipped

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def rulebook() -> Rulebook:
    """The shipped rules."""
    return load(shipped.folder("rules"))


@cache
def evidence(example: str) -> Evidence:
    """Everything that any shipped rule reads of an example."""
    return snapshot.read(EXAMPLES / example, rulebook().wanted, NOON)


@cache
def report(example: str, at: datetime, phase: str | None = None) -> Report:
    """The check of an example."""
    return check(CheckRequest(snapshot=EXAMPLES / example, rulebook=rulebook(), at=at, phase=phase))
