"""Excerpts: the field's own line is found, its value is marked, and nothing private is shown."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.evidence import excerpts, snapshot
from exportready.evidence.excerpts import LEFT_OUT, Target, excerpts_around
from exportready.model.evidence import Location
from exportready.model.report import Snippet
from exportready.rulebook.examples import NOON

YAML = """account: Northwind
settings:
  configurations: {populateSerialNumbersInQuickBooks: true}
  taxId: 12-3456789
  modules:
    purchasing: false    # since May
"""
JSON = """{
 "data": [
  {
   "code": "PIPE-1",
   "batch": {
    "number": "1042"
   },
   "number": 7,
   "costOfSaleAccount": null
  },
  {
   "code": "PIPE-2",
   "ssn": "123-45-6789",
   "costOfSaleAccount": "Materials"
  }
 ]
}
"""
XML = """<ItemInventoryRet>
 <ListID>80000001</ListID>
 <COGSAccountRef>
  <FullName>Cost of Goods Sold</FullName>
 </COGSAccountRef>
 <IsActive>false</IsActive>
</ItemInventoryRet>
"""


def shown(folder: Path, name: str, text: str, line: int | None, field: str, told: str = "") -> Snippet | None:
    place = Location(name, line)
    return excerpts_around({name: text.encode()}, {place: Target(field, told)}).get(place)


def marked(snippet: Snippet | None) -> tuple[int, str]:
    assert snippet is not None
    start, end = snippet.mark
    return snippet.line, snippet.lines[snippet.line - snippet.first][start:end]


@pytest.mark.parametrize(
    ("name", "text", "line", "field", "told", "expected"),
    [
        ("account.yaml", YAML, 3, "configurations.populateSerialNumbersInQuickBooks", "", (3, "true")),
        ("account.yaml", YAML, 6, "modules.purchasing", "", (6, "false")),
        ("materials.json", JSON, 3, "costOfSaleAccount", "", (9, "null")),
        ("materials.json", JSON, 3, "batch.number", "", (6, '"1042"')),
        ("materials.json", JSON, 3, "nothing", "PIPE-1", (4, "PIPE-1")),
        ("materials.json", JSON, 3, "nothing", "PIPE-2", (3, "")),
        ("items.xml", XML, 1, "COGSAccountRef.FullName", "", (4, "Cost of Goods Sold")),
        ("items.xml", XML, 1, "IsActive", "", (6, "false")),
    ],
)
def test_the_value_is_marked(
    tmp_path: Path, name: str, text: str, line: int, field: str, told: str, expected: tuple[int, str]
) -> None:
    assert marked(shown(tmp_path, name, text, line, field, told)) == expected


def test_private_lines_are_left_out(tmp_path: Path) -> None:
    one = shown(tmp_path, "account.yaml", YAML, 3, "populateSerialNumbersInQuickBooks")
    assert one is not None
    assert one.lines == ("account: Northwind", "settings:", YAML.splitlines()[2], LEFT_OUT, "  modules:")
    assert shown(tmp_path, "account.yaml", YAML, 4, "taxId") is None
    other = shown(tmp_path, "materials.json", JSON, 11, "costOfSaleAccount")
    assert other is not None
    assert "123-45" not in "".join(other.lines)
    named = '{"code": "X", "costOfSaleAccount": null, "vendorTaxIdent": "1"}\n'
    assert shown(tmp_path, "one.json", named, 1, "costOfSaleAccount") is None


@pytest.mark.parametrize(
    "private",
    [
        '"vendorEin": "98-7654321",', '"aba": "021000021",', '"dob": "1980-02-03",', '"TIN": "123456780",', '"code": "123-45-6789",',
        "12-3456782", "<DataExtName>SSN</DataExtName>", "<DataExtValue>123-45-6783</DataExtValue>", "anything that is no field",
    ],
)  # fmt: skip
def test_lines_around_a_field_are_shown_only_if_they_have_fields(tmp_path: Path, private: str) -> None:
    text = f'{{\n {private}\n "costOfSaleAccount": null,\n {private}\n}}\n'
    one = shown(tmp_path, "materials.json", text, 3, "costOfSaleAccount")
    assert one is not None
    assert one.lines == ("{", LEFT_OUT, ' "costOfSaleAccount": null,', LEFT_OUT, "}")
    told = shown(
        tmp_path, "account.yaml", "settings:\n  customerMapping: customerLevel  # SSN 123-45-6789\n", 2, "customerMapping"
    )
    assert told is not None
    assert told.lines == ("settings:", "  customerMapping: customerLevel")


def test_the_records_own_field_is_marked_not_that_of_a_record_inside_it(tmp_path: Path) -> None:
    text = '{\n "taxZone": {\n  "name": "Lakewood"\n },\n "customer": {\n  "name": "A: B"\n },\n "name": "x"\n}\n'
    assert marked(shown(tmp_path, "invoices.json", text, 1, "name", "A: B")) == (8, '"x"')
    assert marked(shown(tmp_path, "invoices.json", text.replace(',\n "name": "x"', ""), 1, "name", "A: B")) == (6, "A: B")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("lists.iif", "!ACCNT\tNAME\tBANKNUM\nACCNT\tSales\t12345\n", 2),
        ("long.json", '{"code": "' + "x" * 300 + '"}\n', 1),
        ("short.json", "{}\n", 9),
        ("unknown.json", "{}\n", None),
    ],
)
def test_places_that_cannot_be_shown_have_no_excerpt(tmp_path: Path, name: str, text: str, line: int | None) -> None:
    assert shown(tmp_path, name, text, line, "code") is None


@given(st.text(st.sampled_from("ab\n\r\x85 "), max_size=30))
def test_lines_are_counted_as_the_readers_count_them(text: str) -> None:
    lines = excerpts._Lines("a.json", text.encode())
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert list(lines) == (expected if expected[-1] else expected[:-1])
    assert lines[1:3] == list(lines)[1:3]


def test_files_are_kept_for_excerpts_up_to_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("materials.json", 10), ("services.json", 100), ("invoices.json", 1000)):
        (tmp_path / name).write_text('{"data": []' + " " * size + "}")
    (tmp_path / "lists.iif").write_text("!HDR\tPROD\n!ACCNT\tNAME\n")
    assert sorted(snapshot.read(tmp_path, {}, NOON).texts.by_path) == ["invoices.json", "materials.json", "services.json"]
    monkeypatch.setattr(excerpts, "MAX_KEPT", 500)
    assert sorted(snapshot.read(tmp_path, {}, NOON).texts.by_path) == ["materials.json", "services.json"]
    monkeypatch.setattr(excerpts, "_MAX_FILE", 50)
    assert sorted(snapshot.read(tmp_path, {}, NOON).texts.by_path) == ["materials.json"]


def test_an_archive_and_an_earlier_snapshot_have_excerpts(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        archive.writestr("account.yaml", YAML)
    earlier, _ = snapshot.read_files(snapshot.open_snapshot(tmp_path / "old.zip", NOON, prefix="before/"), {})
    place, other = Location("before/account.yaml", 6), Location("account.yaml", 6)
    found = excerpts_around(earlier.texts.by_path, {place: Target("modules.purchasing", ""), other: Target("x", "")})
    assert list(found) == [place]
    assert marked(found[place]) == (6, "false")
