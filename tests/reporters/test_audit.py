"""Reports on an audit: golden files of a small one, and properties of all."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import random
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from exportready.model.audit import (
    AccountChanges,
    AccountState,
    Audit,
    AuditedAccount,
    AuditKeyIssue,
    PastAudit,
    RuleState,
    UnreadFile,
)
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import FixSteps, Rule, Severity
from exportready.reporters import words as shared
from exportready.reporters.audit import REPORTERS, Options, render, words
from exportready.reporters.audit.accounts import report_link, sparkline
from exportready.reporters.audit.looks import LOOKS, area_cells, rule_look, unchecked_percent
from exportready.reporters.audit.rule_summaries import MAX_ACCOUNTS as MAX_ACCOUNTS_PER_RULE
from exportready.reporters.audit.rule_summaries import message
from exportready.reporters.audit.summary import MAX_ACCOUNTS, MAX_RULES
from exportready.reporters.audit.view import audit_view

from .conftest import DENVER, a_rule

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 11, 20, 18, tzinfo=DENVER)
WEEK_AGO = AT - timedelta(days=7)
LINKED = Options(reports_url="accounts/")
FORMATS = ("console", "html", "csv", "markdown")
VIEWS = [
    ("html", "audit.html", LINKED),
    ("csv", "audit.csv", LINKED),
    ("markdown", "audit.md", LINKED),
    ("console", "audit.txt", Options()),
    ("console", "audit-color.txt", Options(color=True, width=72, verbose=1)),
]
HOSTILE = "<script>alert(1)</script> \x1b[31mred\x9b2J \u202egnp.exe \U0001f6e0 one\ntwo\r\x85three \udc80 {{ 7*7 }} \"'&"

FIX = FixSteps(
    who="office manager",
    minutes=2,
    steps=("In ServiceTitan open Pricebook > {code}", "Choose an account and save"),
    many_above=5,
    many_steps=("Import the pricebook",),
)
COGS = a_rule("items/cogs-account", "Every material has a COGS account", "Its cost goes astray.", FIX)
COGS = replace(COGS, problem="Some materials have no COGS account")
ONLINE = a_rule(
    "connection/online",
    "The Web Connector is online",
    "Nothing leaves without it.",
    FixSteps(who="you", minutes=5, steps=("Open it",)),
)
SORTED = a_rule(
    "lists/order",
    "The list was not sorted",
    "It is slow.",
    FixSteps(who="bookkeeper", minutes=2, steps=("Sort it",)),
    Severity.WARNING,
)
MEMO = a_rule(
    "export/memo",
    "The memo names the batch",
    "It leads back.",
    FixSteps(who="nobody", minutes=1, steps=("Wait",)),
    Severity.INFO,
)
RULES = (ONLINE, MEMO, COGS, SORTED)


def rule_state(rule: Rule, outcome: Outcome = Outcome.PASSED, **fields: Any) -> RuleState:
    defaults: dict[str, Any] = {
        "has_unknowns": outcome in (Outcome.CANNOT_TELL, Outcome.ERROR),
        "worst": rule.grade if outcome is Outcome.FAILED else None,
        "open_count": int(outcome is Outcome.FAILED),
        "accepted_count": 0,
    }
    return RuleState(rule=rule.id, digest=rule.digest, grade=rule.grade, outcome=outcome, **{**defaults, **fields})


def make_account(
    place: str, verdict: Verdict, rules: tuple[RuleState, ...], changes: AccountChanges | None = None, **fields: Any
) -> AuditedAccount:
    defaults: dict[str, Any] = {
        "digest": "aa",
        "checked_at": AT,
        "valid_until": None,
        "phase": "before-export",
        "files_read": 3,
        "oldest_date": AT - timedelta(hours=5),
        "newest_date": AT - timedelta(hours=1),
    }
    state = AccountState(verdict=verdict, rules=rules, **{**defaults, **fields})
    return AuditedAccount(
        place=place,
        state=state,
        changes=changes,
        trend=(2, None, state.open_count),
        report_file=f"{place.replace('/', '-')}.html",
    )


PASSED = tuple(rule_state(rule) for rule in RULES)
NOT_READY = make_account(
    "west/northwind",
    Verdict.NOT_READY,
    (
        rule_state(ONLINE),
        rule_state(MEMO),
        rule_state(COGS, Outcome.FAILED, open_count=12, has_unknowns=True),
        rule_state(SORTED, Outcome.FAILED),
    ),
    AccountChanges(
        since=WEEK_AGO,
        verdict=Verdict.READY,
        added={COGS.id: 3},
        regressed={SORTED.id: 1},
        fixed={ONLINE.id: 1},
        now_unknown={MEMO.id: 2},
        rule_changed={COGS.id: 4},
    ),
    name="Northwind Plumbing",
    key_issues=(
        AuditKeyIssue(
            id="bb02",
            rule=COGS.id,
            code="",
            severity=Severity.ERROR,
            message="PIPE-1 has no COGS account",
            transactions=41,
            amount=Decimal(900),
        ),
    ),
    blocked=Cleared(findings=2, transactions=41, amount=Decimal("23410.00"), unreadable=1),
    expiring=(
        Expiry(what="answer", name="Is the Web Connector online?", of="webConnector.status", until=AT - timedelta(days=1)),
        Expiry(what="waiver", name=COGS.id, of="controller", until=AT + timedelta(days=29)),
        Expiry(what="waiver", name=SORTED.id, of="controller", until=AT + timedelta(days=31)),
    ),
)
UNREADABLE = make_account(
    "west/broken.zip", Verdict.READY, (), error="the archive ends in the middle of a file", files_read=0, oldest_date=None
)
HALF_READ = make_account(
    "east/half",
    Verdict.READY,
    PASSED,
    AccountChanges(since=WEEK_AGO, verdict=Verdict.READY),
    unread_files=(UnreadFile("lists.iif", "line 8: no heading"),),
)
UNKNOWN = make_account(
    "east/open",
    Verdict.CANNOT_TELL,
    (
        rule_state(ONLINE, Outcome.CANNOT_TELL),
        rule_state(MEMO, Outcome.NOT_APPLICABLE),
        rule_state(COGS),
        rule_state(SORTED, Outcome.ERROR),
    ),
    AccountChanges(since=WEEK_AGO, verdict=Verdict.CANNOT_TELL),
    files_undated=1,
)
WITH_WARNINGS = make_account(
    "east/remarks",
    Verdict.READY_WITH_WARNINGS,
    (
        rule_state(ONLINE),
        rule_state(MEMO, Outcome.FAILED, worst=None, open_count=0, accepted_count=1),
        rule_state(COGS),
        rule_state(SORTED, Outcome.FAILED),
    ),
    AccountChanges(since=WEEK_AGO, verdict=Verdict.NOT_READY, fixed={COGS.id: 9}),
    checked_at=WEEK_AGO,
    oldest_date=AT - timedelta(days=41),
)
READY = make_account("south/green", Verdict.READY, PASSED, AccountChanges(since=WEEK_AGO, verdict=Verdict.READY))
NOTHING_APPLIES = make_account(
    "south/nothing", Verdict.READY, tuple(rule_state(rule, Outcome.NOT_APPLICABLE) for rule in RULES)
)
AUDIT = Audit(
    version="0.1.0",
    rulebook_digest="sha256:9f2c51d0",
    rules=RULES,
    own_rules=False,
    at=AT,
    accounts=(HALF_READ, UNKNOWN, WITH_WARNINGS, READY, NOTHING_APPLIES, UNREADABLE, NOT_READY),
    past=(
        PastAudit(at=AT - timedelta(days=14), verdicts={Verdict.NOT_READY: 3, Verdict.READY: 2}, unreadable=0, open_count=40),
        PastAudit(
            at=WEEK_AGO, verdicts={Verdict.NOT_READY: 2, Verdict.CANNOT_TELL: 1, Verdict.READY: 3}, unreadable=1, open_count=25
        ),
    ),
    gone=("south/closed",),
    skipped=("notes.docx",),
)


def audit_of(*accounts: AuditedAccount) -> Audit:
    return replace(AUDIT, accounts=accounts)


def with_state(account: AuditedAccount, **fields: Any) -> AuditedAccount:
    return replace(account, state=replace(account.state, **fields))


@pytest.mark.parametrize(("format_", "name", "options"), VIEWS, ids=[name for _, name, _ in VIEWS])
def test_golden(format_: str, name: str, options: Options) -> None:
    """Set UPDATE_GOLDEN=1 to write the golden files again."""
    text = render(format_, AUDIT, options)
    golden = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(text.encode())
    assert text.encode() == golden.read_bytes()


def test_amounts_that_are_missing_from_a_sum_are_counted_beside_it() -> None:
    assert "Blocks 41 transactions ($23,410.00 plus 1 unreadable amount)" in " ".join(render("console", AUDIT, LINKED).split())
    assert "41 transactions ($23,410.00 plus 1 unreadable amount)" in render("markdown", AUDIT, LINKED)
    assert "$23K<small>in 41, plus 1 unreadable amount</small>" in render("html", AUDIT, LINKED)
    accounts = json.loads(render("json", AUDIT, LINKED))["accounts"]
    assert [one["waits"]["unreadable"] for one in accounts if one["waits"]["transactions"] == 41] == [1]


@pytest.mark.parametrize("format_", FORMATS)
def test_order_of_accounts_does_not_matter(format_: str) -> None:
    accounts = [*AUDIT.accounts, replace(NOT_READY, place="west/twin"), replace(READY, place="south/twin")]
    texts = set()
    for seed in range(4):
        random.Random(seed).shuffle(accounts)  # noqa: S311 - not a secret
        texts.add(render(format_, audit_of(*accounts), LINKED))
    assert len(texts) == 1


@pytest.mark.parametrize("format_", FORMATS)
def test_audits_of_no_account_and_of_one(format_: str) -> None:
    empty = replace(AUDIT, accounts=(), past=(), gone=(), skipped=(), rules=())
    assert words.NO_ACCOUNT in render(format_, empty, Options()) or format_ == "csv"
    assert "Northwind Plumbing" in render(format_, replace(empty, accounts=(NOT_READY,), rules=RULES), Options())


def test_formats() -> None:
    assert set(REPORTERS) == {*FORMATS, "json", "mail-merge"}
    with pytest.raises(KeyError):
        render("pdf", AUDIT, Options())


def test_accounts_are_listed_worst_first() -> None:
    richer = with_state(
        replace(NOT_READY, place="west/richer"),
        name="Zulu",
        blocked=Cleared(findings=1, transactions=1, amount=Decimal(50_000)),
    )
    worse = with_state(
        replace(NOT_READY, place="west/worse"),
        rules=(rule_state(COGS, Outcome.FAILED, open_count=13),),
        blocked=Cleared(),
        name="Yankee",
    )
    view = audit_view(audit_of(*AUDIT.accounts, richer, worse))
    assert [row.name for row in view.rows] == [
        "Yankee", "Zulu", "Northwind Plumbing", "east/half", "east/open", "west/broken.zip", "east/remarks", "south/green",
        "south/nothing",
    ]  # fmt: skip


def test_accounts_with_the_same_name_show_their_places() -> None:
    twins = audit_of(NOT_READY, replace(NOT_READY, place="west/twin"), replace(READY, place="lone"))
    assert [(row.name, row.place) for row in audit_view(twins).rows] == [
        ("Northwind Plumbing (west/northwind)", ""), ("Northwind Plumbing (west/twin)", ""), ("lone", "")
    ]  # fmt: skip
    assert next((row.name, row.place) for row in audit_view(AUDIT).rows) == ("Northwind Plumbing", "west/northwind")


def test_nothing_unknown_is_green() -> None:
    looks = {row.account.place: row.look for row in audit_view(AUDIT).rows}
    assert {place for place, look in looks.items() if look == "fine"} == {"south/green"}
    assert [cell.look for cell in area_cells(UNREADABLE.state, ("items", "lists"))] == ["unknown", "unknown"]
    for outcome in Outcome:
        for has_unknowns in (True, False):
            for worst in (None, *Severity):
                look = rule_look(rule_state(COGS, outcome, has_unknowns=has_unknowns, worst=worst))
                assert look != "fine" or (outcome is Outcome.PASSED and not has_unknowns and worst is None)
    for narrowed in ({"left_out": ("lists/order",)}, {"own_rules": True}):
        view = audit_view(replace(AUDIT, **narrowed))
        assert "fine" not in {row.look for row in view.rows}
        assert "fine" not in {tile.look for tile in view.summary.tiles}
        assert view.summary.narrowed
        assert words.NOTHING_TO_LOOK_AT not in render("console", replace(AUDIT, accounts=(READY,), **narrowed), Options())


def test_unreadable_accounts_are_never_ready_and_say_why() -> None:
    view = audit_view(AUDIT)
    unreadable = [row for row in view.rows if row.unreadable]
    assert {row.account.place for row in unreadable} == {"east/half", "west/broken.zip"}
    assert {row.verdict for row in unreadable} == {Verdict.CANNOT_TELL}, "whatever their own verdicts are"
    assert view.summary.unreadable == 2
    ready_tile = next(tile for tile in view.summary.tiles if tile.verdict is Verdict.READY)
    assert ready_tile.number == 2
    for format_ in FORMATS:
        text = render(format_, AUDIT, Options(width=200))
        assert "the archive ends in the middle of a file" in text
        assert "no heading" in text
    half_read = with_state(NOT_READY, unread_files=(UnreadFile("lists.iif", "broken"),))
    assert audit_view(audit_of(half_read)).rows[0].verdict is Verdict.NOT_READY


def test_area_shows_the_worst_look_and_marks_unknowns() -> None:
    failed = rule_state(COGS, Outcome.FAILED)
    accepted = rule_state(COGS, Outcome.FAILED, worst=None, open_count=0, accepted_count=1)
    unknown = rule_state(COGS, Outcome.CANNOT_TELL)
    fine = rule_state(COGS)
    warning = rule_state(COGS, Outcome.FAILED, worst=Severity.WARNING)
    good_to_know = rule_state(COGS, Outcome.FAILED, worst=Severity.INFO)
    for rules, css, text in (
        ((failed, unknown), "fix also", "1 to fix, 1 not checked"),
        ((replace(failed, has_unknowns=True),), "fix also", "1 to fix, 1 not checked"),
        ((warning, fine), "look", "1 to review"),
        ((warning, failed, failed), "fix", "2 to fix, 1 to review"),
        ((good_to_know, unknown), "unknown", "1 not checked, 1 good to know"),
        ((good_to_know, fine), "know", "1 good to know"),
        ((accepted, fine), "know", "1 good to know"),
        ((fine, rule_state(COGS, Outcome.NOT_APPLICABLE)), "fine", "checked, OK"),
        ((rule_state(COGS, Outcome.NOT_APPLICABLE),), "none", "doesn't apply"),
        ((rule_state(SORTED),), "absent", "not part of this check"),
    ):
        (cell,) = area_cells(replace(READY.state, rules=rules), ("items",))
        assert (cell.css, cell.text) == (css, text)


def test_unchecked_percentage_counts_applicable_rules() -> None:
    assert unchecked_percent(NOT_READY.state) == 25
    assert round(unchecked_percent(UNKNOWN.state), 1) == 66.7
    assert unchecked_percent(READY.state) == 0
    assert unchecked_percent(NOTHING_APPLIES.state) == 100, "nothing was decided"
    assert unchecked_percent(UNREADABLE.state) == 100
    assert [words.percent(percentage) for percentage in (0, 0.2, 0.6, 50, 99.4, 99.8, 100)] == [
        "0%", "<1%", "1%", "50%", "99%", ">99%", "100%"
    ]  # fmt: skip


def test_age_is_unknown_if_a_file_has_no_date() -> None:
    age_of = {row.account.place: row.oldest_age for row in audit_view(AUDIT).rows}
    assert age_of["east/open"] is None
    assert age_of["west/broken.zip"] is None
    assert age_of["east/remarks"] == timedelta(days=41)
    (ages,) = (fact.lines for fact in audit_view(AUDIT).summary.facts if fact.title == words.FILE_AGES)
    assert ages == (
        words.file_ages("41 days", "5 hours"),
        words.account_with_oldest_file("east/remarks"),
        words.unknown_file_ages(2),
    )
    (ages,) = (
        fact.lines for fact in audit_view(audit_of(UNKNOWN, UNREADABLE, READY)).summary.facts if fact.title == words.FILE_AGES
    )
    assert words.NOT_KNOWN in ages[0], "an unknown age counts as the oldest"


def test_counts_add_up() -> None:
    view = audit_view(AUDIT)
    assert sum(tile.number for tile in view.summary.tiles) == len(AUDIT.accounts)
    assert round(sum(tile.bar_width for tile in view.summary.tiles)) == 100
    assert {rule.rule.id: (rule.failed, rule.unknown, rule.accepted) for rule in view.rules} == {
        COGS.id: (1, 1, 0), SORTED.id: (2, 1, 0), MEMO.id: (0, 0, 1), ONLINE.id: (0, 1, 0)
    }  # fmt: skip
    assert [rule.rule.id for rule in view.rules] == [SORTED.id, COGS.id, ONLINE.id, MEMO.id]
    assert view.changes.totals == {"added": 3, "regressed": 1, "fixed": 10, "now_unknown": 2}
    assert (view.changes.worse, view.changes.better, view.changes.new_accounts, view.changes.rule_changed) == (2, 1, 1, 4)
    assert dict(view.changes.by_rule) == {
        COGS.id: (3, 0, 9, 0), SORTED.id: (0, 1, 0, 0), ONLINE.id: (0, 0, 1, 0), MEMO.id: (0, 0, 0, 2)
    }  # fmt: skip
    assert [account.row.account.place for account in view.changes.by_account] == [
        "east/remarks",
        "west/northwind",
        "east/half",
    ]
    assert [account.row.account.place for account in view.changes.by_rule_changed] == ["west/northwind"]
    assert view.history is not None
    assert view.history.table[0][1:] == ("1", "3", "1", "2", "2", "14")


def test_expiring_answers_are_listed_earliest_first() -> None:
    soon = with_state(
        WITH_WARNINGS,
        expiring=(Expiry(what="answer", name="How many people export?", of="peopleWhoExport", until=AT + timedelta(hours=3)),),
    )
    view = audit_view(audit_of(NOT_READY, soon)).expiring
    assert (view.soon_count, view.expired_count) == (2, 1)
    people, waiver, online = view.groups
    assert (people.kind, people.name, people.when) == ("answer", "How many people export?", "1 account, November 20, 2026")
    assert [when for when, _ in people.days] == ["November 20, 2026, 9:00 PM"], "on the same day, the time matters"
    assert (waiver.kind, waiver.is_expired) == ("accepted problem", False)
    assert (online.is_expired, online.when) == (True, "1 account, expired November 19, 2026"), "what has expired comes last"


def test_what_expires_in_many_accounts_is_one_group() -> None:
    """An answer that every account gives would be hundreds of rows."""
    accounts = [
        with_state(
            replace(READY, place=f"south/{number:03}"),
            name=f"Account {number:03}",
            expiring=(
                Expiry(what="answer", name="Is it on?", of="modules.purchasing", until=AT + timedelta(days=1 + number % 3)),
                Expiry(what="confirmation", name=COGS.title, of=f"person {number}", until=AT + timedelta(days=5)),
            ),
        )
        for number in range(297)
    ]
    view = audit_view(audit_of(*accounts)).expiring
    answer, confirmation = view.groups
    assert view.soon_count == 594
    assert answer.when == "297 accounts, November 21, 2026, to November 23, 2026"
    assert [(when, len(rows)) for when, rows in answer.days] == [
        ("November 21, 2026, 6:00 PM", 99), ("November 22, 2026", 99), ("November 23, 2026", 2)
    ]  # fmt: skip
    assert answer.omitted == 97
    assert (confirmation.kind, confirmation.when) == ("confirmation", "297 accounts, November 25, 2026")
    for format_ in ("console", "markdown"):
        text = render(format_, audit_of(*accounts), Options())
        assert text.count("297 accounts,") >= 2
        assert "person 1" not in text


def test_accepted_problems_are_named_by_the_problem_and_expire_by_their_own_calendar() -> None:
    """A waiver has the rule's title, which says how it should be, and lasts until midnight in the account's time zone."""
    until = datetime(2026, 12, 3, 23, 59, 59, tzinfo=timezone(timedelta(hours=-10)))
    waived = with_state(READY, expiring=(Expiry(what="waiver", name=COGS.title, of="controller", until=until),))
    (group,) = audit_view(audit_of(waived)).expiring.groups
    assert (group.kind, group.name) == ("accepted problem", "Some materials have no COGS account")
    assert [when for when, _ in group.days] == ["December 3, 2026"]


# -- old evidence


OLD = replace(
    with_state(READY, of_files=True, checked_at=AT - timedelta(days=8), oldest_date=AT - timedelta(days=9)), changes=None
)


def test_verdict_on_an_old_moment_says_so_in_every_format() -> None:
    for format_ in FORMATS:
        text = html.unescape(render(format_, audit_of(OLD), Options(verbose=2)))
        assert "Ready to export" not in text, format_
        assert "Was ready" in text or "Ready when the files were exported" in text, format_
    assert "Was ready on November 12, 2026 (8 days ago)" in render("csv", audit_of(OLD), Options())
    account = msgspec.json.decode(render("json", audit_of(OLD), Options()))["accounts"][0]
    assert (account["verdict"], account["is_past"], account["evidence"]["age_hours"]) == ("ready", True, 216)
    assert account["judged_at"] == "2026-11-12T18:00:00-07:00"


def test_verdict_on_a_moment_of_today_or_after_the_export_is_not_old() -> None:
    for account in (
        with_state(OLD, checked_at=AT - timedelta(hours=4)),
        with_state(OLD, of_files=False),
        with_state(OLD, phase="after-export"),
    ):
        (row,) = audit_view(audit_of(account)).rows
        assert row.as_of == ""
        assert "Was ready" not in render("html", audit_of(account), Options())


def test_old_verdict_with_a_warning_does_not_say_that_no_problems_were_found() -> None:
    when = "November 12, 2026 (8 days ago)"
    unknown = with_state(OLD, verdict=Verdict.CANNOT_TELL)
    (row,) = audit_view(audit_of(unknown)).rows
    assert row.verdict_text == f"No problems found on {when}, but not everything was checked"
    (row,) = audit_view(audit_of(with_state(unknown, open_by_severity={Severity.WARNING: 1}))).rows
    assert row.verdict_text == f"Nothing blocked the export on {when}, but not everything was checked"


def test_narrowed_verdict_on_an_old_moment_keeps_its_words() -> None:
    (row,) = audit_view(replace(audit_of(OLD), left_out=("items/names",))).rows
    assert row.verdict_text.endswith(", as of November 12, 2026 (8 days ago)")
    assert not row.verdict_text.startswith("Was ready")


def test_summary_counts_old_verdicts_and_confirmed_checks() -> None:
    confirmed = with_state(READY, rules=tuple(replace(rule, confirmed=rule.rule == COGS.id) for rule in PASSED))
    summary = audit_view(audit_of(replace(OLD, place="south/old"), confirmed)).summary
    lines = [line for fact in summary.facts for line in fact.lines]
    assert "1 verdict is from more than 4 hours ago" in lines
    assert "1 check confirmed by people, in 1 account" in lines
    account = msgspec.json.decode(render("json", audit_of(confirmed), Options()))["accounts"][0]
    assert account["confirmed"] == 1
    assert [rule["id"] for rule in account["rules"] if rule.get("confirmed")] == [COGS.id]
    assert "1 confirmed" in render("html", audit_of(confirmed), Options())
    assert "1 confirmed" in render("console", audit_of(confirmed), Options(verbose=2))


# -- messages and owners


@pytest.mark.parametrize(
    ("account", "topic"),
    [
        (NOT_READY, "problems"),
        (WITH_WARNINGS, "warnings"),
        (UNKNOWN, "files"),
        (HALF_READ, "files"),
        (UNREADABLE, "unreadable"),
        (READY, None),
        (OLD, "files"),
        (with_state(OLD, phase="after-export"), None),
        (with_state(READY, files_undated=1), None),
    ],
)
def test_every_account_with_something_to_do_gets_a_message(account: AuditedAccount, topic: str | None) -> None:
    messages = audit_view(audit_of(account)).messages
    assert [message.topic for _, message in messages] == ([topic] if topic else [])


def test_message_of_an_account_has_what_it_is_asked_for() -> None:
    asked = with_state(
        NOT_READY, to_do="Please fix these first:\n1. Some materials have no COGS account: PIPE-1 (office manager)"
    )
    ((_, message),) = audit_view(audit_of(asked)).messages
    assert "PIPE-1" in message.text
    assert message.subject == "Your QuickBooks export: 1 problem to fix"
    assert message.text.startswith("Hi,\n\nWe checked your files from November 20, 2026, before your QuickBooks export.")
    table = list(csv.DictReader(io.StringIO(render("mail-merge", audit_of(asked, READY), Options()), newline="")))
    assert [row["Message"] for row in table] == [message.text]
    assert msgspec.json.decode(render("json", audit_of(asked), Options()))["accounts"][0]["message"]["text"] == message.text


def test_message_without_names_asks_to_fix_only_what_blocks_and_to_review_warnings() -> None:
    ((_, message),) = audit_view(replace(audit_of(WITH_WARNINGS), anonymized=True)).messages
    assert message.subject == "Your QuickBooks export: 1 warning to review"
    assert "Please review these too:\n1. " in message.text
    assert "Please fix" not in message.text
    ((_, half_read),) = audit_view(replace(audit_of(HALF_READ), anonymized=True)).messages
    assert "\n1. lists.iif\n" in half_read.text


def test_owners_are_summed_up_and_accounts_without_one_come_last() -> None:
    owned = [replace(account, owner=owner) for account, owner in ((READY, "team-b"), (NOT_READY, "team-a"), (OLD, ""))]
    owners = audit_view(audit_of(*(replace(account, place=f"a/{place}") for place, account in enumerate(owned)))).owners
    assert [(owner.label, owner.total, owner.verdicts, owner.old) for owner in owners] == [
        ("team-a", 1, (1, 0, 0, 0), 0), ("team-b", 1, (0, 0, 0, 1), 0), ("No owner", 1, (0, 0, 0, 1), 1)
    ]  # fmt: skip
    assert owners[0].counts == "1 account (don't export yet: 1)"
    assert audit_view(AUDIT).owners == ()


def test_message_names_no_record_and_has_no_placeholder() -> None:
    text = message(COGS)
    assert "{" not in text
    assert "Pricebook > [item]" in text
    assert words.BRACKETS in text
    assert words.quicker(5) in text
    assert "office manager, about 2 minutes" in text
    assert text.startswith("Hi,")
    assert text.endswith(shared.MESSAGE_END)
    assert words.BRACKETS not in message(SORTED)
    assert words.failed_check(ONLINE.title) in message(ONLINE), "a title says how it should be, so it isn't shown as a fact"
    assert [words.placeholder(name) for name in ("code", "parent.customer.name", "name", "parent.referenceNumber", "usedBy")] == [
        "[item]", "[customer]", "[name]", "[number]", "[items that use it]"
    ]  # fmt: skip


def test_long_lists_are_cut_and_say_what_they_omit() -> None:
    many = [
        replace(NOT_READY, place=f"a/{number:04}", report_file=f"{number:04}.html")
        for number in range(MAX_ACCOUNTS_PER_RULE + 40)
    ]
    rules = tuple(replace(COGS, id=f"items/rule-{number:02}") for number in range(20))
    failing = [with_state(account, rules=tuple(rule_state(rule, Outcome.FAILED) for rule in rules)) for account in many]
    audit = replace(AUDIT, accounts=tuple(failing), rules=rules)
    view = audit_view(audit, "accounts/")
    assert (len(view.summary.first_accounts), view.summary.omitted_accounts) == (MAX_ACCOUNTS, len(many) - MAX_ACCOUNTS)
    assert len(view.summary.most_failed) == MAX_RULES
    assert (len(view.rules[0].groups[0].rows), view.rules[0].groups[0].omitted) == (MAX_ACCOUNTS_PER_RULE, 40)
    assert (len(view.changes.by_account), view.changes.omitted_accounts) == (50, len(many) - 50)
    text = render("html", audit, LINKED)
    assert shared.sentence(words.more_in_csv(40)) in text
    heads, *rows = csv.reader(io.StringIO(render("csv", audit, LINKED).removeprefix("\ufeff")))
    assert len(rows) == len(many), "the CSV has all accounts"
    assert rows[0][heads.index("Failed checks")].split() == [rule.id for rule in rules]


def test_links_to_reports() -> None:
    assert report_link("accounts/", "a b/#1?.html") == "accounts/a%20b/%231%3F.html"
    assert report_link("../x", "javascript:alert(1)") == "../x/javascript%3Aalert%281%29"
    assert report_link("", "a.html") == ""
    assert report_link("accounts", "") == ""
    assert 'href="accounts/west-northwind.html"' in render("html", AUDIT, LINKED)
    assert "west-northwind.html" not in render("html", AUDIT, Options())


def test_sparkline_has_gaps_where_nothing_is_known() -> None:
    assert sparkline((4, 2)) == "M2 2L58 8"
    assert sparkline((4, None, 2, 2)).count("M") == 2
    assert sparkline((None, None)) == ""
    assert sparkline((3,)) == ""
    assert "NaN" not in sparkline((0, 0, None, 0))


def test_remarks_on_new_accounts_and_earlier_checks() -> None:
    remarks = {row.account.place: row.remark for row in audit_view(AUDIT).rows}
    assert remarks["east/remarks"] == "checked November 13, 2026"
    assert remarks["south/nothing"] == words.NEW_ACCOUNT
    assert remarks["west/broken.zip"] == "", "it isn't known if it is new"
    assert remarks["south/green"] == ""
    first = audit_view(replace(AUDIT, past=()))
    assert words.NEW_ACCOUNT not in {row.remark for row in first.rows}, "in the first audit, all accounts are new"
    assert words.FIRST_AUDIT in render("html", replace(AUDIT, past=()), LINKED)


def test_anonymized_audit_names_no_record() -> None:
    hashed = with_state(NOT_READY, key_issues=(replace(NOT_READY.state.key_issues[0], message=""),))
    for format_ in FORMATS:
        text = render(format_, replace(audit_of(hashed), anonymized=True), Options(width=200))
        assert "PIPE-1" not in text
        assert "Some materials have no COGS account" in text
    assert words.HASHED in html.unescape(render("html", replace(AUDIT, anonymized=True), LINKED))
    assert words.NOT_HASHED in html.unescape(render("html", AUDIT, LINKED))


@pytest.mark.parametrize("format_", FORMATS)
def test_hostile_names_are_harmless(format_: str) -> None:
    rule = replace(COGS, title=HOSTILE, problem=HOSTILE, why=HOSTILE, fix=replace(FIX, who=HOSTILE, steps=(HOSTILE,)))
    expiry = Expiry(what="answer", name=HOSTILE, of=HOSTILE, until=AT + timedelta(days=1))
    issue = replace(NOT_READY.state.key_issues[0], message=HOSTILE)
    hostile = with_state(
        replace(NOT_READY, place=f"a/{HOSTILE}", report_file=HOSTILE),
        name=HOSTILE,
        expiring=(expiry,),
        key_issues=(issue,),
        unread_files=(UnreadFile(HOSTILE, HOSTILE),),
    )
    audit = replace(
        AUDIT, accounts=(hostile, UNREADABLE), rules=(rule,), gone=(HOSTILE,), skipped=(HOSTILE,), left_out=(HOSTILE,)
    )
    text = render(format_, audit, replace(LINKED, verbose=1))
    text.encode()
    text = text.replace("\r\n", "\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "\U0001f6e0 one two three" in text or format_ == "console"
    if format_ == "html":
        assert text.count("<script") == 1, "only our own script"
        assert "{{ 7*7 }}" in text
    if format_ == "markdown":
        assert "<script" not in text


def test_csv_has_one_row_per_account_and_no_formulas() -> None:
    hostile = with_state(replace(READY, place="@SUM(1)"), name="=cmd|'/c calc'!A1")
    text = render("csv", audit_of(hostile, *AUDIT.accounts), LINKED)
    heads, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert heads == [*words.CSV_COLUMNS, "Connection", "Export", "Items", "Lists"]
    assert len(rows) == len(AUDIT.accounts) + 1
    assert {len(row) for row in rows} == {len(heads)}
    assert not [cell for row in rows for cell in row if re.match(r"[=+\-@]", cell)]
    not_ready = dict(zip(heads, next(row for row in rows if row[0] == "west/northwind"), strict=True))
    assert not_ready["Items"] == "1 to fix, 1 not checked"
    assert not_ready["Report"] == "accounts/west-northwind.html"
    assert not_ready["What changed"].startswith("New: items/cogs-account 3; Back again: lists/order 1")
    unreadable = dict(zip(heads, next(row for row in rows if row[0] == "west/broken.zip"), strict=True))
    shown = (unreadable["Verdict"], unreadable["Open problems"], unreadable["Items"])
    assert shown == (words.NOT_READ, "", "not checked")


def test_page_loads_nothing_and_its_anchors_exist() -> None:
    page = render("html", AUDIT, LINKED)
    assert "http" not in page.replace("http-equiv", "")
    head, script = page[: page.index("<script>")], page[page.index("<script>") + 8 : page.index("</script>")]
    assert not re.search(r"<(script|link|img|iframe|object|form|base)\b|@import|url\(|\son\w+=|javascript:", head)
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|WebSocket|\.src\b", script)
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


def test_color_and_width_options() -> None:
    assert "\x1b[" not in render("console", AUDIT, Options())
    assert "\x1b[" in render("console", AUDIT, Options(color=True))
    assert max(map(len, render("console", AUDIT, Options(width=60)).splitlines())) <= 60
    assert "south/green" not in render("console", AUDIT, Options())
    assert "south/green" in render("console", AUDIT, Options(verbose=1))


def test_verdicts_after_the_export() -> None:
    after, arrival = with_state(NOT_READY, phase="after-export"), shared.ARRIVALS[Verdict.NOT_READY]
    assert audit_view(audit_of(after)).summary.headline == f"1 account: {arrival[0].lower()}{arrival[1:]}"
    assert audit_view(audit_of(after)).summary.meaning == words.MEANINGS_AFTER_EXPORT[Verdict.NOT_READY]
    mixed = audit_view(audit_of(after, READY))
    assert {row.verdict_text for row in mixed.rows} == {arrival, shared.VERDICTS[Verdict.READY]}


def test_times_are_in_the_time_zone_of_the_audit() -> None:
    in_utc = replace(AUDIT, accounts=tuple(with_state(account, checked_at=AT.astimezone(UTC)) for account in AUDIT.accounts))
    assert not [row for row in audit_view(in_utc).rows if "checked" in row.remark]


def test_every_look_has_a_label() -> None:
    assert set(LOOKS) == set(words.LOOK_LABELS)
