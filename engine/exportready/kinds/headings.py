"""Spreadsheets that a person can export: the tables in them, and the headings of their columns.

A heading with `?` is a guess: no source shows it, so account.yaml may give another (`columns`), and if none is found we ask the
person. The others are shown by ServiceTitan's help (pricebook: Account; Transactions Reconciliation Report - QBD) or by
header rows of real QuickBooks reports (docs/sources.md, spreadsheets; not all of them from the US edition).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

Headings = Mapping[str, tuple[str, ...]]
"""Field -> the possible headings of its column, the most certain first."""


def squash(heading: str) -> str:
    """Return a heading as it is compared: letters and digits only. `Invoice #` equals `Invoice Number`."""
    return "".join(char for char in heading.replace("#", "number").casefold() if char.isalnum())


_LEDGER = re.compile(r"\b(?:general ledger|g/l|gl|ledger|acct)\b\.?(?: (?:account|acct)\b\.?)?", re.IGNORECASE)


def as_account(heading: str) -> str:
    """Return a heading as it is compared, with each common word for an account as “account”: `Cost G/L` equals `Cost Account`."""
    return squash(_LEDGER.sub("account", heading))


def any_of(headings: str) -> set[str]:
    """Return the headings of a group (`A | B`), as they are compared."""
    return {squash(heading) for heading in headings.split("|")} - {""}


def _headings(text: str) -> dict[str, tuple[str, ...]]:
    """Parse a table with lines of `field: heading | heading`; a field may have several lines."""
    found: dict[str, tuple[str, ...]] = {}
    for name, _, names in (line.partition(":") for line in text.strip().splitlines()):
        found[name.strip()] = found.get(name.strip(), ()) + tuple(one.strip() for one in names.split("|"))
    return found


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table that can be exported by hand. Each row is a record, except in tables of lines or postings."""

    title: str
    kind: str
    columns: Headings
    words: tuple[str, ...]
    """Words in the name of its sheet or file."""
    marks: tuple[str, ...] = ()
    """Groups of headings (`A | B`): a sheet with a heading from each is recognized whatever its name. None: only by its name."""
    never: str = ""
    """Headings that show that a sheet is another table."""
    parent: tuple[str, Headings] | None = None
    """If each row is a line: the kind of its transaction, and the columns of that."""
    is_postings: bool = False
    """True if each row is one posting of a transaction whose type is in a column (`TXN_TYPES`)."""

    @property
    def main(self) -> str:
        """Return the kind whose records the table lists, directly or by their lines."""
        return self.parent[0] if self.parent else self.kind

    def all_columns(self) -> Iterable[tuple[str, str, tuple[str, ...]]]:
        """Yield (kind, field, headings) for the rows and for the transactions that they belong to."""
        for kind, columns in ((self.kind, self.columns), *((self.parent,) if self.parent else ())):
            for name, headings in columns.items():
                yield kind, name, headings


# -- ServiceTitan

_PRICEBOOK = """
code: ?Code | ?Item Code | ?SKU | ?SKU Code
id: ?Id | ?Item Id | ?SKU Id
displayName: ?Display Name | ?Name | ?Item Name
active: ?Active | ?Is Active | ?Active Status
price: ?Price | ?Sales Price
cost: ?Cost | ?Unit Cost
taxable: ?Taxable | ?Is Taxable
account: Account | ?General Ledger Account | ?GL Account | ?Income Account | ?Revenue Account
account: ?Income GL | ?Income GL Account | ?Revenue GL | ?Sales Account
"""
_STOCKED = (
    _PRICEBOOK
    + """
unitOfMeasure: ?Unit of Measure | ?UOM
costOfSaleAccount: ?Cost of Sale Account | ?Cost of Sales Account | ?Cost of Goods Sold Account | ?COGS Account | ?COGS
costOfSaleAccount: ?Cost of Sale | ?Cost of Sales | ?Cost GL | ?COGS GL | ?Cost GL Account | ?COGS GL Account | ?Cost Account
assetAccount: ?Asset Account | ?Inventory Asset Account | ?Inventory Account | ?Asset GL | ?Asset GL Account
isInventory: ?Is Inventory | ?Inventory Item
primaryVendor.vendorName: ?Primary Vendor | ?Vendor | ?Vendor Name
""".lstrip()
)

_BATCH = """
batch.number: ?Batch # | ?Batch No
batch.name: ?Batch Name
businessUnit.name: ?Business Unit
"""
_CUSTOMER = "customer.name: ?Customer Name | ?Customer"
# The headings of ServiceTitan's own Invoices report are the last ones in their lines (importers in public repositories).
_INVOICE = f"""
referenceNumber: ?Invoice # | ?Invoice No | ?Invoice
id: ?Invoice Id
invoiceDate: ?Invoice Date
dueDate: ?Due Date
{_CUSTOMER}
customer.id: ?Customer Id
location.id: ?Location Id
location.name: ?Location Name | ?Location
syncStatus: ?Sync Status | ?Export Status | ?Invoice Status | ?Status
termName: ?Terms | ?Payment Terms | ?Payment Term
job.number: ?Job # | ?Job No
balance: ?Invoice Balance | ?Balance
{_BATCH.strip().replace("businessUnit.name:", "businessUnit.name: ?Invoice Business Unit |")}
"""
_ACCOUNTS = """
generalLedgerAccount.name: ?General Ledger Account | ?GL Account | ?Income Account | ?Account
costOfSaleAccount.name: ?Cost of Sale Account | ?COGS Account | ?COGS | ?Cost GL | ?COGS GL
assetAccount.name: ?Asset Account
"""
_PAYMENT = f"""
referenceNumber: ?Payment # | ?Payment No | ?Reference #
id: ?Payment Id
date: ?Payment Date | ?Date
type: ?Payment Type | ?Payment Method
{_CUSTOMER}
total: ?Payment Amount | ?Total Amount | ?Total | ?Amount
unappliedAmount: ?Unapplied Amount | ?Unapplied
syncStatus: ?Sync Status | ?Export Status | ?Status
memo: ?Memo
checkNumber: ?Check #
generalLedgerAccount.name: ?General Ledger Account | ?GL Account | ?Account
{_BATCH.strip()}
"""
_INVOICE_WORDS = ("invoices", "invoice")
_PAYMENT_HEADINGS = "Payment # | Payment Date | Payment Type | Payment Method | Payment Amount"

TABLES = (
    *(
        Table(
            title=f"ServiceTitan pricebook, {words[0]}", kind=f"servicetitan.{name}", columns=_headings(columns), words=words
        )
        for name, columns, words in (
            ("service", _PRICEBOOK, ("services", "service")),
            ("equipment", _STOCKED, ("equipment",)),
            ("material", _STOCKED, ("materials", "material")),
        )
    ),
    Table(
        title="ServiceTitan invoices",
        kind="servicetitan.invoice",
        columns=_headings(
            _INVOICE.rstrip() + "\ntotal: ?Invoice Total | ?Total Amount | ?Total | ?Amount\nsubTotal: ?Subtotal\n"
            "salesTax: ?Sales Tax | ?Tax Amount | ?Tax"
        ),
        words=_INVOICE_WORDS,
        marks=("Invoice # | Invoice No", "Invoice Date", "Customer | Customer Name"),
        never=_PAYMENT_HEADINGS,
    ),
    Table(
        title="ServiceTitan invoices with their lines",
        kind="servicetitan.invoice_item",
        columns=_headings(
            """
skuName: ?Item Code | ?Item Name | ?Item | ?SKU
quantity: ?Quantity | ?Qty
price: ?Unit Price | ?Price
cost: ?Unit Cost | ?Cost
total: ?Line Total | ?Item Total
type: ?Item Type | ?SKU Type
taxable: ?Taxable
inventory: ?Is Inventory | ?Inventory Item
inventoryLocation: ?Inventory Location | ?Inventory Site
"""
            + _ACCOUNTS.strip()
        ),
        words=("invoice items", "invoice lines", *_INVOICE_WORDS),
        marks=("Invoice # | Invoice No", "Invoice Date", "Customer | Customer Name", "Item Code | Item Name | Item | SKU"),
        never=_PAYMENT_HEADINGS,
        # If a row is a line, "Total" may be the line's or the invoice's: read only a column that says which.
        parent=("servicetitan.invoice", _headings(_INVOICE.rstrip() + "\ntotal: ?Invoice Total")),
    ),
    Table(
        title="ServiceTitan payments",
        kind="servicetitan.payment",
        columns=_headings(_PAYMENT),
        words=("payments", "payment"),
        marks=(_PAYMENT_HEADINGS, "Customer | Customer Name"),
    ),
    Table(
        title="ServiceTitan payments with the invoices that they pay",
        kind="servicetitan.payment_application",
        columns=_headings(
            """
appliedToReferenceNumber: ?Invoice # | ?Invoice No | ?Applied To | ?Applied To Invoice
appliedAmount: ?Applied Amount | ?Amount Applied
"""
        ),
        words=("payments", "payment"),
        marks=(_PAYMENT_HEADINGS, "Customer | Customer Name", "Invoice # | Invoice No | Applied To"),
        parent=("servicetitan.payment", _headings(_PAYMENT)),
    ),
    Table(
        title="ServiceTitan bills",
        kind="servicetitan.bill",
        columns=_headings(
            f"""
referenceNumber: ?Bill # | ?Bill No | ?Reference #
vendorNumber: ?Vendor Invoice # | ?Vendor Document #
vendor.name: ?Vendor Name | ?Vendor
billDate: ?Bill Date
dueDate: ?Due Date
billAmount: ?Bill Amount | ?Bill Total
syncStatus: ?Sync Status | ?Export Status
status: ?Bill Status
termName: ?Terms
{_BATCH.strip()}
"""
        ),
        words=("bills", "bill"),
        marks=("Bill # | Bill No | Bill Date", "Vendor | Vendor Name"),
    ),
    Table(
        title="ServiceTitan customers",
        kind="servicetitan.customer",
        columns=_headings(
            """
id: ID | ?Customer Id
name: Name | ?Customer Name
active: ?Active | ?Status
balance: Balance
taxExempt: ?Tax Exempt
"""
        ),
        words=("servicetitan customers", "servicetitancustomersexport", "customers export"),
        marks=("ID | Customer Id", "Name | Customer Name", "Customer Type", "Tag(s) | Legacy ID | Landline"),
        never="Invoice # | Job # | Payment #",
    ),
    Table(
        title="ServiceTitan Transactions Reconciliation Report",
        kind="servicetitan.reconciliation",
        columns=_headings(
            """
id: Id (ST)
number: Number (ST)
date: Transaction Date (ST)
businessUnit.name: Business Unit (ST)
batch.name: Batch Name (ST)
"""
        ),
        words=("transactions reconciliation report", "transactions reconciliation"),
        marks=("Id (ST)", "Number (ST)", "Transaction Date (ST)"),
    ),
    Table(
        title="ServiceTitan Export Error Report",
        kind="servicetitan.export_error",
        columns=_headings(
            """
message: ?Error Message | ?Export Error | ?Message | ?Status Message | ?Error Description | ?Error | ?Description | ?Reason
code: ?Error Code | ?Status Code | ?Code | ?Error Number | ?HRESULT
transaction: ?Transaction # | ?Transaction | ?Invoice # | ?Number
transactionType: ?Transaction Type | ?Type
customer.name: ?Customer Name | ?Customer
batch: ?Batch # | ?Batch No | ?Batch
"""
        ),
        words=("export error report", "export errors", "export error"),
        marks=("Error Message | Export Error", "Transaction # | Transaction Type | Invoice #"),
    ),
    # -- QuickBooks
    Table(
        title="QuickBooks Item Listing",
        kind="quickbooks.Item",
        columns=_headings(
            """
FullName: Item
ItemType: Type
IsActive: ?Active Status
SalesDesc: Description
IncomeAccountRef.FullName: Account
COGSAccountRef.FullName: COGS Account
AssetAccountRef.FullName: Asset Account
SalesPrice: Price
PurchaseCost: Cost
QuantityOnHand: ?Quantity On Hand
SalesTaxCodeRef.FullName: ?Sales Tax Code | Tax Code
PrefVendorRef.FullName: ?Preferred Vendor | Preferred Supplier
"""
        ),
        words=("item listing", "item price list", "item list"),
        marks=("Item", "Type", "COGS Account | Asset Account | Account | Price | Cost"),
        never="Num | Trans #",
    ),
    Table(
        title="QuickBooks Customer Contact List",
        kind="quickbooks.Customer",
        columns=_headings(
            """
FullName: ?Customer
IsActive: ?Active Status
CompanyName: ?Company | ?Company Name
TermsRef.FullName: ?Terms
TotalBalance: ?Balance Total
Balance: ?Balance
JobStatus: ?Job Status
SalesTaxCodeRef.FullName: ?Sales Tax Code
ItemSalesTaxRef.FullName: ?Tax Item
"""
        ),
        words=("customer contact list", "customer list"),
        marks=("Customer", "Main Phone | Bill to | Bill to 1 | Primary Contact | Balance Total | Job Status"),
        never="Invoice # | Invoice Date | Num | Batch #",
    ),
    Table(
        title="QuickBooks Custom Transaction Detail",
        kind="quickbooks.Invoice",
        columns=_headings(
            """
TxnDate: Date
RefNumber: Num
CustomerRef.FullName: Name | Source Name
Memo: Memo
"""
        ),
        words=("custom transaction detail", "transaction detail"),
        marks=("Type", "Date", "Num", "Name | Source Name"),
        is_postings=True,
    ),
)


# -- words in cells


class TxnType(msgspec.Struct, frozen=True, kw_only=True):
    """What a word in the Type column of a QuickBooks report means."""

    kind: str
    name: str = "CustomerRef.FullName"
    """The field that the Name column has."""
    posts_to: str = "Accounts Receivable"
    """The type of account of the posting that represents the whole transaction."""
    amount: str = ""
    """The field that the amount of that posting is, apart from its sign."""


POSTING_NUMBER, POSTING_TYPE, POSTING_ACCOUNT_TYPE, POSTING_AMOUNT = "Trans #", "Type", "Account Type", "Amount"
"""Columns of a QuickBooks report that become no field of a record."""

TXN_TYPES: Mapping[str, TxnType] = {
    "Invoice": TxnType(kind="quickbooks.Invoice"),
    "Payment": TxnType(kind="quickbooks.ReceivePayment", amount="TotalAmount"),
    "Credit Memo": TxnType(kind="quickbooks.CreditMemo", amount="TotalAmount"),
    "Bill": TxnType(kind="quickbooks.Bill", name="VendorRef.FullName", posts_to="Accounts Payable", amount="AmountDue"),
    "Purchase Order": TxnType(kind="quickbooks.PurchaseOrder", name="VendorRef.FullName", posts_to=""),
    "General Journal": TxnType(kind="quickbooks.JournalEntry", name="", posts_to=""),
}

WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("quickbooks.Item", "ItemType"): {
        "Service": "Service",
        "Inventory Part": "Inventory",
        "Inventory Assembly": "InventoryAssembly",
        "Non-inventory Part": "NonInventory",
        "Other Charge": "OtherCharge",
        "Fixed Asset": "FixedAsset",
        "Subtotal": "Subtotal",
        "Discount": "Discount",
        "Payment": "Payment",
        "Sales Tax Item": "SalesTax",
        "Sales Tax Group": "SalesTaxGroup",
        "Group": "Group",
    }
}
"""What a program's screen calls a value, if not by the value itself: (kind, field) -> word -> value."""

YES = frozenset(("yes", "y", "true", "x", "1", "active"))
NO = frozenset(("no", "n", "false", "0", "inactive", "notactive"))

NOT_READ: Mapping[str, str] = {
    "sync session": "it is ServiceTitan's Sync Session Report, which no check uses yet",
    "exact matches": "it is a list from ServiceTitan's Reconcile tool, which no check uses yet",
    "weak matches": "it is a list from ServiceTitan's Reconcile tool, which no check uses yet",
    "no matches": "it is a list from ServiceTitan's Reconcile tool, which no check uses yet",
}
"""Words in the name of a sheet or file -> why it isn't read, for exports that we know but don't use."""
