"""Which items and accounts a pending export uses, and the accounts of QuickBooks' items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.derive import derive
from exportready.evidence.reading import BLANK
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Scope, Unknown, Value
from exportready.rulebook.examples import NOON
from made_evidence import Row, dataset, evidence

Rows = Mapping[str, Sequence[Row]]
MATERIAL, EQUIPMENT, SERVICE = "servicetitan.material", "servicetitan.equipment", "servicetitan.service"
LINE, PAYMENT, ITEM = "servicetitan.invoice_item", "servicetitan.payment", "quickbooks.Item"


def derived(kind: str, rows: Rows, scope: Scope = Scope.WHOLE) -> Dataset:
    """Return what is concluded for one derived kind; a kind that is not listed was not exported."""
    return derive(evidence(*(dataset(name, some, scope) for name, some in rows.items())), NOON).dataset(kind)


def line(status: Value = "Posted", number: Value = "1042", **more: Value) -> Row:
    parent: dict[str, Value] = {"parent.syncStatus": status, "parent.active": True, "parent.batch.number": number}
    named: dict[str, Value] = {
        "skuId": "1",
        "skuName": "PIPE-1",
        "generalLedgerAccount.name": UNSET,
        "assetAccount.name": UNSET,
    }
    return {**parent, **named, **more}


def facts(found: Dataset) -> list[tuple[str, Value, Value, Value]]:
    """Return each item with whether it is still to be exported, whether it is pending, and its number of lines."""

    def known(value: Value) -> Value:
        return NOT_EXPORTED if isinstance(value, Unknown) else value

    return [(one.key, known(one.get("unexported")), known(one.get("waits")), one.get("lines")) for one in found.rows()]


# -- items on lines


def test_an_item_is_known_by_its_code_whatever_its_lines_call_it() -> None:
    rows: Rows = {
        MATERIAL: [{"id": "1", "code": "PIPE-1"}],
        LINE: [line(skuName="Old name"), line(skuName="pipe-1", skuId="0")],
    }
    assert facts(derived("derived.item_use", rows)) == [("PIPE-1", True, True, Decimal(2))]


def test_an_item_that_the_pricebook_does_not_have_goes_by_the_name_on_the_line() -> None:
    assert facts(derived("derived.item_use", {MATERIAL: [], LINE: [line()]})) == [("PIPE-1", True, True, Decimal(1))]


@pytest.mark.parametrize(
    ("row", "unexported", "waits"),
    [
        (line("Pending"), True, True),
        (line("Exported"), False, False),
        (line("Pending", UNSET), True, False),
        (line(NOT_EXPORTED), NOT_EXPORTED, NOT_EXPORTED),
        (line(NOT_EXPORTED, UNSET), NOT_EXPORTED, False),
        (line("Pending", NOT_EXPORTED), True, NOT_EXPORTED),
        ({**line("Pending"), "parent.active": False}, False, False),
    ],
)
def test_an_item_is_in_use_where_a_line_of_it_is(row: Row, unexported: Value, waits: Value) -> None:
    assert facts(derived("derived.item_use", {LINE: [row]})) == [("PIPE-1", unexported, waits, Decimal(1))]
    both = [row, line("Exported")]
    assert facts(derived("derived.item_use", {LINE: both})) == [("PIPE-1", unexported, waits, Decimal(2))]


@pytest.mark.parametrize("row", [line(skuId=NOT_EXPORTED, skuName=NOT_EXPORTED), line(skuId="7", skuName=NOT_EXPORTED)])
def test_a_line_without_an_item_may_be_of_any(row: Row) -> None:
    found = derived("derived.item_use", {MATERIAL: [], LINE: [row]})
    assert (found.scope, found.rows()) == (Scope.PART, ())
    assert "which item" in found.why


@pytest.mark.parametrize("id_", [UNSET, BLANK])
def test_a_line_of_text_alone_is_no_item(id_: Value) -> None:
    found = derived("derived.item_use", {LINE: [line(skuId=id_, skuName=UNSET)]})
    assert (found.scope, found.rows()) == (Scope.WHOLE, ())


def test_without_lines_nothing_is_known_of_items() -> None:
    assert derived("derived.item_use", {MATERIAL: []}).scope is Scope.MISSING


# -- the accounts of QuickBooks' items


def accounts(**fields: Value) -> tuple[Value, Value]:
    names = {
        "income": "IncomeAccountRef.FullName",
        "cogs": "COGSAccountRef.FullName",
        "sold": "SalesAndPurchase.IncomeAccountRef.FullName",
        "bought": "SalesAndPurchase.ExpenseAccountRef.FullName",
        "either": "SalesOrPurchase.AccountRef.FullName",
    }
    row = {"FullName": "PIPE-1", **{full: fields.get(name, UNSET) for name, full in names.items()}}
    (found,) = derived("derived.item", {ITEM: [row]}).rows()
    return found.get("incomeAccount"), found.get("costAccount")


def test_each_form_of_an_item_shows_its_accounts() -> None:
    assert accounts(income="Sales", cogs="Cost") == ("Sales", "Cost")
    assert accounts(sold="Sales", bought="Cost") == ("Sales", "Cost")
    assert accounts(either="Sales") == ("Sales", UNSET)
    assert accounts() == (UNSET, UNSET)


@given(*[st.sampled_from(["Sales", UNSET, NOT_EXPORTED])] * 3)
def test_an_item_has_no_account_only_where_every_form_is_known_to_be_empty(income: Value, sold: Value, either: Value) -> None:
    found, _ = accounts(income=income, sold=sold, either=either)
    assert (found is UNSET) is (income is sold is either is UNSET)
    assert (found == "Sales") is ("Sales" in (income, sold, either))


# -- the accounts that are named

PRICEBOOK: Rows = {MATERIAL: [], EQUIPMENT: [], SERVICE: [], LINE: [], PAYMENT: []}


def material(code: str, account: Value, active: Value = True) -> Row:
    return {"code": code, "active": active, "account": account, "assetAccount": UNSET}


def payment(account: Value, status: Value = "Posted") -> Row:
    return {"syncStatus": status, "active": True, "batch.number": "1042", "generalLedgerAccount.name": account}


def named(found: Dataset) -> dict[Value, Value]:
    return {record.get("name"): record.get("uses") for record in found.rows()}


def test_accounts_are_gathered_from_the_pricebook_and_from_what_waits() -> None:
    rows: Rows = {
        MATERIAL: [{**material("B", "Sales"), "assetAccount": "Stock"}, material("A", "sales")],
        SERVICE: [{"code": "Labor", "active": True, "account": "Labor"}],
        LINE: [line(**{"skuName": "A", "generalLedgerAccount.name": "Parts", "assetAccount.name": "Stock"})],
        PAYMENT: [payment("Till")],
    }
    found = derived("derived.account_use", {**PRICEBOOK, **rows})
    assert named(found) == {"sales": 2, "Stock": 2, "Labor": 1, "Parts": 1, "Till": 1}
    assert next(record for record in found.rows() if record.get("name") == "sales").get("usedBy") == "A"
    assert found.scope is Scope.WHOLE


def test_what_is_inactive_or_does_not_wait_names_nothing() -> None:
    rows: Rows = {
        MATERIAL: [material("A", "Sales", active=False)],
        LINE: [line("Exported", **{"generalLedgerAccount.name": "Parts"})],
        PAYMENT: [payment("Till", "Exported")],
    }
    found = derived("derived.account_use", {**PRICEBOOK, **rows})
    assert (found.scope, found.rows()) == (Scope.WHOLE, ())


@pytest.mark.parametrize(
    "rows",
    [
        {MATERIAL: [material("A", NOT_EXPORTED)]},
        {MATERIAL: [{"code": "A", "active": True, "account": "Sales"}]},
        {MATERIAL: [material("A", "Sales", active=NOT_EXPORTED)]},
        {LINE: [line(**{"generalLedgerAccount.name": NOT_EXPORTED})]},
        {LINE: [line(NOT_EXPORTED, **{"generalLedgerAccount.name": "Parts"})]},
        {PAYMENT: [payment("Till", NOT_EXPORTED)]},
    ],
)
def test_an_account_that_may_be_named_leaves_the_list_a_part(rows: Rows) -> None:
    assert derived("derived.account_use", {**PRICEBOOK, **rows}).scope is Scope.PART


def test_what_may_name_an_account_that_another_names_for_certain_adds_nothing() -> None:
    rows: Rows = {MATERIAL: [material("A", "Sales"), material("B", "SALES", active=NOT_EXPORTED)]}
    found = derived("derived.account_use", {**PRICEBOOK, **rows})
    assert (found.scope, named(found)) == (Scope.WHOLE, {"Sales": 1})


@pytest.mark.parametrize("kind", sorted(PRICEBOOK))
def test_every_source_of_accounts_must_be_there(kind: str) -> None:
    rows: Rows = {name: found for name, found in PRICEBOOK.items() if name != kind}
    assert derived("derived.account_use", rows).scope is Scope.PART


def test_inactive_entries_need_not_be_there() -> None:
    assert derived("derived.account_use", PRICEBOOK, Scope.ACTIVE).scope is Scope.WHOLE


@pytest.mark.parametrize(("scope", "whole"), [(Scope.WAITING, True), (Scope.PERIOD, False), (Scope.PART, False)])
def test_what_an_export_uses_is_all_there_where_its_batches_are(scope: Scope, whole: bool) -> None:
    rows: Rows = {MATERIAL: [material("PIPE-1", UNSET)], EQUIPMENT: [], SERVICE: [], LINE: [line()], PAYMENT: []}
    kinds = ("derived.item_use", "derived.account_use")
    assert [derived(kind, rows, scope).scope is Scope.WHOLE for kind in kinds] == [whole, whole]


# -- quantities, and accounts that only QuickBooks' own items use


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        ([line(quantity=Decimal(2)), line(quantity=Decimal("1.5"))], Decimal("3.5")),
        ([line(quantity=Decimal(2)), line("Exported", "1041", quantity=Decimal(9))], Decimal(2)),
        ([line(quantity=Decimal(2)), line(quantity=UNSET)], None),
        ([line(quantity=Decimal(2)), line()], None),
        ([line(quantity=Decimal(2)), line(NOT_EXPORTED, quantity=Decimal(9))], None),
    ],
)
def test_the_quantity_of_an_item_is_that_of_its_pending_lines(lines: list[Row], total: Decimal | None) -> None:
    (use,) = derived("derived.item_use", {MATERIAL: [], LINE: lines}).rows()
    quantity = use.get("quantity")
    assert isinstance(quantity, Unknown) if total is None else quantity == total


PART: Row = {"code": "PIPE-1", "active": True, "account": "Parts", "assetAccount": UNSET, "isInventory": True}
NO_OTHERS: Rows = {EQUIPMENT: [], SERVICE: [], LINE: [], PAYMENT: []}


def needed(rows: Rows, scope: Scope = Scope.WHOLE) -> Value:
    """Return whether QuickBooks must have the account Parts."""
    of_items = dataset(ITEM, rows.get(ITEM, ()), scope)
    others = (dataset(kind, some) for kind, some in {**NO_OTHERS, **rows}.items() if kind != ITEM)
    found = derive(evidence(of_items, *others), NOON).dataset("derived.account_use")
    return next(use.get("needed") for use in found.rows() if use.key == "Parts")


def stock(type_: Value = "Inventory", name: str = "pipe-1") -> Row:
    return {"Name": name, "FullName": name, "ItemType": type_}


@pytest.mark.parametrize("type_", ["Inventory", "InventoryAssembly"])
def test_an_account_is_not_needed_for_an_item_that_quickbooks_has(type_: str) -> None:
    assert needed({MATERIAL: [PART], ITEM: [stock(type_)]}) is False
    sold = line(type="Material", inventory=True, skuName="PIPE-1", **{"generalLedgerAccount.name": "Parts"})
    assert needed({MATERIAL: [PART], LINE: [sold], ITEM: [stock(type_)]}) is False


@pytest.mark.parametrize("items", [[], [stock("Service")], [stock("NonInventory")], [stock(name="pipe-2")]])
def test_an_account_is_needed_for_an_item_that_is_new_or_of_another_type(items: list[Row]) -> None:
    assert needed({MATERIAL: [PART], ITEM: items}) is True


def test_an_account_is_needed_for_a_payment_whatever_items_use_it() -> None:
    payment: Row = {
        "referenceNumber": "P1", "generalLedgerAccount.name": "Parts", "syncStatus": "Posted", "active": True, "batch.number": "2"
    }  # fmt: skip
    assert needed({MATERIAL: [PART], PAYMENT: [payment], ITEM: [stock()]}) is True


@pytest.mark.parametrize(
    ("part", "items", "scope"),
    [
        (PART, [stock(NOT_EXPORTED)], Scope.WHOLE),
        (PART, [], Scope.PART),
        ({**PART, "isInventory": NOT_EXPORTED}, [stock()], Scope.WHOLE),
        ({**PART, "isInventory": UNSET}, [stock()], Scope.WHOLE),
    ],
)
def test_it_is_unknown_whether_an_account_is_needed(part: Row, items: list[Row], scope: Scope) -> None:
    assert isinstance(needed({MATERIAL: [part], ITEM: items}, scope), Unknown)


def test_quickbooks_may_have_to_have_an_account_because_of_a_user_that_may_be_active() -> None:
    known: Row = {"code": "Labor", "active": True, "account": "Income"}
    rows: Rows = {
        MATERIAL: [{"code": "PIPE-1", "isInventory": True, "account": "Income", "assetAccount": UNSET}],
        EQUIPMENT: [],
        SERVICE: [known],
        LINE: [],
        PAYMENT: [],
        ITEM: [{"Name": "Labor", "FullName": "Labor", "ItemType": "Service"}],
    }
    both: Rows = {**rows, ITEM: [*rows[ITEM], {"Name": "PIPE-1", "FullName": "PIPE-1", "ItemType": "Inventory"}]}
    (one,), (other,) = (derived("derived.account_use", some).rows() for some in (rows, both))
    assert (isinstance(one.get("needed"), Unknown), other.get("needed")) == (True, False)
