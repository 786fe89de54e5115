"""What identifies the state of the pending batches: the transactions in them, with their lines and amounts. Data."""

from __future__ import annotations

from collections.abc import Mapping

_LINE = "parent.id parent.waits quantity skuId"
_STATED = {
    "servicetitan.invoice": "id referenceNumber batch.number waits customer.name invoiceDate total modifiedOn",
    "servicetitan.invoice_item": f"{_LINE} skuName price total",
    "servicetitan.payment": "id referenceNumber batch.number waits customer.name date total modifiedOn",
    "servicetitan.payment_application": "parent.id parent.waits appliedTo appliedAmount",
    "servicetitan.credit_memo": "id referenceNumber batch.number waits customer.name date total modifiedOn",
    "servicetitan.bill": "id referenceNumber batch.number waits vendor.name billDate billAmount modifiedOn",
    "servicetitan.bill_item": f"{_LINE} skuCode cost",
    "servicetitan.purchase_order": "id number batchId waits vendorId date total modifiedOn",
    "servicetitan.purchase_order_item": f"{_LINE} skuCode cost total",
}
STATE: Mapping[str, tuple[str, ...]] = {kind: tuple(fields.split()) for kind, fields in _STATED.items()}
"""Kind -> the fields that, for pending records, must stay the same while a confirmation of the batch counts."""

WAITS = ("waits", "parent.waits")
"""The fields of which each kind has one: whether a transaction, or the transaction of a line, is pending."""
