"""Small healthy files of every format, cut from the examples, from which the fuzzer starts."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
from lxml import etree

EXAMPLES = Path(__file__).parents[1] / "examples"
_BEFORE, _AFTER, _BY_HAND = (EXAMPLES / name for name in ("not-ready", "after-export", "by-hand"))
_MESSAGE = (
    'There is an invalid reference to QuickBooks Item "X" in the Invoice line. QuickBooks error message: Invalid argument.'
)


class Sample(msgspec.Struct, frozen=True):
    """A file: its name, by which it may be recognized, and its bytes."""

    name: str
    data: bytes


@cache
def samples() -> dict[str, tuple[Sample, ...]]:
    """Return the samples by the kind of file."""
    lists = [_json(path) for path in sorted((_AFTER / "servicetitan").glob("*.json"))]
    answers = [_xml(path) for path in sorted(_AFTER.glob("*.xml"))]
    tables = [Sample(path.name, b"".join(path.read_bytes().splitlines(keepends=True)[:8])) for path in _csv_files()]
    workbooks = [_workbook(path) for path in sorted(_BY_HAND.glob("*.xlsx"))]
    files = [*lists[:3], answers[0], tables[0]]
    return {
        "json": tuple(lists),
        "json-lines": tuple(_lines(one) for one in lists),
        "qbxml": tuple(answers),
        "iif": (_iif(_BEFORE / "quickbooks-lists.iif"),),
        "csv": (*tables, *(Sample(f"{one.name}.tsv", one.data.replace(b",", b"\t")) for one in tables)),
        "xlsx": tuple(workbooks),
        "zip": (Sample("snapshot.zip", zipped({one.name: one.data for one in files})),),
        "yaml": tuple(
            Sample("account.yaml", (folder / "account.yaml").read_bytes()) for folder in (_BEFORE, _AFTER, _BY_HAND)
        ),
        "pasted": (
            Sample(
                "errors.txt", f"Errors of batch 1042:\n\nInvoice 58272: {_MESSAGE}\n- Bill B-1: Object Not Found\n".encode()
            ),
        ),
        "log": (Sample("QWCLog.txt", _log(answers[-1].data)),),
    }


def zipped(files: dict[str, bytes]) -> bytes:
    """Return an archive of these files, the same in every run."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return target.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """Return the entries of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _csv_files() -> tuple[Path, ...]:
    return (_BY_HAND / "custom transaction detail.csv", _AFTER / "export error report.csv")


def _json(path: Path) -> Sample:
    document = json.loads(path.read_bytes())
    return Sample(path.name, json.dumps({**document, "data": document["data"][-2:]}, indent=1).encode())


def _lines(page: Sample) -> Sample:
    records = json.loads(page.data)["data"]
    return Sample(page.name, "".join(f"{json.dumps(record)}\n" for record in records).encode())


def _xml(path: Path) -> Sample:
    root = etree.fromstring(path.read_bytes())
    for response in root.iter("{*}*"):
        if str(response.tag).endswith("QueryRs"):
            for record in list(response)[2:]:
                response.remove(record)
    return Sample(path.name, etree.tostring(root))


def _iif(path: Path) -> Sample:
    count = Counter[bytes]()
    kept = []
    for line in path.read_bytes().splitlines(keepends=True):
        count[line.split(b"\t")[0]] += 1
        kept += [line] if count[line.split(b"\t")[0]] < 4 else []
    return Sample(path.name, b"".join(kept))


def _workbook(path: Path) -> Sample:
    """Return a workbook with the first rows of each sheet and nothing that isn't read."""
    parts = {
        name: data for name, data in unzipped(path.read_bytes()).items() if "theme" not in name and "docProps" not in name
    }
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        sheet = etree.fromstring(parts[name])
        for rows in sheet.iter("{*}sheetData"):
            del rows[5:]
        parts[name] = etree.tostring(sheet)
    return Sample(path.name, zipped(parts))


def _log(answer: bytes) -> bytes:
    lines = "\n".join(
        f"20261120.17:30:{number:02} UTC\t: QBWebConnector.SOAPWebService.do_receiveResponseXML() : step"
        for number in range(3)
    )
    return f"{lines}\n20261120.17:30:09 UTC\t: response received from QuickBooks:\n{answer.decode()}\n{_MESSAGE}\n{lines}\n".encode()
