"""Logs of the QuickBooks Web Connector: their responses and errors are read, and nothing else in them is taken for either."""

from __future__ import annotations

from datetime import UTC

import pytest

from exportready.evidence.reading import Reading
from exportready.evidence.recognize import read_file
from exportready.kinds import KINDS
from exportready.model.reasons import Reason

ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
HEAD = "Log file initialized at Friday, November 20, 2026 - 4:05 PM UTC\nTimestamp format used: YYYYMMDD.HH:MM:SS UTC\n"
CALL = "20261120.16:05:40 UTC\t: QBWebConnector.SOAPWebService.do_receiveResponseXML() : "
RESPONSE = (
    '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<InvoiceAddRs requestID="241" statusCode="3140" statusSeverity="Error" '
    'statusMessage="There is an invalid reference to QuickBooks Customer &quot;Elm Cafe&quot; in the Invoice." />\n'
    "</QBXMLMsgsRs>\n</QBXML>\n"
)
CUSTOMERS = (
    '<QBXML><QBXMLMsgsRs><CustomerQueryRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><CustomerRet>'
    "<ListID>1-1</ListID><TimeModified>2026-11-01T08:00:00-07:00</TimeModified><FullName>Elm</FullName></CustomerRet>"
    "</CustomerQueryRs></QBXMLMsgsRs></QBXML>\n"
)
REQUEST = '<QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerQueryRq/></QBXMLMsgsRq></QBXML>\n'
REFUSED = "HRESULT = 0x80040400\nMessage: QuickBooks found an error when parsing the provided XML text stream.\n"


def read(text: str, name: str = "QWCLog.txt") -> Reading | str:
    return read_file(text.encode(), name, ALL, {}, UTC)


def errors(text: str) -> list[tuple[object, int | None]]:
    """Return each error with its line."""
    reading = read(text)
    assert isinstance(reading, Reading)
    return [
        (record.fields.get("statusCode") or record.fields.get("message"), record.where.line)
        for one in reading.listings
        for record in one.records
    ]


@pytest.mark.parametrize("name", ["QWCLog.txt", "qwclog.log", "log.xml"])
def test_the_responses_of_a_log_are_read(name: str) -> None:
    reading = read(HEAD + CALL + "XML dump follows: -\n\n" + RESPONSE + CALL + "100\n", name)
    assert isinstance(reading, Reading)
    assert reading.counts == {"quickbooks.Status": 1}
    status = reading.listings[0].records[0]
    assert (status.get("statusCode"), status.where.line) == ("3140", 8)


def test_a_part_of_a_log_is_a_log() -> None:
    assert errors(CALL + "response =\n" + RESPONSE) == [("3140", 5)]


def test_requests_and_lines_with_times_are_no_errors() -> None:
    assert errors(HEAD + CALL + "*** Calling getLastError().\n" + REQUEST + CALL + REFUSED) == [
        ("0x80040400: QuickBooks found an error when parsing the provided XML text stream.", 5)
    ]


def test_an_error_that_a_log_repeats_is_one() -> None:
    log = (
        HEAD
        + (CALL + REFUSED) * 3
        + CALL
        + "QBWC1012: Authentication failed.\n"
        + CALL
        + "QBWC1031: Update completed with some error.\n"
    )
    assert [message for message, _ in errors(log)] == [
        "0x80040400: QuickBooks found an error when parsing the provided XML text stream.",
        "QBWC1012: Authentication failed.",
    ]


def test_a_connection_that_failed_is_one_error_with_its_result_code() -> None:
    failed = '*** Calling connectionError():<wcTicket="1"><hresult="0x80040408"><message="Could not start QuickBooks.">\n'
    log = HEAD + CALL + failed + CALL + "QBWC1013: Error connecting to QuickBooks. Returning error message to application.\n"
    assert [message for message, _ in errors(log)] == ["0x80040408: Could not start QuickBooks."]
    assert [message for message, _ in errors(HEAD + CALL + "QBWC1013: Error connecting to QuickBooks.\n")] == [
        "QBWC1013: Error connecting to QuickBooks."
    ]


def test_errors_after_a_response_keep_their_lines() -> None:
    log = CALL + "response =\n" + RESPONSE + CALL + REFUSED + CALL + "response =\n" + RESPONSE + CALL + "QBWC1042: Failed\n"
    assert [line for _, line in errors(log)] == [5, 14, 8, 17]


def test_a_log_shows_no_list() -> None:
    reading = read(HEAD + CALL + CUSTOMERS + CALL + RESPONSE)
    assert isinstance(reading, Reading)
    assert {one.kind for one in reading.listings} == {"quickbooks.Status"}  # it may be weeks old, or of a narrow query


@pytest.mark.parametrize(
    ("log", "says"),
    [
        (HEAD + CALL + RESPONSE[:-30] + CALL + "100\n", "VERBOSE"),
        (HEAD + CALL + RESPONSE[:90], "VERBOSE"),
        (HEAD + CALL + "updateWS() for application = 'EXAMPLE' has STARTED\n", "no errors and no responses"),
    ],
)
def test_a_log_without_a_whole_response_says_what_to_save(log: str, says: str) -> None:
    advice = read(log)
    assert isinstance(advice, str)
    assert "log of the QuickBooks Web Connector" in advice
    assert says in advice


def test_a_response_that_is_cut_is_noted_beside_whole_ones() -> None:
    reading = read(HEAD + CALL + RESPONSE[:-30] + CALL + RESPONSE)
    assert isinstance(reading, Reading)
    assert "1 response in it" in reading.notes[1]


DAMAGED = RESPONSE.replace("</QBXMLMsgsRs>", "</QBXMLMsgsR>")


@pytest.mark.parametrize("log", [RESPONSE[:-30] + CALL + RESPONSE, RESPONSE + CALL + DAMAGED, DAMAGED + CALL + RESPONSE])
def test_responses_that_cannot_be_read_leave_the_errors_of_the_others_and_an_incomplete_list(log: str) -> None:
    reading = read(HEAD + CALL + log)
    assert isinstance(reading, Reading)
    (statuses,) = reading.listings
    assert [one.get("statusCode") for one in statuses.records] == ["3140"]
    assert (statuses.whole, statuses.cause) == (False, Reason.PARTIAL)


def test_text_that_only_mentions_the_connector_is_no_log() -> None:
    reading = read("QBWebConnector says:\nInvoice 7: List Id is invalid\n", "errors.txt")
    assert isinstance(reading, Reading)
    assert reading.reader == "list of errors"
