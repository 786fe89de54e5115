"""Files that are hostile, damaged or just unlucky: each is read in linear time within its budget, or refused with what to do."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from exportready.evidence import files, recognize, snapshot
from exportready.evidence.readers import pasted, worksheet
from exportready.evidence.readers.json_positions import Envelope, decode_document, readable
from exportready.evidence.readers.number_formats import format_style
from exportready.evidence.readers.sheets import Budget
from exportready.evidence.readers.spreadsheets import read_tables
from exportready.evidence.reading import Unreadable
from exportready.kinds import KINDS
from exportready.kinds.messages import MISSING, OTHER, RETRY, parse_message
from exportready.model.evidence import Evidence, Source
from exportready.schema import budgets
from exportready.schema.mistakes import MistakesFound
from exportready.schema.yamlfile import parse

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
ALL = {pasted.KIND: frozenset(KINDS[pasted.KIND].fields)}
ERROR = 'There is an invalid reference to QuickBooks Item "X" in the Invoice line.'
MATERIALS = [{"id": 1, "code": "A", "active": True, "costOfSaleAccount": "Cost of Goods Sold"}]


def read(path: Path) -> Evidence:
    return snapshot.read(path, {"servicetitan.material": frozenset({"code"})}, AT)


def error_of(evidence: Evidence, path: str) -> str:
    return next(source.error or "" for source in evidence.sources if source.path == path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A snapshot with one good file."""
    home = tmp_path / "snapshot"
    home.mkdir()
    (home / "materials.json").write_text(json.dumps(MATERIALS), encoding="utf-8")
    return home


def good(evidence: Evidence) -> Source:
    """The good file, which must have been read whatever else there is."""
    (source,) = (one for one in evidence.sources if one.path == "materials.json")
    assert (source.error, source.records) == (None, {"servicetitan.material": 1})
    return source


# -- patterns


@pytest.mark.parametrize(
    "line",
    [
        "-" * 200_000,
        "= " * 100_000,
        "1. " * 100_000,
        "*" * 24,
        "12) " * 50_000,
        ". " * 100_000,
        "\u2014" * 50_000,
        '"' * 100_000,
    ],
    ids=["dashes", "equals", "numbers", "stars", "brackets", "dots", "long dashes", "quotes"],
)
def test_a_line_between_errors_costs_nothing_and_hides_none(line: str) -> None:
    reading = pasted.text(f"Invoice 1: {ERROR}\n{line}\nInvoice 2: {ERROR}\n".encode(), "errors.txt", ALL)
    assert reading is not None
    found = [record.fields.get("transaction") for record in reading.listings[0].records]
    assert {"1", "2"} <= set(found)


@pytest.mark.parametrize("filler", ["a b c d\n", "A b c d\n", "Invoice 1:\n", "no end\n"])
def test_a_long_note_is_split_into_messages_of_bounded_length(filler: str) -> None:
    reading = pasted.text((f"Invoice 7: {ERROR}\n" + filler * 5_000).encode(), "notes.txt", ALL)
    assert reading is not None
    messages = [str(record.fields["message"]) for record in reading.listings[0].records]
    assert any(ERROR in message for message in messages)
    assert max(map(len, messages)) <= budgets.MESSAGE_LENGTH


@pytest.mark.parametrize(
    ("message", "sort", "name"),
    [
        (
            "invalid reference to QuickBooks " * 20_000 + 'Item "A "quoted" one" in the Invoice line.',
            MISSING,
            'A "quoted" one',
        ),
        ('Object "' * 20_000 + 'B" specified in the request cannot be found', MISSING, ""),
        ("edit sequence " * 20_000 + " is out-of-date", RETRY, ""),
        ('The ".' * 20_000, OTHER, ""),
        ('invalid reference to a parent "' * 20_000, OTHER, ""),
    ],
    ids=["references", "objects", "sequences", "fields", "parents"],
)
def test_a_message_that_repeats_its_beginning_is_parsed_in_one_pass(message: str, sort: str, name: str) -> None:
    found = parse_message(message)
    assert found.sort == sort
    assert found.name.endswith(name)


# -- workbooks and tables


CELL = '<c r="A1" t="str"><v>x</v></c>'


def workbook(sheet: str, sheets: int = 1, declared: str = "") -> bytes:
    relation = '<Relationship Id="r1" Type="http://example.com/{}" Target="{}"/>'
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    named = "".join(f'<sheet name="S{number}" sheetId="{number}" r:id="r1"/>' for number in range(sheets))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:  # not packed, so that only the budget of the table counts
        out.writestr("_rels/.rels", f"<Relationships>{relation.format('officeDocument', 'xl/workbook.xml')}</Relationships>")
        out.writestr("xl/workbook.xml", f'{declaration}<workbook xmlns:r="r"><sheets>{named}</sheets></workbook>')
        out.writestr(
            "xl/_rels/workbook.xml.rels",
            f"<Relationships>{relation.format('worksheet', 'worksheets/sheet1.xml')}</Relationships>",
        )
        out.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{sheet}</worksheet>")
    return target.getvalue()


def test_rows_after_the_last_cell_and_sheets_of_one_part_cost_nothing() -> None:
    (sheet,) = read_tables(
        workbook(f'<sheetData><row r="1">{CELL}</row><row r="1048576"/></sheetData>', sheets=500), "a.xlsx"
    ).sheets
    assert sheet.rows == (("x",),)


def test_rows_between_cells_are_counted() -> None:
    (sheet,) = read_tables(workbook('<sheetData><row r="3"><c r="A3" t="str"><v>x</v></c></row></sheetData>'), "a.xlsx").sheets
    assert sheet.rows == ((), (), ("x",))
    budget = Budget(rows=10)
    one = worksheet.Worksheet([], [], False, budget)
    one.start("row", {"r": "11"})
    one.start("c", {"r": "A11"})
    with pytest.raises(Unreadable, match="export fewer columns or dates"):
        one.end("c")


@pytest.mark.parametrize(
    "merges", [["XFD1:XFD1048576"] * 2000, ["A1:XFD100"] * 2, ["A1:A1048576"]], ids=["many", "wide", "long"]
)
def test_merged_cells_are_counted_also_where_they_are_empty(merges: list[str]) -> None:
    rows = f'<row r="1">{CELL}</row><row r="1048576"><c r="A1048576"/></row>'
    merged = "".join(f'<mergeCell ref="{one}"/>' for one in merges)
    with pytest.raises(Unreadable, match="it merges more than"):
        read_tables(workbook(f"<sheetData>{rows}</sheetData><mergeCells>{merged}</mergeCells>"), "a.xlsx")


def test_cells_far_to_the_right_are_counted() -> None:
    rows = "".join(f'<row r="{number}"><c r="XFD{number}" t="str"><v>x</v></c></row>' for number in range(1, 400))
    with pytest.raises(Unreadable, match="cells, far more than any export"):
        read_tables(workbook(f"<sheetData>{rows}</sheetData>"), "a.xlsx")


def test_a_csv_file_with_too_many_rows_is_refused() -> None:
    with pytest.raises(Unreadable, match="rows or"):
        read_tables(b"a,b\n" + b",\n" * budgets.ROWS, "a.csv")


@pytest.mark.parametrize("code", ["[" * 100_000, "0" * 100_000, '"' * 100_001])
def test_a_number_format_is_read_up_to_excels_own_limit(code: str) -> None:
    assert len(format_style(code)) <= len("zeros:") + 3


@pytest.mark.parametrize("encoding", ["zz", "zlib", "rot13", "utf-7", "big5"])
def test_a_workbook_with_an_encoding_that_nothing_reads_is_one_bad_file(folder: Path, encoding: str) -> None:
    (folder / "pricebook.xlsx").write_bytes(workbook(f"<sheetData><row>{CELL}</row></sheetData>", declared=encoding))
    evidence = read(folder)
    good(evidence)
    assert "save it again" in error_of(evidence, "pricebook.xlsx")


# -- archives


def packed(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in entries.items():
            out.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "entries",
    [
        {"x.csv": b"a,b\n" + b",\n" * 1_000_000},
        {"account.yaml": b"settings:\n" + b" a: b\n" * 300_000},
        {f"{number}/materials.json": b"[" + b'{"id":1},' * 200_000 + b"1]" for number in range(3)},
        {"errors.txt": b"a b c\n" * 400_000},
    ],
    ids=["table", "answers", "lists", "lines"],
)
def test_an_archive_has_one_budget(tmp_path: Path, entries: dict[str, bytes]) -> None:
    evidence = read(packed(tmp_path / "a.zip", entries))
    assert evidence.datasets == {}
    assert all("far more than any export of its size" in (source.error or "") for source in evidence.sources)


def test_entries_that_share_their_bytes_count_each_time(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.json": os.urandom(4_000).hex().encode() * 30})
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist() * 200
    from exportready.evidence.zipped import is_harmful

    assert not is_harmful(entries[:1], path.stat().st_size)
    assert is_harmful(entries, path.stat().st_size)


def test_a_table_of_contents_is_measured_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.zip", {f"{number}.json": b"[]" for number in range(50)})
    monkeypatch.setattr(budgets, "DIRECTORY_SIZE", 1_000)
    (source,) = read(path).sources
    assert "zip only the exported files" in (source.error or "")


def test_an_honest_archive_is_read(tmp_path: Path, folder: Path) -> None:
    records = json.dumps([{**MATERIALS[0], "id": number, "code": f"PIPE-{number}"} for number in range(20_000)]).encode()
    (source,) = read(packed(tmp_path / "a.zip", {"materials.json": records})).sources
    assert source.records == {"servicetitan.material": 20_000}


# -- JSON, YAML, qbXML


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[{" + ",".join(f'"k{n}":1' for n in range(9_000)) + ',"k8":2}]', "'k8' is in one record twice"),
        ("[{" + ",".join(f'"k{n}":1' for n in range(60_000)) + "}]", "more than 10,000 keys"),
        ("{" + ",".join(f'"k{n}":1' for n in range(60_000)) + "}", "more than 10,000 keys"),
        ('[{"id":' + "1" * 100_000 + "}]", "a number in it is too large"),
    ],
)
def test_keys_and_numbers_of_json_are_bounded(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why), readable():
        decode_document(text, 0, Envelope(), lambda *_: None)


@pytest.mark.parametrize(
    "text", ["settings:\n" + " a: b\n" * 1_000, "".join(f"{n}: &a{n} x\n" for n in range(200_000)), "[" + "1," * 200_000 + "]"]
)
def test_values_and_mistakes_of_yaml_are_bounded(text: str) -> None:
    with pytest.raises(MistakesFound) as raised:
        parse(text.encode(), "account.yaml")
    assert len(raised.value.mistakes) <= budgets.MISTAKES + 2


@pytest.mark.parametrize("with_records", [True, False])
def test_each_response_of_many_message_sets_has_its_own_number(with_records: bool) -> None:
    from exportready.evidence.readers import qbxml

    record = "<InvoiceRet><TxnID>1</TxnID></InvoiceRet>" if with_records else ""
    empty = '<QBXMLMsgsRs><InvoiceQueryRs statusCode="1" statusSeverity="Info"/></QBXMLMsgsRs>'
    one = f'<QBXMLMsgsRs><InvoiceQueryRs statusCode="0" statusSeverity="Info">{record}</InvoiceQueryRs></QBXMLMsgsRs>'
    wanted = {"quickbooks.Invoice": frozenset({"TxnID"})}
    reading = qbxml.read(f"<QBXML>{empty}{(one + empty) * 3_000}</QBXML>".encode(), "invoices.xml", wanted)
    pointers = [record.where.pointer for listing in reading.listings for record in listing.records]
    assert len(set(pointers)) == (3_000 if with_records else 0)
    assert not pointers or (pointers[0], pointers[-1]) == (
        "InvoiceQueryRs[2]/InvoiceRet[1]",
        "InvoiceQueryRs[6000]/InvoiceRet[1]",
    )


# -- files


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(budgets.FILE_SIZE + 1)


@pytest.mark.skipif(os.name == "nt", reason="no pipes and links")
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (huge, "at most 1,024 MB are read"),
        (os.mkfifo if hasattr(os, "mkfifo") else huge, "isn't a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "a link to a file outside"),
        (lambda path: path.symlink_to("../secret.json"), "a link to a file outside"),
        (lambda path: path.symlink_to("../elsewhere"), "a link to a folder"),
        (lambda path: path.symlink_to(path.name), "can't be opened"),
    ],
    ids=["huge", "pipe", "device", "file outside", "folder outside", "itself"],
)
def test_what_is_no_ordinary_file_of_the_folder_is_refused_and_the_others_are_read(
    folder: Path, make: Callable[[Path], None], why: str
) -> None:
    (folder.parent / "secret.json").write_text(json.dumps(MATERIALS), encoding="utf-8")
    (folder.parent / "elsewhere").mkdir()
    make(folder / "equipment.json")
    evidence = read(folder)
    good(evidence)
    assert why in error_of(evidence, "equipment.json")


@pytest.mark.skipif(os.name == "nt", reason="no links")
def test_a_link_to_a_file_of_the_same_folder_is_read(folder: Path) -> None:
    (folder / "old").mkdir()
    (folder / "materials.json").rename(folder / "old" / "items.json")
    (folder / "materials.json").symlink_to("old/items.json")
    good(read(folder))


@pytest.mark.skipif(os.name == "nt", reason="paths have another limit")
def test_a_folder_whose_path_is_too_long_is_reported(folder: Path) -> None:
    at = os.open(folder, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=at)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    evidence = read(folder)
    good(evidence)
    assert any(source.path.startswith("ddd") and "too long" in (source.error or "") for source in evidence.sources)


def test_folders_and_files_are_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = folder.joinpath(*["a"] * (budgets.FOLDER_DEPTH + 2))
    deep.mkdir(parents=True)
    assert any("too many folders" in (source.error or "") for source in read(folder).sources)
    for number in range(5):
        (folder / f"{number}.json").write_text("[]", encoding="utf-8")
    monkeypatch.setattr(budgets, "FILES", 3)
    assert sum(1 for _ in files.in_folder(folder)) == 4


def test_a_reader_that_fails_is_one_bad_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bad.json").write_text("[1]", encoding="utf-8")
    original = recognize.read_file

    def fails(data: bytes, path: str, *rest: object) -> object:
        if path == "bad.json":
            raise ZeroDivisionError
        return original(data, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshot, "read_file", fails)
    evidence = read(folder)
    good(evidence)
    assert "please report it" in error_of(evidence, "bad.json")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("account.yaml", "DB_PASSWORD=hunter2-secret\n"),
        ("passwords.csv", "user,hunter2-secret\nann,hunter2-secret\n"),
        ("settings.yaml", "database: {password: hunter2-secret}\n"),
        ("notes.txt", "the password is hunter2-secret\n"),
        ("keys.json", '{"password": "hunter2-secret"}'),
        ("keys.xml", "<password>hunter2-secret</password>"),
    ],
)
def test_no_value_of_a_file_that_is_not_ours_is_in_a_message(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    evidence = read(folder)
    good(evidence)
    messages = [str(source.error) for source in evidence.sources] + [one.help for one in evidence.unrecognized]
    assert not any("hunter2" in message for message in messages), messages
