"""What every format shows of one report, and that names in it do no harm."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from exportready.model.evidence import Account, Unrecognized
from exportready.model.fix import fix_steps
from exportready.model.report import Cleared, Outcome, Report, RuleResult, Thing, Verdict
from exportready.model.rules import Severity
from exportready.reporters import Options, render, view, why, words

GOLDEN = Path(__file__).parent / "golden"
PLAIN = Options()
HOSTILE = "<script>alert(1)</script> \x1b[31mred\x9b2J \u202egnp.exe \U0001f6e0 one\ntwo\r\x85three \udc80 {{ 7*7 }} \"'&"
VIEWS = [
    ("console", "console.txt", PLAIN),
    ("console", "console-verbose.txt", Options(verbose=1, width=100)),
    ("console", "console-color.txt", Options(color=True, width=72)),
    ("json", "result.json", PLAIN),
    ("html", "report.html", PLAIN),
    ("csv", "problems.csv", PLAIN),
    ("markdown", "office.md", PLAIN),
    ("markdown", "csm.md", Options(audience="csm")),
    ("markdown", "engineer.md", Options(audience="engineer")),
    ("console", "console-csm.txt", Options(audience="csm")),
]


def result_of(report: Report, id_: str) -> RuleResult:
    return next(result for result in report.results if result.rule.id == id_)


def with_result(report: Report, result: RuleResult) -> Report:
    return replace(report, results=tuple(result if one.rule.id == result.rule.id else one for one in report.results))


def hostile(report: Report) -> Report:
    cogs = result_of(report, "items/cogs-account")
    rule = replace(cogs.rule, title=HOSTILE, why=HOSTILE, fix=replace(cogs.rule.fix, who=HOSTILE))
    finding = replace(
        cogs.findings[0],
        subject=Thing("servicetitan.material", HOSTILE),
        message=HOSTILE,
        observed={HOSTILE: HOSTILE, "code": HOSTILE},
    )
    gap = replace(cogs.gaps[0], subject=HOSTILE, reason=HOSTILE, supply=HOSTILE)
    source = replace(report.sources[1], path=HOSTILE, error=HOSTILE, notes=(HOSTILE,))
    return replace(
        with_result(report, replace(cogs, rule=rule, findings=(finding, *cogs.findings[1:]), gaps=(gap,))),
        account=Account(name=HOSTILE),
        sources=(source,),
        unrecognized=(Unrecognized(HOSTILE, HOSTILE),),
    )


@pytest.mark.parametrize(("format_", "name", "options"), VIEWS, ids=[name for _, name, _ in VIEWS])
def test_golden(report: Report, format_: str, name: str, options: Options) -> None:
    """UPDATE_GOLDEN=1 writes the golden files again."""
    text = render(format_, report, options)
    golden = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(text.encode())
    assert text.encode() == golden.read_bytes()


@pytest.mark.parametrize(("format_", "name", "options"), VIEWS, ids=[name for _, name, _ in VIEWS])
def test_the_same_report_has_the_same_bytes(report: Report, format_: str, name: str, options: Options) -> None:
    shuffled = replace(
        report,
        sources=tuple(replace(source, records=dict(reversed(list(source.records.items())))) for source in report.sources),
    )
    assert render(format_, report, options) == render(format_, shuffled, options)


@pytest.mark.parametrize("audience", ["office", "csm", "engineer"])
@pytest.mark.parametrize("format_", ["console", "json", "html", "markdown", "csv"])
def test_hostile_names_encode_and_hold_no_control_characters(report: Report, format_: str, audience: str) -> None:
    text = render(format_, hostile(report), Options(verbose=1, audience=audience))
    text.encode()
    if format_ == "json":
        assert json.loads(text)["account"]["name"] == HOSTILE
        return
    if format_ == "csv":
        text = text.replace("\r\n", "\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "\U0001f6e0 one two three" in text


def test_hostile_names_add_no_markup(report: Report) -> None:
    page = render("html", hostile(report), PLAIN)
    assert page.count("<script") == 1, "only our own script"
    assert "{{ 7*7 }}" in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("audience", ["office", "csm", "engineer"])
def test_hostile_names_add_no_markdown(report: Report, audience: str) -> None:
    cogs = result_of(report, "items/cogs-account")
    name = "@everyone #1 http://evil.test x\n# heading | cell [a](http://b) `code` <b> *bold* ![i](j)"
    found = (replace(cogs.findings[0], message=name), *cogs.findings[1:])
    text = render("markdown", with_result(report, replace(cogs, findings=found)), Options(audience=audience))
    assert not re.search(r"^# heading|(?<!\\)\[a|`code`|<b>|(?<!\\)\*bold|(?<!\\) \| cell", text, re.MULTILINE)
    assert not re.search(r"@everyone|#1|://evil", text), "it mentions nobody and links to nothing"
    assert audience == "csm" or "heading" in text


def test_markdown_after_a_complete_export_lists_no_batches(report: Report) -> None:
    batch = replace(report.batches[0], blocked=Cleared(), verdict=Verdict.READY)
    text = render("markdown", replace(report, phase="after-export", batches=(batch,)), PLAIN)
    assert f"## {words.BATCHES}" not in text


def test_csv_has_one_row_per_finding_and_runs_no_formula(report: Report) -> None:
    cogs = result_of(report, "items/cogs-account")
    evil = replace(cogs.findings[0], message="=cmd|'/c calc'!A1", subject=Thing("servicetitan.material", "@SUM(1)"))
    shown = with_result(report, replace(cogs, findings=(evil, *cogs.findings[1:])))
    text = render("csv", shown, PLAIN)
    assert text.startswith("\ufeff"), "without it Excel does not read the file as UTF-8"
    heads, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert tuple(heads) == words.FINDINGS
    assert len(rows) == len(shown.findings)
    assert not [cell for row in rows for cell in row if re.match(r"[=+\-@]", cell)]
    assert any(row[heads.index("What is wrong")] == "'=cmd|'/c calc'!A1" for row in rows)


def test_the_page_loads_nothing_and_runs_only_its_own_script(report: Report) -> None:
    page = render("html", report, PLAIN)
    assert "http" not in page.replace("http-equiv", "")
    head, script = page[: page.index("<script>")], page[page.index("<script>") + 8 : page.index("</script>")]
    assert not re.search(r"<(script|link|img|iframe|object|form|base)\b|@import|url\(|\son\w+=|javascript:", head)
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|WebSocket|\.src\b", script)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'; base-uri 'none'" in page
    assert f'<meta name="generator" content="ExportReady {report.version}">' in page


def test_the_page_is_small_and_its_links_have_targets(report: Report) -> None:
    page = render("html", replace(report, sources=(), unrecognized=(), results=()), PLAIN)
    assert len(page.encode()) < 70_000
    page = render("html", report, PLAIN)
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


def test_the_page_lists_a_limited_number_of_records_and_says_so(report: Report) -> None:
    cogs = result_of(report, "items/cogs-account")
    many = tuple(replace(cogs.findings[0], subject=Thing("servicetitan.material", f"M{n}")) for n in range(1200))
    page = render("html", with_result(report, replace(cogs, findings=many)), PLAIN)
    assert "M99<" in page
    assert "M100<" not in page
    assert words.capped(100, 1200) in page


def test_the_json_result_keeps_its_contract(report: Report) -> None:
    result = json.loads(render("json", report, PLAIN))
    assert list(result) == [
        "format", "tool", "rulebook", "account", "checked_at", "judged_at", "scope", "sources", "unrecognised", "verdict", "counts",
        "waived", "batches", "rules", "questions", "key_issues", "waiting", "waits", "stale_errors", "settings", "lapses", "changes",
    ]  # fmt: skip
    assert result["batches"] == [
        {"number": "1042", "name": "11-20 plumbing", "verdict": "not_ready", "transactions": 60, "amount": "23410.00",
         "waiting": {"transactions": 1, "amount": "108"}}
    ]  # fmt: skip
    issue = result["key_issues"][1]
    assert (issue["id"], issue["rule"], issue["standing"], issue["retry"]) == (
        "bb02",
        "items/cogs-account",
        "established",
        False,
    )
    assert issue["clears"] == {
        "alone": {"findings": 1, "transactions": 1, "amount": "108"},
        "shared": {"findings": 0, "transactions": 1, "amount": "1126.50"},
    }
    assert result["key_issues"][2]["code"] == "3140"
    assert result["waiting"][0]["transaction"] == {
        "kind": "servicetitan.invoice",
        "key": "Ann / 1234",
        "batch": "1042",
        "amount": "108",
    }
    assert result["format"] == "exportready/result@1"
    assert result["counts"] == {"failed": 5, "cannot_tell": 2, "passed": 1, "not_applicable": 1, "error": 1}
    assert result["sources"][1]["error"] == "line 8123: the file ends in the middle of a customer"
    cogs = result["rules"][1]
    assert (cogs["failed"], cogs["checked"], cogs["undecided"]) == (15, 412, 3)
    assert cogs["fix"]["many"] == {
        "above": 5,
        "steps": ["Export the pricebook to Excel", "Fill the column Cost of Sale Account", "Import the file again"],
    }
    assert cogs["findings"][0]["waiver"] is None
    assert cogs["gaps"][0]["supply"].startswith("In QuickBooks")


def test_console_and_json_do_not_import_jinja2() -> None:
    code = "import sys; from exportready.reporters import console, json_result; sys.exit('jinja2' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0


def test_an_unknown_format_is_refused(report: Report) -> None:
    with pytest.raises(KeyError):
        render("pdf", report, PLAIN)


def test_what_was_not_checked_never_looks_fine(report: Report) -> None:
    unknown = replace(
        report, verdict=Verdict.CANNOT_TELL, sources=(), results=(result_of(report, "session/single-user-mode"),)
    )
    console = render("console", unknown, PLAIN)
    assert console.startswith("No problems found so far - ")
    assert "1 check still needs information" in console
    assert "nobody said how many people export" in render("console", unknown, Options(verbose=1))
    page = render("html", unknown, PLAIN)
    body = page[page.index("</style>") :]
    assert 'class="band unknown"' in body
    assert 'class="card fine' not in body
    assert "tile fine" not in body


def test_the_console_shows_an_instruction_only_once(report: Report) -> None:
    console = render("console", report, Options(width=200, verbose=1))
    assert console.count("Lists to IIF Files") == 1
    assert "for GLUE-7 and GLUE-8" in console
    assert words.and_more(7) in console


def test_the_console_fits_its_width_and_is_ascii(report: Report) -> None:
    console = render("console", report, Options(width=60))
    assert max(map(len, console.splitlines())) <= 60
    assert console.isascii()
    assert "\x1b" in render("console", report, Options(color=True))
    assert re.sub(r"\x1b\[[\d;]*m", "", render("console", report, Options(color=True))) == render("console", report, PLAIN)


def test_times_are_in_the_time_zone_of_the_account(report: Report) -> None:
    assert "Checked November 20, 2026, 5:40 PM" in render("html", report, PLAIN)
    assert "Checked November 21, 2026, 12:40 AM" in render("html", replace(report, account=Account()), PLAIN)


def test_the_connection_comes_first(report: Report) -> None:
    first, *_ = view.problems(report, Severity.ERROR)
    assert first.rule.id == "connection/web-connector-online"


def test_a_rule_with_only_mild_findings_counts_as_a_warning(report: Report) -> None:
    cogs = result_of(report, "items/cogs-account")
    mild = replace(cogs, findings=tuple(replace(finding, severity=Severity.WARNING) for finding in cogs.findings))
    assert mild in view.problems(with_result(report, mild), Severity.WARNING)
    assert mild not in view.problems(with_result(report, mild), Severity.ERROR)


def test_steps_name_the_record_if_all_findings_share_it(report: Report) -> None:
    assert fix_steps(result_of(report, "purchasing/purchase-order-items-exist"))[0].endswith("make VALVE-34 active")
    cogs = result_of(report, "items/cogs-account")
    assert fix_steps(cogs)[0] == "In ServiceTitan open Pricebook > each one listed"
    assert fix_steps(replace(cogs, findings=cogs.findings[:1]))[0] == "In ServiceTitan open Pricebook > PIPE-1"
    nameless = replace(cogs.findings[0], observed={})
    assert fix_steps(replace(cogs, findings=(nameless,)))[0] == "In ServiceTitan open Pricebook > the one listed"


def test_how_long_a_fix_takes(report: Report) -> None:
    cogs = result_of(report, "items/cogs-account")
    assert view.fix_minutes(cogs) == 10, "no more than five times, since then the steps for many are quicker"
    assert view.fix_minutes(replace(cogs, findings=cogs.findings[:3])) == 4, "one of the three is only a warning"
    assert view.fix_minutes(result_of(report, "connection/web-connector-online")) == 5, (
        "it names no record, so it is done once"
    )


def test_the_verdict_has_other_words_after_the_export(report: Report) -> None:
    after = replace(report, phase="after-export")
    assert [view.verdict(replace(after, verdict=verdict)) for verdict in Verdict] == [
        "Everything arrived", "Everything arrived, with items to review", "Some transactions are missing or wrong",
        "Not enough information yet",
    ]  # fmt: skip
    no_warnings = replace(report, results=(result_of(report, "session/single-user-mode"),))
    assert [view.verdict(replace(no_warnings, verdict=verdict)) for verdict in Verdict] == [
        "Ready to export", "Ready, with warnings", "Don't export yet", "No problems found so far",
    ]  # fmt: skip
    cogs = result_of(report, "items/cogs-account")
    mild = replace(cogs, findings=tuple(replace(finding, severity=Severity.WARNING) for finding in cogs.findings))
    assert view.verdict_of(with_result(report, mild), Verdict.CANNOT_TELL) == "Nothing blocks the export so far"


def test_the_dates_and_ages_of_files(report: Report) -> None:
    assert view.files_and_dates(report) == "files exported November 20, 2026"
    assert view.oldest_age(report) == "10 minutes ago"
    undated = replace(report, account=Account(time_zone="America/Denver"))
    assert view.files_and_dates(undated) == "files exported November 20, 2026", (
        "from the dates of the files, in the time zone of the account"
    )
    assert view.files_and_dates(replace(report, account=Account())) == "files exported November 21, 2026", (
        "in the offset of the check"
    )
    assert view.files_and_dates(replace(undated, sources=())) == "files of unknown date"
    assert view.oldest_age(replace(undated, sources=())) == ""
    old = replace(report.sources[0], dated=datetime(2026, 11, 18, 12, tzinfo=UTC))
    several = replace(undated, sources=(old, report.sources[2]))
    assert view.files_and_dates(several) == "files exported November 18, 2026 to November 20, 2026"
    assert view.oldest_age(several) == "2 days ago", "the oldest counts"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (-5, "dated after this check"), (0, "just now"), (1, "1 minute ago"), (59, "59 minutes ago"),
        (60, "1 hour ago"), (1440, "1 day ago"), (59 * 1440, "59 days ago"), (90 * 1440, "3 months ago"),
    ],
)  # fmt: skip
def test_age(minutes: int, text: str) -> None:
    assert words.age(timedelta(minutes=minutes)) == text


def test_every_outcome_and_verdict_has_a_text() -> None:
    assert set(words.OUTCOMES) == set(Outcome)
    assert set(words.VERDICTS) == set(words.ARRIVALS) == set(Verdict)


@pytest.mark.parametrize(("number", "many"), [(5, False), (6, True)])
def test_the_steps_for_many_are_for_more_than_the_stated_number(report: Report, number: int, many: bool) -> None:
    cogs = result_of(report, "items/cogs-account")
    assert cogs.rule.fix.many_above == 5
    assert view.uses_many_steps(replace(cogs, findings=(cogs.findings * number)[:number])) is many


def test_the_console_begins_with_key_issues_and_what_they_block(report: Report) -> None:
    text = " ".join(render("console", report, Options(verbose=1)).split())
    assert "Together they block 2 transactions ($1,234.50)" in text
    order = [text.index(issue.message) for issue in report.key_issues]
    assert order == sorted(order)
    assert text.index(words.BLOCKING_TITLE) < text.index(words.FIX_FIRST)
    assert "Stops the whole export." in text
    assert "Blocks 1 transaction ($108.00), and 1 transaction ($1,126.50) that other problems block too." in text
    assert words.INFERRED in text
    assert words.RETRY in text
    assert "Resolved: the transaction has arrived since: 58201: Object Not Found" in text


def test_why_shows_facts_then_rules_then_what_is_blocked(report: Report) -> None:
    issue = why.find_key_issue(report, "2")
    assert issue is not None
    assert issue == why.find_key_issue(report, "bb")
    assert why.find_key_issue(report, "9") is None
    text = why.explain_key_issue(report, issue)
    parts = [
        "materials.json:12",
        "what depends on nothing is a key issue (established)",
        "ServiceTitan Web Connector Best Practices",
        "> invoice 1234",
    ]
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)
    assert why.key_issue_list(report).startswith("1. [aa01] The Web Connector is offline\n2. [bb02]")
