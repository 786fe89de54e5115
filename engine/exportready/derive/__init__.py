"""Records to records: what no file states but follows from those that were read. Derivations carry gaps as readers do."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import datetime

from msgspec.structs import replace

from exportready.derive import (
    account,
    arrivals,
    connectors,
    customer_order,
    drift,
    errors,
    items,
    names,
    purchasing,
    tally,
    tax,
    trucks,
    waiting,
)
from exportready.model.evidence import Dataset, Evidence, Scope

DERIVATIONS: Mapping[str, Callable[[Evidence], Dataset]] = {
    "derived.batch": waiting.batches,
    "derived.batched": waiting.batched,
    "derived.match": arrivals.matches,
    "derived.tie_out": tally.tie_out,
    "derived.export_log": errors.log,
    "derived.export_error": errors.errors,
    "derived.item_use": items.uses,
    "derived.item": items.items,
    "derived.account_use": items.account_uses,
    "derived.waiting_customer": names.customers,
    "derived.waiting_vendor": names.vendors,
    "derived.tax_zone": tax.zones,
    "derived.purchase_charge": purchasing.charges,
    "derived.technician_truck": trucks.of_technicians,
    "derived.applied_payment": connectors.applied_payments,
}
"""Kinds that are concluded from what was read, the account's own record and which transactions wait."""


def derive(evidence: Evidence, at: datetime, before: Evidence | None = None, wanted: Container[str] | None = None) -> Evidence:
    """The evidence with every derived kind that it does not state itself, or with those that are `wanted`.

    `at` decides which answers are fresh, `before` is an earlier snapshot for what has changed since.
    """
    stated = frozenset(evidence.datasets)

    def is_open(kind: str) -> bool:
        return kind not in stated and (wanted is None or kind in wanted)

    now = waiting.mark(evidence)
    if "derived.account" not in stated:
        now = _with(now, Dataset(kind="derived.account", records=(account.conclude(now, at),), scope=Scope.WHOLE))
    now = purchasing.none_without_module(now)
    if is_open("derived.customer_order"):
        now = _with(now, customer_order.conclude(now, at))
    if is_open("derived.drift"):
        now = _with(now, drift.settings(now, before))
    for kind, conclude in DERIVATIONS.items():
        if is_open(kind):
            now = _with(now, conclude(now))
    return now


def _with(evidence: Evidence, dataset: Dataset) -> Evidence:
    return replace(evidence, datasets={**evidence.datasets, dataset.kind: dataset})
