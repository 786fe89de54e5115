"""Keeps of each transaction the lines of the version that counts, and says how complete the lines of several lists are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from exportready.kinds import KINDS
from exportready.model.evidence import SHEET, Dataset, Listing, Location, Record, Scope, Value
from exportready.model.reasons import Reason


def of_versions_that_count(lines: Sequence[Listing], parents: Dataset, listed: Sequence[Listing]) -> list[Listing]:
    """Return the listings of lines without those of a version of their transaction that isn't used: an older one, or a copy.

    `parents` are the transactions that are used, `listed` the listings that they come from. Lines stay if the file with the version
    that counts doesn't have lines at all.
    """
    identity = KINDS[parents.kind].identity
    if identity is None:
        return list(lines)
    with_lines = {one.path for one in lines if one.cause is not Reason.NOT_EXPORTED}
    counting: dict[Value, Location] = {
        id_: record.where for record in parents.rows() if isinstance(id_ := record.get(identity), str)
    }
    unused = {
        _place(record.where)
        for listing in listed
        for record in listing.records
        if (where := counting.get(record.get(identity))) is not None and where != record.where and where.path in with_lines
    }
    return [_without(listing, unused) for listing in lines] if unused else list(lines)


def _place(where: Location) -> tuple[str, str]:
    return where.path, where.pointer


def _without(listing: Listing, unused: set[tuple[str, str]]) -> Listing:
    kept = tuple(record for record in listing.records if (record.where.path, _parent(record)) not in unused)
    return listing if len(kept) == len(listing.records) else replace(listing, records=kept)


def _parent(line: Record) -> str:
    """Return the pointer to the record that a line is in: "/data/3" for "/data/3/items/0", "InvoiceRet[2]" for its second line."""
    name = KINDS[line.kind].array_of
    return line.where.pointer.rpartition(f"/{name[1]}")[0] if name else ""


def as_complete_as(parents: Dataset, lines: Dataset, listings: Sequence[Listing]) -> Dataset:
    """Return the lines of several lists as complete as their transactions, if each list has all lines of its own."""
    several = len({one.path for one in listings if one.part not in ("fragment", SHEET)}) > 1
    if not several or not all(one.whole for one in listings) or lines.scope is Scope.MISSING:
        return lines
    return replace(lines, scope=parents.scope, why=parents.why, cause=parents.cause, days=parents.days)


def parents_first(kinds: Mapping[str, object]) -> list[str]:
    """Return kinds in the order in which they are put together: those of lines after those that have the lines."""
    return sorted(kinds, key=lambda kind: (KINDS[kind].array_of is not None, kind))
