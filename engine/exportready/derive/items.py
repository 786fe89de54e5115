"""Conclude the items on invoice lines, the accounts that QuickBooks' items post to, and the accounts that ServiceTitan uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.names import is_clean
from exportready.derive.pending import settled_batches, unexported
from exportready.derive.same_items import SameItems, type_on_line, type_sold
from exportready.derive.unknowns import any_of, first_text, first_unknown, total, without
from exportready.kinds import fold
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_INCOME = ("IncomeAccountRef.FullName", "SalesAndPurchase.IncomeAccountRef.FullName", "SalesOrPurchase.AccountRef.FullName")
_COST = ("COGSAccountRef.FullName", "SalesAndPurchase.ExpenseAccountRef.FullName")
_LINE = "servicetitan.invoice_item"


@derivation(
    "derived.item_use",
    reads=f"""
{_LINE} skuId skuName type quantity parent.waits parent.syncStatus parent.active parent.batch.number
servicetitan.material id code
servicetitan.equipment id code
servicetitan.service id code
""",
)
def uses(inputs: Inputs) -> Dataset:
    """Conclude one record for each item on invoice lines, by its pricebook code, else by the name on the line.

    A file with only the pending batches is enough: this export uses no other invoices.
    """
    found = Conclusions("derived.item_use")
    lines = inputs.dataset(_LINE)
    codes = _Codes(inputs.evidence)
    is_unexported = unexported(lines, "parent.", settled_batches(inputs.evidence))
    of_item: dict[str, list[tuple[Record, Value]]] = {}
    """Folded item name -> its lines, each with whether it is still to be exported."""
    names: dict[str, str] = {}
    for line, open_ in sorted(zip(lines.rows(), is_unexported, strict=True), key=lambda pair: pair[0].key):
        id_, name = line.get("skuId"), line.get("skuName")
        code = codes.by_id.get(id_, name)
        is_part = line.get("type") in ("Material", "Equipment")
        if is_part and isinstance(id_, Unknown) and isinstance(code, str) and codes.surely_lack(code):
            found.doubt = without(id_, f"{line.key} has no ID, and its name isn't a pricebook code")
        if isinstance(code, str):
            key = fold(code)
            if key not in names or not is_clean(code):
                names[key] = min(names.get(key, code), code, key=is_clean)
            of_item.setdefault(key, []).append((line, open_))
        elif not (name is UNSET and (id_ is UNSET or (isinstance(id_, Unknown) and id_.cause is Reason.EMPTY))):
            found.doubt = without(first_unknown(code, id_) or UNSET, f"we can't tell which item is on {line.key}")
    for key, some in sorted(of_item.items()):
        fields: dict[str, Value] = {
            "code": names[key],
            "unexported": any_of(open_ for _, open_ in some),
            "waits": any_of(line.get("parent.waits") for line, _ in some),
            "lines": Decimal(len(some)),
            "quantity": _pending_quantity([line for line, _ in some]),
        }
        found.add(fields, some[0][0].where)
    return found.dataset(lines, waiting_suffices=True)


def _pending_quantity(lines: Sequence[Record]) -> Value:
    """Return the total quantity on the pending ones of these lines."""
    pending = [line for line in lines if line.get("parent.waits") is not False]
    unknown = first_unknown(*(line.get("parent.waits") for line in pending))
    return unknown or total((line.get("quantity") for line in pending), "the quantity on one of its lines is empty")


class _Codes:
    """The codes of the pricebook."""

    def __init__(self, evidence: Evidence) -> None:
        datasets = [evidence.dataset(kind) for kind in PRICEBOOK]
        self.by_id: dict[Value, Value] = {}
        for dataset in datasets:
            self.by_id |= {id_: code for id_, code in dataset.lookup("id", "code").items() if code is not UNSET}
        self._codes = {fold(code) for dataset in datasets for code in dataset.column("code") if isinstance(code, str)}
        self._are_all = all(dataset.scope in (Scope.WHOLE, Scope.ACTIVE) for dataset in datasets)

    def surely_lack(self, code: str) -> bool:
        """Return whether the complete pricebook is known and doesn't have a code."""
        return self._are_all and fold(code) not in self._codes


@derivation(
    "derived.item",
    reads=f"quickbooks.Item Name FullName ItemType IsActive {' '.join((*_INCOME, *_COST))}",
)
def items(inputs: Inputs) -> Dataset:
    """Conclude QuickBooks' items, each with one income and one cost account. An empty account stays empty."""
    found = Conclusions("derived.item")
    dataset = inputs.dataset("quickbooks.Item")
    for item in dataset.rows():
        fields: dict[str, Value] = {name: item.get(name) for name in ("Name", "FullName", "ItemType", "IsActive")}
        fields |= {"incomeAccount": _account(item, _INCOME), "costAccount": _account(item, _COST)}
        found.add(fields, item.where)
    return found.dataset(dataset)


def _account(item: Record, forms: tuple[str, ...]) -> Value:
    """Return the account from whichever of its fields is filled in; unknown if none is and one of them is not known."""
    values = [item.get(form) for form in forms]
    return first_text(values, first_unknown(*values) or UNSET)


_NAMING = {
    "servicetitan.material": ("active", ("account", "assetAccount")),
    "servicetitan.equipment": ("active", ("account", "assetAccount")),
    "servicetitan.service": ("active", ("account",)),
    _LINE: ("parent.waits", ("generalLedgerAccount.name", "assetAccount.name")),
    "servicetitan.payment": ("waits", ("generalLedgerAccount.name",)),
}
"""Kind -> the field that says whether a record is checked, and the fields with an account."""


_OF_ITEM = {**dict.fromkeys(PRICEBOOK[:2], "code isInventory"), PRICEBOOK[2]: "code", _LINE: "skuName type inventory"}
"""Kind -> the fields that say which of QuickBooks' items it is."""


@derivation(
    "derived.account_use",
    reads="\n".join(
        f"{kind} {counted_by} {' '.join(accounts)} {_OF_ITEM.get(kind, '')}"
        for kind, (counted_by, accounts) in _NAMING.items()
    )
    + "\nquickbooks.Item Name FullName ItemType",
)
def account_uses(inputs: Inputs) -> Dataset:
    """Conclude one record for each account, other than cost accounts, that active pricebook items and pending transactions use."""
    found = Conclusions("derived.account_use")
    items = SameItems(inputs.dataset("quickbooks.Item"))
    users: dict[str, list[tuple[str, Record]]] = {}
    doubts: list[tuple[Value, str, Value]] = []
    """(folded account name, why it may be in use, the value that is not known)."""
    may_need: dict[str, Unknown] = {}
    """Folded account name -> why QuickBooks may have to have it, apart from its known users."""
    for record, counts, name in _named(inputs.evidence):
        if isinstance(name, str) and counts is True:
            users.setdefault(fold(name), []).append((name, record))
        elif isinstance(name, str):
            reason = f"we don't know whether {record.key}, which uses account {name}, is active or pending"
            doubts.append((fold(name), reason, counts))
            if _is_needed(record, items) is not False:
                may_need[fold(name)] = without(counts, reason)
        elif isinstance(name, Unknown):
            doubts.append((name, f"we can't tell which account {record.key} uses", name))
    open_ = [(why, value) for name, why, value in doubts if name not in users]
    if open_:
        why, value = min(open_, key=lambda doubt: doubt[0])
        found.doubt = without(value, why)
    for key, some in sorted(users.items()):
        name, record = min(some, key=lambda user: (user[1].key, user[0]))
        needed = any_of([*(_is_needed(user, items) for _, user in some), may_need.get(key, False)])
        fields: dict[str, Value] = {"name": name, "usedBy": record.key, "uses": Decimal(len(some)), "needed": needed}
        found.add(fields, record.where)
    return found.dataset(*map(inputs.dataset, _NAMING), active_suffices=True, waiting_suffices=True)


def _named(evidence: Evidence) -> Iterator[tuple[Record, Value, Value]]:
    """Return each record that may be checked, whether it is, and each account that it uses."""
    for kind, (counted_by, accounts) in _NAMING.items():
        for record in evidence.dataset(kind).rows():
            counts = record.get(counted_by)
            if counts is not False:
                yield from ((record, counts, record.get(account)) for account in accounts)


def _is_needed(record: Record, items: SameItems) -> Value:
    """Return whether QuickBooks must have the account that a record uses.

    If QuickBooks already has the item, it posts to its own account (help.servicetitan.com, sync objects).
    """
    if record.kind not in _OF_ITEM:
        return True
    type_ = type_on_line(record) if record.kind == _LINE else type_sold(record)
    has = items.has(record.get("skuName" if record.kind == _LINE else "code"), type_)
    return has if isinstance(has, Unknown) else not has
