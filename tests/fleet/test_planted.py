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

pytestmark = pytest.mark.slow

A, B = "items/cogs-account", "lists/customer-list-in-default-order"


def test_thirty_seven_twelve_and_five(run: Run, tmp_path: Path) -> None:
    planned = plan(accounts=120, records=300, seed=11, plants={A: 37, B: 12}, unreadable=5)
    write(tmp_path / "fleet", planned)
    done = run(
        "fleet", "-o", "json:a.json", "-o", "csv:a.csv", "-o", "html:a.html", "-o", "console", "--no-reports", "--at", AT
    )
    assert done.returncode == 1
    audit = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    failed = {one["id"]: one["failed"] for one in audit["rules"] if one["failed"]}
    assert {rule: len(places) for rule, places in failed.items()} == {A: 37, B: 12}
    for rule, places in failed.items():
        assert places == sorted(one.path for one in planned if rule in one.plants)
    assert audit["counts"]["accounts"] == 120
    assert audit["counts"]["unreadable"] == 5
    broken = [one["path"] for one in audit["accounts"] if one["error"] or one["unreadable"]]
    assert broken == sorted(one.path for one in planned if one.unreadable)
    assert not any(one["verdict"].startswith("ready") for one in audit["accounts"] if one["path"] in broken)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == 120
    screen, page = (" ".join(text.split()) for text in (done.stdout, (tmp_path / "a.html").read_text(encoding="utf-8")))
    assert "5 of these could not be read" in screen
    assert re.search(rf"37 [^\[]+\[{A}\]", screen)
    assert re.search(rf"12 [^\[]+\[{B}\]", screen)
    assert "37 accounts fail it" in page
    assert "12 accounts fail it" in page
    assert re.search(r"<b>5</b> <span>of these could not be read", page)


def test_every_practice_that_can_be_planted_is_found_where_it_was(run: Run, tmp_path: Path) -> None:
    planned = plan(accounts=40, records=300, seed=3, plants=dict.fromkeys(PLANTABLE, 2))
    write(tmp_path / "fleet", planned)
    audit = json.loads(run("fleet", "-o", "json", "--at", AT).stdout)
    failed = {one["id"]: one["failed"] for one in audit["rules"] if one["failed"]}
    assert failed == {rule: sorted(one.path for one in planned if rule in one.plants) for rule in PLANTABLE}
