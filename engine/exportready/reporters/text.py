"""Text from the snapshot is hostile until cleaned: it may steer a terminal or turn a line around."""

from __future__ import annotations

import re

# Separators of lines and fields become a space, so that no name can start a line of its own.
_SPACE = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
# C0 and C1 (ESC and CSI among them), bidi marks, embeddings, overrides and isolates, invisible joiners of nothing, BOM.
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# A lone surrogate cannot be encoded: the file would not be written at all.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """One line that shows what it says: no control, bidi or unencodable characters."""
    return _SURROGATE.sub("\ufffd", _STEERING.sub("", _SPACE.sub(" ", text))).strip()


def clean_line(text: str) -> str:
    """The same for a line of a file, which keeps its indentation."""
    return _SURROGATE.sub(
        "\ufffd", _STEERING.sub("", re.sub(r"[\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]", " ", text.expandtabs(4)))
    )


def in_markdown(text: str) -> str:
    """Text of the books, harmless in Markdown that allows HTML, in a table too."""
    for one, other in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("|", "\\|"),
        ("`", "'"),
        ("*", "\\*"),
        ("_", "\\_"),
        ("[", "\\["),
    ):
        text = text.replace(one, other)
    # A name must call nobody and lead nowhere: platforms make mentions, references and links of plain text.
    return re.sub(r"([@#!])(?=\w)|(:)(?=//)", lambda found: f"{found[0]}\u2060", clean(text))
