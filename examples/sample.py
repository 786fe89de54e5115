"""Write the sample reports of docs/sample: one example company that is not ready, one that is ready, and one after its export.

The reports use a fixed time, so a test can compare them with what this version writes.

    python examples/sample.py [--to FOLDER]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from exportready.cli import main as exportready

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = {
    "not-ready": "2026-11-20T18:00:00-07:00",
    "ready": "2026-11-20T18:00:00-07:00",
    "after-export": "2026-11-21T09:30:00-07:00",
}
"""Each example snapshot, with the time of its check."""


def arguments(name: str, folder: Path) -> list[str]:
    """Return the command that writes one sample, run from the top of the repository."""
    return [
        *("check", f"examples/{name}", "--at", SAMPLES[name]),
        *("--no-config", "--no-progress", "-q", "--fail-on", "never", "--allow-unknown"),
        *("-o", f"html:{folder / name}.html"),
    ]


def main() -> int:
    """Write every sample and return the worst exit code."""
    parser = argparse.ArgumentParser(description="Write the sample reports.")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "sample", metavar="FOLDER", help="default: docs/sample")
    folder: Path = parser.parse_args().to.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    return max(exportready(arguments(name, folder)) for name in SAMPLES)


if __name__ == "__main__":
    sys.exit(main())
