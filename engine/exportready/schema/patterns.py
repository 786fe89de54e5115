"""Patterns of rules (`matches`). The only module that imports re2, whose time is linear in the text whatever the pattern."""

from __future__ import annotations

from functools import lru_cache

import re2


class BadPattern(Exception):
    """The pattern is not valid for RE2, which has no back-references and no look-around."""


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
    """Return whether the whole text matches. A lone surrogate, which is not text, counts as "?"."""
    return compiled(pattern).fullmatch(text.encode("utf-8", "replace").decode("utf-8")) is not None
