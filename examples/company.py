"""One company in both programs, as its files say it: built ready for its export, to be written as it is or broken first."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import yaml

import books
import titan
from firm import NORTHWIND, Firm
from northwind import INACTIVE, KIT, SHOWN, Dice, Json, customers, pricebook

SETTINGS: Json = {
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
    "salesTax": {"calculatedBy": "quickbooks"},
    "closingPassword": True,
    "serialNumbersWanted": False,
    "bypassedBatches": [],
    "exportedBatches": [],
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
    firm: Firm = NORTHWIND
    """Whose files these are."""

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

    def rename_in_books(self, old: str, new: str) -> None:
        """Let QuickBooks' transactions refer to an entry of a list by its new name, as QuickBooks does when it is renamed."""

        def renamed(value: object) -> object:
            if isinstance(value, dict):
                return {name: new if name == "FullName" and one == old else renamed(one) for name, one in value.items()}
            return [renamed(one) for one in value] if isinstance(value, list) else value

        self.booked = [one for one in map(renamed, self.booked) if isinstance(one, dict)]

    def sku(self, code: str) -> Json:
        """One entry of the pricebook."""
        return next(one for file in titan.PRICEBOOK for one in self.titan[file] if one["code"] == code)

    def waiting(self, n: int) -> Json:
        """Return the n-th invoice of the pending batch, counted from the first."""
        return [bill for bill in self.titan["invoices"] if (bill["batch"] or {}).get("number") == self.firm.waiting][n]

    def waiting_line(self, code: str) -> tuple[Json, Json]:
        """Return the first line of the pending batch with this item, and its invoice."""
        for bill in self.titan["invoices"]:
            if (bill["batch"] or {}).get("number") == self.firm.waiting:
                for line in bill["items"]:
                    if line["skuName"] == code:
                        return line, bill
        raise LookupError(code)

    def files(self, script: str = "make.py", compact: bool = False) -> dict[str, bytes]:
        """Every file by its path in the snapshot; compact: a line for each record of a ServiceTitan list."""
        account = yaml.safe_dump(self.account, sort_keys=False, allow_unicode=True, width=120)
        session = books.qbxml(*((name, {f"{name}Ret": record}) for name, record in self.state.items()))
        texts = {
            "account.yaml": f"# Written by examples/{script}. Everything in this folder is invented.\n{account}",
            "quickbooks-host-company-preferences.xml": session,
            "quickbooks-invoices.xml": books.qbxml(("Invoice", {"InvoiceRet": self.booked})),
            **{f"servicetitan/{name}.json": page(found, n, compact) for n, (name, found) in enumerate(self.titan.items())},
        }
        if self.more:
            answers = ((name, {f"{name}Ret": records} if records else {}) for name, records in self.more.items())
            texts["quickbooks-transactions.xml"] = books.qbxml(*answers)
        if self.errors is not None:
            rows = [("Transaction #", "Transaction Type", "Customer", "Error Message")]
            rows += [(number, "Invoice", who, message) for number, who, message in self.errors]
            texts["export error report.csv"] = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
        return {
            "quickbooks-lists.iif": books.iif(self.lists, self.firm.lists_at),
            **{path: text.encode() for path, text in texts.items()},
        }


def page(records: list[Json], n: int, compact: bool = False) -> str:
    """The list envelope of the last page; the API counts only when asked."""
    envelope = {"page": 1, "pageSize": 500, "hasMore": False, "totalCount": None if n % 2 else len(records), "data": records}
    if compact:
        head, encode = json.dumps({**envelope, "data": []}), json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        return head.removesuffix("]}") + ",\n".join(map(encode, records)) + "]}\n"
    return json.dumps(envelope, ensure_ascii=False, indent=1) + "\n"


def answers(firm: Firm) -> Json:
    """What account.yaml says."""
    zones = {zone: f"{zone} Sales Tax" for zone in firm.zones}
    return {
        "account": firm.name,
        "timeZone": firm.time_zone,
        "takenAt": firm.taken_at,
        "confirmed": {"by": "office manager", "at": firm.confirmed_at},
        "settings": {**SETTINGS, "salesTax": {**SETTINGS["salesTax"], "zones": zones}},
    }


def northwind(waiting_size: int = 0) -> Company:
    """The company, ready for its export; with a larger batch if a size is given."""
    return company(NORTHWIND, waiting_size)


def small() -> Company:
    """The same company with a short pricebook, few customers, and a small batch after one that was exported."""
    dice = Dice(NORTHWIND.seed)
    skus = [sku for sku in pricebook(dice) if sku.code in {*SHOWN, *INACTIVE, *KIT} or sku.kind == "service"]
    names = [name for name in customers(dice) if name.startswith(("A", "B", "C", "D"))]
    return company(replace(NORTHWIND, skus=tuple(skus), customers=tuple(names), batches=SMALL_BATCHES, orders=4))


SMALL_BATCHES = {"1041": ("11-13 plumbing", 10), "1042": ("11-20 plumbing", 12)}


def company(firm: Firm, waiting_size: int = 0) -> Company:
    """A company, ready for its export; with a larger batch if a size is given."""
    dice = Dice(firm.seed)
    skus = pricebook(dice) if firm.skus is None else firm.skus
    names = customers(dice) if firm.customers is None else firm.customers
    invoices = titan.invoices(dice, skus, names, waiting_size, firm)
    orders = titan.orders(dice, skus, firm)
    lists = {
        **{
            f: [titan.sku_record(sku, n, firm) for n, sku in enumerate(skus) if sku.kind == kind]
            for f, kind in titan.PRICEBOOK.items()
        },
        "invoices": invoices,
        "payments": titan.payments(invoices),
        "credit-memos": titan.credit_memos(invoices),
        "purchase-orders": orders,
        "bills": titan.bills(orders, firm),
        **titan.settings_lists(names, invoices, firm),
    }
    booked = books.exported(invoices, names, firm)
    made = {"account": answers(firm), "state": books.state(firm), "booked": booked, "lists": books.lists(skus, names, firm)}
    # Records that share a part, such as a batch, each get their own: breaking one breaks no other.
    return Company(**json.loads(json.dumps({**made, "titan": lists})), firm=firm)
