"""`render` makes any format from a stored result, with the bytes of the run; `--audience` and `--earlier` on the way."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from exportready.cli.check import check
from exportready.cli.config import AUDIENCES
from exportready.reporters import words

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = ("--at", "2026-11-20T18:00:00-07:00", "--no-progress", "-q")
SUFFIXES = {
    "console": "txt", "html": "html", "markdown": "md", "csv": "csv", "work-list": "list.csv", "github": "github", "gitlab": "gl.json",
    "sarif": "sarif", "junit": "xml",
}  # fmt: skip
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.mark.parametrize("example", ["not-ready", "after-export"])
@pytest.mark.parametrize("audience", ["office", "engineer"])
def test_the_bytes_are_those_of_the_run(run: Run, tmp_path: Path, example: str, audience: str) -> None:
    shutil.copytree(EXAMPLES / example, tmp_path / "snapshot")
    first = [part for name, suffix in SUFFIXES.items() for part in ("-o", f"{name}:run.{suffix}")]
    again = [part for name, suffix in SUFFIXES.items() for part in ("-o", f"{name}:again.{suffix}")]
    run("check", "snapshot", *AT, "--audience", audience, "-o", "json:result.json", *first)
    done = run("render", "result.json", "-q", "--audience", audience, "-o", "json:again.json", *again)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "result.json").read_bytes()
    for suffix in SUFFIXES.values():
        assert (tmp_path / f"again.{suffix}").read_bytes() == (tmp_path / f"run.{suffix}").read_bytes(), suffix


def test_the_console_is_the_default(run: Run, tmp_path: Path) -> None:
    run("check", EXAMPLES / "ready", *AT, "-o", "json:result.json")
    assert run("render", "result.json").stdout.startswith(b"Ready to export - ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, b"Can't open result.json"),
        ("{", b"is not valid JSON"),
        ("[]", b"this is not a result of check"),
        ('{"format": "exportready/result@1"}', b"is damaged"),
    ],
)
def test_what_is_no_result_ends_with_2_and_a_remedy(run: Run, tmp_path: Path, text: str | None, said: bytes) -> None:
    if text is not None:
        (tmp_path / "result.json").write_text(text, encoding="utf-8")
    done = run("render", "result.json", "-o", "html:page.html")
    assert done.returncode == 2
    assert said in done.stderr
    assert b"-o json:RESULT.json" in done.stderr
    assert not (tmp_path / "page.html").exists()


def test_earlier_says_what_changed(run: Run, tmp_path: Path) -> None:
    old = json.loads(run("check", EXAMPLES / "not-ready", *AT, "-o", "json").stdout)
    gone = next(one for one in old["rules"] if one["id"] == "items/cogs-account")["findings"].pop()
    (tmp_path / "old.json").write_text(json.dumps(old), encoding="utf-8")
    told = (
        "--earlier",
        "old.json",
        "--audience",
        "csm",
        "-o",
        "json:new.json",
        "-o",
        "console:new.txt",
        "-o",
        "html:new.html",
    )
    run("check", EXAMPLES / "not-ready", *AT, *told)
    changes = json.loads((tmp_path / "new.json").read_bytes())["changes"]
    assert [one["fingerprint"] for one in changes["added"]] == [gone["fingerprint"]]
    assert (changes["verdict"], changes["fixed"]) == ("not_ready", [])
    assert "New (1)" in (tmp_path / "new.txt").read_text("utf-8")
    again = run("render", "new.json", "--audience", "csm", "-o", "html")
    assert again.stdout == (tmp_path / "new.html").read_bytes()
    (tmp_path / "other.json").write_text(
        json.dumps({**old, "account": {**old["account"], "name": "Zimmer"}}), encoding="utf-8"
    )
    other = run("check", EXAMPLES / "not-ready", *AT, "--earlier", "other.json")
    assert (other.returncode, b"another account (Zimmer" in other.stderr) == (2, True)
    bad = run("check", EXAMPLES / "not-ready", *AT, "--earlier", "nowhere.json")
    assert bad.returncode == 2
    assert b"Can't open nowhere.json" in bad.stderr


def test_the_audience_comes_from_flag_environment_or_settings(run: Run, tmp_path: Path) -> None:
    run("check", EXAMPLES / "ready", *AT, "-o", "json:result.json")

    def first(*words: str, **environment: str) -> bytes:
        done = run("check", EXAMPLES / "ready", *AT, "-o", "html", *words, **environment)
        return next(line for line in done.stdout.splitlines() if b" checked>" in line)

    assert b"view-office" in first()
    (tmp_path / "exportready.yaml").write_text("audience: csm\n", encoding="utf-8")
    assert b"view-csm" in first()
    page = run("check", EXAMPLES / "ready", *AT, "-o", "html").stdout
    assert run("render", "result.json", "-o", "html").stdout == page, "render follows the same settings"
    assert b"view-engineer" in first(EXPORTREADY_CHECK_AUDIENCE="engineer")
    assert b"view-office" in first("--audience", "office", EXPORTREADY_CHECK_AUDIENCE="engineer")
    shown = run("check", EXAMPLES / "ready", "--show-settings").stdout
    assert b"audience" in shown
    assert b"exportready.yaml:1" in shown
    (tmp_path / "exportready.yaml").write_text("audience: boss\n", encoding="utf-8")
    wrong = run("check", EXAMPLES / "ready", *AT)
    assert wrong.returncode == 2
    assert b"office, csm" in wrong.stderr or b"engineer" in wrong.stderr


def test_csv_has_a_row_for_each_problem_and_is_no_evidence(run: Run, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "after-export", tmp_path / "snapshot")
    outputs = ("-o", "csv:snapshot/problems.csv", "-o", "work-list:snapshot/apply.csv", "-o", "markdown:snapshot/report.md")
    run("check", "snapshot", *AT, *outputs, "-o", "json:first.json")
    run("check", "snapshot", *AT, "-o", "json:second.json")
    first = json.loads((tmp_path / "first.json").read_bytes())
    assert json.loads((tmp_path / "second.json").read_bytes()) == first, "our own reports are passed over"
    rows = list(csv.DictReader((tmp_path / "snapshot" / "problems.csv").read_text("utf-8-sig").splitlines()))
    assert [row["Fingerprint"] for row in rows] == [one["fingerprint"] for rule in first["rules"] for one in rule["findings"]]


def test_what_was_left_out_is_neither_fine_nor_another_rule(run: Run, tmp_path: Path) -> None:
    run("check", EXAMPLES / "not-ready", *AT, "-o", "json:old.json")
    some = ("--select", "items/cogs-account", "--earlier", "old.json", "--audience", "csm")
    told = run("check", EXAMPLES / "ready", *AT, *some, "-o", "markdown").stdout.decode()
    assert "No longer checked (" in told
    assert "Only the rule changed" not in told
    assert "1042 (11-20 plumbing): No problems in the checks that ran" in told
    assert "were left out" in told
    assert "You don't need to do anything" not in told
    page = run("check", EXAMPLES / "ready", *AT, *some, "-o", "html").stdout.decode()
    assert 'class="band fine"' not in page
    assert '<rect class="fine" width="100.00"' not in page, "what was left out is not decided"


def test_an_earlier_result_without_a_moment_is_told_as_damaged(run: Run, tmp_path: Path) -> None:
    stated = json.loads(run("check", EXAMPLES / "ready", *AT, "-o", "json").stdout)
    for moment in ("2026-11-20T18:00:00", "0001-01-01T00:00:00+00:00", "yesterday"):
        (tmp_path / "old.json").write_text(json.dumps({**stated, "checked_at": moment}), encoding="utf-8")
        done = run("check", EXAMPLES / "ready", *AT, "--earlier", "old.json")
        assert done.returncode == 2
        assert b"is damaged" in done.stderr


def test_the_audiences_have_one_name_everywhere() -> None:
    assert tuple(words.VIEWS) == AUDIENCES
    (option,) = (one for one in check.params if one.name == "audience")
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == AUDIENCES


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("account", "time_zone"), "Mars/X"),
        (("account", "name"), 5),
        (("checked_at",), "2026-11-20T18:00:00"),
        (("checked_at",), "0001-01-01T00:00:00+00:00"),
        (("waits", "amount"), "NaN"),
        (("waits", "amount"), "1e999999"),
        (("verdict",), "ready"),
        (("rules",), []),
        (("account", "phase"), "later"),
    ],
)
def test_a_result_that_somebody_changed_is_told_as_such(
    run: Run, tmp_path: Path, path: tuple[str, ...], value: object
) -> None:
    stated = json.loads(run("check", EXAMPLES / "not-ready", *AT, "-o", "json").stdout)
    within = stated
    for name in path[:-1]:
        within = within[name]
    within[path[-1]] = value
    (tmp_path / "changed.json").write_text(json.dumps(stated), encoding="utf-8")
    done = run("render", "changed.json", "-o", "html:page.html")
    assert done.returncode == 2
    assert b"-o json:" in done.stderr
    assert not (tmp_path / "page.html").exists()
