"""The law of the key issues: what an exporter refuses is foretold, and its errors fold into what was broken.

The exporter here is written from the table of what waits on what alone (docs/engineer/inference.md): it knows nothing of the walk, of the
rules or of the inference.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

import samples
from exportready.causes import Causes, explain
from exportready.causes import engines as inference
from exportready.derive import derive
from exportready.evidence.reading import Keys
from exportready.judge import judge
from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Account, Dataset, Evidence, FieldNote, Location, Record, Scope, Value
from exportready.rulebook.inference import load as load_inference
from exportready.runtime import shipped

AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
DAY, CLOSED = date(2026, 11, 19), date(2026, 9, 30)
BOOK = samples.rulebook()
RULES = [rule for rule in BOOK.rules if rule.phase.value in ("before-export", "both")]
FOLLOWS = load_inference(shipped.folder("rules") / "inference")
Row = dict[str, Value]
Name = tuple[str, str]
"""(kind, number) of a transaction; (sort of object, name) of what was broken."""


@dataclass
class Company:
    """A company before its export, and what is broken in it."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    broken: set[Name] = field(default_factory=set)

    def of(self, kind: str) -> list[Row]:
        return self.rows.setdefault(kind, [])

    def evidence(self, errors: Sequence[Row] = ()) -> Evidence:
        datasets = {}
        for kind in WHOLE:
            keys = Keys(KINDS[kind])
            rows = errors if kind == "servicetitan.export_error" else self.of(kind)
            found = [
                Record(kind=kind, key=keys.of(row), fields=dict(row), where=Location(kind, at))
                for at, row in enumerate(rows, 1)
            ]
            datasets[kind] = Dataset(kind=kind, records=tuple(found), scope=Scope.WHOLE, dated=AT)
        dated = dict.fromkeys(ANSWERS, FieldNote(Location("account.yaml"), AT))
        answers = Record(kind="account.answers", key="", fields=ANSWERS, where=Location("account.yaml"), notes=dated)
        datasets["account.answers"] = Dataset(kind="account.answers", records=(answers,), scope=Scope.WHOLE, dated=AT)
        return derive(Evidence(account=Account(name="X"), datasets=datasets, listings={}, sources=(), unrecognized=()), AT)


ANSWERS: Row = {
    "webConnector.sentBy": "servicetitan",
    "webConnector.status": "online",
    "webConnector.since": date(2023, 5, 1),
    "modules.purchasing": True,
    "modules.inventory": True,
    "purchaseOrders.export": True,
    "closingDate": CLOSED,
    "salesTax.calculatedBy": "quickbooks",
    "salesTax.zones.North": "North Tax",
    "salesTax.zones.South": "South Tax",
}
WHOLE = (
    "servicetitan.invoice",
    "servicetitan.invoice_item",
    "servicetitan.payment",
    "servicetitan.payment_application",
    "servicetitan.credit_memo",
    "servicetitan.bill",
    "servicetitan.bill_item",
    "servicetitan.purchase_order",
    "servicetitan.purchase_order_item",
    "servicetitan.material",
    "servicetitan.equipment",
    "servicetitan.service",
    "servicetitan.vendor",
    "servicetitan.business_unit",
    "servicetitan.tax_zone",
    "servicetitan.tax_rate",
    "servicetitan.technician",
    "servicetitan.export_error",
    "quickbooks.Item",
    "quickbooks.Account",
    "quickbooks.Class",
    "quickbooks.Customer",
    "quickbooks.Invoice",
    "quickbooks.Vendor",
    "quickbooks.Employee",
    "quickbooks.OtherName",
    "quickbooks.Preferences",
)


def company(dice: random.Random) -> Company:
    """Clean, then with some things broken that the export refuses, and some that it does not mind."""
    one = Company()
    for name, type_ in (
        ("Parts Cost", "CostOfGoodsSold"),
        ("Sales", "Income"),
        ("Stock", "OtherCurrentAsset"),
        ("Bank", "Bank"),
    ):
        one.of("quickbooks.Account").append({"Name": name, "FullName": name, "AccountType": type_, "IsActive": True})
    for name in ("Plumbing", "Heating"):
        one.of("servicetitan.business_unit").append({"id": name, "name": name, "active": True, "quickbooksClass": name})
        one.of("quickbooks.Class").append({"Name": name, "FullName": name, "IsActive": True})
    for zone in ("North", "South"):
        one.of("servicetitan.tax_zone").append({"id": zone, "name": zone, "active": True})
        one.of("servicetitan.tax_rate").append(
            {"parent.id": zone, "parent.name": zone, "taxRate": Decimal("0.08"), "salesTaxItem": UNSET}
        )
        one.of("quickbooks.Item").append(_item(f"{zone} Tax", "SalesTax"))
    for n in range(8):
        code = f"PART-{n}"
        one.of("servicetitan.material").append(
            {
                "id": f"1{n}",
                "code": code,
                "active": True,
                "costOfSaleAccount": "Parts Cost",
                "account": "Sales",
                "assetAccount": "Stock",
                "isInventory": False,
            }
        )
        if dice.random() < 0.6:
            one.of("quickbooks.Item").append(_item(code, "NonInventory"))
    for vendor in ("Acme", "Bolts"):
        one.of("servicetitan.vendor").append({"id": vendor, "name": vendor, "active": True})
        one.of("quickbooks.Vendor").append({"Name": vendor, "IsActive": True})
    customers = [f"Customer {letter}" for letter in "ABCDE"]
    for customer in customers[:3]:
        one.of("quickbooks.Customer").append({"Name": customer, "FullName": customer, "IsActive": True})
    _transactions(one, dice, customers)
    for plant in dice.sample(PLANTS, dice.randint(0, 4)):
        plant(one, dice)
    for noise in dice.sample(NOISE, dice.randint(0, len(NOISE))):
        noise(one, dice)
    return one


def _item(name: str, type_: str) -> Row:
    return {
        "Name": name,
        "FullName": name,
        "ItemType": type_,
        "IsActive": True,
        "TaxRate": Decimal("0.08"),
        "SalesAndPurchase.ExpenseAccountRef.FullName": "Parts Cost",
        "SalesAndPurchase.IncomeAccountRef.FullName": "Sales",
    }


def _transactions(one: Company, dice: random.Random, customers: Sequence[str]) -> None:
    for n in range(1, dice.randint(2, 8)):
        customer, batch = dice.choice(customers), {"batch.number": dice.choice("12")}
        head: Row = {
            "id": str(n),
            "referenceNumber": f"{100 + n}",
            "customer.id": customer,
            "customer.name": customer,
            "syncStatus": "Posted",
            "active": True,
            **batch,
            "batch.id": f"9{batch['batch.number']}",
            "batch.name": "Week",
        }
        one.of("servicetitan.invoice").append(
            {
                **head,
                "invoiceDate": DAY,
                "subTotal": Decimal(100),
                "salesTax": Decimal(8),
                "total": Decimal(108),
                "termName": UNSET,
                "taxZoneId": dice.choice(["North", "South"]),
                "businessUnit.name": dice.choice(["Plumbing", "Heating"]),
            }
        )
        for number in dice.sample(range(8), dice.randint(1, 3)):
            one.of("servicetitan.invoice_item").append(
                {
                    "id": f"{n}{number}",
                    "skuId": f"1{number}",
                    "skuName": f"PART-{number}",
                    "type": "Material",
                    "quantity": Decimal(1),
                    "total": Decimal(10),
                    "inventory": False,
                    "technicianId": "7",
                    "active": True,
                    "generalLedgerAccount.name": UNSET,
                    "assetAccount.name": UNSET,
                    **{f"parent.{key}": value for key, value in head.items()},
                }
            )
    for n in range(dice.randint(0, 4)):
        paid = dice.sample(one.of("servicetitan.invoice"), 1) + dice.sample(one.of("servicetitan.invoice"), dice.randint(0, 1))
        whose = paid[0]
        own: Row = {
            key: whose[key]
            for key in ("customer.id", "customer.name", "syncStatus", "active", "batch.number", "batch.id", "batch.name")
        }
        own |= {
            "id": f"7{n}",
            "referenceNumber": f"P{n}",
            "date": DAY,
            "total": Decimal(50),
            "type": "Check",
            "generalLedgerAccount.name": UNSET,
        }
        one.of("servicetitan.payment").append(own)
        for invoice in paid:
            one.of("servicetitan.payment_application").append(
                {
                    "appliedTo": invoice["id"],
                    "appliedAmount": Decimal(10),
                    "appliedToReferenceNumber": invoice["referenceNumber"],
                    **{f"parent.{key}": value for key, value in own.items()},
                }
            )
    for n in range(dice.randint(0, 3)):
        vendor = dice.choice(["Acme", "Bolts"])
        order: Row = {
            "id": f"4{n}",
            "number": f"PO-{n}",
            "vendorId": vendor,
            "status": "Sent",
            "date": DAY,
            "total": Decimal(30),
            "tax": Decimal(0),
            "shipping": Decimal(0),
            "batchId": UNSET,
        }
        one.of("servicetitan.purchase_order").append(order)
        there = [str(item["Name"]) for item in one.of("quickbooks.Item") if item["ItemType"] == "NonInventory"]
        for code in there[:1]:
            one.of("servicetitan.purchase_order_item").append(
                {"skuCode": code, **{f"parent.{key}": value for key, value in order.items()}}
            )
        if dice.random() < 0.5:
            bill: Row = {
                "id": f"5{n}",
                "purchaseOrderId": order["id"],
                "referenceNumber": f"B-{n}",
                "vendor.id": vendor,
                "vendor.name": vendor,
                "syncStatus": "Posted",
                "status": "Reconciled",
                "billDate": DAY,
                "postDate": DAY,
                "billAmount": Decimal(30),
                "batch.number": "3",
                "batch.id": "93",
                "batch.name": "Bills",
            }
            one.of("servicetitan.bill").append(bill)


# -- what may be broken


def _no_account(one: Company, dice: random.Random) -> None:
    _new_item(one, dice)["costOfSaleAccount"] = UNSET


def _ghost_account(one: Company, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 3)):
        _new_item(one, dice, "account")["costOfSaleAccount"] = "Ghost"
    one.broken.add(("account", "ghost"))


def _new_item(one: Company, dice: random.Random, kind: str = "item") -> Row:
    """A material that QuickBooks does not have."""
    intact = {"costOfSaleAccount": "Parts Cost", "account": "Sales"}
    material = dice.choice([row for row in one.of("servicetitan.material") if intact.items() <= row.items()])
    one.rows["quickbooks.Item"] = [row for row in one.of("quickbooks.Item") if row["Name"] != material["code"]]
    one.rows["servicetitan.purchase_order_item"] = [
        row for row in one.of("servicetitan.purchase_order_item") if row["skuCode"] != material["code"]
    ]
    if kind == "item":
        one.broken.add(("item", str(material["code"]).lower()))
    return material


def _no_income(one: Company, dice: random.Random) -> None:
    _new_item(one, dice)["account"] = UNSET


def _other_type(one: Company, dice: random.Random) -> None:
    """What QuickBooks has as a part became inventory there, or is a service; the lines are as the pricebook says."""
    items = [row for row in one.of("quickbooks.Item") if row["ItemType"] == "NonInventory"]
    if items:
        item = dice.choice(items)
        item["ItemType"] = dice.choice(["Inventory", "Service"])
        one.rows["servicetitan.purchase_order_item"] = [
            row for row in one.of("servicetitan.purchase_order_item") if row["skuCode"] != item["Name"]
        ]
        one.broken.add(("item", str(item["Name"]).lower()))


def _known_as_its_line_says(one: Company, dice: random.Random) -> None:
    """A line that differs from the pricebook is fine with a QuickBooks that does not have the item yet."""
    there = {row["Name"] for row in one.of("quickbooks.Item")}
    lines = [line for line in one.of("servicetitan.invoice_item") if line["skuName"] not in there]
    if lines:
        dice.choice(lines)["inventory"] = True


def _inactive_item(one: Company, dice: random.Random) -> None:
    items = [row for row in one.of("quickbooks.Item") if row["ItemType"] == "NonInventory"]
    if items:
        item = dice.choice(items)
        item["IsActive"] = False
        one.broken.add(("item", str(item["Name"]).lower()))


def _colon(one: Company, dice: random.Random) -> None:
    _rename(one, "Customer D", "Customer: D")
    one.broken.add(("customer", "customer: d"))


def _customer_inactive(one: Company, dice: random.Random) -> None:
    customer = dice.choice(one.of("quickbooks.Customer"))
    customer["IsActive"] = False
    one.broken.add(("customer", str(customer["FullName"]).lower()))


def _invoice_paid(one: Company, dice: random.Random) -> None:
    """A payment for an invoice that was exported, and that someone recorded as paid in QuickBooks."""
    for payment in one.of("servicetitan.payment")[:1]:
        whose = {name: payment[name] for name in ("customer.id", "customer.name")}
        sent: Row = {
            "id": "900",
            "referenceNumber": "900",
            **whose,
            "syncStatus": "Exported",
            "active": True,
            "batch.number": "0",
            "batch.id": "90",
            "batch.name": "Before",
            "invoiceDate": DAY,
            "subTotal": Decimal(100),
            "salesTax": Decimal(8),
            "total": Decimal(108),
            "termName": UNSET,
            "taxZoneId": "North",
            "businessUnit.name": "Plumbing",
        }
        one.of("servicetitan.invoice").append(sent)
        one.of("quickbooks.Invoice").append(
            {
                "TxnID": "A-1",
                "RefNumber": "900",
                "CustomerRef.FullName": payment["customer.name"],
                "TxnDate": DAY,
                "Subtotal": Decimal(100),
                "SalesTaxTotal": Decimal(8),
                "BalanceRemaining": Decimal(0),
                "IsPaid": True,
                "Memo": "0 / Before",
            }
        )
        paid = next(row for row in one.of("servicetitan.payment_application") if row["parent.id"] == payment["id"])
        paid.update({"appliedTo": "900", "appliedToReferenceNumber": "900"})
        one.broken.add(("servicetitan.payment", str(payment["id"])))


def _rename(one: Company, old: str, new: str) -> None:
    for rows in one.rows.values():
        for row in rows:
            row.update({key: new for key, value in row.items() if value == old})


def _class_gone(one: Company, dice: random.Random) -> None:
    one.of("servicetitan.business_unit")[0]["quickbooksClass"] = "Gone"
    one.broken.add(("class", "gone"))


def _tax_item_gone(one: Company, dice: random.Random) -> None:
    one.rows["quickbooks.Item"] = [row for row in one.of("quickbooks.Item") if row["Name"] != "South Tax"]
    one.broken.add(("tax_item", "south tax"))


def _account_gone(one: Company, dice: random.Random) -> None:
    for payment in dice.sample(one.of("servicetitan.payment"), min(2, len(one.of("servicetitan.payment")))):
        payment["generalLedgerAccount.name"] = "Old Bank"
        one.broken.add(("account", "old bank"))


def _closed(one: Company, dice: random.Random) -> None:
    invoice = dice.choice(one.of("servicetitan.invoice"))
    invoice["invoiceDate"] = CLOSED
    one.broken.add(("servicetitan.invoice", str(invoice["id"])))


def _flipped(one: Company, dice: random.Random) -> None:
    there = {row["Name"]: row["ItemType"] for row in one.of("quickbooks.Item")}
    lines = [line for line in one.of("servicetitan.invoice_item") if there.get(line["skuName"]) == "NonInventory"]
    if lines:
        line = dice.choice(lines)
        line["inventory"] = True
        one.broken.add(("item", str(line["skuName"]).lower()))


def _vendor_inactive(one: Company, dice: random.Random) -> None:
    one.of("quickbooks.Vendor")[0]["IsActive"] = False
    one.broken.add(("vendor", "acme"))


def _no_technician(one: Company, dice: random.Random) -> None:
    line = dice.choice(one.of("servicetitan.invoice_item"))
    line["technicianId"] = UNSET


PLANTS = [
    _no_account,
    _ghost_account,
    _no_income,
    _other_type,
    _inactive_item,
    _colon,
    _customer_inactive,
    _invoice_paid,
    _class_gone,
    _tax_item_gone,
    _account_gone,
    _closed,
    _flipped,
    _vendor_inactive,
    _no_technician,
]


def _other_rate(one: Company, dice: random.Random) -> None:
    one.of("servicetitan.tax_rate")[0]["taxRate"] = Decimal("0.07")


def _known_item_without_account(one: Company, dice: random.Random) -> None:
    there = {row["Name"] for row in one.of("quickbooks.Item")}
    for material in [row for row in one.of("servicetitan.material") if row["code"] in there][:2]:
        material["costOfSaleAccount"] = "No Such Account" if dice.random() < 0.5 else UNSET
        material["account"] = "No Such Income" if dice.random() < 0.5 else UNSET


def _unit_without_class(one: Company, dice: random.Random) -> None:
    one.of("servicetitan.business_unit")[1]["quickbooksClass"] = UNSET


def _unused_item(one: Company, dice: random.Random) -> None:
    one.of("servicetitan.material").append(
        {
            "id": "199",
            "code": "UNUSED",
            "active": True,
            "costOfSaleAccount": UNSET,
            "account": UNSET,
            "assetAccount": UNSET,
            "isInventory": False,
        }
    )


def _name_in_use(one: Company, dice: random.Random) -> None:
    """The Export ID keeps a new customer apart from a vendor with the same name."""
    one.of("quickbooks.Vendor").append({"Name": "Customer E", "IsActive": True})


NOISE = [_name_in_use, _known_as_its_line_says, _other_rate, _known_item_without_account, _unit_without_class, _unused_item]
"""Practices that are broken without an export minding it."""


# -- an exporter that refuses by the table and nothing else

TYPE: Mapping[Value, str] = {True: "Inventory", False: "NonInventory"}
"""isInventory -> the type of QuickBooks item that a material is."""


@dataclass
class Exporter:
    """Sends batch after batch; a transaction stops at its first error."""

    one: Company
    refused: set[Name] = field(default_factory=set)
    errors: list[Row] = field(default_factory=list)
    raised: set[Name] = field(default_factory=set)

    def run(self) -> Exporter:
        self.items = {str(row["Name"]).lower(): row for row in self.one.of("quickbooks.Item")}
        self.accounts = {str(row["FullName"]).lower() for row in self.one.of("quickbooks.Account")}
        self.made: set[Name] = set()
        posted = {number for number in "123" if not self._stops_batch(number)}
        for order in self.one.of("servicetitan.purchase_order"):
            self._send("servicetitan.purchase_order", "purchase order", order, str(order["number"]), self._of_order(order))
        for bill in self.one.of("servicetitan.bill"):
            if bill["batch.number"] in posted:
                self._send("servicetitan.bill", "bill", bill, str(bill["referenceNumber"]), self._of_bill(bill))
        for invoice in self.one.of("servicetitan.invoice"):
            if invoice["syncStatus"] == "Exported":
                continue
            if invoice["batch.number"] in posted:
                self._send(
                    "servicetitan.invoice", "invoice", invoice, str(invoice["referenceNumber"]), self._of_invoice(invoice)
                )
            else:
                self.refused.add(("servicetitan.invoice", str(invoice["id"])))
        for payment in self.one.of("servicetitan.payment"):
            if payment["batch.number"] in posted:
                self._send(
                    "servicetitan.payment", "payment", payment, str(payment["referenceNumber"]), self._of_payment(payment)
                )
            else:
                self.refused.add(("servicetitan.payment", str(payment["id"])))
        return self

    def _stops_batch(self, number: str) -> bool:
        lines = [line for line in self.one.of("servicetitan.invoice_item") if line["parent.batch.number"] == number]
        return any(line["technicianId"] is UNSET for line in lines)

    def _send(self, kind: str, word: str, row: Row, number: str, found: tuple[Name | None, str] | None) -> None:
        if found is None:
            return
        defect, message = found
        self.refused.add((kind, str(row["id"])))
        whose = row.get("customer.name", row.get("vendor.name", UNSET))
        self.errors.append({"transaction": number, "transactionType": word, "customer.name": whose, "message": message})
        if defect is not None:
            self.raised.add(defect)

    def _made(self, defect: Name, message: str) -> None:
        """What is new to QuickBooks is made once, before the first that uses it, and may be refused by itself."""
        if defect not in self.made:
            self.made.add(defect)
            self.errors.append({"transaction": UNSET, "message": message})
            self.raised.add(defect)

    def _customer(self, row: Row, where: str) -> tuple[Name, str] | None:
        name = str(row["customer.name"])
        for customer in self.one.of("quickbooks.Customer"):
            if name == customer["FullName"]:
                inactive = ("customer", name.lower()), missing("Customer", name, where)
                return None if customer["IsActive"] is True else inactive
        if ":" in name:
            self._made(
                ("customer", name.lower()),
                f'There was an error when storing "{name}" in the "customer name" field.  QuickBooks error '
                "message: Names in this list cannot contain a colon.",
            )
        else:
            return None
        return ("customer", name.lower()), missing("Customer", name, where)

    def _item(self, code: str, where: str) -> tuple[Name, str] | None:
        item = self.items.get(code.lower())
        material = next(row for row in self.one.of("servicetitan.material") if row["code"] == code)
        if item is not None:  # which keeps QuickBooks' own accounts
            return None if item["IsActive"] is True else (("item", code.lower()), missing("Item", code, where))
        account = material["costOfSaleAccount"]
        if UNSET in (account, material["account"]):
            return ("item", code.lower()), missing("Item", code, where)
        if str(account).lower() not in self.accounts:
            self._made(("account", str(account).lower()), missing("Account", str(account), "item Non-Inventory"))
            return ("account", str(account).lower()), missing("Item", code, where)
        return None

    def _of_invoice(self, invoice: Row) -> tuple[Name | None, str] | None:
        if (found := self._customer(invoice, "Invoice")) is not None:
            return found
        unit = next(row for row in self.one.of("servicetitan.business_unit") if row["name"] == invoice["businessUnit.name"])
        class_ = unit["quickbooksClass"]
        if class_ is not UNSET and not any(class_ == row["FullName"] for row in self.one.of("quickbooks.Class")):
            return ("class", str(class_).lower()), missing("Class", str(class_), "Invoice")
        tax = f"{invoice['taxZoneId']} Tax"
        if tax.lower() not in self.items:
            return ("tax_item", tax.lower()), missing("Item Sales Tax", tax, "Invoice")
        own = ("servicetitan.invoice", str(invoice["id"]))
        for line in self.one.of("servicetitan.invoice_item"):
            if line["parent.id"] == invoice["id"]:
                if (found := self._item(str(line["skuName"]), "Invoice line")) is not None:
                    return found
                item = self.items.get(str(line["skuName"]).lower())
                sku = next(row for row in self.one.of("servicetitan.material") if row["code"] == line["skuName"])
                types = {TYPE[line["inventory"]], TYPE[sku["isInventory"]]}  # items are matched by name and type
                if item is not None and types != {item["ItemType"]}:
                    return ("item", str(line["skuName"]).lower()), "List Id is invalid"
        invoice_date = invoice["invoiceDate"]
        if isinstance(invoice_date, date) and invoice_date <= CLOSED:
            return (
                own,
                "An attempt was made to modify a Invoice with a date that is on or before the closing date of the company.",
            )
        return None

    def _of_payment(self, payment: Row) -> tuple[Name | None, str] | None:
        if (found := self._customer(payment, "ReceivePayment")) is not None:
            return found
        account = payment["generalLedgerAccount.name"]
        if account is not UNSET and str(account).lower() not in self.accounts:
            return ("account", str(account).lower()), missing("Account", str(account), "ReceivePayment")
        for paid in self.one.of("servicetitan.payment_application"):
            booked = (one for one in self.one.of("quickbooks.Invoice") if one["RefNumber"] == paid["appliedToReferenceNumber"])
            if paid["parent.id"] == payment["id"] and any(one["IsPaid"] is True for one in booked):
                return (
                    ("servicetitan.payment", str(payment["id"])),
                    f'The "AppliedToTxnAdd payment amount" field has an invalid value "{paid["appliedAmount"]}".  QuickBooks error '
                    "message: You cannot pay more than the amount due.",
                )
            if paid["parent.id"] == payment["id"] and ("servicetitan.invoice", paid["appliedTo"]) in self.refused:
                name = f"4A-{paid['appliedTo']}"
                was_sent = any(paid["appliedToReferenceNumber"] == error["transaction"] for error in self.errors)
                # Of an invoice whose batch was not even posted no error tells. An id is no name, so the payment itself is named.
                return None if was_sent else (
                    "transaction",
                    str(payment["referenceNumber"]).lower(),
                ), f'Object "{name}" specified in the request cannot be found.'
        return None

    def _vendor(self, name: str, where: str) -> tuple[Name, str] | None:
        active = any(name == row["Name"] and row["IsActive"] is True for row in self.one.of("quickbooks.Vendor"))
        return None if active else (("vendor", name.lower()), missing("Vendor", name, where))

    def _of_order(self, order: Row) -> tuple[Name | None, str] | None:
        if (found := self._vendor(str(order["vendorId"]), "PurchaseOrder")) is not None:
            return found
        lines = [line for line in self.one.of("servicetitan.purchase_order_item") if line["parent.id"] == order["id"]]
        return next(
            (found for line in lines if (found := self._item(str(line["skuCode"]), "PurchaseOrder line")) is not None), None
        )

    def _of_bill(self, bill: Row) -> tuple[Name | None, str] | None:
        if (found := self._vendor(str(bill["vendor.name"]), "Bill")) is not None:
            return found
        if ("servicetitan.purchase_order", bill["purchaseOrderId"]) in self.refused:
            return None, f'Object "PO-{bill["purchaseOrderId"]}" specified in the request cannot be found.'
        return None


def missing(kind: str, name: str, where: str) -> str:
    return (
        f'There is an invalid reference to QuickBooks {kind} "{name}" in the {where}.  QuickBooks error message: Invalid argument.  '
        "The specified record does not exist in the list."
    )


def foretold(one: Company, engine: str | None = None) -> Causes:
    evidence = one.evidence()
    return explain(judge(RULES, evidence, None, AT), evidence, FOLLOWS, lambda: inference.engine(engine), "before-export")


def ids(causes: Causes) -> set[Name]:
    """The transactions that wait, by kind and id."""
    return {(kind, id_) for kind, id_ in causes.graph.transactions if (kind, id_) in _waiting(causes)}


def _waiting(causes: Causes) -> set[Name]:
    held = {(one.transaction.kind, one.transaction.key) for one in causes.blocked_transactions}
    return {node for node, record in causes.graph.transactions.items() if (record.kind, record.key) in held}


@given(st.integers(0, 10**9))
def test_what_an_exporter_refuses_is_what_was_foretold_and_its_errors_fold_into_what_was_broken(seed: int) -> None:
    one = company(random.Random(seed))  # noqa: S311 - invented companies
    exporter = Exporter(one).run()
    causes = foretold(one)
    assert ids(causes) == exporter.refused
    evidence = one.evidence(exporter.errors)
    folded = explain((), evidence, FOLLOWS, inference.engine, "after-export")
    named = {
        (subject.kind, subject.key.lower())
        for issue in folded.key_issues
        for subject in issue.subjects
        if subject == issue.subjects[0] or issue.subjects[0].kind == "transaction"  # one closing date stops several
    }
    own = {(kind, id_) for kind, id_ in exporter.raised if kind.startswith("servicetitan.")}
    unsent = {name for kind, name in exporter.raised if kind == "transaction"}
    numbers = {
        str(row["referenceNumber"]).lower()
        for kind in ("servicetitan.invoice", "servicetitan.payment")
        for row in one.of(kind)
        if (kind, row["id"]) in own
    }
    objects, raised = ({name for name in names if name[0] != "transaction"} for names in (named, exporter.raised - own))
    assert raised <= objects
    # “List Id is invalid” names no item, so an invoice with two items of another type leads to both
    assert objects - raised <= {name for name in one.broken if name[0] == "item"}
    assert {name for kind, name in named if kind == "transaction"} == numbers | unsent
    for waiting in causes.blocked_transactions:
        for chain in waiting.chain:
            assert (" depends on " in chain) == ("(inferred)" in chain)
    assert {name for name in exporter.raised if name[0] != "transaction"} <= one.broken
    _adds_up(causes)


def _adds_up(causes: Causes) -> None:
    """Alone and shared together are all that waits, each transaction once."""
    alone = sum(issue.alone.transactions for issue in causes.key_issues)
    shared = {one.transaction for one in causes.blocked_transactions if len(one.key_issues) > 1}
    assert alone + len(shared) == len(causes.blocked_transactions) == causes.blocked.transactions
    amounts = sum((issue.alone.amount for issue in causes.key_issues), Decimal(0))
    assert amounts <= causes.blocked.amount
    if not shared:
        assert amounts == causes.blocked.amount
