"""Find the objects that a program's own records use but that are missing from that program's own list.

Such a list isn't complete, whatever it says of itself: we know neither whether the object is active nor anything else about it
(docs/decisions/references-resolve.md). ServiceTitan's lists are compared with its pending transactions, QuickBooks' lists with all
records of QuickBooks. The programs are never compared with each other: what ServiceTitan names and a complete list of QuickBooks
doesn't have is new there. A list that wasn't supplied proves nothing, and only the rules that read it ask for it.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from datetime import date, datetime

from msgspec.structs import replace

from exportready.derive.pending import NO_ID
from exportready.kinds import KINDS, children, fold
from exportready.kinds.nouns import noun
from exportready.kinds.references import (
    BOOKS_REFERENCES,
    LINKED_KINDS,
    LINKS,
    LISTS_BY_TYPE,
    OWN_REFERENCES,
    OwnReference,
)
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.display import join_words
from exportready.model.evidence import Dataset, Evidence, Record, Scope, Value
from exportready.model.reasons import Reason

_SHOWN = 3
"""Maximum number of objects that the reason of a list names."""


def mark(evidence: Evidence, read: Container[str] | None = None) -> Evidence:
    """Return the evidence in which a list is a part if an object of a pending transaction is missing from it.

    Its reason lists the objects. A list that is a part for a more serious reason keeps that one. `read` are the kinds whose records
    were read, None: all.
    """
    pending = {kind: _pending(evidence.dataset(kind)) for kind in {one.kind for one in OWN_REFERENCES}}
    missing: dict[str, dict[str, Record]] = {}
    """List -> each object that is missing from it, with the first record that uses it."""
    indexes: dict[tuple[tuple[str, ...], str], _Index] = {}
    for reference in (one for one in OWN_REFERENCES if read is None or all(kind in read for kind in one.lists)):
        lists = {kind: evidence.dataset(kind) for kind in reference.lists}
        for kind, named, record in _dangling(reference, pending[reference.kind], lists, indexes):
            first = missing.setdefault(kind, {}).setdefault(named, record)
            missing[kind][named] = min(first, record, key=lambda one: one.key)
    for kind, named, record in (*_dangling_in_books(evidence, read), *_dangling_links(evidence, read)):
        missing.setdefault(kind, {}).setdefault(named, record)
    for kind in list(missing):
        if kind in TRANSACTIONS and evidence.dataset(kind).scope is not Scope.WHOLE:
            del missing[kind]  # only some days or the pending batches, as it says: an earlier invoice is nowhere else
            continue
        missing |= {child.name: missing[kind] for child in children(kind) if child.name not in missing}
    marked = {
        kind: _part(dataset, named)
        for kind, named in missing.items()
        if (dataset := evidence.dataset(kind)).scope is not Scope.MISSING
    }
    paths = {listing.path for kind in marked for listing in evidence.listings.get(kind, ())}
    sources = tuple(replace(one, complete=False) if one.path in paths else one for one in evidence.sources)
    return replace(evidence, datasets={**evidence.datasets, **marked}, sources=sources)


_BETWEEN_TRANSACTIONS = tuple(one for one in OWN_REFERENCES if one.lists[0] in TRANSACTIONS)


def exported_reads(kinds: Container[str]) -> str:
    """Return what `with_exported` reads for these kinds, apart from the fields that name a transaction, which are always read."""
    return "\n".join(
        f"{one.kind} {' '.join(sorted(one.fields))}{' parent.active' if KINDS[one.kind].array_of else ''}\n{one.lists[0]} id"
        for one in _BETWEEN_TRANSACTIONS
        if one.lists[0] in kinds
    )


def with_exported(evidence: Evidence, kind: str) -> Dataset:
    """Return a list of transactions, as a part if any transaction refers to one that it doesn't have.

    For what is checked after an export: then exported transactions matter as pending ones do before it.
    """
    dataset = evidence.dataset(kind)
    missing: dict[str, Record] = {}
    for reference in (one for one in _BETWEEN_TRANSACTIONS if kind in one.lists and dataset.scope is Scope.WHOLE):
        for _, named, record in _dangling(reference, _alive(evidence.dataset(reference.kind)), {kind: dataset}):
            missing[named] = min(missing.get(named, record), record, key=lambda one: one.key)
    return _part(dataset, missing) if missing else dataset


def _alive(dataset: Dataset) -> list[Record]:
    """Return the records of transactions that were neither voided nor canceled."""
    of = "parent." if KINDS[dataset.kind].array_of else ""
    return [one for one in dataset.rows() if one.get(f"{of}active") is not False and one.get(f"{of}status") != "Canceled"]


def _pending(dataset: Dataset) -> list[Record]:
    """Return the records of transactions that are pending, or may be."""
    waits = "parent.waits" if KINDS[dataset.kind].array_of else "waits"
    return [record for record in dataset.rows() if record.get(waits) is not False]


def _dangling(
    reference: OwnReference,
    pending: Sequence[Record],
    lists: Mapping[str, Dataset],
    indexes: dict[tuple[tuple[str, ...], str], _Index] | None = None,
) -> Iterator[tuple[str, str, Record]]:
    """Yield (list, object, record) for each object that is missing from its list.

    If an object may be in any of several lists, it is missing only if all of them were supplied. `indexes`: those that were made of
    the same lists, and to which another one is added.
    """
    supplied = [kind for kind, dataset in lists.items() if dataset.scope is not Scope.MISSING]
    if not supplied or not pending:
        return
    known, key = {} if indexes is None else indexes, (tuple(lists), reference.list_name)
    index = known.get(key) or known.setdefault(key, _Index(lists.values(), reference.list_name))
    for record in pending:
        name = index.missing_name(record.get(reference.id), record.get(reference.name))
        if name:
            kinds = _lists(reference, record.get(reference.type))
            for kind in kinds if set(kinds) <= set(supplied) else ():
                yield kind, f"{'item' if kind in PRICEBOOK else noun(kind)} {name}", record


_BY_FULL_NAME = ("qbxml", "iif")
"""The readers whose records refer to others as their lists name them. A QuickBooks report puts a number before an account's name."""


def _dangling_in_books(evidence: Evidence, read: Container[str] | None) -> Iterator[tuple[str, str, Record]]:
    """Yield (list, object, record) for each object that a record of QuickBooks names but that is missing from QuickBooks' own list.

    QuickBooks has every object that its records use. In an export of its lists (IIF) every name resolves; that this includes
    those of inactive entries is concluded (docs/sources.md, IIF). A qbXML answer may have been asked for active entries only. A
    record proves nothing if its file is older than the list, because the object may have another name now; if it was created
    after the list was exported, because the object may be as new; or if its file was written for import.
    """
    for target in dict.fromkeys(one.target for one in BOOKS_REFERENCES if read is None or one.target in read):
        listed, listings = evidence.dataset(target), evidence.listings.get(target, ())
        if not listings or any(one.reader not in _BY_FULL_NAME for one in listings):
            continue
        names = {fold(name) for name in listed.column(KINDS[target].key[0]) if isinstance(name, str)}
        has_inactive = all(one.reader == "iif" for one in listings)
        for reference in (one for one in BOOKS_REFERENCES if one.target == target):
            if reference.created and listed.scope is Scope.ACTIVE:
                continue  # a list of active entries needn't have what transactions used, which may be inactive now
            users = evidence.dataset(reference.kind)
            found = () if _is_after(listed.dated, users.dated) else _missing(users, reference.field, names)
            own = _written_by_books(evidence, reference.kind)
            for named, record in found:
                is_newer = reference.created and _is_after(record.get(reference.created), listed.dated)
                counts = has_inactive or record.get("IsActive") is not False
                if record.where.path in own and counts and not is_newer:
                    yield target, f"{noun(target)} {named}", record


def _dangling_links(evidence: Evidence, read: Container[str] | None) -> Iterator[tuple[str, str, Record]]:
    """Yield (list, transaction, link) for each transaction that a payment of QuickBooks pays but that is missing from its list.

    A list needs only the transactions of its own days, from the first to the last, and only if both lists were made at the same
    time: a link to a transaction of another day, or of a later answer, proves nothing. What an invoice is linked to is not followed:
    it isn't established whether QuickBooks removes the link to a payment that is deleted.
    """
    lists = {type_: evidence.dataset(kind) for type_, kind in LINKED_KINDS.items() if read is None or kind in read}
    ids = {type_: frozenset(listed.column("TxnID")) for type_, listed in lists.items()}
    days = {type_: sorted(day for day in listed.column("TxnDate") if isinstance(day, date)) for type_, listed in lists.items()}
    links = evidence.dataset(LINKS)
    for link in links.rows():
        type_, id_, day = (link.get(name) for name in ("TxnType", "TxnID", "TxnDate"))
        if not isinstance(type_, str) or not days.get(type_) or not isinstance(id_, str) or id_ in ids[type_]:
            continue
        is_within = not isinstance(day, date) or days[type_][0] <= day <= days[type_][-1]
        if is_within and lists[type_].dated == links.dated:
            number = link.get("RefNumber")
            yield LINKED_KINDS[type_], f"{noun(LINKED_KINDS[type_])} {number if isinstance(number, str) else id_}", link


def _written_by_books(evidence: Evidence, kind: str) -> frozenset[str]:
    """Return the files with records of a kind that QuickBooks wrote, and no other program or person for an import."""
    parent = KINDS[kind].array_of
    listings = (one for name in filter(None, (kind, parent and parent[0])) for one in evidence.listings.get(name, ()))
    return frozenset(one.path for one in listings if one.reader in _BY_FULL_NAME and one.part != "fragment")


def _is_after(moment: object, other: object) -> bool:
    """Return whether both moments are known, and the first is later."""
    return isinstance(moment, datetime) and isinstance(other, datetime) and moment > other


def _missing(dataset: Dataset, field: str, names: Container[str]) -> Iterator[tuple[str, Record]]:
    """Yield (name, record) for each name in a field that isn't among these. A field with several has one per line."""
    values = dataset.column(field)
    lacking = {
        value: missing
        for value in {value for value in values if isinstance(value, str)}
        if (missing := [name for name in value.split("\n") if fold(name) not in names])
    }
    for value, record in zip(values, dataset.rows(), strict=True) if lacking else ():
        yield from ((name, record) for name in (lacking.get(value, ()) if isinstance(value, str) else ()))


def _lists(reference: OwnReference, type_: Value) -> tuple[str, ...]:
    """Return the lists in which an object may be, by the type that its record states."""
    if not isinstance(type_, str) or type_ not in LISTS_BY_TYPE:
        return reference.lists
    stated = LISTS_BY_TYPE[type_]
    return (stated,) if stated else ()


class _Index:
    """The IDs and names of the objects in some lists."""

    def __init__(self, lists: Collection[Dataset], name: str) -> None:
        ids = [id_ for dataset in lists for id_ in dataset.column("id")]
        self._ids = set(ids)
        self._have_ids = all(isinstance(id_, str) for id_ in ids)
        self._names = {fold(one) for dataset in lists for one in dataset.column(name) if isinstance(one, str)}

    def missing_name(self, id_: Value, name: Value) -> str:
        """Return the name of an object that isn't there, or its ID; empty if it is there, or if there is none.

        The ID decides where both sides have it: a new object may have the name of an old one.
        """
        if isinstance(id_, str) and id_ != NO_ID:
            if id_ in self._ids:
                return ""
            if self._have_ids:
                return name if isinstance(name, str) else id_
        return name if isinstance(name, str) and fold(name) not in self._names else ""


_OUTWEIGHED = (None, Reason.NOT_STATED_WHOLE, Reason.ACTIVE_ONLY)
"""Less serious reasons why a list may be incomplete. If an object is missing, no answer of a person can make the list complete."""


def _part(dataset: Dataset, missing: Mapping[str, Record]) -> Dataset:
    """Return a list as a part, because these objects are missing from it."""
    if dataset.cause not in _OUTWEIGHED and dataset.scope is not Scope.PERIOD:
        return dataset
    named = sorted(missing)
    shown = [f"{one} (on {_described(missing[one])})" for one in named[:_SHOWN]]
    more = [f"{len(named) - _SHOWN:,} more"] if named[_SHOWN:] else []
    return replace(
        dataset,
        scope=Scope.PART,
        why=f"it doesn't have {join_words([*shown, *more])}",
        cause=Reason.UNRESOLVED,
        remedy=f"Export the list again, including inactive entries. {KINDS[dataset.kind].supply}",
        channel=None,
    )


def _described(record: Record) -> str:
    """Return a record for people: "pending invoice 1234" for an invoice or a line of it, "item PIPE-1"."""
    array_of = KINDS[record.kind].array_of
    kind, prefix = (array_of[0], "parent.") if array_of else (record.kind, "")
    if kind not in TRANSACTIONS:
        number = record.get(f"{prefix}RefNumber")
        return f"{noun(kind)} {number if isinstance(number, str) else record.key}"
    of = TRANSACTIONS[kind]
    number = record.get(prefix + of.number)
    type_ = of.type if record.get(f"{prefix}waits") is False else f"pending {of.type}"
    return f"{type_} {number}" if isinstance(number, str) else f"{'an' if type_[0] in 'aeiou' else 'a'} {type_}"
