"""ServiceTitan's kinds of record, named as in its API v2 (accounting, pricebook, inventory, settings, crm, equipment systems).

Fields and JSON types follow the response examples in ServiceTitan's OpenAPI documents (developer portal, read 2026-07-07).
`!` marks what the documents require: the ID of every record of a list; the codes of the pricebook (schemas MaterialResponse,
EquipmentResponse, ServiceResponse); the names of trucks, warehouses, vendors, technicians, business units and payment types; and of
transactions what InvoiceItemResponse, ApBillItemResponse, PurchaseOrderResponse and PurchaseOrderItemResponse require. It also marks
the customer of an invoice, a payment and a credit memo, because QuickBooks takes none without one (qbXML reference: InvoiceAdd,
ReceivePaymentAdd, CreditMemoAdd). A blank there says nothing. Everything else may be null, so that a blank is empty. `known` holds every
top-level key of a response, `_MARKS` the keys by which it differs from all other lists of the API, so that a list is recognized by its
content.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from exportready.kinds.nouns import noun
from exportready.kinds.table import Field, Kind, ask_integrator, fields, parents
from exportready.model.reasons import Channel
from exportready.model.rules import Type

PRICEBOOK = ("servicetitan.material", "servicetitan.equipment", "servicetitan.service")
"""The kinds of entries in the pricebook."""

_STATUS = "Pending|Posted|Exported"
_REQUEST = "From ServiceTitan's API: the response to GET {} (all pages), saved as {}"
_PRICEBOOK_FILE = "In ServiceTitan, open Pricebook and export it to Excel. Save the file with your other files"
_BATCH_FILE = (
    "In ServiceTitan, open Accounting > Batch/Export Transactions, choose the batch, and download it to Excel. "
    "Save the file with your other files"
)
_BY_HAND = {
    **dict.fromkeys(("material", "equipment", "service"), _PRICEBOOK_FILE),
    **dict.fromkeys(("invoice", "invoice_item", "payment", "bill"), _BATCH_FILE),
}
"""Kind -> how an office exports it without the API (docs/sources.md, exports by hand)."""


def _channels(name: str) -> tuple[Channel, tuple[Channel, ...]]:
    """Return the channel of a kind's `_supply`, and the other channels that can supply it."""
    return (Channel.EXPORT, (Channel.INTEGRATOR,)) if name in _BY_HAND else (Channel.INTEGRATOR, ())


_MARKS = {
    "material": "code costOfSaleAccount",
    "equipment": "code costOfSaleAccount",
    "service": "code soldByCommission",
    "invoice": "invoiceDate",
    "invoice_item": "skuName invoiceId",
    "payment": "unappliedAmount refundedPaymentId",
    "credit_memo": "appliedTo subTotal",
    "bill": "billDate",
    "purchase_order": "requiredOn vendorDocumentNumber",
    "truck": "technicianIds warehouseId",
    "warehouse": "address inventoryTemplateId",
    "technician": "dailyGoal",
    "business_unit": "officialName",
    "tax_zone": "rates",
    "gl_account": "subtype",
    "payment_type": "",  # an id, a name, two dates: only the file's name can tell
    "vendor": "isTruckReplenishment",
    "customer": "balance doNotMail",
    "installed_equipment": "installedOn",
}


_BATCH_FIELDS = ("batch.id", "batch.number", "batch.name")
_WAITS = Field(type=Type.YESNO, needs=("syncStatus", "active", *_BATCH_FIELDS))
"""Whether a transaction is pending: in a batch that is not exported yet (derive/pending.py)."""


class _Endpoint(msgspec.Struct, frozen=True):
    """Where the API has a list."""

    path: str
    file: str
    """The file name of its saved response, without `.json`."""
    other_keys: str = ""
    """Keys of its records that aren't read into a field."""


def _supply(name: str, listed: str) -> str:
    """Return what the office does to supply a kind. `listed` is the kind of the list that an integrator would export."""
    return _BY_HAND.get(name) or ask_integrator("ServiceTitan", noun(listed, 2))


def _marks(name: str) -> frozenset[str]:
    return frozenset(_MARKS.get(name, "").split())


def _kind(
    name: str,
    table: str,
    *,
    key: tuple[str, ...],
    at_fault: str,
    endpoint: _Endpoint,
    active: str | None = "active",
    waits: Field | None = None,
) -> Kind:
    """Return the kind of one list of the API."""
    table_fields = fields("id !id\n" + table)
    channel, also = _channels(name)
    return Kind(
        name=f"servicetitan.{name}",
        fields=table_fields | ({"waits": waits} if waits else {}),
        key=key,
        supply=_supply(name, f"servicetitan.{name}"),
        at_fault=at_fault,
        channel=channel,
        also=also,
        active=active,
        identity="id",
        known=frozenset(field.partition(".")[0] for field in table_fields) | frozenset(endpoint.other_keys.split()),
        marks=_marks(name),
        integrator=_REQUEST.format(endpoint.path + ("?active=Any" if active else ""), f"{endpoint.file}.json"),
        files=(endpoint.file,),
    )


def _array(
    name: str,
    array_of: tuple[Kind, str],
    table: str,
    parent_fields: str,
    *,
    key: tuple[str, ...],
    other_keys: str = "",
) -> Kind:
    """Return the kind of the records in an array. `array_of`: the kind that has the array, and the key of the array."""
    parent, at = array_of
    own: dict[str, Field] = fields(table)
    channel, also = _channels(name)
    return Kind(
        name=f"servicetitan.{name}",
        fields=own | parents(parent.fields, parent_fields),
        key=key,
        supply=_supply(name, parent.name),
        at_fault=parent.at_fault,
        channel=channel,
        also=also,
        numbered=True,
        identity="id" if "id" in own else None,
        array_of=(parent.name, at),
        known=frozenset(field.partition(".")[0] for field in own) | frozenset(other_keys.split())
        if other_keys
        else frozenset(),
        marks=_marks(name),
        integrator=parent.integrator,
    )


_GL = "{0}.id id\n{0}.name name\n{0}.number text\n{0}.type text\n{0}.detailType text"
_LINE_ACCOUNTS = "\n".join(_GL.format(field) for field in ("generalLedgerAccount", "costOfSaleAccount", "assetAccount"))
_BATCH = "batch.id id\nbatch.number text\nbatch.name text"

_PRICEBOOK = """
code !name
displayName text
active yesno
price money
cost money
taxable yesno
unitOfMeasure text
account name
primaryVendor.vendorId id
primaryVendor.vendorName name
modifiedOn time
"""
_STOCKED = _PRICEBOOK + "isInventory yesno\ncostOfSaleAccount name\nassetAccount name\ngeneralLedgerAccountId id"
_PRICEBOOK_KNOWN = (
    "description memberPrice addOnPrice addOnMemberPrice hours bonus commissionBonus paysCommission "
    "otherVendors categories assets source externalId externalData createdOn displayInAmount defaultAssetUrl "
    "budgetCostCode budgetCostType isCostLocked isPriceLocked"
)

_INVOICE = _kind(
    "invoice",
    f"""
syncStatus text {_STATUS}
referenceNumber text
invoiceDate date
dueDate date
subTotal money
salesTax money
salesTaxCode.name name
salesTaxCode.taxRate rate
taxZoneId id
total money
balance money
customer.id !id
customer.name name
location.id id
location.name name
businessUnit.id id
businessUnit.name name
termName name
{_BATCH}
depositedOn time
createdOn time
modifiedOn time
adjustmentToId id
job.id id
job.number text
projectId id
reviewStatus text NeedsReview|OnHold|Reviewed|PendingApproval|Rejected|ReadyForBilling|Invoiced
active yesno
discountTotal money
exportId text
paidOn time
invoiceConfiguration text
summary text
""",
    key=("customer.name", "referenceNumber"),
    at_fault="transaction",
    endpoint=_Endpoint(
        "/accounting/v2/tenant/TENANT/invoices?activeState=All",
        "invoices",
        "items customFields invoiceType customerAddress locationAddress createdBy royalty employeeInfo "
        "commissionEligibilityDate sentStatus assignedTo importId materialSkuId membershipId budgetCodeId",
    ),
    active=None,
    waits=_WAITS,
)
_PAYMENT = _kind(
    "payment",
    f"""
syncStatus text {_STATUS}
referenceNumber text
date date
type text
typeId id
total money
unappliedAmount money
memo text
customer.id !id
customer.name name
businessUnit.name name
{_BATCH}
{_GL.format("generalLedgerAccount")}
checkNumber text
deposit.id id
createdOn time
modifiedOn time
refundedPaymentId id
active yesno
""",
    key=("customer.name", "referenceNumber"),
    at_fault="transaction",
    endpoint=_Endpoint(
        "/accounting/v2/tenant/TENANT/payments?activeState=All", "payments", "appliedTo authCode createdBy customFields"
    ),
    active=None,
    waits=_WAITS,
)
_CREDIT_MEMO = _kind(
    "credit_memo",
    f"""
date date
referenceNumber text
subTotal money
salesTax money
total money
balance money
customer.id !id
customer.name name
location.name name
businessUnit.name name
syncStatus text {_STATUS}
{_BATCH}
createdOn time
modifiedOn time
active yesno
exportId text
""",
    key=("customer.name", "referenceNumber"),
    at_fault="transaction",
    endpoint=_Endpoint(
        "/accounting/v2/tenant/TENANT/credit-memos?active=Any",
        "credit-memos",
        "salesTaxCode appliedTo customerAddress locationAddress customFields createdBy modifiedBy description importId",
    ),
    active=None,
    waits=_WAITS,
)
_BILL = _kind(
    "bill",
    f"""
purchaseOrderId id
syncStatus text {_STATUS}|PostedAndExported
status text Unreconciled|Discrepancy|Reconciled|Canceled
active yesno
referenceNumber text
vendorNumber text
billDate date
dueDate date
postDate date
billAmount money
taxAmount money
shippingAmount money
otherAmount money
termName name
{_BATCH}
businessUnit.name name
vendor.id id
vendor.name name
jobNumber text
createdOn time
modifiedOn time
""",
    key=("vendor.name", "referenceNumber"),
    at_fault="transaction",
    endpoint=_Endpoint(
        # Without billType, only bills of the type Procurement are returned (OpenAPI documents).
        "/accounting/v2/tenant/TENANT/ap-bills?billType=Procurement and again with ?billType=ApBill",
        "bills",
        "source billType summary earlyDiscountDate vendorInvoiceTotal landedCostMethod preTaxDiscountAmount preTaxCharge "
        "postTaxDiscountAmount postTaxCharge createdBy doNotPay dateCanceled canceledBy shipToDescription taxZone "
        "remittanceVendorInfo shipTo budgetCodeId items expenseItems customFields jobId dateReconciled",
    ),
    active=None,
    # Only the export feed has `active`: it lists deleted bills too (schema ExportInventoryBillResponse).
    waits=replace(_WAITS, needs=("syncStatus", "status", "active", *_BATCH_FIELDS)),
)
_PURCHASE_ORDER = _kind(
    "purchase_order",
    """
number !text
invoiceId id
jobId id
projectId id
status text Pending|Sent|PartiallyReceived|Received|Exported|Canceled
typeId id
vendorId !id
technicianId id
businessUnitId id
inventoryLocationId id
batchId id
vendorDocumentNumber text
date date
requiredOn date
sentOn date
receivedOn date
createdOn time
modifiedOn time
total money
tax money
shipping money
""",
    key=("number",),
    at_fault="transaction",
    endpoint=_Endpoint(
        "/inventory/v2/tenant/TENANT/purchase-orders",
        "purchase-orders",
        "shipTo budgetCodeId createdById summary items customFields",
    ),
    active=None,
    waits=Field(type=Type.YESNO, needs=("status", "batchId")),
)
_TAX_ZONE = _kind(
    "tax_zone",
    "name name\nactive yesno\nisTaxRateSeparated yesno\nisMultipleTaxZone yesno\ncreatedOn time\nmodifiedOn time",
    key=("name",),
    at_fault="tax_item",
    endpoint=_Endpoint("/accounting/v2/tenant/TENANT/tax-zones", "tax-zones", "color rates"),
)
_TRUCK = _kind(
    "truck",
    "name !name\nactive yesno\nwarehouseId id\ncreatedOn time\nmodifiedOn time",
    key=("name",),
    at_fault="item",
    endpoint=_Endpoint("/inventory/v2/tenant/TENANT/trucks", "trucks", "memo technicianIds inventoryTemplateId externalData"),
)
_CUSTOMER_PARENT = (
    "id syncStatus waits active referenceNumber customer.id customer.name batch.id batch.number batch.name businessUnit.name"
)

KINDS = (
    _kind(
        "material",
        _STOCKED + "\ndeductAsJobCost yesno\nchargeableByDefault yesno",
        key=("code",),
        at_fault="item",
        endpoint=_Endpoint(
            "/pricebook/v2/tenant/TENANT/materials",
            "materials",
            _PRICEBOOK_KNOWN + " isConfigurableMaterial variationsOrConfigurableMaterials businessUnitId createdById "
            "isOtherDirectCost costTypeId isChemical epaNumber activeIngredients",
        ),
    ),
    _kind(
        "equipment",
        _STOCKED + "\nmanufacturer text\nmodel text",
        key=("code",),
        at_fault="item",
        endpoint=_Endpoint(
            "/pricebook/v2/tenant/TENANT/equipment",
            "equipment",
            _PRICEBOOK_KNOWN + " manufacturerWarranty serviceProviderWarranty recommendations upgrades equipmentMaterials "
            "crossSaleGroup isConfigurableEquipment variationsOrConfigurableEquipment typeId dimensions",
        ),
    ),
    _kind(
        "service",
        "code !name\ndisplayName text\nactive yesno\nprice money\ncost money\ntaxable yesno\naccount name\n"
        "isLabor yesno\nmodifiedOn time",
        key=("code",),
        at_fault="item",
        endpoint=_Endpoint(
            "/pricebook/v2/tenant/TENANT/services",
            "services",
            "description warranty categories memberPrice addOnPrice addOnMemberPrice hours recommendations upgrades assets "
            "serviceMaterials serviceEquipment crossSaleGroup paysCommission bonus commissionBonus source externalId externalData "
            "businessUnitId createdOn soldByCommission defaultAssetUrl budgetCostCode budgetCostType isPriceLocked "
            "calculatedPrice useStaticPrices",
        ),
    ),
    _INVOICE,
    replace(
        _array(
            "invoice_item",
            (_INVOICE, "items"),
            f"""
id id
invoiceId id
quantity number
cost money
totalCost money
price money
total money
inventoryLocationId id
inventoryLocation name
type text Service|Material|Equipment|PriceModifier|Unspecified
skuName name
skuId !id
displayName text
inventory yesno
taxable yesno
isChargeable yesno
{_LINE_ACCOUNTS}
technicianId id
installedEquipmentId id
businessUnit.name name
serviceDate time
active yesno
exportId text
""",
            f"{_CUSTOMER_PARENT} invoiceDate taxZoneId location.name",
            key=("parent.customer.name", "parent.referenceNumber", "skuName"),
            other_keys="description budgetCodeId membershipTypeId itemGroup soldHours createdOn modifiedOn order createdById "
            "displayInAmount importId inventoryStatus addOn memberPrice estimateItemId",
        ),
        files=("invoice-items",),
    ),
    _PAYMENT,
    _array(
        "payment_application",
        (_PAYMENT, "appliedTo"),
        "appliedId id\nappliedTo id\nappliedAmount money\nappliedOn time\nappliedToReferenceNumber text",
        f"{_CUSTOMER_PARENT} type date total",
        key=("parent.customer.name", "parent.referenceNumber", "appliedToReferenceNumber"),
    ),
    _CREDIT_MEMO,
    _BILL,
    _array(
        "bill_item",
        (_BILL, "items"),
        f"""
id id
name text
quantity number
cost money
serialNumber text
inventoryLocation.name name
skuId !id
skuCode !name
skuType text
{_LINE_ACCOUNTS}
""",
        "id syncStatus waits status active referenceNumber vendor.name batch.id batch.number batch.name",
        key=("parent.vendor.name", "parent.referenceNumber", "skuCode"),
    ),
    _PURCHASE_ORDER,
    _array(
        "purchase_order_item",
        (_PURCHASE_ORDER, "items"),
        """
id id
skuId !id
skuName name
skuCode !name
skuType text
quantity number
quantityReceived number
cost money
total money
status text
chargeable yesno
""",
        "id number status waits vendorId batchId",
        key=("parent.number", "skuCode"),
    ),
    _TRUCK,
    replace(
        _array(
            "truck_technician",
            (_TRUCK, "technicianIds"),
            "technicianId id",
            "id name active",
            key=("parent.name", "technicianId"),
        ),
        bare="technicianId",
    ),
    _kind(
        "warehouse",
        "name !name\nactive yesno\ncreatedOn time\nmodifiedOn time",
        key=("name",),
        at_fault="item",
        endpoint=_Endpoint("/inventory/v2/tenant/TENANT/warehouses", "warehouses", "address inventoryTemplateId externalData"),
    ),
    _kind(
        "technician",
        "userId id\nname !name\nactive yesno\nbusinessUnitId id\nmodifiedOn time",
        key=("name",),
        at_fault="transaction",
        endpoint=_Endpoint(
            "/settings/v2/tenant/TENANT/technicians",
            "technicians",
            "roleIds mainZoneId zoneIds createdOn email phoneNumber loginName home dailyGoal isManagedTech licenseType "
            "customFields aadUserId burdenRate team jobFilter permissions accountLocked commissionRate currentValue firstName "
            "lastName hourlyRate jobId mobilePhone outboundCallerId payrollId payrollProfileId appoitmentId shiftStart shiftEnd "
            "soldByRate startDate status skills positions location bio memo",
        ),
    ),
    _kind(
        "business_unit",
        "name !name\nofficialName text\nactive yesno\nquickbooksClass name\naccountCode text\ndefaultTaxRate rate",
        key=("name",),
        at_fault="class",
        endpoint=_Endpoint(
            "/settings/v2/tenant/TENANT/business-units",
            "business-units",
            "email currency phoneNumber invoiceHeader invoiceMessage authorizationParagraph acknowledgementParagraph address "
            "materialSku franchiseId conceptCode corporateContractNumber trade division tagTypeIds tenant createdOn modifiedOn "
            "externalData certifiedSentriconSpecialistCode",
        ),
    ),
    _TAX_ZONE,
    _array(
        "tax_rate",
        (_TAX_ZONE, "rates"),
        "id id\ntaxName name\ntaxRate rate\nsalesTaxItem name",
        "id name active",
        key=("parent.name", "taxName"),
    ),
    _kind(
        "gl_account",
        "name name\nnumber text\ndescription text\ntype text\nsubtype text\nactive yesno\nsource text\n"
        "defaultAccountType text\nmodifiedOn time",
        key=("name",),
        at_fault="account",
        endpoint=_Endpoint(
            "/accounting/v2/tenant/TENANT/gl-accounts", "gl-accounts", "isIntacctGroup isIntacctBankAccount createdOn"
        ),
    ),
    _kind(
        "payment_type",
        "name !name\ncreatedOn time\nmodifiedOn time",
        key=("name",),
        at_fault="account",
        endpoint=_Endpoint("/accounting/v2/tenant/TENANT/payment-types?active=Any", "payment-types"),
        active=None,
    ),
    _kind(
        "vendor",
        "name !name\nactive yesno\nisTruckReplenishment yesno\nmodifiedOn time",
        key=("name",),
        at_fault="vendor",
        endpoint=_Endpoint(
            "/inventory/v2/tenant/TENANT/vendors",
            "vendors",
            "isMobileCreationRestricted memo deliveryOption defaultTaxRate contactInfo address createdOn externalData customFields",
        ),
    ),
    _kind(
        "customer",
        "name name\nactive yesno\nbalance money\ntaxExempt yesno\nmergedToId id\nmodifiedOn time",
        key=("name",),
        at_fault="customer",
        endpoint=_Endpoint(
            "/crm/v2/tenant/TENANT/customers",
            "customers",
            "type address customFields tagTypeIds doNotMail doNotService nationalAccount createdOn createdById paymentTermId "
            "creditLimit creditLimitBalance externalData",
        ),
    ),
    _kind(
        "installed_equipment",
        "equipmentId id\nlocationId id\ncustomerId id\ninvoiceItemId id\nname text\nserialNumber text\nstatus text\nactive yesno",
        key=("name", "serialNumber"),
        at_fault="transaction",
        endpoint=_Endpoint(
            "/equipmentsystems/v2/tenant/TENANT/installed-equipment",
            "installed-equipment",
            "type installedOn createdOn modifiedOn barcodeId memo manufacturer model cost manufacturerWarrantyStart "
            "manufacturerWarrantyEnd serviceProviderWarrantyStart serviceProviderWarrantyEnd tags actualReplacementDate manufacturedOn "
            "predictedReplacementMonths predictedReplacementDate",
        ),
    ),
    Kind(
        name="servicetitan.reconciliation",
        fields=fields("id id\nnumber text\ndate date\nbusinessUnit.name name\nbatch.name text"),
        key=("number",),
        supply="In ServiceTitan, open Reports > Transactions Reconciliation Report - QBD, choose the dates, and download it. "
        "Save the file with your other files",
        at_fault="transaction",
        numbered=True,
        identity="id",
    ),
    Kind(
        name="servicetitan.export_error",
        fields=fields("transaction text\ntransactionType text\ncustomer.name name\nbatch text\ncode id\nmessage text"),
        key=("transaction", "message"),
        supply="In ServiceTitan, open Reports > Export Error Report and download it. Save the file with your other files",
        at_fault="transaction",
        numbered=True,
    ),
)
