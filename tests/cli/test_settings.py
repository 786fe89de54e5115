"""exportready.yaml: flag over environment over file over default; packs, grades, parameters and thresholds."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands import as_text, run_in_process

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = "--at=2026-11-20T18:00:00-07:00"
RULE = "inventory/populate-serial-numbers-off"


def run(folder: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return as_text(run_in_process(words, folder, **environment))


def result(folder: Path, *words: str | Path) -> dict[str, Any]:
    done = run(folder, "check", *words, AT, "-o", "json")
    assert done.returncode in (0, 1, 4), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def settle(folder: Path, text: str) -> None:
    (folder / "exportready.yaml").write_text(text, encoding="utf-8")


def test_the_file_is_found_upwards_to_the_root_of_the_repository(tmp_path: Path) -> None:
    below = tmp_path / "repository" / "accounts"
    below.mkdir(parents=True)
    settle(tmp_path, "select: items\n")
    assert {rule["area"] for rule in result(below, EXAMPLES / "ready")["rules"]} == {"items"}
    (tmp_path / "repository" / ".git").mkdir()
    assert len(result(below, EXAMPLES / "ready")["rules"]) > 30
    settle(tmp_path / "repository", "select: [naming, tax]\n")
    assert {rule["area"] for rule in result(below, EXAMPLES / "ready")["rules"]} == {"naming", "tax"}
    assert len(result(below, EXAMPLES / "ready", "--no-config")["rules"]) > 30


def test_flag_over_environment_over_file_over_default(tmp_path: Path) -> None:
    settle(tmp_path, "failOn: never\nselect: items\n")
    folder = EXAMPLES / "not-ready"
    assert run(tmp_path, "check", folder, AT, "-q").returncode == 0
    assert run(tmp_path, "check", folder, AT, "-q", EXPORTREADY_CHECK_FAIL_ON="error").returncode == 1
    assert run(tmp_path, "check", folder, AT, "-q", "--fail-on", "never", EXPORTREADY_CHECK_FAIL_ON="error").returncode == 0
    assert run(tmp_path, "check", folder, AT, "-q", "--no-config").returncode == 1
    shown = run(tmp_path, "check", folder, "--show-settings", "--select", "tax", EXPORTREADY_CHECK_ALLOW_UNKNOWN="1")
    assert shown.returncode == 0
    lines = {line.split()[0]: line for line in shown.stdout.splitlines()}
    assert lines["failOn"].endswith("exportready.yaml:1]")
    assert lines["select"].endswith("[flag]")
    assert lines["allowUnknown"].endswith("true  [environment]")
    assert lines["ignore"].endswith("[default]")
    assert lines["pack"].split()[1] == "exportready"


def test_grades_parameters_and_thresholds(tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot"
    shutil.copytree(EXAMPLES / "ready", snapshot)
    path = snapshot / "account.yaml"
    path.write_text(
        path.read_text("utf-8").replace("populateSerialNumbersInQuickBooks: false", "populateSerialNumbersInQuickBooks: true"),
        "utf-8",
    )
    assert result(tmp_path, snapshot)["verdict"] == "not_ready"
    settle(tmp_path, f"severity: {{{RULE}: warning}}\n")
    found = result(tmp_path, snapshot)
    assert found["verdict"] == "ready_with_warnings"
    assert next(rule for rule in found["rules"] if rule["id"] == RULE)["severity"] == "warning"
    settle(tmp_path, "thresholds: {failed.error: 1}\n")
    assert run(tmp_path, "check", snapshot, AT, "-q").returncode == 0
    settle(tmp_path, "thresholds: {failed.error: 0}\n")
    assert run(tmp_path, "check", snapshot, AT, "-q").returncode == 1
    settle(tmp_path, "thresholds: {failed.warning: 0}\nfailOn: never\n")
    assert run(tmp_path, "check", EXAMPLES / "not-ready", AT, "-q").returncode == 1
    silent = tmp_path / "silent"
    shutil.copytree(EXAMPLES / "ready", silent, ignore=shutil.ignore_patterns("account.yaml"))
    settle(tmp_path, "{}\n")
    assert run(tmp_path, "check", silent, AT, "-q").returncode == 4
    settle(tmp_path, "thresholds: {cannot_tell: 40}\n")
    assert run(tmp_path, "check", silent, AT, "-q").returncode == 0


PACK_RULE = """id: own/every-part-has-a-name
title: Every part has a name
severity: warning
phase: before-export
about: setup
source: {document: House rules, section: Parts, updated: 2026-01-01}
why: Nobody finds a part without one.
each: servicetitan.material
parameters: {longest: 5}
expect: {code: {max_length: $parameter.longest}}
failure: "{code} is too long"
fix: {who: office manager, minutes: 1, steps: [Give it a shorter one]}
examples:
  - {name: short, evidence: {servicetitan.material: [{code: A}]}, outcome: passed}
  - {name: long, evidence: {servicetitan.material: [{code: ABCDEFG}]}, outcome: failed, findings: [ABCDEFG]}
  - {name: none, evidence: {}, outcome: cannot_tell}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "house" / "own").mkdir(parents=True)
    (tmp_path / "house" / "own" / "every-part-has-a-name.yaml").write_text(PACK_RULE, encoding="utf-8")
    (tmp_path / "house" / "pack.yaml").write_text('name: house rules\nversion: "2.1"\n', encoding="utf-8")
    return tmp_path / "house"


def test_packs_join_the_shipped_rules_and_are_named_in_every_result(tmp_path: Path, pack: Path) -> None:
    settle(tmp_path, "packs: house\nparameters: {own/every-part-has-a-name: {longest: 400}}\n")
    found = result(tmp_path, EXAMPLES / "ready")
    assert next(rule for rule in found["rules"] if rule["area"] == "own")["outcome"] == "passed"
    packs = found["rulebook"]["packs"]
    assert [(one["name"], one["version"], one["rules"]) for one in packs][1] == ("house rules", "2.1", 1)
    assert (packs[0]["name"], len(packs[0]["digest"])) == ("exportready", 64)
    settle(tmp_path, "packs: [house, house]\n")
    twice = run(tmp_path, "check", EXAMPLES / "ready", AT)
    assert (twice.returncode, "two packs have the rule 'own/every-part-has-a-name'" in twice.stderr) == (2, True)


def test_mistakes_are_told_all_at_once_with_their_lines(tmp_path: Path, pack: Path) -> None:
    settle(tmp_path, "selct: items\nfailOn: errors\nthresholds: {failed.eror: 0}\n")
    done = run(tmp_path, "check", EXAMPLES / "ready", AT)
    assert done.returncode == 2
    for part in (
        "exportready.yaml:1: unknown key 'selct'",
        "exportready.yaml:2: expected one of error, warning, info, never, not 'errors'",
        "did you mean 'failed.error'?",
    ):
        assert part in done.stderr
    settle(
        tmp_path,
        "packs: house\nseverity:\n  items/cogs-acount: warning\nparameters:\n"
        "  own/every-part-has-a-name: {longset: 3}\n  items/cogs-account: {x: 1}\n",
    )
    done = run(tmp_path, "check", EXAMPLES / "ready", AT)
    assert done.returncode == 2
    for part in (
        "exportready.yaml:3: rule 'items/cogs-acount' not found; did you mean",
        "exportready.yaml:5:",
        "has no parameter 'x'",
    ):
        assert part in done.stderr
    missing = run(tmp_path, "check", EXAMPLES / "ready", AT, "--config", "nowhere.yaml")
    assert (missing.returncode, "nowhere.yaml: can't open this file" in missing.stderr) == (2, True)


def test_mistakes_of_every_layer_are_reported_in_one_round(tmp_path: Path, pack: Path) -> None:
    rule = pack / "own" / "every-part-has-a-name.yaml"
    rule.write_text(PACK_RULE.replace("severity: warning", "severity: grave"), encoding="utf-8")
    (tmp_path / "all.yaml").write_text("waivers: [{rule: x}]\n", encoding="utf-8")
    settle(
        tmp_path,
        "selct: items\n"
        "select: [item, tax]\n"
        "ignore: [items/cogs-acount]\n"
        "failOn: errors\n"
        "thresholds: {failed.eror: 0, cannot_tell: -1}\n"
        "severity: {items/cogs-acount: warning, own/every-part-has-a-name: error}\n"
        "parameters:\n"
        "  items/cogs-acount: {x: 1}\n"
        "  items/cogs-account: {y: 1}\n"
        "packs: [house, gone]\n"
        "waivers: all.yaml\n"
        "baseline: nowhere.json\n"
        "outputs: [console, htlm:x]\n"
        "audience: office\n"
        "audience: csm\n",
    )
    done = run(tmp_path, "check", EXAMPLES / "ready", AT)
    expected = (
        "exportready.yaml:1: unknown key 'selct'",
        "exportready.yaml:2: rule or area 'item' not found; did you mean 'items'?",
        "exportready.yaml:3: rule or area 'items/cogs-acount' not found; did you mean 'items/cogs-account'?",
        "exportready.yaml:4: expected one of error, warning, info, never, not 'errors'",
        "exportready.yaml:5: unknown threshold 'failed.eror'",
        "exportready.yaml:5: expected a whole number of at least 0, not the number -1",
        "exportready.yaml:6: rule 'items/cogs-acount' not found",
        "exportready.yaml:8: rule 'items/cogs-acount' not found",
        "exportready.yaml:9: items/cogs-account has no parameter 'y'",
        "exportready.yaml:12: ",
        "exportready.yaml:13: 'htlm' is not a format",
        "exportready.yaml:15: 'audience' appears twice",
        "house/own/every-part-has-a-name.yaml:3: expected one of error, warning, info, not 'grave'",
        "gone: can't find this folder of rules",
        "all.yaml:1: 'owner' is missing",
        "all.yaml:1: 'reason' is missing",
        "all.yaml:1: 'expires' is missing",
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert [part for part in expected if part not in done.stderr] == []
    assert f"the settings have {len(expected)} mistakes" in done.stderr


def test_what_another_value_overrides_is_not_tried(tmp_path: Path) -> None:
    settle(tmp_path, "select: nothing\nwaivers: nowhere.yaml\nbaseline: nowhere.json\noutputs: [htlm]\n")
    (tmp_path / "none.yaml").write_text("waivers: []\n", encoding="utf-8")
    words = ("--select", "items", "--waivers", "none.yaml", "-o", "console")
    run(tmp_path, "baseline", "create", EXAMPLES / "ready", AT, "-o", "baseline.json")
    assert run(tmp_path, "check", EXAMPLES / "ready", AT, *words, "--baseline", "baseline.json").returncode == 0
    assert run(tmp_path, "explain", "items/cogs-account").returncode == 0


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path, pack: Path) -> None:
    (tmp_path / "all.yaml").write_text('waivers: [{rule: "*", owner: a, reason: b, expires: 2027-01-01}]\n', encoding="utf-8")
    settle(tmp_path, "packs: house\nwaivers: all.yaml\n")
    below = tmp_path / "accounts" / "north"
    below.mkdir(parents=True)
    shown = run(below, "check", EXAMPLES / "ready", "--show-settings").stdout
    line = next(line for line in shown.splitlines() if line.startswith("waivers "))
    assert line.split() == ["waivers", str(tmp_path / "all.yaml"), f"[{tmp_path / 'exportready.yaml'}:2]"]
    assert result(below, EXAMPLES / "not-ready")["waived"] > 0


def test_since_takes_the_baseline_of_the_file_out_of_force(tmp_path: Path) -> None:
    settle(tmp_path, "baseline: nowhere.json\n")
    shown = run(tmp_path, "check", EXAMPLES / "ready", "--show-settings", "--since", "HEAD", AT)
    assert shown.returncode == 0
    assert any(line.split() == ["baseline", "none", "[default]"] for line in shown.stdout.splitlines())


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("select: tax\n", encoding="utf-8")
    shown = run(tmp_path, "check", EXAMPLES / "ready", "--show-settings", EXPORTREADY_CONFIG="other.yaml").stdout
    assert "tax  [other.yaml:1]" in shown
    named = run(
        tmp_path, "check", EXAMPLES / "ready", "--show-settings", "--no-config", EXPORTREADY_CONFIG="other.yaml"
    ).stdout
    assert "other.yaml" not in named


def test_the_environment_names_files_and_outputs_too(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text('waivers: [{rule: "*", owner: a, reason: b, expires: 2027-01-01}]\n', encoding="utf-8")
    done = run(
        tmp_path,
        "check",
        EXAMPLES / "not-ready",
        AT,
        "--allow-unknown",
        EXPORTREADY_CHECK_SELECT="items",
        EXPORTREADY_CHECK_WAIVERS="all.yaml",
        EXPORTREADY_CHECK_OUTPUT="json",
    )
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert {rule["id"].partition("/")[0] for rule in told["rules"]} == {"items"}


def test_two_formats_do_not_go_to_one_file(tmp_path: Path) -> None:
    done = run(tmp_path, "check", EXAMPLES / "ready", AT, "-o", "json:x", "-o", "junit:x")
    assert (done.returncode, "have the same path" in done.stderr, (tmp_path / "x").exists()) == (2, True, False)


def test_baselines_and_diffs_judge_by_the_settings(tmp_path: Path, pack: Path) -> None:
    settle(tmp_path, f"packs: {pack.name}\nparameters: {{own/every-part-has-a-name: {{longest: 1}}}}\n")
    run(tmp_path, "check", EXAMPLES / "not-ready", AT, "-o", "json:result.json", "-q")
    assert run(tmp_path, "diff", "result.json", EXAMPLES / "not-ready", AT).returncode == 0
    other = run(tmp_path, "diff", EXAMPLES / "not-ready", "result.json", AT, "--no-config", "-o", "json")
    assert {one["rule"] for one in json.loads(other.stdout)["rule_changed"]} == {"own/every-part-has-a-name"}
    told = [run(tmp_path, "baseline", "create", EXAMPLES / "not-ready", AT, *words).stdout for words in ([], ["--no-config"])]
    assert ["own/every-part-has-a-name" in text for text in told] == [True, False]


def test_thresholds_and_parameters_are_plain(tmp_path: Path) -> None:
    settle(tmp_path, "thresholds: {failed.error: 1e3}\n")
    assert run(tmp_path, "check", EXAMPLES / "not-ready", AT, "--allow-unknown", "-q").returncode == 0
    settle(tmp_path, "parameters:\n  items/cogs-account:\n    word: [1, 2]\n")
    done = run(tmp_path, "check", EXAMPLES / "ready", AT)
    assert (done.returncode, "exportready.yaml:3: parameter 'word' of items/cogs-account must be" in done.stderr) == (
        2,
        True,
    )


def test_a_pack_without_a_rule_is_refused(tmp_path: Path, pack: Path) -> None:
    for path in pack.rglob("*.yaml"):
        if path.name != "pack.yaml":
            path.unlink()
    settle(tmp_path, f"packs: {pack.name}\n")
    done = run(tmp_path, "check", EXAMPLES / "ready", AT)
    assert (done.returncode, "has no rules" in done.stderr) == (2, True)


def test_why_and_explain_know_what_the_settings_add(tmp_path: Path, pack: Path) -> None:
    settle(tmp_path, f"packs: {pack.name}\n")
    rule = "own/every-part-has-a-name"
    assert [run(tmp_path, "explain", rule, *words).returncode for words in ([], ["--no-config"])] == [0, 2]
    settle(tmp_path, "waivers: all.yaml\n")
    (tmp_path / "all.yaml").write_text('waivers: [{rule: "*", owner: a, reason: b, expires: 2027-01-01}]\n', encoding="utf-8")
    told = [run(tmp_path, "why", EXAMPLES / "not-ready", AT, *words).stdout for words in ([], ["--no-config"])]
    assert ["Web Connector is offline" in text for text in told] == [False, True]
