"""A stored result reads back as the same report: every format has the same bytes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

import samples
from exportready.check import CheckRequest, check
from exportready.model.evidence import Location
from exportready.model.reasons import Channel, Reason
from exportready.model.report import FindingId, Outcome, Place, Report, Waiver
from exportready.model.rules import FixSteps
from exportready.reporters import REPORTERS, Options, render
from exportready.results.read import NotStored, report_from_json

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
AUDIENCES = ("office", "csm", "engineer")
WAIVER = Waiver(
    rule="items/*",
    account="*",
    subject="*",
    owner="controller",
    reason="sold",
    ticket="AP-12",
    expires=date(2026, 12, 3),
    where=Location("waivers.yaml", 2),
)


def read_back(report: Report) -> Report:
    return report_from_json(json.loads(render("json", report, Options())))


def assert_same_after_reading_back(report: Report) -> None:
    back = read_back(report)
    for format_ in REPORTERS:
        for audience in AUDIENCES:
            options = Options(verbose=2, audience=audience)
            assert render(format_, back, options) == render(format_, report, options), (format_, audience)


def test_a_report_with_everything_in_it(report: Report) -> None:
    def ids(at: int) -> list[FindingId]:
        return [result.findings[at].id for result in report.results if len(result.findings) > at]

    full = replace(
        report,
        notes=replace(
            report.notes,
            waivers=dict.fromkeys(ids(0), WAIVER),
            known=frozenset(ids(1)),
            refusals=dict.fromkeys(ids(2), "it was accepted"),
        ),
        own_rules=True,
        left_out=("items/x",),
        base="accounts/northwind",
        baseline="main",
        baseline_undecided=frozenset({"items/y"}),
        stale_baseline=("items/z: gone",),
        waiver_remarks=("expired: items/y",),
        settings=(("customerMapping", "customerLevel"),),
    )
    assert_same_after_reading_back(full)
    assert_same_after_reading_back(replace(full, phase="after-export"))


def test_a_record_whose_name_looks_like_a_placeholder_of_the_steps(report: Report) -> None:
    """The steps depend on the findings that a format counts: those for the office leave out accepted ones."""
    first, *others = report.results
    fix = FixSteps(who="x", minutes=1, steps=("Open {code}",))
    found = tuple(
        replace(first.findings[0], fingerprint=str(at), observed={"code": name}) for at, name in enumerate(("{code}", "B"))
    )
    result = replace(first, rule=replace(first.rule, fix=fix), findings=found)
    assert_same_after_reading_back(
        replace(report, results=(result, *others), notes=replace(report.notes, waivers={found[0].id: WAIVER}))
    )


@pytest.mark.parametrize(
    "example", ["ready", "not-ready", "after-export", "by-hand", "not-ready-without-inventory", "not-ready-batch"]
)
def test_the_examples(example: str) -> None:
    report = check(CheckRequest(snapshot=EXAMPLES / example, rulebook=samples.rulebook(), at=AT))
    assert_same_after_reading_back(report)


def test_results_of_older_versions_are_read(report: Report) -> None:
    data = json.loads(render("json", report, Options()))
    for result in data["rules"]:
        del result["grade"]
        for finding in result["findings"]:
            finding.pop("trace", None)
    for issue in data["key_issues"]:
        for name in ("severity", "facts", "reasons"):
            del issue[name]
    for name in ("lapses", "changes"):
        del data[name]
    assert render("console", report_from_json(data), Options()).startswith("Don't export yet - Northwind Plumbing")


def test_an_older_result_gets_the_usual_channel_and_no_cause(report: Report) -> None:
    data = json.loads(render("json", report, Options()))
    for source in data["sources"]:
        source.pop("error_message", None)
    for result in data["rules"]:
        result.pop("cause", None)
        for gap in result["gaps"]:
            for name in ("cause", "channel", "also", "question", "source"):
                gap.pop(name, None)
        for finding in result["findings"]:
            finding.pop("members", None)
    older = report_from_json(data)
    gaps = [gap for result in older.results for gap in result.gaps]
    assert {gap.cause for gap in gaps} == {Reason.INCONCLUSIVE}
    assert {(gap.kind, gap.channel, gap.also) for gap in gaps} == {
        ("quickbooks.Item", Channel.EXPORT, ()),
        ("quickbooks.Account", Channel.EXPORT, ()),
        ("servicetitan.material", Channel.EXPORT, (Channel.INTEGRATOR,)),
    }
    assert [one.error_text for one in older.sources] == [one.error_text for one in report.sources]
    assert {one.cause for one in older.results if one.outcome is Outcome.CANNOT_TELL} == {Reason.INCONCLUSIVE}


def test_the_members_of_a_group_come_back_and_of_an_older_result_from_their_places(report: Report) -> None:
    first = report.results[0].findings[0]
    places = tuple(Place(Location("a.iif", number), name) for number, name in ((2, "A; B"), (3, "C")))
    group = replace(first, is_group=True, where=places, members=("A; B", "C"))
    grouped = replace(report, results=(replace(report.results[0], findings=(group,)), *report.results[1:]))
    data = json.loads(render("json", grouped, Options()))
    assert report_from_json(data).findings[0].members == ("A; B", "C")
    del data["rules"][0]["findings"][0]["members"]
    assert report_from_json(data).findings[0].members == ("A; B", "C")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ([], "this is not a result of check"),
        ({"format": "exportready/diff@1"}, "this is not a result of check"),
        ({"rules": 3}, "this result is damaged"),
        ({"verdict": "splendid"}, "this result is damaged"),
        ({"waits": {"transactions": 1, "amount": "much"}}, "this result is damaged"),
        ({"checked_at": None}, "this result is damaged"),
    ],
)
def test_what_is_not_a_result_is_refused(report: Report, damage: object, message: str) -> None:
    data = json.loads(render("json", report, Options()))
    with pytest.raises(NotStored, match=message):
        report_from_json({**data, **damage} if isinstance(damage, dict) else damage)


def test_times_keep_their_offset(report: Report) -> None:
    moved = replace(report, checked_at=datetime(2026, 11, 21, 0, 40, tzinfo=UTC))
    assert read_back(moved).checked_at.isoformat() == "2026-11-21T00:40:00+00:00"
