"""The text of an XML file before any parser sees it: its encoding, its root, and that it has no DOCTYPE."""

from __future__ import annotations

import re

from exportready.evidence.reading import Unreadable, text_of

_ROOT = re.compile(rb"<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)")
_SPACE = re.compile(rb"\s*")


def utf8(data: bytes) -> bytes:
    """The document as UTF-8, with line feeds alone. QuickBooks declares no encoding and writes windows-1252's repertoire.

    What a declaration says is passed over: it tells nothing that the bytes do not. Raises Unreadable for no text at all.
    """
    if data.isascii() and b"\0" not in data[:8]:
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data  # the same as below, and quicker
    return text_of(data).replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", errors="replace")


def root_of(document: bytes) -> str | None:
    """The local name of the root element; None where this is not XML. Raises Unreadable for a DOCTYPE."""
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
        raise Unreadable("it has a DOCTYPE, which no export has and which can do harm; export the file again", line)
    found = _ROOT.match(document, at)
    return found[2].decode("ascii", errors="replace") if found else None
