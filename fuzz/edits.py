"""Takes evidence away from a file, one record or field at a time, and leaves a file that its program could have written.

The formats are edited as bytes, so that a changed file goes through its reader like any other.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from pathlib import PurePosixPath
from random import Random
from typing import Any

import msgspec
import yaml
from lxml import etree

from exportready.evidence.reading import decode_text

GARBLED = "?!"
"""A text that is no number, date, yes or no, or code of any program."""


class How(Enum):
    """How evidence is taken away."""

    DELETE = "delete the record"
    BLANK = "blank the field"
    REMOVE = "remove the field"
    RENAME = "rename the column"
    GARBLE = "garble the value"


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A changed file, and what was changed in it."""

    path: str
    how: How
    field: str
    """The path of the field in its record, or of the array with the deleted record; empty for a record of the file's own list."""
    place: str
    """Where it is, for people."""
    data: bytes

    def __str__(self) -> str:
        return f"{self.how.value}: {self.path}, {self.place}{', ' + self.field if self.field else ''}"


Change = tuple[How, str, str, bytes]
"""How, field, place, and the changed bytes."""


def draw(random: Random, path: str, data: bytes, numbers: Sequence[int] = ()) -> Edit | None:
    """Return a random edit of a file, every second time of one of the records with these numbers; None if we can't edit it."""
    edit = _FORMATS.get(PurePosixPath(path).suffix.lower())
    change = edit(random, data, numbers if random.random() < 0.5 else ()) if edit else None
    if change is None:
        return None
    how, field, place, changed = change
    return Edit(path=path, how=how, field=field, place=place, data=changed)


# -- ServiceTitan's JSON


def _json(random: Random, data: bytes, numbers: Sequence[int]) -> Change | None:
    document = json.loads(data)
    records = document["data"] if isinstance(document, dict) else document
    if not records:
        return None
    numbers = [number for number in numbers if number < len(records)] or range(len(records))
    place, number, array = "", random.choice(numbers), ""
    arrays = [
        name for name, value in records[number].items() if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    if arrays and random.random() < 0.5:
        place, array = f"record {number}, ", random.choice(arrays)
        records = records[number][array]
        number = random.randrange(len(records))
    place += f"record {number}"
    how = random.choice(list(How))
    if how is How.DELETE:
        del records[number]
        if not array and isinstance(document, dict) and isinstance(document.get("totalCount"), int):
            document["totalCount"] -= 1
        return how, array, place, _dumped(document)
    steps = random.choice(list(_paths(records[number])))
    owners = records if how is How.RENAME else [records[number]]
    for owner in owners:
        _change_key(random, how, owner, steps)
    return (
        how,
        ".".join((*filter(None, [array]), *steps)),
        place if how is not How.RENAME else "all records",
        _dumped(document),
    )


def _dumped(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _paths(record: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key of a record, also of those inside its objects."""
    for name, value in record.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from _paths(value, (*above, name))


def _change_key(random: Random, how: How, record: dict[str, Any], steps: tuple[str, ...]) -> None:
    """Change the value at a path; a record without it stays as it is."""
    for step in steps[:-1]:
        record = record.get(step) or {}
    name = steps[-1]
    if name not in record:
        return
    if how is How.BLANK:
        record[name] = None if isinstance(record[name], list) else random.choice([None, ""])
    elif how is How.GARBLE:
        record[name] = {"garbled": True} if isinstance(record[name], str) else GARBLED
    elif how is How.REMOVE:
        del record[name]
    else:
        record[f"{name}Old"] = record.pop(name)


# -- QuickBooks' qbXML


def _xml(random: Random, data: bytes, numbers: Sequence[int]) -> Change | None:
    root = etree.fromstring(data)
    records = [element for element in root.iter() if isinstance(element.tag, str) and _is_record(element)]
    if not records:
        return None
    kind = random.choice(sorted({str(record.tag) for record in records}))
    record = random.choice([one for one in records if one.tag == kind])
    place = f"{kind} in line {record.sourceline}"
    how = random.choice(list(How))
    if how is How.DELETE:
        _remove(record)
        return how, kind, place, etree.tostring(root)
    leaves = [leaf for leaf in record.iterdescendants() if _owner(leaf) is record]
    leaf = random.choice(leaves)
    path = ".".join(
        reversed([str(leaf.tag), *(str(one.tag) for one in leaf.iterancestors() if one in record.iterdescendants())])
    )
    field = f"{kind}.{path}"
    if how is How.RENAME:
        for one in [one for one in root.iter(str(leaf.tag)) if (owner := _owner(one)) is not None and owner.tag == kind]:
            one.tag = f"{leaf.tag}Old"
        return how, field, f"all {kind}", etree.tostring(root)
    if how is How.REMOVE:
        _remove(leaf)
    else:
        for child in list(leaf):
            leaf.remove(child)
        leaf.text = GARBLED if how is How.GARBLE else None
    return how, field, place, etree.tostring(root)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _is_record(element: etree._Element) -> bool:
    parent = element.getparent()
    is_listed = parent is not None and str(parent.tag).endswith("QueryRs") and len(element) > 0
    return is_listed or (str(element.tag).endswith(("LineRet", "TxnRet", "Line", "LinkedTxn")) and len(element) > 0)


def _owner(element: etree._Element) -> etree._Element | None:
    """Return the record that an element inside it belongs to; None for a record of its own."""
    if _is_record(element):
        return None
    return next((one for one in element.iterancestors() if _is_record(one)), None)


# -- rows and columns


def _iif(random: Random, data: bytes, numbers: Sequence[int]) -> Change | None:
    text = decode_text(data)
    rows = [line.split("\t") for line in text.splitlines()]
    headings = {row[0][1:]: number for number, row in enumerate(rows) if row[0].startswith("!")}
    words = [word for word in headings if any(row[0] == word and len(row) > 1 for row in rows)]
    word = random.choice(words)
    own = [number for number, row in enumerate(rows) if row[0] == word]
    change = _change_cell(random, rows, headings[word], [number for number in numbers if number in own] or own)
    return (
        *change[:1],
        f"{word}.{change[1]}" if change[1] else word,
        change[2],
        "\r\n".join(map("\t".join, rows)).encode("cp1252") + b"\r\n",
    )


def _csv(random: Random, data: bytes, numbers: Sequence[int]) -> Change | None:
    rows = [list(row) for row in csv.reader(io.StringIO(decode_text(data), newline=""))]
    heading = next((number for number, row in enumerate(rows) if sum(map(bool, row)) > 3), None)
    if heading is None or heading == len(rows) - 1:
        return None
    listed = range(heading + 1, len(rows))
    change = _change_cell(random, rows, heading, [number for number in numbers if number in listed] or listed, first=0)
    target = io.StringIO(newline="")
    csv.writer(target).writerows(rows)
    return (*change, target.getvalue().encode())


def _change_cell(
    random: Random, rows: list[list[str]], heading: int, numbers: Sequence[int], first: int = 1
) -> tuple[How, str, str]:
    """Change one of the rows with these numbers, or a column of their heading. Columns before `first` are no fields."""
    how = random.choice([one for one in How if one is not How.REMOVE])
    number = random.choice(numbers)
    if how is How.DELETE:
        del rows[number]
        return how, "", f"row {number + 1}"
    columns = [column for column in range(first, len(rows[heading])) if rows[heading][column] and column < len(rows[number])]
    column = random.choice(columns)
    field = rows[heading][column]
    if how is How.RENAME:
        rows[heading][column] = f"{field} old"
        return how, field, "heading"
    rows[number][column] = GARBLED if how is How.GARBLE else ""
    return how, field, f"row {number + 1}"


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _xlsx(random: Random, data: bytes, numbers: Sequence[int]) -> Change | None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice([name for name in parts if name.startswith("xl/worksheets/sheet")])
    sheet = etree.fromstring(parts[name])
    rows = sheet.findall(f".//{_MAIN}row")
    heading = next((row for row in rows if len(row) > 1), None)
    listed = rows[rows.index(heading) + 1 :] if heading is not None else []
    if heading is None or not listed:
        return None
    how = random.choice([one for one in How if one is not How.REMOVE])
    row = random.choice([row for row in listed if int(row.get("r", "0")) - 1 in numbers] or listed)
    cell = random.choice(list(heading if how is How.RENAME else row))
    place, column = f"{name}, row {row.get('r')}", str(cell.get("r")).rstrip("0123456789")
    if how is How.DELETE:
        _remove(row)
        column = ""
    elif how is How.BLANK:
        row.remove(cell)
    else:
        _write(cell, GARBLED if how is How.GARBLE else f"Old {column}")
    parts[name] = etree.tostring(sheet)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part), content)
    return how, f"column {column}" if column else "", place if how is not How.RENAME else name, target.getvalue()


def _write(cell: etree._Element, text: str) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.set("t", "inlineStr")
    etree.SubElement(etree.SubElement(cell, f"{_MAIN}is"), f"{_MAIN}t").text = text


# -- account.yaml


def _yaml(random: Random, data: bytes, numbers: Sequence[int]) -> Change | None:
    document = yaml.safe_load(data)
    steps = random.choice(list(_paths(document)))
    how = random.choice([one for one in How if one is not How.DELETE])
    _change_key(random, how, document, steps)
    return how, ".".join(steps), "answers", yaml.safe_dump(document, allow_unicode=True).encode()


_FORMATS: dict[str, Callable[[Random, bytes, Sequence[int]], Change | None]] = {
    ".json": _json,
    ".xml": _xml,
    ".iif": _iif,
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".yaml": _yaml,
}
