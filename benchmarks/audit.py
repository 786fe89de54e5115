"""Measure how an audit scales: two processes and one, memory and the largest account alone, the second audit and the first.

    python benchmarks/audit.py [--accounts 1000] [--records 5000] [--rounds 1] [--fleet FOLDER] [--write]

All figures are ratios within one run of complete commands with every report. --write saves them in benchmarks/AUDIT.md.
"""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exportready.model.display import format_date

ROOT = Path(__file__).parents[1]
AT = "2026-11-20T18:00:00-07:00"
TABLE = Path(__file__).with_name("AUDIT.md")
PLANTED = ("items/cogs-account", "naming/no-colon", "lists/customer-list-in-default-order")


@dataclass(frozen=True)
class Measured:
    """One command: its seconds, and the peak memory of the largest of its processes."""

    seconds: float
    peak: int


def measured(*words: str | Path) -> Measured:
    """Run `exportready WORDS` to its end; the exit code doesn't matter."""
    command = [sys.executable, "-m", "exportready", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "engine")}
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1, 3, 4), f"{command} ended with {process.returncode}"
    return Measured(seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def fleet(folder: Path, accounts: int, records: int) -> None:
    """Write one with planted defects."""
    share = max(1, accounts // 30)
    plants = [word for rule in PLANTED for word in ("--plant", f"{rule}={share}")]
    words = ["--accounts", str(accounts), "--records", str(records), *plants, "--unreadable", str(max(1, accounts // 200))]
    subprocess.run([sys.executable, ROOT / "examples" / "fleet.py", folder, *words], check=True)


def size(path: Path) -> int:
    """Bytes of an account."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else path.stat().st_size


def rounds(folder: Path, count: int) -> tuple[list[Measured], list[Measured], list[Measured], Measured]:
    """One process, two processes, unchanged with two; and the largest account by itself. The order turns round each time."""
    one, two, again = list[Measured](), list[Measured](), list[Measured]()
    for number in range(count):
        for jobs in (1, 2) if number % 2 == 0 else (2, 1):
            with tempfile.TemporaryDirectory() as out:
                words = (
                    "audit",
                    folder,
                    "--at",
                    AT,
                    "--jobs",
                    str(jobs),
                    "--history",
                    Path(out, "history.sqlite3"),
                    "--no-progress",
                )
                written = ("-o", f"html:{out}/audit.html", "-o", f"json:{out}/audit.json", "-o", f"csv:{out}/audit.csv")
                (one if jobs == 1 else two).append(measured(*words, *written))
                if jobs == 2:
                    again.append(measured(*words, *written))
    largest = max((path for path in folder.iterdir() if not path.name.startswith(".")), key=size)
    with tempfile.TemporaryDirectory() as out:
        alone = measured("check", largest, "--at", AT, "--no-progress", "-q", "-o", f"html:{out}/report.html")
    return one, two, again, alone


def table(
    accounts: int, records: int, count: int, results: tuple[list[Measured], list[Measured], list[Measured], Measured]
) -> str:
    """Return the figures as Markdown, each with its target."""
    one, two, again, alone = results
    seconds = [statistics.median(run.seconds for run in runs) for runs in (one, two, again)]
    peak = max(run.peak for run in (*one, *two))
    rows = [
        ("Two processes compared with one: speed", f"{seconds[0] / seconds[1]:.2f}", "at least 1.7"),
        (
            "Memory of the largest process compared with `check` of the largest account",
            f"{peak / alone.peak:.2f}",
            "at most 1.3",
        ),
        (
            "The second audit, with nothing changed, compared with the first (two processes)",
            f"{seconds[2] / seconds[1]:.3f}",
            "below 0.1",
        ),
    ]
    lines = "".join(f"| {what} | {ratio} | {goal} |\n" for what, ratio, goal in rows)
    return (
        f"# The audit, measured\n\n`python benchmarks/audit.py --accounts {accounts} --records {records} --rounds {count}` on "
        f"{format_date(datetime.now(UTC).date())}: Python {platform.python_version()}, {os.cpu_count()} cores.\n"
        f"Complete commands, including every account's own report, the page, JSON and CSV.\n\n"
        f"| | ratio | target |\n|---|---|---|\n{lines}\n"
        f"Seconds, for the order of magnitude only: {seconds[0]:.0f} with one process, {seconds[1]:.0f} with two, {seconds[2]:.1f} "
        f"unchanged.\nThe largest process used {peak / 2**20:.0f} MB, the largest account alone {alone.peak / 2**20:.0f} MB.\n"
    )


def main() -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description="Measure the audit.")
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--fleet", type=Path, help="a folder that is kept, and used again (default: one for this run)")
    parser.add_argument("--write", action="store_true", help="put the figures into benchmarks/AUDIT.md")
    options = parser.parse_args()
    compileall.compile_dir(ROOT / "engine", quiet=1)  # as an installation does; what it is compared with comes compiled too
    with tempfile.TemporaryDirectory() as made:
        folder: Path = options.fleet or Path(made, "fleet")
        if not folder.is_dir():
            fleet(folder, options.accounts, options.records)
        accounts = sum(1 for _ in folder.iterdir())
        told = table(accounts, options.records, options.rounds, rounds(folder, options.rounds))
    print(told)
    if options.write:
        TABLE.write_text(told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
