"""Measure everything, or some of it, and rewrite RESULTS.md.

    python -m benchmarks.run [--only floors,peers,startup,growth,shapes] [--sizes small,large,very-large] [--rounds 5] [--keep FOLDER]

results.json has the measurements by part, so one part, or one size of it, can be measured again without the others.
The text in RESULTS.md after the line "<!-- notes -->" is kept.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks import growth, peering, report, shapes, startup, whole
from benchmarks.parts import SIZES, Json, Work

HERE = Path(__file__).parent
RESULTS, STORED = HERE / "RESULTS.md", HERE / "results.json"
PACKAGE = HERE / "peers" / "package.json"
NOTES = "<!-- notes -->"

PARTS: dict[str, Callable[[Work], Json]] = {
    "floors": whole.measure,
    "peers": peering.measure,
    "startup": startup.measure,
    "growth": growth.measure,
    "shapes": shapes.measure,
}
BY_SIZE = frozenset({"floors", "peers"})
"""Parts whose sizes are kept one by one."""
LIBRARIES = {
    "floors": ("lxml", "orjson"),
    "peers": ("durable-rules", "clipspy", "pandera", "polars", "regopy", "great-expectations"),
    "startup": ("click", "lxml", "jinja2", "pyyaml", "durable-rules"),
    "growth": (),
    "shapes": (),
}


def versions(part: str) -> str:
    """What was measured with."""
    found = [f"ExportReady {version('exportready')}", f"Python {platform.python_version()}"]
    for name in LIBRARIES[part]:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    if part == "peers" and shutil.which("node"):
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607
        found.append(
            f"json-rules-engine {json.loads(PACKAGE.read_text('utf-8'))['dependencies']['json-rules-engine']} on Node {node}"
        )
    return ", ".join(found)


def stored(path: Path = STORED) -> Json:
    """What was measured before."""
    found: Json = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def with_part(results: Json, name: str, found: Json, rounds: int) -> Json:
    """Return the results with one part replaced. In a part by size, sizes that were not measured now are kept."""
    today = str(datetime.now(UTC).date())
    if name in BY_SIZE:
        old = results[name]["found"] if name in results else {}
        new = {size: {**one, "date": today, "rounds": rounds} for size, one in found.items()}
        found = {size: new.get(size, old.get(size)) for size in SIZES if size in new or size in old}
    about = {
        "date": today,
        "rounds": rounds,
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "versions": versions(name),
        "found": found,
    }
    merged = {**results, name: about}
    return {part: merged[part] for part in PARTS if part in merged}


def write(results: Json) -> None:
    """Store the results, and write the file that people read."""
    STORED.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    before = RESULTS.read_text("utf-8") if RESULTS.is_file() else ""
    _, mark, notes = before.partition(NOTES)
    RESULTS.write_text(report.text(results, mark + notes), encoding="utf-8")


def _some(text: str, known: Sequence[str]) -> list[str]:
    wanted = text.split(",")
    unknown = [one for one in wanted if one not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(known)}")
    return [one for one in known if one in wanted]


def main(words: Sequence[str] | None = None) -> int:
    """Measure, store, tell."""
    parser = argparse.ArgumentParser(description="Measure the program's speed and size.")
    parser.add_argument("--only", type=lambda text: _some(text, tuple(PARTS)), default=list(PARTS), help=",".join(PARTS))
    parser.add_argument("--sizes", type=lambda text: _some(text, tuple(SIZES)), default=list(SIZES), help=",".join(SIZES))
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the snapshots there, and use them again")
    options = parser.parse_args(words)
    compileall.compile_dir(
        HERE.parent / "engine", quiet=1
    )  # as an installation does; what it is compared with comes compiled too
    with tempfile.TemporaryDirectory() as made:
        folder: Path = (options.keep or Path(made)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for name in options.only:
            found = PARTS[name](Work(folder, options.rounds, options.sizes))
            write(with_part(stored(), name, found, options.rounds))
    rows = report.goals(stored())
    for row in rows:
        if row.reached is not None:
            print(f"{'reached    ' if row.reached else 'NOT REACHED'}  {row.what}: {row.figure} ({row.goal})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
