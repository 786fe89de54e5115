"""What ServiceTitan's API answers for the invented company: every list with every key of a record."""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from firm import NORTHWIND, Firm
from northwind import (
    COGS,
    EQUIPMENT,
    INACTIVE,
    MATERIALS,
    METHODS,
    NOT_IN_BOOKS,
    SHOWN,
    TERMS,
    Dice,
    Json,
    Sku,
    cents,
    money,
)

# The keys of one record of each list, as ServiceTitan's API answers them. What is not stated below is null.
SHAPES = {
    "material": (
        "id code displayName description cost active price memberPrice addOnPrice addOnMemberPrice hours bonus commissionBonus "
        "paysCommission deductAsJobCost unitOfMeasure isInventory account costOfSaleAccount assetAccount taxable primaryVendor "
        "otherVendors categories assets modifiedOn source externalId externalData isConfigurableMaterial chargeableByDefault "
        "variationsOrConfigurableMaterials businessUnitId createdById createdOn displayInAmount generalLedgerAccountId "
        "isOtherDirectCost costTypeId defaultAssetUrl budgetCostCode budgetCostType isCostLocked isPriceLocked isChemical "
        "epaNumber activeIngredients"
    ),
    "equipment": (
        "id code displayName description active price memberPrice addOnPrice addOnMemberPrice manufacturer model "
        "manufacturerWarranty serviceProviderWarranty categories assets recommendations upgrades equipmentMaterials "
        "primaryVendor otherVendors account costOfSaleAccount assetAccount crossSaleGroup paysCommission bonus commissionBonus "
        "hours taxable cost unitOfMeasure isInventory modifiedOn source externalId externalData isConfigurableEquipment "
        "variationsOrConfigurableEquipment typeId displayInAmount generalLedgerAccountId createdOn defaultAssetUrl dimensions "
        "budgetCostCode budgetCostType isCostLocked isPriceLocked"
    ),
    "service": (
        "id code displayName description warranty categories price memberPrice addOnPrice addOnMemberPrice taxable account "
        "hours isLabor recommendations upgrades assets serviceMaterials serviceEquipment active crossSaleGroup paysCommission "
        "bonus commissionBonus modifiedOn source externalId externalData businessUnitId cost createdOn soldByCommission "
        "defaultAssetUrl budgetCostCode budgetCostType isPriceLocked calculatedPrice useStaticPrices"
    ),
    "invoice": (
        "id syncStatus budgetCodeId referenceNumber invoiceDate dueDate subTotal salesTax salesTaxCode taxZoneId total balance "
        "invoiceType customer customerAddress location locationAddress businessUnit termName createdBy batch depositedOn "
        "createdOn modifiedOn adjustmentToId job projectId royalty employeeInfo commissionEligibilityDate sentStatus "
        "reviewStatus assignedTo summary items customFields active discountTotal importId exportId materialSkuId membershipId "
        "paidOn invoiceConfiguration"
    ),
    "line": (
        "id description quantity cost totalCost budgetCodeId inventoryLocationId inventoryLocation price type skuName skuId "
        "total inventory taxable isChargeable generalLedgerAccount costOfSaleAccount assetAccount membershipTypeId itemGroup "
        "displayName soldHours createdOn modifiedOn serviceDate order businessUnit createdById displayInAmount importId "
        "exportId inventoryStatus addOn memberPrice technicianId installedEquipmentId estimateItemId"
    ),
    "payment": (
        "active appliedTo authCode batch businessUnit checkNumber createdBy createdOn customer customFields date deposit "
        "generalLedgerAccount id memo modifiedOn referenceNumber refundedPaymentId syncStatus total type typeId unappliedAmount"
    ),
    "applied": "appliedAmount appliedBy appliedId appliedOn appliedTo appliedToReferenceNumber",
    "order": (
        "id number invoiceId jobId projectId status typeId vendorId technicianId shipTo businessUnitId inventoryLocationId "
        "batchId budgetCodeId vendorDocumentNumber date requiredOn sentOn receivedOn createdOn modifiedOn total tax shipping "
        "createdById summary items customFields"
    ),
    "order_line": (
        "id skuId description createdOn modifiedOn skuName skuCode skuType vendorPartNumber quantity quantityReceived cost "
        "total serialNumbers status chargeable budgetCodeId"
    ),
    "bill": (
        "id purchaseOrderId syncStatus status source billType postDate referenceNumber vendorNumber summary billDate "
        "earlyDiscountDate billAmount vendorInvoiceTotal taxAmount shippingAmount landedCostMethod otherAmount "
        "preTaxDiscountAmount preTaxCharge postTaxDiscountAmount postTaxCharge createdBy createdOn modifiedOn termName dueDate "
        "doNotPay dateCanceled canceledBy shipToDescription batch businessUnit taxZone vendor remittanceVendorInfo shipTo "
        "budgetCodeId items expenseItems customFields jobId jobNumber dateReconciled"
    ),
    "bill_line": (
        "order name description quantity cost allocatedTax allocatedShipping allocatedOtherCosts fullyLandedUnitCost "
        "inventoryLocation vendorPartNumber serialNumber generalLedgerAccount costOfSaleAccount assetAccount id skuId "
        "receiptItemId skuType skuCode budgetCodeId"
    ),
    "credit_memo": (
        "id date referenceNumber subTotal salesTax salesTaxCode total balance appliedTo customer customerAddress location "
        "locationAddress businessUnit syncStatus batch customFields createdOn createdBy modifiedOn modifiedBy description "
        "active importId exportId"
    ),
    "installed": (
        "id active equipmentId locationId customerId invoiceItemId name type installedOn createdOn modifiedOn serialNumber "
        "barcodeId memo manufacturer model cost status manufacturerWarrantyStart manufacturerWarrantyEnd "
        "serviceProviderWarrantyStart serviceProviderWarrantyEnd tags actualReplacementDate manufacturedOn "
        "predictedReplacementMonths predictedReplacementDate"
    ),
    "truck": "id name active memo warehouseId technicianIds inventoryTemplateId createdOn modifiedOn externalData",
    "technician": (
        "id userId name roleIds businessUnitId mainZoneId zoneIds createdOn modifiedOn email phoneNumber loginName home "
        "dailyGoal isManagedTech licenseType customFields active aadUserId burdenRate team jobFilter permissions accountLocked "
        "commissionRate currentValue firstName lastName hourlyRate jobId mobilePhone outboundCallerId payrollId "
        "payrollProfileId appoitmentId shiftStart shiftEnd soldByRate startDate status skills positions location bio memo"
    ),
    "business_unit": (
        "id active name officialName email currency phoneNumber invoiceHeader invoiceMessage defaultTaxRate "
        "authorizationParagraph acknowledgementParagraph address materialSku quickbooksClass accountCode franchiseId "
        "conceptCode corporateContractNumber trade division tagTypeIds tenant createdOn modifiedOn externalData "
        "certifiedSentriconSpecialistCode"
    ),
    "tax_zone": "id name color isTaxRateSeparated isMultipleTaxZone rates createdOn modifiedOn active",
    "rate": "id taxName taxBaseType taxRate salesTaxItem",
    "customer": (
        "id active name type address customFields balance taxExempt tagTypeIds doNotMail doNotService nationalAccount createdOn "
        "createdById modifiedOn mergedToId paymentTermId creditLimit creditLimitBalance externalData"
    ),
    "vendor": (
        "id name active isTruckReplenishment isMobileCreationRestricted memo deliveryOption defaultTaxRate contactInfo address "
        "createdOn modifiedOn externalData customFields"
    ),
    "gl_account": (
        "id name number description type subtype active isIntacctGroup isIntacctBankAccount source defaultAccountType createdOn "
        "modifiedOn"
    ),
}

NUMBERS = "memberPrice addOnPrice addOnMemberPrice hours bonus commissionBonus soldHours soldByCommission".split()
ARRAYS = "otherVendors categories assets externalData recommendations upgrades customFields tagTypeIds zoneIds skills".split()


def shape(kind: str, **values: Any) -> Json:
    """One record with every key that the API gives it, so that no key is missing where null is meant."""
    empty, arrays = _empty(kind)
    record: Json = {**empty, **{name: [] for name in arrays}, **values}
    assert len(record) == len(empty), set(record) - set(empty)
    return record


@cache
def _empty(kind: str) -> tuple[Json, tuple[str, ...]]:
    """A record of which nothing is said, and its keys that hold lists."""
    keys = SHAPES[kind].split()
    return {key: 0 if key in NUMBERS else None for key in keys}, tuple(key for key in keys if key in ARRAYS)


def sku_record(sku: Sku, n: int, firm: Firm = NORTHWIND) -> Json:
    """A pricebook entry as the API lists it."""
    values: Json = {
        "id": sku.id, "code": sku.code, "displayName": sku.text, "description": f"<p>{sku.text}</p>", "cost": sku.cost / 100,
        "active": sku.code not in INACTIVE, "price": sku.price / 100, "taxable": sku.kind != "service",
        "account": sku.income, "paysCommission": False, "source": None, "createdOn": "2023-05-02T16:10:00Z",
        "modifiedOn": f"2026-{1 + n % 10:02d}-{1 + n % 27:02d}T15:{n % 60:02d}:00Z", "isPriceLocked": False,
    }
    if sku.kind == "service":
        return shape("service", **values, isLabor=True, warranty={"duration": 30, "description": "Labor"}, serviceMaterials=[],
                     serviceEquipment=[], calculatedPrice=sku.price / 100, useStaticPrices=True)
    vendor = {"id": 900 + n, "vendorName": firm.vendors[n % 8], "vendorId": 3100 + n % 8, "memo": None, "vendorPart": f"P{7000 + n}",
              "cost": sku.cost / 100, "active": True, "primarySubAccount": None, "otherSubAccounts": []}
    values |= {
        "unitOfMeasure": "Each", "isInventory": sku.stocked, "primaryVendor": vendor,
        "costOfSaleAccount": None if sku.code == "OLD-FLUX-8OZ" else sku.cogs,
        "assetAccount": "Inventory Asset" if sku.stocked else None, "displayInAmount": True, "isCostLocked": False,
    }
    if sku.kind == "material":
        return shape("material", **values, deductAsJobCost=False, chargeableByDefault=True, isConfigurableMaterial=False,
                     variationsOrConfigurableMaterials=[], isOtherDirectCost=False, isChemical=False)
    warranty = {"duration": 72, "description": "Tank and parts"}
    return shape("equipment", **values, manufacturer="Hearthmoor", model=f"HM-{sku.code}", manufacturerWarranty=warranty,
                 serviceProviderWarranty={"duration": 12, "description": "Labor"}, equipmentMaterials=[],
                 isConfigurableEquipment=False, variationsOrConfigurableEquipment=[],
                 dimensions={"height": 60, "width": 22, "depth": 22})


PRICEBOOK = {"materials": "material", "equipment": "equipment", "services": "service"}
"""The three lists of the pricebook by the name of their file."""
CHARGES = {f"{COGS}:Purchase Tax": "CostOfGoodsSoldTax", f"{COGS}:Freight": "CostOfGoodsSoldShipping"}
"""The accounts for tax and shipping on purchases."""


def gl(account: str | None) -> Json | None:
    """Return an account as it is written on a line."""
    if account is None:
        return None
    kind = COGS if account.startswith(COGS) else "Income" if account.startswith("Sales") else "Other Current Asset"
    kind = "Expense" if account == "Shop Supplies" else kind
    return {"id": 5000 + sum(map(ord, account)), "name": account, "number": None, "type": kind, "detailType": kind}


def line(sku: Sku, n: int, invoice: int, unit: int, count: int, day: str, firm: Firm) -> Json:
    """One invoice line; what is stocked comes from the truck of the technician who did the job."""
    truck = invoice % (len(firm.trucks) - 1)
    located = {"inventoryLocationId": 610 + truck, "inventoryLocation": firm.trucks[truck]} if sku.stocked else {}
    return shape(
        "line", id=870000 + 10 * invoice + n, description=sku.text, quantity=f"{count}.00", cost=money(sku.cost), order=n,
        totalCost=money(sku.cost * count), price=money(sku.price), type=sku.kind.capitalize(), skuName=sku.code, skuId=sku.id,
        total=money(sku.price * count), inventory=sku.stocked, taxable=sku.kind != "service", isChargeable=True,
        generalLedgerAccount=gl(sku.income), costOfSaleAccount=gl(sku.cogs), membershipTypeId=0, displayName=sku.text,
        assetAccount=gl("Inventory Asset" if sku.stocked else None), createdOn=f"{day}T14:20:00Z", displayInAmount=True,
        modifiedOn=f"{day}T14:20:00Z", serviceDate=f"{day}T00:00:00Z", businessUnit={"id": unit, "name": firm.units[unit]},
        createdById=301, addOn=False, memberPrice=money(sku.price), technicianId=301 + truck, **located,
    )


def invoices(dice: Dice, skus: Sequence[Sku], names: Sequence[str], waiting_size: int = 0, firm: Firm = NORTHWIND) -> list[Json]:
    """Return the exported batches, the pending batch (of another size, if one is given), and a voided invoice in no batch."""
    by_code = {sku.code: sku for sku in skus}
    parts = [sku for sku in skus if sku.kind != "service" and sku.code not in {*NOT_IN_BOOKS, *INACTIVE}]
    labor = [sku for sku in skus if sku.kind == "service"][:-1]
    people = [" ".join(name.split()) for name in names if ":" not in name and name not in firm.gone]
    ids = {name: 20000 + 3 * n for n, name in enumerate([*people, *firm.newcomers])}
    address = firm.address
    found: list[Json] = []
    for number, (batch, size) in firm.batches.items():
        waiting = number == firm.waiting
        for n in range(waiting_size or size if waiting else size):
            i = len(found) + 1
            unit, zone, term = 21 + i % 3, list(firm.zones)[i % len(firm.zones)], list(TERMS)[i % 3]
            chosen = [labor[dice.below(len(labor))], *(parts[dice.below(len(parts))] for _ in range(dice.below(firm.parts)))]
            if waiting and n < 2 * len(SHOWN) and n % 2:
                chosen.append(by_code[SHOWN[n // 2]])
            who = firm.newcomers[n - 4] if waiting and n in (4, 5) else people[(i * 37) % len(people)]
            day = f"2026-{batch[:2]}-{int(batch[3:5]) - n % 4:02d}"
            items = [line(sku, k, i, unit, 1 + dice.below(2), day, firm) for k, sku in enumerate(chosen, 1)]
            taxable = sum(cents(item["total"]) for item in items if item["taxable"])
            rate = firm.rate(zone)
            tax, net = (taxable * rate + 5000) // 10000, sum(cents(item["total"]) for item in items)
            status = "Exported" if not waiting else "Pending" if n % 7 == 6 else "Posted"
            paid = i % 4 != 0 and status != "Pending"
            customer: Json = {"id": ids[who], "name": who}
            found.append(shape(
                "invoice", id=530000 + 11 * i, syncStatus=status, referenceNumber=str(firm.first_number + i),
                invoiceDate=f"{day}T00:00:00Z", dueDate=f"{day}T00:00:00Z", subTotal=money(net), salesTax=money(tax),
                taxZoneId=71 + i % len(firm.zones), customer=customer, total=money(net + tax),
                salesTaxCode={"id": 71 + i % len(firm.zones), "name": zone, "taxRate": rate / 10000},
                customerAddress=address,
                balance=money(0 if paid else net + tax), invoiceType={"id": 1, "name": "Standard"}, locationAddress=address,
                location={"id": customer["id"] + 400000, "name": who}, businessUnit={"id": unit, "name": firm.units[unit]},
                termName=term, createdBy="office", batch={"id": 8000 + int(number), "number": number, "name": batch},
                createdOn=f"{day}T14:20:00Z",
                modifiedOn=f"{day}T21:05:00Z", items=items,
                job={"id": 440000 + i, "number": str(firm.first_number + i), "type": "Service"},
                royalty={"status": "Pending", "date": None, "sentOn": None, "memo": None}, sentStatus="Sent", active=True,
                reviewStatus="Reviewed", summary=f"{items[0]['displayName']}, finished", discountTotal="0.00", membershipId=0,
                paidOn=f"{day}T21:05:00Z" if paid else None, invoiceConfiguration="JobInvoice",
            ))
    after = len(found) + 1
    void = {"id": 530000 + 11 * max(909, after), "referenceNumber": str(firm.first_number + max(99, after)),
            "syncStatus": "Pending", "active": False, "batch": None, "items": [],
            "job": None, "subTotal": "0.00", "salesTax": "0.00", "total": "0.00", "balance": "0.00", "paidOn": None,
            "summary": "Booked twice"}
    return [*found, {**found[-1], **void}]


def payments(bills: Sequence[Json]) -> list[Json]:
    """One payment in full for each paid invoice, in the invoice's batch, and a voided one."""
    found = []
    for n, bill in enumerate(bill for bill in bills if bill["paidOn"]):
        how = METHODS[n % len(METHODS)]
        applied = shape("applied", appliedAmount=bill["total"], appliedBy="office", appliedId=760000 + n,
                        appliedOn=bill["paidOn"], appliedTo=bill["id"], appliedToReferenceNumber=bill["referenceNumber"])
        same = {key: bill[key] for key in ("batch", "businessUnit", "createdOn", "customer", "modifiedOn", "syncStatus", "total")}
        found.append(shape("payment", **same, id=750000 + n, active=True, appliedTo=[applied], createdBy="office",
                           date=bill["paidOn"],
                           checkNumber=str(2100 + n) if how == "Check" else None, generalLedgerAccount=gl("Undeposited Funds"),
                           referenceNumber=f"P{9300 + n}", type=how, typeId=str(40 + n % 5), unappliedAmount="0.00"))
    void = {"id": 759999, "active": False, "appliedTo": [], "batch": None, "referenceNumber": "P9999", "syncStatus": "Pending",
            "total": "0.00"}
    return [*found, {**found[-1], **void}]


def orders(dice: Dice, skus: Sequence[Sku], firm: Firm = NORTHWIND) -> list[Json]:
    """Purchase orders for items that QuickBooks already has."""
    parts = [sku for sku in skus if sku.stocked and sku.code not in {*NOT_IN_BOOKS, *INACTIVE, *firm.never_ordered}]
    found = []
    statuses = ("Exported", "Received", "Sent", "Sent", "PartiallyReceived", "Pending", "Canceled")
    for n, status in enumerate(statuses[:firm.orders]):
        items = []
        for k in range(1 + n % 3):
            sku, count = parts[dice.below(len(parts))], 2 + dice.below(9)
            items.append(shape(
                "order_line", id=96000 + 10 * n + k, skuId=sku.id, description=sku.text, createdOn="2026-11-12T15:00:00Z",
                modifiedOn="2026-11-12T15:00:00Z", skuName=sku.text, skuCode=sku.code, skuType=sku.kind.capitalize(),
                vendorPartNumber=f"P{7000 + n}", quantity=count, quantityReceived=count if n < 2 else count // 2 * (n == 4),
                cost=sku.cost / 100, total=sku.cost * count / 100, serialNumbers=[], status=status, chargeable=False,
            ))
        total = sum(round(item["total"] * 100) for item in items) + 1250 * (n % 2) + 300 * (n % 2)
        found.append(shape(
            "order", id=95000 + n, number=f"PO-{3300 + n}", status=status, typeId=5, vendorId=3100 + n, technicianId=None,
            shipTo=firm.address,
            businessUnitId=21 + n % 3, inventoryLocationId=610 + n % (len(firm.trucks) - 1), date="2026-11-12T00:00:00Z",
            total=total / 100, tax=3.0 * (n % 2),
            requiredOn="2026-11-25T00:00:00Z", sentOn=None if status == "Pending" else "2026-11-12T16:00:00Z", items=items,
            receivedOn="2026-11-17T18:00:00Z" if n < 2 else None, createdOn="2026-11-12T15:00:00Z", createdById=301,
            modifiedOn="2026-11-17T18:00:00Z", shipping=12.5 * (n % 2), summary="Restock",
        ))
    return found


def bills(found: Sequence[Json], firm: Firm = NORTHWIND) -> list[Json]:
    """The bill of each purchase order that was received and exported, in a batch of its own."""
    return [bill(order, n, firm) for n, order in enumerate(found) if order["status"] == "Exported"]


def bill(order: Json, n: int, firm: Firm) -> Json:
    """The bill of one purchase order."""
    number, (name, _) = next(iter(firm.batches.items()))
    earlier = int(number) - 1
    batch = {"id": 8000 + earlier, "number": str(earlier), "name": f"{name[:5]} bills"}
    items = [
        shape("bill_line", id=item["id"] + 1000, order=k, name=item["skuName"], description=item["description"],
              quantity=f"{item['quantity']}.00", cost=f"{item['cost']:.2f}", skuId=item["skuId"], skuType=item["skuType"],
              skuCode=item["skuCode"], receiptItemId=item["id"] + 2000, serialNumber=None,
              inventoryLocation={"id": order["inventoryLocationId"], "name": firm.trucks[order["inventoryLocationId"] - 610],
                                 "type": "Truck"},
              generalLedgerAccount=gl("Inventory Asset"), costOfSaleAccount=gl(MATERIALS), assetAccount=gl("Inventory Asset"))
        for k, item in enumerate(order["items"], 1)
    ]
    vendor = firm.vendors[order["vendorId"] - 3100]
    return shape(
        "bill", id=98000 + n, purchaseOrderId=order["id"], syncStatus="Exported", status="Reconciled", source="FromReceipt",
        billType="ProcurementBill", referenceNumber=f"B-{7700 + n}", billDate="2026-11-02T00:00:00Z", postDate="2026-11-02T00:00:00Z",
        billAmount=f"{order['total']:.2f}", taxAmount=f"{order['tax']:.2f}", shippingAmount=f"{order['shipping']:.2f}",
        otherAmount="0.00", createdBy="office", createdOn="2026-11-02T16:00:00Z", modifiedOn="2026-11-02T16:00:00Z",
        termName="Net 30", dueDate="2026-12-02T00:00:00Z", doNotPay=False, batch=batch,
        businessUnit={"id": 21, "name": firm.units[21]}, vendor={"id": order["vendorId"], "name": vendor}, shipTo=firm.address,
        items=items, expenseItems=[],
    )


def credit_memos(found: Sequence[Json]) -> list[Json]:
    """One credit memo, exported long ago."""
    same = {key: found[0][key] for key in ("customer", "customerAddress", "location", "locationAddress", "businessUnit",
                                            "salesTaxCode", "batch", "syncStatus", "createdOn", "modifiedOn")}
    return [shape("credit_memo", **same, id=770001, date=found[0]["invoiceDate"], referenceNumber="CM-501", subTotal=45.0,
                  salesTax=0.0, total=45.0, balance=0.0, appliedTo=[], createdBy="office", description="Returned part",
                  active=True)]


def settings_lists(names: Sequence[str], bills: Sequence[Json], firm: Firm = NORTHWIND) -> dict[str, list[Json]]:
    """The short lists of people, places and accounts."""
    when: Json = {"createdOn": "2023-05-02T16:10:00Z", "modifiedOn": "2026-09-14T15:00:00Z"}
    trucks = [shape("truck", **when, id=610 + n, name=name, active="sold" not in name, warehouseId=600, technicianIds=[301 + n])
              for n, name in enumerate(firm.trucks)]
    trucks[0]["technicianIds"].append(300 + len(firm.trucks))
    trucks[-1]["technicianIds"] = []
    crew = [
        shape("technician", **when, id=301 + n, userId=1301 + n, name=name, roleIds=[4], businessUnitId=21 + n % 3, dailyGoal=0,
              loginName=f"tech{n + 1}", isManagedTech=True, licenseType="ManagedTech", active=n < len(firm.crew) - 1,
              accountLocked=n == len(firm.crew) - 1,
              firstName=name.split()[0], lastName=name.split()[1], positions=["Service"], permissions=[])
        for n, name in enumerate(firm.crew)
    ]
    units = [
        shape("business_unit", **when, id=unit, active=unit != 24, name=name, officialName=f"{firm.name}, {name}", currency="USD",
              address=firm.address | {"latitude": 0, "longitude": 0, "isManualCoordinates": False, "isMilitary": False},
              quickbooksClass=name.split()[0], trade={"id": 1, "name": "Plumbing"}, division={"id": 2, "name": "Service"},
              tenant={"id": 99, "name": firm.name, "accountCode": None, "franchiseId": None, "conceptCode": None,
                      "modifiedOn": None})
        for unit, name in firm.units.items()
    ]
    zones = []
    for n, (zone, taxes) in enumerate({**firm.zones, "Out of state (closed)": (list(firm.taxes)[-1],)}.items()):
        item = f"{zone} Sales Tax" if zone in firm.zones else taxes[0]
        rate = shape("rate", id=81 + n, taxName=item, taxBaseType=["Subtotal"], taxRate=sum(firm.taxes[tax] for tax in taxes) / 10000,
                     salesTaxItem=item)
        zones.append(shape("tax_zone", **when, id=71 + n, name=zone, color=n, isTaxRateSeparated=False, isMultipleTaxZone=False,
                           rates=[rate], active=zone in firm.zones))
    ids = {bill["customer"]["name"]: bill["customer"]["id"] for bill in bills}
    everyone = dict.fromkeys([*(" ".join(name.split()) for name in names if ":" not in name), *ids])
    owed = dict.fromkeys(everyone, 0)
    for bill in bills:
        owed[bill["customer"]["name"]] += cents(bill["balance"])
    people = [
        shape("customer", **when, id=ids.get(name, 90000 + n), active=name not in firm.gone, name=name,
              type="Residential" if "," in name else "Commercial", address=firm.address | {"latitude": 0, "longitude": 0},
              taxExempt=False, balance=owed[name] / 100, doNotMail=False,
              doNotService=False, nationalAccount=False, createdById=301, creditLimit=0, creditLimitBalance=0)
        for n, name in enumerate(everyone)
    ]
    vendors = [
        shape("vendor", **when, id=3100 + n, name=name, active=name != "Foxglove Printing", isTruckReplenishment=n < 8,
              address=firm.address, isMobileCreationRestricted=False, deliveryOption="Manual", defaultTaxRate=0,
              contactInfo={"firstName": None, "lastName": None, "phone": None, "email": None, "fax": None})
        for n, name in enumerate(firm.vendors[:firm.buys_from])
    ]
    wanted = ["Accounts Receivable", "Inventory Asset", "Undeposited Funds", "Sales:Equipment", "Sales:Labor", "Sales:Parts",
              COGS,
              MATERIALS, EQUIPMENT, f"{COGS}:Old Materials", "Shop Supplies", *CHARGES]
    accounts = []
    for name in wanted:
        account = gl(name) or {}
        accounts.append(shape("gl_account", **when, id=account["id"], name=name, type=account["type"], subtype=account["type"],
                              active=not name.endswith("Old Materials"), isIntacctGroup=False, isIntacctBankAccount=False,
                              source="AccountingSystem", defaultAccountType=CHARGES.get(name)))
    accounts.append({**accounts[0], "id": 4999, "name": "Old Clearing", "active": False})
    return {"trucks": trucks, "technicians": crew, "business-units": units, "tax-zones": zones, "customers": people,
            "vendors": vendors, "gl-accounts": accounts}
