"""Write JSON that people can read, and that can always be encoded."""

from __future__ import annotations

import json
import re

# Lone surrogates can't be encoded as UTF-8, so the file could not be written.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def to_json(value: object, indent: int | None = 1) -> str:
    """Return a value as JSON text without a final newline; lone surrogates are written as escapes and read back unchanged."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
