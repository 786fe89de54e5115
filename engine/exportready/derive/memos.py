"""Recognize the batch in the memo of a transaction in QuickBooks: the ServiceTitan Web Connector writes its number and name there.

The memo's exact form is unknown (docs/sources.md, memo), so both are looked for. The number must be a word of its own outside the name:
“12” is not “120”, and the 20 in the batch name 11-20 is not the batch number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from exportready.kinds import fold
from exportready.model.evidence import Record, Unknown, Value

_LONGEST = 4095
"""Characters of the longest memo that QuickBooks keeps (qbXML SDK reference, Memo)."""


Batch = tuple[str, str]
"""A batch's number and name, folded for comparing; a batch may have no name."""


def batch_of(transaction: Record) -> frozenset[Batch]:
    """Return the batch of a transaction; nothing if its number or name is not known."""
    number, name = transaction.get("batch.number"), transaction.get("batch.name")
    if not isinstance(number, str) or isinstance(name, Unknown):
        return frozenset()
    return frozenset({(fold(number), fold(name) if isinstance(name, str) else "")})


def names_batch(memo: Value, transaction: Record) -> bool:
    """Return whether a memo contains the number and name of the transaction's batch."""
    if not isinstance(memo, str):
        return False
    text = fold(memo[:_LONGEST])
    return any(_is_in(batch, text) for batch in batch_of(transaction))


class BatchesInMemos:
    """Finds the batches that memos name, without looking for every batch in every memo."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._by_word: dict[str, set[Batch]] = {}
        for batch in batches:
            self._by_word.setdefault(_first_word(batch[0]), set()).add(batch)

    def of(self, memo: Value) -> frozenset[Batch]:
        """Return the batches that a memo names."""
        if not isinstance(memo, str):
            return frozenset()
        text = fold(memo[:_LONGEST])
        candidates = (self._by_word.get(word, ()) for word in {"", *_WORDS.findall(text)})
        return frozenset(batch for some in candidates for batch in some if _is_in(batch, text))


_WORDS = re.compile("[0-9]+")


def _first_word(number: str) -> str:
    """Return the first digits of a batch number, which are the same digits in a memo; empty if it has none."""
    found = _WORDS.search(number)
    return found.group() if found else ""


def _is_in(batch: Batch, text: str) -> bool:
    number, name = batch
    has_number = _word(number).search
    if not name:
        return bool(has_number(text))
    return any(has_number(text[:at]) or has_number(text[at + len(name) :]) for at in _places(name, text))


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
