"""Records of QuickBooks without a name: every entry of its lists has one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Dataset, Record, Unknown
from exportready.model.reasons import Reason
from exportready.model.rules import Type


def with_names(dataset: Dataset) -> Dataset:
    """Return the dataset with the name of each nameless record unknown: it may be any name, which isn't the same as none.

    Every entry of a list has a name, and every transaction has that of its customer or vendor (Intuit, qbXML schema). A line may have no
    item, so lines are left as they are.
    """
    kind = KINDS[dataset.kind]
    if kind.array_of or not dataset.kind.startswith("quickbooks."):
        return dataset
    names = [name for name in {*kind.key, "Name", "FullName"} if name in kind.fields and kind.fields[name].type is Type.NAME]
    if all(record.fields.get(name) is not UNSET for record in dataset.records for name in names):
        return dataset
    return dataset.with_rows(_named(record, names) for record in dataset.records)


def _named(record: Record, names: Sequence[str]) -> Record:
    blank = [name for name in names if record.fields.get(name) is UNSET]
    unknown = Unknown(cause=Reason.EMPTY, reason=_nameless(record)) if blank else None
    return replace(record, fields={**record.fields, **dict.fromkeys(blank, unknown)}) if unknown else record


def _nameless(record: Record) -> str:
    where = f"line {record.where.line} of {record.where.path}" if record.where.line else record.where.path
    return f"the name is blank ({where})"
