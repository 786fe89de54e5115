"""The log of Intuit's QuickBooks Web Connector (QWCLog.txt), from which only QuickBooks' errors are taken.

Each record begins with a time, `20261120.22:39:20 UTC`, and may go on for several lines. At the logging level VERBOSE the log has whole
requests and responses, at DEBUG it cuts them (seen in logs that integrators quote). A log mixes sessions of weeks, so its lists
show nothing about what QuickBooks has now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from exportready.evidence.readers import pasted, qbxml
from exportready.evidence.readers.xmltext import to_utf8
from exportready.evidence.reading import Reading
from exportready.model.display import count
from exportready.model.evidence import Value
from exportready.model.reasons import Reason
from exportready.model.rules import Wanted

_OPEN, _CLOSE, _ANSWERS = b"<QBXML>", b"</QBXML>", b"<QBXMLMsgsRs"
_RESULT = re.compile(
    r"\b(0x8004[0-9A-Fa-f]{4})\b[\"'>: \t]*+(?:\r?\n[ \t]*+(?=Message))?(?:<?(?:string )?Message[ \t]*+[:=][ \t\"]*+)?([^\"\n<>]{0,400})",
    re.IGNORECASE,
)
"""A result code anywhere, and the message that follows on its line or on the next one."""
_CODE = re.compile(r"(QBWC1\d{3}): *(.*)")
_GENERIC = ("QBWC1016", "QBWC1017", "QBWC1018", "QBWC1019", "QBWC1020", "QBWC1031")
"""Codes that name no error: nothing was selected or updated, or another line of the log has the error (the guide's appendix A)."""
_NO_CONNECTION = tuple(f"QBWC10{number}" for number in ("07", "08", "09", "13", "22", "23", "24"))
"""Codes for an error of QuickBooks, which a result code names if there is one."""


def read(data: bytes, path: str, wanted: Wanted) -> Reading | str:
    """Read the errors in a log; if it has none, return what it is and what would help."""
    text = to_utf8(data)
    responses, cut = _responses(text)
    answered, damaged = qbxml.read_statuses([(text[start:end], line) for start, end, line in responses], path, wanted)
    cut += damaged
    rows = list(_errors(text, responses))
    if not rows and not answered.listings:
        return _CUT if cut else _NOTHING
    notes = ["it is read as a log of the QuickBooks Web Connector, from which only QuickBooks' errors are taken"]
    notes += [f"{count(cut, 'response')} in it can't be read, because the log cuts responses short"] if cut else []
    why = f"{count(cut, 'response')} of QuickBooks can't be read in {path}"
    partial = {"whole": False, "why_part": why, "cause": Reason.PARTIAL, "damaged": True} if cut else {}
    listings = (
        *(replace(one, **partial) for one in answered.listings),
        *((pasted.listing(rows, path, wanted),) if rows else ()),
    )
    counts = {**answered.counts, **({pasted.KIND: len(rows)} if rows else {})}
    return replace(answered, listings=listings, counts=counts, notes=tuple(notes))


def _responses(text: bytes) -> tuple[list[tuple[int, int, int]], int]:
    """Return where whole responses start and end, with their lines, and the number of those that are cut."""
    found: list[tuple[int, int, int]] = []
    cut, after, line, counted = 0, 0, 1, 0
    while (close := text.find(_CLOSE, after)) >= 0:
        start, end = text.rfind(_OPEN, after, close), close + len(_CLOSE)
        cut += text.count(_ANSWERS, after, start if start >= 0 else end)
        if start >= 0 and text.find(_ANSWERS, start, end) >= 0:
            line, counted = line + text.count(b"\n", counted, start), start
            found.append((start, end, line))
        after = end
    return found, cut + text.count(_ANSWERS, after)


def _errors(text: bytes, responses: list[tuple[int, int, int]]) -> Iterator[tuple[int, dict[str, Value]]]:
    """Yield each different error that the log states in words, outside the responses, with its line."""
    skipped = (*_GENERIC, *_NO_CONNECTION) if _RESULT.search(text.decode(errors="replace")) else _GENERIC
    ends = [0, *(end for _, end, _ in responses)]
    starts = [*(start for start, _, _ in responses), len(text)]
    line, seen = 1, set[str]()
    for before, start, end in zip([0, *starts], ends, starts, strict=False):
        line += text.count(b"\n", before, start)
        words = text[start:end].decode(errors="replace")
        found = [*_RESULT.finditer(words), *(one for one in _CODE.finditer(words) if one[1] not in skipped)]
        at = 0
        for one in sorted(found, key=lambda one: one.start()):
            line, at = line + words.count("\n", at, one.start()), one.start()
            message = f"{one[1]}: {one[2].strip()}".rstrip(": ")
            if message not in seen and not any(other.startswith(message) for other in seen):
                seen.add(message)
                yield line, {"message": message}
        line += words.count("\n", at)


_SAVE = "save the part from <QBXML> to </QBXML> as an .xml file"
_NOTHING = (
    f"it is a log of the QuickBooks Web Connector, and it has no errors and no responses (qbXML) that we can read; {_SAVE}"
)
_CUT = (
    "it is a log of the QuickBooks Web Connector that cuts the responses (qbXML) short; in the Web Connector, set the logging level to "
    f"VERBOSE and export again, or {_SAVE}"
)
