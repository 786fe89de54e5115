"""The report over many accounts, for everybody who reads it: golden files of a small one, and what must hold for any."""

from __future__ import annotations

import csv
import html
import io
import os
import random
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from exportready.model.audit import AccountState, Audit, Entry, Issue, Movement, Past, RuleState, Unread
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import FixSteps, Rule, Severity
from exportready.reporters import words as shared
from exportready.reporters.audit import REPORTERS, Options, render, words
from exportready.reporters.audit.accounts import link, spark
from exportready.reporters.audit.looks import LOOKS, cells, of_rule, share
from exportready.reporters.audit.practices import LISTED, message
from exportready.reporters.audit.summary import FAILED, FIRST
from exportready.reporters.audit.view import view

from .conftest import DENVER, a_rule

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 11, 20, 18, tzinfo=DENVER)
WEEK_AGO = AT - timedelta(days=7)
LINKED = Options(pages="accounts/")
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


def stands(rule: Rule, outcome: Outcome = Outcome.PASSED, **more: Any) -> RuleState:
    said: dict[str, Any] = {
        "untold": outcome in (Outcome.CANNOT_TELL, Outcome.ERROR),
        "worst": rule.grade if outcome is Outcome.FAILED else None,
        "open": int(outcome is Outcome.FAILED),
        "accepted": 0,
    }
    return RuleState(rule=rule.id, digest=rule.digest, grade=rule.grade, outcome=outcome, **{**said, **more})


def account(
    place: str, verdict: Verdict, rules: tuple[RuleState, ...], movement: Movement | None = None, **more: Any
) -> Entry:
    said: dict[str, Any] = {
        "digest": "aa",
        "checked_at": AT,
        "holds_until": None,
        "phase": "before-export",
        "files": 3,
        "oldest": AT - timedelta(hours=5),
        "newest": AT - timedelta(hours=1),
        **more,
    }
    standing = AccountState(verdict=verdict, rules=rules, **said)
    return Entry(
        place=place,
        standing=standing,
        movement=movement,
        trend=(2, None, standing.open),
        page=f"{place.replace('/', '-')}.html",
    )


FINE = tuple(stands(one) for one in RULES)
STOPPED = account(
    "west/northwind",
    Verdict.NOT_READY,
    (stands(ONLINE), stands(MEMO), stands(COGS, Outcome.FAILED, open=12, untold=True), stands(SORTED, Outcome.FAILED)),
    Movement(
        since=WEEK_AGO,
        verdict=Verdict.READY,
        added={COGS.id: 3},
        regressed={SORTED.id: 1},
        fixed={ONLINE.id: 1},
        untold={MEMO.id: 2},
        rule_changed={COGS.id: 4},
    ),
    name="Northwind Plumbing",
    issues=(
        Issue(
            id="bb02",
            rule=COGS.id,
            code="",
            severity=Severity.ERROR,
            message="PIPE-1 has no COGS account",
            transactions=41,
            amount=Decimal(900),
        ),
    ),
    waits=Cleared(2, 41, Decimal("23410.00")),
    lapses=(
        Expiry(what="answer", name="Is the Web Connector online?", of="webConnector.status", until=AT - timedelta(days=1)),
        Expiry(what="waiver", name=COGS.id, of="controller", until=AT + timedelta(days=29)),
        Expiry(what="waiver", name=SORTED.id, of="controller", until=AT + timedelta(days=31)),
    ),
)
UNREADABLE = account(
    "west/broken.zip", Verdict.READY, (), error="the archive ends in the middle of a file", files=0, oldest=None
)
HALF_READ = account(
    "east/half",
    Verdict.READY,
    FINE,
    Movement(since=WEEK_AGO, verdict=Verdict.READY),
    unread=(Unread("lists.iif", "line 8: no heading"),),
)
OPEN = account(
    "east/open",
    Verdict.CANNOT_TELL,
    (stands(ONLINE, Outcome.CANNOT_TELL), stands(MEMO, Outcome.NOT_APPLICABLE), stands(COGS), stands(SORTED, Outcome.ERROR)),
    Movement(since=WEEK_AGO, verdict=Verdict.CANNOT_TELL),
    undated=1,
)
REMARKS = account(
    "east/remarks",
    Verdict.READY_WITH_WARNINGS,
    (
        stands(ONLINE),
        stands(MEMO, Outcome.FAILED, worst=None, open=0, accepted=1),
        stands(COGS),
        stands(SORTED, Outcome.FAILED),
    ),
    Movement(since=WEEK_AGO, verdict=Verdict.NOT_READY, fixed={COGS.id: 9}),
    checked_at=WEEK_AGO,
    oldest=AT - timedelta(days=41),
)
GREEN = account("south/green", Verdict.READY, FINE, Movement(since=WEEK_AGO, verdict=Verdict.READY))
NOTHING_APPLIES = account("south/nothing", Verdict.READY, tuple(stands(one, Outcome.NOT_APPLICABLE) for one in RULES))
AUDIT = Audit(
    version="0.1.0",
    digest="sha256:9f2c51d0",
    rules=RULES,
    own_rules=False,
    at=AT,
    entries=(HALF_READ, OPEN, REMARKS, GREEN, NOTHING_APPLIES, UNREADABLE, STOPPED),
    past=(
        Past(at=AT - timedelta(days=14), verdicts={Verdict.NOT_READY: 3, Verdict.READY: 2}, broken=0, open=40),
        Past(at=WEEK_AGO, verdicts={Verdict.NOT_READY: 2, Verdict.CANNOT_TELL: 1, Verdict.READY: 3}, broken=1, open=25),
    ),
    gone=("south/closed",),
    passed_over=("notes.docx",),
)


def with_entries(*entries: Entry) -> Audit:
    return replace(AUDIT, entries=entries)


def standing(entry: Entry, **more: Any) -> Entry:
    return replace(entry, standing=replace(entry.standing, **more))


@pytest.mark.parametrize(("format_", "name", "options"), VIEWS, ids=[name for _, name, _ in VIEWS])
def test_golden(format_: str, name: str, options: Options) -> None:
    """UPDATE_GOLDEN=1 writes them anew."""
    text = render(format_, AUDIT, options)
    golden = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(text.encode())
    assert text.encode() == golden.read_bytes()


@pytest.mark.parametrize("format_", FORMATS)
def test_the_order_of_the_entries_does_not_matter(format_: str) -> None:
    entries = [*AUDIT.entries, replace(STOPPED, place="west/twin"), replace(GREEN, place="south/twin")]
    texts = set()
    for seed in range(4):
        random.Random(seed).shuffle(entries)  # noqa: S311 - not a secret
        texts.add(render(format_, with_entries(*entries), LINKED))
    assert len(texts) == 1


@pytest.mark.parametrize("format_", FORMATS)
def test_no_account_and_one_account_are_reports_too(format_: str) -> None:
    empty = replace(AUDIT, entries=(), past=(), gone=(), passed_over=(), rules=())
    assert words.NO_ACCOUNT in render(format_, empty, Options()) or format_ == "csv"
    assert "Northwind Plumbing" in render(format_, replace(empty, entries=(STOPPED,), rules=RULES), Options())


def test_every_format_has_its_module() -> None:
    assert set(REPORTERS) == {*FORMATS, "json"}
    with pytest.raises(KeyError):
        render("pdf", AUDIT, Options())


def test_accounts_stand_worst_first() -> None:
    richer = standing(replace(STOPPED, place="west/richer"), name="Zulu", waits=Cleared(1, 1, Decimal(50_000)))
    worse = standing(
        replace(STOPPED, place="west/worse"), rules=(stands(COGS, Outcome.FAILED, open=13),), waits=Cleared(), name="Yankee"
    )
    seen = view(with_entries(*AUDIT.entries, richer, worse))
    assert [row.name for row in seen.rows] == [
        "Yankee", "Zulu", "Northwind Plumbing", "east/half", "east/open", "west/broken.zip", "east/remarks", "south/green",
        "south/nothing",
    ]  # fmt: skip


def test_accounts_of_one_name_say_which_they_are() -> None:
    twins = with_entries(STOPPED, replace(STOPPED, place="west/twin"), replace(GREEN, place="lone"))
    assert [(row.name, row.place) for row in view(twins).rows] == [
        ("Northwind Plumbing (west/northwind)", ""), ("Northwind Plumbing (west/twin)", ""), ("lone", "")
    ]  # fmt: skip
    assert next((row.name, row.place) for row in view(AUDIT).rows) == ("Northwind Plumbing", "west/northwind")


def test_nothing_unknown_is_green() -> None:
    looks = {row.entry.place: row.look for row in view(AUDIT).rows}
    assert {place for place, look in looks.items() if look == "fine"} == {"south/green"}
    assert [cell.look for cell in cells(UNREADABLE.standing, ("items", "lists"))] == ["unknown", "unknown"]
    for outcome in Outcome:
        for untold in (True, False):
            for worst in (None, *Severity):
                look = of_rule(stands(COGS, outcome, untold=untold, worst=worst))
                assert look != "fine" or (outcome is Outcome.PASSED and not untold and worst is None)
    for left in ({"left_out": ("lists/order",)}, {"own_rules": True}):
        narrowed = view(replace(AUDIT, **left)).summary
        assert "fine" not in {row.look for row in view(replace(AUDIT, **left)).rows}
        assert "fine" not in {tile.look for tile in narrowed.tiles}
        assert narrowed.narrowed
        assert words.NOTHING_TO_LOOK_AT not in render("console", replace(AUDIT, entries=(GREEN,), **left), Options())


def test_what_could_not_be_read_is_never_ready_and_is_told_with_its_reason() -> None:
    seen = view(AUDIT)
    broken = [row for row in seen.rows if row.broken]
    assert {row.entry.place for row in broken} == {"east/half", "west/broken.zip"}
    assert {row.verdict for row in broken} == {Verdict.CANNOT_TELL}, "whatever it is said to be"
    assert seen.summary.broken == 2
    ready = next(tile for tile in seen.summary.tiles if tile.verdict is Verdict.READY)
    assert ready.number == 2
    for format_ in FORMATS:
        text = render(format_, AUDIT, Options(width=200))
        assert "the archive ends in the middle of a file" in text
        assert "no heading" in text
    stays = standing(STOPPED, unread=(Unread("lists.iif", "broken"),))
    assert view(with_entries(stays)).rows[0].verdict is Verdict.NOT_READY


def test_an_area_shows_the_worst_and_says_that_something_else_is_not_known() -> None:
    failed, accepted = stands(COGS, Outcome.FAILED), stands(COGS, Outcome.FAILED, worst=None, open=0, accepted=1)
    untold, fine = stands(COGS, Outcome.CANNOT_TELL), stands(COGS)
    eased = stands(COGS, Outcome.FAILED, worst=Severity.WARNING)
    known = stands(COGS, Outcome.FAILED, worst=Severity.INFO)
    for rules, css, text in (
        ((failed, untold), "fix also", "1 to fix, 1 not checked"),
        ((replace(failed, untold=True),), "fix also", "1 to fix, 1 not checked"),
        ((eased, fine), "look", "1 to look at"),
        ((eased, failed, failed), "fix", "2 to fix, 1 to look at"),
        ((known, untold), "unknown", "1 not checked, 1 good to know"),
        ((known, fine), "know", "1 good to know"),
        ((accepted, fine), "know", "1 good to know"),
        ((fine, stands(COGS, Outcome.NOT_APPLICABLE)), "fine", "checked, fine"),
        ((stands(COGS, Outcome.NOT_APPLICABLE),), "none", "does not apply"),
        ((stands(SORTED),), "absent", "not part of this check"),
    ):
        (cell,) = cells(replace(GREEN.standing, rules=rules), ("items",))
        assert (cell.css, cell.text) == (css, text)


def test_the_share_that_was_not_checked_is_of_what_applies() -> None:
    assert share(STOPPED.standing) == 25
    assert round(share(OPEN.standing), 1) == 66.7
    assert share(GREEN.standing) == 0
    assert share(NOTHING_APPLIES.standing) == 100, "nothing was decided"
    assert share(UNREADABLE.standing) == 100
    assert [words.percent(one) for one in (0, 0.2, 0.6, 50, 99.4, 99.8, 100)] == [
        "0 %", "<1 %", "1 %", "50 %", "99 %", ">99 %", "100 %"
    ]  # fmt: skip


def test_a_file_without_date_makes_the_age_unknown() -> None:
    seen = {row.entry.place: row.age for row in view(AUDIT).rows}
    assert seen["east/open"] is None
    assert seen["west/broken.zip"] is None
    assert seen["east/remarks"] == timedelta(days=41)
    (ages,) = (fact.lines for fact in view(AUDIT).summary.facts if fact.title == words.EVIDENCE)
    assert ages == (words.ages("41 days", "east/remarks", "5 h"), words.ages_unknown(2))
    (ages,) = (
        fact.lines for fact in view(with_entries(OPEN, UNREADABLE, GREEN)).summary.facts if fact.title == words.EVIDENCE
    )
    assert words.NOT_KNOWN in ages[0], "what nobody knows counts as older than everything"


def test_the_counts_add_up() -> None:
    seen = view(AUDIT)
    assert sum(tile.number for tile in seen.summary.tiles) == len(AUDIT.entries)
    assert round(sum(tile.width for tile in seen.summary.tiles)) == 100
    assert {one.rule.id: (one.fails, one.untold, one.accepted) for one in seen.practices} == {
        COGS.id: (1, 1, 0), SORTED.id: (2, 1, 0), MEMO.id: (0, 0, 1), ONLINE.id: (0, 1, 0)
    }  # fmt: skip
    assert [one.rule.id for one in seen.practices] == [SORTED.id, COGS.id, ONLINE.id, MEMO.id]
    assert seen.changes.total == {"added": 3, "regressed": 1, "fixed": 10, "untold": 2}
    assert (seen.changes.worse, seen.changes.better, seen.changes.new, seen.changes.rule_changed) == (2, 1, 1, 4)
    assert dict(seen.changes.by_rule) == {
        COGS.id: (3, 0, 9, 0), SORTED.id: (0, 1, 0, 0), ONLINE.id: (0, 0, 1, 0), MEMO.id: (0, 0, 0, 2)
    }  # fmt: skip
    assert [one.row.entry.place for one in seen.changes.by_account] == ["east/remarks", "west/northwind", "east/half"]
    assert [one.row.entry.place for one in seen.changes.by_rule_changed] == ["west/northwind"]
    assert seen.history is not None
    assert seen.history.rows[0][1:] == ("1", "3", "1", "2", "2", "14")


def test_what_lapses_is_told_the_next_first_and_what_has_lapsed_says_so() -> None:
    soon = standing(
        REMARKS,
        lapses=(Expiry(what="answer", name="How many people export?", of="peopleWhoExport", until=AT + timedelta(hours=3)),),
    )
    seen = view(with_entries(STOPPED, soon)).lapses
    assert (seen.soon, seen.over) == (2, 1)
    assert [one.row.entry.place for one in seen.accounts] == ["west/northwind", "east/remarks"]
    assert seen.accounts[0].when == "lapsed 19 November 2026"
    assert len(seen.accounts[0].lines) == 2, "not what lapses in 31 days"
    assert seen.accounts[1].when == "20 November 2026, 9:00 PM", "the hour counts"
    assert [one.row.entry.place for one in seen.coming] == ["east/remarks", "west/northwind"]


def test_a_message_names_nobody_and_no_placeholder_is_left() -> None:
    text = message(COGS)
    assert "{" not in text
    assert "Pricebook > [item]" in text
    assert words.BRACKETS in text
    assert words.quicker(5) in text
    assert "office manager, about 2 minutes" in text
    assert text.startswith("Hello,")
    assert text.endswith(shared.MESSAGE_END)
    assert words.BRACKETS not in message(SORTED)
    assert words.not_so(ONLINE.title) in message(ONLINE), "a title says how it should be"
    assert [words.placeholder(one) for one in ("code", "parent.customer.name", "name", "parent.referenceNumber", "usedBy")] == [
        "[item]", "[customer]", "[name]", "[number]", "[what uses it]"
    ]  # fmt: skip


def test_page_one_is_bounded_and_long_lists_say_what_they_leave_out() -> None:
    many = [replace(STOPPED, place=f"a/{at:04}", page=f"{at:04}.html") for at in range(LISTED + 40)]
    rules = tuple(replace(COGS, id=f"items/rule-{at:02}") for at in range(20))
    failing = [standing(one, rules=tuple(stands(rule, Outcome.FAILED) for rule in rules)) for one in many]
    audit = replace(AUDIT, entries=tuple(failing), rules=rules)
    seen = view(audit, "accounts/")
    assert (len(seen.summary.first), seen.summary.left) == (FIRST, len(many) - FIRST)
    assert len(seen.summary.failed) == FAILED
    assert (len(seen.practices[0].who[0].rows), seen.practices[0].who[0].left) == (LISTED, 40)
    assert (len(seen.changes.by_account), seen.changes.left) == (50, len(many) - 50)
    text = render("html", audit, LINKED)
    assert shared.sentence(words.more_in_csv(40)) in text
    heads, *rows = csv.reader(io.StringIO(render("csv", audit, LINKED).removeprefix("\ufeff")))
    assert len(rows) == len(many), "the table has them all"
    assert rows[0][heads.index("Fails")].split() == [rule.id for rule in rules]


def test_links_are_relative_quoted_and_only_where_there_is_a_page() -> None:
    assert link("accounts/", "a b/#1?.html") == "accounts/a%20b/%231%3F.html"
    assert link("../x", "javascript:alert(1)") == "../x/javascript%3Aalert%281%29"
    assert link("", "a.html") == ""
    assert link("accounts", "") == ""
    assert 'href="accounts/west-northwind.html"' in render("html", AUDIT, LINKED)
    assert "west-northwind.html" not in render("html", AUDIT, Options())


def test_a_line_is_broken_where_nothing_is_known() -> None:
    assert spark((4, 2)) == "M2 2L58 8"
    assert spark((4, None, 2, 2)).count("M") == 2
    assert spark((None, None)) == ""
    assert spark((3,)) == ""
    assert "NaN" not in spark((0, 0, None, 0))


def test_an_account_checked_earlier_says_so_and_so_does_a_new_one() -> None:
    remarks = {row.entry.place: row.remark for row in view(AUDIT).rows}
    assert remarks["east/remarks"] == "checked 13 November 2026"
    assert remarks["south/nothing"] == words.FIRST_TIME
    assert remarks["west/broken.zip"] == "", "of what could not be judged nobody knows"
    assert remarks["south/green"] == ""
    first = view(replace(AUDIT, past=()))
    assert words.FIRST_TIME not in {row.remark for row in first.rows}, "in a first audit all are"
    assert words.FIRST_AUDIT in render("html", replace(AUDIT, past=()), LINKED)


def test_an_anonymised_audit_names_no_record() -> None:
    hashed = standing(STOPPED, issues=(replace(STOPPED.standing.issues[0], message=""),))
    for format_ in FORMATS:
        text = render(format_, replace(with_entries(hashed), anonymised=True), Options(width=200))
        assert "PIPE-1" not in text
        assert "Some materials have no COGS account" in text
    assert words.HASHED in html.unescape(render("html", replace(AUDIT, anonymised=True), LINKED))
    assert words.NOT_HASHED in html.unescape(render("html", AUDIT, LINKED))


@pytest.mark.parametrize("format_", FORMATS)
def test_hostile_names_encode_and_cannot_steer(format_: str) -> None:
    rule = replace(COGS, title=HOSTILE, problem=HOSTILE, why=HOSTILE, fix=replace(FIX, who=HOSTILE, steps=(HOSTILE,)))
    lapse = Expiry(what="answer", name=HOSTILE, of=HOSTILE, until=AT + timedelta(days=1))
    issue = replace(STOPPED.standing.issues[0], message=HOSTILE)
    evil = standing(
        replace(STOPPED, place=f"a/{HOSTILE}", page=HOSTILE),
        name=HOSTILE,
        lapses=(lapse,),
        issues=(issue,),
        unread=(Unread(HOSTILE, HOSTILE),),
    )
    audit = replace(
        AUDIT, entries=(evil, UNREADABLE), rules=(rule,), gone=(HOSTILE,), passed_over=(HOSTILE,), left_out=(HOSTILE,)
    )
    text = render(format_, audit, replace(LINKED, verbose=1))
    text.encode()
    text = text.replace("\r\n", "\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "\U0001f6e0 one two three" in text or format_ == "console"
    if format_ == "html":
        assert text.count("<script") == 1, "our own"
        assert "{{ 7*7 }}" in text
    if format_ == "markdown":
        assert "<script" not in text


def test_csv_is_one_row_an_account_and_runs_no_formula() -> None:
    evil = standing(replace(GREEN, place="@SUM(1)"), name="=cmd|'/c calc'!A1")
    text = render("csv", with_entries(evil, *AUDIT.entries), LINKED)
    heads, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert heads == [*words.CSV, "Connection", "Export", "Items", "Lists"]
    assert len(rows) == len(AUDIT.entries) + 1
    assert {len(row) for row in rows} == {len(heads)}
    assert not [cell for row in rows for cell in row if re.match(r"[=+\-@]", cell)]
    stopped = dict(zip(heads, next(row for row in rows if row[0] == "west/northwind"), strict=True))
    assert stopped["Items"] == "1 to fix, 1 not checked"
    assert stopped["Report"] == "accounts/west-northwind.html"
    assert stopped["What changed"].startswith("New: items/cogs-account 3; Back again: lists/order 1")
    broken = dict(zip(heads, next(row for row in rows if row[0] == "west/broken.zip"), strict=True))
    assert (broken["Verdict"], broken["Open problems"], broken["Items"]) == ("Can't say yet", "", "not checked")


def test_page_asks_nothing_of_anyone_and_its_anchors_are_whole() -> None:
    page = render("html", AUDIT, LINKED)
    assert "http" not in page.replace("http-equiv", "")
    head, script = page[: page.index("<script>")], page[page.index("<script>") + 8 : page.index("</script>")]
    assert not re.search(r"<(script|link|img|iframe|object|form|base)\b|@import|url\(|\son\w+=|javascript:", head)
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|WebSocket|\.src\b", script)
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


def test_colours_and_width_are_as_asked() -> None:
    assert "\x1b[" not in render("console", AUDIT, Options())
    assert "\x1b[" in render("console", AUDIT, Options(color=True))
    assert max(map(len, render("console", AUDIT, Options(width=60)).splitlines())) <= 60
    assert "south/green" not in render("console", AUDIT, Options())
    assert "south/green" in render("console", AUDIT, Options(verbose=1))


def test_after_the_export_the_verdicts_read_as_arrivals() -> None:
    after = standing(STOPPED, phase="after-export")
    assert view(with_entries(after)).summary.headline == "1 account: not arrived whole"
    mixed = view(with_entries(after, GREEN))
    assert {row.told for row in mixed.rows} == {"Not arrived whole", "Ready to export"}


def test_moments_are_those_of_the_audits_own_clock() -> None:
    moved = replace(AUDIT, entries=tuple(standing(one, checked_at=AT.astimezone(UTC)) for one in AUDIT.entries))
    assert not [row for row in view(moved).rows if "checked" in row.remark]


def test_looks_are_in_the_order_of_the_legend() -> None:
    assert set(LOOKS) == set(words.LOOKS)
