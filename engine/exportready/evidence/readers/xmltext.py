"""The text of an XML file before it is parsed: decode it, find its root, and reject a DOCTYPE."""

from __future__ import annotations

import re

from exportready.evidence.reading import Unreadable, decode_text

_ROOT = re.compile(rb"<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)")
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


def root_of(document: bytes) -> str | None:
    """Return the local name of the root element; None if this is not XML. Raises Unreadable for a DOCTYPE."""
    at = 0
    while True:
        space = _SPACE.match(document, at)
        at = space.end() if space else at
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
