"""What names what: the table behind every «this waits for that». Data, with how each is known; no walking.

*Established*: QuickBooks refuses what names something that it does not have (Intuit, qbXML status codes 3140, 3130, 3120, 3000).
*Inferred*: concluded by us, and told as such wherever it is used.
"""

from __future__ import annotations

from collections.abc import Mapping

from exportready.model.frozen import frozen

ESTABLISHED, INFERRED = "established", "inferred"


@frozen
class Reference:
    """One field that names something else."""

    kind: str
    """Whose field it is. A line of a transaction names for its transaction."""
    field: str
    target: str
    """The sort of object that it names (`at_fault.kind`), or a kind of transaction."""
    by_id: tuple[str, ...] = ()
    """The field holds an id of a record of these kinds, whose name is meant."""
    words: str = "uses"
    """Between the two: «invoice 1234 uses item PIPE-1»."""
    standing: str = ESTABLISHED


_PRICEBOOK = ("servicetitan.material", "servicetitan.equipment", "servicetitan.service")
_FOR, _POSTS, _BUYS = "is for", "posts to", "buys from"

REFERENCES = (
    Reference("servicetitan.invoice", "customer.name", "customer", words=_FOR),
    Reference("servicetitan.invoice", "businessUnit.name", "business_unit", words="belongs to"),
    Reference("servicetitan.invoice", "termName", "terms"),
    Reference("servicetitan.invoice", "taxZoneId", "tax_zone", ("servicetitan.tax_zone",), "lies in"),
    Reference("servicetitan.invoice_item", "skuId", "item", _PRICEBOOK),
    Reference("servicetitan.invoice_item", "skuName", "item"),
    Reference("servicetitan.invoice_item", "generalLedgerAccount.name", "account", words=_POSTS),
    Reference("servicetitan.invoice_item", "assetAccount.name", "account", words=_POSTS),
    Reference("servicetitan.payment", "customer.name", "customer", words=_FOR),
    Reference("servicetitan.payment", "type", "payment_type", words="is of"),
    Reference("servicetitan.payment", "generalLedgerAccount.name", "account", words=_POSTS),
    Reference("servicetitan.credit_memo", "customer.name", "customer", words=_FOR),
    Reference("servicetitan.bill", "vendor.name", "vendor", words=_BUYS),
    Reference("servicetitan.bill_item", "skuCode", "item"),
    Reference("servicetitan.purchase_order", "vendorId", "vendor", ("servicetitan.vendor",), _BUYS),
    Reference("servicetitan.purchase_order_item", "skuCode", "item"),
    Reference("servicetitan.business_unit", "quickbooksClass", "class"),
    Reference("derived.tax_zone", "item", "tax_item"),
    # An item that is new to QuickBooks is made with its accounts; of one that is there, its own accounts count
    # (help.servicetitan.com, sync objects).
    *(
        Reference(kind, field, "account", words="names")
        for kind in _PRICEBOOK
        for field in ("account", "costOfSaleAccount", "assetAccount")
        if (kind, field) != (_PRICEBOOK[2], "assetAccount") and (kind, field) != (_PRICEBOOK[2], "costOfSaleAccount")
    ),
    # It may arrive unapplied instead.
    Reference(
        "servicetitan.payment_application",
        "appliedTo",
        "servicetitan.invoice",
        ("servicetitan.invoice",),
        "waits for",
        INFERRED,
    ),
    Reference(
        "servicetitan.bill",
        "purchaseOrderId",
        "servicetitan.purchase_order",
        ("servicetitan.purchase_order",),
        "waits for",
        INFERRED,
    ),
)

CONSUMED = Reference("servicetitan.invoice_item", "skuId", "servicetitan.bill", (), "waits for", INFERRED)
"""Stock is bought before it is sold: an invoice waits for the bill that brings what it takes out of the inventory."""

STOPS_ITS_BATCH = ("batching/technician-on-lines", "batching/invoice-dated", "batching/invoice-has-item")
"""Practices without which a batch is not posted at all (help.servicetitan.com, why is my batch failing to post)."""

_OWN = {
    "servicetitan.invoice": "id referenceNumber customer.id customer.name total waits batch.number batch.name syncStatus active",
    "servicetitan.payment": "id referenceNumber customer.id customer.name total waits batch.number batch.name syncStatus active date",
    "servicetitan.credit_memo": "id referenceNumber customer.id customer.name total waits batch.number batch.name syncStatus active",
    "servicetitan.bill": "id referenceNumber vendor.name billAmount waits batch.number batch.name batch.id syncStatus status",
    "servicetitan.purchase_order": "id number vendorId total tax shipping waits batchId status",
    "servicetitan.invoice_item": "parent.id parent.waits parent.customer.name parent.referenceNumber inventory active",
    "servicetitan.payment_application": "parent.id parent.waits parent.customer.name parent.referenceNumber appliedAmount "
    "appliedToReferenceNumber",
    "servicetitan.bill_item": "parent.id parent.waits parent.vendor.name parent.referenceNumber skuId",
    "servicetitan.purchase_order_item": "parent.id parent.waits parent.number",
    "servicetitan.material": "id code",
    "servicetitan.equipment": "id code",
    "servicetitan.service": "id code",
    "servicetitan.vendor": "id name",
    "servicetitan.tax_zone": "id name",
    "servicetitan.business_unit": "name",
    "quickbooks.Item": "ListID Name FullName",
    "quickbooks.Customer": "ListID FullName",
    "quickbooks.Vendor": "ListID Name",
    "quickbooks.Account": "ListID FullName",
}

READS: Mapping[str, frozenset[str]] = {
    kind: frozenset(_OWN.get(kind, "").split()) | {one.field for one in REFERENCES if one.kind == kind}
    for kind in dict.fromkeys((*_OWN, *(one.kind for one in REFERENCES)))
    if not kind.startswith("derived.")
}
"""Kind -> the fields that the walk over these references reads, so that readers take them out of the files."""
