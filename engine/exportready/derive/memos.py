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
    before, found, after = fold(memo).partition(fold(name)) if name else (fold(memo), "", "")
    word = rf"(?<![0-9]){re.escape(fold(number))}(?![0-9])"
    return bool(found or not name) and bool(re.search(word, before) or re.search(word, after))
