"""What ServiceTitan held before the export, for files made after it that lack it."""

from __future__ import annotations

from msgspec.structs import replace

from exportready.derive.exported import DONE
from exportready.derive.waiting import ORDERS, named_batches
from exportready.model.evidence import UNSET, Evidence, Scope, Shelf, Unknown


def with_what_was_sent(now: Evidence, before: Evidence) -> Evidence:
    """After the export: what ServiceTitan held is taken from the files of before it where the new ones lack it."""
    kinds = [kind for kind in before.shelves if kind.startswith("servicetitan.") and now.shelf(kind).scope is Scope.MISSING]
    done = named_batches(now, "exportedBatches")
    return replace(
        now,
        shelves={**now.shelves, **{kind: _of_before(before.shelves[kind], done) for kind in kinds}},
        listings={**now.listings, **{kind: before.listings[kind] for kind in kinds if kind in before.listings}},
    )


def _of_before(shelf: Shelf, done: frozenset[str]) -> Shelf:
    """The shelf with no status that the export may have changed since: those of batches that were exported, or of which nobody
    says which were."""
    stale = Unknown("its status in your files is from before the export", OF_BEFORE_MEND)
    records = []
    for record in shelf.records:
        fields = dict(record.fields)
        for status, batch in (
            ("syncStatus", "batch.number"),
            ("parent.syncStatus", "parent.batch.number"),
            ("status", "batchId"),
        ):
            number = fields.get(batch, UNSET)
            is_status = status != "status" or shelf.kind == ORDERS
            if (
                is_status
                and fields.get(status) not in (*DONE, None, "Canceled")
                and number is not UNSET
                and (not done or number in done)
            ):
                fields[status] = stale
        records.append(replace(record, fields=fields))
    return replace(shelf, records=tuple(records))


OF_BEFORE_MEND = (
    "Say which batches were exported: exportready ask, or exportedBatches in account.yaml. To see what was left behind, export "
    "ServiceTitan's transactions again"
)
