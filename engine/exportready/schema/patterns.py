"""Match patterns in linear time, whatever the text: those of rules (`matches`), and ours that would take longer with `re`.

The only module that imports re2, and only once a pattern is used, because most runs use none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re2


class BadPattern(Exception):
    """The pattern is not valid for RE2, which doesn't support back-references or look-around."""


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re2.Pattern:
    """Return a pattern, compiled once. Raises BadPattern."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise BadPattern(reason.decode() if isinstance(reason, bytes) else str(reason)) from error


def matches(pattern: str, text: str) -> bool:
    """Return whether the complete text matches. Lone surrogates, which aren't text, are replaced by "?"."""
    return compiled(pattern).fullmatch(_encodable(text)) is not None


def search(pattern: str, text: str) -> re2.Match | None:
    """Return the first match in a text. Lone surrogates are replaced by "?"."""
    return compiled(pattern).search(_encodable(text))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
