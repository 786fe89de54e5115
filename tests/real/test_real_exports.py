"""What QuickBooks Desktop really writes. The files are not ours to copy: read where they lie, skipped where they do not."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

import samples
from exportready.check import CheckRequest, check
from exportready.evidence import snapshot
from exportready.kinds import KINDS
from exportready.kinds.messages import parse_message
from exportready.model.evidence import UNSET
from exportready.model.report import Outcome, Report, RuleResult
from exportready.model.rules import Rulebook
from exportready.rulebook.examples import NOON

REAL = Path(__file__).parents[3] / "shared" / "real-exports" / "quickbooks"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real exports are not beside the project")

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
SINGLE_USER, ORDER, COGS = (
    "session/single-user-mode",
    "lists/customer-list-in-default-order",
    "items/cogs-account-in-quickbooks",
)
HOST, LISTS, ITEMS = (
    "01_hcp_response_qbpro2014_singleuser.xml",
    "05_iif_all_lists_enterprise34_sample_company.iif",
    "07_item_inventory_query_rs_soap_envelope_raw.xml",
)
ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """The shipped rules."""
    return samples.rulebook()


def report_on(folder: Path, rulebook: Rulebook) -> Report:
    return check(CheckRequest(snapshot=folder, rulebook=rulebook, at=AT))


def result_of(report: Report, rule: str) -> RuleResult:
    return next(result for result in report.results if result.rule.id == rule)


def put(folder: Path, name: str, change: tuple[bytes, bytes] = (b"", b"")) -> None:
    data = (REAL / name).read_bytes()
    assert change[0] in data
    (folder / name).write_bytes(data.replace(*change) if change[0] else data)


def pricebook(folder: Path, names: Sequence[str], *, is_inventory: bool) -> None:
    """Write a pricebook with the items. Only items of the pricebook are exported, so no others are judged."""
    rows = [
        {"id": at, "code": name, "active": True, "isInventory": is_inventory, "costOfSaleAccount": None}
        for at, name in enumerate(names, 1)
    ]
    (folder / "materials.json").write_text(json.dumps({"page": 1, "hasMore": False, "data": rows}), "utf-8")


def answer(folder: Path, taken: timedelta) -> None:
    said = f"takenAt: {(AT - taken).isoformat()}\nsettings: {{peopleWhoExport: 1}}\n"
    (folder / "account.yaml").write_text(said, "utf-8")


# -- 01: host, company and preferences


def test_single_user_mode_passes(tmp_path: Path, rulebook: Rulebook) -> None:
    put(tmp_path, HOST)
    answer(tmp_path, timedelta(minutes=30))
    assert result_of(report_on(tmp_path, rulebook), SINGLE_USER).outcome is Outcome.PASSED


def test_multi_user_mode_fails(tmp_path: Path, rulebook: Rulebook) -> None:
    put(tmp_path, HOST, (b"<QBFileMode>SingleUser", b"<QBFileMode>MultiUser"))
    answer(tmp_path, timedelta(minutes=30))
    assert result_of(report_on(tmp_path, rulebook), SINGLE_USER).outcome is Outcome.FAILED


@pytest.mark.parametrize("taken", [None, timedelta(hours=12)], ids=["no-answers", "half-a-day-old"])
def test_without_answers_or_too_old_it_cannot_be_told_and_says_what_to_supply(
    tmp_path: Path, rulebook: Rulebook, taken: timedelta | None
) -> None:
    put(tmp_path, HOST)
    if taken:
        answer(tmp_path, taken)
    result = result_of(report_on(tmp_path, rulebook), SINGLE_USER)
    assert result.outcome is Outcome.CANNOT_TELL
    assert result.gaps
    assert all(gap.supply for gap in result.gaps)


# -- 05: all lists


def customers() -> list[tuple[int, str]]:
    """(line index, full name) of each customer, in the file's order."""
    if not REAL.is_dir():
        return []
    lines = (REAL / LISTS).read_bytes().decode("cp1252").splitlines()
    return [(at, line.split("\t")[1].strip('"')) for at, line in enumerate(lines) if line.startswith("CUST\t")]


def neighbours() -> Iterator[tuple[str, str]]:
    """Every two siblings that stand next to each other among their siblings."""
    groups: dict[str, list[str]] = {}
    for _, name in customers():
        groups.setdefault(name.rpartition(":")[0], []).append(name)
    for group in groups.values():
        yield from pairwise(group)


PAIRS = list(neighbours())


def test_the_customer_list_is_in_order(tmp_path: Path, rulebook: Rulebook) -> None:
    put(tmp_path, LISTS)
    result = result_of(report_on(tmp_path, rulebook), ORDER)
    assert (result.outcome, result.checked, result.undecided) == (Outcome.PASSED, 65, 0)


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[str(number) for number in range(len(PAIRS))])
def test_any_two_neighbours_exchanged_fail_and_one_of_them_is_named(
    tmp_path: Path, rulebook: Rulebook, one: str, other: str
) -> None:
    lines = (REAL / LISTS).read_bytes().decode("cp1252").splitlines()
    places = {name: at for at, name in customers()}
    lines[places[one]], lines[places[other]] = lines[places[other]], lines[places[one]]
    (tmp_path / LISTS).write_bytes("\n".join(lines).encode("cp1252"))
    result = result_of(report_on(tmp_path, rulebook), ORDER)
    assert result.outcome is Outcome.FAILED
    (finding,) = result.findings
    assert one in finding.message or other in finding.message
    assert "(1)" in finding.message


def test_there_are_neighbours_to_exchange() -> None:
    assert len(PAIRS) > 40


def test_the_items_without_a_cost_account_are_named(tmp_path: Path, rulebook: Rulebook) -> None:
    put(tmp_path, LISTS)
    pricebook(tmp_path, [name.rpartition(":")[2] for name in without_account()], is_inventory=False)
    result = result_of(report_on(tmp_path, rulebook), COGS)
    assert result.outcome is Outcome.FAILED
    finding = next(one for one in result.findings if one.check == "non-inventory-without-account")
    assert "(14)" in finding.message
    assert len(without_account()) == 14
    told = finding.message + repr(finding.observed) + "".join(place.label for place in finding.where)
    assert [name for name in without_account() if name not in told] == []


def without_account() -> list[str]:
    columns: list[str] = []
    names: list[str] = []
    for line in (REAL / LISTS).read_bytes().decode("cp1252").splitlines():
        cells = line.split("\t")
        if cells[0] == "!INVITEM":
            columns = cells
        elif cells[0] == "INVITEM" and "COGSACCNT" in columns:
            row = dict(zip(columns, cells, strict=False))
            if row["INVITEMTYPE"] == "PART" and row["HIDDEN"] == "N" and not row["COGSACCNT"]:
                names.append(row["NAME"].strip('"'))
    return names


def test_members_of_groups_are_not_counted_as_items() -> None:
    evidence = snapshot.read(REAL / LISTS, ALL, NOON)
    assert evidence.sources[0].records["quickbooks.Item"] == 50
    assert len(evidence.dataset("quickbooks.Item").records) == 50
    assert len({record.key for record in evidence.dataset("quickbooks.Item").records}) == 50


# -- 07: inventory items, escaped in SOAP

ASSETS = "!HDR\tPROD\r\nHDR\tQuickBooks\r\n!ACCNT\tNAME\tACCNTTYPE\tHIDDEN\r\nACCNT\tInventory Asset\tOCASSET\tN\r\n"
COST = "ACCNT\tCost of Goods Sold\tCOGS\tN\r\n"


def test_sixteen_items_are_read(tmp_path: Path) -> None:
    put(tmp_path, ITEMS)
    evidence = snapshot.read(tmp_path, ALL, NOON)
    assert evidence.sources[0].records["quickbooks.Item"] == 16
    assert len(evidence.dataset("quickbooks.Item").records) == 16


def put_items(folder: Path) -> None:
    put(folder, ITEMS)
    items = snapshot.read(folder, ALL, NOON).dataset("quickbooks.Item").column("Name")
    pricebook(folder, [str(name) for name in items], is_inventory=True)


def test_items_alone_cannot_be_judged(tmp_path: Path, rulebook: Rulebook) -> None:
    put(tmp_path, ITEMS)
    assert result_of(report_on(tmp_path, rulebook), COGS).outcome is Outcome.CANNOT_TELL


def test_an_account_that_the_account_list_lacks_leaves_its_item_open(tmp_path: Path, rulebook: Rulebook) -> None:
    put_items(tmp_path)
    (tmp_path / "accounts.iif").write_text(ASSETS, "utf-8", newline="")
    result = result_of(report_on(tmp_path, rulebook), COGS)
    assert len(result.findings) == 15
    assert "quickbooks.Account" in {gap.kind for gap in result.gaps}


def test_items_that_book_their_cost_to_an_asset_account_fail(tmp_path: Path, rulebook: Rulebook) -> None:
    put_items(tmp_path)
    (tmp_path / "accounts.iif").write_text(ASSETS + COST, "utf-8", newline="")
    result = result_of(report_on(tmp_path, rulebook), COGS)
    assert result.outcome is Outcome.FAILED
    assert len(result.findings) == 15
    lines = (REAL / ITEMS).read_text("utf-8").split("\n")
    for finding in result.findings:
        place = next(place.location for place in finding.where if place.location.path == ITEMS)
        assert place.line is not None
        start = lines[place.line - 1 :]
        name = next(line for line in start if "FullName" in line)
        assert f"&gt;{finding.subject.key}&lt;" in name


# -- every file

FILES = sorted(path.name for path in REAL.iterdir()) if REAL.is_dir() else []


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read_with_counts_or_listed_as_unrecognized(tmp_path: Path, rulebook: Rulebook, name: str) -> None:
    put(tmp_path, name)
    report = report_on(tmp_path, rulebook)
    assert not any(result.outcome is Outcome.ERROR for result in report.results)
    assert len(report.sources) + len(report.unrecognized) == 1
    for source in report.sources:
        assert source.error is None
        assert sum(source.records.values()) > 0
    for file in report.unrecognized:
        assert file.help


TRANSACTIONS = {
    "10_invoice_add_rs.xml": ("quickbooks.Invoice", "TxnID RefNumber BalanceRemaining", ["C5-1417118624 R1TT46883 206.00"]),
    "11_receive_payment_add_rs_unapplied.xml": (
        "quickbooks.ReceivePayment",
        "TxnID RefNumber TotalAmount UnusedPayment",
        ["B7-1417040299 R154817935 210.00 210.00"],
    ),
    "12_invoice_query_rs_linkedtxn.xml": (
        "quickbooks.LinkedTxn",
        "parent.TxnID TxnID TxnType RefNumber Amount",
        ["4-1232328070 10-1232328309 ReceivePayment 123 -55.00"],
    ),
    "13_receive_payment_ret_applied_to_3_invoices.xml": (
        "quickbooks.AppliedToTxn",
        "parent.TxnID TxnID RefNumber Amount",
        [
            "4ECE-1360116101 4EB8-1347889479 21 100.00",
            "4ECE-1360116101 4EBB-1360044733 (unset) 100.00",
            "4ECE-1360116101 4EC8-1360116030 22 199.77",
        ],
    ),
}


@pytest.mark.parametrize("name", TRANSACTIONS)
def test_invoices_links_and_applications_are_those_that_stand_in_the_file(name: str) -> None:
    kind, fields, expected = TRANSACTIONS[name]
    evidence = snapshot.read(REAL / name, ALL, NOON)
    shown = [
        " ".join("(unset)" if record.get(at) is UNSET else str(record.get(at)) for at in fields.split())
        for record in evidence.dataset(kind).records
    ]
    assert shown == expected


def test_of_two_invoices_the_one_that_was_paid_in_part_shows_its_balance() -> None:
    evidence = snapshot.read(REAL / "12_invoice_query_rs_linkedtxn.xml", ALL, NOON)
    assert [str(one.get("BalanceRemaining")) for one in evidence.dataset("quickbooks.Invoice").records] == ["45.00", "193.98"]


# -- errors of the export


STATUSES = {
    "3090": ("own", "customer", "Incorrect : Name"),
    "3100": ("own", "customer", "HG-BATCH-MIX-1785964184-1"),
    "3120": ("missing", "customer", "8000001B-1405768916"),
    "3130": ("missing", "customer", "NONEXISTENT-PARENT-CUSTOMER"),
    "3140": ("missing", "customer", "nononononoImNotThereAlrightDylan"),
    "3180": ("retry", "customer", "EXAMPLE CUSTOMER"),
    "3231": ("skipped", "", ""),
    "3250": ("own", "", ""),
    "500": ("missing", "customer", "bleech"),
}


def test_the_real_messages_are_classified_with_what_they_name() -> None:
    with (REAL / "20_status_messages_real.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    said = [
        (row["statusCode"], parse_message(row["statusMessage"], row["statusCode"], row["response"].removesuffix("Rs")))
        for row in rows
    ]
    named = {code: (one.sort, one.kind, one.name) for code, one in reversed(said) if code in STATUSES}
    assert named == STATUSES
    assert ("missing", "item", "sooo wrong") in [(one.sort, one.kind, one.name) for _, one in said]
    assert {one.sort for code, one in said if code in ("0", "1")} == {"fine"}


def test_the_real_answer_with_a_3140_has_one_key_issue(tmp_path: Path, rulebook: Rulebook) -> None:
    put(tmp_path, "09_sales_order_add_rs_1_ok_3140.xml")
    report = check(CheckRequest(snapshot=tmp_path, rulebook=rulebook, at=AT, phase="after-export"))
    assert [(one.code, one.message) for one in report.key_issues] == [
        ("3140", "QuickBooks does not have customer nononononoImNotThereAlrightDylan")
    ]
    (finding,) = result_of(report, "export/no-key-issue").findings
    assert report.notes.key_issues_of(finding) == (report.key_issues[0].id,)


def test_the_real_messages_as_a_table_lose_none(tmp_path: Path, rulebook: Rulebook) -> None:
    put(tmp_path, "20_status_messages_real.tsv")
    report = check(CheckRequest(snapshot=tmp_path, rulebook=rulebook, at=AT, phase="after-export"))
    messages = {one.message for one in report.key_issues}
    assert {"QuickBooks does not have item sooo wrong", "QuickBooks can't find bleech"} <= messages
    assert "Status OK" not in messages
    assert len(messages) == 9  # of twelve rows two are no errors, and what was skipped hangs on the one before it
