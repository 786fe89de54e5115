"""The memo of a transaction in QuickBooks: the ServiceTitan Web Connector writes number and name of the batch into it.

Its exact form is not established (docs/sources.md, memo), so both are looked for, the number as a word of its own outside of the
name: «12» is not «120», and the 20 of a batch named 11-20 is not its number.
"""

from __future__ import annotations

import re
from functools import lru_cache

from exportready.kinds import fold
from exportready.model.evidence import Record, Unknown, Value


def names_batch(memo: Value, transaction: Record) -> bool:
    """Does a memo name the transaction's batch, its number and its name?"""
    number, name = transaction.get("batch.number"), transaction.get("batch.name")
    if not isinstance(memo, str) or not isinstance(number, str) or isinstance(name, Unknown):
        return False
    text, folded = fold(memo), fold(name) if isinstance(name, str) else ""  # a batch may have no name
    word, whole = _patterns(fold(number), folded)
    if not folded:
        return bool(word.search(text))
    places = [found.start() for found in whole.finditer(text)]
    return any(word.search(text[:at]) or word.search(text[at + len(folded) :]) for at in places)


@lru_cache(1 << 10)  # the same batch is looked for in the memos of all its transactions
def _patterns(number: str, name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The number as a word of its own, and every place where the name begins."""
    return re.compile(rf"(?<![0-9]){re.escape(number)}(?![0-9])"), re.compile(f"(?={re.escape(name)})")
