"""Companies that differ from the ready one without any fault have no findings."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

import books
from company import Company, northwind
from exportready.model.report import Finding, Outcome, Report
from exportready.model.rules import Severity
from faults import FAULTS, by_location, not_ready, without_inventory
from northwind import Json

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


# -- near misses of the rules about single transactions: a healthy company has no new findings


def _paid(company: Company, n: int) -> Json:
    invoice = company.waiting(n)
    return next(one for one in company.titan["payments"] if any(to["appliedTo"] == invoice["id"] for to in one["appliedTo"]))


def _sent(company: Company, n: int) -> Json:
    return [one for one in company.titan["invoices"] if one["syncStatus"] == "Exported"][n]


def _booked(company: Company, invoice: Json) -> Json:
    return next(one for one in company.booked if one["RefNumber"] == invoice["referenceNumber"])


def _rounded_totals(company: Company) -> None:
    company.waiting(1)["total"] = "380.02"
    company.waiting(1)["items"][0]["total"] = "325.0033"


def _discounts(company: Company) -> None:
    """One as a line, one only as an amount of the invoice; and a line that isn't charged."""
    invoice, other = company.waiting(0), company.waiting(16)
    line = copy.deepcopy(invoice["items"][0])
    invoice["items"].append(line | {"id": 1, "type": "PriceModifier", "total": "-42.00", "price": "-42.00"})
    invoice |= {"subTotal": "378.00", "total": "378.00", "discountTotal": "42.00"}
    other |= {"subTotal": "798.00", "total": "798.00", "discountTotal": "42.00"}
    other["items"].append(copy.deepcopy(other["items"][0]) | {"id": 2, "total": "25.00", "isChargeable": False})
    for n, amount in ((0, "378.00"), (16, "798.00")):
        payment = _paid(company, n)
        payment["total"] = payment["appliedTo"][0]["appliedAmount"] = amount


def _tax_line(company: Company) -> None:
    """The tax is a line, and the invoice has no tax of its own."""
    invoice = company.waiting(1)
    invoice["items"].append(
        copy.deepcopy(invoice["items"][0]) | {"id": 3, "total": invoice["salesTax"], "price": invoice["salesTax"]}
    )
    invoice |= {"subTotal": invoice["total"], "salesTax": "0.00"}


def _negative_invoice(company: Company) -> None:
    """A net negative invoice, which becomes a credit memo, and a refund of it."""
    invoice = company.waiting(3)
    for line in invoice["items"]:
        line |= {"total": "-" + line["total"], "quantity": "-1.00"}
    invoice |= {name: "-" + invoice[name] for name in ("subTotal", "salesTax", "total", "balance")}
    refund = copy.deepcopy(_paid(company, 1))
    refund |= {"id": 7, "referenceNumber": "R1", "total": "-10.00", "customer": invoice["customer"]}
    refund["appliedTo"][0] |= {"appliedAmount": "-10.00"}
    company.titan["payments"].append(refund)


def _part_payments(company: Company) -> None:
    """An exported invoice that is partly paid in QuickBooks, and the rest of it paid by two pending payments."""
    invoice, payment = _sent(company, 0), _paid(company, 1)
    _booked(company, invoice).update(BalanceRemaining="30.00", IsPaid="false", AppliedAmount="-1.00")
    for number, amount in (("X1", "10.00"), ("X2", "20.03")):  # the programs may round the tax differently
        part = copy.deepcopy(payment) | {
            "id": int(number[1]),
            "referenceNumber": number,
            "total": amount,
            "customer": invoice["customer"],
        }
        part["appliedTo"][0] |= {
            "appliedTo": invoice["id"],
            "appliedToReferenceNumber": invoice["referenceNumber"],
            "appliedAmount": amount,
        }
        company.titan["payments"].append(part)


def _overpaid(company: Company) -> None:
    """The customer paid more than is due, and the rest is left unapplied; another payment is for nothing yet."""
    payment = _paid(company, 1)
    payment |= {"total": "500.00", "unappliedAmount": "119.99"}
    deposit = copy.deepcopy(payment) | {"id": 8, "referenceNumber": "P8", "appliedTo": [], "unappliedAmount": "500.00"}
    company.titan["payments"].append(deposit)
    company.titan["gl-accounts"][0]["defaultAccountType"] = "CustomerDeposits"


def _jobs(company: Company) -> None:
    """The customer pays for a job of it, and the other way round; the job is in no one's list of customers in QuickBooks as inactive."""
    invoice = company.waiting(1)
    job = invoice["customer"] | {"id": 99001, "name": "Abernoth, Ada:Guest house"}
    company.titan["customers"].append({**company.record("customers", "Abernoth, Ada"), **job})
    company.lists["CUST"] = books.listed_rows(
        [*company.lists["CUST"], {**company.entry("CUST", "Abernoth, Ada"), "NAME": job["name"]}]
    )
    invoice["customer"] = job


def _accents(company: Company) -> None:
    """Everything that windows-1252 has, in a name, a location, a memo and a summary of two lines."""
    text = "Søren & Zoë\u2019s “Café” \u2013 ½ €uro Šaña ™"
    record = company.record("customers", company.waiting(1)["customer"]["id"], "id")
    company.entry("CUST", record["name"])["NAME"] = text
    for row in company.lists["CUST"]:
        row["NAME"] = row["NAME"].replace(f"{record['name']}:", f"{text}:")
    company.rename_in_books(record["name"], text)
    company.lists["CUST"] = books.listed_rows(company.lists["CUST"])
    record["name"] = text
    for one in (company.waiting(1), _paid(company, 1)):
        one["customer"]["name"] = text
    company.waiting(1)["summary"] = f"{text}\r\n\t{text}"
    _paid(company, 1)["memo"] = text


def _locations_are_long(company: Company) -> None:
    """Under the default mapping a location is no job, so its name may be anything."""
    company.waiting(1)["location"]["name"] = "Unit 4: the very long name of a building behind the laundry ☀"


def _locations_share_a_customer(company: Company) -> None:
    """A customer with two locations, and two customers with a location of the same name."""
    company.answers["customerMapping"] = company.answers["customerMappingAtLastExport"] = "serviceLocationName"
    first, second, third = (company.waiting(n) for n in (1, 2, 3))
    second["customer"] = first["customer"]
    _paid(company, 2)["customer"] = first["customer"]
    first["location"] = {"id": 1, "name": "Unit 4"}
    second["location"] = {"id": 2, "name": "Unit 5"}
    third["location"] = {"id": 3, "name": "unit 4"}


def _number_used_before(company: Company) -> None:
    """QuickBooks has the number of a pending invoice for another customer, and for the same one years ago."""
    invoice, booked = company.waiting(1), copy.deepcopy(company.booked[0])
    for n, (customer, day) in enumerate((("Corvane, Hollis", "2026-11-19"), (invoice["customer"]["name"], "2014-03-02"))):
        company.booked.append(
            booked
            | {
                "TxnID": f"4FF{n}-1795170000",
                "RefNumber": invoice["referenceNumber"],
                "CustomerRef": {"ListID": "1", "FullName": customer},
                "TxnDate": day,
                "Subtotal": "12.00",
                "SalesTaxTotal": "0.00",
                "Memo": "Before ServiceTitan",
                "LinkedTxn": [],
            }
        )


def _unposted_again(company: Company) -> None:
    """The batch was exported in part, and unposted: what arrived is in QuickBooks, with the batch in its memo."""
    for n in (1, 2):
        invoice, booked = company.waiting(n), copy.deepcopy(company.booked[0])
        booked |= {
            "TxnID": f"4FF{n}-1795170000",
            "RefNumber": invoice["referenceNumber"],
            "TxnDate": invoice["invoiceDate"][:10],
        }
        booked |= {"Subtotal": invoice["subTotal"], "SalesTaxTotal": invoice["salesTax"], "LinkedTxn": []}
        booked |= {"Memo": f"{invoice['batch']['number']} / {invoice['batch']['name']}"}
        booked["CustomerRef"]["FullName"] = invoice["customer"]["name"]
        company.booked.append(booked)


def _namesakes(company: Company) -> None:
    """Two customers of ServiceTitan with the same name: the second has its Export ID in QuickBooks."""
    record = company.record("customers", "Abernoth, Ada")
    company.titan["customers"].append({**record, "id": 99002})
    company.lists["CUST"] = books.listed_rows(
        [*company.lists["CUST"], {**company.entry("CUST", "Abernoth, Ada"), "NAME": "Abernoth, Ada 99002"}]
    )
    company.waiting(2)["customer"] = _paid(company, 2)["customer"] = {"id": 99002, "name": "Abernoth, Ada"}


def _merged_long_ago(company: Company) -> None:
    """Customers that were merged or made inactive, and that nothing pending uses."""
    company.record("customers", _sent(company, 0)["customer"]["id"], "id").update(mergedToId=20126, active=False)
    company.entry("CUST", _sent(company, 1)["customer"]["name"])["HIDDEN"] = "Y"


def _renamed(company: Company) -> None:
    """A customer that was renamed a little in QuickBooks after its export is the business of another rule, and nothing of it is pending."""
    invoice = _sent(company, 0)
    company.entry("CUST", invoice["customer"]["name"])["NAME"] += ", Inc."
    company.lists["CUST"] = books.listed_rows(company.lists["CUST"])
    _booked(company, invoice)["CustomerRef"]["FullName"] = invoice["customer"]["name"] + ", Inc."


def _old_and_early_dates(company: Company) -> None:
    """An invoice of last January and one for next spring."""
    company.state["Preferences"]["AccountingPreferences"]["ClosingDate"] = "2024-12-31"
    company.waiting(0)["invoiceDate"], company.waiting(1)["invoiceDate"] = "2025-01-15T00:00:00Z", "2027-04-01T00:00:00Z"


def _enterprise(company: Company) -> None:
    """A large edition has room for more names."""
    company.state["Host"]["ListMetaData"] = {"EntityMetaData": {"MaxCapacity": "1000000"}}


NEAR_MISSES = [
    _rounded_totals,
    _discounts,
    _tax_line,
    _negative_invoice,
    _part_payments,
    _overpaid,
    _jobs,
    _accents,
    _locations_are_long,
    _locations_share_a_customer,
    _number_used_before,
    _unposted_again,
    _namesakes,
    _merged_long_ago,
    _renamed,
    _old_and_early_dates,
    _enterprise,
]


@pytest.mark.parametrize("near_miss", NEAR_MISSES, ids=lambda change: change.__name__.strip("_"))
def test_a_near_miss_has_no_findings(near_miss: Callable[[Company], None], judged: Judge) -> None:
    company = northwind()
    near_miss(company)
    report = judged(company)
    assert found(report) == {}
    new = {fault.rule for fault in FAULTS if fault.base is by_location}
    assert {one.rule.id for one in report.results if one.rule.id in new and one.has_unknowns} == set()
