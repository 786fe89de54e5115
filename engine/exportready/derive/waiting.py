"""Which transactions wait: they stand in a batch that is still to be exported. And the batches, put together from them.

ServiceTitan lists no batches; a transaction names the one in which it stands (docs/sources.md, batches). One in no batch
yet, such as the invoice of an unfinished job, is not about to be exported. A batch that was bypassed, or exported after
the files were made, is known from account.yaml only. Where a file does not say whether something was voided, or which
batch of account.yaml a purchase order's batch is, it waits: judging too much hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.conclusions import Conclusions, any_of, first, remedy_of, why_of
from exportready.kinds import KINDS, children
from exportready.kinds.account import LISTS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

TRANSACTIONS = ("servicetitan.invoice", "servicetitan.payment", "servicetitan.credit_memo", "servicetitan.bill")
ORDERS = "servicetitan.purchase_order"
_DONE = ("Exported", "PostedAndExported")


def named_batches(evidence: Evidence, listed: str) -> frozenset[str]:
    """The numbers that an answer of account.yaml lists (`exportedBatches`, `bypassedBatches`), with or without a #."""
    dataset = evidence.dataset("account.answers")
    named = dataset.records[0].fields if dataset.records else {}
    return frozenset(path.partition(".")[2].strip("# ") for path in named if path.partition(".")[0] == listed)


def left_out(evidence: Evidence) -> frozenset[str]:
    """Numbers of the batches that account.yaml says were bypassed or exported."""
    return frozenset(number for listed in LISTS for number in named_batches(evidence, listed))


def mark(evidence: Evidence) -> Evidence:
    """The evidence with `waits` on every transaction of ServiceTitan, and `parent.waits` on its lines."""
    left = left_out(evidence)
    left_ids = {
        record.get("batch.id")
        for kind in TRANSACTIONS
        for record in evidence.dataset(kind).records
        if record.get("batch.number") in left
    }
    datasets, listings = dict(evidence.datasets), dict(evidence.listings)
    for kind in (*TRANSACTIONS, ORDERS):
        for name, prefix in ((kind, ""), *((child.name, "parent.") for child in children(kind))):
            dataset = datasets.get(name)
            if dataset is not None:
                records = tuple(_marked(record, prefix, kind == ORDERS, left, left_ids) for record in dataset.records)
                datasets[name] = replace(dataset, records=records)
                # The lists too: else each transaction would be held twice, as it was read and as it is marked.
                marked = dict(zip(map(id, dataset.records), records, strict=True))
                listings[name] = tuple(
                    replace(listing, records=tuple(marked.get(id(one), one) for one in listing.records))
                    for listing in listings.get(name, ())
                )
    return replace(evidence, datasets=datasets, listings=listings)


def _marked(record: Record, prefix: str, is_order: bool, left: frozenset[str], left_ids: set[Value]) -> Record:
    name = prefix + "waits"
    if name in record.fields:
        return record
    waits = _order_waits(record, prefix, left_ids) if is_order else _waits(record, prefix, left)
    if prefix and record.get("active") is False:  # a line that was taken off its invoice (only the feed of lines shows some)
        waits = False
    return Record(
        kind=record.kind, key=record.key, fields={**record.fields, name: waits}, where=record.where, notes=record.notes
    )


def _order_waits(record: Record, prefix: str, left_ids: set[Value]) -> Value:
    """A purchase order has a status of its own, and of its batch only the id."""
    status, batch = record.get(prefix + "status"), record.get(prefix + "batchId")
    if status in ("Exported", "Canceled") or (isinstance(batch, str) and batch in left_ids):
        return False
    return True if isinstance(status, str) else Unknown(Reason.INCONCLUSIVE, "the status of the purchase order is not known")


def unexported(record: Record, prefix: str, left: frozenset[str]) -> Value:
    """Is it still to be exported some day, in a batch or not?"""
    status = record.get(prefix + "syncStatus")
    number = record.get(prefix + "batch.number")
    if status in _DONE or record.get(prefix + "active") is False or record.get(prefix + "status") == "Canceled":
        return False
    if isinstance(number, str) and number in left:
        return False
    if isinstance(status, str):
        return True
    if status is NOT_EXPORTED or status is UNSET:
        return Unknown(Reason.INCONCLUSIVE, "its status (Pending, Posted or Exported) is not in the file")
    return status


def _waits(record: Record, prefix: str, left: frozenset[str]) -> Value:
    number = record.get(prefix + "batch.number")
    open_ = unexported(record, prefix, left)
    if open_ is False or number is UNSET:
        return False
    if number is NOT_EXPORTED:
        return Unknown(Reason.INCONCLUSIVE, "its batch is not in the file")
    return number if isinstance(number, Unknown) else open_


# -- batches


def batches(evidence: Evidence) -> Dataset:
    """One record per batch that a transaction names."""
    found = Conclusions(kind="derived.batch")
    held: dict[str, list[Record]] = {}
    stray: dict[str, Unknown] = {}
    for record in _alive(evidence):
        number = record.get("batch.number")
        if isinstance(number, str):
            held.setdefault(number, []).append(record)
        elif isinstance(number, Unknown):
            stray.setdefault(
                record.kind, Unknown(Reason.INCONCLUSIVE, f"{record.key} does not say in a known way in which batch it stands")
            )
    gaps = {kind: _not_whole(evidence.dataset(kind)) or stray.get(kind) for kind in TRANSACTIONS}
    found.why = next((unknown.reason for unknown in stray.values()), "")
    of_invoices, of_payments = gaps["servicetitan.invoice"], gaps["servicetitan.payment"]
    for number in sorted(held, key=lambda text: (len(text), text)):
        records = held[number]
        invoices = [record for record in records if record.kind == "servicetitan.invoice"]
        payments = [record for record in records if record.kind == "servicetitan.payment"]
        fields: dict[str, Value] = {
            "number": number,
            "id": _told(records, "batch.id"),
            "name": _told(records, "batch.name"),
            "status": _status(records),
            "waits": any_of(record.get("waits") for record in records),
            "transactions": next(filter(None, gaps.values()), None) or Decimal(len(records)),
            "invoices": of_invoices or Decimal(len(invoices)),
            "invoiceAmount": of_invoices or _total(invoices),
            "payments": of_payments or Decimal(len(payments)),
            "paymentAmount": of_payments or _total(payments),
        }
        found.add(fields, records[0].where)
    return found.dataset(evidence.dataset("servicetitan.invoice"), evidence.dataset("servicetitan.payment"))


def _alive(evidence: Evidence) -> Iterator[Record]:
    for kind in TRANSACTIONS:
        for record in sorted(evidence.dataset(kind).records, key=lambda record: record.key):
            if record.get("active") is not False and record.get("status") != "Canceled":
                yield record


def batched(evidence: Evidence) -> Dataset:
    """One record per transaction that stands in a batch, with the status of its own and the batch's.

    Invoices and payments must be known whole, bills where Purchasing is in use; credit memos are judged where the files hold
    them, as in the tie-out (docs/decisions/tie-out.md).
    """
    found = Conclusions(kind="derived.batched")
    states = {one.get("number"): one.get("status") for one in evidence.dataset("derived.batch").records}
    said = named_batches(evidence, "exportedBatches")
    for record in _alive(evidence):
        number, status = record.get("batch.number"), record.get("syncStatus")
        if number is UNSET:
            continue
        voided = record.get("active") if "active" in KINDS[record.kind].fields else record.get("status")
        if number in said and states.get(number) in ("Pending", "Posted"):
            voided = Unknown(
                Reason.INCONCLUSIVE,
                "its batch was exported after your file was made, so nothing shows what was left behind",
                _AGAIN,
            )
        party = "vendor.name" if record.kind == "servicetitan.bill" else "customer.name"
        fields: dict[str, Value] = {
            "type": record.kind.partition(".")[2].replace("_", " "),
            "customer": record.get(party),
            "number": record.get("referenceNumber"),
            "batch": number,
            "status": voided if status not in _DONE and isinstance(voided, Unknown) else status,
            "batchStatus": states.get(number, Unknown(Reason.INCONCLUSIVE, "its batch is not known")),
        }
        found.add(fields, record.where)
    return found.dataset(*(evidence.dataset(kind) for kind in to_be_whole(evidence, TRANSACTIONS)))


_AGAIN = "Export ServiceTitan's transactions again, now that the batch was exported"


def to_be_whole(evidence: Evidence, kinds: Sequence[str]) -> list[str]:
    """Of kinds of transactions, those that must be known whole: invoices and payments, bills where Purchasing is in use, purchase
    orders where they are exported, and what else the files hold. Many accounts have no credit memos."""
    account = evidence.dataset("derived.account").records[0]
    must = {"servicetitan.invoice", "servicetitan.payment"}
    must |= {"servicetitan.bill"} if account.get("purchasing") is True else set()
    must |= {ORDERS} if account.get("purchaseOrdersExported") is True else set()
    return [kind for kind in kinds if kind in must or evidence.dataset(kind).scope is not Scope.MISSING]


def _not_whole(dataset: Dataset) -> Unknown | None:
    """Why the transactions of a kind cannot be counted; None where all of them are there."""
    return (
        Unknown(Reason.INCONCLUSIVE, why_of(dataset), remedy_of(dataset))
        if dataset.scope in (Scope.MISSING, Scope.PART)
        else None
    )


def _told(records: Sequence[Record], name: str) -> Value:
    values = [record.get(name) for record in records]
    return first(values, values[0])


def _status(records: Iterable[Record]) -> Value:
    states = {record.get("syncStatus") for record in records}
    if not all(isinstance(state, str) for state in states):
        return Unknown(
            Reason.INCONCLUSIVE, "the status (Pending, Posted or Exported) of one of its transactions is not in the file"
        )
    done = states & set(_DONE)
    if done:
        return "Exported" if done == states else "Partly exported"
    return "Posted" if states == {"Posted"} else "Pending"


def _total(records: Iterable[Record]) -> Value:
    total = Decimal(0)
    for record in records:
        amount = record.get("total")
        if not isinstance(amount, Decimal):
            return amount if isinstance(amount, Unknown) else Unknown(Reason.INCONCLUSIVE, f"{record.key} has no amount")
        total += amount
    return total
