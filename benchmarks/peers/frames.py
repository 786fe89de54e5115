"""The tables that the peers with data frames judge: columns by name, only those that the two rules read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.peers.reading import books, fold, lines, skus, transactions

Columns = dict[str, list[Any]]


def tables(folder: Path) -> tuple[Columns, Columns, Columns, Columns, Columns]:
    """Pricebook, lines, transactions, QuickBooks' items, QuickBooks' customers."""
    pricebook = list(skus(folder))
    codes = {sku["id"]: sku["code"] for sku in pricebook}
    sent = list(transactions(folder))
    rows = [line for one in sent if one["sort"] == "invoices" for line in lines(one, codes)]
    names = [one["customer"]["name"] for one in sent]
    items, people = books(folder)
    return (
        {
            "sort": [sku["sort"] for sku in pricebook],
            "code": [sku["code"] for sku in pricebook],
            "active": [sku["active"] for sku in pricebook],
            "costOfSaleAccount": [(sku.get("costOfSaleAccount") or "").strip() or None for sku in pricebook],
        },
        {
            "code": [row["code"] for row in rows],
            "folded": [fold(row["code"]) for row in rows],
            "open": [row["status"] != "Exported" and row["alive"] is not False for row in rows],
            "batch": [row["batch"] is not None for row in rows],
        },
        {
            "sort": [one["sort"] for one in sent],
            "name": names,
            "folded": [fold(name) for name in names],
            "numbered": [fold(f"{one['customer']['name']} {one['customer']['id']}") for one in sent],
            "number": [one["referenceNumber"] or "" for one in sent],
            "key": [f"{one['customer']['name']} / {one['referenceNumber']}" for one in sent],
            "waits": [
                one["syncStatus"] != "Exported" and one["active"] is not False and one["batch"] is not None for one in sent
            ],
        },
        {"folded": list(items)},
        {"folded": list(people)},
    )
