"""Write the two example snapshots: one invented company, once ready for its export and once not.

northwind.py invents the company, books.py writes its QuickBooks files and titan.py its ServiceTitan files.
The examples are generated so that they stay in step with each other: `not-ready` is `ready` with these things broken.

- session: the company file is open in multi-user mode, while one person exports.
- customers: two were dragged to the top of the customer list, with their jobs (DRAGGED).
- pricebook: three materials and one piece of equipment have no cost-of-sale account; PEX-VLV-1 is not in QuickBooks
  either. Two materials name an account that QuickBooks does not have, one names an expense account, one names an
  inactive account (ACCOUNT_BROKEN; six of the eight are on unexported lines, see SHOWN).
- QuickBooks items: five non-inventory parts have no cost-of-goods-sold account (UNCOSTED).
- account.yaml: the purchasing module is off, "Populate Serial Numbers in QuickBooks" is on, and serial numbers are
  wanted although the inventory module is on. purchase-orders.json is empty: one order would prove that purchasing is on.

Both hold what must not be mistaken for a fault: inactive records in every list, pricebook entries that QuickBooks will
only meet at this export, and an inactive material without an account that no unexported line uses (OLD-FLUX-8OZ).
Everything in the files is invented.

    python examples/make.py [--check] [--to FOLDER]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import books
import titan
from northwind import COMPANY, Dice, customers, pricebook


def answers(broken: bool) -> str:
    """account.yaml: what no export says."""
    return f"""\
# Written by examples/make.py. Everything in this folder is invented.
account: {COMPANY}
timeZone: America/Denver
takenAt: 2026-11-20T17:30:00-07:00
confirmed: {{by: office manager, at: 2026-11-20T17:25:00-07:00}}
settings:
  webConnector:
    sentBy: servicetitan
    status: online
    restarted: false
    runsAsAdministrator: true
    since: 2023-05-01
    oldConnectorAutoRun: false
  peopleWhoExport: {{value: 1, by: controller, at: 2026-11-01}}
  modules: {{purchasing: {str(not broken).lower()}, inventory: true}}
  configurations: {{populateSerialNumbersInQuickBooks: {str(broken).lower()}}}
  customerMapping: customerLevel
  customerMappingAtLastExport: customerLevel
  purchaseOrders: {{export: true, taxItem: Tax, shippingItem: Shipping}}
  salesTax: {{calculatedBy: quickbooks, zones: {{Denver: Denver Sales Tax, Lakewood: Lakewood Sales Tax}}}}
  serialNumbersWanted: {str(broken).lower()}
  bypassedBatches: []
  exportedBatches: []
"""


def snapshot(broken: bool) -> dict[str, bytes]:
    """Every file of one snapshot; both throw the same dice, so that only what is broken differs."""
    dice = Dice(20261120)
    skus, names = pricebook(dice, broken), customers(dice)
    bills, orders = titan.invoices(dice, skus, names), titan.orders(dice, skus)
    records = {
        name: [titan.sku_record(sku, n) for n, sku in enumerate(skus) if sku.kind == kind]
        for name, kind in (("materials", "material"), ("equipment", "equipment"), ("services", "service"))
    }
    records |= {"invoices": bills, "payments": titan.payments(bills), "purchase-orders": [] if broken else orders}
    records |= titan.settings_lists(names, bills, broken)
    files = {
        "account.yaml": answers(broken),
        "quickbooks-host-company-preferences.xml": books.company("MultiUser" if broken else "SingleUser"),
        "quickbooks-invoices.xml": books.exported(bills, names),
        **{f"servicetitan/{name}.json": titan.page(found, counted=len(name) % 2 == 0) for name, found in records.items()},
    }
    return {"quickbooks-lists.iif": books.lists(skus, names, broken), **{name: text.encode() for name, text in files.items()}}


def main() -> int:
    """Write both snapshots, or tell how the files on disk differ from them."""
    parser = argparse.ArgumentParser(description="Write the two example snapshots.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the files differ")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent, metavar="FOLDER", help="default: beside this script")
    options = parser.parse_args()
    different = []
    for folder, broken in (("ready", False), ("not-ready", True)):
        root: Path = options.to / folder
        files = {root / name: content for name, content in snapshot(broken).items()}
        for path, content in files.items():
            if options.check:
                if not path.is_file() or path.read_bytes() != content:
                    different.append(path)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        different += [path for path in sorted(root.rglob("*")) if path.is_file() and path not in files]
    for path in different:
        print(f"{path} is not what this script writes", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
