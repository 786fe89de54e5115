"""Clean text from a snapshot, which may have control characters, markup or mentions that do harm where it is shown."""

from __future__ import annotations

import re

# Line and field separators become a space, so that no name can start a new line.
_SEPARATORS = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
_LINE_SEPARATORS = re.compile(r"[\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# C0 and C1 controls (with ESC and CSI), bidirectional marks, embeddings, overrides and isolates, zero-width characters, BOM.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Lone surrogates can't be encoded as UTF-8, so the file could not be written.
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_TAB_WIDTH = 4
_MARKDOWN_ESCAPES = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("|", "\\|"),
    ("`", "'"),
    ("*", "\\*"),
    ("_", "\\_"),
    ("[", "\\["),
)
# Platforms turn plain text such as @name, #1 and http:// into mentions, references and links; build servers take :: for a command.
_AUTOLINKS = re.compile(r"([@#!])(?=\w)|(:)(?=//|:)")


def clean(text: str) -> str:
    """Return the text on one line, without control, bidirectional and unencodable characters."""
    return _without_controls(_SEPARATORS.sub(" ", text)).strip()


def clean_line(text: str) -> str:
    """Return a line of a file cleaned in the same way, with its indentation."""
    return _without_controls(_LINE_SEPARATORS.sub(" ", text.expandtabs(_TAB_WIDTH)))


def _without_controls(text: str) -> str:
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def clean_block(text: str) -> str:
    """Return a text of several lines, each cleaned, and none of them a command to a build server."""
    return "\n".join(without_commands(clean_line(line)) for line in text.split("\n"))


# GitHub obeys a line that begins with ::error or the like, Azure and GitHub one that contains ##vso[ or ##[.
_COMMANDS = re.compile(r"^(\s*:)(?=:)|(##)(?=vso\[|\[|teamcity\[)", re.MULTILINE)


def without_commands(text: str) -> str:
    """Return a text in which a build server finds no command: "::error" becomes ": :error"."""
    return _COMMANDS.sub(lambda found: f"{found[0]} ", text)


def in_markdown(text: str) -> str:
    """Return the text cleaned and escaped for Markdown that allows HTML; it is safe in a table too."""
    for character, escape in _MARKDOWN_ESCAPES:
        text = text.replace(character, escape)
    return _AUTOLINKS.sub(lambda match: f"{match[0]}\u2060", clean(text))
