"""Errors of the export as people paste them: each is read with its transaction and message, and none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from exportready.evidence import snapshot
from exportready.evidence.readers import pasted
from exportready.kinds import KINDS
from exportready.rulebook.examples import NOON

ALL = {pasted.KIND: frozenset(KINDS[pasted.KIND].fields)}
SENTENCE = 'There is an invalid reference to QuickBooks Item "X" in the Invoice line.'
REASON = "QuickBooks error message: Invalid argument.  The specified record does not exist in the list."


def errors(text: str) -> list[tuple[object, object, str]]:
    """Return each error as (type, number, message)."""
    reading = pasted.text(text.encode(), "errors.txt", ALL)
    assert reading is not None
    records = reading.listings[0].records
    return [(one.fields.get("transactionType"), one.fields.get("transaction"), str(one.fields["message"])) for one in records]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Invoice 1: Object Not Found\nInvoice 2: Object Not Found",
            [("Invoice", "1", "Object Not Found"), ("Invoice", "2", "Object Not Found")],
        ),
        (
            "- Payment P9: List Id is invalid\r\n* Bill B-1: List Id is invalid",
            [("Payment", "P9", "List Id is invalid"), ("Bill", "B-1", "List Id is invalid")],
        ),
        (
            f"Invoice 1: {SENTENCE}  QuickBooks error message:\nInvalid argument.  The\nspecified record does not exist in the list.",
            [("Invoice", "1", f"{SENTENCE}  {REASON}")],
        ),
        (f"Invoice 1:\n{SENTENCE}", [("Invoice", "1", SENTENCE)]),
        (f"Invoices 1, 2: {SENTENCE}", [("Invoice", "1", SENTENCE), ("Invoice", "2", SENTENCE)]),
        (f"Invoice 1 and payment P9: {SENTENCE}", [("Invoice", "1", SENTENCE), ("payment", "P9", SENTENCE)]),
        (f"58272: {SENTENCE}", [(None, "58272", SENTENCE)]),
        (f"58272 | Invoice | {SENTENCE}", [("Invoice", "58272", SENTENCE)]),
        (f"2026-11-21 09:30 Inv #58272 {SENTENCE}", [("invoice", "58272", SENTENCE)]),
        (
            f"Errors of batch 1042:\n\nInvoice 1: {SENTENCE}\nNobody knows this one.\nNor this.",
            [("Invoice", "1", SENTENCE), (None, None, "Nobody knows this one."), (None, None, "Nor this.")],
        ),
        (
            'Invoice 1: There is an invalid reference to QuickBooks Item "X" in the\nInvoice line.',
            [("Invoice", "1", SENTENCE)],
        ),
        (
            "Invoice 1: The flux capacitor is gone.\nObject Not Found",
            [("Invoice", "1", "The flux capacitor is gone."), (None, None, "Object Not Found")],
        ),
        ("Status OK\nObject Not Found", [(None, None, "Object Not Found")]),
    ],
    ids=[
        "one a line",
        "bullets",
        "wrapped",
        "on the next line",
        "several",
        "two types",
        "number alone",
        "bars",
        "a time",
        "unknown ones",
        "torn",
        "an unknown sentence",
        "no error",
    ],
)
def test_each_message_is_read_with_its_transaction(text: str, expected: list[tuple[object, object, str]]) -> None:
    assert [(type_, number, " ".join(message.split())) for type_, number, message in errors(text)] == [
        (type_, number, " ".join(message.split())) for type_, number, message in expected
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'3140: {SENTENCE}\n3100: The name "Alder" of the list element is already in use.', [(None, None), (None, None)]),
        (f"3140 | Invoice 58243 | {SENTENCE}", [("Invoice", "58243")]),
        (f"Invoice 58243: Error 3140: {SENTENCE}", [("Invoice", "58243")]),
        (f"58243: 3140: {SENTENCE}", [(None, "58243")]),
        ("Invoice 58252: 3176: Etwas ist gesperrt", [("Invoice", "58252")]),
        ("Error 3351: Nothing that we know", [(None, None)]),
        ("3162: This request is not allowed in multi-user mode.", [(None, None)]),
        ("Error 3270: Missing posting account.", [(None, None)]),
        ('The given object ID "" in the field "list id" is invalid.', [(None, None)]),
        ("3140: Ungültiger Verweis\n3175: Gesperrt", [(None, None), (None, None)]),
        ("Invoice 58243: Nothing that we know", [("Invoice", "58243")]),
    ],
)
def test_a_code_is_never_the_number_of_a_transaction(text: str, expected: list[tuple[object, object]]) -> None:
    assert [(type_, number) for type_, number, _ in errors(text)] == expected


CALL = "WebMethod: connectionError() has been called\n  string ticket = 2b0e\n  string hresult = 0x80040408\n"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (CALL + "  string message = Could not start QuickBooks.\n  Sending DONE to stop.", ["0x80040408: Could not start QuickBooks."]),
        (CALL + CALL + "  Return values:", ["0x80040408"]),
        ('hresult="0x8004040A", message="Another file is open"\nInvoice 7: Nothing that we know',
         ['0x8004040A: Another file is open"', "Nothing that we know"]),
        ("hresult = 0x80040408\nmessage = Not started\n58244: Nothing that we know\n- Payment 7: Nothing either",
         ["0x80040408: Not started", "Nothing that we know", "Nothing either"]),
    ],
)  # fmt: skip
def test_what_a_program_noted_of_a_failed_call_is_one_error(text: str, messages: list[str]) -> None:
    assert [message.rstrip('"') for _, _, message in errors(text)] == [message.rstrip('"') for message in messages]


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("statusCode,statusSeverity,statusMessage\n3140,Info,Ungültig\n0,Info,Status OK\n3175,Aviso,Verrouillé\n", ["3140", "3175"]),
        ("Error Code;Fehlermeldung;Invoice #\n3140;Ungültig;58243\n3175;Gesperrt;58244\n", ["3140", "3175"]),
        (f"3140,58243,{SENTENCE.replace(',', '')}\n3100,58244,Object Not Found\n", ["3140", "3100"]),
    ],
)  # fmt: skip
def test_a_column_of_codes_is_read(tmp_path: Path, table: str, codes: list[str]) -> None:
    (tmp_path / "list.csv").write_text(table.replace('"', '""') if ";" in table else table.replace('"', ""))
    found = snapshot.read(tmp_path, ALL, NOON).dataset(pasted.KIND)
    assert [one.get("code") for one in found.rows()] == codes
    assert not {one.get("transaction") for one in found.rows()} & set(codes)


@pytest.mark.parametrize("count", [1, 3])
def test_a_column_that_counts_the_rows_has_neither_codes_nor_transactions(tmp_path: Path, count: int) -> None:
    quoted = SENTENCE.replace('"', '""')
    rows = "".join(f'{at},{58240 + at},"{quoted}"\n' for at in range(1, count + 1))
    (tmp_path / "list.csv").write_text(f"Row,Invoice,Message\n{rows}")
    found = snapshot.read(tmp_path, ALL, NOON).dataset(pasted.KIND)
    assert [one.get("transaction") for one in found.rows()] == [str(58240 + at) for at in range(1, count + 1)]


@pytest.mark.parametrize("table", ["Code,Description\n3140,Valve\n3175,Pump\n", "Item,Price\n3140,3175\n"])
def test_a_table_of_numbers_is_no_list_of_errors(tmp_path: Path, table: str) -> None:
    (tmp_path / "list.csv").write_text(table)
    assert not snapshot.read(tmp_path, ALL, NOON).dataset(pasted.KIND).records


def test_a_text_without_a_known_message_is_not_read() -> None:
    assert pasted.text(b"Dear diary.\nInvoice 1 was paid.", "notes.txt", ALL) is None


def test_errors_that_no_rule_reads_are_counted(tmp_path: Path) -> None:
    (tmp_path / "errors.txt").write_text("Invoice 1: Object Not Found\nInvoice 2: Object Not Found")
    (tmp_path / "errors.csv").write_text("Message\nObject Not Found\nList Id is invalid\n")
    found = {source.path: sum(source.records.values()) for source in snapshot.read(tmp_path, {}, NOON).sources}
    assert found == {"errors.txt": 2, "errors.csv": 2}


def test_responses_in_several_files_add_up(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for number, code in enumerate(("3140", "3100")):
        (tmp_path / f"{number}.xml").write_text(
            f'<QBXML><QBXMLMsgsRs><CustomerAddRs statusCode="{code}" statusSeverity="Error" statusMessage="x"/></QBXMLMsgsRs></QBXML>'
        )
    (tmp_path / "copy.xml").write_bytes((tmp_path / "0.xml").read_bytes())
    dataset = snapshot.read(tmp_path, {"quickbooks.Status": frozenset({"statusCode", "statusSeverity"})}, NOON).dataset(
        "quickbooks.Status"
    )
    assert sorted(str(one.get("statusCode")) for one in dataset.records) == ["3100", "3140"]


WINDOW = "Version:\nExample 1.0\n\nMessage:\n{}\n\nDescription:\n{}\n"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (WINDOW.format("ReceiveResponseXML failed", "QBWC1042: ReceiveResponseXML failed\nError message: no XML."), 1),
        (WINDOW.format("QBWC1012: Authentication failed", ""), 1),
        (WINDOW.format("a", "QBWC1039: There was a problem") * 2, 2),
    ],
)
def test_a_window_of_the_web_connector_is_one_error(text: str, messages: int) -> None:
    found = errors(text)
    assert len(found) == messages
    assert all(message.startswith("QBWC") for _, _, message in found)


def test_an_error_above_a_window_is_not_lost() -> None:
    assert "List Id is invalid" in str(errors("Invoice 7: List Id is invalid\n" + WINDOW.format("a", "QBWC1042: failed")))
