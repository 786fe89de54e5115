"""Measurements are reported as they are: reached, not reached, not measured. No test here asserts a time."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks import growth, report
from benchmarks import run as runner
from benchmarks.measure import ROOT, Command, in_turns, median, python, ratio, run

MB = 2**20
RULES = {"items/cogs-account": True, "export/everything-arrived": True}


def whole(seconds: float, agree: bool = True, peak: int = 100 * MB) -> dict[str, Any]:
    runs = {
        "parse": [[5.0, 5.0, 30 * MB]] * 3,
        "loop": [[10.0, 10.0, 90 * MB]] * 3,
        "loop-json": [[12.0, 12.0, 90 * MB]] * 3,
        "after-export": [[seconds, seconds, peak]] * 3,
        "before-export": [[seconds, seconds, peak]] * 3,
    }
    agreed = {**RULES, "export/everything-arrived": agree}
    counts = {"items/cogs-account": 3, "export/everything-arrived": 2}
    return {"records": 200_000, "size": 100 * MB, "runs": runs, "findings": counts, "planted": counts, "agree": agreed}


def results(**parts: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, part in parts.items():
        found = runner.with_part(found, name, part, 3)
    return found


def row(found: dict[str, Any], words: str) -> report.Row:
    (one,) = [row for row in report.goals(found) if row.what.startswith(words)]
    return one


@pytest.mark.parametrize(("seconds", "reached"), [(12.9, True), (13.5, False)])
def test_the_whole_check_against_the_loop(seconds: float, reached: bool) -> None:
    found = results(floors={"large": whole(seconds)})
    one = row(found, "large, one process, after-export")
    assert one.reached is reached
    assert one.cells()[3] == ("yes" if reached else "**no**")
    assert f"| {seconds / 10:.2f} |" in report.text(found)


def test_memory_and_findings_have_rows_of_their_own() -> None:
    found = results(floors={"large": whole(12, agree=False, peak=300 * MB)})
    assert row(found, "large: peak memory").reached is False
    told = row(found, "large: findings")
    assert told.reached is False
    assert "export/everything-arrived" in told.figure


def test_what_was_not_measured_is_told_as_such() -> None:
    found = results(floors={"large": whole(12)})
    assert row(found, "very-large, one process, after-export").cells()[3] == "not measured"
    text = report.text(found)
    rows = report.goals(found)
    assert f"not measured or not comparable: {sum(one.reached is None for one in rows)}" in text


def test_a_command_that_failed_stands_there_with_its_reason() -> None:
    one = whole(12)
    one["runs"]["after-export"] = "did not finish within 60 seconds"
    found = results(floors={"large": one})
    assert row(found, "large, one process, after-export").reached is None
    assert "did not finish within 60 seconds" in report.text(found)


def peers(seconds: object) -> dict[str, Any]:
    own = [[2.0, 2.0, 50 * MB]] * 3
    runs = seconds if isinstance(seconds, str) else [[seconds, seconds, 50 * MB]] * 3
    peer = {"runs": runs, "agree": {"items/cogs-account": False, "naming/lengths": True}}
    return {"small": {"records": 5_000, "own": own, "whole": own, "agree": RULES, "peers": {"a peer": peer}}}


@pytest.mark.parametrize(
    ("seconds", "reached", "told"),
    [
        (4.0, True, "2.00 times as fast"),
        (1.0, False, "0.50 times as fast"),
        ("did not finish within 600 seconds", True, "did not finish within 600 seconds"),
        ("did not finish within 8 GB of memory", None, "did not finish within 8 GB of memory"),
        ("ended with 1: it is not installed", None, "it is not installed"),
    ],
)
def test_a_peer_is_slower_faster_or_does_not_finish(seconds: object, reached: bool | None, told: str) -> None:
    found = results(peers=peers(seconds))
    one = row(found, "small: faster than a peer")
    assert one.reached is reached
    assert told in one.figure
    assert told.removesuffix(" times as fast") in report.text(found)


def test_a_peer_that_finds_something_else_is_told() -> None:
    assert "**no**: items/cogs-account" in report.text(results(peers=peers(4.0)))


def test_start_up_and_growth_have_their_rows() -> None:
    runs = {name: [[0.1, 0.1, MB]] * 3 for name in ("click", "libraries", "explain")}
    runs |= {"version": [[0.14, 0.1, MB]] * 3, "check": [[0.2, 0.1, MB]] * 3}
    line = {"at_0": 1.0, "each": 0.001, "r2": 0.999}
    grown = {"points": [[10, 1.0, MB], [20, 2.1, MB]], "time": line, "memory": line, "doubling": [2.1]}
    found = results(
        startup={"runs": runs, "words": {name: name for name in runs}},
        growth={"records": grown, "rules": {**grown, "doubling": [1.1, 1.4]}, "findings": grown},
    )
    assert row(found, "`--version`").reached is True
    assert row(found, "the check of the small example").reached is False
    assert row(found, "doubling the rules").reached is True
    assert row(found, "doubling the records").reached is False
    assert row(found, "peak memory grows in a straight line").reached is True
    assert "Fit of the memory" in report.text(found)


def test_each_odd_shape_has_a_row_of_its_own_with_its_worst_doubling() -> None:
    one = {"sizes": [10, 20, 40], "seconds": [0.1, 0.2, 0.5], "peaks": [MB, MB, 2 * MB], "doubling": [2.0, 2.5]}
    found = results(shapes={"one name": one, "one batch": {**one, "doubling": [2.2, 1.9]}})
    assert row(found, "one name").reached is False
    assert row(found, "one batch").reached is True
    assert "| one name | 10 to 40 | 2.00 | 2.50 |" in report.text(found)
    assert row(results(), "odd shapes").reached is None


def test_one_size_is_measured_anew_without_the_others() -> None:
    before = results(floors={"small": whole(11), "large": whole(12)}, peers=peers(4.0))
    after = runner.with_part(copy.deepcopy(before), "floors", {"small": whole(30)}, 5)
    assert after["floors"]["found"]["large"] == before["floors"]["found"]["large"]
    small = after["floors"]["found"]["small"]
    assert small["runs"] == whole(30)["runs"]
    assert (small["rounds"], after["floors"]["found"]["large"]["rounds"]) == (5, 3)
    assert after["peers"] == before["peers"]
    assert list(after) == ["floors", "peers"]


def test_what_a_person_wrote_behind_the_mark_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(runner, "STORED", tmp_path / "results.json")
    runner.write(results(floors={"large": whole(12)}))
    with runner.RESULTS.open("a", encoding="utf-8") as file:
        file.write(f"\n{runner.NOTES}\n\n## The profile\n")
    runner.write(results(floors={"large": whole(20)}))
    assert runner.RESULTS.read_text("utf-8").endswith(f"\n\n{runner.NOTES}\n\n## The profile\n")
    assert "| 2.00 |" in runner.RESULTS.read_text("utf-8")
    assert runner.stored(runner.STORED)["floors"]["rounds"] == 3


# -- measuring itself


def test_a_run_tells_what_it_took_and_what_it_wrote() -> None:
    done = run(Command(python("-c", "print(sum(range(10)))")))
    assert (done.output, done.failed) == ("45\n", "")
    assert done.seconds > 0
    assert done.peak > MB


def test_a_run_that_fails_says_why() -> None:
    assert run(Command(python("-c", "raise SystemExit('no such thing')"))).failed == "ended with 1: no such thing"
    assert "is not installed" in run(Command(("no-such-program-here",))).failed


def test_limits_stop_a_run() -> None:
    endless = python("-c", "import time; time.sleep(60)")
    assert run(Command(endless, seconds=0.3)).failed.startswith("did not finish within")


@pytest.mark.skipif(sys.platform != "linux", reason="only there the system tells what another process holds")
def test_too_much_memory_stops_a_run() -> None:
    hungry = python("-c", "import time; held = bytearray(200 << 20); time.sleep(60)")
    assert run(Command(hungry, memory=100 * MB, seconds=30)).failed.endswith("of memory")


def test_commands_come_in_turns_and_one_that_fails_is_not_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = Command(python("-c", "")), Command(python("-c", "raise SystemExit(3)"))
    runs = in_turns({"good": good, "bad": bad}, 3)
    assert [len(runs["good"]), len(runs["bad"])] == [3, 1]
    assert [line.split(":")[0].strip() for line in capsys.readouterr().err.splitlines()] == ["good", "bad", "good", "good"]


def test_ratios_are_of_one_round() -> None:
    assert ratio([[2, 0, 0], [9, 0, 0], [4, 0, 0]], [[1, 0, 0], [3, 0, 0], [4, 0, 0]]) == 2
    assert median([[2, 0, 7], [9, 0, 5], [4, 0, 6]], 2) == 6


def test_the_line_through_points() -> None:
    line = growth.fit([(1, 3.0), (2, 5.0), (4, 9.0)])
    assert (round(line.at_0, 9), round(line.each, 9), round(line.r2, 9)) == (1, 2, 1)
    assert growth.fit([(0, 0.0), (1, 1.0), (2, 0.0)]).r2 < 0.5


def test_a_pack_of_copies_is_a_rulebook(tmp_path: Path) -> None:
    from exportready.cli.config import read
    from exportready.rulebook.load import load
    from exportready.rulebook.packs import combined

    shipped = load(ROOT / "rules")
    settings = read(growth.pack(tmp_path / "pack", 1))
    assert len(combined(shipped, settings.packs).rules) == 2 * len(shipped.rules)
    assert not read(growth.pack(tmp_path / "none", 0)).packs
