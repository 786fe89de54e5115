"""Mark which transactions are pending: in a batch that is still to be exported.

ServiceTitan has no list of batches; each transaction has the number of its batch (docs/sources.md, batches). A transaction in no batch
yet, such as the invoice of an unfinished job, is not about to be exported. Only account.yaml says that a batch was bypassed, or was
exported after the files were made. If a file doesn't say whether a transaction was voided, or which batch in account.yaml a purchase
order belongs to, the transaction is treated as pending: checking too much hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from exportready.derive.answers import batches_named
from exportready.derive.unknowns import without
from exportready.kinds import children
from exportready.kinds.transactions import BATCHED, EXPORTED, PURCHASE_ORDER, TRANSACTIONS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Evidence, Unknown, Value
from exportready.model.reasons import Reason

_SETTLED = ("bypassedBatches", "exportedBatches")
"""The answers that list batches with nothing left to export."""
NO_ID = "0"
"""The ID where there is no object."""
NO_STATUS = "its status (Pending, Posted or Exported) is not in the file"


def settled_batches(evidence: Evidence) -> frozenset[str]:
    """Return the numbers of the batches that account.yaml says were bypassed or exported."""
    return frozenset(number for path in _SETTLED for number in batches_named(evidence, path))


def mark(evidence: Evidence) -> Evidence:
    """Return the evidence with `waits` on every ServiceTitan transaction, and `parent.waits` on its lines.

    The listings of these kinds drop their records, which are not read again; otherwise every transaction would be in memory twice.
    """
    settled = settled_batches(evidence)
    settled_ids = {
        id_
        for dataset in map(evidence.dataset, BATCHED)
        for id_, number in zip(dataset.column("batch.id"), dataset.column("batch.number"), strict=True)
        if number in settled
    }
    datasets, listings = dict(evidence.datasets), dict(evidence.listings)
    for kind in TRANSACTIONS:
        for name, prefix in ((kind, ""), *((child.name, "parent.") for child in children(kind))):
            dataset, lists = datasets.get(name), listings.get(name, ())
            if dataset is None:
                continue
            of_orders = kind == PURCHASE_ORDER
            column = _orders(dataset, prefix, settled_ids) if of_orders else _transactions(dataset, prefix, settled)
            datasets[name] = dataset.with_column(f"{prefix}waits", _with_stated(dataset, prefix, column))
            listings[name] = tuple(replace(listing, records=()) for listing in lists) if dataset.rows() else lists
    return replace(evidence, datasets=datasets, listings=listings)


def _with_stated(dataset: Dataset, prefix: str, column: Iterator[Value]) -> Iterator[Value]:
    """Return the column, but keep values that the evidence states itself (in a rule's example), and set removed lines to false."""
    stated, active = dataset.column(f"{prefix}waits"), dataset.column("active")
    for own, is_active, value in zip(stated, active, column, strict=True):
        if own is not NOT_EXPORTED:
            yield own
        else:  # only the line feed includes lines that were removed from their invoice
            yield False if prefix and is_active is False else value


def _orders(dataset: Dataset, prefix: str, settled_ids: set[Value]) -> Iterator[Value]:
    """Yield for each purchase order, or line of one, whether it is pending. Orders have their own status field."""
    for status, batch in zip(dataset.column(f"{prefix}status"), dataset.column(f"{prefix}batchId"), strict=True):
        if status in ("Exported", "Canceled") or (isinstance(batch, str) and batch in settled_ids):
            yield False
        elif isinstance(status, str):
            yield True
        else:
            yield without(status, "the status of the purchase order is not known")


def _transactions(dataset: Dataset, prefix: str, settled: frozenset[str]) -> Iterator[Value]:
    """Yield for each transaction, or line of one, whether it is pending."""
    batches = zip(*(dataset.column(f"{prefix}batch.{name}") for name in ("number", "id", "name")), strict=True)
    for (number, *others), open_ in zip(batches, unexported(dataset, prefix, settled), strict=True):
        if open_ is False:
            yield False
        elif number is UNSET:  # in no batch, if nothing else names one
            is_in_one = any(isinstance(other, str) and other != NO_ID for other in others)
            yield Unknown(cause=Reason.EMPTY, reason="the number of its batch is blank") if is_in_one else False
        elif number is NOT_EXPORTED:
            yield Unknown(cause=Reason.NOT_EXPORTED, reason="its batch is not in the file")
        else:
            yield number if isinstance(number, Unknown) else open_


def unexported(dataset: Dataset, prefix: str, settled: frozenset[str]) -> Iterator[Value]:
    """Yield for each transaction, or line of one, whether it is still to be exported, in a batch or not."""
    names = ("syncStatus", "active", "status", "batch.number")
    for sync, active, status, number in zip(*(dataset.column(prefix + name) for name in names), strict=True):
        if sync in EXPORTED or active is False or status == "Canceled" or (isinstance(number, str) and number in settled):
            yield False
        elif isinstance(sync, str):
            yield True
        else:
            yield without(sync, NO_STATUS) if sync is NOT_EXPORTED or sync is UNSET else sync
