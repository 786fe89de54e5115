"""The gate in a git repository: only what is new, for a reason, until a date."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]
EXAMPLES = Path(__file__).parents[2] / "examples"
EVENING = "--at=2026-11-20T18:00:00-07:00"
TWO_DAYS_LATER = "--at=2026-11-22T18:00:00-07:00"
GIT = shutil.which("git") or ""
SWITCH = "populateSerialNumbersInQuickBooks"
RULE = "inventory/populate-serial-numbers-off"
WAIVER = f"""waivers:
  - rule: {RULE}
    account: Northwind*
    owner: controller
    reason: Support works on it
    ticket: AP-12
    expires: 2026-11-20
"""


def git(folder: Path, *words: str) -> None:
    author = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run([GIT, "-C", folder, *author, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The ready example below accounts/, committed."""
    if not GIT:
        pytest.skip("git is not installed here")
    shutil.copytree(EXAMPLES / "ready", tmp_path / "accounts" / "northwind")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "as it stands")
    return tmp_path


def switch_on(repository: Path) -> int:
    """Set the setting that must be off; returns its line."""
    path = repository / "accounts" / "northwind" / "account.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"{SWITCH}: false", f"{SWITCH}: true"), encoding="utf-8")
    return 1 + text[: text.index(SWITCH)].count("\n")


def test_a_setting_that_breaks_a_practice_stops_the_gate_on_its_line(run: Run, repository: Path) -> None:
    line = switch_on(repository)
    done = run("check", repository / "accounts" / "northwind", "--since", "HEAD", "--new-only", TWO_DAYS_LATER, "-o", "github")
    assert done.returncode == 1
    assert f"::error file=accounts/northwind/account.yaml,line={line},".encode() in done.stdout


def test_another_change_passes_though_old_findings_stand_and_answers_went_stale(run: Run, repository: Path) -> None:
    switch_on(repository)
    git(repository, "commit", "-qam", "an old debt")
    path = repository / "accounts" / "northwind" / "account.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    folder = repository / "accounts" / "northwind"
    assert run("check", folder, "--since", "HEAD", "--new-only", TWO_DAYS_LATER, "-q").returncode == 0
    assert run("check", folder, "--since", "HEAD~1", "--new-only", TWO_DAYS_LATER, "-q").returncode == 1
    assert run("check", folder, TWO_DAYS_LATER, "-q").returncode == 1


def test_a_waiver_lets_it_through_to_the_last_second_of_its_day(run: Run, repository: Path) -> None:
    switch_on(repository)
    waivers = repository / "waivers.yaml"
    waivers.write_text(WAIVER, encoding="utf-8")
    gate = ["check", repository / "accounts" / "northwind", "--since", "HEAD", "--new-only", "--waivers", waivers]
    in_time = run(*gate, "--at=2026-11-20T23:59:59-07:00", "-o", "json")
    assert in_time.returncode == 0
    found = json.loads(in_time.stdout)
    (rule,) = (one for one in found["rules"] if one["id"] == RULE)
    assert (found["waived"], rule["failed"], rule["findings"][0]["waiver"]["ticket"]) == (1, 1, "AP-12")
    late = run(*gate, "--at=2026-11-21T00:00:00-07:00", "-o", "console")
    assert late.returncode == 1
    told = b" ".join(late.stdout.split())
    assert b"expired: inventory/populate-serial-numbers-off" in told
    assert b"that date has passed" in told


def test_what_was_not_there_at_the_revision_is_new(run: Run, repository: Path) -> None:
    shutil.copytree(EXAMPLES / "not-ready", repository / "accounts" / "other")
    assert run("check", repository / "accounts" / "other", "--since", "HEAD", "--new-only", EVENING, "-q").returncode == 1
    for revision in ("nowhere", "--help"):
        done = run("check", repository / "accounts" / "other", f"--since={revision}", EVENING)
        assert (done.returncode, f"git revision '{revision}' not found".encode() in done.stderr) == (2, True)


def test_outside_of_a_repository_since_says_so(run: Run, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "ready", tmp_path / "ready")
    done = run("check", tmp_path / "ready", "--since", "HEAD", EVENING)
    assert (done.returncode, b"git" in done.stderr) == (2, True)


def test_the_revision_is_read_as_committed_whatever_git_is_told_elsewhere(run: Run, repository: Path, tmp_path: Path) -> None:
    (repository / ".gitattributes").write_text("*.yaml export-ignore\n", encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "an archive would leave the answers out")
    line = switch_on(repository)
    words = ["check", repository / "accounts" / "northwind", "--since", "HEAD", "--new-only", EVENING, "-o", "github"]
    done = run(*words, GIT_DIR=str(tmp_path / "elsewhere"), GIT_INDEX_FILE=str(tmp_path / "elsewhere" / "index"))
    assert (done.returncode, done.stderr) == (1, b"")
    errors = [one for one in done.stdout.decode().splitlines() if one.startswith("::error")]
    assert len(errors) == 1
    assert f"account.yaml,line={line}," in errors[0]


def test_an_account_that_got_another_name_has_no_new_findings(run: Run, repository: Path) -> None:
    switch_on(repository)
    git(repository, "commit", "-qam", "a debt")
    path = repository / "accounts" / "northwind" / "account.yaml"
    path.write_text(path.read_text("utf-8").replace("Northwind", "Southwind"), encoding="utf-8")
    words = ["check", path.parent, "--since", "HEAD", "--strict-baseline", EVENING, "-q"]
    assert run(*words, "--new-only").returncode == 0
    assert run(*words).returncode == 1


# -- baselines


def test_a_group_that_somebody_joined_is_new(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    run("baseline", "create", EXAMPLES / "not-ready", "-o", path, EVENING)
    baseline = json.loads(path.read_text("utf-8"))
    groups = [one for one in baseline["findings"] if "members" in one]
    assert groups
    gate = ["check", EXAMPLES / "not-ready", "--baseline", path, "--new-only", "--fail-on=info", EVENING, "-q"]
    groups[0]["members"].append("Somebody who is in order again")
    path.write_text(json.dumps(baseline), encoding="utf-8")
    assert run(*gate).returncode == 0
    groups[0]["members"] = groups[0]["members"][1:-1]
    path.write_text(json.dumps(baseline), encoding="utf-8")
    assert run(*gate).returncode == 1


@pytest.mark.parametrize(
    "damage", ['{"findings": [1]}', '{"findings": [{}]}', '{"untold": "items"}', '{"account": 1}', '{"findings": null}', None]
)
def test_a_damaged_baseline_is_told(run: Run, tmp_path: Path, damage: str | None) -> None:
    path = tmp_path / "baseline.json"
    run("baseline", "create", EXAMPLES / "ready", "-o", path, EVENING)
    sound = json.loads(path.read_text("utf-8"))
    path.write_text("[" * 100_000 if damage is None else json.dumps(sound | json.loads(damage)), encoding="utf-8")
    done = run("check", EXAMPLES / "ready", "--baseline", path, EVENING)
    assert (done.returncode, b"is damaged" in done.stderr) == (2, True)


def test_a_rule_that_cannot_be_told_any_more_stops_beside_old_and_tolerated_findings(run: Run, tmp_path: Path) -> None:
    snapshot, baseline = tmp_path / "snapshot", tmp_path / "baseline.json"
    shutil.copytree(EXAMPLES / "not-ready", snapshot)
    run("baseline", "create", snapshot, "-o", baseline, EVENING)
    (tmp_path / "lenient.yaml").write_text("thresholds: {failed.error: 1000}\n", encoding="utf-8")
    gates = (["--baseline", baseline, "--new-only"], ["--config", tmp_path / "lenient.yaml"])
    assert [run("check", snapshot, *gate, EVENING, "-q").returncode for gate in gates] == [0, 0]
    (snapshot / "servicetitan" / "materials.json").unlink()
    for gate in gates:
        assert run("check", snapshot, *gate, EVENING, "-q").returncode == 4
        assert run("check", snapshot, *gate, EVENING, "-q", "--allow-unknown").returncode == 0


def test_a_baseline_lets_old_debts_through_and_tells_what_is_gone(run: Run, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "not-ready", tmp_path / "snapshot")
    baseline = tmp_path / "baseline.json"
    assert run("baseline", "create", EXAMPLES / "not-ready", "-o", baseline, EVENING).returncode == 0
    gate = ["check", tmp_path / "snapshot", "--baseline", baseline, EVENING, "-o", "json"]
    assert run(*gate).returncode == 1
    assert run(*gate, "--new-only").returncode == 0
    path = tmp_path / "snapshot" / "account.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(f"{SWITCH}: true", f"{SWITCH}: false"), encoding="utf-8")
    done = run(*gate, "--new-only")
    assert (done.returncode, json.loads(done.stdout)["baseline"]["stale"]) == (
        0,
        [f"{RULE}: “Populate Serial Numbers in QuickBooks” is on"],
    )
    assert run(*gate, "--new-only", "--strict-baseline").returncode == 1
    before = json.loads(baseline.read_text("utf-8"))
    assert run("baseline", "prune", baseline, tmp_path / "snapshot", EVENING).returncode == 0
    after = json.loads(baseline.read_text("utf-8"))
    assert len(after["findings"]) == len(before["findings"]) - 1
    assert run(*gate, "--new-only", "--strict-baseline").returncode == 0
    assert run("baseline", "prune", baseline, EXAMPLES / "not-ready", EVENING).returncode == 0
    assert json.loads(baseline.read_text("utf-8")) == after  # it never grows


def test_moving_and_exporting_again_change_no_fingerprint_and_renaming_does(run: Run, tmp_path: Path) -> None:
    def prints(folder: Path) -> set[str]:
        found: dict[str, Any] = json.loads(run("check", folder, EVENING, "-o", "json").stdout)
        return {one["fingerprint"] for rule in found["rules"] for one in rule["findings"]}

    shutil.copytree(EXAMPLES / "not-ready", tmp_path / "a")
    (tmp_path / "a" / "servicetitan").rename(tmp_path / "a" / "elsewhere")
    materials = tmp_path / "a" / "elsewhere" / "materials.json"
    listed = json.loads(materials.read_text("utf-8"))
    listed["data"].reverse()
    materials.write_text(json.dumps(listed), encoding="utf-8")
    before = prints(EXAMPLES / "not-ready")
    assert prints(tmp_path / "a") == before
    materials.write_text(materials.read_text("utf-8").replace('PVC-ELB-1"', 'PVC-ELB-9"'), encoding="utf-8")
    assert prints(tmp_path / "a") != before


def test_what_does_not_go_together_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{}", encoding="utf-8")
    for words, said in (
        (["--new-only"], b"need --baseline"),
        (["--baseline", tmp_path / "broken.json", "--since", "HEAD"], b"not both"),
        (["--baseline", tmp_path / "broken.json"], b"is not a baseline"),
        (["--baseline", tmp_path / "nowhere.json"], b"Can't open"),
        (["--waivers", tmp_path / "nowhere.yaml"], b"can't open"),
    ):
        done = run("check", EXAMPLES / "ready", EVENING, *words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_the_step_summary_goes_where_the_platform_says(run: Run, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    done = run("check", EXAMPLES / "not-ready", EVENING, "-o", "github", GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 1
    assert summary.read_text(encoding="utf-8").startswith("## Don't export yet: Northwind Plumbing &amp; Heating")


def test_a_slip_in_a_revision_is_answered_with_the_near_branch_or_tag(run: Run, repository: Path) -> None:
    git(repository, "tag", "before-november")
    git(repository, "branch", "release")
    snapshot = repository / "accounts" / "northwind"
    for slip, meant in (("befor-november", "before-november"), ("relase~0", "release"), ("nothing-like-it", None)):
        done = run("check", snapshot, "--since", slip, TWO_DAYS_LATER)
        assert (done.returncode, f"git revision '{slip}' not found".encode() in done.stderr) == (2, True)
        assert (f"did you mean '{meant}'?".encode() in done.stderr) is (meant is not None)


# -- every exit code on every path


def test_every_exit_code_on_every_path(run: Run, tmp_path: Path) -> None:
    ready, not_ready, silent, broken = EXAMPLES / "ready", EXAMPLES / "not-ready", tmp_path / "silent", tmp_path / "broken"
    shutil.copytree(ready, silent, ignore=shutil.ignore_patterns("account.yaml"))
    shutil.copytree(ready, broken)
    (broken / "more.json").write_text('{"data": [', encoding="utf-8")
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    of_not_ready, of_ready = tmp_path / "not-ready.json", tmp_path / "ready.json"
    run("baseline", "create", not_ready, "-o", of_not_ready, EVENING)
    run("baseline", "create", ready, "-o", of_ready, EVENING)
    everything = tmp_path / "waivers.yaml"
    everything.write_text('waivers: [{rule: "*", owner: nobody, reason: a test, expires: 2030-01-01}]\n', encoding="utf-8")
    settings = {name: tmp_path / f"{name}.yaml" for name in ("lenient", "strict", "unknown_ok", "wrong")}
    settings["lenient"].write_text("thresholds: {failed.error: 1000}\n", encoding="utf-8")
    settings["strict"].write_text("thresholds: {failed.warning: 0}\nfailOn: never\n", encoding="utf-8")
    settings["unknown_ok"].write_text("thresholds: {cannot_tell: 1000}\n", encoding="utf-8")
    settings["wrong"].write_text("failOn: sometimes\n", encoding="utf-8")
    expected: list[tuple[int, list[str | Path]]] = [
        # plain
        (0, [ready]),
        (1, [not_ready]),
        (2, [tmp_path / "nowhere"]),
        (3, [nothing, "--select", "session"]),
        (4, [silent]),
        # a broken source never ends in 0
        (4, [broken, "--allow-unknown"]),
        # unknown
        (0, [silent, "--allow-unknown"]),
        (1, [not_ready, "--allow-unknown"]),
        # baseline
        (0, [not_ready, "--baseline", of_not_ready, "--new-only", "--allow-unknown"]),
        (1, [not_ready, "--baseline", of_ready, "--new-only"]),
        (1, [not_ready, "--baseline", of_not_ready]),
        (1, [ready, "--baseline", of_not_ready, "--new-only", "--strict-baseline"]),
        (2, [ready, "--baseline", everything]),
        (4, [silent, "--baseline", of_ready, "--new-only"]),
        # waiver
        (0, [not_ready, "--waivers", everything]),
        (4, [silent, "--waivers", everything]),
        (0, [not_ready, "--waivers", everything, "--allow-unknown"]),
        (2, [ready, "--waivers", of_ready]),
        # threshold
        (0, [not_ready, "--config", settings["lenient"]]),
        (4, [silent, "--config", settings["lenient"]]),
        (1, [not_ready, "--config", settings["strict"]]),
        (0, [silent, "--config", settings["unknown_ok"]]),
        # configuration
        (2, [ready, "--config", settings["wrong"]]),
        (2, [ready, "--config", tmp_path / "nowhere.yaml"]),
        (0, [ready, "--config", settings["wrong"], "--no-config"]),
    ]
    found = [(run("check", *words, EVENING, "-q").returncode, words) for _, words in expected]
    assert found == expected


# -- waivers


def test_what_is_accepted_is_no_key_issue_and_nothing_waits_on_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"

    def told(rule: str) -> dict[str, Any]:
        path.write_text(f'waivers: [{{rule: "{rule}", owner: a, reason: b, expires: 2027-01-01}}]\n', encoding="utf-8")
        words = ["check", EXAMPLES / "not-ready", "--waivers", path, EVENING, "-o", "json"]
        found: dict[str, Any] = json.loads(run(*words).stdout)
        return found

    plain, one, all_ = told("nothing/of-this"), told("connection/web-connector-online"), told("*")
    ids = [[issue["id"] for issue in result["key_issues"]] for result in (plain, one)]
    assert (len(set(ids[0]) - set(ids[1])), set(ids[1]) - set(ids[0])) == (1, set())
    assert (all_["key_issues"], all_["waiting"], all_["verdict"]) == ([], [], "ready_with_warnings")
    batches = [
        [(finding["fingerprint"], finding["batches"]) for rule in result["rules"] for finding in rule["findings"]]
        for result in (plain, all_)
    ]
    assert batches[0] == batches[1]  # what is accepted still belongs to its batches
    assert all(batch["verdict"] == "ready_with_warnings" for batch in all_["batches"])


def test_waivers_check_tells_what_is_wrong_with_each(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "waivers.csv"
    path.write_text(
        "rule,account,subject,owner,reason,ticket,expires\n"
        f"{RULE},,,controller,works,,2026-11-25\n"
        "items/cogs-acount,,,controller,typo,,2027-11-25\n"
        "items/cogs-account,,NOTHING*,controller,unused,,2027-11-25\n"
        "items/cogs-account,,WH-*,controller,over,,2026-11-01\n",
        encoding="utf-8",
    )
    done = run("waivers", "check", path, EXAMPLES / "not-ready", EVENING)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert [line.split(": ")[1] for line in lines[:-1]] == ["expires soon", "unknown rule", "unused", "expired"]
    assert "did you mean 'items/cogs-account'?" in lines[1]


def test_mistakes_in_waivers_are_told_all_at_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(
        "waivers:\n  - {rule: a/b, ownr: me, expires: soon}\n  - {rule: a/b, owner: me, reason: x, expires: 2026-13-01}\n",
        encoding="utf-8",
    )
    done = run("check", EXAMPLES / "ready", "--waivers", path, EVENING)
    assert done.returncode == 2
    for part in (
        b"waivers.yaml:2: unknown key 'ownr'",
        b"waivers.yaml:2: 'reason' is missing",
        b"waivers.yaml:3: expected a date such as 2026-11-20, not '2026-13-01'",
    ):
        assert part in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("waivers:\n", b"waivers.yaml"),
        ("waivers: none\n", b"waivers.yaml:1: "),
        ("rule,owner,reason,expires,rule\nitems/*,a,b,2027-01-01,session/*\n", b"each only once"),
        ("rule,owner,reason,expires\nitems/*,a,sold, then bought,2027-01-01\n", b"waivers.csv:2: this row has 5 cells"),
        ('rule,owner,reason,expires\n"items/*,a,b,2027-01-01\n', b"is not a CSV file"),
    ],
)
def test_waivers_that_would_be_read_otherwise_than_meant_are_refused(run: Run, tmp_path: Path, text: str, said: bytes) -> None:
    path = tmp_path / ("waivers.csv" if text.startswith("rule") else "waivers.yaml")
    path.write_text(text, encoding="utf-8")
    done = run("check", EXAMPLES / "ready", "--waivers", path, EVENING)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_pattern_that_a_rule_refuses_is_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text('waivers: [{rule: "*", owner: a, reason: b, expires: 2099-01-01}]\n', encoding="utf-8")
    assert run("waivers", "check", path, EVENING).returncode == 0
    shutil.copytree(EXAMPLES.parent / "rules", tmp_path / "rules")
    with (tmp_path / "rules" / f"{RULE}.yaml").open("a", encoding="utf-8") as rule:
        rule.write("waivers: {allowed: false}\n")
    done = run("waivers", "check", path, EVENING, "--rules", tmp_path / "rules")
    assert (done.returncode, b": rejected: *: " in done.stdout, b"(1 of " in done.stdout) == (1, True, True)


# -- diff


def test_diff_tells_new_fixed_back_again_drift_and_what_only_the_rule_changed(run: Run, tmp_path: Path) -> None:
    for name in ("ready", "not-ready"):
        run("check", EXAMPLES / name, EVENING, "-o", f"json:{tmp_path / name}.json", "-q")
    ready, not_ready = tmp_path / "ready.json", tmp_path / "not-ready.json"
    worse = run("diff", ready, not_ready, "-o", "json")
    assert worse.returncode == 1
    found = json.loads(worse.stdout)
    assert {"setting": "webConnector.status", "old": "online", "new": "offline"} in found["drift"]
    assert len(found["new_findings"]) > 30
    again = json.loads(run("diff", ready, not_ready, "--earlier", not_ready, "-o", "json").stdout)
    assert (again["new_findings"], len(again["regressed"])) == ([], len(found["new_findings"]))
    better = run("diff", not_ready, ready, "-o", "markdown")
    assert (better.returncode, b"### Fixed" in better.stdout) == (0, True)
    changed = json.loads(not_ready.read_text("utf-8"))
    for rule in changed["rules"]:
        rule["digest"] = "another"
    (tmp_path / "changed.json").write_text(json.dumps(changed), encoding="utf-8")
    other = json.loads(run("diff", ready, tmp_path / "changed.json", "-o", "json").stdout)
    assert (other["new_findings"], len(other["rule_changed"])) == ([], len(found["new_findings"]))


def test_diff_takes_snapshots_too_and_refuses_what_is_none(run: Run, tmp_path: Path) -> None:
    same = run("diff", EXAMPLES / "ready", EXAMPLES / "ready", EVENING)
    assert same.returncode == 0
    assert b"no problems -> no problems" in same.stdout
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    for path in (tmp_path / "x.json", tmp_path / "nowhere"):
        done = run("diff", path, EXAMPLES / "ready", EVENING)
        assert (done.returncode, done.stdout) == (2, b"")


def test_diff_tells_a_damaged_result_and_knows_one_without_its_ending(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    run("check", EXAMPLES / "ready", EVENING, "-o", f"json:{kept}", "-q")
    assert run("diff", kept, EXAMPLES / "ready", EVENING).returncode == 0
    sound = json.loads(kept.read_text("utf-8"))
    for text in (
        kept.read_text("utf-8")[:-20],
        json.dumps(sound | {"verdict": "splendid"}),
        json.dumps(sound | {"rules": [1]}),
    ):
        (tmp_path / "damaged.json").write_text(text, encoding="utf-8")
        done = run("diff", tmp_path / "damaged.json", EXAMPLES / "ready", EVENING)
        assert (done.returncode, done.stdout, b"is damaged" in done.stderr) == (2, b"", True)


# -- the gate says how it ended


def last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stdout.decode().splitlines()[-1]


def test_the_console_ends_with_the_result_of_the_gate(run: Run, tmp_path: Path) -> None:
    snapshot, baseline = tmp_path / "snapshot", tmp_path / "baseline.json"
    shutil.copytree(EXAMPLES / "ready", snapshot)
    path = snapshot / "account.yaml"
    text = path.read_text(encoding="utf-8")
    run("baseline", "create", snapshot, "-o", baseline, EVENING)
    gate = ["check", snapshot, "--baseline", baseline, EVENING]
    path.write_text(text.replace(f"{SWITCH}: false", f"{SWITCH}: true"), encoding="utf-8")
    failed = run(*gate, "--new-only")
    assert (failed.returncode, last_line(failed)) == (1, "Gate: failed. 1 new problem.")
    assert last_line(run(*gate, "--new-only", "--fail-on", "never")) == (
        "Gate: passed. 1 new problem that the gate allows, 0 known."
    )
    run("baseline", "create", snapshot, "-o", baseline, EVENING)
    passed = run(*gate, "--new-only", "-o", "console")
    assert (passed.returncode, last_line(passed)) == (0, "Gate: passed. 0 new problems, 1 known.")
    assert "Gate:" not in run(*gate).stdout.decode()
    run(*gate, "--new-only", "-o", f"console:{tmp_path / 'report.txt'}", "-o", f"json:{tmp_path / 'result.json'}")
    assert (tmp_path / "report.txt").read_text("utf-8").endswith("Gate: passed. 0 new problems, 1 known.\n")
    quiet_screen = run(*gate, "--new-only", "-o", f"json:{tmp_path / 'result.json'}")
    assert b"Gate: passed. 0 new problems, 1 known.\n" in quiet_screen.stderr
    path.write_text(text, encoding="utf-8")
    strict = run(*gate, "--new-only", "--strict-baseline")
    assert (strict.returncode, last_line(strict)) == (1, "Gate: failed. The baseline still has 1 resolved entry.")


def test_the_gate_says_what_it_could_not_check(run: Run, tmp_path: Path) -> None:
    snapshot, baseline = tmp_path / "snapshot", tmp_path / "baseline.json"
    shutil.copytree(EXAMPLES / "ready", snapshot)
    run("baseline", "create", snapshot, "-o", baseline, EVENING)
    gate = ["check", snapshot, "--baseline", baseline, "--new-only", EVENING]
    (snapshot / "more.json").write_text('{"data": [', encoding="utf-8")
    broken = run(*gate)
    assert (broken.returncode, last_line(broken)) == (4, "Gate: failed. 1 file could not be read.")
    (snapshot / "more.json").unlink()
    (snapshot / "account.yaml").unlink()
    silent = run(*gate)
    assert silent.returncode == 4
    assert re.fullmatch(r"Gate: failed\. \d+ more checks could not be done\.", last_line(silent))


def test_annotations_are_titled_with_the_problem(run: Run, tmp_path: Path) -> None:
    formats = ("github", "gitlab", "sarif", "junit")
    targets = [word for name in formats for word in ("-o", f"{name}:{tmp_path / name}")]
    run("check", EXAMPLES / "not-ready", EVENING, "-o", "json:result.json", *targets)
    failed = [
        rule for rule in json.loads((tmp_path / "result.json").read_text("utf-8"))["rules"] if rule["outcome"] == "failed"
    ]
    assert len(failed) > 20
    texts = {name: (tmp_path / name).read_text("utf-8") for name in formats}
    for rule in failed:
        for name in ("github", "gitlab", "junit"):
            assert rule["title"] not in texts[name], name
    described = {rule["id"]: rule for rule in json.loads(texts["sarif"])["runs"][0]["tool"]["driver"]["rules"]}
    for rule in failed:
        assert described[rule["id"]]["shortDescription"]["text"] != rule["title"]
        assert described[rule["id"]]["fullDescription"]["text"].startswith(rule["title"])
    assert "Not so" not in "".join(texts.values())


def test_a_check_that_is_newer_than_the_baseline_is_reported_and_fails_nothing_until_it_is_created_again(
    run: Run, tmp_path: Path
) -> None:
    path, gate = tmp_path / "baseline.json", ["check", EXAMPLES / "not-ready", EVENING, "--new-only", "--baseline"]
    run("baseline", "create", EXAMPLES / "not-ready", EVENING, "-o", path)
    known = json.loads(path.read_text(encoding="utf-8"))
    older = known | {
        "rules": [rule for rule in known["rules"] if rule != "items/cogs-account"],
        "findings": [one for one in known["findings"] if one["rule"] != "items/cogs-account"],
    }
    path.write_text(json.dumps(older), encoding="utf-8")
    done = run(*gate, path, "-o", "console", "-o", f"json:{tmp_path / 'result.json'}", "-o", f"junit:{tmp_path / 'junit.xml'}")
    assert done.returncode == 0
    assert b"New in this version: items/cogs-account (" in done.stdout
    assert b"exportready baseline create" in done.stdout
    assert json.loads((tmp_path / "result.json").read_bytes())["baseline"]["new_rules"] == ["items/cogs-account"]
    assert b'type="error"' not in (tmp_path / "junit.xml").read_bytes()

    path.write_text(json.dumps(older | {"rules": known["rules"]}), encoding="utf-8")
    assert run(*gate, path, "-q").returncode == 1


def test_a_newer_check_that_is_undecided_is_skipped_in_junit(run: Run, tmp_path: Path) -> None:
    path, rule = tmp_path / "baseline.json", "batching/technician-on-lines"
    run("baseline", "create", EXAMPLES / "by-hand", EVENING, "-o", path)
    known = json.loads(path.read_text(encoding="utf-8"))
    for rules, element in ((known["rules"], "error"), ([one for one in known["rules"] if one != rule], "skipped")):
        untold = [one for one in known["untold"] if one != rule]
        path.write_text(json.dumps(known | {"rules": rules, "untold": untold}), encoding="utf-8")
        done = run("check", EXAMPLES / "by-hand", EVENING, "--new-only", "--baseline", path, "-o", "junit", "-q")
        assert re.search(rf'name="{rule}"[^>]*>\s*<{element} '.encode(), done.stdout)
        assert done.returncode == (4 if element == "error" else 0)


# -- configuration in git doesn't go stale


CONFIGURATION = ("--about", "setup", "--at", "files")


@pytest.mark.parametrize("year", [2026, 2030])
def test_a_gate_on_configuration_passes_in_any_year_until_a_commit_breaks_a_rule(
    run: Run, repository: Path, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exportready.cli import options

    monkeypatch.setattr(options, "now", lambda: datetime(year, 12, 1, 9, tzinfo=UTC))
    gate = ["check", repository / "accounts" / "northwind", *CONFIGURATION, "--since", "HEAD", "--new-only", "-o", "github"]
    assert run(*gate).returncode == 0
    switch_on(repository)
    assert run(*gate).returncode == 1
    git(repository, "commit", "-qam", "serial numbers")
    assert run(*gate[:-5], "--since", "HEAD~1", "--new-only").returncode == 1


def test_a_verdict_on_old_files_says_when_it_was_true(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from exportready.cli import options

    folder = repository / "accounts" / "northwind"
    monkeypatch.setattr(options, "now", lambda: datetime(2026, 11, 28, 9, tzinfo=UTC))
    assert run("check", folder, "--at", "files").stdout.startswith(b"Was ready on November 20, 2026 (8 days ago)")
    monkeypatch.setattr(options, "now", lambda: datetime(2026, 11, 21, 1, tzinfo=UTC))
    assert run("check", folder, "--at", "files").stdout.startswith(b"Ready to export")
    assert run("check", folder, "--about", "setup", "--at", "files").stdout.startswith(b"No problems in: setup")
    result = json.loads(run("check", folder, *CONFIGURATION, "-o", "json", "-q").stdout)
    assert (result["scope"], result["judged_at"]) == (["setup"], "2026-11-20T17:30:00-07:00")
