"""The two rules as schemas of pandera, on polars.

python -m benchmarks.peers.pandera_polars FOLDER
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.frames import tables
from benchmarks.peers.reading import LONGEST, answer


def main() -> int:
    """Read, join, validate, collect."""
    pl: Any = import_module("polars")
    pa: Any = import_module("pandera.polars")
    skus, lines, sent, items, people = (pl.DataFrame(columns) for columns in tables(Path(sys.argv[1])))

    def failing(frame: Any, column: str, test: Any, key: str) -> set[str]:
        """Return the keys of the rows that fail a schema."""
        check = pa.Check(lambda data: data.lazyframe.select(test(pl.col(data.key))), ignore_na=False)
        try:
            pa.DataFrameSchema({column: pa.Column(str, check, nullable=True)}).validate(frame, lazy=True)
        except pa.errors.SchemaErrors as refused:
            return set(frame[key][refused.failure_cases["index"].to_list()].to_list())
        return set()

    def at_most(what: str) -> Any:
        return lambda column: column.str.len_chars() <= LONGEST[what]

    used = lines.filter(pl.col("open")).select("code").unique()
    judged = skus.filter((pl.col("sort") != "services") & (pl.col("active") | pl.col("code").is_in(used["code"].implode())))
    cogs = failing(judged, "costOfSaleAccount", lambda column: column.is_not_null(), "code")
    waiting = lines.filter(pl.col("open") & pl.col("batch") & ~pl.col("code").str.contains(":", literal=True))
    lengths = failing(waiting.join(items, on="folded", how="anti"), "code", at_most("code"), "code")
    open_ = sent.filter(pl.col("waits"))
    new = open_.filter(~pl.col("name").str.contains(":", literal=True)).join(people, on="folded", how="anti")
    new = new.join(people, left_on="numbered", right_on="folded", how="anti")
    lengths |= failing(new, "name", at_most("name"), "name")
    lengths |= failing(open_.filter(pl.col("sort") == "invoices"), "number", at_most("number"), "key")
    print(json.dumps(answer(cogs, lengths), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
