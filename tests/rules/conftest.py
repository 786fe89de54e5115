"""The example company, judged by every shipped rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import samples
from company import Company
from exportready.check import CheckRequest, check
from exportready.model.report import Report

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[Company], Report]:
    """Return a function that writes a company's files and checks them, half an hour after they were made."""
    book = samples.rulebook()

    def judge(company: Company) -> Report:
        for name, content in company.files().items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return check(
            CheckRequest(
                snapshot=tmp_path, rulebook=book, at=datetime.fromisoformat(company.account["takenAt"]) + HALF_AN_HOUR
            )
        )

    return judge
