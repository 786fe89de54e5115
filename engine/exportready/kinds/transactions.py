"""The transactions that ServiceTitan exports to QuickBooks, and the name of each common field in every kind."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

INVOICE, PAYMENT, CREDIT_MEMO = "servicetitan.invoice", "servicetitan.payment", "servicetitan.credit_memo"
BILL, PURCHASE_ORDER = "servicetitan.bill", "servicetitan.purchase_order"

BATCHED = (INVOICE, PAYMENT, CREDIT_MEMO, BILL)
"""Transactions with the number of their batch. A purchase order has only the batch ID."""
EXPORTED = ("Exported", "PostedAndExported")
"""The statuses of a transaction that was exported."""


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of one kind of transaction; empty for a field that it doesn't have."""

    type: str
    """Its noun for people."""
    party: str
    """The name of the customer or vendor."""
    party_id: str
    number: str
    day: str
    amount: str
    status: str
    longest_number: int
    """Maximum number of characters of its number in QuickBooks (qbxml130.xsd, RefNumber); 11 for a journal entry too."""


def _of_customer(type_: str, day: str, longest_number: int) -> Transaction:
    return Transaction(
        type=type_,
        party="customer.name",
        party_id="customer.id",
        number="referenceNumber",
        day=day,
        amount="total",
        status="syncStatus",
        longest_number=longest_number,
    )


TRANSACTIONS: Mapping[str, Transaction] = {
    INVOICE: _of_customer("invoice", "invoiceDate", 11),
    PAYMENT: _of_customer("payment", "date", 20),
    CREDIT_MEMO: _of_customer("credit memo", "date", 11),
    BILL: Transaction(
        type="bill",
        party="vendor.name",
        party_id="vendor.id",
        number="referenceNumber",
        day="billDate",
        amount="billAmount",
        status="syncStatus",
        longest_number=20,
    ),
    PURCHASE_ORDER: Transaction(
        type="purchase order",
        party="",  # only the vendor's ID
        party_id="vendorId",
        number="number",
        day="date",
        amount="total",
        status="status",
        longest_number=11,
    ),
}
"""Each kind with its fields."""

KINDS_BY_TYPE: Mapping[str, str] = {transaction.type: kind for kind, transaction in TRANSACTIONS.items()}
"""Type of transaction, as people and derived records call it -> its kind."""
