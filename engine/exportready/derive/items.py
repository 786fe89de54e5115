"""Items: which ones invoice lines use, the accounts that QuickBooks' items post to, and the accounts that are named."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from exportready.derive.conclusions import Conclusions, any_of, first
from exportready.derive.names import is_clean
from exportready.derive.waiting import left_out, unexported
from exportready.kinds import fold
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value

PRICEBOOK = ("servicetitan.material", "servicetitan.equipment", "servicetitan.service")
_INCOME = ("IncomeAccountRef.FullName", "SalesAndPurchase.IncomeAccountRef.FullName", "SalesOrPurchase.AccountRef.FullName")
_COST = ("COGSAccountRef.FullName", "SalesAndPurchase.ExpenseAccountRef.FullName")


def uses(evidence: Evidence) -> Dataset:
    """One record per item on invoice lines, by its code in the pricebook, else by the name on the line.

    Where the file holds just the batches that wait, it is all that this export uses: what stands in none is another's matter.
    """
    found = Conclusions(kind="derived.item_use")
    left = left_out(evidence)
    codes = {
        record.get("id"): record.get("code")
        for kind in PRICEBOOK
        for record in evidence.dataset(kind).records
        if isinstance(record.get("id"), str) and record.get("code") is not UNSET
    }
    pricebook = [record for kind in PRICEBOOK for record in evidence.dataset(kind).records]
    known = {fold(code) for record in pricebook if isinstance(code := record.get("code"), str)}
    is_listed = all(evidence.dataset(kind).scope in (Scope.WHOLE, Scope.ACTIVE) for kind in PRICEBOOK)
    lines: dict[str, list[Record]] = {}
    names: dict[str, str] = {}
    dataset = evidence.dataset("servicetitan.invoice_item")
    for line in sorted(dataset.records, key=lambda line: line.key):
        by_id, name = line.get("skuId"), line.get("skuName")
        code = codes.get(by_id, name)
        is_part = line.get("type") in ("Material", "Equipment")
        if is_listed and is_part and isinstance(by_id, Unknown) and isinstance(code, str) and fold(code) not in known:
            found.why = f"{line.key} has a name that is no code of the pricebook, and no id"
        if isinstance(code, str):
            key = fold(code)
            if key not in names or not is_clean(code):
                names[key] = min(names.get(key, code), code, key=is_clean)
            lines.setdefault(key, []).append(line)
        elif not (name is UNSET and by_id in (UNSET, "0")):
            found.why = f"{line.key} does not say in a known way which item it is"
    for key in sorted(lines):
        fields: dict[str, Value] = {
            "code": names[key],
            "unexported": any_of(unexported(line, "parent.", left) for line in lines[key]),
            "waits": any_of(line.get("parent.waits") for line in lines[key]),
            "lines": Decimal(len(lines[key])),
        }
        found.add(fields, lines[key][0].where)
    return found.dataset(dataset, waiting_suffices=True)


def items(evidence: Evidence) -> Dataset:
    """QuickBooks' items with one income and one cost account each. An account that is unset stays unset."""
    found = Conclusions(kind="derived.item")
    dataset = evidence.dataset("quickbooks.Item")
    for item in dataset.records:
        fields: dict[str, Value] = {name: item.get(name) for name in ("Name", "FullName", "ItemType", "IsActive")}
        fields |= {"incomeAccount": _account(item, _INCOME), "costAccount": _account(item, _COST)}
        found.add(fields, item.where)
    return found.dataset(dataset)


def _account(item: Record, forms: tuple[str, ...]) -> Value:
    """The account, in the one of its forms that the item has; unknown where none is filled in and one is not told."""
    values = [item.get(form) for form in forms]
    untold = next((value for value in values if isinstance(value, Unknown)), UNSET)
    return first(values, untold)


_NAMING = {
    "servicetitan.material": ("active", ("account", "assetAccount")),
    "servicetitan.equipment": ("active", ("account", "assetAccount")),
    "servicetitan.service": ("active", ("account",)),
    "servicetitan.invoice_item": ("parent.waits", ("generalLedgerAccount.name", "assetAccount.name")),
    "servicetitan.payment": ("waits", ("generalLedgerAccount.name",)),
}
"""Kind -> the field that says whether a record of it counts, and the fields in which it names an account."""


def account_uses(evidence: Evidence) -> Dataset:
    """The accounts, other than for costs, that active pricebook entries and what waits name; one record per name."""
    found = Conclusions(kind="derived.account_use")
    users: dict[str, list[tuple[str, Record]]] = {}
    untold: list[tuple[Value, str]] = []
    for record, counts, name in _named(evidence):
        if isinstance(name, str) and counts is True:
            users.setdefault(fold(name), []).append((name, record))
        elif isinstance(name, str):
            untold.append((fold(name), f"{record.key} names the account {name}, and it is not known whether it counts"))
        elif isinstance(name, Unknown):
            untold.append((name, f"{record.key} does not say in a known way which account it names"))
    found.why = min((why for name, why in untold if name not in users), default="")
    for key in sorted(users):
        name, record = min(users[key], key=lambda user: (user[1].key, user[0]))
        fields: dict[str, Value] = {"name": name, "usedBy": record.key, "uses": Decimal(len(users[key]))}
        found.add(fields, record.where)
    return found.dataset(*map(evidence.dataset, _NAMING), active_suffices=True, waiting_suffices=True)


def _named(evidence: Evidence) -> Iterator[tuple[Record, Value, Value]]:
    """Each record that may count, whether it does, and each account that it names."""
    for kind, (counted_by, accounts) in _NAMING.items():
        for record in evidence.dataset(kind).records:
            counts = record.get(counted_by)
            if counts is not False:
                yield from ((record, counts, record.get(account)) for account in accounts)
