"""The two rules as expectations of Great Expectations, on pandas.

python -m benchmarks.peers.great FOLDER
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.frames import tables
from benchmarks.peers.reading import LONGEST, answer

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


def main() -> int:
    """Read, join, validate, collect."""
    gx: Any = import_module("great_expectations")
    pd: Any = import_module("pandas")
    expect: Any = import_module("great_expectations.expectations")
    skus, lines, sent, items, people = (pd.DataFrame(columns) for columns in tables(Path(sys.argv[1])))
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_pandas("snapshot")

    def failing(name: str, frame: Any, expectation: Any, key: str) -> set[str]:
        """Return the keys of the rows that fail an expectation."""
        frame = frame.reset_index(drop=True)
        batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
        result = batch.get_batch({"dataframe": frame}).validate(expectation, result_format={"result_format": "COMPLETE"})
        return set(frame[key].iloc[result.result.get("unexpected_index_list") or []])

    def at_most(column: str, what: str) -> Any:
        return expect.ExpectColumnValueLengthsToBeBetween(column=column, max_value=LONGEST[what])

    used = set(lines[lines["open"]]["code"])
    judged = skus[(skus["sort"] != "services") & (skus["active"] | skus["code"].isin(used))]
    cogs = failing("pricebook", judged, expect.ExpectColumnValuesToNotBeNull(column="costOfSaleAccount"), "code")
    waiting = lines[lines["open"] & lines["batch"] & ~lines["code"].str.contains(":", regex=False)]
    lengths = failing("lines", waiting[~waiting["folded"].isin(items["folded"])], at_most("code", "code"), "code")
    open_ = sent[sent["waits"]]
    new = open_[~open_["folded"].isin(people["folded"]) & ~open_["numbered"].isin(people["folded"])]
    new = new[~new["name"].str.contains(":", regex=False)]
    lengths |= failing("customers", new, at_most("name", "name"), "name")
    lengths |= failing("numbers", open_[open_["sort"] == "invoices"], at_most("number", "number"), "key")
    print(json.dumps(answer(cogs, lengths), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
