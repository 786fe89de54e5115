"""Names two files with the same records to the person, and says which one counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from exportready.evidence.copies import agree, ids
from exportready.evidence.pages import join_pages
from exportready.kinds import KINDS
from exportready.kinds.nouns import list_name
from exportready.model.display import format_date, join_words
from exportready.model.evidence import SHEET, Dataset, Listing


def notes(datasets: Mapping[str, Dataset], listings: Mapping[str, Sequence[Listing]]) -> dict[str, tuple[str, ...]]:
    """Return the notes of each file whose list another file has too, in whole or in part, with differences."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, listed in sorted(listings.items()):
        if KINDS[kind].array_of is None and not KINDS[kind].single and len({one.path for one in listed}) > 1:
            lists = [one for one in join_pages(listed) if one.part in ("", SHEET) and one.records]
            for path, note in _of_kind(datasets[kind], lists) if len(lists) > 1 else ():
                found[path] = (*found.get(path, ()), note)
    return found


def _of_kind(dataset: Dataset, lists: Sequence[Listing]) -> Iterator[tuple[str, str]]:
    used = {record.where.path for record in dataset.rows()}
    has = [frozenset(some) for some in ids(lists)]
    name = list_name(dataset.kind)
    for one, own in zip(lists, has, strict=True):
        others = [
            other for other, some in zip(lists, has, strict=True) if other is not one and some & own and not agree(one, other)
        ]
        newer = {other.path for other in others if one.dated and other.dated and other.dated > one.dated}
        if newer and one.path not in used and one.dated:
            yield (
                one.path,
                f"its {name} are from {format_date(one.dated)}; the newer ones in {join_words(sorted(newer))} are used",
            )
        elif others:
            paths = {other.path for other in others}
            have = "has" if len(paths) == 1 else "have"
            yield one.path, f"{join_words(sorted(paths))} {have} some of the same {name}; no date says which file is newer"
