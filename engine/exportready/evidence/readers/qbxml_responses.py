"""What a qbXML response says about itself: which one it is, on which line, and whether it is a complete list."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from exportready.evidence.readers.qbxml_fields import local_name
from exportready.kinds.message_codes import is_error
from exportready.model.evidence import Page

EXACT_LINES = 65_535
"""libxml2 counts lines exactly up to here; beyond that we report no line rather than a wrong one."""


def line_of(element: etree._Element) -> int | None:
    """Return the line of an element's start tag; None where libxml2 no longer counts exactly."""
    line = element.sourceline
    return line if isinstance(line, int) and 0 < line < EXACT_LINES else None


def is_response(element: etree._Element) -> bool:
    """Return whether an element is a response, such as `ItemQueryRs`; programs also store one without what surrounds it."""
    name, parent = local_name(element), element.getparent()
    return name.endswith("Rs") and (local_name(parent) == "QBXMLMsgsRs" if parent is not None else name != "QBXMLMsgsRs")


def responses_in(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the responses of a document."""
    if is_response(root):
        yield root
    for messages in root.iter("{*}QBXMLMsgsRs"):
        yield from filter(is_response, messages.iterchildren("*"))


def response_number(response: etree._Element, previous: etree._Element | None, number: int) -> int:
    """Return which response of its document this is, from 1.

    `previous` is the last one before it that has records, and `number` its number: counting goes on from there, so that a
    document with many responses takes no longer for the last one than for the first.
    """
    document = response.getroottree().getroot()
    ways = [(_responses_after(previous), number + 1)] if previous is not None else []
    for found, start in (
        *ways,
        (responses_in(document), 1),
    ):  # from the start, if a broken document has them inside each other
        for at, each in enumerate(found, start):
            if each is response:
                return at
    return number + 1


def _responses_after(response: etree._Element) -> Iterator[etree._Element]:
    """Yield the responses of a document after one of them."""
    yield from filter(is_response, response.itersiblings("*"))
    messages = response.getparent()
    while messages is not None:
        for later in messages.itersiblings("*"):
            yield from responses_in(later)
        messages = messages.getparent()


def is_rejected(response: etree._Element) -> bool:
    """Return whether QuickBooks rejected a request. The code decides too, because programs store answers with another severity."""
    return response.get("statusSeverity") == "Error" or is_error(response.get("statusCode", "")) is True


def completeness(response: etree._Element, request: str, count: int) -> tuple[str, Page | None]:
    """Return why a response isn't its complete list (empty if nothing shows that), and which page of a list it is.

    Status 0 comes with records, 1 says that there are none (docs/sources.md, status codes). `count` is the number of records.
    """
    if not request.endswith("Query"):
        return f"the response to {request} has only the record that was written, not the list", None
    if response.get("statusSeverity", "Info") != "Info" or is_rejected(response):
        return f"QuickBooks didn't answer {request} completely (status {response.get('statusCode', 'missing')})", None
    code = response.get("statusCode", "")
    if code not in ("0", "1") or (code == "0") != (count > 0):
        return f"the response to {request} has status {code or 'none'} and {count} records, which contradict each other", None
    stated, iterator, remaining = (response.get(name) for name in ("retCount", "iteratorID", "iteratorRemainingCount"))
    if stated is not None and _whole_number(stated) != count:
        return f"the response to {request} should have {stated} records, but it has {count}", None
    if iterator is None and remaining is None:
        return "", None
    left = _whole_number(remaining)
    if not iterator or left is None:
        return (
            f"the pages of the response to {request} don't say how they belong together (iteratorID, iteratorRemainingCount)",
            None,
        )
    return "", Page(series=iterator, number=None, more=left > 0, remaining=left, held=count)


def has_no_lines(transaction: etree._Element, tag: str) -> bool:
    """Return whether it is right that a transaction has no such elements.

    A payment that is entirely unused isn't applied to any invoice; an invoice with nothing applied isn't linked to any payment.
    """
    if tag == "LinkedTxn":
        return transaction.findtext("{*}AppliedAmount") in ("0.00", "0")
    total, unused = transaction.findtext("{*}TotalAmount"), transaction.findtext("{*}UnusedPayment")
    return tag == "AppliedToTxnRet" and total is not None and total == unused


def _whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None
