"""From a folder of files to evidence: what is ignored, what is refused, which of two sources counts."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

import samples
from exportready.check import CheckRequest, check
from exportready.evidence import snapshot
from exportready.evidence.files import NoSnapshot
from exportready.kinds import KINDS
from exportready.model.evidence import Evidence, Scope, Unknown
from exportready.model.rules import Type
from exportready.reporters import Options, render

ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
STATUS = 'statusCode="0" statusSeverity="Info" statusMessage="Status OK"'


def read(folder: Path) -> Evidence:
    return snapshot.read(folder, ALL, AT)


def put(folder: Path, name: str, text: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def materials(*codes: str, account: str | None = None) -> str:
    rows = [{"id": 1, "code": code, "active": True, "costOfSaleAccount": account, "unitOfMeasure": "Each"} for code in codes]
    return json.dumps({"page": 1, "hasMore": False, "data": rows})


def qbxml(*responses: str) -> str:
    return f"<QBXML><QBXMLMsgsRs>{''.join(responses)}</QBXMLMsgsRs></QBXML>"


def company(name: str) -> str:
    ret = f"<CompanyRet><IsSampleCompany>false</IsSampleCompany><CompanyName>{name}</CompanyName></CompanyRet>"
    return qbxml(f"<CompanyQueryRs {STATUS}>{ret}</CompanyQueryRs>")


def classes_iif(seconds: int | None, *names: str) -> str:
    head = "!HDR\tPROD\tTIME\n" + (f"HDR\tQuickBooks\t{seconds}\n" if seconds else "")
    return head + "!CLASS\tNAME\tHIDDEN\n" + "".join(f"CLASS\t{name}\tN\n" for name in names)


# -- what is read


def test_files_in_folders_below_are_read_with_relative_paths(tmp_path: Path) -> None:
    put(tmp_path, "a/b/materials.json", materials("PIPE-1"))
    evidence = read(tmp_path)
    assert [source.path for source in evidence.sources] == ["a/b/materials.json"]
    assert evidence.dataset("servicetitan.material").records[0].where.path == "a/b/materials.json"


def test_one_file_may_be_the_snapshot(tmp_path: Path) -> None:
    put(tmp_path, "materials.json", materials("PIPE-1"))
    assert [source.path for source in read(tmp_path / "materials.json").sources] == ["materials.json"]


def test_a_path_without_a_snapshot_is_reported(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="Can't find"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "name", [".DS_Store", "__MACOSX/x.json", "~$lists.iif", ".hidden.json", "Thumbs.db", ".git/config.json"]
)
def test_files_left_by_operating_systems_are_ignored(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, materials("PIPE-1"))
    evidence = read(tmp_path)
    assert (evidence.sources, evidence.unrecognized) == ((), ())


@pytest.mark.parametrize("format_", ["json", "html"])
def test_our_own_reports_are_ignored(tmp_path: Path, format_: str) -> None:
    put(tmp_path, "materials.json", materials("PIPE-1"))
    rulebook = samples.rulebook()
    report = render(
        format_, check(CheckRequest(snapshot=tmp_path, rulebook=rulebook, at=AT)), Options(color=False, width=88, verbose=0)
    )
    put(tmp_path, f"report.{format_}", report)
    evidence = read(tmp_path)
    assert [source.path for source in evidence.sources] == ["materials.json"]
    assert evidence.unrecognized == ()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("Northwind.QBW", b"\x00\x01", "File > Utilities > Export > Lists to IIF Files"),
        ("Northwind.qbb", b"\x00\x01", "backup"),
        ("more.zip", b"PK\x03\x04", "unpack it"),
        ("notes.txt", b"Call Abbott", "we can't read this kind of file"),
        ("page.xml", b"<html><body/></html>", "not a QuickBooks response"),
        ("connector.qwc", b"<?xml version='1.0'?><QBWCXML><AppName>x</AppName></QBWCXML>", "contains no records"),
        ("thing.json", b'{"a": 1}', "named after the list"),
        ("other.yaml", b"version: 3\n", "account.yaml"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00", "we can't read this kind of file"),
    ],
)
def test_an_unrecognized_file_is_listed_with_what_would_help(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    put(tmp_path, name, content)
    evidence = read(tmp_path)
    assert evidence.sources == ()
    assert [file.path for file in evidence.unrecognized] == [name]
    assert words in evidence.unrecognized[0].help


def test_account_yaml_is_read_under_another_name_if_it_has_its_keys(tmp_path: Path) -> None:
    put(tmp_path, "northwind.yaml", "account: Northwind\nsettings: {peopleWhoExport: 1}\n")
    assert read(tmp_path).account.name == "Northwind"


def test_two_files_of_answers_that_differ_do_not_count_and_are_reported(tmp_path: Path) -> None:
    put(tmp_path, "account.yaml", "account: Northwind\nsettings: {peopleWhoExport: 1}\n")
    put(tmp_path, "old/account.yaml", "account: Northwind\nsettings: {peopleWhoExport: 2}\n")
    evidence = read(tmp_path)
    dataset = evidence.dataset("account.answers")
    assert (dataset.scope, evidence.account.name) == (Scope.MISSING, None)
    assert "account.yaml and old/account.yaml disagree" in dataset.why
    report = check(CheckRequest(snapshot=tmp_path, rulebook=samples.rulebook(), at=AT))
    reasons = {gap.reason for result in report.results for gap in result.gaps if gap.field == "peopleWhoExport"}
    assert reasons == {dataset.why}


def test_the_newer_of_two_dated_files_of_answers_counts(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", "account: New\ntakenAt: 2026-11-20T17:00:00-07:00\nsettings: {peopleWhoExport: 1}\n")
    put(tmp_path, "b.yaml", "account: Old\ntakenAt: 2026-11-10T17:00:00-07:00\nsettings: {peopleWhoExport: 2}\n")
    evidence = read(tmp_path)
    assert evidence.account.name == "New"
    assert evidence.dataset("account.answers").records[0].get("peopleWhoExport") == 1


def test_a_broken_file_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    put(tmp_path, "broken.xml", "<QBXML><QBXMLMsgsRs>")
    put(tmp_path, "materials.json", materials("PIPE-1"))
    evidence = read(tmp_path)
    assert [bool(source.error) for source in evidence.sources] == [True, False]
    assert evidence.dataset("servicetitan.material").records


# -- two companies, two sources


def test_two_account_files_that_are_refused_together_have_no_phase(tmp_path: Path) -> None:
    """Two files of answers that are refused together have no phase, although each of them has one."""
    for name, phase in (("a", "after-export"), ("b", "after-export")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "account.yaml").write_text(f"account: {name}\nphase: {phase}\ntakenAt: 2026-11-20T12:00:00Z\n")
    opened = snapshot.open_snapshot(tmp_path, AT)
    assert opened.phase is None
    assert snapshot.read_files(opened, ALL)[0].account.phase is None
    (tmp_path / "b" / "account.yaml").unlink()
    opened = snapshot.open_snapshot(tmp_path, AT)
    assert opened.phase == snapshot.read_files(opened, ALL)[0].account.phase == "after-export"


def test_files_of_two_companies_are_refused_and_both_are_named(tmp_path: Path) -> None:
    put(tmp_path, "one.xml", company("Northwind"))
    put(tmp_path, "two.xml", company("Southwind"))
    put(tmp_path, "materials.json", materials("PIPE-1"))
    evidence = read(tmp_path)
    errors = {source.path: source.error for source in evidence.sources}
    assert errors["materials.json"] is None
    for path in ("one.xml", "two.xml"):
        assert "“Northwind”" in (errors[path] or "")
        assert "“Southwind”" in (errors[path] or "")
    assert not evidence.dataset("quickbooks.Company").records


def test_one_company_in_two_files_is_fine(tmp_path: Path) -> None:
    put(tmp_path, "one.xml", company("Northwind"))
    put(tmp_path, "two.xml", company("Northwind"))
    evidence = read(tmp_path)
    assert not any(source.error for source in evidence.sources)
    assert len(evidence.dataset("quickbooks.Company").records) == 1


def test_the_newer_of_two_dated_sources_counts(tmp_path: Path) -> None:
    put(tmp_path, "a-new.iif", classes_iif(1795219500, "Heating", "Plumbing"))
    put(tmp_path, "b-old.iif", classes_iif(1795000000, "Heating"))
    assert [record.key for record in read(tmp_path).dataset("quickbooks.Class").records] == ["Heating", "Plumbing"]


def test_two_undated_sources_with_different_records_add_up(tmp_path: Path) -> None:
    put(tmp_path, "a.iif", classes_iif(None, "Heating", "Plumbing"))
    put(tmp_path, "b.iif", classes_iif(None, "Heating"))
    dataset = read(tmp_path).dataset("quickbooks.Class")
    assert (dataset.scope, [record.key for record in dataset.records]) == (Scope.WHOLE, ["Heating", "Plumbing"])
    put(tmp_path, "b.iif", classes_iif(None, "Heating", "Drains"))
    dataset = read(tmp_path).dataset("quickbooks.Class")
    assert (dataset.scope, sorted(record.key for record in dataset.records)) == (Scope.PART, ["Drains", "Heating", "Plumbing"])
    assert "a.iif and b.iif have different records" in dataset.why


def test_a_dated_source_does_not_win_over_an_undated_one(tmp_path: Path) -> None:
    put(tmp_path, "a.iif", classes_iif(1795219500, "Heating", "Plumbing"))
    put(tmp_path, "b.iif", classes_iif(None, "Heating", "Drains"))
    assert read(tmp_path).dataset("quickbooks.Class").scope is Scope.PART


def test_two_sources_that_agree_are_one(tmp_path: Path) -> None:
    put(tmp_path, "a.iif", classes_iif(None, "Heating", "Plumbing"))
    put(tmp_path, "b.iif", classes_iif(None, "Plumbing", "Heating"))
    dataset = read(tmp_path).dataset("quickbooks.Class")
    assert dataset.scope is Scope.WHOLE
    assert len(dataset.records) == 2


def test_undated_sources_get_the_date_of_the_snapshot_and_conflict_when_they_differ(tmp_path: Path) -> None:
    put(tmp_path, "account.yaml", "takenAt: 2026-11-20T17:30:00-07:00\n")
    put(tmp_path, "a/materials.json", materials("PIPE-1", account="Cost"))
    put(tmp_path, "b/materials.json", materials("PIPE-1"))
    assert read(tmp_path).dataset("servicetitan.material").scope is Scope.MISSING


def test_a_source_is_complete_only_with_its_other_pages(tmp_path: Path) -> None:
    put(tmp_path, "materials-1.json", materials("PIPE-1").replace('"hasMore": false', '"hasMore": true'))
    assert not read(tmp_path).sources[0].complete
    put(tmp_path, "materials-2.json", materials("PIPE-2").replace('"page": 1', '"page": 2'))
    assert [source.complete for source in read(tmp_path).sources] == [True, True]


def test_covers_of_account_yaml_completes_a_list(tmp_path: Path) -> None:
    put(tmp_path, "materials.json", f"[{json.dumps(json.loads(materials('PIPE-1'))['data'][0])}]")
    evidence = read(tmp_path)
    assert (evidence.dataset("servicetitan.material").scope, evidence.sources[0].complete) == (Scope.PART, False)
    put(tmp_path, "account.yaml", "covers: {servicetitan.material: all}\n")
    evidence = read(tmp_path)
    assert (evidence.dataset("servicetitan.material").scope, evidence.sources[1].complete) == (Scope.WHOLE, True)


def test_covers_may_name_the_days_whose_transactions_and_lines_are_complete(tmp_path: Path) -> None:
    invoice = {"id": 1, "syncStatus": "Pending", "referenceNumber": "58001", "invoiceDate": "2026-11-20", "items": []}
    put(tmp_path, "invoices.json", json.dumps([invoice]))
    assert read(tmp_path).dataset("servicetitan.invoice_item").scope is Scope.PART
    put(tmp_path, "account.yaml", "covers: {servicetitan.invoice: {from: 2026-11-01, to: 2026-11-20}}\n")
    evidence = read(tmp_path)
    assert evidence.dataset("servicetitan.invoice").scope is Scope.PERIOD
    assert evidence.dataset("servicetitan.invoice_item").scope is Scope.PERIOD


# -- private data


def test_private_fields_reach_no_record_and_no_report(tmp_path: Path) -> None:
    ein, ssn = "98-7654321", "987-65-4321"
    ret = f"<CompanyRet><IsSampleCompany>false</IsSampleCompany><CompanyName>N</CompanyName><EIN>{ein}</EIN><SSN>{ssn}</SSN></CompanyRet>"
    put(tmp_path, "company.xml", qbxml(f"<CompanyQueryRs {STATUS}>{ret}</CompanyQueryRs>"))
    put(tmp_path, "lists.iif", f"!EMP\tNAME\tSSNO\tHIDDEN\nEMP\tInes\t{ssn}\tN\n!VEND\tNAME\tTAXID\nVEND\tBasalt\t{ein}\n")
    told = repr(read(tmp_path))
    report = check(CheckRequest(snapshot=tmp_path, rulebook=samples.rulebook(), at=AT))
    for format_ in ("json", "html", "console"):
        told += render(format_, report, Options(color=False, width=88, verbose=2))
    assert "Ines" in told
    assert ein not in told
    assert ssn not in told


def test_no_kind_has_a_private_field() -> None:
    private = ("ssn", "taxid", "taxident", "bankaccount", "password", "creditcardnumber", "routing")
    for name, kind in KINDS.items():
        for field, described in kind.fields.items():
            if described.type is Type.YESNO:
                continue  # whether there is a password isn't the password
            last = field.rpartition(".")[2].lower()
            assert last != "ein", (name, field)
            assert not any(word in last for word in private), (name, field)


# -- what must not slip through


def customer(name: str, active: str = "true") -> str:
    return (
        f"<CustomerRet><ListID>{name}-1</ListID><TimeCreated>2026-01-01T08:00:00Z</TimeCreated>"
        f"<TimeModified>2026-01-01T08:00:00Z</TimeModified><Name>{name}</Name><FullName>{name}</FullName>"
        f"<IsActive>{active}</IsActive><Sublevel>0</Sublevel></CustomerRet>"
    )


def test_a_single_record_that_contradicts_the_list_makes_the_field_unknown(tmp_path: Path) -> None:
    put(tmp_path, "list.xml", qbxml(f"<CustomerQueryRs {STATUS}>{customer('Abbott')}</CustomerQueryRs>"))
    put(tmp_path, "one.xml", customer("Abbott", "false"))
    (record,) = read(tmp_path).dataset("quickbooks.Customer").records
    active = record.get("IsActive")
    assert isinstance(active, Unknown)
    assert "list.xml and one.xml have different values" in active.reason
    assert record.get("FullName") == "Abbott"


def test_two_copies_of_a_single_record_that_differ_make_the_field_unknown(tmp_path: Path) -> None:
    put(tmp_path, "1.xml", "<HostRet><ProductName>QuickBooks</ProductName><QBFileMode>SingleUser</QBFileMode></HostRet>")
    put(tmp_path, "2.xml", "<HostRet><ProductName>QuickBooks</ProductName><QBFileMode>MultiUser</QBFileMode></HostRet>")
    (host,) = read(tmp_path).dataset("quickbooks.Host").records
    assert isinstance(host.get("QBFileMode"), Unknown)


def test_a_single_record_that_the_list_lacks_shows_that_it_is_not_whole(tmp_path: Path) -> None:
    put(tmp_path, "list.xml", qbxml(f"<CustomerQueryRs {STATUS}>{customer('Abbott', 'false')}</CustomerQueryRs>"))
    assert read(tmp_path).dataset("quickbooks.Customer").scope is Scope.WHOLE
    put(tmp_path, "one.xml", customer("Bell"))
    dataset = read(tmp_path).dataset("quickbooks.Customer")
    assert (dataset.scope, [record.key for record in dataset.records]) == (Scope.PART, ["Abbott", "Bell"])
    assert "one.xml has a record that isn't in the list in list.xml" in dataset.why


def test_a_source_dated_after_the_check_is_not_the_newest(tmp_path: Path) -> None:
    later = int(AT.timestamp()) + 86_400
    put(tmp_path, "a.iif", classes_iif(later, "Heating", "Plumbing"))
    put(tmp_path, "b.iif", classes_iif(1795000000, "Heating", "Drains"))
    assert read(tmp_path).dataset("quickbooks.Class").scope is Scope.PART


@pytest.mark.parametrize(
    "text",
    [
        '{"page": 1, "hasMore": false, "data": [{"code": "\\"exportready/\\""}]}',
        '[{"note": "<meta name=generator content=ExportReady>"}]',
    ],
)
def test_a_file_that_only_mentions_this_program_is_not_ignored(tmp_path: Path, text: str) -> None:
    put(tmp_path, "materials.json", text)
    evidence = read(tmp_path)
    assert len(evidence.sources) + len(evidence.unrecognized) == 1


def test_a_file_is_recognized_despite_leading_blanks(tmp_path: Path) -> None:
    put(tmp_path, "materials.json", " " * 10_000 + materials("PIPE-1"))
    assert len(read(tmp_path).dataset("servicetitan.material").records) == 1


def test_a_special_file_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    put(tmp_path, "materials.json", materials("PIPE-1"))
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    evidence = read(tmp_path)
    assert {source.path for source in evidence.sources if source.error} == {"pipe.json", "gone.json"}
    assert len(evidence.dataset("servicetitan.material").records) == 1


def test_a_zip_with_a_damaged_directory_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + b"\x00" * 200)
    (source,) = read(tmp_path / "a.zip").sources
    assert source.error is not None
    assert "damaged" in source.error


def test_covers_does_not_make_a_contradictory_list_whole(tmp_path: Path) -> None:
    put(tmp_path, "materials.json", materials("PIPE-1").replace('"hasMore": false', '"hasMore": false, "totalCount": 5'))
    put(tmp_path, "account.yaml", "covers: {servicetitan.material: all}\n")
    dataset = read(tmp_path).dataset("servicetitan.material")
    assert dataset.scope is Scope.PART
    assert "should have 5 records" in dataset.why


def test_all_pairs_of_three_sources_must_agree(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a.json",
        json.dumps({"page": 1, "hasMore": False, "data": [{"id": 1, "code": "P", "unitOfMeasure": "Each"}]}),
    )
    (tmp_path / "a.json").rename(tmp_path / "materials-0.json")
    put(tmp_path, "materials-1.json", materials("P"))
    put(tmp_path, "materials-2.json", materials("P", account="Cost"))
    assert read(tmp_path).dataset("servicetitan.material").scope is Scope.MISSING


def test_two_companies_in_one_file_are_refused_too(tmp_path: Path) -> None:
    put(
        tmp_path,
        "one.xml",
        company("Northwind").replace("</QBXMLMsgsRs></QBXML>", "") + company("Other").partition("<QBXMLMsgsRs>")[2],
    )
    (source,) = read(tmp_path).sources
    assert source.error is not None
    assert "“Northwind” and “Other”" in source.error


def test_a_file_named_account_is_read_as_answers_and_its_mistakes_are_reported(tmp_path: Path) -> None:
    put(tmp_path, "account (1).yaml", "acount: Northwind\n")
    (source,) = read(tmp_path).sources
    assert source.error is not None
    assert "account" in source.error


def test_a_link_to_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    (source,) = read(tmp_path).sources
    assert (source.path, "a link to a folder" in (source.error or "")) == ("linked", True)


def test_a_list_that_no_rule_reads_is_still_complete_or_not(tmp_path: Path) -> None:
    put(tmp_path, "materials.json", materials("PIPE-1").replace('"hasMore": false', '"hasMore": true'))
    assert [source.complete for source in snapshot.read(tmp_path, {}, AT).sources] == [False]
    put(tmp_path, "materials.json", materials("PIPE-1"))
    assert [source.complete for source in snapshot.read(tmp_path, {}, AT).sources] == [True]


def test_bytes_that_are_not_text_are_a_source_with_an_error(tmp_path: Path) -> None:
    row = {"id": 1, "code": "Zoë's Café", "unitOfMeasure": "Each"}
    text = json.dumps({"page": 1, "hasMore": False, "data": [row]}, ensure_ascii=False)
    put(tmp_path, "materials.json", text.encode().replace(b"Each", b"Ea\xe9h"))
    (source,) = read(tmp_path).sources
    assert source.error is not None
    assert "valid text" in source.error


def test_our_own_console_reports_are_ignored_too(tmp_path: Path) -> None:
    report = check(CheckRequest(snapshot=tmp_path, rulebook=samples.rulebook(), at=AT))
    put(tmp_path, "report.txt", render("console", report, Options()))
    evidence = read(tmp_path)
    assert (evidence.sources, evidence.unrecognized) == ((), ())


def test_a_missing_kind_says_which_file_could_not_be_read(tmp_path: Path) -> None:
    put(tmp_path, "materials.json", "[{")
    dataset = read(tmp_path).dataset("servicetitan.material")
    assert (dataset.why, dataset.remedy.startswith("Fix materials.json")) == ("materials.json couldn't be read", True)


@pytest.mark.parametrize(
    "name", ["JOS\u00c9\u2019S PLUMBING", "CAF\u00c9\u2122", "Zo\u00eb", "Caf\u00c3\u00a9 and Jos\u00e9, Zo\u00eb"]
)
def test_windows_1252_is_recognized_even_if_some_of_it_could_be_utf_8(tmp_path: Path, name: str) -> None:
    for others in ("", "CLASS\tPe\u00f1a\n"):
        put(tmp_path, "a.iif", f"!CLASS\tNAME\nCLASS\t{name}\n{others}".encode("cp1252"))
        assert read(tmp_path).dataset("quickbooks.Class").records[0].key == name


@pytest.mark.parametrize(
    "name", ["Zo\u00eb", "\u0414\u043e\u043c", "\u05d1\u05d9\u05ea", "Cafe\u0301", "\U0001f527 Tools", "Na\u00efve\u2019s"]
)
def test_utf_8_is_recognized_in_every_script(tmp_path: Path, name: str) -> None:
    put(tmp_path, "a.iif", f"!CLASS\tNAME\nCLASS\t{name}\n")
    assert read(tmp_path).dataset("quickbooks.Class").records[0].key == name


def item(name: str, account: str) -> str:
    return (
        f"<ItemInventoryRet><ListID>{name}</ListID><TimeCreated>2026-01-01T08:00:00Z</TimeCreated>"
        f"<TimeModified>2026-01-01T08:00:00Z</TimeModified><Name>{name}</Name><FullName>{name}</FullName><IsActive>true</IsActive>"
        f"<COGSAccountRef><FullName>{account}</FullName></COGSAccountRef></ItemInventoryRet>"
    )


def test_one_item_type_is_compared_with_the_whole_list_and_does_not_replace_it(tmp_path: Path) -> None:
    rows = "INVITEM\tPump\tINVENTORY\tCost\tN\nINVITEM\tRepair\tSERV\t\tN\n"
    put(tmp_path, "lists.iif", f"!HDR\tPROD\n!INVITEM\tNAME\tINVITEMTYPE\tCOGSACCNT\tHIDDEN\n{rows}")
    put(tmp_path, "items.xml", qbxml(f"<ItemInventoryQueryRs {STATUS}>{item('Pump', 'Cost')}</ItemInventoryQueryRs>"))
    dataset = read(tmp_path).dataset("quickbooks.Item")
    assert (dataset.scope, len(dataset.records), dataset.records[0].get("COGSAccountRef.FullName")) == (Scope.WHOLE, 2, "Cost")
    put(tmp_path, "items.xml", qbxml(f"<ItemInventoryQueryRs {STATUS}>{item('Pump', 'Sales')}</ItemInventoryQueryRs>"))
    assert isinstance(read(tmp_path).dataset("quickbooks.Item").records[0].get("COGSAccountRef.FullName"), Unknown)


def test_a_character_that_xml_does_not_allow_is_reported_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, "a.xml", company("Nor&#x1F;thwind"))
    (source,) = read(tmp_path).sources
    assert "in QuickBooks" in (source.error or "")
