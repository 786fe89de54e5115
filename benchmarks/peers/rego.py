"""The two rules in Rego, through regopy.

python -m benchmarks.peers.rego FOLDER
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.frames import Columns, tables
from benchmarks.peers.reading import answer


def _rows(columns: Columns) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def main() -> int:
    """Read, hand it all over, ask."""
    regopy: Any = import_module("regopy")
    skus, lines, sent, items, people = tables(Path(sys.argv[1]))
    skus["costOfSaleAccount"] = [account or "" for account in skus["costOfSaleAccount"]]
    policy = regopy.Interpreter()
    policy.add_module("exportready", Path(__file__).with_suffix(".rego").read_text("utf-8"))
    known = {"items": dict.fromkeys(items["folded"], True), "people": dict.fromkeys(people["folded"], True)}
    policy.set_input({"skus": _rows(skus), "lines": _rows(lines), "sent": _rows(sent), **known})
    found = []
    for name in ("cogs", "lengths"):
        told = policy.query(f"result := data.exportready.{name}")
        found.append({str(key) for key in json.loads(str(told.binding("result")))})
    print(json.dumps(answer(*found), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
