"""Find the QuickBooks items for sales tax: QuickBooks' own sales tax items, and ServiceTitan's Service items."""

from __future__ import annotations

from exportready.kinds import fold
from exportready.model.evidence import Dataset, Evidence, Record

TAX_ITEM, TAX_GROUP = "SalesTax", "SalesTaxGroup"
"""The types of QuickBooks' own sales tax items: a single rate, and a group that adds up several."""
USUAL_SERVICE_ITEM = "ServiceTitan Sales Tax"
"""The usual name of the Service item for the tax (help.servicetitan.com, set up QuickBooks Desktop sales tax)."""


def tax_items(items: Dataset) -> list[Record]:
    """Return QuickBooks' own sales tax items."""
    types = zip(items.rows(), items.column("ItemType"), strict=True)
    return [item for item, type_ in types if type_ in (TAX_ITEM, TAX_GROUP)]


def names_that_carry_tax(evidence: Evidence) -> frozenset[str]:
    """Return the folded names of every item that can be a tax line of a transaction."""
    of_rates = evidence.dataset("servicetitan.tax_rate").column("salesTaxItem")
    own = (item.get("Name") for item in tax_items(evidence.dataset("quickbooks.Item")))
    return frozenset(fold(name) for name in (USUAL_SERVICE_ITEM, *of_rates, *own) if isinstance(name, str))
