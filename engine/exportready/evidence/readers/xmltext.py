"""The text of an XML file before it is parsed: decode it, split it into documents, find their roots, and reject a DOCTYPE."""

from __future__ import annotations

import re

from exportready.evidence.reading import Unreadable, decode_text

_ROOT = re.compile(rb"<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)")
_REST_OF_TAG = re.compile(rb"""(?:[^"'<>]|"[^"<]*"|'[^'<]*')*>""")
_SPACE = re.compile(rb"\s*")


def to_utf8(data: bytes) -> bytes:
    """Return a document as UTF-8, with line feeds only. Raises Unreadable for bytes that are not text.

    QuickBooks declares no encoding and writes windows-1252. A declared encoding is ignored: the bytes show the encoding.
    """
    if data.isascii() and b"\0" not in data[:8]:
        return (
            data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
        )  # same result as below, but faster
    return decode_text(data).replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", errors="replace")


def documents(text: bytes) -> list[tuple[bytes, int]]:
    """Return the documents of a file, each with the line of the file on which it starts.

    Programs that log QuickBooks' responses write them one after another, each with an XML declaration or without one (seen in the
    SQL log of consolibyte/quickbooks-php). If it isn't clear where the first document ends, it is the only one.
    """
    found: list[tuple[bytes, int]] = []
    start, line, counted = _after_space(text, 0), 1, 0
    while start < len(text):
        end = _end_of_document(text, start)
        line, counted = line + text.count(b"\n", counted, start), start
        found.append((text[start:end], line))
        start = _after_space(text, end)
    return found


def _end_of_document(text: bytes, start: int) -> int:
    """Return where the document that starts here ends, or the file if that isn't clear."""
    opening = _ROOT.search(text, start)
    if opening is None:
        return len(text)
    tag = _REST_OF_TAG.match(text, opening.end())
    if tag is None:
        return len(text)
    end = tag.end()
    if not tag[0].endswith(b"/>"):
        close = re.compile(b"</" + re.escape(opening[0][1:]) + rb"\s*>").search(text, end)
        end = close.end() if close else 0
        if not end or text.find(b"<!", start, end) >= 0:  # a comment or CDATA may contain the closing tag too
            return len(text)
    after = _after_space(text, end)
    return end if text[after : after + 1] in (b"<", b"") else len(text)


def _after_space(text: bytes, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def root_of(document: bytes) -> str | None:
    """Return the local name of the root element; None if this is not XML. Raises Unreadable for a DOCTYPE."""
    at = 0
    while True:
        at = _after_space(document, at)
        for opening, closing in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if document.startswith(opening, at):
                end = document.find(closing, at + len(opening))
                if end < 0:
                    return None
                at = end + len(closing)
                break
        else:
            break
    if document[at : at + 9].upper() == b"<!DOCTYPE":
        line = document.count(b"\n", 0, at) + 1
        raise Unreadable("it has a DOCTYPE, which can be harmful and which no export has; export the file again", line)
    found = _ROOT.match(document, at)
    return found[2].decode("ascii", errors="replace") if found else None
