"""Evidence that is taken away never makes a rule pass. `python -m fuzz.silent_pass` tries many more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial

import pytest
from fuzz.edits import Edit, How
from fuzz.law import MOMENTS, Base, base_of, edited, results_of, try_one, violations
from msgspec.structs import replace

import samples
from exportready.model.report import Outcome


@cache
def bases() -> tuple[Base, ...]:
    return tuple(base_of(example, samples.rulebook()) for example in MOMENTS)


def unexpected(seed: str, numbers: range) -> list[str]:
    found = [(number, one) for number in numbers for one in try_one(bases(), f"{seed}/{number}")[2]]
    return [f"--seed {seed} --only {number}: {one}" for number, one in found]


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_less_evidence_makes_no_rule_pass(start: int) -> None:
    assert unexpected("1", range(start, start + 50)) == []


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 2_000, 100))
def test_less_evidence_makes_no_rule_pass_in_many_tries(start: int) -> None:
    assert unexpected("2", range(start, start + 100)) == []


def test_a_seed_gives_the_same_edit() -> None:
    (_, one, _), (_, same, _) = (try_one(bases(), "1/7") for _ in range(2))
    assert one == same


# -- the law itself


def base(example: str) -> Base:
    return next(one for one in bases() if one.example == example)


def without(example: str, path: str, old: bytes, new: bytes, how: How = How.BLANK) -> tuple[Base, Edit]:
    of = base(example)
    assert of.data[path].count(old) == 1
    return of, Edit(path=path, how=how, field="", place="", data=of.data[path].replace(old, new))


def rules(of: Base, edit: Edit) -> list[str]:
    evidence = edited(of, edit)
    assert evidence is not None
    return [one.rule for one in violations(of, edit, evidence)]


def test_a_fixed_fault_is_a_violation() -> None:
    """The law is only of use if it finds what makes a rule pass: here the person answers instead of leaving it out."""
    of, edit = without("not-ready", "account.yaml", b"status: offline", b"status: online")
    assert "connection/web-connector-online" in rules(of, edit)


def test_a_missing_answer_is_none() -> None:
    of, edit = without("not-ready", "account.yaml", b"status: offline", b"status:")
    assert rules(of, edit) == []


def test_a_deleted_error_that_nothing_names_is_excused() -> None:
    of = base("after-export")
    path = "export error report.csv"
    heading = of.data[path].splitlines(keepends=True)[0]
    edit = Edit(path=path, how=How.DELETE, field="", place="row 2", data=heading)
    assert rules(of, edit) == []
    assert rules(of, replace(edit, how=How.BLANK)) == ["export/no-key-issue"]


def test_an_edit_that_changes_nothing_that_is_read_is_no_edit() -> None:
    of = base("ready")
    path = "servicetitan/customers.json"
    same = Edit(path=path, how=How.BLANK, field="", place="", data=of.data[path] + b"\n")
    assert edited(of, same) is None


def test_an_unreadable_file_makes_no_rule_pass() -> None:
    for of in bases():
        for path in of.data:
            damaged = Edit(path=path, how=How.GARBLE, field="", place="", data=b"\xff\xfe\x00")
            evidence = edited(of, damaged)
            assert evidence is None or violations(of, damaged, evidence) == [], (of.example, path)


def test_the_examples_are_judged_as_a_check_judges_them() -> None:
    for of in bases():
        report = samples.report(of.example, datetime.fromisoformat(MOMENTS[of.example]))
        assert [(one.rule.id, one.outcome) for one in report.results] == [(one.rule.id, one.outcome) for one in of.results]
        assert Outcome.ERROR not in {one.outcome for one in of.results}


# -- silent passes of earlier versions


def blank(data: bytes, field: str, of: Mapping[str, object]) -> bytes:
    page = json.loads(data)
    (record,) = (one for one in page["data"] if of.items() <= one.items())
    record[field] = ""
    return json.dumps(page).encode()


def without_record(data: bytes, of: Mapping[str, object]) -> bytes:
    page = json.loads(data)
    page["data"] = [one for one in page["data"] if not of.items() <= one.items()]
    return json.dumps(page).encode()


def without_row(data: bytes, start: bytes) -> bytes:
    rows = [row for row in data.splitlines(keepends=True) if not row.startswith(start)]
    assert len(rows) == len(data.splitlines()) - 1
    return b"".join(rows)


LISTS, ZONES, SERVICES = "quickbooks-lists.iif", "servicetitan/tax-zones.json", "servicetitan/services.json"
VENDOR, ITEM = b"VEND\tCopperhead Wholesale\t", b"INVITEM\tSewer Camera\t"
AGREE, TAX, EDITED = "items/accounts-agree", "tax/sales-tax-calculated-in-quickbooks", "export/edited-since"
Change = Callable[[bytes], bytes]
FORMER: list[tuple[str, str, How, Change, str, Outcome]] = [
    ("not-ready", LISTS, How.DELETE, partial(without_row, start=VENDOR), "purchasing/vendor-active", Outcome.CANNOT_TELL),
    ("not-ready", LISTS, How.DELETE, partial(without_row, start=ITEM), AGREE, Outcome.CANNOT_TELL),
    ("not-ready", SERVICES, How.BLANK, partial(blank, field="code", of={"code": "Sewer Camera"}), AGREE, Outcome.CANNOT_TELL),
    ("not-ready", ZONES, How.BLANK, partial(blank, field="name", of={"name": "Denver"}), TAX, Outcome.FAILED),
    (
        "after-export",
        "servicetitan/invoices.json",
        How.DELETE,
        partial(without_record, of={"referenceNumber": "58258"}),
        EDITED,
        Outcome.CANNOT_TELL,
    ),
]


@pytest.mark.parametrize(
    ("example", "path", "how", "change", "rule", "outcome"), FORMER, ids=[f"{one[4]}-{n}" for n, one in enumerate(FORMER)]
)
def test_a_former_silent_pass_is_none(example: str, path: str, how: How, change: Change, rule: str, outcome: Outcome) -> None:
    of = base(example)
    edit = Edit(path=path, how=how, field="name" if how is How.BLANK else "", place="", data=change(of.data[path]))
    evidence = edited(of, edit)
    assert evidence is not None
    assert violations(of, edit, evidence) == []
    (result,) = (one for one in of.results if one.rule.id == rule)
    (now,) = (one for one in results_of(of, evidence) if one.rule.id == rule)
    assert (result.outcome, now.outcome, now.has_unknowns) == (Outcome.FAILED, outcome, True)


@pytest.mark.parametrize("how", ["", None])
def test_equipment_without_an_id_leaves_its_lines_unchecked(how: str | None) -> None:
    """A blank text is as much of a blank as null is."""
    of = base("not-ready")
    path = "servicetitan/equipment.json"
    page = json.loads(of.data[path])
    for record in page["data"]:
        record["id"] = how
    edit = Edit(path=path, how=How.BLANK, field="id", place="", data=json.dumps(page).encode())
    evidence = edited(of, edit)
    assert evidence is not None
    assert violations(of, edit, evidence) == []
