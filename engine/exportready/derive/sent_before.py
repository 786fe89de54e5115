"""Use ServiceTitan's data from before the export where the files from after the export don't have it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from exportready.derive.answers import batches_named
from exportready.kinds.transactions import EXPORTED, PURCHASE_ORDER
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Evidence, Scope, Unknown, Value
from exportready.model.reasons import Channel, Reason

_REMEDY = "Confirm which batches were exported. To see what was not exported, save ServiceTitan's transactions again"
_STATUSES = (("syncStatus", "batch.number"), ("parent.syncStatus", "parent.batch.number"))
"""(status field, batch field) of a transaction and of its lines."""


def with_what_was_sent(now: Evidence, before: Evidence) -> Evidence:
    """Return the evidence after the export, with the ServiceTitan datasets from before it that the new files don't have."""
    kinds = [kind for kind in before.datasets if kind.startswith("servicetitan.") and now.dataset(kind).scope is Scope.MISSING]
    exported = batches_named(now, "exportedBatches")
    return replace(
        now,
        datasets={**now.datasets, **{kind: _of_before(before.datasets[kind], exported) for kind in kinds}},
        listings={**now.listings, **{kind: before.listings[kind] for kind in kinds if kind in before.listings}},
    )


def _of_before(dataset: Dataset, exported: frozenset[str]) -> Dataset:
    """Return the dataset without the statuses that the export may have changed.

    Those are the statuses in exported batches, or in all batches if the answers don't say which were exported.
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
        may_be_exported = not exported or number in exported or isinstance(number, Unknown)
        yield unknown if not is_final and is_in_batch and may_be_exported else value
