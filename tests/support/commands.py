"""Run `exportready`: in this process, which is quick, or in a process of its own, as a user runs it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pytest

from exportready.cli import main

ROOT = Path(__file__).parents[2]
SCRIPT = Path(sys.executable).with_name("exportready.exe" if os.name == "nt" else "exportready")
PROGRAM = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "exportready"]
"""The installed command, as `make test` installs it; where it isn't installed, the module, which is the same program."""
DROPPED = ("NO_COLOR", "FORCE_COLOR", "EXPORTREADY_DEBUG", "COLUMNS")
"""Variables of whoever runs the tests that change what is printed."""

Done = subprocess.CompletedProcess[bytes]


class Run(Protocol):
    """Runs `exportready ARGUMENTS` with `replies` piped in and variables set; a traceback always fails the test."""

    def __call__(self, *arguments: str | Path, replies: str = "", **environment: str) -> Done:
        """Return the exit code and what went to both streams."""


def run_in_process(arguments: Sequence[str | Path], folder: Path, replies: str = "", **environment: str) -> Done:
    """Call the command line in this process, with streams, a working folder and variables of its own."""
    words = list(map(str, arguments))
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        for name in DROPPED:
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(replies.encode()), "utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "__stdout__", out)  # whose width decides where lines break
        patch.setattr(sys, "stderr", err)
        try:
            code = main(words)
        except SystemExit as leave:  # how the completion of a shell ends
            code = leave.code if isinstance(leave.code, int) else 0
    return checked(Done(["exportready", *words], code, written(out), written(err)))


def written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    held = stream.detach()
    assert isinstance(held, io.BytesIO)
    return held.getvalue()


def run_process(arguments: Sequence[str | Path], folder: Path, replies: str = "", **environment: str) -> Done:
    """Run the installed command in a process of its own."""
    env = {name: value for name, value in os.environ.items() if name not in DROPPED}
    env |= {"PYTHONPATH": str(ROOT / "engine"), "PYTHONIOENCODING": "utf-8", **environment}
    command = [*PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, input=replies.encode(), env=env, cwd=folder, timeout=120, check=False)
    return checked(done)


def checked(done: Done) -> Done:
    """The same, after making sure that the program didn't fail by itself."""
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"ExportReady itself failed" not in done.stderr
    return done


def as_text(done: Done) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
