"""How QuickBooks may name a customer or vendor of ServiceTitan.

ServiceTitan finds a customer by the exact name at the first export, and appends its own id (the Export ID) when it creates a new
one (docs/sources.md, names in ServiceTitan). In QuickBooks a transaction may belong to any level of a customer:job.
"""

from __future__ import annotations

from exportready.kinds import fold
from exportready.model.evidence import Value


def forms(name: Value, id_: Value) -> tuple[str, ...]:
    """Return the names to look for: the name itself, and with the Export ID; none where the name is not known."""
    if not isinstance(name, str):
        return ()
    return (name, f"{name} {id_}") if isinstance(id_, str) else (name,)


def folded_forms(name: Value, id_: Value) -> frozenset[str]:
    """Return the names to look for, as they compare."""
    return frozenset(map(fold, forms(name, id_)))


def levels(customer: Value) -> frozenset[str]:
    """Return the name of every level of a customer:job, as they compare; none where it is not a name."""
    return frozenset(map(fold, customer.split(":"))) if isinstance(customer, str) else frozenset()
