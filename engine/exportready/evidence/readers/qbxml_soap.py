"""What a SOAP message of the QuickBooks Web Connector contains: responses as escaped text, and why QuickBooks gave none.

`receiveResponseXML` and `connectionError` have an `hresult` and a `message` when QuickBooks couldn't be reached or rejected a request as a
whole (Intuit, QuickBooks Web Connector Programmer's Guide).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from exportready.evidence.readers.qbxml_fields import local_name
from exportready.evidence.readers.qbxml_responses import line_of
from exportready.evidence.readers.xmltext import root_of
from exportready.evidence.reading import Unreadable

SOAP_ROOTS = ("Envelope", "receiveResponseXML", "connectionError")
"""A message with its envelope, or what programs store of it without one."""

_ESCAPED_LINE_END = re.compile(rb"&#(10|13|x0*[aAdD]);")
_CODE = re.compile(r"0x[0-9A-Fa-f]{8}")


def escaped_responses(envelope: etree._Element, document: bytes, first_line: int) -> Iterator[tuple[bytes, int | None]]:
    """Yield the documents that a message contains as escaped text, with the line on which each starts if that is certain."""
    exact = not _ESCAPED_LINE_END.search(document) and b"<!--" not in document
    for element in envelope.iter("*"):
        text = element.text or ""
        if "<QBXML" not in text:
            continue
        start = len(text) - len(text.lstrip("\n\r \t"))
        line = line_of(element)
        first = line + first_line - 1 + text.count("\n", 0, start) if line and exact else None
        inner = text.strip("\n\r \t").encode()
        try:
            root_of(inner)
        except Unreadable as error:
            raise Unreadable(str(error), first + error.line - 1 if first and error.line else None) from error
        yield inner, first


def failures(envelope: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    """Yield each element with an hresult, the hresult and its message, if they say that QuickBooks answered nothing."""
    for element in envelope.iter("*"):
        parts = {local_name(part): (part.text or "").strip() for part in element.iterchildren("*")}
        code = parts.get("hresult", "")
        if _CODE.fullmatch(code) and int(code, 16) >= _FAILED:
            yield element, "0x" + code[2:].upper(), parts.get("message", "")


_FAILED = 0x80000000
"""From here on, an HRESULT is a failure."""
