"""A snapshot of any size is one account: what is planted fails, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from benchmarks import snapshots

from exportready.model.report import Report

Small = tuple[Path, snapshots.Written]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, small: Small) -> None:
    again = snapshots.write(tmp_path / "again", 9_700, share=0.01)
    assert again == small[1]
    assert contents(tmp_path / "again") == contents(small[0])


def test_another_seed_writes_another_account(tmp_path: Path) -> None:
    snapshots.write(tmp_path / "one", 5_000)
    snapshots.write(tmp_path / "other", 5_000, seed=8)
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_the_command_tells_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert snapshots.main([str(tmp_path / "one")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["size"] == sum(map(len, contents(tmp_path / "one").values()))
    with pytest.raises(SystemExit):
        snapshots.main([str(tmp_path / "one")])


def test_it_holds_about_as_many_records_as_wanted(small: Small, reports: dict[str, Report]) -> None:
    counted = sum(sum(source.records.values()) for source in reports["after-export"].sources)
    assert small[1].blocks == 2
    assert abs(counted - 9_700) < 200
    assert abs(counted - small[1].records) < 50


def test_nothing_is_left_of_the_words_that_stand_for_what_differs(small: Small) -> None:
    for path, content in contents(small[0]).items():
        assert not re.search(rb"~[a-z]~", content), path


def test_ids_and_numbers_of_blocks_differ(small: Small) -> None:
    for name in snapshots.PER_BLOCK:
        records = json.loads((small[0] / "servicetitan" / f"{name}.json").read_text("utf-8"))["data"]
        ids = [record["id"] for record in records]
        assert len(set(ids)) == len(ids), name
    text = (small[0] / "quickbooks-invoices.xml").read_text("utf-8")
    own = re.findall(r"<InvoiceRet>\s*<TxnID>(.+)</TxnID>", text)
    assert len(set(own)) == len(own)


def test_what_is_planted_fails_and_nothing_else(small: Small, found: dict[str, list[str]]) -> None:
    assert found == {rule: list(keys) for rule, keys in small[1].planted.items()}
    assert all(len(keys) > 1 for keys in found.values())


def test_every_rule_can_be_decided(reports: dict[str, Report]) -> None:
    for report in reports.values():
        assert not [source.error for source in report.sources if source.error]
        outcomes = {result.rule.id: result.outcome.value for result in report.results}
        assert not [rule for rule, outcome in outcomes.items() if outcome in ("cannot_tell", "error")]


def test_more_defects_are_found_where_more_are_planted(tmp_path: Path) -> None:
    some = snapshots.write(tmp_path / "some", 5_000, share=0.001)
    more = snapshots.write(tmp_path / "more", 5_000, share=0.5)
    assert len(some.planted["items/cogs-account"]) == 1
    assert len(more.planted["items/cogs-account"]) > 100
