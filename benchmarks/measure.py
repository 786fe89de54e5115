"""Runs commands in turns, each in its own process, and measures seconds, CPU seconds and peak memory."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "engine"), str(ROOT)])}
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Of the peak memory that the system tells."""


@dataclass(frozen=True)
class Command:
    """What is run, and which ends are well."""

    words: Sequence[str]
    well: Sequence[int] = (0,)
    seconds: float = 7200
    """It is stopped after so long."""
    memory: int = 0
    """It is stopped when it holds more bytes than that; 0: never."""
    folder: Path = ROOT


@dataclass(frozen=True)
class Run:
    """One run of a command."""

    seconds: float
    cpu: float
    peak: int
    """Bytes that the largest of its processes held."""
    output: str = ""
    failed: str = ""
    """Why it did not come to a good end."""

    def plain(self) -> list[float]:
        """As it is stored."""
        return [round(self.seconds, 4), round(self.cpu, 4), self.peak]


def python(*words: str | Path) -> tuple[str, ...]:
    """A command of this Python."""
    return (sys.executable, *map(str, words))


def exportready(*words: str | Path, **limits: float) -> Command:
    """A command of the program; whatever it finds is well."""
    return Command(python("-m", "exportready", *words), (0, 1, 3, 4), **limits)  # type: ignore[arg-type]


def check(folder: Path, at: str, *words: str | Path) -> Command:
    """The check of a snapshot, without anything on the screen."""
    return exportready("check", folder, "--at", at, "--no-progress", "-q", *words)


def run(command: Command) -> Run:
    """Run a command to its end, or to its limits. What it wrote comes back, and why it failed if it did."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        try:
            process = subprocess.Popen(
                command.words, env=ENVIRONMENT, cwd=command.folder, stdout=out, stderr=errors, start_new_session=True
            )
        except FileNotFoundError:
            return Run(0, 0, 0, failed=f"could not be run: {command.words[0]} is not installed")
        watch = _Watch(process.pid, command)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        watch.done.set()
        watch.thread.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        told = errors.read().decode(errors="replace").strip().splitlines()
        failed = watch.why
        if not failed and process.returncode not in command.well:
            failed = f"ended with {process.returncode}" + (f": {told[-1][:200]}" if told else "")
        return Run(seconds, used.ru_utime, used.ru_maxrss * _UNIT, out.read().decode(errors="replace"), failed)


@dataclass
class _Watch:
    """Stops a process that goes beyond its limits. It looks seldom, so that looking costs nothing."""

    process: int
    command: Command
    why: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        until = time.monotonic() + self.command.seconds
        while not self.done.wait(0.25):
            if time.monotonic() > until:
                self.why = f"did not finish within {self.command.seconds:.0f} seconds"
            elif self.command.memory and _held(self.process) > self.command.memory:
                self.why = f"did not finish within {self.command.memory / 2**30:.0f} GB of memory"
            if self.why:
                os.killpg(self.process, signal.SIGKILL)
                return


def _held(process: int) -> int:
    """Bytes of memory that a process holds now; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def in_turns(commands: Mapping[str, Command], rounds: int) -> dict[str, list[Run]]:
    """Run all commands `rounds` times, ABC, CBA, ABC, so that disturbances affect all of them in the same way.

    A command that fails is not run again.
    """
    found: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds):
        for name in list(commands)[:: -1 if number % 2 else 1]:
            if any(one.failed for one in found[name]):
                continue
            one = run(commands[name])
            found[name].append(one)
            print(f"  {name}: {one.failed or f'{one.seconds:.2f} s, {one.peak / 2**20:.0f} MB'}", file=sys.stderr, flush=True)
    return found


def ratio(runs: Sequence[Sequence[float]], others: Sequence[Sequence[float]], what: int = 0) -> float:
    """The median of the ratios of each round: of seconds (0), of CPU seconds (1) or of peak memory (2)."""
    return statistics.median(one[what] / other[what] for one, other in zip(runs, others, strict=False))


def median(runs: Sequence[Sequence[float]], what: int = 0) -> float:
    """The median of the seconds (0), of the CPU seconds (1) or of the peak memory (2) of all runs."""
    return statistics.median(one[what] for one in runs)
