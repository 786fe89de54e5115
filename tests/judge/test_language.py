"""The rule language on evidence: what is old, what is unset, which fact of a sheet is wrong, what to do about a gap."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exportready.check import check
from exportready.model.report import Outcome, RuleResult
from exportready.rulebook.load import load

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
HEAD = """\
id: area/sample
title: A sample
severity: error
phase: before-export
source: {document: A document, section: A section, updated: 2023-05-12}
why: Because.
failure: it is not so
fix: {who: office manager, minutes: 2, steps: [Do it]}
examples: [{name: nothing, evidence: {}, outcome: cannot_tell}]
"""


def judged(folder: Path, rule: str, files: Mapping[str, str], before: Mapping[str, str] | None = None) -> RuleResult:
    """The result of one rule on files."""
    (folder / "rules" / "area").mkdir(parents=True)
    (folder / "rules" / "area" / "sample.yaml").write_text(HEAD + rule, "utf-8")
    for name, some in (("now", files), ("old", before or {})):
        (folder / name).mkdir()
        for path, text in some.items():
            (folder / name / path).write_text(text, "utf-8")
    report = check(folder / "now", load(folder / "rules"), AT, folder / "old" if before is not None else None)
    return report.results[0]


def materials(*rows: Mapping[str, object], **envelope: object) -> str:
    return json.dumps({"page": 1, "hasMore": False, **envelope, "data": [{"unitOfMeasure": "Each", **row} for row in rows]})


def answers(said: str, age: timedelta) -> str:
    return f"confirmed: {{at: {(AT - age).isoformat()}}}\nsettings: {said}\n"


PIPE = {"id": 1, "code": "PIPE-1", "active": False}
"""Inactive, so that its list shows to be whole."""
OLD_EMPTY_LIST = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1690000000\n!INVITEM\tNAME\tINVITEMTYPE\n!CLASS\tNAME\nCLASS\tHeating\n"
MONTH, MINUTES = timedelta(days=30), timedelta(minutes=10)


def test_an_old_list_proves_no_absence_though_it_is_empty(tmp_path: Path) -> None:
    rule = "each: servicetitan.material\nrelated: {qb: {kind: quickbooks.Item, match: {Name: $code}}}\nexpect: {qb: absent}\n"
    files = {"materials.json": materials(PIPE), "lists.iif": OLD_EMPTY_LIST}
    assert judged(tmp_path / "a", rule, files).outcome is Outcome.PASSED
    assert judged(tmp_path / "b", rule + "max_age: {quickbooks.Item: 4h}\n", files).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize(
    "rule",
    [
        "each: account.answers\nexpect: {peopleWhoExport: 1}\nmax_age: {$answers.peopleWhoExport: 4h}\n",
        "each: account.answers\nexpect: {peopleWhoExport: 1}\nmax_age: {account.answers: 4h}\n",
        "each: account.answers\nrelated: {said: {kind: account.answers}}\nexpect: {said.peopleWhoExport: 1}\n"
        "max_age: {$answers.peopleWhoExport: 4h}\n",
        "each: derived.account\nexpect: {peopleWhoExport: 1}\nmax_age: {$answers.peopleWhoExport: 4h}\n",
        "each: account.answers\nexpect: {derived.account.peopleWhoExport: 1}\nmax_age: {$answers.peopleWhoExport: 4h}\n",
    ],
    ids=["answer", "all answers", "related", "account", "account in a condition"],
)
@pytest.mark.parametrize(("age", "outcome"), [(MINUTES, Outcome.PASSED), (MONTH, Outcome.CANNOT_TELL)])
def test_an_answer_gets_old_by_whatever_way_it_is_read(tmp_path: Path, rule: str, age: timedelta, outcome: Outcome) -> None:
    assert judged(tmp_path, rule, {"account.yaml": answers("{peopleWhoExport: 1}", age)}).outcome is outcome


def test_a_derived_list_gets_old_with_what_it_rests_on(tmp_path: Path) -> None:
    rule = "each: derived.customer_order\nexpect: {inOrder: true}\n"
    listed = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1690000000\n!CUST\tNAME\tHIDDEN\nCUST\tAdams\tN\n"
    assert judged(tmp_path / "a", rule, {"lists.iif": listed}).outcome is Outcome.PASSED
    old = judged(tmp_path / "b", rule + "max_age: {quickbooks.Customer: 4h}\n", {"lists.iif": listed})
    assert old.outcome is Outcome.CANNOT_TELL


def test_an_answer_without_a_date_asks_for_the_date_not_for_the_answer(tmp_path: Path) -> None:
    rule = "each: account.answers\nexpect: {peopleWhoExport: 1}\nmax_age: {$answers.peopleWhoExport: 180d}\n"
    (gap,) = judged(tmp_path, rule, {"account.yaml": "settings: {peopleWhoExport: 1}\n"}).gaps
    assert gap.reason == "your answer has no date"
    assert "confirmed" in gap.supply


def test_of_alternatives_one_suffices_but_those_that_are_there_must_be_whole(tmp_path: Path) -> None:
    rule = "each_any: [servicetitan.material, servicetitan.equipment]\nexpect: {code: present}\n"
    whole, part = materials(PIPE), materials(PIPE, hasMore=True).replace("unitOfMeasure", "manufacturer")
    assert judged(tmp_path / "a", rule, {"materials.json": whole}).outcome is Outcome.PASSED
    assert judged(tmp_path / "b", rule, {"materials.json": whole, "equipment.json": part}).outcome is Outcome.CANNOT_TELL


def test_of_a_sheet_of_facts_the_one_that_is_wrong_is_named(tmp_path: Path) -> None:
    rule = "each: account.answers\nexpect: {webConnector.status: online, webConnector.restarted: false}\n"
    said = "{webConnector: {status: online, restarted: true}}"
    (finding,) = judged(tmp_path, rule, {"account.yaml": answers(said, MINUTES)}).findings
    assert finding.subject.key == finding.at_fault.key == "webConnector.restarted"
    assert finding.told_at == AT - MINUTES


@pytest.mark.parametrize("match", ["{Name: $code, FullName: $account}", "{FullName: $account, Name: $code}"])
def test_an_unset_match_value_makes_an_entry_absent_whatever_else_is_unknown(tmp_path: Path, match: str) -> None:
    rule = f"each: servicetitan.material\nrelated: {{qb: {{kind: quickbooks.Item, match: {match}}}}}\nexpect: {{qb: absent}}\n"
    files = {"materials.json": materials({"id": 1, "code": None, "active": False}), "lists.iif": OLD_EMPTY_LIST}
    assert judged(tmp_path, rule, files).outcome is Outcome.PASSED


def test_a_gap_names_the_field_that_was_to_be_matched_with(tmp_path: Path) -> None:
    rule = "each: servicetitan.material\nrelated: {qb: {kind: quickbooks.Item, match: {Name: $displayName}}}\nexpect: {qb: present}\n"
    (gap,) = judged(tmp_path, rule, {"materials.json": materials(PIPE), "lists.iif": OLD_EMPTY_LIST}).gaps
    assert (gap.kind, gap.field, gap.subject) == ("servicetitan.material", "displayName", "PIPE-1")


EARLIER = (
    "each: servicetitan.material\n"
    "related: {was: {kind: before.servicetitan.material, match: {code: $code}}}\nexpect: {was: present, was.active: true}\n"
)


def test_a_place_in_the_earlier_folder_says_so(tmp_path: Path) -> None:
    files = {"materials.json": materials(PIPE)}
    (finding,) = judged(tmp_path, EARLIER, files, files).findings
    assert [place.location.path for place in finding.where] == ["materials.json", "before/materials.json"]


def test_without_an_earlier_folder_the_gap_asks_for_it(tmp_path: Path) -> None:
    (gap,) = judged(tmp_path, EARLIER, {"materials.json": materials(PIPE)}).gaps
    assert "--before" in gap.supply


def test_a_pattern_and_a_length_may_be_parameters(tmp_path: Path) -> None:
    rule = (
        "each: servicetitan.material\nexpect: {code: {matches: $parameter.form, max_length: $parameter.most}}\n"
        "parameters: {form: '[A-Z]+-[0-9]+', most: 6}\n"
    )
    files = {"materials.json": materials(PIPE, {"id": 2, "code": "pipe"}, {"id": 3, "code": "PIPE-12"})}
    assert [finding.subject.key for finding in judged(tmp_path, rule, files).findings] == ["pipe", "PIPE-12"]


def test_a_proof_of_order_gets_old_by_itself(tmp_path: Path) -> None:
    rule = "each: derived.customer_order\nexpect: {inOrder: true}\nmax_age: {quickbooks.Customer: 4h}\n"
    listed = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1690000000\n!CUST\tNAME\tHIDDEN\nCUST\tAdams\tN\n"
    fresh = (
        '<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0" statusSeverity="Info"><CustomerRet><ListID>1</ListID>'
        "<Name>Adams</Name><FullName>Adams</FullName><IsActive>true</IsActive></CustomerRet></CustomerQueryRs></QBXMLMsgsRs></QBXML>"
    )
    files = {"lists.iif": listed, "new.xml": fresh, "account.yaml": f"takenAt: {AT.isoformat()}\n"}
    assert judged(tmp_path, rule, files).outcome is Outcome.CANNOT_TELL


def test_what_an_old_file_proves_of_the_account_does_not_count_for_a_rule_that_asks_for_a_fresh_one(tmp_path: Path) -> None:
    rule = (
        "given: {derived.account.inventory: false}\neach: servicetitan.truck\nexpect: {active: true}\n"
        "max_age: {servicetitan.truck: 4h}\n"
    )
    truck = json.dumps({"page": 1, "hasMore": False, "data": [{"id": 1, "name": "Van", "active": True, "technicianIds": []}]})
    files = {"trucks.json": truck, "account.yaml": f"takenAt: {(AT - MONTH).isoformat()}\n"}
    assert judged(tmp_path, rule, files).outcome is Outcome.CANNOT_TELL
