"""Elements that no transaction of a response has, because the request didn't ask for them.

A request may name the elements it wants (Intuit, qbXML Onscreen Reference: IncludeRetElement). Then the others are missing from
every record, and that says nothing about them. In a single record, each of them may be empty.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from exportready.kinds.table import Kind
from exportready.model.evidence import UNSET, Record

_USUAL = ("RefNumber", "Memo", "SalesTaxTotal")
"""Elements that some of many transactions have."""
_MANY = 10
"""Number of transactions among which one would have such an element."""


def without_unrequested(kind: Kind, records: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records of a response, without the fields that were not requested."""
    if "TxnDate" not in kind.fields or kind.array_of or len(records) < _MANY:
        return tuple(records)
    absent = [name for name in _USUAL if all(record.fields.get(name) is UNSET for record in records)]
    if not absent:
        return tuple(records)
    return tuple(
        replace(record, fields={name: value for name, value in record.fields.items() if name not in absent})
        for record in records
    )
