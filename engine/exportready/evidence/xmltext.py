"""The text of an XML file before any parser sees it: its encoding, its root, and that it has no DOCTYPE."""

from __future__ import annotations

import codecs
import re

from exportready.evidence.reading import Unreadable

_SPACE = re.compile(rb"\s*")
_ROOT = re.compile(rb"<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
_ENCODINGS = frozenset(("utf-8", "ascii", "iso8859-1", "cp1252"))
"""Codecs that a declaration may name. Python has others, which are no encodings of text."""


def utf8(data: bytes) -> bytes:
    """The document as UTF-8 without a BOM. QuickBooks declares no encoding and writes windows-1252's repertoire."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        if _declared(data) not in ("utf-8", "ascii"):
            return data.decode("cp1252").encode("utf-8")  # what calls itself iso-8859-1 is windows-1252 in practice
        data.decode("utf-8")
        return data
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace").encode("utf-8")


def _declared(data: bytes) -> str:
    found = _ENCODING.match(data[:400])
    try:
        name = codecs.lookup(found[1].decode("ascii")).name if found else "utf-8"
    except LookupError:
        return "utf-8"
    return name if name in _ENCODINGS else "utf-8"


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
