"""Write one account of any size, both sides, in the formats that examples/ writes: a block of 4,700 records, repeated under new names.

Each block has its own customers, pricebook entries, invoices, payments, orders and bills, with their own ids, numbers and names;
staff, taxes, vendors and the chart of accounts are there once. Exported transactions are in both programs, so the files can be
checked before the export and tied out after it. A known number of defects is planted. Each file is written one block at a time,
so memory doesn't grow with the account.

    python -m benchmarks.snapshots FOLDER [--records 5000] [--seed 7] [--share 0.001]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from benchmarks.parts import SIZES

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "examples"))

import after  # noqa: E402 - found by the line above, in every process that is started here
import books  # noqa: E402
import fleet_firms  # noqa: E402
from company import Company, company, page  # noqa: E402
from northwind import MATERIALS, Dice, Json  # noqa: E402

FIRM = 4_550
"""Number of invented records of a company. With the payments, orders and bills in QuickBooks, a block has about 4,700."""
SHARE = 0.001
"""Share of materials without a cost account, and of transactions that did not arrive as they were sent."""

# Placeholders for what differs from block to block. No file of examples/ has these words.
NUMBER, NAME, CODE = "~m~", "~n~", "~s~"
_WHOLE = "~i~"
"""Before the digits of a number that JSON writes without quotes."""
# What may be planted, each time in a different place.
NO_COST, OTHER_SUM, LONG = "~c~", "~t~", "~l~"

PER_BLOCK = (
    "materials",
    "equipment",
    "services",
    "invoices",
    "payments",
    "credit-memos",
    "purchase-orders",
    "bills",
    "customers",
)
"""The lists of ServiceTitan that grow with the account."""
TOO_LONG = "-REVISED"
"""Behind the number of an invoice: more than QuickBooks' eleven characters."""


@dataclass(frozen=True)
class Written:
    """What a snapshot holds."""

    records: int
    size: int
    """Bytes of all its files."""
    blocks: int
    planted: Mapping[str, tuple[str, ...]]
    """Rule -> the keys of the records that fail it, sorted. The rules of both phases."""


@dataclass(frozen=True)
class Block:
    """The parts of a block that are repeated, with words in the place of what differs."""

    titan: Mapping[str, str]
    """Name of a list -> its records."""
    heads: Mapping[str, str]
    """Name of a list -> what its file begins with."""
    once: Mapping[str, bytes]
    """Path -> a file that is the same whatever the size."""
    lists: Sequence[str]
    """The pieces of the IIF file; those of ITEMS and CUSTOMERS are repeated."""
    invoices: str
    losable: Sequence[str]
    """Invoices of QuickBooks on which nothing rests: they may be left out."""
    transactions: Mapping[str, str]
    """Element -> QuickBooks' other transactions."""
    records: int
    """Of one block."""
    records_once: int
    counts: Mapping[str, int]
    """Name of a list -> its records in one block."""
    without_cost: Sequence[str]
    """Codes of materials that may lose the account for their cost, in the order of the file. All keys as the block has them."""
    other_sum: Sequence[str]
    lost: Sequence[str]
    long: Sequence[str]


HEAD, ITEMS, CUSTOMERS = 0, 1, 3
"""Places in Block.lists: what is before the items, the items, what is between, the customers, and the rest."""


@cache
def block(seed: int) -> Block:
    """The block of a seed."""
    firm = fleet_firms.firm(seed, 0, FIRM)
    assert firm.skus is not None
    skus = tuple(sku for sku in firm.skus if len(sku.code) <= 27)  # the block's number comes behind a code: 31 are allowed
    one = company(replace(firm, skus=skus))
    one.account = one.account | {"covers": {"servicetitan.export_error": "all"}}
    one.errors = []
    one.more = _more(one)
    records = {name: len(found) for name, found in one.titan.items()}
    places = _mark(one, frozenset(sku.code for sku in skus))
    losable = [bill for bill in one.booked if bill["IsPaid"] == "false"]
    lost = [_key(bill["CustomerRef"]["FullName"], bill["RefNumber"]) for bill in losable]
    kept = [bill for bill in one.booked if bill["IsPaid"] == "true"]
    other_sum = [_key(bill["CustomerRef"]["FullName"], bill["RefNumber"]) for bill in kept]
    for bill in kept:
        bill["Subtotal"] = OTHER_SUM + bill["Subtotal"]
    titan, heads = {}, {}
    for name in PER_BLOCK:
        heads[name], titan[name] = _split_page(page(one.titan[name], 1, compact=True))
    files = one.files("../benchmarks/snapshots.py", compact=True)
    again = {f"servicetitan/{name}.json" for name in PER_BLOCK}
    again |= {"quickbooks-lists.iif", "quickbooks-invoices.xml", "quickbooks-transactions.xml"}
    repeated = [*kept, *losable, *(record for found in one.more.values() for record in found)]
    in_block = sum(_size(record) for record in repeated)
    in_block += sum(_size(record) for name in PER_BLOCK for record in one.titan[name])
    pieces = _lists(files["quickbooks-lists.iif"].decode("windows-1252"))
    in_block += pieces[ITEMS].count("\r\n") + pieces[CUSTOMERS].count("\r\n")
    once = sum(_size(record) for name, found in one.titan.items() if name not in PER_BLOCK for record in found)
    return Block(
        titan,
        heads,
        {path: text for path, text in files.items() if path not in again},
        pieces,
        _answers("Invoice", kept),
        [_answers("Invoice", [bill]) for bill in losable],
        {element: _answers(element, found) for element, found in one.more.items()},
        in_block,
        once + "".join(pieces[HEAD] + pieces[2] + pieces[4]).count("\r\n"),
        records,
        places["without cost"],
        other_sum,
        lost,
        places["long"],
    )


def _more(one: Company) -> dict[str, list[Json]]:
    """What else of the exported batches QuickBooks has."""
    invoices = {bill["RefNumber"]: bill for bill in one.booked}

    def sent(name: str) -> list[Json]:
        return [record for record in one.titan[name] if record["syncStatus"] == "Exported"]

    orders = [record for record in one.titan["purchase-orders"] if record["status"] == "Exported"]
    found = {
        "ReceivePayment": [after._payment(record, n, invoices) for n, record in enumerate(sent("payments"), 1)],
        "CreditMemo": [after._credit(record, n) for n, record in enumerate(sent("credit-memos"), 1)],
        "Bill": [after._bill(record, n) for n, record in enumerate(sent("bills"), 1)],
        "PurchaseOrder": [after._order(record, n) for n, record in enumerate(orders, 1)],
        "JournalEntry": list[Json](),
    }
    # Records that share a part, such as a customer, each get their own: what is marked is marked once.
    copied: dict[str, list[Json]] = json.loads(json.dumps(found))
    return copied


def _size(value: object) -> int:
    """A record and those inside it, as the program counts them."""
    assert isinstance(value, dict)
    inside = ("items", "appliedTo", "InvoiceLineRet", "LinkedTxn", "AppliedToTxnRet")
    return 1 + sum(len(value[name]) for name in inside if isinstance(value.get(name), list))


# -- marking what differs


def _mark(one: Company, codes: frozenset[str]) -> dict[str, list[str]]:
    """Put words in the place of everything that differs from block to block; tell where something may be planted."""
    places: dict[str, list[str]] = {"without cost": [], "long": []}
    for name in PER_BLOCK:
        for record in one.titan[name]:
            _mark_titan(record)
    for sku in one.titan["materials"]:
        if sku["active"] and sku["costOfSaleAccount"] == MATERIALS:
            sku["costOfSaleAccount"] = NO_COST + MATERIALS
            places["without cost"].append(sku["code"])
    for bill in one.titan["invoices"]:
        if bill["batch"] and bill["syncStatus"] == "Posted" and bill["paidOn"] is None:
            bill["referenceNumber"] += LONG
            places["long"].append(_key(bill["customer"]["name"], bill["referenceNumber"].replace(LONG, TOO_LONG)))
    for record in (*one.booked, *(record for found in one.more.values() for record in found)):
        _mark_booked(record)
    for row in (*one.lists["INVITEM"], *one.lists["CUST"]):
        row["REFNUM"] = NUMBER + row["REFNUM"]
    for row in one.lists["INVITEM"]:
        row["NAME"] += CODE if row["NAME"] in codes else ""
    for row in one.lists["CUST"]:
        row["NAME"] = NAME + row["NAME"]
    for row in one.lists["GROUP"]:
        row["MEMBERS"] = [member + (CODE if member in codes else "") for member in row["MEMBERS"]]
    return places


_IDS = frozenset({"id", "skuId", "appliedTo", "appliedId", "purchaseOrderId", "receiptItemId", "customerId"})
_TEXTS = frozenset({"referenceNumber", "number", "appliedToReferenceNumber"})
_CODES = frozenset({"code", "skuCode"})
_OWN = frozenset({"customer", "location", "batch", "job", "items", "appliedTo"})
"""What else of a record belongs to the block; other parts, such as its business unit, are there once."""


def _mark_titan(record: Json) -> None:
    for key, value in record.items():
        if key in _IDS and isinstance(value, int):
            record[key] = f"{_WHOLE}{value}"
        elif key in _TEXTS and isinstance(value, str):
            record[key] = _numbered(value)
        elif (key in _CODES or (key == "skuName" and record.get("skuCode") is None)) and isinstance(value, str):
            record[key] = value + CODE
        elif key in _OWN:
            for part in value if isinstance(value, list) else [value] if value else []:
                _mark_titan(part)
                if key in ("customer", "location"):
                    part["name"] = NAME + part["name"]
    if "nationalAccount" in record:  # only a customer has that
        record["name"] = NAME + record["name"]


def _mark_booked(record: Json) -> None:
    for key in ("TxnID", "TxnNumber", "TxnLineID"):
        if key in record:
            record[key] = NUMBER + record[key]
    if "RefNumber" in record:
        record["RefNumber"] = _numbered(record["RefNumber"])
    if "Memo" in record:
        record["Memo"] = NUMBER + record["Memo"]
    if "CustomerRef" in record:
        record["CustomerRef"] = {**record["CustomerRef"], "FullName": NAME + record["CustomerRef"]["FullName"]}
    if "BillAddress" in record:
        record["BillAddress"]["Addr1"] = NAME + record["BillAddress"]["Addr1"]
    if "ItemRef" in record:
        record["ItemRef"]["FullName"] += CODE
    for inside in ("InvoiceLineRet", "LinkedTxn", "AppliedToTxnRet"):
        for part in record.get(inside, ()):
            _mark_booked(part)


def _numbered(text: str) -> str:
    """The number of a transaction with the block's before its digits: P9300 becomes P10009300."""
    return re.sub(r"(\d+)$", rf"{NUMBER}\1", text)


def _key(customer: str, number: str) -> str:
    return f"{customer} / {number}"


# -- the files in pieces


def _split_page(text: str) -> tuple[str, str]:
    """Return the part before the records of a list, and the records."""
    head, _, rest = text.partition('"data": [')
    return head + '"data": [', re.sub(f'"{_WHOLE}([0-9]+)"', rf"{NUMBER}\1", rest.removesuffix("]}\n"))


def _answers(element: str, found: Sequence[Json]) -> str:
    """The records of one element, without the response around them."""
    if not found:
        return ""
    text = books.qbxml((element, {f"{element}Ret": list(found)}))
    begin, end = text.index(f"\t\t\t<{element}Ret>"), text.rindex(f"</{element}Ret>\n") + len(f"</{element}Ret>\n")
    return text[begin:end]


def _lists(text: str) -> list[str]:
    """The IIF file in five pieces: up to the block's items, those, what is between, the customers, and the rest."""
    rows = text.splitlines(keepends=True)
    items = [n for n, row in enumerate(rows) if row.startswith("INVITEM\t") and CODE in row.split("\t", 2)[1]]
    last_header = rows.index("!ENDGRP\r\n")
    items = [n for n in items if n < last_header]  # the members of groups come after it
    people = [n for n, row in enumerate(rows) if row.startswith("CUST\t")]
    assert people == list(range(people[0], people[-1] + 1))
    assert items[-1] < people[0]
    own = set(items)
    before = [row for n, row in enumerate(rows[: items[-1] + 1]) if n not in own]
    return [
        "".join(piece)
        for piece in (
            before,
            (rows[n] for n in items),
            rows[items[-1] + 1 : people[0]],
            rows[people[0] : people[-1] + 1],
            rows[people[-1] + 1 :],
        )
    ]


# -- writing


@cache
def words(count: int) -> tuple[str, ...]:
    """Return a word for each block, in alphabetical order, so that a block's customers are next to each other in QuickBooks' list."""
    pairs = sorted(f"{one}{other.lower()}" for one in fleet_firms.STARTS for other in fleet_firms.STARTS)
    assert count <= len(pairs)
    return tuple(pairs[:: len(pairs) // count][:count])


@dataclass(frozen=True)
class _Fill:
    """What one block puts in the place of the words."""

    number: str
    name: str
    code: str

    def __call__(self, text: str) -> str:
        return text.replace(NUMBER, self.number).replace(NAME, self.name).replace(CODE, self.code)


def _spread(total: int, blocks: int, room: int) -> list[int]:
    """How many of all fall into each block, as evenly as may be."""
    total = min(total, blocks * room)
    return [total * (n + 1) // blocks - total * n // blocks for n in range(blocks)]


def write(folder: Path, records: int, seed: int = 7, share: float = SHARE) -> Written:
    """Write a snapshot with about `records` records into a folder that is new or empty."""
    one = block(seed)
    count = max(1, round((records - one.records_once) / one.records))
    fills = [_Fill(str(1000 + n), f"{word} ", f"-{n:03d}") for n, word in enumerate(words(count))]
    dice = Dice(seed)

    def spread(places: Sequence[str], of: int) -> list[int]:
        found = _spread(max(1, round(of * share)), count, len(places))
        order = sorted(range(count), key=lambda _: dice.random())
        return [found[n] for n in order]

    sent = count * len(one.other_sum)
    without_cost = spread(one.without_cost, count * one.counts["materials"])
    other_sum, lost, long = spread(one.other_sum, sent), spread(one.lost, sent), spread(one.long, sent)

    def titan(name: str) -> Iterator[str]:
        head = re.sub(r'("totalCount": )\d+', lambda found: f"{found[1]}{one.counts[name] * count}", one.heads[name])
        yield head
        for n, fill in enumerate(fills):
            text = one.titan[name]
            if name == "materials":
                text = text.replace(f'"{NO_COST}{MATERIALS}"', "null", without_cost[n]).replace(NO_COST, "")
            elif name == "invoices":
                text = text.replace(LONG, TOO_LONG, long[n]).replace(LONG, "")
            yield (",\n" if n else "") + fill(text)
        yield "]}\n"

    def lists() -> Iterator[str]:
        for n, piece in enumerate(one.lists):
            if n in (ITEMS, CUSTOMERS):
                yield from (fill(piece) for fill in fills)
            else:
                yield fills[0](piece)

    def invoices() -> Iterator[str]:
        text = one.invoices
        for n, fill in enumerate(fills):
            yield fill(text.replace(OTHER_SUM, "9", other_sum[n]).replace(OTHER_SUM, "") + "".join(one.losable[lost[n] :]))

    def transactions(element: str) -> Iterator[str]:
        return (fill(one.transactions[element]) for fill in fills)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "servicetitan").mkdir()
    for path, content in one.once.items():
        (folder / path).write_bytes(content)
    for name in PER_BLOCK:
        _write(folder / "servicetitan" / f"{name}.json", titan(name))
    _write(folder / "quickbooks-lists.iif", lists(), "windows-1252")
    _write(folder / "quickbooks-invoices.xml", _responses({"Invoice": invoices()}))
    _write(folder / "quickbooks-transactions.xml", _responses({name: transactions(name) for name in one.transactions}))

    def keys(places: Sequence[str], counts: Sequence[int]) -> tuple[str, ...]:
        return tuple(sorted(fill(key) for fill, some in zip(fills, counts, strict=True) for key in places[:some]))

    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    planted = {
        "items/cogs-account": keys(one.without_cost, without_cost),
        "naming/lengths": keys(one.long, long),
        "export/everything-arrived": tuple(sorted((*keys(one.other_sum, other_sum), *keys(one.lost, lost)))),
    }
    return Written(one.records * count + one.records_once - sum(lost), size, count, planted)


def _responses(answers: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """qbXML with the records of each element, as examples/books.py writes it."""
    frame = "\n~\n"
    text = books.qbxml(*((name, {f"{name}Ret": frame} if name != "JournalEntry" else {}) for name in answers))
    pieces = re.split(r"\t\t\t<\w+Ret>\n~\n</\w+Ret>\n", text)
    filled = [records for name, records in answers.items() if name != "JournalEntry"]
    for piece, records in zip(pieces, filled, strict=False):
        yield piece
        yield from records
    yield pieces[-1]


def _write(path: Path, pieces: Iterable[str], encoding: str = "utf-8") -> None:
    with path.open("wb") as file:
        file.writelines(piece.encode(encoding) for piece in pieces)


def main(words: Sequence[str] | None = None) -> int:
    """Write one, and tell what is in it."""
    parser = argparse.ArgumentParser(description="Write the snapshot of one account of any size.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument(
        "--records", type=int, default=SIZES["small"], metavar="N", help="approximate number of records; default: 5000"
    )
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="default: 7")
    parser.add_argument(
        "--share", type=float, default=SHARE, metavar="SHARE", help="of the records with a defect; default: 0.001"
    )
    options = parser.parse_args(words)
    if options.folder.is_dir() and any(options.folder.iterdir()):
        parser.error(f"{options.folder} is not empty")
    written = write(options.folder, options.records, options.seed, options.share)
    print(json.dumps(asdict(written), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
