"""The codes of QuickBooks' and the Web Connector's errors: what kind of error each is, what it means and how to fix it, as data.

Three published tables of Intuit:
- status codes of qbXML (“Status codes in response messages”, also QBD-errorcodes in the Onscreen Reference), one for each request
- result codes of the request processor (HRESULT, same page), which say why QuickBooks answered nothing at all
- codes of the Web Connector (QuickBooks Web Connector Programmer's Guide 2022, appendix A)
The first table could be read only up to 3035 (November 2026); later codes are from messages that integrators quote, and some are not
compared with the table (docs/sources.md lists them).
A code that no table has is known by its range. A code says where an error is; the second part of its message says why, so that
overrides the kind (kinds/messages.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

DATA, REFERENCE, NAME, LOCK, INTERRUPTION = "data", "reference", "name", "lock", "interruption"
PERMISSION, FEATURE, CLOSED, SESSION, REQUEST = "permission", "feature", "closed period", "session", "request"
SKIPPED, FINE, UNKNOWN = "skipped", "fine", "unknown"
DEFECTS = (
    DATA, REFERENCE, NAME, LOCK, INTERRUPTION, PERMISSION, FEATURE, CLOSED, SESSION, REQUEST, SKIPPED, FINE, UNKNOWN,
)  # fmt: skip
"""What kind of error it is. DATA: a value of the record. REFERENCE: it uses something that QuickBooks doesn't have. NAME: its name is in
use or not allowed. LOCK: someone else had it open. INTERRUPTION: the connection broke off. PERMISSION, FEATURE, CLOSED, SESSION: the
user, the edition and its preferences, the closing date, how QuickBooks is open. REQUEST: the connector sent it wrongly. SKIPPED: not
tried. FINE: not an error."""
COMPANY_WIDE = frozenset({LOCK, INTERRUPTION, PERMISSION, FEATURE, CLOSED, SESSION})
"""Errors with one cause for the entire company file, however many records they stopped."""
AGAIN = frozenset({LOCK, INTERRUPTION})
"""Errors that are not defects: the next export works."""


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One code of a published table."""

    code: str
    defect: str
    meaning: str
    """What happened, as a sentence without a period."""
    steps: str
    """Which steps fix it (causes/remedies.py)."""


_ERROR_FROM = 1000
"""From this status code on, QuickBooks did not do what it was asked. Below it are information and warnings."""


def _table(text: str) -> dict[str, Code]:
    """Parse lines of `code[, code] | kind | steps | meaning`."""
    found = {}
    for line in text.strip().splitlines():
        codes, defect, steps, meaning = (part.strip() for part in line.split("|"))
        for code in codes.split(", "):
            found[code] = Code(code=code, defect=defect, meaning=meaning, steps=steps)
    return found


STATUS_CODES: Mapping[str, Code] = _table(
    """
0 | fine | none | QuickBooks did what it was asked
1 | fine | none | A query found nothing
500 | reference | missing | A query found only some of what it asked for
501, 510 | request | support | QuickBooks can't return something in this version of qbXML
530, 531 | request | support | A field or value isn't supported by this version of QuickBooks
540 | fine | none | A query found more than it may return
550 | data | read | The record was saved, but its note wasn't
560 | fine | none | The request uses an outdated field
570 | data | applied | It can't be linked to a transaction that is already closed
600 | fine | none | There is no saved state to clear
1000 | interruption | again | The connection broke off, or the batch was too large for the time limit
1010 | interruption | again | QuickBooks was not available
1030 | request | support | QuickBooks doesn't know this kind of request
1060 | request | support | The ID of the request is too long
3000 | reference | unmapped | The record refers to an ID that QuickBooks doesn't have
3010 | request | value | A value should be yes or no
3020 | request | value | A date is invalid
3030 | request | support | The first date of a range is after the last
3031 | request | support | A range of names is invalid
3035 | request | value | A length of time is invalid
3040 | request | value | An amount is written in a way that QuickBooks can't read
3045 | request | value | A price is written in a way that QuickBooks can't read
3050 | request | value | A percentage is written in a way that QuickBooks can't read
3060 | request | value | A quantity is written in a way that QuickBooks can't read
3065 | request | support | An ID of the program is invalid
3070 | data | shorten | A text is too long
3080 | data | characters | A text has characters that QuickBooks doesn't accept
3085 | request | value | A number is written in a way that QuickBooks can't read
3090 | name | characters | QuickBooks doesn't accept this name
3100 | name | twice | Another entry already has this name
3110 | request | support | QuickBooks doesn't know this value, or not in this version
3120 | reference | deleted | QuickBooks can't find the record
3130 | reference | missing | QuickBooks doesn't have the entry above it, such as the customer of a job
3140 | reference | missing | The record uses something that QuickBooks doesn't have
3150 | request | empty | Something that QuickBooks requires is missing
3151 | request | support | QuickBooks doesn't accept this part of the request
3160 | data | read | The record can't be deleted, because something uses it
3161 | closed period | closed | It is dated on or before the closing date
3162 | session | single | QuickBooks doesn't allow this while it is in multi-user mode
3170 | data | read | The record couldn't be changed
3171 | closed period | closed | It is dated on or before the closing date
3175, 3176 | lock | locked | Someone else has the record open
3180 | data | read | The record couldn't be saved
3185 | data | read | The record couldn't be voided
3200 | lock | locked | The record was changed in QuickBooks after the connector read it
3205 | data | address | The address is invalid
3210 | data | value | QuickBooks doesn't accept a value
3230 | skipped | first | The request was undone, because another one failed
3231 | skipped | first | The request was not tried, because another one failed
3250 | feature | feature | This feature is turned off, or your QuickBooks edition doesn't have it
3260 | permission | permission | The QuickBooks user doesn't have permission for this
3261, 3263 | permission | program | The connector isn't allowed to do this
3270 | data | account | The account to post to is missing
3280 | data | type | The item has another type in QuickBooks
3290 | request | support | The lines were sent in the wrong order
"""
)

RESULT_CODES: Mapping[str, Code] = _table(
    """
0x80040400 | data | characters | QuickBooks can't read what was sent for one record
0x80040401 | session | connect | QuickBooks couldn't be reached
0x80040402 | session | connect | QuickBooks had an unexpected error
0x80040408 | session | start | QuickBooks couldn't be started
0x80040409 | session | install | This version of QuickBooks can't open the company file
0x8004040A | session | file | Another company file is open
0x8004040D | session | connect | The session with QuickBooks ended
0x80040410 | session | single | The company file is open in another mode than the connector needs
0x80040414 | session | dialog | A dialog box is open in QuickBooks
0x80040416 | session | file | QuickBooks isn't running, or no company file is open
0x80040418 | session | program | The connector never had access to this company file
0x8004041A | session | program | The connector has no permission for this company file
0x8004041B | session | start | The company file was busy
0x8004041C | session | connect | QuickBooks had an internal error
0x8004041D | session | program | The connector may not log in to QuickBooks by itself
0x8004041E, 0x8004041F | session | program | The connector's certificate is out of date or isn't accepted
0x80040420 | session | program | A QuickBooks user denied the connector access
0x80040422 | session | single | The connector needs single-user mode, and another program uses the company file
0x80040423 | session | install | This QuickBooks is too old for the connector
0x80040424 | session | start | QuickBooks was still starting
0x80040427 | session | install | This QuickBooks isn't registered
0x8004042A | session | program | The connector may not reach this QuickBooks from another computer
0x8004042C | session | program | The connector's certificate was revoked
"""
)

CONNECTOR_CODES: Mapping[str, Code] = _table(
    """
QBWC1000, QBWC1001, QBWC1002, QBWC1003, QBWC1004, QBWC1010 | session | setup | The connector's address isn't accepted
QBWC1005, QBWC1006 | session | setup | The Web Connector couldn't run
QBWC1007, QBWC1008, QBWC1009, QBWC1013 | session | connect | The Web Connector couldn't connect to QuickBooks
QBWC1011, QBWC1032 | session | setup | The Web Connector doesn't know this program any more
QBWC1012 | session | password | The connector couldn't log in
QBWC1014 | session | connect | QuickBooks didn't say which company file is open
QBWC1015 | session | connect | The session with QuickBooks couldn't be ended
QBWC1016, QBWC1018, QBWC1019 | session | select | No program was selected in the Web Connector
QBWC1017, QBWC1031 | session | again | The Web Connector finished with an error, which another line names
QBWC1020 | session | select | The Web Connector was closed while programs are scheduled
QBWC1021 | session | install | The Web Connector doesn't know this version of QuickBooks
QBWC1022, QBWC1023, QBWC1024 | session | connect | The Web Connector couldn't connect to QuickBooks
QBWC1025, QBWC1026, QBWC1027, QBWC1034 | session | setup | The program couldn't be added to the company file
QBWC1028, QBWC1029, QBWC1030, QBWC1038, QBWC1040 | session | password | The connector's password is missing or wrong
QBWC1033 | session | log | The Web Connector can't write its log
QBWC1035 | session | setup | The connector's address can't be found
QBWC1036, QBWC1037, QBWC1046 | session | update | The connector doesn't accept this version of the Web Connector
QBWC1039 | session | setup | The program couldn't be added to the Web Connector
QBWC1041, QBWC1042, QBWC1043, QBWC1044, QBWC1045 | session | server | The connector's server answered with an error
QBWC1048 | session | setup | The certificate of the connector's server couldn't be verified
QBWC1085 | session | log | The Web Connector can't write its log
"""
)

CODES: Mapping[str, Code] = {**STATUS_CODES, **RESULT_CODES, **CONNECTOR_CODES}


def is_error(code: str) -> bool | None:
    """Return whether a status code is an error, whatever severity is stated with it; None if it isn't a status code."""
    if not code.isascii() or not code.isdigit():
        return None
    return int(code) >= _ERROR_FROM


_FORMAT_RANGES = ((2000, 2999), (3000, 3099), (9100, 9199))
"""Requests that QuickBooks doesn't support, wrong formats, and macros, by which one request refers to another."""


def defect_of(code: str) -> str:
    """Return the kind of error for any code; for one that no table has, by its range."""
    if code in CODES:
        return CODES[code].defect
    if is_result(code):
        return SESSION
    is_format = code.isascii() and code.isdigit() and any(first <= int(code) <= last for first, last in _FORMAT_RANGES)
    return REQUEST if is_format else UNKNOWN


def is_result(code: str) -> bool:
    """Return whether a code is a result code or one of the Web Connector, not the status of one request."""
    return code.startswith(("0x", "QBWC"))
