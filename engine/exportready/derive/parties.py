"""List the names under which QuickBooks may have a ServiceTitan customer or vendor.

At the first export, ServiceTitan finds a customer by the exact name. It appends its own ID (the Export ID) when it creates a new
customer (docs/sources.md, names in ServiceTitan). In QuickBooks, a transaction can belong to any level of a customer:job.
"""

from __future__ import annotations

from exportready.kinds import fold
from exportready.model.evidence import Value


def forms(name: Value, id_: Value) -> tuple[str, ...]:
    """Return the names to look for: the name itself, and the name with the Export ID; nothing if the name is not known."""
    if not isinstance(name, str):
        return ()
    return (name, f"{name} {id_}") if isinstance(id_, str) else (name,)


def folded_forms(name: Value, id_: Value) -> frozenset[str]:
    """Return the names to look for, folded for comparison."""
    return frozenset(map(fold, forms(name, id_)))


def levels(customer: Value) -> frozenset[str]:
    """Return the folded name of every level of a customer:job; nothing if it is not a name."""
    return frozenset(map(fold, customer.split(":"))) if isinstance(customer, str) else frozenset()
