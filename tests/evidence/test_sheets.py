"""Workbooks and CSV files as tables: cells have exactly the values that they show, and hostile files do no harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from exportready.evidence.readers.sheets import Cell
from exportready.evidence.readers.spreadsheets import read_tables
from exportready.evidence.reading import Unreadable
from exportready.model.evidence import Unknown

Book = Callable[..., bytes]
SHEET = "xl/worksheets/sheet1.xml"


def rows(data: bytes, path: str = "list.csv") -> tuple[tuple[Cell, ...], ...]:
    (sheet,) = read_tables(data, path).sheets
    return sheet.rows


def edited(data: bytes, part: str, old: str, new: str) -> bytes:
    """Return the workbook with a text replaced in one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(name, text)
    return target.getvalue()


def shown(number: object, code: str) -> Cell:
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    workbook.add_worksheet().write(0, 0, number, workbook.add_format({"num_format": code}))
    workbook.close()
    return rows(target.getvalue())[0][0]


# -- workbooks

EXPORTED = datetime(2026, 11, 20, 17, 5, tzinfo=UTC)
CREATED = '<dcterms:created xsi:type="dcterms:W3CDTF">2026-11-20T17:05:00Z</dcterms:created>'
MODIFIED = '<dcterms:modified xsi:type="dcterms:W3CDTF">2026-11-20T17:05:00Z</dcterms:modified>'
CORE, APP = "docProps/core.xml", "docProps/app.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "exported", "saved"),
    [
        (CORE, CREATED, CREATED, EXPORTED, EXPORTED),
        (
            CORE,
            MODIFIED,
            MODIFIED.replace("17:05:00Z", "17:05:01Z"),
            EXPORTED + timedelta(seconds=1),
            EXPORTED + timedelta(seconds=1),
        ),
        (CORE, MODIFIED, "", EXPORTED, EXPORTED),
        (CORE, "17:05:00Z", "10:05:00-07:00", EXPORTED, EXPORTED),
        (CORE, "17:05:00Z", "17:05:00", EXPORTED, EXPORTED),
        (CORE, MODIFIED, MODIFIED.replace("17:05", "18:40"), None, EXPORTED.replace(hour=18, minute=40)),
        (CORE, CREATED, CREATED.replace("2026", "2006"), None, EXPORTED),  # an empty workbook of Excel was created then
        (CORE, "<cp:lastModifiedBy></cp:lastModifiedBy>", "<cp:lastModifiedBy>Pat</cp:lastModifiedBy>", None, EXPORTED),
        (APP, "Microsoft Excel", "LibreOffice/24.8.2.1", None, EXPORTED),
        (CORE, CREATED, "", None, EXPORTED),
        (CORE, "2026-11-20T17:05:00Z", "2026-11-20", None, None),
        (CORE, "2026-11-20T17:05:00Z", "soon", None, None),
        (CORE, "2026-11-20T17:05:00Z", "9026-11-20T17:05:00Z", None, None),
        (CORE, "</cp:coreProperties>", "", None, None),
    ],
)
def test_a_workbook_is_as_old_as_it_says_if_a_program_wrote_it_in_one_go(
    part: str, old: str, new: str, exported: datetime | None, saved: datetime | None, book: Book
) -> None:
    found = read_tables(edited(book({"A": [["Code"]]}), part, old, new), "x.xlsx")
    assert (found.exported, found.saved) == (exported, saved)
    assert found.sheets[0].rows == (("Code",),)


def test_a_doctype_in_the_properties_is_refused(book: Book) -> None:
    data = edited(book({"A": [["Code"]]}), CORE, "<cp:coreProperties", "<!DOCTYPE x><cp:coreProperties")
    with pytest.raises(Unreadable, match="DOCTYPE"):
        read_tables(data, "x.xlsx")


def test_cells_have_the_values_that_they_show(book: Book) -> None:
    data = book({"One": [["Code", 12, True, None, date(2026, 11, 5), datetime(2026, 11, 5, 18, 0)]], "Two": []})  # noqa: DTZ001
    one, two = read_tables(data, "x.xlsx").sheets
    assert (one.name, two.name) == ("One", "Two")
    assert one.rows[0][:5] == ("Code", Decimal(12), True, None, date(2026, 11, 5))
    assert two.rows == ()


@pytest.mark.parametrize("amount", ["35810.02", "0.1", "1234567.89", "-12.5", "0.07", "99999999999.99"])
def test_amounts_are_exact(book: Book, amount: str) -> None:
    assert rows(book({"A": [[float(amount)]]}))[0][0] == Decimal(amount)


def test_a_sum_has_the_digits_that_excel_shows(book: Book) -> None:
    data = edited(book({"A": [[1]]}), SHEET, "<v>1</v>", "<v>0.30000000000000004</v>")
    assert rows(data)[0][0] == Decimal("0.3")
    data = edited(book({"A": [[1]]}), SHEET, "<v>1</v>", "<v>35810.019999999997</v>")
    assert rows(data)[0][0] == Decimal("35810.02")


@given(st.integers(-(10**13), 10**13))
def test_every_amount_in_cents_survives(cents: int) -> None:
    from exportready.evidence.readers.number_formats import number_cell

    amount = Decimal(cents) / 100
    assert number_cell(f"{float(amount):.17g}", "", False) == amount


def test_a_number_with_more_digits_than_excel_keeps_is_unknown(book: Book) -> None:
    assert isinstance(rows(book({"A": [[1234567890123456]]}))[0][0], Unknown)


@pytest.mark.parametrize(
    ("number", "code", "cell"),
    [
        (0.0825, "0.00%", "8.2500%"),
        (1, "0%", "100%"),
        (123, "00000", "00123"),
        (123, "0", Decimal(123)),
        (12.5, "$#,##0.00;[Red]($#,##0.00)", Decimal("12.5")),
        (12, '0" days"', Decimal(12)),
        (46331, "dd.mm.yyyy", date(2026, 11, 5)),
        (46331, "[$-409]mmmm d, yyyy;@", date(2026, 11, 5)),
        (46331.5, "m/d/yy h:mm", datetime(2026, 11, 5, 12, 0)),  # noqa: DTZ001
    ],
)
def test_a_number_reads_as_its_format_shows_it(number: float, code: str, cell: Cell) -> None:
    assert shown(number, code) == cell


@pytest.mark.parametrize("number", [0.5, 60, -3, 1e14])
def test_an_impossible_date_is_unknown(number: float) -> None:
    assert isinstance(shown(number, "m/d/yyyy"), Unknown)


def test_days_count_from_1904_if_the_workbook_says_so(book: Book) -> None:
    assert rows(book({"A": [[date(2026, 11, 5)]]}, since_1904=True))[0][0] == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('<c r="A1"><v>1</v>', '<c r="A1" t="e"><v>#REF!</v>', "shows the error #REF!"),
        ("<v>1</v>", "<f>B1+1</f>", "wasn't calculated"),
        ("<v>1</v>", "<f>B1+1</f><v></v>", "wasn't calculated"),
        ('<c r="A1"><v>1</v>', '<c r="A1" t="s"><v>99</v>', "isn't in the file"),
        ('<c r="A1"><v>1</v>', '<c r="A1" t="b"><v>7</v>', "neither TRUE nor FALSE"),
        ("<v>1</v>", "<v>one</v>", "isn't a number"),
        ("<v>1</v>", "<v>nan</v>", "15 digits"),
    ],
)
def test_a_cell_without_a_value_is_unknown_and_never_blank(book: Book, old: str, new: str, words: str) -> None:
    cell = rows(edited(book({"A": [[1]]}), SHEET, old, new))[0][0]
    assert isinstance(cell, Unknown)
    assert words in cell.reason


def test_a_formula_reads_as_its_result(book: Book) -> None:
    assert rows(edited(book({"A": [[1]]}), SHEET, "<v>1</v>", "<f>B1+1</f><v>7</v>"))[0][0] == Decimal(7)
    text = '<c r="A1" t="str"><f>B1</f><v></v>'
    assert rows(edited(book({"A": [[1]]}), SHEET, '<c r="A1"><v>1</v>', text))[0][0] is None


def test_merged_cells_are_not_blank() -> None:
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = workbook.add_worksheet()
    sheet.merge_range("A1:A2", "Sales")
    sheet.write("B2", "x")
    workbook.close()
    first, second = rows(target.getvalue())
    assert first[0] == "Sales"
    assert isinstance(second[0], Unknown)


def test_rows_keep_their_numbers_and_hidden_sheets_are_read(book: Book) -> None:
    data = book({"A": [[], [], ["x"]], "B": [["y"]]})
    hidden = edited(data, "xl/workbook.xml", 'name="B"', 'name="B" state="veryHidden"')
    first, second = read_tables(hidden, "x.xlsx").sheets
    assert first.rows[2] == ("x",)
    assert second.rows == (("y",),)


@pytest.mark.parametrize(
    "text",
    ['24" pipe', "R&D <A>", "Zoë Núñez", "Parent:Child", "水道 🔧", "שלום", " two  blanks ", "_x0041_", "line\nbreak", "=1+1"],
)
def test_odd_texts_survive(book: Book, text: str) -> None:
    assert rows(book({"A": [[text]]}))[0][0] == text


def test_text_in_runs_is_one_text_without_phonetic_readings(book: Book) -> None:
    runs = "<si><r><t>Cost of </t></r><r><t>Goods</t></r><rPh><t>reading</t></rPh></si>"
    data = book({"A": [["one"]]})
    assert rows(edited(data, "xl/sharedStrings.xml", "<si><t>one</t></si>", runs))[0][0] == "Cost of Goods"
    inline = '<c r="A1" t="inlineStr"><is><t>plain</t></is>'
    assert rows(edited(data, SHEET, '<c r="A1" t="s"><v>0</v>', inline))[0][0] == "plain"


def test_prefixes_and_missing_references_make_no_difference(book: Book) -> None:
    data = book({"A": [["a", "b"]]})
    target = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f'<x:worksheet xmlns:x="{main}"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            after.writestr(name, sheet if name == SHEET else before.read(name))
    assert rows(target.getvalue()) == (("a", "b"),)


# -- hostile and broken


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04 but no more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_tables(data, "list.xlsx")


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        (SHEET, "<sheetData>", "<sheetData", "damaged"),
        (SHEET, "<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet', "DOCTYPE"),
        (SHEET, '<row r="2"', '<row r="1"', "order"),
        (SHEET, '<row r="2"', '<row r="99999999"', "order"),
        (SHEET, 'r="B1"', 'r="A1"', "order"),
        (SHEET, 'r="B1"', 'r="ZZZ1"', "order"),
        ("_rels/.rels", "xl/workbook.xml", "xl/workbook.bin", "isn't an Excel workbook"),
        ("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "worksheets/sheet9.xml", "missing"),
    ],
)
def test_a_broken_workbook_says_so(book: Book, part: str, old: str, new: str, words: str) -> None:
    data = book({"A": [["a", "b"], ["c", "d"]]})
    with pytest.raises(Unreadable, match=words):
        read_tables(edited(data, part, old, new), "x.xlsx")


def test_a_cell_in_a_far_column_does_not_exhaust_memory(book: Book) -> None:
    data = book({"A": [["a", "b"], ["c", "d"]]})
    far = edited(
        data, SHEET, '<row r="2" spans="1:2"><c r="A2" t="s"><v>2</v></c><c r="B2"', '<row r="1048576"><c r="XFD1048576"'
    )
    assert len(rows(far)) == 1048576
    wide = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, 700))
    with pytest.raises(Unreadable, match="cells"):
        read_tables(edited(data, SHEET, "</sheetData>", f"{wide}</sheetData>"), "x.xlsx")


@pytest.mark.parametrize("reference", ["$A$1:A3", "A1", "A1:", "1:3"])
def test_a_damaged_merged_range_is_refused(book: Book, reference: str) -> None:
    merged = f'</sheetData><mergeCells><mergeCell ref="{reference}"/></mergeCells>'
    with pytest.raises(Unreadable, match="merged range"):
        read_tables(edited(book({"A": [["a", "b"], ["c", "d"]]}), SHEET, "</sheetData>", merged), "x.xlsx")


def test_merged_cells_do_not_exhaust_memory(book: Book) -> None:
    data = book({"A": [["a", "b"], ["c", "d"]]})
    merged = "</sheetData><mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 400 + "</mergeCells>"
    with pytest.raises(Unreadable, match="cells"):
        read_tables(edited(data, SHEET, "</sheetData>", merged), "x.xlsx")


def test_a_part_that_unpacks_to_far_more_than_it_packs_is_refused(book: Book) -> None:
    data = book({"A": [["a"]]})
    with pytest.raises(Unreadable, match="unpack"):
        read_tables(edited(data, SHEET, "</worksheet>", "</worksheet>" + " " * (20 << 20)), "x.xlsx")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        try:
            read_tables(start + data, "x.csv")
        except Unreadable:
            continue


# -- CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    text = f'Código{delimiter}"Núñez, A; B"{delimiter}"1,234.50"\r\n\r\nx{delimiter}{delimiter}3\r\n'
    assert rows(text.encode(encoding)) == (("Código", "Núñez, A; B", "1,234.50"), (), ("x", None, "3"))


def test_titles_above_the_table_do_not_decide_the_delimiter() -> None:
    data = b"Northwind Plumbing, LLC\nAs of November 20, 2026\nItem;Type\nPump;Service\nPipe;Service\n"
    assert rows(data)[3] == ("Pump", "Service")


def test_excels_delimiter_line_is_obeyed_and_counts_as_a_row() -> None:
    assert rows(b"sep=;\r\na,1;b\r\n") == ((), ("a,1", "b"))


def test_quotes_inside_and_lines_within_quotes() -> None:
    assert rows(b'24" pipe,"24"" pipe","two\nlines"\n') == (('24" pipe', '24" pipe', "two\nlines"),)


def test_a_file_that_is_cut_within_quotes_is_reported() -> None:
    with pytest.raises(Unreadable, match="its quotation marks don't match") as caught:
        read_tables(b'a,b\nc,"d\ne,f\n', "list.csv")
    assert caught.value.line == 3
