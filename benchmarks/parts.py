"""What every part of the measuring is given: where the snapshots are, and how often to measure."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Command, Run, check, python, run

Json = dict[str, Any]
AT = "2026-11-20T18:00:00-07:00"
"""The moment at which the answers of every snapshot and of the example are fresh."""
SIZES = {"small": 5_000, "large": 200_000, "very-large": 2_000_000}
"""Records of an account."""
PHASES = {
    "items/cogs-account": "before-export",
    "naming/lengths": "before-export",
    "export/everything-arrived": "after-export",
}
"""The rules of which a plain evaluation exists (reference.py), and when each is judged."""


@dataclass(frozen=True)
class Work:
    """A folder for the snapshots and for what the commands write, and how often each command is run."""

    folder: Path
    rounds: int
    sizes: Sequence[str]

    def snapshot(self, records: int, share: float = 0.001) -> tuple[Path, Json]:
        """Return a snapshot with `records` records and its content. It is written once, in a separate process."""
        name = f"{records}" if share == 0.001 else f"{records}-{share}"
        folder, told = self.folder / name, self.folder / f"{name}.json"
        if not told.is_file():
            words = ("-m", "benchmarks.snapshots", folder, "--records", str(records), "--share", str(share))
            written = run(Command(python(*words)))
            assert not written.failed, written.failed
            told.write_text(written.output, encoding="utf-8")
        found: Json = json.loads(told.read_text("utf-8"))
        return folder, found

    def report(self, name: str) -> Path:
        """Where a command may write its report."""
        return self.folder / f"{name}.out"


def plain(runs: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    """Runs as they are stored: a list of figures, or why there are none."""
    return {
        name: next((one.failed for one in some if one.failed), [one.plain() for one in some]) for name, some in runs.items()
    }


def found_by(work: Work, folder: Path, rules: Sequence[str]) -> dict[str, list[str]]:
    """What the program finds by these rules: rule -> keys, sorted."""
    found: dict[str, list[str]] = {}
    for phase in sorted({PHASES[rule] for rule in rules}):
        result = work.report("findings")
        done = run(check(folder, AT, "--phase", phase, "-o", f"json:{result}"))
        assert not done.failed, done.failed
        for rule in json.loads(result.read_text("utf-8"))["rules"]:
            if rule["id"] in rules and PHASES[rule["id"]] == phase:
                found[rule["id"]] = sorted(finding["subject"]["key"] for finding in rule["findings"])
    return found


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)
