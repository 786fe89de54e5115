"""What others wrote neither reaches the screen uncleaned nor configures the program, and outputs replace nothing that is read."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from commands import PROGRAM, ROOT, Run

READY, AFTER = ROOT / "examples" / "ready", ROOT / "examples" / "after-export"
AT = "--at=2026-11-20T18:00:00-07:00"
EVIL = "Acme\\n::error file=app.py,line=1::planted\\n  ::add-mask::e\\e[2J\\e]0;owned\\a\\u202Egnp ##vso[task.complete]"
"""In YAML's double quotes."""
UNCLEAN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|^\\s*::|##vso\\[", re.MULTILINE
)
RULE = """id: house/a
title: {title}
severity: error
phase: before-export
about: setup
source: {{document: Handbook, section: Items, updated: 2026-11-02}}
why: It matters.
each: [servicetitan.material]
expect: {{code: present}}
failure: "{{code}} is bad"
at_fault: {{kind: item, key: $code}}
fix: {{who: {who}, minutes: 1, steps: [Do it]}}
examples:
  - {{name: one has a code, evidence: {{servicetitan.material: [{{code: PIPE-1}}]}}, outcome: passed}}
"""


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return Path(shutil.copytree(READY, tmp_path / "snapshot"))


def rename(snapshot: Path) -> None:
    file = snapshot / "account.yaml"
    text = re.sub(r"(?m)^account:.*$", lambda _: f'account: "{EVIL}"', file.read_text("utf-8"))
    assert EVIL in text
    file.write_text(text, "utf-8")


# -- the screen


def test_an_accounts_name_is_cleaned_on_every_stream(run: Run, tmp_path: Path, snapshot: Path) -> None:
    run("check", "snapshot", AT, "-q", "-o", "json:earlier.json")
    rename(snapshot)
    for arguments in (
        ("check", "snapshot", AT, "-o", "html:a.html"),
        ("check", "snapshot", AT, "-vv"),
        ("check", "snapshot", AT, "-q", "--earlier", "earlier.json"),
        ("why", "snapshot", AT),
        ("ask", "snapshot", AT),
    ):
        done = run(*arguments)
        assert not UNCLEAN.search((done.stdout + done.stderr).decode()), arguments


@pytest.mark.parametrize(
    "arguments",
    [
        ("rules", "list", "--rules", "rules"),
        ("rules", "lint", "rules"),
        ("rules", "test", "rules"),
        ("explain", "house/a", "--rules", "rules"),
    ],
)
@pytest.mark.parametrize("extra", ["", f'"{EVIL}": x\n', f'checks: ["{EVIL}"]\n'])
def test_a_shared_rule_is_cleaned(run: Run, tmp_path: Path, arguments: tuple[str, ...], extra: str) -> None:
    (tmp_path / "rules" / "house").mkdir(parents=True)
    rule = RULE.format(title=f'"{EVIL}"', who=f'"{EVIL}"').replace("one has a code", f'"{EVIL}"') + extra
    (tmp_path / "rules" / "house" / "a.yaml").write_text(rule, "utf-8")
    done = run(*arguments)
    assert done.stdout + done.stderr
    assert not UNCLEAN.search((done.stdout + done.stderr).decode())


def test_only_one_module_prints() -> None:
    """So nothing is printed uncleaned."""
    calls = set()
    for file in (ROOT / "engine" / "exportready").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("echo", "secho") and ast.unparse(node.value) == "click":
                calls.add(file.name)
    assert calls == {"output.py"}


# -- streams


def ended(folder: Path, *arguments: str, out: int | None = None, close: tuple[int, ...] = ()) -> tuple[int, str]:
    closing = "; ".join(f"os.close({number})" for number in close)
    command = [*PROGRAM, *arguments]
    script = f"import os; {closing or 'pass'}; os.execv({command[0]!r}, {command!r})"
    done = subprocess.run(["python3", "-c", script], cwd=folder, stdout=out, stderr=subprocess.PIPE, timeout=120, check=False)  # noqa: S607
    return done.returncode, done.stderr.decode()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("arguments", [(), ("-o", "json"), ("-o", "csv")])
def test_a_full_screen_is_an_error_that_says_so(tmp_path: Path, snapshot: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        code, said = ended(tmp_path, "check", "snapshot", AT, *arguments, out=full.fileno())
    assert (code, "Can't write to the screen" in said, "None" in said) == (2, True, False)


@pytest.mark.skipif(os.name == "nt", reason="closes streams as Unix does")
@pytest.mark.parametrize("close", [(1,), (1, 2), (0, 1, 2)])
def test_closed_streams_do_not_change_the_exit_code_and_receive_no_report(
    tmp_path: Path, snapshot: Path, close: tuple[int, ...]
) -> None:
    code, said = ended(tmp_path, "check", "snapshot", AT, "-o", "console", "-o", "html:a.html", close=close)
    assert (code, said) == (0, said if 2 not in close else "")
    assert (tmp_path / "a.html").read_text("utf-8").rstrip().endswith("</html>")
    assert "failed" not in said


# -- outputs


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("html:a.html", "json:./a.html"),
        ("json:x/../a.json", "csv:a.json"),
        ("html:a.html", "json:link.html"),
        ("csv:A/b", "csv:A//b"),
    ],
)
def test_two_formats_never_share_a_file(run: Run, tmp_path: Path, snapshot: Path, first: str, second: str) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "link.html").symlink_to("a.html")
    done = run("check", "snapshot", AT, "-o", first, "-o", second)
    assert (done.returncode, b"same path" in done.stderr) == (2, True)
    assert not (tmp_path / "a.html").exists()


@pytest.mark.parametrize(
    "target",
    [
        "snapshot/account.yaml",
        "hard.yaml",
        "snapshot/../snapshot/account.yaml",
        "waivers.yaml",
        "earlier.json",
        "exportready.yaml",
    ],
)
def test_no_report_replaces_what_was_read(run: Run, tmp_path: Path, snapshot: Path, target: str) -> None:
    (tmp_path / "hard.yaml").hardlink_to(snapshot / "account.yaml")
    (tmp_path / "waivers.yaml").write_text("waivers: []\n", "utf-8")
    (tmp_path / "exportready.yaml").write_text("failOn: error\n", "utf-8")
    run("check", "snapshot", AT, "-q", "-o", "json:earlier.json")
    before = (tmp_path / target).read_bytes()
    options = ("--waivers", "waivers.yaml", "--earlier", "earlier.json")
    inside = "snapshot/account.yaml" if target == "hard.yaml" else "snapshot"
    done = run("check", inside, AT, "-q", *options, "-o", f"html:{target}")
    assert (done.returncode, target.encode() in done.stderr, (tmp_path / target).read_bytes()) == (2, True, before)


def test_a_report_replaces_one_of_an_earlier_run_also_inside_the_folder(run: Run, tmp_path: Path, snapshot: Path) -> None:
    for name in ("a.html", "a.json", "a.csv", "a.txt", "a.sarif", "a.xml"):
        assert [run("check", "snapshot", AT, "-q", "-o", f"snapshot/{name}").returncode for _ in range(2)] == [0, 0], name


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_a_report_goes_through_a_link_as_a_whole(run: Run, tmp_path: Path, snapshot: Path) -> None:
    (tmp_path / "old.html").write_text("OLD", "utf-8")
    (tmp_path / "a.html").symlink_to("old.html")
    assert run("check", "snapshot", AT, "-q", "-o", "a.html").returncode == 0
    assert (tmp_path / "a.html").is_symlink()
    assert (tmp_path / "old.html").read_bytes().startswith(b"<!")
    (snapshot / "planted.html").symlink_to("../old.html")
    assert run("check", "snapshot", AT, "-q", "-o", "snapshot/planted.html").returncode == 2


# -- settings


@pytest.mark.parametrize("cwd", ["snapshot", "snapshot/servicetitan"])
def test_settings_inside_the_snapshot_are_ignored_with_a_note(tmp_path: Path, cwd: str) -> None:
    snapshot = Path(shutil.copytree(AFTER, tmp_path / "snapshot"))
    (snapshot / "servicetitan").mkdir(exist_ok=True)
    (snapshot / ".git").mkdir()
    (snapshot / "exportready.yaml").write_text('failOn: never\noutputs: ["html:../outside.html"]\n', "utf-8")
    (tmp_path / "exportready.yaml").write_text("audience: engineer\n", "utf-8")
    shown = subprocess.run(
        [*PROGRAM, "check", str(snapshot), "--show-settings"], cwd=tmp_path / cwd, capture_output=True, check=False, timeout=60
    )
    assert b"engineer" in shown.stdout
    assert b"never" not in shown.stdout
    assert b"Ignored" in shown.stderr
    done = subprocess.run(
        [*PROGRAM, "check", str(snapshot), AT], cwd=tmp_path / cwd, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert not (tmp_path / "outside.html").exists()


# -- what is given as a file


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "snapshot", "--waivers", "pipe"),
        ("check", "snapshot", "--baseline", "pipe"),
        ("check", "snapshot", "--config", "pipe"),
        ("check", "snapshot", "--earlier", "pipe"),
        ("check", "snapshot", "--rules", "rules"),
        ("check", "pipe"),
        ("render", "pipe"),
        ("diff", "pipe", "pipe"),
        ("waivers", "check", "pipe"),
        ("rules", "test", "rules"),
        ("audit", "pipe"),
    ],
    ids=" ".join,
)
def test_a_pipe_is_refused_by_name(run: Run, tmp_path: Path, snapshot: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "rules" / "house").mkdir(parents=True)
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "rules" / "house" / "pipe.yaml")
    done = run(*arguments)
    assert (done.returncode, b"pipe" in done.stderr) == (2, True)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero")
@pytest.mark.parametrize("option", ["--waivers", "--baseline", "--config", "--earlier"])
def test_a_device_is_refused(run: Run, snapshot: Path, option: str) -> None:
    done = run("check", "snapshot", AT, option, "/dev/zero")
    assert (done.returncode, b"/dev/zero" in done.stderr) == (2, True)


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31", "1979-12-31T23:59:59Z", "2201-01-01"])
@pytest.mark.parametrize("command", [("check", "snapshot"), ("ask", "snapshot"), ("init", "new")])
def test_a_moment_that_no_export_has_is_a_usage_error(run: Run, snapshot: Path, moment: str, command: tuple[str, ...]) -> None:
    done = run(*command, "--at", moment)
    assert (done.returncode, b"--at" in done.stderr) == (2, True)


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999", "1" * 5000])
@pytest.mark.parametrize("command", [("render", "damaged.json"), ("diff", "damaged.json", "damaged.json")])
def test_a_number_that_is_none_is_a_damaged_result(
    run: Run, tmp_path: Path, snapshot: Path, number: str, command: tuple[str, ...]
) -> None:
    run("check", "snapshot", AT, "-q", "-o", "json:result.json")
    text = (tmp_path / "result.json").read_text("utf-8")
    damaged = re.sub(r'("transactions": )\d+', lambda found: f"{found[1]}{number}", text, count=1)
    assert damaged != text
    (tmp_path / "damaged.json").write_text(damaged, "utf-8")
    done = run(*command)
    assert (done.returncode, b"damaged.json" in done.stderr, b"bug" in done.stderr) == (2, True, False)


# -- the same bytes


@pytest.mark.parametrize("sheet", ["Open Invoices.csv", "Invoices.csv", "Payments.csv"])
def test_a_question_about_columns_is_the_same_under_every_hash_seed(tmp_path: Path, sheet: str) -> None:
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / sheet).write_text(
        ",Type,Date,P. O. #,Terms,Aging\nAlder Cafe,,,,,\n,Invoice,11/02/2026,,Net 30,\n", "utf-8"
    )
    results = set()
    for seed in ("0", "1", "2", "3"):
        command = [*PROGRAM, "check", "snapshot", AT, "--phase", "after-export", "-q", "-o", f"json:result-{seed}.json"]
        subprocess.run(command, cwd=tmp_path, check=False, timeout=60, env={**os.environ, "PYTHONHASHSEED": seed})
        results.add((tmp_path / f"result-{seed}.json").read_bytes())
    (one,) = results
    assert json.loads(one)["sources"] or json.loads(one)["unrecognised"]
