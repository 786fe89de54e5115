"""The memo of a transaction in QuickBooks: the ServiceTitan Web Connector writes number and name of the batch into it.

Its exact form is not established (docs/sources.md, memo), so both are looked for, the number as a word of its own outside of the
name: «12» is not «120», and the 20 of a batch named 11-20 is not its number.
"""

from __future__ import annotations

import re

from exportready.kinds import fold
from exportready.model.evidence import Record, Unknown, Value


def names_batch(memo: Value, transaction: Record) -> bool:
    """Does a memo name the transaction's batch, its number and its name?"""
    number, name = transaction.get("batch.number"), transaction.get("batch.name")
    if not isinstance(memo, str) or not isinstance(number, str) or isinstance(name, Unknown):
        return False
    name = name if isinstance(name, str) else ""  # a batch may have no name
    text, folded = fold(memo), fold(name)
    word = re.compile(rf"(?<![0-9]){re.escape(fold(number))}(?![0-9])")
    if not folded:
        return bool(word.search(text))
    places = [found.start() for found in re.finditer(f"(?={re.escape(folded)})", text)]
    return any(word.search(text[:at]) or word.search(text[at + len(folded) :]) for at in places)
