"""Break each rule once: what to change in the ready company, and which findings that must cause.

A fault changes one company in place and returns the keys of the findings. Each works alone: tests apply it to the ready company
by itself, and the snapshots that are not ready have all faults that go together.
"""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import titan
from company import Company, company, northwind
from company import small as small_batch
from firm import SMALL
from modes import no_inventory, no_purchase_orders, tax_by_servicetitan
from northwind import COGS, Json

Break = Callable[[Company], Sequence[str]]


@dataclass(frozen=True)
class Fault:
    """One broken rule."""

    rule: str
    into: Break
    base: Callable[[], Company]
    """The company without any fault to which it is applied."""
    leaves_open: tuple[str, ...] = ()
    """Rules that can no longer be decided."""


def without_inventory() -> Company:
    """Return the company without the Inventory module and purchase orders; ServiceTitan calculates the tax."""
    company = northwind()
    no_inventory(company)
    no_purchase_orders(company)
    tax_by_servicetitan(company)
    return company


def small() -> Company:
    """Return the company with a small pricebook and few customers."""
    return company(SMALL)


FAULTS: list[Fault] = []


def breaks(
    rule: str, base: Callable[[], Company] = northwind, leaves_open: tuple[str, ...] = ()
) -> Callable[[Break], Break]:
    """Registers what breaks one rule."""

    def register(into: Break) -> Break:
        FAULTS.append(Fault(rule, into, base, leaves_open))
        return into

    return register


def _all(base: Callable[[], Company]) -> Company:
    company = base()
    for fault in FAULTS:
        if fault.base is base:
            fault.into(company)
    return company


def not_ready() -> Company:
    """The company with every fault that goes with inventory and purchase orders."""
    return _all(northwind)


def by_location() -> Company:
    """Return a small company in which each location becomes a job in QuickBooks."""
    company = small_batch()
    for path in ("customerMapping", "customerMappingAtLastExport"):
        company.answers[path] = "serviceLocationName"
    return company


def not_ready_batch() -> Company:
    """The small company with every fault of single transactions and customers."""
    return _all(by_location)


def not_ready_without_inventory() -> Company:
    """And with those that exclude them."""
    return _all(without_inventory)


def not_ready_setup() -> Company:
    """And the small company with everything that can be wrong with items, taxes, accounts and editions."""
    return _all(small)


def _key(invoice: Json, *more: object) -> str:
    return " / ".join(map(str, (invoice["customer"]["name"], invoice["referenceNumber"], *more)))


def _payments(company: Company, invoice: Json) -> list[Json]:
    return [one for one in company.titan["payments"] if any(to["appliedTo"] == invoice["id"] for to in one["appliedTo"])]


def _rename(company: Company, invoice: Json, name: str, id_: int = 0) -> Sequence[str]:
    """Change the customer of a pending invoice and of its payments."""
    known = invoice["customer"]["id"]
    new = {"id": id_ or known + 50000, "name": name}
    for record in (invoice, *_payments(company, invoice)):
        record["customer"] = {**new}
    if new["id"] != known:
        company.titan["customers"].append({**company.record("customers", known, "id"), **new, "balance": 0})
    return [name]


def _customer(names: Sequence[str]) -> Sequence[str]:
    """Names as findings of the check on customers."""
    return [f"customer: {name}" for name in names]


# -- the session and its settings


@breaks("connection/web-connector-online")
def _offline(company: Company) -> Sequence[str]:
    company.answers["webConnector"] |= {"status": "offline"}
    return ["webConnector.status"]


@breaks("connection/runs-as-administrator")
def _restarted_by_somebody(company: Company) -> Sequence[str]:
    company.answers["webConnector"] |= {"restarted": True, "runsAsAdministrator": False}
    return ["webConnector.runsAsAdministrator"]


@breaks("connection/old-connector-off", leaves_open=("export/one-exporter-per-job",))  # either may have sent what is recent
def _two_connectors(company: Company) -> Sequence[str]:
    company.answers["webConnector"]["oldConnectorAutoRun"] = True
    return ["webConnector.oldConnectorAutoRun"]


@breaks("settings/customer-mapping-unchanged")
def _other_mapping(company: Company) -> Sequence[str]:
    company.answers["customerMapping"] = "serviceLocationName"
    return ["customerMapping"]


@breaks("session/single-user-mode")
def _multi_user(company: Company) -> Sequence[str]:
    company.state["Host"]["QBFileMode"] = "MultiUser"
    return ["Host"]


@breaks("lists/customer-list-in-default-order")
def _dragged(company: Company) -> Sequence[str]:
    tops = [row["NAME"] for row in company.lists["CUST"] if ":" not in row["NAME"]]
    first = (tops[-1], tops[-1 - min(19, len(tops) // 2)])

    def place(row: Json) -> int:
        top = row["NAME"].partition(":")[0]
        return first.index(top) if top in first else len(first)

    company.lists["CUST"].sort(key=place)
    return ["customer-list-in-default-order"]


# -- items and accounts


@breaks("items/cogs-account")
def _no_cost_account(company: Company) -> Sequence[str]:
    codes = ("CU-TEE-34", "PEX-VLV-1", "PVC-ELB-1", "WH-GAS-50")
    for code in codes:
        company.sku(code)["costOfSaleAccount"] = None
    return codes


@breaks("items/cogs-account-in-quickbooks")
def _wrong_cost_account(company: Company) -> Sequence[str]:
    codes = {"ABS-TRP-1": f"{COGS}:Fittings", "GAS-FLX-12": "Shop Supplies", "GAS-FLX-34": f"{COGS}:Old Materials",
             "PEX-VLV-2": f"{COGS}:Fittings"}
    for code, account in codes.items():
        company.sku(code)["costOfSaleAccount"] = account
    for name in ("BRS-NIP-12", "CU-CPL-34", "Permit Box", "Rental Items:Drain Snake", "Shop Consumables"):
        company.entry("INVITEM", name).update(COGSACCNT="", ISPASSEDTHRU="N")
    return ["non-inventory-without-account: non-inventory-without-account", *(f"pricebook-account: {code}" for code in codes)]


@breaks("items/active-in-quickbooks")
def _inactive_item(company: Company) -> Sequence[str]:
    company.entry("INVITEM", "FIL-20X20")["HIDDEN"] = "Y"
    return ["FIL-20X20"]


@breaks("items/accounts-agree")
def _other_income(company: Company) -> Sequence[str]:
    company.sku("Sewer Camera")["account"] = "Sales:Maintenance Plans"
    return ["income: Sewer Camera"]


@breaks("items/inventory-accounts")
def _no_asset_account(company: Company) -> Sequence[str]:
    codes = ("PEX-PIPE-12", "WH-HYB-80")
    for code in codes:
        company.sku(code)["assetAccount"] = None
    return codes


@breaks("accounts/exists-by-name")
def _unknown_account(company: Company) -> Sequence[str]:
    company.sku("BLR-STM-3")["account"] = "Sales:Boilers"
    return ["Sales:Boilers"]


@breaks("accounts/refund-type-account")
def _refund(company: Company) -> Sequence[str]:
    refund = copy.deepcopy(_payments(company, company.waiting(1))[0])
    refund |= {"id": 759001, "referenceNumber": "R-77", "total": "-45.00", "appliedTo": [], "generalLedgerAccount": None}
    company.titan["payments"].append(refund)
    return [_key(refund)]


# -- the batch


@breaks("batching/technician-on-lines")
def _no_technician(company: Company) -> Sequence[str]:
    line, invoice = company.waiting_line("FURN-80K")
    line["technicianId"] = None
    return [_key(invoice, "FURN-80K", 1)]


@breaks("batching/invoice-dated")
def _no_date(company: Company) -> Sequence[str]:
    invoice = company.waiting(16)
    invoice["invoiceDate"] = None
    return [_key(invoice)]


@breaks("batching/invoice-has-item")
def _no_item(company: Company) -> Sequence[str]:
    invoice = company.waiting(6)
    invoice |= {"items": [], "subTotal": "0.00", "salesTax": "0.00", "total": "0.00", "balance": "0.00"}
    return [_key(invoice)]


@breaks("batching/inventory-flag-agrees")
def _flag_flipped(company: Company) -> Sequence[str]:
    line, invoice = company.waiting_line("SUMP-13")
    line["inventory"] = False
    return [_key(invoice, "SUMP-13", 1)]


@breaks("batching/technician-active")
def _gone_too_soon(company: Company) -> Sequence[str]:
    name = company.firm.crew[3]
    company.record("technicians", name)["active"] = False
    return [name]


@breaks("batching/purchases-first")
def _bill_waits(company: Company) -> Sequence[str]:
    bill = titan.bill(company.titan["purchase-orders"][1], 1, company.firm)
    bill |= {"syncStatus": "Posted", "batch": company.waiting(0)["batch"], "billDate": "2026-11-17T00:00:00Z",
             "postDate": "2026-11-17T00:00:00Z"}
    bill["items"][0] |= {"skuCode": "PVC-TEE-2", "skuId": company.sku("PVC-TEE-2")["id"]}
    company.titan["bills"].append(bill)
    return ["purchases-first"]


# -- purchase orders


@breaks("purchasing/purchase-order-items-exist")
def _unknown_part(company: Company) -> Sequence[str]:
    order = company.titan["purchase-orders"][3]
    order["items"][0] |= {"skuCode": "ABS-TRP-1", "skuId": company.sku("ABS-TRP-1")["id"]}
    return [f"{order['number']} / ABS-TRP-1 / 1"]


@breaks("purchasing/tax-and-shipping-are-service-items")
def _shipping_is_a_charge(company: Company) -> Sequence[str]:
    company.entry("INVITEM", "Shipping")["INVITEMTYPE"] = "OTHC"
    return ["Shipping"]


@breaks("purchasing/vendor-active")
def _inactive_vendor(company: Company) -> Sequence[str]:
    name = company.firm.vendors[2]
    company.entry("VEND", name)["HIDDEN"] = "Y"
    return [name]


@breaks("purchasing/tax-shipping-accounts")
def _no_account_for_tax(company: Company) -> Sequence[str]:
    company.record("gl-accounts", f"{COGS}:Purchase Tax")["active"] = False
    return ["Tax"]


@breaks("purchasing/purchase-module-enabled", base=without_inventory)
def _no_purchasing(company: Company) -> Sequence[str]:
    company.answers["modules"]["purchasing"] = False
    return ["purchasing"]


# -- tax


@breaks("tax/sales-tax-calculated-in-quickbooks")
def _zone_without_item(company: Company) -> Sequence[str]:
    (first, taxes), (second, _) = list(company.firm.zones.items())[:2]
    company.answers["salesTax"]["zones"][second] = f"{second} Tax"
    company.entry("INVITEM", taxes[-1])["PRICE"] = f"{(company.firm.taxes[taxes[-1]] + 6) / 100:g}%"
    return [f"rates-agree: {first}", f"zone-mapped: {second}"]


@breaks("tax/zone-mapped", base=without_inventory)
def _zone_without_service_item(company: Company) -> Sequence[str]:
    zone = list(company.firm.zones)[1]
    company.record("tax-zones", zone)["rates"][0]["salesTaxItem"] = f"{zone} Tax"
    return [zone]


@breaks("tax/rates-agree")
def _old_rate(company: Company) -> Sequence[str]:
    invoice = next(bill for bill in map(company.waiting, (18, 17)) if bill["salesTax"] != "0.00")
    invoice["salesTaxCode"]["taxRate"] = round(invoice["salesTaxCode"]["taxRate"] + 0.0145, 4)
    return [_key(invoice)]


# -- inventory and serial numbers


@breaks("inventory/location-on-every-line")
def _no_location(company: Company) -> Sequence[str]:
    line, invoice = company.waiting_line("PVC-TEE-2")
    line |= {"inventoryLocationId": None, "inventoryLocation": None}
    return [_key(invoice, "PVC-TEE-2", 1)]


@breaks("inventory/serial-numbers-need-a-location", base=without_inventory)
def _serial_without_location(company: Company) -> Sequence[str]:
    company.answers["serialNumbersWanted"] = True
    line, invoice = company.waiting_line("SUMP-13")
    line["installedEquipmentId"] = 640001
    company.titan["installed-equipment"].append(
        titan.shape("installed", id=640001, active=True, equipmentId=line["skuId"], invoiceItemId=line["id"], name="Sump pump",
                    installedOn=invoice["invoiceDate"], createdOn=line["createdOn"], modifiedOn=line["createdOn"],
                    serialNumber="HM-0042-117", status="Installed", tags=[], cost=210.0))
    return [_key(invoice, "SUMP-13", 1)]


@breaks("inventory/serial-numbers-with-inventory-module")
def _serials_wanted(company: Company) -> Sequence[str]:
    company.answers["serialNumbersWanted"] = True
    return ["inventory"]


@breaks("inventory/populate-serial-numbers-off")
def _populated(company: Company) -> Sequence[str]:
    company.answers["configurations"]["populateSerialNumbersInQuickBooks"] = True
    return ["configurations.populateSerialNumbersInQuickBooks"]


# -- names, classes, closing


@breaks("naming/lengths")
def _too_long(company: Company) -> Sequence[str]:
    code, who = "Water heater install, crawl space", "Homeowners' Association of Upper Clearwater"
    first, invoice = company.waiting(8)["items"][0], company.waiting(14)
    company.waiting(8)["items"].append({**first, "id": 879001, "skuName": code, "skuId": 419001, "total": "0.00", "price": "0.00"})
    company.titan["services"].append({**company.sku("Water Heater Install"), "id": 419001, "code": code})
    invoice["referenceNumber"] = "58255-REVISED"
    for payment in _payments(company, invoice):
        payment["appliedTo"][0]["appliedToReferenceNumber"] = "58255-REVISED"
    _rename(company, company.waiting(8), who)
    return [f"customer: {who}", f"item: {code}", f"number: {_key(invoice)}"]


@breaks("naming/unique-across-lists")
def _named_as_a_vendor(company: Company) -> Sequence[str]:
    return _customer(_rename(company, company.waiting(0), "Kestrel Couriers"))


@breaks("naming/no-colon")
def _colon(company: Company) -> Sequence[str]:
    return _customer(_rename(company, company.waiting(2), "Clearwater: Annex"))


@breaks("naming/no-stray-spaces")
def _spaces(company: Company) -> Sequence[str]:
    invoice = company.waiting(12)
    return _customer(_rename(company, invoice, invoice["customer"]["name"] + "  ", invoice["customer"]["id"]))


@breaks("naming/would-duplicate")
def _nearly(company: Company) -> Sequence[str]:
    return _rename(company, company.waiting(10), company.firm.nearly)


@breaks("classes/unit-has-class")
def _no_class(company: Company) -> Sequence[str]:
    name = company.firm.units[22]
    company.record("business-units", name)["quickbooksClass"] = None
    return [name]


@breaks("closing/after-closing-date")
def _closed_month(company: Company) -> Sequence[str]:
    invoice = company.waiting(19)
    invoice["invoiceDate"] = f"{date.fromisoformat(company.firm.closed) - timedelta(days=2)}T00:00:00Z"
    return [f"invoices: {_key(invoice)}"]


@breaks("export/one-exporter-per-job")
def _paid_through_the_other(company: Company) -> Sequence[str]:
    invoice, booked = copy.deepcopy(company.titan["invoices"][0]), copy.deepcopy(company.booked[0])
    day = "2023-03-14"
    invoice |= {"id": 510007, "referenceNumber": "31007", "invoiceDate": f"{day}T00:00:00Z", "dueDate": f"{day}T00:00:00Z",
                "batch": {"id": 2110, "number": "211", "name": "03-14 plumbing"}, "createdOn": f"{day}T15:00:00Z"}
    booked |= {"RefNumber": "31007", "TxnID": "2F10-1678806000", "TimeCreated": f"{day}T16:00:00{company.firm.offset}", "TxnDate": day,
               "Memo": "Leak repaired", "LinkedTxn": [], "AppliedAmount": "0.00", "IsPaid": "false",
               "BalanceRemaining": invoice["total"]}
    payment = copy.deepcopy(_payments(company, company.waiting(1))[0])
    payment |= {"id": 759002, "referenceNumber": "P9501", "customer": invoice["customer"], "total": invoice["total"]}
    payment["appliedTo"][0] |= {"appliedTo": 510007, "appliedToReferenceNumber": "31007", "appliedAmount": invoice["total"]}
    company.titan["invoices"].insert(0, invoice)
    company.booked.insert(0, booked)
    company.titan["payments"].append(payment)
    return [f"{invoice['customer']['name']} / P9501 / 31007 / 1"]


# -- the small company: types and accounts of items, taxes, names of lists, editions


def _taxed(company: Company) -> list[Json]:
    """Return the pending invoices with sales tax."""
    pending = [one for one in company.titan["invoices"] if (one["batch"] or {}).get("number") == company.firm.waiting]
    return [one for one in pending if one["salesTax"] != "0.00"]


@breaks("items/type-agrees", base=small)
def _service_in_quickbooks(company: Company) -> Sequence[str]:
    company.entry("INVITEM", "FURN-80K").update(INVITEMTYPE="SERV", ASSETACCNT="", QNTY="", VALUE="")
    return ["part: FURN-80K"]


@breaks("items/income-account", base=small)
def _no_income_account(company: Company) -> Sequence[str]:
    code, invoice = "Thaw Pipes", company.waiting(3)
    line = {**invoice["items"][0], "id": 879002, "skuName": code, "skuId": 419002, "total": "0.00", "price": "0.00"}
    invoice["items"].append({**line, "generalLedgerAccount": None})
    company.titan["services"].append({**company.sku("Labor"), "id": 419002, "code": code, "account": None})
    return [f"service: {code}"]


@breaks("tax/exempt-not-taxed", base=small)
def _exempt(company: Company) -> Sequence[str]:
    who = _taxed(company)[-1]["customer"]
    company.record("customers", who["id"], "id")["taxExempt"] = True
    return [_key(one) for one in _taxed(company) if one["customer"]["id"] == who["id"]]


@breaks("tax/taxable-flag-agrees", base=small)
def _not_taxable_on_the_line(company: Company) -> Sequence[str]:
    line, invoice = company.waiting_line("WH-GAS-50")
    line["taxable"] = False
    return [_key(invoice, "WH-GAS-50", 1)]


@breaks("tax/zone-on-taxed-invoice", base=small)
def _no_zone(company: Company) -> Sequence[str]:
    invoice = _taxed(company)[0]
    invoice |= {"taxZoneId": None, "salesTaxCode": None}
    return [_key(invoice)]


@breaks("accounts/terms-exist", base=small)
def _unknown_terms(company: Company) -> Sequence[str]:
    company.waiting(2)["termName"] = "2% 10 Net 45"
    return [_key(company.waiting(2))]


@breaks("accounts/payment-types-exist", base=small)
def _unknown_payment_type(company: Company) -> Sequence[str]:
    payment = _payments(company, _taxed(company)[-1] if _payments(company, _taxed(company)[-1]) else company.waiting(1))[0]
    payment |= {"type": "Pay App", "typeId": "48"}
    return [_key(payment)]


@breaks("accounts/deposit-account", base=small)
def _deposit(company: Company) -> Sequence[str]:
    deposit = copy.deepcopy(_payments(company, company.waiting(1))[0])
    deposit |= {"id": 759003, "referenceNumber": "D-12", "total": "500.00", "unappliedAmount": "500.00", "appliedTo": [],
                "type": "Check"}
    company.titan["payments"].append(deposit)
    return ["deposit-account"]


@breaks("inventory/advanced-inventory-on", base=small)
def _sites_are_off(company: Company) -> Sequence[str]:
    if company.answers["modules"]["inventory"]:
        company.state["Preferences"]["MultiLocationInventoryPreferences"]["IsMultiLocationInventoryEnabled"] = "false"
        truck = company.firm.trucks[0]
        company.state["InventorySite"] = {"ListID": "80000001-1683000000", "Name": truck, "IsActive": "true", "IsDefaultSite": "false"}
        return ["sites: sites"]
    company.answers["serialNumbersWanted"] = True
    line, invoice = company.waiting_line("FURN-80K")
    line |= {"installedEquipmentId": 640002, "inventoryLocation": company.firm.trucks[0]}
    company.titan["installed-equipment"].append(
        titan.shape("installed", id=640002, active=True, equipmentId=line["skuId"], invoiceItemId=line["id"], name="Furnace",
                    installedOn=invoice["invoiceDate"], createdOn=line["createdOn"], modifiedOn=line["createdOn"],
                    serialNumber="HM-0080-204", status="Installed", tags=[], cost=1420.0))
    return ["serial-numbers: serial-numbers"]


@breaks("inventory/quantity-on-hand", base=small)
def _sold_out(company: Company) -> Sequence[str]:
    company.entry("INVITEM", "WH-GAS-50").update(QNTY="0", VALUE="0.00")
    return ["WH-GAS-50"]


@breaks("session/release-supported", base=small)
def _old_release(company: Company) -> Sequence[str]:
    company.state["Host"] |= {"ProductName": "QuickBooks Enterprise Solutions 23.0", "MajorVersion": "33"}
    return ["quickbooksRelease"]
# -- single transactions and customers of the small company


@breaks("export/already-in-quickbooks", base=by_location)
def _typed_in(company: Company) -> Sequence[str]:
    invoice, booked = company.waiting(0), copy.deepcopy(company.booked[0])
    booked |= {"TxnID": "4FF0-1795170000", "RefNumber": invoice["referenceNumber"], "TxnDate": "2026-11-19",
               "TimeCreated": "2026-11-19T10:12:00-07:00", "TimeModified": "2026-11-19T10:12:00-07:00", "Subtotal": invoice["subTotal"],
               "SalesTaxTotal": invoice["salesTax"], "AppliedAmount": "0.00", "BalanceRemaining": invoice["total"], "IsPaid": "false",
               "LinkedTxn": [], "Memo": "Typed in from the paper copy"}
    booked["CustomerRef"]["FullName"] = invoice["customer"]["name"]
    company.booked.append(booked)
    return [f"same-number: {_key(invoice)}"]


@breaks("naming/customer-active", base=by_location)
def _inactive_customer(company: Company) -> Sequence[str]:
    name = company.waiting(1)["customer"]["name"]
    company.entry("CUST", name)["HIDDEN"] = "Y"
    return _customer([name])


@breaks("naming/customer-merged", base=by_location)
def _merged(company: Company) -> Sequence[str]:
    name = company.waiting(2)["customer"]["name"]
    company.record("customers", name).update(active=False, mergedToId=company.waiting(0)["customer"]["id"])
    return [f"merged: {name}"]


@breaks("naming/characters", base=by_location)
def _emoji(company: Company) -> Sequence[str]:
    return _customer(_rename(company, company.waiting(11), "Sunny \u2600 Dental"))


@breaks("naming/location-becomes-job", base=by_location)
def _long_location(company: Company) -> Sequence[str]:
    invoice, name = company.waiting(3), "Boiler room: north wing, behind the laundry"
    invoice["location"]["name"] = name
    return [f"{check}: {invoice['customer']['name']} / {name} / 1" for check in ("colon", "length")]


@breaks("payments/customer-is-the-invoices", base=by_location)
def _paid_by_another(company: Company) -> Sequence[str]:
    invoice = company.waiting(7)
    (payment,) = _payments(company, invoice)
    payment["customer"] = company.titan["invoices"][1]["customer"]
    return [f"{_key(payment)} / {invoice['referenceNumber']} / 1"]


@breaks("payments/invoice-open", base=by_location)
def _paid_again(company: Company) -> Sequence[str]:
    (payment,) = _payments(company, company.waiting(8))
    paid = next(bill for bill in company.titan["invoices"] if bill["syncStatus"] == "Exported" and bill["paidOn"])
    payment |= {"customer": paid["customer"], "total": paid["total"]}
    payment["appliedTo"][0] |= {"appliedTo": paid["id"], "appliedToReferenceNumber": paid["referenceNumber"],
                                "appliedAmount": paid["total"]}
    return [f"{_key(payment)} / {paid['referenceNumber']} / 1"]


@breaks("payments/not-over-applied", base=by_location)
def _applied_too_much(company: Company) -> Sequence[str]:
    invoice = company.waiting(10)
    (payment,) = _payments(company, invoice)
    payment["appliedTo"][0]["appliedAmount"] = "9" + payment["total"]
    return [f"{check}: {_key(payment)} / {invoice['referenceNumber']} / 1" for check in ("invoice", "payment")]


@breaks("batching/total-is-its-lines", base=by_location)
def _other_total(company: Company) -> Sequence[str]:
    invoice = company.waiting(9)
    invoice["total"] = "9" + invoice["total"]
    return [_key(invoice)]


@breaks("batching/plausible-dates", base=by_location)
def _mistyped_year(company: Company) -> Sequence[str]:
    invoice = company.waiting(5)
    invoice["invoiceDate"] = invoice["invoiceDate"].replace("2026", "2062")
    return [_key(invoice)]


@breaks("lists/limits", base=by_location)
def _full(company: Company) -> Sequence[str]:
    # No edition allows this few names: the example would have 14,000 otherwise.
    company.state["Host"]["ListMetaData"] = {"EntityMetaData": {"MaxCapacity": "550"}}
    return ["Names"]
