"""Format lines for a terminal. They are wrapped before they are colored, since color codes have no width."""

from __future__ import annotations

import textwrap

from exportready.model.report import Verdict
from exportready.reporters.text import clean

BOLD, DIM, RED, GREEN, YELLOW, BLUE = "1", "2", "31", "32", "33", "34"
VERDICT_COLORS = {
    Verdict.READY: GREEN,
    Verdict.READY_WITH_WARNINGS: YELLOW,
    Verdict.NOT_READY: RED,
    Verdict.CANNOT_TELL: BLUE,
}
_MIN_WIDTH = 40


class Lines:
    """Collects the lines of a console report."""

    def __init__(self, width: int, *, color: bool) -> None:
        self.lines: list[str] = []
        self.width = width
        self.color = color

    def text(self, text: str, *, indent: str = "", bullet: str = "", style: str = "", tag: str = "") -> None:
        """Add one wrapped paragraph; the tag is dimmed at its end."""
        tag = clean(tag)
        lines = textwrap.wrap(
            f"{clean(text)} {tag}".rstrip(),
            max(self.width, _MIN_WIDTH),
            initial_indent=indent + bullet,
            subsequent_indent=indent + " " * len(bullet),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(lines, 1):
            if tag and number == len(lines) and line.endswith(tag):
                line = self.paint(line.removesuffix(tag), style) + self.paint(tag, DIM)
            else:
                line = self.paint(line, style)
            self.lines.append(line)

    def paint(self, text: str, style: str) -> str:
        """Return the text in a style, if the report is in color."""
        return f"\x1b[{style}m{text}\x1b[0m" if style and self.color and text.strip() else text

    def blank(self) -> None:
        """Add an empty line."""
        self.lines.append("")

    def heading(self, text: str) -> None:
        """Add an underlined title after an empty line."""
        self.blank()
        self.text(text, style=BOLD)
        self.text("-" * len(text), style=DIM)
