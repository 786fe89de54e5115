"""The audit of a generated fleet reports exactly the defects that were planted in it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from fleet import PLANTABLE, plan, write

from .conftest import Run
from .test_audit import AT

FIRST_RULE, SECOND_RULE = "items/cogs-account", "lists/customer-list-in-default-order"
SIZES = [(16, 7, 3, 5), pytest.param(120, 37, 12, 5, marks=pytest.mark.slow)]
"""(Number of accounts, with the first defect, with the second defect, unreadable)."""


@pytest.mark.parametrize(("accounts", "first_count", "second_count", "unreadable_count"), SIZES)
def test_every_report_counts_the_planted_defects(
    run: Run, tmp_path: Path, accounts: int, first_count: int, second_count: int, unreadable_count: int
) -> None:
    planned = plan(
        accounts=accounts,
        records=300,
        seed=11,
        plants={FIRST_RULE: first_count, SECOND_RULE: second_count},
        unreadable=unreadable_count,
    )
    write(tmp_path / "fleet", planned)
    process = run(
        "fleet", "-o", "json:a.json", "-o", "csv:a.csv", "-o", "html:a.html", "-o", "console", "--no-reports", "--at", AT
    )
    assert process.returncode == 1
    audit = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    failed = {rule["id"]: rule["failed"] for rule in audit["rules"] if rule["failed"]}
    assert {rule: len(places) for rule, places in failed.items()} == {FIRST_RULE: first_count, SECOND_RULE: second_count}
    for rule, places in failed.items():
        assert places == sorted(account.path for account in planned if rule in account.plants)
    assert audit["counts"]["accounts"] == accounts
    assert audit["counts"]["unreadable"] == unreadable_count
    unreadable = [account["path"] for account in audit["accounts"] if account["error"] or account["unreadable"]]
    assert unreadable == sorted(account.path for account in planned if account.unreadable)
    assert not any(account["verdict"].startswith("ready") for account in audit["accounts"] if account["path"] in unreadable)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == accounts
    console, page = (" ".join(text.split()) for text in (process.stdout, (tmp_path / "a.html").read_text(encoding="utf-8")))
    assert f"{unreadable_count} of these have files we couldn't read" in console
    assert re.search(rf"{first_count} [^\[]+\[{FIRST_RULE}\]", console)
    assert re.search(rf"{second_count} [^\[]+\[{SECOND_RULE}\]", console)
    assert f"{first_count} accounts" in page
    assert f"{second_count} accounts" in page
    assert re.search(rf"<b>{unreadable_count}</b> <span>of these have files we couldn&#39;t read", page)


@pytest.mark.parametrize(("accounts", "each"), [(20, 1), pytest.param(40, 2, marks=pytest.mark.slow)])
def test_every_defect_is_found_in_the_accounts_with_it(run: Run, tmp_path: Path, accounts: int, each: int) -> None:
    planned = plan(accounts=accounts, records=300, seed=3, plants=dict.fromkeys(PLANTABLE, each))
    write(tmp_path / "fleet", planned)
    audit = json.loads(run("fleet", "-o", "json", "--at", AT).stdout)
    failed = {rule["id"]: rule["failed"] for rule in audit["rules"] if rule["failed"]}
    assert failed == {rule: sorted(account.path for account in planned if rule in account.plants) for rule in PLANTABLE}
