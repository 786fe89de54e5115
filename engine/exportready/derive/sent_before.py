"""What ServiceTitan held before the export, for files made after it that lack it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from exportready.derive.answers import batches_named
from exportready.kinds.transactions import EXPORTED, PURCHASE_ORDER
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Evidence, Scope, Unknown, Value
from exportready.model.reasons import Channel, Reason

_REMEDY = (
    "Say which batches were exported: exportready ask, or exportedBatches in account.yaml. To see what was left behind, export "
    "ServiceTitan's transactions again"
)
_STATUSES = (("syncStatus", "batch.number"), ("parent.syncStatus", "parent.batch.number"))
"""(status, number of the batch) of a transaction and of its lines."""


def with_what_was_sent(now: Evidence, before: Evidence) -> Evidence:
    """Return the evidence after the export, with what ServiceTitan held before it where the new files lack that."""
    kinds = [kind for kind in before.datasets if kind.startswith("servicetitan.") and now.dataset(kind).scope is Scope.MISSING]
    exported = batches_named(now, "exportedBatches")
    return replace(
        now,
        datasets={**now.datasets, **{kind: _of_before(before.datasets[kind], exported) for kind in kinds}},
        listings={**now.listings, **{kind: before.listings[kind] for kind in kinds if kind in before.listings}},
    )


def _of_before(dataset: Dataset, exported: frozenset[str]) -> Dataset:
    """Return the dataset without the statuses that the export may have changed since.

    Those are of batches that were exported, or of all batches where nobody says which were.
    """
    for status, batch in (*_STATUSES, *((("status", "batchId"),) if dataset.kind == PURCHASE_ORDER else ())):
        dataset = dataset.with_column(status, _still_known(dataset, status, batch, exported))
    return dataset


def _still_known(dataset: Dataset, status: str, batch: str, exported: frozenset[str]) -> Iterator[Value]:
    reason = "its status in your files is from before the export"
    unknown = Unknown(cause=Reason.BEFORE_EXPORT, reason=reason, remedy=_REMEDY, channel=Channel.ASK)
    for value, number in zip(dataset.column(status), dataset.column(batch), strict=True):
        is_final = value is NOT_EXPORTED or value in (*EXPORTED, "Canceled")
        is_in_batch = number is not NOT_EXPORTED and number is not UNSET
        yield unknown if not is_final and is_in_batch and (not exported or number in exported) else value
