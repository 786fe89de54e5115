"""One small snapshot with planted defects, and what the program says of it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import pytest

import samples

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from benchmarks import parts, snapshots  # noqa: E402 - found by the line above

from exportready.check import CheckRequest, check  # noqa: E402
from exportready.model.report import Report  # noqa: E402

AT = datetime.fromisoformat(parts.AT)
PHASES = ("before-export", "after-export")

Small = tuple[Path, snapshots.Written]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    folder = tmp_path_factory.mktemp("snapshot") / "small"
    return folder, snapshots.write(folder, 9_700, share=0.01)


@pytest.fixture(scope="session")
def reports(small: Small) -> dict[str, Report]:
    rulebook = samples.rulebook()
    return {phase: check(CheckRequest(snapshot=small[0], rulebook=rulebook, at=AT, phase=phase)) for phase in PHASES}


@pytest.fixture(scope="session")
def found(reports: dict[str, Report]) -> dict[str, list[str]]:
    """Rule -> the keys that fail it, of every rule that fails in either phase."""
    return {
        result.rule.id: sorted(finding.subject.key for finding in result.findings)
        for report in reports.values()
        for result in report.results
        if result.findings
    }
