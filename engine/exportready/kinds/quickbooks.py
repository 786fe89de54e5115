"""Kinds of records from QuickBooks Desktop, with qbXML's own names.

Element names, optional elements and enumerations follow Intuit's qbXML schema 13.0 and the onscreen reference
(read 2026-11). Fields that come only on request follow their sections on IncludeLineItems and IncludeLinkedTxns.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from exportready.kinds.account import FILE_MODE
from exportready.kinds.nouns import noun
from exportready.kinds.table import Field, Kind, ask_integrator, fields, parents
from exportready.model.evidence import Unknown
from exportready.model.reasons import Channel, Reason
from exportready.model.rules import Type

LISTS_TO_IIF = (
    "In QuickBooks, sign in as Admin and switch to single-user mode. Choose File > Utilities > Export > Lists to IIF Files and select "
    "the lists. Save the file with your other files"
)
TRANSACTION_DETAIL = (
    "In QuickBooks, open Reports > Custom Reports > Transaction Detail. Choose the dates from the oldest invoice being paid through today, "
    "and export it as a .csv file. Save the file with your other files"
)
_QBXML = "From QuickBooks: the qbXML response to {}, saved as an .xml file"
_HOST = (
    "In QuickBooks, open the File menu. If it shows “Switch to Multi-user Mode”, the company file is in single-user mode now. "
    "Then answer the question about it"
)

_LIST = ("ListID", "TimeModified")
_TXN = ("TxnID", "TimeModified", "TxnDate")
_AMOUNTS = {
    "Invoice": "Subtotal",
    "ReceivePayment": "TotalAmount",
    "PurchaseOrder": "TotalAmount",
    "CreditMemo": "TotalAmount",
    "Bill": "AmountDue",
}
"""Transaction -> the element with its amount, which QuickBooks writes even if it is 0.00 (seen in real responses). If a record
doesn't have it, the request asked for some elements only (IncludeRetElement), and an absent element says nothing."""

_REPORTS_WITH_ACTIVE = {"quickbooks.Item": "Item Listing", "quickbooks.Customer": "Customer Contact List"}


def without_active(kind: str) -> Unknown:
    """Return why a list without a column for it doesn't show which entries are active, and what shows it.

    Exporting the same list again doesn't help: QuickBooks for Mac doesn't write the column HIDDEN (seen in its lists of 2019
    and 2024), and neither do some files that people edited.
    """
    report = _REPORTS_WITH_ACTIVE.get(kind)
    if report:
        remedy = f"In QuickBooks, open the report {report}, add the column Active Status, and export it to Excel"
    else:
        remedy = ask_integrator("QuickBooks", f"{noun(kind, 2)}, including the inactive ones")
    return Unknown(
        cause=Reason.NOT_EXPORTED,
        reason="this list doesn't show which entries are active; lists from QuickBooks for Mac never do",
        remedy=remedy,
        channel=Channel.EXPORT if report else Channel.INTEGRATOR,
    )


_ACCOUNT_TYPES = (
    "AccountsPayable|AccountsReceivable|Bank|CostOfGoodsSold|CreditCard|Equity|Expense|FixedAsset|Income|"
    "LongTermLiability|NonPosting|OtherAsset|OtherCurrentAsset|OtherCurrentLiability|OtherExpense|OtherIncome"
)
ITEM_TYPES = (
    "Service|Inventory|InventoryAssembly|NonInventory|OtherCharge|FixedAsset|Subtotal|Discount|Payment|"
    "SalesTax|SalesTaxGroup|Group"
)


def _list(
    name: str,
    table: str,
    *,
    key: str = "FullName",
    at_fault: str,
    supply: str = LISTS_TO_IIF,
    integrator: str = "",
    more: Mapping[str, Field] = MappingProxyType({}),
) -> Kind:
    return Kind(
        name=f"quickbooks.{name}",
        fields=fields("ListID id\nTimeCreated time\nTimeModified time\n" + table) | dict(more),
        key=(key,),
        supply=supply,
        channel=Channel.EXPORT if supply == LISTS_TO_IIF else Channel.INTEGRATOR,
        integrator=integrator,
        at_fault=at_fault,
        active="IsActive",
        identity="ListID",
        always=_LIST,
    )


_TXN_HEAD = """
TxnID id
TimeCreated time
TimeModified time
TxnNumber number
TxnDate date
RefNumber text
Memo text
"""


def _transaction(name: str, table: str, key: tuple[str, ...] = ("CustomerRef.FullName", "RefNumber")) -> Kind:
    return Kind(
        name=f"quickbooks.{name}",
        fields=fields(_TXN_HEAD + table),
        key=key,
        supply=TRANSACTION_DETAIL,
        also=(Channel.INTEGRATOR,),
        integrator=_QBXML.format(f"{name}QueryRq (IncludeLineItems and IncludeLinkedTxns set to true)"),
        at_fault="transaction",
        identity="TxnID",
        always=(*_TXN, *((_AMOUNTS[name],) if name in _AMOUNTS else ())),
    )


_CUSTOMER_PARENT = "TxnID TimeCreated TxnDate RefNumber CustomerRef.FullName"

_INVOICE = _transaction(
    "Invoice",
    """
CustomerRef.ListID id
CustomerRef.FullName name
ClassRef.FullName name
ARAccountRef.FullName name
TemplateRef.FullName name
IsPending yesno
IsFinanceCharge yesno
PONumber text
TermsRef.FullName name
DueDate date
ShipDate date
Subtotal money
ItemSalesTaxRef.FullName name
SalesTaxPercentage percent
SalesTaxTotal money
AppliedAmount money
BalanceRemaining money
IsPaid yesno
CustomerSalesTaxCodeRef.FullName name
Other text
""",
)
_PAYMENT = _transaction(
    "ReceivePayment",
    """
CustomerRef.ListID id
CustomerRef.FullName name
ARAccountRef.FullName name
TotalAmount money
PaymentMethodRef.FullName name
DepositToAccountRef.FullName name
UnusedPayment money
UnusedCredits money
""",
)
_PURCHASE_ORDER = _transaction(
    "PurchaseOrder",
    """
VendorRef.FullName name
ClassRef.FullName name
DueDate date
TotalAmount money
IsManuallyClosed yesno
IsFullyReceived yesno
VendorMsg text
""",
    ("VendorRef.FullName", "RefNumber"),
)

_CREDIT_MEMO = _transaction(
    "CreditMemo",
    """
CustomerRef.FullName name
ClassRef.FullName name
ARAccountRef.FullName name
Subtotal money
SalesTaxTotal money
TotalAmount money
CreditRemaining money
""",
)
_JOURNAL_ENTRY = _transaction("JournalEntry", "IsAdjustment yesno", ("RefNumber",))

_LINE = """
TxnLineID ?id
ItemRef.ListID ?id
ItemRef.FullName ?name
Desc ?text
Quantity ?number
Rate ?money
Amount ?money
"""

KINDS = (
    Kind(
        name="quickbooks.Host",
        fields=fields(
            """
ProductName text
MajorVersion number
Country text
IsAutomaticLogin yesno
QBFileMode ?text SingleUser|MultiUser
ListMetaData.EntityMetaData.MaxCapacity ?number
"""
        ),
        key=(),
        supply=_HOST,
        channel=Channel.ASK,
        also=(Channel.INTEGRATOR,),
        integrator=_QBXML.format("HostQueryRq"),
        question=FILE_MODE,
        at_fault="session",
        single=True,
        always=("ProductName", "MajorVersion"),
    ),
    Kind(
        name="quickbooks.Company",
        fields=fields(
            """
IsSampleCompany yesno
CompanyName name
LegalCompanyName name
FirstMonthFiscalYear text
AccountantCopy.AccountantCopyExists ?yesno
"""
        ),
        key=(),
        supply=ask_integrator("QuickBooks", "company information"),
        channel=Channel.INTEGRATOR,
        integrator=_QBXML.format("CompanyQueryRq"),
        at_fault="session",
        single=True,
        always=("IsSampleCompany", "CompanyName"),
    ),
    Kind(
        name="quickbooks.Preferences",
        fields=fields(
            """
AccountingPreferences.IsUsingAccountNumbers ?yesno
AccountingPreferences.IsRequiringAccounts ?yesno
AccountingPreferences.IsUsingClassTracking ?yesno
AccountingPreferences.ClosingDate ?date
MultiCurrencyPreferences.IsMultiCurrencyOn ?yesno
MultiLocationInventoryPreferences.IsMultiLocationInventoryAvailable ?yesno
MultiLocationInventoryPreferences.IsMultiLocationInventoryEnabled ?yesno
PurchasesAndVendorsPreferences.IsUsingInventory ?yesno
SalesAndCustomersPreferences.IsAutoApplyingPayments ?yesno
SalesTaxPreferences.DefaultItemSalesTaxRef.FullName ?name
SalesTaxPreferences.IsUsingCustomerTaxCode ?yesno
ItemsAndInventoryPreferences.IsTrackingSerialOrLotNumber ?text None|SerialNumber|LotNumber
"""
        ),
        key=(),
        supply=ask_integrator("QuickBooks", "preferences"),
        channel=Channel.INTEGRATOR,
        integrator=_QBXML.format("PreferencesQueryRq"),
        at_fault="session",
        single=True,
    ),
    _list(
        "Account",
        f"""
Name name
FullName name
IsActive yesno
ParentRef.FullName name
Sublevel number
AccountType text {_ACCOUNT_TYPES}
SpecialAccountType text
AccountNumber text
Desc text
Balance money
""",
        at_fault="account",
    ),
    _list(
        "Customer",
        """
Name name
FullName name
IsActive yesno
ParentRef.FullName name
Sublevel number
CompanyName text
ClassRef.FullName name
TermsRef.FullName name
Balance money
TotalBalance money
SalesTaxCodeRef.FullName name
ItemSalesTaxRef.FullName name
JobStatus text
""",
        at_fault="customer",
    ),
    _list("Vendor", "Name name\nIsActive yesno\nCompanyName text\nTermsRef.FullName name", key="Name", at_fault="vendor"),
    _list("Employee", "Name name\nIsActive yesno", key="Name", at_fault="customer"),
    _list("OtherName", "Name name\nIsActive yesno\nCompanyName text", key="Name", at_fault="customer"),
    _list(
        "Item",
        f"""
Name name
FullName name
IsActive yesno
ParentRef.FullName name
Sublevel number
ItemType text {ITEM_TYPES}
SalesTaxCodeRef.FullName name
SalesDesc text
SalesPrice money
PurchaseDesc text
PurchaseCost money
IncomeAccountRef.FullName name
COGSAccountRef.FullName name
AssetAccountRef.FullName name
PrefVendorRef.FullName name
QuantityOnHand number
SalesOrPurchase.Desc text
SalesOrPurchase.Price money
SalesOrPurchase.AccountRef.FullName name
SalesAndPurchase.IncomeAccountRef.FullName name
SalesAndPurchase.ExpenseAccountRef.FullName name
SalesAndPurchase.PurchaseCost money
TaxRate percent
TaxVendorRef.FullName name
""",
        at_fault="item",
        more={"ItemSalesTaxRef.FullName": Field(type=Type.TEXT, many=True)},  # the members of a sales-tax group
    ),
    _list("SalesTaxCode", "Name name\nIsActive yesno\nIsTaxable yesno\nDesc text", key="Name", at_fault="tax_item"),
    _list("Class", "Name name\nFullName name\nIsActive yesno\nParentRef.FullName name\nSublevel number", at_fault="class"),
    _list("Terms", "Name name\nIsActive yesno", key="Name", at_fault="terms"),
    _list("PaymentMethod", "Name name\nIsActive yesno\nPaymentMethodType text", key="Name", at_fault="account"),
    _list(
        "InventorySite",
        "Name name\nIsActive yesno\nIsDefaultSite yesno",
        key="Name",
        at_fault="item",
        supply=ask_integrator("QuickBooks", "inventory sites"),
        integrator=_QBXML.format("InventorySiteQueryRq"),
    ),
    _INVOICE,
    _PAYMENT,
    _PURCHASE_ORDER,
    _CREDIT_MEMO,
    _JOURNAL_ENTRY,
    _transaction(
        "Bill",
        """
VendorRef.FullName name
APAccountRef.FullName name
DueDate date
AmountDue money
TermsRef.FullName name
IsPaid yesno
OpenAmount ?money
""",
        ("VendorRef.FullName", "RefNumber"),
    ),
    Kind(
        name="quickbooks.InvoiceLine",
        fields=fields(
            _LINE
            + """
ClassRef.FullName ?name
InventorySiteRef.FullName ?name
SerialNumber ?text
LotNumber ?text
SalesTaxCodeRef.FullName ?name
"""
        )
        | parents(_INVOICE.fields, _CUSTOMER_PARENT),
        key=("parent.CustomerRef.FullName", "parent.RefNumber", "ItemRef.FullName"),
        supply=ask_integrator("QuickBooks", noun(_INVOICE.name, 2)),
        channel=Channel.INTEGRATOR,
        integrator=_INVOICE.integrator,
        at_fault="transaction",
        numbered=True,
        identity="TxnLineID",
        always=("TxnLineID",),
        array_of=("quickbooks.Invoice", "InvoiceLineRet"),
    ),
    Kind(
        name="quickbooks.LinkedTxn",
        fields=fields("TxnID ?id\nTxnType ?text\nTxnDate ?date\nRefNumber text\nLinkType ?text\nAmount ?money")
        | parents(_INVOICE.fields, _CUSTOMER_PARENT),
        key=("parent.CustomerRef.FullName", "parent.RefNumber", "TxnType", "RefNumber"),
        supply=ask_integrator("QuickBooks", noun(_INVOICE.name, 2)),
        channel=Channel.INTEGRATOR,
        integrator=_INVOICE.integrator,
        at_fault="transaction",
        numbered=True,
        always=("TxnID", "TxnType"),
        array_of=("quickbooks.Invoice", "LinkedTxn"),
    ),
    Kind(
        name="quickbooks.CreditMemoLine",
        fields=fields(_LINE) | parents(_CREDIT_MEMO.fields, _CUSTOMER_PARENT),
        key=("parent.CustomerRef.FullName", "parent.RefNumber", "ItemRef.FullName"),
        supply=ask_integrator("QuickBooks", noun(_CREDIT_MEMO.name, 2)),
        channel=Channel.INTEGRATOR,
        integrator=_CREDIT_MEMO.integrator,
        at_fault="transaction",
        numbered=True,
        identity="TxnLineID",
        always=("TxnLineID",),
        array_of=("quickbooks.CreditMemo", "CreditMemoLineRet"),
    ),
    *(
        Kind(
            name=f"quickbooks.{name}",
            fields=fields("TxnLineID ?id\nAccountRef.FullName ?name\nEntityRef.FullName ?name\nAmount ?money\nMemo ?text")
            | parents(_JOURNAL_ENTRY.fields, "TxnID TimeCreated TxnDate RefNumber"),
            key=("parent.RefNumber", "AccountRef.FullName"),
            supply=ask_integrator("QuickBooks", noun(_JOURNAL_ENTRY.name, 2)),
            channel=Channel.INTEGRATOR,
            integrator=_JOURNAL_ENTRY.integrator,
            at_fault="transaction",
            numbered=True,
            identity="TxnLineID",
            always=("TxnLineID",),
            array_of=("quickbooks.JournalEntry", name),
        )
        for name in ("JournalDebitLine", "JournalCreditLine")
    ),
    Kind(
        name="quickbooks.PurchaseOrderLine",
        fields=fields(_LINE + "ReceivedQuantity ?number\nUnbilledQuantity ?number\nIsBilled ?yesno\nIsManuallyClosed ?yesno")
        | parents(_PURCHASE_ORDER.fields, "TxnID TimeCreated TxnDate RefNumber VendorRef.FullName"),
        key=("parent.VendorRef.FullName", "parent.RefNumber", "ItemRef.FullName"),
        supply=ask_integrator("QuickBooks", noun(_PURCHASE_ORDER.name, 2)),
        channel=Channel.INTEGRATOR,
        integrator=_PURCHASE_ORDER.integrator,
        at_fault="transaction",
        numbered=True,
        identity="TxnLineID",
        always=("TxnLineID",),
        array_of=("quickbooks.PurchaseOrder", "PurchaseOrderLineRet"),
    ),
    Kind(
        name="quickbooks.AppliedToTxn",
        fields=fields(
            """
TxnID ?id
TxnType ?text
TxnDate ?date
RefNumber text
BalanceRemaining ?money
Amount ?money
DiscountAmount money
"""
        )
        | parents(_PAYMENT.fields, _CUSTOMER_PARENT),
        key=("parent.CustomerRef.FullName", "parent.RefNumber", "RefNumber"),
        supply=ask_integrator("QuickBooks", noun(_PAYMENT.name, 2)),
        channel=Channel.INTEGRATOR,
        integrator=_PAYMENT.integrator,
        at_fault="transaction",
        numbered=True,
        always=("TxnID", "TxnType"),
        array_of=("quickbooks.ReceivePayment", "AppliedToTxnRet"),
    ),
    Kind(
        name="quickbooks.Status",
        fields=fields(
            "statusCode text\nstatusSeverity text Info|Warn|Error\nstatusMessage text\nrequest text\nrequestID text"
        ),
        key=("request", "statusCode"),
        supply=ask_integrator("QuickBooks", "responses to the export"),
        channel=Channel.INTEGRATOR,
        integrator="From QuickBooks: the qbXML responses to the export, saved as .xml files",
        at_fault="transaction",
        numbered=True,
    ),
)

_ITEM_RETS = {
    "ItemServiceRet": "Service",
    "ItemInventoryRet": "Inventory",
    "ItemInventoryAssemblyRet": "InventoryAssembly",
    "ItemNonInventoryRet": "NonInventory",
    "ItemOtherChargeRet": "OtherCharge",
    "ItemFixedAssetRet": "FixedAsset",
    "ItemSubtotalRet": "Subtotal",
    "ItemDiscountRet": "Discount",
    "ItemPaymentRet": "Payment",
    "ItemSalesTaxRet": "SalesTax",
    "ItemSalesTaxGroupRet": "SalesTaxGroup",
    "ItemGroupRet": "Group",
}

RETS: dict[str, tuple[str, str]] = {
    **{
        f"{kind.name.partition('.')[2]}Ret": (kind.name, "")
        for kind in KINDS
        if kind.array_of is None and kind.name not in ("quickbooks.Item", "quickbooks.Status")
    },
    **{ret: ("quickbooks.Item", item_type) for ret, item_type in _ITEM_RETS.items()},
    "StandardTermsRet": ("quickbooks.Terms", "Standard"),
    "DateDrivenTermsRet": ("quickbooks.Terms", "DateDriven"),
}
"""qbXML `*Ret` element -> (kind, part of it): several lists make up Item and Terms."""

OTHER_RETS = tuple(
    f"{name}Ret"
    for name in (
        "ARRefundCreditCard BarCode BillingRate BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge Check "
        "CreditCardCharge CreditCardCredit Currency CustomerMsg CustomerType DataExtDef Deposit "
        "Estimate Inventory InventoryAdjustment ItemReceipt JobType Lead ListDeleted PayrollItemNonWage PayrollItemWage "
        "PriceLevel SalesOrder SalesReceipt SalesRep SalesTaxPaymentCheck ShipMethod Template TimeTracking ToDo Transaction "
        "Transfer TransferInventory TxnDeleted UnitOfMeasureSet Vehicle VehicleMileage VendorCredit VendorType "
        "WorkersCompCode CompanyActivity ItemSites Report"
    ).split()
    if f"{name}Ret" not in RETS
)
"""Records in responses that no rule uses: they are counted and dropped."""

PARTS = {
    "quickbooks.Item": tuple(_ITEM_RETS.values()),
    "quickbooks.Terms": ("Standard", "DateDriven"),
}
"""Kinds that are complete only if all of these lists are."""

COMBINED = {
    "ItemQuery": ("quickbooks.Item",),
    "TermsQuery": ("quickbooks.Terms",),
    "EntityQuery": ("quickbooks.Customer", "quickbooks.Vendor", "quickbooks.Employee", "quickbooks.OtherName"),
}
"""Requests that answer for several lists at once."""

ITEM_NAME_IS_FULL_NAME = (
    "ItemSalesTaxRet",
    "ItemSalesTaxGroupRet",
    "ItemGroupRet",
    "ItemPaymentRet",
    "ItemSubtotalRet",
    "ItemFixedAssetRet",
)
"""Items without a hierarchy: qbXML gives them a Name and no FullName (docs/sources.md, items)."""
