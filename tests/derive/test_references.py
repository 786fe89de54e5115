"""Lists that lack an object that a pending transaction names aren't complete, and say which object it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace

from exportready.derive import pending, references
from exportready.kinds import KINDS
from exportready.kinds.references import BOOKS_REFERENCES, OWN_REFERENCES
from exportready.model.evidence import UNSET, Dataset, Evidence, Listing, Record, Scope
from exportready.model.reasons import Reason
from made_evidence import Row, dataset, evidence

Rows = Mapping[str, Sequence[Row]]
PENDING: Row = {"syncStatus": "Posted", "active": True, "batch.number": "1042", "referenceNumber": "501"}
OF_INVOICE: Row = {f"parent.{name}": value for name, value in PENDING.items()}
LINE: Row = {**OF_INVOICE, "type": "Material", "skuId": "7", "skuName": "PIPE-1"}
ORDER: Row = {"number": "PO-1", "status": "Sent", "batchId": UNSET, "vendorId": "9"}
ST = "servicetitan."


def marked(rows: Rows, scope: Scope = Scope.WHOLE) -> Evidence:
    lists = {f"{ST}{name}": some for name, some in rows.items()}
    return references.mark(pending.mark(evidence(*(dataset(kind, some, scope) for kind, some in lists.items()))))


def lacking(rows: Rows) -> dict[str, str]:
    """Return the lists that lack an object, each with its reason."""
    found = marked(rows)
    return {kind.removeprefix(ST): one.why for kind, one in found.datasets.items() if one.cause is Reason.UNRESOLVED}


NAMED: list[tuple[str, Rows, str]] = [
    ("customer", {"invoice": [{**PENDING, "customer.id": "3", "customer.name": "Jo"}], "customer": [{"id": "4", "name": "Al"}]}, "Jo"),
    ("customer", {"payment": [{**PENDING, "customer.id": "3", "customer.name": "Jones"}], "customer": []}, "Jones"),
    ("business_unit", {"invoice": [{**PENDING, "businessUnit.name": "Install"}], "business_unit": [{"name": "Repair"}]}, "Install"),
    ("business_unit", {"purchase_order": [{**ORDER, "businessUnitId": "21"}], "business_unit": [{"id": "1", "name": "Repair"}]}, "21"),
    ("tax_zone", {"invoice": [{**PENDING, "taxZoneId": "71"}], "tax_zone": [{"id": "72", "name": "Denver"}]}, "71"),
    ("vendor", {"bill": [{**PENDING, "vendor.id": "6", "vendor.name": "Basalt"}], "vendor": [{"id": "7", "name": "Acme"}]}, "Basalt"),
    ("vendor", {"purchase_order": [ORDER], "vendor": [{"id": "7", "name": "Acme"}]}, "9"),
    ("technician", {"invoice_item": [{**LINE, "technicianId": "302"}], "technician": [{"id": "301", "name": "Ann"}]}, "302"),
    ("material", {"invoice_item": [LINE], "material": [{"id": "8", "code": "PIPE-2"}]}, "PIPE-1"),
    ("material", {"invoice_item": [LINE], "material": [{"id": "8", "code": "PIPE-1"}]}, "PIPE-1"),  # the ID decides
    ("equipment", {"bill_item": [{**OF_INVOICE, "skuId": "7", "skuCode": "FURN", "skuType": "Equipment"}], "equipment": []}, "FURN"),
    ("service", {"invoice_item": [{**LINE, "type": "Service"}], "material": [], "service": []}, "PIPE-1"),
    ("installed_equipment", {"invoice_item": [{**LINE, "installedEquipmentId": "44"}], "installed_equipment": []}, "44"),
    ("gl_account", {"payment": [{**PENDING, "generalLedgerAccount.name": "Till"}], "gl_account": [{"id": "1", "name": "Sales"}]}, "Till"),
    ("payment_type", {"payment": [{**PENDING, "typeId": "5", "type": "Check"}], "payment_type": [{"id": "6", "name": "Cash"}]}, "Check"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "rows", "name"), NAMED)
def test_a_list_that_lacks_what_a_pending_transaction_names_is_a_part_and_says_what(kind: str, rows: Rows, name: str) -> None:
    found = lacking(rows)
    assert list(found) == [kind]
    assert f" {name} (on pending " in found[kind]


@pytest.mark.parametrize(
    "rows",
    [
        {"invoice_item": [LINE], "material": [{"id": "7", "code": "RENAMED"}]},
        {"invoice_item": [LINE], "material": [{"code": "pipe-1"}]},  # a spreadsheet without IDs
        {"invoice_item": [{**LINE, "parent.syncStatus": "Exported"}], "material": []},
        {"invoice_item": [{**LINE, "parent.active": False}], "material": []},
        {"invoice_item": [{**LINE, "parent.batch.number": UNSET}], "material": []},
        {"invoice_item": [{**LINE, "type": "PriceModifier"}], "material": [], "equipment": [], "service": []},
        {"invoice_item": [LINE], "equipment": [], "service": []},  # its own list was not supplied
        {"invoice_item": [{**LINE, "type": "Unspecified"}], "material": [], "equipment": []},  # it may be a service
        {"invoice_item": [{**LINE, "type": "Material"}], "material": [], "equipment": [{"id": "7", "code": "PIPE-1"}]},
        {"invoice_item": [{**LINE, "technicianId": UNSET}], "technician": []},
        {"invoice": [{**PENDING, "taxZoneId": "0"}], "tax_zone": []},
        {"purchase_order": [{**ORDER, "status": "Canceled"}], "vendor": []},
        {"invoice_item": [{**LINE, "inventoryLocationId": "611", "inventoryLocation": "Truck 2"}], "truck": []},
    ],
)
def test_what_resolves_is_not_pending_or_names_nothing_leaves_its_list_whole(rows: Rows) -> None:
    assert not lacking(rows)


PAID: Row = {
    "parent.syncStatus": "Posted", "parent.active": True, "parent.batch.number": "12", "parent.referenceNumber": "P1",
    "appliedTo": "41", "appliedToReferenceNumber": "1041",
}  # fmt: skip


def test_a_list_that_lacks_a_paid_invoice_lacks_its_lines_too() -> None:
    rows: Rows = {"payment_application": [PAID], "invoice": [{"id": "40", "referenceNumber": "1040"}], "invoice_item": [LINE]}
    assert lacking(rows).keys() == {"invoice", "invoice_item"}


def test_invoices_of_some_days_or_of_the_batch_need_not_have_an_earlier_invoice() -> None:
    rows: Rows = {"payment_application": [PAID], "invoice": [{"id": "40", "referenceNumber": "1040"}], "invoice_item": [LINE]}
    for scope in (Scope.PERIOD, Scope.WAITING):
        assert marked(rows, scope).dataset("servicetitan.invoice").scope is scope


def test_an_object_that_may_be_in_several_lists_is_lacking_in_each() -> None:
    rows: Rows = {"invoice_item": [{**LINE, "type": "Unspecified"}], "material": [], "equipment": [], "service": []}
    assert sorted(lacking(rows)) == ["equipment", "material", "service"]
    located: Row = {**LINE, "inventoryLocationId": "611", "inventoryLocation": "Truck 2"}
    assert sorted(lacking({"invoice_item": [located], "truck": [], "warehouse": []})) == ["truck", "warehouse"]


def test_a_reason_names_the_first_three_objects() -> None:
    lines = [{**LINE, "skuId": str(number), "skuName": f"PIPE-{number}"} for number in range(5)]
    assert lacking({"invoice_item": lines, "material": []})["material"].endswith(
        "item PIPE-2 (on pending invoice 501), and 2 more"
    )


def test_a_more_serious_reason_stays() -> None:
    rows = evidence(
        dataset(f"{ST}invoice_item", [LINE]), replace(dataset(f"{ST}material", []), scope=Scope.PART, cause=Reason.PARTIAL)
    )
    assert references.mark(pending.mark(rows)).dataset(f"{ST}material").cause is Reason.PARTIAL
    active = marked({"invoice_item": [LINE], "material": [{"id": "8", "code": "B"}]}, Scope.ACTIVE).dataset(f"{ST}material")
    assert (active.scope, active.cause) == (Scope.PART, Reason.UNRESOLVED)


def test_a_kind_that_was_not_read_lacks_nothing() -> None:
    held = pending.mark(evidence(dataset(f"{ST}invoice_item", [LINE]), dataset(f"{ST}material", [])))
    assert references.mark(held, {f"{ST}invoice_item"}).dataset(f"{ST}material").scope is Scope.WHOLE


def test_every_field_of_a_reference_is_a_field_of_its_kind() -> None:
    for one in OWN_REFERENCES:
        assert one.fields <= KINDS[one.kind].fields.keys()
        assert all(one.list_name in KINDS[kind].fields for kind in one.lists)
    assert all(field in KINDS[kind].fields and target in KINDS for kind, field, target in BOOKS_REFERENCES)


# -- answers of QuickBooks


def books(reader: str, rows: Mapping[str, Sequence[Row]]) -> Evidence:
    held: dict[str, Dataset] = {kind: dataset(f"quickbooks.{kind}", some) for kind, some in rows.items()}
    listed = {
        one.kind: (Listing(kind=one.kind, records=one.records, path="a", reader=reader, whole=True),) for one in held.values()
    }
    return replace(evidence(*held.values()), listings=listed)


LOOKED_UP: list[tuple[str, Rows]] = [
    ("Account", {"Item": [{"FullName": "Pump", "IsActive": True, "COGSAccountRef.FullName": "Cost"}], "Account": [{"FullName": "Sales"}]}),
    ("Customer", {"Customer": [{"FullName": "Ann:Attic", "IsActive": True, "ParentRef.FullName": "Ann"}]}),
    ("Item", {"Customer": [{"FullName": "Ann", "IsActive": True, "ItemSalesTaxRef.FullName": "Denver"}], "Item": [{"FullName": "Pump"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "rows"), LOOKED_UP)
def test_an_answer_that_lacks_what_quickbooks_own_lists_name_was_a_look_up(kind: str, rows: Rows) -> None:
    found = references.mark(books("qbxml", rows)).dataset(f"quickbooks.{kind}")
    assert (found.scope, found.cause) == (Scope.PART, Reason.UNRESOLVED)
    assert references.mark(books("iif", rows)).dataset(f"quickbooks.{kind}").scope is Scope.WHOLE
    inactive = {name: [{**row, "IsActive": False} for row in some] for name, some in rows.items()}
    assert references.mark(books("qbxml", inactive)).dataset(f"quickbooks.{kind}").scope is Scope.WHOLE


def test_records_are_described_by_their_transaction() -> None:
    record = dataset(f"{ST}invoice", [{**PENDING, "referenceNumber": UNSET}]).rows()[0]
    assert isinstance(record, Record)
    assert lacking({"invoice": [{**PENDING, "referenceNumber": UNSET, "taxZoneId": "71"}], "tax_zone": []}) == {
        "tax_zone": "it doesn't have tax zone 71 (on a pending invoice)"
    }
