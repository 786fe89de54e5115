"""The three views of a report: for the office, for customer success, for engineers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from exportready.account.questions import own_question
from exportready.model.evidence import UNSET, Location, Record, Source, Unknown, Value
from exportready.model.questions import OpenQuestion
from exportready.model.reasons import Channel, Reason
from exportready.model.report import (
    BlockedTransaction,
    Cleared,
    Finding,
    Gap,
    KeyIssue,
    Outcome,
    Report,
    RuleResult,
    Thing,
    Verdict,
    Waiver,
)
from exportready.model.rules import FixSteps, Severity
from exportready.reporters import Options, html, needs, render, words
from exportready.reporters.arrival import short_work_list_rows
from exportready.reporters.csm import LOOKS, csm_view, rule_look, to_do
from exportready.reporters.engineer import engineer_view
from exportready.reporters.office import office_view
from exportready.results.read import report_from_json

WAIVER = Waiver(
    rule="*",
    account="*",
    subject="*",
    owner="controller",
    reason="sold",
    ticket="",
    expires=date(2026, 12, 3),
    where=Location("waivers.yaml", 2),
)
FIX = FixSteps(who="bookkeeper", minutes=5, steps=("Fix it",))


def an_issue(id_: str, rule: str, transactions: int) -> KeyIssue:
    return KeyIssue(
        id=id_,
        rule=rule,
        code="" if rule else "3140",
        subjects=(Thing("item", id_),),
        message=f"{id_} is wrong",
        fix=FIX,
        certainty="established",
        retry=False,
        gates=False,
        severity=Severity.ERROR,
        alone=Cleared(findings=1, transactions=transactions, amount=Decimal(100 * transactions)),
        shared=Cleared(),
    )


def with_key_issues(report: Report, rule: str, *issues: str) -> Report:
    """Return the report with one finding of a rule for each of the key issues."""

    def with_findings(result: RuleResult) -> RuleResult:
        if result.rule.id != rule:
            return result
        found = [replace(result.findings[0], fingerprint=f"{rule} {id_}", message=f"{id_} fails") for id_ in issues]
        return replace(result, findings=tuple(found), gaps=(), undecided=0)

    ids = {(f"{rule} {id_}", 0): (id_,) for id_ in issues}
    notes = replace(report.notes, key_issues={**report.notes.key_issues, **ids})
    return replace(report, results=tuple(map(with_findings, report.results)), notes=notes)


def blocked_by(issues: dict[str, int]) -> tuple[BlockedTransaction, ...]:
    return tuple(
        BlockedTransaction(
            transaction=Thing("servicetitan.invoice", f"{id_}-{at}"),
            batch=None,
            amount=Decimal(100),
            key_issues=(id_,),
            chain=(f"{id_} blocks {at}",),
            certainty="established",
        )
        for id_, number in issues.items()
        for at in range(number)
    )


# -- the office


def test_dependent_problems_are_shown_apart_with_their_key_issue(report: Report) -> None:
    cause = an_issue("cause", "items/cogs-account", 2)
    shown = with_key_issues(report, "purchasing/purchase-order-items-exist", "cause")
    shown = with_key_issues(
        replace(shown, key_issues=(cause,), blocked_transactions=blocked_by({"cause": 2})), "items/cogs-account", "cause"
    )
    one = office_view(shown)
    (clears,) = one.clears
    assert (clears.anchor, clears.clears_with) == ("purchasing-purchase-order-items-exist", "cause is wrong")
    assert clears.anchor not in [card.anchor for card in one.fix]
    assert "items-cogs-account" in [card.anchor for card in one.fix]
    assert words.CLEARS_ITSELF in render("html", shown, Options())


def test_one_key_issue_has_its_amount_on_the_card_several_have_it_in_their_rows(report: Report) -> None:
    first, second = an_issue("one", "items/cogs-account", 2), an_issue("two", "items/cogs-account", 3)
    single = with_key_issues(
        replace(report, key_issues=(first,), blocked_transactions=blocked_by({"one": 2})), "items/cogs-account", "one"
    )
    (card,) = (card for card in office_view(single).fix if card.anchor == "items-cogs-account")
    assert card.impact == "Blocks 2 transactions ($200.00)"
    assert [row.impact for row in card.rows] == [""], "the card says it"
    both = replace(report, key_issues=(first, second), blocked_transactions=blocked_by({"one": 2, "two": 3}))
    (card,) = (
        card
        for card in office_view(with_key_issues(both, "items/cogs-account", "one", "two")).fix
        if card.anchor == "items-cogs-account"
    )
    assert card.impact == "Blocks 5 transactions"
    assert [row.impact for row in card.rows] == [
        "blocks 2 transactions ($200.00)",
        "blocks 3 transactions ($300.00)",
    ]
    assert card.blocked == 5


def test_the_connection_comes_first_then_what_blocks_most(report: Report) -> None:
    few, many = an_issue("few", "items/cogs-account", 1), an_issue("many", "", 4)
    shown = with_key_issues(
        replace(report, key_issues=(few, many), blocked_transactions=blocked_by({"few": 1, "many": 4})),
        "items/cogs-account",
        "few",
    )
    order = [card.anchor for card in office_view(shown).fix]
    assert order[:3] == ["connection-web-connector-online", "issue-many", "items-cogs-account"]


def test_questions_and_files_to_supply_are_apart(report: Report) -> None:
    asks = "Answer “How many people export batches from this account?”"
    gap = Gap(
        kind="account.answers",
        field="peopleWhoExport",
        subject="peopleWhoExport",
        reason="this question has no answer yet",
        supply=asks,
        cause=Reason.UNANSWERED,
        channel=Channel.ASK,
        question="peopleWhoExport",
    )
    file = Gap(
        kind="servicetitan.invoice",
        field=None,
        subject=None,
        reason="not in any of your files",
        supply="Download the batch",
        cause=Reason.NOT_SUPPLIED,
        channel=Channel.EXPORT,
        also=(Channel.INTEGRATOR,),
        integrator="GET /invoices",
    )
    feed = replace(
        file, kind="servicetitan.truck", supply="Ask", channel=Channel.INTEGRATOR, also=(), integrator="GET /trucks"
    )
    result = replace(report.results[0], outcome=Outcome.CANNOT_TELL, findings=(), gaps=(gap, file, feed))
    question = OpenQuestion(question=own_question("peopleWhoExport"), rules=(result.rule.id,))
    one = office_view(replace(report, results=(result,), questions=(question,), verdict=Verdict.CANNOT_TELL))
    assert [each.question.text for each in one.needed.questions] == ["How many people export batches from this account?"]
    assert [each.instruction for each in one.needed.exports] == ["Download the batch"]
    assert [needs.what(each) for each in one.needed.integrator] == ["trucks"]
    assert needs.title(one.needed.exports[0]) == "Missing: invoices"
    assert one.request == f"{words.REQUEST}\n1. GET /trucks"
    assert "How many people" in one.message
    assert "Download the batch" in one.message


def test_undated_files_come_first_then_the_oldest(report: Report) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)

    def source(path: str, hours: int | None) -> Source:
        return Source(
            path=path,
            sha256="",
            reader="x",
            dated=None if hours is None else now - timedelta(hours=hours),
            records={},
            complete=True,
        )

    shown = replace(report, checked_at=now, sources=(source("new", 1), source("old", 72), source("undated", None)))
    ages = [(file.name, file.age) for file in html.file_ages(shown)]
    assert ages == [("undated", words.UNDATED), ("old", "3 days old"), ("new", "1 h old")]


# -- customer success


def test_a_rule_looks_like_its_worst_open_finding_and_never_fine_if_unknown(report: Report) -> None:
    failed = next(one for one in report.results if one.rule.id == "purchasing/purchase-order-items-exist")
    accepted = replace(report, notes=replace(report.notes, waivers={one.id: WAIVER for one in failed.findings}))
    assert (rule_look(report, failed), rule_look(accepted, failed)) == ("fix", "know")
    assert rule_look(accepted, replace(failed, undecided=1)) == "unknown"
    assert rule_look(report, replace(failed, findings=(), outcome=Outcome.PASSED)) == "fine"
    assert rule_look(report, replace(failed, findings=(), outcome=Outcome.NOT_APPLICABLE)) == "none"
    for outcome in (Outcome.CANNOT_TELL, Outcome.ERROR):
        assert rule_look(report, replace(failed, findings=(), outcome=outcome)) == "unknown"


def test_every_rule_is_in_one_area_and_the_worst_areas_come_first(report: Report) -> None:
    areas = csm_view(report, office_view(report)).areas
    unchecked = sum(one.has_unknowns for one in report.results)
    assert sum(area.counts[LOOKS.index("unknown")] for area in areas) == unchecked > 2
    partly = sum(one.has_unknowns and rule_look(report, one) != "unknown" for one in report.results)
    assert sum(sum(area.counts) for area in areas) == len(report.results) + partly
    fixes = [area.counts[LOOKS.index("fix")] for area in areas]
    assert fixes == sorted(fixes, reverse=True)
    for area in areas:
        assert round(sum(width for _, _, width in area.bar)) == 100


def test_the_message_to_the_customer_can_be_sent_as_it_is(report: Report) -> None:
    """It names what to send, not the files, commands or API paths with which to get it."""

    def a_gap(kind: str, supply: str, channel: Channel) -> Gap:
        cause = Reason.NOT_SUPPLIED
        return Gap(kind=kind, field=None, subject=None, reason="missing", supply=supply, cause=cause, channel=channel)

    gaps = (
        a_gap("derived.waiting_vendor", "Ask for GET /inventory/v2/tenant/TENANT/purchase-orders", Channel.INTEGRATOR),
        a_gap("servicetitan.invoice", "Save invoices.json", Channel.EXPORT),
        a_gap("derived.applied_payment", "Write it into account.yaml", Channel.ASK),
    )
    result = replace(report.results[0], outcome=Outcome.CANNOT_TELL, findings=(), gaps=gaps)
    shown = replace(report, results=(result,), left_out=("items/cogs-account",), verdict=Verdict.CANNOT_TELL)
    message = csm_view(shown, office_view(shown)).message
    assert message.startswith("Hi,\n\nWe checked your files")
    assert words.MESSAGE_NARROWED in message
    assert "Purchase orders from ServiceTitan (ask the person with API access)" in message
    assert "Invoices from ServiceTitan" in message
    for technical in ("GET ", "/", ".yaml", ".json", "exportready", "Payments"):
        assert technical not in message
    assert message.endswith(words.MESSAGE_END)


def test_the_message_names_a_record_once_that_fails_two_checks_of_a_rule(report: Report) -> None:
    card = next(card for card in office_view(report).fix if len(card.rows) == 1 and card.rows[0].name and not card.not_listed)
    twice = replace(card, rows=card.rows * 2)
    office = replace(office_view(report), fix=(twice,), look=())
    assert to_do(report, office).count(card.rows[0].name) == to_do(report, replace(office, fix=(card,))).count(
        card.rows[0].name
    )


# -- the engineer


def test_new_findings_come_first_and_accepted_ones_last(report: Report) -> None:
    result = next(one for one in report.results if one.rule.id == "items/cogs-account")
    states: list[Finding] = [
        replace(result.findings[0], fingerprint="accepted"),
        replace(result.findings[0], fingerprint="known"),
        replace(result.findings[0], fingerprint="new", severity=Severity.INFO),
    ]
    notes = replace(report.notes, waivers={("accepted", 0): WAIVER}, known=frozenset({("known", 0)}))
    results = (replace(result, findings=tuple(states)),)
    shown = replace(report, results=results, notes=notes, baseline="main", changes=None)
    assert [(one.finding.fingerprint, one.state) for one in engineer_view(shown).details] == [
        ("new", words.NEW), ("known", words.OLD), ("accepted", words.ACCEPTED_STATE),
    ]  # fmt: skip
    without_baseline = engineer_view(replace(shown, baseline="")).details
    assert {one.state for one in without_baseline} == {words.OPEN, words.OLD, words.ACCEPTED_STATE}


def test_new_findings_are_those_that_the_earlier_result_lacks(report: Report) -> None:
    result = next(one for one in report.results if one.rule.id == "items/cogs-account")
    found = (replace(result.findings[0], fingerprint="aa"), replace(result.findings[1], fingerprint="zz"))
    details = engineer_view(replace(report, results=(replace(result, findings=found),))).details
    assert {one.finding.fingerprint: one.state for one in details} == {"aa": words.NEW, "zz": words.OLD}


# -- stored


def test_unknown_values_of_a_payment_are_read_back_as_unknown(report: Report) -> None:
    fields: dict[str, Value] = {
        "booksCustomer": "Ann",
        "payment": "P1",
        "invoice": UNSET,
        "toApply": Unknown(cause=Reason.INCONCLUSIVE, reason="two invoices"),
        "batch": "1042",
    }
    row = Record(kind="derived.applied_payment", key="Ann", fields=fields, where=Location("payments.json"))
    shown = replace(report, phase="after-export", work_list=(row,))
    back = report_from_json(json.loads(render("json", shown, Options())))
    assert short_work_list_rows(back) == short_work_list_rows(shown)
    assert words.UNKNOWN in short_work_list_rows(back)[0]
