"""The command, run in this process or, where the process itself matters, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import PROGRAM, Done, Run, run_in_process, run_process


@pytest.fixture
def program() -> list[str]:
    """The words that start the program."""
    return PROGRAM


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `exportready ARGUMENTS` in a folder of its own, in this process."""

    def command(*arguments: str | Path, replies: str = "", **environment: str) -> Done:
        return run_in_process(arguments, tmp_path, replies, **environment)

    return command


@pytest.fixture
def run_installed(tmp_path: Path) -> Run:
    """The same in a process of its own: for exit codes, and for what only a process has."""

    def command(*arguments: str | Path, replies: str = "", **environment: str) -> Done:
        return run_process(arguments, tmp_path, replies, **environment)

    return command
