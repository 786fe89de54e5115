"""One company in both programs, as its files say it: built ready for its export, to be written as it is or broken first."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import yaml

import books
import titan
from northwind import COMPANY, Dice, Json, customers, pricebook

ANSWERS: Json = {
    "account": COMPANY,
    "timeZone": "America/Denver",
    "takenAt": "2026-11-20T17:30:00-07:00",
    "confirmed": {"by": "office manager", "at": "2026-11-20T17:25:00-07:00"},
    "settings": {
        "webConnector": {
            "sentBy": "servicetitan",
            "status": "online",
            "restarted": False,
            "runsAsAdministrator": True,
            "since": "2023-05-01",
            "oldConnectorAutoRun": False,
        },
        "peopleWhoExport": {"value": 1, "by": "controller", "at": "2026-11-01"},
        "modules": {"purchasing": True, "inventory": True},
        "configurations": {"populateSerialNumbersInQuickBooks": False},
        "customerMapping": "customerLevel",
        "customerMappingAtLastExport": "customerLevel",
        "purchaseOrders": {"export": True, "taxItem": "Tax", "shippingItem": "Shipping"},
        "salesTax": {
            "calculatedBy": "quickbooks",
            "zones": {"Denver": "Denver Sales Tax", "Lakewood": "Lakewood Sales Tax"},
        },
        "serialNumbersWanted": False,
        "bypassedBatches": [],
        "exportedBatches": [],
    },
}


@dataclass
class Company:
    """Every file of one snapshot before it is written."""

    account: Json
    """account.yaml."""
    state: dict[str, Json]
    """Host, company and preferences of QuickBooks, as qbXML."""
    booked: list[Json]
    """Invoices that QuickBooks has, as qbXML."""
    lists: books.Lists
    """QuickBooks' lists by section of the IIF file."""
    titan: dict[str, list[Json]]
    """ServiceTitan's lists by the name of their file."""
    more: dict[str, list[Json]] = field(default_factory=dict)
    """QuickBooks' other transactions by their element, as qbXML."""
    errors: list[tuple[str, str, str]] | None = None
    """Rows of ServiceTitan's error report: number, customer, message. None: there is no report."""

    @property
    def answers(self) -> Json:
        """The answers of account.yaml."""
        found: Json = self.account["settings"]
        return found

    def entry(self, section: str, name: str) -> Json:
        """One entry of a QuickBooks list."""
        return next(row for row in self.lists[section] if row["NAME"] == name)

    def record(self, file: str, value: object, field: str = "name") -> Json:
        """One record of a ServiceTitan list."""
        return next(record for record in self.titan[file] if record[field] == value)

    def sku(self, code: str) -> Json:
        """One entry of the pricebook."""
        return next(one for file in titan.PRICEBOOK for one in self.titan[file] if one["code"] == code)

    def waiting(self, n: int) -> Json:
        """An invoice of the batch that waits, counted from the first."""
        return [bill for bill in self.titan["invoices"] if (bill["batch"] or {}).get("number") == titan.WAITING][n]

    def waiting_line(self, code: str) -> tuple[Json, Json]:
        """The first line of the batch that waits with this item, and its invoice."""
        for bill in self.titan["invoices"]:
            if (bill["batch"] or {}).get("number") == titan.WAITING:
                for line in bill["items"]:
                    if line["skuName"] == code:
                        return line, bill
        raise LookupError(code)

    def files(self) -> dict[str, bytes]:
        """Every file by its path in the snapshot."""
        account = yaml.safe_dump(self.account, sort_keys=False, allow_unicode=True, width=120)
        session = books.qbxml(*((name, {f"{name}Ret": record}) for name, record in self.state.items()))
        texts = {
            "account.yaml": f"# Written by examples/make.py. Everything in this folder is invented.\n{account}",
            "quickbooks-host-company-preferences.xml": session,
            "quickbooks-invoices.xml": books.qbxml(("Invoice", {"InvoiceRet": self.booked})),
            **{f"servicetitan/{name}.json": page(found, n) for n, (name, found) in enumerate(self.titan.items())},
        }
        if self.more:
            answers = ((name, {f"{name}Ret": records} if records else {}) for name, records in self.more.items())
            texts["quickbooks-transactions.xml"] = books.qbxml(*answers)
        if self.errors is not None:
            rows = [("Transaction #", "Transaction Type", "Customer", "Error Message")]
            rows += [(number, "Invoice", who, message) for number, who, message in self.errors]
            texts["export error report.csv"] = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
        return {"quickbooks-lists.iif": books.iif(self.lists), **{path: text.encode() for path, text in texts.items()}}


def page(records: list[Json], n: int) -> str:
    """The list envelope of the last page; the API counts only when asked."""
    envelope = {"page": 1, "pageSize": 500, "hasMore": False, "totalCount": None if n % 2 else len(records), "data": records}
    return json.dumps(envelope, ensure_ascii=False, indent=1) + "\n"


def northwind(waiting_size: int = 0) -> Company:
    """The company, ready for its export; with a larger batch if a size is given."""
    dice = Dice(20261120)
    skus, names = pricebook(dice), customers(dice)
    invoices = titan.invoices(dice, skus, names, waiting_size)
    orders = titan.orders(dice, skus)
    lists = {
        **{
            f: [titan.sku_record(sku, n) for n, sku in enumerate(skus) if sku.kind == kind]
            for f, kind in titan.PRICEBOOK.items()
        },
        "invoices": invoices,
        "payments": titan.payments(invoices),
        "credit-memos": titan.credit_memos(invoices),
        "purchase-orders": orders,
        "bills": titan.bills(orders),
        **titan.settings_lists(names, invoices),
    }
    company = Company(ANSWERS, books.state(), books.exported(invoices, names), books.lists(skus, names), lists)
    # Records that share a part, such as a batch, each get their own: breaking one breaks no other.
    return Company(**json.loads(json.dumps(vars(company))))
