"""What QuickBooks Desktop has for the invented company: its lists as IIF, its state and invoices as qbXML."""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from firm import NORTHWIND, Firm
from northwind import COGS, KIT, MATERIALS, METHODS, NOT_IN_BOOKS, OTHER_NAMES, TERMS, Json, Sku, money

ACCOUNTS = """
BANK Operating Checking|Payroll Checking|Tax Savings
AR Accounts Receivable
OCASSET Employee Advances|Inventory Asset|Prepaid Insurance|Undeposited Funds
FIXASSET Shop Tools|Trucks|Trucks:Accumulated Depreciation|Trucks:Original Cost
AP Accounts Payable
CCARD Fuel Card|Shop Card
OCLIAB Customer Deposits|Payroll Liabilities|Sales Tax Payable
LTLIAB Truck Loan|Warehouse Loan
EQUITY Opening Balance Equity|Owner's Equity|Owner's Equity:Owner's Draw|Retained Earnings
INC Discounts Given|Sales|Sales:Equipment|Sales:Labor|Sales:Maintenance Plans|Sales:Parts|Uncategorized Income
COGS ~|~:Equipment|~:Freight|~:Materials|~:Old Materials|~:Permits & Fees|~:Purchase Tax|~:Subcontractors
EXP Advertising|Bank Charges|Continuing Education|Dues & Subscriptions|Fuel, Oil & Tires|Insurance|Insurance:Liability
EXP Insurance:Workers' Comp|Licenses|Meals|Office Supplies|Payroll Expenses|Rent|Repairs|Repairs:Building|Repairs:Trucks
EXP Shop Supplies|Software|Telephone|Uniforms|Utilities|Utilities:Gas & Electric|Utilities:Water
EXINC Interest Income
EXEXP Other Expenses
NONPOSTING Purchase Orders
""".replace("~", COGS)
EXTRA = {"Inventory Asset": "INVENTORYASSET", "Undeposited Funds": "UNDEPOSIT", "Sales Tax Payable": "SALESTAX", COGS: "COGS",
         "Opening Balance Equity": "OPENBAL", "Retained Earnings": "RETEARNINGS", "Purchase Orders": "PURCHORDER",
         "Uncategorized Income": "UNCATINC"}


def listed(names: Iterable[str]) -> list[str]:
    """QuickBooks' default order, per level, parents before their jobs."""
    return sorted(names, key=lambda name: [part.casefold() for part in name.split(":")])


def listed_rows(rows: Iterable[Json]) -> list[Json]:
    """Return the rows of a list in QuickBooks' default order."""
    return sorted(rows, key=lambda row: [part.casefold() for part in row["NAME"].split(":")])


COLUMNS = {
    "ACCNT": "NAME REFNUM TIMESTAMP ACCNTTYPE OBAMOUNT DESC ACCNUM SCD BANKNUM EXTRA HIDDEN DELCOUNT USEID",
    "INVITEM": "NAME REFNUM TIMESTAMP INVITEMTYPE DESC PURCHASEDESC ACCNT ASSETACCNT COGSACCNT QNTY VALUE PRICE COST TAXABLE "
    "SALESTAXCODE PAYMETH TAXVEND PREFVEND REORDERPOINT EXTRA CUSTFLD1 CUSTFLD2 CUSTFLD3 CUSTFLD4 CUSTFLD5 DEP_TYPE "
    "ISPASSEDTHRU HIDDEN DELCOUNT USEID ISNEW PO_NUM SERIALNUM WARRANTY LOCATION VENDOR ASSETDESC SALEDATE SALEEXPENSE NOTES "
    "ASSETNUM COSTBASIS ACCUMDEPR UNRECBASIS PURCHASEDATE",
    "GROUP": "NAME REFNUM TIMESTAMP INVITEMTYPE DESC TOPRINT EXTRA QNTY CUSTFLD1 CUSTFLD2 CUSTFLD3 CUSTFLD4 CUSTFLD5 HIDDEN "
    "DELCOUNT USEID",
    "CLASS": "NAME REFNUM TIMESTAMP HIDDEN DELCOUNT",
    "CUST": "NAME REFNUM TIMESTAMP BADDR1 BADDR2 BADDR3 BADDR4 BADDR5 SADDR1 SADDR2 SADDR3 SADDR4 SADDR5 PHONE1 PHONE2 FAXNUM "
    "EMAIL NOTE CONT1 CONT2 CTYPE TERMS TAXABLE SALESTAXCODE LIMIT RESALENUM REP TAXITEM NOTEPAD SALUTATION COMPANYNAME "
    "FIRSTNAME MIDINIT LASTNAME " + " ".join(f"CUSTFLD{n}" for n in range(1, 16)) + " JOBDESC JOBTYPE JOBSTATUS JOBSTART "
    "JOBPROJEND JOBEND HIDDEN DELCOUNT PRICELEVEL",
    "VEND": "NAME REFNUM TIMESTAMP PRINTAS ADDR1 ADDR2 ADDR3 ADDR4 ADDR5 VTYPE CONT1 CONT2 PHONE1 PHONE2 FAXNUM EMAIL NOTE TAXID "
    "LIMIT TERMS NOTEPAD SALUTATION COMPANYNAME FIRSTNAME MIDINIT LASTNAME " + " ".join(f"CUSTFLD{n}" for n in range(1, 16))
    + " 1099 HIDDEN DELCOUNT",
    "EMP": "NAME REFNUM TIMESTAMP HIDDEN DELCOUNT",
    "OTHERNAME": "NAME REFNUM TIMESTAMP BADDR1 BADDR2 BADDR3 BADDR4 BADDR5 HIDDEN DELCOUNT",
    "PAYMETH": "NAME REFNUM TIMESTAMP HIDDEN",
    "TERMS": "NAME REFNUM TIMESTAMP DISCPER STDDUEDAYS STDDISCDAYS DAYOFMONTHDUE DISCDAYOFMONTH DATEMINDAYS TERMSTYPE HIDDEN",
    "SALESTAXCODE": "CODE REFNUM TIMESTAMP HIDDEN DESC TAXABLE",
}


Lists = dict[str, list[Json]]
"""The rows of each list by its section, in the order in which QuickBooks keeps them. A group has its MEMBERS."""


def row(number: int, name: str, **cells: Any) -> Json:
    """One record, with what every list fills in."""
    return {"NAME": name, "REFNUM": str(number), "TIMESTAMP": str(1683000000 + 60 * number), "HIDDEN": "N", "DELCOUNT": "0",
            "USEID": "N", **cells}


def item(number: int, name: str, kind: str, **cells: Any) -> Json:
    """One item; the depreciation columns are filled for everything."""
    usual = {"DEP_TYPE": "0", "ISPASSEDTHRU": "N", "ISNEW": "N", "SALEEXPENSE": "0.00", "COSTBASIS": "0.00",
             "ACCUMDEPR": "0.00", "UNRECBASIS": "0.00", "COST": "0", "PRICE": "0.00", "TAXABLE": "N"}
    return row(number, name, INVITEMTYPE=kind, **{**usual, **cells})


def book_items(skus: Sequence[Sku], firm: Firm = NORTHWIND) -> list[tuple[str, str, Json]]:
    """Name, type and cells of each QuickBooks item, in list order within its type."""
    found: list[tuple[str, str, Json]] = []
    taxed = {"TAXABLE": "Y", "SALESTAXCODE": "Tax"}
    for sku in skus:
        if sku.code in NOT_IN_BOOKS:
            continue
        cells: Json = {"DESC": sku.text, "PURCHASEDESC": sku.text, "ACCNT": sku.income, "PRICE": money(sku.price)}
        if sku.kind == "service":
            found.append((sku.code, "SERV", {**cells, "SALESTAXCODE": "Non"}))
            continue
        cells |= {**taxed, "COST": money(sku.cost), "COGSACCNT": sku.cogs, "PREFVEND": firm.vendors[sku.id % 8]}
        if sku.stocked:
            cells |= {"ASSETACCNT": "Inventory Asset", "QNTY": str(400 + sku.id % 90), "VALUE": money(sku.cost * (400 + sku.id % 90))}
        found.append((sku.code, "INVENTORY" if sku.stocked else "PART", cells))
    for name in ("Old Fixtures", "Permit Box", "Rental Items", "Rental Items:Drain Snake", "Shop Consumables"):
        found.append((name, "PART", {**taxed, "DESC": name, "ACCNT": "Sales:Parts", "COGSACCNT": MATERIALS, "COST": "0.00",
                                     "HIDDEN": "Y" if name == "Old Fixtures" else "N"}))
    for name, account in (("Tax", "Purchase Tax"), ("Shipping", "Freight")):
        found.append((name, "SERV", {"DESC": f"{name} on purchase orders", "ACCNT": "Sales:Parts",
                                     "COGSACCNT": f"{COGS}:{account}", "ISPASSEDTHRU": "Y", "SALESTAXCODE": "Non",
                                     "COST": "0.00"}))
    found.append(("Late Fee", "OTHC", {"DESC": "Late fee", "ACCNT": "Uncategorized Income", "SALESTAXCODE": "Non",
                                       "PRICE": "1.5%"}))
    found.append(("Permits", "OTHC", {"DESC": "Permits", "ACCNT": "Sales:Labor", "COGSACCNT": f"{COGS}:Permits & Fees",
                                      "ISPASSEDTHRU": "Y", "SALESTAXCODE": "Non", "COST": "0.00"}))
    found.append(("Subtotal", "SUBT", {"DESC": "Subtotal"}))
    found.append(("Member Discount", "DISC", {**taxed, "DESC": "Members' discount", "ACCNT": "Discounts Given",
                                              "PRICE": "-10.0%"}))
    for name, rate in firm.taxes.items():
        found.append((name, "COMPTAX", {"DESC": name, "ACCNT": "Sales Tax Payable", "PRICE": f"{rate / 100:g}%", "TAXVEND":
                                        "Transit District Office" if name == "Transit Tax" else "State Revenue Office"}))
    return sorted(found, key=lambda item: place({"NAME": item[0], "INVITEMTYPE": item[1]}))


def place(item: Json) -> tuple[int, list[str]]:
    """Return the place of an item in its list: by its type, then by its name, level by level."""
    types = "SERV INVENTORY PART OTHC SUBT DISC COMPTAX".split()
    return types.index(item["INVITEMTYPE"]), [part.casefold() for part in item["NAME"].split(":")]


def lists(skus: Sequence[Sku], names: Sequence[str], firm: Firm = NORTHWIND) -> Lists:
    """Everything that QuickBooks exports as lists."""
    found: Lists = {section: [] for section in COLUMNS}
    pairs = [(line.split(" ", 1)[0], name) for line in ACCOUNTS.split("\n") if line for name in line.split(" ", 1)[1].split("|")]
    for n, (kind, name) in enumerate(pairs, 1):
        if firm.chart is not None and name not in firm.chart:
            continue
        amount = f"{(n * 7919 % 90000) * (-1 if kind in ('AP', 'INC', 'OCLIAB') else 1) / 10:,.2f}"
        found["ACCNT"].append(row(n, name, ACCNTTYPE=kind, OBAMOUNT=amount, ACCNUM=str(1000 + 10 * n), SCD="0",
                                  EXTRA=EXTRA.get(name, ""), HIDDEN="Y" if name == f"{COGS}:Old Materials" else "N"))
    items = book_items(skus, firm)
    numbers = {name: n for n, name in enumerate(sorted(name for name, _, _ in items), 1)}
    for name, kind, cells in items:
        found["INVITEM"].append(item(numbers[name], name, kind, **cells, **{"ISPASSEDTHRU": "Y"} if kind == "PART" else {}))
    groups: list[tuple[str, str, str, Sequence[str]]] = [
        ("Water Heater Kit", "GRP", "Water heater, installed", KIT)
    ]
    groups += [(f"{zone} Sales Tax", "STAX", f"Sales tax, {zone}", members) for zone, members in firm.zones.items()]
    for n, (name, kind, text, members) in enumerate(groups, len(items) + 1):
        found["GROUP"].append(row(n, name, INVITEMTYPE=kind, DESC=text, TOPRINT="Y" if kind == "GRP" else "N", MEMBERS=members))
    found["CLASS"] = [row(n, name, HIDDEN="Y" if n == 1 else "N") for n, name in enumerate(firm.classes, 1)]
    places = {name: n for n, name in enumerate(names, 1)}
    for name in listed(names):
        n = places[name]
        job = {"JOBSTATUS": "0", "TAXABLE": "Y", "SALESTAXCODE": "Tax"}
        if ":" in name:
            job = {"JOBSTATUS": "3" if n % 2 else "2", "TAXABLE": "N"}
        found["CUST"].append(row(n, name, TERMS=list(TERMS)[n % 3], TAXITEM=f"{list(firm.zones)[n % len(firm.zones)]} Sales Tax",
                                 HIDDEN="Y" if name in firm.gone else "N", **job))
    found["VEND"] = [row(n, name, TERMS="Net 30", HIDDEN="Y" if name == "Foxglove Printing" else "N", **{"1099": "N"})
                     for n, name in enumerate(listed(firm.vendors), 1)]
    found["EMP"] = [row(n, name, HIDDEN="Y" if name == firm.crew[-1] else "N") for n, name in enumerate(listed(firm.crew), 1)]
    found["OTHERNAME"] = [row(n, name) for n, name in enumerate(listed(OTHER_NAMES), 1)]
    found["PAYMETH"] = [row(n, name) for n, name in enumerate(METHODS, 1)]
    for n, (name, days) in enumerate(TERMS.items(), 1):
        found["TERMS"].append(row(n, name, DISCPER="0.0%", STDDUEDAYS=str(days), STDDISCDAYS="0", DAYOFMONTHDUE="31",
                                  DISCDAYOFMONTH="10", DATEMINDAYS="5", TERMSTYPE="0"))
    found["SALESTAXCODE"] = [row(1, "", CODE="Tax", DESC="Taxable Sales", TAXABLE="Y"),
                             row(2, "", CODE="Non", DESC="Non-Taxable Sales", TAXABLE="N")]
    return found


def iif(found: Lists, at: datetime = NORTHWIND.lists_at) -> bytes:
    """File > Utilities > Export > Lists to IIF Files. A cell with a comma is put in quotes, as QuickBooks does."""
    lines: list[str] = []

    def write(*cells: str) -> None:
        lines.append("\t".join(f'"{cell}"' if "," in cell else cell for cell in cells))

    write("!HDR", "PROD", "VER", "REL", "IIFVER", "DATE", "TIME", "ACCNTNT", "ACCNTNTSPLITTIME")
    write("HDR", "QuickBooks Enterprise Solutions", "Version 34.0D", "Release R9P", "1", f"{at:%Y-%m-%d}",
          f"{at.timestamp():.0f}", "N", "0")
    items = {entry["NAME"]: entry for entry in found["INVITEM"]}
    for section, columns in COLUMNS.items():
        keyword = section.replace("GROUP", "INVITEM")
        write("!" + keyword, *columns.split())
        if section == "GROUP":
            write("!ENDGRP")
        for entry in found[section]:
            write(keyword, *(entry.get(column, "") for column in columns.split()))
            for member in entry.get("MEMBERS", ()):
                one = {name: items[member][name] for name in ("NAME", "REFNUM", "TIMESTAMP", "INVITEMTYPE")}
                usual = {"TOPRINT": entry["TOPRINT"], "QNTY": "1", "HIDDEN": "N", "DELCOUNT": "0", "USEID": "N", **one}
                write(keyword, *(usual.get(column, "") for column in columns.split()))
            if section == "GROUP":
                write("ENDGRP" if entry["INVITEMTYPE"] == "GRP" else "ENDTAX")
    return "".join(f"{line}\r\n" for line in lines).encode("windows-1252")


def qbxml(*answers: tuple[str, Json]) -> str:
    """A response as QuickBooks returns it: no processing instruction, one answer after the other."""

    lines = ['<?xml version="1.0" ?>', "<QBXML>", "\t<QBXMLMsgsRs>"]

    def fill(tag: str, value: Any, tabs: str, status: str = "") -> None:
        if isinstance(value, list):
            for one in value:
                fill(tag, one, tabs)
        elif not value:
            lines.append(f"{tabs}<{tag}{status} />")
        elif isinstance(value, dict):
            lines.append(f"{tabs}<{tag}{status}>")
            for inner, one in value.items():
                fill(inner, one, tabs + "\t")
            lines.append(f"{tabs}</{tag}>")
        else:
            lines.append(f"{tabs}<{tag}>{escape(value)}</{tag}>")

    for n, (name, values) in enumerate(answers):
        words = "Status OK" if values else "A query request did not find a matching object in QuickBooks"
        status = {"requestID": str(n), "statusCode": "0" if values else "1", "statusSeverity": "Info", "statusMessage": words}
        fill(f"{name}QueryRs", values, "\t\t", "".join(f' {key}="{one}"' for key, one in status.items()))
    return "\n".join([*lines, "\t</QBXMLMsgsRs>", "</QBXML>", ""])


def state(firm: Firm = NORTHWIND) -> dict[str, Json]:
    """Host, company and preferences: what the first answer of every session holds."""
    versions = ["1.0", "1.1", "2.0", "2.1", *(f"{n}.0" for n in range(3, 17))]
    host = {"ProductName": "QuickBooks Enterprise Solutions 24.0", "MajorVersion": "34", "MinorVersion": "0", "Country": "US",
            "SupportedQBXMLVersion": versions, "IsAutomaticLogin": "false", "QBFileMode": "SingleUser"}
    street = {"Addr1": "1 Example Way", "City": firm.city, "State": firm.state, "PostalCode": "00000", "Country": "US"}
    company = {"IsSampleCompany": "false", "CompanyName": firm.name, "LegalCompanyName": f"{firm.name}, Inc.", "Address": street,
            "LegalAddress": street, "Phone": firm.phone, "Email": firm.email,
            "FirstMonthFiscalYear": "January", "FirstMonthIncomeTaxYear": "January", "CompanyType": "ConstructionTradesPlumbing",
            "EIN": "00-0000000", "TaxForm": "Form1120S", "AccountantCopy": {"AccountantCopyExists": "false"}}
    preferences = {
        "AccountingPreferences": {"IsUsingAccountNumbers": "true", "IsRequiringAccounts": "true", "IsUsingClassTracking": "true",
                                  "IsUsingAuditTrail": "true", "IsAssigningJournalEntryNumbers": "true", "ClosingDate": firm.closed},
        "FinanceChargePreferences": {"AnnualInterestRate": "0.00", "MinFinanceCharge": "0.00", "GracePeriod": "0",
                                     "IsAssessingForOverdueCharges": "false", "CalculateChargesFrom": "DueDate",
                                     "IsMarkedToBePrinted": "false"},
        "JobsAndEstimatesPreferences": {"IsUsingEstimates": "true", "IsUsingProgressInvoicing": "false",
                                        "IsPrintingItemsWithZeroAmounts": "false"},
        "MultiCurrencyPreferences": {"IsMultiCurrencyOn": "false"},
        "MultiLocationInventoryPreferences": {"IsMultiLocationInventoryAvailable": "true",
                                              "IsMultiLocationInventoryEnabled": "true"},
        "PurchasesAndVendorsPreferences": {"IsUsingInventory": "true", "DaysBillsAreDue": "10",
                                           "IsAutomaticallyUsingDiscounts": "false"},
        "ReportsPreferences": {"AgingReportBasis": "AgeFromDueDate", "SummaryReportBasis": "Accrual"},
        "SalesAndCustomersPreferences": {"IsTrackingReimbursedExpensesAsIncome": "false", "IsAutoApplyingPayments": "true"},
        "SalesTaxPreferences": {"DefaultItemSalesTaxRef": ref(f"{next(iter(firm.zones))} Sales Tax", 90), "PaySalesTax": "Monthly",
                                "DefaultTaxableSalesTaxCodeRef": ref("Tax", 1), "DefaultNonTaxableSalesTaxCodeRef": ref("Non", 2),
                                "IsUsingVendorTaxCode": "false", "IsUsingCustomerTaxCode": "true",
                                "IsUsingAmountsIncludeTax": "false"},
        "TimeTrackingPreferences": {"FirstDayOfWeek": "Monday"},
        "CurrentAppAccessRights": {"IsAutomaticLoginAllowed": "false", "IsPersonalDataAccessAllowed": "false"},
        "ItemsAndInventoryPreferences": {"EnhancedInventoryReceivingEnabled": "false", "IsTrackingSerialOrLotNumber": "None",
                                         "FIFOEnabled": "false", "IsRSBEnabled": "false", "IsBarcodeEnabled": "false"},
    }
    return {"Host": host, "Company": company, "Preferences": preferences}


def ref(name: str, n: int) -> Json:
    """A reference to an entry of a list."""
    return {"ListID": f"8000{n:04X}-1683000000", "FullName": name}


def exported(bills: Sequence[Json], names: Sequence[str], firm: Firm = NORTHWIND) -> list[Json]:
    """The invoices of the older batches as QuickBooks has them: same lines and sums, the batch in the memo."""
    full_names = {" ".join(name.split()): name for name in names}
    numbers = {name: n for n, name in enumerate(names, 1)}
    found = []
    for n, bill in enumerate((bill for bill in bills if bill["syncStatus"] == "Exported"), 1):
        day, batch, zone = bill["invoiceDate"][:10], bill["batch"], bill["salesTaxCode"]
        stamp = f"{bill['createdOn'][:11]}16:{n // 60:02d}:{n % 60:02d}{firm.offset}"
        number = f"{0x4000 + 16 * n:X}-{datetime.fromisoformat(stamp).timestamp():.0f}"
        who = bill["customer"]
        customer = full_names.get(who["name"], f"{who['name']} {who['id']}")  # whom the export made bears the Export ID
        lines = [
            {"TxnLineID": f"{0x4000 + 16 * n + k:X}-{number.split('-')[1]}",
             "ItemRef": ref(item["skuName"], item["skuId"] % 9999),
             "Desc": item["displayName"], "Quantity": item["quantity"].removesuffix(".00"), "Rate": item["price"],
             "ClassRef": ref(bill["businessUnit"]["name"], bill["businessUnit"]["id"]), "Amount": item["total"],
             "SalesTaxCodeRef": ref("Tax", 1) if item["taxable"] else ref("Non", 2)}
            for k, item in enumerate(bill["items"], 1)
        ]
        paid = "0.00" if bill["balance"] != "0.00" else f"-{bill['total']}"
        link = {"TxnID": f"{0x9000 + n:X}-{number.split('-')[1]}", "TxnType": "ReceivePayment", "TxnDate": day,
                "LinkType": "AMTTYPE", "Amount": paid}
        found.append({
            "TxnID": number, "TimeCreated": stamp, "TimeModified": stamp, "EditSequence": number.split("-")[1],
            "TxnNumber": str(700 + n), "CustomerRef": ref(customer, numbers.get(customer, who["id"] % 9999)),
            "ClassRef": ref(bill["businessUnit"]["name"], bill["businessUnit"]["id"]),
            "ARAccountRef": ref("Accounts Receivable", 4),
            "TemplateRef": ref("Service Invoice", 7), "TxnDate": day, "RefNumber": bill["referenceNumber"],
            "BillAddress": {"Addr1": customer, "City": firm.city, "State": firm.state, "PostalCode": "00000"}, "IsPending": "false",
            "IsFinanceCharge": "false", "TermsRef": ref(bill["termName"], 3), "DueDate": bill["dueDate"][:10], "ShipDate": day,
            "Subtotal": bill["subTotal"], "ItemSalesTaxRef": ref(f"{zone['name']} Sales Tax", 19 + zone["id"]),
            "SalesTaxPercentage": f"{zone['taxRate'] * 100:.2f}", "SalesTaxTotal": bill["salesTax"], "AppliedAmount": paid,
            "BalanceRemaining": bill["balance"], "Memo": f"{batch['number']} / {batch['name']} / {bill['summary']}",
            "IsPaid": "true" if bill["paidOn"] else "false", "IsToBePrinted": "false",
            "CustomerSalesTaxCodeRef": ref("Tax", 1), "LinkedTxn": [link] if bill["paidOn"] else [], "InvoiceLineRet": lines,
        })
    return found
