"""The two rules in CLIPS, through clipspy: facts with the slots that the rules read.

python -m benchmarks.peers.clips_facts FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import clips
from benchmarks.peers.reading import answer, books, fold, lines, skus, transactions

TEMPLATES = (
    "(deftemplate sku (slot sort) (slot code) (slot active) (slot cost))",
    "(deftemplate line (slot code) (slot folded) (slot length) (slot status) (slot alive) (slot batch))",
    "(deftemplate tx (slot sort) (slot key) (slot name) (slot folded) (slot numbered) (slot name_length) (slot number_length)"
    " (slot status) (slot alive) (slot batch))",
    "(deftemplate item (slot folded))",
    "(deftemplate person (slot folded))",
    "(deftemplate done (slot yes))",
)
RULES = (
    '(defrule active (sku (sort ~services) (code ?c) (active yes) (cost "")) => (cogs ?c))',
    '(defrule used (sku (sort ~services) (code ?c) (active no) (cost ""))'
    " (exists (line (code ?c) (status ~Exported) (alive yes))) => (cogs ?c))",
    "(defrule item (done) (line (code ?c) (folded ?f) (length ?n&:(> ?n 31)) (status ~Exported) (alive yes) (batch yes))"
    " (not (item (folded ?f))) => (long ?c))",
    "(defrule name (done) (tx (name ?c) (folded ?f) (numbered ?m) (name_length ?n&:(> ?n 41)) (status ~Exported) (alive yes)"
    " (batch yes)) (not (person (folded ?f))) (not (person (folded ?m))) => (long ?c))",
    "(defrule number (tx (sort invoices) (key ?k) (number_length ?n&:(> ?n 11)) (status ~Exported) (alive yes) (batch yes))"
    " => (long_number ?k))",
)


def _yes(value: object) -> clips.Symbol:
    return clips.Symbol("yes" if value else "no")


def main() -> int:
    """Tell every fact, run, collect."""
    folder = Path(sys.argv[1])
    cogs: set[str] = set()
    lengths: set[str] = set()

    def long(name: str) -> None:
        if ":" not in name:
            lengths.add(str(name))

    engine = clips.Environment()
    engine.define_function(lambda code: cogs.add(str(code)), name="cogs")
    engine.define_function(long, name="long")
    engine.define_function(lambda key: lengths.add(str(key)), name="long_number")
    for construct in (*TEMPLATES, *RULES):
        engine.build(construct)
    of = {name: engine.find_template(name) for name in ("sku", "line", "tx", "item", "person", "done")}
    codes = {}
    for sku in skus(folder):
        codes[sku["id"]] = sku["code"]
        cost = (sku.get("costOfSaleAccount") or "").strip()
        of["sku"].assert_fact(sort=clips.Symbol(sku["sort"]), code=sku["code"], active=_yes(sku["active"]), cost=cost)
    items, people = books(folder)
    for name in items:
        of["item"].assert_fact(folded=name)
    for name in people:
        of["person"].assert_fact(folded=name)
    for one in transactions(folder):
        about = {"status": clips.Symbol(one["syncStatus"]), "alive": _yes(one["active"]), "batch": _yes(one["batch"])}
        for line in lines(one, codes) if one["sort"] == "invoices" else ():
            of["line"].assert_fact(code=line["code"], folded=fold(line["code"]), length=len(line["code"]), **about)
        name, number = one["customer"]["name"], one["referenceNumber"] or ""
        of["tx"].assert_fact(
            sort=clips.Symbol(one["sort"]),
            key=f"{name} / {number}",
            name=name,
            folded=fold(name),
            numbered=fold(f"{name} {one['customer']['id']}"),
            name_length=len(name),
            number_length=len(number),
            **about,
        )
    of["done"].assert_fact(yes=_yes(True))
    engine.run()
    print(json.dumps(answer(cogs, lengths), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
