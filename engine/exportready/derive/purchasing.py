"""Tax and shipping of purchase orders: which item of QuickBooks carries each, and whether an open order has any.

The items are named Tax and Shipping unless account.yaml says otherwise (ServiceTitan Web Connector Best Practices,
2023-05-12, purchase orders).
"""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.conclusions import Conclusions, any_of
from exportready.model.evidence import NOT_EXPORTED, Dataset, Evidence, FieldNote, Location, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

CHARGES = (
    ("tax", "Tax", "purchaseOrders.taxItem", "CostOfGoodsSoldTax"),
    ("shipping", "Shipping", "purchaseOrders.shippingItem", "CostOfGoodsSoldShipping"),
)


_LISTS = ("servicetitan.bill", "servicetitan.bill_item", "servicetitan.purchase_order", "servicetitan.purchase_order_item")


def none_without_module(evidence: Evidence) -> Evidence:
    """Where Purchasing is not in use there are no bills and purchase orders (docs/sources.md, modules): no list is missed."""
    account = evidence.dataset("derived.account").records
    unread = any(source.error for source in evidence.sources) or any(one.kind in _LISTS for one in evidence.questions)
    if not account or account[0].get("purchasing") is not False or unread:
        return evidence
    none = {kind: Dataset(kind=kind, records=(), scope=Scope.WHOLE) for kind in _LISTS if not evidence.dataset(kind).records}
    return replace(evidence, datasets={**evidence.datasets, **none})


def charges(evidence: Evidence) -> Dataset:
    """One record for tax and one for shipping."""
    found = Conclusions(kind="derived.purchase_charge")
    orders = evidence.dataset("servicetitan.purchase_order")
    answers = next(iter(evidence.dataset("account.answers").records), None)
    for charge, usual, path, account in CHARGES:
        answer = answers.get(path) if answers else NOT_EXPORTED
        note = answers.notes.get(path, FieldNote()) if answers else FieldNote()
        named = answer is not NOT_EXPORTED
        carried = any_of(_carried(order, charge) for order in orders.records)
        if carried is False and orders.scope is not Scope.WHOLE:
            carried = Unknown(
                Reason.INCONCLUSIVE, orders.why or "your files hold only a part of the purchase orders", orders.remedy
            )
        fields: dict[str, Value] = {
            "charge": charge,
            "item": answer if named else usual,
            "carried": carried,
            "accountType": account,
        }
        where = note.where if named and note.where else Location("account.yaml", None, f"settings.{path}")
        found.add(fields, where, {"item": FieldNote(where, note.dated, path)} if named else {})
    return Dataset(kind=found.kind, records=tuple(found.records), scope=Scope.WHOLE)


def _carried(order: Record, charge: str) -> Value:
    waits, amount = order.get("waits"), order.get(charge)
    if waits is False:
        return False
    if isinstance(waits, Unknown) or isinstance(amount, Unknown):
        return waits if isinstance(waits, Unknown) else amount
    return isinstance(amount, Decimal) and amount != 0
