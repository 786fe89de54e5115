"""Every audit that the documentation shows runs as it is written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from .conftest import Run, write_account

PAGE = Path(__file__).parents[2] / "docs" / "csm" / "audit.md"
LINES = re.findall(r"^    exportready (audit .+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("line", [line for line in LINES if "--cluster" not in line and "--resume" not in line])
def test_documented_audit_runs(run: Run, tmp_path: Path, line: str) -> None:
    for folder, name in (("accounts", "northwind"), ("accounts", "southgate"), ("west", "eastbrook"), ("east", "westbrook")):
        write_account(tmp_path / folder, name, 1)
    (tmp_path / "elsewhere").mkdir()
    write_account(tmp_path / "elsewhere", "hillside")
    (tmp_path / "accounts.txt").write_text("# by itself\nelsewhere/hillside\tteam-a\twest\n", encoding="utf-8")
    (tmp_path / "accounts.csv").write_text(
        "path,owner,tags\naccounts/northwind,team-a,west; inventory\naccounts/southgate,team-b,\n", encoding="utf-8"
    )
    _, *arguments = shlex.split(line)
    done = run(*arguments)
    assert done.returncode in (1, 4), done.stderr
    for output in re.findall(r"(?:html|csv|json|markdown|mail-merge):(\S+)", line):
        assert (tmp_path / output).stat().st_size > 0
    for folder in re.findall(r"--by-owner (\S+)", line):
        assert (tmp_path / folder / "team-a-messages.csv").is_file()


def test_the_rest_is_run_elsewhere() -> None:
    """A cluster is started in test_cluster.py, an interrupted audit in test_audit.py."""
    assert len(LINES) > 8
    assert [line for line in LINES if "--cluster" in line or "--resume" in line]
