"""The two rules in durable-rules, every record a fact with all its fields.

python -m benchmarks.peers.durable_facts FOLDER
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.peers.reading import LONGEST, answer, books, flat, fold, lines, skus, transactions
from durable.engine import Host, MessageNotHandledException, MessageObservedException

_OPEN = [{"$neq": {"status": "Exported"}}, {"alive": True}]


def _rules(
    cogs: Callable[[Any], None], item: Callable[[Any], None], name: Callable[[Any], None], number: Callable[[Any], None]
) -> Any:
    """A missing field makes every test false; a negated condition is tested only after the last fact."""
    no_cost = {"$and": [{"kind": "sku"}, {"$neq": {"sort": "services"}}, {"$nex": {"costOfSaleAccount": 1}}]}
    line = {"$and": [{"kind": "line"}, *_OPEN]}
    used = {"$and": [{"kind": "line"}, *_OPEN, {"code": {"m": "code"}}]}
    waiting = {"$and": [{"kind": "transaction"}, *_OPEN, {"$ex": {"batch.number": 1}}]}
    long_code = {"$and": [*line["$and"], {"$ex": {"batch": 1}}, {"$gt": {"codeLength": LONGEST["code"]}}]}
    long_name = {"$and": [*waiting["$and"], {"$gt": {"nameLength": LONGEST["name"]}}]}
    long_number = {"$and": [*waiting["$and"], {"sort": "invoices"}, {"$gt": {"numberLength": LONGEST["number"]}}]}
    done = {"d": {"kind": "done"}}
    return {
        "active": {"all": [{"m": {"$and": [*no_cost["$and"], {"active": True}]}}], "run": cogs},
        "used": {"all": [{"m": {"$and": [*no_cost["$and"], {"active": False}]}}, {"l": used}], "run": cogs},
        "item": {
            "all": [done, {"m": long_code}, {"q$not": {"$and": [{"kind": "item"}, {"folded": {"m": "folded"}}]}}],
            "run": item,
        },
        "name": {
            "all": [
                done,
                {"m": long_name},
                {"q$not": {"$and": [{"kind": "person"}, {"folded": {"m": "folded"}}]}},
                {"x$not": {"$and": [{"kind": "person"}, {"folded": {"m": "numbered"}}]}},
            ],
            "run": name,
        },
        "number": {"all": [{"m": long_number}], "run": number},
    }


def main() -> int:
    """Tell every fact, collect what fires."""
    folder = Path(sys.argv[1])
    cogs: set[str] = set()
    lengths: set[str] = set()
    rules = _rules(
        lambda c: cogs.add(c.m["code"]),
        lambda c: None if ":" in c.m["code"] else lengths.add(c.m["code"]),
        lambda c: None if ":" in c.m["customer.name"] else lengths.add(c.m["customer.name"]),
        lambda c: lengths.add(f"{c.m['customer.name']} / {c.m['referenceNumber']}"),
    )
    host = Host({"rules": rules})
    ids = count(1)

    def say(kind: str, fact: dict[str, Any]) -> None:
        fact["kind"] = kind
        while True:
            try:
                # A unique id, because the engine identifies facts by a 32-bit hash of it.
                state = host.assert_fact("rules", {**fact, "id": f"{next(ids):012}", "sid": "1"})
            except MessageObservedException:
                continue
            except MessageNotHandledException:
                return
            assert not state or "exception" not in state, state
            return

    codes = {}
    for sku in skus(folder):
        codes[sku["id"]] = sku["code"]
        say("sku", flat(sku))
    items, people = books(folder)
    for name in items:
        say("item", {"folded": name})
    for name in people:
        say("person", {"folded": name})
    for one in transactions(folder):
        for line in lines(one, codes) if one["sort"] == "invoices" else ():
            say("line", {**flat(line), "folded": fold(line["code"]), "codeLength": len(line["code"])})
        who = one["customer"]
        fact = {**flat(one), "status": one["syncStatus"], "alive": one["active"], "nameLength": len(who["name"])}
        fact |= {"folded": fold(who["name"]), "numbered": fold(f"{who['name']} {who['id']}")}
        say("transaction", {**fact, "numberLength": len(one["referenceNumber"] or "")})
    say("done", {})
    print(json.dumps(answer(cogs, lengths), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
