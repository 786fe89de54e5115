"""How else a company may work: without the Inventory module, without purchase orders, with its tax worked out by ServiceTitan."""

from __future__ import annotations

import books
from company import Company

TAX_ITEM = "ServiceTitan Sales Tax"


def no_inventory(company: Company) -> None:
    """Nothing is counted in either program, so nothing is in a truck."""
    company.answers["modules"]["inventory"] = False
    company.state["Preferences"]["MultiLocationInventoryPreferences"] = dict.fromkeys(
        ("IsMultiLocationInventoryAvailable", "IsMultiLocationInventoryEnabled"), "false"
    )
    for item in company.lists["INVITEM"]:
        if item["INVITEMTYPE"] == "INVENTORY":
            item |= {"INVITEMTYPE": "PART", "ASSETACCNT": "", "QNTY": "", "VALUE": "", "ISPASSEDTHRU": "Y"}
    company.lists["INVITEM"].sort(key=books.place)
    company.titan["trucks"] = []
    for file in ("materials", "equipment"):
        for sku in company.titan[file]:
            sku |= {"isInventory": False, "assetAccount": None}
    for bill in company.titan["invoices"]:
        for line in bill["items"]:
            line |= {"inventory": False, "inventoryLocationId": None, "inventoryLocation": None, "assetAccount": None}
    company.titan["installed-equipment"] = []


def no_purchase_orders(company: Company) -> None:
    """Purchases are not exported."""
    company.answers["purchaseOrders"] = {"export": False}
    for name in ("purchase-orders", "bills"):
        company.titan[name] = []


def tax_by_servicetitan(company: Company) -> None:
    """Each zone names the Service item that carries its tax."""
    company.answers["salesTax"] = {"calculatedBy": "servicetitan"}
    company.lists["INVITEM"].insert(0, books.item(400, TAX_ITEM, "SERV", ACCNT="Sales Tax Payable"))
    for zone in company.titan["tax-zones"]:
        for rate in zone["rates"]:
            rate["salesTaxItem"] = TAX_ITEM
