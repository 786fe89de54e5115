"""Which fields of a record refer to other records, as data. This determines what must be fixed first.

*Established*: QuickBooks rejects a record that refers to something it doesn't have (Intuit, qbXML status codes 3140, 3130, 3120,
3000).
*Inferred*: concluded by us, and marked as inferred wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from exportready.kinds.servicetitan import PRICEBOOK

ESTABLISHED, INFERRED = "established", "inferred"


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One field that refers to another object."""

    kind: str
    """The kind with the field. A reference from a line is also one from its transaction."""
    field: str
    target: str
    """The kind of object that it refers to (as in `at_fault.kind`), or a kind of transaction."""
    by_id: tuple[str, ...] = ()
    """The kinds whose records the field refers to by ID; empty if it contains the name itself."""
    words: str = "uses"
    """The words between the two: "invoice 1234 uses item PIPE-1"."""
    certainty: str = ESTABLISHED


_FOR, _POSTS, _BUYS, _NEEDS = "is for", "posts to", "buys from", "depends on"

REFERENCES = (
    Reference(kind="servicetitan.invoice", field="customer.name", target="customer", words=_FOR),
    Reference(kind="servicetitan.invoice", field="businessUnit.name", target="business_unit", words="belongs to"),
    Reference(kind="servicetitan.invoice", field="termName", target="terms"),
    Reference(
        kind="servicetitan.invoice", field="taxZoneId", target="tax_zone", by_id=("servicetitan.tax_zone",), words="is in"
    ),
    Reference(kind="servicetitan.invoice_item", field="skuId", target="item", by_id=PRICEBOOK),
    Reference(kind="servicetitan.invoice_item", field="skuName", target="item"),
    Reference(kind="servicetitan.invoice_item", field="generalLedgerAccount.name", target="account", words=_POSTS),
    Reference(kind="servicetitan.invoice_item", field="assetAccount.name", target="account", words=_POSTS),
    Reference(kind="servicetitan.payment", field="customer.name", target="customer", words=_FOR),
    Reference(kind="servicetitan.payment", field="type", target="payment_type", words="has"),
    Reference(kind="servicetitan.payment", field="generalLedgerAccount.name", target="account", words=_POSTS),
    Reference(kind="servicetitan.credit_memo", field="customer.name", target="customer", words=_FOR),
    Reference(kind="servicetitan.bill", field="vendor.name", target="vendor", words=_BUYS),
    Reference(kind="servicetitan.bill_item", field="skuCode", target="item"),
    Reference(
        kind="servicetitan.purchase_order", field="vendorId", target="vendor", by_id=("servicetitan.vendor",), words=_BUYS
    ),
    Reference(kind="servicetitan.purchase_order_item", field="skuCode", target="item"),
    Reference(kind="servicetitan.business_unit", field="quickbooksClass", target="class"),
    Reference(kind="derived.tax_zone", field="item", target="tax_item"),
    # An item that is new to QuickBooks is created with its accounts; an existing one keeps its accounts in QuickBooks
    # (help.servicetitan.com, sync objects).
    *(
        Reference(kind=kind, field=field, target="account")
        for kind in PRICEBOOK
        for field in ("account", "costOfSaleAccount", "assetAccount")
        if (kind, field) != (PRICEBOOK[2], "assetAccount") and (kind, field) != (PRICEBOOK[2], "costOfSaleAccount")
    ),
    # The payment may arrive unapplied instead.
    Reference(
        kind="servicetitan.payment_application",
        field="appliedTo",
        target="servicetitan.invoice",
        by_id=("servicetitan.invoice",),
        words=_NEEDS,
        certainty=INFERRED,
    ),
    Reference(
        kind="servicetitan.bill",
        field="purchaseOrderId",
        target="servicetitan.purchase_order",
        by_id=("servicetitan.purchase_order",),
        words=_NEEDS,
        certainty=INFERRED,
    ),
)

CONSUMED = Reference(
    kind="servicetitan.invoice_item",
    field="skuId",
    target="servicetitan.bill",
    by_id=(),
    words=_NEEDS,
    certainty=INFERRED,
)
"""Stock is bought before it is sold: an invoice depends on the bill for the stock that it uses."""


class OwnReference(msgspec.Struct, frozen=True, kw_only=True):
    """A field with an object of ServiceTitan's own lists: a list without the object of a pending transaction isn't complete."""

    kind: str
    """The transaction, or the line of one, that has the fields."""
    id: str = ""
    """The field with the object's ID; empty if there is none."""
    name: str = ""
    """The field with its name, which counts where the ID or those of the lists aren't known; empty if there is none."""
    lists: tuple[str, ...]
    """The kinds whose lists may have the object."""
    list_name: str = "name"
    """Their field with the name."""
    type: str = ""
    """The field that says in which of the lists it is; empty if nothing says so."""

    @property
    def fields(self) -> frozenset[str]:
        """Return the fields of the kind that must be read to follow the reference."""
        return frozenset(filter(None, (self.id, self.name, self.type)))


LISTS_BY_TYPE: Mapping[str, str | None] = {
    "Material": "servicetitan.material",
    "Equipment": "servicetitan.equipment",
    "Service": "servicetitan.service",
    "PriceModifier": None,  # discounts and fees have a list of their own, which we don't read
}
"""Type of a line's item -> the list that has it (OpenAPI documents, InvoiceItemType). Any other type doesn't say."""


def _own(kind: str, id_: str, name: str, *lists: str, list_name: str = "name", type_: str = "") -> OwnReference:
    return OwnReference(
        kind=f"servicetitan.{kind}",
        id=id_,
        name=name,
        lists=tuple(f"servicetitan.{one}" for one in lists),
        list_name=list_name,
        type=type_,
    )


def _sku(kind: str, name: str, type_: str) -> OwnReference:
    return _own(kind, "skuId", name, "material", "equipment", "service", list_name="code", type_=type_)


OWN_REFERENCES = (
    *(_own(kind, "customer.id", "customer.name", "customer") for kind in ("invoice", "payment", "credit_memo")),
    _own("invoice", "businessUnit.id", "businessUnit.name", "business_unit"),
    *(_own(kind, "", "businessUnit.name", "business_unit") for kind in ("invoice_item", "payment", "credit_memo", "bill")),
    _own("purchase_order", "businessUnitId", "", "business_unit"),
    _own("invoice", "taxZoneId", "", "tax_zone"),
    _own("bill", "vendor.id", "vendor.name", "vendor"),
    _own("purchase_order", "vendorId", "", "vendor"),
    _own("payment", "typeId", "type", "payment_type"),
    _own("payment_application", "appliedTo", "appliedToReferenceNumber", "invoice", list_name="referenceNumber"),
    _own("invoice", "adjustmentToId", "", "invoice", list_name="referenceNumber"),
    _own("payment", "refundedPaymentId", "", "payment", list_name="referenceNumber"),
    _own("bill", "purchaseOrderId", "", "purchase_order", list_name="number"),
    _sku("invoice_item", "skuName", "type"),
    _sku("bill_item", "skuCode", "skuType"),
    _sku("purchase_order_item", "skuCode", "skuType"),
    *(_own(kind, "technicianId", "", "technician") for kind in ("invoice_item", "purchase_order")),
    _own("invoice_item", "installedEquipmentId", "", "installed_equipment"),
    _own("invoice_item", "inventoryLocationId", "inventoryLocation", "truck", "warehouse"),
    _own("bill_item", "", "inventoryLocation.name", "truck", "warehouse"),
    _own("purchase_order", "inventoryLocationId", "", "truck", "warehouse"),
    *(
        _own(kind, f"{account}.id", f"{account}.name", "gl_account")
        for kind in ("invoice_item", "bill_item")
        for account in ("generalLedgerAccount", "costOfSaleAccount", "assetAccount")
    ),
    _own("payment", "generalLedgerAccount.id", "generalLedgerAccount.name", "gl_account"),
)
"""Every reference of a pending transaction to an object of ServiceTitan (OpenAPI documents; ServiceTitan has no list of terms)."""

_ACCOUNTS = (
    "IncomeAccountRef AssetAccountRef COGSAccountRef SalesOrPurchase.AccountRef SalesAndPurchase.IncomeAccountRef "
    "SalesAndPurchase.ExpenseAccountRef"
)


class BooksReference(msgspec.Struct, frozen=True, kw_only=True):
    """A field with the full name of an object of QuickBooks' own lists (Intuit, qbxml130.xsd)."""

    kind: str
    field: str
    target: str
    created: str = ""
    """The field that says since when the record has it; empty for an entry of a list, which people change at any time."""


def _in_books(created: str, *table: tuple[str, str, str]) -> tuple[BooksReference, ...]:
    return tuple(
        BooksReference(kind=f"quickbooks.{kind}", field=f"{field}.FullName", target=f"quickbooks.{target}", created=created)
        for kinds, names, target in table
        for kind in kinds.split()
        for field in names.split()
    )


BOOKS_REFERENCES = (
    *_in_books(
        "",
        ("Item", _ACCOUNTS, "Account"),
        ("Item", "PrefVendorRef TaxVendorRef", "Vendor"),
        ("Item", "ParentRef ItemSalesTaxRef", "Item"),
        ("Item", "SalesTaxCodeRef", "SalesTaxCode"),
        ("Account", "ParentRef", "Account"),
        ("Class", "ParentRef", "Class"),
        ("Customer", "ParentRef", "Customer"),
        ("Customer Vendor", "TermsRef", "Terms"),
        ("Customer", "ItemSalesTaxRef", "Item"),
        ("Customer", "SalesTaxCodeRef", "SalesTaxCode"),
        ("Customer", "ClassRef", "Class"),
    ),
    *_in_books(
        "TimeCreated",
        ("Invoice ReceivePayment CreditMemo", "CustomerRef", "Customer"),
        ("Invoice ReceivePayment CreditMemo", "ARAccountRef", "Account"),
        ("Invoice CreditMemo PurchaseOrder", "ClassRef", "Class"),
        ("Invoice Bill", "TermsRef", "Terms"),
        ("Invoice", "ItemSalesTaxRef", "Item"),
        ("ReceivePayment", "PaymentMethodRef", "PaymentMethod"),
        ("ReceivePayment", "DepositToAccountRef", "Account"),
        ("Bill PurchaseOrder", "VendorRef", "Vendor"),
        ("Bill", "APAccountRef", "Account"),
    ),
    *_in_books(
        "parent.TimeCreated",
        ("InvoiceLine CreditMemoLine PurchaseOrderLine", "ItemRef", "Item"),
        ("InvoiceLine", "ClassRef", "Class"),
        ("InvoiceLine", "InventorySiteRef", "InventorySite"),
        ("InvoiceLine", "SalesTaxCodeRef", "SalesTaxCode"),
        ("JournalDebitLine", "AccountRef", "Account"),
    ),
)
"""Every reference of QuickBooks' records to its own lists."""

LINKS = "quickbooks.AppliedToTxn"
"""What each payment in QuickBooks pays."""
LINK_FIELDS = ("TxnID", "TxnType", "TxnDate", "RefNumber", "parent.RefNumber")
LINKED_KINDS: Mapping[str, str] = {
    one: f"quickbooks.{one}" for one in ("Invoice", "ReceivePayment", "CreditMemo", "JournalEntry", "Bill", "PurchaseOrder")
}
"""TxnType of a link -> the kind of the transaction (Intuit, qbxml130.xsd). We don't read any other."""

_OWN = {
    "servicetitan.invoice": "id referenceNumber customer.id customer.name location.name total waits batch.number batch.name "
    "syncStatus active",
    "servicetitan.payment": "id referenceNumber customer.id customer.name total waits batch.number batch.name syncStatus active date",
    "servicetitan.credit_memo": "id referenceNumber customer.id customer.name location.name total waits batch.number batch.name "
    "syncStatus active",
    "servicetitan.bill": "id referenceNumber vendor.name billAmount waits batch.number batch.name batch.id syncStatus status",
    "servicetitan.purchase_order": "id number vendorId total tax shipping waits batchId status",
    "servicetitan.invoice_item": "parent.id parent.waits parent.customer.name parent.referenceNumber inventory active",
    "servicetitan.payment_application": "parent.id parent.waits parent.customer.name parent.referenceNumber appliedAmount "
    "appliedToReferenceNumber",
    "servicetitan.bill_item": "parent.id parent.waits parent.vendor.name parent.referenceNumber skuId",
    "servicetitan.purchase_order_item": "parent.id parent.waits parent.number",
    "servicetitan.material": "id code isInventory",
    "servicetitan.equipment": "id code isInventory",
    "servicetitan.service": "id code",
    "servicetitan.vendor": "id name",
    "servicetitan.tax_zone": "id name",
    "servicetitan.business_unit": "name",
    "quickbooks.Item": "ListID Name FullName IsActive ItemType",
    "quickbooks.Customer": "ListID FullName IsActive",
    "quickbooks.Vendor": "ListID Name IsActive",
    "quickbooks.Account": "ListID FullName IsActive",
    "quickbooks.Class": "FullName IsActive",
    "quickbooks.Terms": "Name IsActive",
}

READS: Mapping[str, frozenset[str]] = {
    kind: frozenset(_OWN.get(kind, "").split()) | {one.field for one in REFERENCES if one.kind == kind}
    for kind in dict.fromkeys((*_OWN, *(one.kind for one in REFERENCES)))
    if not kind.startswith("derived.")
}
"""Kind -> the fields needed to follow these references, so that readers read them."""
