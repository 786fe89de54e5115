"""Patterns of rules (`matches`). The only module that knows re2: its time is linear in the text, so no pattern can run away."""

from __future__ import annotations

from functools import lru_cache

import re2


class BadPattern(Exception):
    """The pattern is not one that RE2 takes (no back-references, no look-around)."""


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re2.Pattern:
    """The pattern, compiled once. Raises BadPattern."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise BadPattern(reason.decode() if isinstance(reason, bytes) else str(reason)) from error


def matches(pattern: str, text: str) -> bool:
    """True where the whole text matches. A lone surrogate, which is no text, stands as "?"."""
    return compiled(pattern).fullmatch(text.encode("utf-8", "replace").decode("utf-8")) is not None
