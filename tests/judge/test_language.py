"""The rule language on evidence: old and empty values, related entries, groups, gaps and messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exportready.check import CheckRequest, check
from exportready.model.report import Outcome, RuleResult
from exportready.rulebook.load import load

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
HEAD = """\
id: area/sample
title: A sample
severity: error
phase: before-export
about: setup
source: {document: A document, section: A section, updated: 2023-05-12}
why: Because.
failure: it is not so
fix: {who: office manager, minutes: 2, steps: [Do it]}
examples: [{name: nothing, evidence: {}, outcome: cannot_tell}]
"""


def judged(
    folder: Path, rule: str, files: Mapping[str, str], before: Mapping[str, str] | None = None, head: str = HEAD
) -> RuleResult:
    """Return the result of one rule on files."""
    (folder / "rules" / "area").mkdir(parents=True)
    (folder / "rules" / "area" / "sample.yaml").write_text(head + rule, "utf-8")
    for name, some in (("now", files), ("old", before or {})):
        (folder / name).mkdir()
        for path, text in some.items():
            (folder / name / path).write_text(text, "utf-8")
    report = check(
        CheckRequest(
            snapshot=folder / "now",
            rulebook=load(folder / "rules"),
            at=AT,
            before=folder / "old" if before is not None else None,
        )
    )
    return report.results[0]


def materials(*rows: Mapping[str, object], **envelope: object) -> str:
    return json.dumps({"page": 1, "hasMore": False, **envelope, "data": [{"unitOfMeasure": "Each", **row} for row in rows]})


def answers(said: str, age: timedelta) -> str:
    return f"confirmed: {{at: {(AT - age).isoformat()}}}\nsettings: {said}\n"


PIPE = {"id": 1, "code": "PIPE-1", "active": False}
"""An inactive record, whose list is therefore not one of active records only."""
OLD_EMPTY_LIST = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1690000000\n!INVITEM\tNAME\tINVITEMTYPE\n!CLASS\tNAME\nCLASS\tHeating\n"
MONTH, MINUTES = timedelta(days=30), timedelta(minutes=10)


def test_an_old_list_proves_no_absence_even_if_it_is_empty(tmp_path: Path) -> None:
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
def test_an_answer_expires_in_every_way_that_a_rule_can_read_it(
    tmp_path: Path, rule: str, age: timedelta, outcome: Outcome
) -> None:
    assert judged(tmp_path, rule, {"account.yaml": answers("{peopleWhoExport: 1}", age)}).outcome is outcome


def test_a_derived_list_expires_with_its_source(tmp_path: Path) -> None:
    rule = "each: derived.customer_order\nexpect: {inOrder: true}\n"
    listed = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1690000000\n!CUST\tNAME\tHIDDEN\nCUST\tAdams\tN\n"
    assert judged(tmp_path / "a", rule, {"lists.iif": listed}).outcome is Outcome.PASSED
    old = judged(tmp_path / "b", rule + "max_age: {quickbooks.Customer: 4h}\n", {"lists.iif": listed})
    assert old.outcome is Outcome.CANNOT_TELL


def test_the_gap_of_an_answer_without_a_date_asks_for_the_date(tmp_path: Path) -> None:
    rule = "each: account.answers\nexpect: {peopleWhoExport: 1}\nmax_age: {$answers.peopleWhoExport: 180d}\n"
    (gap,) = judged(tmp_path, rule, {"account.yaml": "settings: {peopleWhoExport: 1}\n"}).gaps
    assert gap.reason == "your answer has no date"
    assert gap.supply == "Answer the questions again, so that your answers have a date"


def test_one_of_several_alternative_kinds_is_enough_but_those_present_must_be_whole(tmp_path: Path) -> None:
    rule = "each_any: [servicetitan.material, servicetitan.equipment]\nexpect: {code: present}\n"
    whole, part = materials(PIPE), materials(PIPE, hasMore=True).replace("unitOfMeasure", "manufacturer")
    assert judged(tmp_path / "a", rule, {"materials.json": whole}).outcome is Outcome.PASSED
    assert judged(tmp_path / "b", rule, {"materials.json": whole, "equipment.json": part}).outcome is Outcome.CANNOT_TELL


def test_a_finding_on_a_record_of_facts_names_the_wrong_fact(tmp_path: Path) -> None:
    rule = "each: account.answers\nexpect: {webConnector.status: online, webConnector.restarted: false}\n"
    said = "{webConnector: {status: online, restarted: true}}"
    (finding,) = judged(tmp_path, rule, {"account.yaml": answers(said, MINUTES)}).findings
    assert finding.subject.key == finding.at_fault.key == "webConnector.restarted"
    assert finding.answered_at == AT - MINUTES


@pytest.mark.parametrize("match", ["{Name: $displayName, FullName: $account}", "{FullName: $account, Name: $displayName}"])
def test_an_empty_match_value_makes_an_entry_absent_whatever_else_is_unknown(tmp_path: Path, match: str) -> None:
    rule = f"each: servicetitan.material\nrelated: {{qb: {{kind: quickbooks.Item, match: {match}}}}}\nexpect: {{qb: absent}}\n"
    files = {
        "materials.json": materials({"id": 1, "code": "PIPE-1", "displayName": None, "active": False}),
        "lists.iif": OLD_EMPTY_LIST,
    }
    assert judged(tmp_path, rule, files).outcome is Outcome.PASSED


def test_a_gap_names_the_unknown_field_that_an_entry_is_matched_by(tmp_path: Path) -> None:
    rule = "each: servicetitan.material\nrelated: {qb: {kind: quickbooks.Item, match: {Name: $displayName}}}\nexpect: {qb: present}\n"
    (gap,) = judged(tmp_path, rule, {"materials.json": materials(PIPE), "lists.iif": OLD_EMPTY_LIST}).gaps
    assert (gap.kind, gap.field, gap.subject) == ("servicetitan.material", "displayName", "PIPE-1")


EARLIER = (
    "each: servicetitan.material\n"
    "related: {was: {kind: before.servicetitan.material, match: {code: $code}}}\nexpect: {was: present, was.active: true}\n"
)


def test_a_place_in_the_earlier_folder_has_its_prefix(tmp_path: Path) -> None:
    files = {"materials.json": materials(PIPE)}
    (finding,) = judged(tmp_path, EARLIER, files, files).findings
    assert [place.location.path for place in finding.where] == ["materials.json", "before/materials.json"]


def test_the_gap_of_a_missing_earlier_folder_asks_for_it(tmp_path: Path) -> None:
    (gap,) = judged(tmp_path, EARLIER, {"materials.json": materials(PIPE)}).gaps
    assert "folder of an earlier check" in gap.supply


def test_a_pattern_and_a_length_can_be_parameters(tmp_path: Path) -> None:
    rule = (
        "each: servicetitan.material\nexpect: {code: {matches: $parameter.form, max_length: $parameter.most}}\n"
        "parameters: {form: '[A-Z]+-[0-9]+', most: 6}\n"
    )
    files = {"materials.json": materials(PIPE, {"id": 2, "code": "pipe"}, {"id": 3, "code": "PIPE-12"})}
    assert [finding.subject.key for finding in judged(tmp_path, rule, files).findings] == ["pipe", "PIPE-12"]


def test_a_derived_list_expires_by_its_own_date(tmp_path: Path) -> None:
    rule = "each: derived.customer_order\nexpect: {inOrder: true}\nmax_age: {quickbooks.Customer: 4h}\n"
    listed = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1690000000\n!CUST\tNAME\tHIDDEN\nCUST\tAdams\tN\n"
    fresh = (
        '<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0" statusSeverity="Info"><CustomerRet><ListID>1</ListID>'
        "<Name>Adams</Name><FullName>Adams</FullName><IsActive>true</IsActive></CustomerRet></CustomerQueryRs></QBXMLMsgsRs></QBXML>"
    )
    files = {"lists.iif": listed, "new.xml": fresh, "account.yaml": f"takenAt: {AT.isoformat()}\n"}
    assert judged(tmp_path, rule, files).outcome is Outcome.CANNOT_TELL


def test_a_fact_of_the_account_from_an_old_file_does_not_count_for_a_rule_that_needs_a_fresh_one(tmp_path: Path) -> None:
    rule = (
        "given: {derived.account.inventory: false}\neach: servicetitan.truck\nexpect: {active: true}\n"
        "max_age: {servicetitan.truck: 4h}\n"
    )
    truck = json.dumps({"page": 1, "hasMore": False, "data": [{"id": 1, "name": "Van", "active": True, "technicianIds": []}]})
    files = {"trucks.json": truck, "account.yaml": f"takenAt: {(AT - MONTH).isoformat()}\n"}
    assert judged(tmp_path, rule, files).outcome is Outcome.CANNOT_TELL


LINES = (
    "uses: {kind: servicetitan.invoice_item, match: {skuId: $id}, where: {parent.syncStatus: [Pending, Posted]}, many: true}"
)
UNUSED = f"each: servicetitan.material\nrelated:\n  {LINES}\nexpect: {{uses: absent}}\n"


def invoices(*items: Mapping[str, object], status: str = "Pending") -> str:
    invoice = {"id": 1, "syncStatus": status, "referenceNumber": "1", "invoiceDate": "2026-11-20", "items": list(items)}
    return json.dumps({"page": 1, "hasMore": False, "data": [invoice]})


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (invoices({"id": 1, "skuId": 2}), Outcome.PASSED),
        (invoices({"id": 1, "skuId": 1}), Outcome.FAILED),
        (invoices({"id": 1}), Outcome.CANNOT_TELL),
        (invoices({"id": 1}, status="Exported"), Outcome.PASSED),
        (invoices({"id": 1}, {"id": 2, "skuId": 1}), Outcome.FAILED),
    ],
    ids=["none uses it", "one does", "one may", "one may, but its where is false", "one does and one may"],
)
def test_one_certain_match_makes_an_entry_of_many_present_and_a_possible_one_leaves_it_unknown(
    tmp_path: Path, lines: str, outcome: Outcome
) -> None:
    files = {"materials.json": materials(PIPE), "invoices.json": lines}
    assert judged(tmp_path, UNUSED, files).outcome is outcome


def test_transactions_of_some_days_prove_no_absence(tmp_path: Path) -> None:
    days = "covers: {servicetitan.invoice: {from: 2026-11-01, to: 2026-11-20}}\n"
    files = {"materials.json": materials(PIPE), "invoices.json": invoices({"id": 1, "skuId": 2}), "account.yaml": days}
    assert judged(tmp_path, UNUSED, files).outcome is Outcome.CANNOT_TELL


def test_transactions_of_some_days_can_be_judged(tmp_path: Path) -> None:
    rule = "each: servicetitan.invoice_item\nexpect: {skuId: present}\n"
    plain = json.dumps(json.loads(invoices({"id": 1, "skuId": 2}))["data"])
    assert judged(tmp_path / "a", rule, {"invoices.json": plain}).outcome is Outcome.CANNOT_TELL
    days = "covers: {servicetitan.invoice: {from: 2026-11-01, to: 2026-11-20}}\n"
    assert judged(tmp_path / "b", rule, {"invoices.json": plain, "account.yaml": days}).outcome is Outcome.PASSED


WAITING = "uses: {kind: servicetitan.invoice_item, match: {skuId: $id}, where: {%s}, many: true}"


@pytest.mark.parametrize(
    ("where", "outcome"),
    [("parent.waits: true", Outcome.PASSED), ("inventory: true", Outcome.CANNOT_TELL)],
    ids=["of what waits", "of all lines"],
)
def test_a_batch_proves_only_the_absence_of_pending_transactions(tmp_path: Path, where: str, outcome: Outcome) -> None:
    rule = "each: servicetitan.material\nrelated:\n  " + WAITING % where + "\nexpect: {uses: absent}\n"
    plain = json.dumps(json.loads(invoices({"id": 1, "skuId": 2}))["data"])
    files = {
        "materials.json": materials(PIPE),
        "invoices.json": plain,
        "account.yaml": "covers: {servicetitan.invoice: batch}\n",
    }
    assert judged(tmp_path, rule, files).outcome is outcome


def test_a_rule_with_no_alternative_kind_present_is_undecided(tmp_path: Path) -> None:
    rule = "each_any: [servicetitan.material, servicetitan.equipment]\nexpect: {code: present}\n"
    assert judged(tmp_path, rule, {}).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize(("where", "outcome"), [("{active: true}", Outcome.PASSED), ("{code: present}", Outcome.CANNOT_TELL)])
def test_a_list_of_active_records_is_enough_only_for_a_rule_that_skips_inactive_ones(
    tmp_path: Path, where: str, outcome: Outcome
) -> None:
    rule = f"each: servicetitan.material\nwhere: {where}\nexpect: {{code: present}}\n"
    assert judged(tmp_path, rule, {"materials.json": materials({**PIPE, "active": True})}).outcome is outcome


@pytest.mark.parametrize(("severity", "blocks"), [("error", True), ("warning", False)])
def test_only_error_findings_block_unless_the_rule_says_when(tmp_path: Path, severity: str, blocks: bool) -> None:
    rule = "each: servicetitan.material\nexpect: {active: true}\n"
    files = {"materials.json": materials(PIPE)}
    (tmp_path / "rules" / "area").mkdir(parents=True)
    head = HEAD.replace("severity: error", f"severity: {severity}")
    (tmp_path / "rules" / "area" / "sample.yaml").write_text(head + rule, "utf-8")
    (tmp_path / "materials.json").write_text(files["materials.json"], "utf-8")
    (result,) = check(CheckRequest(snapshot=tmp_path / "materials.json", rulebook=load(tmp_path / "rules"), at=AT)).results
    assert [finding.blocks for finding in result.findings] == [blocks]


def test_a_group_has_the_worst_grade_of_its_members_and_blocks_if_one_does(tmp_path: Path) -> None:
    rule = (
        "each: servicetitan.material\nexpect: {displayName: present}\ngroup: true\n"
        "eased_when: {code: A-OLD}\nblocks_when: {code: B-NEW}\n"
    )
    rows = ({"id": 1, "code": "A-OLD", "displayName": None, "active": False}, {"id": 2, "code": "B-NEW", "displayName": None})
    (finding,) = judged(tmp_path, rule, {"materials.json": materials(*rows)}).findings
    assert (finding.severity.value, finding.blocks, len(finding.where)) == ("error", True, 2)


def test_a_value_that_looks_like_a_placeholder_is_not_filled_in_again(tmp_path: Path) -> None:
    rule = "each: servicetitan.material\nexpect: {active: true}\n"
    (tmp_path / "x").mkdir()
    text = HEAD.replace("failure: it is not so", 'failure: "{code} costs {cost}"')
    files = {"materials.json": materials({"id": 1, "code": "A{cost}B", "cost": 5, "active": False})}
    (tmp_path / "rules" / "area").mkdir(parents=True)
    (tmp_path / "rules" / "area" / "sample.yaml").write_text(text + rule, "utf-8")
    (tmp_path / "x" / "materials.json").write_text(files["materials.json"], "utf-8")
    (result,) = check(CheckRequest(snapshot=tmp_path / "x", rulebook=load(tmp_path / "rules"), at=AT)).results
    assert result.findings[0].message == "A{cost}B costs $5.00"


def test_the_same_code_in_two_kinds_has_two_fingerprints(tmp_path: Path) -> None:
    rule = "each: [servicetitan.material, servicetitan.equipment]\nexpect: {active: true}\n"
    equipment = materials(PIPE).replace("unitOfMeasure", "manufacturer")
    findings = judged(tmp_path, rule, {"materials.json": materials(PIPE), "equipment.json": equipment}).findings
    assert len({finding.fingerprint for finding in findings}) == 2


def test_a_gap_names_the_same_record_in_any_file_order(tmp_path: Path) -> None:
    lines = [{"id": number, "skuName": f"SKU-{number}"} for number in (1, 2, 3)]
    said = set()
    for name, some in (("a", lines), ("b", lines[::-1])):
        files = {"materials.json": materials(PIPE), "invoices.json": invoices(*some)}
        said |= {gap.reason for gap in judged(tmp_path / name, UNUSED, files).gaps}
    assert len(said) == 1


def test_the_reason_why_a_rule_does_not_apply_quotes_the_question(tmp_path: Path) -> None:
    rule = "given: {$answers.peopleWhoExport: 1}\neach: servicetitan.material\nexpect: {active: true}\n"
    result = judged(tmp_path, rule, {"account.yaml": answers("{peopleWhoExport: 3}", MINUTES)})
    assert (result.outcome, result.reason) == (Outcome.NOT_APPLICABLE, "“How many people export batches from this account?” 3")


def test_a_certain_and_a_possible_match_leave_an_entry_unknown(tmp_path: Path) -> None:
    rule = "each: servicetitan.material\nrelated: {eq: {kind: servicetitan.equipment, match: {code: $code}}}\nexpect: {eq: present}\n"
    files = {"materials.json": materials(PIPE), "equipment.json": materials(PIPE).replace("unitOfMeasure", "manufacturer")}
    assert judged(tmp_path / "a", rule, files).outcome is Outcome.PASSED
    nameless = materials(PIPE, {"id": 2, "active": False}).replace("unitOfMeasure", "manufacturer")
    assert judged(tmp_path / "b", rule, {**files, "equipment.json": nameless}).outcome is Outcome.CANNOT_TELL


def test_a_match_whose_where_is_unknown_leaves_an_entry_of_many_unknown(tmp_path: Path) -> None:
    files = {"materials.json": materials(PIPE), "invoices.json": invoices({"id": 1, "skuId": 1}, status="Sent")}
    assert judged(tmp_path, UNUSED, files).outcome is Outcome.CANNOT_TELL


def test_text_and_name_compare_as_names_on_either_side(tmp_path: Path) -> None:
    row = {**PIPE, "displayName": "pipe-1"}
    for number, condition in enumerate(("{displayName: {same_as: $code}}", "{code: {same_as: $displayName}}")):
        rule = f"each: servicetitan.material\nexpect: {condition}\n"
        assert judged(tmp_path / str(number), rule, {"materials.json": materials(row)}).outcome is Outcome.PASSED


@pytest.mark.parametrize("word", ["{derived.account.closingDate}", "{$derived.account.closingDate}"])
def test_a_message_can_name_a_fact_of_the_account(tmp_path: Path, word: str) -> None:
    rule = "each: servicetitan.material\nexpect: {code: VALVE-1}\n"
    head = HEAD.replace("failure: it is not so", f'failure: "closed up to {word}"')
    files = {"materials.json": materials(PIPE), "account.yaml": answers("{closingDate: 2026-10-31}", MINUTES)}
    (finding,) = judged(tmp_path, rule, files, head=head).findings
    assert finding.message == "closed up to October 31, 2026"


def test_the_reason_says_if_an_answer_is_none(tmp_path: Path) -> None:
    rule = "given: {derived.account.closingDate: present}\neach: servicetitan.material\nexpect: {active: true}\n"
    result = judged(tmp_path, rule, {"account.yaml": answers("{closingDate: none}", MINUTES)})
    assert (result.outcome, result.reason.rpartition("” ")[2]) == (Outcome.NOT_APPLICABLE, "none")


def test_a_lone_surrogate_matches_no_pattern_and_raises_no_error(tmp_path: Path) -> None:
    rule = 'each: servicetitan.material\nexpect: {code: {matches: "[A-Z]+"}}\n'
    (finding,) = judged(tmp_path, rule, {"materials.json": materials({**PIPE, "code": "A\ud800"})}).findings
    assert finding.subject.key == "A\ud800"
