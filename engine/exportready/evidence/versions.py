"""Names two files with the same records to the person, and says which one counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum

import msgspec

from exportready.evidence.copies import agree, ids, modified
from exportready.evidence.pages import join_pages
from exportready.kinds import KINDS
from exportready.kinds.nouns import list_name
from exportready.model.display import format_date, join_words
from exportready.model.evidence import SHEET, Dataset, Listing


class _Counts(Enum):
    """Which of several different versions of a record counts."""

    NEWER_FILE = "{newer} {have} newer ones, so those in {older} aren't used"
    NEWER_RECORD = "Of each record, the version that was changed last counts"
    NEITHER = "Where they differ, neither counts"
    NO_FILE = "They disagree, so none of them is used"


class _Double(msgspec.Struct, frozen=True):
    """Files that have some of the same records, with different values."""

    files: tuple[tuple[str, datetime | None], ...]
    """Each with its date, the oldest first if all have dates."""
    counts: _Counts
    is_one_enough: bool
    """Whether one of the files has all of the records."""


def notes(datasets: Mapping[str, Dataset], listings: Mapping[str, Sequence[Listing]]) -> dict[str, tuple[str, ...]]:
    """Return the notes of each file whose list another file has too, in whole or in part, with differences.

    Every file of such a group has the same note.
    """
    kinds: dict[_Double, list[str]] = {}
    for kind, listed in sorted(listings.items()):
        if KINDS[kind].array_of is None and not KINDS[kind].single and len({one.path for one in listed}) > 1:
            lists = [one for one in join_pages(listed) if one.part in ("", SHEET) and one.records]
            for double in dict.fromkeys(_of_kind(datasets[kind], lists)) if len(lists) > 1 else ():
                kinds.setdefault(double, []).append(list_name(kind))
    found: dict[str, tuple[str, ...]] = {}
    for double, names in kinds.items():
        for path, _ in double.files:
            found[path] = (*found.get(path, ()), _described(double, join_words(names)))
    return found


def _of_kind(dataset: Dataset, lists: Sequence[Listing]) -> Iterator[_Double]:
    used = {record.where.path for record in dataset.rows()}
    has = [frozenset(some) for some in ids(lists)]

    def is_replaced(one: Listing, other: Listing) -> bool:
        """Return whether a list isn't used because of a newer one. A spreadsheet never replaces another list, nor is it replaced."""
        is_older = one.dated is not None and other.dated is not None and one.dated < other.dated
        return is_older and one.path not in used and SHEET not in (one.part, other.part)

    for one, own in zip(lists, has, strict=True):
        others = [
            (other, some)
            for other, some in zip(lists, has, strict=True)
            if other is not one and some & own and not agree(one, other)
        ]
        newer = [other for other, _ in others if is_replaced(one, other)]
        equal = [(other, some) for other, some in others if not is_replaced(other, one)]
        if newer:
            yield _Double(_files([one, *newer]), _Counts.NEWER_FILE, is_one_enough=True)
        elif equal:
            together = own.union(*(some for _, some in equal))
            is_by_record = all(_are_versions(one, other) for other, _ in equal)
            counts = _Counts.NO_FILE if not used else _Counts.NEWER_RECORD if is_by_record else _Counts.NEITHER
            is_one_enough = any(some == together for some in (own, *(some for _, some in equal)))
            yield _Double(_files([one, *(other for other, _ in equal)]), counts, is_one_enough)


def _are_versions(one: Listing, other: Listing) -> bool:
    """Return whether all records of two lists that differ say when they were changed, at different times."""
    mine, theirs = (
        dict(zip(some, listing.records, strict=True)) for some, listing in zip(ids((one, other)), (one, other), strict=True)
    )
    pairs = ((mine[id_], theirs[id_]) for id_ in mine.keys() & theirs.keys())
    times = [(modified(first), modified(last)) for first, last in pairs if first.fields != last.fields]
    return all(first and last and first != last for first, last in times)


def _files(lists: Sequence[Listing]) -> tuple[tuple[str, datetime | None], ...]:
    """Return the path and date of each list, the oldest first; in the order of their names if one has no date."""
    dates = {one.path: one.dated for one in lists}
    by_name = sorted(dates.items())
    return tuple(sorted(by_name, key=lambda file: file[1].timestamp() if file[1] else 0) if all(dates.values()) else by_name)


def _described(double: _Double, names: str) -> str:
    different = len({dated for _, dated in double.files}) > 1
    shown = [f"{path} ({format_date(dated)})" if dated and different else path for path, dated in double.files]
    have_some = f"{join_words(shown)} have some of the same {names}"
    if double.counts is _Counts.NEWER_FILE:
        older, *newer = (path for path, _ in double.files)
        return f"{have_some}. {double.counts.value.format(newer=join_words(newer), have='has' if len(newer) == 1 else 'have', older=older)}"
    if not double.is_one_enough:
        advice = "Each has records that the others don't have, so check whether you need them all"
    else:
        advice = "Keep only the newer file" if different else "Keep only the newer file; no date says which one it is"
    return f"{have_some}. {double.counts.value}. {advice}"
