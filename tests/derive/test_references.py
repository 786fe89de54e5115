"""Lists that lack an object that a pending transaction names aren't complete, and say which object it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from exportready.derive import pending, references
from exportready.kinds import KINDS
from exportready.kinds.references import BOOKS_REFERENCES, OWN_REFERENCES
from exportready.model.evidence import UNSET, Evidence, Listing, Scope, Value
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
    assert all(
        {one.field, one.created or one.field} <= KINDS[one.kind].fields.keys() and one.target in KINDS
        for one in BOOKS_REFERENCES
    )


# -- after an export

SENT: Row = {**PAID, "parent.syncStatus": "Exported"}
AFTER: list[tuple[str, Rows, str]] = [
    (
        "invoice",
        {"payment_application": [SENT], "invoice": [{"id": "40", "referenceNumber": "1040"}]},
        "invoice 1041 (on payment P1)",
    ),
    (
        "invoice",
        {"invoice": [{"id": "40", "referenceNumber": "1040", "adjustmentToId": "39", "syncStatus": "Exported"}]},
        "invoice 39",
    ),
    ("payment", {"payment": [{"id": "5", "refundedPaymentId": "4", "syncStatus": "Exported"}]}, "payment 4 (on a payment)"),
    (
        "purchase_order",
        {"bill": [{"purchaseOrderId": "8", "syncStatus": "Exported", "referenceNumber": "B-1"}], "purchase_order": []},
        "purchase order 8 (on bill B-1)",
    ),
]


@pytest.mark.parametrize(("kind", "rows", "named"), AFTER)
def test_after_an_export_a_list_lacks_what_an_exported_transaction_names(kind: str, rows: Rows, named: str) -> None:
    assert not lacking(rows)  # only what pending ones name matters before the export
    found = references.with_exported(marked(rows), f"{ST}{kind}")
    assert (found.scope, found.cause) == (Scope.PART, Reason.UNRESOLVED)
    assert named in found.why


def test_after_an_export_voided_transactions_and_lists_of_some_days_prove_nothing() -> None:
    kind, rows = AFTER[0][:2]
    voided: Rows = {**rows, "payment_application": [{**SENT, "parent.active": False}]}
    assert references.with_exported(marked(voided), f"{ST}{kind}").scope is Scope.WHOLE
    assert references.with_exported(marked(rows, Scope.PERIOD), f"{ST}{kind}").scope is Scope.PERIOD


# -- QuickBooks' own lists


def books(rows: Rows, reader: str = "iif", part: str = "", dated: Mapping[str, datetime] | None = None) -> Evidence:
    lists = [replace(dataset(f"quickbooks.{kind}", some), dated=(dated or {}).get(kind)) for kind, some in rows.items()]
    listed = {
        one.kind: (
            Listing(
                kind=one.kind,
                records=one.records,
                path=one.records[0].where.path if one.records else "a",
                reader=reader,
                whole=True,
                part=part,
            ),
        )
        for one in lists
    }
    return replace(evidence(*lists), listings=listed)


def reasons(given: Evidence) -> dict[str, str]:
    """Return the lists of QuickBooks that lack an object, each with its reason."""
    marked_lists = references.mark(given).datasets.items()
    return {kind.removeprefix("quickbooks."): one.why for kind, one in marked_lists if one.cause is Reason.UNRESOLVED}


LACKING: list[tuple[str, str, Rows]] = [
    ("Account", "account Cost", {"Item": [{"FullName": "Pump", "COGSAccountRef.FullName": "Cost"}], "Account": [{"FullName": "Sales"}]}),
    ("Account", "account Sales", {"Account": [{"FullName": "Sales:Parts", "ParentRef.FullName": "Sales"}]}),
    ("Class", "class Heating", {"Class": [{"FullName": "Heating:Repair", "ParentRef.FullName": "Heating"}]}),
    ("Customer", "customer Ann", {"Customer": [{"FullName": "Ann:Attic", "ParentRef.FullName": "Ann"}]}),
    ("Item", "item Pipes", {"Item": [{"FullName": "Pipes:PIPE-1", "ParentRef.FullName": "Pipes"}]}),
    ("Item", "item Denver", {"Customer": [{"FullName": "Ann", "ItemSalesTaxRef.FullName": "Denver"}], "Item": [{"FullName": "Pump"}]}),
    ("Item", "item City", {"Item": [{"FullName": "State"}, {"FullName": "Both", "ItemSalesTaxRef.FullName": "State\nCity"}]}),
    ("Vendor", "vendor Basalt", {"Item": [{"FullName": "Pump", "PrefVendorRef.FullName": "Basalt"}], "Vendor": []}),
    ("Vendor", "vendor Revenue", {"Item": [{"FullName": "Tax", "TaxVendorRef.FullName": "Revenue"}], "Vendor": [{"Name": "Acme"}]}),
    ("Terms", " Net 30 (on vendor Acme)", {"Vendor": [{"Name": "Acme", "TermsRef.FullName": "Net 30"}], "Terms": [{"Name": "Net 15"}]}),
    ("Vendor", " Basalt (on bill B-1)", {"Bill": [{"VendorRef.FullName": "Basalt", "RefNumber": "B-1"}], "Vendor": []}),
    ("Item", " PIPE-1 (on", {"InvoiceLine": [{"ItemRef.FullName": "PIPE-1"}], "Item": [{"FullName": "PIPE-2"}]}),
    ("SalesTaxCode", " Tax (on", {"Customer": [{"FullName": "Ann", "SalesTaxCodeRef.FullName": "Tax"}], "SalesTaxCode": []}),
]  # fmt: skip


@pytest.mark.parametrize("reader", ["iif", "qbxml"])
@pytest.mark.parametrize(("kind", "named", "rows"), LACKING)
def test_a_list_of_quickbooks_that_lacks_what_its_lists_name_is_a_part_and_says_what(
    kind: str, named: str, rows: Rows, reader: str
) -> None:
    found = reasons(books(rows, reader))
    assert list(found) == [kind]
    assert named in found[kind]


PUMP: Rows = {"Item": [{"FullName": "Pump", "COGSAccountRef.FullName": "Cost"}], "Account": [{"FullName": "Sales"}]}


def test_inactive_entries_count_only_where_the_list_has_inactive_entries() -> None:
    inactive: Rows = {kind: [{**row, "IsActive": False} for row in rows] for kind, rows in PUMP.items()}
    assert reasons(books(inactive, "iif"))
    assert not reasons(books(inactive, "qbxml"))


def test_what_quickbooks_did_not_write_names_nothing() -> None:
    assert not reasons(books(PUMP, "table"))
    assert not reasons(books(PUMP, "iif", part="fragment"))


def test_a_list_that_is_older_than_what_it_refers_to_names_nothing() -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC)
    assert not reasons(books(PUMP, dated={"Item": day, "Account": day + timedelta(hours=1)}))
    for dates in ({"Item": day, "Account": day}, {"Item": day + timedelta(hours=1), "Account": day}, {"Item": day}, {}):
        assert list(reasons(books(PUMP, dated=dates))) == ["Account"]


CREATED = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("transaction", "prefix", "target"),
    [
        ("Invoice", "", "Customer"),
        ("PurchaseOrder", "", "Vendor"),
        ("InvoiceLine", "parent.", "Item"),
        ("JournalDebitLine", "parent.", "Account"),
    ],
)
def test_what_a_transaction_names_was_there_when_it_was_created(transaction: str, prefix: str, target: str) -> None:
    field = {"Invoice": "CustomerRef", "PurchaseOrder": "VendorRef", "InvoiceLine": "ItemRef"}.get(transaction, "AccountRef")
    for created, is_lacking in ((CREATED, True), (CREATED + timedelta(hours=2), False), (UNSET, True)):
        rows: Rows = {transaction: [{f"{field}.FullName": "New", f"{prefix}TimeCreated": created}], target: []}
        dates = {target: CREATED + timedelta(hours=1), transaction: CREATED + timedelta(hours=5)}
        assert bool(reasons(books(rows, dated=dates))) is is_lacking


def test_a_list_of_active_entries_need_not_have_what_transactions_used() -> None:
    given = books({"Invoice": [{"CustomerRef.FullName": "Ann"}], "Customer": [{"FullName": "Bo"}]}, "qbxml")
    customers = replace(given.dataset("quickbooks.Customer"), scope=Scope.ACTIVE, cause=Reason.ACTIVE_ONLY)
    active = references.mark(replace(given, datasets={**given.datasets, "quickbooks.Customer": customers}))
    assert active.dataset("quickbooks.Customer").scope is Scope.ACTIVE
    assert references.mark(given).dataset("quickbooks.Customer").scope is Scope.PART


def applied(**link: Value) -> Mapping[str, Sequence[Row]]:
    """Return QuickBooks' invoices of November 10 through 20, and a payment."""
    days: list[Row] = [{"TxnID": f"I{day}", "TxnDate": date(2026, 11, day)} for day in (10, 20)]
    one: Row = {
        "TxnID": "I15",
        "TxnType": "Invoice",
        "TxnDate": date(2026, 11, 15),
        "RefNumber": "501",
        "parent.RefNumber": "P1",
        **link,
    }
    return {"Invoice": days, "AppliedToTxn": [one]}


def test_a_payment_of_quickbooks_shows_that_an_invoice_of_the_same_days_is_missing() -> None:
    assert reasons(books(applied(), "qbxml"))["Invoice"] == "it doesn't have invoice 501 (on payment P1)"
    assert "Invoice" in reasons(books(applied(TxnDate=UNSET), "qbxml"))


@pytest.mark.parametrize(
    "link",
    [
        {"TxnID": "I20"},
        {"TxnDate": date(2026, 11, 9)},
        {"TxnDate": date(2026, 11, 21)},
        {"TxnType": "Charge"},
        {"TxnID": UNSET},
    ],
    ids=["there", "earlier", "later", "other", "no id"],
)
def test_a_payment_of_quickbooks_shows_nothing_of_other_days_or_lists(link: Row) -> None:
    assert not reasons(books(applied(**link), "qbxml"))
    day = datetime(2026, 11, 21, tzinfo=UTC)
    later = {"Invoice": day, "AppliedToTxn": day + timedelta(hours=1)}
    assert not reasons(books(applied(), "qbxml", dated=later))


def test_names_resolve_whatever_their_case() -> None:
    assert not reasons(
        books({"Item": [{"FullName": "Pump", "COGSAccountRef.FullName": "cost"}], "Account": [{"FullName": "COST"}]})
    )
