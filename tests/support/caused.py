"""Small companies with errors of an export, for tests of key issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import samples
from exportready.causes import Causes, explain
from exportready.causes import engines as inference
from exportready.derive import derive
from exportready.evidence.reading import Keys
from exportready.judge import judge
from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Account, Dataset, Evidence, FieldNote, Location, Record, Scope, Value
from exportready.model.report import RuleResult
from exportready.rulebook.examples import NOON
from exportready.rulebook.inference import load as load_inference
from exportready.runtime import shipped

BOOK = samples.rulebook()
BEFORE = [rule for rule in BOOK.rules if rule.phase.value in ("before-export", "both")]
AFTER = [rule for rule in BOOK.rules if rule.phase.value in ("after-export", "both")]
FOLLOWS = load_inference(shipped.folder("rules") / "inference")
Row = Mapping[str, Value]
LISTS = (
    "servicetitan.invoice",
    "servicetitan.invoice_item",
    "servicetitan.payment",
    "servicetitan.payment_application",
    "servicetitan.material",
    "servicetitan.equipment",
    "quickbooks.Item",
    "quickbooks.Account",
    "quickbooks.Customer",
    "quickbooks.Invoice",
    "quickbooks.ReceivePayment",
    "quickbooks.CreditMemo",
    "quickbooks.JournalEntry",
    "quickbooks.JournalDebitLine",
)


def evidence(rows: Mapping[str, Sequence[Row]], answers: Row | None = None) -> Evidence:
    datasets = {}
    for kind in dict.fromkeys((*LISTS, *rows)):
        keys = Keys(KINDS[kind])
        records = [
            Record(kind=kind, key=keys.of(row), fields=row, where=Location(kind, at))
            for at, row in enumerate(rows.get(kind, ()), 1)
        ]
        datasets[kind] = Dataset(kind=kind, records=tuple(records), scope=Scope.WHOLE, dated=NOON)
    said = {"modules.purchasing": False, **(answers or {})}
    notes = dict.fromkeys(said, FieldNote(Location("account.yaml"), NOON))
    datasets["account.answers"] = Dataset(
        kind="account.answers",
        records=(Record(kind="account.answers", key="", fields=said, where=Location("account.yaml"), notes=notes),),
        scope=Scope.WHOLE,
        dated=NOON,
    )
    return derive(Evidence(account=Account(name="X"), datasets=datasets, listings={}, sources=(), unrecognized=()), NOON)


def causes(rows: Mapping[str, Sequence[Row]], answers: Row | None = None, phase: str = "before-export") -> Causes:
    now = evidence(rows, answers)
    return explain(judged(now, phase), now, FOLLOWS, inference.engine, phase)


def judged(now: Evidence, phase: str = "before-export") -> tuple[RuleResult, ...]:
    return judge(BEFORE if phase == "before-export" else AFTER, now, None, NOON)


def blocking(found: Causes) -> list[str]:
    return [one.message for one in found.key_issues if one.alone.transactions or one.shared.transactions]


def invoice(number: int, **more: Value) -> Row:
    return {
        "id": str(number),
        "referenceNumber": str(number),
        "customer.id": "7",
        "customer.name": "Ann",
        "syncStatus": "Posted",
        "active": True,
        "batch.number": "12",
        "batch.id": "912",
        "batch.name": "Nov",
        "invoiceDate": date(2026, 11, 18),
        "subTotal": Decimal(100),
        "salesTax": Decimal(0),
        "total": Decimal(100),
        **more,
    }


def line(number: int, item: str, **more: Value) -> Row:
    return {
        "skuId": item,
        "skuName": item,
        "type": "Material",
        "quantity": Decimal(1),
        "total": Decimal(100),
        "inventory": False,
        "technicianId": "1",
        "active": True,
        "generalLedgerAccount.name": UNSET,
        "assetAccount.name": UNSET,
        **{f"parent.{name}": value for name, value in invoice(number).items()},
        **more,
    }


def material(code: str, account: Value = "Cost") -> Row:
    return {
        "id": code,
        "code": code,
        "active": True,
        "costOfSaleAccount": account,
        "account": "Sales",
        "assetAccount": UNSET,
        "isInventory": False,
    }


ACCOUNTS: list[Row] = [
    {"Name": "Cost", "FullName": "Cost", "AccountType": "CostOfGoodsSold", "IsActive": True},
    {"Name": "Sales", "FullName": "Sales", "AccountType": "Income", "IsActive": True},
]
PAYMENT: Row = {
    "id": "70",
    "referenceNumber": "4711",
    "customer.id": "7",
    "customer.name": "Ann",
    "syncStatus": "Posted",
    "active": True,
    "batch.number": "12",
    "batch.id": "912",
    "batch.name": "Nov",
    "date": date(2026, 11, 18),
    "total": Decimal(100),
    "type": "Check",
    "checkNumber": UNSET,
    "generalLedgerAccount.name": UNSET,
}


def paying(number: int, amount: int = 100) -> Row:
    return {
        "appliedTo": str(number),
        "appliedAmount": Decimal(amount),
        "appliedToReferenceNumber": str(number),
        **{f"parent.{name}": value for name, value in PAYMENT.items()},
    }


def error(message: str, transaction: Value = UNSET, type_: Value = UNSET, customer: Value = "Ann") -> Row:
    return {"message": message, "transaction": transaction, "transactionType": type_, "customer.name": customer}


def refused(kind: str, name: str, where: str = "Invoice line") -> str:
    return f'There is an invalid reference to QuickBooks {kind} "{name}" in the {where}.  QuickBooks error message: Invalid argument.'


def of_errors(*errors: Row, **rows: Sequence[Row]) -> Causes:
    return causes(
        {"servicetitan.export_error": errors, **{name.replace("__", "."): some for name, some in rows.items()}},
        phase="after-export",
    )
