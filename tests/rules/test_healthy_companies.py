"""Companies that do everything as the vendors' documents say, in ways in which the ready one doesn't, have no error."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

import books
from company import Company, northwind
from exportready.model.report import Outcome, Report, Verdict
from exportready.model.rules import Severity
from faults import FAULTS, without_inventory
from modes import tax_by_servicetitan
from northwind import COGS

Judge = Callable[[Company], Report]


def _item(company: Company, name: str, kind: str, **cells: str) -> None:
    """Add an item that only QuickBooks has."""
    company.lists["INVITEM"].append(books.item(900 + len(company.lists["INVITEM"]), name, kind, **cells))
    company.lists["INVITEM"].sort(key=books.place)


def _known_items_without_accounts(company: Company) -> None:
    """What QuickBooks has under the same name and type keeps QuickBooks' accounts (help.servicetitan.com, sync objects, 2022-09-09)."""
    company.sku("Leak Repair")["account"] = None
    company.sku("Gas Line")["account"] = "Sales:Gas lines"
    company.sku("CU-CPL-2").update(account=None, costOfSaleAccount=None)
    company.sku("CU-TEE-2")["costOfSaleAccount"] = f"{COGS}:Copper"


def of_documents_without_inventory() -> Company:
    """Parts are non-inventory parts (understanding how ServiceTitan exports data to QuickBooks Desktop, 2022-08-31)."""
    company = without_inventory()
    _known_items_without_accounts(company)
    # Items that are sold over the counter and that ServiceTitan doesn't know, with accounts as Intuit's own sample company has them.
    _item(
        company,
        "Retail Mug",
        "INVENTORY",
        ACCNT="Sales:Parts",
        ASSETACCNT="Inventory Asset",
        COGSACCNT="Inventory Asset",
        QNTY="-4",
    )
    _item(company, "Sod", "PART", ACCNT="Shop Supplies")
    # A fee is exported as a journal entry to the account of its payment type (QBD onboarding step 5).
    fee = next(one for one in company.titan["payments"] if one["syncStatus"] == "Posted")
    fee |= {
        "type": "Financing Fee",
        "typeId": "49",
        "generalLedgerAccount": {**fee["generalLedgerAccount"], "name": "Bank Charges"},
    }
    return company


def of_documents_with_sites_and_jobs() -> Company:
    """Sites and serial numbers are on, and locations become jobs (understand data mapping to QuickBooks Desktop)."""
    company = northwind()
    _known_items_without_accounts(company)
    preferences = company.state["Preferences"]
    preferences["ItemsAndInventoryPreferences"]["IsTrackingSerialOrLotNumber"] = "SerialNumber"
    company.state["InventorySite"] = {"Name": company.firm.trucks[0], "IsActive": "true", "IsDefaultSite": "false"}
    company.answers.update(customerMapping="serviceLocationName", customerMappingAtLastExport="serviceLocationName")
    # Parts may be subitems in QuickBooks; the pricebook's code is the last part of their name.
    for code in ("PVC-ELB-1", "WH-GAS-50"):
        company.entry("INVITEM", code)["NAME"] = f"Stock:{code}"
        company.rename_in_books(code, f"Stock:{code}")
    _item(company, "Stock", "INVENTORY", ACCNT="Sales:Parts", ASSETACCNT="Inventory Asset", COGSACCNT=COGS)
    company.lists["INVITEM"].sort(key=books.place)
    # Less is left than the batch uses: QuickBooks accepts a quantity below zero.
    company.entry("INVITEM", "FURN-80K").update(QNTY="0", VALUE="0.00")
    return company


def _pay_what_is_due(company: Company) -> None:
    """Let no pending payment pay more than its invoice's total."""
    due = {one["id"]: Decimal(one["total"]) for one in company.titan["invoices"]}
    for payment in company.titan["payments"]:
        for part in payment["appliedTo"]:
            part["appliedAmount"] = str(
                min(Decimal(part["appliedAmount"]), due.get(part["appliedTo"], Decimal(part["appliedAmount"])))
            )
        if payment["syncStatus"] != "Exported":
            payment["total"] = str(
                sum(Decimal(part["appliedAmount"]) for part in payment["appliedTo"]) + Decimal(payment["unappliedAmount"])
            )


def of_documents_with_tax_by_servicetitan() -> Company:
    """Sales tax is on, and the tax is a line with a Service item (set up QuickBooks Desktop for sales tax, US)."""
    company = northwind()
    tax_by_servicetitan(company)
    _known_items_without_accounts(company)
    # An exempt customer pays no tax, whatever is sold (set tax-exempt status on a customer record).
    invoice = next(one for one in company.titan["invoices"] if one["syncStatus"] == "Posted" and one["salesTax"] != "0.00")
    company.record("customers", invoice["customer"]["id"], "id")["taxExempt"] = True
    for other in company.titan["invoices"]:
        if other["customer"]["id"] == invoice["customer"]["id"] and other["syncStatus"] != "Exported":
            other |= {"salesTax": "0.00", "total": other["subTotal"], "taxZoneId": None, "salesTaxCode": None}
            for line in other["items"]:
                line["taxable"] = False
    _pay_what_is_due(company)
    return company


COMPANIES = (of_documents_without_inventory, of_documents_with_sites_and_jobs, of_documents_with_tax_by_servicetitan)


@pytest.mark.parametrize("company", COMPANIES)
def test_a_company_that_follows_the_documents_has_no_error(company: Callable[[], Company], judged: Judge) -> None:
    report = judged(company())
    errors = [
        finding.message for result in report.results for finding in result.findings if finding.severity is Severity.ERROR
    ]
    assert errors == []
    assert report.verdict in (Verdict.READY, Verdict.READY_WITH_WARNINGS)


def _failed(report: Report) -> set[str]:
    return {result.rule.id for result in report.results if result.outcome is Outcome.FAILED}


@pytest.mark.parametrize("base", [northwind, without_inventory])
def test_what_one_setup_needs_does_not_fail_in_another(base: Callable[[], Company], judged: Judge) -> None:
    """Without tax on any pending invoice, sales tax may be off."""
    company = base()
    company.state["Preferences"]["SalesTaxPreferences"] = {}
    for item in (*company.lists["INVITEM"], *company.lists["GROUP"]):
        if item["INVITEMTYPE"] in ("COMPTAX", "STAX"):
            item["HIDDEN"] = "Y"
    for invoice in company.titan["invoices"]:
        invoice |= {"salesTax": "0.00", "total": invoice["subTotal"], "taxZoneId": None, "salesTaxCode": None}
    _pay_what_is_due(company)
    report = judged(company)
    assert _failed(report) == {"tax/sales-tax-calculated-in-quickbooks"}
    assert report.verdict is Verdict.READY_WITH_WARNINGS


def test_each_new_rule_fires_in_exactly_one_example(judged: Judge) -> None:
    from exportready.policy.baseline import ADDED
    from faults import not_ready, not_ready_batch, not_ready_setup, not_ready_without_inventory

    makers = (northwind, not_ready, not_ready_without_inventory, not_ready_setup, not_ready_batch)
    fired = {maker: _failed(judged(maker())) & ADDED for maker in makers}
    setup, batch = ({fault.rule for fault in FAULTS if fault.base.__name__ == base} for base in ("small", "by_location"))
    assert fired == {
        northwind: set(),
        not_ready: set(),
        not_ready_without_inventory: set(),
        not_ready_setup: setup,
        not_ready_batch: batch & ADDED,
    }
    after = {"export/not-entered-twice", "export/same-customer-and-date"}
    assert (setup | batch) & ADDED == ADDED - after
