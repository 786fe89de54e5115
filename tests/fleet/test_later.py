"""Audits of old evidence: each account is judged for the moment of its files, so its verdict doesn't wear off."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exportready.cli import options
from exportready.model.rules import About, Rulebook
from fleet import plan, write

from .conftest import Run
from .test_audit import AT

PLANTS = {
    "items/cogs-account": 3,
    "lists/customer-list-in-default-order": 2,
    "session/single-user-mode": 2,
    "tax/zone-mapped": 1,
}


@pytest.mark.parametrize("accounts", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_audit_eight_days_later_gives_the_same_verdicts(
    run: Run, rulebook: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accounts: int
) -> None:
    write(tmp_path / "fleet", plan(accounts=accounts, records=300, seed=5, plants=PLANTS))
    run("fleet", "-o", "json:day.json", "--at", AT, "--history", "day.sqlite3")
    eight_days_later = datetime.fromisoformat(AT) + timedelta(days=8)
    monkeypatch.setattr(options, "now", lambda: eight_days_later)
    run("fleet", "-o", "json:later.json", "--history", "later.sqlite3")
    day, later = (
        {account["path"]: account for account in json.loads((tmp_path / name).read_text(encoding="utf-8"))["accounts"]}
        for name in ("day.json", "later.json")
    )
    assert len(day) == len(later) == accounts
    assert {place: account["verdict"] for place, account in later.items()} == {
        place: account["verdict"] for place, account in day.items()
    }
    about = {rule.id: rule.about for rule in rulebook.rules}
    for place, account in later.items():
        outcomes = {rule["id"]: rule["outcome"] for rule in account["rules"]}
        before = {rule["id"]: rule["outcome"] for rule in day[place]["rules"]}
        for rule, outcome in outcomes.items():
            if about[rule] in (About.SETUP, About.BATCH):
                assert outcome == before[rule], (place, rule)
            elif outcome == "cannot_tell":
                assert before[rule] == "cannot_tell", f"{place}: {rule} is unknown only because an answer is old"
        assert account["is_past"]
        assert account["evidence"]["age_hours"] > 8 * 24 - 72
