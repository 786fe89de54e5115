"""Records that no file states: what `derive` concludes from those that were read."""

from __future__ import annotations

from exportready.kinds import account, quickbooks, servicetitan
from exportready.kinds.quickbooks import ITEM_TYPES, LISTS_TO_IIF
from exportready.kinds.table import Field, Kind, fields
from exportready.model.rules import Type

_ANSWER = account.KIND.supply
_SUPPLY = {kind.name: kind.supply for kind in (*quickbooks.KINDS, *servicetitan.KINDS)}
_CONNECTORS = "servicetitan|quickbooks"

KINDS = (
    Kind(
        name="derived.account",
        fields={
            "purchasing": Field(type=Type.YESNO, answer="modules.purchasing"),
            "inventory": Field(type=Type.YESNO, answer="modules.inventory"),
            "peopleWhoExport": Field(type=Type.NUMBER, answer="peopleWhoExport"),
            "connector": Field(type=Type.TEXT, choices=tuple(_CONNECTORS.split("|")), answer="webConnector.sentBy"),
            "closingDate": Field(type=Type.DATE, answer="closingDate"),
            "salesTaxInQuickBooks": Field(type=Type.YESNO, question="Is sales tax switched on in QuickBooks?"),
            "classTracking": Field(type=Type.YESNO, question="Does QuickBooks track classes?"),
            "purchaseOrdersExported": Field(type=Type.YESNO, answer="purchaseOrders.export"),
        },
        key=(),
        supply=_ANSWER,
        at_fault="session",
        single=True,
        sheet=True,
    ),
    # One customer of the list, with whether it stands where the alphabet puts it.
    Kind(
        name="derived.customer_order",
        fields=fields("FullName name\ninOrder yesno"),
        key=("FullName",),
        supply=LISTS_TO_IIF,
        at_fault="customer",
    ),
    # One batch, put together from the transactions that name it: ServiceTitan lists no batches.
    Kind(
        name="derived.batch",
        fields=fields(
            """
number text
id id
name text
status text Pending|Posted|Exported|Partly exported
waits yesno
transactions number
invoices number
invoiceAmount number
payments number
paymentAmount number
"""
        ),
        key=("number",),
        supply=_SUPPLY["servicetitan.invoice"],
        at_fault="transaction",
    ),
    # One material, equipment or service that invoice lines name.
    Kind(
        name="derived.item_use",
        fields=fields("code name\nunexported yesno\nwaits yesno\nlines number"),
        key=("code",),
        supply=_SUPPLY["servicetitan.invoice"],
        at_fault="item",
    ),
    # One item of QuickBooks with the accounts that it posts to, in whichever of its three forms qbXML gives them.
    Kind(
        name="derived.item",
        fields=fields(
            f"""
Name name
FullName name
ItemType text {ITEM_TYPES}
IsActive yesno
incomeAccount name
costAccount name
"""
        ),
        key=("FullName",),
        supply=LISTS_TO_IIF,
        at_fault="item",
        active="IsActive",
    ),
    # One account, other than for costs, that the pricebook or a transaction in a waiting batch names.
    Kind(
        name="derived.account_use",
        fields=fields("name name\nusedBy text\nuses number"),
        key=("name",),
        supply=_SUPPLY["servicetitan.material"],
        at_fault="account",
    ),
    # One customer of a transaction that waits. `near` is another customer of QuickBooks whose name is nearly the same.
    Kind(
        name="derived.waiting_customer",
        fields=fields("name name\nid id\ninQuickBooks yesno\nquickbooksName name\nnear name\nusedBy text"),
        key=("name",),
        supply=_SUPPLY["servicetitan.invoice"],
        at_fault="customer",
    ),
    # One vendor of a bill or purchase order that waits.
    Kind(
        name="derived.waiting_vendor",
        fields=fields("name name\nid id\ninQuickBooks yesno\nquickbooksName name\nnear name\nusedBy text"),
        key=("name",),
        supply=_SUPPLY["servicetitan.purchase_order"],
        at_fault="vendor",
    ),
    # One tax zone, with the item of QuickBooks that it is mapped to. Rates are fractions, groups are summed; in per cent they are
    # for words, and for invoices, of which it is not established how they write theirs.
    Kind(
        name="derived.tax_zone",
        fields=fields(
            """
zone name
id id
inUse yesno
rate number
percent number
item name
itemExists yesno
itemActive yesno
quickbooksRate number
quickbooksPercent number
serviceItems text
serviceItemsReady yesno
"""
        ),
        key=("zone",),
        supply=_SUPPLY["servicetitan.tax_zone"],
        at_fault="tax_item",
    ),
    # Tax and shipping of purchase orders: the item of QuickBooks that carries each, and whether an open order has any.
    Kind(
        name="derived.purchase_charge",
        fields=fields("charge text tax|shipping\nitem name\ncarried yesno\naccountType text"),
        key=("item",),
        supply=_ANSWER,
        at_fault="item",
    ),
    # One technician: which truck is his, the inventory site of that name, and what an export does without one.
    Kind(
        name="derived.technician_truck",
        fields=fields("technician name\nid id\ntruck name\ntrucks number\nsiteExists yesno\ntakes text"),
        key=("technician",),
        supply=_SUPPLY["servicetitan.truck"],
        at_fault="transaction",
    ),
    # One invoice that a payment is applied to: which connector sent each, and whether QuickBooks shows them applied.
    Kind(
        name="derived.applied_payment",
        fields=fields(
            f"""
customer name
payment text
invoice text
waits yesno
paymentSentBy text {_CONNECTORS}
invoiceSentBy text {_CONNECTORS}
sameConnector yesno
applied yesno
bothArrived yesno
elsewhere text
paymentType text
paymentDate date
batch text
booksCustomer name
paymentAmount number
unused number
invoiceDate date
openBalance number
toApply number
apart text
"""
        ),
        key=("customer", "payment", "invoice"),
        supply=_SUPPLY["servicetitan.payment"],
        at_fault="transaction",
        numbered=True,
    ),
    # One transaction that stands in a batch, with the status of both.
    Kind(
        name="derived.batched",
        fields=fields(
            """
type text invoice|payment|credit memo|bill
customer name
number text
batch text
status text
batchStatus text
"""
        ),
        key=("customer", "number"),
        supply=_SUPPLY["servicetitan.invoice"],
        at_fault="transaction",
    ),
    # One exported transaction, with what QuickBooks has of it. `told` ends the sentence "Invoice 1234 ...".
    Kind(
        name="derived.match",
        fields=fields(
            """
type text invoice|payment|credit memo|bill|purchase order
id id
customer name
number text
called text
date date
amount number
batch text
batchName text
exported yesno
state text arrived|twice|missing|explained
explained text
told text
books text
booksKey text
booksId id
booksAmount number
copies number
difference number
subtotalDifference number
taxDifference number
memo text
memoNamesBatch yesno
sentByNew yesno
booksEdited time
titanEdited time
linesAgree yesno
linesMissing text
linesExtra text
"""
        ),
        key=("customer", "number"),
        supply=_SUPPLY["servicetitan.invoice"],
        at_fault="transaction",
    ),
    # The tie-out: one type of transaction in one batch.
    Kind(
        name="derived.tie_out",
        fields=fields(
            """
batch text
batchName text
type text
titanCount number
titanAmount number
booksCount number
booksAmount number
explained text
explainedCount number
explainedAmount number
missingCount number
doubledCount number
unexplainedCount number
unexplainedAmount number
untoldCount number
untoldAmount number
"""
        ),
        key=("batch", "type"),
        supply=_SUPPLY["servicetitan.invoice"],
        at_fault="transaction",
    ),
    # Whether there is a list of export errors at all: an empty one is good news, none is no news.
    Kind(
        name="derived.export_log",
        fields=fields("kept yesno"),
        key=(),
        supply=_SUPPLY["servicetitan.export_error"],
        at_fault="session",
        single=True,
        sheet=True,
    ),
    # One error of the export. `arrivedSince`: the transaction is in QuickBooks by now.
    Kind(
        name="derived.export_error",
        fields=fields(
            """
transaction text
type text
customer name
message text
code text
sort text missing|own|retry|skipped|session|other|fine
namesKind text
names name
arrivedSince yesno
"""
        ),
        key=("transaction", "message"),
        supply=_SUPPLY["servicetitan.export_error"],
        at_fault="transaction",
        numbered=True,
    ),
    # One setting that an earlier snapshot states too; customerMapping always, since its answer has a past of its own.
    Kind(
        name="derived.drift",
        fields=fields("setting text\nearlier text\nnow text\nchanged yesno"),
        key=("setting",),
        supply="Name the folder of an earlier check of this account too: exportready check FOLDER --before EARLIER",
        at_fault="session",
    ),
)

SIDES = ("titan", "books", "explained", "unexplained", "untold")
"""What the tie-out counts; `derived.tie_out` has a count and an amount of each."""

def _reads(text: str) -> dict[str, frozenset[str]]:
    """A table of `kind field field …`; a kind may take several lines."""
    found: dict[str, frozenset[str]] = {}
    for kind, *names in map(str.split, filter(str.strip, text.splitlines())):
        found[kind] = found.get(kind, frozenset()) | frozenset(names)
    return found


_ACCOUNT = f"""
servicetitan.purchase_order number
servicetitan.bill referenceNumber
servicetitan.truck name
servicetitan.warehouse name
quickbooks.Preferences AccountingPreferences.ClosingDate SalesTaxPreferences.DefaultItemSalesTaxRef.FullName
quickbooks.Preferences AccountingPreferences.IsUsingClassTracking
quickbooks.Class IsActive
quickbooks.Item ItemType IsActive
account.answers {" ".join(field.answer for field in KINDS[0].fields.values() if field.answer)}
"""
_BATCHED = """
servicetitan.invoice waits syncStatus batch.number batch.id batch.name total
servicetitan.payment waits syncStatus batch.number batch.id batch.name total
servicetitan.credit_memo waits syncStatus batch.number batch.id batch.name
servicetitan.bill waits syncStatus batch.number batch.id batch.name
"""

_MATCHED = """
servicetitan.invoice id syncStatus active referenceNumber customer.id customer.name invoiceDate subTotal salesTax total
servicetitan.invoice batch.id batch.number batch.name modifiedOn
servicetitan.invoice_item parent.id skuId skuName quantity total active
servicetitan.payment id syncStatus active referenceNumber checkNumber customer.id customer.name date total type
servicetitan.payment batch.id batch.number batch.name modifiedOn
servicetitan.credit_memo id syncStatus active referenceNumber customer.id customer.name date total
servicetitan.credit_memo batch.id batch.number batch.name modifiedOn
servicetitan.bill id syncStatus status referenceNumber vendor.id vendor.name billDate billAmount
servicetitan.bill batch.id batch.number batch.name modifiedOn
servicetitan.purchase_order id number status vendorId batchId date total modifiedOn
servicetitan.vendor id name
servicetitan.material id code
servicetitan.equipment id code
servicetitan.service id code
servicetitan.tax_rate salesTaxItem
quickbooks.Invoice TxnID TimeCreated TimeModified TxnDate RefNumber CustomerRef.FullName Memo Subtotal SalesTaxTotal
quickbooks.InvoiceLine parent.TxnID ItemRef.FullName Quantity Amount
quickbooks.CreditMemo TxnID TimeCreated TimeModified TxnDate RefNumber CustomerRef.FullName Memo TotalAmount Subtotal SalesTaxTotal
quickbooks.CreditMemoLine parent.TxnID ItemRef.FullName Quantity Amount
quickbooks.ReceivePayment TxnID TimeCreated TimeModified TxnDate RefNumber CustomerRef.FullName Memo TotalAmount
quickbooks.JournalEntry TxnID TimeCreated TimeModified TxnDate RefNumber Memo
quickbooks.JournalDebitLine parent.TxnID Amount
quickbooks.Bill TxnID TimeCreated TimeModified TxnDate RefNumber VendorRef.FullName Memo AmountDue
quickbooks.PurchaseOrder TxnID TimeCreated TimeModified TxnDate RefNumber VendorRef.FullName Memo TotalAmount
quickbooks.Item Name ItemType
account.answers webConnector.since webConnector.sentBy modules.purchasing purchaseOrders.export
"""

_ERRORS = """
servicetitan.export_error transaction transactionType customer.name message
quickbooks.Status request statusCode statusSeverity statusMessage
"""

READS: dict[str, dict[str, frozenset[str]]] = {
    "derived.account": _reads(_ACCOUNT),
    "derived.customer_order": _reads("quickbooks.Customer FullName"),
    "derived.batch": _reads(_BATCHED),
    "derived.batched": _reads(
        _BATCHED
        + """
servicetitan.invoice active referenceNumber customer.name
servicetitan.payment active referenceNumber customer.name
servicetitan.credit_memo active referenceNumber customer.name
servicetitan.bill status referenceNumber vendor.name
account.answers modules.purchasing purchaseOrders.export
"""
    ),
    "derived.item_use": _reads(
        """
servicetitan.invoice_item skuId skuName type active parent.waits parent.syncStatus parent.active parent.batch.number
servicetitan.material id code
servicetitan.equipment id code
servicetitan.service id code
"""
    ),
    "derived.item": _reads(
        "quickbooks.Item Name FullName ItemType IsActive IncomeAccountRef.FullName COGSAccountRef.FullName "
        "SalesOrPurchase.AccountRef.FullName SalesAndPurchase.IncomeAccountRef.FullName "
        "SalesAndPurchase.ExpenseAccountRef.FullName"
    ),
    "derived.account_use": _reads(
        """
servicetitan.material code active account assetAccount
servicetitan.equipment code active account assetAccount
servicetitan.service code active account
servicetitan.invoice_item parent.waits generalLedgerAccount.name assetAccount.name
servicetitan.payment waits generalLedgerAccount.name
"""
    ),
    "derived.waiting_customer": _reads(
        """
servicetitan.invoice waits customer.name customer.id
servicetitan.payment waits customer.name customer.id
servicetitan.credit_memo waits customer.name customer.id
quickbooks.Customer FullName
"""
    ),
    "derived.waiting_vendor": _reads(
        """
servicetitan.bill waits vendor.name vendor.id
servicetitan.purchase_order waits vendorId
servicetitan.vendor id name
quickbooks.Vendor Name
account.answers modules.purchasing purchaseOrders.export
"""
    ),
    "derived.tax_zone": _reads(
        """
servicetitan.tax_zone id name active
servicetitan.tax_rate parent.id taxRate salesTaxItem
servicetitan.invoice waits taxZoneId
quickbooks.Item Name FullName ItemType IsActive TaxRate ItemSalesTaxRef.FullName
account.answers
"""
    ),
    "derived.purchase_charge": _reads(
        """
servicetitan.purchase_order waits tax shipping
account.answers purchaseOrders.taxItem purchaseOrders.shippingItem
"""
    ),
    "derived.technician_truck": _reads(
        """
servicetitan.technician id name active
servicetitan.truck name active
servicetitan.truck_technician technicianId parent.name parent.active
quickbooks.InventorySite Name IsActive
"""
    ),
    "derived.applied_payment": _reads(
        """
servicetitan.payment_application appliedTo appliedAmount appliedToReferenceNumber
servicetitan.payment_application parent.id parent.waits parent.syncStatus parent.active parent.customer.id parent.customer.name
servicetitan.payment_application parent.referenceNumber parent.date parent.type parent.batch.number
servicetitan.invoice id waits syncStatus invoiceDate referenceNumber customer.name customer.id batch.number batch.name
quickbooks.Invoice TxnID TimeCreated TxnDate RefNumber CustomerRef.FullName ARAccountRef.FullName Memo BalanceRemaining
quickbooks.ReceivePayment TxnID TxnDate RefNumber CustomerRef.FullName ARAccountRef.FullName Memo TotalAmount UnusedPayment
quickbooks.AppliedToTxn TxnID TxnDate RefNumber Amount DiscountAmount parent.TxnID parent.RefNumber parent.CustomerRef.FullName
quickbooks.LinkedTxn TxnID TxnType Amount parent.TxnID parent.RefNumber parent.TxnDate
quickbooks.Preferences AccountingPreferences.ClosingDate
account.answers webConnector.sentBy webConnector.since webConnector.oldConnectorAutoRun closingDate
"""
    ),
    "derived.match": _reads(_MATCHED),
    "derived.tie_out": _reads(_MATCHED),
    "derived.export_log": _reads(_ERRORS),
    "derived.export_error": _reads(_ERRORS + _MATCHED),
    "derived.drift": _reads(
        "account.answers customerMapping customerMappingAtLastExport\nquickbooks.Preferences AccountingPreferences.ClosingDate"
    ),
}
"""What each derivation reads, so that readers take it out of the files."""

RESTS_ON: dict[str, tuple[str, ...]] = {
    "derived.batched": ("derived.account", "derived.batch"),
    "derived.match": ("derived.account", "derived.batch"),
    "derived.tie_out": ("derived.match",),
    "derived.export_error": ("derived.match",),
    "derived.applied_payment": ("derived.match",),
    "derived.waiting_vendor": ("derived.account",),
}
"""The derivations that another one asks for what they came to."""

ONLY_FOR: dict[str, dict[str, frozenset[str]]] = {
    "derived.match": dict.fromkeys(
        ("quickbooks.InvoiceLine", "quickbooks.CreditMemoLine"), frozenset({"linesAgree", "linesMissing", "linesExtra"})
    )
}
"""Derivation -> what it reads for some of its fields only, and for which."""

SHOWN = ("derived.account", "derived.batch", "derived.drift", "derived.purchase_charge", "derived.tax_zone")
"""What every report tells, or what its key issues are found by, whatever rules it judges."""
SHOWN_AFTER = ("derived.match", "derived.tie_out", "derived.applied_payment", "derived.export_log", "derived.export_error")
"""What a report tells after an export besides."""

HEADING: dict[str, frozenset[str]] = {"quickbooks.Company": frozenset({"CompanyName"})}
"""What every report says of whose files these are, whatever its rules read."""
