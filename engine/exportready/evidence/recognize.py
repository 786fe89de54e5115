"""Recognizes the format of a file, by its content and then by its name, and reads it with the reader of that format."""

from __future__ import annotations

import re
from datetime import tzinfo
from pathlib import PurePosixPath

from exportready.account.reading import Columns, is_account
from exportready.evidence.readers import account_file
from exportready.evidence.reading import Reading, Unreadable, decode_head
from exportready.model.rules import Wanted

_OWN_RESULT = re.compile(rb'\s*\{\s*"format"\s*:\s*"exportready/')
_OWN_TEXT = re.compile(rb"Made by ExportReady [0-9][\w.]*\s*(\x1b\[0m)?\s*\Z")
_OWN_PAGE = re.compile(rb'<!doctype html>.{0,900}?<meta name="generator" content="ExportReady', re.IGNORECASE | re.DOTALL)

_LOG = re.compile(r"^\d{8}\.\d\d:\d\d:\d\d UTC\s", re.MULTILINE)
_OWN_GATE = re.compile(
    rb'\{.{0,300}?"driver":\s*\{\s*"name":\s*"ExportReady"|<\?xml[^>]{0,99}>\s*<testsuites name="ExportReady"', re.DOTALL
)

_OWN_ROWS = re.compile(
    rb"\xef\xbb\xbf(Fingerprint,Account,Rule,|Customer:job,Payment date,Type,Number,Amount,Unused,"
    rb"|Folder,Account,Owner,Tags,|Owner,Account,Folder,Tags,)"
)


def is_own_report(data: bytes) -> bool:
    """Return whether ExportReady itself wrote a file."""
    heads = (_OWN_RESULT, _OWN_ROWS, _OWN_PAGE, _OWN_GATE)
    return any(head.match(data) for head in heads) or bool(_OWN_TEXT.search(data[-80:]))


def never_read(path: str) -> str | None:
    """Return why a file is never read and what would help, by its name; None if it is read."""
    name = PurePosixPath(path).name.lower()
    return _SETTINGS if name == "exportready.yaml" else _NOT_READ.get(PurePosixPath(name).suffix)


def read_file(data: bytes, path: str, wanted: Wanted, columns: Columns, zone: tzinfo) -> Reading | str:
    """Return what a file contains; if it isn't read, return why and what would help, as text. Raises Unreadable.

    `wanted` says which kinds and fields to read, `columns` which headings account.yaml gives for fields; `zone` is the time zone
    of moments without an offset.
    """
    name = PurePosixPath(path).name.lower()
    suffix = PurePosixPath(name).suffix
    if not data[:64].strip(_BLANK) and not data.strip(_BLANK):
        raise Unreadable("it is empty; export it again")
    if name.startswith("account") and suffix in (".yaml", ".yml"):
        return account_file.read(data, path)
    if _is_workbook(data):
        from exportready.evidence.readers import tables

        return tables.read(data, path, wanted, columns, zone)
    start = decode_head(data)
    if _is_log(start):
        from exportready.evidence.readers import connector_log

        return connector_log.read(data, path, wanted)
    if start.startswith("<"):
        return _read_xml(data, path, wanted)
    if start.startswith(("!", '"!')) and "\t" in start:
        from exportready.evidence.readers import iif

        return iif.read(data, path, wanted) or (
            "it is an IIF file without any QuickBooks list; in QuickBooks, choose File > Utilities > Export > Lists to IIF Files"
        )
    if start.startswith(("{", "[")):
        from exportready.evidence.readers import servicetitan

        return servicetitan.read(data, path, wanted)
    if suffix in (".yaml", ".yml"):
        return (
            account_file.read(data, path)
            if is_account(data, path)
            else "it isn't a file of answers; a file of answers is named account.yaml"
        )
    if suffix in _TABLES:
        from exportready.evidence.readers import tables

        return tables.read(data, path, wanted, columns, zone)
    return _read_text(data, path, wanted, columns, zone) if suffix == ".txt" else _HELP


def _read_text(data: bytes, path: str, wanted: Wanted, columns: Columns, zone: tzinfo) -> Reading | str:
    """Read a .txt file, which may be a table, a list of errors or any other notes."""
    from exportready.evidence.readers import pasted, tables

    may_be_table = b"\t" in data
    errors = None if may_be_table else pasted.text(data, path, wanted)
    if errors is not None:
        return errors
    try:
        reading = tables.read(data, path, wanted, columns, zone)
    except Unreadable:
        if may_be_table:
            raise
        return _HELP
    if reading.reader or reading.questions:
        return reading
    return (pasted.text(data, path, wanted) if may_be_table else None) or _HELP


def _is_workbook(data: bytes) -> bool:
    """Return whether the content is Excel's: its archive, or the container of its old and its protected files."""
    return data.startswith(b"\xd0\xcf\x11\xe0") or (data.startswith(b"PK\x03\x04") and b"xl/workbook" in data)


def _is_log(start: str) -> bool:
    """Return whether a text is a log of the QuickBooks Web Connector."""
    return "UTC" in start and _LOG.search(start) is not None and "QBWebConnector" in start


def _read_xml(data: bytes, path: str, wanted: Wanted) -> Reading | str:
    """Read an XML file if it has responses or records of QuickBooks."""
    from exportready.evidence.readers import qbxml, xmltext
    from exportready.evidence.readers.qbxml_soap import SOAP_ROOTS
    from exportready.kinds.quickbooks import RETS

    document = xmltext.to_utf8(data)
    root = xmltext.root_of(document)
    if root == "QBWCXML":
        return "it only registers a program with the QuickBooks Web Connector and contains no records; you can ignore it"
    name = root or ""
    if name.endswith("Ret") and name not in RETS:
        return f"it is a single {name}, which no check uses"
    if name not in ("QBXML", "QBXMLMsgsRs", *SOAP_ROOTS) and not name.endswith("Ret") and not _is_response(name, document):
        return "it is an XML file, but not a QuickBooks response (qbXML); save the qbXML response itself"
    return qbxml.read_document(document, path, wanted)


def _is_response(root: str, document: bytes) -> bool:
    """Return whether a root is a response by itself, such as `InvoiceQueryRs`, which programs store without what surrounds it."""
    return root.endswith("Rs") and b"statusCode" in document[:4096]


_BLANK = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
_TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_HELP = "we can't read this kind of file; export it as a spreadsheet (.xlsx, .csv), IIF, qbXML, or a ServiceTitan list (.json)"
_SETTINGS = (
    "it has settings of ExportReady, which are ignored inside the files that are checked; if they are yours, move this file to the "
    "folder above"
)
_NOT_READ = {
    ".qbw": (
        "this is the QuickBooks company file, which only QuickBooks can open; in QuickBooks, choose "
        "File > Utilities > Export > Lists to IIF Files and save that file here instead"
    ),
    ".qbb": "this is a QuickBooks backup, which only QuickBooks can open; in QuickBooks, choose "
    "File > Utilities > Export > Lists to IIF Files and save that file here instead",
    ".zip": "a .zip file inside a folder isn't opened; unpack it in the folder",
}
