"""Completion in the shell: what is offered, and a real shell that asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]
BASH = shutil.which("bash") or ""


def offered(run_installed: Run, line: str) -> list[str]:
    """What is offered for the last word of a line."""
    done = run_installed(COMP_WORDS=line, COMP_CWORD=str(line.count(" ")), _EXPORTREADY_COMPLETE="bash_complete")
    assert done.stderr == b""
    return [text.partition(",")[2] for text in done.stdout.decode().splitlines() if text]


def test_commands_options_and_choices_are_offered(run_installed: Run) -> None:
    assert offered(run_installed, "exportready re") == ["render"]
    assert offered(run_installed, "exportready rules l") == ["lint", "list"]
    assert "--strict-baseline" in offered(run_installed, "exportready check --strict")
    assert offered(run_installed, "exportready check x --audience ") == ["office", "csm", "engineer"]
    assert "result" in offered(run_installed, "exportready schema ")


def test_rules_and_areas_are_offered(run_installed: Run, tmp_path: Path) -> None:
    assert offered(run_installed, "exportready check x --select tax") == [
        "tax",
        "tax/exempt-not-taxed",
        "tax/rates-agree",
        "tax/sales-tax-calculated-in-quickbooks",
        "tax/taxable-flag-agrees",
        "tax/zone-mapped",
        "tax/zone-on-taxed-invoice",
    ]
    assert offered(run_installed, "exportready audit x --ignore naming/le") == ["naming/lengths"]
    assert offered(run_installed, "exportready explain items/cogs") == [
        "items/cogs-account",
        "items/cogs-account-in-quickbooks",
    ]
    run_installed("rules", "new", "house/own", "--in", "mine")
    assert offered(run_installed, "exportready check x --rules mine --select ") == ["house", "house/own"]
    (tmp_path / "mine" / "house" / "own.yaml").write_text("{", encoding="utf-8")
    assert offered(run_installed, "exportready check x --rules mine --select ") == []


def test_formats_are_offered(run_installed: Run) -> None:
    assert offered(run_installed, "exportready check x -o j") == ["json", "junit"]
    assert offered(run_installed, "exportready audit x -o m") == ["mail-merge", "markdown"]
    assert offered(run_installed, "exportready diff x y -o ") == ["console", "json", "markdown"]


def test_a_broken_file_of_settings_keeps_nobody_from_typing(run_installed: Run, tmp_path: Path) -> None:
    (tmp_path / "exportready.yaml").write_text("{", encoding="utf-8")
    assert offered(run_installed, "exportready check x --audience o") == ["office"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(run_installed: Run, shell: str) -> None:
    done = run_installed(_EXPORTREADY_COMPLETE=f"{shell}_source")
    assert done.returncode == 0
    assert b"_EXPORTREADY_COMPLETE" in done.stdout
    assert f"{shell}_complete".encode() in done.stdout


@pytest.mark.skipif(not BASH or os.name == "nt", reason="bash is not installed here")
def test_bash_completes(program: list[str], tmp_path: Path) -> None:
    if len(program) != 1:
        pytest.skip("the command is not installed")
    script = f"""
set -eu
export PATH="{Path(program[0]).parent}:$PATH"
eval "$(_EXPORTREADY_COMPLETE=bash_source exportready)"
COMP_WORDS=(exportready check x --select item) COMP_CWORD=4
_exportready_completion exportready
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run([BASH, "-c", script], capture_output=True, cwd=tmp_path, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["items", "items/accounts-agree"]
