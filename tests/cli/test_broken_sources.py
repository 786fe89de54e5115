"""One file of a snapshot is broken: it is named with its line, the others are judged, and nothing ends in 0."""

from __future__ import annotations

import codecs
import json
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

READY = Path(__file__).parents[2] / "examples" / "ready"
AT = "--at=2026-11-20T18:00:00-07:00"
HOST, INVOICES, IIF = "quickbooks-host-company-preferences.xml", "quickbooks-invoices.xml", "quickbooks-lists.iif"
MATERIALS = "servicetitan/materials.json"

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A copy of the ready example, to be broken."""
    folder = tmp_path / "snapshot"
    shutil.copytree(READY, folder)
    return folder


def sources(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {source["path"]: source for source in result["sources"]}


def broken(run: Run, snapshot: Path, path: str) -> str:
    """The error of the one file that is broken, after seeing that everything else was read and judged."""
    done = run("check", snapshot, AT, "-o", "json")
    result = json.loads(done.stdout)
    whole = {source["path"] for source in json.loads(run("check", READY, AT, "-o", "json").stdout)["sources"]}
    errors = {name: source["error"] for name, source in sources(result).items() if source["error"]}
    assert set(errors) == {path}
    assert whole - {path} <= {name for name, source in sources(result).items() if source["reader"]}
    assert result["verdict"] in ("cannot_tell", "not_ready")
    assert result["counts"]["passed"] + result["counts"]["not_applicable"] > 0
    assert done.returncode in (1, 4)
    forgiving = run("check", snapshot, AT, "--allow-unknown", "--fail-on=never")
    assert forgiving.returncode == 4
    assert path.rpartition("/")[2].encode() in forgiving.stdout + forgiving.stderr
    return str(errors[path])


def decoded(data: bytes) -> str:
    """QuickBooks writes its lists in windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def lines_of(text: str) -> int:
    return text.count("\n") + 1


def test_xml_that_breaks_off(run: Run, snapshot: Path) -> None:
    text = (snapshot / INVOICES).read_text("utf-8")
    cut = text[: text.index("</CustomerRef>", len(text) // 2)]
    (snapshot / INVOICES).write_text(cut, "utf-8")
    error = broken(run, snapshot, INVOICES)
    assert error.startswith(f"line {lines_of(cut)}: ")
    assert "export it again" in error


def test_a_comma_is_missing_in_json(run: Run, snapshot: Path) -> None:
    text = (snapshot / MATERIALS).read_text("utf-8")
    at = text.index('"code"', text.index('"code"') + 1)
    comma = text.rindex(",", 0, at)
    (snapshot / MATERIALS).write_text(text[:comma] + text[comma + 1 :], "utf-8")
    assert broken(run, snapshot, MATERIALS).startswith(f"line {lines_of(text[:at])}: it isn't valid JSON")


def test_json_that_breaks_off(run: Run, snapshot: Path) -> None:
    text = (snapshot / MATERIALS).read_text("utf-8")
    (snapshot / MATERIALS).write_text(text[: len(text) // 2], "utf-8")
    assert "isn't valid JSON" in broken(run, snapshot, MATERIALS)


def test_an_empty_file(run: Run, snapshot: Path) -> None:
    (snapshot / INVOICES).write_bytes(b"")
    assert "empty" in broken(run, snapshot, INVOICES)


@pytest.mark.parametrize("path", [HOST, INVOICES, IIF, MATERIALS, "account.yaml"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_judged_as_well(run: Run, snapshot: Path, path: str, encoding: str) -> None:
    mark = codecs.BOM_UTF16_LE if encoding.endswith("le") else codecs.BOM_UTF16_BE
    (snapshot / path).write_bytes(mark + decoded((snapshot / path).read_bytes()).encode(encoding))
    done = run("check", snapshot, AT, "-o", "json")
    known = json.loads(run("check", READY, AT, "-o", "json").stdout)
    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert result["rules"] == known["rules"]
    assert sources(result)[path]["records"] == sources(known)[path]["records"]


@pytest.mark.parametrize(
    ("before", "what"),
    [
        ("", "<!DOCTYPE QBXML>"),
        ("", '<!DOCTYPE QBXML SYSTEM "file:///etc/passwd">'),
        (f"<!-- {'x' * 70_000}\n -->\n", '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'),
        (
            "",
            "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)) + "]>",
        ),
    ],
    ids=["plain", "external", "after-a-long-comment", "billion-laughs"],
)
def test_a_doctype_is_refused(run: Run, snapshot: Path, before: str, what: str) -> None:
    text = (snapshot / INVOICES).read_text("utf-8")
    declaration, _, rest = text.partition("\n")
    (snapshot / INVOICES).write_text(f"{declaration}\n{before}{what}\n{rest}", "utf-8")
    error = broken(run, snapshot, INVOICES)
    assert error.startswith(f"line {2 + before.count(chr(10))}: ")
    assert "DOCTYPE" in error


def test_a_key_stands_twice_in_account_yaml(run: Run, snapshot: Path) -> None:
    text = (snapshot / "account.yaml").read_text("utf-8")
    (snapshot / "account.yaml").write_text(text + "timeZone: America/Boise\n", "utf-8")
    first = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith("timeZone"))
    error = account_error(run, snapshot)
    assert error.startswith(f"line {lines_of(text)}: 'timeZone' appears twice")
    assert f"line {first}" in error


def test_every_mistake_of_account_yaml_is_told_at_once(run: Run, snapshot: Path) -> None:
    (snapshot / "account.yaml").write_text(
        "acount: Invented\ntakenAt: soon\nsettings: {serialNumbersWanted: maybe}\n", "utf-8"
    )
    error = account_error(run, snapshot)
    assert "line 1" in error
    assert "line 2" in error
    assert "line 3" in error


def account_error(run: Run, snapshot: Path) -> str:
    """Like `broken`, but much cannot be told without answers."""
    for arguments in ((), ("--allow-unknown", "--fail-on=never")):
        done = run("check", snapshot, AT, "-o", "json", *arguments)
        assert done.returncode in (3, 4)
    errors = {name: source["error"] for name, source in sources(json.loads(done.stdout)).items() if source["error"]}
    assert set(errors) == {"account.yaml"}
    return str(errors["account.yaml"])


# -- a .zip


def zipped(snapshot: Path, **more: bytes) -> Path:
    target = snapshot.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(snapshot.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(snapshot).as_posix())
        for name, data in more.items():
            archive.writestr(name, data)
    return target


@pytest.mark.parametrize("name", ["../x.json", "a/../../x.json", "/etc/x.json", "C:\\x.json", "..\\x.json"])
def test_a_zip_entry_that_leads_out(run: Run, snapshot: Path, name: str) -> None:
    path = zipped(snapshot, **{name: b"[]"})
    assert "points outside the .zip" in broken(run, path, name.replace("\\", "/"))
    assert not list(snapshot.parent.rglob("x.json"))


def test_a_zip_bomb(run: Run, snapshot: Path) -> None:
    path = zipped(snapshot, **{"bomb.json": b"0" * (64 << 20)})
    assert path.stat().st_size < 1 << 20
    assert "unpack to 64 MB" in broken(run, path, "bomb.json")


def test_a_zip_entry_that_lies_about_its_size(run: Run, snapshot: Path) -> None:
    path = zipped(snapshot, **{"zz.json": b"[" + b" " * 100_000 + b"]"})
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)
    path.write_bytes(data)
    assert "zip it again" in broken(run, path, "zz.json")


def test_a_damaged_zip_entry(run: Run, snapshot: Path) -> None:
    path = zipped(snapshot)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(INVOICES)
    data = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(INVOICES) + 40
    data[start : start + 40] = bytes(40)
    path.write_bytes(data)
    assert "damaged" in broken(run, path, INVOICES)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_two_files_of_one_name(run: Run, snapshot: Path) -> None:
    path = zipped(snapshot)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("servicetitan/extra.json", b"[]")
        archive.writestr("servicetitan/extra.json", b"[]")
    done = run("check", path, AT, "-o", "json")
    assert done.returncode == 4
    assert any("two files with this name" in (source["error"] or "") for source in json.loads(done.stdout)["sources"])
