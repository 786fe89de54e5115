"""How time grows with accounts of odd shapes: everything in one batch, of one customer, under one number, or wrong.

Each shape is written at doubling sizes with little else in it, so that a step that compares everything with everything shows up.

    python -m benchmarks.shapes FOLDER SHAPE SIZE
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.measure import ROOT, Command, Run, check, in_turns, median, python, ratio, run
from benchmarks.parts import AT, Json, Work, say

sys.path.append(str(ROOT / "examples"))

import after
import books
from company import Company, small

SIZES = (1_250, 2_500, 5_000, 10_000, 20_000)
LARGER = (3_125, 6_250, 12_500, 25_000, 50_000)
"""Invoices of one customer. Each size is twice the one before."""
AT_AFTER = "2026-11-21T18:00:00-07:00"
"""The moment at which the answers after the export are fresh."""


class Shape:
    """A healthy account to which a shape adds. Its own records are copies of the account's, so every rule has something to judge."""

    def __init__(self, *, exported: bool) -> None:
        self.company: Company = after.exported() if exported else small()
        titan = self.company.titan
        waiting = [one for one in titan["invoices"] if (one["batch"] or {}).get("number") == self.company.firm.waiting]
        lines = [(one, bill) for bill in waiting for one in bill["items"]]
        line, bill = next(pair for pair in lines if not pair[0]["inventory"] and pair[0]["type"] == "Material")
        self.material = self.company.sku(line["skuName"]) | {"id": 599_999_999, "code": "PLAIN-1", "taxable": False}
        titan["materials"].append(self.material)
        self.item = self.company.entry("INVITEM", line["skuName"]) | {"NAME": "PLAIN-1", "REFNUM": "8999"}
        self.company.lists["INVITEM"].append(self.item)
        line = line | {"skuId": self.material["id"], "skuName": "PLAIN-1", "taxable": False}
        sums = {"subTotal": line["total"], "salesTax": "0.00", "total": line["total"], "balance": "0.00"}
        self.bill = bill | sums | {"items": [line]}
        self.payment = next(one for one in titan["payments"] if (one["batch"] or {}).get("number") == bill["batch"]["number"])
        self.customer = next(one for one in titan["customers"] if one["id"] == bill["customer"]["id"])
        self.invoices: list[Json] = []
        self.payments: list[Json] = []
        self.ids: dict[str, int] = {}

    def known(self, name: str, in_books: str | None = None) -> None:
        """Add a customer to both programs, in QuickBooks under another name if one is given."""
        row = {"NAME": in_books or name, "REFNUM": f"{9000 + len(self.ids)}", "HIDDEN": "N"}
        self.company.lists["CUST"].append(self.company.lists["CUST"][0] | row)
        self.in_titan(name)

    def in_titan(self, name: str) -> None:
        """Add a customer to ServiceTitan only."""
        self.ids[name] = id_ = 8_000_000 + len(self.ids)
        self.company.titan["customers"].append(self.customer | {"id": id_, "name": name})

    def bills(self, n: int, customer: str, number: str, **fields: object) -> None:
        """Add an invoice of ServiceTitan with one line."""
        person = {"id": self.ids[customer], "name": customer}
        items = [one | {"id": 50_000_000 + n} for one in self.bill["items"]]
        own = {"id": 20_000_000 + n, "referenceNumber": number, "customer": person, "location": person, "items": items}
        self.invoices.append(self.bill | own | fields)

    def pays(self, n: int, customer: str, number: str | None) -> None:
        """Add a payment of ServiceTitan that pays the invoice of the same n in full."""
        bill, total = self.invoices[n], self.bill["total"]
        of = self.payment["appliedTo"][0] | {"appliedAmount": total, "appliedId": 40_000_000 + n, "appliedTo": bill["id"]}
        of = of | {"appliedToReferenceNumber": bill["referenceNumber"]}
        person = {"id": self.ids[customer], "name": customer}
        own = {"id": 30_000_000 + n, "referenceNumber": number, "customer": person, "total": total, "appliedTo": [of]}
        self.payments.append(self.payment | own)

    def arrive(self) -> tuple[list[Json], list[Json]]:
        """Let QuickBooks have these invoices and payments; return them."""
        names = [row["NAME"] for row in self.company.lists["CUST"]]
        # books.exported gives each a second of one hour.
        parts = [books.exported(self.invoices[at : at + 3_000], names) for at in range(0, len(self.invoices), 3_000)]
        every = enumerate(one for part in parts for one in part)
        booked = [one | {"TxnID": f"F{n:X}-1700000000", "LinkedTxn": []} for n, one in every]
        by_id = {bill["id"]: one for bill, one in zip(self.invoices, booked, strict=True)}
        received = []
        for n, one in enumerate(self.payments):
            (to,) = one["appliedTo"]
            paid = after._payment(one, 0x10000 + n, {to["appliedToReferenceNumber"]: by_id[to["appliedTo"]]})
            received.append(paid | {"RefNumber": paid["RefNumber"] or ""})
        self.company.booked += booked
        self.company.more["ReceivePayment"] += received
        return booked, received

    def write(self, folder: Path) -> None:
        """Write the files into a folder that is new."""
        self.company.lists["CUST"] = books.listed_rows(self.company.lists["CUST"])
        self.company.titan["invoices"] += self.invoices
        self.company.titan["payments"] += self.payments
        for path, content in self.company.files("../benchmarks/shapes.py", compact=True).items():
            to = folder / path
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(content)


# -- the shapes


def one_customer(into: Shape, size: int) -> None:
    """One customer has all invoices and their payments."""
    _of_one_customer(into, size, numbered=True)


def one_customer_without_numbers(into: Shape, size: int) -> None:
    """The payments of one customer have no number and one amount."""
    _of_one_customer(into, size, numbered=False)


def _of_one_customer(into: Shape, size: int, *, numbered: bool) -> None:
    into.known("Adams")
    for n in range(size):
        into.bills(n, "Adams", f"N{n}")
        into.pays(n, "Adams", f"C{n}" if numbered else None)
    into.arrive()


def membership_fees(into: Shape, size: int) -> None:
    """Each payment is another customer's; none has a number, and all have one amount."""
    _of_members(into, size)
    into.arrive()


def membership_fees_of_others(into: Shape, size: int) -> None:
    """The same, but QuickBooks has the payments under other customers."""
    _of_members(into, size)
    for n, payment in enumerate(into.arrive()[1]):
        payment["CustomerRef"] = books.ref(f"Other {n}", 9)


def _of_members(into: Shape, size: int) -> None:
    for n in range(size):
        into.known(f"Member {n}")
        into.bills(n, f"Member {n}", f"N{n}")
        into.pays(n, f"Member {n}", None)


def one_number(into: Shape, size: int) -> None:
    """All invoices have one number, each of another customer."""
    for n in range(size):
        into.known(f"Customer {n}")
        into.bills(n, f"Customer {n}", "N1")
    into.arrive()


def nothing_arrived(into: Shape, size: int) -> None:
    """QuickBooks has as many other invoices, and none of the batch."""
    for n in range(size):
        into.known(f"Customer {n}")
        into.bills(n, f"Customer {n}", f"N{n}")
    for n, booked in enumerate(into.arrive()[0]):
        booked |= {"RefNumber": f"M{n}", "CustomerRef": books.ref(f"Other {n}", 9)}


def deep_jobs(into: Shape, size: int) -> None:
    """Customers in QuickBooks are jobs, up to 400 levels deep."""
    for n in range(size):
        into.known(f"Job {n}", ":".join([*(f"L{level}" for level in range(n % 400)), f"Job {n}"]))
        into.bills(n, f"Job {n}", f"N{n}")
    for n, booked in enumerate(into.arrive()[0]):
        booked["CustomerRef"] = books.ref(into.company.lists["CUST"][-size + n]["NAME"], 9)


def one_invoice(into: Shape, size: int) -> None:
    """One invoice has all lines, each with another item than in QuickBooks."""
    into.known("Adams")
    into.bills(0, "Adams", "N1")
    ((booked,), _), (bill,) = into.arrive(), into.invoices
    (line,), (arrived,) = bill["items"], booked["InvoiceLineRet"]
    bill["items"] = [line | {"id": 50_000_000 + n, "skuName": f"SKU-{n}"} for n in range(size)]
    booked["InvoiceLineRet"] = [arrived | {"TxnLineID": f"E{n}"} for n in range(size)]


def one_batch(into: Shape, size: int) -> None:
    """All invoices and payments are in one pending batch."""
    for n in range(size):
        into.known(f"Customer {n}")
        into.bills(n, f"Customer {n}", f"N{n}")
        into.pays(n, f"Customer {n}", f"C{n}")


def one_name(into: Shape, size: int) -> None:
    """Customers with one name, written in several ways, have the invoices of the pending batch."""
    into.known("Adams Bob")
    for n in range(1, size + 1):
        name = f"{'Adams' if n % 2 else 'ADAMS'}{' ' * (1 + n % 7)}Bob{' ' * (n // 14 % 5)}"
        if name not in into.ids:
            into.in_titan(name)
        into.bills(n, name, f"N{n}")


def new_customers(into: Shape, size: int) -> None:
    """No customer of the pending batch is in QuickBooks, and each name has a comma."""
    for n in range(size):
        into.in_titan(f"New Customer {n}, Jr.")
        into.bills(n, f"New Customer {n}, Jr.", f"N{n}")


def many_items(into: Shape, size: int) -> None:
    """Each invoice uses another item, and all is well."""
    _with_items(into, size, healthy=True)


def findings(into: Shape, size: int) -> None:
    """Each invoice of the pending batch uses another item, without an account for its cost and not in QuickBooks."""
    _with_items(into, size, healthy=False)


def _with_items(into: Shape, size: int, *, healthy: bool) -> None:
    into.known("Adams")
    (line,) = into.bill["items"]
    own = {} if healthy else {"costOfSaleAccount": None}
    for n in range(size):
        id_, code = 600_000_000 + n, f"SKU-{n}"
        into.company.titan["materials"].append(into.material | {"id": id_, "code": code} | own)
        if healthy:
            into.company.lists["INVITEM"].append(into.item | {"NAME": code, "REFNUM": f"{9000 + n}"})
        into.bills(n, "Adams", f"N{n}", items=[line | {"id": 50_000_000 + n, "skuId": id_, "skuName": code}])


AFTER: tuple[Callable[[Shape, int], None], ...] = (
    one_customer,
    one_customer_without_numbers,
    membership_fees,
    membership_fees_of_others,
    one_number,
    nothing_arrived,
    deep_jobs,
    one_invoice,
)
"""Shapes of an account after the export."""
BEFORE: tuple[Callable[[Shape, int], None], ...] = (one_batch, one_name, new_customers, many_items, findings)
SHAPES = {shape.__name__.replace("_", " "): shape for shape in (*AFTER, *BEFORE)}


def write(folder: Path, name: str, size: int) -> None:
    """Write a shape of a size into a folder that is new."""
    into = Shape(exported=SHAPES[name] in AFTER)
    SHAPES[name](into, size)
    into.write(folder)


# -- the measurement


def measure(work: Work) -> Json:
    """Shape -> its sizes, the CPU seconds at each size, less those of a small account, the peaks and the factor of each doubling."""
    start = checked(ROOT / "examples" / "ready", work, exported=False)
    run(start)  # so that the rulebook is cached
    found: Json = {}
    for name, shape in SHAPES.items():
        say(f"shape: {name}")
        sizes = LARGER if shape is one_customer else SIZES
        commands = {"start": start} | {
            f"{size}": checked(_written(work, name, size), work, exported=shape in AFTER) for size in sizes
        }
        runs = {size: _plain(some) for size, some in in_turns(commands, work.rounds).items()}
        least = min(cpu for _, cpu, _ in runs.pop("start"))
        runs = {size: [_less(one, least) for one in some] for size, some in runs.items()}
        found[name] = {
            "sizes": list(sizes),
            "seconds": [round(median(some, 1), 3) for some in runs.values()],
            "peaks": [median(some, 2) for some in runs.values()],
            "doubling": [round(ratio(runs[f"{later}"], runs[f"{size}"], 1), 3) for size, later in pairwise(sizes)],
        }
    return found


def checked(folder: Path, work: Work, *, exported: bool) -> Command:
    """The complete check of a shape with its report, in one process."""
    phase, at = ("after-export", AT_AFTER) if exported else ("before-export", AT)
    return check(folder, at, "--phase", phase, "--jobs", "1", "-o", f"html:{work.report('report')}")


def _plain(runs: Sequence[Run]) -> list[list[float]]:
    for one in runs:
        assert not one.failed, one.failed
    return [one.plain() for one in runs]


def _less(one: Sequence[float], start: float) -> list[float]:
    seconds, cpu, peak = one
    return [seconds, max(cpu - start, 0.001), peak]


def _written(work: Work, name: str, size: int) -> Path:
    """Return the folder with a shape of a size, written in a process of its own if it isn't there."""
    folder = work.folder / f"{name.replace(' ', '-')}-{size}"
    if not folder.is_dir():
        done = run(Command(python("-m", "benchmarks.shapes", folder, name, str(size))))
        assert not done.failed, done.failed
    return folder


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
