"""Companies that differ from the ready one without any fault have no findings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from company import Company, northwind
from exportready.model.report import Finding, Outcome, Report
from exportready.model.rules import Severity
from faults import FAULTS, not_ready, without_inventory

Judge = Callable[[Company], Report]


def found(report: Report) -> dict[str, list[Finding]]:
    return {result.rule.id: list(result.findings) for result in report.results if result.findings}


def outcome(report: Report, rule: str) -> Outcome:
    return next(result.outcome for result in report.results if result.rule.id == rule)


def test_a_company_without_inventory_has_no_new_findings(judged: Judge) -> None:
    report = judged(without_inventory())
    assert found(report) == {}
    for rule in ("inventory/location-on-every-line", "items/inventory-accounts"):
        assert outcome(report, rule) is Outcome.NOT_APPLICABLE


def test_a_company_where_several_people_export_has_no_new_findings(judged: Judge) -> None:
    company = northwind()
    company.answers["peopleWhoExport"] = 3
    company.state["Host"]["QBFileMode"] = "MultiUser"
    report = judged(company)
    assert found(report) == {}
    assert outcome(report, "session/single-user-mode") is Outcome.NOT_APPLICABLE


ON_THE_BATCH = {
    "accounts/refund-type-account",
    "batching/inventory-flag-agrees",
    "batching/invoice-dated",
    "batching/invoice-has-item",
    "batching/purchases-first",
    "batching/technician-active",
    "batching/technician-on-lines",
    "closing/after-closing-date",
    "export/one-exporter-per-job",
    "inventory/location-on-every-line",
    "items/active-in-quickbooks",
    "naming/lengths",
    "naming/no-colon",
    "naming/no-stray-spaces",
    "naming/unique-across-lists",
    "naming/would-duplicate",
    "tax/rates-agree",
}
"""Rules about pending transactions, which don't apply to a batch that was bypassed or exported."""


@pytest.mark.parametrize("answer", ["bypassedBatches", "exportedBatches"])
def test_rules_on_pending_transactions_ignore_a_batch_that_is_no_longer_pending(answer: str, judged: Judge) -> None:
    company = not_ready()
    company.answers[answer] = ["1042"]
    assert ON_THE_BATCH & set(found(judged(company))) == set()
    assert {fault.rule for fault in FAULTS} >= ON_THE_BATCH


def test_non_inventory_items_that_never_had_an_account_are_one_warning(judged: Judge) -> None:
    company = northwind()
    for row in company.lists["INVITEM"]:
        if row["INVITEMTYPE"] == "PART":
            row.update(COGSACCNT="", ISPASSEDTHRU="N")
    (finding,) = found(judged(company))["items/cogs-account-in-quickbooks"]
    assert finding.severity is Severity.WARNING


def test_a_wrong_tax_item_is_only_a_warning_if_no_purchase_order_has_tax(judged: Judge) -> None:
    company = northwind()
    for order in company.titan["purchase-orders"]:
        order["tax"] = 0
    company.entry("INVITEM", "Tax")["INVITEMTYPE"] = "OTHC"
    (finding,) = found(judged(company))["purchasing/tax-and-shipping-are-service-items"]
    assert (finding.subject.key, finding.severity) == ("Tax", Severity.WARNING)


def test_an_item_that_quickbooks_has_keeps_its_own_account(judged: Judge) -> None:
    company = northwind()
    company.sku("CU-TEE-34")["costOfSaleAccount"] = None
    (finding,) = found(judged(company))["items/cogs-account"]
    assert finding.severity is Severity.WARNING
