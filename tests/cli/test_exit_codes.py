"""Every exit code, once through the installed command, and what goes to which stream."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READY, NOT_READY = ROOT / "examples" / "ready", ROOT / "examples" / "not-ready"
AT = "--at=2026-11-20T18:00:00-07:00"
ESCAPE = b"\x1b["

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """The ready example without its account.yaml: much cannot be told, nothing is wrong."""
    folder = tmp_path / "silent"
    shutil.copytree(READY, folder)
    (folder / "account.yaml").unlink()
    return folder


def test_0_for_files_that_are_ready(run_installed: Run) -> None:
    done = run_installed("check", READY, AT)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Ready to export" in done.stdout


def test_1_for_problems(run_installed: Run) -> None:
    done = run_installed("check", NOT_READY, AT)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"Fix first:" in done.stdout


@pytest.mark.parametrize("arguments", [("check",), ("check", READY, "--colour"), ("chek",), ("check", READY, "--at=soon")])
def test_2_for_a_command_that_is_not_understood(run: Run, arguments: tuple[str | Path, ...]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Error" in done.stderr


def test_2_for_a_snapshot_that_is_not_there(run_installed: Run) -> None:
    done = run_installed("check", "nowhere")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Can't find nowhere. Give the folder or .zip with your exported files" in done.stderr


def test_2_for_a_rule_that_does_not_exist_and_the_near_one_is_named(run: Run) -> None:
    done = run("check", READY, "--select=items/cogs-acount")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"items/cogs-account" in done.stderr


@pytest.mark.parametrize(
    ("name", "meant"),
    [("item", "items"), ("Items/", "items"), ("namin", "naming"), ("items/accounts-agre", "items/accounts-agree")],
)
@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_2_for_an_area_that_does_not_exist_and_the_near_one_is_named(run: Run, option: str, name: str, meant: str) -> None:
    done = run("check", READY, option, name)
    assert (done.returncode, f"did you mean '{meant}'?".encode() in done.stderr) == (2, True)


def test_2_for_a_command_that_does_not_exist_and_the_near_one_is_named(run: Run) -> None:
    done = run("chek", READY)
    assert done.returncode == 2
    assert b"check" in done.stderr


def test_2_for_a_mistake_in_the_rules_and_nothing_is_judged(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules" / "items").mkdir(parents=True)
    rule = (ROOT / "rules" / "items" / "cogs-account.yaml").read_text("utf-8")
    lines = rule.splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith("severity:"))
    lines[line - 1] = "severity: terrible"
    (tmp_path / "rules" / "items" / "cogs-account.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    done = run("check", READY, "--rules", tmp_path / "rules", "-o", f"json:{tmp_path / 'result.json'}")
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"cogs-account.yaml:{line}" in done.stderr.decode()
    assert not (tmp_path / "result.json").exists()


def test_3_for_an_empty_folder(run_installed: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run_installed("check", tmp_path / "empty", "-o", "json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["verdict"] == "cannot_tell"


def test_3_even_where_unknown_is_allowed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("check", tmp_path / "empty", "--allow-unknown", "--fail-on=never").returncode == 3


def test_4_where_something_cannot_be_told(run_installed: Run, silent: Path) -> None:
    done = run_installed("check", silent, AT, "-o", "json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["verdict"] == "cannot_tell"


def test_allow_unknown_ends_with_0_and_leaves_the_verdict(run: Run, silent: Path) -> None:
    done = run("check", silent, AT, "--allow-unknown", "-o", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "cannot_tell"


def test_allow_unknown_does_not_forgive_a_broken_file(run: Run, silent: Path) -> None:
    (silent / "quickbooks-invoices.xml").write_text("<QBXML><QBXMLMsgsRs>", "utf-8")
    assert run("check", silent, AT, "--allow-unknown").returncode == 4


def test_fail_on_never_moves_the_code_and_not_the_verdict(run: Run) -> None:
    done = run("check", NOT_READY, AT, "--fail-on=never", "--allow-unknown", "-o", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "not_ready"


def test_fail_on_warning_fails_what_only_warns(run: Run) -> None:
    warning = ("check", NOT_READY, AT, "--select=session/single-user-mode")
    assert run(*warning).returncode == 0
    assert run(*warning, "--fail-on=warning").returncode == 1
    assert run(*warning, "--fail-on=never").returncode == 0


@pytest.mark.parametrize("output", ["json", "json:-", "json:"])
def test_json_to_the_screen_is_nothing_but_json(run: Run, output: str) -> None:
    done = run("check", NOT_READY, AT, "-o", output)
    assert json.loads(done.stdout)["format"] == "exportready/result@1"
    assert done.stderr == b""


def test_a_file_is_written_and_told_beside_the_results(run: Run, tmp_path: Path) -> None:
    done = run("check", NOT_READY, AT, "-o", f"html:{tmp_path / 'report.html'}", "-o", "json:-")
    assert (tmp_path / "report.html").read_text("utf-8").lower().startswith("<!doctype html>")
    assert json.loads(done.stdout)["verdict"] == "not_ready"
    assert b"report.html" in done.stderr


@pytest.mark.parametrize("code", [1, 3, 4])
def test_the_json_is_written_whatever_the_outcome(run: Run, silent: Path, tmp_path: Path, code: int) -> None:
    (tmp_path / "empty").mkdir()
    snapshot = {1: NOT_READY, 3: tmp_path / "empty", 4: silent}[code]
    assert run("check", snapshot, AT, "-q", "-o", f"json:{tmp_path / 'result.json'}").returncode == code
    assert json.loads((tmp_path / "result.json").read_text("utf-8"))["format"] == "exportready/result@1"


def test_two_formats_to_the_screen_are_refused(run: Run) -> None:
    done = run("check", READY, AT, "-o", "console", "-o", "json")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Only one format" in done.stderr


def test_a_format_that_does_not_exist_is_refused(run: Run) -> None:
    done = run("check", READY, AT, "-o", "pdf")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"pdf" in done.stderr


def test_folders_on_the_way_to_a_report_are_made(run: Run, tmp_path: Path) -> None:
    assert run("check", READY, AT, "-o", f"json:{tmp_path / 'new' / 'folder' / 'result.json'}").returncode == 0
    assert (tmp_path / "new" / "folder" / "result.json").exists()


def test_a_path_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    done = run("check", READY, AT, "-o", f"json:{tmp_path / 'taken'}")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"taken" in done.stderr


def test_no_colour_into_a_file_or_pipe(run: Run) -> None:
    assert ESCAPE not in run("check", NOT_READY, AT).stdout


def test_colour_where_it_is_asked_for(run: Run) -> None:
    assert ESCAPE in run("check", NOT_READY, AT, "--color=always").stdout
    assert ESCAPE in run("check", NOT_READY, AT, FORCE_COLOR="1").stdout


def test_no_color_wins_over_force_color(run: Run) -> None:
    assert ESCAPE not in run("check", NOT_READY, AT, NO_COLOR="1", FORCE_COLOR="1").stdout
    assert ESCAPE not in run("check", NOT_READY, AT, "--color=never", FORCE_COLOR="1").stdout


def test_colour_never_gets_into_json(run: Run) -> None:
    assert ESCAPE not in run("check", NOT_READY, AT, "--color=always", "-o", "json").stdout


@pytest.mark.parametrize("format_", ["json", "html"])
def test_the_same_files_give_the_same_bytes(run_installed: Run, format_: str) -> None:
    one, other = (run_installed("check", NOT_READY, AT, "-o", format_, PYTHONHASHSEED=seed).stdout for seed in ("1", "2"))
    assert one
    assert one == other


def test_quiet_prints_nothing(run: Run) -> None:
    done = run("check", NOT_READY, AT, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_a_screen_without_accents_does_not_break_it(run_installed: Run) -> None:
    done = run_installed("check", NOT_READY, AT, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert done.stdout.isascii()


# -- what is written, and where


def test_quiet_says_nothing_but_writes_what_was_asked_for(run: Run, tmp_path: Path) -> None:
    done = run("check", READY, AT, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    done = run("check", READY, AT, "-q", "-o", "json")
    assert json.loads(done.stdout)["verdict"] == "ready"
    done = run("check", READY, AT, "-q", "-o", "html:page.html")
    assert (done.stdout, done.stderr, (tmp_path / "page.html").exists()) == (b"", b"", True)


def test_one_output_that_cannot_be_written_leaves_all_others_as_they_were(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("before", "utf-8")
    (tmp_path / "folder").mkdir()
    done = run("check", READY, AT, "-o", "json:a.json", "-o", "html:folder", "-o", "console")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Can't write folder (it is a folder)" in done.stderr
    assert (tmp_path / "a.json").read_text("utf-8") == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", "folder"}


def test_a_link_is_written_through(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("before", "utf-8")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    assert run("check", READY, AT, "-o", "json:link.json").returncode == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text("utf-8"))["verdict"] == "ready"


# -- what was left out is told


def rule_files(area: str = "*") -> list[Path]:
    return [path for path in (ROOT / "rules").glob(f"{area}/*.yaml") if path.parent.name != "inference"]


def test_a_narrowed_run_says_so_first_and_never_that_nothing_is_in_the_way(run: Run) -> None:
    done = run("check", NOT_READY, AT, "--ignore=items", "--ignore=inventory", "-o", "console", "-o", "json:r.json")
    head = " ".join(done.stdout.decode().split("\n\n")[0].split())
    everything = sum("phase: after-export" not in rule.read_text() for rule in rule_files())
    judged = everything - len(rule_files("items")) - len(rule_files("inventory"))
    first = "inventory/advanced-inventory-on"
    assert f"Only {judged} of {everything} checks ran; left out: {first}" in head
    assert "Ready to export" not in head


def test_own_rules_are_told_from_the_shipped_ones(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules" / "session").mkdir(parents=True)
    shutil.copy(ROOT / "rules" / "session" / "single-user-mode.yaml", tmp_path / "rules" / "session")
    done = run("check", READY, AT, "--rules", tmp_path / "rules")
    assert "Only 1 check ran from your own rules" in " ".join(done.stdout.decode().split())


# -- rules and their examples


def test_rules_test_tries_every_example(run: Run, tmp_path: Path) -> None:
    done = run("rules", "test")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"%d rules, " % len(rule_files()))
    assert b"no differences" in done.stdout


def test_rules_test_tells_what_comes_out_otherwise(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine" / "session").mkdir(parents=True)
    text = (ROOT / "rules" / "session" / "single-user-mode.yaml").read_text("utf-8")
    (tmp_path / "mine" / "session" / "single-user-mode.yaml").write_text(
        text.replace("outcome: passed", "outcome: cannot_tell"), "utf-8"
    )
    done = run("rules", "test", "mine")
    assert done.returncode == 1
    assert b"mine/session/single-user-mode.yaml:" in done.stdout
    assert b"the outcome is passed" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="the shell of Windows closes nothing")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_exit_code(program: list[str], tmp_path: Path, closed: str) -> None:
    command = shlex.join([*program, "check", str(READY), AT, "-q", "-o", f"json:{tmp_path / 'result.json'}"])
    env = os.environ | {"PYTHONPATH": str(ROOT / "engine")}
    done = subprocess.run(["sh", "-c", f"{command} {closed}"], env=env, capture_output=True, check=False)  # noqa: S607
    assert done.returncode == 0
    assert json.loads((tmp_path / "result.json").read_bytes())["verdict"] == "ready"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to be had")
def test_a_full_disk_is_no_good_end(program: list[str]) -> None:
    command = shlex.join([*program, "rules", "list"])
    env = os.environ | {"PYTHONPATH": str(ROOT / "engine")}
    done = subprocess.run(["sh", "-c", f"{command} > /dev/full"], env=env, capture_output=True, check=False)  # noqa: S607
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
