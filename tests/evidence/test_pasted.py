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
