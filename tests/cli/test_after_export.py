"""After the export, through the command: the example company of which not everything arrived."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

import samples
from after import exported

Run = Callable[..., subprocess.CompletedProcess[bytes]]
AFTER = Path(__file__).parents[2] / "examples" / "after-export"
AT = "--at=2026-11-21T09:30:00-07:00"


def result(run: Run, folder: Path, *options: str) -> dict[str, Any]:
    done = run("check", folder, AT, "-o", "json", *options)
    assert done.returncode in (0, 1, 4), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def test_the_tie_out_of_a_batch_of_more_than_sixty_adds_up_to_the_cent(run: Run) -> None:
    rows = result(run, AFTER)["tie_out"]
    assert sum(row["servicetitan"]["count"] for row in rows if row["batch"] == "1042") >= 60
    for row in rows:
        sides = [row[side] for side in ("quickbooks", "explained", "unexplained", "untold")]
        assert sum(side["count"] for side in sides) == row["servicetitan"]["count"]
        assert sum(Decimal(side["amount"]) for side in sides) == Decimal(row["servicetitan"]["amount"])
    sent = [
        one
        for name in ("invoices", "payments")
        for one in json.loads((AFTER / "servicetitan" / f"{name}.json").read_bytes())["data"]
    ]
    exported = {one["batch"]["number"] for one in sent if one["syncStatus"] == "Exported" and one["batch"]}
    # What was left behind in an exported batch is part of it.
    sent = [one for one in sent if one["syncStatus"] == "Exported" or (one["batch"] and one["batch"]["number"] in exported)]
    told = [row["servicetitan"] for row in rows if row["type"] in ("invoice", "payment")]
    assert sum(one["count"] for one in told) == len(sent)
    assert sum(Decimal(one["amount"]) for one in told) == sum(Decimal(one["total"]) for one in sent)


def test_every_practice_that_holds_after_the_export_fails_in_it(run: Run) -> None:
    failed = {rule["id"] for rule in result(run, AFTER)["rules"] if rule["outcome"] == "failed"}
    assert failed == {rule.id for rule in samples.rulebook().rules if rule.phase.value in ("after-export", "both")}


def test_the_work_list_is_a_file_of_its_own(run: Run, tmp_path: Path) -> None:
    done = run("check", AFTER, AT, "-o", f"work-list:{tmp_path / 'work.csv'}", "-o", "console")
    assert b"69 arrived (1 of them twice), 2 missing" in b" ".join(done.stdout.split())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "work.csv").read_text("utf-8-sig"))))
    listed = result(run, AFTER)["work_list"]
    assert [(row["Customer:job"], row["Number"], row["Invoice"], row["Apply"]) for row in rows] == [
        (one["booksCustomer"], one["payment"], one["invoice"], one["toApply"]) for one in listed
    ]
    assert any(row["Needs review"] == "closed period" for row in rows)


def test_without_quickbooks_payments_nothing_is_said_to_have_arrived(run: Run, tmp_path: Path) -> None:
    files = exported().files()
    write(tmp_path, {name: content for name, content in files.items() if name != "quickbooks-transactions.xml"})
    found = result(run, tmp_path)
    outcomes = {rule["id"]: rule["outcome"] for rule in found["rules"]}
    assert {outcomes["export/everything-arrived"], outcomes["export/applied-elsewhere"]} == {"cannot_tell"}
    payments = [row for row in found["tie_out"] if row["type"] == "payment"]
    assert payments
    assert all(row["untold"] == row["servicetitan"] for row in payments)


def test_what_payments_are_applied_to_is_read_off_the_invoices_where_the_payments_do_not_show_it(
    run: Run, tmp_path: Path
) -> None:
    files = exported().files()
    name = "quickbooks-transactions.xml"
    write(tmp_path, files | {name: re.sub(rb"(?s)<AppliedToTxnRet>.*?</AppliedToTxnRet>", b"", files[name])})
    assert {rule["id"]: rule["outcome"] for rule in result(run, tmp_path)["rules"]}["export/applied-elsewhere"] == "passed"


def test_the_files_of_before_say_what_was_sent(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "before", exported().files())
    files = exported().files()
    write(tmp_path / "now", {name: content for name, content in files.items() if not name.startswith("servicetitan/")})
    alone, both = result(run, tmp_path / "now"), result(run, tmp_path / "now", f"--before={tmp_path / 'before'}")
    assert alone["tie_out"] == []
    assert alone["verdict"] != "ready"
    assert {rule["id"]: rule["outcome"] for rule in both["rules"]}["export/everything-arrived"] == "passed"


def test_a_batch_that_looks_bypassed_is_asked_for(run: Run, tmp_path: Path) -> None:
    company = exported()
    company.booked = [one for one in company.booked if not str(one["Memo"]).startswith("1042 ")]
    for kind, some in (company.more or {}).items():
        company.more[kind] = [one for one in some if not str(one.get("Memo")).startswith("1042 ")]
    write(tmp_path, company.files())
    assert b"None of batch 1042 is in QuickBooks. Did you bypass it in ServiceTitan on purpose?" in b" ".join(
        run("check", tmp_path, AT).stdout.split()
    )
    done = run("ask", tmp_path, AT, replies="yes\n")
    assert b"None of batch 1042 is in QuickBooks. Did you bypass it" in done.stderr
    assert yaml.safe_load((tmp_path / "account.yaml").read_text("utf-8"))["settings"]["bypassedBatches"] == ["1042"]
    outcomes = {rule["id"]: rule["outcome"] for rule in result(run, tmp_path)["rules"]}
    assert outcomes["export/everything-arrived"] == "passed"
