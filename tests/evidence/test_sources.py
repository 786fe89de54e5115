"""Several files of one kind: which records are used, and how complete they are together."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from exportready.evidence import snapshot
from exportready.kinds import KINDS
from exportready.model.evidence import Dataset, Evidence, Scope, Unknown

ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
EXPORTED = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1795219500\n"
Answer = Sequence[tuple[str, str]]


def read(folder: Path, **files: str) -> Evidence:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    return snapshot.read(folder, ALL, AT)


def invoices(some: Answer, modified: str = "2026-11-20T09:00:00Z", subtotal: str = "1.00") -> str:
    """Return QuickBooks' answer with these invoices: (ID, day)."""
    rets = "".join(
        f"<InvoiceRet><TxnID>{id_}</TxnID><TimeCreated>2026-01-01T08:00:00Z</TimeCreated><TimeModified>{modified}</TimeModified>"
        f"<TxnNumber>1</TxnNumber><CustomerRef><FullName>Ann</FullName></CustomerRef><TxnDate>{day}</TxnDate><RefNumber>{id_}</RefNumber>"
        f"<Subtotal>{subtotal}</Subtotal><InvoiceLineRet><TxnLineID>L{id_}</TxnLineID><Amount>{subtotal}</Amount></InvoiceLineRet></InvoiceRet>"
        for id_, day in some
    )
    return f'<QBXML><QBXMLMsgsRs><InvoiceQueryRs statusCode="0" statusSeverity="Info">{rets}</InvoiceQueryRs></QBXMLMsgsRs></QBXML>'


def days(*numbers: int) -> Answer:
    return [(f"{number}", f"2026-11-{number:02}") for number in numbers]


def of(evidence: Evidence, kind: str = "Invoice") -> Dataset:
    return evidence.dataset(f"quickbooks.{kind}")


def keys(dataset: Dataset) -> list[str]:
    return sorted(record.key for record in dataset.records)


# -- answers for different days


def span(first: int, last: int) -> tuple[date, date]:
    return date(2026, 11, first), date(2026, 11, last)


BY_DAY = [
    ([days(1, 2, 3), days(4, 5)], Scope.PERIOD, (span(1, 5),)),
    ([days(1, 2), days(3, 4), days(5, 6)], Scope.PERIOD, (span(1, 6),)),
    ([days(1, 2), days(6, 7)], Scope.PERIOD, (span(1, 2), span(6, 7))),  # nobody asked for the days between
    ([days(1, 2, 3), days(3, 4)], Scope.PERIOD, (span(1, 4),)),  # both have all of the day that they share
    ([days(1, 2, 3), days(2)], Scope.WHOLE, ()),  # a look-up beside the list that has it
    ([days(1, 2, 3), days(2), days(1, 3)], Scope.WHOLE, ()),
    ([days(1, 3, 5), days(2, 4)], Scope.PART, ()),  # not by day: by customer, or one by one
    ([days(1), days(2)], Scope.PART, ()),  # each was looked up
    ([days(1, 2, 3), days(9)], Scope.PART, ()),
]


@pytest.mark.parametrize(("answers", "scope", "covered"), BY_DAY)
def test_answers_with_different_transactions_add_up(
    tmp_path: Path, answers: list[Answer], scope: Scope, covered: tuple[tuple[date, date], ...]
) -> None:
    found = read(tmp_path, **{f"{number}__xml": invoices(some) for number, some in enumerate(answers)})
    everything = {id_ for some in answers for id_, _ in some}
    assert (of(found).scope, of(found).days) == (scope, covered)
    assert len(of(found).records) == len(everything)
    assert len(of(found, "InvoiceLine").records) == len(everything)
    assert of(found, "InvoiceLine").scope is scope
    assert "newer" not in of(found).remedy


def test_of_two_versions_of_a_transaction_the_newer_one_counts_with_its_lines(tmp_path: Path) -> None:
    old, new = invoices(days(1, 2), subtotal="5.00"), invoices(days(2, 3), "2026-11-20T10:00:00Z")
    found = read(tmp_path, a__xml=old, b__xml=new)
    amounts = {record.get("TxnID"): str(record.get("Subtotal")) for record in of(found).records}
    assert amounts == {"1": "5.00", "2": "1.00", "3": "1.00"}
    assert sorted(str(record.get("Amount")) for record in of(found, "InvoiceLine").records) == ["1.00", "1.00", "5.00"]


def test_two_values_of_a_record_that_nothing_dates_make_the_value_unknown_and_keep_the_other_records(tmp_path: Path) -> None:
    found = of(read(tmp_path, a__xml=invoices(days(1, 2)), b__xml=invoices(days(2, 3), subtotal="9.00")))
    unknown = [record.key for record in found.records if isinstance(record.get("Subtotal"), Unknown)]
    assert (keys(found), unknown) == (["Ann / 1", "Ann / 2", "Ann / 3"], ["Ann / 2"])


# -- parts beside the whole


def customer(name: str) -> str:
    return (
        f"<CustomerRet><ListID>{name}</ListID><TimeCreated>2026-01-01T08:00:00Z</TimeCreated><TimeModified>2026-01-01T08:00:00Z"
        f"</TimeModified><Name>{name}</Name><FullName>{name}</FullName><IsActive>true</IsActive><Sublevel>0</Sublevel></CustomerRet>"
    )


def customers(*names: str) -> str:
    rets = "".join(map(customer, names))
    return f'<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0" statusSeverity="Info">{rets}</CustomerQueryRs></QBXMLMsgsRs></QBXML>'


LISTED = EXPORTED + "!CUST\tNAME\tHIDDEN\nCUST\tAnn\tN\nCUST\tBo\tN\n"
TAKEN = "takenAt: 2026-11-20T17:59:00-07:00\n"
BESIDE = [
    ({"x__xml": customers("Ann")}, Scope.WHOLE, ["Ann", "Bo"]),
    ({"x__xml": customers("Cy")}, Scope.PART, ["Ann", "Bo", "Cy"]),
    ({"x__xml": customers("Ann", "Bo", "Cy"), "account__yaml": TAKEN}, Scope.ACTIVE, ["Ann", "Bo", "Cy"]),  # a newer list
    ({"x__iif": "!CUST\tNAME\tTERMS\nCUST\tAnn\t\n"}, Scope.WHOLE, ["Ann", "Bo"]),
    ({"x__iif": "!CUST\tNAME\nCUST\tCy\n"}, Scope.PART, ["Ann", "Bo", "Cy"]),
    ({"x__iif": EXPORTED + "!CUST\tNAME\nCUST\tAnn\n!TRNS\tTRNSID\tDATE\nTRNS\t1\t11/20/2026\n"}, Scope.WHOLE, ["Ann", "Bo"]),
]


@pytest.mark.parametrize(("files", "scope", "names"), BESIDE)
@pytest.mark.parametrize("taken", ["", TAKEN])
def test_a_part_never_replaces_the_list(
    tmp_path: Path, files: dict[str, str], scope: Scope, names: list[str], taken: str
) -> None:
    found = of(read(tmp_path, lists__iif=LISTED, **({"account__yaml": taken} if taken else {}) | files), "Customer")
    assert (found.scope, keys(found)) == (scope, names)


@pytest.mark.parametrize(
    "text",
    [
        "!CUST\tNAME\nCUST\tAnn\n",
        "!CUST\tNAME\nCUST\tAnn\n!TRNS\tTRNSID\n!SPL\tSPLID\n!ENDTRNS\nTRNS\t1\nSPL\t2\nENDTRNS\n",
        EXPORTED + "!CUST\tNAME\nCUST\tAnn\n!TRNS\tTRNSID\n!SPL\tSPLID\n!ENDTRNS\nTRNS\t1\nSPL\t2\nENDTRNS\n",
    ],
)
def test_a_file_that_was_written_for_import_proves_no_absence_and_no_order(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, a__iif=text)
    assert (of(found, "Customer").scope, keys(of(found, "Customer"))) == (Scope.PART, ["Ann"])
    assert "written for import" in of(found, "Customer").why
    assert not found.sources[0].complete
    assert not any(listing.in_list_order for listing in found.listings["quickbooks.Customer"])


# -- ServiceTitan's lists


def feed(*rows: dict[str, object]) -> str:
    return json.dumps({"continueFrom": "token", "hasMore": False, "data": rows})


def page(*rows: dict[str, object]) -> str:
    return json.dumps({"page": 1, "hasMore": False, "data": rows})


def invoice(modified: str, *codes: str, id_: int = 1) -> dict[str, object]:
    lines = [{"id": number, "skuName": code, "type": "Service"} for number, code in enumerate(codes)]
    named = {"referenceNumber": str(id_), "invoiceDate": "2026-11-20", "customer": {"id": 1, "name": "Ann"}}
    return {"id": id_, "syncStatus": "Posted", "modifiedOn": modified, "items": lines, **named}


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [(("A", "B"), ("A", "B"), 2), (("A", "B"), ("C",), 1), (("A",), (), 0)],
    ids=["the same lines", "other lines", "none left"],
)
def test_the_lines_of_an_older_version_in_a_feed_go_with_it(
    tmp_path: Path, old: tuple[str, ...], new: tuple[str, ...], lines: int
) -> None:
    versions = [invoice("2026-11-12T10:00:00Z", *old), {**invoice("2026-11-20T10:00:00Z", *new), "syncStatus": "Exported"}]
    for order in (versions, versions[::-1]):
        found = read(tmp_path, invoices__json=feed(*order))
        assert [record.get("syncStatus") for record in found.dataset("servicetitan.invoice").rows()] == ["Exported"]
        left = found.dataset("servicetitan.invoice_item")
        assert [record.get("skuName") for record in left.rows()] == list(new)
        assert (len(left.rows()), left.scope) == (lines, Scope.WHOLE)


def material(number: int, cost: str = "1.00", modified: str = "2026-11-01T10:00:00Z") -> dict[str, object]:
    return {
        "id": number,
        "code": f"M{number}",
        "active": number != 1,
        "cost": cost,
        "costOfSaleAccount": "Cost",
        "modifiedOn": modified,
    }


def test_an_older_list_beside_the_newer_one_is_named_and_no_advice_drops_what_only_it_has(tmp_path: Path) -> None:
    (tmp_path / "materials old.json").write_text(page(material(1), material(2)), "utf-8")
    found = read(tmp_path, materials__json=page(material(2), material(3)))
    dataset = found.dataset("servicetitan.material")
    assert (keys(dataset), dataset.scope, dataset.remedy) == (["M1", "M2", "M3"], Scope.PART, "")
    assert "materials old.json and materials.json have different records" in dataset.why
    newer = material(2, "2.00", "2026-11-19T10:00:00Z")
    found = read(tmp_path, materials__json=page(material(1), newer, material(3)))
    dataset = found.dataset("servicetitan.material")
    assert (dataset.scope, {str(record.get("cost")) for record in dataset.rows()}) == (Scope.WHOLE, {"1.00", "2.00"})
    (note,) = {note for source in found.sources for note in source.doubles}
    assert note.startswith(
        "materials old.json and materials.json have some of the same materials. Of each record, the version that"
    )
    assert note.endswith("Keep only the newer file; no date says which one it is")


def test_two_files_with_different_records_each_are_named_and_no_advice_drops_one(tmp_path: Path) -> None:
    (tmp_path / "materials old.json").write_text(page(material(1), material(2)), "utf-8")
    found = read(tmp_path, materials__json=page(material(2, "2.00", "2026-11-19T10:00:00Z"), material(3)))
    (note,) = {note for source in found.sources for note in source.doubles}
    assert note.endswith("Each has records that the others don't have, so check whether you need them all")


def test_an_older_export_says_which_one_counts(tmp_path: Path) -> None:
    old = LISTED.replace("1795219500", "1795000000").replace("Bo", "Old Bo")
    found = read(tmp_path, lists__iif=LISTED, old__iif=old)
    assert keys(of(found, "Customer")) == ["Ann", "Bo"]
    (note,) = {note for source in found.sources for note in source.doubles}
    assert note == (
        "old.iif (November 18, 2026) and lists.iif (November 21, 2026) have some of the same QuickBooks customers. "
        "lists.iif has newer ones, so those in old.iif aren't used"
    )
    assert all(note in source.notes for source in found.sources)


PRICEBOOK = {"Materials": [["Code", "Cost of Sale Account"], ["PIPE-1", "Materials"]]}


@pytest.mark.parametrize(
    ("old", "ending"),
    [
        (
            {"Materials": [["Code", "Cost of Sale Account"], ["PIPE-1", "Fittings"]]},
            "Where they differ, neither counts. Keep only the newer file",
        ),
        ({"Materials": [["Code", "Cost of Sale Account"], ["PIPE-1", "Materials"]]}, ""),
    ],
    ids=["different", "equal"],
)
def test_an_old_workbook_beside_the_new_one_is_named_with_its_date(
    old: Mapping[str, Sequence[Sequence[object]]], ending: str, tmp_path: Path, book: Callable[..., bytes]
) -> None:
    (tmp_path / "pricebook.xlsx").write_bytes(book(PRICEBOOK, exported=datetime(2026, 11, 20, 17)))  # noqa: DTZ001
    (tmp_path / "pricebook October.xlsx").write_bytes(book(old, exported=datetime(2026, 10, 30, 17)))  # noqa: DTZ001
    named = {note for source in read(tmp_path).sources for note in source.doubles}
    files = "pricebook October.xlsx (October 30, 2026) and pricebook.xlsx (November 20, 2026)"
    assert named == ({f"{files} have some of the same materials. {ending}"} if ending else set())


_EMPTY = ("requiredOn", "vendorDocumentNumber", "createdOn", "modifiedOn")
REQUEST: dict[str, object] = dict.fromkeys(_EMPTY) | {
    "id": 1, "requestNumber": "R-1", "requestStatus": "Pending", "typeId": 1, "vendorId": 2, "date": "2026-11-20", "total": 1,
    "tax": 0, "shipping": 0, "items": [],
}  # fmt: skip


@pytest.mark.parametrize("name", ["purchase-order-requests__json", "purchase-orders__json", "requests__json"])
def test_purchase_order_requests_are_no_orders(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, **{name: page(REQUEST)})
    assert found.dataset("servicetitan.purchase_order").scope is Scope.MISSING
    order = {key: value for key, value in REQUEST.items() if not key.startswith("request")} | {"number": "1", "status": "Sent"}
    assert len(read(tmp_path, **{name: page(order)}).dataset("servicetitan.purchase_order").rows()) == 1
