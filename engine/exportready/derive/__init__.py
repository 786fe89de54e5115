"""Records to records: what no file states but follows from those that were read. Derivations carry gaps as readers do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from exportready.derive import account, customer_order
from exportready.model.evidence import Evidence, Scope, Shelf


def derive(evidence: Evidence, at: datetime) -> Evidence:
    """The evidence with every derived kind that it does not state itself. `at` decides which answers are fresh."""
    derived: dict[str, Shelf] = {}
    if "derived.account" not in evidence.shelves:
        derived["derived.account"] = Shelf("derived.account", (account.conclude(evidence, at),), Scope.WHOLE)
    if "derived.customer_order" not in evidence.shelves:
        derived["derived.customer_order"] = customer_order.conclude(evidence, at)
    return replace(evidence, shelves={**evidence.shelves, **derived})
