"""The same lists of QuickBooks as answers to queries: qbXML instead of IIF."""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

from collections.abc import Callable

import books
from northwind import Json

ACCOUNT_TYPES = {
    "AP": "AccountsPayable", "AR": "AccountsReceivable", "BANK": "Bank", "CCARD": "CreditCard", "COGS": "CostOfGoodsSold",
    "EQUITY": "Equity", "EXEXP": "OtherExpense", "EXINC": "OtherIncome", "EXP": "Expense", "FIXASSET": "FixedAsset",
    "INC": "Income", "LTLIAB": "LongTermLiability", "NONPOSTING": "NonPosting", "OCASSET": "OtherCurrentAsset",
    "OCLIAB": "OtherCurrentLiability",
}
ITEMS = {"SERV": "ItemService", "INVENTORY": "ItemInventory", "PART": "ItemNonInventory", "OTHC": "ItemOtherCharge",
         "SUBT": "ItemSubtotal", "DISC": "ItemDiscount", "COMPTAX": "ItemSalesTax", "GRP": "ItemGroup", "STAX": "ItemSalesTaxGroup"}


def _head(row: Json, full: bool = True) -> Json:
    name = row["NAME"]
    stamp = {"TimeCreated": "2023-05-02T10:00:00-07:00", "TimeModified": "2023-05-02T10:00:00-07:00",
             "EditSequence": "1683000000"}
    named = {"FullName": name} if full else {}
    return {"ListID": f"8000{int(row['REFNUM']):04X}-1683000000", **stamp, "Name": name.rpartition(":")[2], **named,
            "IsActive": "false" if row["HIDDEN"] == "Y" else "true"}


def _levels(row: Json) -> Json:
    parent = row["NAME"].rpartition(":")[0]
    refs = {"ParentRef": {"FullName": parent}} if parent else {}
    return {**_head(row), **refs, "Sublevel": str(row["NAME"].count(":"))}


def _account(row: Json) -> Json:
    return {**_levels(row), "AccountType": ACCOUNT_TYPES[row["ACCNTTYPE"]]}


def _item(row: Json) -> Json:
    kind = row["INVITEMTYPE"]
    if kind == "STAX":
        members = [{"FullName": name} for name in row["MEMBERS"]]
        return {**_head(row, full=False), "ItemSalesTaxRef": members}
    if kind == "COMPTAX":
        return {**_head(row, full=False), "TaxRate": row["PRICE"].rstrip("%")}
    if kind in ("SUBT", "GRP"):
        return _head(row, full=False)
    income, cost = {"FullName": row.get("ACCNT", "")}, {"FullName": row.get("COGSACCNT", "")}
    if kind == "DISC":
        return {**_levels(row), "AccountRef": income}
    if kind == "INVENTORY":
        return {**_levels(row), "IncomeAccountRef": income, "COGSAccountRef": cost,
                "AssetAccountRef": {"FullName": row["ASSETACCNT"]}, "QuantityOnHand": row["QNTY"]}
    if row.get("COGSACCNT"):
        return {**_levels(row), "SalesAndPurchase": {"IncomeAccountRef": income, "ExpenseAccountRef": cost}}
    return {**_levels(row), "SalesOrPurchase": {"AccountRef": income}}


def _code(row: Json) -> Json:
    return {**_head({**row, "NAME": row["CODE"]}, full=False), "IsTaxable": "true" if row["TAXABLE"] == "Y" else "false",
            "Desc": row["DESC"]}


LISTS: dict[str, tuple[str, Callable[[Json], Json]]] = {
    "ACCNT": ("Account", _account),
    "CLASS": ("Class", _levels),
    "CUST": ("Customer", _levels),
    "VEND": ("Vendor", lambda row: _head(row, full=False)),
    "EMP": ("Employee", lambda row: _head(row, full=False)),
    "OTHERNAME": ("OtherName", lambda row: _head(row, full=False)),
    "PAYMETH": ("PaymentMethod", lambda row: _head(row, full=False)),
    "TERMS": ("StandardTerms", lambda row: _head(row, full=False)),
    "SALESTAXCODE": ("SalesTaxCode", _code),
}


def lists(found: books.Lists) -> str:
    """Every list, each the answer to its own query."""
    answers = [(name, {f"{name}Ret": [made(row) for row in found[section]]}) for section, (name, made) in LISTS.items()]
    items: Json = {}
    for row in (*found["INVITEM"], *found["GROUP"]):
        items.setdefault(f"{ITEMS[row['INVITEMTYPE']]}Ret", []).append(_item(row))
    return books.qbxml(*answers, ("Item", items))
