"""How many names QuickBooks has: its customers, jobs, vendors, employees and other names share one limit (docs/sources.md, list limits)."""

from __future__ import annotations

from decimal import Decimal

from exportready.derive.derivation import Inputs, derivation
from exportready.derive.unknowns import not_whole
from exportready.model.evidence import Dataset, Location, Record, Scope, Value

_KIND = "derived.name_count"
LISTS = {
    "quickbooks.Customer": "FullName",
    "quickbooks.Vendor": "Name",
    "quickbooks.Employee": "Name",
    "quickbooks.OtherName": "Name",
}
"""The lists that share the limit, with the field of the name."""


@derivation(_KIND, reads="\n".join(f"{kind} {name}" for kind, name in LISTS.items()))
def count(inputs: Inputs) -> Dataset:
    """Conclude a single record. What is there counts, so a part of a list may prove that there are too many, but not that there are few."""
    lists = [inputs.dataset(kind) for kind in LISTS]
    there = [one for one in lists if one.scope is not Scope.MISSING]
    if not there:
        return Dataset(kind=_KIND, why=lists[0].why, cause=lists[0].cause, source=lists[0].kind, remedy=lists[0].remedy)
    at_least = Decimal(sum(len(one.rows()) for one in there))
    lacking = next((one for one in lists if one.scope is not Scope.WHOLE), None)
    exactly: Value = at_least if lacking is None else not_whole(lacking)
    where = next((one.rows()[0].where for one in there if one.rows()), Location("account.yaml"))
    fields: dict[str, Value] = {"list": "Names", "names": exactly, "atLeast": at_least}
    record = Record(kind=_KIND, key="Names", fields=fields, where=where)
    return Dataset(kind=_KIND, records=(record,), scope=Scope.WHOLE)
