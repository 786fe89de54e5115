"""What was planted in a fleet is what its audit reports: no more, no less."""

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

A, B = "items/cogs-account", "lists/customer-list-in-default-order"


SIZES = [(16, 7, 3, 5), pytest.param(120, 37, 12, 5, marks=pytest.mark.slow)]


@pytest.mark.parametrize(("accounts", "with_a", "with_b", "unreadable"), SIZES)
def test_as_many_as_were_planted_are_told_everywhere(
    run: Run, tmp_path: Path, accounts: int, with_a: int, with_b: int, unreadable: int
) -> None:
    planned = plan(accounts=accounts, records=300, seed=11, plants={A: with_a, B: with_b}, unreadable=unreadable)
    write(tmp_path / "fleet", planned)
    done = run(
        "fleet", "-o", "json:a.json", "-o", "csv:a.csv", "-o", "html:a.html", "-o", "console", "--no-reports", "--at", AT
    )
    assert done.returncode == 1
    audit = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    failed = {one["id"]: one["failed"] for one in audit["rules"] if one["failed"]}
    assert {rule: len(places) for rule, places in failed.items()} == {A: with_a, B: with_b}
    for rule, places in failed.items():
        assert places == sorted(one.path for one in planned if rule in one.plants)
    assert audit["counts"]["accounts"] == accounts
    assert audit["counts"]["unreadable"] == unreadable
    broken = [one["path"] for one in audit["accounts"] if one["error"] or one["unreadable"]]
    assert broken == sorted(one.path for one in planned if one.unreadable)
    assert not any(one["verdict"].startswith("ready") for one in audit["accounts"] if one["path"] in broken)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == accounts
    screen, page = (" ".join(text.split()) for text in (done.stdout, (tmp_path / "a.html").read_text(encoding="utf-8")))
    assert f"{unreadable} of these could not be read" in screen
    assert re.search(rf"{with_a} [^\[]+\[{A}\]", screen)
    assert re.search(rf"{with_b} [^\[]+\[{B}\]", screen)
    assert f"{with_a} accounts fail it" in page
    assert f"{with_b} accounts fail it" in page
    assert re.search(rf"<b>{unreadable}</b> <span>of these could not be read", page)


@pytest.mark.parametrize(("accounts", "each"), [(20, 1), pytest.param(40, 2, marks=pytest.mark.slow)])
def test_every_practice_that_can_be_planted_is_found_where_it_was(run: Run, tmp_path: Path, accounts: int, each: int) -> None:
    planned = plan(accounts=accounts, records=300, seed=3, plants=dict.fromkeys(PLANTABLE, each))
    write(tmp_path / "fleet", planned)
    audit = json.loads(run("fleet", "-o", "json", "--at", AT).stdout)
    failed = {one["id"]: one["failed"] for one in audit["rules"] if one["failed"]}
    assert failed == {rule: sorted(one.path for one in planned if rule in one.plants) for rule in PLANTABLE}
