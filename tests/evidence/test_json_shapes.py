"""The shapes in which programs save ServiceTitan's lists, and what they save when a call fails."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from exportready.evidence import snapshot
from exportready.evidence.consolidate import consolidate
from exportready.evidence.reading import Reading, Unreadable
from exportready.evidence.recognize import read_file
from exportready.kinds import KINDS
from exportready.kinds.unused import LISTS, unused_list
from exportready.model.evidence import Covers, Dataset, Scope
from exportready.rulebook.examples import NOON

ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
TERM = {"id": 1, "name": "Elm", "active": True, "isTruckReplenishment": False, "memo": None}
FAILED = {
    "type": "https://x",
    "title": "Too Many Requests. Try again in 57 seconds.",
    "status": 429,
    "traceId": "x",
    "errors": {},
    "data": {},
}


def vendor(number: int) -> dict[str, Any]:
    return {**TERM, "id": number, "name": f"Vendor {number}", "active": number != 2}


def page(number: int, *numbers: int, more: bool = False) -> dict[str, Any]:
    return {"page": number, "pageSize": 2, "hasMore": more, "totalCount": None, "data": [vendor(one) for one in numbers]}


def lines(*values: object) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def read(text: str, path: str = "vendors.json") -> Reading | str:
    return read_file(text.encode(), path, ALL, {}, UTC)


def dataset(text: str, covers: Covers | None = None) -> Dataset:
    reading = read(text)
    assert isinstance(reading, Reading)
    return consolidate("servicetitan.vendor", reading.listings, covers, NOON)


# -- records one after another

MESSAGES = [
    {"type": "SCHEMA", "stream": "vendors", "schema": {}},
    *({"type": "RECORD", "stream": "vendors", "record": vendor(n)} for n in (1, 2)),
]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (lines(vendor(1), vendor(2)), [1, 2]),
        ("\n".join(json.dumps(vendor(one), indent=1) for one in (1, 2)), [1, 8]),
        (json.dumps(vendor(1)) + json.dumps(vendor(2)), [1, 1]),
        (lines(*MESSAGES, {"type": "STATE", "value": {}}), [2, 3]),
    ],
)
def test_records_one_after_another_are_a_list_that_may_be_a_part(text: str, at: list[int]) -> None:
    found = dataset(text)
    assert [(one.key, one.where.line) for one in found.rows()] == [("Vendor 1", at[0]), ("Vendor 2", at[1])]
    assert found.scope is Scope.PART
    assert dataset(text, Covers(what="all")).scope is Scope.WHOLE


def test_one_record_by_itself_is_no_list() -> None:
    found = dataset(json.dumps(vendor(1)), Covers(what="all"))
    assert ([one.key for one in found.rows()], found.scope) == (["Vendor 1"], Scope.PART)


def test_messages_of_several_lists_are_to_be_saved_apart() -> None:
    with pytest.raises(Unreadable, match="several lists"):
        read(lines(*MESSAGES, {"type": "RECORD", "stream": "customers", "record": {"id": 1}}))


@pytest.mark.parametrize(
    "text", [lines(vendor(1)) + '{"id": 2, "na', lines(vendor(1)) + "and so on", lines(vendor(1), vendor(2))[:-3]]
)
def test_records_that_break_off_are_reported_with_their_line(text: str) -> None:
    with pytest.raises(Unreadable, match="isn't valid JSON") as caught:
        read(text)
    assert caught.value.line == 2


# -- pages in one file


@pytest.mark.parametrize(
    "write", [lambda *pages: json.dumps(pages, indent=1), lines, lambda *pages: "".join(map(json.dumps, pages))]
)
def test_pages_in_one_file_are_joined(write: Any) -> None:
    found = dataset(write(page(1, 1, 2, more=True), page(2, 3)))
    assert ([one.key for one in found.rows()], found.scope) == (["Vendor 1", "Vendor 2", "Vendor 3"], Scope.WHOLE)
    assert dataset(write(page(1, 1, 2, more=True))).scope is Scope.PART
    assert dataset(write(page(1, 1, 2, more=True), page(3, 3))).scope is Scope.PART


def test_records_keep_their_places_in_an_array_of_pages() -> None:
    places = [one.where for one in dataset(json.dumps([page(1, 1, 2, more=True), page(2, 3)], indent=1)).rows()]
    assert [(one.pointer, one.line) for one in places] == [("/0/data/0", 8), ("/0/data/1", 15), ("/1/data/0", 30)]


def test_feeds_in_one_file_are_joined() -> None:
    feeds = [{"hasMore": more, "continueFrom": str(more), "data": [vendor(one)]} for one, more in ((1, True), (2, False))]
    assert dataset(json.dumps(feeds)).scope is Scope.WHOLE


@pytest.mark.parametrize("more", [True, False])
def test_a_page_that_is_an_error_is_reported_and_the_list_is_a_part(more: bool) -> None:
    pages = [page(1, 1, 2, more=True), FAILED] if more else [page(1, 1, 2, more=True), FAILED, page(3, 3)]
    reading = read(json.dumps(pages))
    assert isinstance(reading, Reading)
    assert "Too Many Requests" in reading.unread[0]
    assert dataset(json.dumps(pages)).scope is Scope.PART


@pytest.mark.parametrize(
    "text", ['[{"page": 1, "data": []} {"page": 2}]', '[{"page": 1, "data": []}', '[{"page": 1, "data": []}] and']
)
def test_an_array_of_pages_that_breaks_off_is_reported(text: str) -> None:
    with pytest.raises(Unreadable, match="isn't valid JSON"):
        read(text)


# -- answers to calls that failed


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (FAILED, ("vendors", "Too Many Requests", "429", "wait a minute")),
        (
            {"statusCode": 401, "message": "Access denied due to missing subscription key."},
            ("vendors", "Access denied", "401", "log in"),
        ),
        ({"error": "invalid_client", "error_description": "The client is unknown"}, ("vendors", "The client is unknown")),
        (
            {"type": "x", "title": "Validation failed", "status": 400, "errors": {"page": ["must be above 0"]}},
            ("page: must be above 0",),
        ),
        ({**FAILED, "status": 503, "title": "Unavailable", "data": []}, ("503", "repeat the call later")),
    ],
)
def test_an_error_answer_says_which_call_failed_and_why(answer: dict[str, Any], says: tuple[str, ...]) -> None:
    with pytest.raises(Unreadable) as caught:
        read(json.dumps(answer))
    assert all(one in str(caught.value) for one in says)


def test_an_error_answer_is_an_error_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "invoices.json").write_text(json.dumps(FAILED))
    evidence = snapshot.read(tmp_path, ALL, NOON)
    assert "the call for the invoices" in (evidence.sources[0].error or "")
    assert evidence.dataset("servicetitan.invoice").why == "invoices.json couldn't be read"


@pytest.mark.parametrize(
    "record", [{"status": 429}, {"title": "Owner", "status": "Active"}, {"message": "hello", "status": 200}]
)
def test_other_objects_are_no_error_answers(record: dict[str, Any]) -> None:
    assert "isn't a ServiceTitan list that we know" in str(read(json.dumps(record)))


# -- lists that no check uses

UNUSED = {
    "returns": {
        "id": 1,
        "active": True,
        "number": "2",
        "returnAmount": 5,
        "returnDate": None,
        "vendorId": 3,
        "purchaseOrderId": 4,
    },
    "purchase order requests": {
        **dict.fromkeys(
            ("id", "invoiceId", "jobId", "projectId", "typeId", "vendorId", "businessUnitId", "batchId", "shipTo")
        ),
        **dict.fromkeys(
            ("requestNumber", "requestStatus", "vendorDocumentNumber", "date", "requiredOn", "total", "tax", "items")
        ),
    },
    "payment terms": {"id": 1, "name": "Net 15", "dueDayType": "x", "dueDay": 15, "active": True},
    "estimates": {"id": 1, "jobNumber": "5", "reviewStatus": "x", "soldBy": None, "items": []},
}


@pytest.mark.parametrize("name", UNUSED)
@pytest.mark.parametrize("path", ["export.json", "purchase-orders.json"])
def test_a_list_that_no_check_uses_is_called_what_it_is(name: str, path: str) -> None:
    advice = read(json.dumps({"page": 1, "hasMore": False, "data": [UNUSED[name]]}), path)
    assert advice == f"it has the {name} from ServiceTitan, which no check uses; you can leave the file out"


def test_no_list_that_is_read_looks_like_one_that_no_check_uses() -> None:
    assert len(LISTS) > 30
    assert {kind.name: unused_list(kind.known) for kind in KINDS.values() if unused_list(kind.known)} == {}


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("credit_memo", "credit-memos?active=Any "),
        ("payment_type", "payment-types?active=Any "),
        ("bill", "ap-bills?billType=Procurement and again with ?billType=ApBill "),
        ("invoice", "invoices?activeState=All "),
        ("vendor", "vendors?active=Any "),
        ("purchase_order", "purchase-orders "),
    ],
)
def test_a_request_asks_for_everything_that_the_api_leaves_out_by_itself(kind: str, query: str) -> None:
    assert query in KINDS[f"servicetitan.{kind}"].integrator
