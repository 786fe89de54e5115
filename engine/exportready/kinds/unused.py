"""Lists of ServiceTitan's API that no check uses, and the keys by which each is recognized.

So that such a file is called what it is, and is never taken for a list that looks similar. Keys follow ServiceTitan's OpenAPI documents
(developer portal, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

LISTS: Mapping[str, frozenset[str]] = {
    name.strip(): frozenset(keys.split())
    for name, _, keys in (
        line.partition(":")
        for line in """
purchase order requests: requestNumber requestStatus
purchase order types: automaticallyReceive displayToTechnician
return types: automaticallyReceiveVendorCredit
returns: returnAmount returnDate
receipts: receiptAmount
transfers: fromLocationId toLocationId
inventory adjustments: inventoryLocationId canceledReason type
inventory templates: isConsignment locationIds
vendor credits: inventoryReturnId appliedAmount
vendor payments: glAccount printCheck
remittance vendors: isApproved isVerified
credit memo lines: revenueGeneralLedgerAccount creditMemoId
bank deposits: depositStatus
journal entries: lastSyncVersionId
journal entry lines: debit credit account
payment terms: dueDayType
account types: parentTypeId
locations: customerId zoneId taxExempt
contacts: isArchived referenceId
leads: leadUrl callReasonId
bookings: bookingProviderId isFirstTimeClient
employees: managerId agentId
user roles: employeeType createdOn name
tags: isConversionOpportunity
categories: subcategories categoryType
discounts and fees: amountType excludeFromPayroll
jobs: jobNumber jobStatus
appointments: appointmentNumber arrivalWindowStart
projects: projectManagerIds
estimates: soldBy reviewStatus jobNumber
estimate lines: itemGroupRootId skuAccount
memberships: billingFrequency membershipTypeId
membership types: autoCalculateInvoiceTemplates
recurring services: recurrenceType
invoice templates: isSettingsTemplate
payroll: employeePayrollId grossPayItemType
""".strip().splitlines()
    )
}


def unused_list(keys: AbstractSet[str]) -> str:
    """Return what a list with these keys contains, if it is one that no check uses; else an empty text."""
    return next((name for name, marks in LISTS.items() if marks <= keys), "")
