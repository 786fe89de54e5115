"""What waits on what, through the command: before the export, with a list of errors after it, one batch, and why."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]
EXAMPLES = Path(__file__).parents[2] / "examples"
NOT_READY, AFTER = EXAMPLES / "not-ready", EXAMPLES / "after-export"
AT, THEN = "--at=2026-11-20T18:00:00-07:00", "--at=2026-11-21T09:30:00-07:00"
ERRORS = """Export errors of batch 1042:

Invoice 58272: There is an invalid reference to QuickBooks Item "FURN-80K" in the
Invoice line.  QuickBooks error message: Invalid argument.  The specified record does not exist in the list.
Payment P9350: There is an invalid reference to QuickBooks Customer "Dovetail Dental" in the ReceivePayment.
Something that nobody has seen before.
"""


def result(run: Run, folder: Path, *options: str) -> dict[str, Any]:
    done = run("check", folder, "-o", "json", *options)
    assert done.returncode in (0, 1, 4), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("engine", [name for name in ("durable", "clips") if find_spec(name)])
def test_both_engines_give_the_same_bytes(run: Run, engine: str) -> None:
    assert (
        run("check", NOT_READY, AT, "-o", "json", "--engine", engine).stdout
        == run("check", NOT_READY, AT, "-o", "json").stdout
    )


def test_what_waits_adds_up_and_every_finding_has_its_key_issue(run: Run) -> None:
    found = result(run, NOT_READY, AT)
    ids = {issue["id"] for issue in found["key_issues"]}
    assert len(ids) == len(found["key_issues"])
    findings = [finding for rule in found["rules"] for finding in rule["findings"]]
    assert all(finding["key_issues"] and set(finding["key_issues"]) <= ids for finding in findings)
    alone = sum(issue["clears"]["alone"]["transactions"] for issue in found["key_issues"])
    shared = sum(len(one["key_issues"]) > 1 for one in found["waiting"])
    assert alone + shared == found["waits"]["transactions"] == len(found["waiting"])
    assert all(len(one["chain"]) == len(one["key_issues"]) for one in found["waiting"])
    assert [issue["session"] for issue in found["key_issues"]][:2] == [True, False]


def test_a_batch_has_a_verdict_of_its_own(run: Run, tmp_path: Path) -> None:
    whole = result(run, NOT_READY, AT)
    (batch,) = whole["batches"]
    assert (batch["number"], batch["verdict"]) == ("1042", "not_ready")
    one = result(run, NOT_READY, AT, "--batch", "#1042")
    assert {waiting["transaction"]["batch"] for waiting in one["waiting"]} == {"1042"}
    assert len(one["key_issues"]) < len(whole["key_issues"])  # what only purchase orders use is not its matter
    refused = run("check", NOT_READY, AT, "--batch", "9")
    assert (refused.returncode, b"Batch 9 is not in your files. Choose one of 1042" in refused.stderr) == (2, True)


def test_after_the_export_one_batch_is_tied_out_alone(run: Run) -> None:
    found = result(run, AFTER, THEN, "--batch", "1041")
    assert {row["batch"] for row in found["tie_out"]} == {"1041"}
    assert (found["work_list"], found["waiting"], found["waits"]["transactions"]) == ([], [], 0)
    assert found["verdict"] in ("ready", "ready_with_warnings")


def test_a_pasted_list_of_errors_is_folded_under_its_key_issues(run: Run, tmp_path: Path) -> None:
    shutil.copytree(AFTER, tmp_path / "after")
    (tmp_path / "after" / "errors.txt").write_text(ERRORS, encoding="utf-8")
    found = result(run, tmp_path / "after", THEN)
    issues = {issue["message"]: issue for issue in found["key_issues"]}
    item = issues["QuickBooks does not have item FURN-80K"]
    assert (item["code"], item["standing"]) == ("3140", "established")
    assert "Something that nobody has seen before." in issues
    assert "Export errors of batch 1042:" not in issues
    stuck = next(rule for rule in found["rules"] if rule["id"] == "batching/not-stuck-pending")
    assert [finding["key_issues"] for finding in stuck["findings"]] == [[item["id"]]]
    chains = {one["transaction"]["key"]: one["chain"] for one in found["waiting"]}
    assert any("which QuickBooks doesn't have" in chain for chain in chains["Jarrowin, Bastian / 58272"])


def test_a_table_of_errors_is_known_by_any_cell(run: Run, tmp_path: Path) -> None:
    message = 'There is an invalid reference to QuickBooks Item ""X"" in the Invoice line.'
    (tmp_path / "sheet.csv").write_text(
        f'Batch,When,What\n1042,today,"{message}"\n1042,today,nobody knows\n', encoding="utf-8"
    )
    found = result(run, tmp_path, THEN, "--phase", "after-export")
    assert [issue["message"] for issue in found["key_issues"]] == ["QuickBooks does not have item X", "nobody knows"]
    assert found["unrecognised"] == []


def test_why_names_facts_rules_and_sources(run: Run) -> None:
    listed = run("why", NOT_READY, AT)
    assert listed.returncode == 0, listed.stderr
    first = listed.stdout.decode().splitlines()[0]
    assert first.endswith("The Web Connector is offline")
    told = run("why", NOT_READY, "3", AT).stdout.decode()
    for part in (
        "Based on:",
        "servicetitan/invoices.json:",
        "a batch with such a transaction cannot be posted (established)",
        "Source:",
        "> invoice",
    ):
        assert part in told
    assert run("why", NOT_READY, "nothing", AT).returncode == 2
    assert run("why", NOT_READY / "nowhere", AT).returncode == 2


def test_rules_of_inference_with_mistakes_are_told_all_at_once(run: Run, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES.parent / "rules", tmp_path / "rules")
    (tmp_path / "rules" / "inference" / "own.yaml").write_text(
        """- name: one
  when: {a: {fact: problme, id: $x}, b: {fact: problem, colour: red}}
  then: {fact: depends, effect: a, on: nobody}
  because: "{nobody}"
  standing: certain
  source: {document: x, section: y, updated: 2026-01-01}
- name: two
  when: {a: {fact: problem, id: $x}}
  unless: {fact: key, problem: $y}
  then: {fact: key, problem: a}
  because: "{b}"
  standing: inferred
  source: {document: x, section: y, updated: 2026-01-01}
""",
        encoding="utf-8",
    )
    done = run("check", NOT_READY, AT, "--rules", tmp_path / "rules")
    assert done.returncode == 2
    for part in (b"own.yaml:5", b"sets $y", b"'{b}' is not an entry of 'when'"):
        assert part in done.stderr
