"""Write the example snapshots: one invented company, ready for its export and in several ways not.

northwind.py invents the company, firm.py has what differs between companies (fleet.py writes many), books.py has its data in
QuickBooks and titan.py its data in ServiceTitan; company.py puts them together, modes.py has other ways of working,
faults.py breaks one rule at a time, after.py does both for the days after the export, and by_hand.py writes what an office
can export itself. Everything in the files is invented. All of them have data that looks like a fault but isn't: inactive records in
every list, pricebook entries that are new to QuickBooks at this export, and an inactive material without an account that
no unexported line uses (OLD-FLUX-8OZ).

    python examples/make.py [--check] [--to FOLDER]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import by_hand
from after import not_arrived
from company import northwind
from faults import not_ready, not_ready_batch, not_ready_setup, not_ready_without_inventory

SNAPSHOTS: Mapping[str, Callable[[], Mapping[str, bytes]]] = {
    "ready": lambda: northwind().files(),
    "not-ready": lambda: not_ready().files(),
    "not-ready-without-inventory": lambda: not_ready_without_inventory().files(),
    "not-ready-setup": lambda: not_ready_setup().files(),
    "not-ready-batch": lambda: not_ready_batch().files(compact=True),
    "after-export": lambda: not_arrived().files(),
    "by-hand": lambda: by_hand.files(northwind()),
}


def main() -> int:
    """Write the snapshots, or list the files on disk that differ from them."""
    parser = argparse.ArgumentParser(description="Write the example snapshots.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the files differ")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent, metavar="FOLDER", help="default: beside this script")
    options = parser.parse_args()
    different = []
    for folder, made in SNAPSHOTS.items():
        root: Path = options.to / folder
        files = {root / name: content for name, content in made().items()}
        for path, content in files.items():
            if options.check:
                if not path.is_file() or path.read_bytes() != content:
                    different.append(path)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        different += [path for path in sorted(root.rglob("*")) if path.is_file() and path not in files]
    for path in different:
        print(f"{path} is not what this script writes", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
