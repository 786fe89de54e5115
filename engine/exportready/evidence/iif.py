"""QuickBooks' own list export (IIF). Columns go by the file's own `!` rows (quickbooks.md section 6.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from exportready.evidence.reading import Keys, Reading, convert, taken, text_of
from exportready.kinds import KINDS
from exportready.kinds.table import Kind
from exportready.model.evidence import UNSET, Listing, Location, Record, Unknown, Value
from exportready.model.rules import Wanted

ACCOUNT_TYPES = {
    "AP": "AccountsPayable",
    "AR": "AccountsReceivable",
    "BANK": "Bank",
    "CCARD": "CreditCard",
    "COGS": "CostOfGoodsSold",
    "EQUITY": "Equity",
    "EXEXP": "OtherExpense",
    "EXINC": "OtherIncome",
    "EXP": "Expense",
    "FIXASSET": "FixedAsset",
    "INC": "Income",
    "LTLIAB": "LongTermLiability",
    "NONPOSTING": "NonPosting",
    "OASSET": "OtherAsset",
    "OCASSET": "OtherCurrentAsset",
    "OCLIAB": "OtherCurrentLiability",
}
ITEM_TYPES = {
    "SERV": "Service",
    "INVENTORY": "Inventory",
    "ASSEMBLY": "InventoryAssembly",
    "PART": "NonInventory",
    "OTHC": "OtherCharge",
    "SUBT": "Subtotal",
    "DISC": "Discount",
    "PMT": "Payment",
    "COMPTAX": "SalesTax",
    "STAX": "SalesTaxGroup",
    "GRP": "Group",
}
_ENDS = {"Group": "ENDGRP", "SalesTaxGroup": "ENDTAX"}

Row = Mapping[str, str]
"""A row by its column names; a cell that the row is too short to hold is not in it."""

SECTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "ACCNT": ("quickbooks.Account", {"ACCNUM": "AccountNumber", "DESC": "Desc", "OBAMOUNT": "Balance"}),
    "INVITEM": (
        "quickbooks.Item",
        {"SALESTAXCODE": "SalesTaxCodeRef.FullName", "PREFVEND": "PrefVendorRef.FullName", "TAXVEND": "TaxVendorRef.FullName"},
    ),
    "CLASS": ("quickbooks.Class", {}),
    "CUST": (
        "quickbooks.Customer",
        {
            "COMPANYNAME": "CompanyName",
            "TERMS": "TermsRef.FullName",
            "SALESTAXCODE": "SalesTaxCodeRef.FullName",
            "TAXITEM": "ItemSalesTaxRef.FullName",
        },
    ),
    "VEND": ("quickbooks.Vendor", {"COMPANYNAME": "CompanyName", "TERMS": "TermsRef.FullName"}),
    "EMP": ("quickbooks.Employee", {}),
    "OTHERNAME": ("quickbooks.OtherName", {"COMPANYNAME": "CompanyName"}),
    "TERMS": ("quickbooks.Terms", {}),
    "PAYMETH": ("quickbooks.PaymentMethod", {}),
    "SALESTAXCODE": ("quickbooks.SalesTaxCode", {"CODE": "Name", "DESC": "Desc", "TAXABLE": "IsTaxable"}),
}
"""Row keyword -> (kind, column -> field), apart from NAME, HIDDEN, TIMESTAMP and what `_EXTRA` works out."""


def split(line: str) -> list[str]:
    """The cells of a row. A cell is quoted only where a quote opens and closes it: names may hold quotes too."""
    cells = line.split("\t")
    return [
        cell[1:-1].replace('""', '"') if len(cell) > 1 and cell.startswith('"') and cell.endswith('"') else cell
        for cell in cells
    ]


@dataclass(slots=True)
class _Section:
    kind: Kind
    wanted: frozenset[str]
    keys: Keys
    records: list[Record] = field(default_factory=list)
    why_part: str = ""


def read(data: bytes, path: str, wanted: Wanted) -> Reading:
    """Read every list of the file. Never raises: a row that fits nothing makes its list incomplete, and is told."""
    text = text_of(data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    headers: dict[str, list[str]] = {}
    sections: dict[str, _Section] = {}
    counts: Counter[str] = Counter()
    notes: list[str] = []
    dated: datetime | None = None
    group_end = ""
    last: _Section | None = None

    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        cells = split(line)
        word = cells[0].strip()
        if word.startswith("!"):
            headers[word[1:]] = [cell.strip() for cell in cells[1:]]
            group_end = ""
            if word[1:] in SECTIONS and word[1:] not in sections:
                kind = KINDS[SECTIONS[word[1:]][0]]
                sections[word[1:]] = _Section(kind, taken(kind, wanted), Keys(kind))
                counts[kind.name] += 0
            continue
        if word == group_end and word:
            group_end = ""
            continue
        columns = headers.get(word)
        if columns is None or (word.startswith("END") and word not in SECTIONS):
            if columns is None:
                notes.append(f"line {number} belongs to no list of this file")
                if last is not None:
                    last.why_part = f"line {number} belongs to no list of the file, so this list may be broken off there"
            continue
        row = dict(zip(columns, cells[1:], strict=False))
        if word == "HDR":
            dated = _made(row)
            continue
        section = sections.get(word)
        if section is None:
            continue
        last = section
        if number == len(lines) and len(cells) - 1 < len(columns):
            section.why_part = f"the file ends in the middle of line {number}"
        if group_end:
            continue  # a member of the group above: the item itself stands elsewhere
        counts[section.kind.name] += 1
        if word == "INVITEM":
            group_end = _ENDS.get(ITEM_TYPES.get(row.get("INVITEMTYPE", ""), ""), "")
        if section.wanted:
            fields = _fields(word, row, section)
            section.records.append(Record(section.kind.name, section.keys.of(fields), fields, Location(path, number, word)))
    if group_end:
        sections["INVITEM"].why_part = f"the file ends before {group_end}"
    listings = tuple(
        Listing(
            section.kind.name,
            tuple(section.records),
            path,
            "iif",
            whole=not section.why_part,
            why_part=section.why_part,
            dated=dated,
            in_list_order=True,
        )
        for section in sections.values()
        if section.wanted
    )
    return Reading("iif", listings, dict(counts), dated, tuple(notes[:5]))


def _made(row: Row) -> datetime | None:
    """When QuickBooks wrote the file: HDR's TIME counts seconds since 1970; DATE's form varies with Windows."""
    seconds = row.get("TIME", "")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isascii() and seconds.isdigit() and len(seconds) < 12 else None


def _fields(word: str, row: Row, section: _Section) -> dict[str, Value]:
    columns = SECTIONS[word][1]
    raw: dict[str, Value | str] = {name: row[column] for column, name in columns.items() if column in row}
    if "NAME" in row:
        parent, _, last = row["NAME"].rpartition(":")
        raw |= {"Name": last, "FullName": row["NAME"], "ParentRef.FullName": parent, "Sublevel": str(row["NAME"].count(":"))}
    if "HIDDEN" in row:
        raw["IsActive"] = {"N": "true", "Y": "false"}.get(row["HIDDEN"].strip(), row["HIDDEN"] or "?")
    if row.get("TIMESTAMP", "").isdigit():
        raw["TimeModified"] = datetime.fromtimestamp(int(row["TIMESTAMP"][:11]), UTC)
    if word in _EXTRA:
        raw |= _EXTRA[word](row)
    return {
        name: convert(section.kind.fields[name], value) if isinstance(value, str) else value
        for name, value in raw.items()
        if name in section.wanted
    }


def _account(row: Row) -> Mapping[str, Value | str]:
    return {"AccountType": _from(ACCOUNT_TYPES, row["ACCNTTYPE"], "an account type")} if "ACCNTTYPE" in row else {}


def _item(row: Row) -> Mapping[str, Value | str]:
    if "INVITEMTYPE" not in row:
        return {}
    item_type = _from(ITEM_TYPES, row["INVITEMTYPE"], "an item type")
    raw: dict[str, Value | str] = {"ItemType": item_type}
    income, cost = row.get("ACCNT"), row.get("COGSACCNT")
    if item_type in ("Inventory", "InventoryAssembly"):
        raw |= _present({"IncomeAccountRef.FullName": income, "COGSAccountRef.FullName": cost})
        raw |= _present({"AssetAccountRef.FullName": row.get("ASSETACCNT")})
        raw |= _present({"SalesPrice": row.get("PRICE"), "PurchaseCost": row.get("COST"), "SalesDesc": row.get("DESC")})
        raw |= dict.fromkeys(_SERVICE_FORMS, UNSET)
    elif item_type == "SalesTax":
        raw |= _present({"TaxRate": row.get("PRICE")})
    elif cost is not None and not isinstance(item_type, Unknown):
        # qbXML writes an item that is also bought as SalesAndPurchase, any other as SalesOrPurchase; IIF shows
        # the difference by the expense account alone.
        raw |= dict.fromkeys((*_SERVICE_FORMS, "COGSAccountRef.FullName", "IncomeAccountRef.FullName"), UNSET)
        if cost.strip():
            raw |= _present({"SalesAndPurchase.ExpenseAccountRef.FullName": cost})
            raw |= _present({"SalesAndPurchase.IncomeAccountRef.FullName": income})
        else:
            raw |= _present({"SalesOrPurchase.AccountRef.FullName": income})
    return raw


_SERVICE_FORMS = (
    "SalesAndPurchase.ExpenseAccountRef.FullName",
    "SalesAndPurchase.IncomeAccountRef.FullName",
    "SalesOrPurchase.AccountRef.FullName",
)
_EXTRA: Mapping[str, Callable[[Row], Mapping[str, Value | str]]] = {"ACCNT": _account, "INVITEM": _item}


def _from(table: Mapping[str, str], code: str, what: str) -> Value:
    if not code.strip():
        return UNSET
    return table.get(code.strip()) or Unknown(f"'{code[:30]}' is not {what} that is known here")


def _present(cells: Mapping[str, str | None]) -> dict[str, Value | str]:
    return {name: cell for name, cell in cells.items() if cell is not None}
