"""Whether QuickBooks has room for more names: customers, jobs, vendors, employees and other names share one limit.

QuickBooks states the limit itself if it was asked for it (qbxml130.xsd, ListMetaData). Otherwise the edition decides (docs/sources.md,
list limits).
"""

from __future__ import annotations

from decimal import Decimal

from exportready.derive.derivation import Inputs, derivation
from exportready.derive.unknowns import not_whole, without
from exportready.model.evidence import Dataset, Location, Record, Scope, Value

_KIND, _HOST = "derived.name_count", "quickbooks.Host"
_LISTS = ("quickbooks.Customer", "quickbooks.Vendor", "quickbooks.Employee", "quickbooks.OtherName")
"""The lists that share the limit."""
_CAPACITY = "ListMetaData.EntityMetaData.MaxCapacity"
_SMALLEST, _ENTERPRISE = Decimal(14_500), Decimal(1_000_000)
"""The limits of QuickBooks Pro and Premier, and of QuickBooks Enterprise."""
MARGIN = Decimal(500)
"""How many names must be left. The number is our own."""


@derivation(_KIND, reads="\n".join((*_LISTS, f"{_HOST} ProductName {_CAPACITY}")))
def count(inputs: Inputs) -> Dataset:
    """Conclude a single record.

    Names in a part of a list count, so a part may prove that too few are left, but not that enough are.
    """
    lists = [inputs.dataset(kind) for kind in _LISTS]
    there = [one for one in lists if one.scope is not Scope.MISSING]
    if not there:
        first = lists[0]
        return Dataset(kind=_KIND, why=first.why, cause=first.cause, source=first.kind, remedy=first.remedy)
    names = Decimal(sum(len(one.rows()) for one in there))
    lacking = next((one for one in lists if one.scope is not Scope.WHOLE), None)
    limit = _limit(inputs)
    least = limit if isinstance(limit, Decimal) else _SMALLEST
    has_room: Value
    if names + MARGIN > least:
        has_room = False if isinstance(limit, Decimal) else limit
    else:
        has_room = True if lacking is None else not_whole(lacking)
    fields: dict[str, Value] = {"list": "Names", "names": names, "limit": limit, "hasRoom": has_room}
    where = next((one.rows()[0].where for one in there if one.rows()), Location("account.yaml"))
    return Dataset(kind=_KIND, records=(Record(kind=_KIND, key="Names", fields=fields, where=where),), scope=Scope.WHOLE)


def _limit(inputs: Inputs) -> Value:
    dataset = inputs.dataset(_HOST)
    host = dataset.first()
    if host is None:
        return not_whole(dataset, "your files don't show which edition of QuickBooks this is")
    stated, product = host.get(_CAPACITY), host.get("ProductName")
    if isinstance(stated, Decimal):
        return stated
    if not isinstance(product, str):
        return without(product, "your files don't show which edition of QuickBooks this is")
    return _ENTERPRISE if "enterprise" in product.lower() else _SMALLEST
