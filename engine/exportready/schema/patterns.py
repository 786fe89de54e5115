"""Match the patterns of rules (`matches`). The only module that imports re2, which takes linear time for every pattern."""

from __future__ import annotations

from functools import lru_cache

import re2


class BadPattern(Exception):
    """The pattern is not valid for RE2, which doesn't support back-references or look-around."""


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re2.Pattern:
    """Return a pattern, compiled once. Raises BadPattern."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise BadPattern(reason.decode() if isinstance(reason, bytes) else str(reason)) from error


def matches(pattern: str, text: str) -> bool:
    """Return whether the complete text matches. Lone surrogates, which aren't text, are replaced by "?"."""
    return compiled(pattern).fullmatch(text.encode("utf-8", "replace").decode("utf-8")) is not None
