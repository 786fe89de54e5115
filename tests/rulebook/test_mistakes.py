"""A rulebook reports all its mistakes at once, each with its file, its line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from exportready.rulebook.load import load, load_rulebook
from exportready.schema.mistakes import MistakesFound

GOOD = """\
id: items/sample
title: Every material has an account
severity: error
phase: before-export
source: {document: A document, section: Items, updated: 2023-05-12}
why: Because.
each: servicetitan.material
related:
  qb: {kind: quickbooks.Item, match: {Name: $code}}
where: {active: true}
expect: {costOfSaleAccount: present}
failure: "{code} has none"
fix: {who: office manager, minutes: 2, steps: ["Open {code}"]}
examples:
  - {name: ok, evidence: {servicetitan.material: [{code: A, active: true, costOfSaleAccount: X}]}, outcome: passed}
about: setup
"""


CONFIRM = "fact: looked, question: Is it so?, steps: [Look], yes: It is, no: It isn't, minutes: 1"


def mistakes(tmp_path: Path, text: str, name: str = "items/sample.yaml") -> list[tuple[int, str]]:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    try:
        load(tmp_path)
    except MistakesFound as error:
        return [(mistake.line, mistake.message) for mistake in error.mistakes]
    return []


def test_the_sample_has_no_mistakes(tmp_path: Path) -> None:
    assert mistakes(tmp_path, GOOD) == []


CASES = [
    ("id: items/sample", "id: items/other", 1, "the id must match the file's path: 'items/sample'"),
    ("about: setup\n", "", 1, "'about' is missing"),
    ("about: setup", "about: set-up", 16, "did you mean 'setup'"),
    ("about: setup", "about: setup\nconfirm: {fact: looked}", 17, "'question' is missing"),
    ("about: setup", f"about: setup\nconfirm: {{{CONFIRM}, lasts: forever}}", 17, "batch, or an age such as 4h or 90d"),
    ("severity: error", "severity: fatal", 3, "one of error, warning, info"),
    ("severity: error", "severity: eror", 3, "did you mean 'error'"),
    ("title: Every", "titel: Every", 2, "did you mean 'title'"),
    ("updated: 2023-05-12", "updated: last May", 5, "a date such as 2026-11-20"),
    ("each: servicetitan.material", "each: servicetitan.materials", 7, "did you mean 'servicetitan.material'"),
    ("kind: quickbooks.Item", "kind: quickbooks.Itm", 9, "did you mean 'quickbooks.Item'"),
    ("match: {Name: $code}", "match: {Nmae: $code}", 9, "quickbooks.Item has no field 'Nmae'"),
    ("match: {Name: $code}", "match: {Name: $cdoe}", 9, "servicetitan.material has no field 'cdoe'"),
    ("where: {active: true}", "where: {active: yes}", 10, "expected true or false"),
    ("where: {active: true}", "where: {active: {above: 3}}", 10, "'above' doesn't work with 'active'"),
    ("where: {active: true}", "where: {code: {mathces: x}}", 10, "did you mean 'matches'"),
    ("where: {active: true}", "where: {code: {matches: '(a'}}", 10, "invalid pattern"),
    ("where: {active: true}", "where: {cost: '12'}", 10, "expected a number"),
    ("where: {active: true}", "where: {cost: null}", 10, "use present or absent instead"),
    (
        "where: {active: true}",
        "where: {active: $code}",
        10,
        "can't compare 'active', which has type yesno, with 'code', which has name",
    ),
    ("where: {active: true}", "where: {qb: true}", 10, "can only be tested with present or absent"),
    ("where: {active: true}", "where: {qb.ItemType: Inventary}", 10, "did you mean 'Inventory'"),
    ("where: {active: true}", "where: {$answers.peopleWhoExprot: 1}", 10, "did you mean 'peopleWhoExport'"),
    ("where: {active: true}", "where: {$parameter.x: 1}", 10, "unknown parameter 'x'"),
    ("where: {active: true}", "where: []", 10, "expected a condition (field: test)"),
    ("why: Because.", "why: Because.\ngiven: {active: true}", 7, "can't be used here"),
    ("why: Because.", "why: Because.\nmax_age: {quickbooks.Host: soon}", 7, "an age such as 4h or 180d"),
    ("why: Because.", "why: Because.\nwhy: Again.", 7, "appears twice (first on line 6)"),
    ("minutes: 2", "minutes: few", 13, "a whole number"),
    ('"{code} has none"', '"{cod} has none"', 12, "can't be filled in"),
    ("outcome: passed", "outcome: fine", 15, "one of passed, failed"),
    ("outcome: passed", "outcome: failed", 15, "only an example with the outcome failed has findings"),
    ("{code: A, active: true", "{code: A, activ: true", 15, "did you mean 'active'"),
    ("{code: A, active: true", "{code: A, active: 3", 15, "isn't yes or no"),
    ("expect: {costOfSaleAccount: present}\n", "", 1, "'expect' is missing"),
    ("why: Because.", "why: !!python/object:os.system x", 6, "the tag"),
    ("severity: error", "severity: [error]", 3, "one of error, warning, info"),
    ("severity: error", "severity: {}", 3, "one of error, warning, info"),
    ("each: servicetitan.material", "each: {a: b}", 7, "expected text, not a group of keys"),
    ("each: servicetitan.material", "each: [[]]", 7, "expected text, not a list"),
    ("match: {Name: $code}", "match: {ItemType: Inventary}", 9, "did you mean 'Inventory'"),
    ("minutes: 2", "minutes: 2.5", 13, "a whole number"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), CASES, ids=[case[1][:40] for case in CASES])
def test_a_mistake_has_its_line_and_says_what_would_be_right(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in GOOD
    found = mistakes(tmp_path, GOOD.replace(old, new, 1))
    assert any(at == line and words in message for at, message in found), found


def test_rules_that_ask_for_the_same_fact_must_ask_in_the_same_way(tmp_path: Path) -> None:
    first = f"{GOOD}confirm: {{{CONFIRM}, lasts: batch}}\n"
    assert mistakes(tmp_path, first) == []
    second = first.replace("id: items/sample", "id: items/twin")
    assert mistakes(tmp_path, second, "items/twin.yaml") == []
    ((line, message),) = mistakes(tmp_path, second.replace("Is it so?", "Is it?"), "items/twin.yaml")
    assert line == 1
    assert message.startswith("`confirm` differs from the one in items/sample.yaml")


def test_all_mistakes_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    one = GOOD.replace("severity: error", "severity: fatal").replace("active: true}\nexpect", "activ: true}\nexpect")
    mistakes(tmp_path, one)
    found = mistakes(tmp_path, "id: items/two\nphase: later\n", "items/two.yaml")
    assert len(found) > 6
    assert {line for line, _ in found} >= {2, 3, 10}


PLANTED = """\
id: items/other
titel: Every material has an account
severity: eror
phase: before-export
source: {document: A document, section: Items, updated: last May}
why: Because.
why: Again.
given: {$answers.peopleWhoExprot: 1}
each: servicetitan.materials
related:
  qb: {kind: quickbooks.Itm, match: {Nmae: $cdoe}, wher: {Name: x}}
  other: {kind: nonsense, where: {IsActive: {mathces: "("}}}
where: {actve: {above: soon}, code: {max_length: long}, cost: {at_least: twelve}}
expect: {costOfSaleAccount: {matches: "(a"}, other.Foo: {contians: x}}
failure: "{cod} has none"
max_age: {quickbooks.Host: soon, quickbooks.Nothing: 4h}
parameters: {limit: [1]}
fix:
  who: office manager
  minutes: few
  steps: ["Open {cde}"]
  many: {above: 1, steps: ["{x}"]}
examples:
  - {name: ok, evidence: {servicetitan.material: [{code: A, activ: true}]}, answers: {peopleWhoExprot: 1}, outcome: passed}
  - {nme: bad, evidence: {servicetitan.material: [{cod: A}]}, outcome: fine, findings: [A]}
about: setup
"""
EVERY = {
    (1, "the id must match the file's path"),
    (1, "'title' is missing"),
    (2, "unknown key 'titel'"),
    (3, "not 'eror'"),
    (5, "not 'last May'"),
    (7, "'why' appears twice"),
    (8, "unknown answer 'peopleWhoExprot'"),
    (9, "'servicetitan.materials' is not a kind"),
    (11, "'quickbooks.Itm' is not a kind"),
    (11, "quickbooks.Item has no field 'Nmae'"),
    (11, "servicetitan.material has no field 'cdoe'"),
    (11, "unknown key 'wher'"),
    (12, "'nonsense' is not a kind"),
    (12, "unknown test 'mathces'"),
    (13, "servicetitan.material has no field 'actve'"),
    (13, "expected a length (a whole number), not 'long'"),
    (13, "expected a number for 'cost', not 'twelve'"),
    (14, "invalid pattern"),
    (14, "unknown test 'contians'"),
    (15, "'{cod}' can't be filled in"),
    (16, "an age such as 4h or 180d, not 'soon'"),
    (16, "'quickbooks.Nothing' is not a kind"),
    (17, "the default of parameter 'limit' must be"),
    (20, "not 'few'"),
    (21, "'{cde}' can't be filled in"),
    (22, "'{x}' can't be filled in"),
    (24, "has no field 'activ'"),
    (24, "unknown key 'peopleWhoExprot'"),
    (25, "unknown key 'nme'"),
    (25, "'name' is missing"),
    (25, "has no field 'cod'"),
    (25, "not 'fine'"),
}


def test_mistakes_of_every_layer_and_no_others_are_reported_in_one_run(tmp_path: Path) -> None:
    found = mistakes(tmp_path, PLANTED)
    missing = {(line, words) for line, words in EVERY if not any(at == line and words in message for at, message in found)}
    assert missing == set()
    assert len(found) == len(EVERY)


def test_mistakes_in_rules_inference_rules_and_the_pack_are_reported_in_one_run(tmp_path: Path) -> None:
    (tmp_path / "inference").mkdir()
    inference = "- {name: x, when: {a: {fact: problm}}, then: {fact: depends}, because: '{c}', standing: certain}\n"
    (tmp_path / "inference" / "a.yaml").write_text(inference, "utf-8")
    (tmp_path / "pack.yaml").write_text("nme: house\n", "utf-8")
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "sample.yaml").write_text(GOOD.replace("why:", "whi:"), "utf-8")
    with pytest.raises(MistakesFound) as caught:
        load_rulebook(tmp_path)
    files = [mistake.path for mistake in caught.value.mistakes]
    assert set(files) == {(tmp_path / name).as_posix() for name in ("items/sample.yaml", "pack.yaml", "inference/a.yaml")}
    assert sum(file.endswith("a.yaml") for file in files) == 5  # source, fact, fields of then, placeholder, standing
    assert caught.value.summary == f"the rulebook has {len(files)} mistakes"


@pytest.mark.parametrize("key", ["expect", "where", "failure"])
def test_a_key_without_a_value_is_a_mistake(tmp_path: Path, key: str) -> None:
    text = "".join(f"{key}:\n" if line.startswith(f"{key}:") else line for line in GOOD.splitlines(keepends=True))
    assert any(f"'{key}' has no value" in message for _, message in mistakes(tmp_path, text))


@pytest.mark.parametrize(("old", "new"), [("minutes: 2", "minutes: 2.0"), ("{Name: $code}", "{ItemType: Inventory}")])
def test_other_spellings_of_the_same_value_are_valid(tmp_path: Path, old: str, new: str) -> None:
    assert old in GOOD
    assert mistakes(tmp_path, GOOD.replace(old, new)) == []


@pytest.mark.parametrize("name", ["items/other.yml", "other.yaml", "items/deep/other.yaml"])
def test_a_rule_file_in_the_wrong_place_is_a_mistake(tmp_path: Path, name: str) -> None:
    mistakes(tmp_path, GOOD)
    assert mistakes(tmp_path, GOOD, name) == [(0, "rule files must be AREA/NAME.yaml; move or rename this file")]


def test_a_folder_named_like_a_rule_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "items" / "folder.yaml").mkdir(parents=True)
    assert any("can't open this file" in message for _, message in mistakes(tmp_path, GOOD))


def test_a_folder_without_rules_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(MistakesFound, match="has no rules"):
        load(tmp_path)


def test_an_alias_is_rejected(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD.replace("why: Because.", "why: &why Because.\nmax_age: *why"))
    assert any("the alias '*why' isn't allowed" in message for _, message in found)
