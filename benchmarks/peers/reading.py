"""What every peer in Python is given to judge, read as quickly as Python can: the records of both sides that the two rules need.

Names are folded here and lines have the code of their item, since not every peer can do either. What is looked up among other
records (is the item on a line that is still to be exported, does QuickBooks have it) is the peer's work.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

Json = dict[str, Any]
COGS, LENGTHS = "items/cogs-account", "naming/lengths"
LONGEST = {"code": 31, "name": 41, "number": 11}
"""What QuickBooks allows."""


def titan(folder: Path, name: str) -> list[Json]:
    """A list of ServiceTitan."""
    found: list[Json] = import_module("orjson").loads((folder / "servicetitan" / f"{name}.json").read_bytes())["data"]
    return found


def fold(name: str) -> str:
    """As QuickBooks compares names."""
    return " ".join(name.split()).casefold()


def books(folder: Path) -> tuple[set[str], set[str]]:
    """The items and the customers that QuickBooks has, folded."""
    items, people = set(), set()
    with (folder / "quickbooks-lists.iif").open(encoding="windows-1252", newline="\r\n") as file:
        for line in file:
            word, _, rest = line.partition("\t")
            if word in ("INVITEM", "CUST"):
                name = rest.partition("\t")[0].strip('"')
                if word == "CUST":
                    people.add(fold(name))
                else:
                    items.add(fold(name.rpartition(":")[2]))
    return items, people


def skus(folder: Path) -> Iterator[Json]:
    """The pricebook, whole; `sort` is the list that an entry is from."""
    for name in ("materials", "equipment", "services"):
        for sku in titan(folder, name):
            sku["sort"] = name
            yield sku


def transactions(folder: Path) -> Iterator[Json]:
    """Invoices, payments and credit memos, whole; `sort` is the list that one is from."""
    for name in ("invoices", "payments", "credit-memos"):
        for one in titan(folder, name):
            one["sort"] = name
            yield one


def flat(record: Json) -> Json:
    """A record without anything inside it: `batch.number` instead of a batch. Lists and what is empty are left out."""
    found = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found.update({f"{name}.{inner}": one for inner, one in value.items() if isinstance(one, (str, int, float))})
        elif isinstance(value, (str, int, float)):
            found[name] = value
    return found


def lines(bill: Json, codes: dict[int, str]) -> Iterator[Json]:
    """The lines of an invoice, whole, with what they need of it."""
    batch = bill["batch"]
    for line in bill["items"]:
        code = codes.get(line["skuId"], line["skuName"])
        yield {**line, "code": code, "status": bill["syncStatus"], "alive": bill["active"], "batch": batch and batch["number"]}


def answer(cogs: set[str], lengths: set[str]) -> Json:
    """What a peer writes."""
    return {COGS: sorted(cogs), LENGTHS: sorted(lengths)}
