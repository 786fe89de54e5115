"""`-o`: FORMAT, FORMAT:PATH, or a PATH whose extension names the format."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from exportready.cli.options import AUDIT_FORMATS, FORMATS
from exportready.cli.outputs import target_of, targets
from exportready.reporters.audit import REPORTERS

Run = Callable[..., subprocess.CompletedProcess[bytes]]
READY = Path(__file__).parents[2] / "examples" / "ready"
AT = "--at=2026-11-20T18:00:00-07:00"


@pytest.mark.parametrize(
    ("output", "meant"),
    [
        ("november.html", ("html", "november.html")),
        ("out/november.MD", ("markdown", "out/november.MD")),
        ("rows.csv", ("csv", "rows.csv")),
        ("result.json", ("json", "result.json")),
        ("out.sarif", ("sarif", "out.sarif")),
        ("out.sarif.json", ("sarif", "out.sarif.json")),
        ("tests.xml", ("junit", "tests.xml")),
        ("2026.11.20.txt", ("console", "2026.11.20.txt")),
        (r"C:\reports\november.html", ("html", r"C:\reports\november.html")),
        ("html:november.txt", ("html", "november.txt")),
        ("work-list:apply.csv", ("work-list", "apply.csv")),
        (r"html:C:\reports\x.html", ("html", r"C:\reports\x.html")),
        ("json", ("json", None)),
        ("json:-", ("json", None)),
    ],
)
def test_a_path_alone_names_its_format(output: str, meant: tuple[str, str | None]) -> None:
    assert target_of(output) == meant


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("htlm", "'htlm' is not a format. Use one of console, html"),
        ("htlm:november.html", "'htlm' is not a format. Use one of console, html"),
        ("november.pdf", "Use FORMAT:november.pdf with one of console, html"),
        ("november.", "is not a format"),
        (".html", "is not a format"),
        ("", "is not a format"),
    ],
)
def test_what_names_no_format_is_refused_with_how_to_write_it(output: str, said: str) -> None:
    with pytest.raises(click.UsageError, match=said.replace(".", r"\.")):
        target_of(output)


def test_an_audit_takes_only_its_own_formats() -> None:
    assert targets(["audit.html", "audit.csv"], False, AUDIT_FORMATS) == [("html", "audit.html"), ("csv", "audit.csv")]
    with pytest.raises(click.UsageError, match=r"Use FORMAT:audit\.sarif with one of console, csv"):
        targets(["audit.sarif"], False, AUDIT_FORMATS)


def test_the_formats_are_those_that_are_written() -> None:
    assert tuple(REPORTERS) == AUDIT_FORMATS
    assert set(FORMATS) > set(AUDIT_FORMATS) - {"mail-merge"}


def test_paths_alone_are_written_and_collide_like_others(run: Run, tmp_path: Path) -> None:
    done = run("check", READY, AT, "-o", "november.html", "-o", "november.json", "-o", "november.txt")
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / "november.html").read_bytes().startswith(b"<!")
    assert json.loads((tmp_path / "november.json").read_bytes())["format"] == "exportready/result@1"
    assert (tmp_path / "november.txt").read_text("utf-8").startswith("Ready to export")
    again = run("render", "november.json", "-o", "again.html")
    assert (again.returncode, (tmp_path / "again.html").read_bytes()) == (0, (tmp_path / "november.html").read_bytes())
    twice = run("check", READY, AT, "-o", "x.csv", "-o", "work-list:x.csv")
    assert (twice.returncode, b"Two formats have the same path" in twice.stderr) == (2, True)


@pytest.mark.skipif(os.name == "nt", reason="a terminal is made with pty")
def test_a_page_goes_to_no_terminal(program: list[str], tmp_path: Path) -> None:
    import pty

    def on_a_terminal(*words: str | Path) -> tuple[int, bytes]:
        parent, child = pty.openpty()
        done = subprocess.run(
            [*program, *map(str, words)], stdout=child, stderr=subprocess.PIPE, cwd=tmp_path, check=False, timeout=60
        )
        os.close(child)
        os.close(parent)
        return done.returncode, done.stderr

    code, told = on_a_terminal("check", READY, AT, "-o", "html")
    assert (code, b"Give it a path, such as -o html:report.html" in told) == (2, True)
    code, told = on_a_terminal("audit", READY.parent, AT, "-o", "html", "--no-reports")
    assert (code, b"-o html:report.html" in told) == (2, True)
    assert on_a_terminal("check", READY, AT, "-q", "-o", "markdown")[0] == 0


def test_a_page_goes_through_a_pipe(run: Run) -> None:
    assert run("check", READY, AT, "-o", "html").stdout.startswith(b"<!")


def test_json_is_given_by_every_listing(run: Run, tmp_path: Path) -> None:
    def of(*words: str | Path) -> dict[str, object]:
        done = run(*words)
        assert done.returncode in (0, 1), done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found

    listed = of("rules", "list", "--json")
    rules = listed["rules"]
    assert isinstance(rules, list)
    lines = run("rules", "list").stdout.decode().splitlines()
    assert [line.split()[:3] for line in lines] == [[one["id"], one["severity"], one["phase"]] for one in rules]
    result = json.loads(run("check", READY, AT, "-o", "json").stdout)
    assert listed["digest"] == result["rulebook"]["digest"]
    digests = {one["id"]: (one["digest"], one["grade"], one["area"], one["source"]["document"]) for one in rules}
    for one in result["rules"]:
        assert digests[one["id"]] == (one["digest"], one["grade"], one["area"], one["source"]["document"])
    kinds = of("rules", "kinds", "servicetitan.bill", "--json")["kinds"]
    assert isinstance(kinds, list)
    assert kinds[0]["key"] == ["vendor.name", "referenceNumber"]
    assert of("rules", "lint", "--json") == {"format": "exportready/lint@1", "remarks": []}
    (tmp_path / "waivers.yaml").write_text(
        "waivers: [{rule: nobody/nothing, owner: a, reason: b, expires: 2030-01-01}]", encoding="utf-8"
    )
    remarks = of("waivers", "check", "waivers.yaml", "--json")["remarks"]
    assert isinstance(remarks, list)
    assert [(one["line"], one["what"], one["rule"]) for one in remarks] == [(1, "unknown rule", "nobody/nothing")]


def test_why_gives_its_key_issues_as_the_result_has_them(run: Run) -> None:
    folder = READY.parent / "not-ready"
    issues = json.loads(run("check", folder, AT, "-o", "json").stdout)["key_issues"]
    assert json.loads(run("why", folder, AT, "--json").stdout)["key_issues"] == issues
    assert json.loads(run("why", folder, "2", AT, "--json").stdout)["key_issues"] == [issues[1]]
