"""The words in the name of a file or sheet, by which it is recognized."""

from __future__ import annotations

import re


def padded_words(name: str, separator: str) -> str:
    """Return the words of a name in lower case with the separator around each, so that ` word ` finds only complete words."""
    return separator + re.sub(r"[^a-z]+", separator, name.lower()).strip(separator) + separator
