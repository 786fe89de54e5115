"""Commands that we suggest to a person, written so that they can be pasted into the shell of this computer."""

from __future__ import annotations

import os
import re
import shlex


def suggest(*words: object) -> str:
    """Return a command of this program: `exportready check "my files"`."""
    return " ".join(("exportready", *(quote(str(word)) for word in words)))


def quote(word: str) -> str:
    """Return a word for the command line, in quotes if the shell would split or change it."""
    if os.name != "nt":
        return shlex.quote(word)
    return f'"{word}"' if not word or re.search(r"[^\w@%+=:,./\\~-]", word) else word
