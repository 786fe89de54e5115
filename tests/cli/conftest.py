"""The installed command, run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = Path(sys.executable).with_name("exportready.exe" if os.name == "nt" else "exportready")
COMMAND = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "exportready"]
"""As `make test` installs it; where nobody did, the module, which is the same program."""


@pytest.fixture
def program() -> list[str]:
    """The words that start the program."""
    return COMMAND


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run `exportready ARGUMENTS` in a folder of its own, with `replies` piped in; a traceback is always a failure."""

    def command(*arguments: str | Path, replies: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
        dropped = ("NO_COLOR", "FORCE_COLOR", "EXPORTREADY_DEBUG", "COLUMNS")
        env = {name: value for name, value in os.environ.items() if name not in dropped}
        env |= {"PYTHONPATH": str(ROOT / "engine"), "PYTHONIOENCODING": "utf-8", **environment}
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            capture_output=True,
            input=replies.encode(),
            env=env,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        assert b"Traceback" not in done.stdout + done.stderr
        assert b"ExportReady itself failed" not in done.stderr
        return done

    return command
