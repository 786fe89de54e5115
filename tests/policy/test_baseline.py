"""A baseline knows the members of a group by their keys, whatever characters their names have."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

import samples
from exportready.check import CheckRequest, check
from exportready.model.report import Finding, Report
from exportready.policy import baseline

BOOK = samples.rulebook()
RULE = "lists/customer-list-in-default-order"
AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
SORTED = ("Adams", "Cole", "Drew", "Evans")
SEMICOLONS = "VALVE; 1/2 in; brass"


def customers(folder: Path, *names: str) -> Report:
    """Check a company whose customer list is in this order."""
    rows = ["!HDR\tPROD\tVER\tREL\tIIFVER\tDATE\tTIME", "HDR\tQuickBooks\t1\t1\t1\t2026-11-20\t1", "!CUST\tNAME"]
    text = "".join(f"{row}\r\n" for row in (*rows, *(f"CUST\t{name}" for name in names)))
    (folder / "lists.iif").write_text(text, encoding="utf-8")
    return check(CheckRequest(snapshot=folder, rulebook=BOOK, at=AT, select=(RULE,)))


def new(report: Report, known: baseline.Baseline) -> list[Finding]:
    """Return the findings that a baseline doesn't know."""
    held = baseline.known(report.results, known)
    return [one for one in report.findings if one.id not in held]


def test_a_member_with_semicolons_in_its_name_hides_no_new_member(tmp_path: Path) -> None:
    before = baseline.of(customers(tmp_path, SEMICOLONS, *SORTED), BOOK.rules)
    assert [one.members for one in before.entries] == [(SEMICOLONS,)]
    assert not new(customers(tmp_path, SEMICOLONS, *SORTED), before)
    (joined,) = new(customers(tmp_path, SEMICOLONS, *SORTED, "brass"), before)
    assert set(joined.members) == {SEMICOLONS, "brass"}


def test_an_old_baseline_that_split_a_name_reports_the_group_as_new(tmp_path: Path) -> None:
    """Such baselines were written before members were stored as a list."""
    report, path = customers(tmp_path, SEMICOLONS, *SORTED), tmp_path / "baseline.json"
    stated = json.loads(baseline.text(baseline.of(report, BOOK.rules)))
    stated["findings"][0]["members"] = sorted(SEMICOLONS.split("; "))
    path.write_text(json.dumps(stated), encoding="utf-8")
    assert len(new(report, baseline.read(path))) == 1


@pytest.mark.parametrize("names", [("Zimmer", *SORTED), ("Zimmer", "Young", *SORTED)])
def test_an_old_baseline_with_plain_names_still_knows_its_groups(tmp_path: Path, names: tuple[str, ...]) -> None:
    report, path = customers(tmp_path, *names), tmp_path / "baseline.json"
    path.write_text(baseline.text(baseline.of(report, BOOK.rules)), encoding="utf-8")
    assert not new(report, baseline.read(path))


def test_the_rules_newer_than_a_baseline_that_lists_no_rules_are_those_added_since_its_version(tmp_path: Path) -> None:
    report = customers(tmp_path, SEMICOLONS, *SORTED)
    old = replace(baseline.of(report, BOOK.rules), rules=None)
    assert baseline.newer_rules(report.results, old) == frozenset()
    assert baseline.newer_rules(report.results, replace(old, rules=frozenset())) == {RULE}
    assert {rule.id for rule in BOOK.rules} >= baseline.ADDED
