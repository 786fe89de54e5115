"""Nouns for the kinds of records, their fields, and the objects of the books. Data."""

from __future__ import annotations

import re
from collections.abc import Mapping

_KIND_NOUNS: Mapping[str, tuple[str, str]] = {
    "account.answers": ("answer", "answers"),
    "derived.account": ("answer", "answers"),
    "derived.account_use": ("account", "accounts"),
    "derived.applied_payment": ("payment", "payments"),
    "derived.drift": ("setting", "settings"),
    "derived.export_error": ("error", "errors"),
    "derived.item_use": ("item", "items"),
    "derived.match": ("transaction", "transactions"),
    "derived.batch": ("batch", "batches"),
    "derived.batched": ("transaction", "transactions"),
    "derived.tie_out": ("tie-out", "tie-outs"),
    "derived.purchase_charge": ("item", "items"),
    "derived.technician_truck": ("technician", "technicians"),
    "derived.waiting_customer": ("customer", "customers"),
    "derived.waiting_vendor": ("vendor", "vendors"),
    "derived.customer_order": ("customer", "customers"),
    "derived.customer_state": ("customer", "customers"),
    "derived.invoice_sum": ("invoice", "invoices"),
    "derived.name_count": ("list of names", "lists of names"),
    "derived.payment_fit": ("payment", "payments"),
    "derived.pending_copy": ("transaction", "transactions"),
    "derived.pending_date": ("transaction", "transactions"),
    "derived.pending_job": ("location", "locations"),
    "quickbooks.AppliedToTxn": ("applied payment", "applied payments"),
    "quickbooks.Class": ("class", "classes"),
    "quickbooks.Company": ("company file", "company files"),
    "quickbooks.Host": ("file mode", "file modes"),
    "quickbooks.LinkedTxn": ("linked transaction", "linked transactions"),
    "quickbooks.JournalEntry": ("journal entry", "journal entries"),
    "quickbooks.OtherName": ("other name", "other names"),
    "quickbooks.Preferences": ("set of preferences", "preferences"),
    "quickbooks.ReceivePayment": ("payment", "payments"),
    "quickbooks.Status": ("query status", "query statuses"),
    "quickbooks.Terms": ("payment term", "payment terms"),
    "servicetitan.equipment": ("equipment item", "equipment items"),
    "servicetitan.gl_account": ("general ledger account", "general ledger accounts"),
    "servicetitan.installed_equipment": ("installed equipment", "installed equipment"),
    "servicetitan.invoice_item": ("invoice line", "invoice lines"),
    "servicetitan.purchase_order_item": ("purchase order line", "purchase order lines"),
    "servicetitan.bill_item": ("bill line", "bill lines"),
    "tax_item": ("sales tax item", "sales tax items"),
    "terms": ("payment term", "payment terms"),
    "class": ("class", "classes"),
    "session": ("connection", "connections"),
}
"""Kind -> its singular and plural noun, if they don't follow from the kind's name."""

_OBJECT_NOUNS: Mapping[str, str] = {
    "tax_item": "sales tax item", "tax_zone": "tax zone", "business_unit": "business unit", "payment_type": "payment type",
}  # fmt: skip
"""Kind of object in errors and references (`at_fault.kind`) -> its noun, if that isn't the kind itself."""


def noun(kind: str, number: int = 1) -> str:
    """Return the noun for one or several records of a kind: "purchase orders" for servicetitan.purchase_order."""
    one, many = _KIND_NOUNS.get(kind) or _from_name(kind)
    return one if number == 1 else many


def _from_name(kind: str) -> tuple[str, str]:
    name = kind.rpartition(".")[2].replace("_", " ")
    one = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return one, f"{one}s"


def object_noun(kind: str) -> str:
    """Return the noun to put before the name of an object of the books: "sales tax item" for tax_item."""
    return _OBJECT_NOUNS.get(kind, kind)


def list_name(kind: str) -> str:
    """Return the noun for a list of a kind: "materials", "QuickBooks customers".

    Unlike `noun`, it includes the program for lists from QuickBooks, because ServiceTitan may have such a list too.
    """
    return f"QuickBooks {noun(kind, 2)}" if kind.startswith("quickbooks.") else noun(kind, 2)


_FIELD_WORDS = {"id": "ID", "sku": "SKU", "qb": "QuickBooks", "cogs": "COGS", "txn": "transaction"}
"""Part of a field name -> the word for it, if it is another one."""


def field_noun(name: str) -> str:
    """Return a field in words: "customer name" for customer.name, "item" for ItemRef.FullName, "active status" for IsActive."""
    name = name.removeprefix("parent.").removesuffix("Ref.FullName").replace("QuickBooks", "Quickbooks")
    words = (
        re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[._]", " ", name.rpartition("AndPurchase.")[2]).lower().split()
    )
    words = [*words[1:], "status"] if words[0] == "is" else words
    return " ".join(_FIELD_WORDS.get(word, word) for word in words).replace("quickbooks", "QuickBooks")
