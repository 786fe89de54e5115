"""QuickBooks' own export of lists (IIF). Its `!` rows are the headings of its columns (docs/sources.md, IIF)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import field
from msgspec.structs import replace

from exportready.evidence.readers.iif_cells import HIDDEN, Heading, Row, is_count, split_cells
from exportready.evidence.reading import Keys, Reading, decode_text, fields_to_read, text_converter
from exportready.kinds import KINDS
from exportready.kinds.quickbooks import without_active
from exportready.kinds.table import Kind
from exportready.model.evidence import UNSET, Listing, Location, Record, Unknown, Value
from exportready.model.fields import Fields
from exportready.model.reasons import Reason
from exportready.model.rules import Wanted
from exportready.schema.times import believable

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
_GROUP_ENDS = {"Group": "ENDGRP", "SalesTaxGroup": "ENDTAX"}
_MEMBERS = "ItemSalesTaxRef.FullName"

SECTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "ACCNT": ("quickbooks.Account", {"ACCNUM": "AccountNumber", "DESC": "Desc"}),
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
"""Row keyword -> (kind, column -> field), apart from NAME, HIDDEN, TIMESTAMP and the columns that `_EXTRA` reads."""


class _Section(msgspec.Struct, kw_only=True):
    """One list of a file."""

    kind: Kind
    wanted: Mapping[str, Callable[[str], Value]]
    """The fields to read, and how each is converted."""
    columns: Mapping[str, str]
    """Column -> field, for fields that a column has unchanged."""
    keys: Keys
    no_active: Unknown | None = None
    """Why nothing shows which records are active; None if a column does."""
    records: list[Record] = field(default_factory=list)
    why_part: str = ""
    cause: Reason | None = None

    def damage(self, why: str, cause: Reason = Reason.PARTIAL) -> None:
        """Note why the list isn't complete, in words and for decisions."""
        self.why_part, self.cause = why, cause

    def add_member(self, name: str) -> None:
        """Add a member to the tax group that was read last. Nothing reads the members of a group of items."""
        if _MEMBERS in self.wanted and self.records and self.records[-1].get("ItemType") == "SalesTaxGroup":
            group = self.records[-1]
            known = group.get(_MEMBERS)
            names = f"{known}\n{name.strip()}" if isinstance(known, str) else name.strip()
            self.records[-1] = replace(group, fields={**group.fields, _MEMBERS: names})


class _Reader:
    """Reads the lists of one file row by row."""

    def __init__(self, path: str, wanted: Wanted) -> None:
        self.path = path
        self.wanted = wanted
        self.headers: dict[str, Heading] = {}
        self.sections: dict[str, _Section] = {}
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []
        self.dated: datetime | None = None
        self.group_end = ""
        """The keyword of the row that ends the current group or tax group; empty outside a group."""
        self.strays: dict[str, int] = {}
        """Keyword -> the first line of rows that come before their heading."""
        self.last: _Section | None = None
        """The list of the previous row."""

    def header(self, word: str, columns: list[str]) -> None:
        """Read a `!` row: the headings of the rows below it."""
        self._require_group_end("the next heading")
        if word == "HDR" and word in self.headers:
            for section in self.sections.values():
                section.damage("the file contains two exports; export the lists again", Reason.CONTRADICTORY)
        self.last = None
        if word in SECTIONS:
            if word not in self.sections:
                kind = KINDS[SECTIONS[word][0]]
                fields = {name: text_converter(kind.fields[name]) for name in fields_to_read(kind, self.wanted)}
                columns_of = {column: name for column, name in SECTIONS[word][1].items() if name in fields}
                self.sections[word] = _Section(kind=kind, wanted=fields, columns=columns_of, keys=Keys(kind))
                self.counts[kind.name] += 0
            self.last = self.sections[word]
            self.last.no_active = None if "HIDDEN" in columns else without_active(self.last.kind.name)
        own = self.last.columns if self.last else {}
        self.headers[word] = Heading.of(columns, _ALWAYS | _OF_EXTRA.get(word, set()) | own.keys())

    def row(self, number: int, word: str, line: str) -> None:
        """Read any other row: a record of the list given in its first cell, or the end of a group."""
        if word and word == self.group_end:
            self.group_end = ""
            return
        heading = self.headers.get(word)
        if heading is None:
            self._stray(number, word)
            return
        row, is_certain = heading.row(line)
        if word == "HDR":
            self.dated = _exported_at(row)
            return
        section = self.last = self.sections.get(word)
        if section is None:
            return  # a list that no rule reads
        begins_group = word == "INVITEM" and ITEM_TYPES.get(row.get("INVITEMTYPE", "").strip(), "") in _GROUP_ENDS
        if self.group_end and word == "INVITEM" and not begins_group:
            section.add_member(row.get("NAME", ""))
            return  # the item itself has a row of its own
        if word == "INVITEM" or self.group_end:
            self._require_group_end(f"line {number}")
        if not is_certain and _NAME_OF.get(word, "NAME") not in row:
            section.damage(f"line {number} has more cells than the list has columns", Reason.UNREADABLE)
        self.counts[section.kind.name] += 1
        if begins_group:
            self.group_end = _GROUP_ENDS[ITEM_TYPES[row["INVITEMTYPE"].strip()]]
        if section.wanted:
            fields = _fields(word, row, section)
            if not is_certain:
                unknown = _out_of_place(number)
                self.notes.append(unknown.reason)
                fields = dict.fromkeys(section.wanted, unknown) | fields
            where = Location(self.path, number, word)
            section.records.append(
                Record(kind=section.kind.name, key=section.keys.of(fields), fields=Fields.of(fields), where=where)
            )

    def end(self, number: int, is_header: bool, cells: int, ends_line: bool) -> None:
        """Check whether the file is cut off at its end. `cells` is the number of cells in its last row."""
        self._require_group_end("the end of the file")
        if self.last is None:
            return
        if is_header:
            self.last.damage(f"the file ends right after the heading of the list, in line {number}")
        elif not ends_line and cells < next(self.headers[w].length for w, s in self.sections.items() if s is self.last):
            self.last.damage(f"the file ends in the middle of line {number}")
            if self.last.records and self.last.records[-1].where.line == number:
                del self.last.records[-1]  # its last cell may be cut off

    def reading(self) -> Reading:
        """Return everything that was read."""
        for word, number in self.strays.items():
            if word in self.sections:
                self.sections[word].damage(
                    f"line {number} belongs to this list, but it is above the list's heading", Reason.UNREADABLE
                )
        make = self._of_import if self.is_for_import else self._of_export
        listings = tuple(make(section) for section in self.sections.values())
        return Reading(
            reader="iif", listings=listings, counts=dict(self.counts), dated=self.dated, notes=tuple(self.notes[:5])
        )

    @property
    def is_for_import(self) -> bool:
        """Return whether the file was written for import: it has no heading HDR, or it has transactions.

        QuickBooks writes HDR first in every export of its lists, and can't export transactions (docs/sources.md, IIF).
        """
        return "HDR" not in self.headers or "TRNS" in self.headers or "TRNS" in self.strays

    def _of_export(self, section: _Section) -> Listing:
        return Listing(
            kind=section.kind.name,
            records=tuple(section.records),
            path=self.path,
            reader="iif",
            whole=not section.why_part,
            why_part=section.why_part,
            cause=section.cause,
            damaged=bool(section.why_part),
            dated=self.dated,
            in_list_order=True,
        )

    def _of_import(self, section: _Section) -> Listing:
        """Return the records of a file that was written for import: not a list, and a blank cell says nothing."""
        stated = [{name: value for name, value in one.fields.items() if value is not UNSET} for one in section.records]
        return Listing(
            kind=section.kind.name,
            records=tuple(replace(one, fields=fields) for one, fields in zip(section.records, stated, strict=True)),
            path=self.path,
            reader="iif",
            whole=False,
            why_part=f"{self.path} was written for import (QuickBooks starts each export with HDR), so it isn't the complete list",
            cause=Reason.PARTIAL,
            part="fragment",
            dated=self.dated,
        )

    def _stray(self, number: int, word: str) -> None:
        self.strays.setdefault(word, number)
        self.notes.append(f"line {number} doesn't belong to any list in this file")
        if self.last is not None:
            self.last.damage(f"line {number} doesn't belong to any list in the file, so this list may be cut off there")

    def _require_group_end(self, before: str) -> None:
        if self.group_end:
            self.sections["INVITEM"].damage(f"a group doesn't end before {before} (no {self.group_end})")
            self.group_end = ""


def read(data: bytes, path: str, wanted: Wanted) -> Reading | None:
    """Read every list in the file; None if it has none that we know.

    A row that belongs to no list is noted and makes the list before it incomplete. Raises Unreadable for bytes that are not text.
    """
    lines = decode_text(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = _Reader(path, wanted)
    last: tuple[int, bool, int] = (0, False, 0)
    for number, line in enumerate(lines, 1):
        if line.strip():
            word = split_cells(line.partition("\t")[0])[0].strip().upper()
            last = (number, word.startswith("!"), line.count("\t"))
            if word.startswith("!"):
                reader.header(word[1:], [cell.strip().upper() for cell in split_cells(line)[1:]])
            else:
                reader.row(number, word, line)
    reader.end(*last, ends_line=last[0] < len(lines))
    return reader.reading() if reader.sections else None


def _out_of_place(number: int) -> Unknown:
    reason = f"line {number} has more cells than its list has columns, so we don't know which cell belongs to which column"
    return Unknown(cause=Reason.UNREADABLE, reason=reason)


def _exported_at(row: Row) -> datetime | None:
    """Return when QuickBooks wrote the file, by HDR's TIME; the format of DATE depends on Windows."""
    return _moment(row.get("TIME", ""))


def _moment(seconds: str) -> datetime | None:
    """Return the moment for a number of seconds since the beginning of 1970; None if the text isn't such a number.

    QuickBooks for Mac writes 0 for every record (seen in lists of QuickBooks for Mac 2019 and 2024).
    """
    try:
        return believable(datetime.fromtimestamp(int(seconds), UTC)) if is_count(seconds) else None
    except ValueError:
        return None


def _fields(word: str, row: Row, section: _Section) -> dict[str, Value]:
    """Return the fields of a row that are wanted."""
    raw: dict[str, Value | str] = {name: row[column] for column, name in section.columns.items() if column in row}
    full_name = row.get("NAME")
    if full_name is not None:
        parent, _, last = full_name.rpartition(":")
        raw |= {"Name": last, "FullName": full_name, "ParentRef.FullName": parent, "Sublevel": str(full_name.count(":"))}
    if "HIDDEN" in row:
        raw["IsActive"] = HIDDEN.get(row["HIDDEN"].strip(), row["HIDDEN"] or "?")
    elif section.no_active:
        raw["IsActive"] = section.no_active
    modified = _moment(row.get("TIMESTAMP", "")) if "TimeModified" in section.wanted else None
    if modified:
        raw["TimeModified"] = modified
    if word in _EXTRA:
        raw |= _EXTRA[word](row)
    return {
        name: read(value) if isinstance(value := raw[name], str) else value
        for name, read in section.wanted.items()
        if name in raw
    }


def _account_fields(row: Row) -> Mapping[str, Value | str]:
    kind = {"AccountType": _code_value(ACCOUNT_TYPES, row["ACCNTTYPE"], "an account type")} if "ACCNTTYPE" in row else {}
    return kind | _present({"SpecialAccountType": row.get("EXTRA")})


def _item_fields(row: Row) -> Mapping[str, Value | str]:
    if "INVITEMTYPE" not in row:
        return {}
    item_type = _code_value(ITEM_TYPES, row["INVITEMTYPE"], "an item type")
    raw: dict[str, Value | str] = {"ItemType": item_type}
    income, cost = row.get("ACCNT"), row.get("COGSACCNT")
    if item_type in ("Inventory", "InventoryAssembly"):
        raw |= _present({"IncomeAccountRef.FullName": income, "COGSAccountRef.FullName": cost})
        raw |= _present({"AssetAccountRef.FullName": row.get("ASSETACCNT")})
        raw |= _present({"SalesPrice": row.get("PRICE"), "PurchaseCost": row.get("COST"), "SalesDesc": row.get("DESC")})
        raw |= _present({"QuantityOnHand": row.get("QNTY")})
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
_EXTRA: Mapping[str, Callable[[Row], Mapping[str, Value | str]]] = {"ACCNT": _account_fields, "INVITEM": _item_fields}
_NAME_OF = {"SALESTAXCODE": "CODE"}
_ALWAYS = frozenset({"NAME", "HIDDEN", "TIMESTAMP", "TIME"})
_OF_EXTRA = {
    "ACCNT": {"ACCNTTYPE", "EXTRA"},
    "INVITEM": {"INVITEMTYPE", "ACCNT", "COGSACCNT", "ASSETACCNT", "PRICE", "COST", "DESC", "QNTY"},
}
"""The columns that are read: of every list, and of some lists in addition. A row has about sixty."""


def _code_value(table: Mapping[str, str], code: str, what: str) -> Value:
    if not code.strip():
        return UNSET
    return table.get(code.strip()) or Unknown(cause=Reason.UNREADABLE, reason=f"“{code[:30]}” isn't {what} that we know")


def _present(cells: Mapping[str, str | None]) -> dict[str, Value | str]:
    return {name: cell for name, cell in cells.items() if cell is not None}
