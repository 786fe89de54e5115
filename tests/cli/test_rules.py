"""Writing rules: a new one passes as it is, all mistakes are reported at once, and the pages are those of the files."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]
ROOT = Path(__file__).parents[2]
AT = "--at=2026-11-20T18:00:00-07:00"


def test_a_new_rule_passes_its_tests_and_its_lint_and_judges(run: Run, tmp_path: Path) -> None:
    done = run("rules", "new", "house/unit-of-measure", "--in", tmp_path / "mine")
    assert (done.returncode, b"exportready rules test" in done.stderr) == (0, True)
    assert b"1 rule, 4 examples: no differences" in run("rules", "test", tmp_path / "mine").stdout
    assert run("rules", "lint", tmp_path / "mine").stdout == b"no problems found\n"
    judged = run("check", ROOT / "examples" / "ready", "--rules", tmp_path / "mine", AT)
    assert b"house/unit-of-measure" not in judged.stderr
    assert judged.returncode in (0, 4)
    again = run("rules", "new", "house/unit-of-measure", "--in", tmp_path / "mine")
    assert (again.returncode, b"already exists" in again.stderr) == (2, True)
    assert run("rules", "new", "House Rules", "--in", tmp_path / "mine").returncode == 2


def test_a_rule_without_its_three_cases_does_not_pass(run: Run, tmp_path: Path) -> None:
    run("rules", "new", "house/x", "--in", tmp_path)
    path = tmp_path / "house" / "x.yaml"
    path.write_text(re.sub(r"  - name: the column.*", "", path.read_text("utf-8"), flags=re.DOTALL), encoding="utf-8")
    done = run("rules", "test", tmp_path)
    assert (done.returncode, b"no example has the outcome cannot_tell" in done.stdout) == (1, True)


FLAWS = {
    "id: house/x": "id: house/y",
    "severity: warning": "severity: grave",
    "phase: before-export": "phase: before",
    "updated: 2026-01-01": "updated: soon",
    "why: because": "whi: because",
    "each: servicetitan.material": "each: servicetitan.materiel",
}
"""Mistakes that keep a rule from being read; one is planted in each of as many rules."""
REMARKS = {
    "expect: {code: present}": "expect: {code: present, code: absent}",
    "where: {active: true}": "where: {all: [{active: true}, {active: false}]}",
    'failure: "{code}"': "failure: something is wrong",
    "title: Every part has a code": "title: Every part has a code.",
    "outcome: cannot_tell": "outcome: passed",
}
SOUND = """id: house/x
title: Every part has a code
severity: warning
phase: before-export
about: setup
source: {document: House, section: Parts, updated: 2026-01-01}
why: because
each: servicetitan.material
where: {active: true}
expect: {code: present}
failure: "{code}"
fix: {who: office, minutes: 1, steps: [fix it]}
examples:
  - {name: a, evidence: {servicetitan.material: [{code: A, active: true}]}, outcome: passed}
  - {name: b, evidence: {servicetitan.material: [{code: null, active: true}]}, outcome: failed, findings: [(blank)]}
  - {name: c, evidence: {}, outcome: cannot_tell}
"""


def test_thirty_planted_mistakes_are_all_reported_in_one_run(run: Run, tmp_path: Path) -> None:
    planted = [*FLAWS.items(), *REMARKS.items()]
    expected = 30
    for number in range(expected):
        right, wrong = planted[number % len(planted)]
        text = SOUND.replace(right, wrong).replace("house/x", f"house/x{number}")
        (tmp_path / "house").mkdir(exist_ok=True)
        (tmp_path / "house" / f"x{number}.yaml").write_text(text, encoding="utf-8")
    done = run("rules", "lint", tmp_path)
    assert done.returncode == 1
    told = re.findall(rb"house/x(\d+)\.yaml:\d+: \S", done.stdout)
    assert {int(number) for number in told} == set(range(expected))
    assert not re.search(rb"house/x\d+\.yaml:0", done.stdout)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("each: servicetitan.material", "each: servicetitan.materiel", "did you mean 'servicetitan.material'?"),
        (
            "where: {active: true}",
            "where: {all: [{active: true}, {active: false}]}",
            "'where' can never be true: active can't have two values at once",
        ),
        ("where: {active: true}", "where: {code: absent}\nparameters: {limit: 3}", "parameter 'limit' is never used"),
        (
            "where: {active: true}",
            "related: {qb: {kind: quickbooks.Item, match: {Name: $code}}}",
            "entry 'qb' is never used",
        ),
        ("where: {active: true}", "where: {code: present}", "'expect' is the same as 'where', so it never fails"),
        ('failure: "{code}"', "failure: wrong", "has no {field}"),
    ],
)
def test_lint_says_what_would_be_right(run: Run, tmp_path: Path, right: str, wrong: str, said: str) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "x.yaml").write_text(SOUND.replace(right, wrong), encoding="utf-8")
    done = run("rules", "lint", tmp_path)
    assert said in done.stdout.decode()


def test_the_shipped_rules_have_no_problems(run: Run) -> None:
    done = run("rules", "lint")
    assert (done.returncode, done.stdout) == (0, b"no problems found\n")


def test_the_pages_of_the_rules_are_those_of_the_files(run: Run, tmp_path: Path) -> None:
    done = run("rules", "docs", ROOT / "docs" / "rules", "--check")
    assert (done.returncode, done.stdout) == (0, b""), "run `make docs`"
    shutil.copytree(ROOT / "docs" / "rules", tmp_path / "pages")
    (tmp_path / "pages" / "items-cogs-account.md").write_text("old", encoding="utf-8")
    (tmp_path / "pages" / "gone.md").write_text("old", encoding="utf-8")
    stale = run("rules", "docs", tmp_path / "pages", "--check")
    assert (stale.returncode, stale.stdout.count(b"is out of date")) == (1, 2)
    assert run("rules", "docs", tmp_path / "pages").returncode == 0
    assert run("rules", "docs", tmp_path / "pages", "--check").returncode == 0


def test_the_kinds_are_listed_with_their_fields_and_their_keys(run: Run) -> None:
    assert "servicetitan.bill" in run("rules", "kinds").stdout.decode().splitlines()
    told = run("rules", "kinds", "servicetitan.bill").stdout.decode()
    assert "key: vendor.name / referenceNumber" in told
    assert "waits" in told
    assert "Pending|Posted" in told
    wrong = run("rules", "kinds", "servicetitan.bil")
    assert (wrong.returncode, b"did you mean 'servicetitan.bill'?" in wrong.stderr) == (2, True)
