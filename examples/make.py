"""Write the example snapshots: one invented company, ready for its export and in several ways not.

northwind.py invents the company, firm.py says what makes one company another (fleet.py writes many), books.py says what
QuickBooks holds of it and titan.py what ServiceTitan does; company.py puts them together, modes.py says how else it may work,
faults.py breaks one practice at a time, after.py does both for the days after the export, and by_hand.py writes what an office
can export itself. Everything in the files is invented. All hold what must not be mistaken for a fault: inactive records in
every list, pricebook entries that QuickBooks will only meet at this export, and an inactive material without an account that
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
from faults import not_ready, not_ready_without_inventory

SNAPSHOTS: Mapping[str, Callable[[], Mapping[str, bytes]]] = {
    "ready": lambda: northwind().files(),
    "not-ready": lambda: not_ready().files(),
    "not-ready-without-inventory": lambda: not_ready_without_inventory().files(),
    "after-export": lambda: not_arrived().files(),
    "by-hand": lambda: by_hand.files(northwind()),
}


def main() -> int:
    """Write the snapshots, or tell how the files on disk differ from them."""
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
