"""Conclude which QuickBooks items are used for tax and shipping on purchase orders, and whether a pending order has any.

The items are called Tax and Shipping unless account.yaml has other names (ServiceTitan Web Connector Best Practices, 2023-05-12,
purchase orders).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.answers import answers_of, facts_of
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.unknowns import any_of, first_unknown, not_among
from exportready.kinds.transactions import PURCHASE_ORDER
from exportready.model.evidence import NOT_EXPORTED, Dataset, Evidence, FieldNote, Location, Scope, Value

_CHARGES = (
    ("tax", "Tax", "purchaseOrders.taxItem", "CostOfGoodsSoldTax"),
    ("shipping", "Shipping", "purchaseOrders.shippingItem", "CostOfGoodsSoldShipping"),
)
"""(field of a purchase order, the usual item, the answer with another item, the type of its account)."""
_LISTS = ("servicetitan.bill", "servicetitan.bill_item", "servicetitan.purchase_order", "servicetitan.purchase_order_item")


def with_none_where_unused(evidence: Evidence) -> Evidence:
    """Return the evidence with empty lists of bills and purchase orders if Purchasing is not in use.

    Without Purchasing there are none (docs/sources.md, modules), so no list is missing.
    """
    unread = any(source.error for source in evidence.sources) or any(one.kind in _LISTS for one in evidence.questions)
    if facts_of(evidence).get("purchasing") is not False or unread:
        return evidence
    none = {kind: Dataset(kind=kind, scope=Scope.WHOLE) for kind in _LISTS if not evidence.dataset(kind).rows()}
    return replace(evidence, datasets={**evidence.datasets, **none})


@derivation(
    "derived.purchase_charge",
    reads="""
servicetitan.purchase_order waits tax shipping
account.answers purchaseOrders.taxItem purchaseOrders.shippingItem
""",
)
def charges(inputs: Inputs) -> Dataset:
    """Conclude one record for tax and one for shipping."""
    found = Conclusions("derived.purchase_charge")
    orders, answers = inputs.dataset(PURCHASE_ORDER), answers_of(inputs.evidence)
    for charge, usual, path, account in _CHARGES:
        answer, note = answers.get(path), answers.note(path)
        is_answered = answer is not NOT_EXPORTED
        carried = any_of(_carried(orders, charge))
        if carried is False and orders.scope is not Scope.WHOLE:
            carried = not_among(orders, "your files have only some of the purchase orders")
        fields: dict[str, Value] = {
            "charge": charge,
            "item": answer if is_answered else usual,
            "carried": carried,
            "accountType": account,
        }
        where = note.where if is_answered and note.where else Location("account.yaml", None, f"settings.{path}")
        found.add(fields, where, {"item": FieldNote(where, note.dated, path)} if is_answered else {})
    return found.whole()


def _carried(orders: Dataset, charge: str) -> Iterator[Value]:
    """Yield for each order whether it is pending and has this charge."""
    for waits, amount in zip(orders.column("waits"), orders.column(charge), strict=True):
        if waits is False:
            yield False
        else:
            yield first_unknown(waits, amount) or (isinstance(amount, Decimal) and amount != 0)
