"""Tables that people export and that no check reads: what each is, and where its records are read from instead.

So that such a table is called what it is, and is never taken for one with similar headings. The headings are those of QuickBooks'
reports and Customer Center (US edition) and of ServiceTitan's pricebook workbook, as importers in public repositories list them.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import msgspec

from exportready.kinds.headings import any_of

_TO_IIF = "are read from another file: in QuickBooks, choose File > Utilities > Export > Lists to IIF Files"


class OtherTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table that isn't read."""

    help: str
    """What it is and what to do, after the words for the file or sheet."""
    marks: tuple[str, ...]
    """Groups of headings (`A | B`): a sheet with a heading from each is this table."""
    never: str = ""
    """Headings that show that a sheet is another table."""


TABLES = (
    OtherTable(
        help="is QuickBooks' report of open or unpaid transactions, which no check uses; what arrived is read from the report Custom "
        "Transaction Detail",
        marks=("Num", "Open Balance"),
    ),
    OtherTable(
        help=f"is QuickBooks' Account Listing. Accounts {_TO_IIF}",
        marks=("Account", "Type", "Accnt. # | Tax Line | Balance Total"),
        never="Item | Num | Date | Code",
    ),
    OtherTable(
        help=f"is QuickBooks' Vendor List. Vendors {_TO_IIF}",
        marks=("Vendor", "Balance Total | Bill from | Bill from 1 | Account No. | Main Phone | Active Status"),
        never="Bill # | Bill No | Bill Date | Num | Code | Item | Customer",
    ),
    OtherTable(
        help=f"is QuickBooks' Employee List. Employees {_TO_IIF}",
        marks=("Employee", "SS No. | Main Phone | Hire Date | Active Status"),
        never="Invoice # | Job # | Num | Customer",
    ),
    OtherTable(
        help="links entries of ServiceTitan's pricebook, which no check uses",
        marks=(
            "Service.Id | Service.Code | Equipment.Id | Equipment.Code",
            "Material.Id | Material.Code | Equipment.Id | Equipment.Code | Upgrade.Id | Upgrade.Code | Recommendation.Id",
        ),
        never="Code | Item Code | SKU",
    ),
    OtherTable(help="has the categories of ServiceTitan's pricebook, which no check uses", marks=("Category1", "Id | Active")),
)


def other_table(titles: AbstractSet[str]) -> str:
    """Return what a table with these headings is and what to do, if it is one that isn't read; else an empty text."""
    for table in TABLES:
        if all(titles & any_of(mark) for mark in table.marks) and not titles & any_of(table.never):
            return table.help
    return ""
