"""What people call the records of a kind and the objects of the books. Data."""

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
    "derived.batched": ("transaction", "transactions"),
    "derived.purchase_charge": ("item", "items"),
    "derived.technician_truck": ("technician", "technicians"),
    "derived.waiting_customer": ("customer", "customers"),
    "derived.waiting_vendor": ("vendor", "vendors"),
    "derived.customer_order": ("customer", "customers"),
    "quickbooks.AppliedToTxn": ("applied payment", "applied payments"),
    "quickbooks.Class": ("class", "classes"),
    "quickbooks.Company": ("company file", "company files"),
    "quickbooks.Host": ("file mode", "file modes"),
    "quickbooks.JournalEntry": ("journal entry", "journal entries"),
    "quickbooks.OtherName": ("other name", "other names"),
    "quickbooks.Preferences": ("set of preferences", "sets of preferences"),
    "quickbooks.ReceivePayment": ("payment", "payments"),
    "quickbooks.Status": ("query status", "query statuses"),
    "quickbooks.Terms": ("payment term", "payment terms"),
    "servicetitan.equipment": ("equipment item", "equipment items"),
    "servicetitan.gl_account": ("general-ledger account", "general-ledger accounts"),
    "servicetitan.installed_equipment": ("installed equipment", "installed equipment"),
    "servicetitan.invoice_item": ("invoice line", "invoice lines"),
    "servicetitan.purchase_order_item": ("purchase order line", "purchase order lines"),
    "servicetitan.bill_item": ("bill line", "bill lines"),
    "tax_item": ("sales-tax item", "sales-tax items"),
    "terms": ("payment term", "payment terms"),
    "class": ("class", "classes"),
    "session": ("connection", "connections"),
}
"""Kind -> its noun for one and for many, where it isn't the kind's name."""

_OBJECT_NOUNS: Mapping[str, str] = {
    "tax_item": "sales-tax item", "tax_zone": "tax zone", "business_unit": "business unit", "payment_type": "payment type",
}  # fmt: skip
"""Kind of object that errors and references name (`at_fault.kind`) -> its noun, where it is another word."""


def noun(kind: str, number: int = 1) -> str:
    """Return what people call one or several records of a kind: "purchase orders" for servicetitan.purchase_order."""
    one, many = _KIND_NOUNS.get(kind) or _from_name(kind)
    return one if number == 1 else many


def _from_name(kind: str) -> tuple[str, str]:
    name = kind.rpartition(".")[2].replace("_", " ")
    one = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return one, f"{one}s"


def object_noun(kind: str) -> str:
    """Return what people call an object of the books before its name: "sales-tax item" for tax_item."""
    return _OBJECT_NOUNS.get(kind, kind)


def list_name(kind: str) -> str:
    """Return what a list of a kind is called in a reason: "materials", "QuickBooks Customers".

    Unlike `noun`, it names the program where both have such a list.
    """
    name = kind.partition(".")[2].replace("_", " ")
    name = name if name.islower() else f"QuickBooks {name}"
    return name if name.endswith(("s", "equipment")) else f"{name}s"
