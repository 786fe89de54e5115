"""Puts the files of an account where they belong: unpacked, zipped, or in one of the ways in which they cannot be read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

KINDS = ("truncated qbXML", "corrupt zip", "empty folder", "truncated JSON", "broken account.yaml")
"""What may be wrong with the files of an account."""

Files = Mapping[str, bytes]


def unpacked(target: Path, files: Files) -> None:
    """A folder with the files."""
    target.mkdir(parents=True, exist_ok=True)
    for folder in {(target / name).parent for name in files}:
        folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (target / name).write_bytes(content)


def zipped(files: Files) -> bytes:
    """The files in one: stored, not packed, so that the bytes are the same wherever they are made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def write(target: Path, files: Files, kind: str) -> None:
    """An account that cannot be read."""
    cut = {"truncated qbXML": "quickbooks-invoices.xml", "truncated JSON": "servicetitan/invoices.json"}
    if kind == "corrupt zip":
        target.parent.mkdir(parents=True, exist_ok=True)
        whole = zipped(files)
        target.write_bytes(whole[: len(whole) // 2])
    elif kind == "empty folder":
        target.mkdir(parents=True)
    elif kind == "broken account.yaml":
        unpacked(target, {**files, "account.yaml": b"account: [\nsettings: {webConnector: {status: online\n"})
    else:
        name = cut[kind]
        unpacked(target, {**files, name: files[name][: len(files[name]) // 2]})
