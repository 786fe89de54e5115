"""Recognize the batch in the memo of a transaction in QuickBooks: the ServiceTitan Web Connector writes its number and name there.

The memo's exact form is unknown (docs/sources.md, memo), so both are looked for. The number must be a word of its own outside the name:
“12” is not “120”, and the 20 in the batch name 11-20 is not the batch number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from exportready.kinds import fold
from exportready.model.evidence import Record, Unknown, Value

_LONGEST = 4095
"""Characters of the longest memo that QuickBooks keeps (qbXML SDK reference, Memo)."""


def names_batch(memo: Value, transaction: Record) -> bool:
    """Return whether a memo contains the number and name of the transaction's batch."""
    number, name = transaction.get("batch.number"), transaction.get("batch.name")
    if not isinstance(memo, str) or not isinstance(number, str) or isinstance(name, Unknown):
        return False
    text, folded = fold(memo[:_LONGEST]), fold(name) if isinstance(name, str) else ""  # a batch may have no name
    has_number = _word(fold(number)).search
    if not folded:
        return bool(has_number(text))
    return any(has_number(text[:at]) or has_number(text[at + len(folded) :]) for at in _places(folded, text))


def _places(name: str, text: str) -> Iterator[int]:
    """Yield every position where the name begins; occurrences may overlap."""
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + 1)


@lru_cache(1 << 10)  # the same batch is looked for in the memos of all its transactions
def _word(number: str) -> re.Pattern[str]:
    """Return a pattern for a number as a word of its own."""
    return re.compile(rf"(?<![0-9]){re.escape(number)}(?![0-9])")
