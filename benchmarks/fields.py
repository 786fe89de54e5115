"""List the fields that the shipped rules read, as a hand-written program would: a fixed list.

floors.py reads these fields from the files. `python -m benchmarks.fields` prints the current list.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]

FIELDS = """
quickbooks.Account: AccountType:text FullName:name IsActive:yesno ListID:id Name:name ParentRef.FullName:name
quickbooks.AppliedToTxn: Amount:number DiscountAmount:number RefNumber:text TxnDate:date TxnID:id TxnType:text
    parent.CustomerRef.FullName:name parent.RefNumber:text parent.TxnID:id
quickbooks.Bill: APAccountRef.FullName:name AmountDue:number Memo:text RefNumber:text TimeCreated:time TimeModified:time
    TxnDate:date TxnID:id VendorRef.FullName:name
quickbooks.Class: FullName:name IsActive:yesno ParentRef.FullName:name
quickbooks.Company: CompanyName:name
quickbooks.CreditMemo: ARAccountRef.FullName:name ClassRef.FullName:name CustomerRef.FullName:name Memo:text RefNumber:text
    SalesTaxTotal:number Subtotal:number TimeCreated:time TimeModified:time TotalAmount:number TxnDate:date TxnID:id
quickbooks.CreditMemoLine: Amount:number ItemRef.FullName:name Quantity:number parent.TimeCreated:time parent.TxnID:id
quickbooks.Customer: ClassRef.FullName:name FullName:name ItemSalesTaxRef.FullName:name ListID:id ParentRef.FullName:name
quickbooks.Employee: Name:name
quickbooks.Host: QBFileMode:text
quickbooks.InventorySite: Name:name
quickbooks.Invoice: ARAccountRef.FullName:name BalanceRemaining:number ClassRef.FullName:name CustomerRef.FullName:name
    ItemSalesTaxRef.FullName:name Memo:text RefNumber:text SalesTaxTotal:number Subtotal:number TimeCreated:time
    TimeModified:time TxnDate:date TxnID:id
quickbooks.InvoiceLine: Amount:number ClassRef.FullName:name InventorySiteRef.FullName:name ItemRef.FullName:name
    Quantity:number parent.TimeCreated:time parent.TxnID:id
quickbooks.Item: AssetAccountRef.FullName:name COGSAccountRef.FullName:name FullName:name IncomeAccountRef.FullName:name
    IsActive:yesno ItemSalesTaxRef.FullName:text ItemType:text ListID:id Name:name ParentRef.FullName:name
    PrefVendorRef.FullName:name SalesAndPurchase.ExpenseAccountRef.FullName:name
    SalesAndPurchase.IncomeAccountRef.FullName:name SalesOrPurchase.AccountRef.FullName:name TaxRate:number
    TaxVendorRef.FullName:name
quickbooks.JournalDebitLine: AccountRef.FullName:name Amount:number parent.TimeCreated:time parent.TxnID:id
quickbooks.JournalEntry: Memo:text RefNumber:text TimeCreated:time TimeModified:time TxnDate:date TxnID:id
quickbooks.LinkedTxn: Amount:number TxnID:id TxnType:text parent.RefNumber:text parent.TxnDate:date parent.TxnID:id
quickbooks.OtherName: Name:name
quickbooks.Preferences: AccountingPreferences.ClosingDate:date AccountingPreferences.IsUsingClassTracking:yesno
    SalesTaxPreferences.DefaultItemSalesTaxRef.FullName:name
quickbooks.PurchaseOrder: ClassRef.FullName:name Memo:text RefNumber:text TimeCreated:time TimeModified:time
    TotalAmount:number TxnDate:date TxnID:id VendorRef.FullName:name
quickbooks.PurchaseOrderLine: ItemRef.FullName:name parent.TimeCreated:time
quickbooks.ReceivePayment: ARAccountRef.FullName:name CustomerRef.FullName:name DepositToAccountRef.FullName:name Memo:text
    RefNumber:text TimeCreated:time TimeModified:time TotalAmount:number TxnDate:date TxnID:id UnusedPayment:number
quickbooks.Status: request:text statusCode:text statusMessage:text statusSeverity:text
quickbooks.Vendor: IsActive:yesno ListID:id Name:name
servicetitan.bill: active:yesno batch.id:id batch.name:text batch.number:text billAmount:number billDate:date
    businessUnit.name:name id:id modifiedOn:time postDate:date purchaseOrderId:id referenceNumber:text shippingAmount:number
    status:text syncStatus:text taxAmount:number vendor.id:id vendor.name:name
servicetitan.bill_item: assetAccount.id:id assetAccount.name:name costOfSaleAccount.id:id costOfSaleAccount.name:name
    generalLedgerAccount.id:id generalLedgerAccount.name:name inventoryLocation.name:name parent.active:yesno
    parent.batch.id:id parent.batch.name:text parent.batch.number:text parent.id:id parent.referenceNumber:text
    parent.status:text parent.syncStatus:text parent.vendor.name:name skuCode:name skuId:id skuType:text
servicetitan.business_unit: active:yesno id:id name:name quickbooksClass:name
servicetitan.credit_memo: active:yesno batch.id:id batch.name:text batch.number:text businessUnit.name:name customer.id:id
    customer.name:name date:date id:id modifiedOn:time referenceNumber:text syncStatus:text total:number
servicetitan.equipment: account:name active:yesno assetAccount:name code:name costOfSaleAccount:name id:id isInventory:yesno
servicetitan.export_error: customer.name:name message:text transaction:text transactionType:text
servicetitan.gl_account: active:yesno defaultAccountType:text id:id name:name
servicetitan.installed_equipment: id:id name:text serialNumber:text
servicetitan.invoice: active:yesno adjustmentToId:id batch.id:id batch.name:text batch.number:text businessUnit.id:id
    businessUnit.name:name customer.id:id customer.name:name id:id invoiceDate:date modifiedOn:time referenceNumber:text
    salesTax:number salesTaxCode.taxRate:number subTotal:number syncStatus:text taxZoneId:id termName:name total:number
servicetitan.invoice_item: active:yesno assetAccount.id:id assetAccount.name:name businessUnit.name:name
    costOfSaleAccount.id:id costOfSaleAccount.name:name generalLedgerAccount.id:id generalLedgerAccount.name:name
    installedEquipmentId:id inventory:yesno inventoryLocation:name inventoryLocationId:id parent.active:yesno
    parent.batch.id:id parent.batch.name:text parent.batch.number:text parent.customer.name:name parent.id:id
    parent.referenceNumber:text parent.syncStatus:text quantity:number skuId:id skuName:name technicianId:id total:number
    type:text
servicetitan.material: account:name active:yesno assetAccount:name code:name costOfSaleAccount:name id:id isInventory:yesno
servicetitan.payment: active:yesno batch.id:id batch.name:text batch.number:text businessUnit.name:name checkNumber:text
    customer.id:id customer.name:name date:date generalLedgerAccount.id:id generalLedgerAccount.name:name id:id
    modifiedOn:time referenceNumber:text refundedPaymentId:id syncStatus:text total:number type:text
servicetitan.payment_application: appliedAmount:number appliedTo:id appliedToReferenceNumber:text parent.active:yesno
    parent.batch.id:id parent.batch.name:text parent.batch.number:text parent.customer.id:id parent.customer.name:name
    parent.date:date parent.id:id parent.referenceNumber:text parent.syncStatus:text parent.type:text
servicetitan.purchase_order: batchId:id businessUnitId:id date:date id:id inventoryLocationId:id modifiedOn:time number:text
    shipping:number status:text tax:number technicianId:id total:number vendorId:id
servicetitan.purchase_order_item: parent.batchId:id parent.id:id parent.number:text parent.status:text skuCode:name skuId:id
    skuType:text
servicetitan.service: account:name active:yesno code:name id:id
servicetitan.tax_rate: parent.id:id salesTaxItem:name taxRate:number
servicetitan.tax_zone: id:id name:name
servicetitan.technician: active:yesno id:id name:name
servicetitan.truck: active:yesno id:id name:name
servicetitan.truck_technician: parent.active:yesno parent.name:name technicianId:id
servicetitan.vendor: active:yesno id:id name:name
servicetitan.warehouse: id:id name:name
"""
"""Kind: field:type ..., of everything that a file holds; what follows from other fields is not among them."""


def parsed(text: str = FIELDS) -> Mapping[str, Mapping[str, str]]:
    """Kind -> field -> its type."""
    found = {}
    for line in text.replace("\n    ", " ").strip().splitlines():
        kind, _, fields = line.partition(": ")
        found[kind] = dict(field.rsplit(":", 1) for field in fields.split())
    return found


def table(rules: Path = ROOT / "rules") -> str:
    """The list as the rulebook has it now."""
    sys.path.append(str(ROOT / "engine"))
    from exportready.kinds import KINDS
    from exportready.rulebook.load import load

    lines = []
    by_kind = {kind: set(names) for kind, names in load(rules).wanted.items()}
    for kind, names in tuple(by_kind.items()):  # what lines read of their parent, the loop takes out of the parent
        array_of = KINDS[kind].array_of
        if array_of:
            by_kind.setdefault(array_of[0], set()).update(name[7:] for name in names if name.startswith("parent."))
    for kind, wanted in sorted(by_kind.items()):
        known = KINDS[kind].fields
        fields = [f"{name}:{known[name].type.value}" for name in sorted(wanted) if not known[name].needs]
        if kind.startswith(("quickbooks.", "servicetitan.")):
            line = f"{kind}: {' '.join(fields)}"
            lines.append(textwrap.fill(line, 125, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False))
    return "\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
