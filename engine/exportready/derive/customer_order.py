"""Find out whether the customer list was sorted by hand (docs/sources.md, list order).

QuickBooks keeps each level of a list in alphabetical order until someone drags a name. Siblings are compared by code point,
ignoring case; spaces and commas count. A pair that first differs in a non-ASCII character, or in one of the signs ' - & . _, isn't
compared, because no real list shows how QuickBooks sorts those. IIF is proven to write the list in its own order. qbXML is not:
there, a displaced name proves that the list was sorted by hand, but a list in order proves nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from exportready.derive.derivation import Inputs, derivation
from exportready.derive.unknowns import cause_of, source_of, without
from exportready.evidence.consolidate import KEEP_NEWER
from exportready.evidence.pages import join_pages
from exportready.evidence.sources import is_older
from exportready.kinds import fold
from exportready.model.evidence import CLOCK_SKEW, Dataset, Listing, Record, Scope, Unknown, Value
from exportready.model.reasons import Channel, Reason

_KIND, _LIST = "derived.customer_order", "quickbooks.Customer"
LARGEST_EXACT = 400
"""With more siblings than this, some of them with characters of unknown order, the smallest set of displaced names is approximated."""

_UNDECIDED = frozenset("'-&._")
"""ASCII characters of which no real list shows where QuickBooks sorts them (docs/sources.md, list order)."""

_NO_PROOF = Unknown(
    cause=Reason.INCONCLUSIVE, reason="only an IIF file shows the order of the list in QuickBooks; a qbXML response doesn't"
)


@derivation(_KIND, reads=f"{_LIST} FullName")
def order(inputs: Inputs) -> Dataset:
    """Conclude one record for each customer, with whether it is in order."""
    customers = inputs.dataset(_LIST)
    if customers.scope is Scope.MISSING:
        return _nothing(customers, Scope.MISSING, customers.why)
    lists = _that_count(inputs.evidence.listings.get(_LIST, ()), customers)
    proof = _newest_in_order([one for one in lists if one.in_list_order], inputs.at)
    if isinstance(proof, str):
        return Dataset(
            kind=_KIND,
            scope=Scope.PART,
            why=proof,
            cause=Reason.CONTRADICTORY,
            source=_LIST,
            dated=customers.dated,
            remedy=KEEP_NEWER,
            channel=Channel.EXPORT,
        )
    others = [one for one in lists if not one.in_list_order and not (proof and is_older(one, proof, inputs.at))]
    doubts = [one for one in others if displaced_records(one.records)]
    shown = doubts[0] if doubts else proof or next(iter(lists), None)
    if shown is None:
        return _nothing(customers, Scope.PART, customers.why)
    return _as_shown(shown, shown is proof, customers)


def _nothing(customers: Dataset, scope: Scope, why: str) -> Dataset:
    """Return no records, because the customers themselves are not known."""
    return Dataset(
        kind=_KIND,
        scope=scope,
        why=why,
        cause=cause_of(customers),
        source=source_of(customers),
        dated=customers.dated if scope is Scope.PART else None,
        remedy=customers.remedy,
        channel=customers.channel,
    )


def _as_shown(shown: Listing, is_proof: bool, customers: Dataset) -> Dataset:
    """Return the customers in the order of one list. `is_proof`: it is QuickBooks' own order."""
    out = displaced_records(shown.records)
    found = []
    for index, record in enumerate(shown.records):
        name = record.get("FullName")
        in_order: Value = index not in out
        if not isinstance(name, str):
            in_order = without(name, "its name is not in the file")
        elif in_order and not is_proof:
            in_order = _NO_PROOF
        found.append(Record(kind=_KIND, key=record.key, fields={"FullName": name, "inOrder": in_order}, where=record.where))
    if is_proof and customers.scope is not Scope.PART and len(found) == len(customers.rows()):
        return Dataset(kind=_KIND, records=tuple(found), scope=Scope.WHOLE, dated=shown.dated)
    return Dataset(
        kind=_KIND,
        records=tuple(found),
        scope=Scope.PART,
        why=(shown.why_part or customers.why) if is_proof else _NO_PROOF.reason,
        cause=cause_of(customers) if is_proof else _NO_PROOF.cause,
        source=_LIST,
        dated=shown.dated,
    )


def _that_count(listings: Sequence[Listing], customers: Dataset) -> list[Listing]:
    """Return the lists that have exactly the customers in use. Single records are left out: they have no position in a list."""
    lists = join_pages([one for one in listings if one.part != "fragment"])
    listed = {key for one in lists for key in _keys(one)}
    counted = sorted(key for key in (fold(record.key) for record in customers.rows()) if key in listed)
    return [one for one in lists if sorted(_keys(one)) == counted]


def _newest_in_order(ordered: Sequence[Listing], at: datetime) -> Listing | str | None:
    """Return the newest list in QuickBooks' own order; a reason if two lists show different orders and neither is newer."""
    if not ordered:
        return None
    dates = sorted((one.dated for one in ordered if one.dated and one.dated - at <= CLOCK_SKEW), reverse=True)
    newest = [one for one in ordered if len(dates) == len(ordered) and one.dated == dates[0]] or list(ordered)
    if any(_keys(one) != _keys(newest[0]) for one in newest):
        names = " and ".join(sorted({one.path for one in newest}))
        return f"{names} show the customers in different orders, and we can't tell which file is newer"
    return max(newest, key=lambda one: (one.whole, one.path))


def _keys(listing: Listing) -> list[str]:
    return [fold(record.key) for record in listing.records]


def displaced_records(records: Sequence[Record]) -> set[int]:
    """Return the indexes of the fewest records that are out of order, over all groups of siblings."""
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
    """Return the indexes of the fewest names to remove so that the rest are in order."""
    keys = [name.casefold() for name in names]
    if all(map(_is_plain, keys)):
        return set(range(len(keys))) - _longest_rising(keys)
    wrong = (
        [(one, other) for other in range(len(keys)) for one in range(other) if _after(keys[one], keys[other])]
        if len(keys) <= LARGEST_EXACT
        else None
    )
    if wrong is not None:
        return _smallest_cover(len(keys), wrong)
    plain = [_is_plain(key) for key in keys]
    kept = sorted(_longest_rising([key if is_plain else None for key, is_plain in zip(keys, plain, strict=True)]))
    out = {index for index in range(len(keys)) if plain[index]} - set(kept)
    for index, key in enumerate(keys):
        if not plain[index]:
            at = bisect_right(kept, index)  # the kept names are in order, so comparing with the nearest two is enough
            before, after = kept[max(at - 1, 0) : at], kept[at : at + 1]
            if any(_after(keys[one], key) for one in before) or any(_after(key, keys[one]) for one in after):
                out.add(index)
    return out


def _is_plain(key: str) -> bool:
    """Return whether it is known how QuickBooks sorts every character."""
    return key.isascii() and _UNDECIDED.isdisjoint(key)


def _after(one: str, other: str) -> bool:
    """Return whether `one` certainly sorts after `other`. A difference in characters of unknown order isn't compared."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return _is_plain(left) and _is_plain(right) and left > right
    return len(one) > len(other)


def _longest_rising(keys: Sequence[str | None]) -> set[int]:
    """Return the indexes of a longest non-decreasing subsequence of the keys; None is skipped."""
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
    """Return the fewest names that cover every wrong pair.

    "Is wrongly before" is a partial order. By Dilworth's and Koenig's theorems, the names to keep are a largest antichain,
    which a maximum matching of the pairs gives.
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
