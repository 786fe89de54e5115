"""Files that an office can export by hand: how much they decide, and that they never contradict files from programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import asked
import books
import by_hand
import samples
from company import Company, northwind
from exportready.check import CheckRequest, check
from exportready.model.report import Outcome, Report
from faults import not_ready, not_ready_without_inventory, without_inventory

from .conftest import AT

BOOK = samples.rulebook()
ROOT = Path(__file__).parents[2]
PRACTICES = (
    "connection/web-connector-online",
    "connection/runs-as-administrator",
    "settings/customer-mapping-unchanged",
    "session/single-user-mode",
    "lists/customer-list-in-default-order",
    "items/cogs-account",
    "items/cogs-account-in-quickbooks",
    "purchasing/purchase-module-enabled",
    "purchasing/purchase-order-items-exist",
    "purchasing/tax-and-shipping-are-service-items",
    "tax/sales-tax-calculated-in-quickbooks",
    "inventory/location-on-every-line",
    "inventory/serial-numbers-need-a-location",
    "inventory/serial-numbers-with-inventory-module",
    "inventory/populate-serial-numbers-off",
    "export/one-exporter-per-job",
)
"""The practices of the source article that apply before the export."""
DECIDED = (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE)


def judged(folder: Path, files: Mapping[str, bytes]) -> Report:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return check(CheckRequest(snapshot=folder, rulebook=BOOK, at=AT))


def from_programs(company: Company) -> dict[str, bytes]:
    """Return QuickBooks' lists as qbXML and ServiceTitan's as JSON, with the same answers."""
    found = {name: content for name, content in company.files().items() if name != "quickbooks-lists.iif"}
    answers = {"account.yaml": by_hand.files(company)["account.yaml"]}
    return {**found, **answers, "quickbooks-lists.xml": asked.lists(company.lists).encode()}


def findings(report: Report) -> dict[str, set[tuple[str, str, str]]]:
    return {
        result.rule.id: {(finding.fingerprint, finding.severity.value, finding.message) for finding in result.findings}
        for result in report.results
    }


def test_files_exported_by_hand_decide_as_many_checks_as_the_documentation_says(tmp_path: Path) -> None:
    outcomes = {result.rule.id: result.outcome for result in judged(tmp_path, by_hand.files(northwind())).results}
    decided = [practice for practice in PRACTICES if outcomes[practice] in DECIDED]
    assert len(decided) >= 12
    page = ROOT / "docs" / "office" / "before-export.md"
    said = re.search(r"decide (\d+) of the (\d+) checks", " ".join(page.read_text("utf-8").split()))
    assert said is not None
    assert (int(said[1]), int(said[2])) == (len(decided), len(PRACTICES))


def test_the_ready_company_has_no_findings_from_files_exported_by_hand(tmp_path: Path) -> None:
    assert not judged(tmp_path, by_hand.files(northwind())).findings


@pytest.mark.parametrize("made", [northwind, not_ready, without_inventory, not_ready_without_inventory])
def test_files_by_hand_and_from_programs_have_the_same_findings_where_both_decide(
    made: Callable[[], Company], tmp_path: Path
) -> None:
    office = judged(tmp_path / "office", by_hand.files(made()))
    programs = judged(tmp_path / "programs", from_programs(made()))
    here, there = findings(office), findings(programs)
    both, compared = dict(zip([result.rule.id for result in office.results], programs.results, strict=True)), 0
    for result in office.results:
        other = both[result.rule.id]
        if not result.has_unknowns and not other.has_unknowns:
            assert here[result.rule.id] == there[result.rule.id], result.rule.id
            assert result.outcome is other.outcome, result.rule.id
            compared += 1
        elif result.has_unknowns and not other.has_unknowns:
            assert here[result.rule.id] <= there[result.rule.id], result.rule.id
        elif other.has_unknowns and not result.has_unknowns:
            assert there[result.rule.id] <= here[result.rule.id], result.rule.id
    assert compared >= 12


ODD = ('12" pipe, "best"', "Søren & Søn, Größe", "אבג אינסטלציה", "Ωmega 🔧 Plumbing", "a'b\\c <i>", "\uff1dfull width")


@pytest.mark.parametrize("name", ODD)
def test_names_survive_from_file_to_report(name: str, tmp_path: Path) -> None:
    company = northwind()
    for payment in company.titan["payments"]:
        if any(to["appliedTo"] == company.waiting(0)["id"] for to in payment["appliedTo"]):
            payment["customer"]["name"] = f"{name}  "
    company.waiting(0)["customer"]["name"] = f"{name}  "
    for number, files in enumerate((company.files(), by_hand.files(company))):
        report = judged(tmp_path / str(number), {**files, "quickbooks-lists.iif": books.iif(company.lists)})
        (finding,) = [
            one for result in report.results if result.rule.id == "naming/no-stray-spaces" for one in result.findings
        ]
        assert finding.subject.key == f"{name}  "
        assert name in finding.message
        assert report.findings == (finding,) or {one.subject.key.strip() for one in report.findings} == {name}
