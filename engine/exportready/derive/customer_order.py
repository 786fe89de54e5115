"""Was the customer list sorted by hand? (docs/sources.md, list order)

QuickBooks keeps a list in alphabetical order per level until somebody drags a name. Per group of siblings, names compare
case-insensitively by code point; space and punctuation count. A pair whose first difference is not ASCII is not judged,
since QuickBooks' collation for those is not established. IIF is proven to write the list's own order; qbXML is not, so
there a displaced name is a proof and an orderly list is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from exportready.evidence.consolidate import KEEP_NEWER
from exportready.evidence.pages import join_pages
from exportready.kinds import fold
from exportready.model.evidence import CLOCK_SKEW, Dataset, Evidence, Listing, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

KIND = "derived.customer_order"
LARGEST_EXACT = 400
"""Above this many entangled names with non-ASCII differences, the smallest set is approximated."""

_NO_PROOF = Unknown(Reason.INCONCLUSIVE, "qbXML does not show the order of the list in QuickBooks; only an IIF file does")


def conclude(evidence: Evidence, at: datetime) -> Dataset:
    """One record per customer with whether it stands in its place."""
    dataset = evidence.dataset("quickbooks.Customer")
    if dataset.scope is Scope.MISSING:
        return Dataset(kind=KIND, records=(), scope=Scope.MISSING, why=dataset.why, dated=None, remedy=dataset.remedy)
    lists = _of_those_that_count(evidence.listings.get("quickbooks.Customer", ()), dataset.records)
    proof = _list_order([one for one in lists if one.in_list_order], at)
    if isinstance(proof, str):
        return Dataset(kind=KIND, records=(), scope=Scope.PART, why=proof, dated=dataset.dated, remedy=KEEP_NEWER)
    doubts = [one for one in lists if not one.in_list_order and not _older(one, proof) and displaced_records(one.records)]
    shown = doubts[0] if doubts else proof or next(iter(lists), None)
    if shown is None:
        return Dataset(kind=KIND, records=(), scope=Scope.PART, why=dataset.why, dated=dataset.dated, remedy=dataset.remedy)
    out = displaced_records(shown.records)
    found = []
    for index, record in enumerate(shown.records):
        name = record.get("FullName")
        in_order: Value = index not in out
        if not isinstance(name, str):
            in_order = Unknown(Reason.INCONCLUSIVE, "its name is not in the file")
        elif in_order and shown is not proof:
            in_order = _NO_PROOF
        found.append(Record(kind=KIND, key=record.key, fields={"FullName": name, "inOrder": in_order}, where=record.where))
    whole = shown is proof and dataset.scope is not Scope.PART and len(found) == len(dataset.records)
    why = "" if whole else (shown.why_part or dataset.why) if shown is proof else _NO_PROOF.reason
    return Dataset(kind=KIND, records=tuple(found), scope=Scope.WHOLE if whole else Scope.PART, why=why, dated=shown.dated)


def _of_those_that_count(listings: Sequence[Listing], records: Sequence[Record]) -> list[Listing]:
    """The lists, single records aside (they have no place), that hold just the customers that count."""
    lists = join_pages([one for one in listings if one.part != "fragment"])
    listed = {key for one in lists for key in _keys(one)}
    customers = sorted(key for key in (fold(record.key) for record in records) if key in listed)
    return [one for one in lists if sorted(_keys(one)) == customers]


def _older(one: Listing, proof: Listing | None) -> bool:
    return proof is not None and proof.dated is not None and one.dated is not None and one.dated < proof.dated


def _list_order(ordered: Sequence[Listing], at: datetime) -> Listing | str | None:
    """The newest listing that shows QuickBooks' own order; text where two show different ones, and none is newer."""
    if not ordered:
        return None
    dates = sorted((one.dated for one in ordered if one.dated and one.dated - at <= CLOCK_SKEW), reverse=True)
    newest = [one for one in ordered if len(dates) == len(ordered) and one.dated == dates[0]] or list(ordered)
    if any(_keys(one) != _keys(newest[0]) for one in newest):
        names = " and ".join(sorted({one.path for one in newest}))
        return f"{names} show the customers in different orders, and nothing says which is newer"
    return max(newest, key=lambda one: (one.whole, one.path))


def _keys(listing: Listing) -> list[str]:
    return [fold(record.key) for record in listing.records]


def displaced_records(records: Sequence[Record]) -> set[int]:
    """Indexes of the fewest records that stand out of their place, over all groups of siblings."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for index, record in enumerate(records):
        name = record.get("FullName")
        if isinstance(name, str):
            parent, _, last = name.rpartition(":")
            groups.setdefault(parent.casefold(), []).append((index, last))
    out: set[int] = set()
    for members in groups.values():
        out |= {members[at][0] for at in displaced([last for _, last in members])}
    return out


def displaced(names: Sequence[str]) -> set[int]:
    """Indexes of the fewest names to take away so that no two of the rest stand the wrong way round."""
    keys = [name.casefold() for name in names]
    if all(key.isascii() for key in keys):
        return set(range(len(keys))) - _longest_rising(keys)
    wrong = (
        [(one, other) for other in range(len(keys)) for one in range(other) if _after(keys[one], keys[other])]
        if len(keys) <= LARGEST_EXACT
        else None
    )
    if wrong is not None:
        return _smallest_cover(len(keys), wrong)
    kept = sorted(_longest_rising([key if key.isascii() else None for key in keys]))
    out = {index for index in range(len(keys)) if keys[index].isascii()} - set(kept)
    for index, key in enumerate(keys):
        if not key.isascii():
            at = bisect_right(kept, index)  # the kept names rise, so the nearest ones decide for all
            before, after = kept[max(at - 1, 0) : at], kept[at : at + 1]
            if any(_after(keys[one], key) for one in before) or any(_after(key, keys[one]) for one in after):
                out.add(index)
    return out


def _after(one: str, other: str) -> bool:
    """True where `one` surely sorts after `other`: a difference in non-ASCII characters is not judged."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return left.isascii() and right.isascii() and left > right
    return len(one) > len(other)


def _longest_rising(keys: Sequence[str | None]) -> set[int]:
    """Indexes of a longest non-decreasing run through the keys; None is passed over."""
    tails: list[str] = []
    ends: list[int] = []
    before: dict[int, int] = {}
    for index, key in enumerate(keys):
        if key is None:
            continue
        at = bisect_right(tails, key)
        if at:
            before[index] = ends[at - 1]
        tails[at : at + 1], ends[at : at + 1] = [key], [index]
    kept: set[int] = set()
    at_index = ends[-1] if ends else None
    while at_index is not None:
        kept.add(at_index)
        at_index = before.get(at_index)
    return kept


def _smallest_cover(size: int, wrong: Sequence[tuple[int, int]]) -> set[int]:
    """The fewest names that touch every wrong pair.

    "Stands wrongly before" is a partial order, so by Dilworth's and Koenig's theorems the names to keep are a largest
    antichain, which a maximum matching of the pairs gives.
    """
    pairs: list[list[int]] = [[] for _ in range(size)]
    for one, other in wrong:
        pairs[one].append(other)
    match_of: dict[int, int] = {}

    def augment(one: int, seen: set[int]) -> bool:
        for other in pairs[one]:
            if other not in seen:
                seen.add(other)
                if other not in match_of or augment(match_of[other], seen):
                    match_of[other] = one
                    return True
        return False

    for one in range(size):
        augment(one, set())
    matched = set(match_of.values())
    reached_left = [one for one in range(size) if one not in matched]
    left, right = set(reached_left), set()
    while reached_left:
        for other in pairs[reached_left.pop()]:
            if other not in right:
                right.add(other)
                partner = match_of.get(other)
                if partner is not None and partner not in left:
                    left.add(partner)
                    reached_left.append(partner)
    return {name for name in range(size) if name not in left or name in right}
