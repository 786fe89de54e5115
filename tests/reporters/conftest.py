"""One report with everything in it, written by hand, so that reporters are tested without judging a snapshot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from exportready.model.changes import Changes, Drift, PastFinding
from exportready.model.evidence import Account, Location, Source, Unrecognized
from exportready.model.reasons import Channel, Reason
from exportready.model.report import (
    Batch,
    BlockedTransaction,
    Clause,
    Cleared,
    Expiry,
    Finding,
    Gap,
    InferenceStep,
    KeyIssue,
    Notes,
    Outcome,
    Place,
    Report,
    RuleResult,
    Snippet,
    Thing,
    Verdict,
)
from exportready.model.rules import About, All, Check, Citation, FixSteps, Phase, Rule, Severity

DENVER = timezone(timedelta(hours=-7))
LISTS_TO_IIF = "In QuickBooks, signed in as Admin in single-user mode: File > Utilities > Export > Lists to IIF Files"


def a_rule(id_: str, title: str, why: str, fix: FixSteps, severity: Severity = Severity.ERROR, group: str = "") -> Rule:
    check = Check(
        name=group or "all",
        each=("servicetitan.material",),
        any_suffices=False,
        related=(),
        where=None,
        expect=All(()),
        failure="",
        severity=severity,
        group=bool(group),
        eased_when=None,
        blocks_when=None,
        at_fault=None,
    )
    return Rule(
        id=id_,
        title=title,
        severity=severity,
        phase=Phase.BEFORE,
        about=About.SETUP,
        source=Citation(document="ServiceTitan Web Connector Best Practices", section="Items", updated=date(2023, 5, 12)),
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
    at_fault = Thing("session" if kind == "account.answers" else "item", key)
    return Finding(
        fingerprint=f"{abs(sum(map(ord, kind + key))):016x}",
        check=None,
        severity=severity,
        subject=Thing(kind, key),
        at_fault=at_fault,
        message=message,
        observed=more,
        expected={"costOfSaleAccount": "present"},
        where=(Place(Location("pricebook/materials.json", 12, "/data/3"), "costOfSaleAccount"),),
        blocks=severity is Severity.ERROR,
    )


ONLINE = RuleResult(
    rule=a_rule(
        "connection/web-connector-online",
        "The Web Connector's icon is green",
        "While the icon is red nothing leaves ServiceTitan, and the batch stays on Pending.",
        FixSteps(
            who="office manager",
            minutes=5,
            steps=(
                "On the computer that runs QuickBooks, open the ServiceTitan Web Connector",
                "In ServiceTitan open Settings > Integrations > QuickBooks Desktop > Connections; wait for a green icon",
            ),
        ),
    ),
    outcome=Outcome.FAILED,
    reason="1 of 1 fails",
    checked=1,
    findings=(a_finding("account.answers", "webConnector.status", "The Web Connector was offline when you looked"),),
)
COGS = RuleResult(
    rule=a_rule(
        "items/cogs-account",
        "Every material and equipment item has a COGS account",
        "Without it the cost of a sale may land in the wrong account, and a new item stops on Fix Export Issues.",
        FixSteps(
            who="office manager",
            minutes=2,
            steps=("In ServiceTitan open Pricebook > {code}", "Choose a cost-of-sale account and save"),
            many_above=5,
            many_steps=("Export the pricebook to Excel", "Fill the column Cost of Sale Account", "Import the file again"),
        ),
    ),
    outcome=Outcome.FAILED,
    reason="15 of 412 fail",
    checked=412,
    undecided=3,
    gaps=(
        Gap(
            kind="quickbooks.Item",
            field=None,
            subject=None,
            reason="the item list was not among your files",
            supply=LISTS_TO_IIF,
            cause=Reason.NOT_SUPPLIED,
            channel=Channel.EXPORT,
        ),
    ),
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
    rule=a_rule(
        "purchasing/purchase-order-items-exist",
        "Each item of an open purchase order is an active QuickBooks item",
        "QuickBooks refuses a purchase order that names an item it does not have.",
        FixSteps(who="bookkeeper", minutes=3, steps=("In QuickBooks open Lists > Item List and make {skuCode} active",)),
    ),
    outcome=Outcome.FAILED,
    reason="1 of 38 fails",
    checked=38,
    findings=(
        Finding(
            fingerprint="00000000000000aa",
            check=None,
            severity=Severity.ERROR,
            subject=Thing("servicetitan.purchase_order_item", "FERGUSON / PO-1184 / VALVE-34 / 1"),
            at_fault=Thing("item", "VALVE-34"),
            message="VALVE-34 is inactive in QuickBooks",
            observed={"skuCode": "VALVE-34", "qb.IsActive": "false"},
            expected={"qb.IsActive": "true"},
            where=(
                Place(
                    Location("purchase-orders.json", 88, "/data/7/items/0"),
                    "the line",
                ),
                Place(Location("lists.iif", 1042), "the item"),
            ),
            blocks=True,
            trace=(
                Clause(part="where", of="", field="parent.status", expected="not Received", observed="Pending", is_met=True),
                Clause(part="expect", of="qb", field="IsActive", expected="yes", observed="no", is_met=False),
            ),
        ),
    ),
)
SORTED = RuleResult(
    rule=a_rule(
        "lists/customer-list-in-default-order",
        "The customer list was not sorted by hand",
        "A list that was sorted by hand makes the connector slow, and matching by name goes wrong.",
        FixSteps(
            who="bookkeeper",
            minutes=2,
            steps=("In QuickBooks open the Customer Center", "View > Re-sort List, and confirm. Never drag the names back"),
        ),
        Severity.WARNING,
        group="order",
    ),
    outcome=Outcome.FAILED,
    reason="1 of 1 fails",
    checked=1,
    findings=(
        a_finding("quickbooks.Customer", "order", "3 customers are out of order: Abbott, Zimmer, Young", Severity.WARNING),
    ),
)
MEMO = RuleResult(
    rule=a_rule(
        "export/memo-names-the-batch",
        "The memo names the batch",
        "With the batch in the memo, a transaction in QuickBooks leads back to ServiceTitan.",
        FixSteps(who="nobody", minutes=1, steps=("Nothing to do: the connector writes it from the next batch on",)),
        Severity.INFO,
    ),
    outcome=Outcome.FAILED,
    reason="2 of 2 fail",
    checked=2,
    findings=(
        a_finding("quickbooks.Invoice", "Abbott / 1001", "The memo of 1001 is empty", Severity.INFO),
        a_finding("quickbooks.Invoice", "Zimmer / 1002", "The memo of 1002 is empty", Severity.INFO),
    ),
)
COGS_IN_QUICKBOOKS = RuleResult(
    rule=a_rule(
        "items/cogs-account-in-quickbooks",
        "The COGS account exists in QuickBooks",
        "It has to exist.",
        FixSteps(who="x", minutes=1, steps=("y",)),
    ),
    outcome=Outcome.CANNOT_TELL,
    reason="the account list was not among your files",
    cause=Reason.NOT_SUPPLIED,
    gaps=(
        Gap(
            kind="quickbooks.Account",
            field=None,
            subject=None,
            reason="the account list was not among your files",
            supply=LISTS_TO_IIF,
            cause=Reason.NOT_SUPPLIED,
            channel=Channel.EXPORT,
        ),
        Gap(
            kind="servicetitan.material",
            field="costOfSaleAccount",
            subject="GLUE-7",
            reason="the field was not exported",
            supply="Ask for all fields of materials",
            cause=Reason.NOT_EXPORTED,
            channel=Channel.EXPORT,
        ),
        Gap(
            kind="servicetitan.material",
            field="costOfSaleAccount",
            subject="GLUE-8",
            reason="the field was not exported",
            supply="Ask for all fields of materials",
            cause=Reason.NOT_EXPORTED,
            channel=Channel.EXPORT,
        ),
    ),
)
SINGLE_USER = RuleResult(
    rule=a_rule(
        "session/single-user-mode",
        "QuickBooks is in single-user mode",
        "Faster.",
        FixSteps(who="x", minutes=1, steps=("y",)),
        Severity.WARNING,
    ),
    outcome=Outcome.CANNOT_TELL,
    reason="nobody said how many people export",
    cause=Reason.UNANSWERED,
)
BROKE = RuleResult(
    rule=a_rule(
        "tax/sales-tax", "Each tax zone in use is mapped", "Else tax is lost.", FixSteps(who="x", minutes=1, steps=("y",))
    ),
    outcome=Outcome.ERROR,
    reason="the rule met a value it does not know",
)
FINE = RuleResult(
    rule=a_rule("items/names", "Item names fit into QuickBooks", "31 characters.", FixSteps(who="x", minutes=1, steps=("y",))),
    outcome=Outcome.PASSED,
    reason="all 412 materials were checked",
    checked=412,
)
NOT_YOURS = RuleResult(
    rule=a_rule(
        "inventory/serial-numbers",
        "Serial numbers have a location",
        "Else refused.",
        FixSteps(who="x", minutes=1, steps=("y",)),
    ),
    outcome=Outcome.NOT_APPLICABLE,
    reason="you told us on 1 November 2026 that you do not want serial numbers",
)


def an_issue(id_: str, message: str, alone: Cleared, shared: Cleared = Cleared(), **more: Any) -> KeyIssue:  # noqa: B008 - frozen
    fields: dict[str, Any] = {
        "rule": "",
        "code": "",
        "certainty": "established",
        "retry": False,
        "gates": False,
        "severity": Severity.ERROR,
        **more,
    }
    fix = FixSteps(who="bookkeeper", minutes=5, steps=("In QuickBooks open Lists > Item List", "Create it"))
    return KeyIssue(
        id=id_, subjects=(Thing("item", "PIPE-1"),), message=message, fix=fix, alone=alone, shared=shared, **fields
    )


OFFLINE = an_issue(
    "aa01", "The Web Connector is offline", Cleared(findings=1), rule="connection/web-connector-online", gates=True
)
NO_COGS = an_issue(
    "bb02",
    "PIPE-1 has no cost-of-goods-sold account",
    Cleared(findings=1, transactions=1, amount=Decimal(108)),
    Cleared(findings=0, transactions=1, amount=Decimal("1126.50")),
    rule="items/cogs-account",
    facts=("PIPE-1 has no cost-of-goods-sold account (materials.json:12)",),
    reasons=(
        InferenceStep(
            rule="what depends on nothing is a key issue",
            words="it has no account",
            facts=("problem: it",),
            certainty="established",
            source=COGS.rule.source,
        ),
    ),
)
NOT_THERE = an_issue(
    "cc03",
    "QuickBooks does not have customer <Bob>",
    Cleared(findings=2),
    Cleared(findings=0, transactions=1, amount=Decimal(0)),
    code="3140",
    certainty="inferred",
)
AGAIN = an_issue(
    "dd04", "There has been an internal error when processing the request.", Cleared(findings=1), code="1000", retry=True
)


CHANGES = Changes(
    old_checked_at="2026-11-12T17:30:00-07:00",
    old_verdict="cannot_tell",
    new_checked_at="2026-11-21T00:40:00+00:00",
    new_verdict="not_ready",
    account="Northwind Plumbing",
    added=(
        PastFinding(
            fingerprint="aa",
            rule="items/cogs-account",
            severity="error",
            subject="PIPE-1",
            message="PIPE-1 has no cost-of-goods-sold account",
        ),
    ),
    regressed=(),
    fixed=(
        PastFinding(
            fingerprint="bb", rule="items/names", severity="error", subject="PIPE-9", message="The name of PIPE-9 is too long"
        ),
    ),
    now_unknown=(),
    unchanged=(),
    rule_changed=(),
    drift=(Drift("customerMapping", None, "customerLevel"),),
)


DOUBLE = (
    "pricebook/materials October.json and pricebook/materials.json have some of the same materials. Where they differ, neither counts. "
    "Keep only the newer file; no date says which one it is"
)


@pytest.fixture
def report() -> Report:
    """A report with every outcome, every severity, an unreadable file and an unrecognized one."""
    taken = datetime(2026, 11, 20, 17, 30, tzinfo=DENVER)
    return Report(
        version="0.1.0",
        digest="sha256:9f2c51d0",
        rules=7,
        own_rules=False,
        left_out=(),
        account=Account(name="Northwind Plumbing", phase="before-export", time_zone="America/Denver", taken_at=taken),
        phase="before-export",
        checked_at=datetime(2026, 11, 21, 0, 40, tzinfo=UTC),
        sources=(
            Source(
                path="account.yaml",
                sha256="aa" * 32,
                reader="account",
                dated=taken,
                records={"account.answers": 1},
                complete=True,
            ),
            Source(
                path="customers.xml",
                sha256="bb" * 32,
                reader="qbxml",
                dated=None,
                records={},
                complete=False,
                error="the file ends in the middle of a customer",
                error_line=8123,
            ),
            Source(
                path="pricebook/materials.json",
                sha256="cc" * 32,
                reader="servicetitan",
                dated=taken,
                records={"servicetitan.material": 412, "servicetitan.equipment": 1},
                complete=False,
                notes=("page 2 of 3 is missing", DOUBLE),
                doubles=(DOUBLE,),
            ),
        ),
        unrecognized=(Unrecognized("Northwind.qbw", "That is the company file itself; export lists from it instead"),),
        notes=Notes(
            excerpts={
                Location("purchase-orders.json", 88, "/data/7/items/0"): Snippet(
                    first=87, lines=('  "items": [', '    {"skuCode": "VALVE-34"}', "  ]"), line=88, mark=(16, 24)
                )
            }
        ),
        results=(ORDER_ITEM, COGS, COGS_IN_QUICKBOOKS, SORTED, MEMO, ONLINE, SINGLE_USER, BROKE, FINE, NOT_YOURS),
        verdict=Verdict.NOT_READY,
        key_issues=(OFFLINE, NO_COGS, NOT_THERE, AGAIN),
        blocked_transactions=(
            BlockedTransaction(
                transaction=Thing("servicetitan.invoice", "Ann / 1234"),
                batch="1042",
                amount=Decimal(108),
                key_issues=(NO_COGS.id,),
                chain=("invoice 1234 uses item PIPE-1: no account",),
                certainty="established",
            ),
            BlockedTransaction(
                transaction=Thing("servicetitan.payment", "Ann / 4711"),
                batch=None,
                amount=None,
                key_issues=(NO_COGS.id, NOT_THERE.id),
                chain=(
                    "payment 4711 waits for invoice 1234 (inferred), which uses item PIPE-1: no account",
                    "payment 4711 is for customer <Bob>, which QuickBooks does not have",
                ),
                certainty="inferred",
            ),
        ),
        blocked=Cleared(findings=4, transactions=2, amount=Decimal("1234.50")),
        batches=(
            Batch(
                number="1042",
                name="11-20 plumbing",
                verdict=Verdict.NOT_READY,
                transactions=60,
                amount=Decimal("23410.00"),
                blocked=Cleared(findings=0, transactions=1, amount=Decimal(108)),
            ),
        ),
        stale_errors=("58201: Object Not Found",),
        company_file="Northwind Plumbing & Heating, Inc.",
        expiring=(
            Expiry(
                what="answer",
                name="How many people export batches from this account?",
                of="peopleWhoExport",
                until=taken + timedelta(days=3),
            ),
            Expiry(what="waiver", name="Item names fit into QuickBooks", of="controller", until=taken + timedelta(days=9)),
        ),
        changes=CHANGES,
    )
