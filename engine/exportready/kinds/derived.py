"""The kinds of record that no file contains: `derive` concludes them from the records that were read."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict

from exportready.kinds import account, quickbooks, servicetitan
from exportready.kinds.message_codes import DEFECTS
from exportready.kinds.quickbooks import ITEM_TYPES, LISTS_TO_IIF
from exportready.kinds.table import Field, Kind, fields
from exportready.model.evidence import Record
from exportready.model.reasons import Channel
from exportready.model.rules import Type

_STATED = {kind.name: kind for kind in (*quickbooks.KINDS, *servicetitan.KINDS, account.KIND)}


class _Supplied(TypedDict):
    supply: str
    channel: Channel
    also: tuple[Channel, ...]
    integrator: str


def _like(kind: str) -> _Supplied:
    """Return how to supply the kind that a derived kind mostly depends on."""
    stated = _STATED[kind]
    return {"supply": stated.supply, "channel": stated.channel, "also": stated.also, "integrator": stated.integrator}


EARLIER_FILES = "Check again and include the folder of an earlier check of this account, so that the two can be compared"
"""How to supply what only an earlier snapshot shows."""

_CONNECTORS = "servicetitan|quickbooks"

KINDS = (
    Kind(
        name="derived.account",
        fields={
            "purchasing": Field(type=Type.YESNO, answer="modules.purchasing"),
            "inventory": Field(type=Type.YESNO, answer="modules.inventory"),
            "advancedInventory": Field(type=Type.YESNO, answer="advancedInventory"),
            "inventorySites": Field(type=Type.YESNO, answer="advancedInventory"),
            "peopleWhoExport": Field(type=Type.NUMBER, answer="peopleWhoExport"),
            "connector": Field(type=Type.TEXT, choices=tuple(_CONNECTORS.split("|")), answer="webConnector.sentBy"),
            "closingDate": Field(type=Type.DATE, answer="closingDate"),
            "closingPassword": Field(type=Type.YESNO, answer="closingPassword"),
            "salesTaxInQuickBooks": Field(type=Type.YESNO, question="Is sales tax switched on in QuickBooks?"),
            "classTracking": Field(type=Type.YESNO, question="Does QuickBooks track classes?"),
            "quickbooksRelease": Field(type=Type.NUMBER, question="Which release of QuickBooks do you have?"),
            "purchaseOrdersExported": Field(type=Type.YESNO, answer="purchaseOrders.export"),
        },
        key=(),
        **_like(account.KIND.name),
        at_fault="session",
        single=True,
        sheet=True,
    ),
    # One customer of the list, with whether it is in alphabetical order.
    Kind(
        name="derived.customer_order",
        fields=fields("FullName name\ninOrder yesno"),
        key=("FullName",),
        supply=LISTS_TO_IIF,
        at_fault="customer",
    ),
    # One batch, put together from its transactions: ServiceTitan has no list of batches.
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
invoiceAmount money
payments number
paymentAmount money
"""
        ),
        key=("number",),
        **_like("servicetitan.invoice"),
        at_fault="transaction",
    ),
    # One material, equipment or service that invoice lines use. `quantity` is the total on pending invoices.
    Kind(
        name="derived.item_use",
        fields=fields("code name\nunexported yesno\nwaits yesno\nlines number\nquantity number"),
        key=("code",),
        **_like("servicetitan.invoice"),
        at_fault="item",
    ),
    # One QuickBooks item with the accounts that it posts to, from whichever of three forms qbXML uses.
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
    # One account, other than for costs, that the pricebook or a transaction in a pending batch uses. `needed`: not only by items that
    # QuickBooks already has, which keep its own accounts.
    Kind(
        name="derived.account_use",
        fields=fields("name name\nusedBy text\nuses number\nneeded yesno"),
        key=("name",),
        **_like("servicetitan.material"),
        at_fault="account",
    ),
    # One customer of a pending transaction. `near` is another customer of QuickBooks whose name is nearly the same.
    Kind(
        name="derived.waiting_customer",
        fields=fields("name name\nid id\ninQuickBooks yesno\nquickbooksName name\nnear name\nusedBy text"),
        key=("name",),
        **_like("servicetitan.invoice"),
        at_fault="customer",
    ),
    # One customer of a pending transaction, with its state in both programs. `mergedTo` is the customer into which ServiceTitan
    # merged it, `movedTo` the one under whom QuickBooks has its earlier invoices, `twin` its second name in QuickBooks.
    Kind(
        name="derived.customer_state",
        fields=fields("name name\nid id\nactive yesno\nmergedTo name\nmovedTo name\ntwin name\nusedBy text"),
        key=("name",),
        **_like("servicetitan.invoice"),
        at_fault="customer",
    ),
    # One location of a pending invoice or credit memo that becomes a job in QuickBooks, or may become one. `namesJob`: the job has the
    # location's name, not its address. `shared`: another location of the customer has the same name.
    Kind(
        name="derived.pending_job",
        fields=fields(
            "customer name\nlocation name\nlocationId id\nnamesJob yesno\ninQuickBooks yesno\nactive yesno\nshared yesno\nusedBy text"
        ),
        key=("customer", "location"),
        **_like("servicetitan.invoice"),
        at_fault="customer",
        numbered=True,
    ),
    # One pending transaction, with the one in QuickBooks that is the same. `sameNumber`: the numbers agree too.
    Kind(
        name="derived.pending_copy",
        fields=fields(
            """
type text invoice|payment|credit memo|bill|purchase order
id id
customer name
number text
date date
amount money
inQuickBooks yesno
sameNumber yesno
booksCustomer name
booksDate date
booksAmount money
"""
        ),
        key=("customer", "number"),
        **_like("servicetitan.invoice"),
        at_fault="transaction",
    ),
    # One invoice that a pending payment is applied to. `over...`: how much more is applied than the payment, the invoice with its
    # adjustments, or the open balance in QuickBooks.
    Kind(
        name="derived.payment_fit",
        fields=fields(
            """
customer name
payment text
invoice text
paymentId id
applied money
total money
invoiceCustomer name
sameCustomer yesno
overPayment money
due money
overInvoice money
paidInQuickBooks yesno
open money
overOpen money
"""
        ),
        key=("customer", "payment", "invoice"),
        **_like("servicetitan.payment"),
        at_fault="transaction",
        numbered=True,
    ),
    # One pending invoice with lines. `difference`: between its total and its lines with the tax.
    Kind(
        name="derived.invoice_sum",
        fields=fields("customer name\nnumber text\nid id\ntotal money\ntax money\nlines money\ndifference money"),
        key=("customer", "number"),
        **_like("servicetitan.invoice"),
        at_fault="transaction",
    ),
    # One pending transaction with a date, which is text because it may be one in an impossible year (9999).
    Kind(
        name="derived.pending_date",
        fields=fields(
            """
type text invoice|payment|credit memo|bill|purchase order
id id
customer name
number text
date text
plausible yesno
"""
        ),
        key=("customer", "number"),
        **_like("servicetitan.invoice"),
        at_fault="transaction",
    ),
    # How many names the files have: customers with their jobs, vendors, employees and other names; and whether QuickBooks has room.
    Kind(
        name="derived.name_count",
        fields=fields("list text\nnames number\nlimit number\nhasRoom yesno"),
        key=("list",),
        supply=LISTS_TO_IIF,
        at_fault="session",
        single=True,
    ),
    # One vendor of a pending bill or purchase order.
    Kind(
        name="derived.waiting_vendor",
        fields=fields("name name\nid id\ninQuickBooks yesno\nquickbooksName name\nnear name\nusedBy text"),
        key=("name",),
        **_like("servicetitan.purchase_order"),
        at_fault="vendor",
    ),
    # One tax zone, with the QuickBooks item that it is mapped to. Rates are fractions, and the rates of groups are added up. The same
    # rates in percent are compared with invoices, because it isn't established which form an invoice has.
    Kind(
        name="derived.tax_zone",
        fields=fields(
            """
zone name
id id
inUse yesno
rate rate
percent number
item name
itemExists yesno
itemActive yesno
quickbooksRate rate
quickbooksPercent number
serviceItems text
serviceItemsReady yesno
namedItemsActive yesno
"""
        ),
        key=("zone",),
        **_like("servicetitan.tax_zone"),
        at_fault="tax_item",
    ),
    # Tax and shipping on purchase orders: the QuickBooks item for each, and whether a pending order has any.
    Kind(
        name="derived.purchase_charge",
        fields=fields("charge text tax|shipping\nitem name\ncarried yesno\naccountType text"),
        key=("item",),
        **_like(account.KIND.name),
        at_fault="item",
    ),
    # One technician: the technician's truck, the inventory site with that name, and what an export does without one.
    Kind(
        name="derived.technician_truck",
        fields=fields("technician name\nid id\ntruck name\ntrucks number\nsiteExists yesno\ntakes text"),
        key=("technician",),
        **_like("servicetitan.truck"),
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
paymentAmount money
unused money
invoiceDate date
openBalance money
toApply money
apart text
excess money
"""
        ),
        key=("customer", "payment", "invoice"),
        **_like("servicetitan.payment"),
        at_fault="transaction",
        numbered=True,
    ),
    # One transaction in a batch, with the status of both.
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
        **_like("servicetitan.invoice"),
        at_fault="transaction",
    ),
    # One exported transaction, with its match in QuickBooks. `told` completes the sentence "Invoice 1234 ...".
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
amount money
batch text
batchName text
exported yesno
state text arrived|twice|missing|explained
explained text
told text
books text
booksKey text
booksId id
booksAmount money
booksUnreadable number
copies number
difference money
subtotalDifference money
taxDifference money
memo text
memoNamesBatch yesno
sentByNew yesno
booksEdited time
titanEdited time
linesAgree yesno
linesMissing text
linesExtra text
otherCustomer name
maybeRenamed yesno
otherDate date
otherMonth yesno
twin text
"""
        ),
        key=("customer", "number"),
        **_like("servicetitan.invoice"),
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
titanAmount money
titanUnreadable number
booksCount number
booksAmount money
booksUnreadable number
explained text
explainedCount number
explainedAmount money
explainedUnreadable number
missingCount number
doubledCount number
differingCount number
unexplainedCount number
unexplainedAmount money
unexplainedUnreadable number
explainedUnreadable number
untoldCount number
untoldAmount money
untoldUnreadable number
"""
        ),
        key=("batch", "type"),
        **_like("servicetitan.invoice"),
        at_fault="transaction",
    ),
    # Whether there is a list of export errors at all: an empty list means no errors, a missing one means we don't know.
    Kind(
        name="derived.export_log",
        fields=fields("kept yesno"),
        key=(),
        **_like("servicetitan.export_error"),
        at_fault="session",
        single=True,
        sheet=True,
    ),
    # One error of the export. `arrivedSince`: the transaction is in QuickBooks by now. `cause`: what errors with the same cause share.
    # `byId`: it names the object only by QuickBooks' internal id.
    Kind(
        name="derived.export_error",
        fields=fields(
            f"""
transaction text
type text
customer name
message text
code text
sort text missing|own|retry|skipped|session|other|fine
defect text {"|".join(DEFECTS)}
cause text
steps text
namesKind text
names name
byId yesno
arrivedSince yesno
"""
        ),
        key=("transaction", "message"),
        **_like("servicetitan.export_error"),
        at_fault="transaction",
        numbered=True,
    ),
    # One setting that an earlier snapshot also has; always customerMapping, because an answer can say what it was before.
    Kind(
        name="derived.drift",
        fields=fields("setting text\nearlier text\nnow text\nchanged yesno"),
        key=("setting",),
        supply=EARLIER_FILES,
        channel=Channel.ASK,
        also=(Channel.EXPORT,),
        question="customerMappingAtLastExport",
        at_fault="session",
    ),
)

SIDES = ("titan", "books", "explained", "unexplained", "untold")
"""What the tie-out counts: `derived.tie_out` has a count and an amount for each, and the number of amounts that aren't in the sum."""


def unreadable_in(row: Record, side: str) -> int:
    """Return how many amounts aren't in the sum of a side of a row of `derived.tie_out`."""
    number = row.get(f"{side}Unreadable")
    return int(number) if isinstance(number, Decimal) else 0
