"""One report with everything in it, written out, so that what people see is tested without judging anything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from exportready.model.changes import Changes, Drift, Stood
from exportready.model.evidence import Account, Location, Source, Unrecognised
from exportready.model.report import (
    Batch,
    Clause,
    Cleared,
    Finding,
    Gap,
    KeyIssue,
    Lapse,
    Outcome,
    Place,
    Reason,
    Report,
    RuleResult,
    Snippet,
    Thing,
    Verdict,
    Waiting,
)
from exportready.model.rules import All, Check, Citation, FixSteps, Phase, Rule, Severity

DENVER = timezone(timedelta(hours=-7))
LISTS_TO_IIF = "In QuickBooks, signed in as Admin in single-user mode: File > Utilities > Export > Lists to IIF Files"


def a_rule(id_: str, title: str, why: str, fix: FixSteps, severity: Severity = Severity.ERROR, group: str = "") -> Rule:
    check = Check(
        group or "all", ("servicetitan.material",), False, (), None, All(()), "", severity, bool(group), None, None, None
    )
    return Rule(
        id=id_,
        title=title,
        severity=severity,
        phase=Phase.BEFORE,
        source=Citation("ServiceTitan Web Connector Best Practices", "Items", date(2023, 5, 12)),
        why=why,
        problem="",
        given=None,
        checks=(check,),
        named_checks=bool(group),
        max_age={},
        parameters={},
        fix=fix,
        examples=(),
        where=Location(f"rules/{id_}.yaml", 1),
    )


def a_finding(kind: str, key: str, message: str, severity: Severity = Severity.ERROR, **more: str | None) -> Finding:
    fault = Thing("session" if kind == "account.answers" else "item", key)
    return Finding(
        fingerprint=f"{abs(sum(map(ord, kind + key))):016x}",
        check=None,
        severity=severity,
        subject=Thing(kind, key),
        at_fault=fault,
        message=message,
        observed=more,
        expected={"costOfSaleAccount": "present"},
        where=(Place(Location("pricebook/materials.json", 12, "/data/3"), "costOfSaleAccount"),),
        blocks=severity is Severity.ERROR,
    )


ONLINE = RuleResult(
    a_rule(
        "connection/web-connector-online",
        "The Web Connector's icon is green",
        "While the icon is red nothing leaves ServiceTitan, and the batch stays on Pending.",
        FixSteps(
            "office manager",
            5,
            (
                "On the computer that runs QuickBooks, open the ServiceTitan Web Connector",
                "In ServiceTitan open Settings > Integrations > QuickBooks Desktop > Connections; wait for a green icon",
            ),
        ),
    ),
    Outcome.FAILED,
    "1 of 1 fails",
    checked=1,
    findings=(a_finding("account.answers", "webConnector.status", "The Web Connector was offline when you looked"),),
)
COGS = RuleResult(
    a_rule(
        "items/cogs-account",
        "Every material and equipment item has a COGS account",
        "Without it the cost of a sale may land in the wrong account, and a new item stops on Fix Export Issues.",
        FixSteps(
            "office manager",
            2,
            ("In ServiceTitan open Pricebook > {code}", "Choose a cost-of-sale account and save"),
            5,
            ("Export the pricebook to Excel", "Fill the column Cost of Sale Account", "Import the file again"),
        ),
    ),
    Outcome.FAILED,
    "15 of 412 fail",
    checked=412,
    undecided=3,
    gaps=(Gap("quickbooks.Item", None, None, "the item list was not among your files", LISTS_TO_IIF),),
    findings=tuple(
        a_finding(
            "servicetitan.material",
            f"PIPE-{number}",
            f"PIPE-{number} has no cost-of-goods-sold account",
            Severity.WARNING if number == 2 else Severity.ERROR,
            code=f"PIPE-{number}",
            costOfSaleAccount=None,
        )
        for number in range(1, 16)
    ),
)
ORDER_ITEM = RuleResult(
    a_rule(
        "purchasing/purchase-order-items-exist",
        "Each item of an open purchase order is an active QuickBooks item",
        "QuickBooks refuses a purchase order that names an item it does not have.",
        FixSteps("bookkeeper", 3, ("In QuickBooks open Lists > Item List and make {skuCode} active",)),
    ),
    Outcome.FAILED,
    "1 of 38 fails",
    checked=38,
    findings=(
        Finding(
            "00000000000000aa",
            None,
            Severity.ERROR,
            Thing("servicetitan.purchase_order_item", "FERGUSON / PO-1184 / VALVE-34 / 1"),
            Thing("item", "VALVE-34"),
            "VALVE-34 is inactive in QuickBooks",
            {"skuCode": "VALVE-34", "qb.IsActive": "false"},
            {"qb.IsActive": "true"},
            (
                Place(
                    Location("purchase-orders.json", 88, "/data/7/items/0"),
                    "the line",
                    Snippet(87, ('  "items": [', '    {"skuCode": "VALVE-34"}', "  ]"), 88, (16, 24)),
                ),
                Place(Location("lists.iif", 1042), "the item"),
            ),
            blocks=True,
            trace=(
                Clause("where", "", "parent.status", "not Received", "Pending", True),
                Clause("expect", "qb", "IsActive", "yes", "no", False),
            ),
        ),
    ),
)
SORTED = RuleResult(
    a_rule(
        "lists/customer-list-in-default-order",
        "The customer list was not sorted by hand",
        "A list that was sorted by hand makes the connector slow, and matching by name goes wrong.",
        FixSteps(
            "bookkeeper",
            2,
            ("In QuickBooks open the Customer Center", "View > Re-sort List, and confirm. Never drag the names back"),
        ),
        Severity.WARNING,
        group="order",
    ),
    Outcome.FAILED,
    "1 of 1 fails",
    checked=1,
    findings=(
        a_finding("quickbooks.Customer", "order", "3 customers are out of order: Abbott, Zimmer, Young", Severity.WARNING),
    ),
)
MEMO = RuleResult(
    a_rule(
        "export/memo-names-the-batch",
        "The memo names the batch",
        "With the batch in the memo, a transaction in QuickBooks leads back to ServiceTitan.",
        FixSteps("nobody", 1, ("Nothing to do: the connector writes it from the next batch on",)),
        Severity.INFO,
    ),
    Outcome.FAILED,
    "2 of 2 fail",
    checked=2,
    findings=(
        a_finding("quickbooks.Invoice", "Abbott / 1001", "The memo of 1001 is empty", Severity.INFO),
        a_finding("quickbooks.Invoice", "Zimmer / 1002", "The memo of 1002 is empty", Severity.INFO),
    ),
)
COGS_IN_QUICKBOOKS = RuleResult(
    a_rule(
        "items/cogs-account-in-quickbooks",
        "The COGS account exists in QuickBooks",
        "It has to exist.",
        FixSteps("x", 1, ("y",)),
    ),
    Outcome.CANNOT_TELL,
    "the account list was not among your files",
    gaps=(
        Gap("quickbooks.Account", None, None, "the account list was not among your files", LISTS_TO_IIF),
        Gap(
            "servicetitan.material",
            "costOfSaleAccount",
            "GLUE-7",
            "the field was not exported",
            "Ask for all fields of materials",
        ),
        Gap(
            "servicetitan.material",
            "costOfSaleAccount",
            "GLUE-8",
            "the field was not exported",
            "Ask for all fields of materials",
        ),
    ),
)
SINGLE_USER = RuleResult(
    a_rule(
        "session/single-user-mode", "QuickBooks is in single-user mode", "Faster.", FixSteps("x", 1, ("y",)), Severity.WARNING
    ),
    Outcome.CANNOT_TELL,
    "nobody said how many people export",
)
BROKE = RuleResult(
    a_rule("tax/sales-tax", "Each tax zone in use is mapped", "Else tax is lost.", FixSteps("x", 1, ("y",))),
    Outcome.ERROR,
    "the rule met a value it does not know",
)
FINE = RuleResult(
    a_rule("items/names", "Item names fit into QuickBooks", "31 characters.", FixSteps("x", 1, ("y",))),
    Outcome.PASSED,
    "all 412 materials were checked",
    checked=412,
)
NOT_YOURS = RuleResult(
    a_rule("inventory/serial-numbers", "Serial numbers have a location", "Else refused.", FixSteps("x", 1, ("y",))),
    Outcome.NOT_APPLICABLE,
    "you told us on 1 November 2026 that you do not want serial numbers",
)


def an_issue(id_: str, message: str, alone: Cleared, shared: Cleared = Cleared(), **more: Any) -> KeyIssue:  # noqa: B008 - frozen
    said: dict[str, Any] = {
        "rule": "",
        "code": "",
        "standing": "established",
        "retry": False,
        "gates": False,
        "severity": Severity.ERROR,
        **more,
    }
    fix = FixSteps("bookkeeper", 5, ("In QuickBooks open Lists > Item List", "Create it"))
    return KeyIssue(id=id_, subjects=(Thing("item", "PIPE-1"),), message=message, fix=fix, alone=alone, shared=shared, **said)


OFFLINE = an_issue("aa01", "The Web Connector is offline", Cleared(1), rule="connection/web-connector-online", gates=True)
NO_COGS = an_issue(
    "bb02",
    "PIPE-1 has no cost-of-goods-sold account",
    Cleared(1, 1, Decimal(108)),
    Cleared(0, 1, Decimal("1126.50")),
    rule="items/cogs-account",
    facts=("PIPE-1 has no cost-of-goods-sold account (materials.json:12)",),
    reasons=(
        Reason(
            "what depends on nothing is a key issue", "it has no account", ("problem: it",), "established", COGS.rule.source
        ),
    ),
)
NOT_THERE = an_issue(
    "cc03", "QuickBooks does not have customer <Bob>", Cleared(2), Cleared(0, 1, Decimal(0)), code="3140", standing="inferred"
)
AGAIN = an_issue("dd04", "There has been an internal error when processing the request.", Cleared(1), code="1000", retry=True)


CHANGES = Changes(
    "2026-11-12T17:30:00-07:00",
    "cannot_tell",
    "2026-11-21T00:40:00+00:00",
    "not_ready",
    "Northwind Plumbing",
    added=(Stood("aa", "items/cogs-account", "error", "PIPE-1", "PIPE-1 has no cost-of-goods-sold account"),),
    regressed=(),
    fixed=(Stood("bb", "items/names", "error", "PIPE-9", "The name of PIPE-9 is too long"),),
    untold=(),
    unchanged=(),
    rule_changed=(),
    drift=(Drift("customerMapping", None, "customerLevel"),),
)


@pytest.fixture
def report() -> Report:
    """Every outcome, every grade, a broken file, an unknown one."""
    taken = datetime(2026, 11, 20, 17, 30, tzinfo=DENVER)
    return Report(
        version="0.1.0",
        digest="sha256:9f2c51d0",
        rules=7,
        own_rules=False,
        left_out=(),
        account=Account("Northwind Plumbing", "before-export", "America/Denver", taken),
        phase="before-export",
        checked_at=datetime(2026, 11, 21, 0, 40, tzinfo=UTC),
        sources=(
            Source("account.yaml", "aa" * 32, "account", taken, {"account.answers": 1}, True),
            Source("customers.xml", "bb" * 32, "qbxml", None, {}, False, "the file ends in the middle of a customer", 8123),
            Source(
                "pricebook/materials.json",
                "cc" * 32,
                "servicetitan",
                taken,
                {"servicetitan.material": 412, "servicetitan.equipment": 1},
                False,
                notes=("page 2 of 3 is missing",),
            ),
        ),
        unrecognised=(Unrecognised("Northwind.qbw", "That is the company file itself; export lists from it instead"),),
        results=(ORDER_ITEM, COGS, COGS_IN_QUICKBOOKS, SORTED, MEMO, ONLINE, SINGLE_USER, BROKE, FINE, NOT_YOURS),
        verdict=Verdict.NOT_READY,
        key_issues=(OFFLINE, NO_COGS, NOT_THERE, AGAIN),
        waiting=(
            Waiting(
                Thing("servicetitan.invoice", "Ann / 1234"),
                "1042",
                Decimal(108),
                (NO_COGS.id,),
                ("invoice 1234 uses item PIPE-1: no account",),
                "established",
            ),
            Waiting(
                Thing("servicetitan.payment", "Ann / 4711"),
                None,
                None,
                (NO_COGS.id, NOT_THERE.id),
                (
                    "payment 4711 waits for invoice 1234 (inferred), which uses item PIPE-1: no account",
                    "payment 4711 is for customer <Bob>, which QuickBooks does not have",
                ),
                "inferred",
            ),
        ),
        waits=Cleared(4, 2, Decimal("1234.50")),
        batches=(Batch("1042", "11-20 plumbing", Verdict.NOT_READY, 60, Decimal("23410.00"), Cleared(0, 1, Decimal(108))),),
        stale=("58201: Object Not Found",),
        company_file="Northwind Plumbing & Heating, Inc.",
        lapses=(
            Lapse("answer", "How many people export batches from this account?", "peopleWhoExport", taken + timedelta(days=3)),
            Lapse("waiver", "Item names fit into QuickBooks", "controller", taken + timedelta(days=9)),
        ),
        changes=CHANGES,
    )
