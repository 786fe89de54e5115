"""Datasets of one kind from pages, parts and sources in every combination that matters, and their scope."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from exportready.evidence.consolidate import consolidate
from exportready.evidence.pages import join_pages
from exportready.model.evidence import CLOCK_SKEW, UNSET, Covers, Listing, Location, Page, Record, Scope, Value

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
HOUR = timedelta(hours=1)
ALL, BATCH, PART, NONE = (Covers(what=word) for word in ("all", "batch", "part", "none"))
DAYS = Covers(what="days", days=(date(2026, 11, 1), date(2026, 11, 20)))
MATERIAL, ITEM = "servicetitan.material", "quickbooks.Item"


def record(kind: str, key: str, path: str = "a", **fields: Value) -> Record:
    """Return a record whose key is in its fields too."""
    name = "code" if kind == MATERIAL else "FullName"
    return Record(kind=kind, key=key, fields={name: key, **fields}, where=Location(path))


def listing(*keys: str, kind: str = MATERIAL, path: str = "a", **more: object) -> Listing:
    """Return a whole list from one file, inactive records included."""
    active = "active" if kind == MATERIAL else "IsActive"
    one = Listing(
        kind=kind,
        records=tuple(record(kind, key, path, **{active: False}) for key in keys),
        path=path,
        reader="test",
        whole=True,
    )
    return replace(one, **more)  # the fields that a test is about


# -- pages


def paged(number: int | None, more: bool, *keys: str, total: int | None = None, left: int | None = None) -> Listing:
    return listing(
        *keys,
        path=f"page {number} {keys}",
        page=Page(series="s", number=number, more=more, remaining=left, total=total, held=len(keys)),
    )


PAGES = [
    ("one", [paged(1, False, "A")], ""),
    ("from 0", [paged(0, True, "A"), paged(1, False, "B")], ""),
    ("two", [paged(2, False, "B"), paged(1, True, "A")], ""),
    ("the first is missing", [paged(2, False, "B")], "a page of it is missing"),
    ("one between is missing", [paged(1, True, "A"), paged(3, False, "C")], "a page of it is missing"),
    ("the last is missing", [paged(1, True, "A"), paged(2, True, "B")], "the list has more pages"),
    ("an earlier one calls itself the last", [paged(1, False, "A"), paged(2, False, "B")], "the last page"),
    ("the last one is not the last", [paged(1, False, "A"), paged(2, True, "B")], "the list has more pages"),
    ("the total agrees", [paged(1, True, "A", total=2), paged(2, False, "B", total=2)], ""),
    ("a total is not reached", [paged(1, True, "A", total=3), paged(2, False, "B", total=3)], "should have 3 records"),
    ("totals differ", [paged(1, True, "A", total=2), paged(2, False, "B", total=3)], "should have 3 records"),
    ("a feed", [paged(None, True, "A"), paged(None, False, "B")], ""),
    ("a feed without its end", [paged(None, True, "A"), paged(None, True, "B")], "the list has more pages"),
    ("a feed with two ends", [paged(None, False, "A"), paged(None, False, "B")], "the last page"),
    ("an iterator", [paged(None, True, "A", left=1), paged(None, False, "B", left=0)], ""),
    (
        "an iterator without its end",
        [paged(None, True, "A", left=2), paged(None, True, "B", left=1)],
        "1 more record would follow",
    ),
    ("an iterator with a gap", [paged(None, True, "A", left=3), paged(None, False, "B", left=0)], "in the middle of it"),
]


@pytest.mark.parametrize(("pages", "gap"), [case[1:] for case in PAGES], ids=[case[0] for case in PAGES])
def test_pages_make_the_whole_list_or_say_what_is_missing(pages: list[Listing], gap: str) -> None:
    for order in (pages, pages[::-1]):
        (joined,) = join_pages(order)
        assert (joined.whole, joined.why_part == "") == (gap == "", gap == "")
        assert gap in joined.why_part


def test_joined_pages_have_the_oldest_date_and_none_if_one_has_none() -> None:
    first, last = paged(1, True, "A"), paged(2, False, "B")
    dated = [replace(first, dated=AT), replace(last, dated=AT - HOUR)]
    assert [one.dated for one in join_pages(dated)] == [AT - HOUR]
    assert [one.dated for one in join_pages([dated[0], last])] == [None]


# -- sources


def chosen(*listings: Listing) -> list[str] | None:
    """Return the keys that count; None for a conflict."""
    dataset = consolidate(listings[0].kind, listings, None, AT)
    return None if dataset.scope is Scope.MISSING else [one.key for one in dataset.records]


def priced(*keys: str, dated: datetime | None = None) -> Listing:
    """Return a list whose items are active, unlike those of `listing`."""
    return listing(records=tuple(record(MATERIAL, key, "b", active=True) for key in keys), path="b", dated=dated)


SOURCES = [
    ("agree", [listing("A"), listing("A", path="b")], ["A"]),
    ("add up, undated", [listing("A"), listing("B", path="b")], ["A", "B"]),
    ("add up, one dated", [listing("A", dated=AT), listing("B", path="b")], ["A", "B"]),
    ("differ in a value, undated", [listing("A"), priced("A")], None),
    ("differ in a value, one dated", [listing("A", dated=AT), priced("A")], None),
    ("differ in a value, the newer counts", [listing("A", dated=AT - HOUR), priced("A", dated=AT)], ["A"]),
    ("differ, the newer counts", [listing("A", dated=AT - HOUR), listing("B", path="b", dated=AT)], ["B"]),
    ("add up, of one date", [listing("A", dated=AT), listing("B", path="b", dated=AT)], ["A", "B"]),
    ("dated a little after the check", [listing("A", dated=AT), listing("B", path="b", dated=AT + CLOCK_SKEW)], ["B"]),
    ("dated long after the check", [listing("A", dated=AT), listing("B", path="b", dated=AT + HOUR)], ["A", "B"]),
]


@pytest.mark.parametrize(("listings", "keys"), [case[1:] for case in SOURCES], ids=[case[0] for case in SOURCES])
def test_the_newest_source_counts_else_all_sources_must_agree(listings: list[Listing], keys: list[str] | None) -> None:
    assert chosen(*listings) == keys
    assert chosen(*listings[::-1]) == keys


def test_among_agreeing_sources_the_whole_one_counts_then_the_one_with_more_fields() -> None:
    part = listing("A", path="b", whole=False, why_part="a part")
    richer = replace(part, records=(record(MATERIAL, "A", "b", active=False, cost=UNSET),))
    assert consolidate(MATERIAL, [richer, listing("A")], None, AT).scope is Scope.WHOLE
    more = listing("A", path="b", records=richer.records)
    assert consolidate(MATERIAL, [listing("A"), more], None, AT).records == richer.records


# -- single records


def test_a_single_record_with_another_id_is_another_record() -> None:
    base = listing("A", records=(record(MATERIAL, "A", active=False, id="1"),))
    other = listing("A", path="b", part="fragment", whole=False, records=(record(MATERIAL, "A", "b", active=True, id="2"),))
    assert len(consolidate(MATERIAL, [base, other], None, AT).records) == 2
    same = replace(other, records=(record(MATERIAL, "A", "b", active=False, id="1"),))
    assert len(consolidate(MATERIAL, [base, same], None, AT).records) == 1


def test_no_statement_makes_a_list_whole_that_lacks_a_record() -> None:
    single = listing("B", path="b", part="fragment", whole=False)
    assert consolidate(MATERIAL, [listing("A"), single], ALL, AT).scope is Scope.PART
    assert consolidate(MATERIAL, [single], ALL, AT).scope is Scope.PART


# -- what account.yaml says


@pytest.mark.parametrize(
    ("one", "covers", "scope"),
    [
        (listing("A"), None, Scope.WHOLE),
        (listing("A", records=(record(MATERIAL, "A", active=True),)), None, Scope.ACTIVE),
        (listing("A", records=(record(MATERIAL, "A", active=True),)), ALL, Scope.WHOLE),
        (listing("A", whole=False, why_part="a plain array"), None, Scope.PART),
        (listing("A", whole=False, why_part="a plain array"), ALL, Scope.WHOLE),
        (listing("A", whole=False, why_part="a plain array"), DAYS, Scope.PERIOD),
        (listing("A"), DAYS, Scope.PERIOD),
        (listing("A", whole=False, why_part="a spreadsheet"), BATCH, Scope.WAITING),
        (listing("A", whole=False, why_part="cut", damaged=True), BATCH, Scope.PART),
        (listing("A"), PART, Scope.PART),
        (listing("A"), NONE, Scope.PART),
        (listing(whole=False, why_part="a spreadsheet"), NONE, Scope.WAITING),
        (listing("A", whole=False, why_part="cut", damaged=True), ALL, Scope.PART),
        (listing("A", whole=False, why_part="cut", damaged=True), DAYS, Scope.PART),
    ],
)
def test_the_scope_of_a_list(one: Listing, covers: Covers | None, scope: Scope) -> None:
    dataset = consolidate(MATERIAL, [one], covers, AT)
    assert dataset.scope is scope
    assert (dataset.cause is None) is (scope is Scope.WHOLE)


# -- parts


def parts(**more: object) -> list[Listing]:
    from exportready.kinds.quickbooks import PARTS

    return [listing(name, kind=ITEM, path=name, part=name, **more) for name in PARTS[ITEM]]


def test_all_item_types_are_the_item_list_and_each_must_be_whole() -> None:
    assert consolidate(ITEM, parts(), None, AT).scope is Scope.WHOLE
    missing = consolidate(ITEM, parts()[1:], None, AT)
    assert (missing.scope, parts()[0].part in missing.why) == (Scope.PART, True)
    broken = [replace(parts()[0], whole=False, why_part="cut", damaged=True), *parts()[1:]]
    assert consolidate(ITEM, broken, ALL, AT).scope is Scope.PART


def test_joined_parts_have_the_oldest_date_and_none_if_one_has_none() -> None:
    dated = [replace(part, dated=AT - number * HOUR) for number, part in enumerate(parts())]
    assert consolidate(ITEM, dated, None, AT).dated == dated[-1].dated
    assert consolidate(ITEM, [replace(dated[0], dated=None), *dated[1:]], None, AT).dated is None


def test_an_older_part_does_not_contradict_a_newer_whole_list() -> None:
    whole = listing("A", kind=ITEM, dated=AT)
    part = listing("B", kind=ITEM, path="b", part="Service")
    assert consolidate(ITEM, [whole, replace(part, dated=AT - HOUR)], None, AT).scope is Scope.WHOLE
    assert consolidate(ITEM, [whole, replace(part, dated=AT)], None, AT).scope is Scope.PART
