"""Compares records and lists from different files, and combines the copies of a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from exportready.kinds import KINDS, fold
from exportready.model.evidence import FieldNote, Listing, Record, Unknown, Value
from exportready.model.reasons import Reason


def identity(listing: Listing) -> object:
    """Return what two copies of a listing have in common: the fields and records, in any order."""
    names = _names(listing.records)
    return frozenset(names), frozenset(_content(listing.records, names).items())


def agree(one: Listing, other: Listing) -> bool:
    """Return whether two listings have the same keys, and the same values in every field that both have."""
    if len(one.records) != len(other.records):
        return False
    shared = _names(one.records) & _names(other.records)
    return _content(one.records, shared) == _content(other.records, shared)


def ids(listings: Sequence[Listing]) -> list[list[tuple[object, int]]]:
    """Return what identifies each record of some listings of a kind: the vendor's ID if all have it, else its key.

    Equal ones in a listing are numbered.
    """
    name = KINDS[listings[0].kind].identity
    found: list[list[object]] = [[record.get(name) for record in one.records] for one in listings] if name else []
    if not found or not all(isinstance(id_, str) for some in found for id_ in some):
        found = [[fold(record.key) for record in one.records] for one in listings]
    return [_numbered(some) for some in found]


def _numbered(some: Iterable[object]) -> list[tuple[object, int]]:
    seen = Counter[object]()
    numbered = []
    for one in some:
        seen[one] += 1
        numbered.append((one, seen[one]))
    return numbered


_FORMAT_FIELDS = {"ListID", "TxnID", "TimeCreated", "TimeModified"}
"""Fields that differ between formats without saying anything about the record."""


def _names(records: Iterable[Record]) -> set[str]:
    return {name for record in records for name in record.fields} - _FORMAT_FIELDS


def _content(records: Iterable[Record], names: set[str]) -> Counter[object]:
    ordered = sorted(names)
    return Counter((fold(record.key), tuple(_plain(record.get(name)) for name in ordered)) for record in records)


def _plain(value: Value) -> object:
    return "?" if isinstance(value, Unknown) else value


def with_fragments(records: Sequence[Record], fragments: Sequence[Listing]) -> list[Record]:
    """Return the records with those of the fragments added, or combined with their copies.

    If two copies differ in a field and neither is known to be newer, the field is unknown. The version of a record that was
    modified last replaces an older one.
    """
    found = list(records)
    if not fragments:
        return found
    places: dict[str, list[int]] = {}
    for index, record in enumerate(found):
        places.setdefault(fold(record.key), []).append(index)
    for fragment in sorted(fragments, key=lambda one: one.path):
        seen: Counter[str] = Counter()
        for record in fragment.records:
            key = fold(record.key)
            copy = _copy_of(record, found, places.get(key, ()), seen[key])
            seen[key] += 1
            if copy is not None:
                found[copy] = _combine(found[copy], record)
            else:
                places.setdefault(key, []).append(len(found))
                found.append(record)
    return found


def _copy_of(record: Record, found: Sequence[Record], places: Sequence[int], nth: int) -> int | None:
    """Return the index of a record's copy: the one with its id, else the nth of those with its key; None if there is none."""
    identity = KINDS[record.kind].identity
    id_ = record.get(identity) if identity else None
    same = [index for index in places if isinstance(id_, str) and found[index].get(identity or "") == id_]
    place = same[0] if same else places[nth] if nth < len(places) else None
    return place if place is not None and _may_be_copies(found[place], record) else None


def _may_be_copies(one: Record, other: Record) -> bool:
    """Return whether two records of one key may be copies: not if their ids differ, such as two payments without a number."""
    identity = KINDS[one.kind].identity
    left, right = (record.get(identity) if identity else "" for record in (one, other))
    return left == right or not isinstance(left, str) or not isinstance(right, str)


def _have_one_id(one: Record, other: Record) -> bool:
    name = KINDS[one.kind].identity
    return name is not None and isinstance(one.get(name), str) and one.get(name) == other.get(name)


def modified(record: Record) -> datetime | None:
    """Return when a record was changed last, by its own program; None if the file doesn't say so."""
    found = (record.get(name) for name in ("modifiedOn", "TimeModified"))
    return next((value for value in found if isinstance(value, datetime)), None)


def _combine(one: Record, other: Record) -> Record:
    """Return two copies of a record as one. Fields in which they differ are unknown, unless one is the newer version or answer."""
    first, last = modified(one), modified(other)
    if first is not None and last is not None and first != last and _have_one_id(one, other):
        return other if last > first else one
    fields, notes = dict(one.fields), dict(one.notes)
    for name, value in other.fields.items():
        mine = fields.get(name, value)
        newer = _is_newer(one.notes.get(name), other.notes.get(name))
        are_answers = name in one.notes and name in other.notes  # then "don't know" is an answer too
        if newer or (isinstance(mine, Unknown) and mine.cause in _NO_SUCH_COLUMN):
            fields[name] = value  # the newer of two answers, or a column that was not found in the other file
        elif name in _FORMAT_FIELDS or mine == value or newer is False or (isinstance(value, Unknown) and not are_answers):
            fields.setdefault(name, value)
        else:
            fields[name] = Unknown(
                cause=Reason.CONTRADICTORY, reason=f"{one.where.path} and {other.where.path} have different values"
            )
        if name in other.notes and (newer or name not in notes):
            notes[name] = other.notes[name]
    return replace(one, fields=fields, notes=notes)


_NO_SUCH_COLUMN = (Reason.NOT_EXPORTED, Reason.AMBIGUOUS)
"""Why a spreadsheet says nothing about a field: no column has it, or it isn't clear which one does."""


def _is_newer(mine: FieldNote | None, other: FieldNote | None) -> bool | None:
    """Return whether the other of two answers was given later; None if a date is missing or both are the same."""
    if mine is None or other is None or mine.dated is None or other.dated is None or mine.dated == other.dated:
        return None
    return other.dated > mine.dated
