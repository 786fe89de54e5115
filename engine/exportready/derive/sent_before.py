"""What ServiceTitan held before the export, for files made after it that lack it."""

from __future__ import annotations

from msgspec.structs import replace

from exportready.derive.exported import DONE
from exportready.derive.waiting import ORDERS, named_batches
from exportready.model.evidence import UNSET, Dataset, Evidence, Scope, Unknown
from exportready.model.reasons import Reason


def with_what_was_sent(now: Evidence, before: Evidence) -> Evidence:
    """After the export: what ServiceTitan held is taken from the files of before it where the new ones lack it."""
    kinds = [kind for kind in before.datasets if kind.startswith("servicetitan.") and now.dataset(kind).scope is Scope.MISSING]
    done = named_batches(now, "exportedBatches")
    return replace(
        now,
        datasets={**now.datasets, **{kind: _of_before(before.datasets[kind], done) for kind in kinds}},
        listings={**now.listings, **{kind: before.listings[kind] for kind in kinds if kind in before.listings}},
    )


def _of_before(dataset: Dataset, done: frozenset[str]) -> Dataset:
    """The dataset with no status that the export may have changed since: those of batches that were exported, or of which nobody
    says which were."""
    stale = Unknown(Reason.INCONCLUSIVE, "its status in your files is from before the export", OF_BEFORE_MEND)
    records = []
    for record in dataset.records:
        fields = dict(record.fields)
        for status, batch in (
            ("syncStatus", "batch.number"),
            ("parent.syncStatus", "parent.batch.number"),
            ("status", "batchId"),
        ):
            number = fields.get(batch, UNSET)
            is_status = status != "status" or dataset.kind == ORDERS
            if (
                is_status
                and fields.get(status) not in (*DONE, None, "Canceled")
                and number is not UNSET
                and (not done or number in done)
            ):
                fields[status] = stale
        records.append(replace(record, fields=fields))
    return replace(dataset, records=tuple(records))


OF_BEFORE_MEND = (
    "Say which batches were exported: exportready ask, or exportedBatches in account.yaml. To see what was left behind, export "
    "ServiceTitan's transactions again"
)
