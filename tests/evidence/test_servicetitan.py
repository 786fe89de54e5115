"""ServiceTitan's JSON: three envelopes, pages, what null and a missing key mean, exact lines."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from exportready.evidence.consolidate import consolidate
from exportready.evidence.readers import servicetitan
from exportready.evidence.reading import Reading, Unreadable
from exportready.kinds import KINDS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Covers, Listing, Scope, Unknown
from exportready.rulebook.examples import NOON

WHOLE = Covers(what="all")
ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
PIPE = {
    "id": 1,
    "code": "PIPE-1",
    "displayName": "Pipe",
    "active": True,
    "cost": 2.5,
    "costOfSaleAccount": None,
    "deductAsJobCost": False,
    "unitOfMeasure": "Each",
    "isInventory": True,
}


def text_of(rows: list[dict[str, Any]], **envelope: Any) -> str:
    return json.dumps({"page": 1, "pageSize": 50, "hasMore": False, "totalCount": None, **envelope, "data": rows}, indent=1)


def maybe(text: str, path: str = "materials.json") -> Reading | None:
    reading = servicetitan.read(text.encode(), path, ALL)
    return reading if isinstance(reading, Reading) else None


def read(text: str, path: str = "materials.json") -> Reading:
    reading = maybe(text, path)
    assert reading is not None
    return reading


def listing(reading: Reading, kind: str = "material") -> Listing:
    return next(one for one in reading.listings if one.kind == f"servicetitan.{kind}")


def material(code: str, **more: Any) -> dict[str, Any]:
    return {**PIPE, "id": sum(map(ord, code)), "code": code, **more}


# -- envelopes


def test_the_list_envelope_is_whole() -> None:
    one = listing(read(text_of([PIPE])))
    assert (one.whole, one.records[0].key, one.records[0].where.pointer) == (True, "PIPE-1", "/data/0")


def test_an_export_feed_is_whole_at_its_last_page() -> None:
    one = listing(read(json.dumps({"hasMore": False, "continueFrom": "abc", "data": [PIPE]})))
    assert one.whole
    assert one.page is not None
    assert one.page.series == "feed"


def test_a_plain_array_says_nothing_about_the_rest() -> None:
    one = listing(read(json.dumps([PIPE])))
    assert (one.whole, one.records[0].where.pointer) == (False, "/0")
    assert consolidate("servicetitan.material", [one], None, NOON).scope is Scope.PART
    assert consolidate("servicetitan.material", [one], WHOLE, NOON).scope is Scope.WHOLE


def test_an_envelope_without_has_more_is_a_part() -> None:
    assert not listing(read(json.dumps({"data": [PIPE]}))).whole


def test_the_envelopes_keys_may_follow_the_data() -> None:
    text = json.dumps({"data": [PIPE], "hasMore": False, "page": 1})
    assert listing(read(text)).whole


# -- pages


def pages(*numbers: tuple[int, bool, list[str]], total: int | None = None) -> Scope:
    found = [
        listing(
            read(
                text_of([material(code, active=code != "OLD") for code in codes], page=number, hasMore=more, totalCount=total)
            )
        )
        for number, more, codes in numbers
    ]
    return consolidate("servicetitan.material", found, None, NOON).scope


def test_two_pages_are_joined_in_whatever_order_they_come() -> None:
    assert pages((1, True, ["A", "OLD"]), (2, False, ["B"])) is Scope.WHOLE
    assert pages((2, False, ["B"]), (1, True, ["A", "OLD"])) is Scope.WHOLE


def test_a_missing_page_makes_the_list_a_part() -> None:
    assert pages((1, True, ["A", "OLD"]), (3, False, ["C"])) is Scope.PART
    assert pages((1, True, ["A", "OLD"])) is Scope.PART
    assert pages((2, False, ["A", "OLD"])) is Scope.PART


def test_a_total_that_does_not_agree_makes_the_list_a_part() -> None:
    assert pages((1, True, ["A", "OLD"]), (2, False, ["B"]), total=3) is Scope.WHOLE
    assert pages((1, True, ["A", "OLD"]), (2, False, ["B"]), total=4) is Scope.PART


def test_the_same_page_twice_counts_once() -> None:
    assert pages((1, True, ["A", "OLD"]), (1, True, ["A", "OLD"]), (2, False, ["B"]), total=3) is Scope.WHOLE


def test_an_empty_list_is_whole_and_empty() -> None:
    one = listing(read(text_of([], totalCount=0)))
    assert (one.whole, one.records) == (True, ())


# -- values


@pytest.mark.parametrize("written", ["12.30", '"12.30"'])
def test_money_may_be_a_number_or_text_and_keeps_its_cents(written: str) -> None:
    record = listing(read(text_of([PIPE]).replace("2.5", written))).records[0]
    assert record.fields["cost"] == Decimal("12.30")


def test_money_is_never_a_binary_fraction() -> None:
    record = listing(read(text_of([PIPE]).replace("2.5", "0.1000000000000000055"))).records[0]
    assert record.fields["cost"] == Decimal("0.1000000000000000055")


def test_null_and_blank_are_unset_and_a_missing_key_is_not_exported() -> None:
    missing = {name: value for name, value in material("C").items() if name != "costOfSaleAccount"}
    rows = [PIPE, material("B", costOfSaleAccount=" "), missing]
    values = [record.get("costOfSaleAccount") for record in listing(read(text_of(rows))).records]
    assert values == [UNSET, UNSET, NOT_EXPORTED]


def test_a_value_of_another_type_is_unknown() -> None:
    rows = [material("A", active="perhaps", cost=True, costOfSaleAccount={"id": 1})]
    record = listing(read(text_of(rows))).records[0]
    assert all(isinstance(record.get(name), Unknown) for name in ("active", "cost", "costOfSaleAccount"))


# -- lines

INVOICE = {
    "id": 7,
    "syncStatus": "Pending",
    "referenceNumber": "58001",
    "invoiceDate": "2026-11-19T00:00:00Z",
    "customer": {"id": 3, "name": "Abbott"},
    "batch": None,
    "items": [{"id": 71, "skuName": "PIPE-1", "skuId": 1, "quantity": "2"}, {"id": 72, "skuName": "PIPE-1", "skuId": 1}],
}


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_records_and_their_lines_know_their_line(indent: int | None) -> None:
    text = json.dumps(json.loads(text_of([{**INVOICE, "id": 6, "items": []}, INVOICE])), indent=indent)
    reading = read(text, "invoices.json")
    mark = '"id": 71'
    expected = text[: text.rindex("{", 0, text.index(mark))].count("\n") + 1
    first, second = listing(reading, "invoice_item").records
    assert (first.where.line, first.where.pointer) == (expected, "/data/1/items/0")
    expected = text[: text.rindex("{", 0, text.index('"id": 72'))].count("\n") + 1
    assert (second.where.line, second.where.pointer) == (expected, "/data/1/items/1")


def test_lines_have_their_parents_fields_and_are_numbered() -> None:
    first, second = listing(read(text_of([INVOICE]), "invoices.json"), "invoice_item").records
    assert [first.key, second.key] == ["Abbott / 58001 / PIPE-1 / 1", "Abbott / 58001 / PIPE-1 / 2"]
    assert first.get("parent.syncStatus") == "Pending"
    assert first.get("parent.batch.number") is UNSET


def test_a_decoy_of_the_same_name_earlier_in_the_record_does_not_move_the_line() -> None:
    decoy = {"id": 7, "summary": '"items": [', "customFields": [{"items": [{"id": 70}]}], **INVOICE}
    text = text_of([decoy])
    line = text[: text.rindex("{", 0, text.index('"id": 71'))].count("\n") + 1
    assert listing(read(text, "invoices.json"), "invoice_item").records[0].where.line == line


def test_unread_keys_are_left_out_and_everything_else_is_unchanged() -> None:
    """Beyond the first records only wanted keys are kept; lines, fields and repeated keys stay the same."""
    wanted = {
        "servicetitan.invoice": frozenset({"total", "customer.name"}),
        "servicetitan.invoice_item": frozenset({"skuName", "parent.customer.name"}),
    }
    rows = [
        {
            **INVOICE,
            "id": at,
            "nobody": {"reads": ["this", {"skuName": "decoy"}]},
            "items": [{"id": 100 * at + nth, "skuName": f"S-{at}-{nth}", "nobody": [at]} for nth in range(2)],
        }
        for at in range(1, 121)
    ]
    text = text_of(rows)
    whole, narrow = (
        servicetitan.read(text.encode(), "invoices.json", ALL),
        servicetitan.read(text.encode(), "invoices.json", wanted),
    )
    assert isinstance(whole, Reading)
    assert isinstance(narrow, Reading)
    for kind in ("invoice", "invoice_item"):
        full, less = listing(whole, kind).records, listing(narrow, kind).records
        assert [one.where for one in less] == [one.where for one in full]
        assert all(one.where.line for one in less)
        assert [dict(one.fields) for one in less] == [
            {name: value for name, value in one.fields.items() if name in less[0].fields} for one in full
        ]
    with pytest.raises(Unreadable, match="twice"):
        servicetitan.read(text.replace('"id": 119,', '"id": 119, "id": 119,').encode(), "invoices.json", wanted)


def test_an_invoice_without_the_key_items_makes_the_lines_a_part() -> None:
    bare = {name: value for name, value in INVOICE.items() if name != "items"}
    reading = read(text_of([bare]), "invoices.json")
    assert listing(reading, "invoice").whole
    assert not listing(reading, "invoice_item").whole


@pytest.mark.parametrize(("raw", "expected"), [(2.5, Decimal("2.5")), (12, Decimal(12)), ("1,200.50", Decimal("1200.50"))])
def test_a_number_is_read_however_it_is_written(raw: object, expected: Decimal) -> None:
    assert listing(read(text_of([material("A", cost=raw)]))).records[0].get("cost") == expected


@pytest.mark.parametrize("raw", ["1e40", "1e-40", "true", '"many"', "[1]", "{}"])
def test_a_value_that_is_not_a_number_is_unknown(raw: str) -> None:
    text = text_of([material("A")]).replace('"cost": 2.5', f'"cost": {raw}')
    assert isinstance(listing(read(text)).records[0].get("cost"), Unknown)


def test_a_rate_is_rounded_to_ten_places() -> None:
    zone = {"id": 1, "name": "Z", "active": True, "rates": [{"id": 2, "taxName": "T", "taxRate": 0.08250000000000002}]}
    (rate,) = listing(read(text_of([zone]), "tax-zones.json"), "tax_rate").records
    assert rate.get("taxRate") == Decimal("0.0825")


@pytest.mark.parametrize("raw", [True, 1.5, [1]])
def test_a_value_that_is_not_an_id_is_unknown_or_its_text(raw: object) -> None:
    value = listing(read(text_of([{**PIPE, "id": raw}]))).records[0].get("id")
    assert value == "1.5" if raw == 1.5 else isinstance(value, Unknown)


@pytest.mark.parametrize("count", [1, 49, 50, 51, 120])
def test_each_record_is_read_once_however_many_there_are(count: int) -> None:
    one = listing(read(text_of([material(f"A-{number:03d}") for number in range(count)])))
    assert [record.key for record in one.records] == [f"A-{number:03d}" for number in range(count)]
    assert [record.where.pointer for record in one.records] == [f"/data/{number}" for number in range(count)]


# -- recognising


def test_content_wins_over_the_name() -> None:
    assert listing(read(text_of([INVOICE]), "materials.json"), "invoice").records


def test_an_empty_list_is_recognized_by_its_name() -> None:
    assert read(text_of([]), "Payment Types (2).json").counts == {"servicetitan.payment_type": 0}
    assert read(text_of([]), "payments.json").counts == {"servicetitan.payment": 0}


def test_an_empty_list_without_a_telling_name_is_not_recognized() -> None:
    assert maybe(text_of([]), "download.json") is None


def test_content_that_fits_several_kinds_is_recognized_by_its_name() -> None:
    rows = [{"id": 1, "name": "North", "active": True}]
    assert read(text_of(rows), "trucks.json").counts == {"servicetitan.truck": 1}
    assert read(text_of(rows), "warehouses.json").counts == {"servicetitan.warehouse": 1}
    assert maybe(text_of(rows), "things.json") is None


def test_strange_content_is_not_recognized_whatever_its_name() -> None:
    assert maybe(text_of([{"colour": "red", "size": 3, "shape": "round"}]), "materials.json") is None


@pytest.mark.parametrize("count", [1, 50, 120])
def test_many_strange_records_are_not_an_empty_list(count: int) -> None:
    assert maybe(text_of([{"colour": "red", "size": 3, "shape": "round"}] * count), "materials.json") is None


def test_an_unrecognized_file_must_be_valid_json_too() -> None:
    text = text_of([{"colour": "red", "size": 3, "shape": "round"}] * 120)
    with pytest.raises(Unreadable, match="isn't valid JSON"):
        maybe(text[:-20], "materials.json")


def test_an_object_without_data_is_not_recognized() -> None:
    assert maybe('{"version": 1}') is None


# -- broken


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"hasMore": false,\n "data": [\n', 3),
        ('{"hasMore": false,\n "data": []}\nmore', 3),
        ('[\n{"id": 1}\n{"id": 2}]', 3),
        ('{"hasMore": false\n "page": 1}', 2),
        ('[{"id": 1,\n "cost": }]', 2),
        ("[\n}", 2),
    ],
)
def test_broken_json_has_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        maybe(text)
    assert caught.value.line == line


@pytest.mark.parametrize("text", ['[{"cost": NaN}]', '[{"cost": -Infinity}]', "[" * 100_000, '[{"a":' * 50_000])
def test_json_that_no_export_has_is_refused_in_words(text: str) -> None:
    with pytest.raises(Unreadable, match=r"again$|\)$"):
        maybe(text)


def test_a_row_that_is_not_a_record_is_reported_with_its_line() -> None:
    with pytest.raises(Unreadable, match="/1 isn't a record") as caught:
        maybe("[\n" + json.dumps(PIPE) + ",\n5]")
    assert caught.value.line == 3


def test_an_impossibly_large_number_is_refused() -> None:
    with pytest.raises(Unreadable, match="too large"):
        maybe(text_of([PIPE]).replace("2.5", "1e99999999999999999999"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"active": true', '"active": true, "active": false'),
        ('"hasMore": false', '"hasMore": false, "hasMore": true'),
        ('"page": 1', '"page": 1, "data": []'),
    ],
    ids=["in-a-record", "in-the-envelope", "the-data"],
)
def test_a_repeated_key_is_refused_with_its_line(old: str, new: str) -> None:
    text = text_of([PIPE])
    with pytest.raises(Unreadable, match="twice") as caught:
        maybe(text.replace(old, new))
    assert caught.value.line


@pytest.mark.parametrize("total", ["99999", '"1"', "true", "1.5", "-1"])
def test_a_wrong_or_invalid_total_makes_the_list_a_part_that_no_statement_completes(total: str) -> None:
    one = listing(read(text_of([PIPE]).replace('"totalCount": null', f'"totalCount": {total}')))
    assert consolidate("servicetitan.material", [one], WHOLE, NOON).scope is Scope.PART


@pytest.mark.parametrize("page", ["true", '"1"', "1.0", "null"])
def test_an_invalid_page_number_makes_the_list_a_part(page: str) -> None:
    one = listing(read(text_of([PIPE]).replace('"page": 1', f'"page": {page}')))
    assert consolidate("servicetitan.material", [one], None, NOON).scope is Scope.PART


def test_lines_are_a_part_if_their_invoices_are() -> None:
    invoice = {
        "id": 1, "syncStatus": "Pending", "referenceNumber": "58001", "invoiceDate": "2026-11-20", "customer": {"name": "Abbott"},
        "items": [{"id": 2, "skuName": "PIPE-1", "quantity": "1"}, {"id": 3, "skuName": "PIPE-1", "quantity": "1"}],
    }  # fmt: skip
    text = text_of([invoice], totalCount=2)
    one = listing(read(text, "invoices.json"), "invoice_item")
    assert len(one.records) == 2
    assert consolidate("servicetitan.invoice_item", [one], None, NOON).scope is Scope.PART


def test_line_ends_of_old_systems_count_as_lines() -> None:
    assert (
        listing(read(text_of([PIPE]).replace("\n", "\r"))).records[0].where.line
        == listing(read(text_of([PIPE]))).records[0].where.line
    )


@pytest.mark.parametrize("written", [410000, "410000", " 410000 ", 410000.0])
def test_an_id_reads_the_same_however_a_tool_wrote_it(written: object) -> None:
    assert listing(read(text_of([{**PIPE, "id": written}]))).records[0].get("id") == "410000"


def test_a_missing_id_is_unknown_not_unset() -> None:
    assert isinstance(listing(read(text_of([{**PIPE, "id": None}]))).records[0].get("id"), Unknown)


@pytest.mark.parametrize("written", ["pending", "Sent", 5])
def test_a_value_that_the_api_does_not_have_is_unknown(written: object) -> None:
    invoice = listing(read(text_of([{**INVOICE, "syncStatus": written}]), "invoices.json"), "invoice")
    assert isinstance(invoice.records[0].get("syncStatus"), Unknown)


@pytest.mark.parametrize("items", [None, {}, "none"])
def test_an_invoice_whose_items_are_not_a_list_makes_the_lines_a_part(items: object) -> None:
    assert not listing(read(text_of([{**INVOICE, "items": items}]), "invoices.json"), "invoice_item").whole


def test_lists_of_the_api_that_no_rule_reads_are_not_recognized_as_others() -> None:
    memo_item = {
        "id": 1, "active": True, "creditMemoId": 5, "skuId": 1, "skuName": "PIPE-1", "description": "", "price": 1, "cost": 1,
        "quantity": 1, "total": 1, "taxable": True, "type": "Material", "createdOn": "", "createdBy": "", "businessUnit": None,
    }  # fmt: skip
    tag_type = {"id": 1, "name": "Gate code", "active": True, "color": "#fff", "createdOn": "", "modifiedOn": ""}
    location = {"id": 1, "customerId": 2, "active": True, "name": "Abbott", "address": {}, "createdOn": "", "modifiedOn": ""}
    for row in (memo_item, tag_type, location):
        assert maybe(text_of([row]), "answer.json") is None


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("invoices.json", True),
        ("2026-11-20 Invoices page 2.json", True),
        ("export-invoices.json", True),
        ("invoice-templates.json", False),
        ("old customer invoices of Abbott.json", False),
    ],
)
def test_an_empty_list_is_recognized_only_by_a_name_that_says_nothing_else(name: str, known: bool) -> None:
    assert (maybe(text_of([]), name) is not None) is known


def test_a_repeated_record_counts_once_unless_its_values_differ() -> None:
    def dataset(other: dict[str, Any]) -> Scope:
        return consolidate("servicetitan.material", [listing(read(text_of([PIPE, other])))], WHOLE, NOON).scope

    assert (dataset(PIPE), dataset({**PIPE, "costOfSaleAccount": "Cost"})) == (Scope.WHOLE, Scope.PART)


def test_in_a_feed_the_record_modified_last_counts_whatever_its_name_was() -> None:
    def dataset(*rows: dict[str, Any]) -> list[str]:
        text = json.dumps({"hasMore": False, "continueFrom": "t", "data": list(rows)})
        return [record.key for record in consolidate("servicetitan.material", [listing(read(text))], WHOLE, NOON).records]

    old = {**PIPE, "code": "OLD", "modifiedOn": "2026-11-01T00:00:00Z"}
    new = {**PIPE, "code": "NEW", "modifiedOn": "2026-11-02T00:00:00Z"}
    assert dataset(old, new) == dataset(new, old) == ["NEW"]


def test_two_copies_of_one_line_that_differ_are_a_contradiction() -> None:
    twice = [{**INVOICE, "syncStatus": status} for status in ("Pending", "Exported")]
    one = listing(read(text_of(twice), "invoices.json"), "invoice_item")
    assert consolidate("servicetitan.invoice_item", [one], WHOLE, NOON).scope is Scope.PART


@pytest.mark.parametrize(
    ("name", "row"),
    [
        (
            "gl-account-types.json",
            {"id": 1, "name": "Bank", "active": True, "createdOn": "", "modifiedOn": "", "parentTypeId": 2},
        ),
        (
            "customer-locations.json",
            {"id": 1, "name": "Abbott", "active": True, "createdOn": "", "address": {}, "customerId": 2},
        ),
        ("equipment-types.json", {"id": 1, "name": "Furnace", "active": True, "createdOn": "", "modifiedOn": ""}),
    ],
)
def test_a_name_that_only_mentions_a_list_does_not_make_it_that_list(name: str, row: dict[str, Any]) -> None:
    assert maybe(text_of([row]), name) is None


def test_a_trimmed_list_is_recognized_by_a_name_that_says_nothing_else() -> None:
    assert listing(read(text_of([{"id": 1, "code": "PIPE-1", "active": True}]), "materials-2.json")).records
